//! Long lines for a terminal: broken between words, and never inside a command or an address, which are to be copied.

use unicode_width::UnicodeWidthStr as _;

/// `text` in lines of at most `width` columns. The first begins after `lead` columns, and what is continued stands below
/// it; lines that `text` has already keep their indent. A word, or what stands in backticks, is wider than a line rather
/// than broken.
pub(super) fn fold(text: &str, lead: usize, width: usize) -> String {
    let mut out = String::new();
    for (at, line) in text.lines().enumerate() {
        let words = line.trim_start_matches(' ');
        let own = line.len() - words.len();
        let (start, indent) = if at == 0 { (lead + own, lead + own) } else { (own, own.max(lead)) };
        if at > 0 {
            out.push('\n');
        }
        out.push_str(&line[..own]);
        let mut column = start;
        for (n, word) in unbroken(words).into_iter().enumerate() {
            let wide = word.width();
            if n > 0 && column + 1 + wide > width {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
            } else if n > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += wide;
        }
    }
    out
}

/// What stays on one line: words, and backticks with all that is between them.
fn unbroken(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut inside) = (0, false);
    for (at, c) in line.char_indices() {
        match c {
            // A backtick without a second one is only a letter.
            '`' => inside = !inside && line[at + 1..].contains('`'),
            ' ' if !inside => {
                parts.push(&line[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&line[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_continued_stands_below_where_the_text_began() {
        assert_eq!(fold("use the same data as before", 6, 20), "use the same\n      data as before");
    }

    #[test]
    fn a_command_and_an_address_are_never_broken() {
        let hint = "see what changed with `assessor judge diff 0123 4567`, or at https://example.org/a/long/path";
        assert_eq!(
            fold(hint, 6, 30),
            "see what changed with\n      `assessor judge diff 0123 4567`,\n      or at\n      https://example.org/a/long/path"
        );
        assert_eq!(fold("a lone ` is a letter, no more", 0, 12), "a lone ` is\na letter, no\nmore");
    }

    #[test]
    fn lines_that_are_there_keep_their_indent() {
        assert_eq!(fold("it violates:\n  scale: only 1 to 3", 7, 19), "it violates:\n  scale: only 1 to\n       3");
    }

    proptest! {
        #[test]
        fn folding_moves_blanks_and_nothing_else(text in "[a-z` ]{0,80}", lead in 0usize..9, width in 12usize..40) {
            let folded = fold(&text, lead, width);
            let letters = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&folded), letters(&text));
            let part = |line: &str| unbroken(line.trim_start()).len();
            let wide = folded.lines().enumerate().filter(|(at, line)| line.width() + if *at == 0 { lead } else { 0 } > width);
            for (_, line) in wide {
                prop_assert_eq!(part(line), 1, "{}", folded);
            }
        }
    }
}
