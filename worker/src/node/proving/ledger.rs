//! What the ledger says about proofs of a call: at the head from the state, and over time from the events of blocks, which
//! this browser notes because the state forgets requests that expired.

use crate::node::{
    chain::Chain,
    convert,
    world::{Archive, Drawer, Filing},
};
use codec::{Decode as _, Encode as _};
use zera_client::Record;
use zera_primitives::{Hash, Height, Slot, codec::decode_bounded};
use zera_runtime::proofs::{self, EXPIRED, ProofState, REQUESTED, Requester, VERIFIED};
use zera_worker_protocol::{AskedBy, CallId, Error, OnLedger};

/// Entries that the history of one call may have.
const HISTORY: usize = 64;
/// Bytes that it may take.
const HISTORY_BYTES: usize = 1 << 16;

const fn asked_by(by: Requester) -> AskedBy {
    match by {
        Requester::Account(account) => AskedBy::Account(account),
        Requester::Module(module) => AskedBy::Module(module),
        Requester::Proposal(proposal) => AskedBy::Proposal(proposal),
    }
}

/// What the state at the head says.
pub fn at_head(chain: &Chain, call: &CallId) -> Result<OnLedger, Error> {
    let slot = chain.client.head().slot;
    let kept = proofs::kept(chain.client.state(), slot, &call.transaction).map_err(convert::defect)?;
    let Some(kept) = kept else { return Ok(OnLedger::Nothing) };
    let expires = kept.until.plus(1);
    let state = kept.calls.into_iter().nth(call.call as usize).map(|call| call.proof);
    Ok(match state {
        Some(ProofState::Requested { by, height, slot }) => {
            OnLedger::Requested { by: asked_by(by), at: (height, slot), expires }
        }
        Some(ProofState::Verified { statement, transaction, height, slot }) => {
            OnLedger::Verified { statement, transaction, at: (height, slot) }
        }
        Some(ProofState::Nothing) | None => OnLedger::Nothing,
    })
}

fn key(call: &CallId) -> Vec<u8> {
    [&call.transaction.0[..], &call.call.to_be_bytes()].concat()
}

/// What has been said about a call over time, oldest first.
pub async fn history_of(archive: &impl Archive, call: &CallId) -> Result<Vec<OnLedger>, Error> {
    let kept = archive.item(Drawer::Requests, &key(call)).await?;
    Ok(kept.and_then(|bytes| decode_bounded(&bytes, HISTORY_BYTES).ok()).unwrap_or_default())
}

/// Notes what a block said; gives what is to be filed.
pub async fn note(archive: &impl Archive, record: &Record) -> Result<Vec<Filing>, Error> {
    let at = (record.header.height, record.header.slot);
    let mut filings: Vec<Filing> = Vec::new();
    let own = record.events.iter().map(|event| (event, None));
    let theirs = record.receipts.iter();
    let theirs = theirs.flat_map(|receipt| receipt.events.iter().map(|event| (event, Some(receipt.transaction))));
    for (event, brought) in own.chain(theirs).filter(|(event, _)| event.module.is_none()) {
        let Some((call, said)) = said(&event.topic, &event.data, at, brought) else { continue };
        let key = key(&call);
        let earlier = filings.iter().rev().find(|filing| filing.key == key).and_then(|filing| filing.item.clone());
        let mut history: Vec<OnLedger> = match earlier {
            Some(bytes) => decode_bounded(&bytes, HISTORY_BYTES).unwrap_or_default(),
            None => history_of(archive, &call).await?,
        };
        let said = match (said, history.last()) {
            // When it was asked for stands in the entry before.
            (OnLedger::Expired { by, at, .. }, Some(OnLedger::Requested { at: asked, .. })) => {
                OnLedger::Expired { by, asked: *asked, at }
            }
            (said, _) => said,
        };
        if history.len() < HISTORY {
            history.push(said);
        }
        filings.push(Filing { drawer: Drawer::Requests, key, item: Some(history.encode()) });
    }
    Ok(filings)
}

/// What an event says, about which call.
fn said(topic: &str, data: &[u8], at: (Height, Slot), brought: Option<Hash>) -> Option<(CallId, OnLedger)> {
    if ![REQUESTED, VERIFIED, EXPIRED].contains(&topic) {
        return None;
    }
    let mut data = data;
    let id = CallId { transaction: Hash::decode(&mut data).ok()?, call: u32::decode(&mut data).ok()? };
    let said = match topic {
        REQUESTED => {
            let by = asked_by(Requester::decode(&mut data).ok()?);
            OnLedger::Requested { by, at, expires: Slot::decode(&mut data).ok()? }
        }
        VERIFIED => OnLedger::Verified { statement: Hash::decode(&mut data).ok()?, transaction: brought?, at },
        EXPIRED => OnLedger::Expired { by: asked_by(Requester::decode(&mut data).ok()?), asked: at, at },
        _ => return None,
    };
    Some((id, said))
}
