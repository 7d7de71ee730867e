//! Instructions that are grounded in what went wrong.
//!
//! The published proposer sees the data, the program and examples, and never an error. Here each message tells of
//! failures, malformed replies first, of how people and judge use the scale, and of one tip.

use crate::domain::ItemId;
use crate::feedback::{Case, Counts, Direction, Grounds, Reflection, Template, choose, extract, summary};
use crate::optimize::desk::Desk;
use crate::optimize::pool::{Operator, Origin, Row};
use crate::optimize::strategy::Written;

/// Words that a proposal is told it may have more than the baseline.
const GROWTH: usize = 160;
/// Cases that have to stay right.
const AGREED: usize = 3;
/// What proposals are to pay attention to, in turn, so that they differ.
const TIPS: [Option<&str>; 5] = [
    None,
    Some("Be brief: every word is paid for with every call."),
    Some("Be exact: say of each rule when it holds and when it does not."),
    Some("Begin with the failure that is the most frequent, and settle it."),
    Some("Where the judge uses less of the scale than people do, say what belongs at its ends."),
];

/// An instruction, with the items whose failures it was written from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Instruction {
    pub text: String,
    pub feedback: Vec<ItemId>,
}

/// Messages, and the rows that each tells of.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub messages: Vec<String>,
    pub rows: Vec<Vec<Row>>,
}

/// Asks for `count` instructions in place of the baseline's, from what was seen of it on `rows`.
pub(super) fn ask(desk: &Desk<'_>, rows: &[Row], count: usize, failures: usize) -> Asked {
    let all: Vec<(Row, Case<'_>)> = rows.iter().filter_map(|row| Some((*row, desk.case(0, *row)?))).collect();
    let told: Vec<Case<'_>> = all.iter().map(|(_, case)| *case).collect();
    let (agreed, failing): (Vec<_>, Vec<_>) = all.iter().partition(|(_, case)| case.direction() == Direction::Agreed);
    let wrong: Vec<Case<'_>> = failing.iter().map(|(_, case)| *case).collect();
    let agreed: Vec<Case<'_>> = agreed.iter().take(AGREED).map(|(_, case)| *case).collect();
    let baseline = desk.pool().prompt(0);
    let (current, data) = (baseline.editable(), summary(&told, desk.rubric().scale));
    let mut asked = Asked::default();
    for number in 0..count {
        let chosen = choose(&wrong, failures, desk.seed() ^ (number as u64 + 1));
        let cases: Vec<Case<'_>> = chosen.iter().map(|&i| wrong[i]).collect();
        // Every other one only adds: rules beside the text are kept where a rewriting loses some of it.
        let template = if number % 2 == 0 { Template::Rewrite } else { Template::Rules };
        let reflection = Reflection {
            rubric: desk.rubric(),
            current: &current,
            contract: &baseline.contract,
            counts: Counts::of(&told),
            cases: &cases,
            agreed: &agreed,
            rejected: &[],
            word_budget: current.split_whitespace().count() + GROWTH,
            other: None,
        };
        let grounds = Grounds { data: Some(&data), tip: TIPS[number % TIPS.len()], attempts: &[] };
        asked.messages.push(template.grounded(&reflection, &grounds));
        asked.rows.push(chosen.iter().map(|&i| failing[i].0).collect());
    }
    asked
}

/// Instructions out of replies: those that pass the guardrails, each once. What does not is logged, and costs no call.
pub(super) fn read(desk: &mut Desk<'_>, rows: &[Vec<Row>], replies: Vec<Written>) -> Vec<Instruction> {
    let mut found: Vec<Instruction> = Vec::new();
    for (reply, rows) in replies.into_iter().zip(rows) {
        let feedback: Vec<ItemId> = rows.iter().map(|row| desk.materials().example(*row).item.id.clone()).collect();
        let origin = Origin { operator: Operator::Proposal, parents: vec![0], feedback: feedback.clone() };
        match extract(&reply.text, reply.finish.as_deref()) {
            Ok(text) => {
                let known = found.iter().any(|instruction| instruction.text == text);
                if desk.check(&text, origin).is_ok() && !known {
                    found.push(Instruction { text, feedback });
                }
            }
            Err(why) => desk.unusable(&reply.text, origin, &why),
        }
    }
    found
}
