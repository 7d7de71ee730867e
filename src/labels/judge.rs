//! Ratings by judges: made elsewhere, or label files of our own.

use super::file::{Rows, Source};
use super::human::nearest;
use super::rating::{Criterion, Shared, excerpt, integer};
use super::real::{basis, fraction, rounded};
use super::row::Taker;
use super::{Counts, Fault, LabelsError, OnDuplicate, OnFraction, OnOffScale, ReadOptions};
use crate::domain::{Basis, GroupId, ItemId, Malformed, NanoUsd, NotRun, Rung, Scale, Usage, Verdict};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

/// All that one judge said.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgeRows {
    /// The value of the column `judge`; without one, the file's name without its extension.
    pub judge: Arc<str>,
    /// Sorted by item, then sample; at most one per pair.
    pub rows: Vec<JudgeRating>,
    /// Policies used; `missing` counts rows without a rating (they are `Malformed::Empty`).
    pub counts: Counts,
    /// The values that were off the scale, and how often each.
    pub off_scale: BTreeMap<i64, u64>,
    /// Rows left out because another sample was asked for.
    pub other_samples: u64,
}

/// What a judge said of one item in one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgeRating {
    /// The rated item.
    pub item: ItemId,
    /// Its query, where the file tells it.
    pub group: Option<GroupId>,
    /// Which of several samples; 0 without such a column.
    pub sample: u32,
    /// The outcome.
    pub verdict: Verdict,
    /// The text that the rating was read from, where the file has it.
    pub raw: Option<String>,
    /// Tokens, in files of our own.
    pub usage: Option<Usage>,
    /// Price, in files of our own.
    pub cost: Option<NanoUsd>,
    /// Milliseconds from request to reply, in files of our own.
    pub latency_ms: Option<u64>,
    /// The model that answered, in files of our own.
    pub model_served: Option<Arc<str>>,
}

/// Reads ratings by judges, one [`JudgeRows`] per judge, sorted by name.
///
/// Columns `id`, `rating`, `sample?`, `judge?`, `raw?`, `criterion?`, and those of our own label files: with `outcome`,
/// a row without a rating says itself what it is; otherwise it is [`Malformed::Empty`]. Without `rung` a rating is
/// [`Rung::Imported`]; one with a fraction is what [`ReadOptions::on_fraction`] says.
///
/// # Errors
/// Everything that can be wrong with the file: see [`Fault`].
pub fn read_judge(path: &Path, scale: Scale, options: &ReadOptions) -> Result<Vec<JudgeRows>, LabelsError> {
    read(path, options, Verdicts::Ratings(scale))
}

/// Reads the replies of judges that were asked elsewhere: a verdict is what `reply` makes of the column `raw`, and the
/// column `rating` is not looked at. A row without a reply is [`Malformed::Empty`]. Everything else is as in
/// [`read_judge`].
///
/// # Errors
/// Everything that can be wrong with the file: see [`Fault`].
pub fn read_replies(
    path: &Path,
    options: &ReadOptions,
    reply: &dyn Fn(&str) -> Verdict,
) -> Result<Vec<JudgeRows>, LabelsError> {
    read(path, options, Verdicts::Replies(reply))
}

/// Where a verdict comes from.
#[derive(Clone, Copy)]
enum Verdicts<'a> {
    /// The column `rating`, on this scale.
    Ratings(Scale),
    /// The column `raw`.
    Replies(&'a dyn Fn(&str) -> Verdict),
}

fn read(path: &Path, options: &ReadOptions, verdicts: Verdicts<'_>) -> Result<Vec<JudgeRows>, LabelsError> {
    let mut rows = Rows::open(path)?;
    let mut reader = Reader::new(path, verdicts, options);
    while let Some(row) = rows.next() {
        let row = Taker::new(&rows.source, &options.map, row?)?;
        reader.row(row)?;
    }
    reader.finish(&rows.source)
}

struct Reader<'a> {
    verdicts: Verdicts<'a>,
    options: &'a ReadOptions,
    criterion: Criterion<'a>,
    unnamed: String,
    names: Shared,
    judges: BTreeMap<Arc<str>, OneJudge>,
    /// Judges that were not asked for.
    others: BTreeSet<Arc<str>>,
}

#[derive(Default)]
struct OneJudge {
    rows: Vec<JudgeRating>,
    counts: Counts,
    off_scale: BTreeMap<i64, u64>,
    other_samples: u64,
    /// Item and sample → index in `rows`, and the row of the file.
    seen: HashMap<(ItemId, u32), (usize, u64)>,
}

