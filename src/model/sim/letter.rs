//! A request to the reflector: the text to revise, the material to learn from, and the form of the answer.
//!
//! Three forms are spoken, as models do: a fence for whoever shows the text in a fence, and, for clients that lay out
//! fields under `[[ ## name ## ]]` headings, a JSON object or such headings again, as the request's last lines say.

use super::reply::Reply;
use std::borrow::Cow;

/// What is wanted back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted<'a> {
    Fence,
    /// A JSON object with this field.
    Json(&'a str),
    /// This field under its heading.
    Headed(&'a str),
}

/// A request as the reflector understands it.
#[derive(Debug)]
pub(super) struct Letter<'a> {
    /// The instruction to revise; empty where none is shown.
    pub(super) current: &'a str,
    /// Everything else.
    pub(super) feedback: Cow<'a, str>,
    wanted: Wanted<'a>,
}

impl<'a> Letter<'a> {
    /// Reads a user message.
    pub(super) fn read(prompt: &'a str) -> Self {
        let (body, wanted) = wanted(prompt);
        if wanted == Wanted::Fence {
            let (current, feedback) = fenced(prompt);
            return Self { current, feedback: Cow::Borrowed(feedback), wanted };
        }
        let (mut current, mut feedback) = ("", String::new());
        for (name, text) in fields(body) {
            match name {
                "current_instruction" | "basic_instruction" | "instruction" => current = text,
                // examples come as JSON, with their line ends escaped
                _ => feedback.push_str(&(text.replace("\\n", "\n") + "\n")),
            }
        }
        Self { current, feedback: Cow::Owned(feedback), wanted }
    }

    /// What is asked for is no instruction but a description of the material.
    pub(super) fn wants_description(&self) -> bool {
        match self.wanted {
            Wanted::Fence => false,
            Wanted::Json(name) | Wanted::Headed(name) => !name.contains("instruction"),
        }
    }

    /// The answer with this text; one that is `cut` ends where the text does.
    pub(super) fn answer(&self, text: &str, cut: bool) -> Reply {
        let (mut content, end) = match self.wanted {
            Wanted::Fence => {
                let opening = "The assistant misses some considerations. Here is the revised instruction:\n\n```\n";
                (format!("{opening}{text}"), "\n```")
            }
            Wanted::Json(name) => {
                let value = serde_json::Value::from(text).to_string();
                (format!("{{\"{name}\": {}", &value[..value.len() - 1]), "\"}")
            }
            Wanted::Headed(name) => (format!("[[ ## {name} ## ]]\n{text}"), "\n\n[[ ## completed ## ]]"),
        };
        if !cut {
            content.push_str(end);
        }
        Reply { content, finish: if cut { "length" } else { "stop" } }
    }
}

/// The request without its last paragraph, and the form that this asks for.
fn wanted(prompt: &str) -> (&str, Wanted<'_>) {
    let fence = (prompt, Wanted::Fence);
    let Some(at) = prompt.rfind("Respond with ") else { return fence };
    let (body, ask) = prompt.split_at(at);
    let between = |open: &str, close: &str| Some(ask.split_once(open)?.1.split_once(close)?.0);
    match (between("fields: `", "`"), between("field `[[ ## ", " ## ]]`")) {
        (Some(name), _) if ask.contains("JSON object") => (body, Wanted::Json(name)),
        (_, Some(name)) => (body, Wanted::Headed(name)),
        _ => fence,
    }
}

/// Text under `[[ ## name ## ]]` headings.
fn fields(body: &str) -> impl Iterator<Item = (&str, &str)> {
    body.split("[[ ## ").filter_map(|part| part.split_once(" ## ]]")).map(|(name, text)| (name, text.trim()))
}

/// The current instruction (the first fenced block, or what stands before a line with "feedback" or "example") and the rest.
fn fenced(prompt: &str) -> (&str, &str) {
    if let Some((_, rest)) = prompt.split_once("```") {
        // a language tag may follow the fence
        let body = rest.split_once('\n').map_or(rest, |(_, body)| body);
        if let Some((current, feedback)) = body.split_once("```") {
            return (current, feedback);
        }
    }
    let lower = prompt.to_ascii_lowercase();
    let at = ["feedback", "example"].iter().filter_map(|w| lower.find(w)).min().unwrap_or(prompt.len());
    (&prompt[..at], &prompt[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADED: &str =
        "[[ ## current_instruction ## ]]\nRate it.\n\n[[ ## examples ## ]]\n[{\"Feedback\": \"a\\nb\"}]\n\n";

    #[test]
    fn an_instruction_in_a_fence_is_answered_in_a_fence() {
        let letter = Letter::read("Improve:\n```text\nRate it.\n```\nFeedback: it is old");
        assert_eq!((letter.current.trim(), letter.feedback.trim()), ("Rate it.", "Feedback: it is old"));
        assert!(letter.answer("X", false).content.ends_with("```\nX\n```"));
        assert!(letter.answer("X", true).content.ends_with("```\nX"));
    }

    #[test]
    fn headed_fields_are_answered_as_json_or_under_headings_as_the_request_says() {
        let json = format!("{HEADED}Respond with a JSON object in the following order of fields: `new_instruction`.");
        let letter = Letter::read(&json);
        assert_eq!((letter.current, letter.feedback.trim()), ("Rate it.", "[{\"Feedback\": \"a\nb\"}]"));
        assert_eq!(letter.answer("a\n\"b\"", false).content, r#"{"new_instruction": "a\n\"b\""}"#);
        assert!(!letter.wants_description());
        let headed =
            "Respond with the corresponding output fields, starting with the field `[[ ## summary ## ]]`, and then …";
        let headed = format!("{HEADED}{headed}");
        let letter = Letter::read(&headed);
        assert!(letter.wants_description() && letter.current == "Rate it.");
        assert_eq!(letter.answer("x", false).content, "[[ ## summary ## ]]\nx\n\n[[ ## completed ## ]]");
    }

    #[test]
    fn a_cut_answer_is_not_whole_in_any_form() {
        let json = format!("{HEADED}Respond with a JSON object in the following order of fields: `new_instruction`.");
        let reply = Letter::read(&json).answer("a", true);
        assert_eq!((reply.content.as_str(), reply.finish), ("{\"new_instruction\": \"a", "length"));
    }
}
