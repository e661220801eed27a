//! Measures inspection on a module of about 500 kB: one JSON line per case with `suite, case, value, unit, peer, ratio,
//! ci`; `ci` is the half-width of the 95 % interval of the mean over the repetitions, in the case's unit.
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a measurement, not consensus")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot run stops")]

use std::{hint::black_box, time::Instant};
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, Instruction, MemorySection,
    MemoryType, Module, TypeSection, ValType,
};
use zera_inspect::{Comparison, Difference, analyse, module_text};

const FUNCTIONS: u32 = 1_500;
const ROUNDS: usize = 20;

fn main() {
    let (old, few, all) = (module(0), module(7), module(u64::MAX));
    let size = old.len() / 1_000;
    assert!((480..560).contains(&size), "{size} kB");
    let read = zera_inspect::Module::read(old.clone()).unwrap();
    let compare = |new: &[u8]| Comparison::new(old.clone(), new.to_vec()).unwrap().finish().unwrap();
    assert_eq!(counts(&compare(&few)), (1_492, 8, 1));
    assert_eq!(counts(&compare(&all)), (0, 1_500, 1));

    // What comes to mind first: both texts, and one difference of their lines.
    let text = |code: &[u8]| wasmprinter::print_bytes(code).unwrap();
    let naive = timed(|| {
        let (before, after) = (text(&old), text(&few));
        let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        similar::capture_diff_slices(similar::Algorithm::Myers, &before, &after).len()
    });
    let naive = ("one difference of both texts", mean(&naive));
    report(
        &format!("difference of {size} kB, 8 of 1,500 functions changed"),
        &timed(|| compare(&few).same),
        Some(naive),
    );
    report(&format!("difference of {size} kB, every function changed"), &timed(|| compare(&all).same), Some(naive));
    report(&format!("longest step of it, 64 KiB each, of {size} kB"), &longest_steps(&old, &few), None);
    report(&format!("disassembly of {size} kB"), &timed(|| module_text(&read).unwrap().lines.len()), None);
    report(&format!("static gas of 40 exports, {size} kB"), &timed(|| analyse(&read).unwrap().exports.len()), None);
}

fn counts(found: &Difference) -> (u32, usize, usize) {
    (found.same, found.changed.len(), found.added.len())
}

fn longest_steps(old: &[u8], new: &[u8]) -> Vec<f64> {
    (0..ROUNDS)
        .map(|_| {
            let mut comparison = Comparison::new(old.to_vec(), new.to_vec()).unwrap();
            let mut longest = 0.0f64;
            while !comparison.progress().is_complete() {
                let start = Instant::now();
                comparison.step(64 << 10).unwrap();
                longest = longest.max(start.elapsed().as_secs_f64() * 1e3);
            }
            longest
        })
        .collect()
}

/// Milliseconds of `work`, repeated after a first time that does not count.
fn timed<T>(mut work: impl FnMut() -> T) -> Vec<f64> {
    let mut samples: Vec<f64> = (0..=ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    samples.remove(0);
    samples
}

fn mean(samples: &[f64]) -> f64 {
    samples.iter().sum::<f64>() / samples.len() as f64
}

fn report(case: &str, samples: &[f64], peer: Option<(&str, f64)>) {
    let value = mean(samples);
    let variance = samples.iter().map(|sample| (sample - value).powi(2)).sum::<f64>() / (samples.len() as f64 - 1.0);
    let ci = 1.96 * (variance / samples.len() as f64).sqrt();
    let (peer, ratio) = peer.map_or(("null".to_owned(), "null".to_owned()), |(peer, theirs)| {
        (format!("\"{peer}\""), format!("{:.3}", value / theirs))
    });
    println!(
        "{{\"suite\":\"inspect\",\"case\":\"{case}\",\"value\":{value:.3},\"unit\":\"ms\",\"peer\":{peer},\"ratio\":{ratio},\"ci\":{ci:.3}}}"
    );
}

/// SplitMix64.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// A module without names; `changed` functions of it have a few operators more, and with any a function is put in front.
fn module(changed: u64) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32, ValType::I64], [ValType::I64]);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    let front = u32::from(changed > 0);
    for at in 0..FUNCTIONS + front {
        functions.function(0);
        if at < front {
            code.function(&body(&mut Rng(u64::MAX / 3), 3, front, false));
            continue;
        }
        let number = u64::from(at - front);
        let touched = changed == u64::MAX || (changed > 0 && number % 211 == 5);
        code.function(&body(&mut Rng(number), 17, front, touched));
    }
    let mut memory = MemorySection::new();
    memory.memory(MemoryType { minimum: 1, maximum: Some(4), memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    for at in 0..40 {
        exports.export(&format!("entry_{at}"), ExportKind::Func, at * 37 + front);
    }
    module.section(&types).section(&functions).section(&memory).section(&exports).section(&code);
    module.finish()
}

fn body(rng: &mut Rng, pieces: u32, front: u32, touched: bool) -> Function {
    use Instruction::{
        Block, BrIf, Call, Drop, End, I32Add, I32Const, I32Load, I64Add, I64Const, I64Mul, I64Xor, LocalGet, LocalSet,
    };
    let mut function = Function::new([(2, ValType::I64)]);
    for piece in 0..pieces {
        if touched && piece == pieces / 2 {
            [LocalGet(2), I64Const(99), I64Xor, LocalSet(2)].iter().for_each(|one| {
                function.instruction(one);
            });
        }
        match rng.next() % 4 {
            0 => [LocalGet(1), I64Const((rng.next() >> 40).cast_signed()), I64Mul, LocalGet(2), I64Add, LocalSet(2)]
                .iter()
                .for_each(|one| {
                    function.instruction(one);
                }),
            1 => {
                let place = wasm_encoder::MemArg {
                    offset: rng.next() % 4_096,
                    align: 2,
                    target: wasm_encoder::MemArgTarget::Memory(0),
                    ordering: None,
                };
                [LocalGet(0), I32Load(place), Drop].iter().for_each(|one| {
                    function.instruction(one);
                });
            }
            2 => {
                let target = u32::try_from(rng.next() % u64::from(FUNCTIONS)).unwrap() + front;
                [LocalGet(0), I32Const(1), I32Add, LocalGet(2), Call(target), LocalSet(3)].iter().for_each(|one| {
                    function.instruction(one);
                });
            }
            _ => {
                [Block(BlockType::Empty), LocalGet(0), BrIf(0), LocalGet(3), LocalSet(2), End].iter().for_each(|one| {
                    function.instruction(one);
                });
            }
        }
        [LocalGet(1), I64Const((rng.next() % 1_000_000).cast_signed()), I64Xor, LocalSet(3)].iter().for_each(|one| {
            function.instruction(one);
        });
    }
    function.instruction(&LocalGet(3)).instruction(&End);
    function
}
