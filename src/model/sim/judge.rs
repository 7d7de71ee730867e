//! From a reading and an instruction to a rating.

use super::considerations::detect::notice;
use super::considerations::stated::Stated;
use super::considerations::{Consideration as C, Set};
use super::draw::Draw;
use super::impression::Reading;
use super::instruction::Instruction;
use super::persona::Judge;

/// What a judge came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judgement {
    /// On the scale of the instruction.
    pub(super) rating: i64,
    /// The first impression, 1–5.
    pub(super) impression: f64,
    /// What it considered.
    pub(super) considered: Set,
}

/// Rates an item. `draw` carries the request's own randomness.
pub(super) fn judge(judge: &Judge, instruction: &Instruction, reading: &Reading, draw: &mut Draw) -> Judgement {
    let impression = reading.impression();
    let lost = lost(judge, instruction);
    let knows = judge.knows();
    let mut considered = Set::NONE;
    let (mut raised, mut worst, mut further) = (0.0f64, 0.0f64, 0.0f64);
    let noticed = settle(notice(reading));
    // what can be lost of something that is not on the subject anyway is little
    let on_subject = ((impression - 1.0) / 2.8).clamp(0.0, 1.15);
    for c in noticed.iter() {
        let forgotten = draw.chance(lost);
        let weight = match instruction.stated[c as usize] {
            _ if forgotten && !knows.has(c) => 0.0,
            Stated::Rule => judge.fidelity,
            Stated::Reversed => -0.7,
            Stated::Hint if !knows.has(c) => judge.hint,
            Stated::No if !knows.has(c) => 0.0,
            Stated::Hint | Stated::No => judge.fidelity,
        };
        if weight == 0.0 {
            continue;
        }
        considered.insert(c);
        let points = match c {
            C::Acronym => reading.gain_if_spelled_out(),
            C::ShortExact => reading.gain_if_exact(),
            _ => effect(c) * if c.raises() { on_subject.min(1.0) } else { 1.0 },
        };
        match points * weight {
            up if up > 0.0 => raised += up,
            down if -down * on_subject > worst => (worst, further) = (-down * on_subject, further + worst),
            down => further += -down * on_subject,
        }
    }
    let felt = impression + raised - worst - further / 3.0;
    let clear = clear(instruction);
    let slope = judge.slope.0 + (judge.slope.1 - judge.slope.0) * clear;
    let lean = judge.bias * (1.0 - clear);
    let hedged = 3.0 + slope * (felt.clamp(0.8, 5.3) - 3.0) + lean + judge.noise * draw.normal();
    let (low, high) = instruction.scale;
    let scaled = low as f64 + (hedged - 1.0) / 4.0 * (high - low) as f64;
    Judgement { rating: (scaled.round() as i64).clamp(low, high), impression, considered }
}

/// What does not count beside something else.
fn settle(mut noticed: Set) -> Set {
    let drop = |set: &mut Set, when: C, what: C| {
        if set.has(when) {
            set.remove(what);
        }
    };
    drop(&mut noticed, C::Superseded, C::Outdated);
    drop(&mut noticed, C::Draft, C::Authoritative);
    drop(&mut noticed, C::WrongEntity, C::Acronym);
    drop(&mut noticed, C::Question, C::ShortExact);
    noticed
}

/// Rating points, as a judge sees them when told.
fn effect(c: C) -> f64 {
    match c {
        C::Outdated => -1.5,
        C::Keywords => -2.6,
        C::Partial => -1.3,
        C::WrongEntity => -1.8,
        C::WrongLanguage => -1.5,
        C::TypeMismatch => -1.3,
        C::Superseded => -1.8,
        C::Draft => -1.1,
        C::Question => -2.2,
        C::LinkOnly => -0.9,
        C::Scope => -2.0,
        C::Passing => -2.1,
        C::Authoritative => 1.0,
        // these two only stop the reader from being hasty
        C::Acronym | C::ShortExact => 0.0,
        C::Confirmed => 0.8,
        C::Buried => -1.0,
    }
}

/// The chance that a stated consideration is forgotten: 0 within the budget, then rising to 0.9 at three times it.
pub(super) fn lost(judge: &Judge, instruction: &Instruction) -> f64 {
    let over = instruction.words as f64 / judge.budget as f64 - 1.0;
    (over * 0.6).clamp(0.0, 0.9)
}

/// How clear an instruction is, 0–1: who is told what to do with what it sees, or shown it, hedges less.
fn clear(instruction: &Instruction) -> f64 {
    let told = (instruction.rules_stated() as f64 / 12.0).min(1.0);
    let shown = 1.0 - 0.7f64.powi(instruction.demos.min(8) as i32);
    (told + 0.6 * shown).min(1.0)
}
