//! Sample: the code of an executable proposal that moves a fleet and a single module to the same code: it sets a manager's tag
//! through the manager's setter, and applies an upgrade. Manager, code and module are filled in after compiling, in place of
//! the markers 0 to 2.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A proposal of its own code: it releases code to a manager's tag `stable`, and upgrades one module to the same code.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod enactor {
    use zera::prelude::*;

    static MANAGER: Bound = Bound::new(0);
    static CODE: Bound = Bound::new(1);
    static MODULE: Bound = Bound::new(2);

    /// A proposal's code has no storage.
    #[storage]
    pub struct Enactor {}

    impl Enactor {
        /// Runs once, when the vote is enacted. The module is upgraded from its first version to its second.
        #[call]
        pub fn enact(&mut self) {
            let code = Hash(CODE.get());
            env::call::<()>(&ModuleId(MANAGER.get()), "set_stable", &(code,), 0);
            refs::apply_wasm_module_upgrade(&ModuleId(MODULE.get()), &code, 2, None);
        }
    }
}
