//! The sentences.

use super::constant::constant;
use super::rival::Rival;
use super::scale::{calibrated, scale};
use crate::audit::Contrasted;
use crate::domain::{is_simulation, quoted};
use crate::ledger::Edits;
use crate::optimize::gain::{Change, Gain};
use crate::optimize::story::{Status, Story, Tried};
use crate::optimize::summary::{PRODUCTION, Summary, Withheld};
use crate::report::adaptation::sentence;
use crate::report::figures::{Unit, count, p_value, plural};
use crate::report::plain::spaced;
use std::path::PathBuf;

/// Digits of a judge's hash that name it to commands.
const SHORT: usize = 12;
/// What stands above the rules in an editable text.
const HEADING: &str = "Rules:";

/// A hash, as it is typed.
pub(in crate::report) fn short(hash: &str) -> String {
    hash.chars().take(SHORT).collect()
}

/// Adopted or not, in a few words, and for what it must not be taken.
pub(in crate::report) fn standing(summary: &Summary, story: &Story) -> String {
    let unusable = summary.unusable().map_or(String::new(), |constant| {
        format!(", and not yet shown to be better than always saying {}", constant.rating)
    });
    adopted_or_not(summary, story) + &unusable
}

fn adopted_or_not(summary: &Summary, story: &Story) -> String {
    match (Rival::of(story), is_adopted(summary, story)) {
        (Some(rival), true) => format!("Adopted in place of the old judge on {}", rival.model),
        (Some(rival), false) => format!("Not adopted: the old judge on {} stays", rival.model),
        (None, true) if is_form_only(summary) => "Adopted for its form only".to_owned(),
        (None, true) => "Adopted".to_owned(),
        (None, false) => "Not adopted: the baseline stays".to_owned(),
    }
}

/// An adopted judge gained nothing but replies that can be read.
fn is_form_only(summary: &Summary) -> bool {
    !summary.adopted.is_baseline && summary.gain.as_ref().is_some_and(|gain| gain.parsing_only)
}

/// Whether another judge is used from now on. A judge of another model may be replaced by the very prompt that the search
/// began with.
pub(in crate::report) fn is_adopted(summary: &Summary, story: &Story) -> bool {
    match (&story.begun.against, &summary.decision) {
        (Some(_), Some(decision)) => decision.adopted,
        _ => !summary.adopted.is_baseline,
    }
}

/// The difference of NMSE on the held-out part.
pub(in crate::report) fn nmse(summary: &Summary) -> Option<&Contrasted> {
    summary.decision.as_ref()?.comparison.contrast("nmse")
}

/// Why, each reason a sentence; first of all what the held-out part said.
pub(in crate::report) fn headline(summary: &Summary, story: &Story) -> Vec<String> {
    let Some(decision) = &summary.decision else { return vec![unopened(summary, story)] };
    let rival = Rival::of(story);
    let mut said: Vec<String> = rival.iter().map(Rival::held_against).collect();
    let compared = &decision.comparison;
    let [of_old, of_new] = if rival.is_some() { [" (the old judge)", " (this one)"] } else { [""; 2] };
    if let Some(nmse) = nmse(summary)
        && let (Some(old), Some(new)) = (nmse.old.value(), nmse.new.value())
    {
        let moved = match () {
            () if new < old => "fell",
            () if new > old => "rose",
            () => "stayed",
        };
        let interval = Unit::Signed.interval(&nmse.difference);
        let interval = if interval.is_empty() { interval } else { format!(", 95 % interval {interval}") };
        said.push(format!(
            "On {} of {} that the search never saw, NMSE {moved} from {}{of_old} to {}{of_new} ({} points{interval}).",
            plural(compared.n, "item", "items"),
            plural(compared.queries, "query", "queries"),
            Unit::Nmse.write(old),
            Unit::Nmse.write(new),
            Unit::Signed.value(&nmse.difference),
        ));
    }
    said.extend(constant(summary).map(|text| sentence(&text)));
    said.extend(summary.gain.as_ref().and_then(Gain::beware));
    said.extend(cheaper_cure(summary));
    match (decision.adopted, rival) {
        (false, _) => said.extend(decision.reasons.iter().map(|reason| format!("Against it: {reason}."))),
        (true, Some(_)) => said.extend(decision.reasons.iter().map(|reason| sentence(reason))),
        (true, None) => {}
    }
    said
}

/// What the gain on the held-out part is made of: a sentence, then the three numbers that show it.
pub(in crate::report) fn made_of(summary: &Summary) -> Option<[String; 2]> {
    let gain = summary.gain.as_ref()?;
    let [overall, valid, both] = [gain.overall, gain.valid_only, gain.both_valid].map(|change| change.text());
    let numbers = format!("NMSE overall {overall}, valid only {valid}, both valid {both}");
    Some([gain.says.clone(), numbers])
}

