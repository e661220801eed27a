//! What functions reach by calls, and so which of them can be proven.

use super::{Module, intrinsics};
use crate::row::Kind;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec,
    vec::Vec,
};

/// What an entry reaches.
#[derive(Default)]
pub(super) struct Reach {
    /// Own functions, by their index behind the imports.
    pub functions: BTreeSet<usize>,
    /// Intrinsics.
    pub intrinsics: BTreeSet<usize>,
    /// Types that calls through the table ask for.
    pub types: BTreeSet<u64>,
}

/// Calls that a function makes.
struct Calls {
    functions: Vec<usize>,
    intrinsics: Vec<usize>,
    types: Vec<u64>,
}

fn calls(module: &Module, index: usize) -> Calls {
    let mut calls = Calls { functions: Vec::new(), intrinsics: Vec::new(), types: Vec::new() };
    let code = module.functions.get(index).and_then(|function| function.code.as_ref().ok());
    for row in code.iter().flat_map(|code| &code.rows) {
        match (row.kind, intrinsics::number(row.target)) {
            (Kind::Call, Some(number)) => calls.intrinsics.push(number),
            (Kind::Call, None) => calls.functions.extend(module.own(row.target)),
            (Kind::CallIndirect, _) => calls.types.push(row.imm),
            _ => {}
        }
    }
    calls
}

/// Functions in the table by their type.
fn by_type(module: &Module) -> BTreeMap<u64, BTreeSet<u32>> {
    let mut found: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
    for element in module.table.iter().filter(|element| element.ty != 0) {
        found.entry(element.ty).or_default().insert(element.function);
    }
    found
}

/// Walks over the calls from these own functions.
pub(super) fn reach(module: &Module, mut open: Vec<usize>) -> Reach {
    let mut reach = Reach::default();
    let table = by_type(module);
    while let Some(index) = open.pop() {
        if !reach.functions.insert(index) {
            continue;
        }
        let calls = calls(module, index);
        open.extend(calls.functions);
        reach.intrinsics.extend(calls.intrinsics);
        for ty in calls.types {
            if reach.types.insert(ty) {
                open.extend(table.get(&ty).into_iter().flatten().filter_map(|function| module.own(*function)));
            }
        }
    }
    reach
}

/// For each own function why it cannot be proven: its own fault, or one that it reaches; an index into the reasons.
pub(super) fn faults(module: &Module) -> (Vec<Option<usize>>, Vec<String>) {
    let count = module.functions.len();
    let (mut reasons, mut open) = (Vec::new(), Vec::new());
    for (index, function) in module.functions.iter().enumerate() {
        if let Err(reason) = &function.code {
            open.push((index, reasons.len()));
            reasons.push(reason.clone());
        }
    }
    // Who calls a function, and who calls through the table with a type.
    let mut callers = vec![Vec::new(); count];
    let mut asking: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for index in 0..count {
        let calls = calls(module, index);
        for callee in calls.functions {
            if let Some(list) = callers.get_mut(callee) {
                list.push(index);
            }
        }
        for ty in calls.types {
            asking.entry(ty).or_default().push(index);
        }
    }
    for (ty, functions) in by_type(module) {
        let asking = asking.remove(&ty).unwrap_or_default();
        for function in functions {
            match module.own(function) {
                Some(own) => {
                    if let Some(list) = callers.get_mut(own) {
                        list.extend(&asking);
                    }
                }
                None => {
                    open.extend(asking.iter().map(|index| (*index, reasons.len())));
                    let why = "a host function in a table that is called through is outside the provable profile";
                    reasons.push(format!("function {function}: {why}"));
                }
            }
        }
    }
    let mut faults = vec![None; count];
    while let Some((index, reason)) = open.pop() {
        if let Some(fault) = faults.get_mut(index).filter(|fault| fault.is_none()) {
            *fault = Some(reason);
            open.extend(callers.get(index).into_iter().flatten().map(|caller| (*caller, reason)));
        }
    }
    (faults, reasons)
}
