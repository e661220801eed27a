//! What conversations need of the world: connections that carry whole messages.

use std::task::Waker;

/// Names a connection; chosen by whoever opens it, never used twice.
pub type WireId = u32;

/// What happened on a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// It is open.
    Open,
    /// A message.
    Message(Vec<u8>),
    /// It is closed, or was never opened: why, in English.
    Closed(String),
    /// The other end sent more than a connection may: what, in English. It is closed.
    Flooded(String),
}

/// Connections. Bounded: what waits to be sent, what waits to be read, and one message.
pub trait Wires {
    /// Opens a connection. What becomes of it is heard.
    fn connect(&self, wire: WireId, address: &str);
    /// Sends a message; on a connection that is not open nothing happens.
    fn send(&self, wire: WireId, message: &[u8]);
    /// Closes a connection; nothing more is heard of it.
    fn close(&self, wire: WireId);
    /// The oldest thing that happened and was not told yet.
    fn heard(&self) -> Option<(WireId, Heard)>;
    /// Has `waker` woken when something happens, and at least every half second while connections are wanted.
    fn listen(&self, waker: &Waker);
    /// The address at which the peer that serves this page would be reached.
    fn origin(&self) -> Option<String> {
        None
    }
}
