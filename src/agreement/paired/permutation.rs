//! The sign-flip test: if neither judge is better, each query's difference could as well have had the other sign.

use super::super::Defined;
use super::super::interval::Resampling;
use super::super::numerics::sum;
use crate::domain::Undefined;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

/// Up to this many differing groups all sign patterns are enumerated (2²⁰).
const ENUMERATED_GROUPS: usize = 20;

/// Two-sided p-value of the hypothesis that differences are symmetric around 0, from the sum of differences of each group
/// (SPEC §2.9, cases J1 and J3).
///
/// With up to 20 groups that differ, the exact share of sign patterns whose sum is at least as far from 0 as the observed
/// one. Otherwise `(b + 1)/(B + 1)` with `b` of `B` random patterns at least as far: never 0, and valid for any `B`.
/// Groups without a difference change no sum and are not flipped. Undefined without groups, and when no group differs:
/// then there is nothing to test; also when a sum is not a finite number.
pub fn sign_flip(sums: &[f64], how: &Resampling) -> Defined {
    if sums.is_empty() {
        return Err(Undefined::Empty);
    }
    if sums.iter().any(|s| !s.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let mut sizes: Vec<f64> = sums.iter().map(|s| s.abs()).filter(|s| *s > 0.0).collect();
    sizes.sort_by(f64::total_cmp);
    if sizes.is_empty() {
        return Err(Undefined::NoDifference);
    }
    let mut signed = sums.to_vec();
    signed.sort_by(f64::total_cmp);
    // Sums that are equal on paper may differ in their last bits.
    let reach = sum(signed).abs() - 1e-12 * sum(sizes.iter().copied());
    if sizes.len() <= ENUMERATED_GROUPS {
        let patterns = 1u64 << (sizes.len() - 1);
        // The last group keeps its sign: a pattern and its mirror image are equally far from 0.
        return Ok(as_far(&sizes[..sizes.len() - 1], sizes[sizes.len() - 1], reach) as f64 / patterns as f64);
    }
    let flips = Flips::of(&sizes);
    let first = how.stream("sign-flip", 0);
    let far = |replicate: u32| {
        let mut random = first.clone();
        random.set_stream(u64::from(replicate));
        u64::from(flips.drawn(&mut random).abs() >= reach)
    };
    let far: u64 = (0..how.replicates).into_par_iter().map(far).sum();
    Ok((far + 1) as f64 / (f64::from(how.replicates) + 1.0))
}

/// How many sign patterns of `sizes` bring `start` at least `reach` away from 0.
fn as_far(sizes: &[f64], start: f64, reach: f64) -> u64 {
    match sizes {
        [] => u64::from(start.abs() >= reach),
        [size, rest @ ..] => as_far(rest, start + size, reach) + as_far(rest, start - size, reach),
    }
}

/// Sizes whose signs are drawn.
struct Flips {
    /// Equal sizes with their number: their flips are one binomial draw.
    repeated: Vec<(f64, u64)>,
    /// Sizes that occur once, four at a time: their sum under each of the 16 patterns of signs.
    blocks: Vec<[f64; 16]>,
}

impl Flips {
    fn of(sorted: &[f64]) -> Self {
        let kinds = sorted.chunk_by(|a, b| a == b);
        let (single, repeated): (Vec<&[f64]>, Vec<&[f64]>) = kinds.partition(|same| same.len() == 1);
        let block = |sizes: &[f64]| {
            std::array::from_fn(|pattern| {
                sizes.iter().enumerate().map(|(i, size)| if pattern >> i & 1 == 1 { -size } else { *size }).sum()
            })
        };
        Self {
            repeated: repeated.into_iter().map(|same| (same[0], same.len() as u64)).collect(),
            blocks: single.concat().chunks(4).map(block).collect(),
        }
    }

    /// The sum under random signs.
    fn drawn(&self, random: &mut ChaCha8Rng) -> f64 {
        let mut bits = Bits { random, word: 0, left: 0 };
        let repeated: f64 =
            self.repeated.iter().map(|(size, count)| size * (*count as f64 - 2.0 * bits.ones(*count) as f64)).sum();
        let mut single = 0.0;
        for sixteen in self.blocks.chunks(16) {
            let mut word = bits.random.next_u64();
            for block in sixteen {
                single += block[(word & 15) as usize];
                word >>= 4;
            }
        }
        repeated + single
    }
}

/// Random bits, used up one by one.
struct Bits<'a> {
    random: &'a mut ChaCha8Rng,
    word: u64,
    left: u32,
}

