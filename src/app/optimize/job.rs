//! A run from its first call to its last word: search on Train and Dev, decide on Test, keep what holds.

use super::OptimizeRequest;
use super::Optimized;
use super::announced::Announced;
use super::calibrate::{fit, read_by};
use super::data::Data;
use super::keep::{Found, Keep};
use super::panels::{Both, Panels};
use super::protect::Protection;
use crate::adapt::{self, Adaptation, Arms, Role, Terms};
use crate::app::yardstick::Look;
use crate::app::{AppError, Project};
use crate::domain::{NanoUsd, Opening};
use crate::guardrail::{self, Guard};
use crate::judge::JudgeSpec;
use crate::judge::journal::JournalError;
use crate::judge::run::Outcome;
use crate::ledger::{Keeper, Ledger};
use crate::optimize::adopt::{self, Conditions, Decision};
use crate::optimize::calibrate::Calibration;
use crate::optimize::demos;
use crate::optimize::engine::{Conclusion, Engine, Held, Sent, Setup};
use crate::optimize::event::{Begun, Entry, Why};
use crate::optimize::lab::{Lab, Rival};
use crate::optimize::limits::{Limit, Limits, Spend};
use crate::optimize::log::Log;
use crate::optimize::measured::Measured;
use crate::optimize::pool::CandidateId;
use crate::optimize::story::Story;
use crate::optimize::strategy::Strategy;
use crate::optimize::summary::Calibrated;
use std::sync::Arc;

/// What a run works with.
pub(super) struct Job<'a> {
    pub project: &'a Project,
    pub request: &'a OptimizeRequest,
    pub judge: &'a JudgeSpec,
    pub data: Data,
    pub protection: Protection,
    pub ledger: Arc<Ledger>,
    pub run: String,
    pub begun: Begun,
    pub sent: Sent,
    pub keep: Keep,
    /// A judge of another model that the best candidate is held against, and by which terms.
    pub rival: Option<(Rival<Keeper>, Terms)>,
    /// What is recorded when the held-out part is opened.
    pub look: Option<Look>,
}

