//! The revised text out of a reflection model's reply.
//!
//! It is taken only from a complete fenced block. A reply without one is refused: adopting all of it would make a
//! model's interrupted reasoning the judge's instruction.

use crate::domain::Explain;

/// Longest reply that is read, in bytes.
const MOST_BYTES: usize = 256 << 10;
/// Longest language tag of a fence, in bytes.
const TAG: usize = 20;
/// Names of the tags between which models think aloud.
const CHANNELS: [&str; 4] = ["think", "thinking", "reasoning", "thought"];

/// Why a reply holds no revised text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Too long to be an instruction.
    #[error("the reply has {bytes} bytes, more than the {MOST_BYTES} that are read")]
    TooLong {
        /// Its size.
        bytes: usize,
    },
    /// No text.
    #[error("the reply is empty")]
    Empty,
    /// The provider held the answer back.
    #[error("the provider filtered the reply")]
    Filtered,
    /// It breaks off.
    #[error("the reply breaks off: {0}")]
    Truncated(Cut),
    /// No fenced block.
    #[error("the reply holds no fenced block")]
    NoFence,
    /// A block without text.
    #[error("the reply's fenced block is empty")]
    EmptyBlock,
    /// Which one is meant cannot be told.
    #[error("the reply holds {blocks} fenced blocks that differ")]
    Ambiguous {
        /// How many.
        blocks: usize,
    },
}

/// What shows that a reply breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cut {
    /// The provider's finish reason.
    #[error("it reached its token limit")]
    Limit,
    /// A fence that is never closed.
    #[error("its fenced block is never closed")]
    Fence,
    /// Reasoning that never ends.
    #[error("its reasoning never ends")]
    Reasoning,
}

impl Explain for Unusable {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Truncated(_) => "give the reflection model more tokens for each reply",
            Self::TooLong { .. } | Self::Empty | Self::Filtered => "take another reflection model",
            Self::NoFence | Self::EmptyBlock | Self::Ambiguous { .. } => {
                "the message asks for a single fenced block; a model that keeps failing at it is too weak to reflect"
            }
        };
        Some(hint.to_owned())
    }
}

/// The text in the reply's fenced block, without a language tag and blank lines around it; `finish` is the provider's
/// finish reason. Reasoning before the answer is passed over. The same block twice is one block.
///
/// # Errors
/// [`Unusable`] when the reply breaks off or does not hold exactly one text in a fence.
pub fn extract(reply: &str, finish: Option<&str>) -> Result<String, Unusable> {
    match finish {
        Some("length" | "max_tokens" | "MAX_TOKENS") => return Err(Unusable::Truncated(Cut::Limit)),
        Some("content_filter") => return Err(Unusable::Filtered),
        _ => {}
    }
    if reply.len() > MOST_BYTES {
        return Err(Unusable::TooLong { bytes: reply.len() });
    }
    if reply.trim().is_empty() {
        return Err(Unusable::Empty);
    }
    let mut blocks = blocks(answer(reply).ok_or(Unusable::Truncated(Cut::Reasoning))?)?;
    blocks.dedup();
    match blocks.as_slice() {
        [] => Err(Unusable::NoFence),
        [text] if text.is_empty() => Err(Unusable::EmptyBlock),
        [text] => Ok(text.clone()),
        several => Err(Unusable::Ambiguous { blocks: several.len() }),
    }
}

/// What stands after the reasoning; `None` when the reasoning never ends.
fn answer(reply: &str) -> Option<&str> {
    let mut rest = reply;
    for name in CHANNELS {
        // Some servers swallow the opening tag, so the closing one counts.
        let close = format!("</{name}>");
        if let Some(at) = rest.rfind(&close) {
            rest = &rest[at + close.len()..];
        }
    }
    let preamble = &rest[..rest.find("```").unwrap_or(rest.len())];
    let open = CHANNELS.iter().any(|name| preamble.contains(&format!("<{name}>")));
    (!open).then_some(rest)
}

/// A line that opens or closes a fenced block.
struct Fence<'a> {
    ticks: usize,
    /// What follows the backticks.
    info: &'a str,
}

impl<'a> Fence<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let body = line.trim_start_matches(' ');
        let ticks = body.bytes().take_while(|b| *b == b'`').count();
        let info = body[ticks..].trim();
        let is_fence = ticks >= 3 && line.len() - body.len() <= 3 && !info.contains('`');
        is_fence.then_some(Self { ticks, info })
    }

    fn is_tagged(&self) -> bool {
        let tag = |c: char| c.is_ascii_alphanumeric() || "+-_.".contains(c);
        !self.info.is_empty() && self.info.len() <= TAG && self.info.chars().all(tag)
    }
}

