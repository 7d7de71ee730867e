//! The models of a run: connected, each with a session in the ledger.

use super::Against;
use crate::adapt::Terms;
use crate::app::AppError;
use crate::app::label::Watch;
use crate::app::project::{SimServer, connect_with};
use crate::domain::{Event, NanoUsd};
use crate::judge::{IN_FLIGHT, JudgeSpec};
use crate::ledger::{Keeper, Ledger, RunInfo, Session, Spent};
use crate::model::{Endpoint, Policy};
use crate::optimize::engine::Sent;
use crate::optimize::lab::{Lab, Rival, Way};
use crate::optimize::summary::{Calls, Paid};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// What keeps the models of a run within reach.
pub(super) struct Models<'a> {
    sessions: Vec<Session<'a>>,
    servers: Vec<SimServer>,
    seen: mpsc::UnboundedReceiver<Event>,
    /// What earlier sessions of this run sent and paid.
    pub sent: Sent,
    /// The work of each way, and the requests of earlier sessions: the judge, the reflection model, a rival.
    ways: Vec<(String, u64)>,
}

/// One answer is one request, so that a budget in calls is one in requests.
fn policy() -> Policy {
    Policy { enlarge: false, ..Policy::default() }
}

impl<'a> Models<'a> {
    /// Connects the judge's model, the reflection model, and a rival's. A session ends when nobody holds its journal any
    /// more: `models` comes first here, so that it is dropped last when one of them cannot be connected.
    pub async fn connect(
        ledger: &'a Ledger,
        run: &str,
        judge: &JudgeSpec,
        endpoint: Endpoint,
        reflector: Endpoint,
        against: Option<&Against>,
        cancel: watch::Receiver<bool>,
    ) -> Result<(Lab<Keeper>, Option<(Rival<Keeper>, Terms)>, Self), AppError> {
        let (events, seen) = mpsc::unbounded_channel();
        let mut models =
            Self { sessions: Vec::new(), servers: Vec::new(), seen, sent: Sent::default(), ways: Vec::new() };
        let (name, writes) = (judge.model.clone(), reflector.identity.clone());
        let (judge_way, judged) = models.way(ledger, judge, &name, &format!("optimize {run} judge"), endpoint).await?;
        let (writer, written) =
            models.way(ledger, judge, &writes, &format!("optimize {run} reflector"), reflector).await?;
        // Calls that a killed process had in flight are asked again, and come on top of the budget.
        models.sent.judge = judged.calls - judged.assumed;
        models.sent.other = written.calls - written.assumed;
        models.sent.usd = judged.cost + written.cost;
        let rival = match against {
            Some(against) => Some((models.rival(ledger, run, against).await?, against.terms)),
            None => None,
        };
        Ok((Lab { judge: judge_way, reflector: writer, cancel, events }, rival, models))
    }

    /// Connects the model of another judge.
    async fn rival(&mut self, ledger: &'a Ledger, run: &str, against: &Against) -> Result<Rival<Keeper>, AppError> {
        let judge = &against.judge;
        let work = format!("optimize {run} rival");
        let (way, spent) = self.way(ledger, judge, &judge.model, &work, against.endpoint.clone()).await?;
        self.sent.judge += spent.calls - spent.assumed;
        self.sent.usd = self.sent.usd + spent.cost;
        Ok(Rival { judge: judge.clone(), way })
    }

    async fn way(
        &mut self,
        ledger: &'a Ledger,
        judge: &JudgeSpec,
        model: &str,
        work: &str,
        endpoint: Endpoint,
    ) -> Result<(Way<Keeper>, Spent), AppError> {
        let info = RunInfo {
            judge,
            model,
            items_digest: work,
            samples: 1,
            planned: 0,
            slots: (endpoint.limits.concurrency * IN_FLIGHT) as u32,
            attempt_limit: policy().most_requests(),
            slot_cost: Default::default(),
        };
        let spent = ledger.spent(&info.id())?;
        self.ways.push((info.id(), spent.calls - spent.assumed));
        let session = ledger.begin(&info)?;
        let journal = Arc::new(session.keeper());
        self.sessions.push(session);
        let (client, server) = connect_with(endpoint, policy()).await?;
        self.servers.push(server);
        Ok((Way { client, journal }, spent))
    }

    /// Works, and shows what happens meanwhile.
    pub async fn show<T>(&mut self, mut work: Pin<Box<dyn Future<Output = T> + Send + '_>>, watch: Watch<'_>) -> T {
        let result = loop {
            tokio::select! {
                result = &mut work => break result,
                Some(event) = self.seen.recv() => watch(event),
            }
        };
        watch(Event::Finished(Default::default()));
        result
    }

    /// Clean ends are told from kills: only a session without an end may have had calls in flight. What all sessions of this
    /// run have paid for by now, `calls` being what it looked at.
    pub fn end(self, ledger: &Ledger) -> Result<impl FnOnce(Calls, bool) -> Paid, AppError> {
        for session in self.sessions {
            session.end("done")?;
        }
        let (mut each, mut usd, mut most, mut now) = ([0; 3], NanoUsd(0), NanoUsd(0), 0);
        for (at, (work, before)) in self.ways.iter().enumerate() {
            let spent = ledger.spent(work)?;
            each[at] = spent.calls - spent.assumed;
            usd = usd + spent.reported;
            most = most + spent.cost;
            now += each[at] - before;
        }
        let [judge, other, rival] = each;
        Ok(move |calls: Calls, priced: bool| Paid {
            judge,
            other,
            rival,
            usd: priced.then(|| usd.usd()),
            most_usd: (priced && most > usd).then(|| most.usd()),
            from_ledger: calls.judge.saturating_sub(judge + rival) + calls.other.saturating_sub(other),
            now,
        })
    }
}
