//! The people: how they rate, how far they are from each other, and whether a judge may replace one of them.

use crate::audit::{Audit, Humans, JudgeAudit, Replaceable, Tested};
use crate::report::brief::{answer, why};
use crate::report::figures::{Unit, count, p_value, with_interval};
use crate::report::measures::among_people;
use askama::Template;

/// The people, once per page.
#[derive(Template)]
#[template(path = "people.html")]
pub(super) struct People {
    /// They are all that the page is about.
    alone: bool,
    facts: Vec<(&'static str, String)>,
    alphas: Vec<[String; 3]>,
    annotators: Vec<[String; 6]>,
    matrix: Option<Matrix>,
    far_apart: u64,
}

/// A square table of two-sided numbers.
#[derive(Template)]
#[template(path = "matrix.html")]
pub(super) struct Matrix {
    pub label: &'static str,
    pub names: Vec<String>,
    /// Name, then one cell per column.
    pub rows: Vec<(String, Vec<Cell>)>,
}

/// A cell of it.
pub(super) struct Cell {
    pub value: String,
    /// In small below the value.
    pub below: String,
    pub class: &'static str,
}

impl Cell {
    /// A cell without a value.
    pub fn none() -> Self {
        Self { value: "–".to_owned(), below: String::new(), class: "none" }
    }
}

pub(super) fn people(audit: &Audit) -> People {
    let humans = &audit.humans;
    People {
        alone: audit.judges.is_empty(),
        facts: among_people(audit),
        alphas: alphas(humans),
        annotators: humans
            .panel
            .iter()
            .map(|a| {
                [
                    a.name.clone(),
                    count(a.ratings),
                    Unit::Signed.value(&a.severity),
                    Unit::Points.value(&a.noise),
                    with_interval(Unit::Nmse, &a.nmse_of_others),
                    Unit::Coefficient.value(&a.alpha_without),
                ]
            })
            .collect(),
        matrix: matrix(humans),
        far_apart: humans.far_apart,
    }
}

fn alphas(humans: &Humans) -> Vec<[String; 3]> {
    let row = |name: &str, figure, meaning: &str| [name.into(), Unit::Coefficient.value(figure), meaning.into()];
    vec![
        row("Alpha, nominal", &humans.alpha_nominal, "any disagreement weighs the same"),
        row("Alpha, ordinal", &humans.alpha_ordinal, "by rank; below 0.667 people agree little (Krippendorff)"),
        row("Alpha, interval", &humans.alpha_interval, "by squared distance"),
        row("Gwet’s AC2", &humans.ac2, "squared distance; steady on skewed ratings"),
    ]
}

fn matrix(humans: &Humans) -> Option<Matrix> {
    if humans.pairs.is_empty() {
        return None;
    }
    let cell = |a: &String, b: &String| {
        let pair =
            humans.pairs.iter().find(|p| (&p.names.0, &p.names.1) == (a, b) || (&p.names.1, &p.names.0) == (a, b));
        match pair.filter(|_| a != b) {
            Some(pair) => Cell {
                value: Unit::Coefficient.value(&pair.kappa_quadratic),
                below: format!("n {}", count(pair.n)),
                class: "",
            },
            None => Cell::none(),
        }
    };
    let names = &humans.annotators;
    let row = |a: &String| (a.clone(), names.iter().map(|b| cell(a, b)).collect());
    Some(Matrix {
        label: "Quadratic kappa of every two annotators",
        names: names.clone(),
        rows: names.iter().map(row).collect(),
    })
}

/// May this judge replace an annotator?
#[derive(Template)]
#[template(path = "replace.html")]
pub(super) struct Replace<'a> {
    id: &'a str,
    tone: &'static str,
    answer: &'static str,
    why: String,
    facts: Vec<(&'static str, String)>,
    annotators: Vec<[String; 7]>,
    skipped: Vec<String>,
}

pub(super) fn replace<'a>(id: &'a str, judge: &JudgeAudit) -> Option<Replace<'a>> {
    let test = judge.alt_test.as_ref()?;
    let row = |t: &Tested| {
        [
            t.name.clone(),
            count(t.n),
            Unit::Share.write(t.judge_wins),
            Unit::Share.write(t.annotator_wins),
            p_value(Some(t.p)),
            p_value(t.p_by_query),
            if t.judge_won { "yes" } else { "no" }.to_owned(),
        ]
    };
    Some(Replace {
        id,
        tone: match test.verdict {
            Replaceable::Passes => "good",
            Replaceable::Fails => "bad",
            Replaceable::Uninformative | Replaceable::TooFewItems => "void",
        },
        answer: answer(test.verdict),
        why: why(test),
        facts: vec![
            ("Winning rate", format!("{}; the test is passed at 50 %", Unit::Share.value(&test.winning_rate))),
            ("By whole queries", Unit::Share.value(&test.winning_rate_by_query)),
            ("As close as the person", format!("on {} of the items, on average", Unit::Share.value(&test.advantage))),
            ("Allowance", format!("{:.2}, what annotators are granted for what they cost", test.allowance)),
        ],
        annotators: test.annotators.iter().map(row).collect(),
        skipped: test.skipped.iter().map(|(name, n)| format!("{name} ({n})")).collect(),
    })
}
