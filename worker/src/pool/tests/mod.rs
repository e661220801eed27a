//! The pool in a world that delays, reorders, kills, hangs and talks nonsense.

mod blocks;
mod crew;
pub(crate) mod yard;