/// Whether to use a prompt that was adopted and only broke fewer replies, and what mends replies for less; nothing of others.
fn cheaper_cure(summary: &Summary) -> Vec<String> {
    let Some(gain) = summary.gain.as_ref().filter(|_| is_form_only(summary)) else { return Vec::new() };
    let dearer = summary.upkeep.and_then(|upkeep| more(upkeep.usd).or_else(|| more(upkeep.tokens)));
    let dearer = dearer.filter(|more| *more >= 0.5);
    let dearer = dearer.map_or(String::new(), |more| format!(", and each label costs {more:.0} % more"));
    let judges = if gain.agrees_less() { "it judges worse what could be read before" } else { "it judges no better" };
    let cure = "First try what costs less: a server that holds replies to the schema (`assessor doctor` says whether yours \
                does), a stricter output contract in the rubric, or another model; `assessor disagree --direction malformed` \
                shows what breaks.";
    // What is worse than a constant judge is not to be used at all.
    let use_it = format!("Use it only if replies cannot be mended otherwise: {judges}{dearer}.");
    let use_it = summary.unusable().is_none().then_some(use_it);
    use_it.into_iter().chain([summary.invocation.complete(cure)]).collect()
}

/// By how many percent it became more.
fn more(of: Change) -> Option<f64> {
    let (before, after) = (of.before.filter(|before| *before > 0.0)?, of.after?);
    Some(100.0 * (after / before - 1.0))
}

/// What labels take before and after; `None` where nothing is known of it.
pub(in crate::report) fn upkeep(summary: &Summary) -> Option<String> {
    let upkeep = summary.upkeep?;
    let change = |of: Change, unit: &str, write: &dyn Fn(f64) -> String| {
        let (before, after) = (of.before?, of.after?);
        let more = 100.0 * (after / before - 1.0);
        let share = if before > 0.0 && more.abs() >= 0.5 {
            format!(" ({}{:.0} %)", sign(more), more.abs())
        } else {
            String::new()
        };
        Some(format!("{} → {}{unit}{share}", write(before), write(after)))
    };
    let tokens = change(upkeep.tokens, " tokens", &|tokens| count(tokens.round() as u64));
    let parts: Vec<String> = tokens.into_iter().chain(change(upkeep.usd, "", &|usd| Unit::Usd.write(usd))).collect();
    (!parts.is_empty()).then(|| format!("1,000 labels take {}", parts.join(", ")))
}

fn sign(value: f64) -> &'static str {
    if value < 0.0 { "−" } else { "+" }
}

/// What the best candidate's prompt shows beside its text.
pub(in crate::report) fn shows(story: &Story) -> Option<String> {
    let shows = &best(story).shows;
    (!shows.is_nothing()).then(|| shows.text())
}

/// Why there is no decision.
fn unopened(summary: &Summary, story: &Story) -> String {
    match () {
        () if summary.best.judge == summary.baseline.judge => {
            let few = story.sight.is_some_and(|sight| sight.takes_more_calls(story.spent.judge));
            let few =
                if few { ", and so few calls could only show large effects (see what it takes below)" } else { "" };
            format!("Nothing that was tried is shown to be better than the baseline{few}.")
        }
        () if story.begun.rows[2] == 0 => {
            "No data were held out, so this run only searched: with `--split 40/20/40` it decides, too.".to_owned()
        }
        () => "The budget did not cover rating the held-out part: raise it and run the same command again.".to_owned(),
    }
}

/// What guardrails stopped, with counts, most first; `None` when nothing was.
pub(in crate::report) fn stopped(summary: &Summary) -> Option<String> {
    let mut counts: Vec<(&String, &u64)> = summary.rejected.iter().collect();
    counts.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let counts: Vec<String> = counts.into_iter().map(|(name, n)| format!("{name} {}", count(*n))).collect();
    let all = plural(summary.stopped, "proposal was", "proposals were");
    let several = if summary.rejected.values().sum::<u64>() > summary.stopped {
        " (one that several of them stopped counts with each)"
    } else {
        ""
    };
    let counts = counts.join(", ");
    (summary.stopped > 0).then(|| format!("{all} stopped before a judge call was spent on them: {counts}{several}"))
}

