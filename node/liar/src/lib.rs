//! A peer that lies. It stands before an honest one, passes everything on, and changes what one lie is about: a forged
//! certificate, a proof of something else, a frame without an end. Which lie, the address says: `/wire/stale-tip` lies
//! about the tip, `/wire` itself tells no lie. Tests and browser journeys ask it; it ships nowhere.

pub mod forge;
pub mod lie;
pub mod server;
pub mod twist;

#[cfg(test)]
mod tests;

pub use lie::Lie;
pub use server::Liar;
pub use twist::{Out, Twist};
