//! Sets of bullets as candidates: the base prompt with these bullets after its own, in this order.

use super::super::desk::Desk;
use super::super::event::Refused;
use super::super::pool::{CandidateId, Operator, Origin};
use super::Rule;
use crate::prompt::Prompt;
use std::collections::BTreeMap;

/// Candidates by the bullets that they add to the base prompt.
#[derive(Debug)]
pub(super) struct Sets {
    rules: Vec<Rule>,
    admitted: BTreeMap<Vec<usize>, Result<CandidateId, String>>,
}

impl Sets {
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules, admitted: BTreeMap::from([(Vec::new(), Ok(0))]) }
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The candidate of a set, made from `parent` when it is new; or why a guardrail stops it.
    pub fn candidate(
        &mut self,
        desk: &mut Desk<'_>,
        set: &[usize],
        parent: CandidateId,
    ) -> Result<CandidateId, String> {
        if let Some(known) = self.admitted.get(set) {
            return known.clone();
        }
        let (prompt, origin) = self.written(desk, set, parent);
        let admitted = desk.admit_prompt(prompt, origin).map_err(why);
        self.admitted.insert(set.to_vec(), admitted.clone());
        admitted
    }

    /// Why a guardrail stops a set for which there are no calls: it must not stop wider ones. A set that passes is no
    /// candidate yet.
    pub fn stopped(&mut self, desk: &mut Desk<'_>, set: &[usize]) -> Option<String> {
        let (prompt, origin) = self.written(desk, set, 0);
        let why = desk.check(&prompt.editable(), origin).map_err(why).err()?;
        self.admitted.insert(set.to_vec(), Err(why.clone()));
        Some(why)
    }

    fn written(&self, desk: &Desk<'_>, set: &[usize], parent: CandidateId) -> (Prompt, Origin) {
        let texts = set.iter().map(|&i| self.rules[i].text.as_str());
        let origin = Origin { operator: Operator::Library, parents: vec![parent], feedback: Vec::new() };
        (with_bullets(desk.pool().prompt(0), texts), origin)
    }

    /// A guardrail stopped this set.
    pub fn refused(&self, set: &[usize]) -> bool {
        matches!(self.admitted.get(set), Some(Err(_)))
    }

    /// The candidate of a set, if there is one.
    pub fn known(&self, set: &[usize]) -> Option<CandidateId> {
        self.admitted.get(set)?.clone().ok()
    }
}

fn why(refused: Refused) -> String {
    refused.reasons.into_iter().map(|(_, reason)| reason).collect::<Vec<_>>().join("; ")
}

/// `base` with `texts` after its own bullets; everything else is the same bytes.
pub fn with_bullets<'a>(base: &Prompt, texts: impl Iterator<Item = &'a str>) -> Prompt {
    let mut prompt = base.clone();
    prompt.bullets.extend(texts.map(str::to_owned));
    prompt
}

/// The numbers of those whose effects row by row are most like `mine`, the most alike first. All effects are against the
/// same prompt, whose noise makes any two of them alike: only the order says something.
pub(super) fn closest(
    mine: &[Option<f64>],
    others: impl Iterator<Item = (usize, Vec<Option<f64>>)>,
    most: usize,
) -> Vec<usize> {
    let alike = |theirs: &[Option<f64>]| {
        let pairs: Vec<(f64, f64)> = mine.iter().zip(theirs).filter_map(|(a, b)| Some(((*a)?, (*b)?))).collect();
        let n = pairs.len().max(1) as f64;
        let (a, b) = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0 / n, sum.1 + pair.1 / n));
        let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
        let spread = (sum(&|p| (p.0 - a).powi(2)) * sum(&|p| (p.1 - b).powi(2))).sqrt();
        if spread > 0.0 { sum(&|p| (p.0 - a) * (p.1 - b)) / spread } else { 0.0 }
    };
    let mut found: Vec<(f64, usize)> = others.map(|(other, theirs)| (alike(&theirs), other)).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.into_iter().take(most).map(|(_, other)| other).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::prompt::{Demo, Prefix};
    use crate::rubric::shipped;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn only_the_block_of_bullets_differs_from_the_base(
            own in prop::collection::vec("[A-Za-z ]{1,20}", 0..3),
            added in prop::collection::vec("[A-Za-z ]{1,20}", 0..6),
            (instruction, demos) in ("[ -~\n]{0,80}", 0usize..2),
        ) {
            let rubric = shipped();
            let mut base = Prompt::of(&rubric);
            base.instruction.push_str(&instruction);
            base.bullets = own;
            base.demos = vec![Demo { item: "i".into(), reply: "r".into() }; demos];
            let prompt = with_bullets(&base, added.iter().map(String::as_str));
            prop_assert_eq!(&Prompt { bullets: base.bullets.clone(), ..prompt.clone() }, &base);
            let [before, after] = [&base, &prompt].map(|prompt| Prefix::new(prompt, &rubric).system().to_string());
            let same = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
            let block = &after.as_bytes()[same..same + after.len() - before.len()];
            // Taken out again, the base is left, byte for byte; and what was taken out is lines of bullets.
            let left = [&after.as_bytes()[..same], &after.as_bytes()[same + block.len()..]].concat();
            prop_assert_eq!(left, before.into_bytes());
            let block = String::from_utf8(block.to_vec()).unwrap();
            let lines = block.lines().filter(|line| line.trim_start_matches('-').trim_start().len() > 1);
            let texts = added.iter().filter(|text| text.trim().len() > 1).count();
            prop_assert!(lines.count() >= texts, "{}", block);
        }
    }

    #[test]
    fn those_that_move_the_same_rows_come_first() {
        let mine = [Some(1.0), None, Some(0.0), Some(-1.0), Some(2.0)];
        let same = vec![Some(0.9), Some(5.0), Some(0.1), Some(-0.8), Some(1.7)];
        let other = vec![Some(-1.0), Some(0.0), Some(1.0), Some(1.0), Some(0.0)];
        let flat = vec![Some(0.5); 5];
        let all = [(7, other), (3, same), (5, flat)];
        assert_eq!(closest(&mine, all.into_iter(), 2), [3, 5]);
    }
}
