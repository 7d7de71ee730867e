//! What an endpoint is asked for, and what is left out once it refuses it.
//!
//! Servers differ in what they take and say so in prose. One refusal is enough: the client remembers it for every
//! later call.

use super::endpoint::Endpoint;
use super::envelope::ProviderError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the output contract is put to the server, from strongest to weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Structured {
    /// `response_format: json_schema` with `strict`.
    JsonSchemaStrict,
    /// `response_format: json_schema`.
    JsonSchema,
    /// `response_format: json_object` with a `schema` beside it (llama.cpp and its relatives).
    JsonObjectSchema,
    /// `response_format: json_object`.
    JsonObject,
    /// The prompt alone.
    Prompt,
}

impl Structured {
    /// The name used in configuration, logs and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::JsonSchemaStrict => "json_schema_strict",
            Self::JsonSchema => "json_schema",
            Self::JsonObjectSchema => "json_object_schema",
            Self::JsonObject => "json_object",
            Self::Prompt => "prompt",
        }
    }

    fn weaker(self) -> Option<Self> {
        match self {
            Self::JsonSchemaStrict => Some(Self::JsonSchema),
            Self::JsonSchema => Some(Self::JsonObjectSchema),
            Self::JsonObjectSchema => Some(Self::JsonObject),
            Self::JsonObject => Some(Self::Prompt),
            Self::Prompt => None,
        }
    }
}

/// The field that limits a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cap {
    /// `max_tokens`: every self-hosted server.
    MaxTokens,
    /// `max_completion_tokens`: OpenAI, the only one that its reasoning models take.
    MaxCompletionTokens,
}

impl Cap {
    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
        }
    }
}

/// Who speaks the instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// Role `system`.
    System,
    /// Role `developer`.
    Developer,
    /// No role of its own: it stands at the head of the user message.
    User,
}

/// What requests to an endpoint contain. Each refusal changes one or more of these, always towards less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Features {
    /// How the output contract is enforced.
    pub structured: Structured,
    /// Which field limits the reply.
    pub cap: Cap,
    /// The other field was refused before, so this one is final.
    pub cap_settled: bool,
    /// Is a temperature sent?
    pub temperature: bool,
    /// Is a seed sent?
    pub seed: bool,
    /// Who speaks the instruction.
    pub speaker: Speaker,
}

impl Features {
    /// What an endpoint is asked for at first.
    pub fn start(endpoint: &Endpoint) -> Self {
        let openai = endpoint.base_url.starts_with("https://api.openai.com/");
        Self {
            structured: endpoint.structured.unwrap_or(Structured::JsonSchemaStrict),
            cap: if openai { Cap::MaxCompletionTokens } else { Cap::MaxTokens },
            cap_settled: false,
            temperature: true,
            seed: true,
            speaker: Speaker::System,
        }
    }
}

/// Characters of a refusal that are read: what follows may be text of the document that the server echoes.
const READ: usize = 600;

/// OpenRouter's 404 when no provider takes all that is sent; it does not say what is too much.
pub(super) const SOME_PARAMETER: &str = "requested parameters";

/// What to send instead, and what changed in words, when `error` refuses a part of a request made with `features`.
/// `None` when the refusal is about something else, or nothing is left to drop.
pub fn step_down(features: &Features, status: u16, error: &ProviderError) -> Option<(Features, String)> {
    let text: String = error.text().chars().take(READ).collect::<String>().to_lowercase();
    if status == 404 && text.contains(SOME_PARAMETER) {
        return drop_one(features);
    }
    if !matches!(status, 400 | 422 | 500) {
        return None;
    }
    let mut next = *features;
    let mut changes = Vec::new();
    if status != 500 && refuses(&text) {
        next = drop_parameters(next, &text, &mut changes);
    }
    if changes.is_empty() && names_structured(&text, status) {
        next.structured = features.structured.weaker()?;
        changes.push(format!("structured output: {}", next.structured.name()));
    }
    (!changes.is_empty()).then(|| (next, changes.join(", ")))
}

/// Without a name to go by: first what an answer misses least.
fn drop_one(features: &Features) -> Option<(Features, String)> {
    let next = *features;
    if features.seed {
        return Some((Features { seed: false, ..next }, "no seed".to_owned()));
    }
    if features.temperature {
        return Some((Features { temperature: false, ..next }, "no temperature".to_owned()));
    }
    let structured = features.structured.weaker()?;
    Some((Features { structured, ..next }, format!("structured output: {}", structured.name())))
}

/// Does the text refuse a parameter, rather than complain of its size?
fn refuses(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "support",
        "unrecognized",
        "unknown",
        "unexpected",
        "not permitted",
        "not allowed",
        "extra",
        "deprecated",
        "instead",
        "invalid",
        "must be",
        "only the default",
        "not available",
        "forbidden",
    ];
    WORDS.iter().any(|w| text.contains(w))
}

