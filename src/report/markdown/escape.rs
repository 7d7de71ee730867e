//! What people and models wrote, neutralised: it can open no tag, link, mention, table cell or code span.

use crate::report::plain::plain;

/// `text` as a code span, for names and commands. Its fence is longer than any run of backticks inside.
pub(in crate::report) fn code(text: &str) -> String {
    let text = plain(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The same in a table, which splits its cells before it reads code: `|` is escaped.
pub(in crate::report) fn code_cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// `text` as running text that means nothing to Markdown. A zero-width space keeps what GitHub links by itself
/// (mentions, issue numbers, addresses) from being a link.
pub(in crate::report) fn prose(text: &str) -> String {
    let text = plain(text);
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' | '#' => out.extend(['\\', c, '\u{200b}']),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '!' | '|' | '~' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    // Addresses are linked without being asked; `1.` and `- ` begin lists only at the start of a line, where no such text stands.
    out.replace("://", ":\u{200b}//").replace("www.", "www\u{200b}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(
            prose("<img src=x> [a](b) `c` | @team #12"),
            "&lt;img src=x&gt; \\[a\\](b) \\`c\\` \\| \\@\u{200b}team \\#\u{200b}12"
        );
        assert_eq!(prose("https://x.y www.z.w"), "https:\u{200b}//x.y www\u{200b}.z.w");
        assert_eq!((code("a`b``c|d").as_str(), code_cell("c|d").as_str()), ("```a`b``c|d```", "`c\\|d`"));
        let long = "word ".repeat(200);
        assert_eq!((prose(&long).as_str(), code(&long)), (long.trim_end(), format!("`{}`", long.trim_end())));
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(""), "`  `");
    }
}
