//! How calls that wait are told that nothing more is to be sent. A run ends while some of its calls stand in a queue or
//! sit out a pause: without word of it they would go on paying, or be waited for, for minutes.

use super::error::CallError;
use std::future::Future;
use tokio::sync::watch;

/// Tells a call that no more requests are to be sent. A request on the wire is paid for, and ends in its own time.
#[derive(Clone, Debug)]
pub struct Halt(Option<watch::Receiver<bool>>);

impl Halt {
    /// For calls that nobody stops.
    pub fn never() -> Self {
        Self(None)
    }

    /// Set once `told` becomes true.
    pub fn when(told: watch::Receiver<bool>) -> Self {
        Self(Some(told))
    }

    /// Is nothing more to be sent?
    pub fn is_set(&self) -> bool {
        self.0.as_ref().is_some_and(|told| *told.borrow())
    }

    /// What `wait` ends with.
    ///
    /// # Errors
    /// [`CallError::Cancelled`] when nothing more is to be sent, before the wait or during it.
    pub async fn or<T>(&self, wait: impl Future<Output = T>) -> Result<T, CallError> {
        tokio::select! {
            biased;
            () = self.set() => Err(CallError::Cancelled),
            done = wait => Ok(done),
        }
    }

    /// Ends when nothing more is to be sent; never, when nobody is left who could say so.
    async fn set(&self) {
        if let Some(mut told) = self.0.clone()
            && told.wait_for(|told| *told).await.is_ok()
        {
            return;
        }
        std::future::pending().await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::{Instant, sleep};

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_when_the_halt_is_set() {
        let (tell, told) = watch::channel(false);
        let (halt, start) = (Halt::when(told), Instant::now());
        let say = async {
            sleep(Duration::from_secs(3)).await;
            tell.send_replace(true);
        };
        let (waited, ()) = tokio::join!(halt.or(sleep(Duration::from_secs(600))), say);
        assert_eq!((waited, start.elapsed().as_secs()), (Err(CallError::Cancelled), 3));
        assert_eq!(halt.or(async { 1 }).await, Err(CallError::Cancelled), "nothing is begun after it");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_nobody_can_end_any_more_goes_on() {
        let (tell, told) = watch::channel(false);
        drop(tell);
        assert_eq!(Halt::when(told).or(sleep(Duration::from_secs(9))).await, Ok(()));
        assert_eq!(Halt::never().or(async { 1 }).await, Ok(1));
    }
}
