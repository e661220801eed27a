//! Which functions count stack, and how much.
//!
//! A function is *light* if it calls only light functions, makes no indirect call, and the deepest chain below it needs
//! at most [`LIGHT_UNITS`]. Light functions carry no stack code: a chain of them can only be the top of the stack, so
//! the real stack never passes the budget by more than [`LIGHT_UNITS`]. Everything that can recurse is counted.
//!
//! One unit is eight bytes of the hungriest engine's stack ([`crate::gas::STACK_UNITS`] says how that was measured). A
//! frame is what any engine's baseline compiler keeps: [`FRAME_UNITS`], each local and operand, and what its widest call
//! hands over and gets back. An optimising compiler keeps more: a value computed before a call and again after it is
//! computed once and kept meanwhile. That takes at least five operators (compute; get, compute, keep, use), so a unit for
//! every [`OPERATORS_PER_UNIT`] covers it.
//!
//! Engines make room for a frame before its first operator runs, so a function whose frame is large is counted by another
//! one in its place ([`Count::Gate`]).

use super::sections::Module;
use crate::{
    gas::{FRAME_UNITS, OPERATORS_PER_UNIT},
    profile::{ModuleInfo, ProfileError, Reason},
};
use alloc::{collections::BTreeSet, vec, vec::Vec};
use wasmparser::{BinaryReaderError, FuncType, FunctionBody, Operator};

/// Most stack units that a chain of uncounted functions takes.
pub const LIGHT_UNITS: u64 = 256;
/// Most units of a frame that is counted from within: it may pass the budget by this much before it is counted.
const GATE_UNITS: u64 = 512;

/// What instrumentation does with a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Plan {
    /// Where its frame is counted.
    pub(super) count: Count,
    /// It makes an indirect call.
    pub(super) indirect: bool,
}

/// Where and how much stack is counted for a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Count {
    /// Nowhere.
    Light,
    /// At its own entry.
    Here(u64),
    /// By a gate in its place, for both.
    Gate(u64),
}

/// The plan of each own function.
pub(super) fn plan(module: &Module<'_>, info: &ModuleInfo) -> Result<Vec<Plan>, ProfileError> {
    if info.frames.len() != module.bodies.len() || info.frames.len() != module.functions.len() {
        return Err(ProfileError::at(0, Reason::Malformed("the description belongs to other code".into())));
    }
    let mut frames = Vec::with_capacity(module.bodies.len());
    let mut callers = vec![Vec::new(); module.bodies.len()];
    // Own callees that are not known to be light yet; none for a function that makes indirect calls.
    let mut open: Vec<Option<usize>> = Vec::with_capacity(module.bodies.len());
    for (index, (body, slots)) in module.bodies.iter().zip(&info.frames).enumerate() {
        let shape = Shape::of(module, body)?;
        frames.push(shape.units(*slots));
        open.push((!shape.indirect).then_some(shape.callees.len()));
        for callee in shape.callees {
            if let Some(list) = callers.get_mut(callee) {
                list.push(index);
            }
        }
    }
    let indirect: Vec<bool> = open.iter().map(Option::is_none).collect();
    let light = settle(&frames, &callers, open);
    let mut plans = Vec::with_capacity(frames.len());
    for (index, ((units, light), indirect)) in frames.into_iter().zip(light).zip(indirect).enumerate() {
        let count = match (light, units) {
            (true, _) => Count::Light,
            (false, ..=GATE_UNITS) => Count::Here(units),
            (false, _) => {
                let ty = module.function_type(index);
                let values = ty.map_or(0, |ty| ty.params().len().saturating_add(ty.results().len()) as u64);
                // The gate's own frame: its parameters, and all of them and the results handed over once more.
                Count::Gate(units.saturating_add(FRAME_UNITS).saturating_add(values.saturating_mul(3)))
            }
        };
        plans.push(Plan { count, indirect });
    }
    Ok(plans)
}

/// What of a body decides its frame.
#[derive(Default)]
struct Shape {
    /// Own functions that it calls.
    callees: BTreeSet<usize>,
    /// True if it makes an indirect call.
    indirect: bool,
    /// Operators.
    operators: u64,
    /// Parameters and results of its widest call.
    handed: u64,
}

impl Shape {
    fn of(module: &Module<'_>, body: &FunctionBody<'_>) -> Result<Self, BinaryReaderError> {
        let mut shape = Self::default();
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            shape.operators = shape.operators.saturating_add(1);
            match reader.read()? {
                Operator::Call { function_index } => {
                    // Host functions have at most eight parameters, which travel in registers.
                    if let Some(own) = module.own(function_index) {
                        shape.hand(module.function_type(own));
                        shape.callees.insert(own);
                    }
                }
                Operator::CallIndirect { type_index, .. } => {
                    shape.hand(module.types.get(type_index as usize));
                    shape.indirect = true;
                }
                _ => {}
            }
        }
        Ok(shape)
    }

    fn hand(&mut self, ty: Option<&FuncType>) {
        let values = ty.map_or(0, |ty| ty.params().len().saturating_add(ty.results().len()));
        self.handed = self.handed.max(values as u64);
    }

    fn units(&self, slots: u64) -> u64 {
        let kept = self.operators / OPERATORS_PER_UNIT;
        FRAME_UNITS.saturating_add(slots).saturating_add(self.handed).saturating_add(kept)
    }
}

/// Which functions are light: works upwards from those that call none; what is on a cycle is never reached.
fn settle(frames: &[u64], callers: &[Vec<usize>], mut open: Vec<Option<usize>>) -> Vec<bool> {
    let mut light = vec![false; frames.len()];
    let mut below = vec![0u64; frames.len()];
    let mut ready: Vec<usize> = open.iter().enumerate().filter(|(_, o)| **o == Some(0)).map(|(i, _)| i).collect();
    while let Some(index) = ready.pop() {
        let (Some(frame), Some(deepest)) = (frames.get(index), below.get(index)) else { continue };
        let need = frame.saturating_add(*deepest);
        if need > LIGHT_UNITS {
            continue;
        }
        if let Some(entry) = light.get_mut(index) {
            *entry = true;
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
    light
}
