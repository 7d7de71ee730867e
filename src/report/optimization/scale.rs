//! How the judges of a run use the scale, and what a calibration map did about it.

use crate::audit::Remedy;
use crate::optimize::summary::{Calibrated, ScaleUse, Summary};
use crate::report::figures::{Unit, plural};

/// What is the matter with the use of the scale, of the baseline and of the best judge, and what would help.
pub(in crate::report) fn scale(summary: &Summary) -> Vec<String> {
    let same = summary.best.judge == summary.baseline.judge;
    let mapped = summary.calibration.as_ref().is_some_and(|found| found.dev.used);
    let help = |remedy: Remedy| match remedy {
        Remedy::Map if mapped => "",
        Remedy::Map => " With `--calibrate` such a map is fitted after the search, at no call.",
        Remedy::Demos => " Rated examples in the prompt (`assessor optimize bootstrap`) may spread its ratings.",
        Remedy::Model => " No prompt of this search changed that: another model may.",
    };
    let of = |who: &str, found: &ScaleUse| {
        format!("{who}: {}{}", found.text, summary.invocation.complete(help(found.remedy)))
    };
    let Some(uses) = &summary.scale else { return Vec::new() };
    match (&uses.baseline, &uses.best) {
        (Some(baseline), _) if same => vec![of("The baseline", baseline)],
        (Some(baseline), None) => {
            let cause = if mapped { "its map mends that" } else { "it was the prompt" };
            vec![format!("The baseline: {} The best candidate uses the scale: {cause}.", baseline.text)]
        }
        (baseline, Some(best)) => {
            let before = baseline.as_ref().map(|found| format!("The baseline: {}", found.text));
            before.into_iter().chain([of("The best candidate", best)]).collect()
        }
        (None, None) => Vec::new(),
    }
}

/// What became of the calibration map; `None` where none was asked for.
pub(in crate::report) fn calibrated(summary: &Summary, asked: bool) -> Option<String> {
    let few = "none: the best candidate has too few readable replies on dev to fit one to";
    let found = summary.calibration.as_ref().map(mapped);
    found.or_else(|| asked.then(|| few.to_owned()))
}

/// What became of a map that was fitted.
fn mapped(found: &Calibrated) -> String {
    let dev = &found.dev;
    let (before, after) = (Unit::Nmse.write(dev.before), Unit::Nmse.write(dev.after));
    let items = plural(dev.items, "dev item", "dev items");
    let se = dev.se.map_or(String::new(), |se| format!(", standard error {}", Unit::Nmse.write(se)));
    if !dev.used {
        return format!(
            "none: on {items}, each read by a map of other queries, NMSE would go from {before} to {after}{se}, which is not shown to be better"
        );
    }
    let test = found.test_without.zip(found.test_with).map_or(String::new(), |(without, with)| {
        let worse = if found.made_worse() { ": there the map made it worse" } else { "" };
        format!(
            "; on the held-out part NMSE of readable replies is {} without it and {} with it{worse}",
            Unit::Nmse.write(without),
            Unit::Nmse.write(with)
        )
    });
    format!(
        "part of the judge, fitted at no call: on {items}, each read by a map of other queries, NMSE {before} → {after}{se}{test}"
    )
}
