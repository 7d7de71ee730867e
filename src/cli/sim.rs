//! `assessor sim serve`

use super::DONE;
use super::args::{SimAction, SimArgs};
use super::out::Out;
use crate::app::AppError;
use crate::model::sim;
use std::time::Duration;
use tokio::sync::watch;

pub(super) async fn run(args: &SimArgs, out: &Out, mut cancel: watch::Receiver<bool>) -> Result<u8, AppError> {
    let SimAction::Serve { listen, latency_ms } = &args.action;
    if !listen.ip().is_loopback() {
        let hint = "the simulated models ask for no key; listen on 127.0.0.1";
        return Err(AppError::input(format!("`{listen}` is no loopback address"), hint));
    }
    let options =
        sim::Options { addr: *listen, latency: Duration::from_millis(*latency_ms), ..sim::Options::default() };
    let server = sim::Server::start(options).await;
    let server = server.map_err(|source| AppError::System { doing: format!("listening on `{listen}`"), source })?;
    let names: Vec<&str> = sim::MODELS.iter().map(|m| m.name).collect();
    out.raw(&server.base_url());
    out.note(&format!("Simulated models, programs and no language models: {}", names.join(", ")));
    out.note(&format!("Try: assessor audit --model {}#sim/small\nStop with Ctrl-C.", server.base_url()));
    // Ends when the user interrupts.
    let _ = cancel.wait_for(|stop| *stop).await;
    out.note(&format!("{} calls answered.", server.calls()));
    Ok(DONE)
}
