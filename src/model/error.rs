//! What goes wrong with a model, and what a person can do about it.

use crate::domain::{Explain, NanoUsd, NotRun};
use std::time::Duration;

/// A model that cannot be used: said before a run starts, or the reason why it ends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// `--model` names nothing.
    #[error("there is no model `{spec}`")]
    Unknown {
        /// As given.
        spec: String,
        /// Names that are close to it.
        near: Vec<String>,
    },
    /// A provider whose own protocol is not spoken yet.
    #[error(
        "`{spec}` needs the {vendor} protocol, which is not spoken yet: only OpenAI-compatible chat completions are"
    )]
    Wire {
        /// As given.
        spec: String,
        /// Whose protocol.
        vendor: &'static str,
        /// Its OpenAI-compatible address, where there is one.
        compatible: &'static str,
    },
    /// An address that cannot be one.
    #[error("`{url}` cannot be the address of model `{identity}`: {reason}")]
    Url {
        /// The model.
        identity: String,
        /// The address, without credentials.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// A key that is not there.
    #[error("model `{identity}` needs a key, and `{variable}` is not set")]
    NoKey {
        /// The model.
        identity: String,
        /// The environment variable.
        variable: String,
    },
    /// A key that cannot be sent.
    #[error("the key of model `{identity}` has characters that no header can carry")]
    OddKey {
        /// The model.
        identity: String,
    },
    /// A setting that makes no sense.
    #[error("`{field}` of model `{identity}` {problem}")]
    Setting {
        /// The model.
        identity: String,
        /// The setting.
        field: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A budget in money cannot be kept without a price.
    #[error("the budget is in dollars, and the price of model `{identity}` is not known")]
    NoPrice {
        /// The model.
        identity: String,
    },
    /// The HTTP client could not be built.
    #[error("the HTTP client could not be set up: {reason}")]
    Setup {
        /// What it said.
        reason: String,
    },
    /// The provider cannot be used any more; going on would only fail again.
    #[error("model `{identity}`: {stop}: {message}")]
    Stopped {
        /// The model.
        identity: String,
        /// Why.
        stop: Stop,
        /// In the provider's words.
        message: String,
    },
}

/// Why a provider cannot be used any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// 401, 407; 403 when it speaks of the key, comes before any answer, or comes for call after call.
    #[error("the provider refused the key")]
    Key,
    /// 402, `insufficient_quota`, no credit: waiting does not heal it.
    #[error("the account has no credit or quota left")]
    Credit,
    /// The model's id is unknown there.
    #[error("the provider does not know the model")]
    NoModel,
    /// 3xx: following it would send the key elsewhere.
    #[error("the address redirects, and redirects are not followed")]
    Redirect,
    /// The server cannot prove who it is, or speaks no TLS.
    #[error("no secure connection")]
    Tls,
    /// No name, nobody listening, no route.
    #[error("the server cannot be reached")]
    Unreachable,
    /// Still asking to wait after several long pauses.
    #[error("the provider keeps asking to wait")]
    Waiting,
    /// Call after call without an answer.
    #[error("the provider keeps failing")]
    Failing,
    /// There is no chat-completions method at the address, or it takes none of our requests.
    #[error("the address does not take chat completions")]
    Unusable,
}

impl Explain for ModelError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { near, .. } if !near.is_empty() => format!("did you mean `{}`?", near.join("` or `")),
            Self::Unknown { .. } => "use `openai/ID`, `http://host:8000/v1#ID`, `sim/small`, or a NAME that has a \
                                     `[model.NAME]` table in assessor.toml"
                .to_owned(),
            Self::Wire { compatible, .. } => {
                format!("add `[model.NAME]` to assessor.toml with `url = \"{compatible}\"`, `id` and `api_key_env`")
            }
            Self::Url { .. } => "give the base address, for example `http://host:8000/v1`; keys belong in the \
                                 variable that `api_key_env` names"
                .to_owned(),
            Self::NoKey { variable, .. } => {
                format!("export {variable}=…, or name the model `sim/small`, which needs none")
            }
            Self::OddKey { .. } => "set the variable to the bare key, without quotes or line breaks".to_owned(),
            Self::Setting { field, .. } => format!("correct `{field}` in assessor.toml"),
            Self::NoPrice { identity } => {
                format!("add `price = {{ input = …, output = … }}` to `[model.{identity}]`, or use `--budget-calls`")
            }
            Self::Setup { .. } => return None,
            Self::Stopped { stop, message, .. } => stop.hint(message),
        })
    }
}

