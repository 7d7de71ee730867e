//! Files that are broken as text, JSON or CSV.

use super::{Case, ITEM, Role, case};

pub fn encoding() -> Vec<Case> {
    let second = |bytes: &[u8]| [ITEM.as_bytes(), b"\n", bytes].concat();
    vec![
        case(
            "empty file",
            "items.jsonl",
            "",
            Role::Items,
            &["error: the file is empty", "  --> {dir}/items.jsonl", "hint: write at least one row"],
        ),
        case(
            "nothing but blank lines",
            "items.jsonl",
            "\n\r\n  \n",
            Role::Items,
            &["error: the file is empty", "  --> {dir}/items.jsonl", "hint: write at least one row"],
        ),
        case(
            "byte order mark and nothing",
            "items.csv",
            "\u{feff}",
            Role::Items,
            &["error: the file is empty", "  --> {dir}/items.csv", "hint: write at least one row"],
        ),
        case(
            "Latin-1 in JSON",
            "items.jsonl",
            second(b"{\"id\":\"caf\xe9\"}"),
            Role::Items,
            &[
                "error: the text is not UTF-8",
                "  --> {dir}/items.jsonl:2:11",
                "2 | {\"id\":\"caf�\"}",
                "hint: convert it: `iconv -f LATIN1 -t UTF-8 FILE`",
            ],
        ),
        case(
            "Latin-1 in the second line of a quoted field",
            "items.csv",
            *b"id,query_id,query,document\ni1,q1,vpn,\"one\ncaf\xe9\"\n",
            Role::Items,
            &[
                "error: the text is not UTF-8",
                "  --> {dir}/items.csv:3",
                "3 | caf�\"",
                "hint: convert it: `iconv -f LATIN1 -t UTF-8 FILE`",
            ],
        ),
        case(
            "UTF-16",
            "items.csv",
            *b"\xff\xfei\0d\0",
            Role::Items,
            &[
                "error: the text is UTF-16, not UTF-8",
                "  --> {dir}/items.csv",
                "hint: convert it: `iconv -f UTF-16 -t UTF-8 FILE`",
            ],
        ),
        case(
            "NUL in CSV",
            "items.csv",
            "id,query_id,query,document\ni1,q1,vpn,a\0b\n",
            Role::Items,
            &[
                "error: the column `document` holds a NUL character",
                "  --> {dir}/items.csv:2",
                "2 | i1,q1,vpn,a�b",
                "hint: remove the NUL characters: `tr -d '\\000'`; they usually come from a wrong encoding",
            ],
        ),
        case(
            "NUL in JSON",
            "items.jsonl",
            r#"{"id":"i1","query_id":"q1","query":"vpn","document":"a\u0000b"}"#,
            Role::Items,
            &[
                "error: the column `document` holds a NUL character",
                "  --> {dir}/items.jsonl:1",
                "1 | {\"id\":\"i1\",\"query_id\":\"q1\",\"query\":\"vpn\",\"document\":\"a\\u0000b\"}",
                "hint: remove the NUL characters: `tr -d '\\000'`; they usually come from a wrong encoding",
            ],
        ),
        case(
            "huge field",
            "items.csv",
            format!("id,query_id,query,document\ni1,q1,vpn,{}\n", "x".repeat((1 << 20) + 1)),
            Role::Items,
            &[
                "error: the column `document` holds 1048577 bytes, more than the 1048576 that a field may have",
                "  --> {dir}/items.csv:2",
                "2 | i1,q1,vpn,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…",
                "hint: shorten the text; judges see only the first `max_chars` of a field",
            ],
        ),
        case(
            "huge line",
            "items.jsonl",
            format!("{{\"id\":\"{}\"}}", "x".repeat(8 << 20)),
            Role::Items,
            &[
                "error: the record is longer than 8 MiB",
                "  --> {dir}/items.jsonl:1",
                "1 | {\"id\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…",
                "hint: split or shorten the text; in CSV, look for a quote that is never closed",
            ],
        ),
        case(
            "huge record",
            "items.csv",
            format!("id,query_id,query,document\ni1,q1,vpn,\"{}", "x\n".repeat(5 << 20)),
            Role::Items,
            &[
                "error: the record is longer than 8 MiB",
                "  --> {dir}/items.csv:2",
                "2 | i1,q1,vpn,\"x",
                "hint: split or shorten the text; in CSV, look for a quote that is never closed",
            ],
        ),
    ]
}

