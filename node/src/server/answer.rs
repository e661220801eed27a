//! What a tab asks and what it is answered. Whatever lies in the store is read on a thread that may block; what needs the
//! state goes to the chain's thread.

use super::Peer;
use crate::store::{Entry, Shelf, ShelfError};
use codec::Encode as _;
use zera_client::Verified;
use zera_primitives::{Block, Hash, Height};
use zera_state::merkle::PageName;
use zera_wire::{
    Answer, PeerError, PeerErrorKind, PeerStatus, Request,
    answer::{BlockReceipts, Boundary, FinalBlock, Finality, SnapshotOffer},
    request::{MOST_BLOCKS, MOST_BOUNDARIES, MOST_HEADERS},
};

/// Bytes of an answer, from which on nothing is added.
const ENOUGH_BYTES: usize = 2 << 20;
/// Bytes of one part of a directory.
const PART_BYTES: usize = 1 << 20;
/// Blocks that may follow one that is not certified itself until one that is.
const UNCERTIFIED: usize = 64;
/// Faults of one answer.
const MOST_FAULTS: usize = 64;
/// Heights of one answer.
const MOST_HEIGHTS: u32 = 100;

type Answered = Result<Answer, PeerError>;

/// Answers a question that needs nothing of the connection that asks it.
///
/// # Errors
/// [`PeerError`], which the tab is told.
pub async fn answer(peer: &Peer, request: Request) -> Answered {
    request.check()?;
    match request {
        Request::Status => Ok(Answer::Status(Box::new(status(peer)))),
        Request::Genesis => Ok(Answer::Bytes(peer.chain.genesis.config.encode())),
        Request::Finality { at: None } => {
            let newest = peer.chain.standing().borrow().certified.clone();
            newest.map(|newest| Answer::Finality(Box::new(newest))).ok_or_else(|| missing("no block is certified yet"))
        }
        Request::Entries { height, keys } => {
            let asked = peer.chain.question(move |chain| chain.entries(height, &keys)).await;
            asked.map_err(silent)?.map(|entries| Answer::Entries(Box::new(entries)))
        }
        Request::Run { height, prefix, after, limit } => {
            let asked = peer.chain.question(move |chain| chain.run(height, &prefix, &after, limit)).await;
            asked.map_err(silent)?.map(|run| Answer::Run(Box::new(run)))
        }
        Request::Submit(bytes) => {
            let passed_on = bytes.clone();
            let verified = Verified::from_bytes(&bytes, &peer.chain.genesis.hash);
            let hash = peer.chain.question(move |chain| chain.take(verified)).await.map_err(silent)??;
            peer.gossip(vec![passed_on]);
            Ok(Answer::Submitted(hash))
        }
        Request::Pool => Ok(Answer::Pool(peer.chain.standing().borrow().pool)),
        Request::Peers => Ok(Answer::Peers(peer.peers())),
        Request::Ping => Ok(Answer::Done),
        Request::Subscribe(_) | Request::Unsubscribe(_) => {
            Err(PeerError::new(PeerErrorKind::Malformed, "subscriptions belong to a connection"))
        }
        stored => {
            let peer = peer.clone();
            let read = tokio::task::spawn_blocking(move || from_store(&peer, stored));
            read.await.map_err(|error| PeerError::new(PeerErrorKind::Internal, error.to_string()))?
        }
    }
}

fn from_store(peer: &Peer, request: Request) -> Answered {
    let shelf = &peer.chain.shelf;
    match request {
        Request::Finality { at } => finality(shelf, at.unwrap_or(Height(0))),
        Request::Boundaries { from, limit } => boundaries(peer, from, limit),
        Request::Headers { from, limit } => {
            let limit = limit.min(MOST_HEADERS) as usize;
            let entries = shelf.entries(from, limit).map_err(internal)?;
            Ok(Answer::Headers(entries.into_iter().map(|entry| entry.header).collect()))
        }
        Request::Blocks { from, limit } => blocks(shelf, from, limit),
        Request::Receipts(height) => {
            let record =
                shelf.record(height).map_err(internal)?.ok_or_else(|| missing("the block is not kept whole"))?;
            Ok(Answer::Receipts(Box::new(BlockReceipts { receipts: record.receipts, events: record.events })))
        }
        Request::Committee { epoch } => {
            let set =
                shelf.committee(epoch).map_err(internal)?.ok_or_else(|| missing("the set is not decided here"))?;
            Ok(Answer::Bytes(set.encode()))
        }
        Request::Snapshot => snapshot(shelf),
        Request::Directory { height, offset } => directory(shelf, height, offset),
        Request::Pages { names, .. } => pages(shelf, &names),
        Request::Locate(transaction) => Ok(Answer::Located(shelf.locate(&transaction).map_err(internal)?)),
        Request::OfAccount { account, before, limit } => {
            let before = before.unwrap_or(Height(u64::MAX));
            let heights = shelf.of_account(&account, before, limit.min(MOST_HEIGHTS) as usize);
            Ok(Answer::Heights(heights.map_err(internal)?))
        }
        Request::ExecutionProof { transaction, call } => proof(shelf, &transaction, call),
        Request::Faults => Ok(Answer::Faults(shelf.faults(MOST_FAULTS).map_err(internal)?)),
        _ => Err(PeerError::new(PeerErrorKind::Internal, "not in the store")),
    }
}

fn status(peer: &Peer) -> PeerStatus {
    let standing = peer.chain.standing().borrow().clone();
    PeerStatus {
        head: standing.head.height,
        hash: standing.hash,
        slot: standing.head.slot,
        epoch: standing.head.epoch,
        role: peer.settings.role.name().into(),
        validator: peer.settings.validator,
        finality_ms: standing.finality_ms,
        pending: standing.pool.transactions,
        peers: u32::try_from(peer.peers().iter().filter(|peer| peer.connected).count()).unwrap_or(u32::MAX),
        tabs: peer.counts.tabs(),
    }
}

