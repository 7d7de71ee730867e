//! The arithmetic that makes one rating of several fields: `(2 * relevance + clarity) / 3`, `mean(depth: 2, errors?)`.
//!
//! | | |
//! |---|---|
//! | `+` `-` `*` (also `−` `×`), parentheses | as everywhere |
//! | `/` | by a number that is not 0: no reply can make it fail |
//! | `min(a, b)` `max(a, b)` `mean(a, b: 2)` | of one or more; in `mean` a weight may follow a colon |
//! | `name` | a field, turned so that higher is better |
//! | `name?` | inside `min`, `max`, `mean`: left out where it is missing |
//!
//! Where a field is missing and no `?` says that the formula can do without it, there is no result.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Bytes of a formula.
const LONGEST: usize = 500;
/// Parentheses within parentheses.
const DEEPEST: usize = 20;

/// A formula over named fields. Equal when written alike.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Formula {
    text: String,
    root: Node,
}

/// A formula that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FormulaError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes from the start of the formula.
    pub at: usize,
}

#[derive(Clone, Debug)]
enum Node {
    Number(f64),
    Field(String),
    Sum(Box<Node>, Box<Node>),
    Difference(Box<Node>, Box<Node>),
    Product(Box<Node>, Box<Node>),
    Quotient(Box<Node>, f64),
    Of(Aggregate, Vec<Argument>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aggregate {
    Min,
    Max,
    Mean,
}

#[derive(Clone, Debug)]
struct Argument {
    node: Node,
    weight: f64,
    /// It may be missing.
    optional: bool,
}

impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl From<Formula> for String {
    fn from(formula: Formula) -> Self {
        formula.text
    }
}

impl TryFrom<String> for Formula {
    type Error = FormulaError;

    fn try_from(text: String) -> Result<Self, FormulaError> {
        if text.len() > LONGEST {
            return Err(FormulaError { message: format!("the formula has more than {LONGEST} bytes"), at: LONGEST });
        }
        let mut parser = Parser { text: &text, at: 0, depth: 0 };
        let root = parser.sum()?;
        match parser.peek() {
            None => Ok(Self { root, text }),
            Some(_) => Err(parser.error("an operator is missing")),
        }
    }
}

impl Formula {
    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fields that it speaks of.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.root.names(&mut names);
        names
    }

    /// Its value where a field has `value`; `None` when a field is missing that it cannot do without.
    pub fn value(&self, value: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
        self.root.value(value)
    }

    /// The lowest and the highest value that it can take, each field lying between the ends that `ends` gives. Never
    /// too narrow; where a field stands more than once, or may be missing, it may be too wide.
    pub fn ends(&self, ends: &dyn Fn(&str) -> (f64, f64)) -> (f64, f64) {
        self.root.ends(ends)
    }
}

impl Node {
    fn names<'a>(&'a self, found: &mut BTreeSet<&'a str>) {
        match self {
            Self::Number(_) => {}
            Self::Field(name) => drop(found.insert(name)),
            Self::Sum(a, b) | Self::Difference(a, b) | Self::Product(a, b) => {
                a.names(found);
                b.names(found);
            }
            Self::Quotient(a, _) => a.names(found),
            Self::Of(_, arguments) => arguments.iter().for_each(|argument| argument.node.names(found)),
        }
    }

    fn value(&self, field: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
        Some(match self {
            Self::Number(number) => *number,
            Self::Field(name) => field(name)?,
            Self::Sum(a, b) => a.value(field)? + b.value(field)?,
            Self::Difference(a, b) => a.value(field)? - b.value(field)?,
            Self::Product(a, b) => a.value(field)? * b.value(field)?,
            Self::Quotient(a, by) => a.value(field)? / by,
            Self::Of(which, arguments) => {
                let mut known: Vec<(f64, f64)> = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    match argument.node.value(field) {
                        Some(value) => known.push((value, argument.weight)),
                        None if argument.optional => {}
                        None => return None,
                    }
                }
                which.of(&known)?
            }
        })
    }

    fn ends(&self, field: &dyn Fn(&str) -> (f64, f64)) -> (f64, f64) {
        match self {
            Self::Number(number) => (*number, *number),
            Self::Field(name) => field(name),
            // Each side once: what is added up a hundred times is a hundred deep.
            Self::Sum(a, b) => {
                let (a, b) = (a.ends(field), b.ends(field));
                (a.0 + b.0, a.1 + b.1)
            }
            Self::Difference(a, b) => {
                let (a, b) = (a.ends(field), b.ends(field));
                (a.0 - b.1, a.1 - b.0)
            }
            Self::Product(a, b) => {
                let (a, b) = (a.ends(field), b.ends(field));
                outer([a.0 * b.0, a.0 * b.1, a.1 * b.0, a.1 * b.1])
            }
            Self::Quotient(a, by) => {
                let a = a.ends(field);
                outer([a.0 / by, a.1 / by])
            }
            Self::Of(which, arguments) => {
                let ends: Vec<_> =
                    arguments.iter().map(|argument| (argument.node.ends(field), argument.weight)).collect();
                if arguments.iter().any(|argument| argument.optional) {
                    return outer(ends.iter().flat_map(|((low, high), _)| [*low, *high]));
                }
                let low = which.of(&ends.iter().map(|((low, _), weight)| (*low, *weight)).collect::<Vec<_>>());
                let high = which.of(&ends.iter().map(|((_, high), weight)| (*high, *weight)).collect::<Vec<_>>());
                low.zip(high).expect("a call has an argument")
            }
        }
    }
}

