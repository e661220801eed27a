//! An executor that runs scripts instead of guests.

use crate::{
    effects::Effects,
    executor::{Executed, Executor, SystemCall, SystemResult},
    keys,
    usage::Usage,
};
use codec::Encode;
use std::{collections::BTreeMap, rc::Rc};
use zera_primitives::{Hash, ModuleId, Outcome, StateKey};
use zera_state::{MemoryState, StateAccess, StateError, StateView};

/// What an executor was asked to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub entry: String,
    pub code: Hash,
    pub args: Vec<u8>,
    pub caller: crate::SystemCaller,
    pub generation: u32,
    pub old_generation: Option<u32>,
    pub read_only: bool,
    pub gas: u64,
}

type Script = Rc<dyn Fn(&mut MemoryState, &SystemCall<'_>) -> Result<SystemResult, StateError>>;
type Enact = Rc<dyn Fn(&mut MemoryState, &mut Effects) -> Outcome>;

/// Runs scripts by entry; an entry without one is a bug of the test. As an executor must, it takes back what a call
/// wrote unless it ended well, and counts what a migration's generation holds.
#[derive(Clone, Default)]
pub struct Scripts {
    scripts: BTreeMap<&'static str, Script>,
    enact: Option<Enact>,
    pub asked: Vec<Asked>,
}

impl Scripts {
    pub fn on(
        mut self,
        entry: &'static str,
        script: impl Fn(&mut MemoryState, &SystemCall<'_>) -> Result<SystemResult, StateError> + 'static,
    ) -> Self {
        self.scripts.insert(entry, Rc::new(script));
        self
    }

    /// The entry ends like this and writes nothing.
    pub fn ends(self, entry: &'static str, outcome: Outcome, result: &'static [u8]) -> Self {
        self.on(entry, move |_, _| Ok(ended(outcome, result, 10)))
    }

    /// A proposal's own code does this.
    pub fn enacts(mut self, script: impl Fn(&mut MemoryState, &mut Effects) -> Outcome + 'static) -> Self {
        self.enact = Some(Rc::new(script));
        self
    }

    /// Entries asked for, in order.
    pub fn entries(&self) -> Vec<&str> {
        self.asked.iter().map(|asked| asked.entry.as_str()).collect()
    }
}

pub fn ended(outcome: Outcome, result: &[u8], gas: u64) -> SystemResult {
    SystemResult { outcome, result: result.to_vec(), gas, events: vec![], usage: Usage::default(), diagnostic: None }
}

/// What a generation of a module's storage really holds.
pub fn held(st: &MemoryState, module: &ModuleId, generation: u32) -> Usage {
    let prefix = StateKey::storage(module, generation, &[]);
    let mut held = Usage::default();
    for key in keys::scan(st, &prefix).unwrap() {
        let name = key.as_bytes().len() - prefix.as_bytes().len();
        held.entries += 1;
        held.bytes += (name + st.get(&key).unwrap().unwrap().len()) as u64;
    }
    held
}

impl Executor<MemoryState> for Scripts {
    fn run(&mut self, st: &mut MemoryState, call: &SystemCall<'_>) -> Result<SystemResult, StateError> {
        self.asked.push(Asked {
            entry: call.entry.into(),
            code: call.code,
            args: call.args.to_vec(),
            caller: call.caller,
            generation: call.generation,
            old_generation: call.old_generation,
            read_only: call.read_only,
            gas: call.gas,
        });
        let script = self.scripts.get(call.entry).unwrap_or_else(|| panic!("no script for {}", call.entry)).clone();
        let checkpoint = st.clone();
        let mut ended = script(st, call)?;
        if !ended.outcome.is_ok() {
            *st = checkpoint;
            ended.usage = call.usage;
        } else if call.old_generation.is_some() {
            // What the registry handed in must be what is there: one wrong count is carried on for ever.
            assert_eq!(held(&checkpoint, &call.module, call.generation), call.usage);
            ended.usage = held(st, &call.module, call.generation);
        }
        Ok(ended)
    }

    fn execute(&mut self, st: &mut MemoryState, _: &Hash, gas: u64) -> Result<Executed, StateError> {
        let script = self.enact.clone().expect("no script for enact()");
        let (checkpoint, mut effects) = (st.clone(), Effects::default());
        let outcome = script(st, &mut effects);
        if !outcome.is_ok() {
            *st = checkpoint;
        }
        Ok(Executed { outcome, gas: gas.min(100), events: vec![], effects, diagnostic: None })
    }
}

/// A migration in one call: copies each old entry, one byte longer.
pub fn copy_all(st: &mut MemoryState, call: &SystemCall<'_>) -> Result<SystemResult, StateError> {
    let prefix = StateKey::storage(&call.module, call.old_generation.unwrap(), &[]);
    for key in keys::scan(st, &prefix)? {
        copy(st, call, &prefix, &key)?;
    }
    Ok(ended(Outcome::Ok, &[], 900))
}

/// A migration in steps: copies at most `share` old entries after the cursor, one byte longer, and answers the last one's
/// name as the next cursor. A step costs `gas`.
pub fn copy_some(
    share: usize,
    gas: u64,
) -> impl Fn(&mut MemoryState, &SystemCall<'_>) -> Result<SystemResult, StateError> {
    move |st, call| {
        let cursor = codec::DecodeAll::decode_all(&mut &*call.args).unwrap();
        let cursor: Vec<u8> = cursor;
        let old = call.old_generation.unwrap();
        let prefix = StateKey::storage(&call.module, old, &[]);
        let mut after =
            if cursor.is_empty() { StateKey::default() } else { StateKey::storage(&call.module, old, &cursor) };
        let mut next = None;
        if call.gas < gas {
            return Ok(ended(Outcome::OutOfGas, &[], call.gas));
        }
        for _ in 0..share {
            let Some(key) = st.next_key(prefix.as_bytes(), after.as_bytes())? else { break };
            copy(st, call, &prefix, &key)?;
            next = Some(key.as_bytes()[prefix.as_bytes().len()..].to_vec());
            after = key;
        }
        let more = st.next_key(prefix.as_bytes(), after.as_bytes())?.is_some();
        Ok(ended(Outcome::Ok, &next.filter(|_| more).encode(), gas))
    }
}

fn copy(st: &mut MemoryState, call: &SystemCall<'_>, prefix: &StateKey, key: &StateKey) -> Result<(), StateError> {
    let mut value = st.get(key)?.unwrap();
    value.push(2);
    st.put(StateKey::storage(&call.module, call.generation, &key.as_bytes()[prefix.as_bytes().len()..]), value);
    Ok(())
}
