//! As Markdown (GitHub flavour): a comment on a pull request that changes a prompt.

use super::constant::advice;
use super::spending::spending;
use super::words::{best, edits, fates, headline, next, standing, steps, trust, upkeep, withheld};
use crate::optimize::story::Story;
use crate::optimize::summary::Summary;
use crate::report::bullets::weighed_markdown;
use crate::report::comparison_markdown;
use crate::report::markdown::{code, prose};

/// Renders a run.
pub fn optimization_markdown(summary: &Summary, story: &Story) -> String {
    let begun = &story.begun;
    let mut out = format!("## Prompt of {}, optimised with {}\n\n", code(&begun.model), code(&begun.strategy));
    out.push_str(&format!("**{}.** ", prose(&standing(summary, story))));
    headline(summary, story).iter().for_each(|sentence| out.push_str(&format!("{} ", prose(sentence))));
    out.push_str(&format!("\n\nSpent: {}. ", prose(&spending(summary))));
    out.push_str(&upkeep(summary).map_or(String::new(), |text| format!("{}. ", prose(&text))));
    out.push_str(&format!("Candidates: {} ({}). ", summary.candidates, fates(story)));
    out.push_str(&format!("It ended because {}.\n\n", prose(&summary.why)));
    let best = best(story);
    if best.id != 0 {
        out.push_str("### What changed in the prompt\n\n");
        let (added, removed) = edits(story);
        for (sign, lines) in [('−', removed), ('+', added)] {
            lines.iter().for_each(|line| out.push_str(&format!("- {sign} {}\n", prose(line))));
        }
        out.push('\n');
    }
    out.push_str(&weighed_markdown(story));
    out.push_str("### Can it be trusted?\n\n");
    for (name, text) in trust(summary, story) {
        out.push_str(&format!("- **{name}**: {}\n", prose(&text)));
    }
    out.push_str("\n### What now\n\n");
    let steps = steps(summary, story);
    if summary.version.is_none() {
        out.push_str(&format!("{}\n\n", next(summary, story)));
    }
    for text in advice(summary).into_iter().chain(withheld(summary)) {
        out.push_str(&format!("{}\n\n", prose(&text)));
    }
    steps.iter().for_each(|step| out.push_str(&format!("- {}: {}\n", step.does, code(&step.command))));
    if let Some(decision) = &summary.decision {
        out.push('\n');
        out.push_str(&comparison_markdown(&decision.comparison));
    }
    out
}
