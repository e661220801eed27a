//! What pages show, made from the client's state and from stored records.

mod blocks;
pub mod code;
pub mod modules;
pub mod proposals;
pub mod rehearsal;
mod shapes;
mod status;
