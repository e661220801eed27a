//! Bytes of any kind give text or a typed error, within bounds.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod support;

use support::{Rng, random_module, samples, wasm};
use zera_inspect::{Comparison, InspectError, Module, analyse, compare_gas, function_text, module_text};

/// Everything there is to do with a module.
fn everything(code: &[u8], other: &[u8]) -> bool {
    let Ok(module) = Module::read(code.to_vec()) else { return false };
    let text = module_text(&module).expect("a valid module has a text");
    assert!(!text.cut && text.lines.iter().all(|line| (line.offset as usize) <= code.len()));
    for function in module.functions() {
        let listing = function_text(&module, function.index).expect("has a text");
        let first = listing.lines.first().expect("a header");
        assert!(first.text.starts_with("(func $") && first.text.contains(&format!("(;{};)", function.index)));
        let body = function.offset..=function.offset + function.bytes;
        assert!(listing.lines.iter().all(|line| body.contains(&line.offset)), "{function:?}");
        assert!(listing.lines.is_sorted_by_key(|line| line.offset));
    }
    let gas = analyse(&module).expect("has costs");
    assert_eq!(compare_gas(&gas, &gas).rows.len(), gas.exports.len());
    if let Ok(comparison) = Comparison::new(other.to_vec(), code.to_vec()) {
        comparison.finish().expect("comparable");
    }
    true
}

#[test]
fn samples_and_random_modules_have_texts() {
    let samples = samples();
    for (name, code) in &samples {
        assert!(everything(code, &samples[0].1), "{name}");
    }
    let random: Vec<Vec<u8>> = (1_000..1_200).filter_map(random_module).collect();
    assert!(random.len() > 30);
    random.windows(2).for_each(|pair| assert!(everything(&pair[0], &pair[1])));
}

#[test]
fn the_text_is_that_of_the_bytes() {
    // Read back by an independent parser, the text gives the same functions.
    for (name, code) in samples() {
        let module = Module::read(code).expect("valid");
        let lines = module_text(&module).expect("has a text").lines;
        let text: String = lines.iter().map(|line| format!("{}\n", line.text)).collect();
        let again = Module::read(wat::parse_str(&text).expect("its text is valid")).expect("valid");
        assert_eq!(again.functions().count(), module.functions().count(), "{name}");
        let found =
            Comparison::new(module.code().to_vec(), again.code().to_vec()).expect("valid").finish().expect("done");
        assert!(found.changed.is_empty() && found.added.is_empty() && found.removed.is_empty(), "{name}");
    }
}

#[test]
fn mutated_bytes_never_panic() {
    let mut rng = Rng(5);
    let small: Vec<Vec<u8>> = samples().into_iter().map(|(_, code)| code).filter(|code| code.len() < 20_000).collect();
    let (mut tried, mut valid) = (0, 0);
    for code in &small {
        for _ in 0..150 {
            let mut bytes = code.clone();
            for _ in 0..=rng.below(3) {
                let at = rng.below(bytes.len());
                bytes[at] = rng.next().to_le_bytes()[0];
            }
            if rng.below(8) == 0 {
                bytes.truncate(rng.below(code.len()));
            }
            tried += 1;
            valid += usize::from(everything(&bytes, code));
        }
    }
    println!("{valid} of {tried} mutated modules are still valid");
    assert!(valid > 20 && valid < tried, "{valid} of {tried}");
    assert!(matches!(Module::read(b"\0asm".to_vec()), Err(InspectError::Profile(_))));
    assert!(Comparison::new(Vec::new(), small[0].clone()).is_err());
}

#[test]
fn names_cannot_disguise_lines() {
    let code = wasm("(module (func $\"a\\u{202e}b\\nunreachable\" (param i32)) (func $c i32.const 1 call 0))");
    let module = Module::read(code).expect("valid");
    let lines = function_text(&module, 1).expect("has a text").lines;
    assert!(lines.iter().all(|line| !line.text.contains(['\u{202e}', '\n'])), "{lines:?}");
    assert!(lines.iter().any(|line| line.text.starts_with("call $\"a")), "{lines:?}");
    assert!(matches!(function_text(&module, 2), Err(InspectError::NoFunction(2))));
}

#[test]
fn long_names_and_deep_blocks_stay_bounded() {
    // 20,000 calls of a function whose name has 200,000 letters.
    let name = "n".repeat(200_000);
    let code = wasm(&format!("(module (func ${name}) (func (export \"x\") {}))", "call 0 ".repeat(20_000)));
    let module = Module::read(code.clone()).expect("valid");
    let text = module_text(&module).expect("has a text");
    assert!(text.lines.iter().map(|line| line.text.len()).sum::<usize>() < 8 << 20);
    assert!(everything(&code, &code));
    let deep = format!("(module (func (export \"x\") {} {}))", "block ".repeat(254), "end ".repeat(254));
    assert!(everything(&wasm(&deep), &code));
}

#[test]
fn the_longest_function_is_compared() {
    let function = |seed: u64| {
        let mut rng = Rng(seed);
        // A function has at most 32,768 operators.
        let body: String = (0..16_000).map(|_| format!("i32.const {} drop ", rng.next() % 3_000)).collect();
        wasm(&format!("(module (func (export \"x\") {body}))"))
    };
    let (old, new) = (function(1), function(2));
    let found = Comparison::new(old, new).expect("valid").finish().expect("comparable");
    let [changed] = found.changed.as_slice() else { panic!("{}", found.changed.len()) };
    assert!(changed.cut && changed.hunks.is_empty() && changed.constants_only && changed.added > 5_000);
}

#[test]
fn costs_that_double_at_every_call_saturate() {
    let functions: String = (1..200).map(|at| format!("(func call {0} call {0})", at - 1)).collect();
    let code =
        wasm(&format!("(module (func nop i32.const 0 drop) {functions} (func (export \"x\") loop call 199 br 0 end))"));
    let gas = analyse(&Module::read(code).expect("valid")).expect("has costs");
    assert_eq!((gas.exports[0].straight, gas.exports[0].loops.first[0].turn), (u64::MAX, u64::MAX));
}