/// What speaks for and against believing the result, as name and text.
pub(in crate::report) fn trust(summary: &Summary, story: &Story) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Data", data(story))];
    if let Some(opened) = &story.opened {
        let times = match opened.looks {
            1 => "for the first time".to_owned(),
            n => {
                format!(
                    "for the {} time: each look at the same items makes the next result more flattering",
                    ordinal(n)
                )
            }
        };
        facts.push(("Held-out part", format!("opened once, at the end, {times}")));
    }
    if let Some(nmse) = nmse(summary) {
        facts.push((
            "Test",
            format!(
                "p {} if the two erred alike; paired by item, by flipping the signs of whole queries",
                p_value(nmse.p)
            ),
        ));
    }
    facts.extend(constant(summary).map(|text| ("Constant judge", text)));
    if let Some(decision) = &summary.decision {
        let compared = &decision.comparison;
        let slices = compared.slices.iter().filter(|slice| !slice.small && slice.column != "gold").count() as u64;
        let regressed = compared.slices.iter().filter(|slice| slice.regressed && slice.column != "gold").count() as u64;
        let tested = plural(slices, "slice is", "slices are");
        facts.push(("Slices", format!("{tested} large enough to compare; {} worse beyond chance", count(regressed))));
        let share = |malformed: u64| Unit::Share.write(malformed as f64 / compared.n.max(1) as f64);
        facts.push(("Malformed", format!("{} → {}", share(compared.old.malformed), share(compared.new.malformed))));
    }
    if !story.begun.protected.is_empty() {
        let n = plural(story.begun.protected.len() as u64, "item", "items");
        facts.push(("Protected", format!("{n} whose rating must not change")));
    }
    if let Some([says, numbers]) = made_of(summary) {
        facts.extend([("Made of", says), ("With and without", numbers)]);
    }
    if let Some(warning) = &summary.warning {
        facts.push(("Beware", warning.clone()));
    }
    if let Some(map) = calibrated(summary, story.begun.calibrate) {
        facts.push(("Calibration map", map));
    }
    facts.extend(scale(summary).into_iter().map(|text| ("Use of the scale", text)));
    let guard = stopped(summary).unwrap_or_else(|| "no proposal had to be stopped".to_owned());
    facts.push(("Guardrails", format!("{guard}. What was judged had passed all of them")));
    if is_simulation(&story.begun.model) {
        facts.push((
            "Simulation",
            format!(
                "`{}` is a program and no language model: this is no evidence about real models",
                story.begun.model
            ),
        ));
    }
    facts
}

/// How the items were divided.
fn data(story: &Story) -> String {
    let [train, dev, test] = [0, 1, 2].map(|at| {
        let (items, queries) = (u64::from(story.begun.rows[at]), u64::from(story.begun.queries[at]));
        format!("{} of {}", plural(items, "item", "items"), plural(queries, "query", "queries"))
    });
    format!(
        "{train} to write from, {dev} to choose on, {test} held out; no query is in two parts, and the search has no way \
         to the held-out one"
    )
}

/// Disagreements by round; `None` where the strategy has no rounds.
pub(in crate::report) fn rounds(story: &Story) -> Option<String> {
    let of = story.rounds.last()?.of;
    let counts: Vec<String> = story.rounds.iter().map(|round| count(u64::from(round.disagreements))).collect();
    Some(format!("disagreements by round: {} of {}", counts.join(", "), plural(u64::from(of), "item", "items")))
}

/// `2nd`, `3rd`, `11th`.
fn ordinal(n: u64) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// A command with what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) struct Step {
    pub does: &'static str,
    pub command: String,
}

/// The alias that was not moved, and why.
pub(in crate::report) fn withheld(summary: &Summary) -> Option<String> {
    let Withheld { alias, why } = summary.withheld.as_ref()?;
    let Some(version) = summary.version.as_deref().map(short) else {
        return Some(format!("`{alias}` was not moved: {why}."));
    };
    let command = summary.invocation.command(&format!("judge promote {version} --as {alias}"));
    Some(format!("`{alias}` was not moved: {why}. `{command}` moves it all the same."))
}

