//! Whether recorded faults are what they claim to be: for those who vote on removing a validator because of one.

use crate::{
    Fault,
    block::Digest,
    committee::{account, key, namespace},
};
use commonware_codec::{Copying, Decode as _};
use commonware_consensus::{
    Epochable as _, Viewable as _,
    simplex::{
        scheme::ed25519::Scheme,
        types::{Attributable as _, ConflictingFinalize, ConflictingNotarize, NullifyFinalize},
    },
};
use commonware_parallel::Sequential;
use commonware_utils::{ordered::Set, sys_rng};
use zera_light::ValidatorSet;
use zera_primitives::Hash;

/// Two different blocks proposed or accepted in one view.
pub const NOTARIZE: &str = "conflicting notarize";
/// Two different blocks finalised in one view.
pub const FINALIZE: &str = "conflicting finalize";
/// A view both skipped and finalised.
pub const NULLIFY: &str = "nullify after finalize";

/// True when both messages in `fault` were signed by the validator and in the round that it names, on the chain with this
/// genesis hash; `set` is the committee of that epoch.
#[must_use]
pub fn holds(fault: &Fault, set: &ValidatorSet, chain: &Hash) -> bool {
    let members: Result<Vec<_>, _> = set.keys().iter().map(key).collect();
    let Ok(members) = members else { return false };
    let members = Set::from_iter_dedup(members);
    let scheme = Scheme::verifier(&namespace(chain), members.clone());
    let named = |signer: commonware_utils::Participant, epoch: u64, view: u64| {
        let signer = usize::try_from(signer.get()).ok().and_then(|index| members.get(index));
        signer.map(account) == Some(fault.validator) && (epoch, view) == fault.round
    };
    let (bytes, rng) = (Copying(fault.bytes.as_slice()), &mut sys_rng());
    match fault.kind {
        NOTARIZE => ConflictingNotarize::<Scheme, Digest>::decode_cfg(bytes, &()).is_ok_and(|both| {
            named(both.signer(), both.epoch().get(), both.view().get()) && both.verify(rng, &scheme, &Sequential)
        }),
        FINALIZE => ConflictingFinalize::<Scheme, Digest>::decode_cfg(bytes, &()).is_ok_and(|both| {
            named(both.signer(), both.epoch().get(), both.view().get()) && both.verify(rng, &scheme, &Sequential)
        }),
        NULLIFY => NullifyFinalize::<Scheme, Digest>::decode_cfg(bytes, &()).is_ok_and(|both| {
            named(both.signer(), both.epoch().get(), both.view().get()) && both.verify(rng, &scheme, &Sequential)
        }),
        _ => false,
    }
}
