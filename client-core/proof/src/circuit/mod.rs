//! The universal circuit: rows of the row machine as constraints, and the bus that ties them together.
//!
//! Circuit makers: [`num`] numbers and wires; [`builder`] the two phases of making a segment; [`late`] what follows the
//! challenge; [`shape`] constraints with their families, the matrices; [`check`] the bus without a challenge, for tests
//! and for looking for faults. Rows: [`row`] what they have in common;
//! [`control`], [`data`], [`arithmetic`], [`product`], [`bits`].

pub mod arithmetic;
pub mod bits;
pub mod builder;
pub mod check;
pub mod control;
pub mod data;
pub mod late;
pub mod num;
pub mod product;
pub mod row;
pub mod shape;

pub use builder::Cs;
pub use late::{Assignment, CircuitError};
pub use num::{Num, Scaled, Wire};
pub use row::{Gadget, Head, Value, Witness};
pub use shape::Shape;
