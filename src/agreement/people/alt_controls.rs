//! Judges that understand nothing, put through the alternative annotator test: where they pass, a pass means nothing.

use super::alt_test::mean;
use super::{AltOutcome, AltTest, RatedItem};
use crate::agreement::Defined;
use crate::agreement::interval::Resampling;
use rand::seq::SliceRandom;

/// Shuffles that the shuffled control is averaged over.
const SHUFFLES: u64 = 20;

/// A judge that only ever gives one rating.
#[derive(Clone, Debug, PartialEq)]
pub struct ConstantControl {
    /// Its rating, as a level.
    pub level: u8,
    /// Its test.
    pub outcome: AltOutcome,
}

/// The judge's own replies dealt to random items: what its distribution alone earns.
#[derive(Clone, Debug, PartialEq)]
pub struct ShuffledControl {
    /// Deals.
    pub shuffles: u64,
    /// Deals that passed.
    pub passed: u64,
    /// Mean winning rate, over the deals in which somebody could be tested.
    pub winning_rate: Defined,
    /// Mean advantage, over the same deals.
    pub advantage: Defined,
}

impl ShuffledControl {
    /// Whether at least half of the deals passed.
    pub fn passes(&self) -> bool {
        self.passed > 0 && 2 * self.passed >= self.shuffles
    }
}

/// A control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Always this level.
    Constant(u8),
    /// The judge's replies on random items.
    Shuffled,
}

/// What the test says once its controls are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AltVerdict {
    /// The judge may replace an annotator, and no control may.
    Passes,
    /// The judge may not, and neither may a control.
    Fails,
    /// These controls pass too, so that on these data neither outcome says anything.
    Uninformative(Vec<Control>),
    /// No annotator has enough items.
    TooFew {
        /// How many are needed.
        needed: usize,
    },
}

/// The test with its controls.
#[derive(Clone, Debug, PartialEq)]
pub struct AltReport {
    /// The judge's own test.
    pub judge: AltOutcome,
    /// Every constant judge, from the lowest level up.
    pub constants: Vec<ConstantControl>,
    /// The constant with the highest advantage, the lowest one on ties; `None` when nobody could be tested.
    pub best_constant: Option<u8>,
    /// The shuffled judge.
    pub shuffled: ShuffledControl,
    /// What follows.
    pub verdict: AltVerdict,
}

/// Runs the test for `judge`, for every constant of the scale's `levels` and for the judge's replies on random items
/// (SPEC §0.5, §2.10: the constant "4" passes on the authors' own data).
///
/// Deal `r` is stream `r` of the test's seed; neither the order of the items nor that of the replies changes it.
///
/// # Panics
/// When there is not one reply per item.
pub fn alt_test_with_controls(test: &AltTest, items: &[RatedItem], judge: &[Option<u8>], levels: usize) -> AltReport {
    let own = test.run(items, judge);
    // Whether a control passes does not rest on its test by queries, which is most of the work.
    let test = &AltTest { flips: 200, ..*test };
    let constant = |level: u8| ConstantControl { level, outcome: test.run(items, &vec![Some(level); items.len()]) };
    let constants: Vec<ConstantControl> = (0..levels as u8).map(constant).collect();
    let deals: Vec<AltOutcome> = (0..SHUFFLES).map(|r| test.run(items, &dealt(items, judge, test.seed, r))).collect();
    let shuffled = ShuffledControl {
        shuffles: SHUFFLES,
        passed: deals.iter().filter(|d| d.passes()).count() as u64,
        winning_rate: average(&deals, |d| d.winning_rate),
        advantage: average(&deals, |d| d.advantage),
    };
    let advantage = |c: &ConstantControl| c.outcome.advantage.unwrap_or(f64::NEG_INFINITY);
    let best = constants.iter().filter(|c| c.outcome.advantage.is_ok());
    let best_constant = best.reduce(|a, b| if advantage(b) > advantage(a) { b } else { a }).map(|c| c.level);
    let mut passing: Vec<Control> =
        constants.iter().filter(|c| c.outcome.passes()).map(|c| Control::Constant(c.level)).collect();
    passing.extend(shuffled.passes().then_some(Control::Shuffled));
    let verdict = match (own.tested.is_empty(), passing.is_empty(), own.passes()) {
        (true, ..) => AltVerdict::TooFew { needed: test.min_items },
        (_, false, _) => AltVerdict::Uninformative(passing),
        (_, _, true) => AltVerdict::Passes,
        (_, _, false) => AltVerdict::Fails,
    };
    AltReport { judge: own, constants, best_constant, shuffled, verdict }
}

