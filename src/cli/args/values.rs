//! Values as they are typed.

use crate::app::MOST_QUERIES;
use crate::audit::{Gate, GateError};
use crate::domain::{Explain as _, NanoUsd, Scale};
use crate::labels::{Fractions, IdPattern, parse_map};
use crate::optimize::demos::MOST_SHOWN;

pub(super) fn gate(text: &str) -> Result<Gate, String> {
    text.parse().map_err(|e: GateError| format!("{e}; {}", e.hint))
}

pub(super) fn points(text: &str) -> Result<f64, String> {
    let points: Option<f64> = text.parse().ok();
    points
        .filter(|p| *p > 0.0 && *p <= 100.0)
        .ok_or_else(|| "not a number of NMSE points above 0 and up to 100".to_owned())
}

pub(super) fn probability(text: &str) -> Result<f64, String> {
    let p: Option<f64> = text.parse().ok();
    p.filter(|p| (0.0..=1.0).contains(p)).ok_or_else(|| "not a probability from 0 to 1".to_owned())
}

/// A count from 1.
pub(super) fn count(text: &str) -> Result<usize, String> {
    let n: Option<usize> = text.parse().ok();
    n.filter(|n| *n > 0).ok_or_else(|| "not a number from 1".to_owned())
}

/// Rated examples of one kind in a prompt.
pub(super) fn examples(text: &str) -> Result<usize, String> {
    let n: Option<usize> = text.parse().ok();
    n.filter(|n| *n <= MOST_SHOWN).ok_or_else(|| format!("not a number from 0 to {MOST_SHOWN}"))
}

/// A threshold: NMSE points from 0, which is exactly as people say.
pub(super) fn threshold(text: &str) -> Result<f64, String> {
    let points: Option<f64> = text.parse().ok();
    points.filter(|p| (0.0..=100.0).contains(p)).ok_or_else(|| "not a number of NMSE points from 0 to 100".to_owned())
}

/// A sum of shares up to which they are parts, as 2/1/2 is, and no percentages.
const PARTS: u64 = 20;

/// `40/20/40`, or `2/1/2`: shares of train, dev and test.
pub(super) fn split(text: &str) -> Result<Fractions, String> {
    let shares: Option<Vec<u32>> = text.split('/').map(|share| share.trim().parse().ok()).collect();
    let sum = shares.iter().flatten().map(|share| u64::from(*share)).sum::<u64>();
    match shares.as_deref() {
        Some([_, _, _]) if sum > PARTS && sum != 100 => Err(format!(
            "the shares add up to {sum}; write percentages that add up to 100, for example 40/20/40, or small parts, for \
             example 2/1/2"
        )),
        Some(&[train, dev, test]) => Fractions::new(train, dev, test).map_err(|e| e.to_string()),
        _ => Err("write three shares, for example 40/20/40".to_owned()),
    }
}

pub(super) fn queries(text: &str) -> Result<usize, String> {
    let n: Option<usize> = text.parse().ok();
    n.filter(|n| (1..=MOST_QUERIES).contains(n)).ok_or_else(|| format!("not a number from 1 to {MOST_QUERIES}"))
}

pub(super) fn mapping(text: &str) -> Result<(String, String), String> {
    parse_map(text).map_err(|_| "write it as NAME=VALUE".to_owned())
}

pub(super) fn id_pattern(text: &str) -> Result<IdPattern, String> {
    IdPattern::parse(text).map_err(|e| e.hint().map_or_else(|| e.to_string(), |hint| format!("{e}\nhint: {hint}")))
}

pub(super) fn usd(text: &str) -> Result<NanoUsd, String> {
    let amount: f64 = text.trim_start_matches('$').parse().map_err(|_| "not an amount of dollars".to_owned())?;
    NanoUsd::from_usd(amount).ok_or_else(|| "not an amount of dollars".to_owned())
}

/// `1-5`, `0-10`, `-2-2`: the dash between the ends is the last one that follows a digit.
pub(super) fn scale(text: &str) -> Result<Scale, String> {
    let split = text.char_indices().skip(1).find(|(i, c)| *c == '-' && text.as_bytes()[i - 1].is_ascii_digit());
    let (at, _) = split.ok_or_else(|| "write it as MIN-MAX, for example 0-3".to_owned())?;
    let end = |part: &str| part.parse::<i64>().map_err(|_| "write it as MIN-MAX, for example 0-3".to_owned());
    Scale::new(end(&text[..at])?, end(&text[at + 1..])?).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percentages_that_add_up_or_small_parts() {
        assert_eq!(split("40/20/40"), Ok(Fractions::new(40, 20, 40).unwrap()));
        assert_eq!(split("2/1/0"), Ok(Fractions::new(2, 1, 0).unwrap()));
        for (wrong, sum) in [("40/20/50", "110"), ("40/20/20", "80"), ("4294967295/1/0", "4294967296")] {
            let start = format!("the shares add up to {sum}; write percentages that add up to 100");
            assert!(split(wrong).unwrap_err().starts_with(&start), "{wrong}");
        }
    }

    #[test]
    fn a_scale_is_two_integers_with_a_dash_between() {
        assert_eq!(scale("0-3"), Ok(Scale::new(0, 3).unwrap()));
        assert_eq!(scale("-2-2"), Ok(Scale::new(-2, 2).unwrap()));
        assert_eq!(scale("-3--1"), Ok(Scale::new(-3, -1).unwrap()));
        for bad in ["", "3", "a-b", "5-1", "0-99", "-"] {
            assert!(scale(bad).is_err(), "{bad}");
        }
    }
}
