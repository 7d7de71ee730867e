//! Ratings of judges and people: read or made, and joined with the items.

use super::label::{LabelRequest, Watch};
use super::left_out::{Marked, by_purpose, by_tuning, tell};
use super::ratings::{Gathered, Reading, from_files, from_run};
use super::tuned::{self, Tuned};
use super::{AppError, JudgeRequest, Limits, Project, Shipped};
use crate::audit::{self, JudgeInput, Opinion};
use crate::domain::{GroupId, HumanRating, Item, ItemId, Scale};
use crate::judge::foreign::{Foreign, read_foreign};
use crate::labels::{self, ReadOptions};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// Characters of a document that a report shows.
const EXCERPT: usize = 700;
/// Longest metadata value that can be a slice tag.
const LONGEST_TAG: usize = 60;

/// Where the judge's ratings come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The judge is run where the ledger has no answer.
    Judge {
        /// Which.
        judge: JudgeRequest,
        /// What may be spent.
        limits: Limits,
        /// Samples per item.
        samples: u32,
    },
    /// Files of ratings; each judge in them is audited.
    Files(Vec<PathBuf>),
    /// No judge: the people alone.
    Nobody,
}

/// What to audit.
#[derive(Clone, Debug)]
pub struct AuditRequest {
    /// Where the judge's ratings come from.
    pub source: Source,
    /// Items: queries, texts, slice tags. Optional with files of ratings.
    pub items: Option<PathBuf>,
    /// Human ratings; columns beside the items when absent.
    pub human: Option<PathBuf>,
    /// How files are read.
    pub read: ReadOptions,
    /// Take the judges' ratings from their replies (the column `raw`), read like this.
    pub replies: Option<Foreign>,
    /// The tag that names the system of an item: how systems rank under the judge's ratings.
    pub systems: Option<String>,
    /// The scale; the rubric's when absent.
    pub scale: Option<Scale>,
    /// The rubric that has the scale.
    pub rubric: Option<PathBuf>,
    /// Keep items that a prompt was tuned on, by their `purpose` or by what is known of a stored judge.
    pub contaminated: bool,
}

impl AuditRequest {
    /// Something is said about how ratings of files are read.
    fn reads_elsewhere(&self) -> bool {
        self.read.judge_criterion.is_some() || self.read.sample.is_some() || self.replies.is_some()
    }

    /// The files that are read.
    fn files(&self) -> impl Iterator<Item = &Path> {
        let ratings = match &self.source {
            Source::Files(paths) => paths.as_slice(),
            Source::Judge { .. } | Source::Nobody => &[],
        };
        self.human.iter().chain(&self.items).chain(ratings).map(PathBuf::as_path)
    }
}

/// Ratings of judges and people, side by side.
#[derive(Debug)]
pub struct Evidence {
    /// What was asked for, the shipped data filled in where nothing was named.
    pub request: AuditRequest,
    /// The scale.
    pub scale: Scale,
    /// The items with their human ratings.
    pub labelled: Vec<audit::Labelled>,
    /// Digest of the human ratings.
    pub people: String,
    /// Human ratings that a policy moved onto the scale.
    pub people_off_scale: u64,
    /// Items whose `purpose` says that prompts were written or chosen with them, and that were left out.
    pub left_out: u64,
    /// Rated items that were left out because one of the judges was made with them.
    pub tuned_out: u64,
    /// What the judges were made with, of judges beside this one, too.
    pub histories: Vec<Tuned>,
    /// The judges' answers.
    pub judges: Vec<JudgeInput>,
    /// Label rows of a run, for the report folder.
    pub rows: Vec<labels::LabelRow>,
    /// HTTP requests made now.
    pub calls: u64,
    /// The budget ended the run.
    pub budget_ended: bool,
}

/// Gathers ratings: reads files, runs the judge where the ledger has no answer.
///
/// # Errors
/// [`AppError`] for wrong input, or when the judge could not be run.
pub(super) async fn gather(
    project: &Project,
    request: &AuditRequest,
    watch: Watch<'_>,
    cancel: watch::Receiver<bool>,
) -> Result<Evidence, AppError> {
    gather_beside(project, request, Vec::new(), watch, cancel).await
}

