//! What a prompt states: considerations, format rules, scale, field names, examples, length. Read once per prompt.

use super::considerations::stated::{Stated, stated};

/// A rule about the form of the reply. Each keeps a judge from some ways of breaking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// One JSON object and nothing else.
    OnlyJson,
    /// No Markdown fence.
    NoFence,
    /// No text before or after.
    NoProse,
    /// Which fields there must be.
    Fields,
    /// A bare integer.
    Integer,
    /// A short rationale.
    Short,
    /// A rating in every case.
    Always,
    /// One rating only.
    Once,
}

impl Rule {
    /// All of them, in declaration order.
    pub(super) const ALL: [Self; 8] = [
        Self::OnlyJson,
        Self::NoFence,
        Self::NoProse,
        Self::Fields,
        Self::Integer,
        Self::Short,
        Self::Always,
        Self::Once,
    ];
}

const RULES: [(Rule, &[&str]); 8] = [
    (
        Rule::OnlyJson,
        &[
            "nothing else",
            "only json",
            "only a json",
            "only the json",
            "only valid json",
            "one json object",
            "single json object",
            "just the json",
            "solely",
        ],
    ),
    (
        Rule::NoFence,
        &[
            "no markdown",
            "without markdown",
            "no code fence",
            "no fence",
            "not use markdown",
            "no backtick",
            "not wrap",
            "code block",
        ],
    ),
    (
        Rule::NoProse,
        &[
            "no text before",
            "before or after",
            "no extra text",
            "no preamble",
            "no other text",
            "no additional text",
            "no commentary",
            "begin with {",
            "start with {",
            "starts with {",
        ],
    ),
    (
        Rule::Fields,
        &[
            "exactly these fields",
            "both fields",
            "all fields",
            "every field",
            "required fields",
            "exactly two fields",
            "must contain",
            "include the field",
            "with the fields",
            "with fields",
        ],
    ),
    (
        Rule::Integer,
        &[
            "bare integer",
            "an integer",
            "whole number",
            "single digit",
            "a digit",
            "integer from",
            "integer between",
            "as a number",
        ],
    ),
    (
        Rule::Short,
        &[
            "short rationale",
            "rationale short",
            "one sentence",
            "one short sentence",
            "at most 20 words",
            "at most 25 words",
            "at most 30 words",
            "be concise",
            "concise rationale",
            "rationale brief",
            "brief rationale",
            "keep the reasoning short",
            "complete json",
            "close the object",
            "closing brace",
        ],
    ),
    (
        Rule::Always,
        &[
            "always give a rating",
            "always rate",
            "never refuse",
            "do not refuse",
            "in every case",
            "every item",
            "even if",
            "never leave",
            "never reply with nothing",
        ],
    ),
    (
        Rule::Once,
        &[
            "a single rating",
            "one rating only",
            "only one rating",
            "rate once",
            "only once",
            "exactly one rating",
            "do not revise",
            "never give two",
            "not repeat the object",
            "exactly one json",
            "exactly one object",
        ],
    ),
];

/// How the reply is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A JSON object.
    Json,
    /// `[[ ## field ## ]]` headings.
    Hashed,
}

/// A number of several that are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Aspect {
    pub(super) name: String,
    pub(super) scale: (i64, i64),
    /// The lowest number is the best one.
    pub(super) falls: bool,
}

/// A prompt as a judge understands it.
#[derive(Clone, Debug)]
pub(super) struct Instruction {
    pub(super) stated: [Stated; 17],
    rules: u8,
    /// Lowest and highest rating.
    pub(super) scale: (i64, i64),
    pub(super) rating: String,
    pub(super) rationale: String,
    /// The rationale comes first.
    pub(super) rationale_first: bool,
    pub(super) confidence: Option<String>,
    /// Several numbers are asked for, in place of one.
    pub(super) aspects: Vec<Aspect>,
    pub(super) layout: Layout,
    /// Rated examples shown.
    pub(super) demos: usize,
    /// Words, examples aside: what there is to get lost in.
    pub(super) words: usize,
}

const RATING_NAMES: [&str; 8] =
    ["rating", "score", "relevance_rating", "relevance_score", "relevance", "grade", "label", "judgment"];
