//! What the test chain keeps.

use super::Exports;
use crate::env::CallerKind;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::resume_unwind;

thread_local! {
    pub(crate) static WORLD: RefCell<World> = RefCell::default();
}

/// How a failed call unwinds; the words are for people.
pub(crate) struct Failed(pub(crate) String);

/// Ends the running call.
pub(crate) fn fail(reason: impl Into<String>) -> ! {
    // Unlike a panic this prints nothing: failing is ordinary.
    resume_unwind(Box::new(Failed(reason.into())))
}

/// Everything; cloned before each call so that it can be undone.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) modules: BTreeMap<[u8; 32], Deployed>,
    pub(crate) balances: BTreeMap<[u8; 32], u128>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) events: Vec<(String, Vec<u8>)>,
    pub(crate) slot: u64,
    pub(crate) height: u64,
}

/// A module on the test chain.
#[derive(Clone, Default)]
pub(crate) struct Deployed {
    pub(crate) exports: Exports,
    pub(crate) storage: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The previous generation, during a migration.
    pub(crate) old: Option<BTreeMap<Vec<u8>, Vec<u8>>>,
}

/// One running call.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(crate) module: [u8; 32],
    pub(crate) caller: [u8; 32],
    pub(crate) kind: CallerKind,
    pub(crate) value: u128,
    pub(crate) input: Vec<u8>,
    pub(crate) output: Vec<u8>,
}

impl Frame {
    pub(crate) fn new(module: [u8; 32], caller: [u8; 32], kind: CallerKind) -> Self {
        Self { module, caller, kind, value: 0, input: Vec::new(), output: Vec::new() }
    }

    pub(crate) fn with(self, value: u128, input: Vec<u8>) -> Self {
        Self { value, input, ..self }
    }
}

impl World {
    pub(crate) fn balance(&self, account: &[u8; 32]) -> u128 {
        self.balances.get(account).copied().unwrap_or(0)
    }

    pub(crate) fn transfer(&mut self, from: [u8; 32], to: [u8; 32], amount: u128) -> Result<(), String> {
        let left = self.balance(&from).checked_sub(amount).ok_or("the balance does not suffice")?;
        self.balances.insert(from, left);
        *self.balances.entry(to).or_default() += amount;
        Ok(())
    }

    pub(crate) fn enter(&mut self, frame: Frame) -> Result<(), String> {
        if self.frames.iter().any(|running| running.module == frame.module) {
            return Err("a module on the call stack is not re-entered".into());
        }
        self.transfer(frame.caller, frame.module, frame.value)?;
        self.frames.push(frame);
        Ok(())
    }

    pub(crate) fn leave(&mut self) -> Vec<u8> {
        self.frames.pop().map(|frame| frame.output).unwrap_or_default()
    }

    pub(crate) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().unwrap_or_else(|| fail("no call is running: use `Chain`"))
    }

    pub(crate) fn module(&mut self) -> &mut Deployed {
        let id = self.frame().module;
        self.modules.get_mut(&id).unwrap_or_else(|| fail("no such module"))
    }
}

/// Runs an entry of the module on top of the call stack.
pub(crate) fn run_entry(module: [u8; 32], entry: &str) {
    let exports = WORLD.with_borrow(|world| world.modules.get(&module).map(|deployed| deployed.exports));
    let found = exports.unwrap_or_default().iter().find(|(name, _)| *name == entry);
    match found {
        Some((_, run)) => run(),
        None => fail(format!("no entry {entry}")),
    }
}
