//! The block an execution runs in.

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_governance as governance;
use zera_primitives::{Amount, Hash, Height, Network, Params, Slot};
use zera_registry as registry;
use zera_state::{AccountError, StateView, accounts};

use crate::execute::Unfit;

/// Which chain executes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Chain {
    /// Hash of its genesis block.
    pub genesis: Hash,
    /// Its network: a chain of one tab is a development chain.
    pub network: Network,
}

/// What every transaction of a block sees alike.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct BlockCtx {
    /// The chain.
    pub chain: Chain,
    /// Height of the block.
    pub height: Height,
    /// Its slot.
    pub slot: Slot,
    /// Supply, burnt amounts excluded.
    pub supply: Amount,
    /// Parameters in force.
    pub params: Params,
}

impl BlockCtx {
    /// Reads supply and parameters from the state that the block begins on.
    ///
    /// # Errors
    /// [`Unfit::State`].
    pub fn read(st: &(impl StateView + ?Sized), chain: Chain, height: Height, slot: Slot) -> Result<Self, Unfit> {
        let supply = accounts::supply(st)?.sub(accounts::burnt(st)?).map_err(|_| AccountError::Overflow)?;
        Ok(Self { chain, height, slot, supply, params: governance::params(st)? })
    }

    /// As governance takes it.
    #[must_use]
    pub const fn governance(&self) -> governance::Ctx {
        governance::Ctx { height: self.height, slot: self.slot, supply: self.supply }
    }

    /// As the registry takes it.
    #[must_use]
    pub const fn registry(&self) -> registry::Ctx<'_> {
        registry::Ctx { height: self.height, slot: self.slot, supply: self.supply, params: &self.params }
    }
}
