//! A network of real peers on one machine, with weather between them: delays and partitions by TCP proxies, load over the
//! wire, processes killed and frozen, and a book of what was final that nothing may contradict.
//! `cargo xtask devnet` starts it; docs/running-a-peer.md says how.

pub mod book;
pub mod control;
pub mod dice;
pub mod faults;
pub mod fleet;
pub mod load;
pub mod measure;
pub mod observer;
pub mod proxy;
pub mod summary;
pub mod weather;
pub mod wire;

#[cfg(test)]
mod tests;

/// What a command that failed says to the person who ran it.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;
/// With [`Failed`].
pub type Result<T> = std::result::Result<T, Failed>;
