//! Transactions on their way: sent to every peer that is connected, and sent again until they are in a final block or can
//! be in none any more.

use super::{Network, talk::moment};
use crate::{
    net::{AskId, Moment, PeerId, Refusal, Sessions},
    node::{Node, convert, run::Ticket, world::World},
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};
use zera_primitives::{Hash, Height, SignedTransaction, Slot, codec::decode_bounded};
use zera_wire::{Answer, PeerErrorKind, Request};
use zera_worker_protocol::{Error, ErrorKind, Event, TransactionStage};

/// Transactions that may be on their way.
const MOST: usize = 256;
/// Bytes of all of them.
const MOST_BYTES: usize = 8 << 20;
/// A peer is asked again where a transaction is, and sent it again, after this, microseconds.
const AGAIN_US: u64 = 5_000_000;

/// One transaction on its way.
struct Letter {
    signed: SignedTransaction,
    /// Peers that have taken it.
    taken: BTreeSet<PeerId>,
    /// Under way to a peer.
    sending: BTreeMap<AskId, PeerId>,
    /// When it was last sent, microseconds.
    sent: u64,
    /// Where it is said to be.
    said: Option<Height>,
}

/// Transactions on their way.
#[derive(Default)]
pub struct Outbox {
    letters: BTreeMap<Hash, Letter>,
    asking: Option<(AskId, Hash)>,
    /// True when it is not as it is kept.
    changed: bool,
}

#[derive(Encode, Decode, DecodeWithMemTracking)]
struct Kept(Vec<SignedTransaction>);

impl Outbox {
    /// The bytes to keep.
    pub fn to_bytes(&self) -> Vec<u8> {
        Kept(self.letters.values().map(|letter| letter.signed.clone()).collect()).encode()
    }

    /// Reads what was kept; nothing, if it cannot be read.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let Ok(Kept(all)) = decode_bounded(bytes, MOST_BYTES) else { return Self::default() };
        let mut outbox = Self::default();
        all.into_iter().for_each(|signed| {
            outbox.put(signed);
        });
        outbox
    }

    /// Takes a transaction; false when there are too many.
    pub fn put(&mut self, signed: SignedTransaction) -> bool {
        if self.letters.len() >= MOST {
            return false;
        }
        self.changed = true;
        let (taken, sending) = (BTreeSet::new(), BTreeMap::new());
        self.letters.entry(signed.hash()).or_insert(Letter { signed, taken, sending, sent: 0, said: None });
        true
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.letters.len()
    }

    /// True once after each change.
    fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// The transaction of this hash.
    pub fn get(&self, hash: &Hash) -> Option<&SignedTransaction> {
        self.letters.get(hash).map(|letter| &letter.signed)
    }

    /// It arrived, or never will.
    pub fn remove(&mut self, hash: &Hash) -> bool {
        let removed = self.letters.remove(hash).is_some();
        self.changed |= removed;
        removed
    }

    /// A peer says that it is in this block.
    pub fn said(&mut self, hash: &Hash, height: Height) {
        if let Some(letter) = self.letters.get_mut(hash) {
            letter.said = Some(height);
        }
    }

    /// Those of which somebody says where they are, at or below `head`.
    pub fn take_said(&mut self, head: Height) -> Vec<(Hash, Height)> {
        let due = self.letters.iter_mut().filter(|(_, letter)| letter.said.is_some_and(|at| at <= head));
        due.filter_map(|(hash, letter)| Some((*hash, letter.said.take()?))).collect()
    }
}

impl Network {
    /// Sends what is to be sent, takes what was said of it; answers of which somebody says where they are, at or below
    /// `head`. `slot` is the newest verified one.
    pub fn post<W: World>(&self, world: &W, slot: Slot, head: Height) -> Vec<(Hash, Height)> {
        let mut outbox = self.outbox.borrow_mut();
        if outbox.letters.is_empty() {
            return Vec::new();
        }
        let (now, mut sessions) = (moment(world), self.sessions.borrow_mut());
        let open: BTreeSet<PeerId> = sessions.open().into_iter().collect();
        for letter in outbox.letters.values_mut() {
            letter.receive(&mut sessions, &open, now.us);
            letter.send(&mut sessions, &open, now);
        }
        match outbox.asking.take() {
            Some((id, hash)) => match sessions.take(id) {
                None => outbox.asking = Some((id, hash)),
                Some(answer) => {
                    if outbox.located(hash, answer, slot) {
                        world.emit(Event::Transaction { hash, stage: TransactionStage::Dropped });
                    }
                }
            },
            None => {
                if let Some(hash) = outbox.to_locate(now.us, slot).filter(|_| !open.is_empty()) {
                    outbox.asking = Some((sessions.ask(Request::Locate(hash), None, now), hash));
                }
            }
        }
        outbox.take_said(head)
    }
}

