//! The validators of a scenario's network: their keys follow from names, as those of people do, so that what the engine
//! does elsewhere is done here at once: somebody proposes, and a quorum certifies.

use crate::{
    json::{Result, ScenarioError},
    run::seed,
};
use std::collections::BTreeMap;
use zera_client::{
    Client, ClientError, Sealed,
    light::{Certificate, SealKey, ValidatorSet, certificate::certify},
    primitives::{AccountId, Block, Header, Slot},
    zip::now,
};

/// Everybody who is or may become a validator.
#[derive(Default)]
pub(crate) struct Committee(BTreeMap<AccountId, [u8; 32]>);

impl Committee {
    /// Those of these names.
    pub(crate) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Result<Self> {
        let of = |name| {
            let seed = seed(name);
            let key = SealKey::from_seed(&seed).map_err(|error| ScenarioError(error.to_string()))?;
            Ok((key.public(), seed))
        };
        Ok(Self(names.map(of).collect::<Result<_>>()?))
    }

    /// The certificate of the first quorum of `set`.
    pub(crate) fn certify(&self, header: &Header, set: &ValidatorSet) -> Result<Certificate> {
        let unknown = || ScenarioError("a validator's key is not known".into());
        let keys = set.keys().iter().map(|key| self.0.get(key).and_then(|seed| SealKey::from_seed(seed).ok()));
        let keys = keys.collect::<Option<Vec<_>>>().ok_or_else(unknown)?;
        let places: Vec<usize> = (0..set.quorum()).collect();
        let views = (header.height.0, header.height.0.saturating_sub(1));
        certify(header, views, &keys, &places).map_err(|error| ScenarioError(error.to_string()))
    }

    /// Makes the next block of what waits, and makes it final. Proposers take turns.
    pub(crate) fn seal(&self, client: &mut Client, slot: Slot) -> Result<Certified> {
        let height = client.head().height.plus(1);
        let first = height.0.checked_rem(client.epoch_blocks()) == Some(0);
        let set = if first { client.next_validators() } else { client.validators() }.clone();
        let turn = usize::try_from(height.0).unwrap_or(0).checked_rem(set.keys().len()).unwrap_or(0);
        let proposer = set.keys().get(turn).copied().unwrap_or_default();
        let made = now(client.draft_by(slot, 0, proposer)).unwrap_or(Err(ClientError::Stale));
        let block = made.and_then(|draft| client.extend(draft, proposer)).map_err(failed)?;
        let certificate = self.certify(&block.header, &set)?;
        let sealed = client.finalise(&block.header.hash(), Some(&certificate)).map_err(failed)?;
        Ok(Certified { block, certificate, sealed })
    }
}

/// A final block.
pub(crate) struct Certified {
    pub block: Block,
    pub certificate: Certificate,
    pub sealed: Sealed,
}

#[allow(clippy::needless_pass_by_value, reason = "it is mapped over")]
fn failed(error: ClientError) -> ScenarioError {
    ScenarioError(error.to_string())
}
