//! Puts a judgement into words, and breaks it as models do.

use super::considerations::Consideration as C;
use super::draw::Draw;
use super::instruction::{Instruction, Layout, Rule};
use super::judge::{Judgement, lost};
use super::persona::{Judge, Structured};
use std::fmt::Write as _;

/// What the request asks of the form of the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Text,
    Object,
    Schema,
}

/// Ways in which no valid rating can be read any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    Prose,
    Cut,
    Fraction,
    MissingField,
    Word,
    TwoObjects,
    Refusal,
    Empty,
}

/// Ways that a careful reader can undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Odd {
    Fence,
    FenceAndProse,
    Quoted,
    Decimal,
    Think,
    TrailingComma,
}

/// Rate without any format rule in percent, and what each rule that is stated leaves of it.
type Rates<K> = [(K, f64, &'static [(Rule, f64)])];

const BROKEN: &Rates<Broken> = &[
    (Broken::Prose, 9.0, &[(Rule::OnlyJson, 0.08), (Rule::NoProse, 0.6)]),
    (Broken::Cut, 6.0, &[(Rule::OnlyJson, 0.45), (Rule::Short, 0.12)]),
    (Broken::Fraction, 5.5, &[(Rule::Integer, 0.03)]),
    (Broken::MissingField, 5.0, &[(Rule::Fields, 0.05)]),
    (Broken::Word, 4.5, &[(Rule::Integer, 0.03)]),
    (Broken::TwoObjects, 4.0, &[(Rule::OnlyJson, 0.2), (Rule::Once, 0.1)]),
    (Broken::Refusal, 3.0, &[(Rule::OnlyJson, 0.35), (Rule::Always, 0.08)]),
    (Broken::Empty, 2.0, &[(Rule::OnlyJson, 0.3), (Rule::Always, 0.1)]),
];

const ODD: &Rates<Odd> = &[
    (Odd::Fence, 12.0, &[(Rule::NoFence, 0.1)]),
    (Odd::FenceAndProse, 8.0, &[(Rule::NoFence, 0.3), (Rule::NoProse, 0.15)]),
    (Odd::Quoted, 6.0, &[(Rule::Integer, 0.2)]),
    (Odd::Decimal, 2.0, &[(Rule::Integer, 0.2)]),
    (Odd::Think, 3.0, &[(Rule::NoProse, 0.5)]),
    (Odd::TrailingComma, 2.0, &[(Rule::OnlyJson, 0.6)]),
];

/// A reply and why it ended.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) content: String,
    /// `stop`, or `length` when it was cut.
    pub(super) finish: &'static str,
}

/// Writes the reply.
pub(super) fn write(judge: &Judge, i: &Instruction, j: &Judgement, asked: Asked, draw: &mut Draw) -> Reply {
    let why = rationale(j, draw);
    let broken = pick(BROKEN, judge, i, draw);
    let odd = pick(ODD, judge, i, draw);
    let bound = match (judge.structured, asked) {
        (Structured::Schema, Asked::Schema | Asked::Object) => Asked::Schema,
        (Structured::Object, Asked::Schema | Asked::Object) => Asked::Object,
        _ => Asked::Text,
    };
    let stop = |content| Reply { content, finish: "stop" };
    match broken {
        Some(Broken::Refusal) if bound == Asked::Text => return stop(refusal(draw)),
        Some(kind) if bound == Asked::Text || bound == Asked::Object && inside(kind) => {
            return breaks(kind, i, j, &why, draw);
        }
        _ => {}
    }
    match odd {
        Some(kind) if bound == Asked::Text => stop(oddly(kind, i, j, &why)),
        _ => stop(plain(i, &j.rating.to_string(), &why)),
    }
}

/// Breaks the contract, not the JSON.
fn inside(kind: Broken) -> bool {
    matches!(kind, Broken::Fraction | Broken::MissingField | Broken::Word)
}

fn pick<K: Copy>(table: &Rates<K>, judge: &Judge, i: &Instruction, draw: &mut Draw) -> Option<K> {
    let at = draw.unit() * 100.0;
    let shown = 0.55f64.powi(i.demos.min(6) as i32);
    let confused = 1.0 + 3.0 * lost(judge, i);
    let mut sum = 0.0;
    table.iter().find_map(|&(kind, rate, rules)| {
        let left: f64 = rules.iter().filter(|(rule, _)| i.has(*rule)).map(|(_, left)| left).product();
        sum += rate * left * shown * confused * judge.breakage;
        (at < sum).then_some(kind)
    })
}

/// The contract, exactly.
fn plain(i: &Instruction, rating: &str, why: &str) -> String {
    let mut out = String::with_capacity(why.len() + 64);
    if i.layout == Layout::Hashed {
        let _ = write!(
            out,
            "[[ ## {} ## ]]\n{why}\n\n[[ ## {} ## ]]\n{rating}\n\n[[ ## completed ## ]]",
            i.rationale, i.rating
        );
        return out;
    }
    if !i.aspects.is_empty() {
        return several(i, rating, why);
    }
    let value = if rating.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        rating.to_owned()
    } else {
        format!("\"{rating}\"")
    };
    let _ = match i.rationale_first {
        true => write!(out, "{{\"{}\": \"{why}\", \"{}\": {value}", i.rationale, i.rating),
        false => write!(out, "{{\"{}\": {value}, \"{}\": \"{why}\"", i.rating, i.rationale),
    };
    if let Some(confidence) = &i.confidence {
        let _ = write!(out, ", \"{confidence}\": 0.8");
    }
    out.push('}');
    out
}

