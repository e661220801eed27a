//! An in-memory chain for native tests: modules with storage, accounts with ZRA, time, governance calls, upgrades with
//! migration. What fails is undone, as on the real chain; gas is not counted.
//!
//! ```ignore
//! let mut chain = Chain::new();
//! let id = chain.deploy(alice, counter::exports::EXPORTS, "new", &(5u64,)).unwrap();
//! chain.call::<()>(alice, id, "increment", &()).unwrap();
//! assert_eq!(chain.call::<u64>(alice, id, "count", &()), Ok(6));
//! ```

pub(crate) mod host;
mod world;

use world::{Deployed, Executable, World};
pub(crate) use world::{Failed, Frame, WORLD};

use crate::{
    env::CallerKind,
    types::{AccountId, Hash, ModuleId},
};
use codec::{Decode, DecodeAll, Encode};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The SCALE entries of a module: `exports::EXPORTS` of a `#[zera::module]`.
pub type Exports = &'static [(&'static str, fn())];

/// The chain of one test. There is one per thread; a new one starts empty.
#[derive(Debug)]
pub struct Chain(());

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// An empty chain at slot 0.
    #[must_use]
    pub fn new() -> Self {
        WORLD.replace(World::default());
        Self(())
    }

    /// Gives `account` that many base units more.
    pub fn fund(&mut self, account: AccountId, amount: u128) {
        WORLD.with_borrow_mut(|world| *world.balances.entry(account.0).or_default() += amount);
    }

    /// Base units of an account or module.
    #[must_use]
    pub fn balance(&self, account: AccountId) -> u128 {
        WORLD.with_borrow(|world| world.balance(&account.0))
    }

    /// Lets `slots` pass.
    pub fn pass(&mut self, slots: u64) {
        WORLD.with_borrow_mut(|world| {
            world.slot += slots;
            world.height += 1;
        });
    }

    /// Keeps the receipt of a transaction, as the chain does for some time.
    pub fn keep_receipt(&mut self, transaction: Hash) {
        WORLD.with_borrow_mut(|world| world.receipts.insert(transaction.0));
    }

    /// Lets these bytes pass for a proof of the statement with this digest: nothing is computed here.
    pub fn take_for_proven(&mut self, proof: &[u8], statement: Hash) {
        WORLD.with_borrow_mut(|world| world.proofs.insert(proof.to_vec(), statement.0));
    }

    /// Lets these bytes pass for a Groth16 proof that holds: nothing is computed here.
    pub fn take_for_groth16(&mut self, key: &[u8], proof: &[u8], public: &[u8]) {
        WORLD.with_borrow_mut(|world| world.groth16.insert([key.to_vec(), proof.to_vec(), public.to_vec()]));
    }

    /// Transactions for which a proof was asked.
    #[must_use]
    pub fn requested(&self) -> Vec<Hash> {
        WORLD.with_borrow(|world| world.requested.iter().copied().map(Hash).collect())
    }

    /// Names under which executions asked to be kept.
    #[must_use]
    pub fn logged(&self) -> Vec<String> {
        WORLD.with_borrow(|world| world.logged.clone())
    }

    /// Topics and data of all events of calls that succeeded, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<(String, Vec<u8>)> {
        WORLD.with_borrow(|world| world.events.clone())
    }

    /// Puts code into the store, for tags and switches; `constructor` is the entry that constructs. On this chain a flip
    /// migrates nothing.
    #[must_use]
    pub fn store(&mut self, exports: Exports, constructor: &'static str) -> Hash {
        Hash(WORLD.with_borrow_mut(|world| world.store(exports, Some(constructor))))
    }

    /// The code that a module runs now.
    #[must_use]
    pub fn code_of(&self, module: ModuleId) -> Option<Hash> {
        WORLD.with_borrow(|world| world.resolve(&module.0)).map(Hash)
    }

    /// Deploys a module and runs its constructor.
    ///
    /// # Errors
    /// The words with which the constructor failed; then nothing is deployed.
    pub fn deploy(
        &mut self,
        deployer: AccountId,
        exports: Exports,
        constructor: &str,
        args: &impl Encode,
    ) -> Result<ModuleId, String> {
        let id = WORLD.with_borrow_mut(|world| {
            let mut id = [0xee; 32];
            id[0] = u8::try_from(world.modules.len()).unwrap_or(u8::MAX);
            let code = world.store(exports, None);
            world.modules.insert(id, Deployed::new(Executable::Own(code)));
            ModuleId(id)
        });
        match self.call::<()>(deployer, id, constructor, args) {
            Ok(()) => Ok(id),
            Err(error) => {
                WORLD.with_borrow_mut(|world| world.modules.remove(&id.0));
                Err(error)
            }
        }
    }

    /// Calls as an account.
    ///
    /// # Errors
    /// The words with which the module failed.
    pub fn call<R: Decode>(
        &mut self,
        from: AccountId,
        module: ModuleId,
        entry: &str,
        args: &impl Encode,
    ) -> Result<R, String> {
        self.pay(from, 0, module, entry, args)
    }

    /// Calls as an account and attaches base units.
    ///
    /// # Errors
    /// The words with which the module failed.
    pub fn pay<R: Decode>(
        &mut self,
        from: AccountId,
        value: u128,
        module: ModuleId,
        entry: &str,
        args: &impl Encode,
    ) -> Result<R, String> {
        self.run(Frame::new(module.0, from.0, CallerKind::Account).with(value, args.encode()), entry)
    }

    /// Calls as an enacted proposal.
    ///
    /// # Errors
    /// The words with which the module failed.
    pub fn govern<R: Decode>(&mut self, module: ModuleId, entry: &str, args: &impl Encode) -> Result<R, String> {
        self.run(Frame::new(module.0, [0x90; 32], CallerKind::Governance).with(0, args.encode()), entry)
    }

    /// Upgrades a module as the runtime does: with a migration the storage becomes the old generation and a new one
    /// starts empty; a `health` that does not answer `true` undoes everything.
    ///
    /// # Errors
    /// The words with which migration or health failed; the old version is untouched.
    pub fn upgrade(
        &mut self,
        module: ModuleId,
        exports: Exports,
        migration: Option<&str>,
        health: Option<&str>,
    ) -> Result<(), String> {
        let before = WORLD.with_borrow(Clone::clone);
        let result = self.try_upgrade(module, exports, migration, health);
        if result.is_err() {
            WORLD.replace(before);
        }
        result
    }

    fn try_upgrade(
        &mut self,
        module: ModuleId,
        exports: Exports,
        migration: Option<&str>,
        health: Option<&str>,
    ) -> Result<(), String> {
        WORLD.with_borrow_mut(|world| {
            let code = world.store(exports, None);
            let deployed = world.modules.get_mut(&module.0).ok_or("no such module")?;
            deployed.executable = Executable::Own(code);
            if migration.is_some() {
                deployed.old = Some(std::mem::take(&mut deployed.storage));
            }
            Ok::<_, String>(())
        })?;
        if let Some(entry) = migration {
            self.migrate(module, entry)?;
        }
        WORLD.with_borrow_mut(|world| world.modules.get_mut(&module.0).map(|deployed| deployed.old = None));
        match health {
            Some(entry) if !self.run::<bool>(Frame::new(module.0, [0; 32], CallerKind::Runtime), entry)? => {
                Err("the module says that it is not in order".into())
            }
            _ => Ok(()),
        }
    }

    /// Runs a migration to its end: one call, or steps from cursor to cursor.
    fn migrate(&mut self, module: ModuleId, entry: &str) -> Result<(), String> {
        let mut cursor = Vec::new();
        loop {
            // A migration that takes no arguments answers nothing, one in steps answers an option.
            let bare = Frame::new(module.0, [0; 32], CallerKind::Runtime);
            let frame = bare.clone().with(0, cursor.encode());
            let answer = match attempt(frame, |module| world::run_entry(module, entry)) {
                Err(error) if cursor.is_empty() && error.starts_with("the arguments are not") => {
                    attempt(bare, |module| world::run_entry(module, entry))
                }
                answer => answer,
            }?
            .1;
            if answer.is_empty() {
                return Ok(());
            }
            let next = Option::<Vec<u8>>::decode_all(&mut &*answer).map_err(|_| format!("{entry}: no cursor"))?;
            match next {
                None => return Ok(()),
                Some(next) if next > cursor && next.len() <= 256 => cursor = next,
                Some(_) => return Err("a step's cursor does not grow, or is longer than 256 bytes".into()),
            }
        }
    }

    /// Runs `body` as if `module` had been called by `from`: for direct entries and single functions.
    ///
    /// # Errors
    /// The words with which it failed.
    pub fn inside<R>(&mut self, from: AccountId, module: ModuleId, body: impl FnOnce() -> R) -> Result<R, String> {
        attempt(Frame::new(module.0, from.0, CallerKind::Account), |_| body()).map(|(result, _)| result)
    }

    fn run<R: Decode>(&mut self, frame: Frame, entry: &str) -> Result<R, String> {
        let ((), output) = attempt(frame, |module| world::run_entry(module, entry))?;
        R::decode_all(&mut &*output).map_err(|_| format!("{entry} answered with another type"))
    }
}

/// Runs `body` in `frame`; undoes everything when it fails. Gives what it returned and its output bytes.
fn attempt<R>(frame: Frame, body: impl FnOnce([u8; 32]) -> R) -> Result<(R, Vec<u8>), String> {
    let before = WORLD.with_borrow(Clone::clone);
    let module = frame.module;
    let result = WORLD.with_borrow_mut(|world| world.enter(frame)).and_then(|()| {
        catch_unwind(AssertUnwindSafe(|| body(module))).map_err(|cause| match cause.downcast::<Failed>() {
            Ok(failed) => failed.0,
            Err(cause) => match cause.downcast::<&'static str>() {
                Ok(text) => (*text).to_owned(),
                Err(cause) => match cause.downcast::<String>() {
                    Ok(text) => *text,
                    Err(other) => resume_unwind(other),
                },
            },
        })
    });
    match result {
        Ok(result) => {
            let output = WORLD.with_borrow_mut(World::leave);
            Ok((result, output))
        }
        Err(error) => {
            WORLD.replace(before);
            Err(error)
        }
    }
}
