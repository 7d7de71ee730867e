//! What can be typed.

use crate::app::{
    AuditRequest, CompareRequest, Contender, JudgeRequest, LabelRequest, Limits, Questions, Require, Source,
};
use crate::audit::{Gate, GateError, Goals};

use crate::domain::Explain as _;
use crate::domain::{NanoUsd, Scale};
use crate::judge::foreign::{Foreign, Fractions};
use crate::labels::{IdPattern, OnDuplicate, OnOffScale, ReadOptions, parse_map};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Makes a language model a relevance judge, and makes that judge answer to people.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Start here:\n  assessor audit            judge the shipped seed labels with the simulated model sim/small\n  assessor init             write a commented project to start from\n  assessor audit --help     every command's help has examples"
)]
pub(super) struct Cli {
    /// Print one JSON object on stdout; `assessor schema envelope` describes it
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing on stderr but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Seed of the run: sampling seeds of the requests and every draw
    #[arg(long, global = true, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(..=u64::from(u32::MAX)))]
    pub seed: u64,
    /// Folder of the ledger and cache
    #[arg(long, global = true, default_value = ".assessor", value_name = "DIR", env = "ASSESSOR_STATE")]
    pub state: PathBuf,
    /// Configuration file [default: assessor.toml, where it exists]
    #[arg(long, short, global = true, value_name = "FILE")]
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
        after_help = "Examples:\n  assessor label                                    the shipped items, with sim/small\n  assessor label --plan --items items.jsonl --model openai/gpt-4.1-mini\n  assessor label --items items.parquet --model mine --budget-usd 20 --out labels.parquet\n\nStop it whenever you like: the same command goes on where it was, and pays for no call twice."
    )]
    Label(LabelArgs),
    /// Hold a judge against people
    #[command(
        after_help = "Examples:\n  assessor audit                                    the shipped seed labels, with sim/small\n  assessor audit --items items.jsonl --human ratings.csv --model openai/gpt-4.1-mini\n  assessor audit --human ratings.csv --ratings labels.jsonl     ratings made before or elsewhere\n  assessor audit --human h.csv --ratings j.csv --scale 0-3 --map rating=score --on-off-scale clip\n  assessor audit --human h.csv --ratings j.csv --id-pattern '{query_id}_{system}' --systems system"
    )]
    Audit(AuditArgs),
    /// Compare two judges on the same items, paired
    #[command(
        after_help = "Examples:\n  assessor compare sim/small sim/large                the shipped labels, two simulated models\n  assessor compare old.labels.jsonl new.labels.jsonl --human h.csv --margin 1 --require non-inferior\n  assessor compare ratings.csv#A ratings.csv#B --human h.csv --scale 0-3\n\nFix the margin before you look: in assessor.toml, `[compare] margin = 1`."
    )]
    Compare(CompareArgs),
    /// List, group, compare and export disagreements between judge and people
    #[command(
        after_help = "Examples:\n  assessor disagree                                 what sim/small gets wrong on the shipped labels\n  assessor disagree --direction higher --gap 2\n  assessor disagree --slice language=de --export german.csv\n  assessor disagree --model sim/large --before small.labels.jsonl    fixed, still broken, newly broken"
    )]
    Disagree(DisagreeArgs),
    /// Serve the simulated models to other tools
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
            Self::Sim(_) => "sim",
            Self::Schema(_) => "schema",
            Self::Completions { .. } => "completions",
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The folder to write into
    #[arg(default_value = ".")]
    pub folder: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// rubric, config, items, human, judge, labels or envelope
    pub name: String,
}

