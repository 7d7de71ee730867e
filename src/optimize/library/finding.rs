//! What is known of a bullet in the end, and the word for it. Pure.

use super::effect::{ALPHA, Effect, LEAST_SE, SliceEffect};
use crate::agreement::numerics::normal_cdf;
use crate::agreement::{Adjustment, Defined, adjusted};
use crate::domain::Undefined;
use serde::{Deserialize, Serialize};

/// One-sided 95 %: an effect among other rules differs from the one alone.
pub(super) const DIFFERS: f64 = 1.645;

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

/// By how many standard errors two effects differ.
fn apart(a: &Effect, b: &Effect) -> f64 {
    let ((a, a_se), (b, b_se)) = (a.worth(), b.worth());
    (a - b) / a_se.hypot(b_se)
}

fn shown(findings: &[Finding]) -> Vec<Shown> {
    let z = |effect: &Effect| Some(effect.gain / effect.se?.max(LEAST_SE));
    let ratings = |finding: &Finding| match (tested(finding.alone.as_ref()), tested(finding.within.as_ref())) {
        (Some(alone), Some(within)) if apart(alone, within).abs() <= DIFFERS => {
            Some((z(alone)? + z(within)?) / std::f64::consts::SQRT_2)
        }
        (Some(one), _) | (None, Some(one)) => z(one),
        (None, None) => None,
    };
    // Where no reply's form changed there is nothing to test.
    let form = |finding: &Finding| {
        let changed = tested(finding.alone.as_ref()).filter(|effect| effect.mended + effect.lost > 0);
        changed.map(|effect| (effect.form, effect.p_form))
    };
    let within = |finding: &Finding| tested(finding.within.as_ref()).and_then(|effect| Some((effect.gain, effect.p?)));
    let none = Undefined::TooFewGroups;
    let all = findings.iter().map(|finding| ratings(finding).map(|z| 2.0 * normal_cdf(-z.abs())).ok_or(none));
    let forms = findings.iter().map(|finding| form(finding).map(|(_, p)| p).ok_or(none));
    let withins = findings.iter().map(|finding| within(finding).map(|(_, p)| p).ok_or(none));
    let p: Vec<Defined> = adjusted(&all.chain(forms).chain(withins).collect::<Vec<_>>(), Adjustment::BenjaminiHochberg);
    let n = findings.len();
    let below = |at: usize| p[at].is_ok_and(|p| p < ALPHA);
    let sign = |x: f64| if x > 0.0 { 1 } else { -1 };
    let one = |(i, finding): (usize, &Finding)| Shown {
        alone: match () {
            () if below(i) => ratings(finding).map_or(0, sign),
            () if below(i + n) => form(finding).map_or(0, |(points, _)| sign(points)),
            () => 0,
        },
        within: within(finding).filter(|_| below(i + 2 * n)).map_or(0, |(gain, _)| sign(gain)),
    };
    findings.iter().enumerate().map(one).collect()
}

/// Beside something else a bullet does less than alone, and is not even one standard error ahead.
pub(super) fn adds_nothing(alone: &Effect, beside: &Effect) -> bool {
    beside.is_tested() && beside.z() < 1.0 && apart(alone, beside) > DIFFERS
}

/// Beside something else a bullet helps, and does more than alone.
pub(super) fn adds_more(alone: &Effect, beside: &Effect) -> bool {
    beside.z() > DIFFERS && apart(beside, alone) > DIFFERS
}

fn verdict(finding: &Finding, shown: Shown) -> Verdict {
    let (alone, within) = (tested(finding.alone.as_ref()), tested(finding.within.as_ref()));
    let (Some(alone), _) = (alone, within) else {
        return match (within, shown.alone) {
            (None, _) => Verdict::Untested,
            (_, 1) => Verdict::Helps,
            (_, -1) => Verdict::Harms,
            _ => Verdict::NoEffectShown,
        };
    };
    let others = |test: &dyn Fn(&Effect) -> bool| -> Vec<String> {
        finding.beside.iter().filter(|beside| test(&beside.effect)).map(|beside| beside.other.clone()).collect()
    };
    let adds_nothing = |effect: &Effect| adds_nothing(alone, effect);
    let adds_more = |effect: &Effect| adds_more(alone, effect);
    match shown.alone {
        -1 => Verdict::Harms,
        1 if finding.place.is_some() => Verdict::Helps,
        1 => match others(&adds_nothing) {
            with if !with.is_empty() => Verdict::RedundantWith(with),
            _ if within.is_some_and(adds_nothing) => Verdict::RedundantWith(Vec::new()),
            _ => Verdict::Helps,
        },
        _ => match within.filter(|_| shown.within != 0) {
            Some(_) if shown.within < 0 => Verdict::Harms,
            Some(within) if adds_more(within) => Verdict::OnlyTogetherWith(others(&adds_more)),
            Some(_) => Verdict::Helps,
            None => Verdict::NoEffectShown,
        },
    }
}
