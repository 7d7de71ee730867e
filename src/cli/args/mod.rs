//! What can be typed.

mod adapt;
mod audit;
mod bullets;
mod compare;
mod judge;
mod label;
mod optimize;
mod lint;
mod shared;
mod source;
mod values;

pub(super) use adapt::AdaptArgs;
pub(super) use audit::{AuditArgs, DisagreeArgs, Which};
pub(super) use bullets::{BulletsAction, BulletsAddArgs, BulletsListArgs, DraftArgs, RetireArgs, VetArgs};
pub(super) use compare::CompareArgs;
pub(super) use judge::{AddArgs, DiffArgs, JudgeAction, PromoteArgs, RollbackArgs, ShowArgs};
pub(super) use label::LabelArgs;
pub(super) use lint::LintArgs;
pub(super) use optimize::OptimizeArgs;
pub(super) use shared::{JudgeArgs, can_report, report_folder};

use crate::domain::DEFAULT_STATE;
use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What was typed; ends the program with help or with what is wrong, as clap does.
pub(super) fn parse() -> Cli {
    let matches = with_negatives(Cli::command()).get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// `--margin -1` is a value out of range and no unknown option `-1`: each option says itself what it takes.
fn with_negatives(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|arg| {
        let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
        if takes_value && !arg.is_positional() { arg.allow_negative_numbers(true) } else { arg }
    });
    command.mut_subcommands(with_negatives)
}

/// The heading of the options that every command has, so that they do not stand among its own.
const EVERY: &str = "For every command";

/// Makes a language model a relevance judge, and makes that judge answer to people.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Start here:\n  assessor audit            judge the shipped seed labels with the simulated model sim/small\n  assessor init             write a commented project to start from\n  assessor audit --help     every command's help has examples"
)]
pub(super) struct Cli {
    /// Print one JSON object on stdout; `assessor schema envelope` describes it
    #[arg(help_heading = EVERY, long, global = true)]
    pub json: bool,
    /// Say nothing on stderr but errors
    #[arg(help_heading = EVERY, long, short, global = true)]
    pub quiet: bool,
    /// Seed of the run: sampling seeds of the requests and every draw
    #[arg(help_heading = EVERY, long, global = true, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(..=u64::from(u32::MAX)))]
    pub seed: u64,
    /// Folder of the ledger and cache
    #[arg(help_heading = EVERY, long, global = true, default_value = DEFAULT_STATE, value_name = "DIR", env = "ASSESSOR_STATE")]
    pub state: PathBuf,
    /// Configuration file [default: assessor.toml, where it exists]
    #[arg(help_heading = EVERY, long, short, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a commented project to start from
    #[command(after_help = "Example:\n  assessor init my-project")]
    Init(InitArgs),
    /// Probe an endpoint: what it can do, what it costs, what is wrong
    #[command(
        after_help = "Examples:\n  assessor doctor --model sim/small\n  OPENAI_API_KEY=… assessor doctor --model openai/gpt-4.1-mini\n  assessor doctor --model http://localhost:8000/v1#my-model"
    )]
    Doctor(DoctorArgs),
    /// Rate items with a judge
    #[command(
        after_help = "Examples:\n  assessor label                                    the shipped items, with sim/small\n  assessor label --plan --items items.jsonl --model openai/gpt-4.1-mini\n  assessor label --items items.parquet --model mine --budget-usd 20 --out labels.parquet\n  assessor label --items items.parquet --judge production\n\nStop it whenever you like: the same command goes on where it was, and pays for no call twice."
    )]
    Label(LabelArgs),
    /// Hold a judge against people
    #[command(
        after_help = "Examples:\n  assessor audit                                    the shipped seed labels, with sim/small\n  assessor audit --items items.jsonl --human ratings.csv --model openai/gpt-4.1-mini\n  assessor audit --human ratings.csv --ratings labels.jsonl     ratings made before or elsewhere\n  assessor audit --human h.csv --ratings j.csv --scale 0-3 --map rating=score --on-off-scale clip\n  assessor audit --human h.csv --ratings j.csv --id-pattern '{query_id}_{system}' --systems system"
    )]
    Audit(AuditArgs),
    /// Compare two judges on the same items, paired
    #[command(
        after_help = "Examples:\n  assessor compare sim/small sim/large                the shipped labels, two simulated models\n  assessor compare old.labels.jsonl new.labels.jsonl --human h.csv --margin 1 --require non-inferior\n  assessor compare ratings.csv#A ratings.csv#B --human h.csv --scale 0-3\n  assessor compare judge:production judge:candidate\n\nFix the margin before you look: in assessor.toml, `[compare] margin = 1`."
    )]
    Compare(CompareArgs),
    /// List, group, compare and export disagreements between judge and people
    #[command(
        after_help = "Examples:\n  assessor disagree                                 what sim/small gets wrong on the shipped labels\n  assessor disagree --direction higher --gap 2\n  assessor disagree --slice language=de --export german.csv\n  assessor disagree --model sim/large --before small.labels.jsonl    fixed, still broken, newly broken"
    )]
    Disagree(DisagreeArgs),
    /// Search for a better prompt, and adopt it only if it holds on data that the search never saw
    #[command(
        after_help = "Exit codes: 0 whether a prompt was adopted or not: both are results (`adopted` in --json); 2 for input or a budget that is refused; 3 where a model could not be used; 130 when interrupted."
    )]
    Optimize(OptimizeArgs),
    /// Carry a judge to a cheaper or newer model: GO or NO-GO
    #[command(after_help = adapt::EXAMPLES)]
    Adapt(AdaptArgs),
    /// Keep versions of a judge: which there are, what changed, which one is in production
    #[command(
        after_help = "Examples:\n  assessor judge add --note baseline                 store the rubric's own prompt with sim/small\n  assessor judge list\n  assessor judge diff production candidate\n  assessor judge promote candidate --as production --why 'test NMSE 8.8 to 4.9'\n  assessor judge rollback production"
    )]
    Judge {
        /// What to do
        #[command(subcommand)]
        action: JudgeAction,
    },
    /// Keep a library of vetted rules that prompts may get: list, add, vet, retire, draft
    #[command(
        after_help = "Examples:\n  assessor bullets list --status candidate\n  assessor bullets draft                             rules from what sim/small gets wrong on the shipped labels\n  assessor bullets vet ID --by 'Ana Ruiz'              a person stands for a candidate\n  assessor optimize bullets                          which of the vetted ones help"
    )]
    Bullets {
        /// What to do
        #[command(subcommand)]
        action: BulletsAction,
    },
    /// Serve the simulated models to other tools, and measure prompts on fresh simulated worlds
    Sim(SimArgs),
    /// Print the JSON Schema of a format
    #[command(after_help = "Example:\n  assessor schema rubric > rubric.schema.json")]
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  assessor completions bash > ~/.local/share/bash-completion/completions/assessor"
    )]
    Completions {
        /// Which shell
        shell: Shell,
    },
}

