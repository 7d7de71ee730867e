//! Replies that judges gave to other programs, in whatever form those programs asked for.
//!
//! The reply ladder comes first. Where it finds no JSON object, one more rung reads free text that **states** a rating:
//! the reply begins with `NAME: INTEGER` (behind a list number or Markdown marks), or is nothing but an integer. Every
//! further `…: NUMBER` in it must say the same. With a name asked for, only statements of that name count, wherever
//! they stand.
//!
//! | reply, on 1–5 | is |
//! |---|---|
//! | `Readability: 4 - The summary …`, `**Rating:** 4/5`, `1. Relevance: 4.0`, `4` | 4 |
//! | `Rating: 4.5` | malformed, a fraction; 4 where the user asks for rounding down |
//! | `Rating: 4/5 or 3`, `Rating: 3-4`, `Rating: 4 … Score: 2` | malformed, contradictory |
//! | `Rating: 7`, `Rating: 4/10` | malformed, off the scale |
//! | `I would say 4` | malformed: nothing is stated |
//!
//! This rung is for files made elsewhere. Our own requests name a contract, and a reply that breaks it is malformed.

use super::ladder::{RATIONALE_CHARS, Reply, answer_part, blank, read, whole_number};
use crate::domain::{Malformed, Rating, Rung, Scale, Verdict};
use crate::rubric::Contract;

/// A name has at most so many words and characters: a sentence is no name.
const NAME_WORDS: usize = 4;
const NAME_CHARS: usize = 40;

/// How free text is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Foreign {
    /// Only statements of this name (in any case) count; any name at the start of the reply when absent.
    pub name: Option<String>,
    /// What a rating with a fraction is.
    pub fractions: Fractions,
}

/// What a rating with a fraction is, such as `3.5` on a scale of integers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fractions {
    /// A malformed reply.
    #[default]
    Malformed,
    /// The integer below it, counted as [`Rung::RoundedDown`].
    Down,
}

/// Reads a reply to a request that was not ours.
pub fn read_foreign(text: &str, how: &Foreign, contract: &Contract, scale: Scale) -> Verdict {
    let reply = Reply { text: Some(text), ..Reply::default() };
    let reason = match read(reply, "", contract, scale) {
        // No object at all, or a sentence that sounds like a refusal: what the text states decides.
        Verdict::Malformed(reason @ (Malformed::NotJson | Malformed::Refusal)) => reason,
        verdict => return verdict,
    };
    match stated(answer_part(text).unwrap_or(text), how, scale) {
        None => Verdict::Malformed(reason),
        Some(Err(reason)) => Verdict::Malformed(reason),
        Some(Ok((rating, rung))) => {
            let rationale = text.trim_matches(blank).chars().take(RATIONALE_CHARS).collect();
            Verdict::Rated { rating, rationale: Some(rationale), confidence: None, rung, basis: None }
        }
    }
}

type Value = Result<(Rating, Rung), Malformed>;

/// `NAME: NUMBER` somewhere in a text.
struct Statement<'a> {
    name: &'a str,
    /// It is the first thing that the text says.
    leads: bool,
    value: Value,
}

/// What the text states; `None` when it states nothing.
fn stated(text: &str, how: &Foreign, scale: Scale) -> Option<Value> {
    // Markdown marks separate, as blanks do: `**Rating:** 4`, `## Rating: 4`.
    let text: String = text.chars().map(|c| if matches!(c, '*' | '#' | '`' | '>') { ' ' } else { c }).collect();
    let text = text.trim_matches(blank);
    let statements = statements(text, how.fractions, scale);
    let counted: Vec<&Statement<'_>> = match &how.name {
        Some(name) => statements.iter().filter(|s| s.name.to_lowercase() == name.to_lowercase()).collect(),
        None if statements.first().is_some_and(|s| s.leads) => statements.iter().collect(),
        None => return number(text, how.fractions, scale).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value),
    };
    let first = counted.first()?;
    let same = counted.iter().all(|s| match (s.value, first.value) {
        (Ok((a, _)), Ok((b, _))) => a == b,
        (a, b) => a == b,
    });
    Some(if same { first.value } else { Err(Malformed::Contradictory) })
}

