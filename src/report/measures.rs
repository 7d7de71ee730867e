//! Which numbers are shown, in which order, and what each of them means in a few words.

use super::figures::{Unit, count, plural};
use super::plain::plain;
use crate::audit::{
    Audit, Cost, Counted, Humans, JudgeAudit, Mistake, Panel, Placed, ScaleFlag, Slice, Standing, Systems,
};
use crate::domain::{Figure, Scale};

/// Annotators who are named; of a crowd nobody reads more.
const NAMED: usize = 12;

/// How the headline number is scaled; stands wherever it is printed.
pub(super) fn scaling(scale: Scale) -> String {
    format!("NMSE: mean squared error scaled by the range of the scale {scale}; 0 is perfect, 100 the worst possible.")
}

/// A finding about the use of the scale: its name, and what it means.
pub(super) fn flag(flag: ScaleFlag) -> (&'static str, &'static str) {
    match flag {
        ScaleFlag::CompressedFixable => (
            "Squeezed",
            "Its ratings lie too close together, in the right order: recalibrate, the prompt is not the problem.",
        ),
        ScaleFlag::Compressed => (
            "Squeezed, hardly ordered",
            "It gives nearly the same rating to everything, and what order is left is weak: show it rated examples or change the prompt; a map would help little.",
        ),
        ScaleFlag::Collapsed => (
            "Collapsed",
            "It gives nearly the same rating to everything: change the prompt or the model, no map can help.",
        ),
        ScaleFlag::Overdispersed => {
            ("Stretched", "Its ratings lie too far apart, as if it were surer than it is: recalibrate.")
        }
        ScaleFlag::Lenient => ("Lenient", "Its ratings are too high on average."),
        ScaleFlag::Severe => ("Severe", "Its ratings are too low on average."),
        ScaleFlag::NonMonotone => {
            ("Out of order", "Somewhere it rates higher where people rate lower: no monotone map can mend that.")
        }
    }
}

/// The standing as a sentence begins.
pub(super) fn verdict(standing: Standing) -> String {
    let name = standing.name();
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect::<String>() + ".")
}

/// What there is to say of people when no judge is audited.
pub(super) fn among_people(audit: &Audit) -> Vec<(&'static str, String)> {
    let humans = &audit.humans;
    let mut names: Vec<String> = humans.annotators.iter().take(NAMED).map(|name| plain(name)).collect();
    let more = humans.annotators.len() - names.len();
    names.extend((more > 0).then(|| format!("{} more", count(more as u64))));
    let counts = humans.distribution.iter().zip(audit.scale.ratings());
    let spread: Vec<String> = counts.map(|(n, rating)| format!("{rating}: {}", count(*n))).collect();
    let apart = match &humans.ceiling {
        Figure::Known(_) => match Unit::Nmse.interval(&humans.ceiling) {
            none if none.is_empty() => Unit::Nmse.value(&humans.ceiling),
            interval => format!("{} (95 %: {interval})", Unit::Nmse.value(&humans.ceiling)),
        },
        Figure::Undefined(reason) => format!("undefined ({reason})"),
    };
    vec![
        (
            "rated",
            format!("{} of {}", plural(humans.items, "item", "items"), plural(humans.queries, "query", "queries")),
        ),
        ("by", format!("{} with {}", names.join(", "), plural(humans.ratings, "rating", "ratings"))),
        ("apart", format!("NMSE of two people on the same item: {apart}; 0 is perfect, 100 the worst")),
        ("gold", format!("{} ({})", spread.join(", "), humans.gold)),
    ]
}

/// What must stand beside a simulated model's name wherever it is a headline.
pub(super) fn simulated(judge: &JudgeAudit) -> &'static str {
    if judge.caveats.iter().any(|c| c.code == Mistake::Simulated) { " · a simulation, no language model" } else { "" }
}

