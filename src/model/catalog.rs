//! From what `--model` says to an endpoint.

use super::endpoint::{Endpoint, Limits, Timeouts};
use super::error::ModelError;
use super::ladder::Structured;
use super::secret::Secret;
use crate::domain::Price;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// A `[model.NAME]` table of `assessor.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// Base address of an OpenAI-compatible server, without `/chat/completions`.
    pub url: String,
    /// The model's id as the server knows it.
    pub id: String,
    /// The environment variable that holds the key. No key is sent without it.
    pub api_key_env: Option<String>,
    /// Where the structured-output ladder starts; its top when absent.
    pub structured: Option<Structured>,
    /// Dollars per million tokens.
    pub price: Option<Price>,
    /// Requests per minute.
    pub rpm: Option<u32>,
    /// Tokens per minute.
    pub tpm: Option<u64>,
    /// Requests in flight at most; 16 when absent.
    pub concurrency: Option<usize>,
    /// Sampling temperature; 0 when absent.
    pub temperature: Option<f64>,
    /// Tokens that a reply may have; 1024 when absent.
    pub max_tokens: Option<u32>,
    /// Seconds that one attempt may take; 300 when absent.
    pub timeout_seconds: Option<u64>,
    /// More fields of the request body, for example `top_k` or `chat_template_kwargs`; not those that budgets count on.
    #[serde(default)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// What `--model` means.
#[derive(Clone, Debug)]
pub enum Resolved {
    /// A server somewhere.
    Endpoint(Box<Endpoint>),
    /// A simulated model, by its name without `sim/`; the caller serves it.
    Sim(String),
}

/// Providers whose own protocol is not spoken, and where they speak ours.
const OTHER_WIRES: [(&str, &str, &str); 2] = [
    ("anthropic", "Anthropic", "https://api.anthropic.com/v1"),
    ("gemini", "Gemini", "https://generativelanguage.googleapis.com/v1beta/openai"),
];

/// Fields of the body that cannot be set from outside, and what is wrong with setting them: what a call costs at most is
/// known from `max_tokens` and one answer.
const OURS: [(&str, &str); 7] = [
    ("model", "is set by assessor itself"),
    ("messages", "is set by assessor itself"),
    ("stream", "is set by assessor itself"),
    ("max_tokens", CAPPED),
    ("max_completion_tokens", CAPPED),
    ("n", ONE),
    ("best_of", ONE),
];
const CAPPED: &str = "would escape the budget: write `max_tokens = …` in the model's table instead";
const ONE: &str = "would pay for answers that nobody reads: one is asked for";

/// Most requests in flight that make sense on one machine.
const MOST_CONCURRENCY: usize = 8192;

