//! Simplex consensus over a ledger. This crate alone names the consensus engine; the peer around it sees [`Ledger`], starts
//! a [`Node`], and is told through the ledger what is final.

mod application;
mod block;
mod committee;
pub mod config;
mod delivery;
pub mod engine;
mod epochs;
pub mod evidence;
pub mod gossip;
pub mod ledger;
pub mod node;
mod restore;
mod store;
mod watch;

pub use config::{Config, Timings};
pub use ledger::{Fault, Ledger, Verdict};
pub use node::{Node, NodeError, PeerState};
