//! What `adapt` says of itself: what was paid for, against whom a judge was held, what came of it before.

#![allow(clippy::unwrap_used)]

use crate::adapt::{knowing, shipped};
use crate::support::Folder;
use serde_json::Value;

fn one_line(text: &str) -> String {
    text.replace(['\\', '\u{200b}'], "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the nested report of the first target is.
fn nested(envelope: &Value) -> String {
    envelope["data"]["targets"][0]["report"].as_str().unwrap().replace("index.html", "")
}

#[test]
fn the_old_judges_ratings_are_paid_for_once_and_every_face_says_the_same() {
    let folder = Folder::new();
    let models = [knowing(shipped(), "none"), knowing(shipped(), "none")];
    let names = models.each_ref().map(|model| model.name());
    let args = ["adapt", "--from", "sim/medium", "--to", &names[0], "--to", &names[1], "--reflector", "sim/reflector"];
    let args = [&args[..], &["--budget-calls", "1000", "--report", "report"]].concat();
    let said = folder.run(&args);
    assert_eq!(said.code, 0, "{said:?}");
    let envelope = folder.json(&args);
    let (data, targets) = (&envelope["data"], &envelope["data"]["targets"]);
    let held = targets[0]["adaptation"]["against"]["n"].as_u64().unwrap();
    let paid = |at: usize, whom: &str| targets[at]["paid"][whom].as_u64().unwrap();
    assert_eq!([paid(0, "rival"), paid(1, "rival"), paid(1, "from_ledger")], [held, 0, held]);
    for (at, model) in models.iter().enumerate() {
        assert_eq!(paid(at, "judge"), model.requests());
        // The budget of a target counts the old judge's calls as if it stood alone.
        assert_eq!(targets[at]["calls"]["judge"].as_u64().unwrap(), model.requests() + held);
    }
    let all = |whom: &str| data["paid"][whom].as_u64().unwrap();
    assert_eq!((all("rival"), all("judge")), (held, models[0].requests() + models[1].requests()));
    let requests = all("judge") + all("other") + all("rival");
    let total = format!(
        "In all {} requests were paid for: the old judge's {held} among them, once for all targets; {held} answers came from \
         the ledger, at no cost.",
        thousands(requests)
    );
    let free = format!("{held} of these answers were in the ledger already, at no cost: ");
    for text in
        [&said.out, &folder.read("report/index.html").replace("&#39;", "'"), &folder.read("report/adaptation.md")]
    {
        let text = one_line(text);
        assert!(text.contains(&total) && text.contains(&free) && text.contains("requests paid for"), "{total}\n{text}");
    }
    assert!(said.err.contains(&format!("{requests} requests made now.")), "{}", said.err);

    // Again nothing is paid for, and what the run was paid for is the same.
    let again = folder.run(&args);
    assert_eq!(again.out, said.out);
    assert!(again.err.contains("0 requests made now."), "{}", again.err);
}

/// `1,480`.
fn thousands(n: u64) -> String {
    if n < 1_000 { n.to_string() } else { format!("{},{:03}", n / 1_000, n % 1_000) }
}

#[test]
fn the_search_inside_says_against_whom_its_judge_was_held_and_its_commands_work() {
    let folder = Folder::new();
    let model = knowing(shipped(), "none");
    let args = ["adapt", "--from", "sim/medium", "--to", &model.name(), "--reflector", "sim/reflector"];
    let envelope = folder.json(&[&args[..], &["--budget-calls", "1000"]].concat());
    let old = &envelope["data"]["from"]["judge"].as_str().unwrap()[..12];
    let markdown = one_line(&folder.read(&(nested(&envelope) + "optimization.md")));
    let held = format!(
        "**Adopted in place of the old judge on sim/medium.** Held against the old judge `{old}` on its own model sim/medium, \
         not against the prompt that the search began with: it must not be worse by 2 NMSE points or more. On "
    );
    assert!(markdown.contains(&held), "{markdown}");
    assert!(markdown.contains(" (the old judge) to ") && markdown.contains("It is better than the old judge on "));
    assert!(!markdown.contains('…'), "{markdown}");
    let page = one_line(&folder.read(&(nested(&envelope) + "index.html")));
    assert!(page.contains("✓ Adopted in place of the old judge on sim/medium"), "{page}");
    assert!(page.contains("So is the old judge."), "{page}");
    for does in ["see what changed, word by word: ", "put it into use: ", "go back to the old judge: "] {
        let command = markdown.split(does).nth(1).and_then(|rest| rest.split('`').nth(1)).unwrap();
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        assert_eq!(folder.run(&words).code, 0, "{does}{command}");
    }
}