impl Bits<'_> {
    /// How many of the next `count` bits are ones: an exact Binomial(count, ½) draw.
    fn ones(&mut self, mut count: u64) -> u64 {
        let mut ones = 0;
        while count > 0 {
            if self.left == 0 {
                (self.word, self.left) = (self.random.next_u64(), 64);
            }
            let taken = count.min(u64::from(self.left)) as u32;
            let mask = u64::MAX >> (64 - taken);
            ones += u64::from((self.word & mask).count_ones());
            self.word = self.word.checked_shr(taken).unwrap_or(0);
            self.left -= taken;
            count -= u64::from(taken);
        }
        ones
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rayon::ThreadPoolBuilder;

    #[test]
    fn five_queries_by_hand() {
        // 3 − 1 + 4 + 2 + 0.5 = 8.5 of at most 10.5: flipping 1 or ½ or both of the small ones reaches 8.5 again. Positive
        // sums of at least 8.5: 10.5, 9.5 (−½), 8.5 (−1); with the mirror images 6 of 32.
        assert_eq!(sign_flip(&[3.0, -1.0, 4.0, 2.0, 0.5], &Resampling::default()), Ok(6.0 / 32.0));
    }

    #[test]
    fn queries_without_a_difference_change_nothing_and_alone_they_test_nothing() {
        let how = Resampling::default();
        assert_eq!(sign_flip(&[0.0, 3.0, 0.0, -1.0, 4.0, 2.0, 0.5], &how), Ok(0.1875));
        assert_eq!(sign_flip(&[0.0; 4], &how), Err(Undefined::NoDifference));
        assert_eq!(sign_flip(&[], &how), Err(Undefined::Empty));
        assert_eq!(sign_flip(&[1.0, f64::INFINITY], &how), Err(Undefined::NotFinite));
    }

    #[test]
    fn drawn_patterns_agree_with_the_normal_limit() {
        // 400 differences of size 1 of which 220 are positive: the sum 40 is 2 standard deviations; with continuity
        // P(|Binomial(400, ½) − 200| ≥ 20) = 0.0512.
        let sums: Vec<f64> = (0..400).map(|i| if i < 220 { 1.0 } else { -1.0 }).collect();
        let p = sign_flip(&sums, &Resampling { replicates: 40_000, ..Resampling::default() }).unwrap();
        assert!((p - 0.0512).abs() < 0.005, "{p}");
    }

    #[test]
    fn sizes_that_occur_once_are_flipped_like_those_that_repeat() {
        let alike: Vec<f64> = (0..61).map(|i| if i < 21 { -1.0 } else { 1.0 }).collect();
        // Told apart by less than a difference of 1, and such that no other pattern of 40 against 21 reaches the observed.
        let apart: Vec<f64> = alike.iter().enumerate().map(|(i, d)| d * (1.0 + 1e-6 * i as f64)).collect();
        let how = Resampling { replicates: 40_000, ..Resampling::default() };
        let (alike, apart) = (sign_flip(&alike, &how).unwrap(), sign_flip(&apart, &how).unwrap());
        // P(|Binomial(61, ½) − 30.5| ≥ 9.5) = 0.0204, and ≥ 10.5: 0.0099; standard errors 0.0007 and 0.0005.
        assert!((alike - 0.0204).abs() < 0.003, "{alike}");
        assert!((apart - 0.0099).abs() < 0.002, "{apart}");
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let sums: Vec<f64> = (0..90).map(|i| f64::from((i * 37) % 11) - 4.0).collect();
        let run = |threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| sign_flip(&sums, &Resampling::default()))
        };
        assert!(run(1) == run(2) && run(1) == run(7));
    }

    proptest! {
        #[test]
        fn swapping_the_judges_and_reordering_queries_keep_p(mut sums in proptest::collection::vec(-5i8..=5, 1..30)) {
            let how = Resampling { replicates: 200, ..Resampling::default() };
            let p = |sums: &[i8]| sign_flip(&sums.iter().map(|s| f64::from(*s)).collect::<Vec<_>>(), &how);
            let there = p(&sums);
            sums.reverse();
            prop_assert_eq!(there, p(&sums));
            sums.iter_mut().for_each(|s| *s = -*s);
            prop_assert_eq!(there, p(&sums));
            prop_assert!(there.is_err() || there.is_ok_and(|p| p > 0.0 && p <= 1.0));
        }
    }
}
