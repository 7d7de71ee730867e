//! What a provider says when it says no: an object, a string, a list, or no JSON at all.

use crate::model::hints;
use serde_json::Value;
use std::time::Duration;

/// A provider's error, with the parts that decide what happens next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderError {
    /// Its words; one line, cut short.
    pub message: String,
    /// `type` or `status`, for example `invalid_request_error`.
    pub kind: Option<String>,
    /// `code`, whether it came as text or number.
    pub code: Option<String>,
    /// The request field that it complains of.
    pub param: Option<String>,
    /// Gemini's `RetryInfo`: when to come back.
    pub retry_delay: Option<Duration>,
}

/// Characters of a provider's message that are kept.
const KEPT: usize = 500;

impl ProviderError {
    /// Only a message.
    pub fn plain(message: &str) -> Self {
        Self { message: one_line(message), ..Self::default() }
    }

    /// The error in the body of a reply whose status was no success. There always is one.
    pub fn of_body(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Self::plain("no body");
        }
        match serde_json::from_str::<Value>(text) {
            Ok(value) => Self::of_reply(&value),
            Err(_) if text.starts_with('<') => Self::plain(&page(text)),
            Err(_) => Self::plain(text),
        }
    }

    /// The value of an `error` field.
    pub(super) fn read(json: &str) -> Self {
        serde_json::from_str(json).map_or_else(|_| Self::plain(json), |value| Self::of_value(&value))
    }

    fn of_reply(value: &Value) -> Self {
        let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        let inner = ["error", "detail"].iter().find_map(|key| value.get(key).filter(|v| !v.is_null()));
        Self::of_value(inner.unwrap_or(value))
    }

    fn of_value(value: &Value) -> Self {
        let Some(fields) = value.as_object() else {
            return Self::plain(&loose_text(value));
        };
        let field = |key: &str| fields.get(key).filter(|v| !v.is_null()).map(loose_text);
        let mut message = field("message").unwrap_or_else(|| value.to_string());
        // OpenRouter: the true cause of `Provider returned error`.
        if let Some(raw) = value.pointer("/metadata/raw").filter(|v| !v.is_null()) {
            message = format!("{message}: {}", loose_text(raw));
        }
        // Azure: which policy.
        if let Some(inner) = value.pointer("/innererror/code").filter(|v| !v.is_null()) {
            message = format!("{message}: {}", loose_text(inner));
        }
        let details = fields.get("details").and_then(Value::as_array);
        let delay = details.and_then(|d| d.iter().find_map(|x| x.get("retryDelay")?.as_str()));
        Self {
            message: one_line(&message),
            kind: field("type").or_else(|| field("status")),
            code: field("code"),
            param: field("param"),
            retry_delay: delay.and_then(hints::go_duration),
        }
    }

    /// Message, kind, code and field in one line: what refusals are recognised by.
    pub fn text(&self) -> String {
        let tags = [&self.kind, &self.code, &self.param];
        let tags: Vec<_> = tags.into_iter().flatten().map(String::as_str).collect();
        if tags.is_empty() { self.message.clone() } else { format!("{} ({})", self.message, tags.join(", ")) }
    }

    /// The HTTP status that its code or kind stands for.
    pub fn status(&self) -> Option<u16> {
        let numeric = self.code.as_deref().and_then(|code| code.parse().ok());
        let words = format!("{} {}", self.kind.as_deref().unwrap_or(""), self.code.as_deref().unwrap_or(""));
        let named = || match words.to_lowercase() {
            w if w.contains("rate_limit") || w.contains("resource_exhausted") => Some(429),
            w if w.contains("overloaded") || w.contains("unavailable") => Some(503),
            w if w.contains("insufficient_quota") => Some(429),
            w if w.contains("authentication") || w.contains("api_key") => Some(401),
            w if w.contains("invalid_request") || w.contains("badrequest") => Some(400),
            _ => None,
        };
        numeric.filter(|s| (400..600).contains(s)).or_else(named)
    }
}

/// The error in a one-element list (Gemini).
pub(super) fn in_list(text: &str) -> Option<ProviderError> {
    let list: Vec<Value> = serde_json::from_str(text).ok()?;
    list.first()?.get("error").map(ProviderError::of_value)
}

fn loose_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn page(html: &str) -> String {
    let title = html.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    title.map_or_else(|| "a web page".to_owned(), |(title, _)| format!("a web page: {title}"))
}

fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(KEPT));
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if let Some((end, _)) = line.char_indices().nth(KEPT) {
            line.truncate(end);
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn text(body: &str) -> String {
        ProviderError::of_body(body.as_bytes()).text()
    }

    #[test]
    fn an_error_is_read_in_every_shape_that_servers_give_it() {
        let cases = [
            (r#"{"error":{"message":"m","type":"t","param":"p","code":"c"}}"#, "m (t, c, p)"),
            (
                r#"{"error":{"message":"m","type":"BadRequestError","param":null,"code":400}}"#,
                "m (BadRequestError, 400)",
            ),
            (
                r#"{"error":"'response_format.type' must be 'json_schema'"}"#,
                "'response_format.type' must be 'json_schema'",
            ),
            (r#"[{"error":{"message":"m","status":"RESOURCE_EXHAUSTED"}}]"#, "m (RESOURCE_EXHAUSTED)"),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                "Overloaded (overloaded_error)",
            ),
            (r#"{"object":"error","message":"m","code":40001}"#, "m (40001)"),
            (r#"{"detail":"Not Found"}"#, "Not Found"),
            (r#"{"detail":[{"loc":["body","seed"],"msg":"bad"}]}"#, r#"[{"loc":["body","seed"],"msg":"bad"}]"#),
            (
                r#"{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"too long"}}}"#,
                "Provider returned error: too long (400)",
            ),
            ("<html><head><title>502 Bad Gateway</title></head>", "a web page: 502 Bad Gateway"),
            ("<html>", "a web page"),
            ("Internal Server Error\n", "Internal Server Error"),
            ("", "no body"),
            ("\"plain\"", "plain"),
        ];
        for (body, expected) in cases {
            assert_eq!(text(body), expected, "{body}");
        }
    }

    #[test]
    fn gemini_says_when_to_come_back_inside_the_body() {
        let body = br#"[{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED",
            "details":[{"@type":"x"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"38s"}]}}]"#;
        assert_eq!(ProviderError::of_body(body).retry_delay, Some(Duration::from_secs(38)));
    }

    #[test]
    fn a_long_message_is_one_short_line() {
        let error = ProviderError::plain(&"word\n\u{0}".repeat(1000));
        assert!(error.message.starts_with("word word") && error.message.ends_with('…'));
        assert_eq!(error.message.chars().count(), KEPT + 1);
    }

    #[test]
    fn a_code_is_a_status_whether_it_is_a_number_a_text_or_a_word() {
        let status = |json: &str| ProviderError::read(json).status();
        assert_eq!(status(r#"{"code":502}"#), Some(502));
        assert_eq!(status(r#"{"code":"429"}"#), Some(429));
        assert_eq!(status(r#"{"code":"rate_limit_exceeded"}"#), Some(429));
        assert_eq!(status(r#"{"type":"overloaded_error"}"#), Some(503));
        assert_eq!(status(r#"{"code":40001}"#), None);
        assert_eq!(status("\"text\""), None);
    }
}