/// The lowest certified block at `at` or above.
fn finality(shelf: &Shelf, at: Height) -> Answered {
    let entries = shelf.entries(at, UNCERTIFIED).map_err(internal)?;
    let certified = entries.into_iter().find(|entry| !entry.certificate.is_empty());
    certified
        .map(|entry| Answer::Finality(Box::new(finality_of(entry))))
        .ok_or_else(|| missing("no block from there on is certified yet"))
}

fn finality_of(entry: Entry) -> Finality {
    Finality { header: entry.header, certificate: entry.certificate }
}

fn boundaries(peer: &Peer, from: u64, limit: u32) -> Answered {
    let (shelf, blocks) = (&peer.chain.shelf, peer.chain.genesis.config.epoch_blocks.max(1));
    let mut boundaries = Vec::new();
    for epoch in from..from.saturating_add(limit.min(MOST_BOUNDARIES).into()) {
        let last = epoch.checked_add(1).and_then(|next| next.checked_mul(blocks)).map(|end| Height(end - 1));
        let Some(entry) = last.map(|last| shelf.entry(last)).transpose().map_err(internal)?.flatten() else { break };
        if entry.certificate.is_empty() {
            break;
        }
        let changes = entry.header.next_validators != entry.header.validators;
        let next = changes.then(|| shelf.committee(epoch.saturating_add(1))).transpose().map_err(internal)?;
        boundaries.push(Boundary { last: finality_of(entry), next: next.flatten().map(|set| set.encode()) });
    }
    Ok(Answer::Boundaries(boundaries))
}

fn blocks(shelf: &Shelf, from: Height, limit: u32) -> Answered {
    let entries = shelf.entries(from, limit.min(MOST_BLOCKS) as usize).map_err(internal)?;
    let (mut blocks, mut bytes) = (Vec::new(), 0usize);
    for Entry { header, certificate } in entries {
        let Some(record) = shelf.record(header.height).map_err(internal)? else { break };
        let block = FinalBlock { block: Block { header, body: record.body }, certificate };
        bytes = bytes.saturating_add(block.encoded_size());
        if bytes > ENOUGH_BYTES && blocks.iter().any(|block: &FinalBlock| !block.certificate.is_empty()) {
            break;
        }
        blocks.push(block);
    }
    while blocks.last().is_some_and(|last| last.certificate.is_empty()) {
        blocks.pop();
    }
    if blocks.is_empty() {
        let oldest = shelf.oldest().map_err(internal)?;
        return Err(if from < oldest {
            PeerError::new(PeerErrorKind::TooOld, format!("blocks below {oldest} are no longer kept whole"))
        } else {
            missing("no block from there on is certified yet")
        });
    }
    Ok(Answer::Blocks(blocks))
}

fn snapshot(shelf: &Shelf) -> Answered {
    for (height, _) in shelf.bases().map_err(internal)? {
        let Some(base) = shelf.base(height).map_err(internal)? else { continue };
        let Some(entry) = shelf.entry(height).map_err(internal)? else { continue };
        if entry.certificate.is_empty() {
            continue;
        }
        let mut page_bytes = 0u64;
        for name in base.directory.pages() {
            let page = shelf.page(&name).map_err(internal)?.ok_or_else(|| missing("a page of the snapshot is gone"))?;
            page_bytes = page_bytes.saturating_add(page.len() as u64);
        }
        let directory_bytes = base.directory.encoded_size() as u64;
        return Ok(Answer::Snapshot(Box::new(SnapshotOffer { at: finality_of(entry), directory_bytes, page_bytes })));
    }
    Err(missing("no snapshot is made yet"))
}

fn directory(shelf: &Shelf, height: Height, offset: u64) -> Answered {
    let base =
        shelf.base(height).map_err(internal)?.ok_or_else(|| missing("that snapshot is gone; there is a newer one"))?;
    let bytes = base.directory.encode();
    let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let to = from.saturating_add(PART_BYTES).min(bytes.len());
    Ok(Answer::Bytes(bytes.get(from..to).unwrap_or_default().to_vec()))
}

fn pages(shelf: &Shelf, names: &[PageName]) -> Answered {
    let (mut pages, mut bytes) = (Vec::new(), 0usize);
    for name in names {
        let page = shelf.page(name).map_err(internal)?;
        let size = page.as_ref().map_or(0, Vec::len);
        // At least one, however large: it is below the largest message.
        if !pages.is_empty() && bytes.saturating_add(size) > ENOUGH_BYTES {
            break;
        }
        bytes = bytes.saturating_add(size);
        pages.push(page);
    }
    Ok(Answer::Pages(pages))
}

/// The file of a proof that the ledger has verified, out of the transaction that brought it.
fn proof(shelf: &Shelf, transaction: &Hash, call: u32) -> Answered {
    let file = shelf.proof(transaction, call).map_err(internal)?;
    file.map(Answer::Bytes)
        .ok_or_else(|| missing("the ledger has verified no proof of this call, or the block is no longer kept"))
}

fn missing(detail: &str) -> PeerError {
    PeerError::new(PeerErrorKind::NotFound, detail)
}

fn silent(silence: crate::chain::Silence) -> PeerError {
    let kind = match silence {
        crate::chain::Silence::Busy => PeerErrorKind::Busy,
        crate::chain::Silence::Stopped => PeerErrorKind::Internal,
    };
    PeerError::new(kind, silence.to_string())
}

fn internal(error: impl Into<ShelfError>) -> PeerError {
    let error: ShelfError = error.into();
    PeerError::new(PeerErrorKind::Internal, error.to_string())
}
