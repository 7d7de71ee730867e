//! `cargo bench --bench demos`: ten seeds of the strategies that show examples, on the shipped labels with `sim/small` and a
//! rubric whose contract states no format, so that two of five replies are malformed; 1,500 judge calls each. Prints the
//! table of `docs/OPTIMIZERS.md`. Half a minute; `-- seeds 2` does fewer.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use assessor::app::{
    self, AuditRequest, Config, JudgeRequest, Method, OptimizeRequest, Optimized, Project, SimJudge, Source, Told,
    Truth, World,
};
use assessor::labels::{Fractions, ReadOptions};
use assessor::optimize::adopt::Conditions;
use assessor::optimize::gain::Gain;
use assessor::optimize::limits::Limits;
use assessor::optimize::{bootstrap, mipro};
use assessor::prompt::{Prefix, Prompt};
use assessor::rubric::SHIPPED;
use std::path::Path;

const SEEDS: u64 = 10;
const CALLS: u64 = 1_500;
/// Items that nobody optimised on, for the true shares: 6,000.
const FRESH: World = World { seed: 910_000, queries: 1_000 };
const MODEL: &str = "sim/small";

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let given = args.iter().position(|a| a == "seeds").and_then(|at| args.get(at + 1)?.parse().ok());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!(
        "| strategy | seed | malformed, held out | fresh | NMSE, held out | fresh | valid only | both valid | parsing | agreement | calls | adopted |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (name, method) in methods() {
        let rows: Vec<Row> = (0..given.unwrap_or(SEEDS))
            .filter_map(|seed| row(&name, seed, &runtime.block_on(run(seed, &method))))
            .collect();
        summary(&name, &rows);
    }
}

fn methods() -> Vec<(String, Method)> {
    let step = bootstrap::Knobs::new(6.25);
    let search = bootstrap::Knobs { search: 8, ..step.clone() };
    vec![
        ("mipro".into(), Method::Mipro(mipro::Knobs::default())),
        ("bootstrap".into(), Method::Bootstrap(step)),
        ("bootstrap --search 8".into(), Method::Bootstrap(search)),
    ]
}

/// The shipped rubric, but for the rule of its contract.
fn rubric(folder: &Path) -> std::path::PathBuf {
    let (before, rest) = SHIPPED.split_once("rule = \"\"\"").unwrap();
    let (_, after) = rest.split_once("\"\"\"").unwrap();
    let path = folder.join("no-format.toml");
    std::fs::write(&path, format!("{before}rule = 'Reply in JSON with \"rationale\" and \"rating\".'{after}")).unwrap();
    path
}

async fn run(seed: u64, method: &Method) -> Optimized {
    let folder = tempfile::tempdir().unwrap();
    let project = Project { state: folder.path().to_owned(), config: Config::default(), seed };
    let request = OptimizeRequest {
        judge: JudgeRequest { rubric: Some(rubric(folder.path())), ..JudgeRequest::default() },
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
        method: method.clone(),
        limits: Limits { judge_calls: Some(CALLS), ..Limits::default() },
        conditions: Conditions::default(),
        protect: None,
        promote: None,
        calibrate: false,
    };
    let (_keep, cancel) = tokio::sync::watch::channel(false);
    Box::pin(app::optimize(&project, &request, &mut |_| {}, cancel)).await.unwrap()
}

/// What one seed came to.
struct Row {
    gain: Gain,
    fresh: [Truth; 2],
    adopted: bool,
}

/// Prints a seed's line.
fn row(name: &str, seed: u64, found: &Optimized) -> Option<Row> {
    let system = |prompt: &Prompt| Told::System(Prefix::new(prompt, &found.baseline.rubric).system().to_string());
    let told = [system(&found.baseline.prompt), system(&found.adopted().prompt)];
    let fresh = app::truth(SimJudge { name: MODEL, noise: 0.0 }, FRESH, &told).unwrap();
    let gain = found.summary.gain.clone()?;
    let adopted = !found.summary.adopted.is_baseline;
    println!(
        "| {name} | {seed} | {} % | {:.1} → {:.1} % | {} | {:.1} → {:.1} | {} | {} | {:.1} | {:.1} | {} | {} |",
        gain.malformed.text(),
        fresh[0].malformed,
        fresh[1].malformed,
        gain.overall.text(),
        fresh[0].nmse,
        fresh[1].nmse,
        gain.valid_only.text(),
        gain.both_valid.text(),
        gain.parsing,
        gain.agreement,
        found.summary.calls.judge,
        if adopted { "yes" } else { "no" },
    );
    Some(Row { gain, fresh: [fresh[0], fresh[1]], adopted })
}

/// Prints a strategy's means.
fn summary(name: &str, rows: &[Row]) {
    let mean = |of: &dyn Fn(&Row) -> f64| rows.iter().map(of).sum::<f64>() / rows.len() as f64;
    let most = rows.iter().map(|row| row.fresh[1].malformed).fold(0.0, f64::max);
    println!(
        "| **{name}** | mean | {:.1} → {:.1} % | {:.1} → {:.1} % (at most {most:.1}) | {:.1} → {:.1} | {:.1} → {:.1} | | | {:.1} | {:.1} | | {} of {} |",
        mean(&|row| row.gain.malformed.before.unwrap()),
        mean(&|row| row.gain.malformed.after.unwrap()),
        mean(&|row| row.fresh[0].malformed),
        mean(&|row| row.fresh[1].malformed),
        mean(&|row| row.gain.overall.before.unwrap()),
        mean(&|row| row.gain.overall.after.unwrap()),
        mean(&|row| row.fresh[0].nmse),
        mean(&|row| row.fresh[1].nmse),
        mean(&|row| row.gain.parsing),
        mean(&|row| row.gain.agreement),
        rows.iter().filter(|row| row.adopted).count(),
        rows.len(),
    );
}
