//! Rows and sentences.

use crate::adapt::{Adaptation, Arm, Goal, Role, Summary, Target, Unmet, Verdict};
use crate::audit::{Change, Cost};
use crate::domain::Figure;
use crate::optimize::story::StageFound;
use crate::report::figures::{Unit, count, plural};
use crate::report::optimization::{short, spending};

/// A row of the judges side by side.
pub(in crate::report) struct Row {
    /// What it says.
    pub name: &'static str,
    /// One for each judge.
    pub cells: Vec<String>,
}

/// The judges side by side, on the held-out part.
pub(in crate::report) fn rows(arms: &[Arm]) -> Vec<Row> {
    let row = |name, cell: &dyn Fn(&Arm) -> String| Row { name, cells: arms.iter().map(cell).collect() };
    let figure = |name, unit: Unit, of: &dyn Fn(&Arm) -> Figure| row(name, &|arm| unit.value(&of(arm)));
    vec![
        figure("NMSE", Unit::Nmse, &|arm| arm.panel.nmse.clone()),
        row("  95 % interval", &|arm| Unit::Nmse.interval(&arm.panel.nmse)),
        figure("NMSE, readable replies", Unit::Nmse, &|arm| arm.panel.nmse_valid.clone()),
        figure("malformed", Unit::Share, &|arm| arm.panel.malformed.rate.clone()),
        figure("exact agreement", Unit::Share, &|arm| arm.panel.exact.clone()),
        figure("bias", Unit::Signed, &|arm| arm.panel.bias.clone()),
        figure("quadratic kappa", Unit::Coefficient, &|arm| arm.panel.coefficients.kappa_quadratic.clone()),
        row("cost of 1,000 labels", &|arm| price(&arm.panel.cost)),
        row("labels for $1", &|arm| labels(arm)),
        row("latency, median", &|arm| millis(arm.panel.cost.latency_ms_median)),
        row("latency, 95th percentile", &|arm| millis(arm.panel.cost.latency_ms_p95)),
    ]
}

fn price(cost: &Cost) -> String {
    cost.usd_per_1000.value().map_or("price not known".to_owned(), |usd| Unit::Usd.write(usd))
}

/// Labels of a judge that is not good enough are no bargain at any price.
fn labels(arm: &Arm) -> String {
    match (arm.labels_per_usd, arm.role) {
        (Some(n), _) => count(n.round() as u64),
        (None, Role::From) => "price not known".to_owned(),
        (None, _) => "not good enough".to_owned(),
    }
}

fn millis(ms: Option<u64>) -> String {
    ms.map_or("–".to_owned(), |ms| format!("{} ms", count(ms)))
}

/// `sim/small in place of sim/large`.
pub(in crate::report) fn title(summary: &Summary, target: &Target) -> String {
    format!("{} in place of {}", target.model, summary.from.model)
}

/// A reason as a sentence.
pub(in crate::report) fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// What each way of searching bought, on the data of the search, and which one is used.
pub(in crate::report) fn bought(target: &Target) -> Vec<String> {
    let points = |gain: f64, se: Option<f64>| {
        let way = if gain >= 0.0 { "better" } else { "worse" };
        let se = se.map_or(String::new(), |se| format!(" (± {})", Unit::Points.write(se)));
        format!("{} NMSE points {way}{se}", Unit::Points.write(gain.abs()))
    };
    let one = |stage: &StageFound| {
        let calls = plural(stage.calls, "call", "calls");
        let gain = match stage.gain {
            Some(gain) => format!("{} on dev than what it began with", points(gain, stage.se)),
            None => "nothing better than what it began with".to_owned(),
        };
        let used = stage.best == target.run.best.candidate && stage.gain.is_some();
        // What decided is not what the stage saw: all stages are held against the old prompt once more.
        let last = match (&stage.last, used) {
            (None, true) => "; used with all that is before it".to_owned(),
            (None, false) => String::new(),
            (Some(last), used) => {
                let why = match used {
                    true => "; of this the most is to be expected, so it is used with all that is before it",
                    false => "; of this less is to be expected than of what is used",
                };
                let rows = plural(u64::from(last.rows), "dev item", "dev items");
                format!(". In the end, on {rows}: {} than the old prompt{why}", points(last.gain, last.se))
            }
        };
        format!("{}: {gain}, for {calls}; it ended because {}{last}", stage.name, stage.why.text())
    };
    target.regimes.iter().map(one).collect()
}

/// What broke and what was mended against the old judge.
pub(in crate::report) fn broken(target: &Target) -> Option<String> {
    let against = &target.adaptation.as_ref()?.against;
    let n = |change| against.changed.get(&change).copied().unwrap_or(0);
    let items = plural(n(Change::NewlyBroken), "held-out item", "held-out items");
    Some(format!(
        "{items} that the old judge rated as people do are rated otherwise now; {} are mended",
        count(n(Change::Fixed))
    ))
}