impl Job<'_> {
    /// Searches, decides, keeps.
    pub async fn work(self, lab: Lab<Keeper>, strategy: Box<dyn Strategy>) -> Result<Optimized, AppError> {
        let reserve = self.reserve(&lab, strategy.as_ref())?;
        let Self { project, request, judge, data, protection, ledger, run, begun, sent, keep, rival, look } = self;
        let Data { train, dev, test, evidence, test_digest, .. } = data;
        let guard = Guard::new(&judge.rubric, &judge.prompt, &train, &dev, guardrail::Limits::default());
        let log = log(&ledger, &run)?;
        let mut strategy = Announced::new(strategy, lab.events.clone(), &judge.model);
        let (limits, seed) = (request.limits, project.seed);
        // Prompts are compared by what the model says: a map is of one prompt, and comes after the search.
        let asked = JudgeSpec { map: None, ..judge.clone() };
        let setup = Setup { judge: &asked, train: &train, dev: &dev, lab, log, limits, reserve, sent, seed, guard };
        let mut engine = Engine::new(setup);
        let conclusion = engine.search(begun, &mut strategy).await?;
        let panels = Panels { evidence: &evidence, seed };
        let calibration = calibration(&mut engine, request, judge, conclusion, &panels).await?;
        let best = match (conclusion.best, calibration.as_ref().and_then(Calibration::map)) {
            (0, None) => judge.clone(),
            (best, map) => JudgeSpec { map, ..engine.desk().judge(best) },
        };
        let bar = Bar {
            judge,
            best: &best,
            rival: rival.as_ref(),
            protection: &protection,
            conditions: request.conditions,
            panels,
        };
        // A hopeless target is not worth the held-out part; without a rival there is nothing to decide on the baseline.
        let other = best != *judge;
        let open = conclusion.why != Why::Hopeless && (other || rival.is_some());
        let mut said = Said::default();
        if open && !test.is_empty() {
            let opening = opening(&ledger, &run, &test_digest)?;
            look.iter().try_for_each(|look| look.record(&ledger))?;
            strategy.say("the held-out part", engine.desk().spent());
            let third = rival.as_ref().map(|(rival, _)| rival);
            if let Some(held) = engine.open(test, conclusion.best, &protection.rows, third, opening).await? {
                let searched = engine.recorded(0, conclusion.best, &protection.rows).await?;
                said = bar.decide(searched, held);
            }
        }
        if let Some(found) = &said.decision {
            engine.decide(found.adopted, &found.reasons)?;
        }
        let second = said.second();
        let renews = said.adopts() && second.is_none();
        let (searched, developed) = bar.on_dev(&engine, conclusion.best, &said, renews).await?;
        let log = read_log(&ledger, &run)?;
        let mut story = Story::of(&log, &judge.prompt.editable(), &bar.panels.golds())
            .ok_or_else(|| JournalError("a damaged log: it has no beginning".to_owned()))?;
        if second.is_some() {
            story.keep_baseline();
        }
        let calibration = calibration.map(|dev| said.calibrated(dev));
        let Said { decision, looks, tested, adaptation, .. } = said;
        let parent = rival.as_ref().map_or(judge, |(rival, _)| &rival.judge);
        let found = Found {
            run,
            baseline: judge,
            parent,
            best: &best,
            kept: if renews { &best } else { judge },
            second,
            decision,
            looks,
            developed,
            searched,
            tested,
            calibration,
            story: &story,
        };
        let summary = keep.finish(&ledger, found)?;
        Ok(Optimized { log, baseline: judge.clone(), best, conclusion, summary, story, adaptation })
    }

    /// What rating the held-out part and the protected items with all judges can cost at most; an error where the budget
    /// leaves nothing beside what it is sure to cost.
    fn reserve(&self, lab: &Lab<Keeper>, strategy: &dyn Strategy) -> Result<Spend, AppError> {
        let Data { train, dev, test, test_bytes, .. } = &self.data;
        let (held, bytes) = match self.request.method.decides() {
            true => (test.len() + self.protection.rows.len(), test_bytes + self.protection.bytes(train, dev)),
            false => (0, 0),
        };
        let third = self.rival.as_ref().map_or(Spend::default(), |(rival, _)| rival.most_held(held, bytes));
        let examples = match strategy.most_examples() {
            0 => 0,
            most => most * demos::largest(&train.0, &self.judge.rubric),
        };
        let reserve = lab.most_held(self.judge, held, bytes, examples) + third;
        let judges = 2 + usize::from(self.rival.is_some());
        let least = Measured::default().likely(reserve);
        covers(self.request.limits, least, &Aside { held, judges, most: reserve.usd })?;
        Ok(reserve)
    }
}

/// What the held-out part said.
#[derive(Default)]
struct Said {
    decision: Option<Decision>,
    looks: Option<u64>,
    tested: Option<Both>,
    adaptation: Option<Adaptation>,
    /// NMSE of readable replies of the best judge if it had no map, where it has one.
    without_map: Option<f64>,
}

impl Said {
    fn adopts(&self) -> bool {
        self.decision.as_ref().is_some_and(|found| found.adopted)
    }

    /// A map that was fitted on Dev, with what it does on the held-out part.
    fn calibrated(&self, dev: Calibration) -> Calibrated {
        let with_map = self.tested.as_ref().and_then(|[_, best]| best.panel.nmse_valid.value());
        let test_with = with_map.filter(|_| self.without_map.is_some());
        Calibrated { test_with, test_without: self.without_map, dev }
    }

    /// The best judge of the search, where what it began with is recommended in its place.
    fn second(&self) -> Option<Decision> {
        let second = self.adaptation.as_ref()?.second.as_ref()?;
        Some(Decision { adopted: true, reasons: second.reasons.clone(), comparison: second.against.clone() })
    }
}

