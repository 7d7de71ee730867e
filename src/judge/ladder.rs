//! Reply text → [`Verdict`]. Pure, and the heart of the promise that a rating is never guessed.
//!
//! 1. `exact`: the whole text is the contract's object.
//! 2. `unwrapped`: the same after removing a reasoning channel, a fence or prose. If several objects carry a rating
//!    they must agree; two different ratings are `contradictory`.
//! 3. `lenient-type`: a type that loses nothing (`"4"`, `4.0`), or an absent rationale.
//! 4. `repaired`: one of the named JSON repairs was needed.
//! 5. otherwise [`Verdict::Malformed`] with its reason.
//!
//! Where the contract asks for several fields, each is read so, and the rating is computed from them ([`Derived`]). A field
//! that is `null` or absent is missing: `missing-field`, unless the formula can do without it.
//!
//! An object that stands in the item itself is an echo of the document and is passed over, whichever rung it fits.

use super::json::{Fields, repair, scan};
use crate::domain::{Basis, FieldValue, Malformed, Rating, Rung, Scale, Verdict};
use crate::rubric::{Contract, Derived};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::OnceCell;

/// What came back, as far as the ladder needs it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reply<'a> {
    /// The answer's text.
    pub text: Option<&'a str>,
    /// A separate reasoning channel, when the provider has one.
    pub reasoning: Option<&'a str>,
    /// The provider's own word that the model declined.
    pub refusal: Option<&'a str>,
    /// The provider's finish reason.
    pub finish: Option<&'a str>,
}

/// Longest rationale that is kept, in characters; the raw reply is in the ledger.
pub(super) const RATIONALE_CHARS: usize = 4000;

/// Reads a reply to the item that was shown as `shown` (the user message).
pub fn read(reply: Reply<'_>, shown: &str, contract: &Contract, scale: Scale) -> Verdict {
    let filtered = reply.finish.is_some_and(|f| f == "content_filter");
    if filtered || reply.refusal.is_some_and(|r| !r.trim().is_empty()) {
        return Verdict::Malformed(Malformed::Refusal);
    }
    let ladder = Ladder { shown, squeezed: OnceCell::new(), contract, scale };
    let text = reply.text.map(|t| t.trim_matches(blank)).filter(|t| !t.is_empty());
    let Some(text) = text else {
        return ladder.reasoning_only(reply);
    };
    match ladder.climb(text) {
        Ok(verdict) => verdict,
        Err(_) if reply.finish.is_some_and(is_length) => Verdict::Malformed(Malformed::Truncated),
        Err(reason) => Verdict::Malformed(reason),
    }
}

pub(super) fn blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}' || c == '\0'
}

fn is_length(finish: &str) -> bool {
    finish == "length" || finish == "max_tokens" || finish == "MAX_TOKENS"
}

struct Ladder<'a> {
    shown: &'a str,
    /// The same as echoes are looked for in; made for the first object that is found.
    squeezed: OnceCell<Option<String>>,
    contract: &'a Contract,
    scale: Scale,
}

/// A rating read from one object.
struct Reading {
    rating: Rating,
    rationale: Option<String>,
    confidence: Option<f64>,
    rung: Rung,
    basis: Option<Box<Basis>>,
}

