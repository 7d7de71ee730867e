//! How relevant a document truly is: what it is about, and what is to be considered.

use super::super::considerations::{Consideration, Set};

/// What a document is about, seen from its query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Core {
    /// It answers the query, or one half of it.
    Answer,
    /// It answers another question about the same system.
    Other,
    /// The words without the substance.
    Keywords,
    /// Another matter, with a remark on this one.
    Passing,
    /// Somebody asks, nobody answers.
    Question,
    /// A pointer.
    Link,
    /// Another matter.
    Unrelated,
}

/// What is true of an item, decided before its text is written.
#[derive(Clone, Copy, Debug)]
pub struct Latent {
    /// What the document is about.
    pub core: Core,
    /// What is to be considered.
    pub considerations: Set,
}

impl Latent {
    /// Relevance in rating points; may lie a little outside 1–5, where annotators round it to the scale.
    ///
    /// Defects do not add up: the worst counts in full, each further one a third. Superseded and outdated are one
    /// defect (the worse of the two).
    pub fn score(&self) -> f64 {
        let has = |c| self.considerations.has(c);
        let mut raised = 0.0;
        let mut defects: Vec<f64> = Vec::new();
        for c in self.considerations.iter() {
            match effect(c) {
                // what a draft's owner would approve is not approved yet
                _ if c == Consideration::Authoritative && has(Consideration::Draft) => {}
                _ if c == Consideration::Outdated && has(Consideration::Superseded) => {}
                up if up > 0.0 => raised += up,
                down => defects.push(-down),
            }
        }
        defects.sort_by(|a, b| b.total_cmp(a));
        let lost: f64 = defects.iter().enumerate().map(|(i, d)| if i == 0 { *d } else { d / 3.0 }).sum();
        (about(self.core) + raised - lost).clamp(0.8, 5.2)
    }

    /// The true rating on 1–5.
    pub fn gold(&self) -> i64 {
        (self.score().round() as i64).clamp(1, 5)
    }
}

/// Relevance of the subject alone.
fn about(core: Core) -> f64 {
    match core {
        Core::Answer => 4.3,
        Core::Keywords | Core::Question => 3.9,
        Core::Link => 3.8,
        Core::Passing => 3.0,
        Core::Other => 2.7,
        Core::Unrelated => 1.0,
    }
}

/// Rating points that a consideration adds or takes. Acronym and short-exact add nothing: they stop a hasty reader
/// from taking something away.
fn effect(c: Consideration) -> f64 {
    match c {
        Consideration::Outdated => -1.4,
        Consideration::Keywords => -2.4,
        Consideration::Partial => -1.4,
        Consideration::WrongEntity => -2.2,
        Consideration::WrongLanguage => -1.5,
        Consideration::TypeMismatch => -1.3,
        Consideration::Superseded => -1.9,
        Consideration::Draft => -1.1,
        Consideration::Question => -2.1,
        Consideration::LinkOnly => -1.1,
        Consideration::Scope => -2.1,
        Consideration::Passing => -1.3,
        Consideration::Buried => -0.9,
        Consideration::Acronym | Consideration::ShortExact => 0.0,
        Consideration::Authoritative => 0.9,
        Consideration::Confirmed => 0.8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Consideration::{Authoritative, Draft, Outdated, Superseded};

    fn score(core: Core, all: &[Consideration]) -> f64 {
        Latent { core, considerations: Set::of(all) }.score()
    }

    #[test]
    fn superseded_and_outdated_are_one_defect() {
        assert_eq!(score(Core::Answer, &[Superseded, Outdated]), score(Core::Answer, &[Superseded]));
    }

    #[test]
    fn a_draft_has_no_authority() {
        assert_eq!(score(Core::Answer, &[Draft, Authoritative]), score(Core::Answer, &[Draft]));
    }

    #[test]
    fn an_answer_is_good_and_its_owner_makes_it_perfect() {
        assert_eq!(Latent { core: Core::Answer, considerations: Set::NONE }.gold(), 4);
        assert_eq!(Latent { core: Core::Answer, considerations: Set::of(&[Authoritative]) }.gold(), 5);
    }
}
