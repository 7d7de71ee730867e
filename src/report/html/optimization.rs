//! A run of an optimiser as one page. It answers in this order: what changed in the prompt, was it worth it, can I trust
//! it, how do I go back. Then the search itself.

use super::chart::Words;
use super::comparison::{SliceRow, number, signed_short, slice};
use super::prompts::{Card, Prose, Refusal, cards, prose, refusals};
use super::{SCRIPT, SCRIPT_HASH, STYLE};
use crate::audit::{Change, Comparison, Diff};
use crate::domain::Rating;
use crate::optimize::library::finding::{Finding, Verdict};
use crate::optimize::story::{Point, Status, Story, Tried};
use crate::optimize::summary::Summary;
use crate::prompt::diff::diff;
use crate::report::bullets::{COLUMNS, NOTE, cells, ordered, reach, tally};
use crate::report::comparison::shown;
use crate::report::examples::{all, told};
use crate::report::figures::{Unit, count};
use crate::report::optimization::{
    advice, best, fates, headline, is_adopted, next, nmse, rounds, short, shows, spending, standing, steps, trust,
    upkeep, withheld,
};
use crate::report::plain::plain;
use crate::report::plots::{Learning, learning};
use crate::report::svg::{self, Axis};
use askama::Template;

/// Held-out items of each kind in the page.
const ITEMS: usize = 100;
/// Examples of the best prompt in the page.
const EXAMPLES: usize = 40;
/// Deeper candidates are set no further in.
const DEEPEST: usize = 8;

/// Renders a run.
pub fn optimization_html(summary: &Summary, story: &Story) -> String {
    let best = best(story);
    let sentences = headline(summary, story);
    let mut sentences = sentences.iter().map(|sentence| Words::new(sentence));
    let compared = summary.decision.as_ref().map(|decision| &decision.comparison);
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        hash: SCRIPT_HASH,
        model: plain(&story.begun.model),
        strategy: plain(&story.begun.strategy),
        run: plain(&summary.run),
        tone: match (is_adopted(summary, story), summary.unusable()) {
            (true, None) => "good",
            (true, Some(_)) => "fair",
            (false, _) => "unkept",
        },
        stamp: plain(&format!("{} {}", if is_adopted(summary, story) { "✓" } else { "✕" }, standing(summary, story))),
        big: nmse(summary).and_then(|nmse| nmse.difference.value()).map(signed_short),
        interval: nmse(summary)
            .and_then(|nmse| nmse.difference.interval())
            .map_or(String::new(), |i| format!("95 %: {} to {}", signed_short(i.low), signed_short(i.high))),
        headline: sentences.next().unwrap_or_else(|| Words::new("")),
        words: sentences.collect(),
        spending: spending(summary),
        upkeep: upkeep(summary),
        nothing: best.id == 0,
        adopted: is_adopted(summary, story),
        replaced: summary.second.is_some(),
        second: summary.second.as_deref().map(short),
        kept: kept(summary, story),
        parent: if story.begun.against.is_some() { "old judge" } else { "baseline" },
        change: prose(&diff(&story.candidates[0].text, &best.text)),
        shows: shows(story).map(|text| plain(&text)),
        examples: all(&summary.best_prompt).take(EXAMPLES).map(told).collect(),
        hidden: all(&summary.best_prompt).count().saturating_sub(EXAMPLES),
        held: compared.map(Held::of),
        facts: trust(summary, story).into_iter().map(|(name, text)| (name, Words::new(&text))).collect(),
        advice: advice(summary).into_iter().chain(withheld(summary)).map(|text| Words::new(&text)).collect(),
        steps: steps(summary, story).into_iter().map(|step| (step.does, step.command)).collect(),
        next: Words::new(next(summary, story)),
        version: summary.version.as_deref().map(short),
        curve: curve(story),
        rounds: rounds(story),
        fates: fates(story),
        why: &summary.why,
        tree: tree(story),
        cards: cards(story),
        weighed: weighed(story),
        refusals: refusals(story),
        rejected: summary.rejected.iter().map(|(name, n)| (plain(name), count(*n))).collect(),
        stopped: count(summary.stopped),
        knobs: knobs(story),
        program: env!("CARGO_PKG_VERSION"),
    };
    page.render().expect("rendering into memory cannot fail")
}