impl Ladder<'_> {
    fn climb(&self, text: &str) -> Result<Verdict, Malformed> {
        if let Ok(fields) = serde_json::from_str::<Fields>(text)
            && !self.is_echo(text)
        {
            return Ok(verdict(self.object(&fields, Rung::Exact)?));
        }
        if let Ok(inner) = serde_json::from_str::<String>(text) {
            return self.unwrap(&inner);
        }
        self.unwrap(text)
    }

    /// An answer that came with no text: a wrong reasoning parser on the server can put all of it into the reasoning.
    fn reasoning_only(&self, reply: Reply<'_>) -> Verdict {
        let inside = reply.reasoning.map(|r| r.trim_matches(blank)).filter(|r| !r.is_empty());
        let whole = inside.and_then(|r| Some((r, serde_json::from_str::<Fields>(r).ok()?)));
        if let Some((text, fields)) = whole
            && !self.is_echo(text)
            && let Ok(reading) = self.object(&fields, Rung::Unwrapped)
        {
            return verdict(reading);
        }
        let cut = reply.finish.is_some_and(is_length);
        Verdict::Malformed(if cut { Malformed::Truncated } else { Malformed::Empty })
    }

    /// Rungs 2–4: every complete object outside the reasoning that carries a rating must say the same.
    fn unwrap(&self, text: &str) -> Result<Verdict, Malformed> {
        let answer = answer_part(text).ok_or(Malformed::Truncated)?;
        let found = scan(answer);
        let mut readings: Vec<Result<Reading, Malformed>> = Vec::new();
        let mut objects = 0;
        for object in found.objects.iter().filter(|o| !self.is_echo(o)) {
            let repaired = match serde_json::from_str::<Fields>(object) {
                Ok(_) => None,
                Err(_) => match repair(object) {
                    Some(text) => Some(text),
                    None => continue,
                },
            };
            let rung = if repaired.is_some() { Rung::Repaired } else { Rung::Unwrapped };
            let Ok(fields) = serde_json::from_str::<Fields>(repaired.as_deref().unwrap_or(object)) else { continue };
            objects += 1;
            match self.object(&fields, rung) {
                Err(Malformed::MissingField) => {}
                reading => readings.push(reading),
            }
        }
        // A verdict that broke off after another one may have been its revision.
        let broke_off = found.unfinished.is_some_and(|tail| self.names_a_number(tail));
        let last = readings.pop().filter(|_| !broke_off);
        match last {
            Some(last) if readings.iter().all(|r| same(r, &last)) => Ok(verdict(last?)),
            Some(_) => Err(Malformed::Contradictory),
            None if found.unfinished.is_some() => Err(Malformed::Truncated),
            None if objects > 0 => Err(Malformed::MissingField),
            None if is_refusal(answer) => Err(Malformed::Refusal),
            None => Err(Malformed::NotJson),
        }
    }

    fn object(&self, fields: &Fields<'_>, rung: Rung) -> Result<Reading, Malformed> {
        let (rating, loose, basis) = match &self.contract.derived {
            None => {
                let on_scale = |said: i64| self.scale.rating(said).ok_or(Malformed::OffScale);
                let (rating, loose) =
                    number(fields, &self.contract.rating, on_scale)?.ok_or(Malformed::MissingField)?;
                (rating, loose, None)
            }
            Some(derived) => {
                let (rating, loose, basis) = self.derived(fields, derived)?;
                (rating, loose, Some(Box::new(basis)))
            }
        };
        let rung = if loose { rung.max(Rung::LenientType) } else { rung };
        let rationale = named(fields, &self.contract.rationale).last().and_then(rationale);
        // An absent rationale breaks the contract, and the rating can be read all the same.
        let rung = rung.max(rationale.as_ref().map_or(Rung::LenientType, |(_, needed)| *needed));
        let confidence = self.contract.confidence.as_ref().and_then(|name| named(fields, name).last());
        let confidence = confidence.and_then(|raw| serde_json::from_str(raw.get()).ok());
        Ok(Reading {
            rating,
            rationale: rationale.map(|(text, _)| text),
            confidence: confidence.filter(|c: &f64| (0.0..=1.0).contains(c)),
            rung,
            basis,
        })
    }

    /// The rating that the reply's fields make, and what it was made from.
    fn derived(&self, fields: &Fields<'_>, derived: &Derived) -> Result<(Rating, bool, Basis), Malformed> {
        let mut loose = false;
        let mut found = Vec::with_capacity(derived.fields.len());
        for field in &derived.fields {
            let read = if is_null(fields, &field.name)? {
                None
            } else {
                number(fields, &field.name, |said| Ok((said, field.take(said)?)))?
            };
            loose |= read.is_some_and(|(_, loose)| loose);
            let (said, value) = read.map_or((None, None), |((said, value), _)| (Some(said), value));
            found.push(FieldValue { name: field.name.clone(), said, value });
        }
        let Some(value) = derived.value(&found, self.scale) else {
            let dropped = found.iter().any(FieldValue::dropped);
            return Err(if dropped { Malformed::OffScale } else { Malformed::MissingField });
        };
        let rating = self.scale.nearest(value).ok_or(Malformed::OffScale)?;
        Ok((rating, loose, Basis { value, raw: None, fields: found }))
    }

    /// The text has the name of a number that was asked for.
    fn names_a_number(&self, text: &str) -> bool {
        self.contract.asked(self.scale).iter().any(|(name, _)| text.contains(name))
    }

    fn is_echo(&self, object: &str) -> bool {
        let shown = self.squeezed.get_or_init(|| self.names_a_number(self.shown).then(|| squeeze(self.shown)));
        shown.as_ref().is_some_and(|shown| shown.contains(&squeeze(object)))
    }
}

