//! A judge carried to another model: is what came of it good enough to take the old one's place? Pure.
//!
//! Three judges are held side by side on items that no search has seen: the old prompt on the old model, the old prompt on
//! the new model, and the revised prompt on the new model. GO or NO-GO is between the first and the last; the one in the
//! middle says what the search bought.

mod summary;
mod takes;
mod worth;
#[cfg(test)]
mod tests;

pub use summary::{Earlier, From, Summary, Target};
pub use worth::{Labels, Revising, Worth};

use crate::audit::{self, Comparison, Cost, JudgeInput, Labelled, Outcome, Panel, Setup, SliceContrast, compare};
use crate::domain::{Scale, written_p};
use crate::optimize::adopt::{self, Protected, SliceStanding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the new judge must show against the old one. Fixed before anything is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    /// NMSE points by which it may be worse.
    pub margin: f64,
    /// What it must show.
    pub goal: Goal,
    /// NMSE points by which a slice may be worse.
    pub slice_margin: f64,
    /// Share of malformed replies that is allowed, unless the old judge has more.
    pub malformed: f64,
}

impl Default for Terms {
    fn default() -> Self {
        Self { margin: 2.0, goal: Goal::NonInferior, slice_margin: 2.0, malformed: 0.02 }
    }
}

/// What the new judge must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// It is not worse by the margin.
    NonInferior,
    /// It is better.
    Better,
}

/// Whether the new judge can take the old one's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub enum Verdict {
    /// It can.
    #[serde(rename = "GO")]
    Go,
    /// It cannot, or it is not shown.
    #[serde(rename = "NO-GO")]
    NoGo,
}

impl Verdict {
    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Go => "GO",
            Self::NoGo => "NO-GO",
        }
    }
}

/// The answers of the three judges on the held-out part.
#[derive(Clone, Debug)]
pub struct Arms<'a> {
    /// The old prompt on the old model.
    pub from: JudgeInput,
    /// The old prompt on the new model.
    pub as_is: &'a JudgeInput,
    /// The revised prompt on the new model; the same as `as_is` when no revision was better.
    pub revised: &'a JudgeInput,
    /// What the revision is.
    pub role: Role,
    /// Items whose rating must not change, with what the old judge said of them and what the other two say.
    pub protected: [&'a [Protected]; 2],
}

/// One of the three, measured.
#[derive(Clone, Debug, Serialize)]
pub struct Arm {
    /// Which.
    pub role: Role,
    /// Its name.
    pub name: String,
    /// Its model.
    pub model: String,
    /// Its hash.
    pub judge: String,
    /// What an audit says of it on the held-out part.
    pub panel: Panel,
    /// It is the old judge, or meets all terms.
    pub meets: bool,
    /// Labels for a dollar, when it meets the terms and its price is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels_per_usd: Option<f64>,
}

/// A term that was not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmet {
    /// It is not shown to be better.
    Better,
    /// It is not shown not to be worse by the margin.
    Margin,
    /// A slice is worse beyond its margin.
    SliceMargin,
    /// Too many replies are malformed.
    Malformed,
    /// A protected item is rated otherwise.
    Protected,
}

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The old prompt on the old model.
    From,
    /// The old prompt on the new model.
    AsIs,
    /// The revised prompt on the new model.
    Revised,
    /// The old prompt on the new model, its ratings read through a map.
    Mapped,
    /// The revised prompt on the new model, its ratings read through a map.
    RevisedMapped,
}

impl Role {
    /// In a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::From => "old prompt, old model",
            Self::AsIs => "old prompt, new model",
            Self::Revised => "revised prompt, new model",
            Self::Mapped => "old prompt with a map, new model",
            Self::RevisedMapped => "revised prompt with a map, new model",
        }
    }
}

/// What came of carrying a judge to one model.
#[derive(Clone, Debug, Serialize)]
pub struct Adaptation {
    /// GO or NO-GO.
    pub verdict: Verdict,
    /// Each reason, in words.
    pub reasons: Vec<String>,
    /// The terms that were not met; empty for a GO.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<Unmet>,
    /// What had to be shown.
    pub terms: Terms,
    /// The old judge, the old prompt on the new model, and the revised prompt where there is one.
    pub arms: Vec<Arm>,
    /// The judge that the verdict is about: the best of the search, or the old prompt where that is recommended.
    pub recommended: Role,
    /// That judge against the old one.
    pub against: Comparison,
    /// The revised prompt, where it meets the terms and the old one is recommended in its place.
    #[serde(skip)]
    pub second: Option<Second>,
    /// The revised prompt against the old one, both on the new model; absent when no revision was better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bought: Option<Comparison>,
    /// What was bought, in numbers.
    pub worth: Worth,
    /// What speaks for the old prompt on the new model, where it meets the terms and errs no more and costs no more than
    /// the revised one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub simpler: Option<String>,
    /// What it would take to show what must be shown; absent when that was shown, or nothing can be planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub takes: Option<String>,
}

