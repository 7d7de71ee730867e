//! The room as a whole, on audits made of hand-made inputs.
#![allow(clippy::unwrap_used)]

mod fixture;
mod hash;
mod hostile;
mod optimizing;
mod page;
mod shown;
