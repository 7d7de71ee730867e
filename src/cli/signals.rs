//! How a process is asked to end: Ctrl-C, and on Unix what systems send that shut down, time out or lose the terminal.

/// Calls `asked` at each request to end, with the exit code that tells of it.
#[cfg(unix)]
pub(super) async fn each(mut asked: impl FnMut(i32)) {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind: SignalKind, wanted: bool| wanted.then(|| signal(kind).ok()).flatten();
    let mut interrupt = listen(SignalKind::interrupt(), true);
    let mut terminate = listen(SignalKind::terminate(), true);
    let mut hangup = listen(SignalKind::hangup(), !ignored(SignalKind::hangup().as_raw_value()));
    loop {
        let signal = tokio::select! {
            () = next(&mut interrupt) => SignalKind::interrupt(),
            () = next(&mut terminate) => SignalKind::terminate(),
            () = next(&mut hangup) => SignalKind::hangup(),
        };
        asked(128 + signal.as_raw_value());
    }
}

/// Calls `asked` at each request to end, with the exit code that tells of it.
#[cfg(not(unix))]
pub(super) async fn each(mut asked: impl FnMut(i32)) {
    while tokio::signal::ctrl_c().await.is_ok() {
        asked(130);
    }
}

/// The next signal of a kind; none ever, when it cannot be heard.
#[cfg(unix)]
async fn next(signals: &mut Option<tokio::signal::unix::Signal>) {
    if let Some(signals) = signals
        && signals.recv().await.is_some()
    {
        return;
    }
    std::future::pending().await
}

/// Was this process started with the signal ignored? Under `nohup` it is, and listening would undo that. Only Linux says so
/// in a file; elsewhere the answer is no.
#[cfg(unix)]
fn ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    mask.and_then(|mask| u64::from_str_radix(mask, 16).ok()).is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
