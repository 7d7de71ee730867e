//! `assessor sim serve`, `sim world` and `sim truth`

use super::DONE;
use super::args::{SimAction, SimArgs};
use super::out::Out;
use crate::app::{self, AppError, SimJudge, Truth, World};
use crate::model::sim;
use std::fmt::Write as _;
use std::time::Duration;
use tokio::sync::watch;

pub(super) async fn run(args: &SimArgs, seed: u64, out: &Out, cancel: watch::Receiver<bool>) -> Result<u8, AppError> {
    match &args.action {
        SimAction::Serve { listen, latency_ms, noise } => {
            let latency = Duration::from_millis(*latency_ms);
            serve(sim::Options { addr: *listen, latency, seed, noise: *noise }, out, cancel).await
        }
        SimAction::World { queries, out: folder } => {
            app::write_world(World { seed, queries: *queries }, folder)?;
            out.note(&format!("{} items written to `{}`.", queries * sim::world::DOCUMENTS, folder.display()));
            Ok(DONE)
        }
        SimAction::Truth { prompts, model, queries, noise } => {
            let told = app::read_prompts(prompts)?;
            let judge = SimJudge { name: model, noise: *noise };
            let all = app::truth(judge, World { seed, queries: *queries }, &told)?;
            Ok(out.result("sim truth", DONE, &all, Vec::new(), || table(&all)))
        }
    }
}

/// One line per prompt, in the order of the file.
fn table(all: &[Truth]) -> String {
    let mut text = String::from("prompt    NMSE  of valid  malformed %    items\n");
    for (n, truth) in all.iter().enumerate() {
        let valid = truth.valid_nmse.map_or("–".to_owned(), |v| format!("{v:.2}"));
        let _ =
            writeln!(text, "{:>6} {:>7.2} {valid:>9} {:>12.2} {:>8}", n + 1, truth.nmse, truth.malformed, truth.items);
    }
    text
}

async fn serve(options: sim::Options, out: &Out, mut cancel: watch::Receiver<bool>) -> Result<u8, AppError> {
    let listen = options.addr;
    if !listen.ip().is_loopback() {
        let hint = "the simulated models ask for no key; listen on 127.0.0.1";
        return Err(AppError::input(format!("`{listen}` is no loopback address"), hint));
    }
    let server = sim::Server::start(options).await;
    let server = server.map_err(|source| AppError::System { doing: format!("listening on `{listen}`"), source })?;
    let names: Vec<&str> = sim::MODELS.iter().map(|m| m.name).collect();
    out.raw(&server.base_url());
    out.note(&format!("Simulated models, programs and no language models: {}", names.join(", ")));
    let audit = out.command(&format!("audit --model {}#sim/small", server.base_url()));
    out.note(&format!("Try: {audit}\nStop with Ctrl-C."));
    // Ends when the user interrupts.
    let _ = cancel.wait_for(|stop| *stop).await;
    out.note(&format!("{} calls answered.", server.calls()));
    Ok(DONE)
}