/// Several may be named at once (LiteLLM: `does not support parameters: ['seed', 'temperature']`).
fn drop_parameters(mut next: Features, text: &str, changes: &mut Vec<String>) -> Features {
    let too_large = text.contains("too large") || text.contains("at most") || text.contains("maximum");
    if text.contains(next.cap.name()) && !next.cap_settled && !too_large {
        next.cap = match next.cap {
            Cap::MaxTokens => Cap::MaxCompletionTokens,
            Cap::MaxCompletionTokens => Cap::MaxTokens,
        };
        next.cap_settled = true;
        changes.push(format!("reply limit: {}", next.cap.name()));
    }
    if next.temperature && text.contains("temperature") {
        next.temperature = false;
        changes.push("no temperature".to_owned());
    }
    if next.seed && text.contains("seed") {
        next.seed = false;
        changes.push("no seed".to_owned());
    }
    let role = text.contains("role") && (text.contains("system") || text.contains("developer"));
    let speaker = match next.speaker {
        Speaker::System if role => Some((Speaker::Developer, "instruction as developer message")),
        Speaker::Developer if role => Some((Speaker::User, "instruction at the head of the user message")),
        _ => None,
    };
    if let Some((speaker, what)) = speaker {
        next.speaker = speaker;
        changes.push(what.to_owned());
    }
    next
}

/// Does the text speak of structured output? A 500 has to name it: a server that merely broke is asked again. Only there
/// is "validation" such a name (llama-cpp-python): TGI and Together begin every complaint with it, that of a long
/// document included.
fn names_structured(text: &str, status: u16) -> bool {
    const NAMES: [&str; 8] = [
        "response_format",
        "response format",
        "json_schema",
        "json_object",
        "json schema",
        "guided",
        "grammar",
        "structured",
    ];
    NAMES.iter().any(|n| text.contains(n)) || (status == 500 && text.contains("validation"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn start() -> Features {
        Features::start(&Endpoint::new("m", "http://h/v1", "m"))
    }

    fn step(features: &Features, status: u16, message: &str) -> Option<(Features, String)> {
        step_down(features, status, &ProviderError::plain(message))
    }

    fn what(status: u16, message: &str) -> Option<String> {
        step(&start(), status, message).map(|(_, what)| what)
    }

    #[test]
    fn structured_output_goes_down_rung_by_rung_and_ends_with_the_prompt() {
        let mut features = start();
        let mut seen = Vec::new();
        while let Some((next, what)) = step(&features, 400, "response_format is not supported") {
            features = next;
            seen.push(what);
        }
        let names = ["json_schema", "json_object_schema", "json_object", "prompt"];
        assert_eq!(seen, names.map(|n| format!("structured output: {n}")));
        assert_eq!(features.structured, Structured::Prompt);
    }

    #[test]
    fn what_real_servers_say_is_understood() {
        let cases = [
            (
                400,
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                Some("reply limit: max_completion_tokens"),
            ),
            (
                400,
                "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
                Some("no temperature"),
            ),
            (
                400,
                "litellm.UnsupportedParamsError: does not support parameters: ['seed', 'temperature'], for model=x",
                Some("no temperature, no seed"),
            ),
            (
                400,
                "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
                Some("instruction as developer message"),
            ),
            (400, "'response_format.type' must be 'json_schema' or 'text'", Some("structured output: json_schema")),
            (500, "Input should be 'text' or 'json_object' (response_format)", Some("structured output: json_schema")),
            (
                422,
                "[{\"loc\":[\"body\",\"response_format\"],\"msg\":\"field\"}]",
                Some("structured output: json_schema"),
            ),
            (500, "1 validation error for ChatCompletionRequest", Some("structured output: json_schema")),
            (422, "Input validation error: `inputs` must have less than 1024 tokens. Given: 1031", None),
            (422, "Input validation error: `temperature` must be strictly positive", Some("no temperature")),
            (404, "No endpoints found that can handle the requested parameters.", Some("no seed")),
            (404, "No endpoints found for m. response_format", None),
            (400, "JSON schema error at #/properties/x: unknown type", Some("structured output: json_schema")),
            (500, "The model produced output that does not match the expected peg-native format", None),
            (500, "Internal Server Error", None),
            (400, "max_tokens is too large: 5000. This model supports at most 4096 completion tokens", None),
            (400, "messages must not be empty", None),
            (429, "response_format is not supported", None),
        ];
        for (status, message, expected) in cases {
            assert_eq!(what(status, message).as_deref(), expected, "{status} {message}");
        }
    }

    #[test]
    fn a_refusal_that_names_nothing_costs_the_least_needed_first() {
        let mut features = start();
        let mut seen = Vec::new();
        while let Some((next, what)) = step(&features, 404, "no endpoints can handle the requested parameters") {
            features = next;
            seen.push(what);
        }
        let names = ["json_schema", "json_object_schema", "json_object", "prompt"];
        let rungs = names.map(|name| format!("structured output: {name}"));
        assert_eq!(seen[..2], ["no seed", "no temperature"]);
        assert_eq!(seen[2..], rungs);
    }

    #[test]
    fn every_ladder_is_finite() {
        let mut features = start();
        let everything = "unsupported: max_tokens max_completion_tokens temperature seed role system response_format";
        let mut steps = 0;
        while let Some((next, _)) = step(&features, 400, everything) {
            features = next;
            steps += 1;
        }
        assert!(steps <= 8, "{steps}");
        assert_eq!((features.temperature, features.seed, features.speaker), (false, false, Speaker::User));
    }

    #[test]
    fn openai_itself_is_asked_with_the_field_that_all_its_models_take() {
        let endpoint = Endpoint::new("openai/o9", "https://api.openai.com/v1", "o9");
        assert_eq!(Features::start(&endpoint).cap, Cap::MaxCompletionTokens);
        assert_eq!(start().cap, Cap::MaxTokens);
    }
}
