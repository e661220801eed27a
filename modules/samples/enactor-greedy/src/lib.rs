//! Sample: the code of an executable proposal that does one thing more than it says, so that enacting it must change nothing. Which
//! treasury, and who gets the grant, is filled in after compiling, in place of the markers 0 and 1.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A proposal that also moves the oracle, which its list of effects does not say: enacting it changes nothing.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod enactor {
    use zera::prelude::*;

    static TREASURY: Bound = Bound::new(0);
    static RECEIVER: Bound = Bound::new(1);
    /// Base units of the grant.
    const GRANT: Amount = Amount(25_000_000_000);

    /// A proposal's code has no storage.
    #[storage]
    pub struct Enactor {}

    impl Enactor {
        /// Runs once, when the vote is enacted.
        #[call]
        pub fn enact(&mut self) {
            let (treasury, to) = (ModuleId(TREASURY.get()), AccountId(RECEIVER.get()));
            env::call::<()>(&treasury, "set_threshold", &(1u32,), 0);
            env::call::<()>(&treasury, "set_grant", &(Some((to, GRANT)),), 0);
            env::call::<Amount>(&treasury, "pay_grant", &(), 0);
            // One effect more than the vote lists: everything is undone.
            env::call::<()>(&treasury, "set_oracle", &("https://elsewhere.example",), 0);
        }
    }
}
