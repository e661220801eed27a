//! What each host function does, shared by all engines. The match over [`HostId`] is exhaustive, so a function in
//! `host_api.json` without a meaning does not compile.

mod executables;
mod proofs;

use super::{
    HostFunction, NestedCall,
    session::{GuestMemory, Session, Stop},
    table::HostId,
};
use crate::trace::AccessKind;
use alloc::{format, string::String, vec::Vec};
use zera_primitives::limits;

/// Most bytes of an event's topic.
pub const TOPIC_BYTES: usize = 128;
/// What a function that answers a length or a number answers for nothing: -1.
const ABSENT: u64 = u32::MAX as u64;
/// Most bytes of a message given to `fail`.
const MESSAGE_BYTES: u32 = 1_024;

/// What a guest receives from a host function.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Its result, 0 if it has none.
    pub value: u64,
    /// The bytes that it wrote into the guest's memory.
    pub written: Vec<u8>,
}

/// Runs one host function: `args` are its parameters, 32-bit ones zero-extended.
pub(crate) fn dispatch(
    function: &HostFunction,
    args: &[u64],
    memory: &mut dyn GuestMemory,
    session: &mut Session<'_>,
) -> Result<Answer, Stop> {
    session.charge(function.base)?;
    let mut call = HostCall { function, args, memory, session, written: Vec::new() };
    let value = call.run()?;
    Ok(Answer { value, written: call.written })
}

/// One call of a host function.
struct HostCall<'c, 'h> {
    function: &'c HostFunction,
    args: &'c [u64],
    memory: &'c mut dyn GuestMemory,
    session: &'c mut Session<'h>,
    written: Vec<u8>,
}

impl HostCall<'_, '_> {
    fn run(&mut self) -> Result<u64, Stop> {
        match self.function.id {
            HostId::InputLen => Ok(self.session.input.len() as u64),
            HostId::InputRead => self.input_read(),
            HostId::OutputWrite => self.output_write(),
            HostId::StorageGet => self.storage_get(),
            HostId::StorageSet => self.storage_set(),
            HostId::StorageRemove => self.storage_remove(),
            HostId::OldStorageGet => self.old_storage_get(),
            HostId::OldStorageNext => self.old_storage_next(),
            HostId::Caller => {
                let id = self.session.host.caller();
                self.answer(0, &id)
            }
            HostId::CallerKind => Ok(self.session.host.caller_kind() as u64),
            HostId::SelfId => {
                let id = self.session.host.self_id();
                self.answer(0, &id)
            }
            HostId::Value => {
                let value = self.session.host.value().to_le_bytes();
                self.answer(0, &value)
            }
            HostId::Balance => {
                let account = self.fixed(0)?;
                let balance = self.session.host.balance(&account)?.to_le_bytes();
                self.answer(1, &balance)
            }
            HostId::Transfer => {
                let (to, amount) = (self.fixed(0)?, u128::from_le_bytes(self.fixed(1)?));
                self.session.host.transfer(&to, amount)?;
                Ok(0)
            }
            HostId::Slot => Ok(self.session.host.slot()),
            HostId::Height => Ok(self.session.host.height()),
            HostId::CallModule => self.call_module(),
            HostId::ReturnedRead => self.returned_read(),
            HostId::EmitEvent => self.emit_event(),
            HostId::Blake3 => self.blake3(),
            HostId::Fail => self.fail(),
            HostId::SetContractWasmRef => self.set_contract_wasm_ref(),
            HostId::CreateContractWasmRef => self.create_contract_wasm_ref(),
            HostId::DeleteContractWasmRef => self.delete_contract_wasm_ref(),
            HostId::GetContractWasmRef => self.get_contract_wasm_ref(),
            HostId::CreateContractWithExternalRef => self.create_contract_with_external_ref(),
            HostId::CreateContractWithExternalRefAndConstructor => {
                self.create_contract_with_external_ref_and_constructor()
            }
            HostId::UpdateCurrentContractExecutableRef => self.update_current_contract_executable_ref(),
            HostId::PinCurrentContractExecutable => self.pin_current_contract_executable(),
            HostId::UpdateCurrentContractWasm => self.update_current_contract_wasm(),
            HostId::GetAddressExecutable => self.get_address_executable(),
            HostId::ApplyWasmModuleUpgrade => self.apply_wasm_module_upgrade(),
            HostId::LogExecutionForProof => self.log_execution_for_proof(),
            HostId::HasExecutionTrace => self.has_execution_trace(),
            HostId::TriggerZkProofGeneration => self.trigger_zk_proof_generation(),
            HostId::VerifyExecutionProof => self.verify_execution_proof(),
            HostId::VerifyGroth16 => self.verify_groth16(),
        }
    }

