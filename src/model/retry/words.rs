//! The words by which providers' refusals are told apart.

use crate::model::envelope::ProviderError;
use crate::model::ladder::SOME_PARAMETER;

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
            // xAI.
            "maximum prompt length",
            // TGI and Together: with the room for the reply, and without.
            "`inputs` tokens",
            "`inputs` must have less than",
        ])
    }

    /// Withheld by a content policy. An account that was flagged is not about one document.
    pub(super) fn filtered(&self) -> bool {
        let flagged = self.has(&["flagged", "moderation"]) && !self.0.contains("account");
        flagged
            || self.has(&[
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

    /// Does a 403 speak of who asks? The words of one that stands before the provider ("403 Forbidden", "Access Denied")
    /// may as well be about what is asked: a firewall takes a document with SQL in it for an attack.
    pub(super) fn about_caller(&self) -> bool {
        let is_key = |word: &str| matches!(word, "key" | "keys" | "apikey");
        self.bad_key()
            || self.0.split(|c: char| !c.is_alphanumeric()).any(is_key)
            || self.has(&[
                "permission",
                "authent",
                "authoriz",
                "authoris",
                "access to",
                "credential",
                "account",
                "not allowed to",
                "suspended",
                "country",
            ])
    }

    pub(super) fn no_model(&self) -> bool {
        let missing =
            ["not found", "not exist", "unknown model", "invalid model", "not a valid model", "decommissioned"];
        self.has(&["model_not_found", "no endpoints found"]) || (self.0.contains("model") && self.has(&missing))
    }

    /// No provider takes all that is sent, without a word on what is too much.
    pub(super) fn some_parameter(&self) -> bool {
        self.0.contains(SOME_PARAMETER)
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
