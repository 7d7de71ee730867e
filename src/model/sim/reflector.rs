//! `sim/reflector`: proposes a revision of a prompt from feedback, the way models do, which includes badly.
//!
//! It reads the last user message (`letter.rs`): the current instruction, and everything else as feedback. It counts which
//! considerations the feedback speaks of and what it says of the form of replies (`form.rs`), leaves out what the
//! instruction states already, adds a rule for the two most frequent, and answers with the whole revised instruction
//! in the form that is asked for. Some proposals are spoiled: see `Slip`. Asked for a description, it tells the same.

use super::considerations::Consideration as C;
use super::considerations::stated::{Stated, mentioned};
use super::draw::Draw;
use super::form::{complaint, wordings};
use super::instruction::{Instruction, Rule};
use super::letter::Letter;
use super::reply::Reply;

/// How a proposal goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slip {
    /// Copies a sentence of the feedback as if it were a rule.
    CopiesExample,
    /// Cuts the scale down.
    ShrinksScale,
    /// Loses a line of the instruction.
    DropsRule,
    /// Stops in the middle; the fence stays open.
    Truncates,
    /// States one rule the wrong way round.
    Reverses,
    /// Changes nothing but words.
    Nothing,
}

const SLIPS: [(Option<Slip>, f64); 7] = [
    (None, 72.0),
    (Some(Slip::CopiesExample), 9.0),
    (Some(Slip::ShrinksScale), 4.0),
    (Some(Slip::DropsRule), 5.0),
    (Some(Slip::Truncates), 4.0),
    (Some(Slip::Reverses), 3.0),
    (Some(Slip::Nothing), 3.0),
];

/// What is left of copying and of touching the scale when the request says not to: models heed it, mostly.
const HEEDED: f64 = 0.4;

fn slips(prompt: &str) -> [(Option<Slip>, f64); 7] {
    let told = prompt.to_lowercase().contains("do not copy");
    SLIPS.map(|(slip, weight)| match slip {
        Some(Slip::CopiesExample | Slip::ShrinksScale) if told => (slip, HEEDED * weight),
        _ => (slip, weight),
    })
}

/// New rules per proposal.
const MOST: usize = 2;

/// Proposes a revision.
pub(super) fn propose(prompt: &str, draw: &mut Draw) -> Reply {
    let letter = Letter::read(prompt);
    let (current, feedback) = (letter.current, &*letter.feedback);
    let mut missing = wanted(current, feedback);
    // a model does not count exactly: the third now and then goes before the second
    if missing.len() > MOST && draw.chance(0.2) {
        missing.swap(MOST - 1, MOST);
    }
    missing.truncate(MOST);
    if letter.wants_description() {
        let seen: Vec<&str> = missing.iter().map(|ways| ways[draw.below(2)]).collect();
        return letter.answer(&format!("Queries with documents that people rated. {}", seen.join(" ")), false);
    }
    let slip = draw.weighted(&slips(prompt));
    let mut lines: Vec<String> = current.trim().lines().map(str::to_owned).collect();
    if slip == Some(Slip::DropsRule) && lines.len() > 1 {
        lines.remove(draw.below(lines.len()));
    }
    for (n, ways) in missing.iter().enumerate().filter(|_| slip != Some(Slip::Nothing)) {
        let rule = ways[draw.below(2)];
        lines.push(match slip {
            Some(Slip::CopiesExample) if n == 0 => format!("- {}", copied(feedback, draw)),
            Some(Slip::Reverses) if n == 0 => format!("- {}", reversed(rule)),
            _ => format!("- {rule}"),
        });
    }
    if slip == Some(Slip::ShrinksScale) {
        lines.push("- Use only the ratings from 1 to 3.".to_owned());
    }
    let text = lines.join("\n");
    let most = if slip == Some(Slip::Truncates) { text.len() * 2 / 3 } else { text.len() };
    let at = (0..=most).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    letter.answer(&text[..at], slip == Some(Slip::Truncates))
}

/// Rules that the feedback asks for and the instruction lacks, each in its two wordings, the most frequent first.
fn wanted(current: &str, feedback: &str) -> Vec<[&'static str; 2]> {
    let instruction = Instruction::read(current, 0);
    let mut considerations = [0usize; 17];
    let mut forms = [0usize; Rule::ALL.len()];
    for sentence in feedback.split(['.', '\n', ';', '!', '?']) {
        match complaint(sentence) {
            Some(rule) => forms[rule as usize] += 1,
            None => mentioned(sentence).iter().for_each(|c| considerations[c as usize] += 1),
        }
    }
    let unstated = C::ALL.into_iter().filter(|&c| instruction.stated[c as usize] != Stated::Rule);
    let unruled = Rule::ALL.into_iter().filter(|&r| !instruction.has(r));
    let mut all: Vec<(usize, [&str; 2])> = unstated.map(|c| (considerations[c as usize], rule(c))).collect();
    all.extend(unruled.filter_map(|r| Some((forms[r as usize], wordings(r)?))));
    all.retain(|(count, _)| *count > 0);
    all.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    all.into_iter().map(|(_, ways)| ways).collect()
}

