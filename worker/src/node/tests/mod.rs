//! The node in a world of memory: commands to answers, crashes, damage, keys, snapshots.

mod bench;
mod journey;
mod keys;
mod storage;
mod wire;
mod world;
