//! What tabs say to each other. Every frame begins with the version and the sender, which never change their places, so that
//! different versions recognise each other and nothing more.

use super::Face;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_worker_protocol::{Command, Error, Event, MESSAGE_BYTES, PROTOCOL_VERSION, Response, decode};

/// Version of what is said between tabs: commands and answers are those of the page's protocol.
pub const VERSION: u32 = PROTOCOL_VERSION;

/// A tab's number, random.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct TabId(pub u64);

/// What a tab says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct About {
    /// Unix time at which it was opened, milliseconds.
    pub opened_ms: u64,
    /// The page that it shows.
    pub shows: String,
    /// True while somebody may see it.
    pub visible: bool,
}

/// One message.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Message {
    /// To all: this tab is here, or something about it changed.
    Hello(About),
    /// To all: this tab has the lock and claims the storage; [`Message::Leads`] follows.
    Begins,
    /// From the leader to all: it leads and lives. It says so again after `pace_ms`.
    Leads {
        /// The number that it claimed in storage.
        epoch: u64,
        /// Milliseconds until it is heard again, at the latest.
        pace_ms: u32,
    },
    /// To a new leader: this tab follows it, and has said all that it knows.
    Follows,
    /// To the leader.
    Ask {
        /// Number among the requests of the sender.
        serial: u64,
        /// How the sender's page calls it.
        face: Face,
        /// What is asked.
        command: Command,
    },
    /// From the leader to the tab that asked.
    Answer {
        /// The leader's number.
        epoch: u64,
        /// That of the request.
        serial: u64,
        /// What came of it.
        result: Box<Result<Response, Error>>,
    },
    /// From the leader to all.
    Happened {
        /// The leader's number.
        epoch: u64,
        /// What.
        event: Event,
    },
    /// From the leader to all, and from those who remember to a new leader: a signed transaction waits for a block.
    Waits(Vec<u8>),
    /// From the leader to all: a plan that was shown and may be signed.
    Planned {
        /// Its number.
        id: u32,
        /// As the node keeps it.
        plan: Vec<u8>,
    },
}

/// A message, from whom.
#[derive(Clone, PartialEq, Debug)]
pub struct Frame {
    /// The sender.
    pub from: TabId,
    /// What it says; the version where that is another.
    pub message: Result<Message, u32>,
}

impl Frame {
    /// Bytes of a message.
    #[must_use]
    pub fn encode(from: TabId, message: &Message) -> Vec<u8> {
        let mut bytes = (VERSION, from).encode();
        message.encode_to(&mut bytes);
        bytes
    }

    /// Reads a message; none when it is none.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let input = &mut &*bytes;
        let (version, from) = <(u32, TabId)>::decode(input).ok()?;
        if version != VERSION {
            return Some(Self { from, message: Err(version) });
        }
        if bytes.len() > MESSAGE_BYTES {
            return None;
        }
        Some(Self { from, message: Ok(decode(input).ok()?) })
    }
}
