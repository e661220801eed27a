//! Making blocks and checking those of others. Both may have to wait: a leader for transactions or its heartbeat, a check for
//! the parent to be known or for the block's slot to come. Whatever waits is looked at again after every job, and dropped
//! when whoever asked has gone away.

use super::Chain;
use codec::Encode as _;
use tokio::sync::oneshot;
use zera_client::ClientError;
use zera_consensus::Verdict;
use zera_primitives::{Block, Hash, SignedTransaction};
use zera_zip::now;

/// Slots that a block may lie ahead of this machine's clock.
const AHEAD_SLOTS: u64 = 2;
/// Proposals and checks that may wait; the oldest go.
const MOST_WAITING: usize = 256;
/// Blocks whose first sight is remembered.
const MOST_SEEN: usize = 1_024;

/// A block that this peer is to make.
pub(super) struct Proposal {
    parent: Hash,
    pub due_ms: u64,
    reply: oneshot::Sender<Option<Vec<u8>>>,
}

/// A block that is to be checked.
pub(super) struct Check {
    block: Block,
    hash: Hash,
    /// When to look again, if nothing happens before, Unix milliseconds.
    pub due_ms: u64,
    reply: oneshot::Sender<Verdict>,
}

/// Why a check has no verdict yet.
enum Undecided {
    /// The parent is not known, or this peer cannot tell for a reason of its own: wait for anything to happen.
    Later,
    /// Its slot has not come.
    Slot,
}

impl Chain {
    /// Makes a block on `parent` when there is something to put in it, or when the heartbeat is due.
    pub(crate) fn propose(&mut self, parent: Hash, reply: oneshot::Sender<Option<Vec<u8>>>) {
        let heartbeat = if self.options.lockstep { 0 } else { self.options.heartbeat_ms };
        let due_ms = self.now_ms().saturating_add(heartbeat);
        if self.proposals.len() >= MOST_WAITING {
            self.proposals.remove(0);
        }
        self.proposals.push(Proposal { parent, due_ms, reply });
    }

    pub(super) fn tick_proposals(&mut self) {
        let now = self.now_ms();
        for proposal in std::mem::take(&mut self.proposals) {
            if proposal.reply.is_closed() || self.failure.is_some() {
                continue;
            }
            if proposal.due_ms > now && !self.has_work(&proposal.parent) {
                self.proposals.push(proposal);
                continue;
            }
            let made = self.make(&proposal.parent);
            // The engine may have gone on to another view.
            drop(proposal.reply.send(made));
        }
    }

    /// True when a block on `parent` would hold a transaction. Those in candidates below it go on waiting until they are
    /// final, and cannot follow it once more.
    fn has_work(&mut self, parent: &Hash) -> bool {
        let looked = (*parent, self.arrivals);
        if self.client.mempool().is_empty() || self.stale == Some(looked) || !self.stand_on(parent) {
            return false;
        }
        let state = self.client.state();
        let follows = |signed: &SignedTransaction| {
            let account = zera_state::accounts::account(state, &signed.transaction.sender);
            // What is not loaded is loaded when the block is made.
            account.map_or(true, |account| account.nonce == signed.transaction.nonce)
        };
        let fresh = self.client.mempool().iter().any(follows);
        self.stale = (!fresh).then_some(looked);
        fresh
    }

    /// Goes to a block; false when it is not known.
    fn stand_on(&mut self, block: &Hash) -> bool {
        matches!(self.retry(|chain| chain.client.stand_on(block)), Ok(Ok(())))
    }

    /// A block on `parent`; none when the parent is not known, or the block cannot be made.
    fn make(&mut self, parent: &Hash) -> Option<Vec<u8>> {
        if !self.stand_on(parent) {
            tracing::debug!(?parent, "the parent is not known: nothing is proposed");
            return None;
        }
        let (slot, proposer) = (self.slot(), self.options.proposer);
        self.client.touch_pending();
        let made = self.retry(|chain| {
            let before = chain.client.pages().misses();
            let draft = now(chain.client.draft_by(slot, 0, proposer)).unwrap_or_else(late)?;
            // A run during which a part of the state was missed counts for nothing, whatever it says.
            if chain.client.pages().misses() != before {
                return Err(ClientError::Stale);
            }
            chain.client.extend(draft, proposer)
        });
        match made {
            Ok(Ok(block)) => {
                self.sight(block.header.hash());
                tracing::debug!(
                    height = block.header.height.0,
                    transactions = block.body.transactions.len(),
                    "proposed"
                );
                Some(block.encode())
            }
            Ok(Err(error)) => {
                self.mind(&error);
                tracing::warn!(%error, "no block could be made");
                None
            }
            Err(_) => None,
        }
    }

