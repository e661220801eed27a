//! Blocks above the final head: executed, kept with all they did, and either made final one after the other or dropped.
//! The state stands on one of them, or on the head; going to another takes blocks back and applies others again, which
//! executes nothing.

use crate::{
    client::{Client, Tip},
    error::ClientError,
    seal::{Draft, Sealed, pack},
    sets::Sets,
};
use std::collections::BTreeMap;
use zera_light::Certificate;
use zera_primitives::{AccountId, Hash, Header, Height, block::Block};
use zera_zip::BlockDone;

/// Candidates kept. More than the engine proposes in many minutes without finality; those that are dropped come again
/// with the block itself.
const MOST: usize = 512;
/// Bytes of bodies and changes of all candidates.
const MOST_BYTES: usize = 256 << 20;

/// A block that was executed on its parent and is not final.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// It.
    pub block: Block,
    done: BlockDone,
    /// Waiting transactions that its maker left out.
    dropped: Vec<Hash>,
    sets: Sets,
    bytes: usize,
    /// Candidates made before it.
    arrival: u64,
}

/// The candidates, and those of them that the state stands on.
#[derive(Debug, Default)]
pub(crate) struct Fork {
    candidates: BTreeMap<Hash, Candidate>,
    /// From the child of the head to the block stood on; empty when that is the head.
    path: Vec<Hash>,
    bytes: usize,
    arrivals: u64,
}

impl Fork {
    fn top(&self) -> Option<&Candidate> {
        self.path.last().and_then(|hash| self.candidates.get(hash))
    }

    /// The block stood on, if it is a candidate.
    pub fn tip(&self) -> Option<&Header> {
        self.top().map(|top| &top.block.header)
    }

    pub fn tip_sets(&self) -> Option<&Sets> {
        self.top().map(|top| &top.sets)
    }

    fn remove(&mut self, hash: &Hash) -> Option<Candidate> {
        let candidate = self.candidates.remove(hash)?;
        self.bytes = self.bytes.saturating_sub(candidate.bytes);
        Some(candidate)
    }

    /// Drops the oldest that the state does not stand on while there are too many.
    fn bound(&mut self) {
        while self.candidates.len() > MOST || self.bytes > MOST_BYTES {
            let idle = self.candidates.iter().filter(|(hash, _)| !self.path.contains(hash));
            let Some((oldest, _)) = idle.min_by_key(|(_, candidate)| candidate.arrival) else { return };
            let oldest = *oldest;
            self.remove(&oldest);
        }
    }

    /// Candidates from the child of `head` to `hash`.
    fn path_to(&self, hash: &Hash, head: &Hash) -> Option<Vec<Hash>> {
        let mut path = Vec::new();
        let mut at = *hash;
        while at != *head {
            path.push(at);
            at = self.candidates.get(&at)?.block.header.parent;
        }
        path.reverse();
        Some(path)
    }

    /// Takes out all that do not descend from `head`, which is final now.
    fn prune(&mut self, head: &Hash) -> Vec<Candidate> {
        let all: Vec<Hash> = self.candidates.keys().copied().collect();
        let gone: Vec<Hash> = all.into_iter().filter(|hash| self.path_to(hash, head).is_none()).collect();
        gone.iter().filter_map(|hash| self.remove(hash)).collect()
    }
}

impl Client {
    /// Goes to the block of this hash: the final head or a candidate above it.
    ///
    /// # Errors
    /// [`ClientError::NotFound`]; one for which [`ClientError::is_not_loaded`] holds: load what is wanted and call again,
    /// the client stands on a block between the two.
    pub fn stand_on(&mut self, block: &Hash) -> Result<(), ClientError> {
        let head = self.head.header.hash();
        let path = self.fork.path_to(block, &head).ok_or(ClientError::NotFound("candidate"))?;
        let common = self.fork.path.iter().zip(&path).take_while(|(a, b)| a == b).count();
        if common < self.fork.path.len() {
            self.state.revert_to(self.head.header.height.plus(common as u64))?;
            self.fork.path.truncate(common);
        }
        for hash in path.into_iter().skip(common) {
            let candidate = self.fork.candidates.get(&hash).ok_or(ClientError::NotFound("candidate"))?;
            self.state.apply(candidate.block.header.height, &candidate.done.changes)?;
            self.fork.path.push(hash);
        }
        Ok(())
    }

