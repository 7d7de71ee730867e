#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::Explain;

fn config(toml: &str) -> BTreeMap<String, ModelConfig> {
    toml::from_str(toml).unwrap()
}

fn env(pairs: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<String> {
    move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
}

fn endpoint(spec: &str, toml: &str, vars: &'static [(&'static str, &'static str)]) -> Endpoint {
    match resolve(spec, &config(toml), &env(vars)) {
        Ok(Resolved::Endpoint(endpoint)) => *endpoint,
        other => panic!("{other:?}"),
    }
}

fn error(spec: &str, toml: &str) -> (String, String) {
    let error = resolve(spec, &config(toml), &env(&[])).unwrap_err();
    (error.to_string(), error.hint().unwrap())
}

#[test]
fn openai_needs_its_key_and_can_be_moved() {
    let moved = endpoint("openai/gpt-4.1-mini", "", &[("OPENAI_BASE_URL", "http://proxy/v1"), ("OPENAI_API_KEY", "k")]);
    assert_eq!((moved.base_url.as_str(), moved.model.as_str()), ("http://proxy/v1", "gpt-4.1-mini"));
    assert!(moved.key.is_some());
    assert_eq!(endpoint("openai/o", "", &[("OPENAI_API_KEY", "k")]).base_url, "https://api.openai.com/v1");
    let (text, hint) = error("openai/o", "");
    assert_eq!(text, "model `openai/o` needs a key, and `OPENAI_API_KEY` is not set");
    assert_eq!(hint, "export OPENAI_API_KEY=…, or name the model `sim/small`, which needs none");
}

#[test]
fn an_address_never_gets_the_key_of_somebody_else() {
    let found = endpoint("http://host:8000/v1#meta/llama#1", "", &[("OPENAI_API_KEY", "k")]);
    assert!(found.key.is_none());
    assert_eq!((found.base_url.as_str(), found.model.as_str()), ("http://host:8000/v1", "meta/llama#1"));
}

#[test]
fn an_address_without_a_model_says_how_to_write_one() {
    let (text, _) = error("http://host:8000/v1", "");
    assert_eq!(
        text,
        "`http://host:8000/v1` cannot be the address of model `?`: the model's id is missing: write `ADDRESS#ID`"
    );
    let (text, _) = error("http://u:hunter2@host", "");
    assert!(!text.contains("hunter2"), "{text}");
    let (text, _) = error("http://u:hunter2@host#m", "");
    assert!(!text.contains("hunter2"), "{text}");
    let (text, _) = error("http://host/v1?api_key=hunter2#m", "");
    assert_eq!(text, "`host` cannot be the address of model `?`: it carries a key (`api_key`)");
}

#[test]
fn a_table_sets_everything() {
    let toml = r#"
        [local]
        url = "http://h/v1"
        id = "qwen"
        api_key_env = "LOCAL_KEY"
        structured = "json_object"
        price = { input = 1.0, cached = 0.5, output = 2.0 }
        rpm = 60
        tpm = 1000
        concurrency = 4
        temperature = 0.7
        max_tokens = 99
        timeout_seconds = 900
        extra = { top_k = 20, chat_template_kwargs = { enable_thinking = false } }
    "#;
    let found = endpoint("local", toml, &[("LOCAL_KEY", "k")]);
    assert_eq!((found.identity.as_str(), found.model.as_str()), ("local", "qwen"));
    assert_eq!(found.limits, Limits { rpm: Some(60), tpm: Some(1000), concurrency: 4 });
    assert_eq!(found.price, Some(Price { input: 1.0, cached: Some(0.5), output: 2.0 }));
    assert_eq!((found.temperature, found.max_tokens), (Some(0.7), 99));
    assert_eq!(found.structured, Some(Structured::JsonObject));
    assert_eq!([found.timeouts.total, found.timeouts.idle], [Duration::from_secs(900); 2]);
    assert_eq!(serde_json::to_string(&found.extra).unwrap().matches("enable_thinking").count(), 1);
    assert!(found.key.is_some());
    let (text, _) = error("local", toml);
    assert_eq!(text, "model `local` needs a key, and `LOCAL_KEY` is not set");
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let with = |line: &str| error("m", &format!("[m]\nurl = \"http://h\"\nid = \"m\"\n{line}")).0;
    assert_eq!(with("rpm = 0"), "`rpm` of model `m` must be at least 1");
    assert_eq!(with("concurrency = 100000"), "`concurrency` of model `m` must be at most 8192");
    assert_eq!(with("temperature = nan"), "`temperature` of model `m` must be from 0 to 2");
    assert_eq!(with("extra = { stream = true }"), "`extra.stream` of model `m` is set by assessor itself");
    for field in ["max_tokens", "max_completion_tokens"] {
        assert_eq!(
            with(&format!("extra = {{ {field} = 9 }}")),
            format!(
                "`extra.{field}` of model `m` would escape the budget: write `max_tokens = …` in the model's table instead"
            )
        );
    }
    for field in ["n", "best_of"] {
        assert_eq!(
            with(&format!("extra = {{ {field} = 2 }}")),
            format!("`extra.{field}` of model `m` would pay for answers that nobody reads: one is asked for")
        );
    }
    assert_eq!(
        with("price = { input = -1.0, output = 0.0 }"),
        "`price` of model `m` must be dollars per million tokens, from 0"
    );
    let unknown = toml::from_str::<ModelConfig>("url = \"u\"\nid = \"i\"\nkey = \"secret\"").unwrap_err();
    assert!(unknown.to_string().contains("unknown field `key`"), "{unknown}");
}

#[test]
fn a_simulated_model_is_left_to_the_caller() {
    assert!(matches!(resolve("sim/small", &config(""), &env(&[])), Ok(Resolved::Sim(name)) if name == "small"));
}

#[test]
fn a_protocol_that_is_not_spoken_yet_points_to_one_that_is() {
    let (text, hint) = error("anthropic/claude", "");
    assert_eq!(
        text,
        "`anthropic/claude` needs the Anthropic protocol, which is not spoken yet: only OpenAI-compatible chat \
         completions are"
    );
    assert!(hint.contains("[model.NAME]") && hint.contains("https://api.anthropic.com/v1"), "{hint}");
    assert!(error("gemini/flash", "").0.contains("Gemini"));
}

#[test]
fn what_is_not_there_is_told_with_what_is_close() {
    let toml = "[quick]\nurl = \"http://h\"\nid = \"m\"";
    assert_eq!(error("quik", toml), ("there is no model `quik`".to_owned(), "did you mean `quick`?".to_owned()));
    assert_eq!(error("sims/small", toml).1, "did you mean `sim/small`?");
    assert!(error("nothing-like-it", toml).1.contains("`http://host:8000/v1#ID`"));
    assert!(error("openai/", toml).1.contains("`openai/ID`"));
}
