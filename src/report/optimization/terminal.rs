//! In the terminal: adopted or not, what it gained, what changed, what to type next.

use super::constant::advice;
use super::scale::{calibrated, scale};
use super::spending::spending;
use super::words::{
    Step, best, edits, fates, headline, is_adopted, made_of, next, rounds, short, standing, steps, stopped, upkeep,
    withheld,
};
use crate::optimize::story::Story;
use crate::optimize::summary::Summary;
use crate::report::bullets::weighed_terminal;
use crate::report::figures::{Unit, plural};
use crate::report::plain::spaced;
use crate::report::style::{INDENT, TerminalOptions, Tone};

/// Changed lines of each kind that are shown.
const LINES: usize = 15;

/// Renders a run.
pub fn optimization_terminal(summary: &Summary, story: &Story, options: &TerminalOptions) -> String {
    let good = is_adopted(summary, story) && summary.unusable().is_none();
    let tone = if good { Tone::Good } else { Tone::Bad };
    let mut out = format!("{}\n", options.paint(&spaced(&standing(summary, story)), tone));
    for sentence in headline(summary, story) {
        out.push_str(&options.hanging(INDENT, &spaced(&sentence)));
    }
    out.push('\n');
    let mut field = |name: &str, text: &str| {
        out.push_str(&options.hanging(&format!("{INDENT}{name:<10}"), &spaced(text)));
    };
    field("spent", &spending(summary));
    field("searched", &searched(summary, story));
    if let Some(rounds) = rounds(story) {
        field("rounds", &rounds);
    }
    if let Some(dev) = on_dev(story) {
        field("on dev", &dev);
    }
    if let Some([says, numbers]) = made_of(summary) {
        field("made of", &format!("{says} {numbers}"));
    }
    if let Some(text) = upkeep(summary) {
        field("in use", &text);
    }
    if let Some(warning) = &summary.warning {
        field("beware", warning);
    }
    if let Some(map) = calibrated(summary, story.begun.calibrate) {
        field("map", &map);
    }
    for text in scale(summary) {
        field("scale", &text);
    }
    if let Some(looks) = summary.looks.filter(|looks| *looks > 1) {
        field("looks", &format!("the held-out part was opened {looks} times by now: later results flatter"));
    }
    if let Some(stopped) = stopped(summary) {
        field("guarded", &stopped);
    }
    out.push_str(&changed(summary, story, *options));
    out.push_str(&weighed_terminal(story, *options));
    out.push_str(&todo(summary, story, *options));
    options.finish(out)
}

fn searched(summary: &Summary, story: &Story) -> String {
    let all = plural(summary.candidates, "candidate", "candidates");
    let fates = fates(story);
    let fates = if fates.is_empty() { fates } else { format!(" ({fates})") };
    format!("{all}{fates}; it ended because {}", summary.why)
}

/// What selection saw of the best candidate.
fn on_dev(story: &Story) -> Option<String> {
    // The end of the search is no point where too little was rated.
    let last = story.curve.last().filter(|last| Some(last.candidate) == story.best)?;
    let (before, after) = (Unit::Nmse.write(last.baseline), Unit::Nmse.write(last.nmse));
    let numbers = if last.candidate == 0 { before } else { format!("{before} → {after}") };
    Some(format!("NMSE {numbers} on {}, which the search has seen: it flatters", plural(last.n, "item", "items")))
}

fn changed(summary: &Summary, story: &Story, options: TerminalOptions) -> String {
    let best = best(story);
    if best.id == 0 {
        return String::new();
    }
    let (added, removed) = edits(story);
    let title = match summary.adopted.is_baseline {
        true => format!("What the best candidate ({}) would have changed in the prompt", short(&best.judge)),
        false => "What changed in the prompt".to_owned(),
    };
    let mut out = options.title(&title);
    for (sign, tone, lines) in [('−', Tone::Bad, removed), ('+', Tone::Good, added)] {
        for line in lines.iter().take(LINES) {
            let text = options.hanging(&format!("{INDENT}{sign} "), line);
            let painted = text.lines().map(|line| options.paint(line, tone)).collect::<Vec<_>>();
            out.push_str(&(painted.join("\n") + "\n"));
        }
        if lines.len() > LINES {
            out.push_str(&format!("{INDENT}{sign} and {} more\n", lines.len() - LINES));
        }
    }
    out
}

fn todo(summary: &Summary, story: &Story, options: TerminalOptions) -> String {
    let steps = steps(summary, story);
    let line = |step: &Step| format!("{INDENT}{:<32}{}\n", step.does, step.command);
    if summary.version.is_none() {
        let steps: String = steps.iter().map(line).collect();
        let withheld = withheld(summary).map_or(String::new(), |text| options.hanging("", &text));
        return format!("\n{}{withheld}{steps}", options.hanging("", next(summary, story)));
    }
    let mut out = options.title("What now");
    if let (Some(version), Some(promoted)) = (&summary.version, &summary.promoted) {
        let text = format!("`{}` leads to version {} now.", promoted.alias, short(version));
        out.push_str(&options.hanging(INDENT, &text));
    } else if let Some((version, text)) = summary.version.as_ref().zip(withheld(summary)) {
        let text = format!("It is stored as version {}. {text}", short(version));
        out.push_str(&options.hanging(INDENT, &text));
    } else if let Some(version) = &summary.version {
        let text = format!("It is stored as version {}; nothing uses it yet.", short(version));
        out.push_str(&options.hanging(INDENT, &text));
    }
    if let Some(text) = advice(summary) {
        out.push_str(&options.hanging(INDENT, &text));
    }
    out.extend(steps.iter().map(line));
    out
}
