//! Files whose rows do not say what they must, and other formats.

use super::{Case, ITEM, Role, case};
use assessor::domain::Scale;

pub fn columns() -> Vec<Case> {
    vec![
        case(
            "no query id",
            "items.csv",
            "id,query,document\ni1,vpn,text\n",
            Role::Items,
            &[
                "error: there is no column `query_id`; found `document`, `id`, `query`",
                "  --> {dir}/items.csv:1",
                "1 | id,query,document",
                "hint: say which column holds it: `--map query_id=COLUMN`",
            ],
        ),
        case(
            "no document in one line",
            "items.jsonl",
            format!("{ITEM}\n{{\"id\":\"i2\",\"query_id\":\"q\",\"query\":\"x\"}}"),
            Role::Items,
            &[
                "error: there is no column `document`; found `id`, `query`, `query_id`",
                "  --> {dir}/items.jsonl:2",
                "2 | {\"id\":\"i2\",\"query_id\":\"q\",\"query\":\"x\"}",
                "hint: say which column holds it: `--map document=COLUMN`",
            ],
        ),
        case(
            "a null document",
            "items.jsonl",
            ITEM.replace("\"How to set up the VPN\"", "null"),
            Role::Items,
            &[
                "error: `document` is missing",
                "  --> {dir}/items.jsonl:1",
                "1 | {\"id\":\"i1\",\"query_id\":\"q1\",\"query\":\"vpn\",\"document\":null}",
                "hint: give every row `document`",
            ],
        ),
        case(
            "an empty id",
            "items.csv",
            "id,query_id,query,document\n,q1,vpn,text\n",
            Role::Items,
            &["error: `id` is missing", "  --> {dir}/items.csv:2", "2 | ,q1,vpn,text", "hint: give every row `id`"],
        ),
        case(
            "a list as document",
            "items.jsonl",
            ITEM.replace("\"How to set up the VPN\"", "[1]"),
            Role::Items,
            &[
                "error: `document` must be text, but is a list or an object",
                "  --> {dir}/items.jsonl:1",
                "1 | {\"id\":\"i1\",\"query_id\":\"q1\",\"query\":\"vpn\",\"document\":[1]}",
                "hint: put the value in quotes",
            ],
        ),
        case(
            "an item twice",
            "items.jsonl",
            format!("{ITEM}\n\n{ITEM}\n"),
            Role::Items,
            &[
                "error: the item `i1` stands twice, first at {dir}/items.jsonl:1",
                "  --> {dir}/items.jsonl:3",
                "3 | {\"id\":\"i1\",\"query_id\":\"q1\",\"query\":\"vpn\",\"document\":\"How to set up the VPN\"}",
                "hint: remove one of them, or keep the last: `--on-duplicate last`",
            ],
        ),
        case(
            "no annotator",
            "human.csv",
            "id,rating\ni1,3\n",
            Role::Human,
            &[
                "error: there is no column `annotator`; found `id`, `rating`",
                "  --> {dir}/human.csv:1",
                "1 | id,rating",
                "hint: say which column holds it: `--map annotator=COLUMN`",
            ],
        ),
        case(
            "no rating at all",
            "human.csv",
            "id,score\ni1,3\n",
            Role::Human,
            &[
                "error: there is no column `rating`; found `id`, `score`",
                "  --> {dir}/human.csv:1",
                "1 | id,score",
                "hint: say which column holds it: `--map rating=COLUMN`",
            ],
        ),
        case(
            "no rating in one line",
            "judge.jsonl",
            "{\"id\":\"i1\",\"score\":3}",
            Role::Judge,
            &[
                "error: there is no column `rating`; found `id`, `score`",
                "  --> {dir}/judge.jsonl:1",
                "1 | {\"id\":\"i1\",\"score\":3}",
                "hint: say which column holds it: `--map rating=COLUMN`",
            ],
        ),
    ]
}

