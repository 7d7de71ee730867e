//! Text as words: hashes, light stems, sentences. One pass, no allocation per word.

use std::sync::LazyLock;

/// A word of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// Of the word in lower case.
    pub(super) hash: u32,
    /// Of its stem; equal stems are taken as the same word.
    pub(super) stem: u32,
    /// First byte in lower case.
    pub(super) initial: u8,
    /// Bytes.
    pub(super) len: u8,
    /// Written with a capital.
    pub(super) capital: bool,
    /// Two to five capitals and nothing else.
    pub(super) acronym: bool,
    /// The value, if it is a number below 65,536.
    pub(super) number: Option<u16>,
    /// Number of the sentence or line in its text.
    pub(super) sentence: u16,
}

/// Longest text that is looked at, in bytes; a reader would not read on either.
const MAX_BYTES: usize = 40_000;
/// Longest word that is stemmed as a whole, in bytes.
const MAX_WORD: usize = 48;

/// Endings that the four languages hang on words; longer ones first.
const ENDINGS: [&[u8]; 29] = [
    b"ation",
    b"ungen",
    b"ments",
    b"ment",
    b"ung",
    b"ing",
    b"ion",
    b"ado",
    b"ada",
    b"ers",
    b"ern",
    b"\xc3\xa9e",
    b"\xc3\xa9s",
    b"al",
    b"er",
    b"en",
    b"em",
    b"es",
    b"ed",
    b"ez",
    b"as",
    b"os",
    b"s",
    b"e",
    b"t",
    b"n",
    b"a",
    b"o",
    b"\xc3\xa9",
];

/// FNV-1a.
pub(super) fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193))
}

/// Words that a reader takes for the same thing, across languages: the stem of each and that of its group. Sorted.
static SYNONYMS: LazyLock<Vec<(u32, u32)>> = LazyLock::new(|| {
    let groups = include_str!("synonyms.txt").lines();
    let pairs = |line: &'static str| {
        let first = bare_stem(line.split(' ').next().unwrap_or_default().as_bytes());
        line.split(' ').map(move |word| (bare_stem(word.as_bytes()), first))
    };
    let mut all: Vec<(u32, u32)> = groups.flat_map(pairs).collect();
    all.sort_by_key(|(stem, _)| *stem);
    all.dedup_by_key(|(stem, _)| *stem);
    all
});

fn stem(word: &[u8]) -> u32 {
    let bare = bare_stem(word);
    SYNONYMS.binary_search_by_key(&bare, |(s, _)| *s).map_or(bare, |i| SYNONYMS[i].1)
}

fn bare_stem(mut word: &[u8]) -> u32 {
    for _ in 0..2 {
        let ending = ENDINGS.iter().find(|e| word.len() >= e.len() + 4 && word.ends_with(e));
        let Some(ending) = ending else { break };
        word = &word[..word.len() - ending.len()];
    }
    hash(&word[..word.len().min(7)])
}

/// Appends the words of `text` to `words`; sentence numbers go on from the last one there.
pub(super) fn words(text: &str, words: &mut Vec<Word>) {
    let mut sentence = words.last().map_or(0, |w| w.sentence.saturating_add(1));
    let mut buffer = [0u8; MAX_WORD + 4];
    let mut len = 0;
    let mut capitals = 0;
    let mut letters = 0;
    let mut capital = false;
    let mut end = |buffer: &[u8], letters: usize, capitals: usize, capital: bool, sentence: u16| {
        let number = std::str::from_utf8(buffer).ok().and_then(|s| s.parse().ok());
        words.push(Word {
            hash: hash(buffer),
            stem: stem(buffer),
            initial: buffer[0],
            len: buffer.len() as u8,
            capital,
            acronym: (2..=5).contains(&letters) && capitals == letters,
            number,
            sentence,
        });
    };
    let cut = (0..=MAX_BYTES.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    for c in text[..cut].chars() {
        if c.is_alphanumeric() {
            if len == 0 {
                capital = c.is_uppercase();
            }
            letters += 1;
            capitals += usize::from(c.is_uppercase());
            if len < MAX_WORD {
                if c.is_ascii() {
                    buffer[len] = c.to_ascii_lowercase() as u8;
                    len += 1;
                } else {
                    let lower = c.to_lowercase().next().unwrap_or(c);
                    len += lower.encode_utf8(&mut buffer[len..]).len();
                }
            }
            continue;
        }
        if len > 0 {
            end(&buffer[..len], letters, capitals, capital, sentence);
            (len, letters, capitals) = (0, 0, 0);
        }
        if matches!(c, '.' | '!' | '?' | '\n') {
            sentence = sentence.saturating_add(1);
        }
    }
    if len > 0 {
        end(&buffer[..len], letters, capitals, capital, sentence);
    }
}

/// A language that the judges read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    En,
    De,
    Fr,
    Es,
}

