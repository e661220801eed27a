//! A linked program: all rows that an export can reach, and the cells that it begins with.

use crate::row::Row;
use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};

/// Everything public about the code of one entry. The verifier makes it again from the module's bytes.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Program {
    /// Rows by their counter, then the auxiliary ones ([`crate::Kind::Case`], [`crate::Kind::Element`]).
    pub rows: Vec<Row>,
    /// How many of `rows` are not auxiliary.
    pub counters: u32,
    /// Values of the globals at the beginning.
    pub globals: Vec<u64>,
    /// Pages of memory at the beginning.
    pub pages: u32,
    /// Memory words (index, value) that are not zero at the beginning, by index, without repetition.
    pub data: Vec<(u32, u64)>,
    /// Parameters of the entry: true for 64 bits. They are registers 0, 1, ... at the beginning.
    pub params: Vec<bool>,
    /// The result, if there is one: true for 64 bits. It is register 0 at the end.
    pub result: Option<bool>,
    /// The register that holds the stack budget at the beginning.
    pub stack_slot: u32,
    /// Gas for beginning the call, before the first row.
    pub begin_gas: u64,
}

/// Why a module or an export cannot be proven; it runs all the same.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Unprovable {
    /// The reason, for people: what, in which function, at which offset.
    pub reason: String,
}
