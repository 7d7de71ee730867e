//! Real values of judges: fractions in files made elsewhere, and what ratings of our own were made from.

use super::rating::excerpt;
use super::row::{Cell, Taker};
use super::{Fault, LabelsError};
use crate::domain::{Basis, FieldValue, Rating, Scale, Verdict};

/// The real value in a rating cell; `None` where it is an integer, missing, or no number.
pub(super) fn fraction(cell: &Cell) -> Option<f64> {
    let value: f64 = match cell {
        Cell::Float(value) => *value,
        Cell::Text(text) if plain(text.trim_ascii()) => text.trim_ascii().parse().ok()?,
        _ => return None,
    };
    (value.is_finite() && value.fract() != 0.0).then_some(value)
}

/// Digits with a point: `7.5`, `-0.25`; no exponent, no word.
fn plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.contains('.') && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// The nearest rating of a real value; beyond the ends of the scale the next integer outwards, so that it stays off it.
pub(super) fn rounded(value: f64, scale: Scale) -> i64 {
    match scale.nearest(value) {
        Some(rating) => rating.value(),
        None if value < 0.0 => value.floor() as i64,
        None => value.ceil() as i64,
    }
}

/// The columns of a label file that say what a rating was made from.
pub(super) struct Made {
    value: Option<f64>,
    raw: Option<f64>,
    fields: Option<Vec<FieldValue>>,
}

/// Takes these columns out of a row; `None` where they say nothing.
pub(super) fn basis(row: &mut Taker<'_>) -> Result<Option<Made>, LabelsError> {
    let value = number(row, "rating_exact")?;
    let raw = number(row, "rating_raw")?;
    let fields = row.optional("rating_fields")?.map(|text| {
        let wanted = "the fields of a reply, as our label files have them";
        let fault = || Fault::NotNumber { column: "rating_fields", wanted, found: excerpt(&text) };
        serde_json::from_str(&text).map_err(|_| row.error(fault()))
    });
    let made = Made { value, raw, fields: fields.transpose()? };
    // Also in label files; it repeats what the fields say.
    row.take("clamped");
    Ok((made.value.is_some() || made.fields.is_some()).then_some(made))
}

impl Made {
    /// What `rating` was made from; the real value must be one that is rounded to it.
    pub(super) fn of(self, row: &Taker<'_>, scale: Scale, rating: Rating) -> Result<Box<Basis>, LabelsError> {
        let value = self.value.unwrap_or(rating.value() as f64);
        if scale.nearest(value) != Some(rating) {
            let (column, wanted) = ("rating_exact", "a number that is rounded to the rating");
            return Err(row.error(Fault::NotNumber { column, wanted, found: value.to_string() }));
        }
        Ok(Box::new(Basis { value, raw: self.raw, fields: self.fields.unwrap_or_default() }))
    }
}

fn number(row: &mut Taker<'_>, column: &'static str) -> Result<Option<f64>, LabelsError> {
    let Some(cell) = row.take(column).filter(|cell| !cell.is_missing()) else { return Ok(None) };
    let text = cell.into_text();
    let fault = || Fault::NotNumber { column, wanted: "a number", found: excerpt(&text) };
    text.parse().ok().filter(|value: &f64| value.is_finite()).map(Some).ok_or_else(|| row.error(fault()))
}

/// What the columns of a label file say of a verdict: exact and raw value, fields, and names of those that were clamped.
pub(super) fn columns(verdict: &Verdict) -> (Option<f64>, Option<f64>, Option<String>, Option<String>) {
    let Some(basis) = verdict.basis() else { return (None, None, None, None) };
    let fields = (!basis.fields.is_empty())
        .then(|| serde_json::to_string(&basis.fields).expect("names and numbers are plain data"));
    let clamped = verdict.clamped().collect::<Vec<_>>().join(" ");
    (Some(basis.value), basis.raw, fields, Some(clamped).filter(|names| !names.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_is_a_plain_number_with_one() {
        let text = |text: &str| fraction(&Cell::Text(text.to_owned()));
        assert_eq!((text("7.5"), text(" -0.25 "), fraction(&Cell::Float(7.75))), (Some(7.5), Some(-0.25), Some(7.75)));
        for none in ["7", "7.0", "7,5", "1e-3", "NaN", "7.5.1", "four", "", ".", "inf"] {
            assert_eq!(text(none), None, "{none}");
        }
        assert_eq!((fraction(&Cell::Float(7.0)), fraction(&Cell::Float(f64::NAN))), (None, None));
    }

    #[test]
    fn what_is_beyond_the_ends_stays_beyond_them() {
        let scale = Scale::new(0, 10).expect("a scale");
        assert_eq!([7.5, 7.4, 10.2, -0.1, 0.0].map(|v| rounded(v, scale)), [8, 7, 11, -1, 0]);
    }
}
