//! What came back around the model's text. Every field is optional and every type may be off: a closed type here would
//! throw away answers that are already paid for.

use crate::domain::Usage;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

mod error;

pub use error::ProviderError;

/// A reply without its wrapping. Reading the same bytes again, for example from the ledger, gives the same value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope {
    /// What the model said; text parts are joined.
    pub text: Option<String>,
    /// What it thought aloud: `reasoning`, `reasoning_content` or thinking parts.
    pub reasoning: Option<String>,
    /// What it said instead of an answer.
    pub refusal: Option<String>,
    /// Why it stopped, in the server's own word.
    pub finish: Option<String>,
    /// The model that says it answered.
    pub served_model: Option<String>,
    /// Tokens, when both prompt and completion are reported.
    pub usage: Option<Usage>,
    /// An error inside a reply whose status was success.
    pub error: Option<ProviderError>,
}

/// Bytes in which no answer can be found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoEnvelope(String);

impl Envelope {
    /// Reads a reply. Linear in its length; nothing but the texts is copied.
    ///
    /// # Errors
    /// [`NoEnvelope`] when the bytes are not one JSON object, or hold neither a message nor an error.
    pub fn read(body: &[u8]) -> Result<Self, NoEnvelope> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let text = std::str::from_utf8(body).map_err(|_| NoEnvelope("the reply is not UTF-8".to_owned()))?;
        let text = text.trim_start();
        match text.as_bytes().first() {
            None => return Err(NoEnvelope("the reply is empty".to_owned())),
            Some(b'{') => {}
            Some(b'<') => return Err(NoEnvelope("the reply is a web page".to_owned())),
            Some(b'[') if error::in_list(text).is_some() => {
                return Ok(Self { error: error::in_list(text), ..Self::default() });
            }
            Some(_) if text.starts_with("data:") => {
                return Err(NoEnvelope("the reply is a stream that was not asked for".to_owned()));
            }
            Some(_) => return Err(NoEnvelope("the reply is no JSON object".to_owned())),
        }
        let wire: Wire<'_> =
            serde_json::from_str(text).map_err(|e| NoEnvelope(format!("the reply is no whole JSON object: {e}")))?;
        wire.open()
    }

    /// Did the server stop the model before it was done?
    pub fn is_cut(&self) -> bool {
        self.finish.as_deref() == Some("length")
    }

    /// Did the server give up on the model half-way (vLLM `abort`, OpenRouter `error`)?
    pub fn is_aborted(&self) -> bool {
        matches!(self.finish.as_deref(), Some("error" | "abort"))
    }

    /// Did the provider withhold the answer?
    pub fn is_filtered(&self) -> bool {
        self.finish.as_deref() == Some("content_filter")
    }
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(default)]
    model: Loose,
    #[serde(borrow)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    finish_reason: Loose,
    message: Option<Message<'a>>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(default)]
    content: Loose,
    #[serde(default)]
    reasoning: Loose,
    #[serde(default)]
    reasoning_content: Loose,
    #[serde(default)]
    refusal: Loose,
    #[serde(borrow)]
    provider_specific_fields: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct SpecificFields {
    #[serde(default)]
    refusal: Loose,
}

impl Wire<'_> {
    fn open(self) -> Result<Envelope, NoEnvelope> {
        let mut envelope = Envelope {
            served_model: self.model.text,
            usage: self.usage.and_then(|raw| usage(raw.get())),
            error: self.error.map(|raw| ProviderError::read(raw.get())),
            ..Envelope::default()
        };
        let choice = self.choices.and_then(|choices| choices.into_iter().next());
        let Some(choice) = choice else {
            return if envelope.error.is_some() {
                Ok(envelope)
            } else {
                Err(NoEnvelope("no choices in the reply".to_owned()))
            };
        };
        envelope.finish = choice.finish_reason.text.filter(|finish| !finish.is_empty());
        envelope.error = envelope.error.or_else(|| choice.error.map(|raw| ProviderError::read(raw.get())));
        let Some(message) = choice.message else {
            return if envelope.error.is_some() {
                Ok(envelope)
            } else {
                Err(NoEnvelope("no message in the reply".to_owned()))
            };
        };
        let specific = message.provider_specific_fields.filter(|_| message.refusal.text.is_none());
        let specific = specific.and_then(|raw| serde_json::from_str::<SpecificFields>(raw.get()).ok());
        envelope.refusal = message.refusal.text.or_else(|| specific.and_then(|s| s.refusal.text));
        envelope.refusal = envelope.refusal.filter(|refusal| !refusal.is_empty());
        envelope.reasoning = message.reasoning.text.or(message.reasoning_content.text).or(message.content.thinking);
        envelope.text = message.content.text;
        Ok(envelope)
    }
}

