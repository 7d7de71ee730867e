//! The numbers of two judges side by side, paired by item.

use super::{Both, Contrasted, Found, MadeOf, Shift, SliceContrast, cost_of, paired, points, tested};
use crate::agreement::interval::Resampling;
use crate::agreement::planning::detectable_difference;
use crate::agreement::{Adjustment, Defined, MalformedPolicy, Pair, Term, adjusted, contrast, nmse, share};
use crate::audit::compute::Row;
use crate::audit::slices::{columns, is_small, parts};
use crate::audit::{ALPHA, POWER, queries};
use crate::domain::{Figure, Scale, Undefined};

pub(super) fn contrasts(scale: Scale, both: &[Both<'_>], nmse: Found, how: &Resampling) -> Vec<Contrasted> {
    // Rows of which both can be asked: paired, the difference is not made of which rows were read.
    let of = |metric, value: &dyn Fn(&Pair) -> Option<f64>| {
        let rows = both.iter().filter_map(|b| Some((b.old.pair.group, value(&b.old.pair)?, value(&b.new.pair)?)));
        contrasted(metric, paired(rows, how))
    };
    let hit = |yes: bool| Some(f64::from(u8::from(yes)));
    let within = |pair: &Pair, most: i16| pair.gap().is_some_and(|gap| gap.abs() <= most);
    vec![
        contrasted("nmse", nmse),
        of("malformed", &|pair| hit(pair.judge.is_none())),
        of("nmse_both_valid", &|pair| pair.judge.map(|_| points(scale, pair))),
        own_valid(scale, both),
        of("bias_both_valid", &|pair| pair.error()),
        of("mae", &|pair| Some(pair.error().map_or(f64::from(scale.range()), f64::abs))),
        of("exact", &|pair| hit(within(pair, 0))),
        of("adjacent", &|pair| hit(within(pair, 1))),
    ]
}

fn contrasted(metric: &'static str, found: Found) -> Contrasted {
    match found {
        Ok(paired) => Contrasted {
            metric,
            old: Figure::point(paired.b, paired.n, paired.groups),
            new: Figure::point(paired.a, paired.n, paired.groups),
            p: tested(&paired),
            difference: paired.difference,
        },
        Err(reason) => {
            Contrasted { metric, old: reason.into(), new: reason.into(), difference: reason.into(), p: None }
        }
    }
}

/// NMSE on the rows that each could read itself: not the same rows, so the difference is one of two means.
fn own_valid(scale: Scale, both: &[Both<'_>]) -> Contrasted {
    let own = |row: &Row<'_>| {
        row.pair.judge.map(|_| Term { group: row.pair.group, value: points(scale, &row.pair), weight: 1 })
    };
    let terms = both.iter().flat_map(|b| [(own(b.new), true), (own(b.old), false)]);
    let found = contrast(terms.filter_map(|(term, new)| Some((term?, new))));
    let alone = |pick: fn(&Both<'_>) -> Pair| {
        nmse(&both.iter().map(pick).collect::<Vec<_>>(), scale.levels(), MalformedPolicy::ValidOnly)
    };
    Contrasted {
        metric: "nmse_own_valid",
        old: alone(|b| b.old.pair.clone()),
        new: alone(|b| b.new.pair.clone()),
        difference: found.difference,
        p: found.p.ok(),
    }
}

pub(super) fn made_of(scale: Scale, both: &[Both<'_>]) -> MadeOf {
    let mut made = MadeOf::default();
    for b in both {
        let part = match (b.old.pair.judge, b.new.pair.judge) {
            (None, Some(_)) => &mut made.became_readable,
            (Some(_), None) => &mut made.became_malformed,
            (Some(_), Some(_)) => &mut made.readable_both,
            (None, None) => &mut made.malformed_both,
        };
        part.n += 1;
        part.points += (points(scale, &b.new.pair) - points(scale, &b.old.pair)) / both.len() as f64;
    }
    made
}

pub(super) fn shift(both: &[Both<'_>], how: &Resampling) -> Shift {
    let rated = || both.iter().filter_map(|b| Some((b.old.pair.group, b.old.pair.judge?, b.new.pair.judge?)));
    let moved = paired(rated().map(|(group, old, new)| (group, f64::from(old), f64::from(new))), how);
    let flips = both.iter().map(|b| Term {
        group: b.old.pair.group,
        value: f64::from(u8::from(b.old.pair.judge != b.new.pair.judge)),
        weight: 1,
    });
    Shift {
        n: rated().count() as u64,
        p: moved.as_ref().ok().and_then(tested),
        mean: moved.map_or_else(Figure::from, |moved| moved.difference),
        flips: share(flips),
        largest: rated().map(|(_, old, new)| old.abs_diff(new)).max().unwrap_or(0),
    }
}

pub(super) fn slices(scale: Scale, both: &[Both<'_>], how: &Resampling) -> Vec<SliceContrast> {
    let sliceable = columns(both.iter().map(|b| b.old));
    let mut found: Vec<SliceContrast> = parts(both.iter().map(|b| (b.old, b)), &sliceable)
        .into_iter()
        .map(|((column, value), part)| slice(scale, column, value, &part, how))
        .collect();
    let p: Vec<Defined> = found.iter().map(|s| s.p.ok_or(Undefined::TooFewGroups)).collect();
    for (slice, p) in found.iter_mut().zip(adjusted(&p, Adjustment::Holm)) {
        slice.p_adjusted = p.ok();
        slice.regressed = p.is_ok_and(|p| p < ALPHA) && slice.difference.value().is_some_and(|d| d > 0.0);
    }
    found
}

fn slice(scale: Scale, column: &str, value: String, part: &[&Both<'_>], how: &Resampling) -> SliceContrast {
    let queries = queries(part.iter().map(|b| &b.old.pair));
    let found = cost_of(scale, part.iter().copied(), how);
    let small = is_small(part.len() as u64, queries);
    // The standard error stands for sd/√rows, the design effect included.
    let detectable =
        found.as_ref().ok().and_then(|f| f.se).filter(|se| *se > 0.0).map(|se| detectable_difference(se, 1.0, POWER));
    // Ratings of the gold are parts of the truth, not of the input: nobody asks whether they differ.
    let p = found.as_ref().ok().and_then(tested).filter(|_| !small && column != "gold");
    let contrasted = contrasted("nmse", found);
    SliceContrast {
        column: column.to_owned(),
        value,
        n: part.len() as u64,
        queries,
        small,
        old: contrasted.old,
        new: contrasted.new,
        difference: contrasted.difference,
        p,
        p_adjusted: None,
        regressed: false,
        detectable,
    }
}