impl Letter {
    /// Takes what peers said to it.
    fn receive(&mut self, sessions: &mut Sessions, open: &BTreeSet<PeerId>, now: u64) {
        let ids: Vec<AskId> = self.sending.keys().copied().collect();
        for id in ids {
            let Some(answer) = sessions.take(id) else { continue };
            let taken = match answer {
                Ok((_, Answer::Submitted(_))) => true,
                // It may be in a block by now; the look-up will tell.
                Err(Refusal::Peer(error)) => error.kind == PeerErrorKind::Refused,
                _ => false,
            };
            let peer = self.sending.remove(&id).filter(|_| taken);
            self.taken.extend(peer);
        }
        self.taken.retain(|peer| open.contains(peer));
        if self.sent.saturating_add(AGAIN_US) <= now {
            self.taken.clear();
        }
    }

    /// Sends it to everybody who has not taken it.
    fn send(&mut self, sessions: &mut Sessions, open: &BTreeSet<PeerId>, now: Moment) {
        let sending: BTreeSet<PeerId> = self.sending.values().copied().collect();
        for peer in open.iter().filter(|peer| !self.taken.contains(peer) && !sending.contains(peer)) {
            let id = sessions.ask(Request::Submit(self.signed.encode()), Some(*peer), now);
            self.sending.insert(id, *peer);
            self.sent = now.us;
        }
    }

    /// True when no block can hold it any more.
    fn is_expired(&self, slot: Slot) -> bool {
        self.signed.transaction.expiry < slot
    }
}

impl Outbox {
    /// The transaction of which nothing was heard for longest: peers are asked where it is.
    fn to_locate(&self, now: u64, slot: Slot) -> Option<Hash> {
        let waited = |letter: &Letter| letter.sent > 0 && letter.sent.saturating_add(AGAIN_US / 2) <= now;
        let quiet = self.letters.iter().filter(|(_, letter)| waited(letter) || letter.is_expired(slot));
        quiet.min_by_key(|(_, letter)| letter.sent).map(|(hash, _)| *hash)
    }

    /// Takes a peer's word of where it is; true when it is nowhere, and can be in no block any more.
    fn located(&mut self, hash: Hash, answer: Result<(PeerId, Answer), Refusal>, slot: Slot) -> bool {
        match answer {
            Ok((_, Answer::Located(Some((height, _))))) => self.said(&hash, height),
            Ok((_, Answer::Located(None))) | Err(Refusal::Peer(_)) => {
                let expired = self.letters.get(&hash).is_some_and(|letter| letter.is_expired(slot));
                return expired && self.remove(&hash);
            }
            _ => {}
        }
        false
    }
}

impl Network {
    /// The transaction of this hash, if it is on its way.
    pub fn on_its_way(&self, hash: &Hash) -> Option<SignedTransaction> {
        self.outbox.borrow().get(hash).cloned()
    }

    /// Transactions on their way.
    pub fn waiting(&self) -> usize {
        self.outbox.borrow().len()
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Takes a transaction to send to peers until it is final.
    pub(in crate::node) fn send_off(&self, bytes: &[u8]) -> Result<(), Error> {
        let signed = SignedTransaction::from_bytes(bytes).map_err(convert::defect)?;
        if self.network.outbox.borrow_mut().put(signed) {
            return Ok(());
        }
        Err(Error::request(ErrorKind::Busy, format!("{MOST} transactions are on their way already")))
    }

    /// Sends what is on its way; what arrived is looked up in its block, whose header is verified, before it counts.
    pub(super) async fn deliver(&mut self) {
        let network = Rc::clone(&self.network);
        let Some(head) = network.verified() else { return };
        for (hash, height) in network.post(&*self.world, head.slot, head.height) {
            let Ok((record, _)) = self.record(height).await else { continue };
            // That it is in this block was a peer's word, and is not so; it is asked for again.
            let Some(receipt) = record.receipts.iter().find(|receipt| receipt.transaction == hash) else { continue };
            let stage = TransactionStage::Final { height, outcome: receipt.outcome };
            if network.outbox.borrow_mut().remove(&hash) {
                self.world.emit(Event::Transaction { hash, stage });
            }
            if let Some(chain) = &mut self.chain {
                chain.client.forget(&hash);
            }
        }
        network.pump(&*self.world);
        self.keep_what_is_on_its_way().await;
    }

    /// Keeps the transactions that are on their way, so that a crash loses none.
    pub(in crate::node) async fn keep_what_is_on_its_way(&self) {
        let changed = self.network.outbox.borrow_mut().take_changed();
        if changed {
            self.network.keep_outbox(&*self.world).await;
        }
    }
}
