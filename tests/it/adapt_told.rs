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

#[test]
fn a_verdict_recalls_those_before_it_on_the_same_carry() {
    let folder = Folder::new();
    let model = knowing(shipped(), "none");
    let args = ["adapt", "--from", "sim/medium", "--to", &model.name(), "--reflector", "sim/reflector"];
    let carry = |more: &[&str]| folder.json(&[&args[..], &["--budget-calls", "1000"], more].concat());
    let first = carry(&["--regime", "rewrite"]);
    assert!(first["data"]["targets"][0]["earlier"].is_null());
    let version = first["data"]["targets"][0]["version"].as_str().unwrap().to_owned();
    let second = carry(&["--regime", "demos", "--report", "second"]);
    let told = &second["data"]["targets"][0]["earlier"];
    assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
    let date = told[0]["date"].as_str().unwrap();
    assert_eq!(
        (&told[0]["verdict"], &told[0]["version"], &told[0]["same_data"], &told[0]["regimes"]),
        (&"GO".into(), &version.as_str().into(), &true.into(), &serde_json::json!(["rewrite"]))
    );
    let line =
        format!("GO on {date}, version {} (rewrite; margin 2, slices 2, malformed 0.02; seed 0)", &version[..12]);
    for file in ["second/adaptation.md", "second/index.html"] {
        assert!(one_line(&folder.read(file)).contains(&line), "{file}: {line}");
    }
    // Another seed is another division of the items, and so another yardstick.
    let third = carry(&["--regime", "demos", "--seed", "3", "--new-yardstick", "--no-report"]);
    let told = &third["data"]["targets"][0]["earlier"];
    assert_eq!([&told[0]["same_data"], &told[1]["same_data"]], [false, false], "{told}");
    // Another model has no past, and the first run is told what it was told then.
    let other = knowing(shipped(), "none");
    let to = ["adapt", "--from", "sim/medium", "--to", &other.name(), "--reflector", "sim/reflector", "--no-report"];
    let alone = folder.json(&[&to[..], &["--new-yardstick", "--budget-calls", "1000"]].concat());
    assert!(alone["data"]["targets"][0]["earlier"].is_null());
    assert!(carry(&["--regime", "rewrite", "--new-yardstick"])["data"]["targets"][0]["earlier"].is_null());
}

#[test]
fn a_no_go_recalls_the_go_before_it_and_a_go_the_no_go() {
    let folder = Folder::new();
    // Both are right about everything: neither is worse, and neither is better.
    let [old, new] = [knowing(shipped(), "none"), knowing(shipped(), "none")];
    let (from, to) = (old.name(), new.name());
    let args = ["adapt", "--from", &from, "--to", &to, "--reflector", "sim/reflector", "--budget-calls", "1000"];
    let go = folder.json(&[&args[..], &["--no-report"]].concat());
    assert_eq!(go["data"]["targets"][0]["verdict"], "GO");
    let version = &go["data"]["targets"][0]["version"].as_str().unwrap()[..12];
    let no_go = folder.run(&[&args[..], &["--require", "better", "--new-yardstick", "--report", "second"]].concat());
    assert!(no_go.out.starts_with("NO-GO "), "{}", no_go.out);
    let said = one_line(&no_go.out);
    let told =
        format!(", version {version} (rewrite, demos, bullets; margin 2, slices 2, malformed 0.02; seed 0) spent ");
    assert!(said.contains(" earlier GO on ") && said.contains(&told), "{said}");
    let step = no_go.out.lines().find_map(|line| line.trim().strip_prefix("see the earlier GO")).unwrap();
    let command: Vec<&str> = step.split_whitespace().skip(1).collect();
    assert_eq!(folder.run(&command).code, 0, "{step}");
    assert!(
        folder.read("second/adaptation.md").contains(&format!("- see the earlier GO: `assessor judge show {version}`"))
    );
    assert!(folder.read("second/index.html").contains(&format!("<code>assessor judge show {version}</code>")));

    let again = one_line(&folder.run(&[&args[..], &["--regime", "demos", "--no-report"]].concat()).out);
    assert!(again.starts_with("GO "), "{again}");
    let told = "malformed 0.02, to be better; seed 0): it must be better: on ";
    assert!(again.contains(" earlier NO-GO on ") && again.contains(told) && again.contains("; GO on "), "{again}");
}

#[test]
fn a_go_by_terms_that_were_changed_after_a_look_is_marked_wherever_it_is_told() {
    let folder = Folder::new();
    // Both are right about everything: neither is worse, and neither is better.
    let [old, new] = [knowing(shipped(), "none"), knowing(shipped(), "none")];
    let (from, to) = (old.name(), new.name());
    let args = ["adapt", "--from", &from, "--to", &to, "--reflector", "sim/reflector", "--budget-calls", "1000"];
    let no_go = one_line(&folder.run(&[&args[..], &["--require", "better", "--no-report"]].concat()).out);
    assert!(no_go.starts_with("NO-GO "), "{no_go}");
    assert!(
        no_go.contains(
            "look at items that nobody has looked at: other --items, or at least another --seed, which divides the same \
             items otherwise, so that some were looked at before. --new-yardstick lets the command go on by other terms or \
             on other items, and holds out no new ones by itself"
        ),
        "{no_go}"
    );
    let args = [&args[..], &["--new-yardstick", "--report", "go", "--promote", "live"]].concat();
    let go = folder.json(&args);
    let target = &go["data"]["targets"][0];
    assert_eq!((&target["verdict"], &target["terms_changed_after_look"]), (&"GO".into(), &true.into()));
    let said = folder.run(&args).out;
    assert!(said.starts_with("GO by terms changed after a look  "), "{said}");
    assert!(folder.read("go/adaptation.md").contains("### GO by terms changed after a look: "));
    let page = folder.read("go/index.html");
    assert!(page.contains("<h1 class=\"verdict\">GO by terms changed after a look</h1>"), "the page's title");
    assert!(!page.contains("<section class=\"hero good\">"), "it is no good news");
    let shown = folder.json(&["judge", "show", target["version"].as_str().unwrap()]);
    let why = shown["data"]["lineage"]["why"].as_str().unwrap();
    assert!(
        why.ends_with(
            "; the terms were changed after a look at these items (before: better, slices 2, malformed 0.02): a GO by such \
             terms proves nothing"
        ),
        "{why}"
    );
    // An alias is not moved by a GO that proves nothing.
    assert_eq!((&target["withheld"]["alias"], &target["promoted"]), (&"live".into(), &Value::Null));
    let version = &target["version"].as_str().unwrap()[..12];
    let command = format!("`assessor judge promote {version} --as live` moves it all the same.");
    assert!(
        one_line(&said).contains("`live` was not moved: the terms were changed after a look at these items"),
        "{said}"
    );
    assert!(one_line(&said).contains(&command), "{said}");
    assert_eq!(folder.run(&["judge", "show", "live"]).code, 2);
    assert_eq!(folder.run(&["judge", "promote", version, "--as", "live"]).code, 0);
}
