//! Which combination to try next: the tree-structured Parzen estimator over categories.
//!
//! What was tried is divided into a good part, the best [`GOOD`] of it, and the rest. Each part gives a density over all
//! combinations, l and g; combinations drawn from l are tried where l/g is the largest, which maximises the expected
//! improvement (Bergstra, Bardenet, Bengio, Kégl 2011, "Algorithms for hyper-parameter optimization"). The densities are
//! multivariate: a mixture over the observations of products of kernels, one for each dimension, and of a uniform prior
//! (Watanabe 2023, arXiv 2304.11127, §3.3). The kernel keeps a category with 1 − b and moves to any other with
//! b/(C − 1) (Aitchison, Aitken 1976); b = (C − 1)/(n + C) makes each marginal (count + 1)/(n + C), Laplace's rule.
//!
//! Pure: the same observations and the same generator give the same choice.

use rand::{Rng, RngExt as _};

/// A combination: a category of each dimension.
pub(super) type Choice = [usize; 2];

/// Share of observations that are good. The published 0.1 to 0.15 are for hundreds of trials; of a dozen that would be one.
const GOOD: f64 = 0.25;
/// Combinations that are drawn from the good density: Bergstra et al. draw as many.
const DRAWS: usize = 24;

/// Categories of each dimension.
pub(super) struct Space(pub Choice);

impl Space {
    /// All combinations.
    pub fn all(&self) -> Vec<Choice> {
        (0..self.0[0]).flat_map(|a| (0..self.0[1]).map(move |b| [a, b])).collect()
    }

    /// The next combination among `open`; `seen` holds combinations with their values, of which more is better. The first
    /// `startup` are drawn by lot. `None` when nothing is open.
    pub fn suggest(
        &self,
        seen: &[(Choice, f64)],
        startup: usize,
        open: &[Choice],
        rng: &mut impl Rng,
    ) -> Option<Choice> {
        if open.is_empty() {
            return None;
        }
        if seen.len() < startup.max(2) {
            return Some(open[rng.random_range(0..open.len())]);
        }
        let mut order: Vec<&(Choice, f64)> = seen.iter().collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        let good = ((GOOD * order.len() as f64).ceil() as usize).clamp(1, order.len() - 1);
        let (good, rest) = order.split_at(good);
        let of =
            |part: &[&(Choice, f64)]| Density { sizes: self.0, seen: part.iter().map(|(choice, _)| *choice).collect() };
        let (good, rest) = (of(good), of(rest));
        let worth = |choice: &Choice| good.at(choice) / rest.at(choice);
        let drawn: Vec<Choice> = (0..DRAWS).map(|_| good.draw(rng)).filter(|choice| open.contains(choice)).collect();
        // Where every draw is closed, all that is open is weighed.
        let drawn = if drawn.is_empty() { open } else { &drawn };
        let best = drawn.iter().enumerate().max_by(|a, b| worth(a.1).total_cmp(&worth(b.1)).then(b.0.cmp(&a.0)));
        best.map(|(_, choice)| *choice)
    }
}

/// A density over combinations.
struct Density {
    sizes: Choice,
    seen: Vec<Choice>,
}

impl Density {
    /// Chance that a kernel leaves its category.
    fn leaves(&self, dimension: usize) -> f64 {
        let categories = self.sizes[dimension] as f64;
        (categories - 1.0) / (self.seen.len() as f64 + categories)
    }

    fn at(&self, choice: &Choice) -> f64 {
        let kernel = |centre: &Choice| -> f64 {
            let one = |d: usize| match (choice[d] == centre[d], self.sizes[d]) {
                (true, _) => 1.0 - self.leaves(d),
                (false, categories) => self.leaves(d) / (categories as f64 - 1.0),
            };
            (0..choice.len()).map(one).product()
        };
        let prior = 1.0 / self.sizes.iter().product::<usize>() as f64;
        (self.seen.iter().map(kernel).sum::<f64>() + prior) / (self.seen.len() as f64 + 1.0)
    }