#[derive(Debug, Args)]
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
    },
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// Which judge.
#[derive(Clone, Debug, Args)]
pub(super) struct JudgeArgs {
    /// Rubric file [default: the shipped relevance rubric]
    #[arg(long, value_name = "FILE")]
    pub rubric: Option<PathBuf>,
    /// sim/small, openai/ID, http://host:8000/v1#ID, or a NAME from assessor.toml [default: sim/small]
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Completion tokens of a reply at most [default: the endpoint's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_tokens: Option<u32>,
    /// Requests in flight at most [default: the endpoint's]
    #[arg(long, value_name = "N")]
    pub concurrency: Option<usize>,
}

impl JudgeArgs {
    pub fn request(&self) -> JudgeRequest {
        JudgeRequest {
            rubric: self.rubric.clone(),
            model: self.model.clone(),
            max_tokens: self.max_tokens,
            concurrency: self.concurrency,
        }
    }
}

/// What may be spent.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct BudgetArgs {
    /// Dollars that the run may cost, all its sessions together; never exceeded
    #[arg(long, value_name = "USD", value_parser = usd)]
    pub budget_usd: Option<NanoUsd>,
    /// Requests that the run may make, all its sessions together; never exceeded
    #[arg(long, value_name = "N")]
    pub budget_calls: Option<u64>,
    /// Take only the first N items
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Samples per item
    #[arg(long, default_value_t = 1, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub samples: u32,
}

impl BudgetArgs {
    fn limits(self) -> Limits {
        Limits { usd: self.budget_usd, calls: self.budget_calls, items: self.limit }
    }
}

