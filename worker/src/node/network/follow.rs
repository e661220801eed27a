//! Following: from where the light client stands to the tip, then block by block as peers tell of them.

use super::{Followed, Network, talk};
use crate::{
    net::{PeerId, Refusal},
    node::{
        Node,
        run::{Inbox, Ticket},
        world::World,
    },
};
use std::rc::Rc;
use zera_client::light::{LightError, Step};
use zera_primitives::{Header, Height};
use zera_wire::{Answer, News, Request, answer::Finality, request::MOST_BOUNDARIES};
use zera_worker_protocol::{Error, Event, Mode, event::Notice};

/// Heads between two times that the light client is kept.
const KEEP_EVERY: u64 = 64;
/// Answers that may come to nothing before catching up is given up; the next head tries again.
const TRIES: usize = 16;
/// Blocks by which a peer may be ahead before it is asked: news of them are on their way.
const BEHIND: u64 = 2;
/// Proposals remembered.
const PROPOSED: usize = 16;

impl Network {
    /// Reaches the newest block that a peer has a certificate of.
    ///
    /// # Errors
    /// `NoPeer`; `PeerLied`.
    pub async fn catch_up<W: World>(&self, world: &W) -> Result<(), Error> {
        let mut last = None;
        for _ in 0..TRIES {
            let asked = self.ask(world, Request::Finality { at: None }, None).await;
            let (peer, block) = match asked {
                Ok((peer, Answer::Finality(block))) => (peer, block),
                Ok((peer, _)) => {
                    self.failed(peer);
                    continue;
                }
                Err(refusal) => return Err(last.unwrap_or_else(|| talk::refusal(refusal))),
            };
            match self.reach(world, peer, &block).await {
                Ok(()) => {
                    self.held(peer);
                    return Ok(());
                }
                Err(error) if self.is_stopped() => return Err(error),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| talk::refusal(Refusal::Nobody)))
    }

    /// Takes a block that `peer` has a certificate of, and the boundaries before it, asking for those that are missing.
    pub async fn reach<W: World>(&self, world: &W, peer: PeerId, block: &Finality) -> Result<(), Error> {
        for _ in 0..TRIES {
            let taken = self.take(world, block);
            match taken {
                Ok(_) => return Ok(()),
                Err(LightError::Gap { needed, .. }) => self.pass(world, peer, needed).await?,
                Err(error) => return Err(self.not_taken(world, peer, error)),
            }
        }
        self.failed(peer);
        Err(talk::refusal(Refusal::Nobody))
    }

    fn take<W: World>(&self, world: &W, block: &Finality) -> Result<Step, LightError> {
        let mut followed = self.followed.borrow_mut();
        // Left in the meantime: nothing to take, nothing wrong.
        followed.as_mut().map_or(Ok(Step::Known), |followed| followed.light.tip(block, world.now_ms()))
    }

    /// Asks for boundaries from an epoch on, of this peer first, and takes them.
    async fn pass<W: World>(&self, world: &W, peer: PeerId, from: u64) -> Result<(), Error> {
        let request = Request::Boundaries { from, limit: MOST_BOUNDARIES };
        let (from_whom, boundaries) = match self.ask(world, request, Some(peer)).await {
            Ok((peer, Answer::Boundaries(boundaries))) if !boundaries.is_empty() => (peer, boundaries),
            // It has a certificate of a later epoch, and not how that came to be: of no use.
            Ok(_) => {
                self.failed(peer);
                return Err(talk::refusal(Refusal::Nobody));
            }
            Err(refusal) => return Err(talk::refusal(refusal)),
        };
        let taken = self
            .followed
            .borrow_mut()
            .as_mut()
            .map_or(Ok(()), |followed| followed.light.boundaries(&boundaries, world.now_ms()));
        taken.map_err(|error| self.not_taken(world, from_whom, error))
    }

    /// Two certified blocks contradict each other: kept, told, and nothing is followed any more.
    pub fn note_conflict<W: World>(&self, world: &W, peer: PeerId) {
        let evidence = self.followed.borrow().as_ref().and_then(|followed| followed.light.evidence().cloned());
        let Some(evidence) = evidence.filter(|_| self.forks.borrow().is_empty()) else { return };
        let address = self.sessions.borrow().peer(peer).map(|peer| peer.address.clone()).unwrap_or_default();
        let view = self.note_fork(&evidence, address, world.now_ms());
        world.emit(Event::Notice(Notice::Conflict(Box::new(view))));
    }

    /// How long a block took from its proposal, or its slot, to now, milliseconds.
    fn age<W: World>(&self, world: &W, header: &Header) -> u64 {
        let mut proposed = self.proposed.borrow_mut();
        let hash = header.hash();
        let heard = proposed.iter().find(|(_, of, _)| *of == hash).map(|(.., at)| *at);
        proposed.retain(|(height, ..)| *height > header.height);
        if let Some(heard) = heard {
            return world.micros().saturating_sub(heard) / 1_000;
        }
        let followed = self.followed.borrow();
        let slot = followed.as_ref().map_or(0, |followed| followed.light.rules().time_ms(header.slot));
        world.now_ms().saturating_sub(slot)
    }

