//! Everything one call asks of its host, kept so that another engine can run the same call without touching the chain:
//! the same questions in the same order get the same answers, and the first one that differs is named.

use crate::host::{
    CallerKind, Construction, ExecutableRequest, Host, HostError, NestedCall, Source, TagRef, UpgradeRequest,
};
use alloc::{boxed::Box, format, string::String, vec::Vec};
use core::any::Any;
use zera_primitives::Hash;

/// Domain of the digests of questions. They never leave this process.
const QUESTION_DOMAIN: &str = "zera/vm/tape/v1";

/// One question with its answer. Answers are bounded by the gas that the guest pays for every byte of them.
struct Asked {
    /// The host's method.
    what: &'static str,
    /// Digest of its arguments.
    args: Hash,
    answer: Box<dyn Any>,
}

/// What a call asked, and what does not change while it runs.
pub(super) struct Tape {
    records: bool,
    caller: [u8; 32],
    caller_kind: CallerKind,
    self_id: [u8; 32],
    value: u128,
    slot: u64,
    height: u64,
    asked: Vec<Asked>,
}

impl Tape {
    pub(super) fn new(host: &dyn Host) -> Self {
        Self {
            records: host.records(),
            caller: host.caller(),
            caller_kind: host.caller_kind(),
            self_id: host.self_id(),
            value: host.value(),
            slot: host.slot(),
            height: host.height(),
            asked: Vec::new(),
        }
    }

    /// The module that runs.
    pub(super) const fn module(&self) -> [u8; 32] {
        self.self_id
    }

    /// The block that it runs in.
    pub(super) const fn height(&self) -> u64 {
        self.height
    }
}

/// A host with a tape: one that answers from the chain and notes it, or one that answers from the tape alone.
pub(super) struct Taped<'t, 'h> {
    tape: &'t mut Tape,
    mode: Mode<'h>,
}

enum Mode<'h> {
    Recording(&'h mut dyn Host),
    /// The next answer to give, and the first question that differed.
    Replaying(usize, Option<String>),
}

impl<'t, 'h> Taped<'t, 'h> {
    /// Answers as `host` does.
    pub(super) fn recording(tape: &'t mut Tape, host: &'h mut dyn Host) -> Self {
        Self { tape, mode: Mode::Recording(host) }
    }

    /// Answers as `tape` says.
    pub(super) const fn replaying(tape: &'t mut Tape) -> Self {
        Self { tape, mode: Mode::Replaying(0, None) }
    }

    /// How what was asked differs from what is on the tape; to be called after the replay.
    pub(super) fn difference(self) -> Option<String> {
        match self.mode {
            Mode::Recording(_) => None,
            Mode::Replaying(_, Some(difference)) => Some(difference),
            Mode::Replaying(at, None) => {
                let more = self.tape.asked.get(at)?;
                Some(format!("it ended after {at} host calls, before {}", more.what))
            }
        }
    }

    /// One question: answered by `live` and noted, or answered from the tape.
    fn ask<A: Clone + 'static>(
        &mut self,
        what: &'static str,
        args: &[&[u8]],
        live: impl FnOnce(&mut dyn Host) -> A,
    ) -> Result<A, HostError> {
        let args = Hash::of_parts(QUESTION_DOMAIN, args);
        match &mut self.mode {
            Mode::Recording(host) => {
                let answer = live(&mut **host);
                self.tape.asked.push(Asked { what, args, answer: Box::new(answer.clone()) });
                Ok(answer)
            }
            Mode::Replaying(at, difference) => {
                let found = self.tape.asked.get(*at);
                let same = found.filter(|asked| asked.what == what && asked.args == args);
                if let Some(answer) = same.and_then(|asked| asked.answer.downcast_ref::<A>()) {
                    *at = at.saturating_add(1);
                    return Ok(answer.clone());
                }
                let instead = match found {
                    None => String::from("nothing"),
                    Some(asked) if asked.what == what => format!("{what} with other arguments"),
                    Some(asked) => String::from(asked.what),
                };
                difference.get_or_insert_with(|| format!("host call {at} is {what}, instead of {instead}"));
                Err(HostError::Fatal(String::from("the replay asks for something else")))
            }
        }
    }
}

/// `None` and `Some` of the same bytes are different arguments.
fn flag(is: bool) -> [u8; 1] {
    [u8::from(is)]
}

impl Host for Taped<'_, '_> {
    /// What is run for a comparison needs no bodies.
    fn records(&self) -> bool {
        self.tape.records && matches!(self.mode, Mode::Recording(_))
    }

