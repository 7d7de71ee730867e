//! Rows of a case: human and judge ratings, given as lists or as the name of a data set.

use super::super::input::{Cell, Datasets, cells, table};
use assessor::agreement::{Confusion, Scores};
use assessor::domain::Undefined;
use serde_json::Value;

pub struct Rows {
    pub human: Vec<f64>,
    pub judge: Vec<Cell>,
    /// Lowest and highest rating of the scale.
    pub scale: (f64, f64),
}

impl Rows {
    /// `h` and `j`, or `dataset` with `rows` naming the judge and, with `valid`, dropping its malformed replies.
    pub fn of(inputs: &Value, data: &Datasets) -> Self {
        let (human, judge) = match inputs["dataset"].as_str() {
            None => (cells(&inputs["h"]), cells(&inputs["j"])),
            Some(name) => {
                let set = data.get(name);
                let judge = inputs["rows"].as_str().and_then(|rows| rows.split_whitespace().next()).unwrap_or("judgeA");
                (cells(&set["gold_lower_median"]), cells(&set[judge]))
            }
        };
        let only_valid = inputs["rows"].as_str().is_some_and(|rows| rows.contains("valid"));
        let kept = human.into_iter().zip(judge).filter_map(|(h, j)| Some((h?, j)));
        let (human, judge): (Vec<f64>, Vec<Cell>) = kept.filter(|(_, j)| !only_valid || j.is_some()).unzip();
        let scale = scale(inputs, human.iter().copied().chain(judge.iter().flatten().copied()));
        Self { human, judge, scale }
    }

    /// The table, when all ratings are levels of a scale with few of them.
    pub fn table(&self) -> Option<Confusion> {
        let levels = levels(self.scale).filter(|levels| *levels <= 256)?;
        let level = |x: f64| {
            let above = x - self.scale.0;
            (above.fract() == 0.0 && above >= 0.0 && (above as usize) < levels).then_some(above as u8)
        };
        let mut table = Confusion::empty(levels);
        for (h, j) in self.human.iter().zip(&self.judge) {
            table.add(level(*h)?, j.map(|j| level(j).ok_or(())).transpose().ok()?);
        }
        Some(table)
    }

    /// The rows with a valid reply.
    pub fn valid(&self) -> (Vec<f64>, Vec<f64>) {
        self.human.iter().zip(&self.judge).filter_map(|(h, j)| Some((*h, (*j)?))).unzip()
    }

    pub fn scores(&self) -> Result<Scores, Undefined> {
        let (human, judge) = self.valid();
        Scores::of(&human, &judge)
    }
}

/// `labels` or `scale` of the case; otherwise 1–5, or what the values span when they leave it.
pub fn scale(inputs: &Value, values: impl Iterator<Item = f64>) -> (f64, f64) {
    let named = ["labels", "categories", "scale"].iter().find_map(|key| inputs.get(key));
    let span = |values: &mut dyn Iterator<Item = f64>, from: (f64, f64)| {
        values.fold(from, |(low, high), value| (low.min(value), high.max(value)))
    };
    match named {
        Some(list) => span(&mut cells(list).into_iter().flatten(), (f64::INFINITY, f64::NEG_INFINITY)),
        None => span(&mut { values }, (1.0, 5.0)),
    }
}

/// Number of levels of a scale of whole numbers.
pub fn levels(scale: (f64, f64)) -> Option<usize> {
    let range = scale.1 - scale.0;
    (range.fract() == 0.0 && range >= 0.0).then_some(range as usize + 1)
}

/// Ratings of items by raters, as levels of the scale.
pub fn ratings(value: &Value, scale: (f64, f64)) -> Vec<Vec<Option<u8>>> {
    let level = |cell: Cell| cell.map(|x| (x - scale.0) as u8);
    table(value).into_iter().map(|row| row.into_iter().map(level).collect()).collect()
}

/// A square table of counts with an empty malformed column.
pub fn counts(value: &Value) -> Confusion {
    let row = |row: Vec<Cell>| row.into_iter().map(|n| n.unwrap() as u64).chain([0]).collect();
    Confusion::from_rows(&table(value).into_iter().map(row).collect::<Vec<_>>())
}
