//! `cargo bench --bench optimize`: ten seeds of `optimize gepa` on the shipped labels with the simulated models, 1,500
//! judge calls each, the held-out part opened; prints the table of `docs/OPTIMIZERS.md`. Half a minute.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use assessor::app::{self, AuditRequest, Config, JudgeRequest, Method, OptimizeRequest, Optimized, Project, Source};
use assessor::audit::Side;
use assessor::domain::{Dev, Train};
use assessor::guardrail::{self, Guard};
use assessor::labels::{Fractions, ReadOptions};
use assessor::optimize::adopt::Conditions;
use assessor::optimize::event::Entry;
use assessor::optimize::gepa::Knobs;
use assessor::optimize::limits::Limits;

const SEEDS: u64 = 10;
const CALLS: u64 = 1_500;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!(
        "| seed | test NMSE before | after | malformed before | after | judge calls | candidates | refused | adopted | lint |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut rows: Vec<[f64; 4]> = (0..SEEDS).filter_map(|seed| row(seed, &runtime.block_on(run(seed)))).collect();
    let mut median = |at: usize| {
        rows.sort_by(|a, b| a[at].total_cmp(&b[at]));
        (rows[(rows.len() - 1) / 2][at] + rows[rows.len() / 2][at]) / 2.0
    };
    let medians: Vec<String> = (0..4).map(|at| format!("{:.1}", median(at))).collect();
    println!("| median | {} | {} | {} % | {} % | | | | | |", medians[0], medians[1], medians[2], medians[3]);
}

async fn run(seed: u64) -> Optimized {
    let state = tempfile::tempdir().unwrap();
    let project = Project { state: state.path().to_owned(), config: Config::default(), seed };
    let request = OptimizeRequest {
        judge: JudgeRequest::default(),
        reflector: None,
        data: AuditRequest {
            source: Source::Nobody,
            items: None,
            human: None,
            read: ReadOptions::default(),
            replies: None,
            systems: None,
            scale: None,
            rubric: None,
            contaminated: true,
        },
        fractions: Fractions::new(40, 20, 40).unwrap(),
        method: Method::Gepa(Knobs::default()),
        limits: Limits { judge_calls: Some(CALLS), ..Limits::default() },
        conditions: Conditions::default(),
        protect: None,
        promote: None,
        calibrate: false,
    };
    let (_keep, cancel) = tokio::sync::watch::channel(false);
    Box::pin(app::optimize(&project, &request, &mut |_| {}, cancel)).await.unwrap()
}

/// Prints a seed's line; returns NMSE and malformed share before and after, in percent.
fn row(seed: u64, found: &Optimized) -> Option<[f64; 4]> {
    let decision = found.summary.decision.as_ref()?;
    let held = &decision.comparison;
    let nmse = held.contrasts.iter().find(|contrast| contrast.metric == "nmse")?;
    let (before, after) = (nmse.old.value()?, nmse.new.value()?);
    let share = |side: &Side| 100.0 * side.malformed as f64 / held.n as f64;
    let (broken, mended) = (share(&held.old), share(&held.new));
    let count = |wanted: fn(&Entry) -> bool| found.log.iter().filter(|entry| wanted(entry)).count();
    let admitted = count(|entry| matches!(entry, Entry::Admitted { .. }));
    let refused = count(|entry| matches!(entry, Entry::Refused(_)));
    let adopted = if decision.adopted { "yes" } else { "no" };
    println!(
        "| {seed} | {before:.1} | {after:.1} | {broken:.1} % | {mended:.1} % | {} | {admitted} | {refused} | {adopted} | {} |",
        found.summary.calls.judge,
        lint(found)
    );
    Some([before, after, broken, mended])
}

/// The adopted prompt against the guardrails, without the examples: the search has held it against those.
fn lint(found: &Optimized) -> String {
    let nothing = (Train(Vec::new()), Dev(Vec::new()));
    let (rubric, base) = (&found.baseline.rubric, &found.baseline.prompt);
    let guard = Guard::new(rubric, base, &nothing.0, &nothing.1, guardrail::Limits::default());
    let violations = guard.check(&found.adopted().prompt, None);
    if violations.is_empty() { "passes".to_owned() } else { format!("{} violations", violations.len()) }
}