/// The outermost fenced blocks. Inside one, a fence with a language tag opens an inner block, which is text.
fn blocks(text: &str) -> Result<Vec<String>, Unusable> {
    let mut found = Vec::new();
    // Backticks of the fences that are open, outermost first.
    let mut open: Vec<usize> = Vec::new();
    let mut block: Vec<&str> = Vec::new();
    for line in text.lines() {
        match (Fence::of(line), open.last()) {
            (Some(fence), None) => {
                open.push(fence.ticks);
                // Words on the fence's line that are no language tag are the first line of the text.
                if !fence.info.is_empty() && !fence.is_tagged() {
                    block.push(fence.info);
                }
            }
            (None, None) => {}
            (Some(fence), Some(&ticks)) if fence.ticks >= ticks && fence.info.is_empty() => {
                open.pop();
                if open.is_empty() {
                    found.push(block.join("\n").trim().to_owned());
                    block.clear();
                } else {
                    block.push(line);
                }
            }
            (fence, Some(&ticks)) => {
                if let Some(inner) = fence.filter(|f| f.ticks >= ticks && f.is_tagged()) {
                    open.push(inner.ticks);
                }
                block.push(line);
            }
        }
    }
    if open.is_empty() { Ok(found) } else { Err(Unusable::Truncated(Cut::Fence)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(reply: &str) -> Result<String, Unusable> {
        extract(reply, Some("stop"))
    }

    #[test]
    fn the_fenced_text_is_taken_without_its_language_tag_and_what_surrounds_it() {
        for reply in [
            "```\nRate it.\n- Well.\n```",
            "Here it is:\n\n```text\nRate it.\n- Well.\n```\nI hope this helps.",
            "````markdown\n\nRate it.\n- Well.\n\n````",
            "```\r\nRate it.\r\n- Well.\r\n```\r\n",
            "```\nRate it.\n- Well.\n```\nAgain:\n```\nRate it.\n- Well.\n```",
        ] {
            assert_eq!(text(reply).as_deref(), Ok("Rate it.\n- Well."), "{reply}");
        }
    }

    #[test]
    fn words_on_the_line_of_the_fence_are_not_lost() {
        assert_eq!(text("```You rate items.\nBe fair.\n```").as_deref(), Ok("You rate items.\nBe fair."));
    }

    #[test]
    fn a_block_inside_the_text_belongs_to_it() {
        let inner = "Reply so:\n```json\n{}\n```\nBe fair.";
        assert_eq!(text(&format!("```\n{inner}\n```")).as_deref(), Ok(inner));
        let bare = "Reply so:\n```\n{}\n```\nBe fair.";
        assert_eq!(text(&format!("````\n{bare}\n````")).as_deref(), Ok(bare));
    }

    #[test]
    fn reasoning_is_passed_over_with_the_blocks_in_it() {
        for reply in [
            "<think>First\n```\ndraft\n```\n</think>\n```\nRate it.\n```",
            "a template opened it\n</think>\n```\nRate it.\n```",
            "<reasoning>x</reasoning>```\nRate it.\n```",
        ] {
            assert_eq!(text(reply).as_deref(), Ok("Rate it."), "{reply}");
        }
        assert_eq!(text("```\nNever write <think>.\n```").as_deref(), Ok("Never write <think>."));
    }

    #[test]
    fn a_reply_that_breaks_off_is_never_taken() {
        let whole = "```\nRate it.\n```";
        for finish in ["length", "max_tokens", "MAX_TOKENS"] {
            assert_eq!(extract(whole, Some(finish)), Err(Unusable::Truncated(Cut::Limit)));
        }
        assert_eq!(text("```\nRate it."), Err(Unusable::Truncated(Cut::Fence)));
        assert_eq!(text("```\na\n```\nand\n```\nb"), Err(Unusable::Truncated(Cut::Fence)));
        assert_eq!(text("<think>I would\n```\nRate it.\n```"), Err(Unusable::Truncated(Cut::Reasoning)));
        assert_eq!(
            Unusable::Truncated(Cut::Fence).to_string(),
            "the reply breaks off: its fenced block is never closed"
        );
    }

    #[test]
    fn what_is_no_single_fenced_text_is_refused_with_its_reason() {
        let cases = [
            ("Rate it well.", "the reply holds no fenced block"),
            (" \n", "the reply is empty"),
            ("```\n\n```", "the reply's fenced block is empty"),
            ("```\nold\n```\nnew:\n```\nnew\n```", "the reply holds 2 fenced blocks that differ"),
        ];
        for (reply, reason) in cases {
            assert_eq!(text(reply).expect_err("it is unusable").to_string(), reason);
        }
        let long = format!("```\n{}\n```", "x".repeat(MOST_BYTES));
        assert_eq!(
            text(&long).expect_err("too long").to_string(),
            "the reply has 262152 bytes, more than the 262144 that are read"
        );
        assert_eq!(extract("```\nx\n```", Some("content_filter")), Err(Unusable::Filtered));
    }

    proptest! {
        #[test]
        fn no_reply_breaks_it_and_what_comes_out_stood_in_it(reply in "(```|````|`|<think>|</think>|json|[a-zé \r\n]){0,60}") {
            if let Ok(found) = extract(&reply, None) {
                prop_assert!(found.lines().all(|line| reply.contains(line)));
            }
        }

        #[test]
        fn a_text_in_a_fence_longer_than_its_own_comes_back(lines in proptest::collection::vec("[a-zé`.<>/ -]{0,12}", 1..8)) {
            let whole = lines.join("\n");
            prop_assume!(!whole.trim().is_empty());
            let fence = "`".repeat(20);
            let back = extract(&format!("Here:\n{fence}\n{whole}\n{fence}"), Some("stop"));
            prop_assert_eq!(back.as_deref(), Ok(whole.trim()));
        }
    }
}
