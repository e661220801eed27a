//! Newtypes for identities, positions and work. Units are in the names; arithmetic is checked or saturating by name.

use crate::hash::Hash;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
        pub struct $name(pub u64);

        impl $name {
            /// `self + more`; stays at the largest value instead of wrapping.
            #[must_use]
            pub const fn plus(self, more: u64) -> Self {
                Self(self.0.saturating_add(more))
            }

            /// How far `self` lies past `earlier`; zero when it does not.
            #[must_use]
            pub const fn since(self, earlier: Self) -> u64 {
                self.0.saturating_sub(earlier.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

number!(
    /// Number of a block; the genesis block is 0.
    Height
);
number!(
    /// Time in slots of one second nominal since genesis (design §5); never decreasing along the chain.
    Slot
);
number!(
    /// Number of a proposal, from 1 in order of submission.
    ProposalId
);
number!(
    /// Work in simple WASM operators (design §6): one simple operator is 1.
    Gas
);

/// Position of a version in a module's append-only history, from 1.
pub type Sequence = u32;

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&crate::hash::to_hex(&self.0))
            }
        }
    };
}

identity!(
    /// An account: an Ed25519 public key, or the id of a module that holds ZRA.
    AccountId
);
identity!(
    /// A module: BLAKE3 of deployer, nonce and place in the transaction, or of the module that made it and a salt.
    ModuleId
);

impl ModuleId {
    /// The id of the module that call `index` of `deployer`'s transaction `nonce` deploys.
    #[must_use]
    pub fn derive(deployer: &AccountId, nonce: u64, index: u32) -> Self {
        let hash = Hash::of_parts("zera/module-id/v1", &[&deployer.0, &nonce.to_le_bytes(), &index.to_le_bytes()]);
        Self(hash.0)
    }

    /// The id of the module that the module `creator` makes with `salt`: once, and known before.
    #[must_use]
    pub fn derive_salted(creator: &Self, salt: &[u8; 32]) -> Self {
        Self(Hash::of_parts("zera/module-id/salted/v1", &[&creator.0, salt]).0)
    }

    /// The account that holds this module's ZRA: the same 32 bytes, which are a hash and so nobody's key.
    #[must_use]
    pub const fn account(self) -> AccountId {
        AccountId(self.0)
    }
}
