//! What the network page shows.

use super::{Followed, talk};
use crate::node::{Answer, Node, run::Ticket, world::World};
use zera_primitives::{Height, Slot};
use zera_worker_protocol::{CheckpointView, Error, Mode, NetworkView, PeerState, Response, StatusView, TabView};

impl<W: World, T: Ticket> Node<W, T> {
    /// Everything about the node's network.
    pub(in crate::node) fn network(&self) -> Answer {
        let network = &self.network;
        let now = talk::moment(&*self.world);
        let mode = network.mode();
        let (head, solo) = (self.chain()?.stored(), mode == Mode::Solo);
        let followed = network.followed.borrow();
        let followed = followed.as_ref().filter(|_| !solo);
        let sessions = network.sessions.borrow();
        let light = followed.map(|followed| &followed.light);
        let verified = match light {
            Some(light) => Some((light.head().height, light.head().slot, light.rules().time_ms(light.head().slot))),
            None => Some(self.moment_of_head()?),
        };
        let range = match (light, mode) {
            (Some(light), Mode::Light) => Some((light.anchor().height(), light.head().height)),
            _ => Some((Height(0), head)),
        };
        let sync = light.filter(|_| mode == Mode::Full).map(|light| (head.0, light.head().height.0));
        Ok(Response::Network(Box::new(NetworkView {
            mode,
            checkpoint: followed.map(|followed| self.checkpoint(followed)),
            verified,
            heard: sessions.newest().filter(|_| !solo),
            range,
            sync,
            peers: sessions.views(self.world.origin().as_deref(), now),
            traffic: sessions.traffic(),
            start: followed.and_then(|followed| followed.start),
            finality: network.points.borrow().iter().copied().collect(),
            stall: network.stall(&*self.world),
            conflicts: network.forks.borrow().iter().map(|(view, _)| view.clone()).collect(),
            proven: (network.proven.get(), self.chain()?.client.known().map_or(0, |known| known.size().0 as u64)),
            tabs: self.tabs(),
            hand_over_ms: self.world.hand_over_ms(),
        })))
    }

    fn checkpoint(&self, followed: &Followed) -> CheckpointView {
        let Followed { light, accepted_ms, .. } = followed;
        let (anchor, now) = (light.anchor(), self.world.now_ms());
        CheckpointView {
            genesis: anchor.genesis,
            height: anchor.height(),
            block: anchor.block(),
            time_ms: light.rules().time_ms(light.start().slot),
            accepted_ms: *accepted_ms,
            expired: light.is_expired(now),
            age_ppm: light.age_ppm(now),
        }
    }

    /// The newest block, its slot, and that slot's Unix time in milliseconds.
    fn moment_of_head(&self) -> Result<(Height, Slot, u64), Error> {
        let chain = self.chain()?;
        let (head, client) = (chain.head(), &chain.client);
        let wall = head.slot.0.saturating_sub(client.skipped()).saturating_mul(1_000);
        Ok((head.height, head.slot, client.config().zero_ms.saturating_add(wall)))
    }

    /// Tabs that share this node: those the world knows of, or the only one.
    pub(in crate::node) fn tabs(&self) -> Vec<TabView> {
        let tabs = self.world.tabs();
        if !tabs.is_empty() {
            return tabs;
        }
        let network = &self.network;
        let (opened_ms, shows) = (network.began_ms, network.shows.borrow().clone());
        vec![TabView { id: 0, own: true, leads: true, opened_ms, shows }]
    }

    /// Connected peers whose heads agree with the node's.
    pub(in crate::node) fn agreeing(&self) -> u32 {
        let views = self.network.sessions.borrow().views(None, talk::moment(&*self.world));
        crate::node::chain::count(views.iter().filter(|peer| peer.state == PeerState::Good).count())
    }

    /// Milliseconds since the newest block was verified; none on a chain of one's own.
    pub(in crate::node) fn lag_ms(&self) -> Option<u64> {
        (!self.network.is_solo()).then(|| self.network.since_moved(&*self.world) / 1_000)
    }

    /// Remembers a status, for when nobody serves the next.
    pub(in crate::node) fn note_status(&self, status: &StatusView) {
        if self.network.is_light() {
            *self.network.status.borrow_mut() = Some(status.clone());
            self.network.status_changed.set(true);
        }
    }

    /// The last status that was whole, where peers serve none now: what it says is of its own block.
    pub(in crate::node) fn last_status(&self) -> Option<StatusView> {
        let mut status = self.network.status.borrow().clone()?;
        (status.peers, status.lag_ms) = (self.agreeing(), self.lag_ms());
        status.tabs = crate::node::chain::count(self.tabs().len());
        status.account = self.chain.as_ref().and_then(|chain| chain.account);
        Some(status)
    }
}
