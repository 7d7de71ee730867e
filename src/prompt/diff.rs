//! What changed from one prompt text to another: by lines, and by words inside lines that are much alike. Pure.
//!
//! Both texts can be put together again from the result: no line and no space is lost, so a renderer may fold what did
//! not change and still never hide a change.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

/// Old and new line share at least this part of their text, or they are two lines and not one that changed.
const ALIKE: f64 = 0.4;
/// Pairs of lines that are compared at most: more are a whole text for another.
const MOST_LINES: usize = 16_000_000;
/// Pairs of bytes in one block of changed lines at most: each old line is compared by words with each new one. Some
/// eight kilobytes against as many; a larger block is removed and added.
const MOST_BYTES: usize = 64 << 20;
/// Pairs of lines in one block of changed lines at most.
const MOST_PAIRS: usize = 10_000;

/// A line of the result.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// It is in both texts.
    Same(String),
    /// It is in both texts, some words apart.
    Changed(Vec<(Tag, String)>),
    /// Only the new text has it.
    Added(String),
    /// Only the old text has it.
    Removed(String),
}

/// What became of a piece of a changed line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tag {
    /// It is in both.
    Same,
    /// Only the new line has it.
    Added,
    /// Only the old line has it.
    Removed,
}

/// The way from `old` to `new`, line by line. Equal texts give only [`Line::Same`].
pub fn diff(old: &str, new: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
    let mut lines = Vec::new();
    if old.len() * new.len() > MOST_LINES {
        replace(&old, &new, &mut lines);
        return lines;
    }
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        match op {
            DiffOp::Equal { old_index, len, .. } => {
                lines.extend(old[old_index..old_index + len].iter().map(|line| Line::Same((*line).to_owned())));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                lines.extend(old[old_index..old_index + old_len].iter().map(|line| Line::Removed((*line).to_owned())));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                lines.extend(new[new_index..new_index + new_len].iter().map(|line| Line::Added((*line).to_owned())));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                block(&old[old_index..old_index + old_len], &new[new_index..new_index + new_len], &mut lines);
            }
        }
    }
    lines
}

/// An old and a new line, by words.
struct Pair {
    pieces: Vec<(Tag, String)>,
    /// See [`alike`].
    alike: f64,
}

impl Pair {
    fn of(old: &str, new: &str) -> Self {
        let pieces = words(old, new);
        Self { alike: alike(&pieces), pieces }
    }
}

/// Lines that replaced others: those much alike are paired, in order, so that the paired have as much in common as
/// possible.
fn block(old: &[&str], new: &[&str], lines: &mut Vec<Line>) {
    let (rows, columns) = (old.len(), new.len());
    let size = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
    if rows * columns > MOST_PAIRS || size(old).saturating_mul(size(new)) > MOST_BYTES {
        return replace(old, new, lines);
    }
    let pairs: Vec<Vec<Pair>> = old.iter().map(|old| new.iter().map(|new| Pair::of(old, new)).collect()).collect();
    // best[i][j]: the most that lines from i and j on can have in common.
    let mut best = vec![vec![0.0_f64; columns + 1]; rows + 1];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            let alike = pairs[i][j].alike;
            let paired = if alike >= ALIKE { alike + best[i + 1][j + 1] } else { 0.0 };
            best[i][j] = paired.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < rows || j < columns {
        if i < rows && j < columns && pairs[i][j].alike >= ALIKE && best[i][j] == pairs[i][j].alike + best[i + 1][j + 1]
        {
            lines.push(Line::Changed(pairs[i][j].pieces.clone()));
            (i, j) = (i + 1, j + 1);
        } else if j == columns || i < rows && best[i][j] == best[i + 1][j] {
            lines.push(Line::Removed(old[i].to_owned()));
            i += 1;
        } else {
            lines.push(Line::Added(new[j].to_owned()));
            j += 1;
        }
    }
}

/// The old lines go, the new ones come.
fn replace(old: &[&str], new: &[&str], lines: &mut Vec<Line>) {
    lines.extend(old.iter().map(|line| Line::Removed((*line).to_owned())));
    lines.extend(new.iter().map(|line| Line::Added((*line).to_owned())));
}

/// The part of both lines' text, white space apart, that is in both: 0 to 1.
fn alike(pieces: &[(Tag, String)]) -> f64 {
    let mut shared = 0;
    let mut all = 0;
    for (tag, text) in pieces {
        let size = text.chars().filter(|c| !c.is_whitespace()).count();
        let sides = if *tag == Tag::Same { 2 } else { 1 };
        all += sides * size;
        shared += if *tag == Tag::Same { 2 * size } else { 0 };
    }
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

/// Two lines by words. A space that two changes have between them is part of both: phrases change, not letters.
fn words(old: &str, new: &str) -> Vec<(Tag, String)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split_word_bounds().collect(), new.split_word_bounds().collect());
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let mut pieces: Vec<(Tag, String)> = Vec::new();
    let (mut removed, mut added) = (String::new(), String::new());
    for (at, op) in ops.iter().enumerate() {
        let (before, after) = (old[op.old_range()].concat(), new[op.new_range()].concat());
        let between = at > 0 && at + 1 < ops.len() && before.chars().all(char::is_whitespace);
        match op {
            DiffOp::Equal { .. } if !between => {
                change(&mut pieces, &mut removed, &mut added);
                pieces.push((Tag::Same, before));
            }
            _ => {
                removed.push_str(&before);
                added.push_str(&after);
            }
        }
    }
    change(&mut pieces, &mut removed, &mut added);
    pieces
}

