//! What a run took, and what of it was paid for.

use crate::optimize::summary::{Paid, Summary};
use crate::report::figures::{Unit, count, plural};

/// What was spent, and on what.
pub(in crate::report) fn spending(summary: &Summary) -> String {
    let shared = summary.paid.filter(|paid| paid.from_ledger > 0);
    // What was not paid for is no cost, and yet what such calls are worth.
    let worth = if shared.is_some() { "worth " } else { "" };
    let usd = match (summary.cost_usd, &summary.costs) {
        (Some(usd), None) => format!(", {worth}{}", Unit::Usd.write(usd)),
        (Some(usd), Some(costs)) => {
            let part = |what: &str, usd: f64| format!("{what} {}", Unit::Usd.write(usd));
            let rival = costs.rival.map_or(String::new(), |usd| format!(", {}", part("old judge", usd)));
            let (judge, writes) = (part("judge", costs.judge), part("reflection", costs.reflector));
            format!(", {worth}{} ({judge}, {writes}{rival})", Unit::Usd.write(usd))
        }
        (None, _) => ", at a price that is not known".to_owned(),
    };
    let point = summary.per_point.as_ref().map_or(String::new(), |per| {
        let usd =
            per.usd.filter(|usd| *usd > 0.0).map_or(String::new(), |usd| format!(" and {}", Unit::Usd.write(usd)));
        format!("; {}{usd} for each NMSE point gained on {}", plural(per.calls.round() as u64, "call", "calls"), per.on)
    });
    let judge = plural(summary.calls.judge, "judge call", "judge calls");
    let shared = shared.map_or(String::new(), |paid| {
        let answers = plural(paid.from_ledger, "of these answers was", "of these answers were");
        format!("; {answers} in the ledger already, at no cost: {}", paid_for(&paid))
    });
    format!("{judge}, {} to the reflection model{usd}{shared}{point}", count(summary.calls.other))
}

/// `656 requests were paid for, $0.06`.
pub(in crate::report) fn paid_for(paid: &Paid) -> String {
    let usd = match (paid.usd, paid.most_usd) {
        (_, Some(most)) => format!(", up to {}", Unit::Usd.write(most)),
        (Some(usd), None) => format!(", {}", Unit::Usd.write(usd)),
        (None, None) => String::new(),
    };
    format!("{}{usd}", plural(paid.requests(), "request was paid for", "requests were paid for"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_reported_is_told_as_the_most_that_it_can_have_been() {
        let paid = Paid { judge: 3, usd: Some(0.25), ..Paid::default() };
        assert_eq!(paid_for(&paid), "3 requests were paid for, $0.2500");
        let silent = paid + Paid { most_usd: Some(0.5), usd: Some(0.0), ..Paid::default() };
        assert_eq!(paid_for(&silent), "3 requests were paid for, up to $0.7500");
    }
}
