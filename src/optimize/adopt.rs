//! Whether the best candidate replaces the baseline: decided on data that the search never saw. Pure.

use crate::agreement::paired::mcnemar;
use crate::audit::{
    ALPHA, Comparison, FEW_QUERIES, FEW_ROWS, JudgeInput, Judged, Labelled, Outcome, SliceContrast, Terms, compare,
};
use crate::domain::{ItemId, Scale, Verdict};
use crate::judge::JudgeSpec;
use crate::judge::run;
use serde::{Deserialize, Serialize};

/// What must hold beside being better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conditions {
    /// NMSE points by which a slice may be worse.
    pub margin: f64,
    /// Share of malformed replies that is allowed, unless the baseline has more.
    pub malformed: f64,
}

impl Default for Conditions {
    fn default() -> Self {
        Self { margin: 2.0, malformed: 0.02 }
    }
}

/// What became of a candidate, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    /// It replaces the baseline.
    pub adopted: bool,
    /// Each condition that decided, in words.
    pub reasons: Vec<String>,
    /// Candidate against baseline on the held-out part.
    pub comparison: Comparison,
}

/// An item whose rating must not change, with what the two judges said of it, in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protected {
    /// The item.
    pub item: ItemId,
    /// What the baseline said: a rating, `malformed`, or `no answer`.
    pub old: String,
    /// What the candidate said.
    pub new: String,
}

impl Protected {
    /// Of two verdicts; `None` where there is none.
    pub fn new(item: ItemId, old: Option<&Verdict>, new: Option<&Verdict>) -> Self {
        let word = |verdict: Option<&Verdict>| match verdict {
            Some(Verdict::Rated { rating, .. }) => rating.to_string(),
            Some(Verdict::Malformed(_)) => "malformed".to_owned(),
            Some(Verdict::NotRun(_)) | None => "no answer".to_owned(),
        };
        Self { item, old: word(old), new: word(new) }
    }
}

/// One side's answers on the held-out part.
pub fn side(judge: &JudgeSpec, outcomes: Vec<run::Outcome>) -> JudgeInput {
    let answers = outcomes.into_iter().map(|outcome| (outcome.item.id.clone(), Judged::from(outcome))).collect();
    JudgeInput {
        name: judge.name(),
        model: Some(judge.model.clone()),
        hash: Some(judge.hash()),
        samples: 1,
        answers,
        ..JudgeInput::default()
    }
}

/// Decides on the held-out part, and on items whose rating must not change.
pub fn decide(
    scale: Scale,
    held: &[Labelled],
    (old, new): (&JudgeInput, &JudgeInput),
    protected: &[Protected],
    conditions: Conditions,
    seed: u64,
) -> Decision {
    let comparison = compare(scale, held, (old, new), Terms { seed, claimed: true, ..Terms::default() });
    let mut against = Vec::new();
    if comparison.outcome != Outcome::Better {
        let name = comparison.outcome.name();
        against.push(format!("on {} held-out items of {} queries it {name}", comparison.n, comparison.queries));
    }
    against.extend(unsure(&comparison).map(|[low, high]| {
        format!(
            "on {} held-out items of {} queries it looks better, and the 95 % interval of the change reaches from {low:+.1} to \
             {high:+.1}",
            comparison.n, comparison.queries
        )
    }));
    against.extend(worse_slices(&comparison, conditions.margin));
    if let Some([before, now]) = breaks_more(&comparison, conditions.malformed) {
        against.push(format!("{now} of its replies are malformed; they were {before}"));
    }
    against.extend(changed(protected));
    let adopted = against.is_empty();
    let reasons = if adopted { vec![gained(&comparison)] } else { against };
    Decision { adopted, reasons, comparison }
}

/// The interval that is claimed for what is better by the test, where it reaches 0: a reader believes the interval.
pub fn unsure(comparison: &Comparison) -> Option<[f64; 2]> {
    let nmse = comparison.contrast("nmse").filter(|_| comparison.outcome == Outcome::Better)?;
    nmse.difference.interval().filter(|interval| interval.high >= 0.0).map(|interval| [interval.low, interval.high])
}

