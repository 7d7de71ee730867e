//! Are planted bullets found out? `cargo bench --bench bullets` prints the tables of `docs/OPTIMIZERS.md`: 20 seeds, each a
//! fresh world, at several budgets. `-- seeds 4` does fewer.
//!
//! The base prompt states two thirds of what counts; the planted bullets are to be weighed on it. What each truly does is measured on 20,400 items of other worlds, with and without it.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use assessor::app::{
    self, AuditRequest, Config, JudgeRequest, Method, OptimizeRequest, Optimized, Project, SimJudge, Source, Told,
    World,
};
use assessor::judge::JudgeSpec;
use assessor::labels::{Fractions, ReadOptions};
use assessor::optimize::adopt::Conditions;
use assessor::optimize::library::Knobs;
use assessor::optimize::library::finding::{Finding, Verdict};
use assessor::optimize::limits::Limits;
use assessor::prompt::Prompt;
use assessor::rubric;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

const SEEDS: u64 = 20;
const BUDGETS: [u64; 3] = [12_000, 24_000, 48_000];
/// 1,200 items, of which four fifths are searched on.
const QUERIES: usize = 200;
const SPLIT: (u32, u32, u32) = (40, 40, 20);
const TRUTH: World = World { seed: 970_000, queries: 3_400 };
const MODEL: &str = "sim/small";

/// The prompt in use: it states two thirds of what counts, and is only to be changed by vetted lines.
const BASE: [&str; 12] = [
    "superseded",
    "drafts",
    "official-source",
    "confirmed-answer",
    "link-only",
    "buried-answer",
    "short-and-complete",
    "half-an-answer",
    "abbreviations",
    "other-audience",
    "short-rationale",
    "always-rate",
];

/// What is planted: kind, id, rule.
const PLANTED: [(&str, &str, &str); 10] = [
    ("helpful", "keywords", "Rate a document low when it shares keywords with the query and has no substance."),
    (
        "helpful",
        "passing",
        "Rate a document lower when it mentions the subject only in passing and is about something else.",
    ),
    (
        "helpful, a little",
        "question",
        "A question that nobody answers does not help whoever has the same question: rate it low.",
    ),
    ("redundant", "passing-again", "A passing mention gets a lower rating."),
    ("redundant", "keywords-again", "If only the words match and there is no real information, rate lower."),
    ("harmful", "entity-reversed", "Rate a document higher when it is about a different product with a similar name."),
    ("harmful", "recency-reversed", "Rate documents that are several years old higher: they have stood the test."),
    ("useless", "seasons", "In winter, think of heating first, and in summer of shade."),
    ("useless", "spelling", "Ignore spelling mistakes and the layout of the page."),
    ("useless", "colours", "The colours of pictures and logos play no part."),
];

/// Bullets that say the same.
const TWINS: [(&str, &str); 2] = [("passing", "passing-again"), ("keywords", "keywords-again")];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let given = args.iter().position(|a| a == "seeds").and_then(|at| args.get(at + 1)?.parse().ok());
    let seeds = given.unwrap_or(SEEDS);
    let budgets: Vec<u64> = match args.iter().position(|a| a == "calls").and_then(|at| args.get(at + 1)?.parse().ok()) {
        Some(calls) => vec![calls],
        None => BUDGETS.to_vec(),
    };
    let truths = truths();
    println!("{truths:?}");
    for budget in budgets {
        let all = runs(budget, seeds);
        let mut twins = Vec::new();
        println!("\n{budget} judge calls, {seeds} seeds, {MODEL}\n");
        println!(
            "| planted | bullet | truly, alone | truly, beside the helpful | helps | does nothing | no effect shown | harms | redundant | only together | chosen |"
        );
        println!("|---|---|---|---|---|---|---|---|---|---|---|");
        for (first, again) in TWINS {
            let told = |bullets: &&Vec<Finding>| {
                let of = |id: &str| bullets.iter().find(|finding| finding.id == id).unwrap();
                let other = |a: &str, b: &str| matches!(&of(a).verdict, Verdict::RedundantWith(with) if with.is_empty() || with.iter().any(|id| id == b));
                other(first, again) || other(again, first)
            };
            let once = |bullets: &&Vec<Finding>| {
                let chosen = |id: &str| bullets.iter().any(|finding| finding.id == id && finding.place.is_some());
                chosen(first) != chosen(again)
            };
            twins.push(format!(
                "`{first}` and `{again}`: called redundant in {} runs, one of the two chosen in {}.",
                all.iter().filter(told).count(),
                all.iter().filter(once).count()
            ));
        }
        for (kind, id, _) in PLANTED {
            let found: Vec<&Finding> = all.iter().flatten().filter(|finding| finding.id == id).collect();
            let count = |test: &dyn Fn(&Verdict) -> bool| found.iter().filter(|f| test(&f.verdict)).count();
            let chosen = found.iter().filter(|finding| finding.place.is_some()).count();
            let (alone, within) = truths[id];
            println!(
                "| {kind} | {id} | {alone:+.1} | {within:+.1} | {} | {} | {} | {} | {} | {} | {chosen} |",
                count(&|v| *v == Verdict::Helps),
                count(&|v| *v == Verdict::DoesNothing),
                count(&|v| matches!(v, Verdict::NoEffectShown | Verdict::Untested)),
                count(&|v| *v == Verdict::Harms),
                count(&|v| matches!(v, Verdict::RedundantWith(_))),
                count(&|v| matches!(v, Verdict::OnlyTogetherWith(_))),
            );
        }
        println!("\n{}", twins.join("\n"));
    }
}

