//! The node in a world of memory: commands to answers, crashes, damage, keys, snapshots, long requests.

mod agreement;
mod bench;
mod evidence;
mod fleet;
mod flood;
mod journey;
mod keys;
mod network;
mod overlap;
mod pages;
mod proofs;
mod record;
mod rehearsal;
mod roads;
mod storage;
mod upgrade;
mod village;
mod voting;
mod wire;
pub(crate) mod world;

pub(crate) use bench::now;
