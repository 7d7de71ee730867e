//! Parts that several sections share: dot plots with their names and numbers, and stacked bars.

use crate::domain::Figure;
use crate::report::figures::Unit;
use crate::report::plain::plain;
use crate::report::svg::{self, Axis};
use askama::Template;

/// A dot plot with its names and numbers.
#[derive(Template)]
#[template(path = "chart.html")]
pub(super) struct Chart {
    pub label: &'static str,
    pub rows: Vec<DotRow>,
    pub ticks: String,
}

/// A row of it.
pub(super) struct DotRow {
    pub name: String,
    /// What stands before the name; empty for nothing.
    pub lead: String,
    /// Where the name leads to; empty for nowhere.
    pub link: String,
    pub note: String,
    pub class: &'static str,
    pub drawing: String,
    pub value: String,
    pub interval: String,
    pub small: bool,
}

impl Chart {
    pub fn new(label: &'static str, axis: Axis, rows: Vec<DotRow>) -> Self {
        Self { label, rows, ticks: svg::ticks(axis) }
    }
}

impl DotRow {
    pub fn new(axis: Axis, name: String, class: &'static str, figure: &Figure, unit: Unit) -> Self {
        let (value, interval) = match figure {
            Figure::Known(_) => (unit.value(figure), unit.interval(figure).replace(' ', "\u{a0}")),
            Figure::Undefined(reason) => ("undefined".to_owned(), reason.to_string()),
        };
        Self {
            name,
            lead: String::new(),
            link: String::new(),
            note: String::new(),
            class,
            drawing: svg::dot(axis, figure, class, None),
            value,
            interval,
            small: false,
        }
    }

    pub fn note(self, note: String) -> Self {
        Self { note, ..self }
    }
}

/// Numbers in a row that breaks between them and never inside of one.
pub(super) fn joined(numbers: &[String]) -> String {
    numbers.iter().map(|n| n.replace(' ', "\u{a0}")).collect::<Vec<_>>().join(" · ")
}

/// Parts of a whole, side by side, with a legend that says them in words.
#[derive(Template)]
#[template(path = "stack.html")]
pub(super) struct Stack {
    pub segments: Vec<Segment>,
}

/// One of them.
pub(super) struct Segment {
    pub class: &'static str,
    pub name: &'static str,
    pub value: String,
    /// Its share of the bar, in any unit.
    pub grow: f64,
}

/// A sentence of ours in which names and commands stand between backticks: they are set as code.
#[derive(Template)]
#[template(path = "words.html")]
pub(super) struct Words {
    spans: Vec<(bool, String)>,
}

impl Words {
    /// Names in the sentence may be hostile: what would reorder the words around them is made visible.
    pub fn new(text: &str) -> Self {
        let text = plain(text);
        let spans: Vec<&str> = text.split('`').collect();
        // A name may hold a backtick itself; where they do not pair up, nothing is code.
        if spans.len().is_multiple_of(2) {
            return Self { spans: vec![(false, text)] };
        }
        Self { spans: spans.into_iter().enumerate().map(|(i, span)| (i % 2 == 1, span.to_owned())).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code_and_still_escaped() {
        let shown = |text| Words::new(text).to_string();
        assert_eq!(shown("run `a <b>` now"), "run <code>a &#60;b&#62;</code> now");
        assert_eq!(shown("the name o`clock"), "the name o`clock");
    }
}
