//! Keys and committees: the ledger's as the engine's.

use crate::{Ledger, NodeError};
use commonware_codec::{Copying, Decode as _, Encode as _};
use commonware_consensus::{simplex::scheme::ed25519::Scheme, types::Epoch};
use commonware_cryptography::{
    Signer as _,
    certificate::{Provider, Scoped},
    ed25519::{PrivateKey, PublicKey},
};
use commonware_utils::{ordered::Set, sync::Mutex};
use std::{collections::BTreeMap, sync::Arc};
use zera_primitives::{AccountId, Hash};

/// Epochs whose keys are kept ready; older ones are asked for again.
const KEPT: usize = 8;

/// The engine's key of an account.
pub fn key(id: &AccountId) -> Result<PublicKey, NodeError> {
    PublicKey::decode_cfg(Copying(&id.0), &()).map_err(|_| NodeError::BadKey)
}

/// The account of an engine's key.
pub fn account(key: &PublicKey) -> AccountId {
    let mut id = [0; 32];
    id.iter_mut().zip(key.encode().iter()).for_each(|(to, from)| *to = *from);
    AccountId(id)
}

/// The secret key of a seed; the same as `zera_light::SealKey::from_seed`.
pub fn secret(seed: &[u8; 32]) -> Result<PrivateKey, NodeError> {
    PrivateKey::decode_cfg(Copying(seed), &()).map_err(|_| NodeError::BadKey)
}

/// What every vote on this chain is signed under: what `zera_light::Certificate` checks.
pub fn namespace(chain: &Hash) -> Vec<u8> {
    [b"zera/finalization/v1".as_slice(), &chain.0].concat()
}

/// The committees of a ledger, with this peer's key where it is a member.
#[derive(Clone)]
pub struct Committees<L> {
    ledger: L,
    namespace: Arc<[u8]>,
    secret: PrivateKey,
    known: Arc<Mutex<BTreeMap<u64, Arc<Scheme>>>>,
}

impl<L: Ledger> Committees<L> {
    /// Of the chain with this genesis hash.
    pub fn new(ledger: L, chain: &Hash, secret: PrivateKey) -> Self {
        Self { ledger, namespace: namespace(chain).into(), secret, known: Arc::default() }
    }

    /// Keys that certify `epoch`, in the order of a certificate's bitmap.
    pub fn members(&self, epoch: u64) -> Option<Set<PublicKey>> {
        let set = self.ledger.committee(epoch)?;
        let keys: Result<Vec<_>, _> = set.keys().iter().map(key).collect();
        Some(Set::from_iter_dedup(keys.ok()?))
    }

    /// Signs and verifies votes of `epoch`; only verifies where this peer is no member.
    pub fn scheme_of(&self, epoch: u64) -> Option<Arc<Scheme>> {
        if let Some(scheme) = self.known.lock().get(&epoch) {
            return Some(Arc::clone(scheme));
        }
        let members = self.members(epoch)?;
        let scheme = Scheme::signer(&self.namespace, members.clone(), self.secret.clone())
            .unwrap_or_else(|| Scheme::verifier(&self.namespace, members));
        let scheme = Arc::new(scheme);
        let mut known = self.known.lock();
        known.insert(epoch, Arc::clone(&scheme));
        while known.len() > KEPT {
            known.pop_first();
        }
        Some(scheme)
    }

    /// This peer's name.
    pub fn me(&self) -> PublicKey {
        self.secret.public_key()
    }
}

impl<L: Ledger> Provider for Committees<L> {
    type Scope = Epoch;
    type Scheme = Scheme;

    fn scoped(&self, epoch: Epoch) -> Option<Scoped<Scheme>> {
        self.scheme_of(epoch.get()).map(Scoped::scheme)
    }
}
