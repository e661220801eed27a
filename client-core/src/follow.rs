//! Blocks that somebody else made: executed here, and believed only where every field of their header comes out.

use crate::{
    client::{Client, Tip},
    error::ClientError,
    seal::{Draft, Sealed, fault},
    sets::Sets,
};
use codec::Encode as _;
use zera_light::{Certificate, ValidatorSet, check_child};
use zera_primitives::{Hash, Header, Network, block::Block, limits};
use zera_runtime::{AdmissionError, GenesisConfig};
use zera_state::merkle::{MerkleState, Remote};
use zera_zip::{BlockError, BlockInput, execute_block};

impl Client {
    /// Executes a block on the block stood on. Nothing changes; [`Client::extend_checked`] takes what came out.
    ///
    /// # Errors
    /// [`ClientError::Stale`] when its parent is another block: go there first. One for which [`ClientError::condemns`]
    /// holds when it can never be a block there. [`ClientError::State`] when a key is not loaded: load it and check again.
    pub async fn check(&self, block: &Block) -> Result<Draft, ClientError> {
        let (header, body) = (&block.header, &block.body);
        let parent = self.tip();
        if header.parent != parent.hash() {
            return Err(ClientError::Stale);
        }
        check_child(parent, header)?;
        let fits = block.encoded_size() <= limits::BLOCK_BYTES;
        let may_skip = body.skip == 0 || self.config.network == Network::Solo;
        for (field, holds) in [
            ("transaction_root", header.transaction_root == body.root()),
            ("bytes", fits),
            ("skip", may_skip && parent.slot.plus(body.skip) <= header.slot),
            ("proposer", self.committee_above(parent).keys().binary_search(&header.proposer).is_ok()),
        ] {
            if !holds {
                return Err(ClientError::Disagrees { field });
            }
        }
        for signed in &body.transactions {
            if !self.vouches(&signed.hash()) {
                signed.verify(&self.genesis).map_err(AdmissionError::Signature)?;
            }
        }
        let input = BlockInput {
            chain: self.chain(),
            height: header.height,
            slot: header.slot,
            skip: body.skip,
            proposer: header.proposer,
            transactions: &body.transactions,
        };
        match execute_block(&self.state, &*self.pipelines, &input).await {
            Ok(done) => {
                Ok(Draft { parent: header.parent, slot: header.slot, body: body.clone(), done, dropped: Vec::new() })
            }
            Err(BlockError::GasLimit) => Err(ClientError::Disagrees { field: "gas" }),
            Err(error) => Err(error.into()),
        }
    }

    /// Who certifies the child of `parent`, the block stood on or the head.
    fn committee_above(&self, parent: &Header) -> &ValidatorSet {
        let sets = if *parent == self.head.header { &self.head.sets } else { self.tip_sets() };
        let first = parent.height.0.saturating_add(1).is_multiple_of(self.epoch_blocks());
        if first { &sets.next } else { &sets.running }
    }

    /// Takes the next final block as others made it: its certificate is checked first, then it is executed, then every
    /// field compared. Without a certificate the caller knows that a descendant is certified.
    ///
    /// # Errors
    /// [`ClientError::AlreadyFinal`], harmless; [`ClientError::Certificate`]; others as [`Client::check`] and
    /// [`Client::finalise`]. Candidates that the head had are as they were.
    pub async fn accept(&mut self, block: &Block, certificate: Option<&Certificate>) -> Result<Sealed, ClientError> {
        let hash = block.header.hash();
        if self.is_final(&hash) {
            return Err(ClientError::AlreadyFinal);
        }
        if self.candidate(&hash).is_none() {
            let head = self.head.header.hash();
            if block.header.parent != head {
                return Err(ClientError::Stale);
            }
            if let Some(certificate) = certificate {
                check_child(&self.head.header, &block.header)?;
                certificate.verify(&block.header, self.committee_above(&self.head.header))?;
            }
            self.stand_on(&head)?;
            let draft = self.check(block).await?;
            self.extend_checked(draft, block)?;
        }
        self.finalise(&hash, certificate)
    }

    /// A client that executes nothing: it stands on a certified header, and `state` knows entries as far as they were
    /// proven to it. Questions and plans work as on any client; a read of what is not known is not loaded.
    #[must_use]
    pub fn remote(config: GenesisConfig, state: MerkleState, head: LightHead) -> Self {
        let tip = head.into_tip();
        Self::assemble(config, state, tip, None)
    }

    /// What is known of a state that others keep; none for a client that executes.
    #[must_use]
    pub const fn known(&self) -> Option<&Remote> {
        self.state.known()
    }

    /// Takes a waiting transaction out: it is in a final block, or can be in none any more.
    pub fn forget(&mut self, transaction: &Hash) {
        self.mempool.remove(transaction);
    }

    /// Goes to a newer certified header. What waits stays, but for what expired.
    ///
    /// # Errors
    /// [`ClientError::Fault`] when `state` is of another root.
    pub fn set_light_head(&mut self, state: MerkleState, head: LightHead) -> Result<(), ClientError> {
        if state.root() != head.header.state_root {
            return Err(fault("a state of another root"));
        }
        self.mempool.settle(&[], head.header.slot);
        self.forget_candidates();
        self.tips.clear();
        self.state = state;
        self.push_tip(head.into_tip());
        Ok(())
    }
}

/// Where a light client stands.
#[derive(Clone, Debug)]
pub struct LightHead {
    /// A header that a quorum of `validators` certified, or that a descendant of its has.
    pub header: Header,
    /// Its certificate.
    pub certificate: Option<Certificate>,
    /// The set that its header names.
    pub validators: ValidatorSet,
}

impl LightHead {
    fn into_tip(self) -> Tip {
        let Self { header, certificate, validators } = self;
        Tip { header, certificate, sets: Sets::same(validators), record: Hash::ZERO }
    }
}
