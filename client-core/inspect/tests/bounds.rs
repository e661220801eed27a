//! Modules made to take long: each within the profile's limits, each done in a bounded time.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod support;

use std::time::Instant;
use wasm_encoder::{
    BlockType, CodeSection, CustomSection, ElementSection, Elements, ExportKind, ExportSection, Function,
    FunctionSection, Instruction, Module, Section, TypeSection, ValType,
};
use zera_inspect::{Comparison, analyse, module_text};

/// Milliseconds that one of them may take where tests run, with debug assertions; a browser's tab is about as fast.
const MOST: u128 = 20_000;

/// A module of functions without parameters, all exported, of which `body` makes each.
fn module(functions: u32, types: u32, body: impl Fn(u32) -> Vec<Instruction<'static>>) -> Vec<u8> {
    let mut kinds = TypeSection::new();
    kinds.ty().function([], []);
    for at in 1..types {
        let bits = (0..14).map(|bit| if at >> bit & 1 == 1 { ValType::I64 } else { ValType::I32 });
        kinds.ty().function(bits.collect::<Vec<_>>(), []);
    }
    let (mut own, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    for at in 0..functions {
        own.function(0);
        exports.export(&format!("e{at}"), ExportKind::Func, at);
        let mut function = Function::new([]);
        body(at).iter().chain([&Instruction::End]).for_each(|one| {
            function.instruction(one);
        });
        code.function(&function);
    }
    let mut module = Module::new();
    module.section(&kinds).section(&own).section(&exports).section(&code);
    module.finish()
}

fn within(what: &str, old: &[u8], new: &[u8]) {
    assert!(new.len() <= 1 << 20, "{what}: {} bytes", new.len());
    let start = Instant::now();
    let read = zera_inspect::Module::read(new.to_vec()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let a = start.elapsed().as_millis();
    module_text(&read).expect("has a text");
    let b = start.elapsed().as_millis();
    analyse(&read).expect("has costs");
    let c = start.elapsed().as_millis();
    let mut comparison = Comparison::new(old.to_vec(), new.to_vec()).expect("valid");
    let mut longest = 0;
    while !comparison.progress().is_complete() {
        let step = Instant::now();
        comparison.step(64 << 10).expect("comparable");
        longest = step.elapsed().as_millis().max(longest);
    }
    let taken = start.elapsed().as_millis();
    println!(
        "{what}: {} bytes, read {a}, text {}, gas {}, comparison {} ms, longest step {longest} ms",
        new.len(),
        b - a,
        c - b,
        taken - c
    );
    assert!(taken < MOST, "{what}: {taken} ms");
}

#[test]
fn nothing_takes_for_ever() {
    use Instruction::{Block, Br, BrIf, Call, CallIndirect, Drop, End, I32Const, If, Loop, Nop, Unreachable};
    let plain = module(10, 1, |_| vec![]);
    // As many functions, types and exports as there can be, and all of them changed.
    let many = |value| module(10_000, 10_000, move |at| vec![I32Const(value), Drop, Call((at * 7 + 1) % 10_000)]);
    within("many functions and types", &many(1), &many(2));
    // One component of calls, everything reaching everything.
    let web =
        |salt: u32| module(1_000, 2, move |at| (0u32..300).map(|i| Call((at * 31 + i * (i + salt)) % 1_000)).collect());
    within("a web of calls", &web(1), &web(2));
    let loops = |one: Instruction<'static>| {
        let one = move || one.clone();
        module(256, 1, move |_| {
            let nest = (0..200).flat_map(|_| [Loop(BlockType::Empty), one(), I32Const(1), BrIf(0)]);
            nest.chain((0..200).map(|_| End)).chain([Nop]).collect()
        })
    };
    within("loops in loops", &loops(Nop), &loops(Call(0)));
    let branches = |salt: i32| {
        module(20, 1, move |_| {
            (0..5_000)
                .flat_map(|at| {
                    [I32Const(at % 100 + salt), If(BlockType::Empty), Block(BlockType::Empty), Br(0), End, End]
                })
                .collect()
        })
    };
    within("ways that part and meet", &branches(1), &branches(2));
    let dead = |ty: u32| {
        module(6, 10_000, move |_| {
            std::iter::once(Unreachable)
                .chain((0..30_000).map(|at| CallIndirect { type_index: 1 + (at * ty) % 9_999, table_index: 0 }))
                .collect()
        })
    };
    let table = |code: Vec<u8>| with_table(&code);
    within("calls through many types", &table(dead(1)), &table(dead(3)));
    let mut customs = plain.clone();
    while customs.len() < 1_000_000 {
        CustomSection { name: "x".into(), data: (&[][..]).into() }.append_to(&mut customs);
    }
    within("custom sections", &plain, &customs);
}

/// The module with a table that holds its first function many times over.
fn with_table(code: &[u8]) -> Vec<u8> {
    use wasm_encoder::{
        RefType, SectionId, TableSection, TableType,
        reencode::{Error, Reencode},
    };
    struct Add;
    impl Reencode for Add {
        type Error = std::convert::Infallible;
        fn intersperse_section_hook(
            &mut self,
            module: &mut Module,
            after: Option<SectionId>,
            before: Option<SectionId>,
        ) -> Result<(), Error<Self::Error>> {
            if after == Some(SectionId::Function) {
                let mut tables = TableSection::new();
                tables.table(TableType {
                    element_type: RefType::FUNCREF,
                    minimum: 1,
                    maximum: Some(10_000),
                    table64: false,
                    shared: false,
                });
                module.section(&tables);
            }
            if before == Some(SectionId::Code) {
                let mut elements = ElementSection::new();
                elements.passive(Elements::Functions(vec![0u32; 50_000].into()));
                module.section(&elements);
            }
            Ok(())
        }
    }
    let mut module = Module::new();
    Add.parse_core_module(&mut module, wasmparser::Parser::new(0), code).expect("valid");
    module.finish()
}
