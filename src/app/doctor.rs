//! Probe an endpoint with a handful of calls: what it can do, what it costs, what is wrong.

use super::project::connect;
use super::{AppError, JudgeRequest, Project};
use crate::domain::{Event, Explain, GroupId, Item, ItemId, NanoUsd, Verdict};
use crate::judge::{self, JudgeSpec, reply_schema};
use crate::model::{Budget, CallError, CallFailure, Client, Completion, Endpoint, Request, Structured};
use crate::prompt::Prefix;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Requests that a check-up makes at most.
const MOST_CALLS: u64 = 40;
/// Characters of the long document: a context of 4,096 tokens cannot hold it.
const LONG: usize = 24_000;
/// No tokenizer in use has more characters per token than this on average, on text like ours.
const MOST_CHARS_PER_TOKEN: u64 = 6;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Good,
    /// It works, and something should be known.
    Note,
    /// It does not work, or gives wrong answers.
    Bad,
}

/// One thing that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub what: &'static str,
    /// How it is.
    pub health: Health,
    /// In a sentence.
    pub detail: String,
    /// What to do.
    pub hint: Option<String>,
}

/// A check-up.
#[derive(Clone, Debug, Serialize)]
pub struct Checkup {
    /// The model as it was asked for.
    pub model: String,
    /// Where it is asked.
    pub address: String,
    /// What was found, in the order of the probes.
    pub findings: Vec<Finding>,
    /// HTTP requests made.
    pub calls: u64,
    /// What they cost, when the price is known.
    pub cost_usd: Option<f64>,
}

impl Checkup {
    /// Nothing is bad.
    pub fn is_healthy(&self) -> bool {
        self.findings.iter().all(|f| f.health != Health::Bad)
    }
}

/// Probes the endpoint that `request` names.
///
/// # Errors
/// [`AppError`] when the request names no endpoint; what the endpoint does wrong is a finding, not an error.
pub async fn doctor(project: &Project, request: &JudgeRequest) -> Result<Checkup, AppError> {
    let endpoint = project.endpoint(request)?;
    let judge = project.judge(request, &endpoint)?;
    let address = if endpoint.in_process { "in this process".to_owned() } else { endpoint.base_url.clone() };
    let (client, server) = connect(endpoint.clone()).await?;
    let mut visit = Visit {
        judge,
        client,
        budget: Budget::new(Some(MOST_CALLS), None),
        findings: Vec::new(),
        stepped: Mutex::new(Vec::new()),
    };
    visit.price(&endpoint);
    if let Some(first) = visit.answers().await {
        visit.structured().await;
        visit.repeats(&first).await;
        visit.long_context().await;
    }
    drop(server);
    let spent = visit.budget.spent();
    Ok(Checkup {
        model: endpoint.identity.clone(),
        address,
        findings: visit.findings,
        calls: spent.calls,
        cost_usd: endpoint.price.map(|_| spent.usd.usd()),
    })
}

struct Visit {
    judge: JudgeSpec,
    client: Arc<Client>,
    budget: Budget,
    findings: Vec<Finding>,
    stepped: Mutex<Vec<String>>,
}

impl Visit {
    fn find(&mut self, what: &'static str, health: Health, detail: impl Into<String>, hint: Option<&str>) {
        self.findings.push(Finding { what, health, detail: detail.into(), hint: hint.map(str::to_owned) });
    }

    async fn call(&self, request: &Request) -> Result<Completion, CallFailure> {
        let events = |event| {
            if let (Event::SteppedDown { now, .. }, Ok(mut stepped)) = (event, self.stepped.lock()) {
                stepped.push(now);
            }
        };
        self.client.call(request, &self.budget, &events).await
    }

    fn request(&self, item: &Item) -> Request {
        let messages = Prefix::new(&self.judge.prompt, &self.judge.rubric).messages(item);
        Request {
            temperature: self.judge.sampling.temperature,
            max_tokens: self.judge.sampling.max_tokens,
            seed: Some(self.judge.sampling.seed),
            schema: Some(Arc::new(reply_schema(&self.judge.rubric.contract, self.judge.rubric.scale))),
            ..Request::new(messages.system, messages.user)
        }
    }

    fn price(&mut self, endpoint: &Endpoint) {
        match endpoint.price {
            Some(price) => {
                let detail =
                    format!("${} per million prompt tokens, ${} per million reply tokens", price.input, price.output);
                self.find("price", Health::Good, detail, None);
            }
            None => self.find(
                "price",
                Health::Note,
                "not known: no plan in dollars, no `--budget-usd`",
                Some("add `price = { input = …, output = … }` to a `[model.NAME]` table in assessor.toml"),
            ),
        }
    }

    /// Asks what a run would ask. Without an answer nothing else is worth probing.
    async fn answers(&mut self) -> Option<Completion> {
        let item = example(None);
        let request = self.request(&item);
        let completion = match self.call(&request).await {
            Ok(completion) => completion,
            Err(failure) => {
                self.refused("answers", &failure.error);
                return None;
            }
        };
        self.find("answers", Health::Good, format!("in {} ms", completion.latency.as_millis()), None);
        self.served(&completion);
        match judge::read(&self.judge, &request.user, &completion.raw).0 {
            Verdict::Rated { rating, rung, .. } => {
                let detail = format!("a rating ({rating}) that the reply ladder reads at rung `{rung}`");
                self.find("verdict", Health::Good, detail, None);
            }
            Verdict::Malformed(reason) => self.find(
                "verdict",
                Health::Note,
                format!("the reply to a judge's request is malformed (`{reason}`)"),
                Some("one reply says little; `assessor audit --limit 50` tells the rate"),
            ),
            Verdict::NotRun(_) => {}
        }
        self.usage(&completion);
        Some(completion)
    }