    fn storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.ask("storage_get", &[key], |host| host.storage_get(key))?
    }

    fn storage_set(&mut self, key: &[u8], value: &[u8]) -> Result<(), HostError> {
        self.ask("storage_set", &[key, value], |host| host.storage_set(key, value))?
    }

    fn storage_remove(&mut self, key: &[u8]) -> Result<(), HostError> {
        self.ask("storage_remove", &[key], |host| host.storage_remove(key))?
    }

    fn old_storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.ask("old_storage_get", &[key], |host| host.old_storage_get(key))?
    }

    fn old_storage_next(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.ask("old_storage_next", &[key], |host| host.old_storage_next(key))?
    }

    fn caller(&self) -> [u8; 32] {
        self.tape.caller
    }

    fn caller_kind(&self) -> CallerKind {
        self.tape.caller_kind
    }

    fn self_id(&self) -> [u8; 32] {
        self.tape.self_id
    }

    fn value(&self) -> u128 {
        self.tape.value
    }

    fn balance(&mut self, account: &[u8; 32]) -> Result<u128, HostError> {
        self.ask("balance", &[account], |host| host.balance(account))?
    }

    fn transfer(&mut self, to: &[u8; 32], amount: u128) -> Result<(), HostError> {
        self.ask("transfer", &[to, &amount.to_le_bytes()], |host| host.transfer(to, amount))?
    }

    fn slot(&self) -> u64 {
        self.tape.slot
    }

    fn height(&self) -> u64 {
        self.tape.height
    }

    fn call(&mut self, call: NestedCall<'_>, gas: &mut u64, stack: &mut u64) -> Result<Vec<u8>, HostError> {
        let (value, gas_left, stack_left) = (call.value.to_le_bytes(), gas.to_le_bytes(), stack.to_le_bytes());
        let args: [&[u8]; 6] = [&call.module, call.entry.as_bytes(), call.args, &value, &gas_left, &stack_left];
        let (mut after, mut stack_after) = (*gas, *stack);
        let answer = self.ask("call", &args, |host| {
            let answer = host.call(call, &mut after, &mut stack_after);
            (answer, after, stack_after)
        })?;
        (*gas, *stack) = (answer.1, answer.2);
        answer.0
    }

    fn emit_event(&mut self, topic: &str, data: &[u8]) -> Result<(), HostError> {
        self.ask("emit_event", &[topic.as_bytes(), data], |host| host.emit_event(topic, data))?
    }

    fn set_tag(&mut self, tag: &str, code: [u8; 32], notice: Option<u64>) -> Result<(), HostError> {
        let (is, slots) = (flag(notice.is_some()), notice.unwrap_or_default().to_le_bytes());
        self.ask("set_tag", &[tag.as_bytes(), &code, &is, &slots], |host| host.set_tag(tag, code, notice))?
    }

    fn delete_tag(&mut self, tag: &str) -> Result<(), HostError> {
        self.ask("delete_tag", &[tag.as_bytes()], |host| host.delete_tag(tag))?
    }

    fn tag(&mut self, tag: TagRef<'_>) -> Result<Option<[u8; 32]>, HostError> {
        self.ask("tag", &[&tag.manager, tag.tag.as_bytes()], |host| host.tag(tag))?
    }

    fn create_follower(
        &mut self,
        tag: TagRef<'_>,
        salt: [u8; 32],
        constructor: Option<Construction<'_>>,
        gas: &mut u64,
        stack: &mut u64,
    ) -> Result<[u8; 32], HostError> {
        let is = flag(constructor.is_some());
        let (input, value) = constructor.map_or((&[][..], 0), |constructor| (constructor.args, constructor.value));
        let (value, gas_left, stack_left) = (value.to_le_bytes(), gas.to_le_bytes(), stack.to_le_bytes());
        let args: [&[u8]; 8] = [&tag.manager, tag.tag.as_bytes(), &salt, &is, input, &value, &gas_left, &stack_left];
        let (mut after, mut stack_after) = (*gas, *stack);
        let answer = self.ask("create_follower", &args, |host| {
            let answer = host.create_follower(tag, salt, constructor, &mut after, &mut stack_after);
            (answer, after, stack_after)
        })?;
        (*gas, *stack) = (answer.1, answer.2);
        answer.0
    }

    fn update_executable(&mut self, to: ExecutableRequest<'_>) -> Result<(), HostError> {
        let (kind, id, tag): (u8, [u8; 32], &str) = match to {
            ExecutableRequest::Follow(tag) => (0, tag.manager, tag.tag),
            ExecutableRequest::Pin(None) => (1, [0; 32], ""),
            ExecutableRequest::Pin(Some(code)) => (2, code, ""),
            ExecutableRequest::Own(code) => (3, code, ""),
        };
        self.ask("update_executable", &[&[kind], &id, tag.as_bytes()], |host| host.update_executable(to))?
    }

    fn executable(&mut self, module: &[u8; 32]) -> Result<Option<(Source, [u8; 32])>, HostError> {
        self.ask("executable", &[module], |host| host.executable(module))?
    }

    fn log_execution(&mut self, context: &str) -> Result<(), HostError> {
        self.ask("log_execution", &[context.as_bytes()], |host| host.log_execution(context))?
    }

    fn has_trace(&mut self, transaction: &[u8; 32]) -> Result<bool, HostError> {
        self.ask("has_trace", &[transaction], |host| host.has_trace(transaction))?
    }

    fn request_proof(&mut self, transaction: &[u8; 32]) -> Result<(), HostError> {
        self.ask("request_proof", &[transaction], |host| host.request_proof(transaction))?
    }

    fn verify_proof(&mut self, proof: &[u8], statement: &[u8; 32], gas: &mut u64) -> Result<bool, HostError> {
        let mut after = *gas;
        let args: [&[u8]; 3] = [proof, statement, &gas.to_le_bytes()];
        let answer = self.ask("verify_proof", &args, |host| {
            let answer = host.verify_proof(proof, statement, &mut after);
            (answer, after)
        })?;
        *gas = answer.1;
        answer.0
    }

    fn verify_groth16(&mut self, key: &[u8], proof: &[u8], public: &[u8]) -> Result<bool, HostError> {
        self.ask("verify_groth16", &[key, proof, public], |host| host.verify_groth16(key, proof, public))?
    }

    fn apply_upgrade(&mut self, upgrade: UpgradeRequest) -> Result<(), HostError> {
        let UpgradeRequest { module, code, new_version, migration } = upgrade;
        let (is, migration) = (flag(migration.is_some()), migration.unwrap_or_default());
        let args: [&[u8]; 5] = [&module, &code, &new_version.to_le_bytes(), &is, &migration];
        self.ask("apply_upgrade", &args, |host| host.apply_upgrade(upgrade))?
    }
}
