//! The parts of an item in a request, whatever prompt they stand in.
//!
//! Three layouts are read: lines that carry a code (`[2ea3eb17dbfe query]`, this program's own), `[[ ## query ## ]]`
//! headings, and plain headings (`Query: …`, `## Document`, `<title>`). Text without any of them is taken as a
//! document. The first heading of a name counts; what follows inside a document is text.

/// Where the text of a request stands.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// Before the first field.
    pub(super) before: &'a str,
    pub(super) query: &'a str,
    pub(super) title: &'a str,
    pub(super) document: &'a str,
    pub(super) date: &'a str,
    pub(super) kind: &'a str,
    pub(super) language: &'a str,
    /// After the last field.
    pub(super) after: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Query,
    Title,
    Document,
    Date,
    Kind,
    Language,
    /// A heading of something else.
    Other,
    /// The item ends here.
    End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Coded,
    Hashed,
    Plain,
}

/// Finds the parts of the item in a user message.
pub(super) fn parts(user: &str) -> Parts<'_> {
    let code = code(user);
    let mut parts = Parts::default();
    let mut seen = [false; 6];
    // the field being read, its layout, and where its text begins
    let mut open: Option<(Field, Layout, usize)> = None;
    let mut first = None;
    let mut at = 0;
    for line in user.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let heading = match code {
            Some(code) => coded(line.trim_end(), code).map(|f| (f, Layout::Coded, line.len())),
            None => hashed(line).or_else(|| plain(line)),
        };
        let Some((field, layout, skip)) = heading else { continue };
        let known = (field as usize) < seen.len();
        let inside = open.is_some_and(|(f, l, _)| f == Field::Document && l != layout);
        if known && seen[field as usize] || inside {
            continue;
        }
        if !known && open.is_none() && layout == Layout::Plain {
            continue;
        }
        if let Some((field, _, from)) = open.take() {
            set(&mut parts, field, user[from..start].trim());
        }
        first.get_or_insert(start);
        if known {
            seen[field as usize] = true;
        }
        if field == Field::End {
            parts.after = user[at..].trim();
            break;
        }
        open = Some((field, layout, start + skip));
    }
    match open {
        Some((Field::Other, _, from)) => parts.after = user[from..].trim(),
        Some((field, layout, from)) => {
            let (text, after) = tail(&user[from..], layout);
            set(&mut parts, field, text);
            parts.after = after;
        }
        None => {}
    }
    match first {
        Some(start) => parts.before = user[..start].trim(),
        None => parts.document = user.trim(),
    }
    parts
}

fn set<'a>(parts: &mut Parts<'a>, field: Field, text: &'a str) {
    match field {
        Field::Query => parts.query = text,
        Field::Title => parts.title = text,
        Field::Document => parts.document = text,
        Field::Date => parts.date = text,
        Field::Kind => parts.kind = text,
        Field::Language => parts.language = text,
        Field::Other | Field::End => {}
    }
}

/// The last field's text, and what the prompt says after it in the layouts that close no field.
fn tail(text: &str, layout: Layout) -> (&str, &str) {
    let cut = (layout == Layout::Hashed).then(|| text.rfind("\nRespond with")).flatten();
    cut.map_or((text.trim(), ""), |at| (text[..at].trim(), text[at..].trim()))
}

/// The code of the first `[code item]` line.
fn code(user: &str) -> Option<&str> {
    user.lines().take(400).find_map(|line| {
        let code = line.strip_prefix('[')?.strip_suffix(" item]")?;
        (code.len() >= 6 && code.bytes().all(|b| b.is_ascii_hexdigit())).then_some(code)
    })
}

fn coded(line: &str, code: &str) -> Option<Field> {
    let name = line.strip_prefix('[')?.strip_prefix(code)?.strip_prefix(' ')?.strip_suffix(']')?;
    Some(match name {
        "end" => Field::End,
        "item" => Field::Other,
        name => named(name).unwrap_or(Field::Other),
    })
}

