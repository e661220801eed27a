//! Sample: a manager in the sense of document 003. Its admin releases code under tags; whatever follows a tag runs what was
//! released last, from its next call on. It also makes followers.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// Releases code to a fleet: its admin sets tags, every module that follows a tag runs the tag's code from its next call on.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod manager {
    use zera::prelude::*;

    /// Everything the module keeps.
    #[storage]
    pub struct Manager {
        admin: Item<AccountId>,
        /// What the parameter `stable` was set to last.
        stable: Item<Hash>,
    }

    /// The tag that a vote releases to.
    pub const STABLE: &str = "stable";

    impl Manager {
        /// `admin` may release from now on.
        #[constructor]
        pub fn new(&mut self, admin: AccountId) {
            self.admin.set(&admin);
        }

        /// Releases stored code under a tag, which is made if there is none.
        #[call]
        pub fn release(&mut self, tag: String, code: Hash) -> Result<()> {
            self.require_admin()?;
            refs::set(&tag, &code);
            Ok(())
        }

        /// Makes a tag whose later releases take effect so many slots after they are made.
        #[call]
        pub fn release_with_notice(&mut self, tag: String, code: Hash, notice: u64) -> Result<()> {
            self.require_admin()?;
            refs::announce(&tag, &code, notice);
            Ok(())
        }

        /// Deletes a tag that nobody follows.
        #[call]
        pub fn delete(&mut self, tag: String) -> Result<()> {
            self.require_admin()?;
            refs::delete(&tag);
            Ok(())
        }

        /// Makes a follower and runs its constructor, with SCALE arguments; the attached ZRA go to it. Anyone may.
        #[call(payable)]
        pub fn spawn(&mut self, tag: String, salt: Hash, args: Vec<u8>) -> ModuleId {
            refs::create_with_raw(&env::self_id(), &tag, &salt, &args, env::value())
        }

        /// Makes a follower without running a constructor. Anyone may.
        #[call]
        pub fn spawn_bare(&mut self, tag: String, salt: Hash) -> ModuleId {
            refs::create(&env::self_id(), &tag, &salt)
        }

        /// Follows a tag of another manager: refused while this one has tags, since chains are refused.
        #[call]
        pub fn follow(&mut self, manager: ModuleId, tag: String) -> Result<()> {
            self.require_admin()?;
            refs::follow(&manager, &tag);
            Ok(())
        }

        /// Hands the right to release over.
        #[call]
        pub fn hand_over(&mut self, admin: AccountId) -> Result<()> {
            self.require_admin()?;
            self.admin.set(&admin);
            Ok(())
        }

        /// Who may release.
        #[query]
        pub fn get_admin(&self) -> AccountId {
            self.admin.get()
        }

        /// The code that a tag stands at now.
        #[query]
        pub fn get(&self, tag: String) -> Option<Hash> {
            refs::get(&env::self_id(), &tag)
        }

        /// The code released last by vote; zeros if there was none.
        #[query]
        pub fn get_stable(&self) -> Hash {
            self.stable.find().unwrap_or_default()
        }

        /// The code that the tag `stable` stands at. An executable proposal that lists the tag among its effects may set it; a
        /// vote on parameters alone may not change code, so there this fails.
        #[setter(parameter = "stable", getter = "get_stable")]
        pub fn set_stable(&mut self, code: Hash) {
            self.stable.set(&code);
            refs::set(STABLE, &code);
        }

        fn require_admin(&self) -> Result<()> {
            if env::caller() == self.admin.get() { Ok(()) } else { Err("only the admin may do this") }
        }
    }
}

#[cfg(test)]
mod tests;
