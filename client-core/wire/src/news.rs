//! What a peer says without being asked, once a tab subscribed.

use crate::answer::Finality;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, Header, Height, Outcome};

/// What news are about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Topic {
    /// Certified heads, and proposals on their way to be.
    Heads,
    /// What becomes of transactions submitted over this connection.
    Transactions,
}

/// News.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum News {
    /// A block is final. While a tab is slow, only the newest is sent.
    Head(Box<Finality>),
    /// A block is proposed and not final yet: for optimistic display, marked pending.
    Proposed(Box<Header>),
    /// A transaction of this connection is in a final block.
    Included {
        /// It.
        transaction: Hash,
        /// The block.
        height: Height,
        /// How it ended, the peer's word until the receipt is checked.
        outcome: Outcome,
    },
    /// A transaction of this connection is dropped and can enter no block any more.
    Dropped(Hash),
}
