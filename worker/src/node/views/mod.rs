//! What pages show, made from the client's state and from stored records.

mod blocks;
mod checks;
pub mod code;
pub mod inspection;
pub mod journal;
mod lanes;
pub mod lifecycle;
pub mod modules;
mod past;
mod pipelines;
pub mod proposals;
pub mod rehearsal;
mod shapes;
mod status;
mod text;
mod voting;
