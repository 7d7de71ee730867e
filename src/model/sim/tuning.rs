//! How the family does on the shipped labels, held in bands.

use super::answer::Family;
use super::world;
use crate::prompt::{Prefix, Prompt};
use crate::rubric::{Rubric, shipped};

/// One bullet for each consideration, as a person would write it.
pub(crate) const BULLETS: [&str; 17] = [
    "Rate documents that are several years old lower, unless the query asks about the past.",
    "If a document only shares keywords with the query and has no substance, rate it low.",
    "An acronym of the query that the document spells out counts as a match.",
    "If the query asks two questions and only one half is answered, rate the document lower.",
    "A document about a sister product or a different product with a similar name is rated much lower.",
    "Rate a document in another language than the query lower, unless that language was asked for.",
    "If the query asks for a certain kind of document, rate another kind lower.",
    "Lower the rating of documents that say they were replaced or moved.",
    "Drafts and unreviewed notes deserve a lower rating.",
    "A question that nobody answers is rated low.",
    "A text that only points elsewhere is rated lower.",
    "If the document excludes the group or site named in the query, rate it much lower.",
    "Rate a document low when it mentions the matter only in passing.",
    "Rate official sources, approved by the owner, higher.",
    "Do not lower the rating of a short text that answers exactly.",
    "Raise the rating when somebody confirmed that the answer works.",
    "Rate lower when the answer is buried in a long text about other matters.",
];
pub(crate) const FORMAT: [&str; 3] = [
    "Keep the rationale short: at most 25 words.",
    "Always give a rating; never refuse, even if the document is short.",
    "Give a single rating and do not revise it.",
];

struct Outcome {
    nmse: f64,
    valid: f64,
    malformed: f64,
    counts: [usize; 5],
}

fn measure(model: &str, prompt: &Prompt, rubric: &Rubric, data: &[(world::WorldItem, i64)]) -> Outcome {
    let family = Family::new(0, 0.0);
    let prefix = Prefix::new(prompt, rubric);
    let mut out = Outcome { nmse: 0.0, valid: 0.0, malformed: 0.0, counts: [0; 5] };
    let (mut sum, mut valid) = (0.0, 0.0);
    for (w, human) in data {
        let messages = prefix.messages(&w.item);
        let body = serde_json::json!({"model": model, "messages": [
            {"role": "system", "content": &*messages.system}, {"role": "user", "content": messages.user}]});
        let answer = family.answer(body.to_string().as_bytes());
        assert_eq!(answer.status, 200);
        let reply: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        match read(reply["choices"][0]["message"]["content"].as_str().unwrap()) {
            Some(rating) => {
                let gap = (rating - human) as f64;
                sum += gap * gap;
                valid += 1.0;
                out.counts[rating as usize - 1] += 1;
            }
            None => out.malformed += 1.0,
        }
    }
    let n = data.len() as f64;
    out.nmse = 100.0 * (sum + 16.0 * out.malformed) / n / 16.0;
    out.valid = 100.0 * sum / valid / 16.0;
    out.malformed *= 100.0 / n;
    out
}

/// The last complete object with a rating 1–5 as an integer, `"4"` or `4.0`; two different ones are none.
fn read(content: &str) -> Option<i64> {
    let mut found: Vec<i64> = Vec::new();
    for (at, _) in content.match_indices('{') {
        let text = &content[at..];
        let Some(end) = text.find('}') else { continue };
        let object = text[..=end].replace(",}", "}");
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&object) else { continue };
        let rating = &value["rating"];
        let number = rating.as_f64().or_else(|| rating.as_str()?.parse().ok());
        found.extend(number.filter(|n| n.fract() == 0.0 && (1.0..=5.0).contains(n)).map(|n| n as i64));
    }
    found.dedup();
    (found.len() == 1).then(|| found[0])
}

fn data(seed: u64, queries: usize) -> Vec<(world::WorldItem, i64)> {
    let items = world::items(seed, queries);
    let ratings = world::ratings(seed, &items);
    let median = |three: &[crate::domain::HumanRating]| {
        let mut all: Vec<i64> = three.iter().map(|r| r.rating.value()).collect();
        all.sort_unstable();
        all[(all.len() - 1) / 2]
    };
    let human: Vec<i64> = ratings.chunks(world::ANNOTATORS).map(median).collect();
    items.into_iter().zip(human).collect()
}

fn with(bullets: &[&str]) -> Prompt {
    let mut prompt = Prompt::of(&shipped());
    prompt.bullets = bullets.iter().map(|b| (*b).to_owned()).collect();
    prompt
}

fn no_format() -> Prompt {
    let mut prompt = Prompt::of(&shipped());
    prompt.contract = "Reply in JSON with \"rationale\" and \"rating\".".to_owned();
    prompt
}

fn all_stated() -> Vec<&'static str> {
    BULLETS.iter().chain(&FORMAT).copied().collect()
}

