//! The worst modules for a stack, at the end of eight nested calls, with twice the stack that a transaction has: what the
//! engine's own limit has to leave room for.

#[path = "../../../../../client-core/vm/tests/common/worst.rs"]
mod modules;

use zera_primitives::limits::CALL_DEPTH;
use zera_trials::case::{Call, Case};
use zera_vm::gas::STACK_UNITS;

/// Gas that lets every one of them reach the stack's end.
const GAS: u64 = 50_000_000;
/// Gas for a round of being optimised; there are eleven.
const WARM: u64 = 3_000_000;

/// One case for each.
pub fn cases() -> Vec<Case> {
    let relays: Vec<Vec<u8>> = (1..CALL_DEPTH).map(relay).collect();
    let case = |worst: modules::Worst| {
        let code = parse(&worst.text);
        let go = Call { stack: 2 * STACK_UNITS, ..Call::new("go", Vec::new(), GAS) };
        let modules = relays.iter().cloned().chain([code.clone()]).collect();
        let mut cases = vec![Case { suite: "worst".into(), name: worst.name.clone(), modules, calls: vec![go] }];
        if worst.text.contains("(export \"warm\")") {
            let name = format!("warming {}", worst.name);
            let calls = vec![Call::new("warm", Vec::new(), WARM)];
            cases.insert(0, Case { suite: "worst".into(), name, modules: vec![code], calls });
        }
        cases
    };
    modules::worst().into_iter().flat_map(case).collect()
}

/// A module that calls the one at `next`.
fn relay(next: usize) -> Vec<u8> {
    parse(&format!(
        r#"(module (import "zera" "call_module" (func $call (param i32 i32 i32 i32 i32 i32) (result i32)))
             (memory 1 1) (data (i32.const 0) "\{next:02x}") (data (i32.const 32) "go")
             (func (export "go") (drop (call $call
               (i32.const 0) (i32.const 32) (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 48)))))"#
    ))
}

fn parse(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("valid text format")
}
