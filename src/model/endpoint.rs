//! Where a model is reached, how fast, and at what price.

use super::error::ModelError;
use super::ladder::Structured;
use super::secret::Secret;
use crate::domain::{NanoUsd, Price, Usage};
use reqwest::Url;
use std::time::Duration;

/// A model behind an OpenAI-compatible chat-completions address.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// What `--model` said, for example `openai/gpt-4.1-mini`.
    pub identity: String,
    /// The address without `/chat/completions`, for example `https://api.openai.com/v1`.
    pub base_url: String,
    /// The address belongs to a server inside this process: it says nothing about who answers and changes from run
    /// to run, so it stays out of cache keys.
    pub in_process: bool,
    /// The model's id as the server knows it.
    pub model: String,
    /// Sent as a bearer token, and nowhere else.
    pub key: Option<Secret>,
    /// Dollars per million tokens, when known.
    pub price: Option<Price>,
    /// How fast it may be asked.
    pub limits: Limits,
    /// Sampling temperature for judging; `None` leaves it to the server.
    pub temperature: Option<f64>,
    /// Tokens that a reply may have, hidden reasoning included.
    pub max_tokens: u32,
    /// Where the structured-output ladder starts; `None` is its top.
    pub structured: Option<Structured>,
    /// More fields of the request body; they win over ours.
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// Bytes of a decoded reply that are read at most.
    pub max_body: usize,
}

/// How fast an endpoint may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests per minute.
    pub rpm: Option<u32>,
    /// Tokens per minute, prompt and completion together.
    pub tpm: Option<u64>,
    /// Requests in flight at most.
    pub concurrency: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rpm: None, tpm: None, concurrency: 16 }
    }
}

/// How long one attempt may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until there is a connection.
    pub connect: Duration,
    /// Between two reads, the wait for the first byte included. A reply that is not streamed comes when all of it is
    /// there, so that less than `total` would cut off a model that thinks for long.
    pub idle: Duration,
    /// Until the last byte of the reply; a server that drips cannot stretch it.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let total = Duration::from_secs(300);
        Self { connect: Duration::from_secs(10), idle: total, total }
    }
}

/// Bytes of a decoded reply that are read at most: a verdict has hundreds, so more is a fault or an attack.
pub const MAX_BODY: usize = 16 << 20;

/// Tokens that a chat template adds around two messages, generously.
const TEMPLATE_TOKENS: u64 = 64;

impl Endpoint {
    /// An endpoint without key, price or rates, deterministic where the server allows it.
    pub fn new(identity: impl Into<String>, base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            identity: identity.into(),
            base_url: base_url.into(),
            in_process: false,
            model: model.into(),
            key: None,
            price: None,
            limits: Limits::default(),
            temperature: Some(0.0),
            max_tokens: 1024,
            structured: None,
            extra: serde_json::Map::new(),
            timeouts: Timeouts::default(),
            max_body: MAX_BODY,
        }
    }

    /// An endpoint served by this very process, on an address that means nothing.
    pub fn in_process(identity: impl Into<String>, base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self { in_process: true, ..Self::new(identity, base_url, model) }
    }

    /// Where requests are posted.
    ///
    /// # Errors
    /// [`ModelError::Url`] when the address is none, is not HTTP, carries a password or already names the method.
    pub fn url(&self) -> Result<Url, ModelError> {
        let bad = |url: String, reason: &str| ModelError::Url {
            identity: self.identity.clone(),
            url,
            reason: reason.to_owned(),
        };
        let mut url = Url::parse(&self.base_url).map_err(|e| bad(self.base_url.clone(), &e.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad(url.host_str().unwrap_or("").to_owned(), "it carries a user name or password"));
        }
        let secret =
            |name: &str| ["key", "token", "secret", "sig"].iter().any(|word| name.to_lowercase().contains(word));
        if let Some((name, _)) = url.query_pairs().find(|(name, _)| secret(name)) {
            return Err(bad(url.host_str().unwrap_or("").to_owned(), &format!("it carries a key (`{name}`)")));
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad(self.base_url.clone(), "it is neither http nor https"));
        }
        if url.path().trim_end_matches('/').ends_with("/chat/completions") {
            return Err(bad(self.base_url.clone(), "`/chat/completions` is added by assessor"));
        }
        url.path_segments_mut()
            .map_err(|()| bad(self.base_url.clone(), "it has no path"))?
            .pop_if_empty()
            .extend(["chat", "completions"]);
        Ok(url)
    }

    /// The price of `usage`, when the price is known.
    pub fn cost(&self, usage: Usage) -> Option<NanoUsd> {
        self.price.as_ref().map(|price| price.cost(usage))
    }

    /// The most prompt tokens that `bytes` of text ([`bytes`](super::Request::bytes)) can be: no tokenizer makes more tokens
    /// than there are bytes.
    pub fn max_tokens_in(bytes: usize) -> u64 {
        bytes as u64 + TEMPLATE_TOKENS
    }

    /// What a call with `bytes` of text can cost at most: see [`Endpoint::max_tokens_in`], and the server stops at
    /// `max_tokens`. The cached price never enters, since a cache may be cold.
    pub fn max_cost(&self, bytes: usize, max_tokens: u32) -> Option<NanoUsd> {
        let input = Self::max_tokens_in(bytes);
        self.cost(Usage { input, cached: 0, output: u64::from(max_tokens) })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::request::Request;
    use super::*;
    use crate::domain::Explain;

    fn url(base: &str) -> Result<String, String> {
        Endpoint::new("m", base, "m").url().map(|u| u.to_string()).map_err(|e| e.to_string())
    }

    #[test]
    fn the_method_is_added_and_a_query_is_kept() {
        assert_eq!(url("http://h:8000/v1").unwrap(), "http://h:8000/v1/chat/completions");
        assert_eq!(url("http://h:8000/v1/").unwrap(), "http://h:8000/v1/chat/completions");
        assert_eq!(url("https://h/openai?api-version=3").unwrap(), "https://h/openai/chat/completions?api-version=3");
    }

    #[test]
    fn an_address_that_cannot_be_one_is_named_and_a_password_in_it_is_not_repeated() {
        let text = url("localhost:8000").unwrap_err();
        assert_eq!(text, "`localhost:8000` cannot be the address of model `m`: it is neither http nor https");
        let text = url("https://u:hunter2@h/v1").unwrap_err();
        assert_eq!(text, "`h` cannot be the address of model `m`: it carries a user name or password");
        let error = Endpoint::new("m", "http://h/v1/chat/completions", "m").url().unwrap_err();
        assert!(error.hint().unwrap().contains("http://host:8000/v1"), "{:?}", error.hint());
    }

    #[test]
    fn a_reply_may_be_silent_for_as_long_as_it_may_take() {
        let timeouts = Timeouts::default();
        assert_eq!((timeouts.idle, timeouts.total), (timeouts.total, Duration::from_secs(300)));
    }

    #[test]
    fn the_most_a_call_can_cost_counts_every_byte_as_a_token() {
        let mut endpoint = Endpoint::new("m", "http://h", "m");
        let bytes = Request::new("ab", "cdé".to_owned()).bytes();
        assert_eq!(endpoint.max_cost(bytes, 100), None);
        endpoint.price = Some(Price { input: 1.0, cached: Some(0.0), output: 2.0 });
        // (6 bytes + 64) × $1/M + 100 × $2/M.
        assert_eq!(endpoint.max_cost(bytes, 100), Some(NanoUsd(270_000)));
    }
}