fn statements(text: &str, fractions: Fractions, scale: Scale) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(':') {
        let after = &text[at + 1..];
        let before = text[..at].trim_end_matches(' ');
        // `10:30` is a time, `3:1` a ratio.
        let digit = |c: char| c.is_ascii_digit();
        if before.len() == at && before.ends_with(digit) && after.starts_with(digit) {
            continue;
        }
        let Some((value, rest)) = number(after, fractions, scale) else { continue };
        let value = if goes_on(rest) { Err(Malformed::Contradictory) } else { value };
        let in_name = |c: char| c.is_alphanumeric() || " -_/&'’".contains(c);
        let name = before.rsplit(|c| !in_name(c)).next().unwrap_or(before);
        let marker = &before[..before.len() - name.len()];
        let name = name.trim_matches(|c: char| c == ' ' || c == '-');
        found.push(Statement { name, leads: is_name(name) && is_marker(marker), value });
    }
    found
}

fn is_name(name: &str) -> bool {
    name.starts_with(char::is_alphabetic)
        && name.chars().count() <= NAME_CHARS
        && name.split_whitespace().count() <= NAME_WORDS
}

/// Nothing, or what numbers a list: `1.`, `2)`, `-`, `•`.
fn is_marker(text: &str) -> bool {
    let digits = text.trim().trim_end_matches(['.', ')', '-', '•', '(']);
    digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// The number at the start of `text` and what follows it: `4`, `4/5`, `4 out of 5`, `4.0`. `None` when there is no
/// number.
fn number(text: &str, fractions: Fractions, scale: Scale) -> Option<(Value, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let digits = |t: &str| t.bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(text.starts_with('-'));
    let whole = sign + digits(&text[sign..]);
    if whole == sign {
        return None;
    }
    let after = &text[whole..];
    let fraction = if after.starts_with(['.', ',']) { digits(&after[1..]) } else { 0 };
    let (fraction, rest) = if fraction > 0 { after.split_at(1 + fraction) } else { ("", after) };
    let (of, rest) = denominator(rest);
    let value = match of {
        _ if rest.starts_with(|c: char| c.is_alphanumeric() || c == '%') => Err(Malformed::NonInteger),
        Some(of) if of.parse() != Ok(scale.max().value()) => Err(Malformed::OffScale),
        _ => rating(&text[..whole], fraction.get(1..).unwrap_or(""), fractions, scale),
    };
    Some((value, rest))
}

/// `/5`, ` out of 5`: its digits, and what follows.
fn denominator(text: &str) -> (Option<&str>, &str) {
    let open = text.trim_start_matches(' ');
    let Some(open) = open.strip_prefix('/').or_else(|| open.strip_prefix("out of ")) else { return (None, text) };
    let open = open.trim_start_matches(' ');
    let end = open.bytes().take_while(u8::is_ascii_digit).count();
    if end == 0 { (None, text) } else { (Some(&open[..end]), &open[end..]) }
}

fn rating(whole: &str, fraction: &str, fractions: Fractions, scale: Scale) -> Value {
    let (value, _) = whole_number(whole).ok_or(Malformed::NonInteger)?;
    let on_scale = |value: Option<i64>| value.and_then(|v| scale.rating(v)).ok_or(Malformed::OffScale);
    if fraction.bytes().all(|b| b == b'0') {
        return Ok((on_scale(value)?, Rung::Stated));
    }
    if fractions == Fractions::Malformed {
        return Err(Malformed::NonInteger);
    }
    // Between two integers; both must be on the scale, or rounding would bring a value onto it.
    let below = value.and_then(|v| v.checked_sub(i64::from(whole.starts_with('-'))));
    on_scale(below.and_then(|v| v.checked_add(1)))?;
    Ok((on_scale(below)?, Rung::RoundedDown))
}

/// Whether a second number follows that takes the first one back: `4 or 3`, `3-4`, `2 to 3`.
fn goes_on(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\t']);
    let joined = ["or", "to", "and", "-", "–", "—", "~", "/", ",", ";", "|", "&", "+", "("];
    let next = joined.iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    next.trim_start_matches([' ', '\t']).starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_text(text: &str, how: &Foreign, (min, max): (i64, i64)) -> Result<(i64, Rung), Malformed> {
        let contract = Contract {
            rating: "rating".into(),
            rationale: "rationale".into(),
            confidence: None,
            rule: String::new(),
            derived: None,
        };
        match read_foreign(text, how, &contract, Scale::new(min, max).unwrap()) {
            Verdict::Rated { rating, rung, .. } => Ok((rating.value(), rung)),
            Verdict::Malformed(reason) => Err(reason),
            Verdict::NotRun(_) => panic!("a reply is there"),
        }
    }

    fn plain(text: &str) -> Result<(i64, Rung), Malformed> {
        read_text(text, &Foreign::default(), (1, 5))
    }

    fn named(name: &str, text: &str) -> Result<(i64, Rung), Malformed> {
        read_text(text, &Foreign { name: Some(name.into()), ..Foreign::default() }, (1, 5))
    }

    #[test]
    fn numbers_at_the_end_of_what_can_be_counted_are_off_the_scale() {
        let down = Foreign { fractions: Fractions::Down, ..Foreign::default() };
        for text in ["Rating: -9223372036854775808.5", "Rating: 9223372036854775807.5"] {
            assert_eq!(read_text(text, &down, (1, 5)), Err(Malformed::OffScale), "{text}");
        }
    }

    #[test]
    fn a_rating_that_the_reply_begins_with_is_read() {
        for text in [
            "Readability: 4",
            "Readability: 4 - The text reads well.",
            "Aspect Relevance: 4. The text covers it.",
            "Self-Coherence: 4 (High)\nIt is consistent.",
            "Rating: 4/5\nThe text is clear.",
            "Rating: 4/5 for readability.",
            "rating :4",
            "Rating: 4 out of 5.",
            "Rating: 4.0",
            "Rating: 4\n2 of its points are weak.",
            "**Rating:** 4",
            "**Rating**: **4**",
            "## final score: 4",
            "> Score: 4",
            "1. Relevance: 4",
            "- Relevance: 4",
            "<think>Rating: 1? No.</think>\nRating: 4",
            "Rating: 4\nOverall score: 4",
            "Rating: 4. It was posted at 10:30, with odds of 3:1.",
            "4",
            " **4** ",
            "4/5",
        ] {
            assert_eq!(plain(text), Ok((4, Rung::Stated)), "{text}");
        }
    }

    #[test]
    fn nothing_is_guessed_and_each_failure_has_its_reason() {
        for (text, reason) in [
            ("Rating: 4.5", Malformed::NonInteger),
            ("Rating: 4,5 points", Malformed::NonInteger),
            ("Rating: 4.5/5 - good", Malformed::NonInteger),
            ("Rating: 80%", Malformed::NonInteger),
            ("Rating: 4th", Malformed::NonInteger),
            ("Rating: 04", Malformed::NonInteger),
            ("Rating: 4/5 or 3", Malformed::Contradictory),
            ("Rating: 3-4", Malformed::Contradictory),
            ("Rating: 3 to 4", Malformed::Contradictory),
            ("Rating: 3 4", Malformed::Contradictory),
            ("Rating: 4\nScore: 2", Malformed::Contradictory),
            ("Rating: 4. On second thought, my rating: 2", Malformed::Contradictory),
            ("Rating: 4\nScore: 4.5", Malformed::Contradictory),
            ("1. Relevance: 2\n2. Coherence: 3", Malformed::Contradictory),
            ("Rating: 7", Malformed::OffScale),
            ("Rating: 0", Malformed::OffScale),
            ("Rating: -4", Malformed::OffScale),
            ("Rating: 4/10", Malformed::OffScale),
            ("Rating: 99999999999999999999", Malformed::OffScale),
            ("6", Malformed::OffScale),
            ("4.5", Malformed::NonInteger),
            ("Rating: four", Malformed::NotJson),
            ("Rating:\n4", Malformed::NotJson),
            ("I would say 4", Malformed::NotJson),
            ("The text is fine. Rating: 4", Malformed::NotJson),
            ("Out of all these long reviews: 4 mention food", Malformed::NotJson),
            ("10:30", Malformed::NotJson),
            ("4 5", Malformed::NotJson),
            ("I'm sorry, but there is no text.", Malformed::Refusal),
            ("", Malformed::Empty),
        ] {
            assert_eq!(plain(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn an_object_goes_before_free_text() {
        assert_eq!(plain(r#"{"rationale": "x", "rating": 3}"#), Ok((3, Rung::Exact)));
        assert_eq!(plain(r#"Rating: 4 {"rationale": "x", "rating": 3}"#), Ok((3, Rung::Unwrapped)));
        assert_eq!(plain(r#"Rating: 4 {"rationale": "x", "rating": 9}"#), Err(Malformed::OffScale));
        assert_eq!(plain(r#"Rating: 4 {"rationale": "x"}"#), Err(Malformed::MissingField));
    }

    #[test]
    fn a_name_chooses_its_statement_wherever_it_stands() {
        let reply = "1. Relevance: 2 - It covers little.\n2. Coherence: 3\n4. Readability: 5. Good.";
        assert_eq!(named("readability", reply), Ok((5, Rung::Stated)));
        assert_eq!(named("Relevance", reply), Ok((2, Rung::Stated)));
        assert_eq!(named("Fluency", reply), Err(Malformed::NotJson));
        assert_eq!(named("O", "##M: 2\n##T: 1\n##O: 3"), Ok((3, Rung::Stated)));
        assert_eq!(named("final score", "Step 1: 2 terms match.\n##final score: 4"), Ok((4, Rung::Stated)));
        assert_eq!(named("score", "##final score: 4"), Err(Malformed::NotJson));
        assert_eq!(named("Rating", "Rating: 2. Later. Rating: 3"), Err(Malformed::Contradictory));
        assert_eq!(named("Rating", "4"), Err(Malformed::NotJson));
    }

    #[test]
    fn a_fraction_is_taken_down_only_where_the_user_asks_for_it() {
        let down = Foreign { fractions: Fractions::Down, ..Foreign::default() };
        for (text, scale, value) in [
            ("Rating: 3.5. Good", (1, 5), Ok((3, Rung::RoundedDown))),
            ("Rating: 2.5/5 - weak", (1, 5), Ok((2, Rung::RoundedDown))),
            ("Rating: 4.0", (1, 5), Ok((4, Rung::Stated))),
            ("Rating: -1.5", (-2, 2), Ok((-2, Rung::RoundedDown))),
            ("Rating: 5.5", (1, 5), Err(Malformed::OffScale)),
            ("Rating: 0.5", (1, 5), Err(Malformed::OffScale)),
            ("Rating: -0.5", (0, 3), Err(Malformed::OffScale)),
        ] {
            assert_eq!(read_text(text, &down, scale), value, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_the_rung(text in any::<String>(), name in any::<String>()) {
            let _ = plain(&text);
            let _ = named(&name, &text);
        }

        #[test]
        fn near_misses_do_not_panic_it_either(text in "[-*#:/. 0-9oru\n•é]{0,30}") {
            let _ = plain(&text);
        }

        #[test]
        fn a_text_without_the_rating_in_digits_yields_no_rating(text in "[a-zA-Z :.\n\\-/]{0,60}") {
            prop_assert!(plain(&text).is_err());
        }
    }
}
