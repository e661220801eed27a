//! What a proof file says and whether it holds, as pages show it.
//!
//! The node links this and adds what its chain knows. Alone it is a small wasm (`web`) that the Verify page fetches: it
//! needs no chain, no storage and no network.

mod fields;
mod keys;
mod verdict;
#[cfg(all(target_arch = "wasm32", feature = "web"))]
mod web;
pub mod words;

pub use keys::keys;
pub use verdict::{class_name, error, hidden, read, verdict};
