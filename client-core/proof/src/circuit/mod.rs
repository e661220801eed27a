//! The universal circuit: rows of the row machine as constraints, and the bus that ties them together.
//!
//! Circuit makers: [`num`] numbers and wires; [`builder`] the two phases of making a segment; [`late`] what follows the
//! challenge; [`shape`] constraints with their families, the matrices; [`check`] the bus without a challenge, for tests
//! and for looking for faults. Rows: [`row`] what they have in common;
//! [`control`], [`data`], [`arithmetic`], [`product`], [`bits`], [`memory`], [`host`].
//! Segments: [`form`] which gadget takes a step; [`classes`] what segments have room for; [`pack`] and [`segments`] a run
//! put into them; [`end`] the last one; [`blinds`] what hides their sums; [`range`] ranges.

pub mod arithmetic;
pub mod bits;
pub mod blinds;
pub mod builder;
pub mod check;
pub mod classes;
pub mod control;
pub mod data;
pub mod end;
pub mod form;
pub mod host;
pub mod late;
pub mod memory;
pub mod num;
pub mod pack;
pub mod product;
pub mod range;
pub mod row;
pub mod segments;
pub mod shape;

pub use builder::Cs;
pub use late::{Assignment, CircuitError};
pub use num::{Num, Scaled, Wire};
pub use row::{Gadget, Head, Value, Witness};
pub use shape::Shape;

#[cfg(test)]
mod tests;