fn outer(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    values.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

impl Aggregate {
    /// Of values with their weights; `None` of nothing.
    fn of(self, known: &[(f64, f64)]) -> Option<f64> {
        let values = known.iter().map(|(value, _)| *value);
        match self {
            Self::Min => values.reduce(f64::min),
            Self::Max => values.reduce(f64::max),
            Self::Mean => {
                let weights: f64 = known.iter().map(|(_, weight)| weight).sum();
                (!known.is_empty()).then(|| known.iter().map(|(value, weight)| value * weight).sum::<f64>() / weights)
            }
        }
    }
}

/// Recursive descent; one method per precedence.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn error(&self, message: impl Into<String>) -> FormulaError {
        FormulaError { message: message.into(), at: self.at }
    }

    /// The next character that is no blank.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    fn takes(&mut self, wanted: &[char]) -> bool {
        let found = self.peek().filter(|c| wanted.contains(c));
        self.at += found.map_or(0, char::len_utf8);
        found.is_some()
    }

    fn sum(&mut self) -> Result<Node, FormulaError> {
        let mut left = self.product()?;
        loop {
            if self.takes(&['+']) {
                left = Node::Sum(Box::new(left), Box::new(self.product()?));
            } else if self.takes(&['-', '−']) {
                left = Node::Difference(Box::new(left), Box::new(self.product()?));
            } else {
                return Ok(left);
            }
        }
    }

    fn product(&mut self) -> Result<Node, FormulaError> {
        let mut left = self.atom()?;
        loop {
            if self.takes(&['*', '×']) {
                left = Node::Product(Box::new(left), Box::new(self.atom()?));
            } else if self.takes(&['/']) {
                self.peek();
                let start = self.at;
                match self.atom()? {
                    Node::Number(by) if by != 0.0 => left = Node::Quotient(Box::new(left), by),
                    _ => {
                        let message = "`/` divides by a number other than 0".to_owned();
                        return Err(FormulaError { message, at: start });
                    }
                }
            } else {
                return Ok(left);
            }
        }
    }

    fn atom(&mut self) -> Result<Node, FormulaError> {
        let Some(first) = self.peek() else { return Err(self.error("the formula ends too early")) };
        if self.depth == DEEPEST {
            return Err(self.error(format!("more than {DEEPEST} parentheses within each other")));
        }
        if self.takes(&['-', '−']) {
            self.depth += 1;
            let node = self.atom()?;
            self.depth -= 1;
            return Ok(match node {
                Node::Number(number) => Node::Number(-number),
                node => Node::Difference(Box::new(Node::Number(0.0)), Box::new(node)),
            });
        }
        if self.takes(&['(']) {
            self.depth += 1;
            let inside = self.sum()?;
            self.depth -= 1;
            return if self.takes(&[')']) { Ok(inside) } else { Err(self.error("a `)` is missing")) };
        }
        if first.is_ascii_digit() || first == '.' {
            return self.number().map(Node::Number);
        }
        let start = self.at;
        let name = self.name().ok_or_else(|| self.error(format!("`{first}` is no field, number or operator")))?;
        if !self.takes(&['(']) {
            return Ok(Node::Field(name));
        }
        let which = match name.as_str() {
            "min" => Aggregate::Min,
            "max" => Aggregate::Max,
            "mean" => Aggregate::Mean,
            _ => {
                let message = format!("there is no function `{name}`: only min, max and mean");
                return Err(FormulaError { message, at: start });
            }
        };
        self.depth += 1;
        let arguments = self.arguments(which)?;
        self.depth -= 1;
        Ok(Node::Of(which, arguments))
    }

    fn arguments(&mut self, which: Aggregate) -> Result<Vec<Argument>, FormulaError> {
        let mut arguments = Vec::new();
        loop {
            let node = self.sum()?;
            let optional = matches!(node, Node::Field(_)) && self.takes(&['?']);
            let mut weight = 1.0;
            if which == Aggregate::Mean && self.takes(&[':']) {
                self.peek();
                let start = self.at;
                weight = self.number()?;
                if weight <= 0.0 {
                    return Err(FormulaError { message: "a weight is a number above 0".into(), at: start });
                }
            }
            arguments.push(Argument { node, weight, optional });
            if self.takes(&[')']) {
                return Ok(arguments);
            }
            if !self.takes(&[',']) {
                return Err(self.error("a `)` or `,` is missing"));
            }
        }
    }

    fn number(&mut self) -> Result<f64, FormulaError> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number = rest[..end].parse().ok().filter(|n: &f64| n.is_finite());
        let number = number.ok_or_else(|| self.error("a number is missing"))?;
        self.at += end;
        Ok(number)
    }

    fn name(&mut self) -> Option<String> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        self.at += end;
        is_name(&name).then_some(name)
    }
}

/// Whether a formula can speak of a field so called.
pub(super) fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests;
