//! Conditions that a judge must meet: `nmse.upper < 8`, `malformed < 0.02`, `exact[language=de].lower > 0.5`.
//!
//! Judges that need no model run through every gate too. A gate that one of them passes says nothing about the judge
//! and is reported as uninformative (SPEC §0.5).

use super::panel::Panel;
use super::slices::Slice;
use crate::domain::Figure;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    metric: Metric,
    slice: Option<(String, String)>,
    side: Side,
    relation: Relation,
    limit: f64,
}

/// What a gate looks at: a number of the panel, by its name there.
type Metric = &'static str;

/// Which end of the interval counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// The point value.
    Value,
    /// The lower bound of [`super::Bounds`] where there is one, else the lower end of the 95 % interval.
    Lower,
    /// The upper bound, likewise.
    Upper,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// A text that is no gate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GateError {
    /// What is wrong with it.
    pub message: String,
    /// What to write.
    pub hint: String,
}

/// A name and the way to its number.
type Named<T> = (&'static str, fn(&T) -> &Figure);

/// What a gate can look at, overall, by its name in the panel.
const METRICS: [Named<Panel>; 27] = [
    ("nmse", |p| &p.nmse),
    ("nmse_valid", |p| &p.nmse_valid),
    ("nmse_row_worst", |p| &p.nmse_row_worst),
    ("nmse_single", |p| &p.nmse_single),
    ("nmse_noise_corrected", |p| &p.nmse_noise_corrected),
    ("mae", |p| &p.mae),
    ("bias", |p| &p.bias),
    ("exact", |p| &p.exact),
    ("adjacent", |p| &p.adjacent),
    ("malformed", |p| &p.malformed.rate),
    ("not_run", |p| &p.not_run.rate),
    ("skill", |p| &p.controls.skill),
    ("macro_recall", |p| &p.macro_recall),
    ("kappa", |p| &p.coefficients.kappa),
    ("kappa_linear", |p| &p.coefficients.kappa_linear),
    ("kappa_quadratic", |p| &p.coefficients.kappa_quadratic),
    ("ac2", |p| &p.coefficients.ac2),
    ("alpha_nominal", |p| &p.coefficients.alpha_nominal),
    ("alpha_ordinal", |p| &p.coefficients.alpha_ordinal),
    ("alpha_interval", |p| &p.coefficients.alpha_interval),
    ("spearman", |p| &p.coefficients.spearman),
    ("pearson", |p| &p.coefficients.pearson),
    ("kendall_tau_b", |p| &p.coefficients.kendall_tau_b),
    ("kendall_tau_b_within_group", |p| &p.kendall_tau_b_within_group),
    ("somers_d", |p| &p.coefficients.somers_d),
    ("somers_d_within_group", |p| &p.somers_d_within_group),
    ("somers_d_pessimistic", |p| &p.coefficients.somers_d_pessimistic),
];
/// What a gate can look at in a slice.
const SLICE_METRICS: [Named<Slice>; 4] =
    [("nmse", |s| &s.nmse), ("bias", |s| &s.bias), ("exact", |s| &s.exact), ("malformed", |s| &s.malformed)];

const SYNTAX: &str = "for example `nmse.upper < 8`, `malformed < 0.02` or `exact[language=de].lower > 0.5`";

impl FromStr for Gate {
    type Err = GateError;

    fn from_str(text: &str) -> Result<Self, GateError> {
        let fault = |message: String, hint: &str| GateError { message, hint: hint.to_owned() };
        let at = text.rfind(['<', '>']);
        let at = at.ok_or_else(|| fault(format!("the gate `{text}` compares nothing"), SYNTAX))?;
        let (left, right) = (text[..at].trim(), &text[at + 1..]);
        let (or_equal, right) = right.strip_prefix('=').map_or((false, right), |rest| (true, rest));
        let relation = match (&text[at..=at], or_equal) {
            ("<", false) => Relation::Less,
            ("<", true) => Relation::AtMost,
            (_, false) => Relation::Greater,
            (_, true) => Relation::AtLeast,
        };
        let limit: Option<f64> = right.trim().parse().ok().filter(|limit: &f64| limit.is_finite());
        let limit =
            limit.ok_or_else(|| fault(format!("`{}` in the gate `{text}` is no number", right.trim()), SYNTAX))?;
        // The slice may hold dots, so the side is what follows the last dot outside of the brackets.
        let (name, slice, rest) = match (left.find('['), left.rfind(']')) {
            (Some(open), Some(close)) if open < close => {
                let slice = left[open + 1..close].split_once('=');
                let slice = slice.ok_or_else(|| {
                    fault(format!("the gate `{text}` names no slice"), "write it as `[COLUMN=VALUE]`")
                })?;
                (&left[..open], Some((slice.0.trim().to_owned(), slice.1.trim().to_owned())), &left[close + 1..])
            }
            _ => left.split_once('.').map_or((left, None, ""), |(name, _)| (name, None, &left[name.len()..])),
        };
        let side = match rest.trim() {
            "" | ".value" => Side::Value,
            ".upper" => Side::Upper,
            ".lower" => Side::Lower,
            other => {
                return Err(fault(
                    format!("`{other}` in the gate `{text}` is no end of an interval"),
                    "write `.upper` or `.lower`, or nothing for the value",
                ));
            }
        };
        let name = name.trim();
        let known: Vec<Metric> = match &slice {
            Some(_) => SLICE_METRICS.iter().map(|(name, _)| *name).collect(),
            None => METRICS.iter().map(|(name, _)| *name).collect(),
        };
        let metric = known.iter().copied().find(|known| *known == name).ok_or_else(|| {
            let of = if slice.is_some() { "of a slice it can look at" } else { "it can look at" };
            fault(
                format!("the gate `{text}` looks at `{name}`, at which no such gate can look"),
                &format!("{of} {}", known.join(", ")),
            )
        })?;
        Ok(Self { metric, slice, side, relation, limit })
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.metric)?;
        if let Some((column, value)) = &self.slice {
            write!(f, "[{column}={value}]")?;
        }
        f.write_str(match self.side {
            Side::Value => "",
            Side::Lower => ".lower",
            Side::Upper => ".upper",
        })?;
        let relation = match self.relation {
            Relation::Less => "<",
            Relation::AtMost => "<=",
            Relation::Greater => ">",
            Relation::AtLeast => ">=",
        };
        write!(f, " {relation} {}", self.limit)
    }
}

