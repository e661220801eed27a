//! Joining a network, leaving it, following it in another way; peers asked and added.

use super::{Followed, kept, network_only, talk};
use crate::{
    net::{Moment, Refusal, address::complete},
    node::{Answer, Node, run::Ticket, world::World},
};
use std::rc::Rc;
use zera_client::{
    GenesisConfig,
    light::{Anchor, Light, Rules, ValidatorSet},
    runtime::runtime_hash,
};
use zera_primitives::{Hash, Header, Height, codec::decode_bounded};
use zera_wire::{Answer as Told, Request, answer::PeerStatus};
use zera_worker_protocol::{Cause, Command, Error, ErrorKind, Event, Join, Mode, PeerOffer, Response};

/// Bytes of a configuration: it may name many accounts.
const CONFIG_BYTES: usize = 4 << 20;
/// Microseconds that the first connection may take.
const CONNECT_US: u64 = 8_000_000;

fn refused(kind: ErrorKind, detail: impl Into<String>) -> Error {
    Error { kind, cause: Cause::Peer, fatal: false, detail: detail.into() }
}

fn address(typed: &str) -> Result<String, Error> {
    complete(typed).ok_or_else(|| Error::request(ErrorKind::Malformed, format!("{typed:?} is no address of a peer")))
}

/// What a network is joined with, fetched and checked.
pub struct Beginning {
    pub light: Light,
    pub config: GenesisConfig,
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Asks a peer who it is; nothing is trusted or kept.
    pub(in crate::node) async fn probe(&mut self, typed: &str) -> Answer {
        let address = address(typed)?;
        let network = Rc::clone(&self.network);
        let known = !network.is_solo();
        if !known {
            network.talk_of(&*self.world, None);
        }
        let offer = self.offer(&address).await;
        if !known {
            network.talk_of(&*self.world, None);
        }
        offer.map(|offer| Response::Offer(Box::new(offer)))
    }

    async fn offer(&self, address: &str) -> Result<PeerOffer, Error> {
        let (network, world) = (&self.network, &*self.world);
        let now = talk::moment(world);
        let full = || Error::request(ErrorKind::Busy, "too many peers are known already");
        let known = network.sessions.borrow().addresses().iter().any(|known| known == address);
        let id = network.sessions.borrow_mut().add(address.into(), now).ok_or_else(full)?;
        let asked = self.ask_offer(id, address).await;
        if !known && !network.is_solo() {
            network.sessions.borrow_mut().remove(address);
            network.pump(world);
        }
        asked
    }

    async fn ask_offer(&self, id: crate::net::PeerId, address: &str) -> Result<PeerOffer, Error> {
        let (network, world) = (&self.network, &*self.world);
        let unreached = |refusal| match refusal {
            Refusal::Nobody => refused(ErrorKind::NoPeer, network.cause_of(id)),
            other => talk::refusal(other),
        };
        let (_, status) = network.ask(world, Request::Status, Some(id)).await.map_err(unreached)?;
        let (_, tip) = network.ask(world, Request::Finality { at: None }, Some(id)).await.map_err(unreached)?;
        let (Told::Status(status), Told::Finality(tip)) = (status, tip) else { return Err(talk::lie("no status")) };
        let PeerStatus { head, .. } = *status;
        let sessions = network.sessions.borrow();
        let peer = sessions.peer(id).ok_or_else(|| refused(ErrorKind::NoPeer, "it is gone"))?;
        let greeting = peer.greeting.as_ref().ok_or_else(|| refused(ErrorKind::NoPeer, "it is gone"))?;
        Ok(PeerOffer {
            address: address.into(),
            agent: greeting.agent.clone(),
            genesis: greeting.chain,
            head,
            checkpoint: Anchor::of(greeting.chain, &tip.header).to_string(),
            same_rules: greeting.runtime == runtime_hash(),
            round_trip_us: peer.round_trip_us.unwrap_or(0),
        })
    }

    /// Follows a network from a checkpoint. The chain that the node stood on stays stored; nothing changes when this fails.
    pub(in crate::node) async fn join(&mut self, join: Join) -> Answer {
        if join.mode == Mode::Solo {
            return Err(Error::request(ErrorKind::Malformed, "a network is followed in light or full mode"));
        }
        let anchor: Anchor = join.checkpoint.parse().map_err(|error: zera_client::light::AnchorError| {
            refused(ErrorKind::CheckpointRefused, error.to_string())
        })?;
        let peers = join.peers.iter().map(|typed| address(typed)).collect::<Result<Vec<_>, _>>()?;
        if peers.is_empty() {
            return Err(Error::request(ErrorKind::Malformed, "at least one peer is needed"));
        }
        if !self.network.is_solo() {
            self.leave_network().await?;
        }
        let network = Rc::clone(&self.network);
        let began = self.world.micros();
        let joined = self.reach_tip(anchor, &peers).await;
        if let Err(error) = joined {
            self.network_forgotten();
            return Err(error);
        }
        self.note_start(began);
        let chosen = network.keep_choice(&*self.world, join.mode).await;
        if let Err(error) = chosen {
            self.network_forgotten();
            return Err(error);
        }
        network.keep_light(&*self.world).await;
        let stood = self.stand_in(join.mode).await;
        if let Err(error) = stood {
            self.leave_network().await?;
            return Err(error);
        }
        self.changed_chain().await?;
        self.look(Command::Status).await
    }

