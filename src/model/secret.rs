//! A key that can be sent and cannot be shown.

use std::fmt;
use std::sync::Arc;

/// An API key from the environment. It has no `Display` and no `Serialize`; its `Debug` says nothing.
#[derive(Clone)]
pub struct Secret {
    value: Arc<str>,
    /// The ways in which a server may write it back: as it is, and escaped for JSON or for an address.
    spellings: Arc<[String]>,
}

/// What stands where a key stood.
const REDACTED: &str = "[key]";

impl Secret {
    /// The key in variable `name`, without the line break that files and shells leave; `None` when it is unset or
    /// empty.
    pub fn from_env(name: &str, env: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let value = env(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| Self { value: value.into(), spellings: spellings(value) })
    }

    /// The key itself, for the one header that carries it.
    pub(super) fn expose(&self) -> &str {
        &self.value
    }

    /// `text` without the key, should a server have echoed it. Call it before cutting: half a key is a key.
    pub fn scrub(&self, text: String) -> String {
        let found = self.spellings.iter().filter(|spelling| text.contains(*spelling));
        let found: Vec<_> = found.collect();
        found.into_iter().fold(text, |text, spelling| text.replace(spelling, REDACTED))
    }
}

fn spellings(key: &str) -> Arc<[String]> {
    let json = key.replace('\\', "\\\\").replace('"', "\\\"");
    let slashes = json.replace('/', "\\/");
    let address = url_form(key);
    let mut all = vec![key.to_owned(), json, slashes, address];
    all.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
    all.dedup();
    all.into()
}

fn url_form(key: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    key.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn secret(value: &str) -> Option<Secret> {
        let value = value.to_owned();
        Secret::from_env("K", &move |name| (name == "K").then(|| value.clone()))
    }

    #[test]
    fn a_key_is_trimmed_and_an_empty_one_is_none() {
        assert_eq!(secret("sk-1\n").unwrap().expose(), "sk-1");
        assert!(secret(" \n").is_none());
        assert!(Secret::from_env("OTHER", &|_| None).is_none());
    }

    #[test]
    fn a_key_is_neither_shown_nor_left_in_a_text() {
        let key = secret("sk-canary").unwrap();
        assert_eq!(format!("{key:?}"), "Secret(redacted)");
        assert_eq!(key.scrub("bad key sk-canary, sk-canary!".to_owned()), "bad key [key], [key]!");
        let odd = secret(r#"a/b"c+"#).unwrap();
        let echoed = r#"a/b"c+ a/b\"c+ a\/b\"c+ a%2Fb%22c%2B"#;
        assert_eq!(odd.scrub(echoed.to_owned()), "[key] [key] [key] [key]");
    }
}
