//! `assessor judge lint`

use crate::app::{self, AppError, Fault, Linted, Project};
use crate::cli::args::LintArgs;
use crate::cli::error::clean;
use crate::cli::out::Out;
use crate::cli::{DONE, MISSED};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// Columns of a source line that are shown.
const SHOWN: usize = 110;
/// Columns before the caret that are shown when a line is longer.
const BEFORE: usize = 40;

pub(super) fn run(args: &LintArgs, project: &Project, out: &Out) -> Result<u8, AppError> {
    let linted = app::lint(project, &args.request())?;
    let exit = if linted.faults.is_empty() { DONE } else { MISSED };
    Ok(out.result("judge", exit, &linted, Vec::new(), || shown(&linted)))
}

fn shown(linted: &Linted) -> String {
    let mut text = String::new();
    for fault in &linted.faults {
        let place = match (fault.line, fault.column) {
            (Some(line), Some(column)) => format!(":{line}:{column}"),
            _ => String::new(),
        };
        let (check, reason) = (fault.violation.check, clean(&fault.violation.reason));
        let _ = writeln!(text, "{}{place}: {check}: {reason}", clean(&linted.file));
        caret(fault, &mut text);
    }
    let against = format!("{} examples, rubric `{}`", linted.examples, linted.rubric);
    let _ = match linted.faults.len() {
        0 => writeln!(text, "Nothing to object to ({} checks, {against}).", linted.checks),
        1 => writeln!(text, "1 objection ({} checks, {against}).", linted.checks),
        n => writeln!(text, "{n} objections ({} checks, {against}).", linted.checks),
    };
    text
}

/// The source line with carets under the span, or what is missing.
fn caret(fault: &Fault, text: &mut String) {
    let (Some(source), Some(line), Some(column)) = (&fault.source, fault.line, fault.column) else {
        if let Some(missing) = &fault.violation.quote {
            for line in missing.lines() {
                let _ = writeln!(text, "  missing: {}", clean(line));
            }
        }
        return;
    };
    let chars: Vec<char> = clean(source).replace('\t', " ").chars().collect();
    let at = (column as usize - 1).min(chars.len());
    // A long line is shown from a little before the place.
    let from = if chars.len() > SHOWN { at.saturating_sub(BEFORE) } else { 0 };
    let to = chars.len().min(from + SHOWN);
    let part = |a: usize, b: usize| chars[a..b.max(a)].iter().collect::<String>();
    let cut = if from > 0 { "…" } else { "" };
    let (number, after) = (line.to_string(), if to < chars.len() { "…" } else { "" });
    let under = part(at, (at + fault.width).min(to).max(at)).width().max(1);
    let blank = " ".repeat(part(from, at.max(from)).width() + cut.width());
    let _ = writeln!(text, "  {number} | {cut}{}{after}", part(from, to));
    let _ = writeln!(text, "  {} | {blank}{}", " ".repeat(number.len()), "^".repeat(under));
}