    /// From the checkpoint to a verified tip.
    pub(super) async fn reach_tip(&self, anchor: Anchor, peers: &[String]) -> Result<(), Error> {
        let (network, world) = (&self.network, &*self.world);
        network.talk_of(world, Some(anchor.genesis));
        let now = talk::moment(world);
        for peer in peers {
            network.sessions.borrow_mut().add(peer.clone(), now);
        }
        network.watch_anew(world);
        let before = network.sessions.borrow().traffic().0;
        // What was verified earlier from the same checkpoint still is.
        let (kept, choice) = (kept::light(world, &anchor).await, kept::choice(world).await);
        let config = choice.filter(|choice| choice.anchor == anchor).map(|choice| choice.config);
        let beginning = match kept.zip(config) {
            Some((light, config)) => Beginning { light, config },
            None => self.beginning(anchor).await?,
        };
        let Beginning { light, config } = beginning;
        let accepted_ms = world.now_ms();
        let followed = Followed { light, config, accepted_ms, start: None, before, unsaved: 0 };
        *network.followed.borrow_mut() = Some(followed);
        network.read_kept(world, &anchor.genesis).await;
        network.read_outbox(world, &anchor.genesis).await;
        network.catch_up(world).await
    }

    fn note_start(&self, began: u64) {
        let took = self.world.micros().saturating_sub(began);
        let received = self.network.sessions.borrow().traffic().0;
        if let Some(followed) = self.network.followed.borrow_mut().as_mut() {
            followed.start = Some((took, received.saturating_sub(followed.before)));
        }
        self.network.note_moved(&*self.world);
    }

    /// Fetches how the chain began and the block of the checkpoint; all of it must be what the checkpoint names.
    async fn beginning(&self, anchor: Anchor) -> Result<Beginning, Error> {
        let genesis = self.header_named(Height(0), &anchor.genesis).await?;
        let config = self.config(&genesis).await?;
        let rules = Rules {
            epoch_blocks: config.epoch_blocks,
            zero_ms: config.zero_ms,
            trusting_slots: config.params.trusting_slots,
        };
        let (start, set) = match anchor.point {
            None => (genesis, ValidatorSet::new(config.validators.clone()).ok()),
            Some(point) => {
                let start = self.header_named(point.height, &point.block).await?;
                let set = self.committee(start.epoch, &point.set).await?;
                (start, Some(set))
            }
        };
        let no_set = || refused(ErrorKind::CheckpointRefused, "the chain begins with no validator set");
        let light = Light::new(anchor, start, set.ok_or_else(no_set)?, rules)
            .map_err(|error| refused(ErrorKind::CheckpointRefused, error.to_string()))?;
        Ok(Beginning { light, config })
    }

    /// The header at `height`, whose hash must be this one: asked of one peer after the other.
    async fn header_named(&self, height: Height, hash: &Hash) -> Result<Header, Error> {
        let request = Request::Headers { from: height, limit: 1 };
        let other = format!("no peer's chain goes through block {height} {hash}");
        self.first_that(request, ErrorKind::CheckpointRefused, other, |answer| match answer {
            Told::Headers(headers) => headers.into_iter().next().filter(|header| header.hash() == *hash),
            _ => None,
        })
        .await
    }

    async fn config(&self, genesis: &Header) -> Result<GenesisConfig, Error> {
        let other = "no peer serves the configuration that this chain began with".into();
        self.first_that(Request::Genesis, ErrorKind::CheckpointRefused, other, |answer| match answer {
            Told::Bytes(bytes) => {
                let config: GenesisConfig = decode_bounded(&bytes, CONFIG_BYTES).ok()?;
                Some(config).filter(|config| config.hash() == genesis.parent)
            }
            _ => None,
        })
        .await
    }

    async fn committee(&self, epoch: u64, set: &Hash) -> Result<ValidatorSet, Error> {
        let other = format!("no peer serves the validator set {set} of epoch {epoch}");
        self.first_that(Request::Committee { epoch }, ErrorKind::CheckpointRefused, other, |answer| match answer {
            Told::Bytes(bytes) => ValidatorSet::from_bytes(&bytes).ok().filter(|served| served.hash() == *set),
            _ => None,
        })
        .await
    }

