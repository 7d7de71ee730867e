//! What the statistics cost: `cargo bench --bench agreement`. `benches/peers/run_stats.sh` runs it beside scikit-learn,
//! scipy, krippendorff and ppi_py and prints the ratios.
//!
//! One thread; the least CPU time of several samples, because the machine is shared. Each line is `name<TAB>seconds`.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use assessor::agreement::apply::{Lambda, Moments, PpiMode, ppi_mean};
use assessor::agreement::interval::Resampling;
use assessor::agreement::paired::sign_flip;
use assessor::agreement::{
    Confusion, IsotonicMap, MalformedPolicy, Metric, Pair, PairCounts, PointMetrics, Scores, Weights, adjacent, bias,
    coefficients, cohen_kappa, concordance, exact, gwet_ac, krippendorff_alpha_of_table, macro_recall, mae, nmse,
    pearson, precision, recall, spearman,
};
use rayon::ThreadPoolBuilder;
use std::hint::black_box;
use std::time::Instant;

const MILLION: u64 = 1_000_000;
const LEVELS: usize = 5;

/// The same numbers as in `stats_peers.py`: splitmix64 of the row's number.
fn hash(i: u64) -> u64 {
    let mut z = (i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn human(i: u64) -> u8 {
    (hash(i) % 5) as u8
}

/// Right in three rows of five, else one point off.
fn judge(i: u64) -> u8 {
    match hash(i + MILLION) % 5 {
        0 => human(i).saturating_sub(1),
        1 => (human(i) + 1).min(4),
        _ => human(i),
    }
}

/// The human rating plus noise with many digits.
fn score(i: u64) -> f64 {
    f64::from(human(i)) + hash(i + 2 * MILLION) as f64 / u64::MAX as f64 * 3.0
}

fn pairs(n: u64, per_query: u64) -> Vec<Pair> {
    let pair = |i: u64| Pair {
        group: (i / per_query) as u32,
        gold: human(i),
        gold_mean: f64::from(human(i)),
        judge: Some(judge(i)),
    };
    (0..n).map(pair).collect()
}

/// CPU time of this thread; wall time where the system does not tell.
fn cpu_seconds(started: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| started.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// The system counts CPU time in steps of some milliseconds, so each sample repeats the work for at least this long.
const SAMPLE_SECONDS: f64 = 0.2;

fn measure<T>(name: &str, mut work: impl FnMut() -> T) {
    let started = Instant::now();
    let sample = |times: u32, work: &mut dyn FnMut() -> T| {
        let before = cpu_seconds(started);
        (0..times).for_each(|_| drop(black_box(work())));
        cpu_seconds(started) - before
    };
    let mut times = 1;
    while sample(times, &mut work) < SAMPLE_SECONDS {
        times *= 2;
    }
    let least = (0..5).map(|_| sample(times, &mut work)).fold(f64::INFINITY, f64::min);
    println!("{name}\t{:.7}", least / f64::from(times));
}

/// Every point statistic of the table.
fn all_of_table(table: &Confusion) -> impl Sized + use<> {
    let pairs = PairCounts::of(table);
    let kappas =
        [Weights::None, Weights::Linear, Weights::Quadratic].map(|w| (cohen_kappa(table, w), gwet_ac(table, w)));
    let alphas = [Metric::Nominal, Metric::Ordinal, Metric::Interval].map(|m| krippendorff_alpha_of_table(table, m));
    let order = (pairs.tau_b(), pairs.somers_d(), pairs.somers_d_pessimistic(), pairs.gamma(), pairs.order_accuracy());
    let correlation = (pearson(table), spearman(table), concordance(table));
    let classes = (recall(table), precision(table), macro_recall(table));
    (PointMetrics::of_table(table), kappas, alphas, order, correlation, classes)
}

fn main() {
    ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(run);
}

fn run() {
    let million = pairs(MILLION, 20);
    measure("table metrics, 1e6 pairs", || all_of_table(&Confusion::of(&million, LEVELS)));
    measure("krippendorff alpha, 1e6 pairs", || {
        krippendorff_alpha_of_table(&Confusion::of(&million, LEVELS), Metric::Ordinal)
    });
    measure("spearman, 1e6 pairs", || spearman(&Confusion::of(&million, LEVELS)));
    measure("means with intervals, 1e6 pairs in 50,000 queries", || {
        let full = nmse(&million, LEVELS, MalformedPolicy::Full);
        (full, mae(&million, LEVELS), bias(&million, LEVELS), exact(&million), adjacent(&million))
    });
    let how = Resampling::default();
    measure("all coefficients with intervals, 1e6 pairs in 50,000 queries", || coefficients(&million, LEVELS, &how));
    drop(million);

    let (independent, queries) = (pairs(10_000, 1), pairs(10_000, 100));
    measure("BCa of all coefficients, 1e4 rows", || coefficients(&independent, LEVELS, &how));
    measure("BCa of all coefficients, 100 queries", || coefficients(&queries, LEVELS, &how));

    let gold: Vec<f64> = (0..MILLION).map(|i| f64::from(human(i))).collect();
    let scores: Vec<f64> = (0..MILLION).map(score).collect();
    let whole: Vec<f64> = (0..MILLION).map(|i| f64::from(judge(i))).collect();
    measure("kendall tau, 1e6 float scores", || PairCounts::of_scores(&gold, &scores).unwrap().tau_b());
    measure("kendall tau, 1e6 whole scores", || PairCounts::of_scores(&gold, &whole).unwrap().tau_b());
    measure("isotonic map, 1e6 float scores", || IsotonicMap::fit(&Scores::of(&gold, &scores).unwrap(), 1));

    let differences: Vec<f64> = (0..10_000).map(|i| f64::from(i16::from(judge(i)) - i16::from(human(i)))).collect();
    measure("paired permutation, 1e4 rows", || sign_flip(&differences, &how));
    let fractional: Vec<f64> = (0..10_000).map(|i| score(i) - f64::from(human(i)) - 1.5).collect();
    measure("paired permutation, 1e4 float rows", || sign_flip(&fractional, &how));

    let labelled: Vec<(f64, f64)> = (0..1_000).map(|i| (f64::from(human(i)), f64::from(judge(i)))).collect();
    measure("PPI mean, 1e3 and 1e6 rows", || {
        ppi_mean(&labelled, &Moments::of(&whole), Lambda::Tuned, PpiMode::Student, 0.05)
    });
}