    /// Checks a block that was proposed on `parent`.
    pub(crate) fn check(&mut self, parent: &Hash, bytes: &[u8], reply: oneshot::Sender<Verdict>) {
        let block = match Block::from_bytes(bytes) {
            Ok(block) if block.header.parent == *parent => block,
            Ok(_) => return drop(reply.send(Verdict::Invalid("it names another parent".into()))),
            Err(error) => return drop(reply.send(Verdict::Invalid(error.to_string()))),
        };
        let hash = block.header.hash();
        self.sight(hash);
        if self.checks.len() >= MOST_WAITING {
            self.checks.remove(0);
        }
        self.checks.push(Check { block, hash, due_ms: 0, reply });
    }

    /// Looks at every waiting check once; true when others that wait may be decided now, because a block is known that was
    /// not.
    pub(super) fn tick_checks(&mut self) -> bool {
        let (now, mut known) = (self.now_ms(), false);
        for mut check in std::mem::take(&mut self.checks) {
            if check.reply.is_closed() || self.failure.is_some() {
                continue;
            }
            match self.verdict(&check) {
                Ok(verdict) => {
                    if let Verdict::Invalid(cause) = &verdict {
                        tracing::warn!(height = check.block.header.height.0, %cause, "a proposal is invalid");
                    }
                    known |= verdict == Verdict::Valid;
                    // The engine may have gone on to another view.
                    drop(check.reply.send(verdict));
                }
                Err(undecided) => {
                    check.due_ms = now.saturating_add(match undecided {
                        Undecided::Later => 1_000,
                        Undecided::Slot => 50,
                    });
                    self.checks.push(check);
                }
            }
        }
        known && !self.checks.is_empty()
    }

    fn verdict(&mut self, check: &Check) -> Result<Verdict, Undecided> {
        let header = &check.block.header;
        if self.client.candidate(&check.hash).is_some() || self.client.is_final(&check.hash) {
            return Ok(Verdict::Valid);
        }
        if !self.options.lockstep && header.slot.0 > self.slot().0.saturating_add(AHEAD_SLOTS) {
            return Err(Undecided::Slot);
        }
        if !self.stand_on(&header.parent) {
            return Err(Undecided::Later);
        }
        self.vouch_for(&check.block);
        let checked = self.retry(|chain| {
            let draft = now(chain.client.check(&check.block)).unwrap_or_else(late)?;
            chain.client.extend_checked(draft, &check.block)
        });
        match checked {
            Ok(Ok(())) => {
                self.shared.proposed.send_replace(Some(std::sync::Arc::new(header.clone())));
                Ok(Verdict::Valid)
            }
            Ok(Err(error)) if error.condemns() => Ok(Verdict::Invalid(error.to_string())),
            Ok(Err(error)) => {
                self.mind(&error);
                Err(Undecided::Later)
            }
            Err(_) => Err(Undecided::Later),
        }
    }

    /// Notes a defect, which ends the thread; other errors are the caller's.
    pub(super) fn mind(&mut self, error: &ClientError) {
        if error.is_fatal() {
            self.failure.get_or_insert_with(|| error.to_string());
        }
    }

    /// Remembers when a block was first seen.
    fn sight(&mut self, hash: Hash) {
        let now = self.now_ms();
        self.seen.entry(hash).or_insert(now);
        while self.seen.len() > MOST_SEEN {
            let oldest = self.seen.iter().min_by_key(|(_, since)| **since).map(|(hash, _)| *hash);
            oldest.and_then(|hash| self.seen.remove(&hash));
        }
    }
}

/// Native pipelines have their answer when they return.
pub(super) fn late<T>() -> Result<T, ClientError> {
    Err(ClientError::Fault("the pipelines did not answer at once".into()))
}