#[test]
fn each_judge_errs_as_much_as_its_persona_says_with_the_shipped_prompt() {
    let data = data(world::SHIPPED_SEED, world::SHIPPED_QUERIES);
    let rubric = shipped();
    for (model, nmse, malformed) in
        [("sim/large", 3.0..5.5, 0.0..1.0), ("sim/medium", 7.0..11.0, 0.0..3.0), ("sim/small", 17.0..23.0, 4.5..8.0)]
    {
        let o = measure(model, &Prompt::of(&rubric), &rubric, &data);
        assert!(
            nmse.contains(&o.nmse) && malformed.contains(&o.malformed),
            "{model} {:.2} {:.1} %",
            o.nmse,
            o.malformed
        );
    }
}

#[test]
fn the_small_judge_collapses_to_the_middle_with_the_shipped_prompt() {
    let data = data(world::SHIPPED_SEED, world::SHIPPED_QUERIES);
    let o = measure("sim/small", &Prompt::of(&shipped()), &shipped(), &data);
    let ends = (o.counts[0] + o.counts[4]) as f64 / o.counts.iter().sum::<usize>() as f64;
    let human = data.iter().filter(|(_, h)| *h == 1 || *h == 5).count() as f64 / data.len() as f64;
    assert!(ends < 0.06 && human > 0.2, "{ends} {human}");
}

#[test]
fn without_a_format_rule_the_small_judge_breaks_two_replies_in_five() {
    let data = data(world::SHIPPED_SEED, world::SHIPPED_QUERIES);
    let o = measure("sim/small", &no_format(), &shipped(), &data);
    assert!((34.0..46.0).contains(&o.malformed), "{:.1}", o.malformed);
}

#[test]
fn stating_every_consideration_and_the_format_mends_the_small_judge() {
    let data = data(world::SHIPPED_SEED, world::SHIPPED_QUERIES);
    let o = measure("sim/small", &with(&all_stated()), &shipped(), &data);
    assert!(o.nmse <= 8.0 && o.malformed < 3.5, "{:.2} {:.1}", o.nmse, o.malformed);
}

#[test]
fn a_rule_stated_the_wrong_way_round_does_harm() {
    let data = data(77, 200);
    let rubric = shipped();
    let right = measure("sim/small", &with(&[BULLETS[0], BULLETS[1]]), &rubric, &data);
    let wrong = ["Rate documents that are several years old higher.", "Rate documents that share keywords higher."];
    let wrong = measure("sim/small", &with(&wrong), &rubric, &data);
    assert!(wrong.valid > right.valid + 1.5, "{:.2} {:.2}", right.valid, wrong.valid);
}

#[test]
fn an_instruction_beyond_what_it_can_hold_is_forgotten_and_breaks_replies() {
    let data = data(77, 200);
    let rubric = shipped();
    let good = measure("sim/small", &with(&all_stated()), &rubric, &data);
    let mut long = all_stated();
    let padding = "Take the time that you need and be as careful as an assessor should be in all that follows here.";
    long.extend(std::iter::repeat_n(padding, 90));
    let lost = measure("sim/small", &with(&long), &rubric, &data);
    assert!(lost.nmse > good.nmse + 4.0, "{:.2} {:.2}", good.nmse, lost.nmse);
}

/// `cargo test --lib tuning::report -- --ignored --nocapture`: the table of the documentation.
#[test]
#[ignore = "prints a table"]
#[allow(clippy::print_stdout)]
fn report() {
    let rubric = shipped();
    let sets = [("shipped", data(world::SHIPPED_SEED, world::SHIPPED_QUERIES)), ("fresh", data(77, 1000))];
    for (name, data) in &sets {
        let gold = data.iter().map(|(w, h)| (w.latent.gold() - h).pow(2) as f64).sum::<f64>() / data.len() as f64;
        let ratings: Vec<_> = world::ratings(
            if *name == "fresh" { 77 } else { world::SHIPPED_SEED },
            &data.iter().map(|(w, _)| w.clone()).collect::<Vec<_>>(),
        );
        let mut human = 0.0;
        for three in ratings.chunks(3) {
            for (a, b) in [(0, 1), (0, 2), (1, 2)] {
                human += (three[a].rating.minus(three[b].rating).pow(2)) as f64;
            }
        }
        println!("{name}: human-human {:.2}", 100.0 * human / ratings.len() as f64 / 16.0);
        println!("{name}: {} items, gold vs median NMSE {:.2}", data.len(), 100.0 * gold / 16.0);
        for model in ["sim/large", "sim/medium", "sim/small"] {
            for (what, prompt) in [
                ("shipped", Prompt::of(&rubric)),
                ("no format", no_format()),
                ("17 bullets", with(&BULLETS)),
                ("17 + format", with(&all_stated())),
            ] {
                let o = measure(model, &prompt, &rubric, data);
                println!(
                    "{name}  {model:10} {what:12} nmse {:5.2} valid {:5.2} malformed {:4.1}% {:?}",
                    o.nmse, o.valid, o.malformed, o.counts
                );
            }
        }
    }
}
