//! A peer's own side of the wire protocol as tabs speak it: for `status` and `sync`.

use codec::Encode as _;
use futures_util::{SinkExt as _, StreamExt as _};
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{self, Message, protocol::WebSocketConfig},
};
use zera_primitives::{DecodeError, Hash};
use zera_wire::{Answer, FRAME_BYTES, Greeting, PeerError, Request, ToPeer, ToTab, WIRE_VERSION, decode_to_tab};

/// How long a peer may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why there is no answer. Recoverable: another peer may have one.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// No connection, or it broke.
    #[error("the connection: {0}")]
    Socket(#[from] Box<tungstenite::Error>),
    /// The peer closed it, or did not answer in time.
    #[error("the peer does not answer")]
    Silent,
    /// What came is no message.
    #[error("the peer sends nonsense: {0}")]
    Nonsense(#[from] DecodeError),
    /// The peer refused.
    #[error("the peer refuses: {0}")]
    Refused(#[from] PeerError),
}

/// A connection to a peer.
pub struct Wire {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What the peer said of itself.
    pub greeting: Greeting,
    asked: u32,
}

impl Wire {
    /// Connects to a peer of `chain`, or of whichever it follows.
    ///
    /// # Errors
    /// [`WireError`].
    pub async fn connect(address: &str, chain: Option<Hash>) -> Result<Self, WireError> {
        let limits = WebSocketConfig::default().max_message_size(Some(FRAME_BYTES)).max_frame_size(Some(FRAME_BYTES));
        let connected = timeout(PATIENCE, connect_async_with_config(address, Some(limits), true)).await;
        let (mut socket, _) = connected.map_err(|_| WireError::Silent)?.map_err(Box::new)?;
        let hello = ToPeer::Hello { version: WIRE_VERSION, chain };
        socket.send(Message::Binary(hello.encode().into())).await.map_err(Box::new)?;
        match receive(&mut socket).await? {
            ToTab::Hello(greeting) => Ok(Self { socket, greeting, asked: 0 }),
            _ => Err(WireError::Silent),
        }
    }

    /// Asks one question.
    ///
    /// # Errors
    /// [`WireError`].
    pub async fn ask(&mut self, request: Request) -> Result<Answer, WireError> {
        self.asked = self.asked.wrapping_add(1);
        let question = ToPeer::Ask { id: self.asked, request };
        self.socket.send(Message::Binary(question.encode().into())).await.map_err(Box::new)?;
        loop {
            match receive(&mut self.socket).await? {
                ToTab::Answer { id, result } if id == self.asked => return Ok(result?),
                ToTab::News(_) => {}
                _ => return Err(WireError::Silent),
            }
        }
    }
}

/// The next message.
async fn receive(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> Result<ToTab, WireError> {
    loop {
        match timeout(PATIENCE, socket.next()).await.map_err(|_| WireError::Silent)? {
            Some(Ok(Message::Binary(bytes))) => match decode_to_tab(&bytes)? {
                ToTab::Bye(error) => return Err(error.into()),
                message => return Ok(message),
            },
            Some(Ok(Message::Close(_))) | None => return Err(WireError::Silent),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(Box::new(error).into()),
        }
    }
}