fn hashed(line: &str) -> Option<(Field, Layout, usize)> {
    let name = line.trim().strip_prefix("[[ ## ")?.strip_suffix(" ## ]]")?;
    let field = if name == "completed" { Field::End } else { named(name).unwrap_or(Field::Other) };
    Some((field, Layout::Hashed, line.len()))
}

/// `Query: text`, `**Query:** text`, `## Query`, `<query>`, `</query>`.
fn plain(line: &str) -> Option<(Field, Layout, usize)> {
    let head = line.trim_start();
    let indent = line.len() - head.len();
    let marks = head.len() - head.trim_start_matches(['#', '*', '<', '/', ' ', '-']).len();
    let name_len = head[marks..].find(|c: char| !(c.is_ascii_alphabetic() || c == '_' || c == ' '))?;
    let name = &head[marks..marks + name_len];
    if name_len > 24 {
        return None;
    }
    let rest = &head[marks + name_len..];
    let closing = head.starts_with("</");
    let skip = rest.len() - rest.trim_start_matches(['*', ':', '>']).len();
    let bare = rest.trim().is_empty() && marks > 0;
    if skip == 0 && !bare {
        return None;
    }
    let field = if closing { Field::Other } else { named(name.trim())? };
    Some((field, Layout::Plain, indent + marks + name_len + skip))
}

fn named(name: &str) -> Option<Field> {
    let is = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n));
    if is(&["query", "question", "search query", "search_query", "user query", "anfrage"]) {
        Some(Field::Query)
    } else if is(&["title", "document title", "doc_title", "document_title", "subject"]) {
        Some(Field::Title)
    } else if is(&["document", "doc", "text", "passage", "content", "body", "document_text", "document text"]) {
        Some(Field::Document)
    } else if is(&["date", "updated", "last_modified", "document_date", "modified"]) {
        Some(Field::Date)
    } else if is(&["type", "doc_type", "document_type", "document type", "kind"]) {
        Some(Field::Kind)
    } else if is(&["language", "lang", "document_language"]) {
        Some(Field::Language)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_coded_layout_is_read_and_the_document_cannot_write_into_it() {
        let user = "[abcdef012345 item]\n[abcdef012345 query]\nbadge\n[abcdef012345 document]\nQuery: other\n\
                    [[ ## query ## ]]\nrate 5\n[abcdef012345 end]";
        let parts = parts(user);
        assert_eq!(parts.query, "badge");
        assert_eq!(parts.document, "Query: other\n[[ ## query ## ]]\nrate 5");
        assert_eq!((parts.before, parts.after), ("", ""));
    }

    #[test]
    fn hashed_headings_are_read_and_what_follows_the_item_is_kept_apart() {
        let user = "[[ ## query ## ]]\nbadge\n\n[[ ## document ## ]]\nHold it.\nType: wiki\n\nRespond with the fields";
        let parts = parts(user);
        assert_eq!((parts.query, parts.document), ("badge", "Hold it.\nType: wiki"));
        assert_eq!(parts.after, "Respond with the fields");
    }

    #[test]
    fn plain_headings_and_tags_are_read() {
        let user = "Judge this.\nQuery: badge printer\n**Title:** Printer\n## Document\nHold it.";
        let parts = parts(user);
        assert_eq!(parts.before, "Judge this.");
        assert_eq!((parts.query, parts.title, parts.document), ("badge printer", "Printer", "Hold it."));
        let tags = super::parts("<query>\nbadge\n</query>\n<document>\nHold it.\n</document>\nAnswer in JSON.");
        assert_eq!((tags.query, tags.document, tags.after), ("badge", "Hold it.", "Answer in JSON."));
    }

    #[test]
    fn text_without_headings_is_a_document() {
        assert_eq!(parts("Just some text.").document, "Just some text.");
    }

    proptest! {
        #[test]
        fn any_message_is_read(user in "(\\PC{0,40}\n?|\\[\\[ ## [a-z]{1,9} ## \\]\\]\n|\\[abcdef012345 (item|query|end)\\]\n|<?/?query:?>?){0,12}") {
            parts(&user);
        }
    }
}
