//! The node in a world of memory: commands to answers, crashes, damage, keys, snapshots, long requests.

mod bench;
mod agreement;
mod evidence;
mod fleet;
mod flood;
mod journey;
mod keys;
mod pages;
mod record;
mod rehearsal;
mod storage;
mod upgrade;
mod voting;
mod wire;
mod world;

pub(crate) use bench::now;