impl Stop {
    fn hint(self, message: &str) -> String {
        let text = match self {
            Self::Key => "check the key in the environment, and that it may use this model",
            Self::Credit => "add credit or raise the limit at the provider, then run again: what was paid for is kept",
            Self::NoModel => "check the id; `curl BASE/models` lists what the server has",
            Self::Redirect => "use the address that it redirects to, if you trust it",
            Self::Tls if message.contains("not valid yet") || message.contains("NotValidYet") => {
                "the certificate is not valid yet: check this machine's clock"
            }
            Self::Tls if message.contains("InvalidContentType") => "the server speaks no TLS: try `http://`",
            Self::Tls if message.contains("NotValidForName") || message.contains("not valid for name") => {
                "the certificate is for another name: use the name that it is for"
            }
            Self::Tls if message.contains("certificate") => {
                "add the certificate's issuer to the system's trust store (or SSL_CERT_FILE)"
            }
            Self::Tls => "the server has to offer TLS 1.2 or 1.3",
            Self::Unreachable => "check the address, that the server is up, and HTTPS_PROXY; then run again",
            Self::Waiting => "run again later: what was paid for is kept",
            Self::Failing => "look at the server's log, then run again: what was paid for is kept",
            Self::Unusable if message.contains(super::ladder::SOME_PARAMETER) => {
                "no provider behind the address takes what is sent, even without seed, temperature and schema: look at \
                 `extra` and `max_tokens` in the model's table, and at the account's choice of providers"
            }
            Self::Unusable => "the base address usually ends in `/v1`",
        };
        text.to_owned()
    }
}

/// Why one request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The provider kept failing on this request.
    #[error("no answer after {attempts} attempts: {message}")]
    Outage {
        /// Attempts made.
        attempts: u32,
        /// What the last one met.
        message: String,
    },
    /// The provider refused this request for good: too long, filtered, invalid.
    #[error("the provider rejected the request: {message}")]
    Rejected {
        /// In the provider's words.
        message: String,
    },
    /// The budget does not cover the request.
    #[error("the budget does not cover another call")]
    Budget,
    /// The caller wants no more requests to be sent.
    #[error("stopped before there was an answer")]
    Cancelled,
    /// The whole run must end; this and every further request would fail.
    #[error(transparent)]
    Stop(Box<ModelError>),
}

/// A call without an answer, and what was spent on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct CallFailure {
    /// Why.
    pub error: CallError,
    /// Requests that were sent.
    pub requests: u32,
    /// What they may have cost.
    pub cost: NanoUsd,
}

impl CallError {
    /// The same, as ledgers and labels say it.
    pub fn reason(&self) -> NotRun {
        match self {
            Self::Outage { .. } | Self::Stop(_) => NotRun::Outage,
            Self::Rejected { .. } => NotRun::Rejected,
            Self::Budget => NotRun::Budget,
            Self::Cancelled => NotRun::Cancelled,
        }
    }
}

impl From<ModelError> for CallError {
    fn from(error: ModelError) -> Self {
        Self::Stop(Box::new(error))
    }
}

impl Explain for CallError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Stop(error) => error.hint(),
            Self::Budget => {
                Some("raise `--budget-usd` or `--budget-calls` and run again: nothing is paid for twice".to_owned())
            }
            Self::Outage { .. } | Self::Rejected { .. } | Self::Cancelled => None,
        }
    }
}

/// A wait in words that read well in an error.
pub(super) fn in_words(wait: Duration) -> String {
    match wait.as_secs() {
        0 => format!("{} ms", wait.as_millis()),
        s if s < 120 => format!("{s} s"),
        s if s < 7200 => format!("{} min", s / 60),
        s => format!("{} h", s / 3600),
    }
}
