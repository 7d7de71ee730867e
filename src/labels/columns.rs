//! Whether the columns that a mapping names are there at all.

use super::file::Rows;
use super::{Fault, LabelsError};
use crate::domain::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Checks that every column that `map` names stands in one of the files. One mapping may serve several files, so a file
/// without the column is no fault; a column that no file has is a slip of the pen that would silently change nothing.
///
/// Reads as far as it must: one row of each file where the first one has the columns.
///
/// # Errors
/// When no file has the column, or a file cannot be read.
pub fn check_map(paths: &[&Path], map: &BTreeMap<String, String>) -> Result<(), LabelsError> {
    let mut wanted: BTreeMap<&str, &str> = map.iter().map(|(ours, theirs)| (theirs.as_str(), ours.as_str())).collect();
    let mut found = BTreeSet::new();
    for path in paths {
        if wanted.is_empty() {
            return Ok(());
        }
        for row in Rows::open(path)? {
            for (name, _) in row?.cells {
                wanted.remove(&*name);
                found.insert(name);
            }
            if wanted.is_empty() {
                return Ok(());
            }
        }
    }
    match wanted.into_iter().next() {
        None => Ok(()),
        Some((theirs, ours)) => {
            let found = found.into_iter().map(|name| name.to_string()).collect();
            let fault = Fault::MappedNowhere { ours: ours.to_owned(), theirs: theirs.to_owned(), found };
            Err(LabelsError::new(fault, Place::file("--map")))
        }
    }
}
