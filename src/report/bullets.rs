//! Instruction libraries in the terminal, and what an optimisation found out about their bullets, in every face.

use super::figures::{Unit, count, plural};
use super::markdown::{code_cell, prose};
use super::plain::{cut, plain, width};
use super::style::{TerminalOptions, Tone};
use crate::domain::Invocation;
use crate::optimize::library::effect::{ALPHA, Effect, SliceEffect};
use crate::optimize::library::finding::{Finding, Verdict};
use crate::optimize::story::Story;
use crate::rubric::bullets::{Bullet, Status};
use comfy_table::{ColumnConstraint, Width};

/// Columns of a slice and of a verdict among numbers, and of tags.
const SLICE: usize = 24;
const LAST: usize = 14;
const TAGS: usize = 16;

/// A library in a table; `asked` when only some of it were asked for.
pub fn bullets(bullets: &[Bullet], asked: bool, invocation: &Invocation, options: &TerminalOptions) -> String {
    if bullets.is_empty() {
        return match asked {
            true => "No bullet has this status and this tag.\n".to_owned(),
            false => {
                invocation.complete("No bullet: `assessor bullets add` or `assessor bullets draft` makes candidates.\n")
            }
        };
    }
    let mut table = options.table(&["bullet", "status", "tags", "rule"]);
    // Other commands take ids, so they are neither cut nor broken. The gap to the next column counts.
    let names = bullets.iter().map(|bullet| width(&plain(&bullet.id))).max().unwrap_or(0);
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(names as u16 + 2)));
    }
    for bullet in bullets {
        let tone = match bullet.status {
            Status::Candidate => Tone::Strong,
            Status::Vetted => Tone::Good,
            Status::Retired => Tone::Dim,
        };
        let text = match &bullet.retired {
            Some(ruling) => format!("{} (retired: {})", bullet.text, ruling.why.as_deref().unwrap_or_default()),
            None => bullet.text.clone(),
        };
        table.add_row([
            options.cell(&plain(&bullet.id), None),
            options.cell(bullet.status.name(), Some(tone)),
            options.cell(&cut(&plain(&bullet.tags.join(", ")), TAGS), None),
            options.cell(&plain(&text), None),
        ]);
    }
    options.finish(options.set(table, &[]))
}

/// What the columns of the table of findings are.
pub(super) const COLUMNS: [&str; 7] =
    ["bullet", "alone", "among the chosen", "fixed", "broken", "worst slice", "verdict"];

/// Below the table.
pub(super) const NOTE: &str = "Each row is about one bullet, on items of the search; whether the chosen ones together are \
    used is decided on held-out items alone, by the NMSE that stands above, in which a broken reply counts as fully wrong. \
    Alone, among the chosen: NMSE points gained, ± half of the 95 % interval by query, on so many items as gave a readable \
    reply with and without it; + is better. Broken replies are not in them, and stand beside \
    them where they became more or fewer beyond chance. Among the chosen: what is lost without it, or gained by adding it. \
    Fixed and broken: items rated as people do only with it, or only without it, added alone. Worst slice: where it does the \
    most harm, if anywhere; ! where that is beyond chance. Helps and harms: half a point or more beyond chance, alone and \
    among the chosen taken together, adjusted for all bullets at once (Benjamini–Hochberg, 5 %): an interval that leaves out \
    0 is not enough where many are looked at. Does nothing: shown to be less than half a point. Chosen: what is left of all \
    bullets together once the less helpful half was taken out, or a smaller part of them, as long as that part as a whole \
    was not missed by more than --z standard errors; what turns out to be needed is back in. So a chosen one need not be \
    missed by so much, nor have an effect that is shown. \
    A verdict with * : chosen, or left out, against the number of its own row (among the chosen, where it has one), because \
    bullets are decided on in groups.";

/// One bullet's cells, in the order of [`COLUMNS`].
pub(super) fn cells(finding: &Finding) -> [String; COLUMNS.len()] {
    // A number from a few rows without an interval would be read as one.
    let tested = |effect: &Option<Effect>| effect.as_ref().filter(|effect| effect.is_tested()).cloned();
    let effect = |effect: &Option<Effect>| tested(effect).as_ref().map_or("–".to_owned(), gained);
    let number =
        |of: fn(&Effect) -> u64| tested(&finding.alone).map_or("–".to_owned(), |alone| of(&alone).to_string());
    let place = finding.place.map_or(String::new(), |place| format!("{place}. "));
    let against = finding.goes_against_its_number() && finding.verdict != Verdict::InBase;
    let mark = if against { " *" } else { "" };
    let note = finding.note.as_ref().map_or(mark.to_owned(), |note| format!(" ({note})"));
    [
        plain(&format!("{place}{}", finding.id)),
        effect(&finding.alone),
        effect(&finding.within),
        number(|effect| effect.fixed),
        number(|effect| effect.broken),
        finding.worst.as_ref().filter(|worst| worst.gain < 0.0).map_or("–".to_owned(), slice),
        plain(&format!("{}{note}", finding.verdict.text())),
    ]
}

