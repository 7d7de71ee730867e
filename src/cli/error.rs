//! An error as a person reads it: what, where, why, what to do.

use super::fold::fold;
use crate::domain::{Explain, Invocation};
use std::error::Error;
use std::fmt::Write as _;

/// Columns further right get no caret: the line wraps.
const CARET: u64 = 120;

/// How an error is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub color: bool,
    /// Columns of the terminal; where there is none, each part stays on a line of its own, for other programs to read.
    pub width: Option<usize>,
}

/// Renders `error:`, the place with its line, the causes and `hint:`.
pub(super) fn render(error: &dyn Explain, shown: Shown, invocation: &Invocation) -> String {
    let paint =
        |code: &str, text: &str| if shown.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() };
    let set = |lead: &str, text: &str| match shown.width {
        Some(width) => fold(&clean(text), lead.len() + 1, width),
        None => clean(text),
    };
    let mut out = format!("{} {}\n", paint("1;31", "error:"), set("error:", &error.to_string()));
    if let Some(place) = error.place() {
        let _ = writeln!(out, "  {} {}", paint("1;34", "-->"), clean(&place.to_string()));
        if let (Some(line), Some(source)) = (place.line, &place.source) {
            let number = line.to_string();
            let _ = writeln!(out, "   {} {} {}", number, paint("1;34", "|"), clean(source));
            if let Some(column) = place.column.filter(|c| *c <= CARET) {
                let blank = " ".repeat(number.len() + 3);
                let before: String =
                    source.chars().take(column as usize - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
                let _ = writeln!(out, "{blank} {} {before}{}", paint("1;34", "|"), paint("1;31", "^"));
            }
        }
    }
    let said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !said.contains(&text) {
            let _ = writeln!(out, "  because {}", set("  because", &text));
        }
        cause = Error::source(inner);
    }
    if let Some(hint) = error.hint() {
        let _ = writeln!(out, "{} {}", paint("1;36", "hint:"), set("hint:", &invocation.complete(&hint)));
    }
    out
}

/// Text from files and servers must not steer the terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::AppError;
    use std::path::Path;

    fn refusal() -> AppError {
        AppError::input(
            "the judge `relevance on sim/large` was carried before by other terms (margin 2, slices 2, malformed 0.02, now \
             margin 5, slices 2, malformed 0.02): the verdicts could not be held side by side",
            "use the same data, `--split`, `--seed`, `--margin`, `--slice-margin`, `--malformed` and `--require`; \
             `assessor judge list` shows what there is",
        )
    }

    #[test]
    fn a_long_error_is_folded_in_a_terminal_and_one_line_for_each_part_elsewhere() {
        let plain = Shown { color: false, width: Some(72) };
        assert_eq!(
            render(&refusal(), plain, &Invocation::default()),
            "error: the judge `relevance on sim/large` was carried before by other\n       \
             terms (margin 2, slices 2, malformed 0.02, now margin 5, slices\n       \
             2, malformed 0.02): the verdicts could not be held side by side\n\
             hint: use the same data, `--split`, `--seed`, `--margin`,\n      \
             `--slice-margin`, `--malformed` and `--require`;\n      \
             `assessor judge list` shows what there is\n"
        );
        let coloured = render(&refusal(), Shown { color: true, ..plain }, &Invocation::default());
        assert!(coloured.lines().nth(1).is_some_and(|line| line.starts_with("       terms (margin 2")), "{coloured}");
        let piped = render(&refusal(), Shown { width: None, ..plain }, &Invocation::default());
        assert_eq!(piped.lines().count(), 2, "{piped}");
    }

    #[test]
    fn a_command_in_a_hint_meets_the_state_that_is_in_use() {
        let elsewhere = Invocation::of(Path::new("/tmp/a state"), None, 0);
        let text = render(&refusal(), Shown { color: false, width: None }, &elsewhere);
        assert!(text.ends_with("; `assessor --state '/tmp/a state' judge list` shows what there is\n"), "{text}");
    }
}