/// What the best candidate has to get over.
struct Bar<'a> {
    judge: &'a JudgeSpec,
    best: &'a JudgeSpec,
    rival: Option<&'a (Rival<Keeper>, Terms)>,
    protection: &'a Protection,
    conditions: Conditions,
    panels: Panels<'a>,
}

impl Bar<'_> {
    /// On Dev, the baseline and the best judge of the search where the held-out part does not show them, and the baseline
    /// and the judge to use from now on, which is the best one where the search `renews` it.
    async fn on_dev(
        &self,
        engine: &Engine<'_, Keeper>,
        best: CandidateId,
        said: &Said,
        renews: bool,
    ) -> Result<(Option<Both>, Option<Both>), AppError> {
        let judge = self.judge;
        let mut searched = None;
        if renews || (self.best != judge && said.tested.is_none()) {
            let [old, new] = engine.recall(0, best).await?;
            searched = self.panels.of_outcomes(judge, self.best, [read_by(judge, old), read_by(self.best, new)]);
        }
        if renews {
            return Ok((searched.clone(), searched));
        }
        let [answers, _] = engine.recall(0, 0).await?;
        Ok((searched, self.panels.of_one(judge, read_by(judge, answers))))
    }

    /// What the best judge of the search is beside the old one.
    fn role(&self) -> Role {
        match (self.best.map.is_some(), self.best.prompt == self.judge.prompt) {
            (false, _) => Role::Revised,
            (true, true) => Role::Mapped,
            (true, false) => Role::RevisedMapped,
        }
    }

    /// Against the baseline, or against a judge of another model.
    fn decide(&self, searched: [Vec<Outcome>; 2], held: Held) -> Said {
        let [old, new] = searched;
        let searched = [read_by(self.judge, old), read_by(self.best, new)];
        let (scale, seed) = (self.panels.evidence.scale, self.panels.seed);
        let labelled = self.panels.labelled(held.examples.iter().map(|example| &example.item.id));
        let without_map = self.best.map.is_some().then(|| held.new.clone());
        let (old, new) = (read_by(self.judge, held.old), read_by(self.best, held.new));
        let judges = [(&searched[0], &old), (&searched[1], &new)];
        let adaptation = self.rival.zip(held.rival).map(|((rival, terms), third)| {
            let replaced = (&third.protected, &third.held);
            let protected = judges.map(|judge| self.protection.seen(replaced, judge));
            let side = |judge, outcomes: &Vec<Outcome>| adopt::side(judge, outcomes.clone());
            let (as_is, revised) = (side(self.judge, &old), side(self.best, &new));
            let arms = Arms {
                from: side(&rival.judge, &third.held),
                as_is: &as_is,
                revised: &revised,
                role: self.role(),
                protected: protected.each_ref().map(Vec::as_slice),
            };
            adapt::decide(scale, &labelled, &arms, terms, seed)
        });
        let protected = self.protection.seen(judges[0], judges[1]);
        let sides = [adopt::side(self.judge, old), adopt::side(self.best, new)];
        let decision = match &adaptation {
            Some(found) => found.decision(),
            None => adopt::decide(scale, &labelled, (&sides[0], &sides[1]), &protected, self.conditions, seed),
        };
        let without_map = without_map.and_then(|outcomes| {
            let side = adopt::side(self.best, outcomes);
            self.panels.one(labelled.clone(), &side).panel.nmse_valid.value()
        });
        let tested = self.panels.of(labelled, sides);
        Said { decision: Some(decision), looks: Some(held.looks), tested: Some(tested), adaptation, without_map }
    }
}

