//! A tape: what the host functions of one call answered and wrote, so that peers without our host do the same work.
//!
//! Per host call: the answer (8 bytes), the number of writes (4), and each write as address (4), length (4), bytes; all
//! little-endian.

use super::{glue, thrown};
use crate::suites::host::BenchHost;
use js_sys::{Array, BigUint64Array, Uint8Array, WebAssembly::Memory};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast as _, closure::Closure};
use zera_primitives::Hash;
use zera_vm::{CallRequest, GuestMemory, HostReply, ModuleInfo, RunningCall, ValKind, host::lookup};

/// Names of host functions that answer 64 bits: JavaScript has another type for those.
#[must_use]
pub fn wide(info: &ModuleInfo) -> Array {
    let wide =
        info.imports.iter().filter(|name| lookup(name).is_some_and(|function| function.result == Some(ValKind::I64)));
    wide.map(|name| wasm_bindgen::JsValue::from_str(name)).collect()
}

/// Runs `entry` once on the original bytes and notes what `host` did.
///
/// # Errors
/// When the call does not end as it should.
pub fn record(code: &[u8], info: &ModuleInfo, entry: &str, args: &[u8], host: BenchHost) -> Result<Vec<u8>, String> {
    if info.imports.is_empty() {
        return Ok(Vec::new());
    }
    let tape = Rc::new(RefCell::new(Vec::new()));
    let failed = Rc::new(RefCell::new(None));
    // JavaScript wants what it calls to live as long as it likes; a bench records a handful of tapes.
    let host: &'static mut BenchHost = Box::leak(Box::new(host));
    let args: &'static [u8] = Box::leak(args.to_vec().into_boxed_slice());
    let entry_name: &'static str = Box::leak(entry.to_owned().into_boxed_str());
    let request = CallRequest { code_hash: Hash::of(code), entry: entry_name, args, gas: 1 << 50, stack: 1 << 20 };
    let (mut running, _) = RunningCall::begin(info, &request, host).map_err(|ended| format!("{ended:?}"))?;
    let (onto, because) = (tape.clone(), failed.clone());
    let answer = move |name: String, values: BigUint64Array, memory: Memory| {
        let mut memory = Noting { bytes: Uint8Array::new(&memory.buffer()), writes: Vec::new() };
        let function = lookup(&name);
        let reply = function.map(|f| running.host(f, &values.to_vec(), 1 << 50, 1 << 20, &mut memory));
        let Some(HostReply::Return { value, .. }) = reply else {
            because.replace(Some(name));
            return 0;
        };
        note(&mut onto.borrow_mut(), value, &memory.writes);
        value
    };
    let host: glue::Recording = Closure::new(answer);
    glue::record(&Uint8Array::from(code), entry, 0, &wide(info), &host).map_err(thrown)?;
    let refused = failed.borrow_mut().take();
    match refused {
        Some(name) => Err(format!("the host refused {name}")),
        None => Ok(tape.take()),
    }
}

fn note(tape: &mut Vec<u8>, answer: u64, writes: &[(u32, Vec<u8>)]) {
    tape.extend(answer.to_le_bytes());
    tape.extend((writes.len() as u32).to_le_bytes());
    for (address, bytes) in writes {
        tape.extend(address.to_le_bytes());
        tape.extend((bytes.len() as u32).to_le_bytes());
        tape.extend(bytes);
    }
}

/// A guest's memory that remembers what was written.
struct Noting {
    bytes: Uint8Array,
    writes: Vec<(u32, Vec<u8>)>,
}

impl GuestMemory for Noting {
    fn read(&self, ptr: u32, len: u32) -> Option<Vec<u8>> {
        self.contains(ptr, len).then(|| self.bytes.subarray(ptr, ptr + len).to_vec())
    }

    fn write(&mut self, ptr: u32, bytes: &[u8]) -> bool {
        let fits = self.contains(ptr, bytes.len() as u32);
        if fits {
            self.bytes.subarray(ptr, ptr + bytes.len() as u32).copy_from(bytes);
            self.writes.push((ptr, bytes.to_vec()));
        }
        fits
    }

    fn contains(&self, ptr: u32, len: u32) -> bool {
        ptr.checked_add(len).is_some_and(|end| end <= self.bytes.length())
    }
}

/// Bytes of this origin.
///
/// # Errors
/// When there is no such file.
pub async fn fetched(path: &str) -> Result<Vec<u8>, String> {
    let bytes = glue::bytes(path).await.map_err(thrown)?;
    Ok(bytes.unchecked_into::<Uint8Array>().to_vec())
}
