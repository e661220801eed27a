//! Past blocks in light mode. A header is believed when it is certified by the set of its epoch, or when a certified header
//! further up names it by hashes; a body and receipts, when their roots stand in such a header.

use super::{Network, talk};
use crate::node::{Node, chain::head_view, convert, run::Ticket, world::World};
use std::collections::{BTreeMap, VecDeque};
use zera_client::{
    Record,
    light::{Certificate, ValidatorSet},
    record::STORAGE_FORMAT,
    zip::block::{event_root, receipt_root},
};
use zera_primitives::{AccountId, Hash, Header, Height, Outcome, block::BlockBody};
use zera_wire::{
    Answer, Request,
    answer::{BlockReceipts, FinalBlock, Finality},
    request::MOST_HEADERS,
};
use zera_worker_protocol::{Error, ErrorKind, HeadView};

/// Verified headers that are remembered.
const HEADERS: usize = 2_048;
/// Blocks that are remembered.
const BLOCKS: usize = 32;
/// Peers that may lie about one question.
const TRIES: usize = 4;
/// Blocks that a list of an account's transactions looks into: each is fetched whole.
const LOOKED_INTO: u32 = 8;

/// What was fetched and verified of the past.
#[derive(Default)]
pub struct History {
    headers: BTreeMap<Height, Header>,
    records: VecDeque<Record>,
}

impl History {
    fn note(&mut self, headers: impl IntoIterator<Item = Header>) {
        self.headers.extend(headers.into_iter().map(|header| (header.height, header)));
        while self.headers.len() > HEADERS {
            self.headers.pop_first();
        }
    }
}

fn full_only(height: Height) -> Error {
    let detail = format!("block {height} lies before the checkpoint: a node in full mode knows it");
    Error::request(ErrorKind::FullOnly, detail)
}

impl<W: World, T: Ticket> Node<W, T> {
    /// A block with its receipts, as a full node would have it stored, but for what only executing it tells.
    pub(in crate::node) async fn remote_record(&self, height: Height) -> Result<Record, Error> {
        let known = self.network.history.borrow().records.iter().find(|known| known.header.height == height).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let header = self.verified_header(height).await?;
        let (body, certificate) = self.body_of(&header).await?;
        let BlockReceipts { receipts, events } = self.receipts_of(&header, body.transactions.len()).await?;
        let (diagnostics, causes, changes) = (Vec::new(), Vec::new(), Vec::new());
        let (format, previous) = (STORAGE_FORMAT, Hash::ZERO);
        let record =
            Record { format, previous, header, certificate, body, receipts, events, diagnostics, causes, changes };
        let mut history = self.network.history.borrow_mut();
        history.records.push_front(record.clone());
        history.records.truncate(BLOCKS);
        Ok(record)
    }

    async fn body_of(&self, header: &Header) -> Result<(BlockBody, Vec<u8>), Error> {
        let request = Request::Blocks { from: header.height, limit: 1 };
        self.first_true(request, "a body that its header does not name", |answer| match answer {
            Answer::Blocks(blocks) => {
                let FinalBlock { block, certificate } = blocks.into_iter().next()?;
                (block.body.root() == header.transaction_root).then_some((block.body, certificate))
            }
            _ => None,
        })
        .await
    }

    async fn receipts_of(&self, header: &Header, transactions: usize) -> Result<BlockReceipts, Error> {
        let request = Request::Receipts(header.height);
        self.first_true(request, "receipts that the header does not name", |answer| match answer {
            Answer::Receipts(all) => {
                let fits = all.receipts.len() == transactions
                    && receipt_root(&all.receipts) == header.receipt_root
                    && event_root(&all.events, &all.receipts) == header.event_root;
                fits.then_some(*all)
            }
            _ => None,
        })
        .await
    }

    /// The first answer that is as it must be; who gives another one is dropped.
    async fn first_true<R>(
        &self,
        request: Request,
        lie: &str,
        right: impl Fn(Answer) -> Option<R>,
    ) -> Result<R, Error> {
        let (network, world) = (&self.network, &*self.world);
        let mut last = None;
        for _ in 0..TRIES {
            match network.ask(world, request.clone(), None).await {
                Ok((peer, answer)) => match right(answer) {
                    Some(right) => {
                        network.held(peer);
                        return Ok(right);
                    }
                    None => last = Some(network.lied(world, peer, lie)),
                },
                Err(refusal) => return Err(last.unwrap_or_else(|| talk::refusal(refusal))),
            }
        }
        Err(last.unwrap_or_else(|| convert::not_found("block")))
    }

    /// The header at `height`, at or below the verified head.
    pub(in crate::node) async fn verified_header(&self, height: Height) -> Result<Header, Error> {
        let headers = self.verified_headers(height, height).await?;
        headers.into_iter().next().ok_or_else(|| convert::not_found("block"))
    }

    /// The headers of these heights, ascending.
    async fn verified_headers(&self, from: Height, to: Height) -> Result<Vec<Header>, Error> {
        if self.verified_height().is_none_or(|head| to > head) || from > to {
            return Err(convert::not_found("block"));
        }
        for _ in 0..TRIES {
            let known: Vec<Header> = {
                let history = self.network.history.borrow();
                let known = history.headers.range(from..=to).map(|(_, header)| header.clone());
                known.collect()
            };
            if known.len() as u64 == to.since(from).saturating_add(1) {
                return Ok(known);
            }
            self.fetch_headers(from, to).await?;
        }
        Err(convert::not_found("block"))
    }

