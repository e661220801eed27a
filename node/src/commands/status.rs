//! `zera-node status`: asks a running peer over its WebSocket, as a tab would.

use super::Failure;
use crate::wire::Wire;
use clap::Args;
use zera_wire::{Answer, Request};

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
    let (greeting, answer) = runtime.block_on(async {
        let mut wire = Wire::connect(&status.peer, None).await?;
        let answer = wire.ask(Request::Status).await?;
        Ok::<_, Failure>((wire.greeting, answer))
    })?;
    let Answer::Status(at) = answer else { return Err("the peer answers something else".into()) };
    let (chain, agent) = (greeting.chain.to_hex(), greeting.agent);
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
