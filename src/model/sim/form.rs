//! What feedback says of the form of replies, and the rule that a reflector answers it with.

use super::instruction::Rule;

/// How people and programs put it: phrases that speak of replies by themselves, and phrases that do so only in a
/// sentence that names a reply (a *document* may be too long as well). The first kind that fits a sentence is its kind.
const COMPLAINTS: [(Rule, &[&str], &[&str]); 6] = [
    (
        Rule::Once,
        &["two ratings", "two different ratings", "several ratings", "more than one rating", "contradict"],
        &["two verdicts", "two objects", "different ratings", "second rating", "ratings differ"],
    ),
    (
        Rule::Integer,
        &[
            "not an integer",
            "instead of an integer",
            "no integer",
            "not a bare integer",
            "fraction",
            "rating is a word",
        ],
        &["in words", "a word", "not a number", "decimal", "not a whole number", "spelled"],
    ),
    (
        Rule::Short,
        &["truncat", "cut off", "cut short"],
        &[
            "was cut",
            "were cut",
            "too long",
            "broke off",
            "unfinished",
            "incomplete",
            "ran out",
            "length limit",
            "token limit",
        ],
    ),
    (
        Rule::Always,
        &[
            "refus",
            "declin",
            "can't help",
            "cannot assess",
            "able to rate",
            "unable to rate",
            "empty repl",
            "empty response",
        ],
        &["empty", "blank", "gave no rating", "without a rating", "no answer at all"],
    ),
    (
        Rule::Fields,
        &[
            "missing field",
            "field is missing",
            "fields are missing",
            "field is absent",
            "missing the field",
            "lacks the field",
            "not have the field",
        ],
        &["missing", "lacks", "left out"],
    ),
    (
        Rule::NoProse,
        &["prose instead", "not json", "no json"],
        &["prose", "free text", "plain text", "around the object"],
    ),
];

/// What is named where something is said of replies.
const REPLY: [&str; 8] =
    ["reply", "replies", "response", "your output", "the output", "the judge", "the assistant", "rating field"];

/// No kind is named: whoever sees the expected layout next to it asks for that.
const UNREADABLE: [&str; 6] =
    ["failed to parse", "couldn't parse", "could not be parsed", "cannot be parsed", "malformed", "could not be read"];

/// The rule on the form that a sentence of feedback asks for, if it speaks of the form of replies.
pub(super) fn complaint(sentence: &str) -> Option<Rule> {
    let text = sentence.to_lowercase().replace('’', "'");
    let has = |phrases: &[&str]| phrases.iter().any(|p| text.contains(p));
    let of_reply = has(&REPLY);
    let kind = COMPLAINTS.iter().find(|(_, alone, named)| has(alone) || of_reply && has(named));
    kind.map(|(rule, ..)| *rule).or_else(|| has(&UNREADABLE).then_some(Rule::Fields))
}

/// A rule on the form in two wordings; `None` for those that no complaint leads to.
pub(super) fn wordings(rule: Rule) -> Option<[&'static str; 2]> {
    Some(match rule {
        Rule::Short => {
            ["Keep the rationale short: at most 25 words.", "Be concise: one sentence of rationale is enough."]
        }
        Rule::Always => [
            "Always give a rating; never refuse, even if the document is short.",
            "Rate every item: do not refuse and never leave the reply empty.",
        ],
        Rule::Once => {
            ["Give a single rating and do not revise it.", "Rate only once: exactly one rating, no second thoughts."]
        }
        Rule::Integer => [
            "The rating is a bare integer.",
            "Write the rating as a whole number, neither as a word nor as a fraction.",
        ],
        Rule::Fields => ["Include every field.", "The reply must contain all fields."],
        Rule::NoProse => ["Write no text before or after the fields.", "Add no commentary: give the fields only."],
        Rule::OnlyJson | Rule::NoFence => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::considerations::stated::Stated;
    use super::super::instruction::Instruction;
    use super::*;

    #[test]
    fn complaints_are_recognised_in_many_wordings() {
        for (rule, sentences) in [
            (
                Rule::Short,
                &[
                    "The reply was cut off before its end",
                    "Truncated after 40 words",
                    "Your response is too long",
                    "The reply ended unfinished: the token limit was met",
                ][..],
            ),
            (
                Rule::Always,
                &[
                    "The judge refused to rate",
                    "It declined",
                    "An empty reply",
                    "The reply was empty",
                    "I'm sorry, but I can’t help with that",
                ],
            ),
            (
                Rule::Once,
                &[
                    "Two different ratings in one reply",
                    "The two verdicts of the reply differ",
                    "Contradictory: 3, then 4",
                ],
            ),
            (
                Rule::Integer,
                &[
                    "The rating is a fraction or word instead of an integer",
                    "The rating \"4/5\" is not an integer",
                    "The response gives the rating in words",
                ],
            ),
            (
                Rule::Fields,
                &[
                    "A field is missing",
                    "the reply's object does not have the field `rating`",
                    "The reply lacks `rating`",
                    "Your output failed to parse",
                ],
            ),
            (Rule::NoProse, &["The reply is prose", "prose instead of the object"]),
        ] {
            for sentence in sentences {
                assert_eq!(complaint(sentence), Some(rule), "{sentence}");
            }
        }
    }

    #[test]
    fn what_is_said_of_documents_is_no_complaint_about_a_reply() {
        for sentence in [
            "The document is too long and the answer is hidden in it",
            "Only a draft, unfinished",
            "Half of the query is missing",
            "Still stuck, no reply from anyone so far",
            "Expected 2, got 4",
        ] {
            assert_eq!(complaint(sentence), None, "{sentence}");
        }
    }

    #[test]
    fn every_wording_is_understood_by_the_judges_and_states_no_consideration() {
        for (rule, ..) in COMPLAINTS {
            for text in wordings(rule).unwrap() {
                let read = Instruction::read(text, 0);
                assert!(read.has(rule), "{rule:?}: {text}");
                let stated = |s: &Stated| matches!(s, Stated::Rule | Stated::Reversed);
                assert!(!read.stated.iter().any(stated), "{text}: {:?}", read.stated);
            }
        }
    }
}