/// A longer sentence of the feedback, word for word.
fn copied<'a>(feedback: &'a str, draw: &mut Draw) -> &'a str {
    let long: Vec<&str> =
        feedback.split(['.', '\n']).map(str::trim).filter(|s| s.len() > 40 && s.len() < 300).collect();
    if long.is_empty() { "Follow the examples" } else { draw.pick::<&str>(&long) }
}

fn reversed(rule: &str) -> String {
    if rule.contains("higher") { rule.replacen("higher", "lower", 1) } else { rule.replacen("lower", "higher", 1) }
}

/// Every rule that it can propose.
#[cfg(test)]
pub(crate) fn every_rule() -> Vec<&'static str> {
    C::ALL.into_iter().flat_map(rule).collect()
}

/// A consideration as a general rule, in two wordings. None is a phrase of the worlds' annotators, so that what is copied
/// from examples can be told from what is learnt from them.
fn rule(c: C) -> [&'static str; 2] {
    match c {
        C::Outdated => [
            "Rate documents that are several years old lower, unless the query asks about the past.",
            "An outdated document gets a lower rating.",
        ],
        C::Keywords => [
            "Give a lower rating to documents that share keywords with the query and have no substance.",
            "If only the words match and there is no real information, rate lower.",
        ],
        C::Acronym => [
            "An acronym that the document spells out is the same thing: rate it higher than a missing word.",
            "Treat the long form of an abbreviation as a match: rate the document higher.",
        ],
        C::Partial => [
            "If a query has two parts and one half is not answered, rate lower.",
            "A partial answer to a two part query gets a lower rating.",
        ],
        C::WrongEntity => [
            "Rate a document much lower when it is on another product whose name is similar.",
            "A text on a sister product or another system is rated lower.",
        ],
        C::WrongLanguage => [
            "Unless it was asked for, rate a document in a different language lower.",
            "A foreign language text gets a lower rating.",
        ],
        C::TypeMismatch => [
            "If the query asks for a kind of document, rate a different kind lower.",
            "The wrong type of document gets a lower rating.",
        ],
        C::Superseded => [
            "Rate documents lower when they say that they were replaced or moved.",
            "A superseded or abandoned page gets a lower rating.",
        ],
        C::Draft => ["Rate drafts lower.", "An unreviewed or unfinished text gets a lower rating."],
        C::Question => {
            ["Rate a bare question that has no answer lower.", "If it only asks and nobody answers, rate lower."]
        }
        C::LinkOnly => {
            ["Rate a text that just points elsewhere lower.", "A document that is only a link is rated lower."]
        }
        C::Scope => [
            "Rate a document that excludes the group or site in the query lower.",
            "If the rules given hold for another audience, rate lower.",
        ],
        C::Passing => {
            ["Rate a document lower when the matter is a side remark.", "A passing mention gets a lower rating."]
        }
        C::Authoritative => [
            "Rate official sources higher, such as those of the team in charge.",
            "A text approved by its owner gets a higher rating.",
        ],
        C::ShortExact => [
            "A short text that answers is complete: rate it higher than its length suggests.",
            "Rate brief documents higher when they are to the point.",
        ],
        C::Confirmed => {
            ["Rate an answer higher when others report that it works.", "A confirmed solution gets a higher rating."]
        }
        C::Buried => [
            "Rate lower when the answer is buried in a long text.",
            "A document in which what was wanted is buried among other matters is rated lower.",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::super::considerations::stated::stated;
    use super::super::world;
    use super::*;
    use std::collections::HashSet;

    const PROMPT: &str = "Improve this instruction:\n```\nRate from 1 to 5.\nBe fair.\n```\nFeedback:\n\
        Expected 2, got 4. The human wrote: It is several years old and things have changed since.\n\
        Expected 2, got 5. The human wrote: Stale: this was written years ago.\n\
        Expected 1, got 4. The human wrote: Only a draft, nobody has checked it.\n";

    #[test]
    fn every_rule_that_it_knows_is_understood_by_the_judges() {
        for c in C::ALL {
            for text in rule(c) {
                assert_eq!(stated(std::iter::once(text))[c as usize], Stated::Rule, "{c}: {text}");
            }
        }
    }

    #[test]
    fn no_rule_shares_five_words_in_a_row_with_what_a_world_says() {
        let words = |text: &str| -> Vec<String> {
            text.to_lowercase()
                .split(|c: char| !c.is_alphanumeric())
                .filter(|w| !w.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let grams = |text: &str| words(text).windows(5).map(<[String]>::to_vec).collect::<Vec<_>>();
        let items = world::items(31, 500);
        let mut said: HashSet<Vec<String>> = items.iter().flat_map(|w| grams(&w.item.document)).collect();
        said.extend(world::ratings(31, &items).iter().flat_map(|r| grams(r.rationale.as_deref().unwrap_or_default())));
        let rules = C::ALL.into_iter().map(rule).chain(Rule::ALL.into_iter().filter_map(wordings)).flatten();
        let copied: Vec<&str> = rules.filter(|rule| grams(rule).iter().any(|g| said.contains(g))).collect();
        assert_eq!(copied, [""; 0], "a copy in a prompt would be no copy");
    }

    #[test]
    fn a_sound_proposal_keeps_the_instruction_and_adds_at_most_two_rules_from_the_feedback() {
        let sound = (0u64..50).map(|seed| propose(PROMPT, &mut Draw::new("test", &[&seed.to_le_bytes()])).content);
        let rules = [rule(C::Outdated), rule(C::Draft)];
        let expected = |text: &String| {
            text.contains("```\nRate from 1 to 5.\nBe fair.\n- ")
                && rules.iter().all(|r| r.iter().any(|way| text.contains(way)))
                && text.ends_with("\n```")
        };
        assert!(sound.filter(expected).count() >= 30);
    }

    #[test]
    fn complaints_about_replies_become_rules_unless_the_instruction_states_them() {
        let feedback = "Feedback:\nThe reply was cut off.\nThe reply was cut off.\nThe judge refused to rate it.\n\
                        The human wrote: Only a draft.\nThe reply was cut off.\nThe judge refused.\n";
        let count = |instruction: &str, rule: Rule| {
            let prompt = format!("```\n{instruction}\n```\n{feedback}");
            let all = (0u64..50).map(|seed| propose(&prompt, &mut Draw::new("test", &[&seed.to_le_bytes()])).content);
            all.filter(|text| wordings(rule).unwrap().iter().any(|way| text.contains(way))).count()
        };
        assert!(count("Rate from 1 to 5.", Rule::Short) > 30 && count("Rate from 1 to 5.", Rule::Always) > 25);
        assert_eq!(count("Rate from 1 to 5. Be concise.", Rule::Short), 0);
    }

    #[test]
    fn a_description_tells_what_the_material_speaks_of() {
        let prompt = "[[ ## examples ## ]]\nOnly a draft. It was written years ago.\n\nRespond with the corresponding output \
                      fields, starting with the field `[[ ## summary ## ]]`, and then ending.";
        let reply = propose(prompt, &mut Draw::new("test", &[])).content;
        assert!(reply.starts_with("[[ ## summary ## ]]\nQueries") && mentioned(&reply).has(C::Draft), "{reply}");
    }

    #[test]
    fn some_proposals_are_bad_and_every_slip_occurs() {
        let all: Vec<Reply> =
            (0u64..400).map(|seed| propose(PROMPT, &mut Draw::new("test", &[&seed.to_le_bytes()]))).collect();
        let with = |test: &dyn Fn(&Reply) -> bool| all.iter().filter(|r| test(r)).count();
        assert!(with(&|r| r.content.contains("from 1 to 3")) > 4);
        assert!(with(&|r| r.finish == "length") > 4);
        assert!(with(&|r| r.content.contains("- Expected") || r.content.contains("The human wrote")) > 10);
        assert!(with(&|r| !r.content.contains("Be fair.") && r.finish == "stop") > 4);
        assert!(with(&|r| r.content.contains("old higher") || r.content.contains("drafts higher")) > 0);
    }

    #[test]
    fn told_not_to_copy_it_copies_less_and_still_does() {
        let copies = |prompt: &str| {
            let all = (0u64..1000).map(|seed| propose(prompt, &mut Draw::new("test", &[&seed.to_le_bytes()])).content);
            all.filter(|text| text.contains("- Expected") || text.contains("- The human wrote")).count()
        };
        let (free, told) = (copies(PROMPT), copies(&format!("Do not copy text from the examples.\n{PROMPT}")));
        assert!(told > 10 && told * 2 < free + 20, "{free} {told}");
    }

    #[test]
    fn feedback_without_a_known_consideration_adds_nothing_and_no_prompt_breaks_it() {
        let mut draw = Draw::new("test", &[]);
        for prompt in ["", "```", "```\nx", "no fence, feedback: none", "ä```ö```ü"] {
            assert!(!propose(prompt, &mut draw).content.contains("\n- Rate d"), "{prompt}");
        }
    }
}