pub fn ratings() -> Vec<Case> {
    vec![
        case(
            "off the scale, human",
            "human.csv",
            "id,annotator,rating\ni1,ann,6\n",
            Role::Human,
            &[
                "error: the rating 6 is off the scale 1–5",
                "  --> {dir}/human.csv:2",
                "2 | i1,ann,6",
                "hint: correct it, give `--scale MIN-MAX`, or accept the nearest rating: `--on-off-scale clip`",
            ],
        ),
        case(
            "off the scale, judge",
            "judge.csv",
            "id,rating\ni1,5\ni2,0\n",
            Role::Judge,
            &[
                "error: the rating 0 is off the scale 1–5",
                "  --> {dir}/judge.csv:3",
                "3 | i2,0",
                "hint: correct it, give `--scale MIN-MAX`, or choose a policy: `--on-off-scale malformed` or `clip`",
            ],
        ),
        case(
            "a fraction",
            "judge.csv",
            "id,rating\ni1,4.5\n",
            Role::Judge,
            &[
                "error: `4.5` is no rating: a rating is an integer",
                "  --> {dir}/judge.csv:2",
                "2 | i1,4.5",
                "hint: a judge made elsewhere may have real values: `--on-fraction keep` audits it on them, `round` takes the nearest rating, `malformed` counts them against it",
            ],
        ),
        case(
            "NaN in CSV",
            "human.csv",
            "id,annotator,rating\ni1,ann,NaN\n",
            Role::Human,
            &[
                "error: `NaN` is no rating: a rating is an integer",
                "  --> {dir}/human.csv:2",
                "2 | i1,ann,NaN",
                "hint: write a plain integer such as `4`; leave the cell empty where there is none",
            ],
        ),
        case(
            "a word",
            "judge.tsv",
            "id\trating\ni1\tabc\n",
            Role::Judge,
            &[
                "error: `abc` is no rating: a rating is an integer",
                "  --> {dir}/judge.tsv:2",
                "2 | i1\tabc",
                "hint: write a plain integer such as `4`; leave the cell empty where there is none",
            ],
        ),
        case(
            "true",
            "judge.jsonl",
            "{\"id\":\"i1\",\"rating\":true}",
            Role::Judge,
            &[
                "error: `true` is no rating: a rating is an integer",
                "  --> {dir}/judge.jsonl:1",
                "1 | {\"id\":\"i1\",\"rating\":true}",
                "hint: write a plain integer such as `4`; leave the cell empty where there is none",
            ],
        ),
        case(
            "one person twice",
            "human.csv",
            "id,annotator,rating\ni1,ann,3\ni1,bob,3\ni1,ann,4\n",
            Role::Human,
            &[
                "error: `ann` rated the item `i1` twice, first at {dir}/human.csv:2",
                "  --> {dir}/human.csv:4",
                "4 | i1,ann,4",
                "hint: remove one of them, or keep the last: `--on-duplicate last`",
            ],
        ),
        case(
            "one sample twice",
            "judge.csv",
            "id,judge,sample,rating\ni1,j,1,3\ni1,j,1,3\n",
            Role::Judge,
            &[
                "error: `j` rated the item `i1` twice in sample 1, first at {dir}/judge.csv:2",
                "  --> {dir}/judge.csv:3",
                "3 | i1,j,1,3",
                "hint: remove one of them, or keep the last: `--on-duplicate last`",
            ],
        ),
        case(
            "a sample below 0",
            "judge.csv",
            "id,sample,rating\ni1,-1,3\n",
            Role::Judge,
            &[
                "error: `sample` must be an integer of at least 0, but is `-1`",
                "  --> {dir}/judge.csv:2",
                "2 | i1,-1,3",
                "hint: correct `sample`, or leave it empty",
            ],
        ),
        case(
            "an unknown outcome",
            "judge.csv",
            "id,rating,outcome\ni1,,lost\n",
            Role::Judge,
            &[
                "error: `lost` is no outcome",
                "  --> {dir}/judge.csv:2",
                "2 | i1,,lost",
                "hint: an outcome is `rated`, `malformed:REASON` or `not-run:REASON`",
            ],
        ),
        case(
            "malformed with a rating",
            "judge.csv",
            "id,rating,outcome\ni1,3,malformed:empty\n",
            Role::Judge,
            &[
                "error: the outcome is `malformed:empty`, but the rating is 3",
                "  --> {dir}/judge.csv:2",
                "2 | i1,3,malformed:empty",
                "hint: `rated` needs a rating, every other outcome has none",
            ],
        ),
        case(
            "rated without a rating",
            "judge.csv",
            "id,rating,outcome\ni1,,rated\n",
            Role::Judge,
            &[
                "error: the outcome is `rated`, but the rating is missing",
                "  --> {dir}/judge.csv:2",
                "2 | i1,,rated",
                "hint: `rated` needs a rating, every other outcome has none",
            ],
        ),
        case(
            "an unknown rung",
            "judge.csv",
            "id,rating,rung\ni1,3,guess\n",
            Role::Judge,
            &[
                "error: `guess` is no rung of the reply ladder",
                "  --> {dir}/judge.csv:2",
                "2 | i1,3,guess",
                "hint: use `exact`, `unwrapped`, `lenient-type`, `repaired`, `stated`, `rounded-down`, `imported`, `rounded`, or drop the column",
            ],
        ),
        case(
            "a price below 0",
            "judge.csv",
            "id,rating,cost_usd\ni1,3,-1\n",
            Role::Judge,
            &[
                "error: `cost_usd` must be US dollars of at least 0, but is `-1`",
                "  --> {dir}/judge.csv:2",
                "2 | i1,3,-1",
                "hint: correct `cost_usd`, or leave it empty",
            ],
        ),
        case(
            "two criteria",
            "human.csv",
            "id,annotator,rating,criterion\ni1,ann,3,fluency\ni1,ann,3,relevance\n",
            Role::Human,
            &[
                "error: the file rates several criteria: `fluency`, `relevance`",
                "  --> {dir}/human.csv:3",
                "3 | i1,ann,3,relevance",
                "hint: choose one: `--criterion NAME`",
            ],
        ),
    ]
}

