//! Simplex consensus over a ledger. This crate alone names the consensus engine; the peer around it sees [`Ledger`], starts
//! a [`Node`], and is told through the ledger what is final.

pub mod config;
pub mod ledger;
pub mod node;

pub use config::{Config, Timings};
pub use ledger::{Fault, Ledger, Verdict};
pub use node::{Node, NodeError, PeerState};
