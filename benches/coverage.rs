//! How often 95 % intervals hold the true value: `cargo bench --bench coverage` prints the table of
//! `docs/COVERAGE.md`, from a fixed seed. Takes ten minutes on two cores.
//!
//! Rows come from processes whose true NMSE is known; the library's own `nmse` makes the intervals.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use assessor::agreement::interval::Resampling;
use assessor::agreement::paired::difference;
use assessor::agreement::{MalformedPolicy, Pair, Term, exact, mae, nmse, ratio};
use assessor::domain::Figure;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Normal};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

/// Data sets per line of the table; the standard error of a coverage of 95 % is 0.34 %.
const DATA_SETS: u64 = 4_000;
/// The same for NMSE at low and moderate error: 0.17 %.
const ASKED: u64 = 16_000;
/// Queries from which the truth of a process without a closed form is computed.
const TRUTH_QUERIES: u64 = 400_000;
const LEVELS: usize = 5;
const SIZES: [usize; 3] = [30, 100, 300];
const SEED: Resampling = Resampling { seed: 20_251_120, replicates: 0, level: 0.95 };

/// How rows come about. A query is a list of rows.
#[derive(Clone, Copy)]
enum Process {
    /// Each query has its own probabilities of an error of 0, 1, 2, 3, 4 points and of a malformed reply: Dirichlet around
    /// `mix`, such that any function of a row's error correlates by exactly `icc` within a query.
    Mix { mix: [f64; 6], icc: f64 },
    /// A judge rounds the true relevance plus a bias of its own for each query (standard deviation `bias`) plus noise;
    /// people do the same without bias, `people` of them, with a noise of half a point when there are several.
    Rounded { bias: f64, noise: f64, people: usize },
}

/// Correlation within queries, and their size.
const CLUSTERS: [(f64, usize); 4] = [(0.1, 5), (0.1, 10), (0.3, 5), (0.3, 10)];

/// Names as in the table: error mixes over 0 to 4 points and malformed.
const MIXES: [(&str, [f64; 6]); 4] = [
    ("low", [0.70, 0.25, 0.04, 0.01, 0.0, 0.0]),
    ("moderate", [0.53, 0.34, 0.09, 0.03, 0.01, 0.0]),
    ("10 % malformed", [0.477, 0.306, 0.081, 0.027, 0.009, 0.10]),
    ("high", [0.25, 0.35, 0.20, 0.12, 0.08, 0.0]),
];

const ROUNDED: [(&str, Process); 3] = [
    ("low", Process::Rounded { bias: 0.35, noise: 0.55, people: 1 }),
    ("moderate", Process::Rounded { bias: 0.6, noise: 0.85, people: 1 }),
    ("moderate, three people", Process::Rounded { bias: 0.6, noise: 0.8, people: 3 }),
];

impl Process {
    fn query(&self, group: u32, size: usize, random: &mut ChaCha8Rng) -> Vec<Pair> {
        match *self {
            Self::Mix { mix, icc } => {
                let mix = own_mix(mix, icc, random);
                (0..size).map(|_| Pair { group, gold: 0, gold_mean: 0.0, judge: drawn(&mix, random) }).collect()
            }
            Self::Rounded { bias, noise, people } => {
                let mut normal = |sd: f64| if sd == 0.0 { 0.0 } else { Normal::new(0.0, sd).unwrap().sample(random) };
                let (topic, bias) = (normal(0.7), normal(bias));
                let on_scale = |x: f64| x.round().clamp(0.0, 4.0);
                let mut row = || {
                    let relevance = 2.0 + topic + normal(1.0);
                    let spread = if people > 1 { 0.5 } else { 0.0 };
                    let ratings: Vec<f64> = (0..people).map(|_| on_scale(relevance + normal(spread))).collect();
                    let judge = on_scale(on_scale(relevance) + bias + normal(noise));
                    let gold_mean = ratings.iter().sum::<f64>() / people as f64;
                    Pair { group, gold: ratings[0] as u8, gold_mean, judge: Some(judge as u8) }
                };
                (0..size).map(|_| row()).collect()
            }
        }
    }