/// What is adopted where the prompt stays as it is.
fn kept(summary: &Summary, story: &Story) -> &'static str {
    let mapped = summary.calibration.as_ref().is_some_and(|found| found.dev.used);
    match (story.begun.against.is_some(), mapped) {
        (false, _) => "its calibration map",
        (true, false) => "the old prompt on the new model",
        (true, true) => "the old prompt on the new model, with a calibration map",
    }
}

#[derive(Template)]
#[template(path = "optimization.html")]
struct Page<'a> {
    style: &'static str,
    script: &'static str,
    hash: &'static str,
    model: String,
    strategy: String,
    run: String,
    tone: &'static str,
    stamp: String,
    big: Option<String>,
    interval: String,
    headline: Words,
    words: Vec<Words>,
    spending: String,
    upkeep: Option<String>,
    nothing: bool,
    adopted: bool,
    /// The baseline is recommended in place of the best candidate.
    replaced: bool,
    second: Option<String>,
    /// What is adopted, where it is no other prompt.
    kept: &'static str,
    /// What is stored beside it, and what it is held against.
    parent: &'static str,
    change: Prose,
    shows: Option<String>,
    /// Names and texts of each example.
    examples: Vec<Vec<(String, String)>>,
    hidden: usize,
    held: Option<Held>,
    facts: Vec<(&'static str, Words)>,
    advice: Vec<Words>,
    steps: Vec<(&'static str, String)>,
    next: Words,
    version: Option<String>,
    curve: Option<Curve>,
    rounds: Option<String>,
    fates: String,
    why: &'a str,
    tree: Vec<Branch>,
    cards: Vec<Card>,
    weighed: Option<Weighed>,
    refusals: Vec<Refusal>,
    rejected: Vec<(String, String)>,
    stopped: String,
    knobs: Vec<(String, String)>,
    program: &'static str,
}

/// What the held-out part said.
struct Held {
    numbers: Vec<[String; 6]>,
    slices: Vec<SliceRow>,
    items: Vec<(&'static str, String, Vec<ItemRow>)>,
}

/// Item, gold, before, after.
type ItemRow = (String, String, String, String);

impl Held {
    fn of(comparison: &Comparison) -> Self {
        let rating = |rating: Option<Rating>| rating.map_or("malformed".to_owned(), |rating| rating.to_string());
        let row = |d: &Diff| (plain(d.id.as_str()), d.gold.to_string(), rating(d.before), rating(d.after));
        let kind = |name, kind| {
            let all = comparison.changes.iter().filter(move |d| d.change == kind);
            (name, count(all.clone().count() as u64), all.take(ITEMS).map(row).collect())
        };
        Self {
            numbers: comparison.contrasts.iter().map(number).collect(),
            slices: shown(&comparison.slices).into_iter().map(slice).collect(),
            items: vec![kind("fixed", Change::Fixed), kind("newly broken", Change::NewlyBroken)],
        }
    }
}

/// The learning curve.
struct Curve {
    drawing: String,
    ticks: String,
    rows: Vec<[String; 6]>,
}

fn curve(story: &Story) -> Option<Curve> {
    let points = &story.curve;
    let reach = points.iter().map(|point| point.nmse.max(point.baseline)).fold(0.0, f64::max);
    let (across, up) = (Axis::from_zero(points.last()?.calls as f64), Axis::from_zero(reach));
    let plateaus: Vec<u64> = story.plateaus.iter().map(|plateau| plateau.calls).collect();
    let row = |point: &Point| {
        [
            count(point.calls),
            count(point.other),
            Unit::Usd.write(point.cost_usd),
            format!("{}", point.candidate),
            format!("{} ({})", Unit::Nmse.write(point.nmse), count(point.n)),
            Unit::Nmse.write(point.baseline),
        ]
    };
    Some(Curve {
        drawing: learning(&Learning { across, up, points, plateaus: &plateaus }),
        ticks: svg::ticks(across),
        rows: points.iter().map(row).collect(),
    })
}

/// What each bullet of a library came to.
struct Weighed {
    tally: String,
    columns: [&'static str; COLUMNS.len()],
    rows: Vec<WeighedRow>,
    reach: Option<String>,
    note: &'static str,
}

struct WeighedRow {
    class: &'static str,
    text: String,
    cells: [String; COLUMNS.len()],
}

fn weighed(story: &Story) -> Option<Weighed> {
    let row = |finding: &Finding| WeighedRow {
        class: match (&finding.verdict, finding.place) {
            (Verdict::Harms, _) => "stands-out",
            _ => "",
        },
        text: plain(&finding.text),
        cells: cells(finding),
    };
    (!story.bullets.is_empty()).then(|| Weighed {
        tally: tally(&story.bullets),
        columns: COLUMNS,
        rows: ordered(&story.bullets).into_iter().map(row).collect(),
        reach: reach(story),
        note: NOTE,
    })
}

/// A candidate in the tree.
struct Branch {
    id: usize,
    depth: usize,
    from: String,
    how: &'static str,
    status: Status,
    class: &'static str,
    dev: String,
    gain: String,
}

/// Candidates below their first parents, in the order of their numbers.
fn tree(story: &Story) -> Vec<Branch> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); story.candidates.len()];
    for candidate in &story.candidates {
        if let Some(below) = candidate.parents.first().and_then(|parent| children.get_mut(*parent)) {
            below.push(candidate.id);
        }
    }
    let mut tree = Vec::with_capacity(story.candidates.len());
    let mut open = vec![(0, 0)];
    while let Some((id, depth)) = open.pop() {
        tree.push(branch(&story.candidates[id], depth.min(DEEPEST)));
        open.extend(children[id].iter().rev().map(|child| (*child, depth + 1)));
    }
    tree
}

