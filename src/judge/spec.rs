//! What a judge is, as a value with a content hash.

use crate::domain::Scale;
use crate::model::Structured;
use crate::prompt::Prompt;
use crate::rubric::{Contract, Rubric};
use serde::Serialize;
use serde_json::{Value, json};

/// Version of the reply ladder. Part of the judge's hash: another reading of the same reply is another judge.
pub const PARSER: &str = "ladder-1";

/// How replies are drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sampling {
    /// Sent when set; many current models refuse it.
    pub temperature: Option<f64>,
    /// Completion tokens at most.
    pub max_tokens: u32,
    /// Sent with each request, plus the sample's index; an endpoint that refuses seeds is asked without.
    pub seed: u64,
    /// Fields that the endpoint's configuration adds to each request.
    pub extra: serde_json::Map<String, Value>,
    /// Where the endpoint's configuration lets structured output begin; what the server then refuses is no part of the
    /// judge, so that a ladder step does not invalidate what is paid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structured: Option<Structured>,
}

/// Rubric + prompt + model + sampling + parser version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JudgeSpec {
    /// The rubric.
    pub rubric: Rubric,
    /// The prompt.
    pub prompt: Prompt,
    /// The model as it was asked for, for example `sim/small`.
    pub model: String,
    /// Where it is asked, as `URL#ID`; `None` for a model inside this process.
    pub address: Option<String>,
    /// How replies are drawn.
    pub sampling: Sampling,
    /// See [`PARSER`].
    pub parser: &'static str,
}

impl JudgeSpec {
    /// 16 hexadecimal digits; equal for two judges exactly when they send the same requests and read replies alike.
    pub fn hash(&self) -> String {
        let text = serde_json::to_vec(self).expect("a judge is plain data");
        blake3::hash(&text).to_hex()[..16].to_owned()
    }

    /// The name shown to people: model, rubric and the start of the hash.
    pub fn name(&self) -> String {
        format!("{} · {} · {}", self.model, self.rubric.id, &self.hash()[..8])
    }
}

/// The JSON Schema of a reply, in the portable subset that every known server takes: all keys required, ratings as an
/// enum, reasoning before the rating so that it is generated first (PROVIDERS §1.1).
pub fn reply_schema(contract: &Contract, scale: Scale) -> Value {
    let ratings: Vec<i64> = scale.ratings().map(|r| r.value()).collect();
    let mut properties = serde_json::Map::new();
    properties.insert(contract.rationale.clone(), json!({"type": "string"}));
    properties.insert(contract.rating.clone(), json!({"type": "integer", "enum": ratings}));
    if let Some(confidence) = &contract.confidence {
        properties.insert(confidence.clone(), json!({"type": "number"}));
    }
    let required: Vec<&String> = properties.keys().collect();
    json!({"type": "object", "required": required, "additionalProperties": false, "properties": properties})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::shipped;

    fn judge() -> JudgeSpec {
        let rubric = shipped();
        let prompt = Prompt::of(&rubric);
        let sampling = Sampling {
            temperature: Some(0.0),
            max_tokens: 512,
            seed: 0,
            extra: serde_json::Map::new(),
            structured: None,
        };
        JudgeSpec { rubric, prompt, model: "sim/small".into(), address: None, sampling, parser: PARSER }
    }

    #[test]
    fn every_part_of_a_judge_changes_its_hash() {
        let base = judge();
        assert_eq!(base.hash(), judge().hash());
        let edits: [fn(&mut JudgeSpec); 9] = [
            |j| j.rubric.criteria[0].push('.'),
            |j| j.prompt.bullets.push("Rate old documents lower.".into()),
            |j| j.model = "sim/large".into(),
            |j| j.address = Some("http://localhost:8000/v1#small".into()),
            |j| j.sampling.extra = serde_json::Map::from_iter([("top_k".to_owned(), json!(1))]),
            |j| j.sampling.structured = Some(Structured::Prompt),
            |j| j.sampling.temperature = None,
            |j| j.sampling.max_tokens += 1,
            |j| j.parser = "ladder-0",
        ];
        for edit in edits {
            let mut other = judge();
            edit(&mut other);
            assert_ne!(base.hash(), other.hash());
        }
    }

    #[test]
    fn the_reply_schema_asks_for_the_rationale_first_and_lists_the_ratings() {
        let mut contract = shipped().contract;
        contract.confidence = Some("confidence".into());
        let schema = reply_schema(&contract, Scale::new(0, 2).unwrap());
        assert_eq!(
            schema.to_string(),
            r#"{"type":"object","required":["rationale","rating","confidence"],"additionalProperties":false,"properties":{"rationale":{"type":"string"},"rating":{"type":"integer","enum":[0,1,2]},"confidence":{"type":"number"}}}"#
        );
    }
}
