//! One binary for all integration tests: each test file would link polars again.

mod adversary;
mod audits;
mod bad_input;
mod caveats;
mod certificates;
mod commands;
mod compare;
mod controls;
mod crash;
mod elsewhere;
mod faults;
mod gates;
mod guardrail;
mod hostile;
mod interrupts;
mod labels_policies;
mod labels_roundtrip;
mod labels_scale;
mod ledgers;
mod lint;
mod real_data;
mod replies;
mod support;
mod tidy;
mod unreliable;
mod versions;