/// The same, for a judge that is held beside others: what `others` were made with is left out, too.
pub(super) async fn gather_beside(
    project: &Project,
    request: &AuditRequest,
    others: Vec<Tuned>,
    watch: Watch<'_>,
    cancel: watch::Receiver<bool>,
) -> Result<Evidence, AppError> {
    let request = with_shipped(project, request.clone())?;
    let scale = scale(project, &request)?;
    let files: Vec<&Path> = request.files().collect();
    labels::check_map(&files, &request.read.map)?;
    if !matches!(request.source, Source::Files(_)) && request.reads_elsewhere() {
        return Err(AppError::input(
            "`--judge-criterion`, `--sample` and `--from-raw` are about ratings made before or elsewhere",
            "name their file with `--ratings FILE`",
        ));
    }
    let mut human = people(&request, scale)?;
    let mut gathered = Gathered { judges: Vec::new(), rows: Vec::new(), calls: 0, budget_ended: false };
    if let Source::Files(paths) = &request.source {
        gathered.judges = made_elsewhere(project, &request, paths, scale)?;
    }
    let own = histories(project, &request, &gathered.judges)?;
    let marked = Marked::of(&request, &human.opinions, &own.iter().chain(&others).collect::<Vec<_>>())?;
    let left_out = if request.contaminated { 0 } else { by_purpose(&mut human.opinions, &marked.purposes)? };
    // The same people are looked at, whatever a judge must not be asked about.
    let (digest, people_off_scale) = (digest(&human), human.off_scale);
    let rated: BTreeSet<ItemId> = human.opinions.keys().cloned().collect();
    let all_tuned = if request.contaminated { BTreeSet::new() } else { marked.all_tuned() };
    let tuned_out = by_tuning(&mut human.opinions, &all_tuned)?;
    // What is wrong with the data is told before a judge is paid.
    let labelled = join(&request, human)?;
    if let Some(column) = &request.systems {
        has_column(&labelled, column)?;
    }
    match &request.source {
        Source::Nobody | Source::Files(_) => {}
        Source::Judge { judge, limits, samples } => {
            let only = labelled.iter().map(|labelled| labelled.id.clone()).collect();
            let run = label_request(&request, judge, *limits, *samples, only)?;
            gathered = from_run(project, &run, watch, cancel).await?;
        }
    }
    let purposes = if request.contaminated { BTreeSet::new() } else { marked.purposes };
    for (at, judge) in gathered.judges.iter_mut().enumerate() {
        judge.answers.retain(|id, _| !purposes.contains(id) && !all_tuned.contains(id));
        tell(judge, &own[at], &marked.tuned[at], &rated, request.contaminated);
    }
    any_in_common(&labelled, &gathered.judges)?;
    Ok(Evidence {
        scale,
        labelled,
        people: digest,
        people_off_scale,
        left_out,
        tuned_out,
        histories: own.into_iter().chain(others).collect(),
        judges: gathered.judges,
        rows: gathered.rows,
        calls: gathered.calls,
        budget_ended: gathered.budget_ended,
        request,
    })
}

/// The run that asks a judge about these items only.
fn label_request(
    request: &AuditRequest,
    judge: &JudgeRequest,
    limits: Limits,
    samples: u32,
    only: BTreeSet<ItemId>,
) -> Result<LabelRequest, AppError> {
    let unnamed = || AppError::input("a judge needs the items to read", "name them with `--items FILE`");
    Ok(LabelRequest {
        judge: JudgeRequest { rubric: request.rubric.clone(), ..judge.clone() },
        items: request.items.clone().ok_or_else(unnamed)?,
        read: request.read.clone(),
        out: None,
        samples,
        limits,
        only: Some(Arc::new(only)),
    })
}

/// What each judge was made with, as far as this ledger knows: the stored one that is run, bound to its own model or to
/// another, or those whose labels are read.
fn histories(project: &Project, request: &AuditRequest, read: &[JudgeInput]) -> Result<Vec<Tuned>, AppError> {
    let of = |hash: Option<String>| hash.map_or_else(|| Ok(Tuned::default()), |hash| tuned::of(project, &hash));
    match &request.source {
        Source::Nobody => Ok(Vec::new()),
        Source::Judge { judge, .. } => Ok(vec![of(judge.stored.as_ref().map(|stored| stored.hash()))?]),
        Source::Files(_) => read.iter().map(|judge| of(judge.hash.clone())).collect(),
    }
}

