//! What is kept of a run: an adopted judge becomes a version with its lineage, and an alias may lead to it.

use super::panels::Both;
use crate::app::{AppError, tuned};
use crate::audit::{Comparison, Panel};
use crate::domain::Invocation;
use crate::judge::JudgeSpec;
use crate::ledger::{Bounds, Edits, Expected, Ledger, Lineage, Scored, Scores, Spend};
use crate::optimize::adopt::Decision;
use crate::optimize::event::Begun;
use crate::optimize::gain::Gain;
use crate::optimize::library::{self, finding::Verdict};
use crate::optimize::objective::Objective;
use crate::optimize::stages::calls_for_stage;
use crate::optimize::story::Story;
use crate::optimize::summary::{
    Adopted, Best, Calibrated, Calls, Costs, PRODUCTION, Promoted, ScaleUses, Side, Summary, Withheld,
};
use crate::optimize::upkeep::Upkeep;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What to do with an adopted judge.
pub(super) struct Keep {
    /// The alias that is to lead to it, and where it led when the run began.
    pub alias: Option<(String, Expected)>,
    /// All models that are asked have prices.
    pub priced: bool,
    /// How the program was called.
    pub invocation: Invocation,
    /// Hash of the stored judge whose prompt the run began with.
    pub origin: Option<String>,
    /// What speaks against an adoption, whatever the numbers are: the version that is stored tells it.
    pub caveat: Option<String>,
    /// The library that bullets were chosen from, where commands have to name it.
    pub library: Option<PathBuf>,
}

/// What the lineage of a version says beside the numbers.
#[derive(Clone, Copy)]
struct Told<'a> {
    /// Dollars that the run took.
    usd: Option<f64>,
    /// What speaks against the adoption.
    caveat: Option<&'a str>,
}

/// What became of an adopted judge.
#[derive(Default)]
struct Adoption {
    version: Option<String>,
    promoted: Option<Promoted>,
    withheld: Option<Withheld>,
}

/// What a run found.
pub(super) struct Found<'a> {
    pub run: String,
    pub baseline: &'a JudgeSpec,
    /// What the best judge was made from and may replace: the baseline, or a judge of another model.
    pub parent: &'a JudgeSpec,
    pub best: &'a JudgeSpec,
    /// What is kept of an adoption: the best judge, or the baseline where that is recommended in its place.
    pub kept: &'a JudgeSpec,
    /// What speaks for the best judge, where the baseline is recommended in its place.
    pub second: Option<Decision>,
    pub decision: Option<Decision>,
    pub looks: Option<u64>,
    /// On Dev: the baseline and the adopted judge.
    pub developed: Option<Both>,
    /// On Dev: the baseline and the best judge.
    pub searched: Option<Both>,
    /// On Test: the baseline and the best judge.
    pub tested: Option<Both>,
    /// The map of the best judge, and what it did.
    pub calibration: Option<Calibrated>,
    pub story: &'a Story,
}

impl Keep {
    /// Stores what was adopted, and says what the run came to.
    pub fn finish(self, ledger: &Ledger, found: Found<'_>) -> Result<Summary, AppError> {
        let usd = self.priced.then(|| found.story.spent.usd.usd());
        let costs = self.priced.then(|| costs(found.story));
        let told = Told { usd, caveat: self.caveat.as_deref() };
        let lineage = found.lineage(told);
        let Adoption { version, promoted, withheld } = self.adopt(ledger, &found, lineage.as_ref())?;
        let second = found.keep_second(ledger, told)?;
        let adopted = lineage.is_some() && found.second.is_none();
        let uses = |both: &Both| ScaleUses { baseline: both[0].scale.clone(), best: both[1].scale.clone() };
        let scale = found.tested.as_ref().or(found.searched.as_ref()).or(found.developed.as_ref()).map(uses);
        let scale = scale.filter(|uses| uses.baseline.is_some() || uses.best.is_some());
        let constant = found.tested.as_ref().and_then(|[_, best]| best.constant);
        let [before, after] = sides(found.developed, found.tested, adopted, found.baseline, found.best);
        let (story, is_baseline) = (found.story, after.judge == before.judge);
        Ok(Summary {
            run: found.run,
            strategy: story.begun.strategy.clone(),
            why: story.why.map_or("", |why| why.of(&story.begun.strategy)).to_owned(),
            baseline: before,
            adopted: Adopted { is_baseline, side: after },
            best: Best {
                judge: found.best.hash(),
                candidate: story.best.unwrap_or(0),
                prompt: found.best.prompt.editable(),
            },
            best_prompt: found.best.prompt.clone(),
            calls: Calls { judge: story.spent.judge, other: story.spent.other },
            tokens: story.spent.tokens,
            cost_usd: usd,
            costs,
            paid: None,
            candidates: story.candidates.len() as u64 - 1,
            stopped: story.stopped.len() as u64,
            rejected: story.rejected.clone(),
            curve: story.curve.clone(),
            scale,
            calibration: found.calibration,
            bullets: story.bullets.clone(),
            constant,
            gain: found.decision.as_ref().map(|decision| Gain::of(&decision.comparison)),
            upkeep: found.decision.as_ref().map(|decision| Upkeep::of(&decision.comparison)),
            warning: warning(story),
            decision: found.decision,
            looks: found.looks,
            per_point: lineage.as_ref().and_then(Lineage::per_point),
            version,
            second,
            promoted,
            withheld,
            origin: self.origin,
            library: self.library,
            in_production: ledger.standing(PRODUCTION)? != Expected::Nothing,
            report: None,
            invocation: self.invocation,
        })
    }