impl<'a> Reader<'a> {
    fn new(path: &Path, verdicts: Verdicts<'a>, options: &'a ReadOptions) -> Self {
        let unnamed = path.file_stem().map_or_else(|| "judge".to_owned(), |stem| stem.to_string_lossy().into_owned());
        Self {
            verdicts,
            options,
            criterion: Criterion::new(options.judge_criterion.as_deref().or(options.criterion.as_deref())),
            unnamed,
            names: Shared::default(),
            judges: BTreeMap::new(),
            others: BTreeSet::new(),
        }
    }

    fn row(&mut self, mut row: Taker<'_>) -> Result<(), LabelsError> {
        if !self.criterion.keeps(&mut row)? {
            return Ok(());
        }
        let judge = row.optional("judge")?;
        let judge = self.names.get(judge.as_deref().unwrap_or(&self.unnamed));
        if self.options.judge.as_deref().is_some_and(|wanted| *wanted != *judge) {
            self.others.insert(judge);
            return Ok(());
        }
        let one = self.judges.entry(judge.clone()).or_default();
        let sample = sample(&mut row)?;
        if self.options.sample.is_some_and(|wanted| wanted != sample) {
            one.other_samples += 1;
            return Ok(());
        }
        one.counts.rows += 1;
        let id = row.filled("id")?;
        let named = row.group_of(&id, self.options.id_pattern.as_ref())?;
        let group = row.optional("query_id")?.or(named).map(GroupId::new);
        let (verdict, raw) = match self.verdicts {
            Verdicts::Ratings(scale) => {
                let verdict = one.rating(&mut row, scale, self.options)?;
                (verdict, row.optional("raw")?)
            }
            Verdicts::Replies(read) => one.reply(&mut row, read)?,
        };
        let rating = JudgeRating {
            item: ItemId::new(id),
            group,
            sample,
            verdict,
            raw,
            usage: usage(&mut row)?,
            cost: cost(&mut row)?,
            latency_ms: row.count("latency_ms")?,
            model_served: row.optional("model_served")?.map(|name| self.names.get(&name)),
        };
        one.push(&row, &judge, rating, self.options.on_duplicate)
    }

    fn finish(self, source: &Source) -> Result<Vec<JudgeRows>, LabelsError> {
        if let Some(fault) = self.criterion.fault() {
            return Err(source.error(fault));
        }
        if let (true, Some(wanted)) = (self.judges.is_empty(), &self.options.judge) {
            let found = self.others.iter().map(|name| name.to_string()).collect();
            return Err(source.error(Fault::NoJudge { wanted: wanted.clone(), found }));
        }
        if let Some(wanted) = self.options.sample
            && let Some((judge, _)) = self.judges.iter().find(|(_, one)| one.rows.is_empty())
        {
            return Err(source.error(Fault::NoSample { judge: judge.to_string(), wanted }));
        }
        let sorted = |(judge, one): (Arc<str>, OneJudge)| {
            let OneJudge { mut rows, counts, off_scale, other_samples, .. } = one;
            rows.sort_by(|a, b| (&a.item, a.sample).cmp(&(&b.item, b.sample)));
            JudgeRows { judge, rows, counts, off_scale, other_samples }
        };
        Ok(self.judges.into_iter().map(sorted).collect())
    }
}

impl OneJudge {
    fn push(
        &mut self,
        row: &Taker<'_>,
        judge: &str,
        rating: JudgeRating,
        policy: OnDuplicate,
    ) -> Result<(), LabelsError> {
        let key = (rating.item.clone(), rating.sample);
        let Some(&(index, first)) = self.seen.get(&key) else {
            self.seen.insert(key, (self.rows.len(), row.at()));
            self.rows.push(rating);
            return Ok(());
        };
        if policy == OnDuplicate::Error {
            let sample = if rating.sample == 0 { String::new() } else { format!(" in sample {}", rating.sample) };
            let (who, id) = (judge.to_owned(), rating.item.to_string());
            return Err(row.error(Fault::RatingTwice { who, id, sample, first: row.source.at(first) }));
        }
        self.counts.duplicates += 1;
        self.rows[index] = rating;
        Ok(())
    }

    /// The column `raw` as `read` understands it, and its text.
    fn reply(
        &mut self,
        row: &mut Taker<'_>,
        read: &dyn Fn(&str) -> Verdict,
    ) -> Result<(Verdict, Option<String>), LabelsError> {
        let cell = row.required("raw")?;
        if cell.is_missing() {
            self.counts.missing += 1;
            return Ok((Verdict::Malformed(Malformed::Empty), None));
        }
        let text = cell.into_text();
        Ok((read(&text), Some(text)))
    }

