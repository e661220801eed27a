//! Benches that run in the reader's own browser and, the same code, headless by `cargo xtask bench tab`.
//!
//! [`stats`] and [`rounds`] are the measuring core, [`case`] is what comes out, [`suites`] is what is measured. The page
//! starts a worker of its own for it (`web/worker.js`), so the node never links any of it and is never slowed by it.

#![allow(clippy::float_arithmetic, reason = "times and ratios: a measurement, nothing here is consensus")]

pub mod case;
pub mod rounds;
pub mod stats;
pub mod suites;
#[cfg(target_arch = "wasm32")]
mod tab;