    async fn fetch_headers(&self, from: Height, to: Height) -> Result<(), Error> {
        let certified = self.certified_above(to).await?;
        let limit = u32::try_from(certified.height.since(from).saturating_add(1)).unwrap_or(u32::MAX);
        if limit > MOST_HEADERS {
            return Err(full_only(from));
        }
        let request = Request::Headers { from, limit };
        let headers = self
            .first_true(request, "headers that do not lead to the certified one", |answer| match answer {
                Answer::Headers(headers) => {
                    let linked = |pair: &[Header]| match pair {
                        [below, above] => above.parent == below.hash() && above.height == below.height.plus(1),
                        _ => false,
                    };
                    let fits = headers.first().is_some_and(|first| first.height == from)
                        && headers.last().is_some_and(|last| *last == certified)
                        && headers.windows(2).all(linked);
                    fits.then_some(headers)
                }
                _ => None,
            })
            .await?;
        self.network.history.borrow_mut().note(headers);
        Ok(())
    }

    /// The lowest certified header at or above `height` that a peer has, verified.
    async fn certified_above(&self, height: Height) -> Result<Header, Error> {
        Ok(self.finality_above(height).await?.0.header)
    }

    /// It with its certificate, and the set of its epoch.
    pub(in crate::node) async fn finality_above(&self, height: Height) -> Result<(Finality, ValidatorSet), Error> {
        let (network, world) = (&self.network, &*self.world);
        let known = network.followed.borrow().as_ref().and_then(|followed| {
            let known = followed.light.certified(height)?;
            Some((known.clone(), followed.light.set(known.header.epoch)?.clone()))
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let mut last = None;
        for _ in 0..TRIES {
            let (peer, block) = match network.ask(world, Request::Finality { at: Some(height) }, None).await {
                Ok((peer, Answer::Finality(block))) => (peer, *block),
                Ok(_) => return Err(convert::not_found("block")),
                Err(refusal) => return Err(last.unwrap_or_else(|| talk::refusal(refusal))),
            };
            let set = self.set_of(block.header.epoch).await?;
            let certificate = Certificate::from_bytes(&block.certificate);
            let held = certificate.and_then(|certificate| certificate.verify(&block.header, &set));
            match held {
                Ok(()) if block.header.height >= height && block.header.chain == self.chain()?.client.genesis() => {
                    network.held(peer);
                    return Ok((block, set));
                }
                Ok(()) => last = Some(network.lied(world, peer, "a certified block of another height or chain")),
                Err(error) => last = Some(network.lied(world, peer, error)),
            }
        }
        Err(last.unwrap_or_else(|| convert::not_found("block")))
    }

    /// The set of an epoch since the checkpoint: known, or served by a peer and named by a boundary that was verified.
    pub(super) async fn set_of(&self, epoch: u64) -> Result<ValidatorSet, Error> {
        let named = {
            let followed = self.network.followed.borrow();
            let followed = followed.as_ref().ok_or_else(super::network_only)?;
            if let Some(set) = followed.light.set(epoch) {
                return Ok(set.clone());
            }
            let start = followed.light.start();
            let before = epoch.checked_sub(1);
            let mut way = followed.light.way();
            let mark = way.find(|mark| Some(mark.epoch) == before).map(|mark| mark.next);
            mark.or_else(|| (start.epoch == epoch).then_some(start.validators))
        };
        let named = named.ok_or_else(|| full_only(Height(0)))?;
        self.first_true(Request::Committee { epoch }, "a validator set that no boundary names", |answer| match answer {
            Answer::Bytes(bytes) => ValidatorSet::from_bytes(&bytes).ok().filter(|set| set.hash() == named),
            _ => None,
        })
        .await
    }

    /// Blocks as lists show them, newest first.
    pub(in crate::node) async fn remote_blocks(&self, from: Height, limit: u32) -> Result<Vec<HeadView>, Error> {
        let lowest = Height(from.0.saturating_add(1).saturating_sub(limit.into()));
        let headers = self.verified_headers(lowest, from).await?;
        Ok(headers.iter().rev().map(head_view).collect())
    }

    /// The block that holds a transaction, by a peer's word: the block itself is verified when it is read.
    pub(in crate::node) async fn locate(&self, transaction: &Hash) -> Result<Option<Height>, Error> {
        let answer = self.network.ask(&*self.world, Request::Locate(*transaction), None).await;
        match answer.map_err(talk::refusal)? {
            (_, Answer::Located(place)) => Ok(place.map(|(height, _)| height)),
            _ => Ok(None),
        }
    }

    /// An account's newest transactions: each is verified; that none is left out is a peer's word.
    pub(in crate::node) async fn remote_recent(&self, account: &AccountId) -> Vec<(Height, Hash, Outcome)> {
        let request = Request::OfAccount { account: *account, before: None, limit: LOOKED_INTO };
        let Ok((_, Answer::Heights(heights))) = self.network.ask(&*self.world, request, None).await else {
            return Vec::new();
        };
        let mut recent = Vec::new();
        for height in heights.into_iter().take(LOOKED_INTO as usize) {
            // What cannot be verified is not shown.
            let Ok(record) = self.remote_record(height).await else { continue };
            let all = record.body.transactions.iter().zip(&record.receipts).rev();
            let own = all.filter(|(signed, _)| signed.transaction.sender == *account);
            recent.extend(own.map(|(_, receipt)| (height, receipt.transaction, receipt.outcome)));
        }
        recent
    }
}

impl Network {
    /// Forgets the past of another chain.
    pub fn forget_history(&self) {
        *self.history.borrow_mut() = History::default();
    }
}