impl Command {
    /// As it is typed.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Doctor(_) => "doctor",
            Self::Label(_) => "label",
            Self::Audit(_) => "audit",
            Self::Compare(_) => "compare",
            Self::Disagree(_) => "disagree",
            Self::Optimize(_) => "optimize",
            Self::Adapt(_) => "adapt",
            Self::Judge { .. } => "judge",
            Self::Bullets { .. } => "bullets",
            Self::Sim(_) => "sim",
            Self::Schema(_) => "schema",
            Self::Completions { .. } => "completions",
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct InitArgs {
    /// The folder to write into
    #[arg(default_value = ".")]
    pub folder: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(super) struct SchemaArgs {
    /// rubric, bullets, config, items, human, judge, labels or envelope
    pub name: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct SimArgs {
    #[command(subcommand)]
    pub action: SimAction,
}

#[derive(Debug, Subcommand)]
pub(super) enum SimAction {
    /// Listen for OpenAI-compatible chat completions
    #[command(
        after_help = "Example:\n  assessor sim serve --listen 127.0.0.1:8765\n  assessor label --model http://127.0.0.1:8765/v1#sim/small"
    )]
    Serve {
        /// Address to listen on; only loopback addresses are taken
        #[arg(long, default_value = "127.0.0.1:8765", value_name = "ADDRESS")]
        listen: SocketAddr,
        /// Wait this long before each answer
        #[arg(long, default_value_t = 0, value_name = "MS")]
        latency_ms: u64,
        /// Move a judge's rating by one with this probability, 0 to 1
        #[arg(long, default_value_t = 0.0, value_name = "P", value_parser = values::probability)]
        noise: f64,
    },
    /// Write the label files of a fresh simulated world; `--seed` says which
    #[command(after_help = "Example:\n  assessor sim world --seed 7 --queries 72 --out world-7")]
    World {
        /// How many queries, with six documents each
        #[arg(long, default_value_t = 72, value_name = "N", value_parser = values::queries)]
        queries: usize,
        /// The folder to write items, ratings, user messages and the shipped prompt into
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Measure what prompts truly err on a fresh simulated world; `--seed` says which
    #[command(after_help = "Example:\n  assessor sim truth --seed 7 --queries 3400 --prompts prompts.jsonl")]
    Truth {
        /// Prompts, one JSON object per line: {"system": "…"} or {"editable": "…"}
        #[arg(long, value_name = "FILE")]
        prompts: PathBuf,
        /// Which simulated judge
        #[arg(long, default_value = "sim/small", value_name = "MODEL")]
        model: String,
        /// How many queries, with six documents each
        #[arg(long, default_value_t = 1000, value_name = "N", value_parser = values::queries)]
        queries: usize,
        /// Noise on the ratings, as of `sim serve`
        #[arg(long, default_value_t = 0.0, value_name = "P", value_parser = values::probability)]
        noise: f64,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    pub judge: JudgeArgs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
