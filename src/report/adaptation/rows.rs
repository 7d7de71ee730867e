//! Rows and sentences.

use crate::adapt::{Adaptation, Arm, Earlier, Goal, Summary, Target, Terms, Unmet, Verdict, Worth};
use crate::audit::{Change, Cost, SliceContrast};
use crate::domain::Figure;
use crate::optimize::adopt::{self, SliceStanding};
use crate::optimize::summary::PRODUCTION;
use crate::report::figures::{Unit, count, p_value, plural};
use crate::report::optimization::{calibrated, paid_for, short, spending, withheld};

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
    match (arm.labels_per_usd, arm.meets) {
        (Some(n), _) => count(n.round() as u64),
        (None, true) => "price not known".to_owned(),
        (None, false) => "not good enough".to_owned(),
    }
}

fn millis(ms: Option<u64>) -> String {
    ms.map_or("–".to_owned(), |ms| format!("{} ms", count(ms)))
}

/// `sim/small in place of sim/large`.
pub(in crate::report) fn title(summary: &Summary, target: &Target) -> String {
    format!("{} in place of {}", target.model, summary.from.model)
}

/// GO or NO-GO, and whether that can be relied on.
pub(in crate::report) fn stamp(target: &Target) -> String {
    let name = target.verdict.name();
    if target.terms_changed_after_look { format!("{name} by terms changed after a look") } else { name.to_owned() }
}

/// A reason as a sentence.
pub(in crate::report) fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
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

/// What all targets together were paid for; `None` for a single one, which says it itself.
pub(in crate::report) fn total(summary: &Summary) -> Option<String> {
    let paid = &summary.paid;
    let old = match paid.rival {
        0 => "none of them to the old judge, whose ratings were in the ledger".to_owned(),
        n => format!("the old judge's {} among them, once for all targets", count(n)),
    };
    let free = plural(paid.from_ledger, "answer", "answers");
    (summary.targets.len() > 1)
        .then(|| format!("in all {}: {old}; {free} came from the ledger, at no cost", paid_for(paid)))
}