    fn draw(&self, rng: &mut impl Rng) -> Choice {
        let any = |d: usize, rng: &mut dyn FnMut(usize) -> usize| rng(self.sizes[d]);
        let mut below = |n: usize| rng.random_range(0..n);
        let at = below(self.seen.len() + 1);
        let Some(centre) = self.seen.get(at) else { return [any(0, &mut below), any(1, &mut below)] };
        let mut choice = *centre;
        for (d, category) in choice.iter_mut().enumerate() {
            let leaves = self.leaves(d);
            if self.sizes[d] > 1 && rng.random_bool(leaves) {
                *category = (*category + rng.random_range(1..self.sizes[d])) % self.sizes[d];
            }
        }
        choice
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;
    use std::collections::BTreeSet;

    const SPACE: Space = Space([6, 5]);

    /// Tries `trials` of a world in which each dimension has one good category, and the two good ones are best together.
    fn search(seed: u64, trials: usize, by_lot: bool) -> f64 {
        let value = |choice: &Choice| f64::from(u8::from(choice[0] == 4)) + f64::from(u8::from(choice[1] == 2));
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut seen: Vec<(Choice, f64)> = vec![([0, 0], value(&[0, 0]))];
        for _ in 0..trials {
            let tried: BTreeSet<Choice> = seen.iter().map(|(choice, _)| *choice).collect();
            let open: Vec<Choice> = SPACE.all().into_iter().filter(|choice| !tried.contains(choice)).collect();
            let startup = if by_lot { usize::MAX } else { 4 };
            let choice = SPACE.suggest(&seen, startup, &open, &mut rng).unwrap();
            seen.push((choice, value(&choice)));
        }
        seen.iter().map(|(_, value)| *value).fold(0.0, f64::max)
    }

    #[test]
    fn what_is_good_in_each_dimension_is_found_sooner_than_by_lot() {
        let mean = |by_lot| (0..200).map(|seed| search(seed, 10, by_lot)).sum::<f64>() / 200.0;
        let (model, lot) = (mean(false), mean(true));
        assert!(model > lot + 0.15, "{model} {lot}");
    }

    #[test]
    fn the_marginal_of_the_observations_is_laplace_s_rule() {
        let density = Density { sizes: [3, 1], seen: vec![[0, 0], [0, 0], [2, 0]] };
        // Without the prior: (count + 1)/(n + C) = 3/6, 1/6, 2/6.
        for (category, share) in [(0, 3.0 / 6.0), (1, 1.0 / 6.0), (2, 2.0 / 6.0)] {
            let expected = (3.0 * share + 1.0 / 3.0) / 4.0;
            assert!((density.at(&[category, 0]) - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn the_same_observations_and_generator_give_the_same_choice() {
        let seen = [([0, 0], 0.0), ([1, 2], 3.0), ([2, 2], -1.0), ([1, 1], 2.0)];
        let choose = |seed| SPACE.suggest(&seen, 2, &SPACE.all(), &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(choose(3), choose(3));
        assert_eq!(SPACE.suggest(&seen, 2, &[], &mut ChaCha8Rng::seed_from_u64(3)), None);
    }

    proptest! {
        #[test]
        fn a_density_sums_to_one(seen in prop::collection::vec((0usize..4, 0usize..3), 0..9)) {
            let density = Density { sizes: [4, 3], seen: seen.into_iter().map(|(a, b)| [a, b]).collect() };
            let sum: f64 = Space([4, 3]).all().iter().map(|choice| density.at(choice)).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9);
        }

        #[test]
        fn only_what_is_open_is_suggested(
            values in prop::collection::vec(-1.0f64..1.0, 0..12), open in prop::collection::btree_set(0usize..30, 1..30), seed in any::<u64>(),
        ) {
            let all = SPACE.all();
            let seen: Vec<(Choice, f64)> = values.iter().enumerate().map(|(i, v)| (all[i * 7 % 30], *v)).collect();
            let open: Vec<Choice> = open.into_iter().map(|i| all[i]).collect();
            let choice = SPACE.suggest(&seen, 3, &open, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
            prop_assert!(open.contains(&choice));
        }
    }
}
