//! What the HTML pages promise.

use super::super::{comparison_html, html};
use super::fixture::{BULK, COLLAPSED, EMPTY, GOOD, MALFORMED, PAIRED, PEOPLE, SQUEEZED, THREE, many};
use crate::audit::Audit;

fn hero(audit: &Audit) -> String {
    let page = html(audit);
    let from = page.find("<section class=\"hero").unwrap();
    page[from..from + page[from..].find("</section>").unwrap()].to_owned()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split(from).nth(1).unwrap_or_else(|| panic!("no `{from}`")).split(to).next().unwrap()
}

#[test]
fn good_collapsed_and_malformed_judges_are_told_apart_by_tone_and_first_words() {
    let told = |audit: &Audit| {
        let hero = hero(audit);
        let tone = between(&hero, "<section class=\"", "\"").to_owned();
        let first = between(&hero, "<b>Do this first.</b> ", "</p>").to_owned();
        [tone, between(&hero, "<p class=\"stamp\">", "<").to_owned(), first].join(" | ")
    };
    assert_eq!(
        told(&GOOD),
        "hero good | ✓ on a par with people | Read the 5 items that the judge rates 2 or more points higher than people: what does it miss?"
    );
    assert_eq!(
        told(&COLLAPSED),
        "hero bad | ✕ collapsed: nearly the same rating for everything | Try another model: 88 % of the ratings are 3, and nothing in them tells items apart. No map can mend that."
    );
    assert!(
        told(&MALFORMED).starts_with("hero bad | ✕ 40.3 % of the replies cannot be read | Fix the format first: 40")
    );
    assert!(
        told(&SQUEEZED).starts_with("hero fair | ~ squeezed scale, in the right order | Recalibrate: a map fitted")
    );
}

#[test]
fn a_gate_that_a_constant_judge_passes_is_called_uninformative() {
    let hero = hero(&GOOD);
    let gate = between(&hero, "<li class=\"void\">", "</li>");
    assert!(gate.contains("<b>met, uninformative</b> <code>malformed &#60; 0.02</code>"), "{gate}");
    assert!(gate.contains("Passed as well by judges that understand nothing: always 1, always 2"), "{gate}");
}

#[test]
fn every_section_of_a_judge_can_be_reached_from_its_head() {
    for audit in [&COLLAPSED, &BULK, &THREE, &EMPTY] {
        let page = html(audit);
        for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(page.contains(&format!("id=\"{link}\"")), "nothing has the id `{link}`");
        }
    }
}

#[test]
fn ids_are_given_once() {
    let page = html(&THREE);
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn warnings_are_shown_and_notes_are_folded() {
    let page = html(&COLLAPSED);
    let (shown, folded) = between(&page, "id=\"judge-0-caveats\">", "</section>").split_once("<details").unwrap();
    assert!(shown.contains("ratings have collapsed"));
    assert!(folded.contains("One run:") && folded.contains("arXiv 2510.27106"), "{folded}");
}

#[test]
fn many_judges_are_folded_below_their_order_and_share_the_room() {
    let audit = many(9);
    let page = html(&audit);
    assert_eq!(page.matches("<details class=\"judge-fold").count(), 9);
    let embedded = page.matches("\"id\":\"").count();
    let all: usize = audit.judges.iter().map(|j| j.disagreements.len()).sum();
    assert!(embedded <= 8_000 && embedded <= all);
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
}

#[test]
fn a_page_without_a_judge_is_about_people() {
    let page = html(&PEOPLE);
    assert!(page.contains("<h1>People among themselves</h1>"));
    for annotator in ["ana", "bo", "chris"] {
        assert!(page.contains(&format!("<th scope=\"row\"><bdi>{annotator}</bdi></th>")), "no row of {annotator}");
    }
    assert!(!page.contains("judge-0"));
}

#[test]
fn the_page_of_two_judges_says_first_what_the_gain_is_made_of() {
    let page = comparison_html(&PAIRED);
    let hero = between(&page, "<section class=\"hero good\">", "</section>");
    assert!(hero.contains("<p class=\"stamp\">✓ the new judge is better</p>"), "{hero}");
    assert!(hero.contains("<code>relevance-v3</code> is better: NMSE 40.7 → 1.6"), "{hero}");
    assert!(hero.contains("The gain is parse rate, not judgement"), "{hero}");
    for load in ["http://", "https://", "src=", "@import", "url(", "<link", "NaN"] {
        assert!(!page.contains(load), "`{load}` in the page");
    }
}
