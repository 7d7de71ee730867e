//! What happens below HTTP semantics: connecting, waiting, reading a body within its limit.

use reqwest::Response;
use std::error::Error;
use std::io;

/// Why there is no whole reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Transport {
    /// No name, nobody listening, no route: the request was not sent.
    #[error("{reason}")]
    Unreachable {
        /// What the system said.
        reason: String,
    },
    /// The server cannot prove who it is, or speaks no TLS: the request was not sent.
    #[error("{reason}")]
    Tls {
        /// What the TLS library said.
        reason: String,
    },
    /// Too long without a byte, or without an end.
    #[error("timed out: {reason}")]
    Timeout {
        /// While doing what.
        reason: String,
    },
    /// Reset, cut or garbled.
    #[error("the connection broke: {reason}")]
    Broken {
        /// What was met.
        reason: String,
        /// May the server have read the request? Then it may also have been billed.
        sent: bool,
    },
    /// More bytes than any answer has.
    #[error("the reply has more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
}

impl Transport {
    /// May the server have read the request, so that it counts as a call?
    pub fn was_sent(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Tls { .. } => false,
            Self::Broken { sent, .. } => *sent,
            Self::Timeout { .. } | Self::TooLarge { .. } => true,
        }
    }

    /// Reads a client error. The address is left out: it may carry a key in its query.
    pub(super) fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let reason = root(&error);
        if !error.is_connect() {
            return if error.is_timeout() {
                Self::Timeout { reason: "no whole reply in time".to_owned() }
            } else {
                Self::Broken { reason, sent: true }
            };
        }
        if error.is_timeout() {
            return Self::Unreachable { reason: "no connection in time".to_owned() };
        }
        let chain = chain(&error);
        if ["certificate", "InvalidContentType", "incompatible", "ProtocolVersion"].iter().any(|w| chain.contains(w)) {
            return Self::Tls { reason };
        }
        let kind = io_kind(&error);
        let nobody = matches!(
            kind,
            Some(
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
                    | io::ErrorKind::AddrNotAvailable
                    | io::ErrorKind::TimedOut
            )
        );
        if nobody || chain.contains("dns error") || chain.contains("lookup") {
            Self::Unreachable { reason }
        } else {
            Self::Broken { reason, sent: false }
        }
    }
}

/// The decoded body, at most `limit` bytes of it: the limit is kept while reading, so a compressed bomb costs no more
/// than the limit.
pub(super) async fn read_body(response: &mut Response, limit: usize) -> Result<Vec<u8>, Transport> {
    let expected = response.content_length().unwrap_or(0).min(limit as u64) as usize;
    let mut body = Vec::with_capacity(expected);
    while let Some(chunk) = response.chunk().await.map_err(Transport::of)? {
        if body.len() + chunk.len() > limit {
            return Err(Transport::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&e| e.source())
}

/// The innermost cause: the layers above it say only that sending failed.
fn root(error: &(dyn Error + 'static)) -> String {
    sources(error).last().map_or_else(String::new, ToString::to_string)
}

fn chain(error: &(dyn Error + 'static)) -> String {
    sources(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    sources(error).filter_map(|e| e.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}
