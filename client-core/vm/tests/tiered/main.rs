//! Two engines behind one: when a code moves, which calls are checked, and that every lie of the fast engine is found,
//! named, and ends the attempt.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

#[path = "../common/mod.rs"]
mod common;
mod faulty;

use common::{Rng, TestHost, wasm};
use faulty::{Faulty, Lie};
use zera_primitives::{Hash, Outcome};
use zera_vm::{
    CallRequest, CallsRun, Engine, Execution, Threshold, TieredEngine, Tiering, VmError, WasmiEngine,
    tiered::{ALL, Report, Tier, What},
};

const GAS: u64 = 1_000_000;

/// `go` reads `key`, adds one to its first byte, writes it, and answers it; `outer` calls `go` of the module whose id is
/// eights and then does the same; `look` reads `key`; `spin` loops.
const COUNTER: &str = r#"(module
  (import "zera" "output_write" (func $output (param i32 i32)))
  (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
  (import "zera" "call_module" (func $call (param i32 i32 i32 i32 i32 i32) (result i32)))
  (memory 1 1) (data (i32.const 0) "key") (data (i32.const 32) "go")
  (func $go (export "go")
    (drop (call $get (i32.const 0) (i32.const 3) (i32.const 8) (i32.const 1)))
    (i32.store8 (i32.const 8) (i32.add (i32.const 1) (i32.load8_u (i32.const 8))))
    (call $set (i32.const 0) (i32.const 3) (i32.const 8) (i32.const 1))
    (call $output (i32.const 8) (i32.const 1)))
  (func (export "outer")
    (memory.fill (i32.const 64) (i32.const 8) (i32.const 32))
    (drop (call $call (i32.const 64) (i32.const 32) (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 128)))
    (call $go))
  (func (export "look") (drop (call $get (i32.const 0) (i32.const 3) (i32.const 8) (i32.const 1))))
  (func (export "spin") (local $n i32)
    (local.set $n (i32.const 1000))
    (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#;

/// A tiered engine over a faulty one, and the code of [`COUNTER`] in it.
struct Pair {
    engine: TieredEngine,
    fast: &'static Faulty,
    code: Hash,
}

impl Pair {
    fn new(lie: Lie, threshold: Threshold, sampling_ppm: u32) -> Self {
        let fast: &'static Faulty = Box::leak(Box::new(Faulty::new(lie)));
        let tiering = Tiering { fast: true, threshold, sampling_ppm, seed: 7 };
        let engine = TieredEngine::new(Box::new(fast), WasmiEngine::new(), tiering);
        let pair = Self { engine, fast, code: Hash::of(&wasm(COUNTER)) };
        pair.prepare();
        pair
    }

    /// As the runtime does before every call.
    fn prepare(&self) {
        self.engine.prepare(&self.code, &wasm(COUNTER)).expect("valid code");
    }

    fn call_on(&self, entry: &str, host: &mut TestHost<'_>) -> Result<Execution, VmError> {
        self.prepare();
        let stack = zera_vm::gas::STACK_UNITS;
        let request = CallRequest { code_hash: self.code, entry, args: &[], gas: GAS, stack };
        self.engine.execute(&request, host)
    }

    fn host(&self) -> TestHost<'_> {
        let mut host = TestHost { engine: Some(&self.engine), ..TestHost::default() };
        host.storage.insert(b"key".to_vec(), vec![41]);
        host.modules.insert([8; 32], self.code);
        host
    }

    fn call(&self, entry: &str) -> Result<Execution, VmError> {
        self.call_on(entry, &mut self.host())
    }

    fn tier(&self) -> Tier {
        self.engine.stats().first().map(|line| line.tier.clone()).unwrap_or_default()
    }
}

#[test]
fn every_lie_is_found_named_and_ends_the_attempt() {
    let lies = [
        (Lie::Result, "go", What::Result),
        (Lie::Gas, "go", What::Gas),
        (Lie::Trap, "go", What::Outcome),
        (Lie::Argument, "go", What::HostCalls),
        (Lie::OneMore, "go", What::HostCalls),
        (Lie::OneLess, "go", What::HostCalls),
        // The reference writes what it would have written.
        (Lie::Memory, "go", What::HostCalls),
        // Nothing comes of what the guest saw, but it saw something else.
        (Lie::Memory, "look", What::State),
    ];
    for (lie, entry, what) in lies {
        let pair = Pair::new(lie, Threshold::NONE, ALL);
        assert_eq!(pair.call(entry), Err(VmError::Disagreed(pair.code)), "{lie:?}");
        let found = pair.engine.take_disagreements();
        let [found] = found.as_slice() else { panic!("{lie:?}: {found:?}") };
        assert_eq!((found.what, found.code, found.entry.as_str()), (what, pair.code, entry), "{found:?}");
        assert_eq!((found.module.0, found.height.0), ([8; 32], 1 << 40));
        assert!(matches!(pair.tier(), Tier::Disagreed(_)) && pair.engine.disabled() == [pair.code]);
        // The next attempt is the reference's.
        let done = pair.call("go").expect("no fault");
        assert_eq!((done.outcome, done.result.as_slice()), (Outcome::Ok, &[42][..]));
        assert_eq!(pair.fast.ran.get(), 1, "{lie:?}");
        assert!(!pair.engine.has_disagreements());
    }
}

#[test]
fn gas_where_the_host_stops_a_call_is_compared_too() {
    for (lie, differs) in [(Lie::None, false), (Lie::AbortedGas, true)] {
        let pair = Pair::new(lie, Threshold::NONE, ALL);
        let mut host = pair.host();
        host.missing = Some(b"key".to_vec());
        let ended = pair.call_on("go", &mut host);
        assert_eq!(matches!(ended, Err(VmError::Disagreed(_))), differs, "{ended:?}");
        assert_eq!(matches!(ended, Err(VmError::Aborted { gas_used }) if gas_used > 500), !differs);
        assert_eq!(pair.engine.has_disagreements(), differs);
    }
}

#[test]
fn a_nested_lie_ends_the_whole_call_and_only_its_own_code_is_off() {
    let pair = Pair::new(Lie::None, Threshold::NONE, ALL);
    let (checked, twice) = (pair.call("outer").expect("no fault"), pair.host());
    assert_eq!((checked.outcome, checked.result.as_slice(), twice.storage.len()), (Outcome::Ok, &[43][..], 1));
    assert_eq!(pair.engine.stats()[0].counts.agreed, 2, "the nested call once, by itself");

    // The outer code differs by a byte of its name section, so that it is another code of the same doing.
    let outer = wasm(&COUNTER.replace("(module", "(module $outer"));
    let outer_hash = Hash::of(&outer);
    assert_ne!(outer_hash, pair.code);
    pair.engine.prepare(&outer_hash, &outer).expect("valid code");
    pair.fast.lie.set(Lie::Gas);
    let request = CallRequest { code_hash: outer_hash, entry: "outer", args: &[], gas: GAS, stack: 100_000 };
    let ended = pair.engine.execute(&request, &mut pair.host());
    assert!(matches!(&ended, Err(VmError::Fault(text)) if text.contains("disagree")), "{ended:?}");
    assert_eq!(pair.engine.disabled(), [pair.code]);
    let of_outer = pair.engine.stats().into_iter().find(|line| line.code == outer_hash).expect("it ran");
    assert_eq!(of_outer.tier, Tier::Fast);
}

#[test]
fn codes_move_when_they_are_hot_and_back_when_they_are_dropped() {
    let pair = Pair::new(Lie::None, Threshold { base: 40_000, per_byte: 1 }, 0);
    let (mut gas, mut calls) = (0, 0);
    while pair.tier() != Tier::Fast {
        gas += pair.call("spin").expect("no fault").gas_used;
        calls += 1;
        pair.prepare();
    }
    assert!(gas > 20_000 && calls > 3 && calls < 12, "{calls} calls of {gas} gas in all");
    assert_eq!(pair.fast.ran.get(), 0);
    pair.call("go").expect("no fault");
    assert_eq!(pair.fast.ran.get(), 1);
    let counts = pair.engine.stats()[0].counts;
    assert_eq!((counts.calls_reference, counts.calls_fast, counts.gas_reference), (calls, 1, gas));

    pair.fast.dropped.borrow_mut().insert(pair.code);
    pair.call("go").expect("no fault");
    assert_eq!((pair.fast.ran.get(), pair.tier()), (1, Tier::Reference), "it has to get hot again");
    while pair.tier() != Tier::Fast {
        pair.call("spin").expect("no fault");
    }
    let mut tiering = pair.engine.tiering();
    tiering.fast = false;
    pair.engine.set_tiering(tiering);
    let ran = pair.fast.ran.get();
    pair.call("go").expect("no fault");
    assert_eq!(pair.fast.ran.get(), ran, "the person turned it off");
}

#[test]
fn what_the_fast_engine_cannot_do_the_reference_does() {
    let pair = Pair::new(Lie::Refuses, Threshold::NONE, ALL);
    assert_eq!(pair.call("go").expect("no fault").result, [42]);
    assert!(matches!(pair.tier(), Tier::Refused(_)) && pair.engine.disabled().is_empty());
    // One that is only short of something now is tried again when the code has run more, and less and less often.
    let pair = Pair::new(Lie::RefusesLate, Threshold { base: 10_000, per_byte: 0 }, ALL);
    let tried: Vec<bool> = (0..60)
        .map(|_| {
            assert!(pair.call("spin").expect("no fault").outcome.is_ok());
            pair.prepare();
            pair.tier() == Tier::Fast
        })
        .collect();
    let tries: Vec<usize> = (0..60).filter(|place| tried[*place]).collect();
    assert!(tries.len() > 2 && tries.windows(3).all(|three| three[2] - three[1] > three[1] - three[0]), "{tries:?}");
    // A fault ends the attempt; the next one is the reference's, so that it comes to an end.
    let pair = Pair::new(Lie::Fault, Threshold::NONE, ALL);
    assert!(matches!(pair.call("go"), Err(VmError::Fault(_))));
    assert_eq!(pair.call("go").expect("no fault").result, [42]);
}

#[test]
fn the_share_of_checked_calls_is_the_one_that_was_asked_for() {
    for (ppm, least, most) in [(0, 0, 0), (50_000, 40, 160), (ALL, 2_000, 2_000)] {
        let pair = Pair::new(Lie::None, Threshold::NONE, ppm);
        for _ in 0..2_000 {
            pair.call("go").expect("no fault");
        }
        let counts = pair.engine.stats()[0].counts;
        assert!((least..=most).contains(&counts.checked), "{ppm} ppm: {} of 2,000", counts.checked);
        assert_eq!(counts.agreed, counts.checked);
    }
    // The first calls of a code are checked whatever the share.
    let pair = Pair::new(Lie::Gas, Threshold::NONE, 1);
    assert!(matches!(pair.call("go"), Err(VmError::Disagreed(_))));
}

#[test]
fn which_engine_began_a_call_is_counted() {
    let run = |threshold, ppm| {
        let pair = Pair::new(Lie::None, threshold, ppm);
        pair.call("go").expect("no fault");
        let CallsRun { fast, reference } = pair.engine.calls_run();
        (fast, reference)
    };
    let cold = Threshold { base: u64::MAX, per_byte: 0 };
    assert_eq!([run(cold, 0), run(Threshold::NONE, 0), run(Threshold::NONE, ALL)], [(0, 1), (1, 0), (1, 1)]);
}

#[test]
fn a_lie_on_demand_is_found_out_and_ends() {
    let pair = Pair::new(Lie::None, Threshold::NONE, 0);
    let honest = pair.call("go").expect("no fault").gas_used;
    pair.engine.set_lies(true);
    assert_eq!(pair.call("go").expect("nobody looks").gas_used, honest + 1);
    pair.engine.set_tiering(Tiering { sampling_ppm: ALL, ..pair.engine.tiering() });
    assert!(matches!(pair.call("go"), Err(VmError::Disagreed(_))));
    assert_eq!(pair.call("go").expect("no fault").gas_used, honest);
}

#[test]
fn a_report_adds_up_elsewhere_and_its_bytes_are_bounded() {
    let (here, there) = (Pair::new(Lie::None, Threshold::NONE, ALL), Pair::new(Lie::Result, Threshold::NONE, ALL));
    here.call("go").expect("no fault");
    assert!(there.call("go").is_err());
    let report = there.engine.report();
    let bytes = codec::Encode::encode(&report);
    assert_eq!(Report::from_bytes(&bytes).as_ref(), Ok(&report));
    assert!(Report::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    here.engine.absorb(report);
    let counts = here.engine.stats()[0].counts;
    assert_eq!((counts.calls_fast, counts.checked, counts.agreed), (1, 2, 1));
    assert_eq!((here.engine.disabled(), here.engine.take_disagreements().len()), (vec![here.code], 1));
    assert_eq!(there.engine.report(), Report::default(), "a report is given once");
}

#[test]
fn a_code_disabled_by_the_host_stays_off() {
    let pair = Pair::new(Lie::Gas, Threshold { base: 1, per_byte: 0 }, 0);
    pair.engine.disable(&pair.code, "an earlier session");
    for _ in 0..5 {
        pair.call("spin").expect("no fault");
    }
    assert_eq!((pair.fast.ran.get(), pair.tier()), (0, Tier::Disagreed("an earlier session".into())));
}

/// Random sequences of entries and missing keys on an honest engine: nothing is ever a difference, and what the chain
/// sees equals the reference alone.
#[test]
fn an_honest_engine_never_disagrees() {
    let mut rng = Rng(11);
    let (both, alone) = (Pair::new(Lie::None, Threshold::NONE, ALL), Pair::new(Lie::None, Threshold::NONE, 0));
    alone.engine.set_tiering(Tiering { fast: false, ..alone.engine.tiering() });
    for round in 0..300 {
        let entry = ["go", "outer", "spin", "none"][(rng.next() % 4) as usize];
        let seen = [&both, &alone].map(|pair| {
            let mut host = pair.host();
            host.missing = (round % 5 == 0).then(|| b"key".to_vec());
            if round % 7 == 0 {
                host.modules.clear();
            }
            let ended = pair.call_on(entry, &mut host);
            (ended, host.storage)
        });
        assert_eq!(seen[0], seen[1], "{entry}");
    }
    assert!(!both.engine.has_disagreements());
    let counts = both.engine.stats()[0].counts;
    assert!(counts.agreed == counts.checked && counts.checked > 200, "{counts:?}");
}
