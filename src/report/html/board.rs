//! Several judges: their order with intervals, the places that the tests leave open, and every two against each other.

use super::chart::{Chart, DotRow, joined};
use super::people::{Cell, Matrix};
use crate::audit::{Audit, JudgeAudit, Leaderboard, PairTest, Placed};
use crate::domain::Figure;
use crate::report::figures::{Unit, p_value};
use crate::report::measures::{places, reach, scaling};
use crate::report::svg::Axis;
use askama::Template;

/// Up to this many judges the tests are a matrix; of more, a list of tests with the first.
const MATRIX: usize = 30;

/// A p-value below this tells two judges apart.
const ALPHA: f64 = 0.05;

/// The section.
#[derive(Template)]
#[template(path = "board.html")]
pub(super) struct Board {
    count: usize,
    scaling: String,
    chart: Chart,
    matrix: Option<Matrix>,
    with_first: Vec<[String; 3]>,
    first: String,
}

pub(super) fn board(audit: &Audit) -> Option<Board> {
    let board = audit.leaderboard.as_ref()?;
    let axis = Axis::from_zero(reach(board.places.iter().map(|p| &p.nmse)));
    let rows = board.places.iter().map(|p| row(axis, p, &audit.judges[p.judge])).collect();
    Some(Board {
        count: audit.judges.len(),
        scaling: scaling(audit.scale),
        chart: Chart::new("NMSE of each judge", axis, rows),
        matrix: (board.all_pairs && board.places.len() <= MATRIX).then(|| matrix(board)),
        with_first: if board.all_pairs { Vec::new() } else { with_first(board) },
        first: board.places.first().map_or(String::new(), |p| p.name.clone()),
    })
}

fn row(axis: Axis, placed: &Placed, judge: &JudgeAudit) -> DotRow {
    let panel = &judge.panel;
    let numbers = joined(&[
        format!("malformed {}", Unit::Share.value(&panel.malformed.rate)),
        format!("bias {}", Unit::Signed.value(&panel.bias)),
        format!("kappa² {}", Unit::Coefficient.value(&panel.coefficients.kappa_quadratic)),
        judge.diagnosis().name().to_owned(),
    ]);
    let row = DotRow::new(axis, placed.name.clone(), "judge", &placed.nmse, Unit::Nmse).note(numbers);
    DotRow { link: format!("judge-{}", placed.judge), lead: places(placed), ..row }
}

fn matrix(board: &Leaderboard) -> Matrix {
    let cell = |a: &Placed, b: &Placed| {
        let test = board.pairs.iter().find(|t| t.judges == (a.judge, b.judge) || t.judges == (b.judge, a.judge));
        let Some(test) = test.filter(|_| a.judge != b.judge) else {
            return Cell::none();
        };
        // Of the row against the column: the tests are of the second judge against the first.
        let sign = if test.judges.1 == a.judge { 1.0 } else { -1.0 };
        let value = test.difference.value().map_or("–".to_owned(), |d| Unit::Signed.write(sign * d));
        Cell { value, below: format!("p {}", p_value(test.p_adjusted)), class: class(test, sign) }
    };
    let row = |a: &Placed| (a.name.clone(), board.places.iter().map(|b| cell(a, b)).collect());
    Matrix {
        label: "Differences of NMSE, row − column",
        names: board.places.iter().map(|p| p.name.clone()).collect(),
        rows: board.places.iter().map(row).collect(),
    }
}

fn class(test: &PairTest, sign: f64) -> &'static str {
    match test.difference.value() {
        Some(d) if test.p_adjusted.is_some_and(|p| p < ALPHA) => {
            if sign * d < 0.0 {
                "better"
            } else {
                "worse"
            }
        }
        _ => "",
    }
}

/// Name, difference to the first, p.
fn with_first(board: &Leaderboard) -> Vec<[String; 3]> {
    let name = |judge: usize| board.places.iter().find(|p| p.judge == judge).map_or(String::new(), |p| p.name.clone());
    let difference = |figure: &Figure| match figure {
        Figure::Known(_) => crate::report::figures::with_interval(Unit::Signed, figure),
        Figure::Undefined(_) => "–".to_owned(),
    };
    board.pairs.iter().map(|t| [name(t.judges.1), difference(&t.difference), p_value(t.p_adjusted)]).collect()
}
