//! Proving a run.
//!
//! [`claim`] statement and host log from a record and its trace; [`session`] the two phases, a segment at a time.

pub mod claim;
pub mod error;
pub mod session;

pub use claim::{ClaimError, Context, Hide, claim};
pub use error::ProveError;
pub use session::{PARTS, Pending, Session};
