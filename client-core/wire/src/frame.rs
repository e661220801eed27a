//! Messages, their bounds, and what goes wrong.

use crate::{Answer, News, Request};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{DecodeError, Hash, decode_bounded};

/// Version of this protocol. A peer answers another version with [`PeerErrorKind::Version`] and closes.
pub const WIRE_VERSION: u16 = 1;
/// Where a peer serves the protocol, below its page's address.
pub const WIRE_PATH: &str = "/wire";
/// Bytes of one message to a peer: a transaction of 128 KiB, or the keys of one question.
pub const REQUEST_BYTES: usize = 256 << 10;
/// Bytes of one message to a tab: a block of 2 MiB with its certificate, or a page of the state.
pub const FRAME_BYTES: usize = 5 << 20;

/// A message to a peer.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum ToPeer {
    /// The first message.
    Hello {
        /// [`WIRE_VERSION`].
        version: u16,
        /// The chain that the tab follows; none before it has chosen one.
        chain: Option<Hash>,
    },
    /// A question.
    Ask {
        /// Chosen by the tab; the answer carries it.
        id: u32,
        /// The question.
        request: Request,
    },
}

/// A message to a tab.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum ToTab {
    /// The answer to [`ToPeer::Hello`].
    Hello(Greeting),
    /// The answer to a question.
    Answer {
        /// The question's number.
        id: u32,
        /// The answer.
        result: Result<Answer, PeerError>,
    },
    /// Something that was subscribed to.
    News(News),
    /// The peer closes the connection.
    Bye(PeerError),
}

/// What a peer says of itself. All of it is its word.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Greeting {
    /// [`WIRE_VERSION`].
    pub version: u16,
    /// Its software, such as `zera-node 0.1.0`.
    pub agent: String,
    /// Hash of its genesis header.
    pub chain: Hash,
    /// Hash of the rules it runs.
    pub runtime: Hash,
    /// Blocks from this height on are kept whole.
    pub oldest: u64,
    /// Questions that one connection may have open.
    pub open_requests: u16,
}

/// What a peer could not or would not do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum PeerErrorKind {
    /// Not a message, or larger than one may be. The connection closes.
    Malformed,
    /// Another version of the protocol. The connection closes.
    Version,
    /// Another chain. The connection closes.
    OtherChain,
    /// It does not have it: not known, or no longer kept.
    NotFound,
    /// The state of that block is no longer kept: ask at a newer one.
    TooOld,
    /// Too many questions open, too many bytes or connections: ask later.
    Busy,
    /// The transaction is not admissible; the detail says why.
    Refused,
    /// A defect or a full disk of the peer.
    Internal,
}

/// A refusal. Recoverable: another peer may do it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, thiserror::Error)]
#[error("{detail}")]
pub struct PeerError {
    /// What.
    pub kind: PeerErrorKind,
    /// The exact finding, in English, at most 512 bytes.
    pub detail: String,
}

impl PeerError {
    /// A refusal.
    #[must_use]
    pub fn new(kind: PeerErrorKind, detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        while detail.len() > 512 {
            detail.pop();
        }
        Self { kind, detail }
    }
}

/// Decodes what a tab sent.
///
/// # Errors
/// [`DecodeError`]: the connection is closed.
pub fn decode_to_peer(bytes: &[u8]) -> Result<ToPeer, DecodeError> {
    decode_bounded(bytes, REQUEST_BYTES)
}

/// Decodes what a peer sent.
///
/// # Errors
/// [`DecodeError`]: the peer is dropped.
pub fn decode_to_tab(bytes: &[u8]) -> Result<ToTab, DecodeError> {
    decode_bounded(bytes, FRAME_BYTES)
}
