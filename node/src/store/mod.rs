//! Where a peer keeps its chain: one redb file behind [`zera_state::store::Store`], and what lies in it under which key.

pub mod redb;
pub mod shelf;

pub use redb::RedbStore;
pub use shelf::{Entry, Shelf, ShelfError};
