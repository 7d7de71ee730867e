//! Names of models.

/// Whether a model of this name is a simulation, a program and no language model: one of the embedded ones, or one that is
/// served under such a name somewhere.
pub fn is_simulation(model: &str) -> bool {
    model.starts_with("sim/") || model.contains("#sim/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_sim_in_it_is_no_simulation() {
        assert!(is_simulation("sim/small") && is_simulation("http://127.0.0.1:8765/v1#sim/small"));
        assert!(!is_simulation("http://gpu/sim/v1#qwen3-8b") && !is_simulation("openai/similar"));
    }
}