    /// The candidate of this hash.
    #[must_use]
    pub fn candidate(&self, block: &Hash) -> Option<&Candidate> {
        self.fork.candidates.get(block)
    }

    /// Makes a candidate of a draft on the block stood on, proposed by `proposer`, and stands on it.
    ///
    /// # Errors
    /// [`ClientError::Stale`] when the client stands elsewhere by now; [`ClientError`]. The client stands where it stood.
    pub fn extend(&mut self, draft: Draft, proposer: AccountId) -> Result<Block, ClientError> {
        let hash = self.put(draft, proposer, None)?;
        self.fork.candidates.get(&hash).map(|made| made.block.clone()).ok_or(ClientError::NotFound("candidate"))
    }

    /// Makes a candidate of `block`, of which [`Client::check`] made `draft`, if every field of its header is as it came
    /// out here, and stands on it.
    ///
    /// # Errors
    /// [`ClientError::Disagrees`]; others as [`Client::extend`].
    pub fn extend_checked(&mut self, draft: Draft, block: &Block) -> Result<(), ClientError> {
        let hash = block.header.hash();
        if self.fork.candidates.contains_key(&hash) {
            return self.stand_on(&hash);
        }
        self.put(draft, block.header.proposer, Some(&block.header)).map(|_| ())
    }

    fn put(&mut self, draft: Draft, proposer: AccountId, expected: Option<&Header>) -> Result<Hash, ClientError> {
        let parent = self.tip();
        if draft.parent != parent.hash() {
            return Err(ClientError::Stale);
        }
        let below = parent.height;
        let began = self.pipelines.micros();
        let root = self.state.apply(below.plus(1), &draft.done.changes)?;
        let root_us = self.pipelines.micros().saturating_sub(began);
        let made = self.header(&draft, proposer, root).and_then(|(header, sets)| match expected {
            Some(expected) => same(expected, &header).map(|()| (header, sets)),
            None => Ok((header, sets)),
        });
        let (header, sets) = match made {
            Ok(made) => made,
            Err(error) => {
                self.state.revert_to(below)?;
                return Err(error);
            }
        };
        let hash = header.hash();
        let Draft { body, mut done, dropped, .. } = draft;
        done.schedule.root_us = root_us;
        let changed = done.changes.iter().map(|(key, value)| key.0.len() + value.as_ref().map_or(0, Vec::len));
        let bytes = codec::Encode::encoded_size(&body).saturating_add(changed.sum());
        let block = Block { header, body };
        let candidate = Candidate { block, done, dropped, sets, bytes, arrival: self.fork.arrivals };
        self.fork.arrivals = self.fork.arrivals.saturating_add(1);
        self.fork.bytes = self.fork.bytes.saturating_add(bytes);
        if let Some(known) = self.fork.candidates.insert(hash, candidate) {
            self.fork.bytes = self.fork.bytes.saturating_sub(known.bytes);
        }
        self.fork.path.push(hash);
        self.fork.bound();
        Ok(hash)
    }

    /// Makes a child of the final head final: by its own certificate, or without one, because a descendant is certified,
    /// which the caller knows. Candidates that do not descend from it are dropped; their transactions wait again.
    ///
    /// # Errors
    /// [`ClientError::AlreadyFinal`], harmless; [`ClientError::NotFound`] when it is no candidate on the head;
    /// [`ClientError::Certificate`]; others as [`Client::stand_on`].
    pub fn finalise(&mut self, block: &Hash, certificate: Option<&Certificate>) -> Result<Sealed, ClientError> {
        if self.is_final(block) {
            return Err(ClientError::AlreadyFinal);
        }
        let head = self.head.header.hash();
        let candidate = self.candidate(block).filter(|candidate| candidate.block.header.parent == head);
        let candidate = candidate.ok_or(ClientError::NotFound("candidate"))?;
        if let Some(certificate) = certificate {
            certificate.verify(&candidate.block.header, &candidate.sets.running)?;
        }
        if self.fork.path.first() != Some(block) {
            self.stand_on(block)?;
        }
        let candidate = self.fork.remove(block).ok_or(ClientError::NotFound("candidate"))?;
        self.fork.path.remove(0);
        Ok(self.conclude(candidate, certificate))
    }