/// The scale that was named, or the rubric's. A judge that is run rates on its rubric's.
fn scale(project: &Project, request: &AuditRequest) -> Result<Scale, AppError> {
    let judge = match &request.source {
        Source::Judge { judge, .. } => judge.clone(),
        Source::Files(_) | Source::Nobody => JudgeRequest::default(),
    };
    let rubric = || project.rubric(&JudgeRequest { rubric: request.rubric.clone(), ..judge.clone() });
    let scale = match request.scale {
        Some(scale) => scale,
        None => rubric()?.scale,
    };
    if let Source::Judge { .. } = &request.source {
        let rubric = rubric()?;
        if rubric.scale != scale {
            return Err(AppError::input(
                format!("the judge rates on the scale {} of its rubric `{}`, not on {scale}", rubric.scale, rubric.id),
                "leave `--scale` out, or give a rubric with that scale: `--rubric FILE`",
            ));
        }
    }
    Ok(scale)
}

/// Every two systems are compared.
const MOST_SYSTEMS: usize = 5_000;

/// Systems can be ranked only when some item names one.
fn has_column(labelled: &[audit::Labelled], column: &str) -> Result<(), AppError> {
    let systems: BTreeSet<&str> =
        labelled.iter().filter_map(|item| item.tags.get(column)).map(String::as_str).collect();
    if systems.len() > MOST_SYSTEMS {
        return Err(AppError::input(
            format!("the column `{column}` names {} systems, more than {MOST_SYSTEMS}", systems.len()),
            "name a column that holds systems, not documents",
        ));
    }
    if !systems.is_empty() {
        return Ok(());
    }
    let columns: BTreeSet<&str> = labelled.iter().flat_map(|l| l.tags.keys().map(String::as_str)).collect();
    let columns = columns.into_iter().collect::<Vec<_>>().join(", ");
    let found = if columns.is_empty() { String::new() } else { format!("the columns are {columns}; ") };
    Err(AppError::input(
        format!("no item has the column `{column}`"),
        format!("{found}`--id-pattern '{{query_id}}_{{{column}}}'` takes it from the ids"),
    ))
}

/// Names the people's ratings by their content, whatever file they come from.
fn digest(people: &People) -> String {
    let mut hash = blake3::Hasher::new();
    for (item, opinions) in &people.opinions {
        for opinion in opinions {
            hash.update(format!("{item}\0{}\0{}\0", opinion.annotator, opinion.rating).as_bytes());
        }
    }
    hash.finalize().to_hex()[..16].to_owned()
}

/// What is not named comes from the configuration; where that names no data either, the shipped labels stand in.
fn with_shipped(project: &Project, mut request: AuditRequest) -> Result<AuditRequest, AppError> {
    let defaults = &project.config.defaults;
    if request.human.is_none() && request.items.is_none() {
        request.items = defaults.items.clone();
        request.human = defaults.human.clone();
    }
    if request.human.is_none() && request.items.is_none() {
        let (items, human) = Shipped::labels(project)?;
        request.items = Some(items);
        request.human = Some(human);
    }
    Ok(request)
}

/// Ratings of files: as they stand there, or as the replies beside them say.
fn made_elsewhere(
    project: &Project,
    request: &AuditRequest,
    paths: &[PathBuf],
    scale: Scale,
) -> Result<Vec<JudgeInput>, AppError> {
    let Some(how) = &request.replies else {
        return from_files(paths, &Reading::Ratings(scale), &request.read);
    };
    let rubric = project.rubric(&JudgeRequest { rubric: request.rubric.clone(), ..JudgeRequest::default() })?;
    let reply = |text: &str| read_foreign(text, how, &rubric.contract, scale);
    from_files(paths, &Reading::Replies(&reply), &request.read)
}

struct People {
    opinions: BTreeMap<ItemId, Vec<Opinion>>,
    groups: BTreeMap<ItemId, GroupId>,
    off_scale: u64,
}

