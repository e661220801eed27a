//! Conversations with peers, without a socket: a [`Sessions`] is told what was heard and says what is to be sent, so that
//! tests can play the network, and the browser is one of several worlds that can.
//!
//! Nothing is believed here. A session knows which answer belongs to which question and what an answer must look like;
//! whether it is true is for those who asked, and they say so ([`Sessions::held`], [`Sessions::lied`]).

pub mod address;
mod ask;
mod hear;
mod peer;
mod send;
mod sessions;
mod wires;

#[cfg(test)]
mod tests;

pub use ask::{AskId, Refusal};
pub use peer::PeerId;
pub use sessions::{Gone, Moment, Out, Sessions};
pub use wires::{Heard, WireId, Wires};
