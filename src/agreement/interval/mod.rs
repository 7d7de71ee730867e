//! How sure a number is.
//!
//! Which interval a number gets (SPEC §1, with what `docs/COVERAGE.md` measured where SPEC leaves room):
//!
//! | number | interval | method name |
//! |---|---|---|
//! | mean on a scale (NMSE, MAE, bias) | posterior of the mean over the scale's possible values, rows discounted by the design effect of their queries | `dirichlet`, `cluster-dirichlet` |
//! | the same, where the effective sample is large | linearised standard error, Student's t on G − 1 | `cluster-t` |
//! | share | Wilson, rows discounted likewise | `wilson`, `cluster-wilson` |
//! | nonlinear statistic of the table | BCa bootstrap, of rows or of queries | `bca`, `cluster-bca` |
//! | the same, where BCa does not exist | percentile bootstrap | `percentile`, `cluster-percentile` |
//! | the same, with thousands of queries | jackknife over queries with Student's t | `cluster-jackknife-t` |
//! | gate on a bounded mean | Hoeffding–Bentkus upper bound ([`bounds`]) | |
//!
//! One group has no interval: the spread between groups is unknown.

pub mod bounds;
mod bootstrap;
mod design;
mod dirichlet;
mod distribution;
mod gamma_sum;
pub mod proportion;
mod resample;

pub use bootstrap::{bca, bca_of_rows, bca_of_sums};
pub use design::{Caution, Design, GroupSum};
pub use dirichlet::Posterior;
pub use distribution::{Bca, Distribution};
pub use resample::{Resampling, leave_one_out, resamples};
