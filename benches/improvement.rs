//! How often the improvement that an optimiser claims holds the true one: `cargo bench --bench improvement` prints the
//! table. Takes a while; `-- seeds 10` does fewer.
//!
//! Each seed has a fresh world of 72 queries, which is searched with `gepa` on 1,500 judge calls under noise; the held-out
//! part is opened once, and its contrast is the claim. The truth is what both prompts err on 20,400 items of another
//! world under the same noise.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use assessor::app::{
    self, AuditRequest, Config, JudgeRequest, Method, OptimizeRequest, Optimized, Project, SimJudge, Source, Told,
    World,
};
use assessor::domain::{Figure, Interval};
use assessor::labels::{Fractions, ReadOptions};
use assessor::model::sim::{Options, Server};
use assessor::optimize::adopt::Conditions;
use assessor::optimize::gepa;
use assessor::optimize::limits::Limits;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::watch;

const NOISES: [f64; 2] = [0.2, 0.4];
const SEEDS: u64 = 100;
const CALLS: u64 = 1_500;
const QUERIES: usize = 72;
/// Queries of the world in which truth is measured: 20,400 items.
const TRUTH_QUERIES: usize = 3_400;
/// Worlds are of different seeds, those of truth far from those of searches.
const FIRST_WORLD: u64 = 50_000;
const FIRST_TRUTH: u64 = 900_000;
const MODEL: &str = "sim/small";

/// What one seed came to, in NMSE points gained.
#[derive(Clone, Copy, Debug)]
struct Claim {
    gained: f64,
    low: f64,
    high: f64,
    truly: f64,
    adopted: bool,
}

impl Claim {
    fn covers(&self) -> bool {
        (self.low..=self.high).contains(&self.truly)
    }

    /// Distance of claim and truth, in half widths of the interval: 1 is just covered.
    fn distance(&self) -> f64 {
        (self.gained - self.truly).abs() / ((self.high - self.low) / 2.0)
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let given = args.iter().position(|a| a == "seeds").and_then(|at| args.get(at + 1)?.parse().ok());
    let seeds = given.unwrap_or(SEEDS);
    println!(
        "| noise | seeds | opened | covered | adopted | covered of these | mean claimed | mean true | 95 % within, in half widths |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for noise in NOISES {
        println!("{}", row(noise, seeds, &claims(noise, seeds)));
    }
}

fn row(noise: f64, seeds: u64, claims: &[Claim]) -> String {
    let mean = |of: fn(&Claim) -> f64| claims.iter().map(of).sum::<f64>() / claims.len() as f64;
    let covered = |of: &dyn Fn(&&Claim) -> bool| claims.iter().filter(of).filter(|c| c.covers()).count();
    let adopted = claims.iter().filter(|c| c.adopted).count();
    let mut distances: Vec<f64> = claims.iter().map(Claim::distance).collect();
    distances.sort_by(f64::total_cmp);
    let within = distances.get((distances.len() * 95).div_ceil(100).saturating_sub(1)).copied().unwrap_or(f64::NAN);
    format!(
        "| {noise} | {seeds} | {} | {} | {adopted} | {} | {:.2} | {:.2} | {within:.2} |",
        claims.len(),
        covered(&|_| true),
        covered(&|c| c.adopted),
        mean(|c| c.gained),
        mean(|c| c.truly),
    )
}

/// The claims of all seeds in which a candidate was opened, in the order of the seeds.
fn claims(noise: f64, seeds: u64) -> Vec<Claim> {
    let (next, found) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    let claim = claim(noise, seed);
                    found.lock().unwrap().push((seed, claim));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort_by_key(|(seed, _)| *seed);
    found.into_iter().filter_map(|(_, claim)| claim).collect()
}

/// One seed; `None` when nothing was opened.
fn claim(noise: f64, seed: u64) -> Option<Claim> {
    let folder = tempfile::tempdir().unwrap();
    app::write_world(World { seed: FIRST_WORLD + seed, queries: QUERIES }, folder.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let found = runtime.block_on(search(noise, seed, folder.path()));
    let decision = found.summary.decision.as_ref()?;
    let nmse = decision.comparison.contrasts.iter().find(|contrast| contrast.metric == "nmse")?;
    let Figure::Known(estimate) = &nmse.difference else { return None };
    let Interval { low, high, .. } = estimate.interval.as_ref()?;
    let prompts = [&found.baseline, &found.best].map(|judge| Told::Editable(judge.prompt.editable()));
    let world = World { seed: FIRST_TRUTH + seed, queries: TRUTH_QUERIES };
    let truth = app::truth(SimJudge { name: MODEL, noise }, world, &prompts).unwrap();
    // A difference is new − old; a gain is the other way round.
    Some(Claim {
        gained: -estimate.value,
        low: -high,
        high: -low,
        truly: truth[0].nmse - truth[1].nmse,
        adopted: decision.adopted,
    })
}

async fn search(noise: f64, seed: u64, folder: &Path) -> Optimized {
    let server = Server::start(Options { noise, ..Options::default() }).await.unwrap();
    let named = |id: &str| Some(format!("{}#{id}", server.base_url()));
    let project = Project { state: folder.join("state"), config: Config::default(), seed };
    let request = OptimizeRequest {
        judge: JudgeRequest { model: named(MODEL), ..JudgeRequest::default() },
        reflector: named("sim/reflector"),
        data: AuditRequest {
            source: Source::Nobody,
            items: Some(folder.join("items.jsonl")),
            human: Some(folder.join("ratings.jsonl")),
            read: ReadOptions::default(),
            replies: None,
            systems: None,
            scale: None,
            rubric: None,
            contaminated: true,
        },
        fractions: Fractions::new(40, 20, 40).unwrap(),
        method: Method::Gepa(gepa::Knobs::default()),
        limits: Limits { judge_calls: Some(CALLS), ..Limits::default() },
        conditions: Conditions::default(),
        protect: None,
        promote: None,
        calibrate: false,
    };
    let (_keep, cancel) = watch::channel(false);
    app::optimize(&project, &request, &mut |_| {}, cancel).await.unwrap()
}
