//! One case in words: what the judge saw, then one fact per line in a fixed order.

use super::draft::{Draft, blank, excerpt};
use super::{Case, Direction, Example, Said};
use crate::domain::{Item, Malformed, Rating};
use crate::prompt::Prompt;
use crate::rubric::Rubric;

/// Most characters of each quoted text. A model needs the gist of a case to state a rule; what it is not shown it
/// cannot copy.
pub(super) const QUERY: usize = 300;
pub(super) const TITLE: usize = 200;
const DOCUMENT: usize = 600;
const METADATA: usize = 80;
const RATIONALE: usize = 500;
const REPLY: usize = 400;
/// Most characters of the rubric's own texts where they are put on a single line.
pub(super) const OWN: usize = 2000;
/// Most human rationales, and most human ratings, that one case tells.
const PEOPLE: usize = 3;
const RATINGS: usize = 12;

/// What a judge got wrong about one item, one fact per line: predicted and expected rating; how many points apart; why
/// people rate it so; why the judge did; what a rule drawn from it may not do. A reply without a rating tells instead
/// what was wrong with it, how it begins, and what a reply has to be.
pub fn criticism(case: &Case<'_>, rubric: &Rubric) -> String {
    draft(case, rubric).finish()
}

pub(super) fn draft(case: &Case<'_>, rubric: &Rubric) -> Draft {
    let mut draft = Draft::default();
    shown(&mut draft, &case.example.item, rubric);
    match case.said {
        Said::Rated { rating, rationale } => rated(&mut draft, case, *rating, rationale.as_deref(), rubric),
        Said::Malformed { reason, excerpt } => malformed(&mut draft, case.example, *reason, excerpt, rubric),
    }
    draft
}

/// The item as the judge is shown it, only shorter.
fn shown(draft: &mut Draft, item: &Item, rubric: &Rubric) {
    for field in &rubric.fields {
        let (label, text, most) = match field.name.as_str() {
            "query" => ("Query", Some(item.query.as_str()), QUERY),
            "title" => ("Title", item.title.as_deref(), TITLE),
            "document" => ("Document", Some(item.document.as_str()), DOCUMENT),
            other => (other, item.meta.get(other).map(String::as_str), METADATA),
        };
        if let Some(text) = text {
            draft.say(format!("{label}: "));
            draft.quote(text, most.min(field.max_chars));
            draft.say("\n");
        }
    }
}

fn rated(draft: &mut Draft, case: &Case<'_>, rating: Rating, reasoning: Option<&str>, rubric: &Rubric) {
    draft.say(format!("Predicted {}, {}.\n", named(rating, rubric), expected(case.example, rubric)));
    let points = points(case.gap().unwrap_or(0));
    draft.say(match case.direction() {
        Direction::Higher => format!("The judge is {points} too high.\n"),
        Direction::Lower => format!("The judge is {points} too low.\n"),
        _ => "The judge is right.\n".to_owned(),
    });
    human(draft, case.example);
    draft.say("Judge's reasoning: ");
    match reasoning.filter(|text| !blank(text)) {
        Some(text) => draft.quote(text, RATIONALE),
        None => draft.say("it gave none."),
    }
    draft.say(format!("\nInvariants: {}\n", invariants(rubric)));
}

fn malformed(draft: &mut Draft, example: &Example, reason: Malformed, start: &str, rubric: &Rubric) {
    draft.say(format!("Predicted nothing that can be read, {}.\n", expected(example, rubric)));
    let range = points(rubric.scale.range());
    draft.say(format!("That counts as fully wrong, {range}: {} ({reason}).\n", meaning(reason, rubric)));
    draft.say("The reply begins: ");
    if blank(start) {
        draft.say("it has no text.");
    } else {
        draft.quote(start, REPLY);
    }
    let contract = excerpt(&Prompt::of(rubric).contract, OWN);
    draft.say(format!("\nWhat a reply has to be, which is fixed: {contract}\n"));
    draft.say("Asked for: a general rule about the form of the reply, which would have kept it in this form.\n");
    draft.say(format!("Invariants: {}\n", invariants(rubric)));
}

/// What is wrong with a reply, in plain words.
fn meaning(reason: Malformed, rubric: &Rubric) -> String {
    let (min, max) = (rubric.scale.min(), rubric.scale.max());
    match reason {
        Malformed::Empty => "the reply holds no text".to_owned(),
        Malformed::NotJson => "the reply holds no JSON object".to_owned(),
        Malformed::MissingField => {
            let asked = rubric.contract.asked(rubric.scale);
            match asked.as_slice() {
                [(name, _)] => format!("the reply's object does not have the field `{name}`"),
                several => {
                    let names: Vec<String> = several.iter().map(|(name, _)| format!("`{name}`")).collect();
                    format!("the reply's object does not have all the fields {}", names.join(", "))
                }
            }
        }
        Malformed::OffScale => format!("the reply's rating is not on the scale from {min} to {max}"),
        Malformed::NonInteger => {
            "the reply's rating is in words, a fraction or something else that is no whole number".to_owned()
        }
        Malformed::Truncated => "the reply was cut off before its object ended".to_owned(),
        Malformed::Contradictory => "the reply gives two different ratings".to_owned(),
        Malformed::Refusal => "the model declined to rate the item".to_owned(),
    }
}

/// Why people rate it so: in the words of those whose rating is nearest to the gold, without their names.
fn human(draft: &mut Draft, example: &Example) {
    let texts = example.rationales();
    draft.say("Human rationale: ");
    if texts.is_empty() {
        draft.say("nobody gave one.");
    }
    for (n, text) in texts.iter().take(PEOPLE).enumerate() {
        draft.say(if n > 0 { " and " } else { "" });
        draft.quote(text, RATIONALE);
    }
    draft.say("\n");
}

fn expected(example: &Example, rubric: &Rubric) -> String {
    let (min, max) = (rubric.scale.min(), rubric.scale.max());
    let mut text = format!("expected {}, on the scale from {min} to {max}", named(example.gold, rubric));
    let mut ratings: Vec<Rating> = example.opinions.iter().map(|o| o.rating).collect();
    ratings.sort();
    if ratings.first() != ratings.last() {
        let told: Vec<String> = ratings.iter().take(RATINGS).map(Rating::to_string).collect();
        let more = if ratings.len() > RATINGS { " …" } else { "" };
        text.push_str(&format!("; people said {}{more}", told.join(", ")));
    }
    text
}

/// A rating with the name of its anchor.
pub(super) fn named(rating: Rating, rubric: &Rubric) -> String {
    match rubric.anchors.iter().find(|a| a.rating == rating) {
        Some(anchor) => format!("{rating} ({})", anchor.name),
        None => rating.to_string(),
    }
}

fn points(n: u8) -> String {
    format!("{n} point{}", if n == 1 { "" } else { "s" })
}

/// What no rule may do. In words that name no way to be relevant: a model takes up what its feedback repeats.
pub(super) fn invariants(rubric: &Rubric) -> String {
    let (min, max) = (rubric.scale.min(), rubric.scale.max());
    format!(
        "state a general rule for similar documents; copy no text, no name and no distinctive word of the \
         examples; the scale stays {min} to {max} and the task stays as it is."
    )
}
