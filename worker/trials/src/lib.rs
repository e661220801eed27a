//! Trials: the browser's engine against wasmi in a real browser, call by call. `cargo xtask test` writes a corpus of cases
//! natively (`src/bin/corpus`), builds this crate for wasm32, and `playwright/trials.mjs` runs every case in a worker.
//!
//! Everything that consensus could see is compared: outcome class, result, gas, trace, what the host was asked for; and
//! besides the whole memory and the exported globals. Each call runs on pooled instances, and again at gas and stack
//! limits just below and far below what it needs.

pub mod case;
pub mod compare;
pub mod host;

#[cfg(target_arch = "wasm32")]
mod blocks;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod scenarios;
