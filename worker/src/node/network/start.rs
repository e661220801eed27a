//! Opening the chain that the node stands on: its own, or a network's, in the way that this browser follows it.

use super::{Followed, kept, snapshot_start::LONG, talk};
use crate::node::{
    Node,
    chain::{Chain, commit},
    convert,
    run::Ticket,
    upkeep::Upkeep,
    world::World,
};
use std::rc::Rc;
use zera_client::{Client, runtime::runtime_hash};
use zera_worker_protocol::{Cause, Error, ErrorKind, Mode};

impl<W: World, T: Ticket> Node<W, T> {
    /// The chain that this browser stood on last: a network's, if it followed one, or its own.
    pub(in crate::node) async fn last_chain(&mut self) -> Result<Chain, Error> {
        let choice = kept::choice(&*self.world).await.filter(|choice| choice.mode != Mode::Solo);
        let Some(choice) = choice else { return self.own_chain().await };
        let network = Rc::clone(&self.network);
        let genesis = choice.anchor.genesis;
        network.talk_of(&*self.world, Some(genesis));
        let now = talk::moment(&*self.world);
        for peer in &choice.peers {
            network.sessions.borrow_mut().add(peer.clone(), now);
        }
        network.watch_anew(&*self.world);
        network.read_kept(&*self.world, &genesis).await;
        network.read_outbox(&*self.world, &genesis).await;
        network.pump(&*self.world);
        // Without what was verified there is nothing to stand on before a peer answers.
        let Some(light) = kept::light(&*self.world, &choice.anchor).await else {
            return self.begin_again(choice).await;
        };
        let (config, accepted_ms) = (choice.config, choice.accepted_ms);
        let followed = Followed { light, config, accepted_ms, start: None, before: 0, unsaved: 0 };
        *network.followed.borrow_mut() = Some(followed);
        self.chain_in(choice.mode).await
    }

    /// What was verified is gone: from the checkpoint again. Without a peer, the node's own chain is what is left to show.
    async fn begin_again(&mut self, choice: kept::Choice) -> Result<Chain, Error> {
        match self.reach_tip(choice.anchor, &choice.peers).await {
            Ok(()) => self.chain_in(choice.mode).await,
            Err(_) => {
                self.network_forgotten();
                self.own_chain().await
            }
        }
    }

    /// The node's own chain, begun if there is none.
    pub(super) async fn own_chain(&mut self) -> Result<Chain, Error> {
        self.world.turn_to(None).await?;
        match self.world.shelved().await? {
            Some(shelved) => self.open(&shelved).await,
            None => self.create().await,
        }
    }

    /// Stands on the followed network in this way.
    pub(super) async fn stand_in(&mut self, mode: Mode) -> Result<(), Error> {
        let chain = self.chain_in(mode).await?;
        self.stand_on(chain);
        Ok(())
    }

    /// The followed network's chain in this way. On an error the node goes on as it was.
    async fn chain_in(&mut self, mode: Mode) -> Result<Chain, Error> {
        let chain = match mode {
            Mode::Light => {
                let chain = self.light_chain()?;
                self.world.turn_to(None).await?;
                chain
            }
            Mode::Full => self.full_chain().await?,
            Mode::Solo => return Err(super::network_only()),
        };
        self.network.mode.set(Some(mode));
        Ok(chain)
    }

    /// The chain as far as it was executed here; from genesis, if it was not.
    async fn full_chain(&mut self) -> Result<Chain, Error> {
        let network = Rc::clone(&self.network);
        let (genesis, config, runtime) = {
            let followed = network.followed.borrow();
            let followed = followed.as_ref().ok_or_else(super::network_only)?;
            (followed.light.anchor().genesis, followed.config.clone(), followed.light.head().runtime)
        };
        if runtime != runtime_hash() {
            let detail = "the network runs other rules than this client: only light mode is possible";
            return Err(Error { kind: ErrorKind::OtherRules, cause: Cause::Peer, fatal: false, detail: detail.into() });
        }
        self.world.turn_to(Some(genesis)).await?;
        let opened = match self.world.shelved().await? {
            Some(shelved) => self.open(&shelved).await,
            None => Err(convert::not_found("chain")),
        };
        if let Ok(chain) = opened
            && chain.client.genesis() == genesis
        {
            return Ok(chain);
        }
        let behind = self.verified_height().unwrap_or_default().0;
        if behind >= network.long.get().unwrap_or(LONG) {
            self.world.replace(&[]).await?;
            if let Some(chain) = self.chain_of_snapshot().await? {
                return Ok(chain);
            }
        }
        let (client, sealed) = Client::create(&config, None).map_err(convert::client)?;
        if client.genesis() != genesis {
            let detail = "the genesis block that this client makes is another one: only light mode is possible";
            return Err(Error { kind: ErrorKind::OtherRules, cause: Cause::Peer, fatal: false, detail: detail.into() });
        }
        self.world.replace(&[commit(&sealed)]).await?;
        Ok(Chain::new(client, &sealed.decoded, &sealed.record, None, Upkeep::fresh()))
    }
}