    fn sample(&self, queries: usize, size: usize, random: &mut ChaCha8Rng) -> Vec<Pair> {
        (0..queries as u32).flat_map(|group| self.query(group, size, random)).collect()
    }

    /// True NMSE and intra-cluster correlation of a row's cost.
    fn truth(&self) -> (f64, f64) {
        if let Self::Mix { mix, icc } = self {
            let cost = |points: usize| if points == 5 { 100.0 } else { (points * points) as f64 * 6.25 };
            return (mix.iter().enumerate().map(|(points, share)| share * cost(points)).sum(), *icc);
        }
        // Two rows of each query: their mean cost, and the covariance of the two over the variance of one.
        let (sum, squares, products) = (0..TRUTH_QUERIES)
            .into_par_iter()
            .map(|query| {
                let rows = self.query(0, 2, &mut SEED.stream("truth", query));
                let (a, b) = (cost(&rows[0]), cost(&rows[1]));
                (a + b, a * a + b * b, a * b)
            })
            .reduce(|| (0.0, 0.0, 0.0), |x, y| (x.0 + y.0, x.1 + y.1, x.2 + y.2));
        let queries = TRUTH_QUERIES as f64;
        let mean = sum / queries / 2.0;
        (mean, (products / queries - mean * mean) / (squares / queries / 2.0 - mean * mean))
    }
}

/// A query's own probabilities.
fn own_mix(mix: [f64; 6], icc: f64, random: &mut ChaCha8Rng) -> [f64; 6] {
    if icc == 0.0 {
        return mix;
    }
    let own = mix.map(|share| match share * (1.0 - icc) / icc {
        0.0 => 0.0,
        shape => Gamma::new(shape, 1.0).unwrap().sample(random),
    });
    let total: f64 = own.iter().sum();
    if total > 0.0 { own.map(|part| part / total) } else { mix }
}

fn drawn(mix: &[f64; 6], random: &mut ChaCha8Rng) -> Option<u8> {
    let mut left: f64 = random.random();
    let found = mix.iter().position(|share| {
        left -= share;
        left < 0.0
    });
    found.map_or(Some(0), |points| (points < LEVELS).then_some(points as u8))
}

fn cost(pair: &Pair) -> f64 {
    pair.judge.map_or(100.0, |judge| (f64::from(judge) - pair.gold_mean).powi(2) * 6.25)
}

/// One line of the table: NMSE and, beside it, the linearised t interval.
fn line(name: &str, process: &Process, rows: usize, size: usize) {
    let (truth, icc) = process.truth();
    // To two digits: the last of a sum over threads depend on their order.
    let purpose = format!("{name} {icc:.2} {rows} {size}");
    let data_sets = if name.starts_with("low") || name.starts_with("moderate") { ASKED } else { DATA_SETS };
    let student =
        |pairs: &[Pair]| ratio(pairs.iter().map(|p| Term { group: p.group, value: cost(p), weight: 1 }), (0.0, 100.0));
    let one = |data_set: u64| {
        let pairs = process.sample(rows / size, size, &mut SEED.stream(&purpose, data_set));
        (held(&nmse(&pairs, LEVELS, MalformedPolicy::Full), truth), held(&student(&pairs), truth))
    };
    let (ours, student): (Vec<Held>, Vec<Held>) = (0..data_sets).into_par_iter().map(one).unzip();
    let student = share(&student, |h| h.inside);
    println!(
        "| {name} | {truth:.2} | {icc:.2} | {rows} | {} × {size} | {} | {student:.1} |",
        rows / size,
        summary(&ours)
    );
}

/// A line about another figure of the moderate error mix.
fn other(name: &str, truth: f64, icc: f64, rows: usize, size: usize, figure: impl Fn(&[Pair]) -> Figure + Sync) {
    let process = Process::Mix { mix: MIXES[1].1, icc };
    let purpose = format!("{name} {icc} {rows} {size}");
    let one =
        |data_set: u64| held(&figure(&process.sample(rows / size, size, &mut SEED.stream(&purpose, data_set))), truth);
    let found: Vec<Held> = (0..DATA_SETS).into_par_iter().map(one).collect();
    println!("| {name} | {truth:.2} | {icc:.2} | {rows} | {} × {size} | {} |", rows / size, summary(&found));
}