    /// The column `rating`, or what the column `outcome` says in its place.
    fn rating(&mut self, row: &mut Taker<'_>, scale: Scale, options: &ReadOptions) -> Result<Verdict, LabelsError> {
        let cell = row.required("rating")?;
        let (value, real) = match (fraction(&cell), options.on_fraction) {
            (None, _) => (integer(row, cell)?, None),
            (Some(_), OnFraction::Error) => return Err(row.error(Fault::Fraction(excerpt(&cell.into_text())))),
            (Some(_), OnFraction::Malformed) => {
                self.counts.fractions += 1;
                return Ok(Verdict::Malformed(Malformed::NonInteger));
            }
            (Some(real), OnFraction::Round | OnFraction::Keep) => (Some(rounded(real, scale)), Some(real)),
        };
        let outcome = row.optional("outcome")?;
        let rationale = row.optional("rationale")?;
        let rung = match row.optional("rung")? {
            None => Rung::Imported,
            Some(name) => Rung::from_name(&name).ok_or_else(|| row.error(Fault::Rung(excerpt(&name))))?,
        };
        let basis = basis(row)?;
        match (value, outcome.as_deref()) {
            (Some(value), None | Some("rated")) => {
                let rating = match (scale.rating(value), options.on_off_scale) {
                    (Some(rating), _) => rating,
                    (None, OnOffScale::Error) => return Err(row.error(Fault::OffScale { value, scale, human: false })),
                    (None, OnOffScale::Malformed) => {
                        self.count_off_scale(value);
                        return Ok(Verdict::Malformed(Malformed::OffScale));
                    }
                    (None, OnOffScale::Clip) => {
                        self.count_off_scale(value);
                        nearest(scale, value)
                    }
                };
                let Some(real) = real else {
                    let basis = basis.map(|basis| basis.of(row, scale, rating)).transpose()?;
                    return Ok(Verdict::Rated { rating, rationale, confidence: None, rung, basis });
                };
                self.counts.fractions += 1;
                let kept = Basis { value: real, raw: None, fields: Vec::new() };
                // A real value beyond the ends was dealt with as off the scale: nothing of it is kept.
                let keep = options.on_fraction == OnFraction::Keep && scale.nearest(real).is_some();
                let basis = keep.then(|| Box::new(kept));
                Ok(Verdict::Rated { rating, rationale, confidence: None, rung: Rung::Rounded, basis })
            }
            (None, None) => {
                self.counts.missing += 1;
                Ok(Verdict::Malformed(Malformed::Empty))
            }
            (value, Some(outcome)) => match (value, unrated(outcome)) {
                (None, Some(verdict)) => {
                    self.counts.missing += 1;
                    Ok(verdict)
                }
                (_, None) if outcome != "rated" => Err(row.error(Fault::Outcome(excerpt(outcome)))),
                _ => {
                    let rating = value.map_or_else(|| "missing".to_owned(), |value| value.to_string());
                    Err(row.error(Fault::OutcomeAndRating { outcome: outcome.to_owned(), rating }))
                }
            },
        }
    }

    fn count_off_scale(&mut self, value: i64) {
        self.counts.off_scale += 1;
        *self.off_scale.entry(value).or_default() += 1;
    }
}

/// `malformed:REASON`, `not-run:REASON`.
fn unrated(outcome: &str) -> Option<Verdict> {
    let (kind, reason) = outcome.split_once(':')?;
    match kind {
        "malformed" => Malformed::from_name(reason).map(Verdict::Malformed),
        "not-run" => NotRun::from_name(reason).map(Verdict::NotRun),
        _ => None,
    }
}

fn sample(row: &mut Taker<'_>) -> Result<u32, LabelsError> {
    let sample = row.count("sample")?.unwrap_or(0);
    let fault = || Fault::NotNumber { column: "sample", wanted: "an integer below 2³²", found: sample.to_string() };
    u32::try_from(sample).map_err(|_| row.error(fault()))
}

fn usage(row: &mut Taker<'_>) -> Result<Option<Usage>, LabelsError> {
    let (input, cached, output) = (row.count("tokens_in")?, row.count("tokens_cached")?, row.count("tokens_out")?);
    let all = |input, output| Usage { input, cached: cached.unwrap_or(0), output };
    Ok(input.zip(output).map(|(input, output)| all(input, output)))
}

fn cost(row: &mut Taker<'_>) -> Result<Option<NanoUsd>, LabelsError> {
    let Some(cell) = row.take("cost_usd").filter(|cell| !cell.is_missing()) else { return Ok(None) };
    let text = cell.into_text();
    let cost = text.parse().ok().and_then(NanoUsd::from_usd);
    let wanted = "US dollars of at least 0";
    cost.map(Some).ok_or_else(|| row.error(Fault::NotNumber { column: "cost_usd", wanted, found: excerpt(&text) }))
}
