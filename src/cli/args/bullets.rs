//! `assessor bullets`.

use super::optimize::DataArgs;
use super::shared::{JudgeArgs, ReadArgs};
use super::values::{count, usd};
use crate::app::{Against, BulletsRequest, Method, NewBullet, OptimizeRequest};
use crate::domain::{NanoUsd, quoted};
use crate::judge::JudgeSpec;
use crate::optimize::adopt::Conditions;
use crate::optimize::library::draft::Knobs;
use crate::optimize::limits::Limits;
use crate::rubric::bullets::Status;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BulletsAction {
    /// The bullets of the library
    List(BulletsListArgs),
    /// Add a rule as a candidate, once the guardrails have passed it
    Add(BulletsAddArgs),
    /// Stand for a bullet: from now on prompts may have it
    Vet(VetArgs),
    /// Take a bullet out of use
    Retire(RetireArgs),
    /// Have a model draft general rules from disagreements, as candidates
    #[command(
        after_help = "Examples:\n  assessor bullets draft                       the shipped labels, sim/small as judge and sim/reflector writing\n  assessor bullets draft --items items.jsonl --human ratings.csv --model mini --reflector openai/gpt-4.1\n\nDrafts are written from train items only; --split and --seed say which these are, as for `assessor optimize`."
    )]
    Draft(DraftArgs),
}

/// Which library.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct LibraryArgs {
    /// Rubric file [default: the shipped relevance rubric]
    #[arg(long, value_name = "FILE")]
    pub rubric: Option<PathBuf>,
    /// The library's file [default: ID.bullets.toml beside the rubric]
    #[arg(long, value_name = "FILE")]
    pub library: Option<PathBuf>,
}

impl LibraryArgs {
    pub fn request(&self) -> BulletsRequest {
        BulletsRequest { rubric: self.rubric.clone(), library: self.library.clone() }
    }

    /// The same again, for a command that is suggested; each after a blank.
    pub fn flags(&self) -> String {
        let flag = |name: &str, file: &Option<PathBuf>| {
            file.as_ref().map_or(String::new(), |file| format!(" {name} {}", quoted(&file.display().to_string())))
        };
        flag("--rubric", &self.rubric) + &flag("--library", &self.library)
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Which {
    /// Proposed, and used by nothing
    Candidate,
    /// Somebody stands for it
    Vetted,
    /// Out of use
    Retired,
}

impl From<Which> for Status {
    fn from(which: Which) -> Self {
        match which {
            Which::Candidate => Self::Candidate,
            Which::Vetted => Self::Vetted,
            Which::Retired => Self::Retired,
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct BulletsListArgs {
    /// Only these
    #[arg(long, value_enum, value_name = "STATUS")]
    pub status: Option<Which>,
    /// Only those with this tag
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    #[command(flatten)]
    pub library: LibraryArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  assessor bullets add 'Rate a glossary entry lower when the query asks how to do something.' --author Ana --items items.jsonl --human ratings.csv"
)]
pub(in crate::cli) struct BulletsAddArgs {
    /// The rule, in one line
    #[arg(value_name = "TEXT")]
    pub text: String,
    /// Its id [default: from its first words]
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Who wrote it
    #[arg(long, value_name = "NAME")]
    pub author: String,
    /// What it is about; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// An item whose disagreement it was written from; may be repeated
    #[arg(long, value_name = "ITEM")]
    pub source: Vec<String>,
    /// A bullet that it says something else than, though it sounds alike: both are kept; may be repeated
    #[arg(long, value_name = "ID")]
    pub beside: Vec<String>,
    /// Items that it may copy nothing from [default: those of assessor.toml, or the shipped items]
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Their human ratings, with rationales [default: columns beside the items]
    #[arg(long, value_name = "FILE", requires = "items")]
    pub human: Option<PathBuf>,
    #[command(flatten)]
    pub read: ReadArgs,
    #[command(flatten)]
    pub library: LibraryArgs,
}

impl BulletsAddArgs {
    pub fn bullet(&self) -> NewBullet {
        NewBullet {
            text: self.text.clone(),
            id: self.id.clone(),
            author: self.author.clone(),
            tags: self.tags.clone(),
            source: self.source.clone(),
            beside: self.beside.clone(),
            against: self.items.clone().map(|items| Against {
                items,
                human: self.human.clone(),
                read: self.read.options(None),
            }),
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct VetArgs {
    /// The bullet's id
    #[arg(value_name = "ID")]
    pub id: String,
    /// Who stands for it
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    #[command(flatten)]
    pub library: LibraryArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RetireArgs {
    /// The bullet's id
    #[arg(value_name = "ID")]
    pub id: String,
    /// Why: somebody will propose it again
    #[arg(long, value_name = "TEXT")]
    pub why: String,
    /// Who decided it
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    #[command(flatten)]
    pub library: LibraryArgs,
}

/// What rules are drafted from.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Origin {
    /// What the judge and people disagree on
    Disagreements,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DraftArgs {
    /// What rules are drafted from
    #[arg(long, value_enum, default_value = "disagreements", value_name = "WHAT")]
    pub from: Origin,
    /// Kinds of disagreements that are asked about, each in a message of its own
    #[arg(long, value_name = "N", default_value_t = Knobs::default().kinds, value_parser = count)]
    pub kinds: usize,
    /// Disagreements that one message tells of
    #[arg(long, value_name = "N", default_value_t = Knobs::default().failures, value_parser = count)]
    pub failures: usize,
    /// Train items that are rated at most
    #[arg(long, value_name = "N", default_value_t = Knobs::default().rows, value_parser = count)]
    pub rows: usize,
    /// The library's file [default: ID.bullets.toml beside the rubric]
    #[arg(long, value_name = "FILE")]
    pub library: Option<PathBuf>,
    #[command(flatten)]
    pub data: DataArgs,
    /// Calls to the judge; never exceeded [default: 400, where nothing is limited]
    #[arg(long, value_name = "N")]
    pub budget_calls: Option<u64>,
    /// Dollars for both models; never exceeded
    #[arg(long, value_name = "USD", value_parser = usd)]
    pub budget_usd: Option<NanoUsd>,
    #[command(flatten)]
    pub judge: JudgeArgs,
    #[command(flatten)]
    pub read: ReadArgs,
}

impl DraftArgs {
    pub fn knobs(&self) -> Knobs {
        // The only thing there is to draft from.
        let Origin::Disagreements = self.from;
        Knobs { kinds: self.kinds, failures: self.failures, rows: self.rows }
    }

    pub fn library(&self) -> LibraryArgs {
        LibraryArgs { rubric: self.judge.rubric.clone(), library: self.library.clone() }
    }

    pub fn request(&self, stored: Option<Arc<JudgeSpec>>) -> OptimizeRequest {
        OptimizeRequest {
            judge: self.judge.request(stored),
            reflector: self.data.reflector.clone(),
            data: self.data.request(self.judge.rubric.as_deref(), &self.read),
            fractions: self.data.split,
            method: Method::Draft(self.knobs(), self.library.clone()),
            limits: Limits { judge_calls: self.budget_calls, usd: self.budget_usd, ..Limits::default() },
            conditions: Conditions::default(),
            protect: None,
            calibrate: false,
            promote: None,
        }
    }
}
