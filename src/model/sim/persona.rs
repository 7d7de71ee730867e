//! The members of the family: what each knows by itself, and how each fails.

use super::considerations::Consideration as C;
use super::considerations::Set;
use crate::domain::Price;

/// How a model treats `response_format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Structured {
    /// Honours a JSON schema.
    Schema,
    /// Writes valid JSON when any JSON format is asked for.
    Object,
    /// Accepts it and does as it likes.
    Ignored,
}

/// A simulated model. Prices are made up.
#[derive(Clone, Copy, Debug)]
pub struct Persona {
    /// Model id.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// US dollars per million tokens, made up.
    pub price: Price,
    /// `None` for the reflector.
    pub(super) judge: Option<Judge>,
    /// Simulated processing time: fixed part in ms, and µs per prompt token.
    pub(super) pace: (u64, u64),
}

/// The traits of a judge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge {
    /// Considerations that it applies unasked.
    pub(super) knows: &'static [C],
    /// Share of a stated consideration's effect that it applies.
    pub(super) fidelity: f64,
    /// The same for one that is only hinted at.
    pub(super) hint: f64,
    /// Slope around the middle of the scale with an instruction that states nothing, and the most that a clear one
    /// brings it to. 1 is no compression.
    pub(super) slope: (f64, f64),
    /// Rating points that it is too kind with an instruction that states nothing.
    pub(super) bias: f64,
    /// Standard deviation of its noise, in rating points.
    pub(super) noise: f64,
    /// Words of instruction that it can hold.
    pub(super) budget: usize,
    /// Ways of breaking the reply happen this often, relative to `sim/small`.
    pub(super) breakage: f64,
    pub(super) structured: Structured,
}

impl Judge {
    pub(super) fn knows(&self) -> Set {
        Set::of(self.knows)
    }
}

const fn price(input: f64, output: f64) -> Price {
    Price { input, cached: None, output }
}

/// The family, dearest judge first.
pub const MODELS: [Persona; 4] = [
    Persona {
        name: "sim/large",
        about: "knows most considerations by itself, follows instructions, honours JSON schemas",
        price: price(2.5, 10.0),
        pace: (180, 60),
        judge: Some(Judge {
            knows: &[
                C::Outdated,
                C::Keywords,
                C::Acronym,
                C::Partial,
                C::WrongEntity,
                C::Question,
                C::LinkOnly,
                C::ShortExact,
                C::Superseded,
                C::Passing,
                C::WrongLanguage,
                C::Draft,
                C::Scope,
                C::Authoritative,
                C::Confirmed,
            ],
            fidelity: 1.0,
            hint: 0.7,
            slope: (0.97, 1.0),
            bias: 0.0,
            noise: 0.18,
            budget: 2500,
            breakage: 0.03,
            structured: Structured::Schema,
        }),
    },
    Persona {
        name: "sim/medium",
        about: "knows some considerations, compresses a little, honours JSON mode",
        price: price(0.4, 1.6),
        pace: (90, 30),
        judge: Some(Judge {
            knows: &[C::Question, C::Keywords, C::Acronym, C::Passing, C::WrongEntity, C::LinkOnly],
            fidelity: 0.95,
            hint: 0.35,
            slope: (0.72, 0.97),
            bias: 0.15,
            noise: 0.35,
            budget: 1400,
            breakage: 0.15,
            structured: Structured::Object,
        }),
    },
    Persona {
        name: "sim/small",
        about: "knows next to nothing by itself, collapses towards the middle, breaks its JSON",
        price: price(0.05, 0.2),
        pace: (35, 12),
        judge: Some(Judge {
            knows: &[],
            fidelity: 0.9,
            hint: 0.15,
            slope: (0.36, 0.95),
            bias: 0.36,
            noise: 0.48,
            budget: 900,
            breakage: 1.0,
            structured: Structured::Ignored,
        }),
    },
    Persona {
        name: "sim/reflector",
        about: "reads feedback on a prompt and proposes a revision, good or bad",
        price: price(5.0, 20.0),
        pace: (900, 80),
        judge: None,
    },
];

/// The model with this name; `large` is short for `sim/large`.
pub fn model(name: &str) -> Option<&'static Persona> {
    MODELS.iter().find(|m| m.name == name || m.name.strip_prefix("sim/") == Some(name))
}

/// The made-up price of a model.
pub fn price_of(name: &str) -> Option<Price> {
    model(name).map(|m| m.price)
}
