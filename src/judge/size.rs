//! How large the requests of a judge are, known before any is made: what budgets set aside for them.

use super::{JudgeSpec, reply_schema};
use crate::domain::Item;
use crate::model::Request;
use crate::prompt::Prefix;
use std::sync::Arc;

/// Measures the requests of one judge.
pub struct Sizes {
    prefix: Prefix,
    schema: Arc<serde_json::Value>,
}

impl Sizes {
    /// Of this judge.
    pub fn new(judge: &JudgeSpec) -> Self {
        let schema = Arc::new(reply_schema(&judge.rubric.contract, judge.rubric.scale));
        Self { prefix: Prefix::new(&judge.prompt, &judge.rubric), schema }
    }

    /// Bytes of the request about an item, as [`Request::bytes`] counts them: the schema included.
    pub fn bytes(&self, item: &Item) -> usize {
        let messages = self.prefix.messages(item);
        let schema = Some(Arc::clone(&self.schema));
        Request { schema, ..Request::new(messages.system, messages.user) }.bytes()
    }
}
