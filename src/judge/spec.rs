//! What a judge is, as a value with a content hash.

use super::RatingMap;
use crate::domain::{Scale, Verdict};
use crate::model::Structured;
use crate::prompt::Prompt;
use crate::rubric::{Contract, Rubric};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Version of the reply ladder. Part of the judge's hash: another reading of the same reply is another judge.
pub const PARSER: &str = "ladder-1";

/// How replies are drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// What its ratings are read as. No part of a request: judges that differ in it alone share their calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<RatingMap>,
}

/// A judge as it is serialised, its rubric checked and its parser not yet known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    rubric: Rubric,
    prompt: Prompt,
    model: String,
    address: Option<String>,
    sampling: Sampling,
    parser: String,
    #[serde(default)]
    map: Option<RatingMap>,
}

/// A judge whose replies this program reads otherwise than it was stored with: read so, it would be another judge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its replies are read by `{0}`; this program has `{PARSER}`")]
pub struct OtherParser(pub String);

// By hand, because a derived one wants the parser's name to live for ever.
impl<'de> Deserialize<'de> for JudgeSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { rubric, prompt, model, address, sampling, parser, map } = Stored::deserialize(deserializer)?;
        if parser != PARSER {
            return Err(D::Error::custom(OtherParser(parser)));
        }
        map.iter().try_for_each(|map| map.check(rubric.scale)).map_err(D::Error::custom)?;
        Ok(Self { rubric, prompt, model, address, sampling, parser: PARSER, map })
    }
}

impl JudgeSpec {
    /// 16 hexadecimal digits; equal for two judges exactly when they send the same requests and read replies alike.
    pub fn hash(&self) -> String {
        let text = serde_json::to_vec(self).expect("a judge is plain data");
        blake3::hash(&text).to_hex()[..16].to_owned()
    }

    /// A verdict of its model as its own: through its map, where it has one.
    pub fn read(&self, verdict: Verdict) -> Verdict {
        match &self.map {
            Some(map) => map.read(verdict, self.rubric.scale),
            None => verdict,
        }
    }

    /// The name shown to people: model, rubric and the start of the hash.
    pub fn name(&self) -> String {
        format!("{} · {} · {}", self.model, self.rubric.id, &self.hash()[..8])
    }
}

/// The JSON Schema of a reply, in the portable subset that every known server takes: all keys required, ratings as an
/// enum, reasoning before the rating so that it is generated first (PROVIDERS §1.1).
pub fn reply_schema(contract: &Contract, scale: Scale) -> Value {
    let mut properties = serde_json::Map::new();
    properties.insert(contract.rationale.clone(), json!({"type": "string"}));
    for (name, scale) in contract.asked(scale) {
        let values: Vec<i64> = scale.ratings().map(|r| r.value()).collect();
        properties.insert(name.to_owned(), json!({"type": "integer", "enum": values}));
    }
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
    use proptest::prelude::*;

    fn judge() -> JudgeSpec {
        // Without what only holds revisions back: it is no part of a judge.
        let rubric = Rubric { frozen: Vec::new(), ..shipped() };
        let prompt = Prompt::of(&rubric);
        let sampling = Sampling {
            temperature: Some(0.0),
            max_tokens: 512,
            seed: 0,
            extra: serde_json::Map::new(),
            structured: None,
        };
        JudgeSpec { rubric, prompt, model: "sim/small".into(), address: None, sampling, parser: PARSER, map: None }
    }

    #[test]
    fn every_part_of_a_judge_changes_its_hash() {
        let base = judge();
        assert_eq!(base.hash(), judge().hash());
        let edits: [fn(&mut JudgeSpec); 10] = [
            |j| j.map = RatingMap::try_from(vec![(3.0, 2.0), (4.0, 3.5)]).ok(),
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
    fn a_judge_without_a_map_has_the_hash_that_it_had_before_there_were_maps() {
        assert!(!serde_json::to_string(&judge()).unwrap().contains("map"));
        assert!(!serde_json::to_string(&judge()).unwrap().contains("derived"));
    }

    #[test]
    fn a_map_is_read_back_and_must_lead_to_ratings_of_the_scale() {
        let mapped = JudgeSpec { map: RatingMap::try_from(vec![(3.0, 2.25), (4.0, 4.5)]).ok(), ..judge() };
        let text = serde_json::to_string(&mapped).unwrap();
        assert_eq!(serde_json::from_str::<JudgeSpec>(&text).unwrap(), mapped);
        let off = serde_json::from_str::<JudgeSpec>(&text.replace("4.5]", "7.5]")).unwrap_err().to_string();
        assert!(off.starts_with("the calibration map leads off the scale 1–5"), "{off}");
    }

    #[test]
    fn a_judge_of_another_parser_is_not_read_as_if_it_were_ours() {
        let text = serde_json::to_string(&judge()).unwrap();
        assert_eq!(serde_json::from_str::<JudgeSpec>(&text).unwrap(), judge());
        let other = serde_json::from_str::<JudgeSpec>(&text.replace("ladder-1", "ladder-9")).unwrap_err().to_string();
        assert!(other.starts_with("its replies are read by `ladder-9`; this program has `ladder-1`"), "{other}");
    }

    proptest! {
        #[test]
        fn a_judge_that_is_read_back_has_its_hash(
            (instruction, bullet, model) in (".{0,60}", ".{0,20}", "[ -~é]{1,12}"),
            address in proptest::option::of(".{0,20}"),
            temperature in proptest::option::of(0.0_f64..2.0),
            (max_tokens, seed, extra) in (any::<u32>(), any::<u64>(), any::<f64>().prop_filter("JSON", |x| x.is_finite())),
            structured in proptest::option::of(Just(Structured::JsonObject)),
        ) {
            let mut spec = judge();
            spec.prompt.instruction = instruction;
            spec.prompt.bullets.push(bullet);
            spec.prompt.demos.push(crate::prompt::Demo { item: "i".into(), reply: "r".into() });
            (spec.model, spec.address) = (model, address);
            let extra = serde_json::Map::from_iter([("b".to_owned(), json!([extra, {"z": 1, "a": null}])), ("a".to_owned(), json!(seed))]);
            spec.sampling = Sampling { temperature, max_tokens, seed, extra, structured };
            let read: JudgeSpec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
            prop_assert_eq!(read.hash(), spec.hash());
            prop_assert_eq!(read, spec);
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
