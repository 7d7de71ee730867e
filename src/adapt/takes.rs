//! What it would take to decide what the held-out items did not decide. Pure.

use super::{Goal, Terms};
use crate::agreement::planning::{detectable_difference, rows_for_non_inferiority, sd_of_bound};
use crate::audit::{Comparison, POWER};

/// In words; `None` where there is no interval to plan with, or there are items enough.
pub(super) fn takes(against: &Comparison, terms: &Terms) -> Option<String> {
    let nmse = against.contrast("nmse")?;
    let difference = nmse.difference.value()?;
    let (room, beyond) = match terms.goal {
        Goal::NonInferior => {
            let beyond =
                format!("the difference itself, {difference:+.1} points, is not below the margin of {}", terms.margin);
            (terms.margin - difference, beyond)
        }
        Goal::Better => (-difference, format!("the difference itself, {difference:+.1} points, is no gain")),
    };
    if room <= 0.0 {
        return Some(format!("{beyond}: more held-out items would not help"));
    }
    let sd = sd_of_bound(difference, against.margin.as_ref()?.upper?, against.n as f64);
    let rows = match terms.goal {
        Goal::NonInferior => rows_for_non_inferiority(sd, room, POWER),
        Goal::Better => (detectable_difference(sd, 1.0, POWER) / room).powi(2),
    };
    (rows > against.n as f64).then(|| {
        format!(
            "if the difference of {difference:+.1} points is what it is, about {:.0} held-out items would show it in four \
             cases of five; there are {}",
            rounded_up(rows),
            against.n
        )
    })
}

/// To two digits: a plan is not known better than that.
fn rounded_up(rows: f64) -> f64 {
    let unit = 10f64.powf((rows.log10().floor() - 1.0).max(0.0));
    (rows / unit).ceil() * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_rounded_to_two_digits() {
        assert_eq!([168.2, 201.0, 1_234.5, 87.1].map(rounded_up), [170.0, 210.0, 1_300.0, 88.0]);
    }
}
