//! What each way of searching bought, and which one was chosen.

use crate::adapt::Target;
use crate::audit::FEW_ROWS;
use crate::optimize::event::Find;
use crate::optimize::pool::CandidateId;
use crate::optimize::story::StageFound;
use crate::report::figures::{Unit, plural};

/// What each way of searching bought, on the data of the search: a sentence for each, then which one is used, and why, and
/// what speaks against it.
pub(in crate::report) fn bought(target: &Target) -> Vec<String> {
    let mut said = told(&target.regimes, target.run.best.candidate);
    said.extend(target.run.warning.as_ref().filter(|_| !said.is_empty()).map(|text| format!("beware: {text}")));
    said
}

fn told(stages: &[StageFound], best: CandidateId) -> Vec<String> {
    let mut before = None;
    let mut said: Vec<String> = Vec::new();
    for (found, new) in with_news(stages) {
        said.push(stage(found, new, before));
        before = if new { Some(found.name.as_str()) } else { before };
    }
    said.extend((!said.is_empty()).then(|| chosen(stages, best)));
    said
}

/// The stages, each with whether it ended with another prompt than it began with.
fn with_news(stages: &[StageFound]) -> impl Iterator<Item = (&StageFound, bool)> {
    let mut before = 0;
    stages.iter().map(move |stage| (stage, std::mem::replace(&mut before, stage.best) != stage.best))
}

/// `4.19 NMSE points better (standard error 1.02)`.
fn moved(gain: f64, se: Option<f64>) -> String {
    let way = if gain >= 0.0 { "better" } else { "worse" };
    let se = se.map_or(String::new(), |se| format!(" (standard error {})", Unit::Points.write(se)));
    format!("{} NMSE points {way}{se}", Unit::Points.write(gain.abs()))
}

/// What a stage found, against the prompt that it began with: that of the last stage `before` it that found one.
fn stage(stage: &StageFound, new: bool, before: Option<&str>) -> String {
    let does = match stage.name.as_str() {
        "rewrite" | "flywheel" => "other wording",
        "demos" => "rated examples in the prompt",
        "bullets" => "bullets of the library",
        _ => "another prompt",
    };
    let with = before.map_or("the old prompt".to_owned(), |name| format!("the prompt that {name} found"));
    let (name, calls) = (&stage.name, plural(stage.calls, "call", "calls"));
    match stage.gain {
        Some(gain) => {
            let few = |rows: u32| if is_few(rows) { ", which say little" } else { "" };
            let rows = stage.rows.map_or(String::new(), |rows| {
                format!(", on {}{}", plural(u64::from(rows), "dev item", "dev items"), few(rows))
            });
            format!("{name} ({does}, {calls}): {} than {with}{rows}", moved(gain, stage.se))
        }
        None if new => format!("{name} ({does}, {calls}): a prompt that shares no rated dev item with {with}"),
        None if stage.calls == 0 => format!("{name} ({does}): not tried, the budget had ended"),
        None => format!("{name} ({does}, {calls}): nothing better than {with}"),
    }
}

/// So few rows say little of a prompt.
fn is_few(rows: u32) -> bool {
    u64::from(rows) < FEW_ROWS
}

/// What was compared in the end, on how many items, and what was chosen.
fn chosen(stages: &[StageFound], best: CandidateId) -> String {
    let found: Vec<&StageFound> = with_news(stages).filter(|(_, new)| *new).map(|(stage, _)| stage).collect();
    let at = found.iter().position(|stage| stage.best == best && best != 0);
    let before: Vec<&str> = found[..at.unwrap_or(0)].iter().map(|stage| stage.name.as_str()).collect();
    let with = if before.is_empty() {
        String::new()
    } else {
        format!(", which builds on what {} found", before.join(" and "))
    };
    let chosen = at.map_or("the old prompt".to_owned(), |at| format!("the prompt of {}{with}", found[at].name));
    let last: Vec<_> = found.iter().filter_map(|stage| Some((stage, stage.last?))).collect();
    let Some((_, first)) = last.first() else { return format!("chosen: {chosen}") };
    let alike = last.iter().all(|(_, find)| find.rows == first.rows);
    let items = |rows: u32| format!("on {}", plural(u64::from(rows), "dev item", "dev items"));
    let one = |(stage, find): &(&&StageFound, Find)| {
        let rows = if alike { String::new() } else { format!(" {}", items(find.rows)) };
        format!("{} {}{rows}", stage.name, moved(find.gain, find.se))
    };
    let each = last.iter().map(one).collect::<Vec<_>>().join("; ");
    let on = if alike { format!(" {}", items(first.rows)) } else { String::new() };
    let few = found.iter().any(|stage| stage.rows.is_some_and(is_few));
    let few = if few { ", and not the lines above that rest on few items" } else { "" };
    format!(
        "in the end the prompt of each was compared with the old prompt{on}: {each}. This decided{few}. Chosen: {chosen}; {}",
        why(&last, best)
    )
}

/// Why it was chosen.
fn why(last: &[(&&StageFound, Find)], best: CandidateId) -> &'static str {
    let most = last.iter().map(|(_, find)| find).max_by(|a, b| a.gain.total_cmp(&b.gain));
    match most {
        Some(most) if most.candidate == best => "it gained the most",
        Some(_) if best != 0 => "what gained more did so too unsurely",
        _ => "none of the others is likely to be better",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimize::event::Why;

    #[test]
    fn a_stage_that_saw_few_items_is_said_to_have_and_the_comparison_that_decided_is_named() {
        let stage = |name: &str, best, gain, rows, last| StageFound {
            name: name.to_owned(),
            best,
            why: Why::Budget,
            calls: 120,
            gain: Some(gain),
            se: Some(9.0),
            rows: Some(rows),
            last: Some(Find { candidate: best, rows: 40, gain: last, se: Some(2.0), expected: last }),
        };
        let idle = StageFound { calls: 0, gain: None, rows: None, ..stage("bullets", 0, 0.0, 0, 0.0) };
        assert_eq!(told(&[idle], 0)[0], "bullets (bullets of the library): not tried, the budget had ended");
        let said = told(&[stage("rewrite", 3, -6.25, 4, 11.5), stage("demos", 5, 0.5, 40, 9.0)], 3);
        assert_eq!(
            said,
            [
                "rewrite (other wording, 120 calls): 6.25 NMSE points worse (standard error 9.00) than the old prompt, on \
                 4 dev items, which say little",
                "demos (rated examples in the prompt, 120 calls): 0.50 NMSE points better (standard error 9.00) than the prompt \
                 that rewrite found, on 40 dev items",
                "in the end the prompt of each was compared with the old prompt on 40 dev items: rewrite 11.50 NMSE points \
                 better (standard error 2.00); demos 9.00 NMSE points better (standard error 2.00). This decided, and not the lines above that rest on \
                 few items. Chosen: the prompt of rewrite; it gained the most"
            ]
        );
    }
}
