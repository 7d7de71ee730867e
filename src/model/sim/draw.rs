//! Randomness from a hash: the same purpose and parts give the same draws on every machine.

/// A stream of draws.
pub(super) struct Draw(blake3::OutputReader);

impl Draw {
    /// The stream that belongs to `purpose` and `parts`. Lengths are hashed too, so parts cannot run into each other.
    pub(super) fn new(purpose: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize_xof())
    }

    /// Uniform in `[0, 1)`.
    pub(super) fn unit(&mut self) -> f64 {
        let mut bytes = [0u8; 4];
        self.0.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Uniform in `0..n`; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    /// Uniform in `low..=high`.
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// One of `options`.
    ///
    /// # Panics
    /// When `options` is empty.
    pub(super) fn pick<'a, T>(&mut self, options: &'a [T]) -> &'a T {
        &options[self.below(options.len())]
    }

    /// One of `options`, in proportion to its weight. The weights must not all be 0.
    pub(super) fn weighted<T: Copy>(&mut self, options: &[(T, f64)]) -> T {
        let total: f64 = options.iter().map(|(_, w)| w).sum();
        let mut at = self.unit() * total;
        for &(value, weight) in options {
            if at < weight {
                return value;
            }
            at -= weight;
        }
        options[options.len() - 1].0
    }

    /// Mean 0, variance 1: the sum of four uniforms, bounded at ±3.5 and free of `libm` differences.
    pub(super) fn normal(&mut self) -> f64 {
        let sum: f64 = (0..4).map(|_| self.unit()).sum();
        (sum - 2.0) * 1.732_050_807_568_877_2
    }

    /// Puts `items` in random order (Fisher–Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_give_the_same_draws_and_lengths_count() {
        let draws = |parts: &[&[u8]]| {
            let mut d = Draw::new("test", parts);
            [d.unit(), d.unit(), d.normal()]
        };
        assert_eq!(draws(&[b"ab", b"c"]), draws(&[b"ab", b"c"]));
        assert_ne!(draws(&[b"ab", b"c"]), draws(&[b"a", b"bc"]));
    }

    #[test]
    fn normal_draws_have_mean_zero_and_variance_one() {
        let mut d = Draw::new("normal", &[]);
        let xs: Vec<f64> = (0..20_000).map(|_| d.normal()).collect();
        let mean = xs.iter().sum::<f64>() / 20_000.0;
        let variance = xs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }
}
