//! How a chain begins: who holds what, which parameters, who certifies blocks.

use crate::{
    context::{BlockCtx, Chain},
    enactment::fault,
    execute::Unfit,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_governance as governance;
use zera_primitives::{AccountId, Amount, Hash, Network, Params};
use zera_registry as registry;
use zera_state::{StateAccess, accounts};

/// Supply of the demo chain, ZRA (design §11).
pub const DEMO_SUPPLY_ZRA: u64 = 1_000_000_000;
/// Share of it that the newcomer's account holds, percent.
pub const DEMO_NEWCOMER_PERCENT: u64 = 3;
/// Blocks of an epoch of a solo chain.
pub const SOLO_EPOCH_BLOCKS: u64 = 600;
/// Blocks of an epoch of a network, unless its founders say otherwise: two hours at one block a second.
pub const NETWORK_EPOCH_BLOCKS: u64 = 7_200;

/// Everything that the genesis block follows from.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct GenesisConfig {
    /// Which prefix addresses have.
    pub network: Network,
    /// Parameters in force.
    pub params: Params,
    /// Unix time of slot 0, milliseconds.
    pub zero_ms: u64,
    /// Who holds how much.
    pub accounts: Vec<(AccountId, Amount)>,
    /// Who certifies the blocks of the first epoch: 1 to 256 keys, the one signer of a solo chain.
    pub validators: Vec<AccountId>,
    /// Blocks of an epoch, 2 or more: epoch e holds heights e·n to (e + 1)·n − 1. Never changes.
    pub epoch_blocks: u64,
}

impl GenesisConfig {
    /// The chain a tab starts by itself: a newcomer's account with 3 % of supply; the rest has no key, and says so by
    /// being the hash of a sentence.
    #[must_use]
    pub fn demo(newcomer: AccountId, sealer: AccountId, zero_ms: u64) -> Self {
        let newcomers = DEMO_SUPPLY_ZRA / 100 * DEMO_NEWCOMER_PERCENT;
        let rest = Amount::zra(DEMO_SUPPLY_ZRA - newcomers);
        let nobody = AccountId(Hash::of(b"the rest of the demo supply has no key").0);
        Self {
            network: Network::Solo,
            params: Params::demo(),
            zero_ms,
            accounts: alloc::vec![(newcomer, Amount::zra(newcomers)), (nobody, rest)],
            validators: alloc::vec![sealer],
            epoch_blocks: SOLO_EPOCH_BLOCKS,
        }
    }

    /// Identity of the configuration; the genesis header carries it as its parent.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of_encoded("zera/genesis/v1", self)
    }

    /// Writes the state before the first block.
    ///
    /// # Errors
    /// [`Unfit`] when the parameters are out of bounds, the validators no set, or the amounts pass 2^128.
    pub fn apply(&self, st: &mut (impl StateAccess + ?Sized)) -> Result<(), Unfit> {
        governance::genesis(st, &self.params)?;
        registry::validators::genesis(st, &self.validators, self.epoch_blocks).map_err(fault)?;
        for (account, amount) in &self.accounts {
            accounts::mint_genesis(st, account, *amount)?;
        }
        Ok(())
    }

    /// The context of the genesis block.
    ///
    /// # Errors
    /// [`Unfit::State`].
    pub fn context(&self, st: &(impl zera_state::StateView + ?Sized)) -> Result<BlockCtx, Unfit> {
        let chain = Chain { genesis: Hash::ZERO, network: self.network };
        BlockCtx::read(st, chain, zera_primitives::Height(0), zera_primitives::Slot(0))
    }
}