/// A judge that meets the terms, and is not the one that is recommended.
#[derive(Clone, Debug)]
pub struct Second {
    /// It against the old judge.
    pub against: Comparison,
    /// What it shows, and why it is the second one.
    pub reasons: Vec<String>,
}

/// Decides on the held-out part.
pub fn decide(scale: Scale, held: &[Labelled], arms: &Arms<'_>, terms: &Terms, seed: u64) -> Adaptation {
    let is_revised = arms.as_is.hash != arms.revised.hash;
    let told = audit::Terms { margin: Some(terms.margin), seed, claimed: true, ..audit::Terms::default() };
    let against = compare(scale, held, (&arms.from, arms.revised), told);
    let claimed = audit::Terms { margin: None, ..told };
    let bought = is_revised.then(|| compare(scale, held, (arms.as_is, arms.revised), claimed));
    let as_is = is_revised.then(|| compare(scale, held, (&arms.from, arms.as_is), told));
    let (unmet, faults_of_it) = faults(&against, arms.protected[1], terms);
    let verdict = if unmet.is_empty() { Verdict::Go } else { Verdict::NoGo };
    let lacks = as_is.as_ref().map(|as_is| faults(as_is, arms.protected[0], terms).1);
    let meets = |role: Role| match (role, &lacks) {
        (Role::From, _) => true,
        (Role::AsIs, Some(lacks)) => lacks.is_empty(),
        _ => verdict == Verdict::Go,
    };
    let arm = |role, judge: &JudgeInput| arm(scale, held, (role, meets(role)), judge, seed);
    let mut measured = vec![arm(Role::From, &arms.from), arm(Role::AsIs, arms.as_is)];
    measured.extend(is_revised.then(|| arm(arms.role, arms.revised)));
    let simpler = simpler(&measured, verdict);
    let takes = (unmet.first() == Some(&unmet_goal(terms))).then(|| takes::takes(&against, terms)).flatten();
    let of_it = if is_revised { arms.role } else { Role::AsIs };
    let (recommended, against, reasons, second) = match (verdict, &simpler, as_is) {
        (Verdict::NoGo, ..) => (of_it, against, faults_of_it, None),
        (Verdict::Go, Some(why), Some(as_is)) => {
            let with = |mut reasons: Vec<String>| {
                reasons.insert(1, why.clone());
                reasons
            };
            let (reasons, second) = (with(shows(&as_is, terms)), with(shows(&against, terms)));
            (Role::AsIs, as_is, reasons, Some(Second { against, reasons: second }))
        }
        (Verdict::Go, ..) => {
            let reasons = shows(&against, terms);
            (of_it, against, reasons, None)
        }
    };
    let lacks = lacks.and_then(|lacks| lacks.into_iter().next());
    let worth = worth::worth(&measured, recommended, bought.as_ref(), lacks);
    let (terms, arms) = (*terms, measured);
    Adaptation { verdict, reasons, unmet, terms, arms, recommended, against, second, bought, worth, simpler, takes }
}

/// What a judge that meets the terms shows.
fn shows(against: &Comparison, terms: &Terms) -> Vec<String> {
    std::iter::once(holds(against, terms)).chain(unshown(against, terms)).collect()
}

/// The term that says what must be shown.
fn unmet_goal(terms: &Terms) -> Unmet {
    if terms.goal == Goal::Better { Unmet::Better } else { Unmet::Margin }
}

/// The terms that are not met, and why, in words.
fn faults(against: &Comparison, protected: &[Protected], terms: &Terms) -> (Vec<Unmet>, Vec<String>) {
    let slices = adopt::worse_slices(against, terms.slice_margin);
    let breaks = adopt::breaks_more(against, terms.malformed).map(|[before, now]| {
        let most = 100.0 * terms.malformed;
        format!("{now} of its replies are malformed, more than {most:.1} %; the old judge's are {before}")
    });
    let faults = falls_short(against, terms).map(|reason| (unmet_goal(terms), reason)).into_iter();
    let faults = faults.chain(slices.into_iter().map(|reason| (Unmet::SliceMargin, reason)));
    let faults = faults.chain(breaks.map(|reason| (Unmet::Malformed, reason)));
    let changed = adopt::changed(protected).into_iter().map(|reason| (Unmet::Protected, reason));
    let (mut unmet, reasons): (Vec<Unmet>, Vec<String>) = faults.chain(changed).unzip();
    unmet.dedup();
    (unmet, reasons)
}

