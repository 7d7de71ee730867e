//! The hand-written texts, read from the data files beside this one.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One matter that people search for, in one language.
#[derive(Deserialize)]
pub(super) struct Topic {
    /// The same in every language that has the matter.
    pub(super) key: String,
    pub(super) team: Vec<String>,
    pub(super) acronym: Option<String>,
    #[serde(default)]
    pub(super) thing: String,
    #[serde(default)]
    pub(super) other: String,
    /// Queries that ask for `a` and `b` together.
    pub(super) both: Vec<String>,
    /// True sentences that answer nothing.
    pub(super) bg: Vec<String>,
    /// Texts that use the words and mean something else.
    pub(super) kw: Vec<String>,
    pub(super) a: Aspect,
    pub(super) b: Aspect,
}

/// One question about a matter.
#[derive(Deserialize)]
pub(super) struct Aspect {
    pub(super) q: Vec<String>,
    pub(super) np: String,
    pub(super) title: Vec<String>,
    pub(super) ans: Vec<String>,
}

/// The sentences around a matter.
#[derive(Deserialize)]
pub(super) struct Phrases {
    pub(super) persons: Vec<String>,
    pub(super) audiences: Vec<String>,
    pub(super) filler: Vec<String>,
    pub(super) lead: Vec<String>,
    pub(super) superseded: Vec<String>,
    pub(super) draft: Vec<String>,
    pub(super) question: Vec<String>,
    pub(super) no_answer: Vec<String>,
    pub(super) link: Vec<String>,
    pub(super) passing: Vec<String>,
    pub(super) scope_only: Vec<String>,
    pub(super) scope_not: Vec<String>,
    pub(super) scope_in: Vec<String>,
    pub(super) authority: Vec<String>,
    pub(super) confirmed: Vec<String>,
    pub(super) dated: Vec<String>,
    pub(super) other_meaning: Vec<String>,
    pub(super) months: Vec<String>,
    /// `chat_open`, `chat_close`, …: how each document type begins and ends.
    pub(super) frame: BTreeMap<String, Vec<String>>,
    pub(super) query: QueryForms,
}

/// How a query asks for more than a subject.
#[derive(Deserialize)]
pub(super) struct QueryForms {
    pub(super) policy: String,
    pub(super) minutes: String,
    pub(super) ticket: String,
    pub(super) spec: String,
    pub(super) history: Vec<String>,
    pub(super) scope: String,
    /// `translation_de`, …: asks for the document in that language.
    #[serde(flatten)]
    pub(super) translation: BTreeMap<String, String>,
}

/// Everything in one language.
pub(super) struct Language {
    pub(super) code: &'static str,
    pub(super) topics: Vec<Topic>,
    pub(super) phrases: Phrases,
}

#[derive(Deserialize)]
struct TopicFile {
    topic: Vec<Topic>,
}

/// All languages; English, the largest, first.
pub(super) static LANGUAGES: LazyLock<[Language; 4]> = LazyLock::new(|| {
    [
        language("en", include_str!("topics.en.toml"), include_str!("phrases.en.toml")),
        language("de", include_str!("topics.de.toml"), include_str!("phrases.de.toml")),
        language("fr", include_str!("topics.fr.toml"), include_str!("phrases.fr.toml")),
        language("es", include_str!("topics.es.toml"), include_str!("phrases.es.toml")),
    ]
});

/// Product families; the members of a family are easily taken for each other.
pub(super) static FAMILIES: LazyLock<Vec<Vec<&'static str>>> =
    LazyLock::new(|| include_str!("entities.txt").lines().map(|l| l.split(", ").collect()).collect());

fn language(code: &'static str, topics: &str, phrases: &str) -> Language {
    let topics: TopicFile = toml::from_str(topics).expect("the embedded topics are valid: a test reads them");
    let phrases = toml::from_str(phrases).expect("the embedded phrases are valid: a test reads them");
    Language { code, topics: topics.topic, phrases }
}

/// The topic with this key in this language.
pub(super) fn topic(code: &str, key: &str) -> Option<(&'static Language, &'static Topic)> {
    let language = LANGUAGES.iter().find(|l| l.code == code)?;
    Some((language, language.topics.iter().find(|t| t.key == key)?))
}

/// Fills `{name}` from `slots`; an unknown name stays, which a test would see.
pub(super) fn fill(template: &str, slots: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 40);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let known = rest[open..].find('}').and_then(|close| {
            let name = &rest[open + 1..open + close];
            slots.iter().find(|(n, _)| *n == name).map(|(_, value)| (open + close + 1, *value))
        });
        let Some((next, value)) = known else {
            out.push_str(&rest[..=open]);
            rest = &rest[open + 1..];
            continue;
        };
        out.push_str(&rest[..open]);
        out.push_str(value);
        rest = &rest[next..];
    }
    out.push_str(rest);
    out
}