/// A map for the best candidate, where one is asked for: nothing is asked of a model. A baseline that has its own keeps it.
async fn calibration(
    engine: &mut Engine<'_, Keeper>,
    request: &OptimizeRequest,
    judge: &JudgeSpec,
    found: Conclusion,
    panels: &Panels<'_>,
) -> Result<Option<Calibration>, AppError> {
    let own = found.best == 0 && judge.map.is_some();
    if !request.calibrate || own || found.why == Why::Hopeless {
        return Ok(None);
    }
    let [said, _] = engine.recall(found.best, found.best).await?;
    let calibration = fit(panels, &said);
    if let Some(calibration) = &calibration {
        engine.calibrated(calibration)?;
    }
    Ok(calibration)
}

/// What is set aside for the decision.
struct Aside {
    /// Held-out and protected items.
    held: usize,
    /// Judges that rate them.
    judges: usize,
    /// What that could cost at most.
    most: NanoUsd,
}

/// A budget that does not even cover opening the held-out part is an error before anything is spent.
fn covers(limits: Limits, reserve: Spend, aside: &Aside) -> Result<(), AppError> {
    let least = Spend { judge: 1, other: 0, tokens: 1, usd: NanoUsd(1) };
    let Err(limit) = limits.allow(reserve, least) else {
        return Ok(());
    };
    let calls = reserve.judge + least.judge;
    let (budget, set_aside, lowest) = match limit {
        Limit::Tokens => {
            let budget = format!("{} tokens", limits.tokens.unwrap_or_default());
            (budget, format!("up to {}", reserve.tokens), (reserve.tokens + least.tokens).to_string())
        }
        Limit::Usd => {
            // Answers cost about a tenth of the most that they could, some a fifth.
            let lowest = (aside.most.usd() / 5.0 * 100.0).ceil() / 100.0;
            (
                limits.usd.unwrap_or_default().to_string(),
                format!("at the very least {}", reserve.usd),
                format!("{lowest:.2}"),
            )
        }
        _ => {
            let budget = limits.judge_calls.or(limits.calls).unwrap_or_default();
            (format!("{budget} judge calls"), reserve.judge.to_string(), calls.to_string())
        }
    };
    let Aside { held, judges, .. } = aside;
    let option = limit.option();
    let less = match judges {
        2 => "keep less aside: `--split 40/20/20`; `--split 60/40/0` only searches",
        _ => "hold out fewer items: `--split 50/30/20`",
    };
    Err(AppError::input(
        format!(
            "a budget of {budget} leaves nothing to search with: {set_aside} are set aside to rate {held} held-out or \
             protected items with {judges} judges"
        ),
        match limit {
            Limit::Usd => format!(
                "`{option} {lowest}` is likely to cover that, and a search takes several times as much; or {less}"
            ),
            _ => format!(
                "`{option} {lowest}` is the lowest that begins at all, and a search takes several times that; or {less}"
            ),
        },
    ))
}

fn log(ledger: &Arc<Ledger>, run: &str) -> Result<Log, AppError> {
    let recorded = ledger.events(run)?;
    let (ledger, run) = (Arc::clone(ledger), run.to_owned());
    let append = move |first: usize, entries: &[String]| {
        ledger.append_events(&run, first, entries).map_err(|error| JournalError(error.to_string()))
    };
    Ok(Log::new(recorded, Box::new(append)))
}

/// Records that the held-out part is opened. A run that opened it before keeps the number that it had then, however many
/// others have looked since.
fn opening(ledger: &Ledger, run: &str, data: &str) -> Result<Opening, AppError> {
    let looks = ledger.look(data, run)?;
    let before = read_log(ledger, run)?.into_iter().find_map(|entry| match entry {
        Entry::Opened { looks, .. } => Some(looks),
        _ => None,
    });
    Ok(Opening::recorded(before.unwrap_or(looks)))
}

fn read_log(ledger: &Ledger, run: &str) -> Result<Vec<Entry>, AppError> {
    let read = |text: &String| serde_json::from_str(text).map_err(|e| JournalError(format!("a damaged log: {e}")));
    Ok(ledger.events(run)?.iter().map(read).collect::<Result<_, _>>()?)
}