    /// Stores an adopted judge and moves the alias to it, unless something speaks against that.
    fn adopt(&self, ledger: &Ledger, found: &Found<'_>, lineage: Option<&Lineage>) -> Result<Adoption, AppError> {
        let withheld = self.withheld(found, lineage.is_some());
        let Some(lineage) = lineage else { return Ok(Adoption { withheld, ..Adoption::default() }) };
        let note = found.note();
        // The baseline is kept, too: differences are shown against it, and there is a way back.
        let origin = self.origin.clone().filter(|origin| *origin != found.parent.hash());
        let parent = Lineage { parent: origin, ..Lineage::default() };
        ledger.save_version(found.parent, &parent, &format!("baseline of {note}"))?;
        let saved = ledger.save_version(found.kept, lineage, &note)?;
        if saved.was_there {
            tuned::again(ledger, &saved.hash, lineage)?;
        }
        // Where it leads there already, nothing is withheld.
        let withheld = withheld.filter(|_| !self.leads_to(&saved.hash));
        let promoted = if withheld.is_none() { self.promote(ledger, &saved.hash, &note)? } else { None };
        Ok(Adoption { version: Some(saved.hash), promoted, withheld })
    }

    fn promote(&self, ledger: &Ledger, hash: &str, note: &str) -> Result<Option<Promoted>, AppError> {
        let Some((alias, expected)) = &self.alias else { return Ok(None) };
        ledger.promote(hash, alias, expected, note)?;
        let from = match expected {
            Expected::Version(hash) => Some(hash.clone()),
            Expected::Any | Expected::Nothing => None,
        };
        Ok(Some(Promoted { alias: alias.clone(), from, back: ledger.behind(alias)? }))
    }

    fn leads_to(&self, version: &str) -> bool {
        matches!(&self.alias, Some((_, Expected::Version(hash))) if hash == version)
    }

    /// The alias that is not moved, perhaps though a judge was adopted: whoever follows it trusts the ratings that it leads to.
    fn withheld(&self, found: &Found<'_>, adopted: bool) -> Option<Withheld> {
        let (alias, _) = self.alias.as_ref()?;
        if !adopted {
            return Some(Withheld { alias: alias.clone(), why: "no judge was adopted".to_owned() });
        }
        let kept = found.tested.as_ref().map(|[baseline, best]| if found.second.is_some() { baseline } else { best });
        let constant = kept.and_then(|kept| kept.constant).filter(|constant| !constant.is_beaten);
        let constant = constant
            .map(|constant| format!("it is not shown to be better than a judge that always says {}", constant.rating));
        let why = self.caveat.clone().or(constant)?;
        Some(Withheld { alias: alias.clone(), why })
    }
}

/// What the strategy maximised, where it lets that be chosen.
fn objective(begun: &Begun) -> Option<Objective> {
    begun.knobs.get("objective").and_then(|name| Objective::from_name(name.as_str()?))
}

/// What to know before the result is believed.
fn warning(story: &Story) -> Option<String> {
    let untested = story.bullets.iter().filter(|finding| finding.verdict == Verdict::Untested).count();
    let all = story.bullets.len();
    let tried = story.stages.iter().all(|stage| stage.name != "bullets" || stage.calls > 0);
    let few = (tried && 2 * untested > all).then(|| few_in_stages(story, untested).unwrap_or_else(|| {
        format!(
            "{untested} of the {all} bullets were rated on too few queries to say anything of them: they were chosen on \
             next to nothing. Allow more calls; {} are the default for a library of this size",
            library::default_calls(all)
        )
    }));
    few.or_else(|| objective(&story.begun).and_then(Objective::warning).map(str::to_owned))
}

/// The same of bullets that were a part of a search that carries a judge: what its budget has to be for them to be tested.
fn few_in_stages(story: &Story, untested: usize) -> Option<String> {
    let (begun, all) = (&story.begun, story.bullets.len());
    let aside = 3 * (u64::from(begun.rows[2]) + begun.protected.len() as u64);
    let calls = library::default_calls(all);
    let whole = calls_for_stage(&begun.knobs, "bullets", calls)? + aside;
    let alone = calls + aside;
    let hundreds = |calls: u64| calls.div_ceil(100) * 100;
    let alone = if story.stages.len() > 1 {
        format!("; or `--regime bullets --budget-calls {}`, where they have it for themselves", hundreds(alone))
    } else {
        String::new()
    };
    Some(format!(
        "{untested} of the {all} bullets were rated on too few queries to say anything of them: what bullets found rests on \
         next to nothing. `--budget-calls {}` is enough to test them{alone}",
        hundreds(whole)
    ))
}

