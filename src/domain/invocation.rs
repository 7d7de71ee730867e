//! The options that all commands share, as they are in use: a command that is suggested has to repeat them, or whoever
//! copies it works on another state, by another configuration or another draw.

use std::path::Path;

/// The state folder where none is named.
pub const DEFAULT_STATE: &str = ".assessor";

/// Commands that read no state and no configuration.
const ALIKE_EVERYWHERE: [&str; 3] = ["init", "schema", "completions"];

/// The shared options that differ from their defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    /// Each after a blank.
    options: String,
}

impl Invocation {
    /// Of the state folder, the configuration file that was named, and the seed.
    pub fn of(state: &Path, config: Option<&Path>, seed: u64) -> Self {
        let mut options = String::new();
        let mut option = |name: &str, value: String| options.push_str(&format!(" {name} {}", quoted(&value)));
        if state != Path::new(DEFAULT_STATE) {
            option("--state", state.display().to_string());
        }
        if let Some(config) = config {
            option("--config", config.display().to_string());
        }
        if seed != 0 {
            option("--seed", seed.to_string());
        }
        Self { options }
    }

    /// `assessor judge list` for `judge list`, with the options.
    pub fn command(&self, rest: &str) -> String {
        let alike = rest.split(' ').next().is_some_and(|command| ALIKE_EVERYWHERE.contains(&command));
        format!("assessor{} {rest}", if alike { "" } else { &self.options })
    }

    /// A sentence of ours, its commands in backticks with the options.
    pub fn complete(&self, sentence: &str) -> String {
        let mut parts = sentence.split("`assessor ");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, rest| text + "`" + &self.command(rest))
    }
}

/// As a word of a shell.
pub fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:#=+@%".contains(c);
    let word = !value.is_empty() && value.chars().all(plain);
    if word { value.to_owned() } else { format!("'{}'", value.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elsewhere() -> Invocation {
        Invocation::of(Path::new("/data/my state"), Some(Path::new("ci.toml")), 7)
    }

    #[test]
    fn options_that_are_as_they_always_are_are_not_repeated() {
        let usual = Invocation::of(Path::new(DEFAULT_STATE), None, 0);
        assert_eq!(usual, Invocation::default());
        assert_eq!(usual.command("judge list"), "assessor judge list");
    }

    #[test]
    fn a_command_repeats_the_options_that_are_in_use() {
        assert_eq!(
            elsewhere().command("judge list"),
            "assessor --state '/data/my state' --config ci.toml --seed 7 judge list"
        );
        assert_eq!(elsewhere().command("schema config"), "assessor schema config");
    }

    #[test]
    fn a_sentence_repeats_them_in_each_of_its_commands_and_keeps_the_rest() {
        let state = Invocation::of(Path::new("s"), None, 0);
        assert_eq!(
            state.complete("an assessor reads `assessor audit`, then `assessor judge add --from x`; or `init`"),
            "an assessor reads `assessor --state s audit`, then `assessor --state s judge add --from x`; or `init`"
        );
    }
}