/// How a slice stands to the margin by which none may be worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SliceStanding {
    /// Not worse by more than the margin, or no slice that anybody asks about.
    Within,
    /// Worse by more than the margin, and not by chance: it counts.
    Worse {
        /// Of no difference, of this slice alone.
        p: f64,
    },
    /// It looks worse by more than the margin, which may be chance.
    NotShown {
        /// Of no difference, of this slice alone.
        p: f64,
    },
    /// It looks worse by more than the margin, and is too small for a test.
    TooSmall,
}

/// By what rule a slice counts, in words.
pub fn slice_rule(margin: f64) -> String {
    format!(
        "a slice counts where it has {FEW_ROWS} items of {FEW_QUERIES} queries or more, is worse by more than {margin} NMSE \
         points, and p < {ALPHA} for it alone: with no allowance for the number of slices, because a slice that is missed \
         costs more than one that is blamed in vain"
    )
}

/// Whether a slice is worse by more than `margin` NMSE points, and not by chance. Slices by gold rating are parts of the
/// truth and not of the input.
pub fn slice_standing(slice: &SliceContrast, margin: f64) -> SliceStanding {
    if slice.column == "gold" || slice.difference.value().is_none_or(|worse| worse <= margin) {
        return SliceStanding::Within;
    }
    match slice.p.filter(|_| !slice.small) {
        Some(p) if p < ALPHA => SliceStanding::Worse { p },
        Some(p) => SliceStanding::NotShown { p },
        None => SliceStanding::TooSmall,
    }
}

/// Slices that are worse by more than `margin` NMSE points, and not by chance: each in words.
pub fn worse_slices(comparison: &Comparison, margin: f64) -> Vec<String> {
    let worse = |slice: &SliceContrast| {
        let worse = slice.difference.value()?;
        let (column, value) = (&slice.column, &slice.value);
        matches!(slice_standing(slice, margin), SliceStanding::Worse { .. })
            .then(|| format!("it is {worse:.1} NMSE points worse where {column} is {value} ({} items)", slice.n))
    };
    comparison.slices.iter().filter_map(worse).collect()
}

/// Protected items whose rating changed: each in words.
pub fn changed(protected: &[Protected]) -> Vec<String> {
    let changed = protected.iter().filter(|protected| protected.old != protected.new);
    let word = |Protected { item, old, new }: &Protected| {
        format!("the protected item `{item}` was rated {old} and is rated {new}")
    };
    changed.map(word).collect()
}

/// More malformed replies than is allowed and than before, and not by chance: which replies broke and which were mended is
/// told apart item by item (McNemar's exact test). Both shares, before and now, in percent.
pub fn breaks_more(comparison: &Comparison, allowed: f64) -> Option<[String; 2]> {
    let share = |malformed: u64| malformed as f64 / comparison.n.max(1) as f64;
    let (before, now) = (share(comparison.old.malformed), share(comparison.new.malformed));
    let (mended, broken) = (comparison.made_of.became_readable.n, comparison.made_of.became_malformed.n);
    let by_chance = mcnemar(broken, mended).exact >= ALPHA;
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let more = now > allowed.max(before) && !by_chance;
    more.then(|| [percent(before), percent(now)])
}

/// NMSE before and after, in words.
pub fn numbers(comparison: &Comparison) -> Option<String> {
    let nmse = comparison.contrast("nmse")?;
    Some(format!("NMSE {:.1} → {:.1}", nmse.old.value()?, nmse.new.value()?))
}

fn gained(comparison: &Comparison) -> String {
    let (n, queries) = (comparison.n, comparison.queries);
    let numbers = numbers(comparison).unwrap_or_default();
    format!(
        "it is better on {n} held-out items of {queries} queries: {numbers}; no slice is worse by more than the margin \
         beyond chance"
    )
}
