//! What a reader should know before quoting a number: the likely mistakes of SPEC §3, and what this audit's own input
//! brings along. Each is one sentence, made here from numbers, so that every face says the same.

mod input;
mod reading;

pub(super) use input::policies;

use super::compute::JudgeInput;
use super::{Humans, JudgeAudit};
use crate::domain::Scale;
use serde::{Serialize, Serializer};
use std::fmt;

/// A likely mistake, or a fact about the input. The first 21 are the warnings of SPEC §3, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mistake {
    /// 1: one headline number.
    OneNumber,
    /// 2: malformed replies left out, or a gain of parsing sold as one of judgement.
    Malformed,
    /// 3: no baseline.
    NoSkill,
    /// 4: kappa on skewed labels.
    SkewedLabels,
    /// 5: ratings that nobody used.
    UnusedRatings,
    /// 6: order across queries taken for order within them.
    PooledOrder,
    /// 7: one person taken for the truth, or people who do not agree.
    People,
    /// 8: many looks at the same people, or tuned on them.
    Looks,
    /// 9: error bars for independent rows.
    Clustered,
    /// 10: a mean of raw judge ratings.
    BulkMean,
    /// 11: a corrected mean that forgets the sampling of the bulk.
    BulkSampling,
    /// 12: a seed set that is not like the bulk.
    SeedUnlikeBulk,
    /// 13: rows chosen for being hard.
    ChosenRows,
    /// 14: not significant taken for equal.
    NotShownIsNotEqual,
    /// 15: one run taken for all.
    OneRun,
    /// 16: a compressed or collapsed scale.
    Compression,
    /// 17: biases of the prompt untested.
    PromptBias,
    /// 18: gullibility untested.
    Gullibility,
    /// 19: a ranking of systems taken for a licence.
    Systems,
    /// 20: a map of another judge.
    StaleMap,
    /// 21: a passed alternative annotator test taken for validity.
    AltTest,
    /// The judge was tuned on rated items.
    TunedOn,
    /// The judge repeats one annotator.
    Copies,
    /// The gates say nothing.
    Gates,
    /// Too many annotators to be told apart.
    Crowd,
    /// The judge is a simulation.
    Simulated,
    /// Items without an answer.
    NotRun,
    /// No queries are named.
    NoQueries,
    /// Few queries.
    FewQueries,
    /// Several models answered.
    ServedModels,
    /// Another model answered.
    OtherModel,
    /// Judge ratings off the scale.
    OffScale,
    /// Ratings with a fraction.
    Fractions,
    /// Fields that were moved onto their scales.
    Clamped,
    /// Human ratings off the scale.
    OffScalePeople,
    /// Several samples per item.
    Samples,
    /// Repeated ids.
    Duplicates,
}

/// How much a caveat changes what a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Reading the numbers without it misleads.
    Warning,
    /// What the numbers do not say.
    Note,
}

/// Something to know before quoting a number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Caveat {
    /// A stable name.
    pub code: Mistake,
    /// How much it changes.
    pub weight: Weight,
    /// One sentence for the reader.
    pub text: String,
    /// Where this is known from.
    pub source: Option<&'static str>,
}

impl From<(Mistake, String)> for Caveat {
    fn from((code, text): (Mistake, String)) -> Self {
        Self { code, weight: code.weight(), text, source: code.source() }
    }
}

