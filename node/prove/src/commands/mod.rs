//! The commands, one file each.

pub mod bench;
pub mod ceremony;
pub mod inspect;
pub mod prove;
pub mod setup;
pub mod verify;
