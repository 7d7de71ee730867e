//! Suggested commands that work on the data of their audit.

use super::{AuditRequest, Source};
use crate::audit::Audit;
use std::path::Path;

/// The flags that name the same data again, for commands that a report suggests; nothing when the shipped data are used.
pub(super) fn source_flags(request: &AuditRequest) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut flag = |name: &str, value: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:#=+@%".contains(c);
        let quoted =
            if value.chars().all(plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', r"'\''")) };
        words.push(format!("{name} {quoted}"));
    };
    let path = |path: &Path| path.display().to_string();
    if let Some(items) = &request.items {
        flag("--items", &path(items));
    }
    if let Some(human) = &request.human {
        flag("--human", &path(human));
    }
    match &request.source {
        Source::Files(files) => files.iter().for_each(|file| flag("--ratings", &path(file))),
        Source::Judge { judge, .. } => judge.model.iter().for_each(|model| flag("--model", model)),
        Source::Nobody => {}
    }
    if let Some(rubric) = &request.rubric {
        flag("--rubric", &path(rubric));
    }
    if let Some(scale) = request.scale {
        flag("--scale", &format!("{}-{}", scale.min(), scale.max()));
    }
    request.read.map.iter().for_each(|(ours, theirs)| flag("--map", &format!("{ours}={theirs}")));
    words.join(" ")
}

/// Makes the suggested commands work on the data of this audit.
pub(super) fn name_sources(audit: &mut Audit, flags: &str) {
    let steps = audit.judges.iter_mut().flat_map(|judge| judge.advice.iter_mut());
    for command in steps.filter_map(|step| step.command.as_mut()) {
        if let Some(rest) = command.strip_prefix("assessor disagree").filter(|_| !flags.is_empty()) {
            *command = format!("assessor disagree {flags}{rest}");
        }
    }
}
