//! Suggested commands that work on the data of their audit.

use super::{AuditRequest, Source};
use crate::audit::{Audit, JudgeAudit};
use crate::domain::{Invocation, quoted};
use crate::judge::foreign::Fractions;
use crate::labels::{OnDuplicate, OnFraction, OnOffScale};
use std::path::{Path, PathBuf};

/// The flags that name the same data again, for commands that a report suggests; nothing when the shipped data are used.
pub(super) fn source_flags(request: &AuditRequest) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut flag = |name: &str, value: &str| words.push(format!("{name} {}", quoted(value)));
    let path = |path: &Path| path.display().to_string();
    if let Some(items) = &request.items {
        flag("--items", &path(items));
    }
    if let Some(human) = &request.human {
        flag("--human", &path(human));
    }
    match &request.source {
        Source::Files(files) => files.iter().for_each(|file| flag("--ratings", &path(file))),
        Source::Judge { judge, .. } => {
            judge.stored.iter().for_each(|stored| flag("--judge", &stored.hash()));
            judge.model.iter().for_each(|model| flag("--model", model));
        }
        Source::Nobody => {}
    }
    if let Some(rubric) = &request.rubric {
        flag("--rubric", &path(rubric));
    }
    if let Some(scale) = request.scale {
        flag("--scale", &format!("{}-{}", scale.min(), scale.max()));
    }
    let read = &request.read;
    read.map.iter().for_each(|(ours, theirs)| flag("--map", &format!("{ours}={theirs}")));
    for (name, value) in [("--criterion", &read.criterion), ("--judge-criterion", &read.judge_criterion)] {
        value.iter().for_each(|value| flag(name, value));
    }
    read.judge.iter().for_each(|judge| flag("--judge", judge));
    read.sample.iter().for_each(|sample| flag("--sample", &sample.to_string()));
    read.id_pattern.iter().for_each(|pattern| flag("--id-pattern", &pattern.to_string()));
    match read.on_duplicate {
        OnDuplicate::Error => {}
        OnDuplicate::Last => flag("--on-duplicate", "last"),
    }
    match read.on_off_scale {
        OnOffScale::Error => {}
        OnOffScale::Malformed => flag("--on-off-scale", "malformed"),
        OnOffScale::Clip => flag("--on-off-scale", "clip"),
    }
    match read.on_fraction {
        OnFraction::Error => {}
        OnFraction::Malformed => flag("--on-fraction", "malformed"),
        OnFraction::Round => flag("--on-fraction", "round"),
        OnFraction::Keep => flag("--on-fraction", "keep"),
    }
    if let Some(how) = &request.replies {
        match &how.name {
            // The value of this flag stands behind an equals sign.
            Some(name) => words.push(format!("--from-raw={}", quoted(name))),
            None => words.push("--from-raw".to_owned()),
        }
        if how.fractions == Fractions::Down {
            words.push("--on-fraction down".to_owned());
        }
    }
    words.join(" ")
}

/// Makes the suggested commands work on the data of this audit, on the judge that they are about, and in the same state.
pub(super) fn name_sources(audit: &mut Audit, request: &AuditRequest, flags: &str, invocation: &Invocation) {
    let several = audit.judges.len() > 1;
    for judge in &mut audit.judges {
        let chosen = match &request.source {
            Source::Files(paths) if several && request.read.judge.is_none() => {
                format!(" --judge {}", quoted(&name_in_file(judge, paths)))
            }
            _ => String::new(),
        };
        for step in &mut judge.advice {
            step.why = invocation.complete(&step.why);
            step.command = step.command.as_deref().map(|command| {
                let words = command.strip_prefix("assessor ").unwrap_or(command);
                let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
                match ["disagree", "audit"].contains(&verb) && !flags.is_empty() {
                    true => invocation.command(format!("{verb} {flags}{chosen} {rest}").trim_end()),
                    false => invocation.command(words),
                }
            });
        }
    }
}

/// The judge's name as its file has it: a hash in label files of our own, and without the file's name that tells two
/// files apart.
fn name_in_file(judge: &JudgeAudit, paths: &[PathBuf]) -> String {
    let name = judge.hash.as_deref().unwrap_or(&judge.name);
    let of = |path: &PathBuf| name.strip_suffix(&format!(" ({})", path.display()));
    paths.iter().find_map(of).unwrap_or(name).to_owned()
}