pub fn json_lines() -> Vec<Case> {
    let after = |text: &str| format!("{ITEM}\n{text}\n");
    vec![
        case(
            "cut off in the last line",
            "items.jsonl",
            format!("{ITEM}\n{}", &ITEM[..40]),
            Role::Items,
            &[
                "error: this line is no JSON object: EOF while parsing an object",
                "  --> {dir}/items.jsonl:2:40",
                "2 | {\"id\":\"i1\",\"query_id\":\"q1\",\"query\":\"vpn\"",
                "hint: each line must be one JSON object: `{\"id\": …}`",
            ],
        ),
        case(
            "no JSON",
            "items.jsonl",
            after("id,query_id,query,document"),
            Role::Items,
            &[
                "error: this line is no JSON object: expected value",
                "  --> {dir}/items.jsonl:2:1",
                "2 | id,query_id,query,document",
                "hint: each line must be one JSON object: `{\"id\": …}`",
            ],
        ),
        case(
            "a list",
            "items.jsonl",
            "[{\"id\":\"i1\"}]",
            Role::Items,
            &[
                "error: this line is no JSON object: invalid type: sequence, expected an object",
                "  --> {dir}/items.jsonl:1:1",
                "1 | [{\"id\":\"i1\"}]",
                "hint: each line must be one JSON object: `{\"id\": …}`",
            ],
        ),
        case(
            "two objects on a line",
            "items.jsonl",
            format!("{ITEM} {ITEM}"),
            Role::Items,
            &[
                "error: this line is no JSON object: trailing characters",
                "  --> {dir}/items.jsonl:1:78",
                "1 | {\"id\":\"i1\",\"query_id\":\"q1\",\"query\":\"vpn\",\"document\":\"How to set up the VPN\"} {\"id\":\"i1\",\"query_id\":\"q1\",\"query\":\"vpn\",\"d…",
                "hint: each line must be one JSON object: `{\"id\": …}`",
            ],
        ),
        case(
            "a key twice",
            "items.jsonl",
            r#"{"id":"i1","query":"é","id":"i2"}"#,
            Role::Items,
            &[
                "error: this line is no JSON object: the key `id` stands twice",
                "  --> {dir}/items.jsonl:1:27",
                "1 | {\"id\":\"i1\",\"query\":\"é\",\"id\":\"i2\"}",
                "hint: each line must be one JSON object: `{\"id\": …}`",
            ],
        ),
        case(
            "NaN in JSON",
            "judge.jsonl",
            "{\"id\":\"i1\",\"rating\":NaN}",
            Role::Judge,
            &[
                "error: this line is no JSON object: expected value",
                "  --> {dir}/judge.jsonl:1:21",
                "1 | {\"id\":\"i1\",\"rating\":NaN}",
                "hint: each line must be one JSON object: `{\"id\": …}`",
            ],
        ),
        case(
            "a number with a fraction as id",
            "judge.jsonl",
            "{\"id\":1.5,\"rating\":3}",
            Role::Judge,
            &[
                "error: `id` must be text, but is a number with a fraction",
                "  --> {dir}/judge.jsonl:1",
                "1 | {\"id\":1.5,\"rating\":3}",
                "hint: put the value in quotes",
            ],
        ),
        case(
            "CRLF does not shift the line",
            "judge.jsonl",
            "{\"id\":\"a\",\"rating\":3}\r\n{\"id\":\r\n",
            Role::Judge,
            &[
                "error: this line is no JSON object: EOF while parsing a value",
                "  --> {dir}/judge.jsonl:2:7",
                "2 | {\"id\":",
                "hint: each line must be one JSON object: `{\"id\": …}`",
            ],
        ),
    ]
}

pub fn csv() -> Vec<Case> {
    vec![
        case(
            "a header only",
            "human.csv",
            "id,annotator,rating\n",
            Role::Human,
            &["error: the file has a header and no rows", "  --> {dir}/human.csv", "hint: write at least one row"],
        ),
        case(
            "ragged",
            "items.csv",
            "\u{feff}id,query_id,query,document\r\ni1,q1,vpn,\"a\r\nb\"\r\ni2,q1,vpn,b,c\r\n",
            Role::Items,
            &[
                "error: this row has 5 fields, the header has 4",
                "  --> {dir}/items.csv:4",
                "4 | i2,q1,vpn,b,c",
                "hint: quote fields that hold commas, quotes or line breaks",
            ],
        ),
        case(
            "too few fields after blank lines",
            "human.csv",
            "id,annotator,rating\n\n\ni1,ann\n",
            Role::Human,
            &[
                "error: this row has 2 fields, the header has 3",
                "  --> {dir}/human.csv:4",
                "4 | i1,ann",
                "hint: quote fields that hold commas, quotes or line breaks",
            ],
        ),
        case(
            "a quote never closed",
            "human.csv",
            "id,rating,annotator\ni1,3,\"ann\ni2,4,bob\n",
            Role::Human,
            &[
                "error: a quote is opened and never closed",
                "  --> {dir}/human.csv:1",
                "1 | id,rating,annotator",
                "hint: close the quote, and double quotes inside a field: `\"\"`; is the file cut off?",
            ],
        ),
        case(
            "a column twice",
            "human.csv",
            "id,rating,annotator,rating\ni1,3,ann,4\n",
            Role::Human,
            &[
                "error: the column `rating` stands twice",
                "  --> {dir}/human.csv:1",
                "1 | id,rating,annotator,rating",
                "hint: rename or remove one of them",
            ],
        ),
        case(
            "a column without a name",
            "human.csv",
            ",id,rating,annotator\n0,i1,3,ann\n",
            Role::Human,
            &[
                "error: column 1 has no name",
                "  --> {dir}/human.csv:1",
                "1 | ,id,rating,annotator",
                "hint: name it in the header; in pandas: `to_csv(…, index=False)`",
            ],
        ),
    ]
}
