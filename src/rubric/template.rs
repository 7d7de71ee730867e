//! Texts with `{placeholders}` → texts that a judge reads.

use std::collections::BTreeMap;

/// Fills `{name}` from `values` in one pass, so that a filled-in text is never itself a template; `{{` is a brace.
/// The rubric loader has checked that every placeholder is known.
pub(super) fn fill(template: &str, values: &BTreeMap<&str, String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        out.push_str(&rest[..open]);
        let tail = &rest[open..];
        if tail.starts_with("{{") || tail.starts_with("}}") {
            out.push_str(&tail[..1]);
            rest = &tail[2..];
            continue;
        }
        let known = tail.find('}').and_then(|close| Some((close, values.get(&tail[1..close])?)));
        let Some((close, value)) = known else {
            out.push_str(&tail[..1]);
            rest = &tail[1..];
            continue;
        };
        out.push_str(value);
        rest = &tail[close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_in_text_is_never_itself_a_template() {
        let values = BTreeMap::from([("task", "{min} of {task}".to_owned()), ("min", "1".to_owned())]);
        assert_eq!(fill("{{{task}}} {min}", &values), "{{min} of {task}} 1");
    }
}
