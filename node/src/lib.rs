//! The native peer: the client state machine behind consensus, its store, and the page with its WebSocket on one port
//! (docs/running-a-peer.md). The binary `zera-node` is [`commands`]; everything else is usable as a library, and tests do.

pub mod chain;
pub mod commands;
pub mod config;
pub mod development;
pub mod genesis;
pub mod keys;
pub mod peer;
pub mod server;
pub mod store;
#[cfg(test)]
mod testing;
pub mod wire;
