//! Endpoints over HTTP, and the embedded simulated model family.

pub mod sim;
