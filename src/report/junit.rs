//! Gates as JUnit XML, the format that continuous integration shows.
//!
//! One suite per judge. A gate that was missed is a `failure`; an item that could not be judged is an `error`, for it
//! says nothing about the judge.

use crate::audit::{Audit, GateResult, JudgeAudit};

/// Items that could not be judged, named one by one up to this many.
const NAMED: usize = 100;

/// Renders the gates of `audit`.
pub fn junit(audit: &Audit) -> String {
    let suites: String = audit.judges.iter().map(suite).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"assessor audit\">\n{suites}</testsuites>\n")
}

fn suite(judge: &JudgeAudit) -> String {
    let failures = judge.gates.iter().filter(|g| !g.met).count();
    let errors = (judge.panel.not_run.count + judge.panel.missing) as usize;
    let named = judge.unanswered.len().min(NAMED);
    let rest = usize::from(errors > named);
    let mut out = format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{}\">\n",
        escape(&judge.name),
        judge.gates.len() + named + rest,
        named + rest
    );
    judge.gates.iter().for_each(|gate| out.push_str(&case(gate)));
    for item in &judge.unanswered[..named] {
        let (id, why) = (escape(item.id.as_str()), escape(item.why));
        out.push_str(&format!(
            "    <testcase classname=\"items\" name=\"{id}\"><error message=\"{why}\" type=\"not judged\"/></testcase>\n"
        ));
    }
    if rest > 0 {
        let more = errors - named;
        out.push_str(&format!(
            "    <testcase classname=\"items\" name=\"{more} more items\"><error message=\"not judged\" type=\"not judged\"/></testcase>\n"
        ));
    }
    out + "  </testsuite>\n"
}

fn case(gate: &GateResult) -> String {
    let name = escape(&gate.gate.to_string());
    let open = format!("    <testcase classname=\"gates\" name=\"{name}\">");
    let observed = escape(&observed(gate));
    let failure =
        if gate.met { String::new() } else { format!("<failure message=\"{observed}\" type=\"gate missed\"/>") };
    let uninformative = uninformative(gate);
    let note = if uninformative.is_empty() {
        String::new()
    } else {
        format!("<system-out>{}</system-out>", escape(&uninformative))
    };
    format!("{open}{failure}{note}</testcase>\n")
}

/// What was held against the limit, in words.
pub(super) fn observed(gate: &GateResult) -> String {
    match (gate.observed, &gate.undefined) {
        (Some(value), _) if gate.bound == "value" => format!("observed {}", short(value)),
        (Some(value), _) => format!("observed {} ({})", short(value), gate.bound),
        (None, Some(reason)) => format!("undefined: {reason}"),
        (None, None) => "undefined".to_owned(),
    }
}

/// Four significant decimals at most, none that say nothing.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Why the gate says nothing, when it does not.
pub(super) fn uninformative(gate: &GateResult) -> String {
    if gate.passed_by.is_empty() {
        return String::new();
    }
    format!("uninformative: passed as well by {}", gate.passed_by.join(", "))
}

/// Text in XML: what is not allowed there at all becomes `�`.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('�'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_can_leave_its_attribute() {
        assert_eq!(escape("a\"><error/>&\u{0}\n"), "a&quot;&gt;&lt;error/&gt;&amp;� ");
    }

    #[test]
    fn a_number_is_written_without_decimals_that_say_nothing() {
        assert_eq!([8.0, 0.02, 12.34567].map(short), ["8", "0.02", "12.3457"]);
    }
}
