//! The people: how far they are from each other, who is strict, who is noisy, and which items they cannot agree on.

use super::compute::{Labelled, RatedBy, Setup};
use crate::agreement::interval::Resampling;
use crate::agreement::people::{PairAgreement, against_others, pairwise_kappa, severity};
use crate::agreement::{
    Defined, Gold, Metric, Tally, Weights, alpha_without_each_annotator, gwet_family, human_ceiling, krippendorff_alpha,
};
use crate::domain::{Figure, Scale, Undefined};
use serde::Serialize;

/// More annotators than this are not told apart: their additive model takes the cube of their number in memory.
pub(super) const TOLD_APART: usize = 100;
/// More annotators than this are a crowd: their table of pairs would not be read.
const PAIRED: usize = 12;

/// What the human ratings are.
#[derive(Clone, Debug, Serialize)]
pub struct Humans {
    /// Items with at least one rating.
    pub items: u64,
    /// Queries among them.
    pub queries: u64,
    /// Ratings.
    pub ratings: u64,
    /// Annotators' names.
    pub annotators: Vec<String>,
    /// Ratings off the scale that a policy moved to its nearest end.
    pub off_scale: u64,
    /// How the gold was made of them.
    pub gold: &'static str,
    /// How many items have each gold rating, from low to high.
    pub distribution: Vec<u64>,
    /// NMSE between pairs of annotators on the same items.
    pub ceiling: Figure,
    /// Krippendorff's alpha, any disagreement the same.
    pub alpha_nominal: Figure,
    /// By rank.
    pub alpha_ordinal: Figure,
    /// By squared distance.
    pub alpha_interval: Figure,
    /// Gwet's AC2, quadratic.
    pub ac2: Figure,
    /// Rated items that prompts were tuned on and that were left out.
    pub left_out: u64,
    /// Such items are in, as it was asked for: every number flatters.
    pub contaminated: bool,
    /// Items with a `purpose` other than `estimate`: chosen, not drawn at random.
    pub chosen_rows: u64,
    /// Items whose ratings lie two or more points apart: ask a third person.
    pub far_apart: u64,
    /// One per annotator, where several rated the same items.
    pub panel: Vec<Annotator>,
    /// Agreement of every two annotators, where there are few.
    pub pairs: Vec<AnnotatorPair>,
    /// Items have a query, so intervals know about queries. Without queries each row counts as its own.
    pub grouped: bool,
    /// Judges that were ever held against these ratings, the ones of this audit included; `None` when nobody counts.
    pub looks: Option<u64>,
}

/// One annotator beside the others.
#[derive(Clone, Debug, Serialize)]
pub struct Annotator {
    /// The name.
    pub name: String,
    /// Ratings.
    pub ratings: u64,
    /// Rating points above what others give the same items.
    pub severity: Figure,
    /// Standard deviation around that, in rating points.
    pub noise: Figure,
    /// NMSE with the mean of the others as gold.
    pub nmse_of_others: Figure,
    /// Ordinal alpha of the others: higher than all together means that this one is the odd one out.
    pub alpha_without: Figure,
}

/// Two annotators.
#[derive(Clone, Debug, Serialize)]
pub struct AnnotatorPair {
    /// Their names.
    pub names: (String, String),
    /// Items that both rated.
    pub n: u64,
    /// Quadratic kappa.
    pub kappa_quadratic: Figure,
}

