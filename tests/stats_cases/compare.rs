//! Expected against answered: numbers within a tolerance, `null` against an undefined number with its reason.

use assessor::domain::Undefined;
use serde_json::{Value, json};

/// A number or its reason, as the answer to a case.
pub fn defined(value: Result<f64, Undefined>) -> Value {
    match value {
        Ok(number) => {
            assert!(number.is_finite(), "a defined number is finite");
            json!(number)
        }
        Err(reason) => json!({ "undefined": reason.to_string() }),
    }
}

/// Where `answer` differs from `expected`. Every key and element of `expected` must be answered; `null` must be answered
/// with `{"undefined": reason}`, never with a number or with nothing.
pub fn differences(expected: &Value, answer: &Value, tolerance: f64) -> Vec<String> {
    let mut found = Vec::new();
    walk("", expected, answer, tolerance, &mut found);
    found
}

fn walk(path: &str, expected: &Value, answer: &Value, tolerance: f64, found: &mut Vec<String>) {
    match (expected, answer) {
        (Value::Null, Value::Object(map)) if map.get("undefined").is_some_and(|r| r.as_str() != Some("")) => {}
        (Value::Object(expected), Value::Object(_)) => {
            for (key, value) in expected {
                walk(&format!("{path}.{key}"), value, &answer[key], tolerance, found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                walk(&format!("{path}[{i}]"), a, b, tolerance, found);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            // Absolute and relative, as `numpy.isclose` has it: the cases mix probabilities with counts and money.
            if (a - b).abs() > tolerance * (1.0 + a.abs()) {
                found.push(format!("{path}: {b} for {a}"));
            }
        }
        (a, b) if a == b && !a.is_null() => {}
        (a, b) => found.push(format!("{path}: {b} for {a}")),
    }
}

#[test]
fn a_missing_number_a_zero_and_a_wrong_number_are_all_differences() {
    let undefined = json!({ "undefined": "no rows" });
    assert!(differences(&json!({"a": null}), &json!({"a": undefined}), 0.0).is_empty());
    for wrong in [json!({}), json!({"a": 0.0}), json!({"a": null})] {
        assert_eq!(differences(&json!({"a": null}), &wrong, 0.0).len(), 1, "{wrong}");
    }
    assert_eq!(differences(&json!([1.0, 2.0]), &json!([1.0]), 0.1).len(), 1);
    assert_eq!(differences(&json!(1.0), &json!(1.25), 0.1), [": 1.25 for 1"]);
    assert!(differences(&json!(1.0), &json!(1.15), 0.1).is_empty());
}