impl Mistake {
    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneNumber => "one-number",
            Self::Malformed => "malformed",
            Self::NoSkill => "no-skill",
            Self::SkewedLabels => "skewed-labels",
            Self::UnusedRatings => "unused-ratings",
            Self::PooledOrder => "pooled-order",
            Self::People => "no-ceiling",
            Self::Looks => "looks",
            Self::Clustered => "clustered",
            Self::BulkMean => "bulk-mean",
            Self::BulkSampling => "bulk-sampling",
            Self::SeedUnlikeBulk => "seed-unlike-bulk",
            Self::ChosenRows => "chosen-rows",
            Self::NotShownIsNotEqual => "not-shown-is-not-equal",
            Self::OneRun => "one-run",
            Self::Compression => "compression",
            Self::PromptBias => "prompt-bias-untested",
            Self::Gullibility => "gullibility-untested",
            Self::Systems => "systems",
            Self::StaleMap => "stale-map",
            Self::AltTest => "alt-test",
            Self::TunedOn => "tuned-on",
            Self::Copies => "copies",
            Self::Gates => "gates-uninformative",
            Self::Crowd => "crowd",
            Self::Simulated => "simulated",
            Self::NotRun => "not-run",
            Self::NoQueries => "no-queries",
            Self::FewQueries => "few-queries",
            Self::ServedModels => "served-models",
            Self::OtherModel => "other-model",
            Self::OffScale => "off-scale",
            Self::Fractions => "fractions",
            Self::Clamped => "clamped",
            Self::OffScalePeople => "off-scale-people",
            Self::Samples => "samples",
            Self::Duplicates => "duplicates",
        }
    }

    /// Where this is known from, for the mistakes of SPEC §3 and those that are like one of them.
    pub fn source(self) -> Option<&'static str> {
        Some(match self {
            Self::OneNumber => "Elangovan et al., arXiv 2410.03775; Alaofi et al., arXiv 2501.17969",
            Self::Malformed => "published figures of the Dropbox Dash judge, taken apart (SPEC case A7)",
            Self::NoSkill => "constant judges on the alternative annotator test's own data (SPEC §0.5)",
            Self::SkewedLabels => "arXiv 2509.12382; Feinstein & Cicchetti 1990",
            Self::UnusedRatings => "scikit-learn #14256: weights by the index of observed labels",
            Self::PooledOrder => "Deutsch et al., arXiv 2305.14324",
            Self::People => "Elangovan et al., arXiv 2410.03775; arXiv 2503.05965",
            Self::Looks | Self::TunedOn => {
                "best of 30 prompts on the same 100 rows looks 2.5 points better than it is (SPEC §6, S7)"
            }
            Self::Clustered => "Bowyer et al., arXiv 2503.01747; simulations S1 and S2 of the SPEC",
            Self::BulkMean => "arXiv 2512.11150; arXiv 2511.21140",
            Self::BulkSampling => "simulation S3 of the SPEC",
            Self::SeedUnlikeBulk => "SPEC §2.17",
            Self::ChosenRows => "arXiv 2403.03208",
            Self::NotShownIsNotEqual => "arXiv 2510.06658",
            Self::OneRun => "arXiv 2510.27106; arXiv 2603.04417",
            Self::Compression => "arXiv 2503.03064; arXiv 2506.02945",
            Self::PromptBias => "arXiv 2506.22316; arXiv 2602.02219",
            Self::Gullibility => "Alaofi et al., arXiv 2501.17969",
            Self::Systems => "arXiv 2412.17156; arXiv 2411.08275",
            Self::StaleMap => "arXiv 2512.11150 (transport audit)",
            Self::AltTest => "Calderon et al., arXiv 2501.10970, with the controls of SPEC §6",
            _ => return None,
        })
    }

    fn weight(self) -> Weight {
        match self {
            Self::OneNumber
            | Self::UnusedRatings
            | Self::Clustered
            | Self::OneRun
            | Self::PromptBias
            | Self::Gullibility
            | Self::Samples
            | Self::BulkSampling => Weight::Note,
            _ => Weight::Warning,
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Mistake {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What caveats are drawn from.
pub(super) struct Facts<'a> {
    pub scale: Scale,
    pub humans: &'a Humans,
    pub judge: &'a JudgeInput,
    /// What was found so far: all but caveats and advice.
    pub found: &'a JudgeAudit,
}

/// All caveats that apply, warnings first, each kind in the order of [`Mistake`].
pub(super) fn caveats(facts: &Facts<'_>) -> Vec<Caveat> {
    let mut found: Vec<Caveat> =
        reading::caveats(facts).into_iter().chain(input::caveats(facts)).map(Caveat::from).collect();
    found.sort_by_key(|caveat| (caveat.weight, caveat.code));
    found
}
