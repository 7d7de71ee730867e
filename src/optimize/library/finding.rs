//! What is known of a bullet in the end, and the word for it. Pure.

use super::effect::{ALPHA, Effect, SliceEffect, pooled};
use crate::agreement::numerics::normal_cdf;
use crate::agreement::{Adjustment, Defined, adjusted};
use crate::domain::Undefined;
use serde::{Deserialize, Serialize};

/// An effect alone that is not there among the chosen has to be beyond chance at 1 % instead of 5 %: there are two looks at
/// each bullet, and some contradict each other because one was lucky.
const CONTRADICTED: f64 = 5.0;
/// One-sided 95 %.
const ONE_SIDED: f64 = 1.645;
/// An effect among other rules differs from the one alone.
const DIFFERS: f64 = ONE_SIDED;

/// NMSE points that are worth a line in a prompt: what does less, for the better or the worse, does nothing.
pub(super) const NOTICEABLE: f64 = 0.5;

/// A bullet, what it does, and the verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Finding {
    /// Its id in the library.
    pub id: String,
    /// The rule.
    pub text: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Its place among the chosen, from 1; absent when it was not chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// Added to the base prompt alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<Effect>,
    /// Among the chosen: what is lost without it or, for one that was not chosen, gained by adding it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Effect>,
    /// Added to another bullet alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
    /// Where it does the least good or the most harm, added to the base prompt alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<SliceEffect>,
    /// Why it was not chosen, or not tested, where the verdict does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Finding {
    /// It was chosen though its number is below 0, or left out though it is above: bullets are kept and left out in groups.
    /// Among the chosen counts, where that was measured, and what has a note of its own is explained there.
    pub fn goes_against_its_number(&self) -> bool {
        let gain = tested(self.within.as_ref()).or(tested(self.alone.as_ref())).map_or(0.0, |effect| effect.gain);
        self.note.is_none() && if self.place.is_some() { gain < 0.0 } else { gain > 0.0 }
    }
}

/// The effect of a bullet on a prompt that has one other bullet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Beside {
    /// The other's id.
    pub other: String,
    /// What the bullet adds to it.
    pub effect: Effect,
}

/// What a bullet comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", content = "with", rename_all = "kebab-case")]
pub enum Verdict {
    /// Nearer to people beyond chance.
    Helps,
    /// Neither helps nor harms beyond chance, alone and among the chosen.
    NoEffectShown,
    /// Shown to do less than half a point, for the better or the worse.
    DoesNothing,
    /// Further from people beyond chance.
    Harms,
    /// It helps alone and adds nothing to these; empty: to the chosen together.
    RedundantWith(Vec<String>),
    /// It helps beside these, and shows nothing alone; empty: beside the chosen together.
    OnlyTogetherWith(Vec<String>),
    /// Too little was rated with it.
    Untested,
    /// The base prompt has it.
    InBase,
}

impl Verdict {
    /// In words.
    pub fn text(&self) -> String {
        let list = |ids: &[String]| match ids {
            [] => "the chosen".to_owned(),
            ids => ids.join(", "),
        };
        match self {
            Self::Helps => "helps".to_owned(),
            Self::NoEffectShown => "no effect shown".to_owned(),
            Self::DoesNothing => "does nothing".to_owned(),
            Self::Harms => "harms".to_owned(),
            Self::RedundantWith(ids) => format!("redundant with {}", list(ids)),
            Self::OnlyTogetherWith(ids) => format!("only together with {}", list(ids)),
            Self::Untested => "untested".to_owned(),
            Self::InBase => "in the base prompt".to_owned(),
        }
    }
}

/// Gives each finding its verdict. All tests are adjusted together (Benjamini–Hochberg): of the effects that are called shown,
/// one in twenty is chance.
pub(super) fn judge(findings: &mut [Finding]) {
    let shown = shown(findings);
    for (finding, shown) in findings.iter_mut().zip(shown).filter(|(finding, _)| finding.verdict != Verdict::InBase) {
        finding.verdict = verdict(finding, shown);
        if finding.verdict == Verdict::Helps && finding.place.is_none() && finding.note.is_none() {
            finding.note = Some("not missed among the chosen".to_owned());
        }
    }
}

/// What is beyond chance: 1 for the better, -1 for the worse, 0 for neither.
#[derive(Clone, Copy)]
struct Shown {
    /// Whatever stands beside it. Where a bullet does the same alone and among others, both speak for it (Stouffer's sum of
    /// two looks).
    alone: i8,
    /// Among the chosen.
    within: i8,
}

fn tested(effect: Option<&Effect>) -> Option<&Effect> {
    effect.filter(|effect| effect.is_tested())
}

/// Two one-sided tests at 5 % (Schuirmann 1987): the effect lies within half a point of nothing. Where a bullet does the same
/// alone and among others, the two estimates are pooled; otherwise what it does among others counts.
pub(super) fn does_nothing(finding: &Finding) -> bool {
    let (alone, within) = (tested(finding.alone.as_ref()), tested(finding.within.as_ref()));
    let looks = match (alone, within) {
        (Some(alone), Some(within)) if apart(alone, within).abs() <= DIFFERS => vec![alone, within],
        (_, within) => within.or(alone).into_iter().collect(),
    };
    let weight: f64 = looks.iter().map(|effect| effect.worth().1.powi(-2)).sum();
    !looks.is_empty() && pooled(looks.into_iter().map(Effect::worth)).abs() + ONE_SIDED / weight.sqrt() < NOTICEABLE
}

