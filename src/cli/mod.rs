//! The command line: what was typed → a use case → what is shown. One file per command.
//!
//! stdout is data, stderr is everything else. Progress bars only on a terminal. `NO_COLOR` is obeyed.

mod adapt;
mod args;
mod audit;
mod bullets;
mod compare;
mod disagree;
mod doctor;
mod error;
mod fold;
mod init;
mod judge;
mod label;
mod optimize;
mod out;
mod progress;
mod schema;
mod signals;
mod sim;

use crate::app::{AppError, Config, Project};
use args::{Cli, Command};
use clap::CommandFactory;
use out::Out;
use std::process::ExitCode;
use tokio::sync::watch;

/// Everything was done.
const DONE: u8 = 0;
/// A budget ended the run; everything paid for is kept.
const BUDGET: u8 = 4;
/// A gate was not met, or a required difference not shown.
const MISSED: u8 = 100;

/// Runs the program: parses the arguments, carries the command out, reports an error, sets the exit code.
pub fn main() -> ExitCode {
    let cli = args::parse();
    logging();
    let out = Out::new(&cli);
    // One worker for the network beside the thread that owns the run: more only wake each other (docs/PERFORMANCE.md).
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(source) => {
            let error = AppError::System { doing: "starting the runtime".into(), source };
            return out.error(cli.command.name(), &error);
        }
    };
    match runtime.block_on(run(&cli, &out)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => out.error(cli.command.name(), &error),
    }
}

async fn run(cli: &Cli, out: &Out) -> Result<u8, AppError> {
    match &cli.command {
        Command::Init(args) => return init::run(args, out),
        Command::Schema(args) => return schema::run(args, out),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "assessor", &mut script);
            out.raw(String::from_utf8_lossy(&script).trim_end());
            return Ok(DONE);
        }
        _ => {}
    }
    let config = Config::read(cli.config.as_deref())?;
    let project = Project { state: cli.state.clone(), config, seed: cli.seed };
    let cancel = interrupts();
    match &cli.command {
        Command::Label(args) => label::run(args, &project, out, cancel).await,
        Command::Audit(args) => audit::run(args, &project, out, cancel).await,
        Command::Compare(args) => compare::run(args, &project, out, cancel).await,
        Command::Disagree(args) => disagree::run(args, &project, out, cancel).await,
        Command::Doctor(args) => doctor::run(args, &project, out, cancel).await,
        Command::Optimize(args) => Box::pin(optimize::run(args, &project, out, cancel)).await,
        Command::Adapt(args) => Box::pin(adapt::run(args, &project, out, cancel)).await,
        Command::Sim(args) => sim::run(args, cli.seed, out, cancel).await,
        Command::Bullets { action } => Box::pin(bullets::run(action, &project, out, cancel)).await,
        Command::Judge { action } => judge::run(action, &project, out),
        Command::Init(_) | Command::Schema(_) | Command::Completions { .. } => Ok(DONE),
    }
}

/// Becomes true when the user or the system asks for the end; asked once more, the process ends at once.
fn interrupts() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(signals::each(move |code| {
        if sender.send_replace(true) {
            std::process::exit(code);
        }
    }));
    receiver
}

/// Logs go to stderr, and only what `ASSESSOR_LOG` asks for (for example `ASSESSOR_LOG=assessor=debug`).
fn logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("ASSESSOR_LOG");
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("off"));
    let ansi = std::env::var_os("NO_COLOR").is_none() && std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(ansi).init();
}
