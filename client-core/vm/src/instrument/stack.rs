//! Which functions count stack, and how much.
//!
//! A function is *light* if it calls only light functions, makes no indirect call, and the deepest chain below it needs
//! at most [`LIGHT_UNITS`]. Light functions carry no stack code: a chain of them can only be the top of the stack, so
//! the real stack never passes the budget by more than [`LIGHT_UNITS`]. Everything that can recurse is counted.

use super::sections::Module;
use crate::{
    gas::FRAME_UNITS,
    profile::{ModuleInfo, ProfileError, Reason},
};
use alloc::{collections::BTreeSet, vec, vec::Vec};
use wasmparser::Operator;

/// Most stack units that a chain of uncounted functions takes.
pub const LIGHT_UNITS: u64 = 512;

/// For each own function: the units it counts, or nothing if it is light.
pub(super) fn plan(module: &Module<'_>, info: &ModuleInfo) -> Result<Vec<Option<u64>>, ProfileError> {
    if info.frames.len() != module.bodies.len() || info.frames.len() != module.functions.len() {
        return Err(ProfileError::at(0, Reason::Malformed("the description belongs to other code".into())));
    }
    let frames: Vec<u64> = info.frames.iter().map(|slots| slots.saturating_add(FRAME_UNITS)).collect();
    let mut callers = vec![Vec::new(); frames.len()];
    // Own callees that are not known to be light yet; none for a function that makes indirect calls.
    let mut open: Vec<Option<usize>> = Vec::with_capacity(frames.len());
    for (index, body) in module.bodies.iter().enumerate() {
        let Some(callees) = callees(module, body)? else {
            open.push(None);
            continue;
        };
        open.push(Some(callees.len()));
        for callee in callees {
            if let Some(list) = callers.get_mut(callee) {
                list.push(index);
            }
        }
    }
    Ok(settle(&frames, &callers, open))
}

/// The own functions that a body calls; `None` if it makes an indirect call.
fn callees(
    module: &Module<'_>,
    body: &wasmparser::FunctionBody<'_>,
) -> Result<Option<BTreeSet<usize>>, wasmparser::BinaryReaderError> {
    let mut found = BTreeSet::new();
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        match reader.read()? {
            Operator::Call { function_index } => {
                found.extend(function_index.checked_sub(module.imported).map(|own| own as usize));
            }
            Operator::CallIndirect { .. } => return Ok(None),
            _ => {}
        }
    }
    Ok(Some(found))
}

/// Works upwards from functions that call none; what is on a cycle is never reached and stays counted.
fn settle(frames: &[u64], callers: &[Vec<usize>], mut open: Vec<Option<usize>>) -> Vec<Option<u64>> {
    let mut counted: Vec<Option<u64>> = frames.iter().copied().map(Some).collect();
    let mut below = vec![0u64; frames.len()];
    let mut ready: Vec<usize> = open.iter().enumerate().filter(|(_, o)| **o == Some(0)).map(|(i, _)| i).collect();
    while let Some(index) = ready.pop() {
        let (Some(frame), Some(deepest)) = (frames.get(index), below.get(index)) else { continue };
        let need = frame.saturating_add(*deepest);
        if need > LIGHT_UNITS {
            continue;
        }
        if let Some(entry) = counted.get_mut(index) {
            *entry = None;
        }
        for caller in callers.get(index).into_iter().flatten() {
            if let Some(deepest) = below.get_mut(*caller) {
                *deepest = need.max(*deepest);
            }
            if let Some(Some(left)) = open.get_mut(*caller) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    ready.push(*caller);
                }
            }
        }
    }
    counted
}
