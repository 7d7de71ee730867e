//! `assessor disagree`

use super::args::{DisagreeArgs, Which};
use super::error::clean;
use super::judge::stored;
use super::out::Out;
use super::progress::Drawn;
use super::{BUDGET, DONE};
use crate::app::{self, AppError, AuditRequest, Contender, Disagreed, Filter, Project, Source, Warning};
use crate::audit::{Direction, Mistake};
use crate::domain::Scale;
use crate::labels::ReadOptions;
use crate::report::{self, TerminalOptions};
use std::path::Path;
use tokio::sync::watch;

/// Groups that are shown before the list.
const GROUPS: usize = 10;

pub(super) async fn run(
    args: &DisagreeArgs,
    project: &Project,
    out: &Out,
    cancel: watch::Receiver<bool>,
) -> Result<u8, AppError> {
    args.source.elsewhere.check()?;
    let (stored, mut warnings) = stored(project, out, args.source.stored())?;
    let (request, asked) = (args.source.request(stored), app::Questions::default());
    let mut drawn = Drawn::new(out);
    let after = app::audit(project, &request, &asked, &mut |event| drawn.take(event), cancel.clone()).await?;
    let before = match &args.before {
        None => None,
        Some(named) => {
            let request = before_of(&after.request, named, after.audit.scale);
            Some(app::audit(project, &request, &asked, &mut |_| {}, cancel).await?)
        }
    };
    let filter = Filter {
        direction: args.direction.map(|which| match which {
            Which::Higher => Direction::Higher,
            Which::Lower => Direction::Lower,
            Which::Malformed => Direction::Malformed,
        }),
        gap: args.gap,
        slice: args.slice.clone(),
    };
    let found = app::disagree(&after, before.as_ref(), &filter)?;
    let caveats = after.audit.judges.iter().flat_map(|judge| &judge.caveats);
    for caveat in caveats.filter(|caveat| caveat.code == Mistake::TunedOn) {
        out.note(&format!("warning: {}", caveat.text));
        warnings.push(Warning::from(caveat));
    }
    if let Some(path) = &args.export {
        found.export(path)?;
        out.note(&format!("{} disagreements written to {}", found.disagreements.len(), path.display()));
    }
    let exit = if after.budget_ended { BUDGET } else { DONE };
    if after.calls > 0 {
        out.note(&format!("{} requests made now.", after.calls));
    }
    Ok(out.result("disagree", exit, &found, warnings, || told(args, &found, &out.options())))
}

/// The earlier ratings on the same items. What is said of how the later ones are read is not said of these.
fn before_of(after: &AuditRequest, named: &Path, scale: Scale) -> AuditRequest {
    let (path, judge) = match Contender::parse(&named.display().to_string()) {
        Contender::File { path, judge } => (path, judge),
        Contender::Model(_) | Contender::Stored(_) => (named.to_owned(), None),
    };
    let read = ReadOptions { judge, judge_criterion: None, sample: None, ..after.read.clone() };
    let source = Source::Files(vec![path]);
    AuditRequest { source, scale: Some(scale), read, replies: None, ..after.clone() }
}

fn told(args: &DisagreeArgs, found: &Disagreed, options: &TerminalOptions) -> String {
    let mut text = format!(
        "{}\n{} of {} answered items differ from people; {} match what you asked for.\n\n",
        clean(&found.judge),
        found.total,
        found.answered,
        found.disagreements.len()
    );
    let most = if args.groups { found.groups.len() } else { GROUPS.min(found.groups.len()) };
    text.push_str(&report::groups(&found.groups[..most], options));
    if most < found.groups.len() {
        text.push_str(&format!("  … and {} smaller groups: `--groups`\n", found.groups.len() - most));
    }
    text.push('\n');
    if let Some(diff) = &found.diff {
        text.push_str(&report::changes(diff, args.show, options));
    } else if !args.groups {
        let shown = &found.disagreements[..found.disagreements.len().min(args.show)];
        text.push_str(&report::list(shown, options));
        let more = found.disagreements.len() - shown.len();
        if more > 0 {
            text.push_str(&format!("… and {more} more: `--show N`, or `--export FILE`.\n"));
        }
    }
    text
}
