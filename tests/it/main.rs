//! One binary for all integration tests: each test file would link polars again.

mod faults;