/// Without white space and escapes, quotes all alike.
fn squeeze(text: &str) -> String {
    let plain = |c| match c {
        '\'' | '\u{201c}' | '\u{201d}' => '"',
        other => other,
    };
    text.chars().filter(|c| !c.is_whitespace() && *c != '\\').map(plain).collect()
}

fn verdict(reading: Reading) -> Verdict {
    Verdict::Rated {
        rating: reading.rating,
        rationale: reading.rationale,
        confidence: reading.confidence,
        rung: reading.rung,
        basis: reading.basis,
    }
}

fn same(a: &Result<Reading, Malformed>, b: &Result<Reading, Malformed>) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => a.rating == b.rating && a.basis == b.basis,
        (Err(a), Err(b)) => a == b,
        _ => false,
    }
}

fn named<'a>(fields: &'a Fields<'a>, name: &'a str) -> impl Iterator<Item = &'a RawValue> {
    fields.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| *value)
}

/// What `take` makes of the number in a field, which may stand there twice when it is the same; `None` without the field.
/// With it, whether its type was lenient.
fn number<T: Copy + PartialEq>(
    fields: &Fields<'_>,
    name: &str,
    take: impl Fn(i64) -> Result<T, Malformed>,
) -> Result<Option<(T, bool)>, Malformed> {
    let mut found: Option<(T, bool)> = None;
    for raw in named(fields, name) {
        let (value, loose) = whole(raw)?;
        // Too large for a 64-bit integer: off every scale.
        let value = take(value.ok_or(Malformed::OffScale)?)?;
        if found.is_some_and(|(other, _)| other != value) {
            return Err(Malformed::Contradictory);
        }
        found = Some((value, loose || found.is_some_and(|(_, loose)| loose)));
    }
    Ok(found)
}

/// The field is there and says that it has no value. A number beside it contradicts that.
fn is_null(fields: &Fields<'_>, name: &str) -> Result<bool, Malformed> {
    let nulls = named(fields, name).filter(|raw| raw.get() == "null").count();
    let all = named(fields, name).count();
    if nulls > 0 && nulls < all { Err(Malformed::Contradictory) } else { Ok(nulls > 0) }
}

/// A number in its own words, and whether its type was lenient. The text of the number decides, never a float: rounding
/// cannot bring a value onto a scale.
fn whole(raw: &RawValue) -> Result<(Option<i64>, bool), Malformed> {
    let text = raw.get();
    let quoted = text.starts_with('"');
    let inner: Cow<'_, str> = if quoted {
        serde_json::from_str::<String>(text).map_err(|_| Malformed::NonInteger)?.into()
    } else {
        text.into()
    };
    let (value, plain) = whole_number(inner.trim()).ok_or(Malformed::NonInteger)?;
    Ok((value, quoted || !plain))
}

