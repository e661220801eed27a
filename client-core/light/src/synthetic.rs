//! A chain without contents, for tests, vectors and benches: headers that follow each other, validator sets that change from
//! epoch to epoch, and real signatures wherever somebody asks for a certificate. Everything follows from a seed.

use crate::{
    anchor::Anchor,
    certificate::{Certificate, SealKey, certify},
    rules::Rules,
    sync::{Light, LightError},
    validators::ValidatorSet,
};
use alloc::vec::Vec;
use codec::Encode as _;
use zera_primitives::{Hash, Header, Height, Slot, block::HEADER_FORMAT};
use zera_wire::answer::{Boundary, Finality};

/// Unix time of slot 0, milliseconds.
pub const ZERO_MS: u64 = 1_700_000_000_000;

/// What the chain is like.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Which chain.
    pub seed: u8,
    /// Validators of a set.
    pub validators: u64,
    /// How many of them others replace from epoch to epoch.
    pub turnover: u64,
    /// Blocks of an epoch.
    pub epoch_blocks: u64,
}

/// Such a chain.
pub struct Chain {
    shape: Shape,
    rules: Rules,
    genesis: Header,
}

impl Chain {
    /// The chain of this shape.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        let rules = Rules { epoch_blocks: shape.epoch_blocks, zero_ms: ZERO_MS, trusting_slots: 10_000_000 };
        let mut chain = Self { shape, rules, genesis: plain(shape.seed) };
        chain.genesis.validators = chain.set(0).hash();
        chain.genesis.next_validators = chain.set(0).hash();
        chain
    }

    /// Its rules; the trusting period is long.
    #[must_use]
    pub const fn rules(&self) -> Rules {
        self.rules
    }

    /// Its genesis header.
    #[must_use]
    pub const fn genesis(&self) -> &Header {
        &self.genesis
    }

    /// A light client at its genesis.
    ///
    /// # Errors
    /// None, for sets that are ones.
    pub fn light(&self) -> Result<Light, LightError> {
        Light::new(Anchor::of(self.genesis.hash(), &self.genesis), self.genesis.clone(), self.set(0), self.rules)
    }

    /// Unix time of a block, milliseconds. A block takes a slot.
    #[must_use]
    pub const fn time_ms(&self, height: u64) -> u64 {
        self.rules.time_ms(Slot(height))
    }

    /// The key of the validator with this number, counted from the first set on.
    #[must_use]
    pub fn key(&self, number: u64) -> Option<SealKey> {
        let seed = Hash::of_parts("zera synthetic validator", &[&[self.shape.seed], &number.to_le_bytes()]);
        SealKey::from_seed(&seed.0).ok()
    }

    /// The keys of an epoch's set, in the set's order.
    #[must_use]
    pub fn keys(&self, epoch: u64) -> Vec<SealKey> {
        let first = epoch.saturating_mul(self.shape.turnover);
        let mut keys: Vec<SealKey> =
            (first..first.saturating_add(self.shape.validators)).filter_map(|number| self.key(number)).collect();
        keys.sort_by_key(SealKey::public);
        keys
    }

    /// The set of an epoch.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the keys are made here, and a test that asks for none of them is wrong")]
    pub fn set(&self, epoch: u64) -> ValidatorSet {
        let keys = self.keys(epoch).iter().map(SealKey::public).collect();
        ValidatorSet::new(keys).expect("1 to 256 validators")
    }

    /// The block at `height` on `parent`.
    #[must_use]
    pub fn header(&self, height: u64, parent: Hash) -> Header {
        let epoch = self.rules.epoch_of(Height(height));
        Header {
            chain: self.genesis.hash(),
            height: Height(height),
            slot: Slot(height),
            epoch,
            parent,
            state_root: Hash::of(&height.to_le_bytes()),
            validators: self.set(epoch).hash(),
            next_validators: self.set(epoch.saturating_add(1)).hash(),
            ..plain(self.shape.seed)
        }
    }

    /// A block far from others: its parent is nobody's.
    #[must_use]
    pub fn lone(&self, height: u64) -> Header {
        self.header(height, Hash::of_parts("zera synthetic parent", &[&height.to_le_bytes()]))
    }

    /// `header`, signed by those of its epoch's validators who stand at `places`, or by a quorum of the first.
    #[must_use]
    pub fn certified(&self, header: Header, places: Option<&[usize]>) -> Finality {
        let keys = self.keys(header.epoch);
        let quorum: Vec<usize> = (0..self.set(header.epoch).quorum()).collect();
        let certificate =
            certify(&header, (header.height.0, header.height.0.saturating_sub(1)), &keys, places.unwrap_or(&quorum));
        Finality { certificate: certificate.as_ref().map(Certificate::to_bytes).unwrap_or_default(), header }
    }

    /// A block far from others, signed by a quorum.
    #[must_use]
    pub fn block(&self, height: u64) -> Finality {
        self.certified(self.lone(height), None)
    }

    /// The last block of an epoch, with the set that it names.
    #[must_use]
    pub fn boundary(&self, epoch: u64) -> Boundary {
        let last = self.block(self.rules.last_of(epoch).0);
        let next =
            (last.header.validators != last.header.next_validators).then(|| self.set(epoch.saturating_add(1)).encode());
        Boundary { last, next }
    }
}

/// A header of the chain of `seed`, at height 0.
fn plain(seed: u8) -> Header {
    Header {
        format: HEADER_FORMAT,
        chain: Hash::ZERO,
        height: Height(0),
        slot: Slot(0),
        epoch: 0,
        parent: Hash::ZERO,
        proposer: zera_primitives::AccountId([seed; 32]),
        transaction_root: Hash::of(b"transactions"),
        receipt_root: Hash::of(b"receipts"),
        event_root: Hash::of(b"events"),
        state_root: Hash::of(b"state"),
        validators: Hash::ZERO,
        next_validators: Hash::ZERO,
        params: Hash::of(b"params"),
        runtime: Hash::of(b"runtime"),
        module_set: Hash::of(b"modules"),
    }
}
