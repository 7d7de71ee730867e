//! How good one ranking is under human or judge labels.

use crate::agreement::Defined;
use crate::domain::Undefined;
use std::num::NonZeroUsize;

/// What a grade is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gain {
    /// The grade (trec_eval).
    Linear,
    /// `2^grade − 1` (Burges et al. 2005).
    Exponential,
}

/// What becomes of documents that nobody judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// They gain nothing and keep their place (trec_eval).
    Worthless,
    /// They are taken out of the ranking first (condensed lists, Sakai 2007).
    Condensed,
}

/// `DCG@k / ideal DCG@k` with `DCG = Σ gain/log₂(rank + 1)`, 0 to 1 (Järvelin & Kekäläinen 2002; SPEC case W1).
///
/// `run` are the grades of the ranked documents, best first, each document once; `judged` the grades of all judged
/// documents of the query, from which the ideal ranking is made. Grades count from 0 (the rating less the scale's
/// minimum). Undefined when no judged document has a grade above 0.
pub fn ndcg(run: &[Option<u8>], judged: &[u8], k: NonZeroUsize, gain: Gain, unjudged: Unjudged) -> Defined {
    let worth = |grade: u8| match gain {
        Gain::Linear => f64::from(grade),
        Gain::Exponential => f64::from(grade).exp2() - 1.0,
    };
    let dcg = |grades: &mut dyn Iterator<Item = u8>| -> f64 {
        grades.take(k.get()).zip(2u32..).map(|(grade, rank)| worth(grade) / f64::from(rank).log2()).sum()
    };
    let mut ideal = judged.to_vec();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let best = dcg(&mut ideal.into_iter());
    if best == 0.0 {
        return Err(Undefined::NoRelevantDocument);
    }
    Ok(match unjudged {
        Unjudged::Worthless => dcg(&mut run.iter().map(|grade| grade.unwrap_or(0))),
        Unjudged::Condensed => dcg(&mut run.iter().filter_map(|grade| *grade)),
    } / best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn k(k: usize) -> NonZeroUsize {
        NonZeroUsize::new(k).unwrap()
    }

    #[test]
    fn gains_are_discounted_by_rank() {
        // Ranks 1 and 3 of grades 1 and 2: 1 + 2/2 = 2; ideal 2 + 1/log₂3. Exponential: 1 + 3/2 against 3 + 1/log₂3.
        let run = [Some(1), None, Some(2)];
        let log3 = 3f64.log2();
        let of = |gain, unjudged| ndcg(&run, &[1, 2], k(3), gain, unjudged).unwrap();
        assert!((of(Gain::Linear, Unjudged::Worthless) - 2.0 / (2.0 + 1.0 / log3)).abs() < 1e-15);
        assert!((of(Gain::Exponential, Unjudged::Worthless) - 2.5 / (3.0 + 1.0 / log3)).abs() < 1e-15);
        assert!((of(Gain::Linear, Unjudged::Condensed) - (1.0 + 2.0 / log3) / (2.0 + 1.0 / log3)).abs() < 1e-15);
        assert_eq!(ndcg(&run, &[1, 2], k(1), Gain::Linear, Unjudged::Worthless), Ok(0.5));
    }

    #[test]
    fn a_query_without_a_relevant_document_has_no_ndcg_and_an_empty_ranking_has_zero() {
        let of = |run: &[Option<u8>], judged: &[u8]| ndcg(run, judged, k(10), Gain::Linear, Unjudged::Worthless);
        assert_eq!(of(&[Some(0)], &[0, 0]), Err(Undefined::NoRelevantDocument));
        assert_eq!(of(&[], &[]), Err(Undefined::NoRelevantDocument));
        assert_eq!(of(&[], &[3]), Ok(0.0));
    }

    proptest! {
        #[test]
        fn it_is_between_zero_and_the_one_of_the_ideal_ranking(grades in proptest::collection::vec(0u8..5, 1..20), cut in 1usize..20) {
            prop_assume!(grades.iter().any(|g| *g > 0));
            for gain in [Gain::Linear, Gain::Exponential] {
                let of = |run: &[u8]| {
                    let run: Vec<Option<u8>> = run.iter().map(|g| Some(*g)).collect();
                    ndcg(&run, &grades, k(cut), gain, Unjudged::Worthless).unwrap()
                };
                let value = of(&grades);
                prop_assert!((0.0..=1.0 + 1e-12).contains(&value));
                let mut ideal = grades.clone();
                ideal.sort_unstable_by(|a, b| b.cmp(a));
                prop_assert_eq!(of(&ideal), 1.0);
            }
        }
    }
}
