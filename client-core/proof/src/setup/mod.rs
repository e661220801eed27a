//! Making keys: for development from a seed that everyone knows, for use from a ceremony that nobody knows all of.
//!
//! [`dev`] the first; [`powers`] and [`ptau`] phase 1 of the second, [`phase2`] and [`transcript`] its phase 2, and
//! [`recheck`] everybody's check of all of it; [`keyfile`] keys as files, [`bundle`] verifying keys of all classes.

pub mod bundle;
pub mod columns;
pub mod dev;
pub mod error;
pub mod keyfile;
pub mod pairing;
pub mod phase2;
pub mod powers;
pub mod ptau;
pub mod recheck;
pub mod transcript;

pub use dev::dev;
pub use error::SetupError;

#[cfg(test)]
mod tests;
