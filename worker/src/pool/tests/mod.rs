//! The pool in a world that delays, reorders, kills, hangs and talks nonsense.

mod crew;
pub(crate) mod yard;