/// A number of the panel.
pub(super) struct Measure<'a> {
    pub name: &'static str,
    pub figure: &'a Figure,
    pub unit: Unit,
    pub meaning: String,
}

/// The panel, most important first.
pub(super) fn measures(panel: &Panel) -> Vec<Measure<'_>> {
    let measure = |name, figure, unit, meaning: &str| Measure { name, figure, unit, meaning: meaning.to_owned() };
    let malformed = format!("{} of {} unreadable", count(panel.malformed.count), plural(panel.n, "reply", "replies"));
    let valid = format!("on {}", plural(panel.n_rated, "readable reply", "readable replies"));
    vec![
        measure("NMSE", &panel.nmse, Unit::Nmse, "a malformed reply costs 100"),
        measure("NMSE, readable", &panel.nmse_valid, Unit::Nmse, &valid),
        measure("Malformed", &panel.malformed.rate, Unit::Share, &malformed),
        measure("Bias", &panel.bias, Unit::Signed, "points; above 0 is lenient"),
        measure("Mean error", &panel.mae, Unit::Points, "points, in either direction"),
        measure("Exact", &panel.exact, Unit::Share, "same rating as people"),
        measure("Within one", &panel.adjacent, Unit::Share, "at most one point away"),
        measure(
            "Kappa, quadratic",
            &panel.coefficients.kappa_quadratic,
            Unit::Coefficient,
            "beyond chance; squared misses",
        ),
        measure("Gwet’s AC2", &panel.coefficients.ac2, Unit::Coefficient, "beyond chance; for skewed ratings"),
        measure("Alpha, ordinal", &panel.coefficients.alpha_ordinal, Unit::Coefficient, "Krippendorff; by rank"),
        measure("Somers’ D", &panel.coefficients.somers_d, Unit::Coefficient, "order; 1 as people, 0 none"),
        measure("Skill", &panel.controls.skill, Unit::Coefficient, "1 perfect, 0 a constant judge"),
    ]
}

/// Who has an NMSE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The judge, all replies.
    Judge,
    /// The judge, part of its replies.
    Part,
    /// A judge that needs no model.
    Control,
    /// People.
    People,
}

impl Role {
    /// The name of its CSS class.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Judge => "judge",
            Self::Part => "part",
            Self::Control => "control",
            Self::People => "people",
        }
    }
}

/// An NMSE to hold beside others.
pub(super) struct Yardstick<'a> {
    pub name: String,
    pub role: Role,
    pub figure: &'a Figure,
}

/// The judge beside judges that need no model: all against the gold.
pub(super) fn controls(panel: &Panel) -> Vec<Yardstick<'_>> {
    let mut found = vec![Yardstick { name: "this judge".into(), role: Role::Judge, figure: &panel.nmse }];
    if panel.malformed.count > 0 {
        found.push(Yardstick { name: "its readable replies".into(), role: Role::Part, figure: &panel.nmse_valid });
    }
    if let Some(constant) = &panel.controls.best_constant {
        let name = format!("always says {}", constant.rating);
        found.push(Yardstick { name, role: Role::Control, figure: &constant.nmse });
    }
    found.push(Yardstick {
        name: "its replies, shuffled".into(),
        role: Role::Control,
        figure: &panel.controls.shuffled,
    });
    found
}

/// The judge beside people: each against one person.
pub(super) fn people(panel: &Panel) -> Vec<Yardstick<'_>> {
    vec![
        Yardstick { name: "judge and one person".into(), role: Role::Judge, figure: &panel.nmse_single },
        Yardstick { name: "two people".into(), role: Role::People, figure: &panel.human_ceiling },
    ]
}

/// The largest NMSE among `figures`, intervals included: the end of an axis.
pub(super) fn reach<'a>(figures: impl Iterator<Item = &'a Figure>) -> f64 {
    figures
        .filter_map(|f| Some(f.interval().map_or(f.value()?, |i| i.high.max(f.value().unwrap_or(0.0)))))
        .fold(0.0, f64::max)
}

