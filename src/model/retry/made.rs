//! The attempts of one call so far, counted as patience counts them.

use super::{Class, Policy};

/// Attempts of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// All but ladder steps and those that met nobody.
    pub counted: u32,
    /// In a row, up to now, that met nobody. Apart from the others: a server that says 503 a few times and then restarts
    /// is not one that was never there.
    pub unreachable: u32,
    /// Did the model answer anything in this run?
    pub answered: bool,
    /// Did this call meet anybody?
    met: bool,
}

impl Made {
    /// Counts an attempt. `answered` says whether the model has answered anything in this run.
    pub fn count(&mut self, class: &Class, answered: bool) {
        self.answered = answered;
        match class {
            Class::Unreachable { .. } => self.unreachable += 1,
            class => {
                self.unreachable = 0;
                self.met = true;
                self.counted += u32::from(!matches!(class, Class::StepDown { .. }));
            }
        }
    }

    /// Attempts in a row that may meet nobody.
    pub(super) fn patience(&self, policy: &Policy) -> u32 {
        if self.answered || self.met { policy.reconnect_attempts } else { policy.connect_attempts }
    }
}