fn people(request: &AuditRequest, scale: Scale) -> Result<People, AppError> {
    let path = request.human.as_deref().or(request.items.as_deref());
    let path = path.ok_or_else(|| AppError::input("there are no human ratings", "name them with `--human FILE`"))?;
    let human = labels::read_human(path, scale, &request.read)?;
    if human.ratings.is_empty() {
        return Err(AppError::Input {
            message: "the file holds no human rating".into(),
            place: Some(crate::domain::Place::file(path.display().to_string())),
            hint:
                "ratings stand in a file of their own (`--human FILE`) or in a column `human_rating` beside the items"
                    .into(),
        });
    }
    let mut opinions: BTreeMap<ItemId, Vec<Opinion>> = BTreeMap::new();
    for HumanRating { item, annotator, rating, rationale, .. } in human.ratings {
        opinions.entry(item).or_default().push(Opinion { annotator: annotator.to_string(), rating, rationale });
    }
    for ratings in opinions.values_mut() {
        ratings.sort_by(|a, b| a.annotator.cmp(&b.annotator));
    }
    Ok(People { opinions, groups: human.groups, off_scale: human.counts.off_scale })
}

/// Judges that answered nothing that people rated cannot be held against them.
fn any_in_common(labelled: &[audit::Labelled], judges: &[JudgeInput]) -> Result<(), AppError> {
    let answered: BTreeSet<&ItemId> = judges.iter().flat_map(|j| j.answers.keys()).collect();
    if judges.is_empty() || labelled.iter().any(|labelled| answered.contains(&labelled.id)) {
        return Ok(());
    }
    Err(AppError::input(
        "no item has both a human rating and a rating of the judge",
        "check that both files use the same ids (`--map id=COLUMN` renames a column)",
    ))
}

/// Items with ratings, with what is known of them. An item that people rated and the items file lacks is an error: its
/// rating would silently count for nothing.
fn join(request: &AuditRequest, human: People) -> Result<Vec<audit::Labelled>, AppError> {
    let mut items: BTreeMap<ItemId, Item> = BTreeMap::new();
    if let Some(path) = &request.items {
        for item in labels::open_items(path, &request.read)? {
            let item = item?;
            if human.opinions.contains_key(&item.id) && items.insert(item.id.clone(), item).is_some() {
                // It says which, and where.
                labels::check_items(path, &request.read)?;
            }
        }
        if let Some(unknown) = human.opinions.keys().find(|id| !items.contains_key(*id)) {
            let many = human.opinions.keys().filter(|id| !items.contains_key(*id)).count();
            return Err(AppError::Input {
                message: format!(
                    "people rated {many} items that the items file does not have, for example `{unknown}`"
                ),
                place: Some(crate::domain::Place::file(path.display().to_string())),
                hint: "check that both files use the same ids (`--map id=COLUMN` renames a column)".into(),
            });
        }
    }
    Ok(human
        .opinions
        .into_iter()
        .map(|(id, opinions)| {
            let mut item = labelled(items.remove(&id), &human.groups, id, opinions);
            let parts = request.read.id_pattern.iter().flat_map(|pattern| pattern.tags(item.id.as_str()));
            let parts: Vec<_> = parts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            for (name, value) in parts {
                item.tags.entry(name).or_insert(value);
            }
            item
        })
        .collect())
}

fn labelled(
    item: Option<Item>,
    groups: &BTreeMap<ItemId, GroupId>,
    id: ItemId,
    opinions: Vec<Opinion>,
) -> audit::Labelled {
    let Some(item) = item else {
        let group = groups.get(&id).cloned();
        return audit::Labelled { id, group, query: None, title: None, excerpt: None, tags: BTreeMap::new(), opinions };
    };
    let excerpt = match item.document.char_indices().nth(EXCERPT) {
        Some((at, _)) => format!("{} …", &item.document[..at]),
        None => item.document,
    };
    let tags = item.meta.into_iter().filter(|(_, value)| value.chars().count() <= LONGEST_TAG).collect();
    audit::Labelled {
        id,
        group: Some(item.group),
        query: Some(item.query),
        title: item.title,
        excerpt: Some(excerpt),
        tags,
        opinions,
    }
}