/// Every number that is asked for, at the place of the rating on its own scale, each second one a step nearer to the
/// middle: judges do not say the same of everything. What is no number stands as it is.
fn several(i: &Instruction, rating: &str, why: &str) -> String {
    let (low, high) = i.scale;
    let share = rating.parse::<i64>().ok().map(|rating| (rating - low) as f64 / (high - low) as f64);
    let mut out = format!("{{\"{}\": \"{why}\"", i.rationale);
    for (at, aspect) in i.aspects.iter().enumerate() {
        let (from, to) = aspect.scale;
        let value = share.map(|share| if aspect.falls { 1.0 - share } else { share });
        let value = value.map(|share| from + (share * (to - from) as f64).round() as i64);
        let hedged = |value: i64| value + (from + to - 2 * value).signum() * (at % 2) as i64;
        let value = value.map(hedged);
        let _ = match value {
            Some(value) => write!(out, ", \"{}\": {value}", aspect.name),
            None => write!(out, ", \"{}\": \"{rating}\"", aspect.name),
        };
    }
    out.push('}');
    out
}

fn oddly(kind: Odd, i: &Instruction, j: &Judgement, why: &str) -> String {
    let text = plain(i, &j.rating.to_string(), why);
    match (kind, i.layout) {
        (Odd::Think, _) => format!("<think>\nThe query and the text share words. {why}\n</think>\n{text}"),
        (_, Layout::Hashed) => text,
        (Odd::Fence, _) => format!("```json\n{text}\n```"),
        (Odd::FenceAndProse, _) => {
            format!("Here is my assessment:\n```json\n{text}\n```\nLet me know if you need more.")
        }
        (Odd::Quoted, _) => swap(i, &text, j, &format!("\"{}\"", j.rating)),
        (Odd::Decimal, _) => swap(i, &text, j, &format!("{}.0", j.rating)),
        (Odd::TrailingComma, _) => format!("{},}}", &text[..text.len() - 1]),
    }
}

/// The text with another spelling of its rating, or of the first of several numbers.
fn swap(i: &Instruction, text: &str, j: &Judgement, value: &str) -> String {
    if let Some(first) = i.aspects.first() {
        let Some(at) = text.find(&format!("\"{}\": ", first.name)).map(|at| at + first.name.len() + 4) else {
            return text.to_owned();
        };
        let end = text[at..].find([',', '}']).map_or(text.len(), |end| at + end);
        let number = &text[at..end];
        let spelled = if value.starts_with('"') { format!("\"{number}\"") } else { format!("{number}.0") };
        return format!("{}{spelled}{}", &text[..at], &text[end..]);
    }
    text.replacen(&format!("\"{}\": {}", i.rating, j.rating), &format!("\"{}\": {value}", i.rating), 1)
}

