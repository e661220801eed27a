//! Command, Response, Event, Error: the only serialised API a page sees (design §3).
//!
//! One message is one SCALE-encoded [`ToWorker`] or [`ToPage`] in a transferred buffer. Requests carry an id that the
//! answer repeats; events carry none. The first message of a worker is [`ToPage::Ready`]: nothing sent before it arrives.
//!
//! Nothing here names a browser; both ends and the native tools use the same types.

pub mod command;
pub mod error;
pub mod event;
pub mod response;
pub mod shape;
pub mod views;

pub use command::Command;
pub use error::{Cause, Error, ErrorKind};
pub use event::{Event, TransactionStage};
pub use response::Response;
pub use shape::{Shape, ShapeError, Value};
pub use views::*;

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::codec::{DecodeError, decode_bounded};

/// Version of this protocol. Page and worker of different versions refuse each other (a stale tab beside a new one).
pub const PROTOCOL_VERSION: u32 = 5;

/// Bytes one message may take: a snapshot is the largest.
pub const MESSAGE_BYTES: usize = 256 << 20;

/// What a page sends.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct ToWorker {
    /// The answer repeats it.
    pub request: u32,
    /// What is asked.
    pub command: Command,
}

/// What a worker sends.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum ToPage {
    /// The worker listens. Sent once, first.
    Ready {
        /// [`PROTOCOL_VERSION`] of the worker.
        protocol: u32,
    },
    /// The answer to a request.
    Answer {
        /// The id of the request.
        request: u32,
        /// What came of it.
        result: Result<Response, Error>,
    },
    /// Something happened.
    Event(Event),
}

/// Decodes a message within [`MESSAGE_BYTES`].
///
/// # Errors
/// [`DecodeError`]; the message is dropped and answered with [`ErrorKind::Malformed`].
pub fn decode<T: Decode + DecodeWithMemTracking>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode_bounded(bytes, MESSAGE_BYTES)
}
