//! What is seen: snapshots to read, and promises about any output.

use super::super::plain::width;
use super::super::{
    TerminalOptions, changes, comparison_html, comparison_markdown, comparison_terminal, groups, html, list, markdown,
    terminal,
};
use super::fixture::{
    BULK, COLLAPSED, EMPTY, GOOD, MALFORMED, PAIRED, PEOPLE, SQUEEZED, THREE, collapsed, good, in_brief, labelled,
    malformed, many, one, paired, scale, squeezed,
};
use super::hostile::HOSTILE_AUDIT;
use crate::audit::{Audit, Mistake, diff};

fn options(width: u16) -> TerminalOptions {
    TerminalOptions { width, color: false, unicode: true }
}

#[test]
fn what_a_search_is_told_of_a_judge_is_what_its_audit_says() {
    for (judge, audit) in [(good as fn(&_) -> _, &GOOD), (squeezed, &SQUEEZED), (collapsed, &COLLAPSED)] {
        let (brief, whole) = (in_brief(judge), &audit.judges[0]);
        let json = |panel| serde_json::to_string(panel).unwrap();
        assert_eq!(json(&brief.panel), json(&whole.panel));
        let said = whole.caveats.iter().find(|caveat| caveat.code == Mistake::Compression);
        assert_eq!(brief.trouble, whole.remedy.zip(said.map(|caveat| caveat.text.clone())), "{}", whole.name);
    }
}

#[test]
fn a_good_judge_at_80_columns() {
    insta::assert_snapshot!(terminal(&GOOD, &options(80)));
}

#[test]
fn a_good_judge_at_120_columns() {
    insta::assert_snapshot!(terminal(&GOOD, &options(120)));
}

#[test]
fn a_collapsed_judge_at_80_columns() {
    insta::assert_snapshot!(terminal(&COLLAPSED, &options(80)));
}

#[test]
fn a_malformed_judge_at_120_columns() {
    insta::assert_snapshot!(terminal(&MALFORMED, &options(120)));
}

#[test]
fn several_judges_are_a_table_with_ranges_of_places() {
    insta::assert_snapshot!(terminal(&THREE, &options(100)));
}

#[test]
fn several_judges_in_markdown() {
    insta::assert_snapshot!(markdown(&THREE));
}

#[test]
fn a_squeezed_judge_at_80_columns() {
    insta::assert_snapshot!(terminal(&SQUEEZED, &options(80)));
}

#[test]
fn a_judge_with_a_bulk_and_systems_in_markdown() {
    insta::assert_snapshot!(markdown(&BULK));
}

#[test]
fn people_alone_at_80_columns() {
    insta::assert_snapshot!(terminal(&PEOPLE, &options(80)));
}

#[test]
fn people_alone_in_markdown() {
    insta::assert_snapshot!(markdown(&PEOPLE));
}

#[test]
fn a_gain_of_parse_rate_at_80_columns() {
    insta::assert_snapshot!(comparison_terminal(&PAIRED, 3, &options(80)));
}

#[test]
fn a_gain_of_parse_rate_in_markdown() {
    insta::assert_snapshot!(comparison_markdown(&PAIRED));
}

#[test]
fn a_judge_that_never_answered() {
    insta::assert_snapshot!(terminal(&EMPTY, &options(80)));
}

#[test]
fn a_malformed_judge_in_markdown() {
    insta::assert_snapshot!(markdown(&MALFORMED));
}

#[test]
fn disagreements_and_their_groups() {
    let audit = GOOD.clone();
    let judge = &audit.judges[0];
    let shown =
        list(judge.disagreements.iter().take(3), &options(80)) + "\n" + &groups(&judge.groups[..8], &options(80));
    insta::assert_snapshot!(shown);
}

#[test]
fn the_difference_of_two_judges() {
    let items = labelled(3);
    let diffs = diff(scale(), &items, &collapsed(&items), &malformed(&items));
    insta::assert_snapshot!(changes(&diffs, 20, &options(80)));
}

fn audits() -> [&'static Audit; 5] {
    [&COLLAPSED, &THREE, &EMPTY, &BULK, &PEOPLE]
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for audit in audits() {
        for columns in [60, 80, 120, 200] {
            let mut shown = terminal(audit, &options(columns));
            for judge in audit.judges.iter().take(1) {
                shown.push_str(&list(&judge.disagreements, &options(columns)));
                shown.push_str(&groups(&judge.groups, &options(columns)));
            }
            let wide = shown.lines().find(|l| width(l) > usize::from(columns));
            assert_eq!(wide, None, "at {columns} columns");
        }
    }
}

#[test]
fn without_colour_there_is_no_escape_and_without_unicode_only_ascii() {
    for audit in audits() {
        let plain = terminal(audit, &TerminalOptions { width: 80, color: false, unicode: false });
        assert!(plain.chars().all(|c| c == '\n' || c == ' ' || c.is_ascii_graphic()), "{plain}");
        let painted = terminal(audit, &TerminalOptions { width: 80, color: true, unicode: true });
        assert!(painted.contains("\x1b["));
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let again = one(collapsed);
    assert_eq!(html(&COLLAPSED), html(&again));
    assert_eq!(markdown(&COLLAPSED), markdown(&again));
    assert_eq!(terminal(&COLLAPSED, &options(80)), terminal(&again, &options(80)));
}

#[test]
fn the_page_loads_nothing() {
    for audit in audits() {
        let page = html(audit);
        for load in ["http://", "https://", "src=", "@import", "url(", "<link", "NaN"] {
            assert!(!page.contains(load), "`{load}` in the page");
        }
    }
}

#[test]
fn the_page_can_be_read_without_scripts() {
    let page = html(&COLLAPSED);
    assert_eq!(page.matches("<li><details>").count(), 50);
    assert!(page.contains("Not shown to be better than a constant judge."));
}

/// `cargo test --lib pages_to_look_at -- --ignored` writes pages into `$TMPDIR`, to be opened in a browser.
#[test]
#[ignore = "writes files to look at"]
fn pages_to_look_at() {
    let folder = std::env::temp_dir();
    let shared = [("good", &GOOD), ("collapsed", &COLLAPSED), ("malformed", &MALFORMED), ("squeezed", &SQUEEZED)];
    let others =
        [("bulk", &BULK), ("three", &THREE), ("people", &PEOPLE), ("empty", &EMPTY), ("hostile", &HOSTILE_AUDIT)];
    for (name, audit) in shared.into_iter().chain(others) {
        std::fs::write(folder.join(format!("{name}.html")), html(audit)).unwrap();
    }
    for (name, audit) in [("many", many(24)), ("crowd", many(80))] {
        std::fs::write(folder.join(format!("{name}.html")), html(&audit)).unwrap();
    }
    for (name, comparison) in [("better", paired(malformed, good)), ("worse", paired(good, collapsed))] {
        std::fs::write(folder.join(format!("{name}.html")), comparison_html(&comparison)).unwrap();
    }
    let items = labelled(12_000);
    let judge = collapsed(&items);
    std::fs::write(
        folder.join("large.html"),
        html(&crate::audit::audit(scale(), items, &[judge], &crate::audit::Setup::default())),
    )
    .unwrap();
}
