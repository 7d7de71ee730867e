//! Tokens and money. Money is counted in integers, so sums do not depend on their order and a budget is exact.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;
use std::ops::Add;

/// Tokens of one call, as the provider reported them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Prompt tokens, cached ones included.
    pub input: u64,
    /// Prompt tokens that the provider had in its cache.
    pub cached: u64,
    /// Completion tokens, hidden reasoning included.
    pub output: u64,
}

impl Add for Usage {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        // Files made elsewhere may claim any number.
        Self {
            input: self.input.saturating_add(o.input),
            cached: self.cached.saturating_add(o.cached),
            output: self.output.saturating_add(o.output),
        }
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), Add::add)
    }
}

/// US dollars in units of 10⁻⁹.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NanoUsd(pub u64);

impl NanoUsd {
    /// From dollars; negative and non-finite values are refused.
    pub fn from_usd(usd: f64) -> Option<Self> {
        let nano = usd * 1e9;
        (nano.is_finite() && (0.0..1e18).contains(&nano)).then(|| Self(nano.round() as u64))
    }

    /// In dollars.
    pub fn usd(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Add for NanoUsd {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self(self.0.saturating_add(o.0))
    }
}

impl Sum for NanoUsd {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for NanoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usd = self.usd();
        if self.0 == 0 || usd >= 1.0 { write!(f, "${usd:.2}") } else { write!(f, "${usd:.4}") }
    }
}

/// US dollars per million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Prompt tokens.
    pub input: f64,
    /// Prompt tokens read from the provider's cache; the input price when absent.
    pub cached: Option<f64>,
    /// Completion tokens.
    pub output: f64,
}

impl Price {
    /// What `usage` costs, each part rounded to 10⁻⁹ dollars.
    pub fn cost(&self, usage: Usage) -> NanoUsd {
        // Dollars per million tokens × tokens × 10⁹ nano / 10⁶ = ×1000.
        let part = |tokens: u64, usd: f64| (tokens as f64 * usd * 1000.0).round().max(0.0) as u64;
        let cached = usage.cached.min(usage.input);
        NanoUsd(part(usage.input - cached, self.input))
            + NanoUsd(part(cached, self.cached.unwrap_or(self.input)))
            + NanoUsd(part(usage.output, self.output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_tokens_are_part_of_the_input_and_have_their_own_price() {
        let price = Price { input: 2.0, cached: Some(0.5), output: 10.0 };
        // 600 × 2 + 400 × 0.5 + 100 × 10 = 2400 dollars per million = 0.0024 dollars.
        let cost = price.cost(Usage { input: 1000, cached: 400, output: 100 });
        assert_eq!(cost, NanoUsd(2_400_000));
        assert_eq!(cost.to_string(), "$0.0024");
    }

    #[test]
    fn a_provider_that_reports_more_cached_than_input_cannot_make_money() {
        let price = Price { input: 1.0, cached: Some(0.0), output: 0.0 };
        assert_eq!(price.cost(Usage { input: 10, cached: 99, output: 0 }), NanoUsd(0));
    }
}