pub(super) fn humans(scale: Scale, labelled: &[Labelled], rated: &RatedBy, setup: &Setup) -> Humans {
    let levels = scale.levels();
    let items = &rated.items;
    let ratings: Vec<Vec<u8>> = items.iter().map(|i| i.ratings.iter().flatten().copied().collect()).collect();
    let n = items.len() as u64;
    let queries = rated.queries();
    let figure = |value: Defined| value.map_or_else(Figure::from, |value| Figure::point(value, n, queries));
    let tally = Tally::of_items(ratings.iter().map(|r| r.iter().copied()), levels);
    let several = rated.annotators.len() > 1;
    let alpha =
        |metric| if several { figure(krippendorff_alpha(&tally, metric)) } else { Undefined::OneAnnotator.into() };
    let mut distribution = vec![0; levels];
    rated.gold.iter().for_each(|(gold, _)| distribution[scale.index(*gold)] += 1);
    let adjudicated = labelled.iter().flat_map(|l| &l.opinions).any(|o| o.annotator == super::compute::ADJUDICATED);
    Humans {
        items: n,
        queries,
        ratings: ratings.iter().map(|r| r.len() as u64).sum(),
        off_scale: setup.people_off_scale,
        left_out: setup.left_out,
        contaminated: setup.contaminated,
        gold: match (adjudicated, several) {
            (true, _) => "adjudicated rating, else mean (errors) and lower median (categories) of the ratings",
            (false, true) => "mean (errors) and lower median (categories) of the ratings",
            (false, false) => "the one rating",
        },
        distribution,
        ceiling: human_ceiling(items.iter().map(|i| i.group).zip(ratings.iter().map(Vec::as_slice)), levels),
        alpha_nominal: alpha(Metric::Nominal),
        alpha_ordinal: alpha(Metric::Ordinal),
        alpha_interval: alpha(Metric::Interval),
        ac2: if several {
            figure(gwet_family(&tally, Weights::Quadratic).and_then(|g| Ok(g.ac?.value)))
        } else {
            Undefined::OneAnnotator.into()
        },
        chosen_rows: labelled.iter().filter(|l| l.tags.get("purpose").is_some_and(|p| p != "estimate")).count() as u64,
        far_apart: ratings.iter().filter_map(|r| Gold::of(r)).filter(Gold::needs_adjudication).count() as u64,
        panel: if several && rated.annotators.len() <= TOLD_APART { panel(rated, levels, &figure) } else { Vec::new() },
        pairs: if (2..=PAIRED).contains(&rated.annotators.len()) {
            pairs(rated, levels, setup.seed)
        } else {
            Vec::new()
        },
        grouped: labelled.iter().all(|l| l.group.is_some()),
        annotators: rated.annotators.clone(),
        looks: setup.looks,
    }
}

fn panel(rated: &RatedBy, levels: usize, figure: &dyn Fn(Defined) -> Figure) -> Vec<Annotator> {
    let cells: Vec<Vec<Option<u8>>> = rated.items.iter().map(|i| i.ratings.clone()).collect();
    let others = against_others(&rated.items, levels);
    let without = alpha_without_each_annotator(&cells, levels, Metric::Ordinal);
    let severity = severity(&rated.items);
    let of = |a: usize, name: &String| {
        let (effect, noise) = match &severity {
            Ok(fit) => (Ok(fit.effect[a]), fit.noise[a]),
            Err(reason) => (Err(*reason), Err(*reason)),
        };
        Annotator {
            name: name.clone(),
            ratings: rated.items.iter().filter(|i| i.ratings[a].is_some()).count() as u64,
            severity: figure(effect),
            noise: figure(noise),
            nmse_of_others: others[a].nmse_of_mean.clone(),
            alpha_without: figure(without[a]),
        }
    };
    rated.annotators.iter().enumerate().map(|(a, name)| of(a, name)).collect()
}

fn pairs(rated: &RatedBy, levels: usize, seed: u64) -> Vec<AnnotatorPair> {
    let name = |a: usize| rated.annotators[a].clone();
    let pair = |found: PairAgreement| AnnotatorPair {
        names: (name(found.annotators.0), name(found.annotators.1)),
        n: found.n,
        kappa_quadratic: found.kappa,
    };
    let how = Resampling { seed, ..Resampling::default() };
    pairwise_kappa(&rated.items, levels, &how).into_iter().map(pair).collect()
}
