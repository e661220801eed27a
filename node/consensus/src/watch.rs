//! What the engine sees of validators, told to the ledger: votes, certificates, faults.

use crate::{
    Fault, Ledger,
    block::{Digest, hash},
    committee::{Committees, account},
    evidence::{FINALIZE, NOTARIZE, NULLIFY},
};
use commonware_actor::Feedback;
use commonware_codec::Encode as _;
use commonware_consensus::{
    Epochable as _, Reporter, Viewable as _,
    simplex::{
        scheme::ed25519::Scheme,
        types::{Activity, Attributable as _},
    },
};
use commonware_cryptography::certificate::Scheme as _;
use commonware_cryptography::ed25519::PublicKey;
use commonware_parallel::Sequential;
use commonware_utils::{Participant, ordered::Set, sys_rng};
use zera_primitives::AccountId;

/// Reports to a ledger.
#[derive(Clone)]
pub struct Watch<L> {
    ledger: L,
    committees: Committees<L>,
}

impl<L: Ledger> Watch<L> {
    /// To `ledger`.
    pub const fn new(ledger: L, committees: Committees<L>) -> Self {
        Self { ledger, committees }
    }

    fn name(&self, epoch: u64, signer: Participant) -> Option<AccountId> {
        let members: Set<PublicKey> = self.committees.scheme_of(epoch)?.participants().clone();
        let index = usize::try_from(signer.get()).ok()?;
        members.get(index).map(account)
    }

    fn fault(&self, activity: &Activity<Scheme, Digest>, signer: Participant, kind: &'static str, bytes: Vec<u8>) {
        let (epoch, view) = (activity.epoch().get(), activity.view().get());
        let Some(scheme) = self.committees.scheme_of(epoch) else { return };
        // Evidence is for others: only what holds for anybody is recorded.
        if !activity.verify(&mut sys_rng(), scheme.as_ref(), &Sequential) {
            return;
        }
        if let Some(validator) = self.name(epoch, signer) {
            tracing::warn!(?validator, epoch, view, kind, "a validator contradicts itself");
            self.ledger.fault(Fault { validator, round: (epoch, view), kind, bytes });
        }
    }
}

impl<L: Ledger> Reporter for Watch<L> {
    type Activity = Activity<Scheme, Digest>;

    fn report(&mut self, activity: Self::Activity) -> Feedback {
        let (epoch, view) = (activity.epoch().get(), activity.view().get());
        match &activity {
            Activity::Notarize(vote) => self.voted(epoch, view, vote.signer()),
            Activity::Nullify(vote) => self.voted(epoch, view, vote.signer()),
            Activity::Finalize(vote) => self.voted(epoch, view, vote.signer()),
            Activity::Finalization(found) => {
                self.ledger.certified(hash(&found.proposal.payload), found.encode().to_vec());
            }
            Activity::ConflictingNotarize(both) => {
                self.fault(&activity, both.signer(), NOTARIZE, both.encode().to_vec());
            }
            Activity::ConflictingFinalize(both) => {
                self.fault(&activity, both.signer(), FINALIZE, both.encode().to_vec());
            }
            Activity::NullifyFinalize(both) => {
                self.fault(&activity, both.signer(), NULLIFY, both.encode().to_vec());
            }
            Activity::Notarization(_) | Activity::Certification(_) | Activity::Nullification(_) => {}
        }
        Feedback::Ok
    }
}

impl<L: Ledger> Watch<L> {
    fn voted(&self, epoch: u64, view: u64, signer: Participant) {
        if let Some(validator) = self.name(epoch, signer) {
            self.ledger.voted(validator, view);
        }
    }
}
