//! stdout and stderr: the only file that prints.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use super::args::Cli;
use super::error::{self, Shown};
use super::fold::fold;
use crate::app::{AppError, Envelope, Warning};
use crate::domain::{Explain as _, Invocation};
use crate::report::TerminalOptions;
use serde::Serialize;
use std::io::{IsTerminal, Write as _};
use std::process::ExitCode;

/// How wide lines may be where there is no terminal.
const PLAIN_WIDTH: u16 = 100;
/// Narrower terminals get lines of this width.
const NARROWEST: u16 = 60;
/// Characters of a remark: servers take part in writing it.
const NOTE: usize = 1000;
/// Wider lines are hard to read.
const WIDEST: u16 = 120;
/// Sentences are read less easily than tables.
const WIDEST_SENTENCE: u16 = 100;

/// Where things are shown, and how.
#[derive(Debug)]
pub(super) struct Out {
    json: bool,
    quiet: bool,
    invocation: Invocation,
}

impl Out {
    pub fn new(cli: &Cli) -> Self {
        let invocation = Invocation::of(&cli.state, cli.config.as_deref(), cli.seed);
        Self { json: cli.json, quiet: cli.quiet, invocation }
    }

    /// The options that suggested commands have to repeat.
    pub fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    /// `assessor judge list` for `judge list`, with the options that are in use.
    pub fn command(&self, rest: &str) -> String {
        self.invocation.command(rest)
    }

    /// Columns of sentences on stderr; `None` where it is no terminal.
    fn sentence(&self) -> Option<usize> {
        let (width, _) = terminal_size::terminal_size_of(std::io::stderr())?;
        Some(usize::from(width.0.clamp(NARROWEST, WIDEST_SENTENCE)))
    }

    /// Columns to fit into: what `COLUMNS` says, else those of the terminal.
    pub fn width(&self) -> u16 {
        let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let terminal = || terminal_size::terminal_size().map(|(width, _)| width.0);
        said.or_else(terminal).unwrap_or(PLAIN_WIDTH).clamp(NARROWEST, WIDEST)
    }

    /// stdout is a terminal that shows colours.
    pub fn color(&self) -> bool {
        std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal()
    }

    /// How results are shown as text.
    pub fn options(&self) -> TerminalOptions {
        TerminalOptions { width: self.width(), color: self.color(), unicode: true }
    }

    /// Progress is drawn: stderr is a terminal, and nobody asked for silence.
    pub fn progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// The result: as an envelope with `--json`, otherwise as text. A reader that has gone away is no error.
    pub fn result<T: Serialize>(
        &self,
        command: &'static str,
        exit: u8,
        data: &T,
        warnings: Vec<Warning>,
        text: impl FnOnce() -> String,
    ) -> u8 {
        if self.json {
            self.envelope(command, exit, data, warnings);
        } else {
            let mut text = text();
            if !text.ends_with('\n') {
                text.push('\n');
            }
            let _ = std::io::stdout().write_all(text.as_bytes());
        }
        exit
    }

    /// Written as it is serialised: an audit of a million items has hundreds of megabytes of disagreements.
    fn envelope<T: Serialize>(&self, command: &'static str, exit: u8, data: &T, warnings: Vec<Warning>) {
        let envelope = Envelope { assessor: env!("CARGO_PKG_VERSION"), command, exit, data, warnings };
        let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
        // A reader that has gone away is no error.
        let _ = serde_json::to_writer_pretty(&mut stdout, &envelope);
        let _ = writeln!(stdout).and_then(|()| stdout.flush());
    }

    /// Raw text on stdout, with or without `--json`: schemas.
    pub fn raw(&self, text: &str) {
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    /// A remark for people.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            let text: String = error::clean(text).chars().take(NOTE).collect();
            let text = self.sentence().map_or_else(|| text.clone(), |width| fold(&text, 0, width));
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// Reports an error and gives its exit code.
    pub fn error(&self, command: &'static str, error: &AppError) -> ExitCode {
        let exit = error.exit_code();
        let color = std::env::var_os("NO_COLOR").is_none() && std::io::stderr().is_terminal();
        let shown = Shown { color, width: self.sentence() };
        let _ = write!(std::io::stderr(), "{}", error::render(error, shown, &self.invocation));
        if self.json {
            let data = serde_json::json!({
                "message": error.to_string(),
                "place": error.place().map(ToString::to_string),
                "hint": error.hint().map(|hint| self.invocation.complete(&hint)),
            });
            self.envelope(command, exit, &data, Vec::new());
        }
        ExitCode::from(exit)
    }
}
