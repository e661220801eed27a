//! Whether certificates hold, for a client that only needs to know that they do: a quorum's signatures are checked, not all,
//! and those of many certificates together.
//!
//! A batch is one equation over all its signatures, each weighted by a number that nobody may choose: with such weights a
//! sum of wrong signatures vanishes once in 2^128. The engine draws them at random. Here they follow from a hash over
//! everything in the equation (chain, messages, keys, signatures), so whoever tries to make wrong ones cancel out must fix them
//! before knowing the weights, and is left with trying 2^128 times; and two clients that see the same bytes agree. What a
//! batch says, ZIP-215 makes the same as one check after the other would; when it says no, that is how the wrong one is found.

use super::{Certificate, CertificateError, namespace};
use crate::committee::Committee;
use alloc::vec::Vec;
use commonware_cryptography::{
    BatchEntry, BatchVerifier as _, Verifier as _,
    ed25519::{PublicKey, Signature},
    transcript::{Transcript, Version},
};
use commonware_parallel::Sequential;
use zera_primitives::{Hash, Header};

const WEIGHTS: &[u8] = b"zera/light/batch/v1";

/// The signatures of one certificate that are to be checked.
pub(crate) struct Claim<'a> {
    message: Vec<u8>,
    signed: Vec<(&'a PublicKey, &'a Signature)>,
}

/// One signature of a batch: its certificate's message, its key and itself.
type Item<'a> = (&'a [u8], &'a PublicKey, &'a Signature);

impl Certificate {
    /// What must hold if it finalises `header` with a quorum of the committee that the header names: the signatures of the
    /// first validators that make a quorum.
    ///
    /// # Errors
    /// [`CertificateError`], all but a wrong signature.
    pub(crate) fn claim<'a>(
        &'a self,
        header: &Header,
        committee: &'a Committee,
    ) -> Result<Claim<'a>, CertificateError> {
        if header.validators != committee.hash() {
            return Err(CertificateError::OtherSet);
        }
        self.check_form(header, committee.set())?;
        let pairs = self.signed.signers.iter().zip(&self.signed.signatures).take(committee.set().quorum());
        let signed = pairs.map(|(signer, signature)| {
            let place = usize::try_from(signer.get()).map_err(|_| CertificateError::Malformed)?;
            committee.key(place).zip(signature.get()).ok_or(CertificateError::Malformed)
        });
        Ok(Claim { message: self.proposal().to_bytes(), signed: signed.collect::<Result<_, _>>()? })
    }
}

/// True when all `claims` of one chain hold.
pub(crate) fn all_hold(chain: &Hash, claims: &[Claim<'_>]) -> bool {
    let namespace = namespace(chain);
    let items: Vec<Item<'_>> = claims.iter().flat_map(Claim::items).collect();
    let mut transcript = Transcript::new(WEIGHTS, Version::V1);
    transcript.commit(namespace.as_slice());
    for (message, key, signature) in &items {
        transcript.commit(*message).commit(key.as_ref()).commit(signature.as_ref());
    }
    let entry = |_, item| entry(&namespace, item);
    items.is_empty() || PublicKey::verify_batch(&mut transcript.noise(WEIGHTS), &items, entry, &Sequential)
}

/// How many of `claims`, from the first on, hold, one signature after the other.
pub(crate) fn first_hold(chain: &Hash, claims: &[Claim<'_>]) -> usize {
    let namespace = namespace(chain);
    let holds =
        |claim: &&Claim<'_>| claim.items().all(|(message, key, signature)| key.verify(&namespace, message, signature));
    claims.iter().take_while(holds).count()
}

fn entry<'a>(namespace: &'a [u8], item: &'a Item<'a>) -> BatchEntry<'a, PublicKey> {
    let (message, public_key, signature) = *item;
    BatchEntry { namespace, message, public_key, signature }
}

impl<'a> Claim<'a> {
    fn items(&self) -> impl Iterator<Item = (&[u8], &'a PublicKey, &'a Signature)> {
        self.signed.iter().map(|(key, signature)| (self.message.as_slice(), *key, *signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::{Chain, Shape};
    use zera_wire::answer::Finality;

    const SHAPE: Shape = Shape { seed: 3, validators: 7, turnover: 2, epoch_blocks: 10 };

    /// What [`all_hold`] and [`first_hold`] say of blocks of epoch 1.
    fn verdicts(chain: &Chain, blocks: &[Finality]) -> (bool, usize) {
        let committee = Committee::new(chain.set(1), None).unwrap();
        let read = |block: &Finality| Certificate::from_bytes(&block.certificate).unwrap();
        let certificates: Vec<Certificate> = blocks.iter().map(read).collect();
        let pairs = certificates.iter().zip(blocks);
        let claims: Vec<_> = pairs.map(|(one, block)| one.claim(&block.header, &committee).unwrap()).collect();
        let genesis = chain.genesis().hash();
        (all_hold(&genesis, &claims), first_hold(&genesis, &claims))
    }

    #[test]
    fn a_batch_says_what_one_by_one_says() {
        let chain = Chain::new(SHAPE);
        let good: Vec<Finality> = (10..18).map(|height| chain.block(height)).collect();
        assert_eq!(verdicts(&chain, &good), (true, 8));
        assert_eq!(verdicts(&chain, &[]), (true, 0));
        for (place, block) in good.iter().enumerate() {
            let first = block.certificate.len() - 5 * 64;
            for bit in [first, first + 32, first + 63, block.certificate.len() - 64, block.certificate.len() - 1] {
                let mut bad = good.clone();
                bad[place].certificate[bit] ^= 1;
                assert_eq!(verdicts(&chain, &bad), (false, place), "{place} {bit}");
            }
        }
        // Two wrong signatures whose errors would cancel out in a sum without weights.
        let mut bad = good.clone();
        let one = bad[0].certificate.len() - 32;
        let (a, b) = (bad[0].certificate[one], bad[1].certificate[one]);
        (bad[0].certificate[one], bad[1].certificate[one]) = (a.wrapping_add(1), b.wrapping_sub(1));
        assert_eq!(verdicts(&chain, &bad), (false, 0));
    }

    #[test]
    fn only_a_quorum_is_looked_at() {
        let chain = Chain::new(SHAPE);
        let mut block = chain.certified(chain.lone(12), Some(&[0, 1, 2, 3, 4, 5, 6]));
        *block.certificate.last_mut().unwrap() ^= 1;
        assert_eq!(verdicts(&chain, &[block.clone()]), (true, 1), "the quorum's five signatures hold");
        let fifth = block.certificate.len() - 2 * 64 - 1;
        block.certificate[fifth] ^= 1;
        assert_eq!(verdicts(&chain, &[block]), (false, 0));
    }
}