/// The replies on random items. Both sides are sorted first; items that compare equal may be exchanged.
fn dealt(items: &[RatedItem], judge: &[Option<u8>], seed: u64, deal: u64) -> Vec<Option<u8>> {
    let mut replies = judge.to_vec();
    replies.sort_unstable();
    let random = Resampling { seed, ..Resampling::default() };
    replies.shuffle(&mut random.stream("alt-test shuffled control", deal));
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|i| (items[*i].group, &items[*i].ratings));
    let mut dealt = vec![None; items.len()];
    order.into_iter().zip(replies).for_each(|(item, reply)| dealt[item] = reply);
    dealt
}

fn average(deals: &[AltOutcome], of: impl Fn(&AltOutcome) -> Defined) -> Defined {
    let values: Vec<f64> = deals.iter().filter_map(|deal| of(deal).ok()).collect();
    mean(values.into_iter())
}

#[cfg(test)]
mod tests {
    use super::super::alt_test::tests::items;
    use super::super::{AltScore, LostOrDropped};
    use super::*;
    use proptest::prelude::*;

    fn test() -> AltTest {
        AltTest { score: AltScore::NegRmse, malformed: LostOrDropped::Lose, ..AltTest::new(0.1) }
    }

    /// Sixty items over the whole scale, on which each annotator is one point off in turn.
    fn spread() -> (Vec<[u8; 3]>, Vec<Option<u8>>) {
        let truth = |i: usize| [0u8, 2, 4][i / 3 % 3];
        let row = |i: usize| {
            let mut row = [truth(i); 3];
            row[i % 3] = truth(i).abs_diff(1);
            row
        };
        ((0..60).map(row).collect(), (0..60).map(|i| Some(truth(i))).collect())
    }

    #[test]
    fn a_judge_that_is_always_right_passes_where_no_control_does() {
        let (rows, judge) = spread();
        let report = alt_test_with_controls(&test(), &items(&rows), &judge, 5);
        assert_eq!(report.verdict, AltVerdict::Passes);
        assert_eq!((report.constants.len(), report.shuffled.passed), (5, 0));
    }

    #[test]
    fn a_judge_that_is_always_wrong_fails() {
        let (rows, judge) = spread();
        let wrong: Vec<_> = judge.iter().map(|j| j.map(|j| if j == 2 { 0 } else { 4 - j })).collect();
        assert_eq!(alt_test_with_controls(&test(), &items(&rows), &wrong, 5).verdict, AltVerdict::Fails);
    }

    #[test]
    fn where_a_constant_passes_the_test_is_uninformative_even_for_a_perfect_judge() {
        // Two of three annotators always say 2: the constant 2 is as right as the judge, and so is any deal of it.
        let rows: Vec<[u8; 3]> = (0..60).map(|i| if i % 2 == 0 { [2, 2, 3] } else { [2, 2, 1] }).collect();
        let report = alt_test_with_controls(&test(), &items(&rows), &[Some(2); 60], 5);
        assert_eq!(report.verdict, AltVerdict::Uninformative(vec![Control::Constant(2), Control::Shuffled]));
        assert_eq!(report.best_constant, Some(2));
        assert!(report.judge.passes());
    }

    #[test]
    fn too_few_items_are_named() {
        let report = alt_test_with_controls(&test(), &items(&[[1, 1, 2]]), &[Some(1)], 5);
        assert_eq!(report.verdict, AltVerdict::TooFew { needed: 30 });
        assert_eq!(report.best_constant, None);
    }

    #[test]
    fn the_shuffles_follow_the_seed() {
        let judge: Vec<Option<u8>> = (0..30).map(|i| Some(i % 5)).collect();
        let table = items(&[[1, 2, 3]; 30]);
        let dealt = |seed, deal| dealt(&table, &judge, seed, deal);
        assert_eq!(dealt(7, 0), dealt(7, 0));
        assert_ne!(dealt(7, 0), dealt(7, 1));
        assert_ne!(dealt(7, 0), dealt(8, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn the_order_of_the_items_is_no_matter(
            rows in proptest::collection::vec((proptest::array::uniform3(0u8..3), proptest::option::weighted(0.9, 0u8..3)), 4..12)
        ) {
            let report = |order: &mut dyn Iterator<Item = usize>| {
                let (table, judge): (Vec<RatedItem>, Vec<Option<u8>>) = order
                    .map(|i| (RatedItem { group: i as u32 / 2, ratings: rows[i].0.map(Some).to_vec() }, rows[i].1))
                    .unzip();
                alt_test_with_controls(&AltTest { min_items: 3, ..test() }, &table, &judge, 3)
            };
            prop_assert_eq!(report(&mut (0..rows.len())), report(&mut (0..rows.len()).rev()));
        }
    }
}