/// Writes down what changed so far.
fn change(pieces: &mut Vec<(Tag, String)>, removed: &mut String, added: &mut String) {
    for (tag, text) in [(Tag::Removed, removed), (Tag::Added, added)] {
        if !text.is_empty() {
            pieces.push((tag, std::mem::take(text)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `[-removed-]`, `{+added+}`.
    fn marked(pieces: &[(Tag, String)]) -> String {
        let mark = |(tag, text): &(Tag, String)| match tag {
            Tag::Same => text.clone(),
            Tag::Added => format!("{{+{text}+}}"),
            Tag::Removed => format!("[-{text}-]"),
        };
        pieces.iter().map(mark).collect()
    }

    fn shown(old: &str, new: &str) -> Vec<String> {
        let line = |line: Line| match line {
            Line::Same(text) => format!("  {text}"),
            Line::Changed(pieces) => format!("~ {}", marked(&pieces)),
            Line::Added(text) => format!("+ {text}"),
            Line::Removed(text) => format!("- {text}"),
        };
        diff(old, new).into_iter().map(line).collect()
    }

    #[test]
    fn words_that_changed_are_marked_inside_their_line() {
        assert_eq!(
            shown(
                "Rate it.\nRate old documents lower.\nBe brief.",
                "Rate it.\nRate drafts and old documents much lower.\nBe brief."
            ),
            ["  Rate it.", "~ Rate {+drafts and +}old documents {+much +}lower.", "  Be brief."]
        );
    }

    #[test]
    fn a_phrase_that_was_replaced_is_one_change_and_not_one_for_each_word() {
        assert_eq!(
            shown("Give the document a low rating when it is old.", "Give the document no high score when it is old."),
            ["~ Give the document [-a low rating-]{+no high score+} when it is old."]
        );
    }

    #[test]
    fn lines_that_have_little_in_common_are_removed_and_added() {
        assert_eq!(
            shown("a\nLook at the date.\nz", "a\nAcronyms count as matches here.\nz"),
            ["  a", "- Look at the date.", "+ Acronyms count as matches here.", "  z"]
        );
    }

    #[test]
    fn a_changed_line_is_found_among_new_ones() {
        assert_eq!(
            shown("- Rate old pages lower.", "- A partial answer is at most 3.\n- Rate old pages two points lower."),
            ["+ - A partial answer is at most 3.", "~ - Rate old pages {+two points +}lower."]
        );
    }

    #[test]
    fn texts_too_large_to_compare_are_removed_and_added_whole() {
        let text = |word: &str| format!("{word} ").repeat(3_000);
        let lines = diff(&format!("a\n{}\nz", text("old")), &format!("a\n{}\nz", text("new")));
        let kinds: Vec<&str> = lines
            .iter()
            .map(|line| match line {
                Line::Same(_) => "same",
                Line::Changed(_) => "changed",
                Line::Added(_) => "added",
                Line::Removed(_) => "removed",
            })
            .collect();
        assert_eq!(kinds, ["same", "removed", "added", "same"]);
        let (old, new) = ("o\n".repeat(5_000), "n\n".repeat(5_000));
        assert_eq!(diff(&old, &new).len(), 10_002);
    }

    /// One side of the difference, as text.
    fn side(lines: &[Line], own: Tag) -> String {
        let mut texts = Vec::new();
        for line in lines {
            match line {
                Line::Same(text) => texts.push(text.clone()),
                Line::Changed(pieces) => {
                    let kept = pieces.iter().filter(|(tag, _)| *tag == Tag::Same || *tag == own);
                    texts.push(kept.map(|(_, text)| text.as_str()).collect());
                }
                Line::Added(text) if own == Tag::Added => texts.push(text.clone()),
                Line::Removed(text) if own == Tag::Removed => texts.push(text.clone()),
                Line::Added(_) | Line::Removed(_) => {}
            }
        }
        texts.join("\n")
    }

    proptest! {
        #[test]
        fn both_texts_can_be_put_together_again(
            old in "([abc äé,.]{0,9}\n?){0,12}",
            new in "([abc äé,.]{0,9}\n?){0,12}",
        ) {
            let lines = diff(&old, &new);
            prop_assert_eq!(side(&lines, Tag::Removed), &*old);
            prop_assert_eq!(side(&lines, Tag::Added), &*new);
        }

        #[test]
        fn a_text_does_not_differ_from_itself(text in "[abc \n]{0,40}") {
            prop_assert!(diff(&text, &text).iter().all(|line| matches!(line, Line::Same(_))));
        }
    }
}