/// The NMSE of the moderate minus that of the low error mix on the same queries.
fn difference_line(icc: f64, rows: usize, size: usize) {
    let judges = [1, 0].map(|i| Process::Mix { mix: MIXES[i].1, icc });
    let truth = judges[0].truth().0 - judges[1].truth().0;
    let purpose = format!("difference {icc} {rows} {size}");
    let one = |data_set: u64| {
        let mut random = SEED.stream(&purpose, data_set);
        let [new, old] = judges.each_ref().map(|judge| judge.sample(rows / size, size, &mut random));
        let paired = difference(new.iter().zip(&old).map(|(a, b)| (a.group, cost(a), cost(b))), &SEED).unwrap();
        held(&paired.difference, truth)
    };
    let found: Vec<Held> = (0..DATA_SETS).into_par_iter().map(one).collect();
    println!(
        "| difference of NMSE | {truth:.2} | {icc:.2} | {rows} | {} × {size} | {} |",
        rows / size,
        summary(&found)
    );
}

fn share(found: &[Held], hit: impl Fn(&Held) -> bool) -> f64 {
    100.0 * found.iter().filter(|h| hit(h)).count() as f64 / found.len() as f64
}

/// Coverage, misses on either side, median width.
fn summary(found: &[Held]) -> String {
    let coverage = share(found, |h| h.inside);
    let mark = if (93.0..=97.0).contains(&coverage) { "" } else { " ✗" };
    let mut widths: Vec<f64> = found.iter().map(|h| h.width).collect();
    widths.sort_by(f64::total_cmp);
    let (below, above) = (share(found, |h| h.below), share(found, |h| h.above));
    format!("{coverage:.1}{mark} | {below:.1} / {above:.1} | {:.2}", widths[widths.len() / 2])
}

/// Where the truth lies against an interval.
struct Held {
    inside: bool,
    below: bool,
    above: bool,
    width: f64,
}

/// A figure without an interval holds nothing.
fn held(figure: &Figure, truth: f64) -> Held {
    match figure.interval() {
        Some(i) => Held {
            inside: i.low <= truth && truth <= i.high,
            below: i.high < truth,
            above: truth < i.low,
            width: i.high - i.low,
        },
        None => Held { inside: false, below: false, above: false, width: 0.0 },
    }
}

const COLUMNS: &str = "true value | ICC | rows | queries × rows | coverage % | too low / too high % | median width";

fn heading(title: &str, first: &str, last: &str) {
    println!("\n### {title}\n\n| {first} | {COLUMNS} |{last}");
    println!("|---|---|---|---|---|---|---|---|{}", if last.is_empty() { "" } else { "---|" });
}

fn main() {
    let student = " t alone % |";
    heading("NMSE, independent rows", "errors", student);
    for (name, mix) in MIXES {
        SIZES.iter().for_each(|rows| line(name, &Process::Mix { mix, icc: 0.0 }, *rows, 1));
    }
    heading("NMSE, queries with their own error mix", "errors", student);
    for (name, mix) in MIXES {
        for (icc, size) in CLUSTERS {
            SIZES.iter().for_each(|rows| line(name, &Process::Mix { mix, icc }, *rows, size));
        }
    }
    heading("NMSE, queries with their own bias", "errors", student);
    for (name, process) in ROUNDED {
        for size in [5, 10] {
            SIZES.iter().for_each(|rows| line(name, &process, *rows, size));
        }
    }
    heading("Other figures, moderate errors, queries with their own error mix", "figure", "");
    for (icc, size) in [(0.0, 1)].into_iter().chain(CLUSTERS) {
        for rows in SIZES {
            // 0.53 of rows without an error; 0.34 + 2·0.09 + 3·0.03 + 4·0.01 points on average.
            other("exact", 0.53, icc, rows, size, exact);
            other("MAE", 0.65, icc, rows, size, |pairs| mae(pairs, LEVELS));
            difference_line(icc, rows, size);
        }
    }
}