/// What speaks against trusting the verdict; `None` when nothing does.
pub(in crate::report) fn beware(summary: &Summary, target: &Target) -> Option<String> {
    let earlier: Vec<String> = summary.earlier.iter().map(terms).collect();
    let terms = (!earlier.is_empty()).then(|| {
        format!(
            "this judge was carried by other terms before ({}): terms that are changed after a look prove nothing",
            earlier.join("; then ")
        )
    });
    let looks = target.run.looks.filter(|looks| *looks > 1);
    let looks = looks.map(|n| format!("the held-out part was opened {n} times by now: later results flatter"));
    let alias = withheld(&target.run).filter(|_| target.run.version.is_none());
    let alias = alias.map(|text| text.trim_end_matches('.').to_owned());
    let said: Vec<String> = terms.into_iter().chain(looks).chain(alias).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// What speaks for the old prompt on the new model, in place of the revised one.
pub(in crate::report) fn simpler(target: &Target) -> Option<&str> {
    // A GO says it first of all.
    target.adaptation.as_ref().filter(|_| !is_go(target))?.simpler.as_deref()
}

/// Was it worth it: what revising bought, why the old prompt does not do, and what labels cost. Nothing where the held-out part
/// stayed shut.
pub(in crate::report) fn worth(target: &Target) -> Vec<String> {
    let Some(found) = &target.adaptation else { return Vec::new() };
    let Worth { revising, lacks, labels } = &found.worth;
    let revising = revising.as_ref().map(|revising| {
        let [before, after] = revising.nmse.map(|nmse| Unit::Nmse.write(nmse));
        let signed = |points: f64| Unit::Signed.write(points);
        let interval = revising.interval.map_or(String::new(), |[low, high]| {
            format!(" (change {} to {} with 95 % confidence)", signed(low), signed(high))
        });
        let cost = revising.usd_per_1000.map_or(String::new(), |usd| {
            let [before, after] = usd.map(|usd| Unit::Usd.write(usd));
            format!("; 1,000 labels cost {after} with it, and {before} without")
        });
        format!("revising the prompt took NMSE on the new model from {before} to {after}{interval}{cost}")
    });
    let lacks = lacks.as_ref().map(|why| format!("the old prompt on the new model is not good enough: {why}"));
    let labels = labels.as_ref().map(|labels| {
        let [old, new] = labels.usd_per_1000.map(|usd| Unit::Usd.write(usd));
        let (does, share) =
            if labels.saved >= 0.0 { ("saves", labels.share) } else { ("costs another", -labels.share) };
        format!(
            "against the old judge, 1,000 labels cost {new} instead of {old}: that {does} {} ({:.0} %)",
            Unit::Usd.write(labels.saved.abs()),
            100.0 * share
        )
    });
    [revising, lacks, labels].into_iter().flatten().collect()
}

/// What was stored, and which alias leads to it now; `None` where nothing was.
pub(in crate::report) fn stored(target: &Target) -> Option<String> {
    let version = target.run.version.as_deref().map(short)?;
    let second = target.run.second.as_deref().map_or(String::new(), |second| {
        format!(" (the old prompt on the new model), and the revised prompt as {}", short(second))
    });
    let promoted = target.run.promoted.as_ref().map_or(String::new(), |moved| {
        let alias = &moved.alias;
        match moved.from.as_deref().map(short) {
            Some(from) if from == version => format!("; `{alias}` leads to version {version}, as before"),
            Some(from) => format!("; `{alias}` was moved from version {from} to version {version}"),
            None => format!("; `{alias}` is new and leads to version {version}"),
        }
    });
    let withheld = withheld(&target.run).map_or(String::new(), |text| format!(". {text}"));
    Some(format!("as judge version {version}{second}; the old judge stays as it is{promoted}{withheld}"))
}

/// What became of a calibration map; `None` where none was asked for.
pub(in crate::report) fn map(target: &Target) -> Option<String> {
    calibrated(&target.run, target.is_calibrated)
}

/// By what rule a slice counts against the new judge.
pub(in crate::report) fn rule(summary: &Summary) -> String {
    adopt::slice_rule(summary.terms.slice_margin)
}

/// Whether a slice counts against the new judge, and why not where it looks as if it should.
pub(in crate::report) fn counts(slice: &SliceContrast, terms: &Terms) -> String {
    match adopt::slice_standing(slice, terms.slice_margin) {
        SliceStanding::Within => "no".to_owned(),
        SliceStanding::Worse { p } => format!("yes: p {} alone", p_value(Some(p))),
        SliceStanding::NotShown { p } => format!("not shown: p {} alone", p_value(Some(p))),
        SliceStanding::TooSmall => "not tested".to_owned(),
    }
}

/// What to do now: what it is for, and what to type.
pub(in crate::report) struct Step {
    pub does: &'static str,
    pub text: String,
    /// It is copied as a whole; otherwise it is a sentence.
    pub is_command: bool,
}

/// What to do now.
pub(in crate::report) fn next(summary: &Summary, target: &Target) -> Vec<Step> {
    let old = short(&summary.from.judge);
    let command = |does, rest: String| Step { does, text: target.run.invocation.command(&rest), is_command: true };
    let seen = last_go(target).map(|version| command("see the earlier GO", format!("judge show {}", short(version))));
    let Some(version) = target.run.version.as_deref().map(short) else {
        // Without a version the old judge may not be stored either: its model and rubric lead to it.
        let instead = Step { does: "what can be done", text: instead(target), is_command: false };
        return std::iter::once(instead).chain(seen).collect();
    };
    let mut steps = vec![command("see what changed", format!("judge diff {old} {version}"))];
    steps.extend(seen);
    if target.run.promoted.is_none() {
        steps.push(command("use it", format!("judge promote {version} --as {PRODUCTION}")));
    }
    steps.push(command("go back", target.run.way_back(&old)));
    steps.push(command("label with it", format!("label --judge {version}")));
    if let Some(second) = target.run.second.as_deref().map(short) {
        steps.push(command("revised one instead", format!("judge promote {second} --as {PRODUCTION}")));
    }
    steps
}

/// The version of the last GO before, where it is another one than this run's.
fn last_go(target: &Target) -> Option<&str> {
    let last = target.earlier.iter().rev().find_map(|earlier| earlier.version.as_deref())?;
    (target.run.version.as_deref() != Some(last)).then_some(last)
}

/// What came of the same carry before; `None` where it is the first one.
pub(in crate::report) fn earlier(target: &Target) -> Option<String> {
    let one = |earlier: &Earlier| {
        let with = earlier.regimes.join(", ");
        let on = if earlier.same_data { "" } else { ", on other items or another division of them" };
        let of = earlier.version.as_deref().map_or(String::new(), |version| format!(", version {}", short(version)));
        let why = earlier.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
        let terms = terms(&earlier.terms);
        format!("{} on {}{of} ({with}; {terms}; seed {}){on}{why}", earlier.verdict.name(), earlier.date, earlier.seed)
    };
    let said: Vec<String> = target.earlier.iter().rev().take(EARLIER).map(one).collect();
    let more = target.earlier.len().saturating_sub(EARLIER);
    let more = if more > 0 { format!("; and {more} before") } else { String::new() };
    (!said.is_empty()).then(|| format!("{}{more}", said.join("; ")))
}

/// Verdicts of before that are told.
const EARLIER: usize = 3;

/// `margin 2, slices 2, malformed 0.02`.
fn terms(terms: &Terms) -> String {
    let goal = if terms.goal == Goal::Better { ", to be better" } else { "" };
    format!("margin {}, slices {}, malformed {}{goal}", terms.margin, terms.slice_margin, terms.malformed)
}

/// What can be done about a NO-GO. A term that was not met may be given a wider margin, but not because it was not met.
fn instead(target: &Target) -> String {
    if target.is_hopeless {
        return "another model: more calls would not help where no prompt makes a model tell items apart, or write replies \
                that can be read"
            .to_owned();
    }
    let takes = target.adaptation.as_ref().and_then(|found| found.takes.as_deref());
    let takes = takes.map_or(String::new(), |takes| format!("{}. Else: ", sentence(takes).trim_end_matches('.')));
    let search = format!("{takes}a larger budget, another model, or a --regime");
    let found = target.adaptation.as_ref();
    let option = |found: &Adaptation, unmet: Unmet| match unmet {
        Unmet::Better => "--require non-inferior".to_owned(),
        Unmet::Margin => format!("--margin (now {})", found.terms.margin),
        Unmet::SliceMargin => format!("--slice-margin (now {})", found.terms.slice_margin),
        Unmet::Malformed => format!("--malformed (now {})", found.terms.malformed),
        Unmet::Protected => "--protect".to_owned(),
    };
    let options: Vec<String> =
        found.iter().flat_map(|found| found.unmet.iter().map(|unmet| option(found, *unmet))).collect();
    if options.is_empty() {
        return format!("{search}; terms that are changed after a look prove nothing");
    }
    format!(
        "{search}. What was not met is set by {}: if more can be tolerated, set it before the next look, with a reason that \
         does not come from these numbers, and look at items that nobody has looked at: other --items, or at least another \
         --seed, which divides the same items otherwise, so that some were looked at before. --new-yardstick lets the \
         command go on by other terms or on other items, and holds out no new ones by itself; terms that are changed after \
         a look prove nothing",
        options.join(" and ")
    )
}

/// All targets in a line each: model, verdict, NMSE, malformed, cost of 1,000 labels, requests that were paid for.
pub(in crate::report) fn overview(summary: &Summary) -> Vec<[String; 6]> {
    let line = |target: &Target| {
        let chosen = target.adaptation.as_ref().and_then(Adaptation::chosen);
        let panel = chosen.map(|arm| &arm.panel).or(target.run.adopted.side.dev.as_ref());
        let of = |write: &dyn Fn(&crate::audit::Panel) -> String| panel.map_or("–".to_owned(), write);
        [
            target.model.clone(),
            stamp(target),
            of(&|panel| Unit::Nmse.value(&panel.nmse)),
            of(&|panel| Unit::Share.value(&panel.malformed.rate)),
            of(&|panel| price(&panel.cost)),
            target.run.paid.map_or("–".to_owned(), |paid| count(paid.requests())),
        ]
    };
    summary.targets.iter().map(line).collect()
}

/// What stands above [`overview`].
pub(in crate::report) const OVERVIEW: [&str; 6] =
    ["model", "verdict", "NMSE", "malformed", "cost of 1,000 labels", "requests paid for"];

/// The verdict is good news.
pub(in crate::report) fn is_go(target: &Target) -> bool {
    target.verdict == Verdict::Go
}