/// By how many standard errors two effects differ.
fn apart(a: &Effect, b: &Effect) -> f64 {
    let ((a, a_se), (b, b_se)) = (a.worth(), b.worth());
    (a - b) / a_se.hypot(b_se)
}

fn shown(findings: &[Finding]) -> Vec<Shown> {
    // Points and p-value.
    let two_sided = |z: f64| 2.0 * normal_cdf(-z.abs());
    let ratings = |finding: &Finding| match (tested(finding.alone.as_ref()), tested(finding.within.as_ref())) {
        (Some(alone), Some(within)) if apart(alone, within).abs() <= DIFFERS => {
            let points = pooled([alone, within].map(|effect| (effect.gain, effect.rated_se())));
            Some((points, two_sided((alone.rated_z() + within.rated_z()) / std::f64::consts::SQRT_2)))
        }
        (Some(alone), Some(_)) => Some((alone.gain, (CONTRADICTED * two_sided(alone.rated_z())).min(1.0))),
        (Some(one), None) | (None, Some(one)) => Some((one.gain, two_sided(one.rated_z()))),
        (None, None) => None,
    };
    // Where no reply's form changed there is nothing to test.
    let form = |finding: &Finding| {
        let changed = tested(finding.alone.as_ref()).filter(|effect| effect.mended + effect.lost > 0);
        changed.map(|effect| (effect.form, effect.p_form))
    };
    let within = |finding: &Finding| tested(finding.within.as_ref()).and_then(|effect| Some((effect.gain, effect.p?)));
    let none = Undefined::TooFewGroups;
    let all = findings.iter().map(|finding| ratings(finding).map(|(_, p)| p).ok_or(none));
    let forms = findings.iter().map(|finding| form(finding).map(|(_, p)| p).ok_or(none));
    let withins = findings.iter().map(|finding| within(finding).map(|(_, p)| p).ok_or(none));
    let p: Vec<Defined> = adjusted(&all.chain(forms).chain(withins).collect::<Vec<_>>(), Adjustment::BenjaminiHochberg);
    let n = findings.len();
    let below = |at: usize| p[at].is_ok_and(|p| p < ALPHA);
    let sign = |points: f64| if points.abs() < NOTICEABLE { 0 } else { points.signum() as i8 };
    let one = |(i, finding): (usize, &Finding)| Shown {
        alone: match () {
            () if below(i) => ratings(finding).map_or(0, |(points, _)| sign(points)),
            () if below(i + n) => form(finding).map_or(0, |(points, _)| sign(points)),
            () => 0,
        },
        within: within(finding).filter(|_| below(i + 2 * n)).map_or(0, |(gain, _)| sign(gain)),
    };
    findings.iter().enumerate().map(one).collect()
}

/// Beside something else a bullet does less than alone, and nothing that is beyond chance (both one-sided, 95 %).
pub(super) fn adds_nothing(alone: &Effect, beside: &Effect) -> bool {
    beside.is_tested() && beside.z() < DIFFERS && apart(alone, beside) > DIFFERS
}

/// Beside something else a bullet helps, and does more than alone.
pub(super) fn adds_more(alone: &Effect, beside: &Effect) -> bool {
    beside.z() > DIFFERS && apart(beside, alone) > DIFFERS
}

fn verdict(finding: &Finding, shown: Shown) -> Verdict {
    let (alone, within) = (tested(finding.alone.as_ref()), tested(finding.within.as_ref()));
    let Some(alone) = alone else {
        return match (within, shown.alone) {
            (None, _) => Verdict::Untested,
            (_, 1) => Verdict::Helps,
            (_, -1) => Verdict::Harms,
            _ => nothing(finding),
        };
    };
    let beside = |test: &dyn Fn(&Effect) -> bool| -> Vec<String> {
        finding.beside.iter().filter(|beside| test(&beside.effect)).map(|beside| beside.other.clone()).collect()
    };
    let grown = within.is_some_and(|within| shown.within > 0 && adds_more(alone, within) && is_most_of(alone, within));
    match (shown.alone, within) {
        _ if grown => Verdict::OnlyTogetherWith(beside(&stands_out(alone, &finding.beside))),
        (-1, _) => Verdict::Harms,
        (1, _) if finding.place.is_some() => Verdict::Helps,
        (1, within) => match beside(&|effect| adds_nothing(alone, effect)) {
            with if !with.is_empty() => Verdict::RedundantWith(with),
            _ if within.is_some_and(|within| adds_nothing(alone, within)) => Verdict::RedundantWith(Vec::new()),
            _ => Verdict::Helps,
        },
        _ => match shown.within {
            0 => nothing(finding),
            1 => Verdict::Helps,
            _ => Verdict::Harms,
        },
    }
}

fn nothing(finding: &Finding) -> Verdict {
    if does_nothing(finding) { Verdict::DoesNothing } else { Verdict::NoEffectShown }
}

/// At most a third of what a bullet does among others does it alone.
fn is_most_of(alone: &Effect, within: &Effect) -> bool {
    3.0 * alone.worth().0 < within.worth().0
}

/// More beside another than alone, and not clearly less than beside the one where it does the most.
fn stands_out(alone: &Effect, beside: &[Beside]) -> impl Fn(&Effect) -> bool {
    let most = beside.iter().map(|beside| &beside.effect).max_by(|a, b| a.worth().0.total_cmp(&b.worth().0));
    move |effect| adds_more(alone, effect) && most.is_none_or(|most| apart(most, effect) <= DIFFERS)
}
