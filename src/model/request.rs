//! One question to a model, and its bytes.

use super::endpoint::Endpoint;
use super::ladder::{Features, Speaker, Structured};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use std::sync::Arc;

/// What is asked, whatever the server turns out to support.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The instruction: the same for a whole run, hence shared.
    pub system: Arc<str>,
    /// The item.
    pub user: String,
    /// Sampling temperature; `None` leaves it to the server.
    pub temperature: Option<f64>,
    /// Tokens that the reply may have.
    pub max_tokens: u32,
    /// For servers that sample reproducibly.
    pub seed: Option<u64>,
    /// The JSON Schema of the reply.
    pub schema: Option<Arc<Value>>,
}

/// What one attempt changes about the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tweak {
    /// The seed of this attempt.
    pub seed: Option<u64>,
    /// The reply limit of this attempt.
    pub max_tokens: u32,
}

impl Request {
    /// A request with the defaults of [`Endpoint::new`], without seed or schema.
    pub fn new(system: impl Into<Arc<str>>, user: String) -> Self {
        Self { system: system.into(), user, temperature: Some(0.0), max_tokens: 1024, seed: None, schema: None }
    }

    /// The request as it stands.
    pub fn plain(&self) -> Tweak {
        Tweak { seed: self.seed, max_tokens: self.max_tokens }
    }

    /// A number in 0..1 that spreads the waits of different requests, the same in every run.
    pub(super) fn chance(&self, attempt: u32) -> f64 {
        let mut hash = blake3::Hasher::new();
        hash.update(self.user.as_bytes()).update(&attempt.to_le_bytes());
        let bytes = hash.finalize();
        let bits = bytes.as_bytes().iter().take(6).fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        bits as f64 / (1u64 << 48) as f64
    }

    /// Another seed after attempt `attempt`, in the range that every server takes.
    pub(super) fn other_seed(&self, attempt: u32) -> Option<u64> {
        self.seed.map(|seed| (seed ^ u64::from(attempt).wrapping_mul(0x9E37_79B1)) & 0x7FFF_FFFF)
    }

    /// Bytes of text that the model reads at most, the schema included: some servers put it into the prompt.
    pub fn bytes(&self) -> usize {
        let schema = self.schema.as_ref().map_or(0, |s| s.to_string().len());
        self.system.len() + self.user.len() + schema
    }

    /// The body to post.
    pub fn body(&self, endpoint: &Endpoint, features: &Features, tweak: Tweak) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.system.len() + self.user.len() + 1024);
        let body = Body { request: self, endpoint, features, tweak };
        serde_json::to_writer(&mut out, &body).expect("texts, numbers and JSON values always serialise");
        out
    }
}

/// The body, written straight from borrowed parts: no tree, no copy of the prompt.
struct Body<'a> {
    request: &'a Request,
    endpoint: &'a Endpoint,
    features: &'a Features,
    tweak: Tweak,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { request, endpoint, features, tweak } = self;
        let extra = &endpoint.extra;
        // Later duplicates of a key are read differently by different servers, so ours gives way.
        let ours = |key: &str| extra.is_empty() || !extra.contains_key(key);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", &endpoint.model)?;
        map.serialize_entry("messages", &Messages { request, speaker: features.speaker })?;
        if ours("max_tokens") && ours("max_completion_tokens") {
            map.serialize_entry(features.cap.name(), &tweak.max_tokens)?;
        }
        if let Some(temperature) = request.temperature.filter(|_| features.temperature && ours("temperature")) {
            map.serialize_entry("temperature", &temperature)?;
        }
        if let Some(seed) = tweak.seed.filter(|_| features.seed && ours("seed")) {
            map.serialize_entry("seed", &seed)?;
        }
        let structured = Some(features.structured).filter(|s| *s != Structured::Prompt && ours("response_format"));
        if let (Some(structured), Some(schema)) = (structured, request.schema.as_deref()) {
            map.serialize_entry("response_format", &ResponseFormat { structured, schema })?;
        }
        for (key, value) in extra {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

struct Messages<'a> {
    request: &'a Request,
    speaker: Speaker,
}

