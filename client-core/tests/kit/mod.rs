//! For tests of the whole client: little modules written in WAT, and a chain that is driven block by block, stored, and
//! opened again.

#![allow(dead_code, reason = "each test uses its own part")]

mod cell;
mod chain;

pub use cell::*;
pub use chain::*;
