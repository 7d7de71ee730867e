//! The embedded simulated model family, behind real HTTP on loopback.
mod answer;
mod considerations;
mod draw;
mod impression;
mod instruction;
mod item;
mod judge;
mod persona;
mod reflector;
mod reply;
mod server;
mod wire;
mod words;
pub mod world;

#[cfg(test)]
mod tuning;

pub use considerations::{Consideration, Set};
pub use persona::{MODELS, Persona, model, price_of as price};
pub use server::{Options, Server};