/// How files are read.
#[derive(Clone, Debug, Args)]
pub(super) struct ReadArgs {
    /// Our column is called THEIRS in the files; may be repeated
    #[arg(long = "map", value_name = "OURS=THEIRS", value_parser = mapping)]
    pub map: Vec<(String, String)>,
    /// What to do about a second row of the same thing
    #[arg(long, value_enum, default_value = "error", value_name = "POLICY")]
    pub on_duplicate: Duplicate,
    /// What to do about a rating that is not on the scale
    #[arg(long, value_enum, default_value = "error", value_name = "POLICY")]
    pub on_off_scale: OffScale,
    /// Only ratings of this criterion, where the files have several
    #[arg(long, value_name = "NAME")]
    pub criterion: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Duplicate {
    /// Refuse the file
    Error,
    /// Keep the last row
    Last,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OffScale {
    /// Refuse the file
    Error,
    /// Count the reply as malformed
    Malformed,
    /// Take the nearest end of the scale
    Clip,
}

impl ReadArgs {
    fn options(&self, judge: Option<String>) -> ReadOptions {
        ReadOptions {
            map: self.map.iter().cloned().collect(),
            on_duplicate: match self.on_duplicate {
                Duplicate::Error => OnDuplicate::Error,
                Duplicate::Last => OnDuplicate::Last,
            },
            on_off_scale: match self.on_off_scale {
                OffScale::Error => OnOffScale::Error,
                OffScale::Malformed => OnOffScale::Malformed,
                OffScale::Clip => OnOffScale::Clip,
            },
            criterion: self.criterion.clone(),
            judge,
            ..ReadOptions::default()
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Fraction {
    /// Count the reply as malformed
    Malformed,
    /// Take the integer below, and count it as rounded down
    Down,
}

impl Fraction {
    fn policy(self) -> Fractions {
        match self {
            Self::Malformed => Fractions::Malformed,
            Self::Down => Fractions::Down,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct LabelArgs {
    /// Items to rate: JSONL, CSV or Parquet [default: the shipped items]
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Labels: .jsonl, .csv, .parquet or .qrels [default: reports/ITEMS-JUDGE.labels.jsonl]
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Only print calls, tokens, money and time; spend nothing
    #[arg(long)]
    pub plan: bool,
    #[command(flatten)]
    pub judge: JudgeArgs,
    #[command(flatten)]
    pub budget: BudgetArgs,
    #[command(flatten)]
    pub read: ReadArgs,
}

impl LabelArgs {
    pub fn request(&self, items: PathBuf) -> LabelRequest {
        LabelRequest {
            judge: self.judge.request(),
            items,
            read: self.read.options(None),
            out: self.out.clone(),
            samples: self.budget.samples,
            limits: self.budget.limits(),
            only: None,
        }
    }
}

/// What to audit: shared by `audit` and `disagree`.
#[derive(Clone, Debug, Args)]
pub(super) struct SourceArgs {
    /// Items: queries, texts and slice tags [default: the shipped items]
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Human ratings [default: columns beside the items, or the shipped ratings]
    #[arg(long, value_name = "FILE")]
    pub human: Option<PathBuf>,
    /// Ratings made before or elsewhere, instead of running a judge; may be repeated
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "budget_usd", "budget_calls"])]
    pub ratings: Vec<PathBuf>,
    /// Only this judge of the ratings
    #[arg(long = "judge", value_name = "NAME", requires = "ratings")]
    pub judge_name: Option<String>,
    /// Only ratings of the judge for this criterion [default: that of --criterion]
    #[arg(long, value_name = "NAME", requires = "ratings")]
    pub judge_criterion: Option<String>,
    /// Only this sample of each item, from 0 [default: all, of which the commonest rating counts]
    #[arg(long, value_name = "N", requires = "ratings")]
    pub sample: Option<u32>,
    /// Read the judge's ratings from its replies in the column `raw`: a JSON object as the rubric asks for it, or free
    /// text that begins with `NAME: INTEGER`; with =NAME, statements of that name anywhere in the reply
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, requires = "ratings")]
    pub from_raw: Option<Option<String>>,
    /// What to do about a fraction such as `3.5` in a reply
    #[arg(long, value_enum, default_value = "malformed", value_name = "POLICY", requires = "from_raw")]
    pub on_fraction: Fraction,
    /// What ids are made of, such as '{query_id}_{system}': `query_id` is the query, other names become slices; each
    /// name but the last ends at the first occurrence of the text after it
    #[arg(long, value_name = "PATTERN", value_parser = id_pattern)]
    pub id_pattern: Option<IdPattern>,
    /// The scale as MIN-MAX [default: the rubric's]
    #[arg(long, value_name = "MIN-MAX", value_parser = scale, allow_hyphen_values = true)]
    pub scale: Option<Scale>,
    #[command(flatten)]
    pub judge: JudgeArgs,
    #[command(flatten)]
    pub budget: BudgetArgs,
    #[command(flatten)]
    pub read: ReadArgs,
}

impl SourceArgs {
    pub fn request(&self) -> AuditRequest {
        let source = match self.ratings.as_slice() {
            [] => Source::Judge {
                judge: self.judge.request(),
                limits: self.budget.limits(),
                samples: self.budget.samples,
            },
            files => Source::Files(files.to_vec()),
        };
        AuditRequest {
            source,
            items: self.items.clone(),
            human: self.human.clone(),
            read: ReadOptions {
                judge_criterion: self.judge_criterion.clone(),
                sample: self.sample,
                id_pattern: self.id_pattern.clone(),
                ..self.read.options(self.judge_name.clone())
            },
            systems: None,
            replies: self.from_raw.clone().map(|name| Foreign { name, fractions: self.on_fraction.policy() }),
            scale: self.scale,
            rubric: self.judge.rubric.clone(),
            contaminated: false,
        }
    }
}

impl AuditArgs {
    pub fn request(&self) -> AuditRequest {
        let request =
            AuditRequest { contaminated: self.contaminated, systems: self.systems.clone(), ..self.source.request() };
        if self.no_judge { AuditRequest { source: Source::Nobody, ..request } } else { request }
    }

    pub fn questions(&self) -> Questions {
        Questions {
            gates: self.gates.clone(),
            goals: Goals { half_width: self.half_width, detect: self.detect },
            allowance: self.annotators.allowance(),
            map: self.apply_map.clone(),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Audit the people alone: how far they are from each other
    #[arg(long, conflicts_with_all = ["ratings", "model"])]
    pub no_judge: bool,
    /// How systems rank under the judge's ratings: the column (or part of --id-pattern) that names the system of an item
    #[arg(long, value_name = "COLUMN", conflicts_with = "no_judge")]
    pub systems: Option<String>,
    /// A condition to meet, for example 'nmse.upper < 8' or 'malformed < 0.02'; may be repeated; exit 100 when one is missed
    #[arg(long = "gate", value_name = "CONDITION", value_parser = gate, conflicts_with = "no_judge")]
    pub gates: Vec<Gate>,
    /// Write the gates as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write the audit as Markdown, for a comment on a pull request
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Half-width of the NMSE interval to plan labels for
    #[arg(long, default_value_t = 2.0, value_name = "POINTS", value_parser = points)]
    pub half_width: f64,
    /// Difference of NMSE to plan labels for
    #[arg(long, default_value_t = 2.0, value_name = "POINTS", value_parser = points)]
    pub detect: f64,
    /// Keep items with a `purpose` of train, dev, prompt-dev or demo: numbers on them flatter
    #[arg(long)]
    pub contaminated: bool,
    /// Write the map from the judge's rating to what people mean by it
    #[arg(long, value_name = "FILE", conflicts_with = "no_judge")]
    pub export_map: Option<PathBuf>,
    /// Apply a map that was written before, as it is, and say whether it still holds
    #[arg(long, value_name = "FILE", conflicts_with = "no_judge")]
    pub apply_map: Option<PathBuf>,
    /// How good the annotators are: how much worse than one of them a judge may be in the alternative annotator test
    #[arg(long, value_enum, default_value = "skilled", value_name = "WHO")]
    pub annotators: Annotators,
    /// Folder of the report [default: reports/audit-JUDGE-DATA]
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Write no report
    #[arg(long, conflicts_with = "report")]
    pub no_report: bool,
}

/// The published allowances of the alternative annotator test.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Annotators {
    /// Allowance 0.2
    Expert,
    /// Allowance 0.15
    Skilled,
    /// Allowance 0.1
    Crowd,
}

impl Annotators {
    pub fn allowance(self) -> f64 {
        match self {
            Self::Expert => 0.2,
            Self::Skilled => 0.15,
            Self::Crowd => 0.1,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// The judge to compare with: a file of ratings, FILE#JUDGE, or a model
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The judge that might replace it
    #[arg(value_name = "NEW")]
    pub new: String,
    /// Items: queries, texts and slice tags [default: the shipped items]
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Human ratings [default: columns beside the items, or the shipped ratings]
    #[arg(long, value_name = "FILE")]
    pub human: Option<PathBuf>,
    /// The scale as MIN-MAX [default: the rubric's]
    #[arg(long, value_name = "MIN-MAX", value_parser = scale, allow_hyphen_values = true)]
    pub scale: Option<Scale>,
    /// NMSE points by which NEW may be worse and still count as not worse; fix it before you look
    #[arg(long, value_name = "POINTS")]
    pub margin: Option<f64>,
    /// What NEW must show, or the exit code is 100; may be repeated
    #[arg(long, value_enum, value_name = "WHAT")]
    pub require: Vec<Required>,
    /// Rubric file [default: the shipped relevance rubric]
    #[arg(long, value_name = "FILE")]
    pub rubric: Option<PathBuf>,
    /// Show at most N changed items
    #[arg(long, short = 'n', default_value_t = 10, value_name = "N")]
    pub show: usize,
    /// Write the comparison as Markdown, for a comment on a pull request
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Folder of the report [default: reports/compare-OLD-NEW-DATA]
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Write no report
    #[arg(long, conflicts_with = "report")]
    pub no_report: bool,
    #[command(flatten)]
    pub budget: BudgetArgs,
    #[command(flatten)]
    pub read: ReadArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Required {
    /// It errs less, beyond chance
    Better,
    /// It is not worse by the margin
    NonInferior,
    /// It is equivalent within the margin
    Equivalent,
    /// No slice is worse, beyond chance
    NoRegression,
}

impl CompareArgs {
    pub fn request(&self) -> CompareRequest {
        CompareRequest {
            old: Contender::parse(&self.old),
            new: Contender::parse(&self.new),
            data: AuditRequest {
                source: Source::Nobody,
                items: self.items.clone(),
                human: self.human.clone(),
                read: self.read.options(None),
                scale: self.scale,
                rubric: self.rubric.clone(),
                replies: None,
                systems: None,
                contaminated: false,
            },
            judge: JudgeRequest { rubric: self.rubric.clone(), ..JudgeRequest::default() },
            limits: self.budget.limits(),
            samples: self.budget.samples,
            margin: self.margin,
        }
    }

    pub fn requirements(&self) -> impl Iterator<Item = Require> {
        self.require.iter().map(|required| match required {
            Required::Better => Require::Better,
            Required::NonInferior => Require::NonInferior,
            Required::Equivalent => Require::Equivalent,
            Required::NoRegression => Require::NoRegression,
        })
    }
}

#[derive(Debug, Args)]
pub(super) struct DisagreeArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Only this direction
    #[arg(long, value_enum, value_name = "WHICH")]
    pub direction: Option<Which>,
    /// Only so many rating points apart, or more
    #[arg(long, value_name = "POINTS")]
    pub gap: Option<u8>,
    /// Only this slice
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = mapping)]
    pub slice: Option<(String, String)>,
    /// Show at most N
    #[arg(long, short = 'n', default_value_t = 20, value_name = "N")]
    pub show: usize,
    /// Show only the groups
    #[arg(long)]
    pub groups: bool,
    /// Labels of an earlier judge: what is fixed, still broken, newly broken
    #[arg(long, value_name = "FILE")]
    pub before: Option<PathBuf>,
    /// Write the disagreements to a .csv or .jsonl file
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Which {
    /// The judge rates higher than people
    Higher,
    /// The judge rates lower than people
    Lower,
    /// The judge gave no rating that can be read
    Malformed,
}

fn gate(text: &str) -> Result<Gate, String> {
    text.parse().map_err(|e: GateError| format!("{e}; {}", e.hint))
}

fn points(text: &str) -> Result<f64, String> {
    let points: Option<f64> = text.parse().ok();
    points
        .filter(|p| *p > 0.0 && *p <= 100.0)
        .ok_or_else(|| "not a number of NMSE points above 0 and up to 100".to_owned())
}

fn mapping(text: &str) -> Result<(String, String), String> {
    parse_map(text).map_err(|_| "write it as NAME=VALUE".to_owned())
}

fn id_pattern(text: &str) -> Result<IdPattern, String> {
    IdPattern::parse(text).map_err(|e| e.hint().map_or_else(|| e.to_string(), |hint| format!("{e}\nhint: {hint}")))
}

fn usd(text: &str) -> Result<NanoUsd, String> {
    let amount: f64 = text.trim_start_matches('$').parse().map_err(|_| "not an amount of dollars".to_owned())?;
    NanoUsd::from_usd(amount).ok_or_else(|| "not an amount of dollars".to_owned())
}

/// `1-5`, `0-10`, `-2-2`: the dash between the ends is the last one that follows a digit.
fn scale(text: &str) -> Result<Scale, String> {
    let split = text.char_indices().skip(1).find(|(i, c)| *c == '-' && text.as_bytes()[i - 1].is_ascii_digit());
    let (at, _) = split.ok_or_else(|| "write it as MIN-MAX, for example 0-3".to_owned())?;
    let end = |part: &str| part.parse::<i64>().map_err(|_| "write it as MIN-MAX, for example 0-3".to_owned());
    Scale::new(end(&text[..at])?, end(&text[at + 1..])?).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn a_scale_is_two_integers_with_a_dash_between() {
        assert_eq!(scale("0-3"), Ok(Scale::new(0, 3).unwrap()));
        assert_eq!(scale("-2-2"), Ok(Scale::new(-2, 2).unwrap()));
        assert_eq!(scale("-3--1"), Ok(Scale::new(-3, -1).unwrap()));
        for bad in ["", "3", "a-b", "5-1", "0-99", "-"] {
            assert!(scale(bad).is_err(), "{bad}");
        }
    }
}