/// Slices of the data other than the gold rating itself, worst first; small ones last.
pub(super) fn worst(slices: &[Slice]) -> Vec<&Slice> {
    let mut worst: Vec<&Slice> = slices.iter().filter(|s| s.column != "gold").collect();
    let value = |s: &Slice| s.nmse.value().unwrap_or(f64::NEG_INFINITY);
    worst.sort_by(|a, b| a.small.cmp(&b.small).then(value(b).total_cmp(&value(a))));
    worst
}

/// The places that the tests leave open: `1`, or `2–4`.
pub(super) fn places(placed: &Placed) -> String {
    if placed.best_place == placed.worst_place {
        placed.best_place.to_string()
    } else {
        format!("{}–{}", placed.best_place, placed.worst_place)
    }
}

/// How systems rank under the judge's ratings, as name and value.
pub(super) fn ranking(systems: &Systems) -> Vec<(&'static str, String)> {
    let items = plural(systems.n, "item", "items");
    let left_out = match (systems.unrated, systems.untagged) {
        (0, 0) => String::new(),
        (unrated, untagged) => format!("; left out: {} unrated, {} without a system", count(unrated), count(untagged)),
    };
    let named = format!("{} by `{}`, mean ratings of {items}{left_out}", count(systems.systems), systems.column);
    let drop = systems.max_rank_drop.map_or("undefined".into(), |ranks| plural(ranks, "rank", "ranks"));
    let value = |figure| Unit::Coefficient.value(figure);
    vec![
        ("Systems", named),
        ("Tau-b", format!("{}; in the better half {}", value(&systems.tau_b), value(&systems.tau_b_top_half))),
        ("Tau-AP", format!("{}; the top weighs more", value(&systems.tau_ap))),
        ("Largest drop", drop),
        ("Pairs flipped", Unit::Share.value(&systems.flip_rate)),
    ]
}

/// What was audited, as name and value.
pub(super) fn provenance(audit: &Audit, judge: &JudgeAudit) -> Vec<(&'static str, String)> {
    let (humans, panel) = (&audit.humans, &judge.panel);
    let unknown = || "not known".to_owned();
    let mut facts = vec![
        ("Judge", judge.name.clone()),
        ("Model", judge.model.clone().unwrap_or_else(unknown)),
        ("Judge hash", judge.hash.clone().unwrap_or_else(unknown)),
        (
            "Items rated by people",
            format!("{}, {}", plural(humans.items, "item", "items"), plural(humans.queries, "query", "queries")),
        ),
        (
            "Human ratings",
            format!(
                "{} by {}",
                count(humans.ratings),
                plural(humans.annotators.len() as u64, "annotator", "annotators")
            ),
        ),
        ("Gold", humans.gold.to_owned()),
        (
            "Answered by the judge",
            format!("{}, {}", plural(panel.n, "item", "items"), plural(panel.queries, "query", "queries")),
        ),
        ("Malformed", counted(&panel.malformed)),
        ("Not run", counted(&panel.not_run)),
        ("Not mentioned", count(panel.missing)),
    ];
    facts.extend(row_counts(panel));
    facts.extend(kept_out(humans));
    if !panel.rungs.is_empty() {
        let rungs: Vec<String> = panel.rungs.iter().map(|(rung, n)| format!("{rung} {}", count(*n))).collect();
        facts.push(("How replies were read", rungs.join(", ")));
    }
    if let Some(interval) = panel.nmse.interval() {
        facts.push((
            "Intervals",
            format!(
                "{:.0} %, by {} ({})",
                100.0 * interval.level,
                if humans.grouped { "query" } else { "item" },
                interval.method
            ),
        ));
    }
    facts.push(("Seed", audit.seed.to_string()));
    facts.extend(cost(&panel.cost));
    facts
}