    /// The first answer that is the right one, which is known by its hash. Others are lies: the person's checkpoint says so.
    async fn first_that<R>(
        &self,
        request: Request,
        kind: ErrorKind,
        other: String,
        right: impl Fn(Told) -> Option<R>,
    ) -> Result<R, Error> {
        let (network, world) = (&self.network, &*self.world);
        let mut lied = false;
        let until = world.micros().saturating_add(CONNECT_US);
        loop {
            match network.ask(world, request.clone(), None).await {
                Ok((peer, answer)) => match right(answer) {
                    Some(right) => {
                        network.held(peer);
                        return Ok(right);
                    }
                    None => {
                        lied = true;
                        network.lied(world, peer, &other);
                    }
                },
                Err(_) if lied => return Err(refused(kind, other)),
                Err(Refusal::Nobody) if world.micros() < until && network.is_connecting() => {}
                Err(Refusal::Nobody) => return Err(refused(ErrorKind::NoPeer, network.causes())),
                Err(refusal) => return Err(talk::refusal(refusal)),
            }
        }
    }

    /// Returns to the chain of one's own.
    pub(in crate::node) async fn leave(&mut self) -> Answer {
        if self.network.is_solo() {
            return Err(network_only());
        }
        self.leave_network().await?;
        let chain = self.own_chain().await?;
        self.stand_on(chain);
        self.changed_chain().await?;
        self.look(Command::Status).await
    }

    /// Keeps what is known of the network, and turns to the shelf of one's own chain.
    async fn leave_network(&mut self) -> Result<(), Error> {
        let network = Rc::clone(&self.network);
        network.keep_light(&*self.world).await;
        network.keep_status(&*self.world).await;
        network.keep_choice(&*self.world, Mode::Solo).await?;
        self.world.turn_to(None).await?;
        self.network_forgotten();
        Ok(())
    }

    pub(super) fn network_forgotten(&self) {
        let network = &self.network;
        network.mode.set(None);
        network.talk_of(&*self.world, None);
        *network.followed.borrow_mut() = None;
        *network.status.borrow_mut() = None;
        network.forks.borrow_mut().clear();
        network.points.borrow_mut().clear();
        network.forget_history();
        *network.outbox.borrow_mut() = super::Outbox::default();
        network.watch_anew(&*self.world);
    }

    /// Follows the same network in another way.
    pub(in crate::node) async fn set_mode(&mut self, mode: Mode) -> Answer {
        if mode == Mode::Solo {
            return self.leave().await;
        }
        if self.network.is_solo() {
            return Err(network_only());
        }
        if self.network.mode() != mode {
            self.stand_in(mode).await?;
            self.network.keep_choice(&*self.world, mode).await?;
            self.changed_chain().await?;
        }
        self.look(Command::Status).await
    }

    /// Asks this peer, too.
    pub(in crate::node) async fn add_peer(&mut self, typed: &str) -> Answer {
        if self.network.is_solo() {
            return Err(network_only());
        }
        let address = address(typed)?;
        let now: Moment = talk::moment(&*self.world);
        if self.network.sessions.borrow_mut().add(address, now).is_none() {
            return Err(Error::request(ErrorKind::Busy, "too many peers are known already"));
        }
        self.network.pump(&*self.world);
        self.network.keep_choice(&*self.world, self.network.mode()).await?;
        self.network()
    }

    /// Asks this peer no more.
    pub(in crate::node) async fn remove_peer(&mut self, typed: &str) -> Answer {
        if self.network.is_solo() {
            return Err(network_only());
        }
        let address = complete(typed).unwrap_or_else(|| typed.into());
        if !self.network.sessions.borrow_mut().remove(&address) {
            return Err(Error::request(ErrorKind::NotFound, format!("{address} is not among the peers")));
        }
        self.network.pump(&*self.world);
        self.network.keep_choice(&*self.world, self.network.mode()).await?;
        self.network()
    }

    /// Tells everybody that the node stands on another chain.
    async fn changed_chain(&mut self) -> Result<(), Error> {
        self.long.give_up("the chain was replaced by another");
        self.plans.forget();
        self.load_keys().await?;
        self.world.emit(Event::Keys);
        self.world.emit(Event::Head(self.chain()?.head().clone()));
        self.world.emit(Event::Network);
        Ok(())
    }
}

impl super::Network {
    /// True when somebody is connected, or is about to be for the first time.
    pub fn may_answer(&self) -> bool {
        self.sessions.borrow().peers().any(|peer| peer.is_open() || peer.is_on_its_way())
    }

    /// True while a connection may still come about.
    fn is_connecting(&self) -> bool {
        let sessions = self.sessions.borrow();
        sessions.peers().any(|peer| peer.is_on_its_way())
    }

    /// Why a peer is not connected.
    fn cause_of(&self, id: crate::net::PeerId) -> String {
        let sessions = self.sessions.borrow();
        let peer = sessions.peer(id);
        peer.and_then(|peer| peer.cause.clone()).unwrap_or_else(|| "it did not answer in time".into())
    }

    /// Why no peer is connected.
    fn causes(&self) -> String {
        let sessions = self.sessions.borrow();
        let causes = sessions
            .peers()
            .map(|peer| format!("{}: {}", peer.address, peer.cause.as_deref().unwrap_or("it did not answer in time")));
        causes.collect::<Vec<_>>().join("; ")
    }
}
