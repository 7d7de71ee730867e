//! What changed between two versions. Added words are marked `{+so+}` and removed ones `[-so-]`, in a terminal by colour;
//! lines that did not change are folded. Examples are told by their fields, not as the model reads them.

use crate::judge::{FieldChange, JudgeDiff};
use crate::prompt::Demo;
use crate::prompt::diff::{Line, Tag};
use crate::report::examples::told;
use crate::report::figures::plural;
use crate::report::plain::{cut, plain, spaced as safe, width};
use crate::report::style::{INDENT, TerminalOptions, Tone};
use std::fmt::Write as _;

/// Unchanged lines that are shown around a change.
const CONTEXT: usize = 2;
/// Columns of a field's value.
const VALUE: usize = 60;

/// Renders a difference.
pub fn judge_diff(diff: &JudgeDiff, options: &TerminalOptions) -> String {
    let mut out = format!("{} → {}\n", plain(&diff.old), plain(&diff.new));
    if !diff.changes_prompt() && diff.fields.is_empty() {
        out.push_str("The same judge.\n");
        return options.finish(out);
    }
    if !diff.fields.is_empty() {
        out.push_str(&options.title("Besides the prompt"));
        for change in &diff.fields {
            out.push_str(&field_change(change, *options));
        }
    }
    out.push_str(&options.title("Prompt, as the model is given it"));
    if diff.changes_text() {
        prompt(&diff.prompt, *options, &mut out);
    } else {
        let but = if diff.examples.is_changed() { ", but for its rated examples" } else { "" };
        out.push_str(&format!("the same{but}\n"));
    }
    out.push_str(&examples(diff, *options));
    options.finish(out)
}

fn field_change(change: &FieldChange, options: TerminalOptions) -> String {
    let shown = |value: &Option<serde_json::Value>| match value {
        None => "nothing".to_owned(),
        Some(value) => cut(&plain(&value.to_string()), VALUE).into_owned(),
    };
    let field = plain(&change.field);
    options.hanging(&format!("{INDENT}{field}  "), &format!("{} → {}", shown(&change.old), shown(&change.new)))
}

/// Examples that went and came; nothing where none did.
fn examples(diff: &JudgeDiff, options: TerminalOptions) -> String {
    let changed = &diff.examples;
    if !changed.is_changed() {
        return String::new();
    }
    let mut out = options.title("Rated examples");
    for (sign, tone, demos) in [('-', Tone::Bad, &changed.removed), ('+', Tone::Good, &changed.added)] {
        demos.iter().for_each(|demo| out.push_str(&example(sign, tone, demo, options)));
    }
    let kept = plural(changed.kept, "example", "examples");
    if changed.reordered {
        out.push_str(&format!("{INDENT}{kept} as before, in another order or for other items\n"));
    } else if changed.kept > 0 {
        out.push_str(&format!("{INDENT}{kept} as before\n"));
    }
    out
}

fn example(sign: char, tone: Tone, demo: &Demo, options: TerminalOptions) -> String {
    let mut out = String::new();
    for (at, (name, text)) in told(demo).iter().enumerate() {
        let sign = if at == 0 { sign } else { ' ' };
        for line in options.hanging(&format!("{sign} {name:<10}  "), text).lines() {
            out.push_str(&format!("{}\n", options.paint(line, tone)));
        }
    }
    out.push('\n');
    out
}

fn prompt(lines: &[Line], options: TerminalOptions, out: &mut String) {
    let changed: Vec<usize> = (0..lines.len()).filter(|at| !matches!(lines[*at], Line::Same(_))).collect();
    let near = |at: usize| changed.iter().any(|change| change.abs_diff(at) <= CONTEXT);
    let mut folded = 0;
    for (at, line) in lines.iter().enumerate() {
        // A fold of one line is as long as the line.
        let alone = |at: usize| (at == 0 || near(at - 1)) && (at + 1 == lines.len() || near(at + 1));
        if !near(at) && !alone(at) {
            folded += 1;
            continue;
        }
        fold(&mut folded, options, out);
        match line {
            Line::Same(text) => whole(' ', text, None, options, out),
            Line::Added(text) => whole('+', text, Some(Tone::Good), options, out),
            Line::Removed(text) => whole('-', text, Some(Tone::Bad), options, out),
            Line::Changed(pieces) => out.push_str(&words(pieces, options)),
        }
    }
    fold(&mut folded, options, out);
}

/// A line of one kind, wrapped below its sign.
fn whole(sign: char, text: &str, tone: Option<Tone>, options: TerminalOptions, out: &mut String) {
    let text = safe(text);
    let own = text.len() - text.trim_start_matches(' ').len();
    for line in options.hanging(&format!("{sign} {}", &text[..own]), &text[own..]).lines() {
        let _ = writeln!(out, "{}", tone.map_or(line.to_owned(), |tone| options.paint(line, tone)));
    }
}

fn fold(folded: &mut usize, options: TerminalOptions, out: &mut String) {
    if *folded > 0 {
        let _ = writeln!(out, "{}", options.paint(&format!("  … {folded} lines as before"), Tone::Dim));
        *folded = 0;
    }
}

/// A line of which some words changed, wrapped: what stands between two marks keeps its colour over the end of a line.
fn words(pieces: &[(Tag, String)], options: TerminalOptions) -> String {
    const SIGN: &str = "~ ";
    let (mut out, mut column) = (SIGN.to_owned(), SIGN.len());
    for (tag, text) in pieces {
        let text = marked(*tag, &safe(text), options.color);
        let mut run = String::new();
        for word in text.split_inclusive(' ') {
            if column + width(word.trim_end()) > options.columns() && column > SIGN.len() {
                out.push_str(&painted(*tag, run.trim_end(), options));
                run.clear();
                out.truncate(out.trim_end().len());
                out.push_str("\n  ");
                column = SIGN.len();
            }
            run.push_str(word);
            column += width(word);
        }
        out.push_str(&painted(*tag, &run, options));
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

/// Where there are no colours, signs tell what was added and removed.
fn marked(tag: Tag, text: &str, color: bool) -> String {
    match tag {
        Tag::Added if !color => format!("{{+{text}+}}"),
        Tag::Removed if !color => format!("[-{text}-]"),
        Tag::Same | Tag::Added | Tag::Removed => text.to_owned(),
    }
}

fn painted(tag: Tag, text: &str, options: TerminalOptions) -> String {
    match tag {
        Tag::Same => text.to_owned(),
        Tag::Added => options.paint(text, Tone::Good),
        Tag::Removed => options.paint(text, Tone::Gone),
    }
}
