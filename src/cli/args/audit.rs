//! `assessor audit` and `assessor disagree`.

use super::source::SourceArgs;
use super::values::{gate, mapping, points};
use crate::app::{AuditRequest, Questions, Source};
use crate::audit::{Gate, Goals};
use crate::judge::JudgeSpec;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(in crate::cli) struct AuditArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Audit the people alone: how far they are from each other
    #[arg(long, conflicts_with_all = ["ratings", "model", "judge"])]
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

impl AuditArgs {
    pub fn request(&self, stored: Option<Arc<JudgeSpec>>) -> AuditRequest {
        let request = AuditRequest { systems: self.systems.clone(), ..self.source.request(stored) };
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

/// The published allowances of the alternative annotator test.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Annotators {
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
pub(in crate::cli) struct DisagreeArgs {
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
pub(in crate::cli) enum Which {
    /// The judge rates higher than people
    Higher,
    /// The judge rates lower than people
    Lower,
    /// The judge gave no rating that can be read
    Malformed,
}
