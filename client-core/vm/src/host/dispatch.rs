//! What each host function does, shared by all engines. The match over [`HostId`] is exhaustive, so a function in
//! `host_api.json` without a meaning does not compile.

mod executables;

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

/// Runs one host function: `args` are its parameters, 32-bit ones zero-extended. Returns its result, 0 if it has none.
pub(crate) fn dispatch(
    function: &HostFunction,
    args: &[u64],
    memory: &mut dyn GuestMemory,
    session: &mut Session<'_>,
) -> Result<u64, Stop> {
    session.charge(function.base)?;
    let mut call = HostCall { function, args, memory, session };
    match function.id {
        HostId::InputLen => Ok(call.session.input.len() as u64),
        HostId::InputRead => call.input_read(),
        HostId::OutputWrite => call.output_write(),
        HostId::StorageGet => call.storage_get(),
        HostId::StorageSet => call.storage_set(),
        HostId::StorageRemove => call.storage_remove(),
        HostId::OldStorageGet => call.old_storage_get(),
        HostId::OldStorageNext => call.old_storage_next(),
        HostId::Caller => {
            let id = call.session.host.caller();
            call.answer(0, &id)
        }
        HostId::CallerKind => {
            let kind = call.session.host.caller_kind() as u64;
            Ok(call.log(kind, &[]))
        }
        HostId::SelfId => {
            let id = call.session.host.self_id();
            call.answer(0, &id)
        }
        HostId::Value => {
            let value = call.session.host.value().to_le_bytes();
            call.answer(0, &value)
        }
        HostId::Balance => {
            let account = call.fixed(0)?;
            let balance = call.session.host.balance(&account)?.to_le_bytes();
            call.answer(1, &balance)
        }
        HostId::Transfer => {
            let (to, amount) = (call.fixed(0)?, u128::from_le_bytes(call.fixed(1)?));
            call.session.host.transfer(&to, amount)?;
            Ok(0)
        }
        HostId::Slot => {
            let slot = call.session.host.slot();
            Ok(call.log(slot, &[]))
        }
        HostId::Height => {
            let height = call.session.host.height();
            Ok(call.log(height, &[]))
        }
        HostId::CallModule => call.call_module(),
        HostId::ReturnedRead => call.returned_read(),
        HostId::EmitEvent => call.emit_event(),
        HostId::Blake3 => call.blake3(),
        HostId::Fail => call.fail(),
        HostId::SetContractWasmRef => call.set_contract_wasm_ref(),
        HostId::CreateContractWasmRef => call.create_contract_wasm_ref(),
        HostId::DeleteContractWasmRef => call.delete_contract_wasm_ref(),
        HostId::GetContractWasmRef => call.get_contract_wasm_ref(),
        HostId::CreateContractWithExternalRef => call.create_contract_with_external_ref(),
        HostId::CreateContractWithExternalRefAndConstructor => call.create_contract_with_external_ref_and_constructor(),
        HostId::UpdateCurrentContractExecutableRef => call.update_current_contract_executable_ref(),
        HostId::PinCurrentContractExecutable => call.pin_current_contract_executable(),
        HostId::UpdateCurrentContractWasm => call.update_current_contract_wasm(),
        HostId::GetAddressExecutable => call.get_address_executable(),
        HostId::ApplyWasmModuleUpgrade => call.apply_wasm_module_upgrade(),
    }
}

/// One call of a host function.
struct HostCall<'c, 'h> {
    function: &'c HostFunction,
    args: &'c [u64],
    memory: &'c mut dyn GuestMemory,
    session: &'c mut Session<'h>,
}

impl HostCall<'_, '_> {
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
        if self.memory.write(ptr, bytes) { Ok(()) } else { self.trap("the target leaves the memory") }
    }

    /// Records what the guest receives.
    fn log(&mut self, returned: u64, written: &[u8]) -> u64 {
        self.session.trace.host_call(self.function.id as u16, returned, written);
        returned
    }

    /// Writes `bytes` to the pointer that parameter `index` names.
    fn answer(&mut self, index: usize, bytes: &[u8]) -> Result<u64, Stop> {
        self.write(self.arg(index), bytes)?;
        Ok(self.log(0, bytes))
    }

    /// The convention of all reads: copy what fits to parameters 2 (pointer) and 3 (room), return the whole length or -1.
    fn answer_optional(&mut self, value: Option<&[u8]>) -> Result<u64, Stop> {
        let (ptr, room) = (self.arg(2), self.arg(3));
        if !self.memory.contains(ptr, room) {
            return self.trap("the target leaves the memory");
        }
        let Some(value) = value else { return Ok(self.log(ABSENT, &[])) };
        self.charge_bytes(value.len())?;
        let copied = value.get(..room as usize).unwrap_or(value);
        self.write(ptr, copied)?;
        Ok(self.log(value.len() as u64, copied))
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
        let result = self.session.returned.clone();
        self.charge_bytes(result.len())?;
        Ok(self.log(result.len() as u64, &result))
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
