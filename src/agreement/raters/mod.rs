//! Agreement among any number of raters, some of whom did not rate every item; judge and gold are two of them.

mod alpha;
mod gwet;
mod tally;

pub use alpha::{Metric, alpha_without_each_annotator, krippendorff_alpha, krippendorff_alpha_of_table};
pub use gwet::{Coefficient, GwetFamily, brennan_prediger, gwet_ac, gwet_family, scott_pi};
pub use tally::Tally;

#[cfg(test)]
mod tests;