/// Finds the model that `spec` names: a NAME of `config`, `openai/ID`, `http://host:8000/v1#ID` or `sim/NAME`.
///
/// # Errors
/// [`ModelError`] when there is no such model, its protocol is not spoken, its key is missing or its settings are wrong.
pub fn resolve(
    spec: &str,
    config: &BTreeMap<String, ModelConfig>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Resolved, ModelError> {
    let endpoint = if let Some(model) = config.get(spec) {
        configured(spec, model, env)?
    } else if let Some(name) = spec.strip_prefix("sim/") {
        return Ok(Resolved::Sim(name.to_owned()));
    } else if spec.starts_with("http://") || spec.starts_with("https://") {
        addressed(spec)?
    } else if let Some(id) = spec.strip_prefix("openai/").filter(|id| !id.is_empty()) {
        openai(spec, id, env)?
    } else {
        return Err(unknown(spec, config));
    };
    endpoint.url()?;
    Ok(Resolved::Endpoint(Box::new(endpoint)))
}

fn openai(spec: &str, id: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Endpoint, ModelError> {
    const VARIABLE: &str = "OPENAI_API_KEY";
    let elsewhere = env("OPENAI_BASE_URL").filter(|url| !url.trim().is_empty());
    let key = Secret::from_env(VARIABLE, env);
    if key.is_none() && elsewhere.is_none() {
        return Err(ModelError::NoKey { identity: spec.to_owned(), variable: VARIABLE.to_owned() });
    }
    let base = elsewhere.unwrap_or_else(|| "https://api.openai.com/v1".to_owned());
    Ok(Endpoint { key, ..Endpoint::new(spec, base.trim(), id) })
}

/// An address in full. No key: the one in the environment belongs to somebody else.
fn addressed(spec: &str) -> Result<Endpoint, ModelError> {
    let (base, id) = spec.split_once('#').unwrap_or((spec, ""));
    // Checked before the address becomes a name that is shown and stored.
    Endpoint::new("?", base, id).url()?;
    if id.is_empty() {
        let reason = "the model's id is missing: write `ADDRESS#ID`".to_owned();
        return Err(ModelError::Url { identity: "?".to_owned(), url: base.to_owned(), reason });
    }
    Ok(Endpoint::new(spec, base, id))
}

fn configured(name: &str, model: &ModelConfig, env: &dyn Fn(&str) -> Option<String>) -> Result<Endpoint, ModelError> {
    check(name, model)?;
    let key = match &model.api_key_env {
        None => None,
        Some(variable) => Some(
            Secret::from_env(variable, env)
                .ok_or_else(|| ModelError::NoKey { identity: name.to_owned(), variable: variable.clone() })?,
        ),
    };
    let base = Endpoint::new(name, &model.url, &model.id);
    let timeouts = model.timeout_seconds.map_or(base.timeouts, |seconds| {
        let total = Duration::from_secs(seconds);
        Timeouts { total, idle: total, ..base.timeouts }
    });
    Ok(Endpoint {
        key,
        price: model.price,
        limits: Limits {
            rpm: model.rpm,
            tpm: model.tpm,
            concurrency: model.concurrency.unwrap_or(base.limits.concurrency),
        },
        temperature: model.temperature.or(base.temperature),
        max_tokens: model.max_tokens.unwrap_or(base.max_tokens),
        structured: model.structured,
        extra: model.extra.clone(),
        timeouts,
        ..base
    })
}

fn check(name: &str, model: &ModelConfig) -> Result<(), ModelError> {
    let wrong =
        |field: &str, problem| Err(ModelError::Setting { identity: name.to_owned(), field: field.to_owned(), problem });
    if let Some((field, problem)) = OURS.iter().find(|(field, _)| model.extra.contains_key(*field)) {
        return wrong(&format!("extra.{field}"), problem);
    }
    let zero = [
        ("rpm", model.rpm == Some(0)),
        ("tpm", model.tpm == Some(0)),
        ("concurrency", model.concurrency == Some(0)),
        ("max_tokens", model.max_tokens == Some(0)),
        ("timeout_seconds", model.timeout_seconds == Some(0)),
    ];
    if let Some((field, _)) = zero.iter().find(|(_, is_zero)| *is_zero) {
        return wrong(field, "must be at least 1");
    }
    if model.concurrency.is_some_and(|c| c > MOST_CONCURRENCY) {
        return wrong("concurrency", "must be at most 8192");
    }
    if model.timeout_seconds.is_some_and(|s| s > 86_400) {
        return wrong("timeout_seconds", "must be at most a day (86400)");
    }
    if model.temperature.is_some_and(|t| !(0.0..=2.0).contains(&t)) {
        return wrong("temperature", "must be from 0 to 2");
    }
    let sane = |usd: f64| (0.0..1e6).contains(&usd);
    if model.price.is_some_and(|p| !(sane(p.input) && sane(p.output) && p.cached.is_none_or(sane))) {
        return wrong("price", "must be dollars per million tokens, from 0");
    }
    Ok(())
}

fn unknown(spec: &str, config: &BTreeMap<String, ModelConfig>) -> ModelError {
    let wire = OTHER_WIRES.iter().find(|(prefix, ..)| spec.split('/').next() == Some(prefix));
    if let Some((_, vendor, compatible)) = wire {
        return ModelError::Wire { spec: spec.to_owned(), vendor, compatible };
    }
    let known = config.keys().map(String::as_str).chain(["sim/small", "sim/medium", "sim/large"]);
    let mut near: Vec<(usize, &str)> = known.map(|name| (distance(spec, name), name)).collect();
    near.retain(|(distance, name)| *distance <= name.len().div_ceil(3));
    near.sort_unstable();
    ModelError::Unknown {
        spec: spec.to_owned(),
        near: near.into_iter().take(3).map(|(_, name)| name.to_owned()).collect(),
    }
}

/// Levenshtein's distance in characters.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;