impl Serialize for Gate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Gate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|e: GateError| serde::de::Error::custom(format!("{e}; write {}", e.hint)))
    }
}

/// What became of a gate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateResult {
    /// The condition.
    pub gate: Gate,
    /// It holds.
    pub met: bool,
    /// The number that was held against the limit.
    pub observed: Option<f64>,
    /// What that number is: `value`, `one-sided bound`, or `interval`.
    pub bound: &'static str,
    /// Why there is no such number. A gate on an undefined number is not met.
    pub undefined: Option<String>,
    /// Judges that need no model and pass it as well: the gate says nothing.
    pub passed_by: Vec<String>,
}

/// A judge as gates see it.
pub(super) struct Gated<'a> {
    pub panel: &'a Panel,
    pub slices: &'a [Slice],
}

/// A judge that understands nothing.
pub(super) struct Control {
    pub name: String,
    pub panel: Panel,
    pub slices: Vec<Slice>,
}

/// Holds every gate against the judge and against each control.
pub(super) fn gates(gates: &[Gate], judge: &Gated<'_>, controls: &[Control]) -> Vec<GateResult> {
    let result = |gate: &Gate| {
        let observed = gate.observe(judge);
        let passes = |control: &&Control| {
            let Control { panel, slices, .. } = control;
            gate.observe(&Gated { panel, slices }).is_ok_and(|value| gate.holds(value))
        };
        GateResult {
            gate: gate.clone(),
            met: observed.as_ref().is_ok_and(|value| gate.holds(*value)),
            observed: observed.as_ref().ok().copied(),
            bound: gate.bound(judge),
            undefined: observed.err(),
            passed_by: controls.iter().filter(passes).map(|control| control.name.clone()).collect(),
        }
    };
    gates.iter().map(result).collect()
}

