//! The OpenAI-compatible chat format, as far as the simulated models speak it. Borrowed where the bytes allow.

use super::reply::Asked;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A chat completion request. Unknown fields are accepted and ignored, as most servers do.
#[derive(Deserialize)]
pub(super) struct Request<'a> {
    #[serde(borrow)]
    pub(super) model: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) messages: Vec<Message<'a>>,
    #[serde(default)]
    seed: Option<i64>,
    #[serde(borrow, default)]
    response_format: Option<&'a RawValue>,
    #[serde(default)]
    max_tokens: Option<u64>,
    #[serde(default)]
    max_completion_tokens: Option<u64>,
}

/// One turn.
#[derive(Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow)]
    pub(super) role: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) content: Text<'a>,
}

/// A string, `null`, or a list of text parts.
#[derive(Default)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        #[derive(Deserialize)]
        struct Part<'a> {
            #[serde(borrow, default)]
            text: Cow<'a, str>,
        }
        impl<'de> Visitor<'de> for Read {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, null or a list of text parts")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Text::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut all = String::new();
                while let Some(part) = seq.next_element::<Part<'de>>()? {
                    all.push_str(&part.text);
                }
                Ok(Text(Cow::Owned(all)))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl<'a> Request<'a> {
    /// The repeat number: the request's `seed`.
    pub(super) fn repeat(&self) -> i64 {
        self.seed.unwrap_or(0)
    }

    /// What is asked of the form.
    pub(super) fn asked(&self) -> Asked {
        match self.response_format.map(RawValue::get) {
            Some(raw) if raw.contains("\"json_schema\"") => Asked::Schema,
            Some(raw) if raw.contains("\"json_object\"") => Asked::Object,
            _ => Asked::Text,
        }
    }

    /// Most tokens that the reply may have.
    pub(super) fn limit(&self) -> Option<u64> {
        self.max_completion_tokens.or(self.max_tokens)
    }

    /// The last user message.
    pub(super) fn user(&self) -> &str {
        self.messages.iter().rfind(|m| m.role == "user").map_or("", |m| &m.content.0)
    }

    /// All system and developer messages.
    pub(super) fn system(&self) -> Cow<'_, str> {
        let mut all = self.messages.iter().filter(|m| m.role == "system" || m.role == "developer");
        let Some(first) = all.next() else { return Cow::Borrowed("") };
        let mut text = Cow::Borrowed(&*first.content.0);
        for more in all {
            text = Cow::Owned(format!("{text}\n{}", more.content.0));
        }
        text
    }

    /// Examples given as earlier turns.
    pub(super) fn turns(&self) -> usize {
        self.messages.iter().filter(|m| m.role == "assistant").count()
    }

    /// Everything that is said.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.messages.iter().map(|m| &*m.content.0)
    }
}

/// Tokens of a text, estimated at four bytes each.
pub(super) fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(4) as u64
}

/// When every reply says it was made: no clock is read. 2026-06-01.
const CREATED: u64 = 1_780_272_000;

#[derive(Serialize)]
struct Completion<'a> {
    id: &'a str,
    object: &'a str,
    created: u64,
    model: &'a str,
    choices: [Choice<'a>; 1],
    usage: Usage,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u8,
    message: Said<'a>,
    finish_reason: &'a str,
}

#[derive(Serialize)]
struct Said<'a> {
    role: &'a str,
    content: &'a str,
}

#[derive(Serialize)]
pub(super) struct Usage {
    pub(super) prompt_tokens: u64,
    pub(super) completion_tokens: u64,
    pub(super) total_tokens: u64,
}

/// The body of a reply.
pub(super) fn completion(id: &str, model: &str, content: &str, finish: &str, usage: Usage) -> Vec<u8> {
    let body = Completion {
        id,
        object: "chat.completion",
        created: CREATED,
        model,
        choices: [Choice { index: 0, message: Said { role: "assistant", content }, finish_reason: finish }],
        usage,
    };
    serde_json::to_vec(&body).expect("plain data")
}

/// The body of an error, in OpenAI's shape.
pub(super) fn error(message: &str, kind: &str, code: Option<&str>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        error: Inner<'a>,
    }
    #[derive(Serialize)]
    struct Inner<'a> {
        message: &'a str,
        r#type: &'a str,
        param: Option<&'a str>,
        code: Option<&'a str>,
    }
    serde_json::to_vec(&Body { error: Inner { message, r#type: kind, param: None, code } }).expect("plain data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_may_be_a_string_null_or_parts_and_unknown_fields_are_ignored() {
        let body = r#"{"model":"m","messages":[{"role":"system","content":null},{"role":"developer","content":"a"},
            {"role":"user","content":[{"type":"text","text":"b"},{"type":"image_url"}]}],"seed":3,"top_k":1,
            "response_format":{"type":"json_schema"},"max_tokens":7}"#;
        let request: Request<'_> = serde_json::from_str(body).unwrap();
        assert_eq!((request.system().trim(), request.user()), ("a", "b"));
        assert_eq!((request.repeat(), request.asked(), request.limit()), (3, Asked::Schema, Some(7)));
    }
}