fn breaks(kind: Broken, i: &Instruction, j: &Judgement, why: &str, draw: &mut Draw) -> Reply {
    let (_, high) = i.scale;
    let mut finish = "stop";
    let content = match kind {
        Broken::Prose => format!("{why} Overall I find this {}.", word(j.impression)),
        Broken::Cut => {
            finish = "length";
            let text = plain(i, &j.rating.to_string(), why);
            let at = text.find(why).map_or(0, |at| at + why.len() / 2);
            text[..at].to_owned()
        }
        Broken::Fraction => plain(i, &format!("{}/{high}", j.rating), why),
        Broken::Word => plain(i, word(j.impression), why),
        Broken::MissingField if i.layout == Layout::Hashed => {
            format!("[[ ## {} ## ]]\n{why}\n\n[[ ## completed ## ]]", i.rationale)
        }
        Broken::MissingField => format!("{{\"{}\": \"{why}\"}}", i.rationale),
        Broken::TwoObjects => {
            let second = if j.rating < high { j.rating + 1 } else { j.rating - 1 };
            let first = plain(i, &j.rating.to_string(), why);
            format!("{first}\n\nOn reflection:\n{}", plain(i, &second.to_string(), why))
        }
        Broken::Refusal => refusal(draw),
        Broken::Empty => String::new(),
    };
    Reply { content, finish }
}

fn word(impression: f64) -> &'static str {
    match impression {
        x if x < 2.0 => "hardly relevant",
        x if x < 3.5 => "somewhat relevant",
        _ => "very relevant",
    }
}

fn refusal(draw: &mut Draw) -> String {
    (*draw.pick(&[
        "I'm sorry, but I can't help with that.",
        "I cannot assess this document because it may hold internal information.",
        "As an assistant I am not able to rate internal documents.",
    ]))
    .to_owned()
}

/// One sentence from what was considered. Never quotes the document; holds no character that JSON escapes.
fn rationale(j: &Judgement, draw: &mut Draw) -> String {
    let subject: &[&str] = match j.impression {
        x if x >= 3.7 => &["The document covers what the query asks about", "The text takes up the words of the query"],
        x if x >= 2.2 => &["The document is on a related subject", "The text covers some of the query"],
        _ => &["The document is about something else", "The text shares little with the query"],
    };
    let mut why = (*draw.pick(subject)).to_owned();
    for (n, c) in j.considered.iter().take(4).enumerate() {
        why.push_str(if n == 0 { "; " } else { ", and " });
        why.push_str(said(c)[draw.below(2)]);
    }
    why.push('.');
    why
}

fn said(c: C) -> [&'static str; 2] {
    match c {
        C::Outdated => ["it is old", "its date lies years back"],
        C::Keywords => ["it has the words but little substance", "the overlap is in the words only"],
        C::Acronym => ["it spells the acronym out", "the long form of the acronym is there"],
        C::Partial => ["it takes up only one part of the query", "one half of the query stays open"],
        C::WrongEntity => ["it names another product", "it is about a sister product"],
        C::WrongLanguage => ["it is in another language", "its language is not the one needed"],
        C::TypeMismatch => ["another type of document was asked for", "it is the wrong kind of document"],
        C::Superseded => ["it has been replaced", "it says that it moved"],
        C::Draft => ["it is a draft", "it has not been reviewed"],
        C::Question => ["it asks and nobody answers", "it is a question without an answer"],
        C::LinkOnly => ["it only points elsewhere", "it is hardly more than a link"],
        C::Scope => ["it excludes the group in the query", "it holds for others"],
        C::Passing => ["it mentions the matter in passing", "the matter is a side remark"],
        C::Authoritative => ["it comes from the owner", "it is an official source"],
        C::ShortExact => ["it is short and exact", "it is brief but answers"],
        C::Confirmed => ["others confirm it", "somebody reports that it works"],
        C::Buried => ["the answer is hidden in a long text", "most of it is about other things"],
    }
}