#[derive(serde::Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { request, speaker } = self;
        let instruction = |role| Message { role, content: &request.system };
        let user = Message { role: "user", content: &request.user };
        match speaker {
            Speaker::System => [instruction("system"), user].serialize(serializer),
            Speaker::Developer => [instruction("developer"), user].serialize(serializer),
            Speaker::User => {
                let content = format!("{}\n\n{}", request.system, request.user);
                [Message { role: "user", content: &content }].serialize(serializer)
            }
        }
    }
}

struct ResponseFormat<'a> {
    structured: Structured,
    schema: &'a Value,
}

#[derive(serde::Serialize)]
struct NamedSchema<'a> {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
    schema: &'a Value,
}

impl Serialize for ResponseFormat<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let named = |strict| NamedSchema { name: "verdict", strict, schema: self.schema };
        let mut map = serializer.serialize_map(None)?;
        match self.structured {
            Structured::JsonSchemaStrict => {
                map.serialize_entry("type", "json_schema")?;
                map.serialize_entry("json_schema", &named(Some(true)))?;
            }
            Structured::JsonSchema => {
                map.serialize_entry("type", "json_schema")?;
                map.serialize_entry("json_schema", &named(None))?;
            }
            Structured::JsonObjectSchema => {
                map.serialize_entry("type", "json_object")?;
                map.serialize_entry("schema", self.schema)?;
            }
            Structured::JsonObject | Structured::Prompt => map.serialize_entry("type", "json_object")?,
        }
        map.end()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn endpoint() -> Endpoint {
        Endpoint::new("http://h/v1#m", "http://h/v1", "m")
    }

    fn request() -> Request {
        let schema = Some(Arc::new(json!({"type": "object"})));
        Request { seed: Some(7), schema, ..Request::new("be fair", "rate \"this\"\n".to_owned()) }
    }

    fn body(endpoint: &Endpoint, features: &Features) -> Value {
        let request = request();
        serde_json::from_slice(&request.body(endpoint, features, request.plain())).unwrap()
    }

    #[test]
    fn the_full_body_is_what_the_protocol_says() {
        let expected = json!({
            "model": "m",
            "messages": [{"role": "system", "content": "be fair"}, {"role": "user", "content": "rate \"this\"\n"}],
            "max_tokens": 1024, "temperature": 0.0, "seed": 7,
            "response_format": {"type": "json_schema",
                "json_schema": {"name": "verdict", "strict": true, "schema": {"type": "object"}}},
        });
        assert_eq!(body(&endpoint(), &Features::start(&endpoint())), expected);
    }

    #[test]
    fn each_rung_has_its_response_format() {
        let format = |structured| {
            let features = Features { structured, ..Features::start(&endpoint()) };
            body(&endpoint(), &features).get("response_format").cloned()
        };
        let named = json!({"name": "verdict", "schema": {"type": "object"}});
        assert_eq!(format(Structured::JsonSchema), Some(json!({"type": "json_schema", "json_schema": named})));
        let object = json!({"type": "json_object", "schema": {"type": "object"}});
        assert_eq!(format(Structured::JsonObjectSchema), Some(object));
        assert_eq!(format(Structured::JsonObject), Some(json!({"type": "json_object"})));
        assert_eq!(format(Structured::Prompt), None);
    }

    #[test]
    fn extra_fields_win_and_are_never_written_twice() {
        let mut endpoint = endpoint();
        endpoint.extra = json!({"max_completion_tokens": 9, "seed": 1, "top_k": 3}).as_object().unwrap().clone();
        let request = request();
        let text = String::from_utf8(request.body(&endpoint, &Features::start(&endpoint), request.plain())).unwrap();
        assert_eq!(text.matches("\"seed\"").count(), 1, "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&value["seed"], &value["top_k"], &value["max_tokens"]), (&json!(1), &json!(3), &Value::Null));
    }

    #[test]
    fn a_server_without_a_system_role_reads_the_instruction_first() {
        let features = Features { speaker: Speaker::User, ..Features::start(&endpoint()) };
        let messages = &body(&endpoint(), &features)["messages"];
        assert_eq!(messages, &json!([{"role": "user", "content": "be fair\n\nrate \"this\"\n"}]));
    }
}