pub fn other_formats() -> Vec<Case> {
    vec![
        case(
            "text",
            "human.txt",
            "q1 0 d1 3\n",
            Role::Human,
            &[
                "error: `.txt` is no known file format",
                "  --> {dir}/human.txt",
                "hint: name it by what it holds: `.qrels` for TREC relevance judgements, `.csv`, `.tsv` or `.jsonl`",
            ],
        ),
        case(
            "a JSON document",
            "items.json",
            "[]",
            Role::Items,
            &[
                "error: `.json` is no known file format",
                "  --> {dir}/items.json",
                "hint: write one JSON object per line and name the file `.jsonl`: `jq -c '.[]' FILE`",
            ],
        ),
        case(
            "no extension",
            "items",
            ITEM,
            Role::Items,
            &[
                "error: the file name has no extension, so its format is not known",
                "  --> {dir}/items",
                "hint: use `.jsonl`, `.ndjson`, `.csv`, `.tsv`, `.parquet` or `.qrels`",
            ],
        ),
        case(
            "packed",
            "items.jsonl.gz",
            *b"\x1f\x8b",
            Role::Items,
            &["error: `.gz` is no known file format", "  --> {dir}/items.jsonl.gz", "hint: unpack it first"],
        ),
        case(
            "qrels as items",
            "items.qrels",
            "q1 0 d1 3\n",
            Role::Items,
            &[
                "error: a TREC qrels file holds no texts, so it cannot hold items",
                "  --> {dir}/items.qrels",
                "hint: give the items as JSONL, CSV or Parquet with the columns `id`, `query_id`, `query`, `document`; pass qrels as ratings",
            ],
        ),
        case(
            "three fields in qrels",
            "human.qrels",
            "q1 0 d1 3\nq1 d2 3\n",
            Role::Human,
            &[
                "error: a line of a qrels file has 4 fields (`query group document rating`), this one has 3",
                "  --> {dir}/human.qrels:2",
                "2 | q1 d2 3",
                "hint: separate the fields by blanks: `q1 0 d7 3`",
            ],
        ),
        case(
            "junk grade in qrels",
            "human.qrels",
            "q1 0 d1 -2\n",
            Role::Human,
            &[
                "error: the rating -2 is off the scale 1–5",
                "  --> {dir}/human.qrels:1",
                "1 | q1 0 d1 -2",
                "hint: correct it, give `--scale MIN-MAX`, or accept the nearest rating: `--on-off-scale clip`",
            ],
        ),
        case(
            "Parquet in name only",
            "items.parquet",
            "id,query_id\n",
            Role::Items,
            &[
                "error: the Parquet file cannot be read: File out of specification: The file must end with PAR1",
                "  --> {dir}/items.parquet",
                "hint: write the file again; was a copy or download cut off?",
            ],
        ),
        case(
            "truncated Parquet",
            "items.parquet",
            truncated_parquet(),
            Role::Items,
            &[
                "error: the Parquet file cannot be read: File out of specification: The file must end with PAR1",
                "  --> {dir}/items.parquet",
                "hint: write the file again; was a copy or download cut off?",
            ],
        ),
        case(
            "off the scale in Parquet",
            "judge.parquet",
            off_scale_parquet(),
            Role::Judge,
            &[
                "error: the rating 6 is off the scale 1–5",
                "  --> {dir}/judge.parquet row 3",
                "hint: correct it, give `--scale MIN-MAX`, or choose a policy: `--on-off-scale malformed` or `clip`",
            ],
        ),
    ]
}

fn truncated_parquet() -> Vec<u8> {
    let whole = off_scale_parquet();
    whole[..whole.len() - 100].to_vec()
}

/// Three human ratings up to 6, written on a scale up to 6.
fn off_scale_parquet() -> Vec<u8> {
    use assessor::domain::{HumanRating, ItemId};
    use assessor::labels::{Human, write_human};
    let scale = Scale::new(1, 6).unwrap();
    let rating = |value: i64| HumanRating {
        item: ItemId::new(format!("i{value}")),
        annotator: "ann".into(),
        rating: scale.rating(value).unwrap(),
        rationale: None,
        source: None,
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("human.parquet");
    write_human(&path, &Human { ratings: (4..=6).map(rating).collect(), ..Human::default() }).unwrap();
    std::fs::read(&path).unwrap()
}
