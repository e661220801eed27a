//! Certificates taken apart and put together again, with or without the keys for it.

use commonware_codec::{Copying, Decode as _, Read as _, ReadExt as _, Write as _, varint::UInt};
use commonware_cryptography::{
    Signer as _,
    certificate::{Signers, ed25519 as scheme},
    ed25519::PrivateKey,
};
use commonware_utils::Participant;
use zera_light::{SealKey, ValidatorSet, validators::MAX_VALIDATORS};
use zera_primitives::{AccountId, Header};
use zera_wire::answer::Finality;

/// A certificate's parts, in the engine's encoding.
pub struct Parts {
    /// Epoch, view and the parent's view.
    pub round: [u64; 3],
    /// The header's hash.
    pub payload: [u8; 32],
    /// Which validators, by their place in the set, and a signature each.
    pub signed: scheme::Certificate,
}

impl Parts {
    /// Takes a certificate apart; none when it is none.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Option<Self> {
        let mut rest = Copying(certificate);
        let mut number = || UInt::<u64>::read(&mut rest).map(u64::from).ok();
        let round = [number()?, number()?, number()?];
        let payload = <[u8; 32]>::read(&mut rest).ok()?;
        let signed = scheme::Certificate::read_cfg(&mut rest, &MAX_VALIDATORS).ok()?;
        Some(Self { round, payload, signed })
    }

    /// Puts it together.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = proposal(self.round, &self.payload);
        self.signed.write(&mut bytes);
        bytes
    }

    /// Leaves out signers until `most` are left.
    #[must_use]
    pub fn fewer(mut self, most: usize) -> Self {
        let kept: Vec<Participant> = self.signed.signers.iter().take(most).collect();
        let total = u32::try_from(self.signed.signers.len()).unwrap_or(u32::MAX);
        if let Ok(signers) = Signers::new(total, kept) {
            self.signed.signers = signers;
            self.signed.signatures.truncate(most);
        }
        self
    }
}

fn proposal(round: [u64; 3], payload: &[u8; 32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in round {
        UInt(number).write(&mut bytes);
    }
    bytes.extend_from_slice(payload);
    bytes
}

/// Keys of validators, as whoever broke into their machines has them.
#[derive(Clone)]
pub struct Keys(Vec<(AccountId, PrivateKey)>);

impl Keys {
    /// The keys of these seeds; seeds that are none are left out.
    #[must_use]
    pub fn of_seeds(seeds: &[[u8; 32]]) -> Self {
        let key = |seed: &[u8; 32]| {
            let id = SealKey::from_seed(seed).ok()?.public();
            Some((id, PrivateKey::decode_cfg(Copying(seed), &()).ok()?))
        };
        Self(seeds.iter().filter_map(key).collect())
    }

    /// Their set, when they are all validators of a chain.
    #[must_use]
    pub fn set(&self) -> Option<ValidatorSet> {
        ValidatorSet::new(self.0.iter().map(|(id, _)| *id).collect()).ok()
    }

    /// Certifies `header` in the round of the certificate beside the real one, with all of these keys.
    #[must_use]
    pub fn certify(&self, header: &Header, round: [u64; 3]) -> Option<Finality> {
        let set = self.set()?;
        let payload = header.hash().0;
        let message = proposal(round, &payload);
        let namespace = [b"zera/finalization/v1".as_slice(), &header.chain.0, b"_FINALIZE"].concat();
        let sign = |id| self.0.iter().find(|(key, _)| key == id).map(|(_, key)| key.sign(&namespace, &message).into());
        let signatures = set.keys().iter().map(sign).collect::<Option<Vec<_>>>()?;
        let total = u32::try_from(signatures.len()).ok()?;
        let signers = Signers::new(total, (0..total).map(Participant::new)).ok()?;
        let parts = Parts { round, payload, signed: scheme::Certificate { signers, signatures } };
        Some(Finality { header: header.clone(), certificate: parts.to_bytes() })
    }
}
