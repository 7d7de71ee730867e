//! List, group, compare and export disagreements.

use super::{AppError, Audited};
use crate::audit::{self, Change, Diff, Direction, Disagreement, DisagreementGroup, JudgeInput};
use crate::domain::ItemId;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;

/// Which disagreements.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this direction.
    pub direction: Option<Direction>,
    /// Only so many rating points, or more.
    pub gap: Option<u8>,
    /// Only this slice, as column and value.
    pub slice: Option<(String, String)>,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Disagreed {
    /// The judge's name.
    pub judge: String,
    /// Items that the judge answered.
    pub answered: u64,
    /// All disagreements, before the filter.
    pub total: u64,
    /// By gap, then by item.
    pub disagreements: Vec<Disagreement>,
    /// Failure modes, largest first.
    pub groups: Vec<DisagreementGroup>,
    /// Against an earlier judge, when one was given.
    pub diff: Option<Vec<Diff>>,
}

/// The one judge that was audited; which of several is meant would be anybody's guess.
fn sole<'a>(audited: &'a Audited, how: &str) -> Result<&'a JudgeInput, AppError> {
    match audited.judges.as_slice() {
        [one] => Ok(one),
        [] => Err(AppError::input("there is no judge to disagree with", "name its ratings with `--ratings FILE`")),
        many => {
            let named = |judge: &JudgeInput| match &judge.hash {
                Some(hash) => format!("`{hash}` ({})", judge.model.as_deref().unwrap_or(&judge.name)),
                None => format!("`{}`", judge.name),
            };
            let names = many.iter().map(named);
            let names = names.collect::<Vec<_>>().join(", ");
            Err(AppError::input(format!("the ratings are of {} judges: {names}", many.len()), how))
        }
    }
}

/// Chooses disagreements of the judge of `after`; with `before`, compares with its judge.
///
/// # Errors
/// [`AppError`] when there is not one judge of each.
pub fn disagree(after: &Audited, before: Option<&Audited>, filter: &Filter) -> Result<Disagreed, AppError> {
    sole(after, "name one: `--judge NAME`")?;
    let judge = &after.audit.judges[0];
    let in_slice = |tags: &std::collections::BTreeMap<String, String>| {
        filter.slice.as_ref().is_none_or(|(column, value)| tags.get(column) == Some(value))
    };
    let keeps = |d: &&Disagreement| {
        filter.direction.is_none_or(|direction| d.direction == direction)
            && filter.gap.is_none_or(|gap| d.gap >= gap)
            && in_slice(&d.tags)
    };
    if let Some((column, value)) = &filter.slice
        && !after.labelled.iter().any(|l| l.tags.get(column) == Some(value))
    {
        let columns: BTreeSet<&str> = after.labelled.iter().flat_map(|l| l.tags.keys().map(String::as_str)).collect();
        let message = format!("no item has `{value}` in the column `{column}`");
        return Err(AppError::input(
            message,
            format!("the columns are {}", columns.into_iter().collect::<Vec<_>>().join(", ")),
        ));
    }
    let groups = judge.groups.iter().filter(|g| {
        filter.direction.is_none_or(|direction| g.direction == direction)
            && filter.gap.is_none_or(|gap| g.gap >= gap)
            && filter.slice.as_ref().is_none_or(|slice| g.slice.as_ref() == Some(slice))
    });
    let before = before.map(|before| sole(before, "name one: `--before FILE#NAME`")).transpose()?;
    let diff = before.map(|before| audit::diff(after.scale, &after.labelled, before, &after.judges[0]));
    // An item that is fixed has no direction or gap any more: it stays unless it is of another slice.
    let kept: BTreeSet<&ItemId> = judge.disagreements.iter().filter(keeps).map(|d| &d.id).collect();
    let sliced: BTreeSet<&ItemId> = after.labelled.iter().filter(|l| in_slice(&l.tags)).map(|l| &l.id).collect();
    let narrow = filter.direction.is_some() || filter.gap.is_some();
    let diff = diff.map(|diffs| {
        let keeps =
            |d: &Diff| if d.change == Change::Fixed { !narrow && sliced.contains(&d.id) } else { kept.contains(&d.id) };
        diffs.into_iter().filter(keeps).collect()
    });
    Ok(Disagreed {
        judge: judge.name.clone(),
        answered: judge.panel.n,
        total: judge.disagreements.len() as u64,
        disagreements: judge.disagreements.iter().filter(keeps).cloned().collect(),
        groups: groups.cloned().collect(),
        diff,
    })
}

impl Disagreed {
    /// Writes the disagreements to `path`, as CSV or JSONL by its extension.
    ///
    /// # Errors
    /// [`AppError`] for another extension, or when the file cannot be written.
    pub fn export(&self, path: &Path) -> Result<(), AppError> {
        let text = match path.extension().and_then(|e| e.to_str()) {
            Some("csv") => crate::report::csv(&self.disagreements),
            Some("jsonl") => crate::report::jsonl(&self.disagreements),
            _ => {
                let message = format!("`{}` is neither `.csv` nor `.jsonl`", path.display());
                return Err(AppError::input(message, "for example `--export disagreements.csv`"));
            }
        };
        super::project::write_whole(path, text.as_bytes())
    }
}
