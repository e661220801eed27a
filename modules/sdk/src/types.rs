//! Identities as guests see them: the same bytes and, in manifests, the same types as `zera-primitives`.

use codec::{Decode, Encode, MaxEncodedLen};

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug, Encode, Decode, MaxEncodedLen)]
        pub struct $name(pub [u8; 32]);

        #[cfg(not(target_arch = "wasm32"))]
        impl scale_info::TypeInfo for $name {
            type Identity = zera_primitives::$name;

            fn type_info() -> scale_info::Type {
                zera_primitives::$name::type_info()
            }
        }
    };
}

identity!(
    /// An account: an Ed25519 public key, or the id of a module that holds ZRA.
    AccountId
);
identity!(
    /// A module.
    ModuleId
);
identity!(
    /// A BLAKE3 digest.
    Hash
);

/// ZRA base units: 10^9 of them are one ZRA. In manifests it says that pages may show ZRA.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug, Encode, Decode, MaxEncodedLen)]
pub struct Amount(pub u128);

#[cfg(not(target_arch = "wasm32"))]
impl scale_info::TypeInfo for Amount {
    type Identity = zera_primitives::Amount;

    fn type_info() -> scale_info::Type {
        zera_primitives::Amount::type_info()
    }
}

impl ModuleId {
    /// The account that holds this module's ZRA: the same bytes.
    #[must_use]
    pub const fn account(self) -> AccountId {
        AccountId(self.0)
    }
}
