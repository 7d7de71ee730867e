use super::*;
use proptest::prelude::*;

fn formula(text: &str) -> Result<Formula, FormulaError> {
    Formula::try_from(text.to_owned())
}

fn value(text: &str) -> Option<f64> {
    let known = |name: &str| [("a", 2.0), ("b", 7.0), ("c", 10.0)].into_iter().find(|(n, _)| *n == name);
    formula(text).unwrap().value(&|name| known(name).map(|(_, v)| v))
}

#[test]
fn arithmetic_is_what_it_is_everywhere() {
    for (text, wanted) in [
        ("a + b * c", 72.0),
        ("(a + b) * c", 90.0),
        ("c - b - a", 1.0),
        ("c / 4 / 2", 1.25),
        ("-a + 10", 8.0),
        ("c − a × 2", 6.0),
        ("min(a, b, 1.5) + max(a, b)", 8.5),
        ("mean(a, b: 2, c)", 6.5),
        (" ( 2*b+a )/ 4 ", 4.0),
    ] {
        assert_eq!(value(text), Some(wanted), "{text}");
    }
}

#[test]
fn a_missing_field_leaves_no_result_unless_the_formula_can_do_without_it() {
    assert_eq!(value("a + x"), None);
    assert_eq!(value("mean(a, x)"), None);
    assert_eq!(value("mean(a, x?: 5)"), Some(2.0));
    assert_eq!(value("max(x?, 3)"), Some(3.0));
    assert_eq!(value("mean(x?, y?)"), None);
}

#[test]
fn what_is_no_formula_is_refused_with_its_place() {
    for (text, message, at) in [
        ("", "the formula ends too early", 0),
        ("a +", "the formula ends too early", 3),
        ("a b", "an operator is missing", 2),
        ("(a", "a `)` is missing", 2),
        ("a / b", "`/` divides by a number other than 0", 4),
        ("a / 0", "`/` divides by a number other than 0", 4),
        ("sqrt(a)", "there is no function `sqrt`: only min, max and mean", 0),
        ("a & b", "an operator is missing", 2),
        ("mean(a: 0)", "a weight is a number above 0", 8),
        ("a + $", "`$` is no field, number or operator", 4),
        ("a? + 1", "an operator is missing", 1),
        ("1.2.3", "a number is missing", 0),
    ] {
        let error = formula(text).expect_err(text);
        assert_eq!((error.message.as_str(), error.at), (message, at), "{text}");
    }
    assert!(formula(&"(".repeat(400)).is_err() && formula(&"-".repeat(400)).is_err());
    assert!(formula(&"a+".repeat(400)).is_err());
}

proptest! {
    #[test]
    fn no_text_panics_and_values_lie_between_the_ends(
        text in "[ab0-9+*/(),.:? −×-]{0,30}|(min|max|mean)\\((a|b\\?|a\\*b|3-a), (a|b|2\\*b)\\)",
        (a, b) in (0.0f64..10.0, -5.0f64..5.0),
    ) {
        if let Ok(formula) = formula(&text) {
            let known = |name: &str| match name { "a" => Some(a), "b" => Some(b), _ => None };
            let (low, high) = formula.ends(&|name| if name == "a" { (0.0, 10.0) } else { (-5.0, 5.0) });
            if let Some(value) = formula.value(&known) {
                let room = 1e-9 * (1.0 + low.abs() + high.abs());
                prop_assert!(value.is_nan() || (low - room <= value && value <= high + room), "{} {} {}", low, value, high);
            }
        }
    }
}

#[test]
fn the_ends_of_a_long_sum_are_looked_at_once_each() {
    let long = formula(&format!("({}) / 200", vec!["a"; 200].join("+"))).unwrap();
    assert_eq!(long.ends(&|_| (0.0, 10.0)), (0.0, 10.0));
}
