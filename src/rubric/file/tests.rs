use super::*;
use crate::rubric::SHIPPED;

fn fault(text: &str) -> String {
    let e = load("r.toml", text).expect_err("the rubric is broken");
    format!("{}: {e}; hint: {}", e.place, e.hint)
}

fn edited(from: &str, to: &str) -> String {
    assert!(SHIPPED.contains(from), "the shipped rubric has no `{from}`");
    SHIPPED.replacen(from, to, 1)
}

#[test]
fn the_shipped_rubric_is_valid_and_its_hash_covers_the_anchors() {
    let rubric = load("r.toml", SHIPPED).unwrap();
    assert_eq!(rubric.anchors.len(), 5);
    let other = load("r.toml", &edited("Touches the subject", "Grazes the subject")).unwrap();
    assert_ne!(rubric.hash(), other.hash());
}

#[test]
fn an_unknown_key_is_an_error_with_its_line_and_column() {
    let text = edited("title = ", "titel = ");
    assert!(fault(&text).starts_with("r.toml:5:1: unknown field `titel`"), "{}", fault(&text));
}

#[test]
fn a_missing_anchor_is_named() {
    let text = edited("rating = 4\n", "rating = 5\n");
    assert!(fault(&text).contains("the rating 5 has two anchors"), "{}", fault(&text));
    let text = SHIPPED.replacen("max = 5", "max = 6", 1);
    assert_eq!(
        fault(&text),
        "r.toml:27:1: the rating 6 has no anchor; hint: add `[[scale.anchor]]` with `rating = 6`, `name` and `text`"
    );
}

#[test]
fn a_scale_that_is_no_scale_is_refused() {
    let text = SHIPPED.replacen("max = 5", "max = 1", 1);
    assert!(fault(&text).contains("`1`–`1` is no scale"), "{}", fault(&text));
}

#[test]
fn an_unbalanced_or_unknown_placeholder_points_at_itself() {
    let text = edited("{task}\nYou see", "{task\nYou see");
    assert_eq!(
        fault(&text),
        "r.toml:11:1: unbalanced brace in a template; hint: close the placeholder, or write `{{` and `}}` for braces"
    );
    let text = edited("{criteria}\n", "{kriteria}\n");
    assert!(fault(&text).contains("r.toml:17:1: unknown placeholder `{kriteria}`"), "{}", fault(&text));
}

#[test]
fn a_frozen_span_that_the_instruction_lacks_is_an_error_with_its_place() {
    let text = edited("\"First explain your", "\"First state your");
    assert_eq!(
        fault(&text),
        "r.toml:107:3: the frozen span `First state your reasoning in one or two sentences, then give the rating.` \
         does not occur in the instruction; hint: copy it from `instruction`, with its placeholders or as the \
         judge reads it"
    );
    let text = edited("\"Use the whole scale from {min} to {max}:\"", "\"Use the whole scale from 1 to 5:\"");
    assert_eq!(load("r.toml", &text).unwrap().frozen, load("r.toml", SHIPPED).unwrap().frozen);
    let text = edited("  \"{task}\",\n", "  \"{taks}\",\n");
    assert!(fault(&text).starts_with("r.toml:105:4: unknown placeholder `{taks}`"), "{}", fault(&text));
}

#[test]
fn an_empty_forbidden_phrase_is_an_error_and_frozen_spans_change_no_hash() {
    let text = format!("{SHIPPED}forbidden = [\"as an AI\", \" \"]\n");
    assert!(fault(&text).contains("a forbidden phrase is empty; hint: write a phrase"), "{}", fault(&text));
    let rubric = load("r.toml", SHIPPED).unwrap();
    let bare = Rubric { frozen: Vec::new(), forbidden: vec!["as an AI".into()], ..rubric.clone() };
    assert_eq!((rubric.frozen.len(), rubric.hash()), (3, bare.hash()));
}

#[test]
fn the_judge_must_see_query_document_and_anchors() {
    let text = edited("\n{anchors}\n", "\n");
    assert!(fault(&text).contains("never shows the anchors"));
    let text = edited("name = \"document\"", "name = \"body\"");
    assert!(fault(&text).contains("never sees the field `document`"));
}
