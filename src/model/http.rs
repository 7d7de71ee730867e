//! How the HTTP client of an endpoint is set up.

use super::endpoint::Endpoint;
use super::error::ModelError;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use std::time::Duration;

/// The client, with the endpoint's key in its headers.
pub(super) fn http(endpoint: &Endpoint, url: &reqwest::Url) -> Result<reqwest::Client, ModelError> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(key) = &endpoint.key {
        let bearer = HeaderValue::from_str(&format!("Bearer {}", key.expose()));
        let mut bearer = bearer.map_err(|_| ModelError::OddKey { identity: endpoint.identity.clone() })?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
    }
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("assessor/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .http1_only()
        .connect_timeout(endpoint.timeouts.connect)
        .read_timeout(endpoint.timeouts.idle)
        .timeout(endpoint.timeouts.total)
        .tcp_keepalive(Duration::from_secs(30))
        // Fewer idle connections than callers would mean a handshake per call.
        .pool_max_idle_per_host(endpoint.limits.concurrency.max(1));
    if is_loopback(url) {
        builder = builder.no_proxy();
        if url.scheme() == "http" {
            // Nothing is ever verified: reading the machine's certificates takes 40 ms, a tenth of a small run.
            builder = builder.tls_certs_only([]);
        }
    }
    builder.build().map_err(|e| ModelError::Setup { reason: e.to_string() })
}

fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or("").trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
