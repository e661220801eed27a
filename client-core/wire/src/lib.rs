//! What a tab and a peer say to each other over one WebSocket: a greeting, then requests with numbers and their answers
//! in any order, and news of what was subscribed to. One SCALE value per binary message, its size bounded before it is
//! decoded. Nothing here is believed because it came: headers need certificates, entries need proofs, blocks are
//! executed (`zera-light` and `zera-client` do that).
//!
//! The whole protocol in words: docs/wire-format.md.

pub mod answer;
pub mod frame;
pub mod news;
pub mod request;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use answer::{Answer, PeerStatus};
pub use frame::{
    FRAME_BYTES, Greeting, PeerError, PeerErrorKind, REQUEST_BYTES, ToPeer, ToTab, WIRE_PATH, WIRE_VERSION,
    decode_to_peer, decode_to_tab,
};
pub use news::{News, Topic};
pub use request::Request;
