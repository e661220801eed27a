//! Sample: a confused deputy. It is the admin of a manager, and its setter, which any vote on parameters reaches, calls that
//! manager's `release`. The chain refuses: a vote on parameters changes no code, whatever its setters call.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A module whose setter calls a manager of tags. Voting for a new value would change code, and so must fail.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod deputy {
    use zera::prelude::*;

    /// Everything the module keeps.
    #[storage]
    pub struct Deputy {
        manager: Item<ModuleId>,
        released: Item<Hash>,
    }

    impl Deputy {
        /// Releases for `manager`, which must name this module its admin.
        #[constructor]
        pub fn new(&mut self, manager: ModuleId) {
            self.manager.set(&manager);
        }

        /// What was released last; zeros if nothing was.
        #[query]
        pub fn get_release(&self) -> Hash {
            self.released.find().unwrap_or_default()
        }

        /// Code to release under the manager's tag `vault`.
        #[setter(parameter = "release", getter = "get_release")]
        pub fn set_release(&mut self, code: Hash) {
            self.released.set(&code);
            env::call::<()>(&self.manager.get(), "release", &("vault", code), 0);
        }

        /// The same by a call: then it is no vote, and the manager decides alone.
        #[call]
        pub fn release(&mut self, code: Hash) {
            env::call::<()>(&self.manager.get(), "release", &("vault", code), 0);
        }
    }
}
