//! What labels take from then on, before and after: examples and rules in a prompt are paid for with every call. Pure.

use super::gain::Change;
use crate::audit::{Comparison, Side};
use schemars::JsonSchema;
use serde::Serialize;

/// What 1,000 labels take, as measured on the held-out items.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Upkeep {
    /// Tokens, prompt and completion; absent where the model does not count them.
    pub tokens: Change,
    /// Dollars; absent where a price is not known.
    pub usd: Change,
}

impl Upkeep {
    /// Of two judges on the same items.
    pub fn of(comparison: &Comparison) -> Self {
        let items = comparison.n.max(1) as f64;
        let tokens = |side: &Side| {
            let all = side.cost.tokens.input + side.cost.tokens.output;
            (all > 0).then(|| 1_000.0 * all as f64 / items)
        };
        let usd = |side: &Side| side.cost.usd_per_1000.value();
        let (old, new) = (&comparison.old, &comparison.new);
        Self {
            tokens: Change { before: tokens(old), after: tokens(new) },
            usd: Change { before: usd(old), after: usd(new) },
        }
    }
}