fn branch(candidate: &Tried, depth: usize) -> Branch {
    let parents: Vec<String> = candidate.parents.iter().map(ToString::to_string).collect();
    Branch {
        id: candidate.id,
        depth,
        from: parents.join(" and "),
        how: candidate.operator.name(),
        status: candidate.status,
        class: tone(candidate.status),
        dev: candidate.dev.map_or(String::new(), |dev| format!("NMSE {} on {}", Unit::Nmse.write(dev.nmse), dev.n)),
        gain: candidate.compared.last().map_or(String::new(), |stage| Unit::Signed.write(stage.gain)),
    }
}

/// The class of a status.
pub(super) fn tone(status: Status) -> &'static str {
    match status {
        Status::Adopted | Status::Best => "best",
        Status::Kept | Status::Baseline => "kept",
        Status::Rejected => "rejected",
        Status::Unfinished => "unfinished",
    }
}

fn knobs(story: &Story) -> Vec<(String, String)> {
    let begun = &story.begun;
    let limit = |limit: Option<u64>| limit.map_or("none".to_owned(), count);
    let limits = begun.limits;
    let mut knobs = vec![
        ("judge".to_owned(), plain(&begun.model)),
        ("reflector".to_owned(), plain(&begun.reflector)),
        ("seed".to_owned(), begun.seed.to_string()),
        ("data".to_owned(), begun.data.clone()),
        ("budget, judge calls".to_owned(), limit(limits.judge_calls)),
        ("budget, all calls".to_owned(), limit(limits.calls)),
        ("budget, tokens".to_owned(), limit(limits.tokens)),
        ("budget, dollars".to_owned(), limits.usd.map_or("none".to_owned(), |usd| usd.to_string())),
        ("budget, seconds".to_owned(), limit(limits.seconds)),
        ("slice margin".to_owned(), begun.conditions.margin.to_string()),
        ("malformed allowed".to_owned(), Unit::Share.write(begun.conditions.malformed)),
    ];
    let own = begun.knobs.as_object().into_iter().flatten();
    knobs.extend(own.map(|(name, value)| (plain(name), plain(&value.to_string()))));
    knobs
}