/// What to do with the result.
pub(in crate::report) fn steps(summary: &Summary, story: &Story) -> Vec<Step> {
    let step = |does, rest: String| Step { does, command: summary.invocation.command(&rest) };
    let Some(version) = summary.version.as_deref().map(short) else {
        return single_bullet(summary, story)
            .map(|command| step("try a single bullet by hand", command))
            .into_iter()
            .collect();
    };
    let rival = Rival::of(story);
    // Of a carried judge the old one is stored, and what the search began with is not.
    let baseline = short(rival.as_ref().map_or(&summary.baseline.judge, |rival| &rival.judge));
    let mut steps = vec![step("see what changed, word by word", format!("judge diff {baseline} {version}"))];
    let alias = summary.promoted.as_ref().map_or(PRODUCTION, |promoted| promoted.alias.as_str());
    let usable = summary.unusable().is_none();
    if summary.promoted.is_none() && usable {
        steps.push(step("put it into use", format!("judge promote {version} --as {alias}")));
    }
    let back = match (summary.is_first_move(), rival) {
        (false, _) => "roll it back",
        (true, Some(_)) => "go back to the old judge",
        (true, None) => "go back to the baseline",
    };
    if summary.promoted.is_some() || usable {
        steps.push(step(back, summary.way_back(&baseline)));
    }
    if usable {
        steps.push(step("label with it", format!("label --items FILE --judge {alias}")));
    }
    if let Some(last) =
        summary.bullets.iter().max_by_key(|finding| finding.place).filter(|finding| finding.place.is_some())
    {
        let command = format!("judge add --from {version} --without-bullet {}{}", last.id, library(summary));
        steps.push(step("take a single bullet back", command));
    }
    steps
}

/// The command that takes the likeliest bullet into the judge that the search began with, where nothing was adopted.
fn single_bullet(summary: &Summary, story: &Story) -> Option<String> {
    let first = summary.bullets.iter().filter(|finding| finding.place.is_some()).min_by_key(|finding| finding.place)?;
    let judge = match &summary.origin {
        Some(hash) => format!("--from {}", short(hash)),
        None => format!("--model {}", story.begun.model),
    };
    Some(format!("judge add {judge} --with-bullet {}{}", first.id, library(summary)))
}

/// ` --library FILE`, where a command would look for another one.
fn library(summary: &Summary) -> String {
    let named = |path: &PathBuf| format!(" --library {}", quoted(&path.display().to_string()));
    summary.library.as_ref().map_or(String::new(), named)
}

/// What to do when nothing was adopted.
pub(in crate::report) fn next(summary: &Summary, story: &Story) -> &'static str {
    match () {
        () if summary.best.candidate == 0
            && story.sight.is_some_and(|sight| !sight.takes_more_calls(story.spent.judge)) =>
        {
            "Nothing was stored. Try more rated items, or other bullets: more calls would show no more."
        }
        () if summary.best.candidate == 0 && !story.bullets.is_empty() => {
            "Nothing was stored. Try more calls (`--budget-calls`), more rated items, or other bullets."
        }
        () if summary.best.candidate == 0 => {
            "Nothing was stored. Try more calls (`--budget-calls`), another seed, or a stronger `--reflector`."
        }
        () if story.begun.rows[2] == 0 && summary.report.is_none() => {
            "Nothing was stored. The best prompt is in `--json` only (`best_prompt`): no report was written."
        }
        () if story.begun.rows[2] == 0 => {
            "Nothing was stored. The best prompt is in the report and in `--json` (`best_prompt`)."
        }
        () if summary.report.is_none() => {
            "Nothing was stored. The best prompt is in `--json` only (`best_prompt`): no report was written; more rated queries narrow the interval, and protect from chance."
        }
        () => {
            "Nothing was stored. The best prompt is in the report; more rated queries narrow the interval, and protect from chance."
        }
    }
}

/// The best candidate, with its line back to the baseline.
pub(in crate::report) fn best(story: &Story) -> &Tried {
    let best = story.best.and_then(|id| story.candidates.get(id));
    best.unwrap_or(&story.candidates[0])
}

/// How many candidates ended in each status, the baseline apart.
pub(in crate::report) fn fates(story: &Story) -> String {
    let all = [Status::Adopted, Status::Best, Status::Kept, Status::Rejected, Status::Unfinished];
    let count_of = |status: Status| story.candidates.iter().filter(|candidate| candidate.status == status).count();
    let parts: Vec<String> = all
        .into_iter()
        .map(|status| (status, count_of(status)))
        .filter(|(_, n)| *n > 0)
        .map(|(status, n)| format!("{n} {}", status.name()))
        .collect();
    parts.join(", ")
}

/// Lines that the best candidate adds to the baseline's prompt, and lines that it takes away, as rules without their
/// marks and without the heading above them.
pub(in crate::report) fn edits(story: &Story) -> (Vec<String>, Vec<String>) {
    let Edits { mut added, removed } = Edits::between(&story.candidates[0].text, &best(story).text);
    added.extend(shows(story));
    let rules = |lines: Vec<String>| -> Vec<String> {
        let rules = lines.iter().map(|line| spaced(line.trim().trim_start_matches("- ")));
        rules.filter(|line| line != HEADING).collect()
    };
    (rules(added), rules(removed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_counted_as_people_do() {
        assert_eq!([1, 2, 3, 4, 11, 12, 21, 113].map(ordinal).join(" "), "1st 2nd 3rd 4th 11th 12th 21st 113th");
    }
}
