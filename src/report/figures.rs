//! How numbers are written: the same digits in every face.

use crate::domain::{Figure, Interval, written_p};

/// What a number is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// 0 to 100.
    Nmse,
    /// Rating points, with a sign.
    Signed,
    /// Rating points.
    Points,
    /// A share from 0 to 1, written in percent.
    Share,
    /// A difference of two shares, in points of a hundred, with a sign.
    SharePoints,
    /// A coefficient such as kappa.
    Coefficient,
    /// US dollars.
    Usd,
}

impl Unit {
    /// `value` in this unit.
    pub(super) fn write(self, value: f64) -> String {
        let text = match self {
            Self::Nmse | Self::Points | Self::Coefficient => format!("{value:.2}"),
            Self::Signed => format!("{value:+.2}"),
            Self::Share => format!("{:.1} %", 100.0 * value),
            Self::SharePoints => format!("{:+.1} points", 100.0 * value),
            Self::Usd if value == 0.0 || value >= 1.0 => format!("${value:.2}"),
            Self::Usd => format!("${value:.4}"),
        };
        // A value that rounds to nothing has no sign.
        if !text.contains(|c: char| c.is_ascii_digit() && c != '0') {
            return text.replace(['+', '-'], "");
        }
        text.replace('-', "−")
    }

    /// The point value of `figure`, or why there is none.
    pub(super) fn value(self, figure: &Figure) -> String {
        match figure {
            Figure::Known(estimate) => self.write(estimate.value),
            Figure::Undefined(reason) => format!("undefined ({reason})"),
        }
    }

    /// `low to high`; empty when there is no interval.
    pub(super) fn interval(self, figure: &Figure) -> String {
        figure.interval().map_or(String::new(), |i| self.range(i))
    }

    fn range(self, interval: &Interval) -> String {
        let low = self.write(interval.low);
        let low = low.trim_end_matches(" %").trim_end_matches(" points");
        let high = self.write(interval.high);
        // Beside a change, whose unit it is, points need not be named again.
        format!("{low} to {}", high.trim_end_matches(" points"))
    }
}

/// A p-value as it is written.
pub(super) fn p_value(p: Option<f64>) -> String {
    p.map_or("–".to_owned(), written_p)
}

/// `value (low to high)`, or only the value where there is no interval.
pub(super) fn with_interval(unit: Unit, figure: &Figure) -> String {
    let interval = unit.interval(figure);
    if interval.is_empty() { unit.value(figure) } else { format!("{} ({interval})", unit.value(figure)) }
}

/// `1234567` as `1,234,567`.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 item`, `2 items`.
pub(super) fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Estimate, Undefined};

    #[test]
    fn a_value_that_rounds_to_nothing_has_no_sign() {
        assert_eq!(Unit::Signed.write(-0.001), "0.00");
        assert_eq!(Unit::Signed.write(-0.3), "−0.30");
        assert_eq!(Unit::Signed.write(0.3), "+0.30");
        assert_eq!([-0.071, 0.0001].map(|share| Unit::SharePoints.write(share)), ["−7.1 points", "0.0 points"]);
    }

    #[test]
    fn an_undefined_number_is_its_reason() {
        assert_eq!(Unit::Nmse.value(&Undefined::Empty.into()), "undefined (no rows)");
    }

    #[test]
    fn the_unit_of_an_interval_is_written_once() {
        let interval = Some(Interval { low: 0.125, high: 0.5, level: 0.95, method: "cluster-t" });
        let figure = Figure::Known(Estimate { value: 0.25, interval, n: 9, groups: 3 });
        assert_eq!(
            (Unit::Share.value(&figure), Unit::Share.interval(&figure)),
            ("25.0 %".into(), "12.5 to 50.0 %".into())
        );
        assert_eq!(Unit::SharePoints.interval(&figure), "+12.5 to +50.0");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 1234567].map(count), ["0", "999", "1,000", "1,234,567"]);
    }
}
