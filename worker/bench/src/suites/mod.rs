//! What is measured, one file per suite.

#[cfg(target_arch = "wasm32")]
pub mod blocks;
#[cfg(target_arch = "wasm32")]
pub mod commit;
#[cfg(target_arch = "wasm32")]
pub mod contract;
pub mod host;
pub mod light;
#[cfg(target_arch = "wasm32")]
pub mod messages;
#[cfg(target_arch = "wasm32")]
pub mod million;
#[cfg(target_arch = "wasm32")]
pub mod proofs;
pub mod root;
#[cfg(target_arch = "wasm32")]
pub mod short;
pub mod world;