/// Controls that meet every gate: together they say nothing either.
pub(super) fn all_passed(results: &[GateResult]) -> Vec<String> {
    let first = results.first().map_or(&[][..], |first| &first.passed_by);
    first.iter().filter(|name| results.iter().all(|result| result.passed_by.contains(name))).cloned().collect()
}

impl Gate {
    fn holds(&self, value: f64) -> bool {
        match self.relation {
            Relation::Less => value < self.limit,
            Relation::AtMost => value <= self.limit,
            Relation::Greater => value > self.limit,
            Relation::AtLeast => value >= self.limit,
        }
    }

    /// What it holds against its limit.
    fn bound(&self, judge: &Gated<'_>) -> &'static str {
        let (lower, upper) = if self.slice.is_none() { judge.panel.bounds.of(self.metric) } else { (None, None) };
        match (self.side, lower, upper) {
            (Side::Value, ..) => "value",
            (Side::Lower, Some(_), _) | (Side::Upper, _, Some(_)) => "one-sided bound",
            (Side::Lower | Side::Upper, ..) => "interval",
        }
    }

    /// The number, or in words why there is none.
    fn observe(&self, judge: &Gated<'_>) -> Result<f64, String> {
        let figure = match &self.slice {
            None => named(&METRICS, self.metric)(judge.panel),
            Some((column, value)) => {
                let slice = judge.slices.iter().find(|s| s.column == *column && s.value == *value);
                named(&SLICE_METRICS, self.metric)(
                    slice.ok_or_else(|| format!("no answered item has {column} = {value}"))?,
                )
            }
        };
        let estimate = match figure {
            Figure::Known(estimate) => estimate,
            Figure::Undefined(reason) => return Err(reason.to_string()),
        };
        let interval = || estimate.interval.as_ref().ok_or_else(|| "it has no interval".to_owned());
        let (lower, upper) = if self.slice.is_none() { judge.panel.bounds.of(self.metric) } else { (None, None) };
        Ok(match self.side {
            Side::Value => estimate.value,
            Side::Lower => lower.map_or_else(|| interval().map(|i| i.low), Ok)?,
            Side::Upper => upper.map_or_else(|| interval().map(|i| i.high), Ok)?,
        })
    }
}

/// The way from a name to its number; a gate is only made with a name of the table.
fn named<T>(table: &[Named<T>], name: &str) -> fn(&T) -> &Figure {
    table.iter().find(|(known, _)| *known == name).expect("gates hold names of the table").1
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_written_as_it_was_typed() {
        for text in
            ["nmse < 8", "nmse.upper < 8", "malformed <= 0.02", "exact[language=de].lower > 0.5", "bias >= -0.5"]
        {
            assert_eq!(text.parse::<Gate>().unwrap().to_string(), text);
        }
        assert_eq!(
            " nmse . upper<8".parse::<Gate>().map_err(|e| e.message),
            Err("`. upper` in the gate ` nmse . upper<8` is no end of an interval".into())
        );
        assert_eq!("nmse[version=1.2]<8".parse::<Gate>().unwrap().to_string(), "nmse[version=1.2] < 8");
    }

    #[test]
    fn a_text_that_is_no_gate_is_told_what_to_be() {
        let say = |text: &str| {
            let error = text.parse::<Gate>().unwrap_err();
            format!("{} | {}", error.message, error.hint)
        };
        assert_eq!(say("nmse"), format!("the gate `nmse` compares nothing | {SYNTAX}"));
        assert_eq!(say("nmse < eight"), format!("`eight` in the gate `nmse < eight` is no number | {SYNTAX}"));
        assert_eq!(say("nmse < NaN"), format!("`NaN` in the gate `nmse < NaN` is no number | {SYNTAX}"));
        assert_eq!(say("nmse[de] < 8"), "the gate `nmse[de] < 8` names no slice | write it as `[COLUMN=VALUE]`");
        assert_eq!(
            say("kappa[language=de] > 0.5"),
            "the gate `kappa[language=de] > 0.5` looks at `kappa`, at which no such gate can look | of a slice it can look at nmse, bias, exact, malformed"
        );
        assert!(say("score < 1").starts_with(
            "the gate `score < 1` looks at `score`, at which no such gate can look | it can look at nmse, nmse_valid"
        ));
    }
}