/// The rationale's text, and the rung that its reading needs: something else than a string is kept as it was written,
/// a string with half of a surrogate pair is repaired. `null` and blank are no rationale.
fn rationale(raw: &RawValue) -> Option<(String, Rung)> {
    let written = raw.get();
    let (text, rung) = match serde_json::from_str::<String>(written) {
        Ok(text) => (text, Rung::Exact),
        Err(_) if written == "null" => return None,
        Err(_) => match repair(written).and_then(|repaired| serde_json::from_str(&repaired).ok()) {
            Some(text) => (text, Rung::Repaired),
            None => (written.to_owned(), Rung::LenientType),
        },
    };
    let text = text.trim();
    let kept = text.char_indices().nth(RATIONALE_CHARS).map_or(text, |(at, _)| &text[..at]);
    (!kept.is_empty()).then(|| (kept.to_owned(), rung))
}

/// Reads `-?digits`, optionally `.0…` and `e0`: a whole number and whether it was written plainly. `None` for all else
/// (a fraction, a word, `4/5`); an inner `None` for a whole number too large for any scale.
pub(super) fn whole_number(text: &str) -> Option<(Option<i64>, bool)> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let all_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(digits) || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    if fraction.is_some_and(|f| !all_digits(f) || f.bytes().any(|b| b != b'0')) {
        return None;
    }
    let huge = match exponent {
        None => false,
        Some(e) => {
            let sign = e.strip_prefix(['+', '-']).unwrap_or(e);
            if !all_digits(sign) {
                return None;
            }
            let zero = sign.bytes().all(|b| b == b'0');
            if !zero && e.starts_with('-') {
                return None;
            }
            !zero
        }
    };
    let value = if huge { None } else { whole.parse().ok() };
    Some((value, fraction.is_none() && exponent.is_none()))
}

/// The text outside reasoning: after `<think>…</think>` (any of the names in use), or the `final` channel of a harmony
/// transcript. `None` when the reasoning was never closed: the answer never came. A channel counts only where it opens
/// before the first brace; a tag inside an object is part of a string, and a stray closing tag is prose.
pub(super) fn answer_part(text: &str) -> Option<&str> {
    const THOUGHTS: [&str; 4] = ["think", "thinking", "reasoning", "thought"];
    const FINAL: &str = "<|channel|>final<|message|>";
    let brace = text.find('{').unwrap_or(text.len());
    if text[..brace].contains("<|") {
        return text.find(FINAL).map(|at| &text[at + FINAL.len()..]);
    }
    let mut answer = 0;
    // One pass: a reply may open and close a thought a hundred thousand times.
    let mut at = 0;
    while let Some(open) = text[at..].find(['<', '{']).map(|found| at + found) {
        if text[open..].starts_with('{') {
            break;
        }
        let opened =
            THOUGHTS.iter().find(|name| text[open + 1..].strip_prefix(**name).is_some_and(|t| t.starts_with('>')));
        at = match opened {
            Some(name) => {
                let close = format!("</{name}>");
                open + text[open..].find(&close)? + close.len()
            }
            None => open + 1,
        };
        if opened.is_some() {
            answer = at;
        }
    }
    Some(&text[answer..])
}

/// Openings of a refusal in prose. Only names the reason of an answer that is malformed anyway.
fn is_refusal(text: &str) -> bool {
    const OPENINGS: &[&str] =
        &["i'm sorry", "i am sorry", "sorry,", "i cannot", "i can't", "i'm unable", "i am unable", "as an ai"];
    let start: String = text.trim_start().chars().take(20).collect::<String>().to_lowercase().replace('’', "'");
    OPENINGS.iter().any(|opening| start.starts_with(opening))
}

#[cfg(test)]
mod tests;