    fn arg(&self, index: usize) -> u32 {
        // The linker has checked the signature: every pointer and length is an i32.
        self.args.get(index).map_or(0, |value| *value as u32)
    }

    fn arg64(&self, index: usize) -> u64 {
        self.args.get(index).copied().unwrap_or(0)
    }

    fn trap<T>(&self, what: &str) -> Result<T, Stop> {
        Err(Stop::Trap(format!("{}: {what}", self.function.name)))
    }

    fn charge_bytes(&mut self, bytes: usize) -> Result<(), Stop> {
        self.session.charge(self.function.per_byte.saturating_mul(bytes as u64))
    }

    /// The bytes that parameters `index` (pointer) and `index + 1` (length) name; refused above `max`.
    fn bytes(&mut self, index: usize, max: usize, what: &str) -> Result<Vec<u8>, Stop> {
        let (ptr, len) = (self.arg(index), self.arg(index + 1));
        if !self.memory.contains(ptr, len) {
            return self.trap(&format!("{what} leaves the memory"));
        }
        if len as usize > max {
            return Err(Stop::Refused(format!("{}: {what} has {len} bytes, at most {max}", self.function.name)));
        }
        self.charge_bytes(len as usize)?;
        self.memory.read(ptr, len).map_or_else(|| self.trap(&format!("{what} leaves the memory")), Ok)
    }

    /// The `N` bytes at the pointer that parameter `index` names.
    fn fixed<const N: usize>(&self, index: usize) -> Result<[u8; N], Stop> {
        let bytes = self.memory.read(self.arg(index), N as u32).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or_else(|| self.trap("a pointer leaves the memory"), Ok)
    }

    fn write(&mut self, ptr: u32, bytes: &[u8]) -> Result<(), Stop> {
        if !self.memory.write(ptr, bytes) {
            return self.trap("the target leaves the memory");
        }
        self.written = bytes.to_vec();
        Ok(())
    }

    /// Writes `bytes` to the pointer that parameter `index` names.
    fn answer(&mut self, index: usize, bytes: &[u8]) -> Result<u64, Stop> {
        self.write(self.arg(index), bytes)?;
        Ok(0)
    }

    /// The convention of all reads: copy what fits to parameters 2 (pointer) and 3 (room), return the whole length or -1.
    fn answer_optional(&mut self, value: Option<&[u8]>) -> Result<u64, Stop> {
        let (ptr, room) = (self.arg(2), self.arg(3));
        if !self.memory.contains(ptr, room) {
            return self.trap("the target leaves the memory");
        }
        let Some(value) = value else { return Ok(ABSENT) };
        self.charge_bytes(value.len())?;
        let copied = value.get(..room as usize).unwrap_or(value);
        self.write(ptr, copied)?;
        Ok(value.len() as u64)
    }

    fn key(&mut self) -> Result<Vec<u8>, Stop> {
        let key = self.bytes(0, limits::STORAGE_KEY_BYTES, "the key")?;
        if key.is_empty() {
            return Err(Stop::Refused(format!("{}: the key is empty", self.function.name)));
        }
        Ok(key)
    }

    fn input_read(&mut self) -> Result<u64, Stop> {
        let input = self.session.input;
        self.copy_from(input)
    }

    fn returned_read(&mut self) -> Result<u64, Stop> {
        let returned = core::mem::take(&mut self.session.returned);
        let done = self.copy_from(&returned);
        self.session.returned = returned;
        done
    }