const RATIONALE_NAMES: [&str; 6] = ["rationale", "reasoning", "reason", "explanation", "justification", "thoughts"];

impl Instruction {
    /// Reads a prompt. `turns` is the number of rated examples that came as earlier turns of the conversation.
    pub(super) fn read(text: &str, turns: usize) -> Self {
        let (instruction, demos) = without_examples(text);
        let lower = instruction.to_lowercase();
        let layout = if lower.contains("[[ ## completed ## ]]") { Layout::Hashed } else { Layout::Json };
        let mut rules = 0;
        for (rule, ways) in RULES {
            if ways.iter().any(|w| lower.contains(w)) {
                rules |= 1 << rule as u8;
            }
        }
        let rating = field(&lower, &RATING_NAMES);
        let rationale = field(&lower, &RATIONALE_NAMES);
        Self {
            stated: stated(sentences(&instruction).filter(|s| !anchor(s) && !of_form(s))),
            rules,
            scale: scale(&lower).unwrap_or((1, 5)),
            rationale_first: match (&rationale, &rating) {
                (Some((why, _)), Some((value, _))) => why <= value,
                _ => true,
            },
            rating: rating.map_or("rating", |(_, name)| name).to_owned(),
            rationale: rationale.map_or("rationale", |(_, name)| name).to_owned(),
            aspects: aspects(&instruction),
            confidence: field(&lower, &["confidence"]).map(|(_, name)| name.to_owned()),
            layout,
            demos: demos + turns,
            words: instruction.split_whitespace().count(),
        }
    }

    pub(super) fn has(&self, rule: Rule) -> bool {
        self.rules & (1 << rule as u8) != 0
    }

    /// Considerations of which it says what follows.
    pub(super) fn rules_stated(&self) -> usize {
        self.stated.iter().filter(|s| matches!(s, Stated::Rule | Stated::Reversed)).count()
    }
}

/// The prompt without its examples, and how many there were. An example runs from its `Example n:` line or item
/// marker to the line after `Reply:`.
fn without_examples(text: &str) -> (String, usize) {
    let mut out = String::with_capacity(text.len());
    let mut demos = 0;
    let mut inside = false;
    let mut reply = false;
    for line in text.lines() {
        let head = line.trim_start().to_lowercase();
        if head.starts_with("example ") && head.trim_end().ends_with(':') {
            (inside, reply) = (true, false);
            demos += 1;
        } else if inside && head.starts_with("reply") {
            reply = true;
        } else if inside && reply && head.is_empty() {
            (inside, reply) = (false, false);
        } else if !inside {
            out.push_str(line);
            out.push('\n');
        }
    }
    (out, demos)
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split_inclusive(['.', ';', '?', '!'])).filter(|s| s.len() > 3)
}

/// `5 (Perfect): …`: what a rating means, which is no rule.
fn anchor(sentence: &str) -> bool {
    let s = sentence.trim_start_matches(['-', '*', ' ', '"']);
    let digits = s.bytes().take_while(u8::is_ascii_digit).count();
    let next = s[digits..].trim_start().bytes().next();
    digits > 0 && digits <= 2 && matches!(next, Some(b'(' | b':' | b'=' | b'-'))
}

/// `Keep the rationale short`: says something of the reply, and nothing of what counts in a document.
fn of_form(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    ["rationale", "reasoning"].iter().any(|w| lower.contains(w))
}

/// Where a quoted field name last appears, and which one it is.
fn field<'a>(lower: &str, names: &[&'a str]) -> Option<(usize, &'a str)> {
    let quoted = |name: &str| {
        ["\"", "`", "'"]
            .iter()
            .filter_map(|q| lower.rfind(&format!("{q}{name}{q}")))
            .max()
            .or_else(|| lower.rfind(&format!("[[ ## {name} ## ]]")))
    };
    names.iter().find_map(|name| quoted(name).map(|at| (at, *name)))
}

/// Fields that are shown as `"name": <0 to 10, 10 is best …>`.
fn aspects(instruction: &str) -> Vec<Aspect> {
    let aspect = |line: &str| {
        let (name, rest) = line.trim_start_matches([' ', '{']).strip_prefix('"')?.split_once("\": <")?;
        let (range, rest) = rest.split_once(", ")?;
        let (low, high) = range.split_once(" to ")?;
        let best = rest.split_once(" is best")?.0;
        let scale = (low.parse().ok()?, high.parse().ok()?);
        Some(Aspect { name: name.to_owned(), scale, falls: best.parse() == Ok(scale.0) })
    };
    instruction.lines().filter_map(aspect).collect()
}