/// What speaks for the old prompt on the new model, where it meets the terms and the revised one is no bargain beside it.
fn simpler(arms: &[Arm], verdict: Verdict) -> Option<String> {
    let [_, as_is, revised] = arms else { return None };
    let usd = |arm: &Arm| arm.panel.cost.usd_per_1000.value();
    let (before, after) = (as_is.panel.nmse.value()?, revised.panel.nmse.value()?);
    let is_dearer = usd(as_is).zip(usd(revised)).is_some_and(|(as_is, revised)| as_is > revised);
    if !as_is.meets || is_dearer || before > after {
        return None;
    }
    let cost = usd(as_is).zip(usd(revised));
    let cost =
        cost.map_or(String::new(), |(one, other)| format!(", ${one:.2} instead of ${other:.2} for 1,000 labels"));
    let numbers = format!("NMSE {before:.1} instead of {after:.1}{cost}");
    Some(match verdict {
        Verdict::Go => format!(
            "the old prompt on the new model meets the terms as well, with {numbers}: it is recommended in place of the \
             revised one, which was chosen on dev and did not keep its lead on these items"
        ),
        Verdict::NoGo => format!(
            "the old prompt on the new model meets the terms, with {numbers}; it is not what was chosen on dev, so it is the \
             second of two that had a chance here: look at it on other held-out items before it is used"
        ),
    })
}

fn arm(scale: Scale, held: &[Labelled], (role, meets): (Role, bool), judge: &JudgeInput, seed: u64) -> Arm {
    let setup = Setup { seed, contaminated: true, ..Setup::default() };
    let mut audit = audit::audit(scale, held.to_vec(), std::slice::from_ref(judge), &setup);
    let panel = audit.judges.remove(0).panel;
    Arm {
        role,
        name: judge.name.clone(),
        model: judge.model.clone().unwrap_or_default(),
        judge: judge.hash.clone().unwrap_or_default(),
        meets,
        labels_per_usd: per_usd(&panel.cost).filter(|_| meets),
        panel,
    }
}

fn per_usd(cost: &Cost) -> Option<f64> {
    cost.usd_per_1000.value().filter(|usd| *usd > 0.0).map(|usd| 1_000.0 / usd)
}

/// Why it does not show what it must.
fn falls_short(against: &Comparison, terms: &Terms) -> Option<String> {
    let shown = match terms.goal {
        Goal::Better => is_better(against),
        Goal::NonInferior => {
            is_better(against)
                || against.outcome == Outcome::Identical
                || against.margin.as_ref().is_some_and(|margin| margin.non_inferior)
        }
    };
    let must = match terms.goal {
        Goal::Better => "it must be better".to_owned(),
        Goal::NonInferior => format!("it must not be worse by {} points or more", terms.margin),
    };
    let (n, queries) = (against.n, against.queries);
    let numbers = adopt::numbers(against).unwrap_or_default();
    let bound = against.margin.as_ref().and_then(|margin| margin.upper);
    let bound = match (terms.goal, bound) {
        (Goal::NonInferior, Some(upper)) => format!(", up to {upper:.1} points worse with 95 % confidence"),
        (Goal::Better, _) => adopt::unsure(against).map_or(String::new(), |[low, high]| {
            format!("; it looks better, and the 95 % interval of the change reaches from {low:+.1} to {high:+.1}")
        }),
        _ => String::new(),
    };
    (!shown).then(|| format!("{must}: on {n} held-out items of {queries} queries, {numbers}{bound}"))
}

/// Better by the test, and by the interval that is claimed for it.
fn is_better(against: &Comparison) -> bool {
    against.outcome == Outcome::Better && adopt::unsure(against).is_none()
}

fn holds(against: &Comparison, terms: &Terms) -> String {
    let what = match against.outcome {
        _ if is_better(against) => "it is better than the old judge".to_owned(),
        Outcome::Identical => "it gives the same rating on every item".to_owned(),
        _ => format!("it is not worse than the old judge by {} points", terms.margin),
    };
    let numbers = adopt::numbers(against).unwrap_or_default();
    format!(
        "{what} on {} held-out items of {} queries: {numbers}; no slice is worse by more than {} points beyond chance",
        against.n, against.queries, terms.slice_margin
    )
}

/// Slices that look worse by more than the margin and are not shown to be: no reason against it, and a reason to look.
fn unshown(against: &Comparison, terms: &Terms) -> Option<String> {
    let name = |slice: &SliceContrast| {
        let points = slice.difference.value()?;
        let why = match adopt::slice_standing(slice, terms.slice_margin) {
            SliceStanding::NotShown { p } => format!("p {}", written_p(p)),
            SliceStanding::TooSmall => "too few for a test".to_owned(),
            SliceStanding::Within | SliceStanding::Worse { .. } => return None,
        };
        Some(format!("{} is {} ({} items, {points:.1} points worse, {why})", slice.column, slice.value, slice.n))
    };
    let named: Vec<String> = against.slices.iter().filter_map(name).collect();
    (!named.is_empty()).then(|| {
        format!("look at what is worse beyond {} points and may be chance: {}", terms.slice_margin, named.join(", "))
    })
}

impl Adaptation {
    /// The judge that the verdict is about.
    pub fn chosen(&self) -> Option<&Arm> {
        self.arms.iter().find(|arm| arm.role == self.recommended)
    }

    /// The same as a decision on an adoption.
    pub fn decision(&self) -> adopt::Decision {
        adopt::Decision {
            adopted: self.verdict == Verdict::Go,
            reasons: self.reasons.clone(),
            comparison: self.against.clone(),
        }
    }
}
