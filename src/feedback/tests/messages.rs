//! Whole messages.

use super::{Many, example, item, malformed, rated, zero_to_three};
use crate::domain::Malformed;
use crate::feedback::{Case, Counts, Other, Reflection, Template, Unusable, criticism, extract};
use crate::model::sim::{Options, Server};
use crate::model::{Budget, Client, Endpoint, Request};
use crate::prompt::Prompt;
use crate::rubric::{Rubric, shipped};
use proptest::prelude::*;

fn failures(rubric: &Rubric) -> Many {
    Many::of(
        rubric,
        vec![
            (2, "It is several years old and things have changed since.", rated(rubric, 4, Some("It has the steps."))),
            (4, "Two lines and the question is settled.", rated(rubric, 3, None)),
            (3, "Half an answer.", malformed(Malformed::Truncated, r#"{"rationale": "The docu"#)),
        ],
    )
}

/// A reflection with nothing seen yet.
fn plain<'a>(rubric: &'a Rubric, current: &'a str, contract: &'a str) -> Reflection<'a> {
    Reflection {
        rubric,
        current,
        contract,
        counts: Counts::default(),
        cases: &[],
        agreed: &[],
        rejected: &[],
        word_budget: 300,
        other: None,
    }
}

#[test]
fn each_template_is_golden() {
    let rubric = shipped();
    let prompt = Prompt::of(&rubric);
    let current = format!("{}\n\nRules:\n- Rate unfinished pages lower.", prompt.editable());
    let other = format!("{}\n\nRules:\n- Rate pages from years ago lower.", prompt.editable());
    let (many, right) = (failures(&rubric), Many::of(&rubric, vec![(5, "Yes.", rated(&rubric, 5, None))]));
    let (cases, agreed) = (many.cases(), right.cases());
    let rejected = ["`- Ana says: rate 5.`: it names a person of the training items".to_owned()];
    let input = Reflection {
        counts: Counts { higher: 9, lower: 4, malformed: 2, agreed: 25 },
        cases: &cases,
        agreed: &agreed,
        rejected: &rejected,
        other: Some(Other { text: &other, wins: &cases[..1], losses: &cases[1..2] }),
        ..plain(&rubric, &current, &prompt.contract)
    };
    for template in Template::ALL {
        insta::assert_snapshot!(format!("message_{}", template.name()), template.message(&input));
    }
}

#[test]
fn the_text_to_revise_is_the_first_fenced_block_whatever_was_turned_down_before() {
    let rubric = shipped();
    let rejected = ["```\nRate 5.\n```".to_owned()];
    for template in Template::ALL {
        let message = template
            .message(&Reflection { rejected: &rejected, ..plain(&rubric, "Rate it.\nBe fair.", "Reply in JSON.") });
        assert_eq!(message.split("```").nth(1), Some("\nRate it.\nBe fair.\n"));
    }
}

#[test]
fn a_text_with_a_fence_of_its_own_stands_in_a_longer_one() {
    let rubric = shipped();
    let message = Template::Rewrite.message(&plain(&rubric, "Reply so:\n```\n{}\n```", "Reply in JSON."));
    assert!(message.contains("\n````\nReply so:\n```\n{}\n```\n````\n"), "{message}");
    assert!(message.contains("a line of 4 backticks"), "{message}");
}

#[test]
fn a_crossover_without_another_text_asks_for_a_rewrite() {
    let rubric = shipped();
    let input = plain(&rubric, "Rate it.", "Reply in JSON.");
    assert_eq!(Template::Crossover.message(&input), Template::Rewrite.message(&input));
    let other = Some(Other { text: "Rate it.\nBe kind.", wins: &[], losses: &[] });
    let crossed = Template::Crossover.message(&Reflection { other, ..input });
    assert!(
        crossed.contains("B is A without these lines:\n```\n(nothing)\n```\n\nand with these:\n```\nBe kind.\n```")
    );
    assert_eq!(Template::Rules.message(&Reflection { other, ..input }), Template::Rules.message(&input));
}

#[test]
fn the_invariants_of_a_rubric_are_said_twice_and_its_own_range() {
    let rubric = zero_to_three();
    for template in Template::ALL {
        let message = template.message(&plain(&rubric, "Rate it.", "Reply in JSON."));
        assert_eq!(message.matches("Never name a colleague.").count(), 2);
        assert_eq!(message.matches("the scale stays 0 to 3").count(), 1);
        assert!(!message.contains("1 to 5"), "{message}");
    }
}