    fn note_proposed<W: World>(&self, world: &W, header: &Header) {
        // A header without a certificate says nothing that is believed; of what is verified already it says nothing new.
        if self.verified().is_none_or(|head| header.height <= head.height) {
            return;
        }
        let (height, hash) = (header.height, header.hash());
        let mut proposed = self.proposed.borrow_mut();
        if proposed.iter().any(|(_, of, _)| *of == hash) {
            return;
        }
        proposed.push_back((height, hash, world.micros()));
        while proposed.len() > PROPOSED {
            proposed.pop_front();
        }
        drop(proposed);
        world.emit(Event::Proposed { height, hash });
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// One step of following the network; false when there was nothing to do.
    pub(in crate::node) async fn network_step(&mut self, inbox: &dyn Inbox<T>) -> bool {
        let network = Rc::clone(&self.network);
        network.pump(&*self.world);
        if network.is_solo() || self.chain.is_none() {
            return false;
        }
        let mut moved = false;
        while let Some((peer, news)) = network.news() {
            moved = true;
            self.hear(peer, news).await;
        }
        self.behind().await;
        moved |= self.catch_chain_up(inbox).await;
        self.deliver().await;
        network.keep_status_when_due(&*self.world).await;
        network.tell(&*self.world);
        network.tell_changes(&*self.world);
        moved
    }

    async fn hear(&mut self, peer: PeerId, news: News) {
        let network = Rc::clone(&self.network);
        match news {
            News::Head(_) if network.is_stopped() => {}
            News::Head(block) => {
                let (began, before) = (self.world.micros(), network.verified().map(|head| head.height));
                if network.reach(&*self.world, peer, &block).await.is_ok() {
                    network.held(peer);
                }
                let now = network.verified();
                if let Some(header) = now.filter(|header| Some(header.height) > before) {
                    self.head_moved(&header, began).await;
                } else if network.is_stopped() {
                    self.conflict_found().await;
                }
            }
            News::Proposed(header) => network.note_proposed(&*self.world, &header),
            News::Included { transaction, height, .. } => network.outbox.borrow_mut().said(&transaction, height),
            // A peer's word, and it may be a lie: it is asked again, and others are.
            News::Dropped(_) => {}
        }
    }

    /// A newer block is verified.
    async fn head_moved(&mut self, header: &Header, began: u64) {
        let network = Rc::clone(&self.network);
        network.note_moved(&*self.world);
        if network.mode() == Mode::Light {
            // It cannot fail but by a defect, which the next head would meet, too.
            let advanced = self.advance_light();
            self.mind(advanced);
        }
        let (ms, work) = (network.age(&*self.world, header), self.world.micros().saturating_sub(began));
        network.note_final(header.height, ms, work);
        self.keep_verified().await;
    }

    async fn keep_verified(&self) {
        let due = self.network.followed.borrow_mut().as_mut().is_some_and(|followed| {
            followed.unsaved = followed.unsaved.saturating_add(1);
            followed.unsaved >= KEEP_EVERY
        });
        if due {
            self.network.keep_light(&*self.world).await;
            self.network.keep_status(&*self.world).await;
        }
    }

    pub(super) async fn conflict_found(&self) {
        let chain = self.network.followed.borrow().as_ref().map(|followed| followed.light.anchor().genesis);
        if let Some(chain) = chain {
            self.network.keep_fork(&*self.world, &chain).await;
        }
    }

    /// Catches up where the head is behind what a peer speaks of and no news lead there: after a sleep, or a reconnection.
    async fn behind(&mut self) {
        let network = Rc::clone(&self.network);
        let Some(head) = network.verified().filter(|_| !network.is_stopped()) else { return };
        let Some(peer) = network.sessions.borrow().beyond(head.height.plus(BEHIND)) else { return };
        let began = self.world.micros();
        // Who serves what does not hold is dropped; the watchdog tells if nobody is left.
        let asked = network.ask(&*self.world, Request::Finality { at: None }, Some(peer)).await;
        if let Ok((peer, Answer::Finality(block))) = asked {
            let _ = network.reach(&*self.world, peer, &block).await;
        }
        if let Some(header) = network.verified().filter(|header| header.height > head.height) {
            self.head_moved(&header, began).await;
        } else if network.is_stopped() {
            self.conflict_found().await;
        } else {
            network.sessions.borrow_mut().unproven(peer);
        }
    }

    /// The height that is verified newest.
    pub(super) fn verified_height(&self) -> Option<Height> {
        self.network.followed.borrow().as_ref().map(|Followed { light, .. }| light.head().height)
    }
}
