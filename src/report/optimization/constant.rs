//! The judge that always gives one rating, beside the one that a search found.

use crate::optimize::summary::{AgainstConstant, Summary};
use crate::report::figures::Unit;

/// How the best candidate stands to the judge that always gives one rating; `None` where the held-out part was not opened.
pub(in crate::report) fn constant(summary: &Summary) -> Option<String> {
    let AgainstConstant { rating, nmse, is_beaten } = summary.constant?;
    let adopted = summary.decision.as_ref().is_some_and(|decision| decision.adopted);
    let who = if adopted { "this one" } else { "the best candidate" };
    let shown = if is_beaten { "is better than that" } else { "is not shown to be better than that" };
    Some(format!(
        "a judge that always says {rating} has NMSE {} on the same items; {who} {shown}",
        Unit::Nmse.write(nmse)
    ))
}

/// What not to do with an adopted judge; nothing of one that is better than a constant.
pub(in crate::report) fn advice(summary: &Summary) -> Option<String> {
    let AgainstConstant { rating, .. } = summary.unusable()?;
    Some(format!(
        "Better than before, and not yet shown to be better than always saying {rating}: do not use its ratings. It is one \
         to go on from; more rated queries narrow the interval, and another model may tell items apart."
    ))
}
