//! A judge carried to other models as one page: the verdicts, then for each model the judges side by side, what the search
//! bought, slices, and what broke.

use super::chart::Words;
use super::comparison::{SliceRow, slice};
use super::{SCRIPT, SCRIPT_HASH, STYLE};
use crate::adapt::{Adaptation, Summary, Target};
use crate::audit::{Change, Diff, SliceContrast};
use crate::domain::Rating;
use crate::optimize::adopt::{self, SliceStanding};
use crate::report::adaptation::{
    OVERVIEW, Row, Step, beware, bought, broken, counts, earlier, is_go, map, next, overview, rows, rule, sentence,
    simpler, spent, stamp, stored, title, total, worth,
};
use crate::report::comparison::shown;
use crate::report::plain::plain;
use askama::Template;

/// Newly broken items in the page, of each target.
const ITEMS: usize = 200;

/// Renders what carrying a judge came to.
pub fn adaptation_html(summary: &Summary) -> String {
    let go = summary.targets.iter().filter(|target| is_go(target)).count();
    let marked = summary.targets.iter().any(|target| target.terms_changed_after_look);
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        hash: SCRIPT_HASH,
        from: plain(&summary.from.name),
        tone: if go > 0 && !marked { "good" } else { "bad" },
        verdict: match (go, summary.targets.len()) {
            (1, 1) => summary.targets.first().map_or(String::new(), stamp),
            (0, 1) => "NO-GO".to_owned(),
            (0, all) => format!("NO-GO for all {all} models"),
            (go, all) if marked => format!("GO for {go} of {all} models, by terms changed after a look"),
            (go, all) => format!("GO for {go} of {all} models"),
        },
        header: OVERVIEW,
        overview: overview(summary),
        total: total(summary).map(|text| sentence(&text)),
        terms: terms(summary),
        targets: summary.targets.iter().enumerate().map(|(at, target)| Section::of(summary, target, at)).collect(),
        program: env!("CARGO_PKG_VERSION"),
    };
    page.render().expect("rendering into memory cannot fail")
}

#[derive(Template)]
#[template(path = "adaptation.html")]
struct Page {
    style: &'static str,
    script: &'static str,
    hash: &'static str,
    from: String,
    tone: &'static str,
    verdict: String,
    header: [&'static str; 6],
    overview: Vec<[String; 6]>,
    total: Option<String>,
    terms: Vec<(&'static str, String)>,
    targets: Vec<Section>,
    program: &'static str,
}

/// One model.
struct Section {
    id: String,
    title: String,
    tone: &'static str,
    stamp: String,
    reasons: Vec<Words>,
    arms: Vec<&'static str>,
    rows: Vec<Row>,
    bought: Vec<Words>,
    beware: Option<Words>,
    broken: Option<String>,
    items: Vec<(String, String, String, String)>,
    hidden: usize,
    simpler: Option<Words>,
    rule: String,
    /// Each with how it stands to the margin.
    slices: Vec<(SliceRow, String)>,
    spent: String,
    map: Option<Words>,
    earlier: Option<Words>,
    stored: Option<Words>,
    worth: Vec<Words>,
    steps: Vec<Step>,
    search: Option<String>,
}

impl Section {
    fn of(summary: &Summary, target: &Target, at: usize) -> Self {
        let found = target.adaptation.as_ref();
        let newly = found.map_or(Vec::new(), newly_broken);
        Self {
            id: format!("target-{at}"),
            title: plain(&title(summary, target)),
            tone: if is_go(target) && !target.terms_changed_after_look { "good" } else { "bad" },
            stamp: format!("{} {}", if is_go(target) { "✓" } else { "✕" }, stamp(target)),
            reasons: target.reasons.iter().map(|reason| Words::new(&sentence(reason))).collect(),
            arms: found.map_or(Vec::new(), |found| found.arms.iter().map(|arm| arm.role.name()).collect()),
            rows: found.map_or(Vec::new(), |found| rows(&found.arms)),
            bought: bought(target).iter().map(|text| Words::new(text)).collect(),
            beware: beware(summary, target).map(|text| Words::new(&sentence(&text))),
            broken: broken(target),
            hidden: newly.len().saturating_sub(ITEMS),
            items: newly.into_iter().take(ITEMS).collect(),
            simpler: simpler(target).map(|text| Words::new(&sentence(text))),
            rule: sentence(&rule(summary)),
            slices: found.map_or(Vec::new(), |found| {
                let counted = |contrast| (slice(contrast), counts(contrast, &found.terms));
                listed(found).into_iter().map(counted).collect()
            }),
            spent: spent(target),
            map: map(target).map(|text| Words::new(&text)),
            earlier: earlier(target).map(|text| Words::new(&text)),
            worth: worth(target).iter().map(|text| Words::new(&sentence(text))).collect(),
            stored: stored(target).map(|text| Words::new(&format!("Stored {text}."))),
            steps: next(summary, target),
            search: target.run.report.as_ref().and_then(|page| {
                let folder = page.parent()?.file_name()?.to_string_lossy().into_owned();
                Some(format!("{folder}/index.html"))
            }),
        }
    }
}

/// The slices that every comparison lists, and those that the verdict names, however small they are.
fn listed(found: &Adaptation) -> Vec<&SliceContrast> {
    let all = &found.against.slices;
    let mut listed = shown(all);
    let margin = found.terms.slice_margin;
    let named = |slice: &&SliceContrast| adopt::slice_standing(slice, margin) != SliceStanding::Within;
    for slice in all.iter().filter(named) {
        if !listed.iter().any(|other| (&other.column, &other.value) == (&slice.column, &slice.value)) {
            listed.push(slice);
        }
    }
    listed
}

/// Item, gold, the old judge's rating, the new one's.
fn newly_broken(found: &Adaptation) -> Vec<(String, String, String, String)> {
    let rating = |rating: Option<Rating>| rating.map_or("malformed".to_owned(), |rating| rating.to_string());
    let row = |d: &Diff| (plain(d.id.as_str()), d.gold.to_string(), rating(d.before), rating(d.after));
    found.against.changes.iter().filter(|d| d.change == Change::NewlyBroken).map(row).collect()
}

fn terms(summary: &Summary) -> Vec<(&'static str, String)> {
    let terms = summary.terms;
    let goal = match terms.goal {
        crate::adapt::Goal::Better => "better than the old judge".to_owned(),
        crate::adapt::Goal::NonInferior => format!("not worse than the old judge by {} NMSE points", terms.margin),
    };
    let protected = match summary.protected {
        0 => "none: no item was named".to_owned(),
        n => format!("{n}: each must keep the old judge's rating"),
    };
    vec![
        ("must be", goal),
        ("no slice worse by", format!("more than {} NMSE points, beyond chance (p < 0.05)", terms.slice_margin)),
        ("protected items", protected),
        ("malformed at most", format!("{:.1} %, unless the old judge has more", 100.0 * terms.malformed)),
        ("data", summary.data.clone()),
        ("metric", summary.metric.clone()),
        ("old judge", summary.from.judge.clone()),
    ]
}
