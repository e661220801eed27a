//! `zera-node status`: asks a running peer over its WebSocket, as a tab would.

use super::Failure;
use clap::Args;
use codec::Encode as _;
use futures_util::{SinkExt as _, StreamExt as _};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;
use zera_wire::{Answer, Request, ToPeer, ToTab, WIRE_VERSION, decode_to_tab};

/// How long a peer may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which peer.
#[derive(Args, Debug)]
pub struct Status {
    /// Its WebSocket.
    #[arg(long, default_value = "ws://127.0.0.1:7401/wire")]
    peer: String,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// The command.
///
/// # Errors
/// When the peer does not answer.
pub fn status(status: &Status) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let asked = runtime.block_on(tokio::time::timeout(PATIENCE, ask(&status.peer)));
    let (chain, agent, answered) = asked.map_err(|_| "the peer does not answer")??;
    let Answer::Status(at) = answered else { return Err("the peer answers something else".into()) };
    let at = *at;
    if status.json {
        let body = serde_json::json!({
            "chain": chain, "agent": agent, "height": at.head.0, "head": at.hash.to_hex(), "slot": at.slot.0,
            "epoch": at.epoch, "role": at.role, "validator": at.validator.map(|key| zera_primitives::hash::to_hex(&key.0)),
            "finality_ms_median": at.finality_ms.0, "finality_ms_p99": at.finality_ms.1, "pending": at.pending,
            "peers": at.peers, "tabs": at.tabs,
        });
        println!("{body}");
        return Ok(());
    }
    println!("chain     {chain}");
    println!("software  {agent}, role {}", at.role);
    println!("head      block {}, {}", at.head, at.hash.to_hex());
    println!("time      slot {}, epoch {}", at.slot.0, at.epoch);
    println!("finality  {} ms median, {} ms at the 99th percentile", at.finality_ms.0, at.finality_ms.1);
    println!("waiting   {} transactions", at.pending);
    println!("peers     {} connected, {} tabs", at.peers, at.tabs);
    Ok(())
}

/// The chain, the software, and where the peer stands.
async fn ask(address: &str) -> Result<(String, String, Answer), Failure> {
    let (mut socket, _) = tokio_tungstenite::connect_async(address).await?;
    let hello = ToPeer::Hello { version: WIRE_VERSION, chain: None };
    let question = ToPeer::Ask { id: 1, request: Request::Status };
    for message in [hello, question] {
        socket.send(Message::Binary(message.encode().into())).await?;
    }
    let mut greeting = None;
    while let Some(message) = socket.next().await {
        let Message::Binary(bytes) = message? else { continue };
        match decode_to_tab(&bytes)? {
            ToTab::Hello(hello) => greeting = Some(hello),
            ToTab::Answer { id: 1, result } => {
                let greeting = greeting.ok_or("no greeting came")?;
                return Ok((greeting.chain.to_hex(), greeting.agent, result?));
            }
            ToTab::Bye(error) => return Err(error.into()),
            _ => {}
        }
    }
    Err("the peer has closed the connection".into())
}