/// The first range of small integers in a sentence that speaks of ratings.
fn scale(lower: &str) -> Option<(i64, i64)> {
    let speaks = ["scale", "rating", "score", "rate ", "integer", "grade"];
    let lines = lower.lines().flat_map(|l| l.split(". "));
    lines.filter(|l| speaks.iter().any(|w| l.contains(w))).find_map(|line| {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '–').collect();
        let pair = |a: &str, b: &str| -> Option<(i64, i64)> {
            let (a, b): (i64, i64) = (a.parse().ok()?, b.parse().ok()?);
            ((0..=1).contains(&a) && (2..=10).contains(&b)).then_some((a, b))
        };
        let apart =
            words.windows(3).find_map(|w| matches!(w[1], "to" | "and" | "through").then(|| pair(w[0], w[2]))?);
        apart.or_else(|| words.iter().find_map(|w| w.split_once(['-', '–']).and_then(|(a, b)| pair(a, b))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::{Demo, Prefix, Prompt};
    use crate::rubric::shipped;

    fn shipped_with(bullets: &[&str], demos: usize) -> Instruction {
        let rubric = shipped();
        let mut prompt = Prompt::of(&rubric);
        prompt.bullets = bullets.iter().map(|b| (*b).to_owned()).collect();
        let demo = Demo { item: "[aabbccddeeff item]\n[aabbccddeeff end]".into(), reply: "{\"rating\": 5}".into() };
        prompt.demos = vec![demo; demos];
        Instruction::read(Prefix::new(&prompt, &rubric).system(), 0)
    }

    #[test]
    fn the_shipped_prompt_states_its_format_and_hardly_any_consideration() {
        let read = shipped_with(&[], 0);
        assert_eq!((read.rating.as_str(), read.rationale.as_str(), read.scale), ("rating", "rationale", (1, 5)));
        assert!(read.rationale_first && read.demos == 0 && read.layout == Layout::Json);
        for rule in [Rule::OnlyJson, Rule::NoFence, Rule::NoProse, Rule::Fields, Rule::Integer] {
            assert!(read.has(rule), "{rule:?}");
        }
        for rule in [Rule::Short, Rule::Always, Rule::Once] {
            assert!(!read.has(rule), "{rule:?}");
        }
        assert_eq!(read.rules_stated(), 0, "{:?}", read.stated);
    }

    #[test]
    fn examples_are_counted_and_their_text_states_nothing() {
        let read = shipped_with(&["Rate documents that are several years old lower."], 3);
        assert_eq!((read.demos, read.rules_stated()), (3, 1));
        assert!(read.has(Rule::OnlyJson));
    }

    #[test]
    fn several_numbers_are_read_with_their_scales_and_directions() {
        let rubric = crate::rubric::load("q.toml", include_str!("../../../rubrics/quality-0-10.toml")).unwrap();
        let read = Instruction::read(Prefix::new(&Prompt::of(&rubric), &rubric).system(), 0);
        let seen: Vec<_> = read.aspects.iter().map(|a| (a.name.as_str(), a.scale, a.falls)).collect();
        let on = |name, falls| (name, (0, 10), falls);
        assert_eq!(
            seen,
            [on("relevance", false), on("completeness", false), on("freshness", false), on("flaws", true)]
        );
        assert_eq!(read.scale, (0, 10));
    }

    #[test]
    fn other_scales_and_field_names_are_followed() {
        let read = Instruction::read("Give a \"score\" from 0 to 3 with \"reasoning\".", 0);
        assert_eq!((read.scale, read.rating.as_str(), read.rationale.as_str()), ((0, 3), "score", "reasoning"));
        assert!(!read.rationale_first);
        let dspy = "`reasoning` (str)\n`rating` (int): 1-5\n[[ ## completed ## ]]";
        assert_eq!(Instruction::read(dspy, 0).layout, Layout::Hashed);
    }
}