    /// Copies `source[offset..offset + len]` for parameters (ptr, offset, len).
    fn copy_from(&mut self, source: &[u8]) -> Result<u64, Stop> {
        let (ptr, offset, len) = (self.arg(0), self.arg(1) as usize, self.arg(2) as usize);
        let part = offset.checked_add(len).and_then(|end| source.get(offset..end));
        let Some(part) = part else { return self.trap("reads past the end") };
        self.charge_bytes(len)?;
        self.write(ptr, part)?;
        Ok(0)
    }

    fn output_write(&mut self) -> Result<u64, Stop> {
        let room = limits::CALL_BYTES.saturating_sub(self.session.output.len());
        let bytes = self.bytes(0, room, "the result")?;
        self.session.output.extend_from_slice(&bytes);
        Ok(0)
    }

    fn storage_get(&mut self) -> Result<u64, Stop> {
        let key = self.key()?;
        let value = self.session.host.storage_get(&key)?;
        self.session.trace.access(AccessKind::Read, &key, value.as_deref());
        self.answer_optional(value.as_deref())
    }

    fn storage_set(&mut self) -> Result<u64, Stop> {
        let key = self.key()?;
        let value = self.bytes(2, limits::STORAGE_VALUE_BYTES, "the value")?;
        self.session.host.storage_set(&key, &value)?;
        self.session.trace.access(AccessKind::Write, &key, Some(&value));
        Ok(0)
    }

    fn storage_remove(&mut self) -> Result<u64, Stop> {
        let key = self.key()?;
        self.session.host.storage_remove(&key)?;
        self.session.trace.access(AccessKind::Remove, &key, None);
        Ok(0)
    }

    fn old_storage_get(&mut self) -> Result<u64, Stop> {
        let key = self.key()?;
        let value = self.session.host.old_storage_get(&key)?;
        self.session.trace.access(AccessKind::OldRead, &key, value.as_deref());
        self.answer_optional(value.as_deref())
    }

    fn old_storage_next(&mut self) -> Result<u64, Stop> {
        let key = self.bytes(0, limits::STORAGE_KEY_BYTES, "the key")?;
        let next = self.session.host.old_storage_next(&key)?;
        self.session.trace.access(AccessKind::OldNext, &key, next.as_deref());
        self.answer_optional(next.as_deref())
    }

    fn call_module(&mut self) -> Result<u64, Stop> {
        let module = self.fixed(0)?;
        let entry = self.bytes(1, limits::ENTRY_BYTES, "the entry's name")?;
        let args = self.bytes(3, limits::CALL_BYTES, "the argument")?;
        let value = u128::from_le_bytes(self.fixed(5)?);
        let Ok(entry) = core::str::from_utf8(&entry) else {
            return Err(Stop::Refused(String::from("call_module: the entry's name is not UTF-8")));
        };
        let Session { host, gas, stack, returned, .. } = &mut *self.session;
        let mut stack_left = *stack;
        *returned = host.call(NestedCall { module, entry, args: &args, value }, gas, &mut stack_left)?;
        let length = self.session.returned.len();
        self.charge_bytes(length)?;
        Ok(length as u64)
    }

    fn emit_event(&mut self) -> Result<u64, Stop> {
        let topic = self.bytes(0, TOPIC_BYTES, "the topic")?;
        let data = self.bytes(2, limits::EVENT_BYTES, "the data")?;
        let topic = core::str::from_utf8(&topic).ok().filter(|topic| !topic.is_empty());
        let Some(topic) = topic else {
            return Err(Stop::Refused(String::from("emit_event: the topic is empty or not UTF-8")));
        };
        self.session.host.emit_event(topic, &data)?;
        Ok(0)
    }

    fn blake3(&mut self) -> Result<u64, Stop> {
        let bytes = self.bytes(0, usize::MAX, "the input")?;
        self.answer(2, blake3::hash(&bytes).as_bytes())
    }

    fn fail(&mut self) -> Result<u64, Stop> {
        let (ptr, len) = (self.arg(0), self.arg(1).min(MESSAGE_BYTES));
        self.charge_bytes(len as usize)?;
        match self.memory.read(ptr, len) {
            Some(bytes) => Err(Stop::Refused(String::from_utf8_lossy(&bytes).into_owned())),
            None => self.trap("the message leaves the memory"),
        }
    }
}
