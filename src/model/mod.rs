//! Endpoints over HTTP: what is asked, how often, what came back. A thin client of our own, because every typed layer
//! in between has thrown away valid answers of some server over a closed enum or a missing field.
//!
//! | file | purpose |
//! |---|---|
//! | [`catalog`] | `--model` and `[model.NAME]` → [`Endpoint`] |
//! | [`endpoint`], [`secret`] | where a model is, how fast it may be asked, what it costs; a key that cannot be shown |
//! | [`request`] | [`Request`] → bytes, and the bytes that cache keys are made of. Pure |
//! | [`ladder`] | what is left out once a server refuses it. Pure |
//! | [`envelope`] | bytes → [`Envelope`], whatever shape the server gives it. Pure |
//! | [`hints`] | when to come back, from headers and bodies. Pure |
//! | [`retry`] | outcome → class → decision. Pure |
//! | [`transport`] | what fails below HTTP semantics; bodies within their limit |
//! | [`limiter`] | requests and tokens per minute, requests in flight, pauses; shared by all calls |
//! | [`budget`] | calls and money: reserved before, settled after |
//! | [`halt`] | tells calls that wait that nothing more is to be sent |
//! | [`clock`] | where waits come from |
//! | [`client`] | [`Client::call`]: carries out what the others decide |
//! | [`error`] | [`ModelError`], [`CallError`] and what to do about them |
//!
//! Deliberately absent: streaming (verdicts are short), HTTP/2 (no gain on loopback or at real providers' rates),
//! redirects (the key would travel), and the Anthropic and Gemini protocols (later).

pub mod budget;
pub mod catalog;
pub mod client;
pub mod clock;
pub mod endpoint;
pub mod envelope;
pub mod error;
pub mod halt;
pub mod hints;
mod http;
pub mod ladder;
pub mod limiter;
pub mod request;
pub mod retry;
pub mod secret;
pub mod sim;
pub mod transport;

pub use budget::{Budget, Reservation, Spent};
pub use catalog::{ModelConfig, Resolved, resolve};
pub use client::{Client, Completion};
pub use endpoint::{Endpoint, Limits, Timeouts};
pub use envelope::{Envelope, NoEnvelope, ProviderError};
pub use error::{CallError, CallFailure, ModelError, Stop};
pub use halt::Halt;
pub use ladder::{Features, Structured};
pub use request::Request;
pub use retry::Policy;
pub use secret::Secret;
