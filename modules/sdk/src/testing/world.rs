//! What the test chain keeps.

use super::Exports;
use crate::env::CallerKind;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
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
    /// Stored code by its hash, which here is only a number.
    pub(crate) codes: BTreeMap<[u8; 32], Code>,
    /// Tags by manager and name.
    pub(crate) tags: BTreeMap<([u8; 32], Vec<u8>), Tag>,
    /// Transactions whose receipts are kept, and those of them for which a proof was asked.
    pub(crate) receipts: BTreeSet<[u8; 32]>,
    pub(crate) requested: BTreeSet<[u8; 32]>,
    /// Names under which executions asked to be kept.
    pub(crate) logged: Vec<String>,
    /// Proof files, with the digest of what each proves; keys, proofs and inputs of other proofs that hold.
    pub(crate) proofs: BTreeMap<Vec<u8>, [u8; 32]>,
    pub(crate) groth16: BTreeSet<[Vec<u8>; 3]>,
}

/// Stored code.
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) exports: Exports,
    /// The entry that constructs.
    pub(crate) constructor: Option<&'static str>,
}

/// A manager's tag.
#[derive(Clone)]
pub(crate) struct Tag {
    pub(crate) code: [u8; 32],
    pub(crate) notice: u64,
    /// Code and the slot from which it runs.
    pub(crate) pending: Option<([u8; 32], u64)>,
}

/// What a module runs.
#[derive(Clone)]
pub(crate) enum Executable {
    Own([u8; 32]),
    Tag { manager: [u8; 32], tag: Vec<u8>, pin: Option<[u8; 32]> },
}

/// A module on the test chain.
#[derive(Clone)]
pub(crate) struct Deployed {
    pub(crate) executable: Executable,
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

impl Deployed {
    pub(crate) fn new(executable: Executable) -> Self {
        Self { executable, storage: BTreeMap::new(), old: None }
    }
}

impl World {
    /// Puts code into the store, once.
    pub(crate) fn store(&mut self, exports: Exports, constructor: Option<&'static str>) -> [u8; 32] {
        let known = self.codes.iter_mut().find(|(_, code)| std::ptr::eq(code.exports, exports));
        if let Some((hash, code)) = known {
            code.constructor = code.constructor.or(constructor);
            return *hash;
        }
        let mut hash = [0xc0; 32];
        hash[0] = u8::try_from(self.codes.len()).unwrap_or(u8::MAX);
        self.codes.insert(hash, Code { exports, constructor });
        hash
    }

    /// The code that a tag stands at now.
    pub(crate) fn tag(&self, manager: &[u8; 32], tag: &[u8]) -> Option<[u8; 32]> {
        let tag = self.tags.get(&(*manager, tag.to_vec()))?;
        Some(tag.pending.filter(|(_, from)| *from <= self.slot).map_or(tag.code, |(code, _)| code))
    }

    /// The code that a module runs.
    pub(crate) fn resolve(&self, module: &[u8; 32]) -> Option<[u8; 32]> {
        match &self.modules.get(module)?.executable {
            Executable::Own(code) | Executable::Tag { pin: Some(code), .. } => Some(*code),
            Executable::Tag { manager, tag, .. } => self.tag(manager, tag),
        }
    }

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
    let exports = WORLD.with_borrow(|world| world.codes.get(&world.resolve(&module)?).map(|code| code.exports));
    let found = exports.unwrap_or_default().iter().find(|(name, _)| *name == entry);
    match found {
        Some((_, run)) => run(),
        None => fail(format!("no entry {entry}")),
    }
}