/// The interval is Student's, and so the same to both sides.
fn gained(effect: &Effect) -> String {
    let half = effect.interval.map_or(String::new(), |[low, high]| format!(" ± {:.2}", (high - low) / 2.0));
    let form = match effect.p_form < ALPHA {
        true => format!(", {} replies mended, {} lost", effect.mended, effect.lost),
        false => String::new(),
    };
    format!("{}{half} on {}{form}", Unit::Signed.write(effect.gain), count(effect.rows))
}

fn slice(slice: &SliceEffect) -> String {
    let mark = if slice.is_harm() { "! " } else { "" };
    plain(&format!("{mark}{}={} {}", slice.column, slice.value, Unit::Signed.write(slice.gain)))
}

/// The chosen first, in their order; then by what they gain alone.
pub(super) fn ordered(findings: &[Finding]) -> Vec<&Finding> {
    let gain = |finding: &Finding| finding.alone.as_ref().map_or(f64::NEG_INFINITY, |alone| alone.gain);
    let mut all: Vec<&Finding> = findings.iter().collect();
    all.sort_by(|a, b| {
        let place = |finding: &Finding| finding.place.unwrap_or(u32::MAX);
        place(a).cmp(&place(b)).then(gain(b).total_cmp(&gain(a))).then(a.id.cmp(&b.id))
    });
    all
}

/// How many calls it takes to see what a bullet does, or that no number of them shows more; `None` where every bullet has
/// shown it, or nothing is known.
pub(super) fn reach(story: &Story) -> Option<String> {
    let open = |finding: &Finding| matches!(finding.verdict, Verdict::NoEffectShown | Verdict::Untested);
    let sight = story.sight.filter(|_| story.bullets.iter().any(open))?;
    let made = count(story.spent.judge);
    let takes_more = sight.takes_more_calls(story.spent.judge);
    let effect = format!("To show an effect of {} NMSE point of a single bullet, four times out of five", sight.points);
    let rows = format!("each has to be rated on about {}", plural(sight.rows, "item", "items"));
    Some(match sight.is_out_of_reach() {
        true if takes_more => format!(
            "{effect}, {rows}, and there are {} to search on: with all of them rated (some {} judge calls for the whole \
             run, and this one made {made}), effects of {:.1} points or more are shown; smaller ones take more rated items.",
            count(sight.there),
            count(sight.calls_for_all),
            sight.smallest()
        ),
        true => format!(
            "{effect}, {rows}, and there are {} to search on. This run made {made} judge calls, and a bullet was rated on \
             {} of them: more calls would show no more. With all of them, effects of {:.1} points or more are shown; \
             smaller ones take more rated items.",
            count(sight.there),
            count(sight.rated),
            sight.smallest()
        ),
        false if !takes_more => format!(
            "This run made {made} judge calls; some {} show an effect of {} NMSE point of a single bullet four times out of \
             five. What is not shown is likely to be smaller.",
            count(sight.calls),
            sight.points
        ),
        false => format!(
            "{effect}, {rows}: some {} judge calls for the whole run; this one made {made}.",
            count(sight.calls)
        ),
    })
}

/// How many of each verdict.
pub(super) fn tally(findings: &[Finding]) -> String {
    let kind = |finding: &Finding| match &finding.verdict {
        Verdict::Helps => "helping",
        Verdict::NoEffectShown => "without an effect shown",
        Verdict::DoesNothing => "doing nothing",
        Verdict::Harms => "harming",
        Verdict::RedundantWith(_) => "redundant",
        Verdict::OnlyTogetherWith(_) => "only together with others",
        Verdict::Untested => "untested",
        Verdict::InBase => "in the base prompt",
    };
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for finding in findings {
        match counts.iter_mut().find(|(name, _)| *name == kind(finding)) {
            Some((_, n)) => *n += 1,
            None => counts.push((kind(finding), 1)),
        }
    }
    let chosen = findings.iter().filter(|finding| finding.place.is_some()).count();
    let blind = |finding: &&Finding| finding.place.is_some() && finding.verdict == Verdict::Untested;
    let blind = match findings.iter().filter(blind).count() {
        0 => String::new(),
        n => format!(", {n} of them untested: the calls were too few"),
    };
    let counts: Vec<String> = counts.into_iter().map(|(name, n)| format!("{n} {name}")).collect();
    let all = findings.len();
    format!("{chosen} of {all} chosen{blind}. Of all {all}: {}", counts.join(", "))
}

