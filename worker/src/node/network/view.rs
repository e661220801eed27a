//! What the network page shows.

use crate::node::{Answer, Node, run::Ticket, world::World};
use zera_primitives::{Height, Slot};
use zera_worker_protocol::{Error, Mode, NetworkView, Response, TabView};

impl<W: World, T: Ticket> Node<W, T> {
    /// Everything about the node's network.
    pub(in crate::node) fn network(&self) -> Answer {
        let head = self.chain()?.stored();
        Ok(Response::Network(Box::new(NetworkView {
            mode: Mode::Solo,
            checkpoint: None,
            verified: Some(self.moment_of_head()?),
            heard: None,
            range: Some((Height(0), head)),
            sync: None,
            peers: Vec::new(),
            traffic: (0, 0),
            start: None,
            finality: self.network.points.borrow().iter().copied().collect(),
            stall: None,
            conflicts: Vec::new(),
            proven: (0, 0),
            tabs: self.tabs(),
            hand_over_ms: self.world.hand_over_ms(),
        })))
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
}