/// A text in any of the shapes that servers give it: a string, a list of parts, one part. Anything else is no text.
#[derive(Default)]
struct Loose {
    text: Option<String>,
    thinking: Option<String>,
}

impl Loose {
    fn of(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), thinking: None }
    }

    fn add(&mut self, other: Self) {
        append(&mut self.text, other.text);
        append(&mut self.thinking, other.thinking);
    }
}

fn append(to: &mut Option<String>, more: Option<String>) {
    match (to.as_mut(), more) {
        (Some(text), Some(more)) => text.push_str(&more),
        (None, more) => *to = more,
        (Some(_), None) => {}
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::of(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Loose, E> {
        Ok(Loose::of(text))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Loose, E> {
        Ok(Loose::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Loose, E> {
        Ok(Loose::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Loose, E> {
        Ok(Loose::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Loose, E> {
        Ok(Loose::default())
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Loose, A::Error> {
        let mut all = Loose::default();
        while let Some(part) = parts.next_element::<Loose>()? {
            all.add(part);
        }
        Ok(all)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut part: A) -> Result<Loose, A::Error> {
        let mut found = Loose::default();
        let mut is_thought = false;
        while let Some(key) = part.next_key::<String>()? {
            match key.as_str() {
                "type" => {
                    let kind = part.next_value::<Loose>()?.text;
                    is_thought |= matches!(kind.as_deref(), Some("thinking" | "reasoning"));
                }
                "text" => found.add(part.next_value::<Loose>()?),
                "thinking" | "reasoning" => {
                    let thought = part.next_value::<Loose>()?;
                    append(&mut found.thinking, thought.text);
                }
                _ => {
                    part.next_value::<IgnoredAny>()?;
                }
            }
        }
        if is_thought {
            append(&mut found.thinking, found.text.take());
        }
        Ok(found)
    }
}

#[derive(Deserialize)]
struct WireUsage {
    #[serde(default)]
    prompt_tokens: Count,
    #[serde(default)]
    completion_tokens: Count,
    #[serde(default)]
    prompt_tokens_details: Option<Details>,
    /// DeepSeek's name for cached tokens.
    #[serde(default)]
    prompt_cache_hit_tokens: Count,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    cached_tokens: Count,
}

fn usage(json: &str) -> Option<Usage> {
    let wire: WireUsage = serde_json::from_str(json).ok()?;
    let details = wire.prompt_tokens_details.and_then(|d| d.cached_tokens.0);
    Some(Usage {
        input: wire.prompt_tokens.0?,
        cached: details.or(wire.prompt_cache_hit_tokens.0).unwrap_or(0),
        output: wire.completion_tokens.0?,
    })
}

/// More tokens than any window holds: a count beyond it is a fault, and its price would wreck the sums of money.
const MOST_TOKENS: u64 = 1_000_000_000;

/// A number of tokens: an integer, an integral float, or either in a string. Anything else is unknown, never 0.
#[derive(Default)]
struct Count(Option<u64>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get().trim_matches('"');
        let whole = |x: &f64| x.is_finite() && *x >= 0.0 && x.fract() == 0.0;
        let float = || raw.parse::<f64>().ok().filter(whole).map(|x| x as u64);
        Ok(Self(raw.parse::<u64>().ok().or_else(float).filter(|count| *count <= MOST_TOKENS)))
    }
}

#[cfg(test)]
mod tests;