    /// True for one of the last 64 final blocks and the head.
    #[must_use]
    pub fn is_final(&self, block: &Hash) -> bool {
        self.tips.iter().any(|tip| tip.header.hash() == *block)
    }

    /// Makes `candidate`, which is out of the fork and which the state includes, the head.
    fn conclude(&mut self, candidate: Candidate, certificate: Option<&Certificate>) -> Sealed {
        let Candidate { block, mut done, mut dropped, sets, .. } = candidate;
        let slot = block.header.slot;
        dropped.retain(|hash| self.mempool.remove(hash));
        dropped.extend(self.mempool.settle(&block.body.transactions, slot));
        for signed in &block.body.transactions {
            self.vouched.remove(&signed.hash());
        }
        let traces = std::mem::take(&mut done.traces);
        for (signed, traces) in block.body.transactions.iter().zip(traces) {
            self.keep_traces(signed.hash(), traces);
        }
        let hash = block.header.hash();
        let (sealed, record) = pack(self.head.record, block, certificate, done, dropped);
        let header = sealed.decoded.header.clone();
        self.push_tip(Tip { header, certificate: certificate.cloned(), sets, record });
        let gone = self.fork.prune(&hash);
        let gone = gone.into_iter().flat_map(|candidate| candidate.block.body.transactions);
        self.mempool.wait_again(gone, &sealed.decoded.body.transactions);
        self.executed = self.executed.saturating_add(1);
        sealed
    }

    /// Notes the certificate of a block that is final already: the head's is then at hand for those who ask. False when it
    /// is of a block that this client does not know as final.
    ///
    /// # Errors
    /// [`ClientError::Certificate`].
    pub fn note_certificate(&mut self, certificate: &Certificate) -> Result<bool, ClientError> {
        let block = certificate.block();
        let Some(tip) = self.tips.iter_mut().find(|tip| tip.header.hash() == block) else { return Ok(false) };
        certificate.verify(&tip.header, &tip.sets.running)?;
        tip.certificate = Some(certificate.clone());
        if self.head.header.hash() == block {
            self.head.certificate = Some(certificate.clone());
        }
        Ok(true)
    }

    /// The certificate of one of the last 64 final blocks, where it is known.
    #[must_use]
    pub fn certificate_at(&self, height: Height) -> Option<&Certificate> {
        self.tips.iter().find(|tip| tip.header.height == height).and_then(|tip| tip.certificate.as_ref())
    }

    pub(crate) fn forget_candidates(&mut self) {
        self.fork = Fork::default();
    }
}

/// Compares a header with the one that came out here, field by field.
fn same(theirs: &Header, ours: &Header) -> Result<(), ClientError> {
    let fields = [
        ("format", theirs.format == ours.format),
        ("chain", theirs.chain == ours.chain),
        ("height", theirs.height == ours.height),
        ("slot", theirs.slot == ours.slot),
        ("epoch", theirs.epoch == ours.epoch),
        ("parent", theirs.parent == ours.parent),
        ("proposer", theirs.proposer == ours.proposer),
        ("transaction_root", theirs.transaction_root == ours.transaction_root),
        ("receipt_root", theirs.receipt_root == ours.receipt_root),
        ("event_root", theirs.event_root == ours.event_root),
        ("state_root", theirs.state_root == ours.state_root),
        ("validators", theirs.validators == ours.validators),
        ("next_validators", theirs.next_validators == ours.next_validators),
        ("params", theirs.params == ours.params),
        ("runtime", theirs.runtime == ours.runtime),
        ("module_set", theirs.module_set == ours.module_set),
    ];
    match fields.into_iter().find(|(_, same)| !same) {
        Some((field, _)) => Err(ClientError::Disagrees { field }),
        None => Ok(()),
    }
}