fn tone(finding: &Finding) -> Option<Tone> {
    match finding.verdict {
        Verdict::Helps | Verdict::OnlyTogetherWith(_) => Some(Tone::Good),
        Verdict::Harms => Some(Tone::Bad),
        _ => None,
    }
}

/// The findings in the terminal; nothing for a run without bullets.
pub(super) fn weighed_terminal(story: &Story, options: TerminalOptions) -> String {
    let findings = &story.bullets;
    if findings.is_empty() {
        return String::new();
    }
    let rows: Vec<[String; COLUMNS.len()]> =
        ordered(findings).into_iter().map(|finding| bound(cells(finding))).collect();
    let shown = fitting(&rows, options.columns() - super::style::INDENT.len());
    let mut table = options.table(&shown.iter().map(|(at, _)| COLUMNS[*at]).collect::<Vec<_>>());
    for (place, (_, least)) in shown.iter().enumerate() {
        if let Some(column) = table.column_mut(place) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(*least as u16)));
        }
    }
    for (row, finding) in rows.iter().zip(ordered(findings)) {
        let tone = |at: usize| if at == COLUMNS.len() - 1 { tone(finding) } else { None };
        table.add_row(shown.iter().map(|(at, _)| options.cell(&row[*at], tone(*at))));
    }
    let mut out = options.title(&format!("Bullets: {}", tally(findings)));
    let right: Vec<usize> = (0..shown.len()).filter(|place| matches!(shown[*place].0, 3 | 4)).collect();
    out.push_str(&options.set(table, &right).replace(BOUND, " "));
    let gone: Vec<&str> =
        (0..COLUMNS.len()).filter(|at| shown.iter().all(|(shown, _)| shown != at)).map(|at| COLUMNS[at]).collect();
    let gone =
        (!gone.is_empty()).then(|| format!("Too narrow for {}: the report and `--json` have them.", gone.join(", ")));
    for note in gone.iter().chain(&reach(story)).map(String::as_str).chain([NOTE]) {
        out.push_str(&options.hanging(super::style::INDENT, note));
    }
    out
}

/// A blank at which no line is broken.
const BOUND: &str = "\u{a0}";

/// A place stays with its id, and the two halves of a number with each other.
fn bound(mut cells: [String; COLUMNS.len()]) -> [String; COLUMNS.len()] {
    cells[0] = cells[0].replace(' ', BOUND);
    for at in [1, 2] {
        cells[at] = cells[at].replace(" ± ", &format!("{BOUND}±{BOUND}"));
    }
    cells
}

/// The columns that fit into `room` without breaking a word, each with its least width, the gap included.
fn fitting(rows: &[[String; COLUMNS.len()]], room: usize) -> Vec<(usize, usize)> {
    let least = |at: usize| {
        let words = rows.iter().flat_map(|row| row[at].split(' ')).chain(COLUMNS[at].split(' '));
        let widest = words.map(width).max().unwrap_or(0);
        match at {
            // Names of slices and of other bullets may be broken; behind the last column is no gap.
            5 => widest.min(SLICE) + 2,
            6 => widest.min(LAST),
            _ => widest + 2,
        }
    };
    let without = |gone: &[usize]| -> Vec<(usize, usize)> {
        (0..COLUMNS.len()).filter(|at| !gone.contains(at)).map(|at| (at, least(at))).collect()
    };
    // A blank stands between two columns, beside the gap.
    let fits = |shown: &Vec<(usize, usize)>| shown.iter().map(|(_, least)| least + 1).sum::<usize>() <= room + 1;
    let gone: [&[usize]; 3] = [&[], &[3, 4], &[3, 4, 5]];
    let all = gone.map(without);
    all.iter().find(|shown| fits(shown)).or(all.last()).cloned().unwrap_or_default()
}

/// The findings in Markdown; nothing for a run without bullets.
pub(super) fn weighed_markdown(story: &Story) -> String {
    let findings = &story.bullets;
    if findings.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "### Bullets\n\n{}\n\n| {} |\n|{}\n",
        prose(&tally(findings)),
        COLUMNS.join(" | "),
        "---|".repeat(COLUMNS.len())
    );
    for finding in ordered(findings) {
        let [first, rest @ ..] = cells(finding);
        let rest: Vec<String> = rest.iter().map(|cell| prose(cell)).collect();
        out.push_str(&format!("| {} | {} |\n", code_cell(&first), rest.join(" | ")));
    }
    let reach = reach(story).map_or(String::new(), |text| format!("{} ", prose(&text)));
    out.push_str(&format!("\n{reach}{NOTE}\n\n"));
    out
}
