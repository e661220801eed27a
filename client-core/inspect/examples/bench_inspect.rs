//! Times of inspection on a module of about 500 kB: `cargo run --profile bench-fast -p zera-inspect --example bench_inspect`.

#![allow(clippy::unwrap_used, reason = "a bench that cannot run stops")]

use std::time::Instant;
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, Instruction, MemorySection,
    MemoryType, Module, TypeSection, ValType,
};
use zera_inspect::{Comparison, analyse, module_text};

const FUNCTIONS: u32 = 1_500;

fn main() {
    let (old, new) = (module(0), module(7));
    println!("modules of {} and {} bytes, {FUNCTIONS} functions", old.len(), new.len());
    let read = timed("read and check", || zera_inspect::Module::read(new.clone()).unwrap());
    let text = timed("disassembly of the whole", || module_text(&read).unwrap());
    println!("  {} lines", text.lines.len());
    let gas = timed("static gas", || analyse(&read).unwrap());
    println!("  {} exports", gas.exports.len());
    let (mut longest, mut steps) = (0, 0);
    let found = timed("comparison", || {
        let mut comparison = Comparison::new(old.clone(), new.clone()).unwrap();
        loop {
            let start = Instant::now();
            let progress = comparison.step(64 << 10).unwrap();
            longest = start.elapsed().as_micros().max(longest);
            steps += 1;
            if progress.is_complete() {
                break comparison.difference().clone();
            }
        }
    });
    println!("  {steps} steps, the longest {longest} µs");
    println!(
        "  {} same, {} changed, {} added, {} removed",
        found.same,
        found.changed.len(),
        found.added.len(),
        found.removed.len()
    );
    let all = timed("comparison with a module where every function differs", || {
        Comparison::new(old.clone(), module(u64::MAX)).unwrap().finish().unwrap()
    });
    println!(
        "  {} same, {} changed, {} lines left out",
        all.same,
        all.changed.len(),
        all.changed.iter().filter(|one| one.cut).count()
    );
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    println!("{what}: {} µs", start.elapsed().as_micros());
    done
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