/// What was kept out of the numbers, or should have been, and how often these people were looked at.
fn kept_out(humans: &Humans) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if humans.left_out > 0 {
        let items = plural(humans.left_out, "rated item", "rated items");
        facts.push(("Left out", format!("{items} that prompts were tuned on")));
    }
    if humans.contaminated {
        facts.push(("Contaminated", "items that prompts were tuned on are in, as was asked for".to_owned()));
    }
    if humans.chosen_rows > 0 {
        facts.push((
            "Chosen rows",
            format!("{} that are no random sample", plural(humans.chosen_rows, "item", "items")),
        ));
    }
    let looks = humans.looks.map_or("not counted".to_owned(), |n| {
        format!("{} held against these ratings so far", plural(n, "judge", "judges"))
    });
    facts.push(("Looks", looks));
    facts
}

/// What became of the judge's rows by a policy, a choice, or for want of people, as name and value; nothing where each
/// row simply counts.
pub(super) fn row_counts(panel: &Panel) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if panel.without_human > 0 {
        let items = plural(panel.without_human, "item", "items");
        facts.push(("Not rated by people", format!("{items} that the judge answered, in no number")));
    }
    if panel.off_scale > 0 {
        let values: Vec<String> = panel.off_scale_values.iter().map(|(v, n)| format!("{v}: {}", count(*n))).collect();
        facts.push(("Off the scale", format!("{} ({})", count(panel.off_scale), values.join(", "))));
    }
    if panel.fractions > 0 {
        facts.push(("With a fraction", format!("{}; tables have the nearest rating", count(panel.fractions))));
    }
    for (name, fields) in [("Clamped fields", &panel.clamped), ("Fields left out", &panel.dropped)] {
        if !fields.is_empty() {
            let counts: Vec<String> =
                fields.iter().map(|(field, n)| format!("{}: {}", plain(field), count(*n))).collect();
            facts.push((name, format!("{}; values off the field's scale", counts.join(", "))));
        }
    }
    if panel.duplicates > 0 {
        facts.push(("Repeated rows", format!("{}; the last one counts", count(panel.duplicates))));
    }
    if let Figure::Known(same) = &panel.repeats.first_two_same {
        let rows = plural(panel.repeats.rows, "answer", "answers");
        let items = plural(panel.repeats.items, "item", "items");
        let same = format!("the first two are the same on {:.1} %", 100.0 * same.value);
        facts.push(("Asked repeatedly", format!("{items} with {rows}; {same}; the commonest rating counts")));
    }
    if panel.other_samples > 0 {
        facts.push(("Of other samples", format!("{} left out", plural(panel.other_samples, "answer", "answers"))));
    }
    facts
}

fn counted(counted: &Counted) -> String {
    if counted.reasons.is_empty() {
        return count(counted.count);
    }
    let reasons: Vec<String> = counted.reasons.iter().map(|(reason, n)| format!("{reason} {}", count(*n))).collect();
    format!("{} ({})", count(counted.count), reasons.join(", "))
}

/// Money, tokens and time, as name and value; only what is known, and the price's absence.
pub(super) fn cost(cost: &Cost) -> Vec<(&'static str, String)> {
    let mut facts = vec![(
        "Cost",
        match &cost.total_usd {
            Figure::Known(_) => format!(
                "{} for {} ({} per 1,000)",
                Unit::Usd.value(&cost.total_usd),
                plural(cost.priced, "answer", "answers"),
                Unit::Usd.value(&cost.usd_per_1000)
            ),
            undefined => Unit::Usd.value(undefined),
        },
    )];
    let tokens = cost.tokens;
    if tokens.input > 0 {
        facts.push((
            "Tokens",
            format!("{} in ({} cached), {} out", count(tokens.input), count(tokens.cached), count(tokens.output)),
        ));
    }
    if let (Some(median), Some(p95)) = (cost.latency_ms_median, cost.latency_ms_p95) {
        facts.push(("Latency", format!("{} ms median, {} ms at the 95th percentile", count(median), count(p95))));
    }
    facts
}