/// What it took, and of what it was allowed.
pub(in crate::report) fn spent(target: &Target) -> String {
    let share = target.budget_calls.filter(|most| *most > 0).map_or(String::new(), |most| {
        let share = target.run.calls.judge as f64 / most as f64;
        format!("; {:.0} % of the {} judge calls that were allowed", 100.0 * share, count(most))
    });
    format!("{}{share}", spending(&target.run))
}

/// What speaks against trusting the verdict; `None` when nothing does.
pub(in crate::report) fn beware(summary: &Summary, target: &Target) -> Option<String> {
    let terms = summary.earlier.map(|before| {
        let goal = if before.goal == Goal::Better { ", to be better".to_owned() } else { String::new() };
        format!(
            "this judge was carried by other terms before (margin {}, slices {}, malformed {}{goal}): terms that are changed \
             after a look prove nothing",
            before.margin, before.slice_margin, before.malformed
        )
    });
    let looks = target.run.looks.filter(|looks| *looks > 1);
    let looks = looks.map(|n| format!("the held-out part was opened {n} times by now: later results flatter"));
    let said: Vec<String> = terms.into_iter().chain(looks).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// What to do now: what it is for, and what to type.
pub(in crate::report) fn next(summary: &Summary, target: &Target) -> Vec<(&'static str, String)> {
    let Some(version) = target.run.version.as_deref().map(short) else {
        return vec![("what can be done", instead(target))];
    };
    let old = short(&summary.from.judge);
    let command = |rest: String| target.run.invocation.command(&rest);
    let mut steps = vec![("see what changed", command(format!("judge diff {old} {version}")))];
    match &target.run.promoted {
        Some(promoted) if promoted.from.is_none() => {
            steps.push(("go back", command(format!("judge promote {old} --as {}", promoted.alias))));
        }
        Some(promoted) => steps.push(("go back", command(format!("judge rollback {}", promoted.alias)))),
        None => steps.push(("use it", command(format!("judge promote {version} --as production")))),
    }
    steps.push(("label with it", command(format!("label --judge {version}"))));
    steps
}

/// What can be done about a NO-GO. A term that was not met may be given a wider margin, but not because it was not met.
fn instead(target: &Target) -> String {
    let search = "more calls (--budget-calls), another model, or a --regime";
    let found = target.adaptation.as_ref();
    let option = |found: &Adaptation, unmet: Unmet| match unmet {
        Unmet::Better => "--require non-inferior".to_owned(),
        Unmet::Margin => format!("--margin (now {})", found.terms.margin),
        Unmet::SliceMargin => format!("--slice-margin (now {})", found.terms.slice_margin),
        Unmet::Malformed => format!("--malformed (now {})", found.terms.malformed),
    };
    let options: Vec<String> =
        found.iter().flat_map(|found| found.unmet.iter().map(|unmet| option(found, *unmet))).collect();
    if options.is_empty() {
        return format!("{search}; terms that are changed after a look prove nothing");
    }
    format!(
        "{search}. What was not met is set by {}: if more can be tolerated, set it before the next look, with a reason that \
         does not come from these numbers, and hold out items that nobody has looked at (--new-yardstick); terms that are \
         changed after a look prove nothing",
        options.join(" and ")
    )
}

/// All targets in a line each: model, verdict, NMSE, malformed, cost of 1,000 labels, judge calls.
pub(in crate::report) fn overview(summary: &Summary) -> Vec<[String; 6]> {
    let line = |target: &Target| {
        let last = target.adaptation.as_ref().and_then(|found| found.arms.last());
        let panel = last.map(|arm| &arm.panel).or(target.run.adopted.side.dev.as_ref());
        let of = |write: &dyn Fn(&crate::audit::Panel) -> String| panel.map_or("–".to_owned(), write);
        [
            target.model.clone(),
            target.verdict.name().to_owned(),
            of(&|panel| Unit::Nmse.value(&panel.nmse)),
            of(&|panel| Unit::Share.value(&panel.malformed.rate)),
            of(&|panel| price(&panel.cost)),
            count(target.run.calls.judge),
        ]
    };
    summary.targets.iter().map(line).collect()
}

/// What stands above [`overview`].
pub(in crate::report) const OVERVIEW: [&str; 6] =
    ["model", "verdict", "NMSE", "malformed", "cost of 1,000 labels", "judge calls spent"];

/// The verdict is good news.
pub(in crate::report) fn is_go(target: &Target) -> bool {
    target.verdict == Verdict::Go
}