/// NMSE points that each truly gains: alone, and beside the helpful ones (without itself).
fn truths() -> BTreeMap<&'static str, (f64, f64)> {
    let base = base().editable();
    let helpful = |but: &str| -> Vec<&str> {
        PLANTED.iter().filter(|(kind, id, _)| *kind == "helpful" && *id != but).map(|(_, _, text)| *text).collect()
    };
    let told =
        |rules: &[&str]| Told::Editable(rules.iter().fold(base.clone(), |text, rule| format!("{text}\n- {rule}")));
    let mut prompts = vec![told(&[])];
    for (_, id, text) in PLANTED {
        let beside = helpful(id);
        prompts.extend([told(&[text]), told(&beside), told(&[beside.as_slice(), &[text]].concat())]);
    }
    let found: Vec<f64> = prompts
        .chunks(8)
        .flat_map(|some| app::truth(SimJudge { name: MODEL, noise: 0.0 }, TRUTH, some).unwrap())
        .map(|truth| truth.nmse)
        .collect();
    let of = |(i, (_, id, _)): (usize, &(&str, &'static str, &str))| {
        (*id, (found[0] - found[1 + 3 * i], found[2 + 3 * i] - found[3 + 3 * i]))
    };
    PLANTED.iter().enumerate().map(of).collect()
}

fn base() -> Prompt {
    let library = rubric::bullets::shipped();
    let texts = BASE.iter().map(|id| library.find(id).unwrap().text.clone()).collect();
    Prompt { bullets: texts, ..Prompt::of(&rubric::shipped()) }
}

/// The findings of each seed.
fn runs(budget: u64, seeds: u64) -> Vec<Vec<Finding>> {
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
                    let run = run(budget, seed);
                    found.lock().unwrap().push((seed, run.summary.bullets));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort_by_key(|(seed, _)| *seed);
    found.into_iter().map(|(_, bullets)| bullets).collect()
}

fn run(budget: u64, seed: u64) -> Optimized {
    let folder = tempfile::tempdir().unwrap();
    app::write_world(World { seed: 80_000 + seed, queries: QUERIES }, folder.path()).unwrap();
    let library = folder.path().join("planted.bullets.toml");
    std::fs::write(&library, library_text()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(search(budget, seed, folder.path(), &library))
}

fn library_text() -> String {
    let bullet = |(_, id, text): &(&str, &str, &str)| {
        format!(
            "\n[[bullet]]\nid = \"{id}\"\ntext = \"{text}\"\nauthor = \"bench\"\nstatus = \"vetted\"\n\
             vetted = {{ by = \"bench\", on = \"2026-11-20\" }}\n"
        )
    };
    format!("rubric = \"relevance\"\n{}", PLANTED.iter().map(bullet).collect::<String>())
}

async fn search(budget: u64, seed: u64, folder: &Path, library: &Path) -> Optimized {
    let project = Project { state: folder.join("state"), config: Config::default(), seed };
    let (train, dev, test) = SPLIT;
    let asked = JudgeRequest { model: Some(MODEL.into()), ..JudgeRequest::default() };
    let judge = project.judge(&asked, &project.endpoint(&asked).unwrap()).unwrap();
    let stored = Some(Arc::new(JudgeSpec { prompt: base(), ..judge }));
    let request = OptimizeRequest {
        judge: JudgeRequest { stored, ..JudgeRequest::default() },
        reflector: None,
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
        fractions: Fractions::new(train, dev, test).unwrap(),
        method: Method::Bullets(Knobs::default(), Some(library.to_owned())),
        limits: Limits { judge_calls: Some(budget), ..Limits::default() },
        conditions: Conditions::default(),
        protect: None,
        promote: None,
        calibrate: false,
    };
    let (_keep, cancel) = watch::channel(false);
    Box::pin(app::optimize(&project, &request, &mut |_| {}, cancel)).await.unwrap()
}
