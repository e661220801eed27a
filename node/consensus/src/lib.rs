//! Simplex consensus over a ledger. This crate alone names the consensus engine; the peer around it sees [`Ledger`] and
//! what it is told through it.

pub mod ledger;

pub use ledger::{Fault, Ledger, Verdict};
