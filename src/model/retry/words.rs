//! The words by which providers' refusals are told apart.

use crate::model::envelope::ProviderError;

/// A refusal in lower case, cut where echoed document text may begin.
pub(super) struct Words(String);

/// Characters that are read.
const READ: usize = 600;

impl Words {
    pub(super) fn of(error: &ProviderError) -> Self {
        let text = error.text();
        Self(text.chars().take(READ).collect::<String>().to_lowercase())
    }

    fn has(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.0.contains(word))
    }

    /// No money: waiting does not heal it.
    pub(super) fn no_credit(&self) -> bool {
        self.has(&[
            "insufficient_quota",
            "exceeded your current quota",
            "credit balance",
            "credit_balance",
            "insufficient credit",
            "insufficient balance",
            "spend limit",
            "spending limit",
            "spend cap",
            "payment required",
            "billing_hard_limit",
        ])
    }

    /// More text than the model can read.
    pub(super) fn too_long(&self) -> bool {
        self.has(&[
            "context_length_exceeded",
            "maximum context length",
            "exceed_context_size",
            "prompt is too long",
            "context window",
            "context size",
            "context length",
            "too many tokens",
            "reduce the length",
            "input is too long",
            "string_above_max_length",
        ])
    }

    /// Withheld by a content policy.
    pub(super) fn filtered(&self) -> bool {
        self.has(&[
            "content_filter",
            "responsibleaipolicy",
            "content management policy",
            "content_policy",
            "safety system",
        ])
    }

    pub(super) fn bad_key(&self) -> bool {
        self.has(&["api key", "api_key", "authentication", "unauthorized", "no connected db"])
    }

    pub(super) fn no_model(&self) -> bool {
        let missing =
            ["not found", "not exist", "unknown model", "invalid model", "not a valid model", "decommissioned"];
        self.has(&["model_not_found", "no endpoints found"]) || (self.0.contains("model") && self.has(&missing))
    }

    /// A proxy that blames the caller for a broken upstream (LiteLLM).
    pub(super) fn upstream(&self) -> bool {
        self.has(&[
            "invalid response object",
            "apiconnectionerror",
            "upstream",
            "bad gateway",
            "timed out",
            "try again",
        ])
    }
}