/// What each model took: the judge's calls are those that neither of the others made.
fn costs(story: &Story) -> Costs {
    let rival = story.rival.unwrap_or_default();
    let judge = story.spent.since(story.writing + rival);
    Costs {
        judge: judge.usd.usd(),
        reflector: story.writing.usd.usd(),
        rival: story.rival.map(|spend| spend.usd.usd()),
    }
}

/// Baseline and adopted judge with their panels.
fn sides(
    developed: Option<Both>,
    tested: Option<Both>,
    adopted: bool,
    baseline: &JudgeSpec,
    best: &JudgeSpec,
) -> [Side; 2] {
    let pick = |both: Option<Both>| -> [Option<Panel>; 2] {
        match both {
            Some([old, new]) if adopted => [Some(old.panel), Some(new.panel)],
            Some([old, _]) => [Some(old.panel.clone()), Some(old.panel)],
            None => [None, None],
        }
    };
    let ([dev, dev_after], [test, test_after]) = (pick(developed), pick(tested));
    let judge = if adopted { best } else { baseline };
    [Side { judge: baseline.hash(), dev, test }, Side { judge: judge.hash(), dev: dev_after, test: test_after }]
}

impl Found<'_> {
    /// The judge came from another model, so the run was a part of `adapt`.
    fn is_carried(&self) -> bool {
        self.parent.hash() != self.baseline.hash()
    }

    /// The command that made the version, and its run.
    fn note(&self) -> String {
        match self.is_carried() {
            true => format!("adapt to {}, run {}", self.baseline.model, self.run),
            false => format!("optimize {} {}", self.story.begun.strategy, self.run),
        }
    }

    /// As the run says it. The search of a carried judge began with another judge than the one that it is held against in
    /// the end, so no number of it stands beside those of the held-out part.
    fn on_dev(&self) -> Option<Scored> {
        if self.is_carried() {
            return None;
        }
        let seen = self.story.curve.last().filter(|last| Some(last.candidate) == self.story.best);
        match seen.filter(|_| self.calibration.is_none()) {
            Some(last) => Some(Scored { before: last.baseline, after: last.nmse, change: None }),
            None => self.developed.as_ref().and_then(on_dev),
        }
    }

    /// Stores the best judge as a version of its own, where the baseline is recommended in its place.
    fn keep_second(&self, ledger: &Ledger, told: Told<'_>) -> Result<Option<String>, AppError> {
        let Some(decision) = &self.second else { return Ok(None) };
        // The run leads to one version, and its number is in the note.
        let lineage = Lineage { run: None, ..self.lineage_of(self.best, decision, told) };
        let saved = ledger.save_version(self.best, &lineage, &format!("second choice of {}", self.note()))?;
        if saved.was_there {
            tuned::again(ledger, &saved.hash, &lineage)?;
        }
        Ok(Some(saved.hash))
    }

    /// Where the adopted judge comes from; `None` when none was adopted.
    fn lineage(&self, told: Told<'_>) -> Option<Lineage> {
        let decision = self.decision.as_ref().filter(|decision| decision.adopted)?;
        Some(self.lineage_of(self.kept, decision, told))
    }

    fn lineage_of(&self, judge: &JudgeSpec, decision: &Decision, told: Told<'_>) -> Lineage {
        let reasons = decision.reasons.iter().map(String::as_str).chain(told.caveat);
        let story = self.story;
        // What the search began with owes nothing to it.
        let line = if judge == self.best { story.line() } else { Vec::new() };
        let candidates = line.iter().filter_map(|id| story.candidates.get(*id));
        let feedback: BTreeSet<String> =
            candidates.flat_map(|candidate| &candidate.feedback).map(|item| item.as_str().to_owned()).collect();
        let spent = story.spent;
        Lineage {
            parent: Some(self.parent.hash()),
            strategy: Some(story.begun.strategy.clone()),
            run: Some(self.run.clone()),
            data: Some(story.begun.data.clone()),
            feedback: feedback.into_iter().collect(),
            edits: Edits::between(&self.parent.prompt.editable(), &judge.prompt.editable()),
            scores: Scores { dev: self.on_dev(), test: on_test(&decision.comparison) },
            spend: Some(Spend { judge_calls: spent.judge, other_calls: spent.other, usd: told.usd }),
            why: Some(reasons.collect::<Vec<_>>().join("; ")),
        }
    }
}

fn on_dev(both: &Both) -> Option<Scored> {
    Some(Scored { before: both[0].panel.nmse.value()?, after: both[1].panel.nmse.value()?, change: None })
}

fn on_test(comparison: &Comparison) -> Option<Scored> {
    let nmse = comparison.contrast("nmse")?;
    let bounds = nmse.difference.interval();
    let change = bounds.map(|i| Bounds { low: i.low, high: i.high, level: i.level });
    Some(Scored { before: nmse.old.value()?, after: nmse.new.value()?, change })
}
