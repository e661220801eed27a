//! What a tab may ask. Limits are the peer's: it answers fewer than asked where a message would grow too large.

use crate::{PeerError, PeerErrorKind, Topic};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AccountId, Hash, Height, StateKey, limits};
use zera_state::merkle::PageName;

/// Keys of one [`Request::Entries`].
pub const MOST_KEYS: usize = 512;
/// Bytes of a key, or of what keys begin with; more than any room's keys take.
pub const MOST_KEY_BYTES: usize = 400;
/// Boundaries of one [`Request::Boundaries`].
pub const MOST_BOUNDARIES: u32 = 256;
/// Headers of one [`Request::Headers`].
pub const MOST_HEADERS: u32 = 2_000;
/// Blocks of one [`Request::Blocks`].
pub const MOST_BLOCKS: u32 = 512;
/// Pages of one [`Request::Pages`].
pub const MOST_PAGES: usize = 64;

/// A question.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Request {
    /// Where the peer stands. Answer: `Status`.
    Status,
    /// The configuration that the genesis block follows from. Answer: `Bytes`.
    Genesis,
    /// The newest certified block at `at` or above it, or the newest of all. Answer: `Finality`.
    Finality {
        /// The least height of interest.
        at: Option<Height>,
    },
    /// The last blocks of consecutive epochs, each with its certificate and the set that it names next. Answer:
    /// `Boundaries`.
    Boundaries {
        /// The first epoch.
        from: u64,
        /// How many at most, [`MOST_BOUNDARIES`] being the most.
        limit: u32,
    },
    /// Headers in ascending order. Answer: `Headers`.
    Headers {
        /// The first.
        from: Height,
        /// How many at most, [`MOST_HEADERS`] being the most.
        limit: u32,
    },
    /// Whole blocks in ascending order, the last of them certified. Answer: `Blocks`.
    Blocks {
        /// The first.
        from: Height,
        /// How many at most, [`MOST_BLOCKS`] being the most.
        limit: u32,
    },
    /// A block's receipts and the runtime's own events, which its header commits to. Answer: `Receipts`.
    Receipts(Height),
    /// Entries of the state after a block, with one proof for all of them. Answer: `Entries`.
    Entries {
        /// The block.
        height: Height,
        /// Their keys, ascending, each once, at most [`MOST_KEYS`].
        keys: Vec<StateKey>,
    },
    /// The set that certifies an epoch, as far as it is decided. Answer: `Bytes`, the encoded `zera_light::ValidatorSet`.
    Committee {
        /// The epoch.
        epoch: u64,
    },
    /// The next entries whose keys begin with `prefix`, beyond `after`, ascending, none left out, with one proof for all of
    /// them. That none is left out is the peer's word. Answer: `Run`.
    Run {
        /// The block.
        height: Height,
        /// What the keys begin with.
        prefix: Vec<u8>,
        /// What they are beyond; empty for all of them.
        after: Vec<u8>,
        /// How many at most, [`MOST_KEYS`] being the most.
        limit: u32,
    },
    /// The newest snapshot of the whole state. Answer: `Snapshot`.
    Snapshot,
    /// A part of a snapshot's directory. Answer: `Bytes`.
    Directory {
        /// The snapshot's block.
        height: Height,
        /// Where the part begins; parts are of 1 MiB.
        offset: u64,
    },
    /// Pages of a snapshot. Answer: `Pages`.
    Pages {
        /// The snapshot's block.
        height: Height,
        /// Which, at most [`MOST_PAGES`]; fewer may come.
        names: Vec<PageName>,
    },
    /// The block that holds a transaction. Answer: `Located`.
    Locate(Hash),
    /// Blocks that hold transactions of an account, newest first. That none is left out is the peer's word. Answer:
    /// `Heights`.
    OfAccount {
        /// The account.
        account: AccountId,
        /// Only below this height.
        before: Option<Height>,
        /// How many at most; 100 is the most.
        limit: u32,
    },
    /// The file of a proof of an execution that the ledger has verified. Answer: `Bytes`.
    ExecutionProof {
        /// The transaction.
        transaction: Hash,
        /// The call.
        call: u32,
    },
    /// A signed transaction. Answer: `Submitted`.
    Submit(Vec<u8>),
    /// What waits for a block. Answer: `Pool`.
    Pool,
    /// The validators and peers that this peer is connected to. Answer: `Peers`.
    Peers,
    /// Recorded faults of validators. Answer: `Faults`.
    Faults,
    /// Have news from now on. Answer: `Done`.
    Subscribe(Topic),
    /// No more news. Answer: `Done`.
    Unsubscribe(Topic),
    /// Nothing, to measure the way and keep it open. Answer: `Done`.
    Ping,
}

impl Request {
    /// Checks what the size of a message alone does not bound; a peer does so before it does anything for the question.
    ///
    /// # Errors
    /// `Malformed` names the bound.
    pub fn check(&self) -> Result<(), PeerError> {
        let broken = match self {
            Self::Entries { keys, .. } => {
                let long = keys.iter().any(|key| key.as_bytes().len() > MOST_KEY_BYTES);
                let fits = (1..=MOST_KEYS).contains(&keys.len()) && keys.is_sorted_by(|a, b| a < b) && !long;
                (!fits).then_some("1 to 512 keys of 400 bytes at most, ascending, each once")
            }
            Self::Run { prefix, after, .. } => {
                let fits = prefix.len() <= MOST_KEY_BYTES && after.len() <= MOST_KEY_BYTES;
                (!fits).then_some("a range of keys has bounds of 400 bytes at most")
            }
            Self::Pages { names, .. } => (!(1..=MOST_PAGES).contains(&names.len())).then_some("1 to 64 pages"),
            Self::Submit(bytes) => {
                (bytes.len() > limits::TRANSACTION_BYTES).then_some("a transaction has 128 KiB at most")
            }
            _ => None,
        };
        broken.map_or(Ok(()), |detail| Err(PeerError::new(PeerErrorKind::Malformed, detail)))
    }
}