    fn served(&mut self, completion: &Completion) {
        let asked = self.client.endpoint().model.clone();
        match completion.envelope.served_model.as_deref() {
            None => self.find("served model", Health::Note, "the replies do not say which model answered", None),
            Some(served) if served == asked => self.find("served model", Health::Good, format!("`{served}`"), None),
            Some(served) => self.find(
                "served model",
                Health::Note,
                format!("asked for `{asked}`, answered by `{served}`"),
                Some("name the exact version that you want to be bound to"),
            ),
        }
    }

    fn usage(&mut self, completion: &Completion) {
        let Some(usage) = completion.usage else {
            return self.find(
                "tokens",
                Health::Note,
                "the replies do not report tokens: no costs, no budget in dollars",
                None,
            );
        };
        let cost = self.client.endpoint().cost(usage);
        let money = cost.map_or(String::new(), |c| format!(", {} per 1,000 labels", NanoUsd(c.0.saturating_mul(1000))));
        self.find(
            "tokens",
            Health::Good,
            format!("{} in, {} out for one label{money}", usage.input, usage.output),
            None,
        );
    }

    fn refused(&mut self, what: &'static str, error: &CallError) {
        let hint = error.hint();
        self.find(what, Health::Bad, error.to_string(), hint.as_deref());
    }

    /// Asks for plain words and for a JSON Schema at once: only a server that constrains the reply sends the object.
    async fn structured(&mut self) {
        let schema = serde_json::json!({
            "type": "object", "additionalProperties": false, "required": ["probe_colour"],
            "properties": {"probe_colour": {"type": "string", "enum": ["teal", "amber"]}}
        });
        let request = Request {
            schema: Some(Arc::new(schema)),
            max_tokens: self.judge.sampling.max_tokens,
            temperature: self.judge.sampling.temperature,
            ..Request::new("Reply with the single word hello. Do not use JSON.", "Say it.".into())
        };
        let reply = self.call(&request).await;
        let accepted = self.client.features().structured;
        let refused = self.stepped.lock().map(|s| s.join("; ")).unwrap_or_default();
        let text = reply.as_ref().ok().and_then(|r| r.envelope.text.as_deref()).unwrap_or_default();
        let constrained = serde_json::from_str::<BTreeMap<String, String>>(text.trim())
            .is_ok_and(|object| object.contains_key("probe_colour"));
        match (reply.is_ok(), constrained, accepted == Structured::Prompt) {
            (false, ..) => self.find("structured output", Health::Note, "the probe got no answer", None),
            (_, _, true) => self.find(
                "structured output",
                Health::Note,
                format!("refused; the prompt alone asks for JSON ({refused})"),
                None,
            ),
            (_, true, _) => self.find(
                "structured output",
                Health::Good,
                format!("`{}` is accepted and kept", accepted.name()),
                None,
            ),
            (_, false, _) => self.find(
                "structured output",
                Health::Note,
                format!("`{}` is accepted and ignored: replies are not constrained", accepted.name()),
                Some("the reply ladder reads what comes; watch the malformed rate in `assessor audit`"),
            ),
        }
    }

    async fn repeats(&mut self, first: &Completion) {
        let request = self.request(&example(None));
        match self.call(&request).await {
            Ok(again) if again.envelope.text == first.envelope.text => {
                self.find("repeatability", Health::Good, "the same request got the same reply", None);
            }
            Ok(_) => self.find(
                "repeatability",
                Health::Note,
                "the same request got another reply",
                Some("`--samples 3` measures how much verdicts vary"),
            ),
            Err(failure) => self.refused("repeatability", &failure.error),
        }
    }

    /// Some servers cut a long prompt from the front, where the rubric stands, and answer all the same.
    async fn long_context(&mut self) {
        let request = self.request(&example(Some(LONG)));
        let sent = request.bytes() as u64;
        let reply = match self.call(&request).await {
            Ok(reply) => reply,
            Err(CallFailure { error: CallError::Rejected { message }, .. }) => {
                let hint =
                    "lower `max_chars` of the field `document` in the rubric, or give the server a longer context";
                return self.find(
                    "long documents",
                    Health::Note,
                    format!("a document of {LONG} characters is rejected: {message}"),
                    Some(hint),
                );
            }
            Err(failure) => return self.refused("long documents", &failure.error),
        };
        let fewest = sent / MOST_CHARS_PER_TOKEN / 2;
        match reply.usage {
            Some(usage) if usage.input < fewest => self.find(
                "long documents",
                Health::Bad,
                format!(
                    "cut: {sent} bytes were sent and {} tokens were read, so the rubric was probably cut off",
                    usage.input
                ),
                Some("give the server a longer context (Ollama: `num_ctx`), or lower `max_chars` in the rubric"),
            ),
            Some(usage) => {
                self.find(
                    "long documents",
                    Health::Good,
                    format!("{} tokens were read of {sent} bytes", usage.input),
                    None,
                );
            }
            None => {
                self.find("long documents", Health::Note, "answered; without token counts a cut cannot be seen", None)
            }
        }
    }
}

/// A pair to ask about; with `length`, its document has at least so many characters.
fn example(length: Option<usize>) -> Item {
    let sentence = "The badge printer on the third floor is reset by holding its button for five seconds. ";
    let times = length.map_or(1, |length| length.div_ceil(sentence.len()));
    Item {
        id: ItemId::new("probe"),
        group: GroupId::new("probe"),
        query: "how do I reset the badge printer".into(),
        title: Some("Badge printer".into()),
        document: sentence.repeat(times),
        meta: BTreeMap::new(),
    }
}
