//! A rated example as people read it: without the markers that keep a model from taking an item for an instruction.

use super::Demo;
use serde_json::{Map, Value};

/// An example, taken apart: names with their texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// What is shown of the item, in the rubric's order.
    pub item: Vec<(String, String)>,
    /// What is replied to it, numbers first: people look for the rating.
    pub reply: Vec<(String, String)>,
}

impl Demo {
    /// Item and reply by their fields. What was not written by this program stays in one piece.
    pub fn parts(&self) -> Parts {
        let item = fields(&self.item).unwrap_or_else(|| vec![("item".to_owned(), self.item.clone())]);
        let reply = match serde_json::from_str::<Map<String, Value>>(&self.reply) {
            Ok(reply) => replied(reply),
            Err(_) => vec![("reply".to_owned(), self.reply.clone())],
        };
        Parts { item, reply }
    }
}

/// The fields between the marker lines of an item; see [`item_block`](super::item_block).
fn fields(block: &str) -> Option<Vec<(String, String)>> {
    let (first, rest) = block.split_once('\n')?;
    let code = first.strip_prefix('[')?.strip_suffix(" item]")?;
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in rest.lines() {
        match line.strip_prefix(&format!("[{code} ")).and_then(|name| name.strip_suffix(']')) {
            Some("end") => return Some(fields),
            Some(name) => fields.push((name.to_owned(), String::new())),
            None => {
                let (_, text) = fields.last_mut()?;
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(line);
            }
        }
    }
    None
}

fn replied(reply: Map<String, Value>) -> Vec<(String, String)> {
    let (texts, numbers): (Vec<_>, Vec<_>) = reply.into_iter().partition(|(_, value)| value.is_string());
    let text = |(name, value): (String, Value)| match value {
        Value::String(text) => (name, text),
        value => (name, value.to_string()),
    };
    numbers.into_iter().chain(texts).map(text).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::{GroupId, Item, ItemId};
    use crate::prompt::item_block;
    use crate::rubric::shipped;
    use std::collections::BTreeMap;

    #[test]
    fn an_example_is_read_by_its_fields_and_the_rating_comes_first() {
        let item = Item {
            id: ItemId::new("i"),
            group: GroupId::new("q"),
            query: "reset the badge printer".into(),
            title: Some("Badge printer".into()),
            document: "Hold the button.\n\nThen wait.".into(),
            meta: BTreeMap::new(),
        };
        let reply = r#"{"rationale": "Answers it.", "rating": 5}"#.to_owned();
        let parts = Demo { item: item_block(&shipped().fields, &item), reply }.parts();
        let of = |parts: &[(String, String)]| parts.iter().map(|(a, b)| format!("{a}: {b}")).collect::<Vec<_>>();
        assert_eq!(
            of(&parts.item),
            ["query: reset the badge printer", "title: Badge printer", "document: Hold the button.\n\nThen wait."]
        );
        assert_eq!(of(&parts.reply), ["rating: 5", "rationale: Answers it."]);
    }

    #[test]
    fn what_is_no_item_and_no_object_is_shown_as_it_is() {
        let parts = Demo { item: "[x item]\nno end".into(), reply: "five".into() }.parts();
        assert_eq!(parts.item, [("item".to_owned(), "[x item]\nno end".to_owned())]);
        assert_eq!(parts.reply, [("reply".to_owned(), "five".to_owned())]);
    }
}
