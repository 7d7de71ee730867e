//! Charts as inline SVG. Horizontal places are percentages and there is no `viewBox`: a chart fills the width that it is
//! given and its text keeps its size, on a phone as in print. Names and values stand beside the charts as text, so the
//! drawings are hidden from screen readers.

use super::figures::count;
use crate::domain::Figure;
use std::fmt::Write;

/// The range of values that a chart shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    step: f64,
}

impl Axis {
    /// From 0 to a round number that is at least `reach`.
    pub(super) fn from_zero(reach: f64) -> Self {
        let step = step(reach);
        Self { low: 0.0, high: (reach / step).ceil().max(1.0) * step, step }
    }

    /// As far below 0 as above it.
    pub(super) fn around_zero(reach: f64) -> Self {
        let step = step(2.0 * reach);
        let high = (reach / step).ceil().max(1.0) * step;
        Self { low: -high, high, step }
    }

    /// Percent of the width.
    pub fn at(self, value: f64) -> f64 {
        100.0 * ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The tick is the one at zero; ticks are multiples of the step and may miss it by a hair.
    pub fn is_zero(self, tick: f64) -> bool {
        tick.abs() < self.step / 2.0
    }

    /// From a round number to a round number, both given.
    pub fn between(low: f64, high: f64) -> Self {
        Self { low, high, step: step(high - low).max(1.0) }
    }

    /// A tick's number, with no more digits than tell it from the next one.
    fn name(self, tick: f64) -> String {
        let digits = (0..6).find(|d| (self.step * 10f64.powi(*d)).fract() < 1e-6).unwrap_or(6) as usize;
        let sign = if self.low < 0.0 && tick > self.step / 2.0 { "+" } else { "" };
        let tick = if self.is_zero(tick) { 0.0 } else { tick };
        format!("{sign}{tick:.digits$}").replace('-', "−")
    }

    /// Ticks with their numbers.
    pub fn names(self) -> impl Iterator<Item = (String, f64)> {
        self.ticks().map(move |tick| (self.name(tick), tick))
    }

    pub fn ticks(self) -> impl Iterator<Item = f64> {
        // None lies beyond the end, where a step does not divide the range.
        let ticks = ((self.high - self.low) / self.step + 1e-6).floor() as u32;
        (0..=ticks).map(move |i| self.low + f64::from(i) * self.step)
    }
}

/// 1, 2, 2.5 or 5 times a power of ten, so that there are 2 to 6 ticks.
fn step(reach: f64) -> f64 {
    if reach <= 0.0 {
        return 1.0;
    }
    let rough = reach / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// Half the height of a row of a dot plot, in pixels.
const MIDDLE: u8 = 13;

/// One row of a dot plot: grid, an optional reference line, interval, mark.
pub(super) fn dot(axis: Axis, figure: &Figure, class: &str, reference: Option<f64>) -> String {
    let mut svg = format!(r#"<svg class="track {class}" width="100%" height="{}" aria-hidden="true">"#, 2 * MIDDLE);
    for tick in axis.ticks() {
        vertical(&mut svg, axis.at(tick), if axis.is_zero(tick) { "grid zero" } else { "grid" });
    }
    if let Some(reference) = reference {
        vertical(&mut svg, axis.at(reference), "reference");
    }
    if let Some(interval) = figure.interval() {
        let (low, high) = (axis.at(interval.low), axis.at(interval.high));
        put(
            &mut svg,
            format_args!(r#"<line class="interval" x1="{low:.2}%" x2="{high:.2}%" y1="{MIDDLE}" y2="{MIDDLE}"/>"#),
        );
    }
    if let Some(value) = figure.value() {
        // Different shapes, so that the roles are told apart without colour.
        let mark = match class {
            "control" => r#"<rect class="mark" x="-5" y="-5" width="10" height="10"/>"#,
            "people" => r#"<path class="mark" d="M-7 0L0-7L7 0L0 7Z"/>"#,
            _ => r#"<circle class="mark" r="5.5"/>"#,
        };
        put(&mut svg, format_args!(r#"<svg class="place" x="{:.2}%" y="{MIDDLE}">{mark}</svg>"#, axis.at(value)));
    }
    svg + "</svg>"
}

/// The numbers below a dot plot.
pub(super) fn ticks(axis: Axis) -> String {
    let mut svg = r#"<svg class="ticks" width="100%" height="18" aria-hidden="true">"#.to_owned();
    for tick in axis.ticks() {
        let text = axis.name(tick);
        put(&mut svg, format_args!(r#"<text x="{:.2}%" y="13" text-anchor="middle">{text}</text>"#, axis.at(tick)));
    }
    svg + "</svg>"
}

/// A bar from the left.
pub(super) fn bar(value: u64, of: u64, class: &str) -> String {
    let part = 100.0 * value as f64 / of.max(1) as f64;
    format!(
        r#"<svg class="bar {class}" width="100%" height="10" aria-hidden="true"><rect width="{part:.2}%" height="10" rx="2"/></svg>"#
    )
}

/// Height of the tallest column, room for numbers above it, and the room below for names, in pixels.
const TALLEST: f64 = 130.0;
const ABOVE: f64 = 20.0;
const BELOW: f64 = 24.0;

/// Pairs of columns: how often people and judge gave each rating. The names are ours (ratings and `malformed`).
pub(super) fn columns(names: &[String], people: &[u64], judge: &[u64]) -> String {
    let most = people.iter().chain(judge).copied().max().unwrap_or(0).max(1);
    let slot = 100.0 / names.len() as f64;
    let base = ABOVE + TALLEST;
    let mut svg =
        format!(r#"<svg class="columns" width="100%" height="{}" aria-hidden="true">"#, ABOVE + TALLEST + BELOW);
    for (i, name) in names.iter().enumerate() {
        let left = i as f64 * slot;
        for (side, counts, class) in [(0.08, people, "people"), (0.50, judge, "judge")] {
            let Some(n) = counts.get(i) else { continue };
            let height = TALLEST * *n as f64 / most as f64;
            let (x, wide, top) = (left + side * slot, 0.42 * slot, base - height);
            put(
                &mut svg,
                format_args!(
                    r#"<rect class="{class}" x="{x:.2}%" y="{top:.1}" width="{wide:.2}%" height="{height:.1}"/>"#
                ),
            );
            let middle = x + wide / 2.0;
            put(
                &mut svg,
                format_args!(
                    r#"<text class="{class}" x="{middle:.2}%" y="{:.1}" text-anchor="middle">{}</text>"#,
                    top - 5.0,
                    short(*n)
                ),
            );
        }
        let middle = left + slot / 2.0;
        put(
            &mut svg,
            format_args!(
                r#"<text class="name" x="{middle:.2}%" y="{}" text-anchor="middle">{name}</text>"#,
                base + 17.0
            ),
        );
    }
    put(&mut svg, format_args!(r#"<line class="base" x1="0" x2="100%" y1="{base}" y2="{base}"/>"#));
    svg + "</svg>"
}

/// At most four characters for a number beside a mark.
pub(super) fn short(n: u64) -> String {
    match n {
        0..10_000 => n.to_string(),
        10_000..1_000_000 => format!("{}k", n / 1000),
        _ => format!("{}M", count(n / 1_000_000)),
    }
}

fn vertical(svg: &mut String, x: f64, class: &str) {
    put(svg, format_args!(r#"<line class="{class}" x1="{x:.2}%" x2="{x:.2}%" y1="0" y2="100%"/>"#));
}

pub(super) fn put(svg: &mut String, piece: std::fmt::Arguments<'_>) {
    svg.write_fmt(piece).expect("a string can be written");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Undefined;

    #[test]
    fn an_axis_ends_on_a_round_number_beyond_its_values() {
        let ends =
            [0.3, 7.0, 21.4, 46.88, 100.0].map(|reach| (Axis::from_zero(reach).high, Axis::from_zero(reach).step));
        assert_eq!(ends, [(0.30000000000000004, 0.1), (8.0, 2.0), (25.0, 5.0), (50.0, 10.0), (100.0, 20.0)]);
        // On a scale from 1 to 10 no tick lies at 11.
        assert_eq!(Axis::between(1.0, 10.0).ticks().collect::<Vec<_>>(), [1.0, 3.0, 5.0, 7.0, 9.0]);
        assert_eq!(Axis::from_zero(0.0), Axis { low: 0.0, high: 1.0, step: 1.0 });
        assert_eq!(Axis::around_zero(0.9).at(0.0), 50.0);
    }

    #[test]
    fn ticks_have_as_many_digits_as_they_need() {
        let names = |axis: Axis| axis.ticks().map(|t| axis.name(t)).collect::<Vec<_>>();
        assert_eq!(names(Axis::around_zero(0.3)).join(" "), "−0.4 −0.2 0.0 +0.2 +0.4");
        assert_eq!(names(Axis::from_zero(21.0)).join(" "), "0 5 10 15 20 25");
        assert_eq!(names(Axis::from_zero(11.0)).join(" "), "0.0 2.5 5.0 7.5 10.0 12.5");
    }

    #[test]
    fn an_undefined_number_has_no_mark() {
        let row = dot(Axis::from_zero(10.0), &Undefined::Empty.into(), "judge", None);
        assert!(!row.contains("mark") && !row.contains("NaN"), "{row}");
    }
}