#[test]
fn a_message_is_bounded_and_says_what_it_leaves_out() {
    let rubric = shipped();
    let huge = "ж".repeat(100_000);
    let many = Many::of(&rubric, (0..60).map(|_| (1, huge.as_str(), rated(&rubric, 5, Some(&huge)))).collect());
    let (cases, rejected) = (many.cases(), vec![huge.clone(); 50]);
    let input = Reflection {
        cases: &cases,
        agreed: &cases,
        rejected: &rejected,
        other: Some(Other { text: "Be kind.", wins: &cases, losses: &cases }),
        ..plain(&rubric, "Rate it.", "Reply in JSON.")
    };
    let message = Template::Crossover.message(&input);
    assert!(message.len() < 160_000, "{}", message.len());
    assert!(message.contains("\n(36 more of these are not shown.)\n"));

    let wide = "𝒳".repeat(1000);
    let many = Many::of(&rubric, (0..24).map(|_| (1, wide.as_str(), rated(&rubric, 5, Some(&wide)))).collect());
    let message = Template::Rewrite.message(&Reflection { cases: &many.cases(), ..plain(&rubric, "Rate.", "Reply.") });
    let shown = message.matches("\n## Case ").count();
    assert!((10..20).contains(&shown) && message.len() < 70_000, "{shown} {}", message.len());
    assert!(message.contains(&format!("\n({} more of these are not shown.)\n", 24 - shown)));
}

/// What `sim/reflector` makes of a message in 40 draws, without replies that break off.
fn revisions(message: &str) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Server::start(Options::default())).unwrap();
    let client = Client::new(Endpoint::in_process("sim/reflector", server.base_url(), "sim/reflector")).unwrap();
    let budget = Budget::new(None, None);
    let ask = |seed| {
        let mut request = Request::new("You revise instructions.", message.to_owned());
        (request.max_tokens, request.seed) = (4096, Some(seed));
        let envelope = runtime.block_on(client.call(&request, &budget, &|_| ())).unwrap().envelope;
        extract(envelope.text.as_deref().unwrap_or_default(), envelope.finish.as_deref())
    };
    (0..40).map(ask).filter(|found| !matches!(found, Err(Unusable::Truncated(_)))).map(Result::unwrap).collect()
}

/// Whether a revision has a line that `current` has not, apart from the one by which the reflector spoils scales.
fn adds(revision: &str, current: &str) -> bool {
    let spoiled = "- Use only the ratings from 1 to 3.";
    revision.lines().any(|line| line != spoiled && !current.lines().any(|l| l == line))
}

#[test]
fn our_own_words_give_a_reflector_nothing_to_add_and_the_cases_do() {
    let rubric = shipped();
    let prompt = Prompt::of(&rubric);
    let current = prompt.editable();
    for template in Template::ALL {
        let other = Some(Other { text: &current, wins: &[], losses: &[] });
        let nothing = Reflection { other, ..plain(&rubric, &current, &prompt.contract) };
        let revised = revisions(&template.message(&nothing));
        let added: Vec<&String> = revised.iter().filter(|text| adds(text, &current)).collect();
        assert!(revised.len() > 25 && added.is_empty(), "{template:?} {} {:?}", revised.len(), added.first());
        let many = failures(&rubric);
        let revised = revisions(&template.message(&Reflection { cases: &many.cases(), ..nothing }));
        assert!(revised.iter().filter(|text| adds(text, &current)).count() > 25, "{template:?}");
    }
}

#[test]
fn what_is_said_of_a_malformed_reply_is_about_its_form_alone() {
    let rubric = shipped();
    let prompt = Prompt::of(&rubric);
    let current = prompt.editable();
    for reason in Malformed::ALL {
        let many = Many::of(&rubric, vec![(3, "", malformed(*reason, "{"))]);
        let message = Template::Rules.message(&Reflection { cases: &many.cases(), ..plain(&rubric, &current, "{}") });
        let revised = revisions(&message);
        // Whoever reads it may add rules on the form of replies, and none that moves a rating.
        let moves = |text: &String| {
            let new = text.lines().filter(|line| !current.contains(line));
            new.into_iter().any(|line| line.contains("lower") || line.contains("higher"))
        };
        assert!(!revised.iter().any(moves), "{reason} {revised:?}");
    }
}

proptest! {
    #[test]
    fn no_text_of_others_can_end_its_quotation_or_write_a_line(text in "(.|\\s|\\[/?[0-9a-f]{12}\\]|```|\n# Once more\n){0,40}") {
        let rubric = shipped();
        let mut item = item("a");
        (item.query, item.document) = (text.clone(), text.clone());
        item.title = None;
        let example = example(item, &rubric, &[(2, Some(&text))]);
        let said = rated(&rubric, 4, Some(&text));
        let told = criticism(&Case { example: &example, said: &said }, &rubric);
        let code = &told["Query: [".len()..][..12];
        let starts: Vec<&str> = told.lines().map(|line| line.split([':', ' ']).next().unwrap_or("")).collect();
        prop_assert_eq!(starts, ["Query", "date", "Document", "Predicted", "The", "Human", "Judge's", "Invariants"]);
        let (open, close) = (format!("[{code}] "), format!(" [/{code}]"));
        for line in told.lines() {
            let opened = line.matches(&open).count();
            let codes = line.matches(code).count();
            prop_assert!(opened <= 1 && opened == line.matches(&close).count() && codes == 2 * opened);
        }
    }
}
