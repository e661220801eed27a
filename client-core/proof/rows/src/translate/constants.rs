//! Which constants a body keeps in slots of its own, so that one row makes them for many uses.
//!
//! A constant that is kept is made where it is first needed; from there on it is known on every way that passed that
//! place. What a loop uses is made before the loop.

use super::operators::takes;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// Most constants that one body keeps: each makes its frame a slot longer.
const KEPT: usize = 12;
/// How many uses outside loops one use inside counts for.
const IN_LOOP: u32 = 8;

/// The constants of one body that are kept.
#[derive(Default)]
pub(super) struct Constants {
    /// The constants, in the order of their slots.
    pub kept: Vec<u64>,
    /// For every loop that is in no other loop: its offset, and the kept constants that are used in it.
    pub loops: BTreeMap<u64, Vec<u64>>,
}

/// The constant that an operator pushes.
fn value(operator: &Operator<'_>) -> Option<u64> {
    match operator {
        Operator::I32Const { value } => Some(u64::from(value.cast_unsigned())),
        Operator::I64Const { value } => Some(value.cast_unsigned()),
        _ => None,
    }
}

/// Chooses a body's constants: those that operators take directly, most uses first, at least two.
pub(super) fn choose(body: &FunctionBody<'_>) -> Result<Constants, BinaryReaderError> {
    let mut uses: BTreeMap<u64, u32> = BTreeMap::new();
    let mut loops: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    // For each open block whether it is a loop; how many loops are open.
    let (mut blocks, mut depth) = (Vec::new(), 0u32);
    let mut last = None;
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let (operator, offset) = reader.read_with_offset()?;
        if let Some(constant) = last.take().filter(|_| takes(&operator)) {
            let count = uses.entry(constant).or_default();
            *count = count.saturating_add(if depth > 0 { IN_LOOP } else { 1 });
            if let Some(mut of_loop) = loops.last_entry().filter(|_| depth > 0) {
                of_loop.get_mut().insert(constant);
            }
        }
        last = value(&operator);
        match operator {
            Operator::Loop { .. } => {
                if depth == 0 {
                    loops.insert(offset, BTreeSet::new());
                }
                depth = depth.saturating_add(1);
                blocks.push(true);
            }
            Operator::Block { .. } | Operator::If { .. } => blocks.push(false),
            Operator::End if blocks.pop() == Some(true) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let mut kept: Vec<(u64, u32)> = uses.into_iter().filter(|(_, uses)| *uses > 1).collect();
    kept.sort_by_key(|(value, uses)| (u32::MAX.saturating_sub(*uses), *value));
    let kept: Vec<u64> = kept.into_iter().take(KEPT).map(|(value, _)| value).collect();
    let of_loop = |used: BTreeSet<u64>| used.into_iter().filter(|value| kept.contains(value)).collect();
    let loops = loops.into_iter().map(|(offset, used)| (offset, of_loop(used))).collect();
    Ok(Constants { kept, loops })
}