impl Language {
    pub(super) const ALL: [Self; 4] = [Self::En, Self::De, Self::Fr, Self::Es];

    /// From a metadata value such as `de`, `de-DE`, `German`.
    pub(super) fn named(text: &str) -> Option<Self> {
        let head: String = text.trim().chars().take(2).collect::<String>().to_lowercase();
        match head.as_str() {
            "en" => Some(Self::En),
            "de" | "ge" => Some(Self::De),
            "fr" => Some(Self::Fr),
            "es" | "sp" => Some(Self::Es),
            _ => None,
        }
    }
}

/// Words that carry no subject, per language in the order of [`Language::ALL`].
const FUNCTION_WORDS: [&str; 4] = [
    "a an the of in on at to for from by with and or is are was be do does did how what which who whom when where why \
     can could may must should i me my we our you your it its this that these those not no if as there get has have \
     long much many first up about use be used steps location needed happens",
    "der die das den dem des ein eine einen einem einer und oder ist sind wird werden wie was wer wen wem wann wo warum \
     welche welcher ich meine meinen mein wir sie er es kann können muss müssen für von zu zum zur im in auf an bei mit \
     nicht kein man hoch lange war den alten dem auch es über",
    "le la les un une des du de d l et ou est sont comment quel quelle quels quelles qui que quoi quand où pourquoi je \
     mon ma mes nous vous il elle se dans pour par sur à au aux avec ne pas plus t depuis combien y faire en cas c n \
     ce cette elles était",
    "el la los las un una unos unas del de y o es son cómo qué quién cuál cuándo dónde cuánto por para mi mis nos su \
     sus al en con no se lo hago puedo pido obtengo hasta desde que a debe ser era pasos",
];

/// Sorted hashes of the words above, with the languages that use them as bits.
static FUNCTION: LazyLock<Vec<(u32, u8)>> = LazyLock::new(|| {
    let mut all: std::collections::BTreeMap<u32, u8> = std::collections::BTreeMap::new();
    for (i, list) in FUNCTION_WORDS.iter().enumerate() {
        for word in list.split_whitespace() {
            *all.entry(hash(word.as_bytes())).or_default() |= 1 << i;
        }
    }
    all.into_iter().collect()
});

fn languages_of(word: &Word) -> u8 {
    FUNCTION.binary_search_by_key(&word.hash, |(h, _)| *h).map_or(0, |i| FUNCTION[i].1)
}

/// Whether a word says something about the subject.
pub(super) fn content(word: &Word) -> bool {
    word.len >= 2 && languages_of(word) == 0
}

/// The language whose function words are most frequent; `None` when none stands out.
pub(super) fn language(words: &[Word]) -> Option<Language> {
    let mut counts = [0usize; 4];
    for bits in words.iter().take(200).map(languages_of) {
        for (i, count) in counts.iter_mut().enumerate() {
            *count += usize::from(bits >> i & 1);
        }
    }
    let best = (0..4).max_by_key(|&i| (counts[i], std::cmp::Reverse(i)))?;
    let clear = (0..4).all(|i| i == best || counts[i] < counts[best]);
    clear.then_some(Language::ALL[best])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Vec<Word> {
        let mut all = Vec::new();
        words(text, &mut all);
        all
    }

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for pair in [("renew", "renewal"), ("approve", "approver"), ("booking", "booked"), ("Genehmigung", "genehmigt")]
        {
            assert_eq!(of(pair.0)[0].stem, of(pair.1)[0].stem, "{pair:?}");
        }
        assert_ne!(of("token")[0].stem, of("total")[0].stem);
    }

    #[test]
    fn languages_are_told_apart_by_their_function_words() {
        for (text, language) in [
            ("how do I return a laptop", Language::En),
            ("Wie gebe ich meinen Laptop zurück", Language::De),
            ("Quel est le préavis pour un congé", Language::Fr),
            ("Cómo pido una excepción al bloqueo", Language::Es),
        ] {
            assert_eq!(super::language(&of(text)), Some(language), "{text}");
        }
        assert_eq!(super::language(&of("Kestrel Vault")), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,300}") {
            of(&text);
        }
    }
}
