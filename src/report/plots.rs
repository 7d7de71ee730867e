//! Plots with two axes or two signs, as inline SVG in percentages, like those of `svg`.

use super::svg::{Axis, put, short};
use crate::domain::Scale;
use crate::optimize::story::Point;

/// Height of the calibration plot, in pixels.
const SQUARE: u16 = 300;

/// What a judge says, how often, and what people and a map make of it; in rating points.
pub(super) struct Mark {
    pub said: f64,
    pub n: u64,
    pub people: f64,
    pub mapped: f64,
}

/// What people mean (up) where the judge says something (right): dots on a diagonal, a dot's area its items, the fitted
/// map as a dashed line.
pub(super) fn calibration(scale: Scale, levels: &[Mark]) -> String {
    let (low, range) = (scale.min().value() as f64, f64::from(scale.range()));
    let at = |rating: f64| 8.0 + 86.0 * (rating - low) / range;
    let up = |rating: f64| 100.0 - at(rating);
    let most = levels.iter().map(|l| l.n).max().unwrap_or(0).max(1) as f64;
    let mut svg = format!(r#"<svg class="calibration" width="100%" height="{SQUARE}" aria-hidden="true">"#);
    for rating in scale.ratings().map(|r| r.value()) {
        let (x, y) = (at(rating as f64), up(rating as f64));
        put(&mut svg, format_args!(r#"<line class="grid" x1="{x:.2}%" x2="{x:.2}%" y1="6%" y2="94%"/>"#));
        put(&mut svg, format_args!(r#"<line class="grid" x1="6%" x2="96%" y1="{y:.2}%" y2="{y:.2}%"/>"#));
        put(&mut svg, format_args!(r#"<text x="{x:.2}%" y="99.5%" text-anchor="middle">{rating}</text>"#));
        put(&mut svg, format_args!(r#"<text class="people" x="1%" y="{y:.2}%" dy="4">{rating}</text>"#));
    }
    let (from, to) = (low, low + range);
    put(
        &mut svg,
        format_args!(
            r#"<line class="diagonal" x1="{:.2}%" y1="{:.2}%" x2="{:.2}%" y2="{:.2}%"/>"#,
            at(from),
            up(from),
            at(to),
            up(to)
        ),
    );
    for pair in levels.windows(2) {
        let ends = [pair[0].said, pair[1].said].map(at);
        let heights = [up(pair[0].mapped), up(pair[1].mapped)];
        put(
            &mut svg,
            format_args!(
                r#"<line class="map" x1="{:.2}%" y1="{:.2}%" x2="{:.2}%" y2="{:.2}%"/>"#,
                ends[0], heights[0], ends[1], heights[1]
            ),
        );
    }
    for level in levels {
        let (x, y) = (at(level.said), up(level.people));
        let radius = 4.0 + 9.0 * (level.n as f64 / most).sqrt();
        put(&mut svg, format_args!(r#"<circle cx="{x:.2}%" cy="{y:.2}%" r="{radius:.1}"/>"#));
        let n = short(level.n);
        put(
            &mut svg,
            format_args!(r#"<text class="n" x="{x:.2}%" y="{y:.2}%" dx="{:.1}" dy="-6">{n}</text>"#, radius + 3.0),
        );
    }
    svg + "</svg>"
}

/// What a learning curve shows.
pub(super) struct Learning<'a> {
    /// Judge calls.
    pub across: Axis,
    /// NMSE.
    pub up: Axis,
    pub points: &'a [Point],
    /// Judge calls at which the search changed its way.
    pub plateaus: &'a [u64],
}

/// Height of a learning curve, in pixels.
const CURVE: u16 = 220;

/// Steps: the best candidate so far and the baseline on the same items, from each point to the next.
pub(super) fn learning(curve: &Learning<'_>) -> String {
    let (across, up) = (curve.across, curve.up);
    let height = |nmse: f64| 100.0 - up.at(nmse);
    let mut svg = format!(r#"<svg class="curve" width="100%" height="{CURVE}" aria-hidden="true">"#);
    let mut line = |class: &str, x: (f64, f64), y: (f64, f64)| {
        let ((x1, x2), (y1, y2)) = (x, y);
        put(
            &mut svg,
            format_args!(r#"<line class="{class}" x1="{x1:.2}%" x2="{x2:.2}%" y1="{y1:.2}%" y2="{y2:.2}%"/>"#),
        );
    };
    for (_, tick) in up.names() {
        line(if up.is_zero(tick) { "grid zero" } else { "grid" }, (0.0, 100.0), (height(tick), height(tick)));
    }
    for calls in curve.plateaus {
        let x = across.at(*calls as f64);
        line("plateau", (x, x), (0.0, 100.0));
    }
    for class in ["then", "now"] {
        let of = |point: &Point| if class == "then" { point.baseline } else { point.nmse };
        for pair in curve.points.windows(2) {
            let x = (across.at(pair[0].calls as f64), across.at(pair[1].calls as f64));
            let y = (height(of(&pair[0])), height(of(&pair[1])));
            line(class, x, (y.0, y.0));
            line(class, (x.1, x.1), y);
        }
    }
    for (name, tick) in up.names() {
        let y = height(tick);
        put(&mut svg, format_args!(r#"<text x="0" y="{y:.2}%" dx="-6" dy="4" text-anchor="end">{name}</text>"#));
    }
    for point in curve.points {
        let (x, y) = (across.at(point.calls as f64), height(point.nmse));
        let name = format!(
            "candidate {}: {:.2} after {} calls, ${:.4}",
            point.candidate, point.nmse, point.calls, point.cost_usd
        );
        put(&mut svg, format_args!(r#"<circle cx="{x:.2}%" cy="{y:.2}%" r="3.5"><title>{name}</title></circle>"#));
    }
    svg + "</svg>"
}

/// Half the height of the bar of signed parts, in pixels.
const HALF: f64 = 14.0;

/// Signed parts stacked away from zero on both sides, and their sum as a line. Classes are ours.
pub(super) fn signed(axis: Axis, parts: &[(&str, f64)]) -> String {
    let mut svg = format!(r#"<svg class="signed" width="100%" height="{}" aria-hidden="true">"#, 4.0 * HALF);
    for tick in axis.ticks() {
        let (x, class) = (axis.at(tick), if axis.is_zero(tick) { "grid zero" } else { "grid" });
        put(&mut svg, format_args!(r#"<line class="{class}" x1="{x:.2}%" x2="{x:.2}%" y1="0" y2="100%"/>"#));
    }
    let (mut below, mut above) = (0.0, 0.0);
    for (class, points) in parts {
        let end = if *points < 0.0 { &mut below } else { &mut above };
        let (from, to) = (axis.at(*end), axis.at(*end + points));
        *end += points;
        let (left, width) = (from.min(to), (to - from).abs());
        put(
            &mut svg,
            format_args!(
                r#"<rect class="{class}" x="{left:.2}%" width="{width:.2}%" y="{HALF}" height="{}"/>"#,
                2.0 * HALF
            ),
        );
    }
    let sum = axis.at(below + above);
    put(
        &mut svg,
        format_args!(r#"<line class="sum" x1="{sum:.2}%" x2="{sum:.2}%" y1="4" y2="{}"/>"#, 4.0 * HALF - 4.0),
    );
    svg + "</svg>"
}

/// One dot per pair of numbers on the same scale, people's to the right and the judge's up.
pub(super) fn scatter(scale: Scale, points: impl Iterator<Item = (f64, f64)>) -> String {
    let (low, range) = (scale.min().value() as f64, f64::from(scale.range()));
    let at = |value: f64| 8.0 + 86.0 * (value - low) / range;
    let mut svg = format!(r#"<svg class="calibration scatter" width="100%" height="{SQUARE}" aria-hidden="true">"#);
    for rating in scale.ratings().map(|r| r.value()) {
        let (x, y) = (at(rating as f64), 100.0 - at(rating as f64));
        put(
            &mut svg,
            format_args!(r#"<text class="people" x="{x:.2}%" y="99.5%" text-anchor="middle">{rating}</text>"#),
        );
        put(&mut svg, format_args!(r#"<text x="1%" y="{y:.2}%" dy="4">{rating}</text>"#));
    }
    put(&mut svg, format_args!(r#"<line class="diagonal" x1="8%" y1="92%" x2="94%" y2="6%"/>"#));
    for (human, judge) in points {
        put(&mut svg, format_args!(r#"<circle cx="{:.2}%" cy="{:.2}%" r="4"/>"#, at(human), 100.0 - at(judge)));
    }
    svg + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_parts_are_stacked_away_from_zero_and_their_sum_is_marked() {
        // The axis runs from −10 to +10: zero at 50 %, −4 at 30 %, −6 at 20 %, +2 at 60 %, the sum −4 at 30 %.
        let svg = signed(Axis::around_zero(10.0), &[("a", -4.0), ("b", 2.0), ("c", -2.0)]);
        assert!(svg.contains(r#"class="a" x="30.00%" width="20.00%""#), "{svg}");
        assert!(svg.contains(r#"class="b" x="50.00%" width="10.00%""#), "{svg}");
        assert!(svg.contains(r#"class="c" x="20.00%" width="10.00%""#), "{svg}");
        assert!(svg.contains(r#"class="sum" x1="30.00%""#), "{svg}");
    }

    #[test]
    fn a_calibrated_rating_lies_on_the_diagonal() {
        let scale = Scale::new(1, 5).expect("a scale");
        let svg = calibration(scale, &[Mark { said: 3.0, n: 9, people: 3.0, mapped: 3.0 }]);
        assert!(svg.contains(r#"<circle cx="51.00%" cy="49.00%" r="13.0"/>"#), "{svg}");
    }
}
