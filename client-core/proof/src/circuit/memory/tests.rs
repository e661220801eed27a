//! Forgeries by name on the rows of memory and host: each is rejected by the family that it names, and passes once that
//! family is deleted. Every family of these rows is among them.

use crate::circuit::{
    form::{Form, width},
    row::Witness,
    tests::{Case, FP, Rig, Surroundings, Verdict, cell, program_tuple, row},
};
use alloc::{collections::BTreeSet, vec, vec::Vec};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use zera_proof_rows::{
    row::{BYTES_1, BYTES_2, BYTES_4, Kind, Row},
    space::{MEMORY, PAGES, SEQUENCE, SPECIAL, TRAP},
    step::{Access, Turn},
};

const A: u64 = FP + 5;
const B: u64 = FP + 6;
const D: u64 = FP + 7;
/// The word that the rows under test reach first.
const W: u64 = 100;
/// What the words there hold, and what is stored.
const FIRST: u64 = 0x8d41_f30a_77c2_1e95;
const SECOND: u64 = 0x5be0_2477_c913_a6f8;
const VALUE: u64 = 0xf1e2_d3c4_b5a6_9788;

fn n(value: u64) -> Fr {
    Fr::from(value)
}

fn flags(bytes: u64) -> u8 {
    match bytes {
        1 => BYTES_1,
        2 => BYTES_2,
        4 => BYTES_4,
        _ => 0,
    }
}

fn words(bytes: u64, offset: u64) -> (u128, u128, bool) {
    let all = u128::from(FIRST) | u128::from(SECOND) << 64;
    let mask = if bytes == 8 { u128::from(u64::MAX) } else { (1 << (8 * bytes)) - 1 };
    (all, mask, offset + bytes > 8)
}

/// A load of `bytes` bytes at `offset` in word [`W`], as the machine has it.
fn load(bytes: u64, offset: u64) -> Case {
    let (all, mask, crossing) = words(bytes, offset);
    let base = W * 8 + offset - 3;
    let mut accesses = vec![(A, base, base), (MEMORY + W, FIRST, FIRST)];
    if crossing {
        accesses.push((MEMORY + W + 1, SECOND, SECOND));
    }
    accesses.push((D, 99, (all >> (8 * offset) & mask) as u64));
    Case::new("", Row { d: 7, a: 5, imm: 3, ..row(Kind::Load, flags(bytes)) }, &accesses)
}

/// A store of the low `bytes` bytes of `value`.
fn store(bytes: u64, offset: u64, value: u64) -> Case {
    let (all, mask, crossing) = words(bytes, offset);
    let base = W * 8 + offset - 3;
    let new = all & !(mask << (8 * offset)) | (u128::from(value) & mask) << (8 * offset);
    let mut accesses = vec![(A, base, base), (B, value, value), (MEMORY + W, FIRST, new as u64)];
    if crossing {
        accesses.push((MEMORY + W + 1, SECOND, (new >> 64) as u64));
    }
    Case::new("", Row { a: 5, b: 6, imm: 3, ..row(Kind::Store, flags(bytes)) }, &accesses)
}

/// An access out of bounds of `pages` pages.
fn outside(bytes: u64, base: u64, pages: u64) -> Witness {
    let row = Row { d: 7, a: 5, imm: 3, ..row(Kind::Load, flags(bytes)) };
    let case = Case::new("", row, &[(A, base, base), (SPECIAL + PAGES, pages, pages)]);
    let mut w = Case { next: TRAP.into(), ..case }.witness();
    w.step.turn = Turn::OutOfBounds;
    w
}

/// Memory of the host: word [`W`] holds `old`; `told` are the bytes of the entry.
fn host_memory(mask: u8, write: bool, old: u64, told: u64) -> Witness {
    let bits = (0..8).filter(|k| mask >> k & 1 == 1).fold(0_u64, |sum, k| sum | 255 << (8 * k));
    let new = if write { old & !bits | told & bits } else { old };
    let row = Row { d: 7, imm: 4, ..row(Kind::HostCall, 0) };
    let accesses = [(SPECIAL + SEQUENCE, 6, 7), (MEMORY + W, old, new)];
    let mut w = Case { next: row.pc.into(), ..Case::new("", row, &accesses) }.witness();
    w.step.turn = Turn::HostMemory { mask, write };
    w
}

fn grow(by: u64, pages: u64, most: u64) -> Witness {
    let (after, answer) = if pages + by <= most { (pages + by, pages) } else { (pages, u64::from(u32::MAX)) };
    let accesses = [(A, by, by), (SPECIAL + PAGES, pages, after), (D, 99, answer)];
    Case::new("", Row { d: 7, a: 5, imm: most, ..row(Kind::Grow, 0) }, &accesses).witness()
}

fn charge(by: u64, bytes: bool) -> Witness {
    let flag = if bytes { zera_proof_rows::row::BYTES } else { 0 };
    Case::new("", Row { a: 5, ..row(Kind::Charge, flag) }, &[(A, by, by)]).witness()
}

struct Forgery {
    name: &'static str,
    /// The gadget that the prover uses.
    form: Form,
    /// The family that stops it.
    family: &'static str,
    /// What really happens, in which form.
    honest: (Form, Witness),
    /// What the prover fills in, and with which wires.
    forged: Witness,
    wires: Vec<(&'static str, usize, Fr)>,
    /// Tuples that exist beside those of the honest row.
    given: Vec<crate::circuit::check::Tuple>,
}

fn forgery(
    name: &'static str,
    form: Form,
    family: &'static str,
    honest: &Witness,
    wires: &[(&'static str, usize, Fr)],
) -> Forgery {
    Forgery { name, form, family, honest: (form, *honest), forged: *honest, wires: wires.to_vec(), given: Vec::new() }
}

/// One lookup less: byte `index` of a family is 256 more, and byte `next` one less.
fn carried(family: &'static str, number: u64, index: usize, next: usize) -> [(&'static str, usize, Fr); 2] {
    let byte = |at: usize| n(number >> (8 * at) & 255);
    [(family, index, byte(index) + n(256)), (family, next, byte(next) - Fr::ONE)]
}

/// When the row under test accessed the cell of access `index` before.
fn before(index: usize) -> u64 {
    let first = load(8, 0).witness().access(0).before;
    u64::from(first) + 100 * index as u64
}

fn halves() -> Vec<Forgery> {
    let (low, half) = (load(4, 0).witness(), store(4, 0, 5).witness());
    let below = cell(MEMORY + W - 1, before(1), SECOND);
    let mut from_below = low;
    from_below.step.accesses[1].old = SECOND;
    let mut to_below = half;
    to_below.step.accesses[2].old = SECOND;
    let mut wide = half;
    wide.step.accesses[1].old = 5 + (1 << 32);
    vec![
        Forgery {
            forged: from_below,
            given: vec![below],
            ..forgery("a half of the word below", Form::LoadHalf, "offset", &low, &[("offset", 0, n(2))])
        },
        forgery(
            "load data injection in a half",
            Form::LoadHalf,
            "word bytes",
            &low,
            &carried("word bytes", FIRST, 3, 4),
        ),
        forgery("any half", Form::LoadHalf, "half", &low, &[("half", 0, n(77))]),
        Forgery {
            forged: to_below,
            given: vec![cell(MEMORY + W - 1, before(2), SECOND)],
            ..forgery("a half stored below", Form::StoreHalf, "offset", &half, &[("offset", 0, n(2))])
        },
        forgery(
            "the other half changes, too",
            Form::StoreHalf,
            "word bytes",
            &half,
            &carried("word bytes", FIRST, 3, 4),
        ),
        forgery("any half stored", Form::StoreHalf, "half", &half, &[("half", 0, n(77))]),
        Forgery {
            forged: wide,
            given: vec![cell(B, before(1), 5 + (1 << 32))],
            ..forgery(
                "a wide value stored over both halves",
                Form::StoreHalf,
                "value bytes",
                &half,
                &[("value bytes", 3, n(256))],
            )
        },
    ]
}

fn inside() -> Vec<Forgery> {
    let byte = |offset| load(1, offset).witness();
    let stored = |offset| store(1, offset, VALUE).witness();
    let moved_bits = [("offset", 0, n(4)), ("offset", 2, Fr::ZERO)];
    let widths = [("width", 0, n(2)), ("width", 1, -Fr::ONE)];
    // A load over two words as one of the first alone: its result is the access behind.
    let crossing = load(4, 6).witness();
    let mut alone = crossing;
    (alone.step.accesses[2], alone.step.accesses[3]) = (alone.step.accesses[3], Access::default());
    let (load_form, store_form) = (Form::Load, Form::Store);
    let mut out = vec![
        forgery("a width that is none", load_form, "width", &load(8, 0).witness(), &widths),
        forgery("an offset of other bits", load_form, "offset", &byte(4), &moved_bits),
        Forgery {
            honest: (Form::LoadCrossing, crossing),
            forged: alone,
            ..forgery("bytes beyond the word", load_form, "stays in its word", &crossing, &[])
        },
        forgery("load data injection", load_form, "word bytes", &byte(0), &carried("word bytes", FIRST, 0, 1)),
        forgery("another byte of the upper half", load_form, "move by four", &byte(4), &[("move by four", 0, n(1))]),
        forgery("another byte of the quarter", load_form, "move by two", &byte(2), &[("move by two", 0, n(1))]),
        forgery("another byte of two", load_form, "move by one", &byte(1), &[("move by one", 0, n(1))]),
        forgery("more than a byte is loaded", load_form, "cut", &byte(0), &[("cut", 0, n(1))]),
        forgery("a stored width that is none", store_form, "width", &store(8, 0, VALUE).witness(), &widths),
        forgery("a stored offset of other bits", store_form, "offset", &stored(4), &moved_bits),
        forgery("more than a byte is stored", store_form, "cut", &stored(0), &[("cut", 0, n(1))]),
        forgery(
            "wrong bytes of a store: a byte above 255",
            store_form,
            "value bytes",
            &stored(0),
            &carried("value bytes", VALUE, 0, 1),
        ),
        forgery(
            "wrong bytes of a store: the old byte of another word",
            store_form,
            "word bytes",
            &stored(0),
            &carried("word bytes", FIRST, 0, 1),
        ),
        forgery("the old byte of the upper half", store_form, "move by four", &stored(4), &[("move by four", 0, n(1))]),
        forgery("the old byte of the quarter", store_form, "move by two", &stored(2), &[("move by two", 0, n(1))]),
        forgery("the old byte of two", store_form, "move by one", &stored(1), &[("move by one", 0, n(1))]),
        forgery("stored elsewhere in the word", store_form, "weight", &stored(0), &[("weight", 1, n(1 << 24))]),
        forgery("any change of the word", store_form, "stored field", &stored(0), &[("stored field", 0, n(1))]),
    ];
    let crossing = store(4, 6, VALUE).witness();
    let mut alone = crossing;
    alone.step.accesses[3] = Access::default();
    out.push(Forgery {
        honest: (Form::StoreCrossing, crossing),
        forged: alone,
        ..forgery("a store beyond the word", store_form, "stays in its word", &crossing, &[])
    });
    out
}

fn crossing() -> Vec<Forgery> {
    let (form, load_8, load_3) = (Form::LoadCrossing, load(8, 7).witness(), load(8, 3).witness());
    let (store_form, store_8, store_3) =
        (Form::StoreCrossing, store(8, 7, VALUE).witness(), store(8, 3, VALUE).witness());
    let widths = [("width", 0, -n(2)), ("width", 1, Fr::ONE)];
    // Offset 3 as 2 · 2 − 1.
    let offsets = [("offset", 0, n(2)), ("offset", 1, Fr::ZERO)];
    let mut out = vec![
        forgery("a width over two words that is none", form, "width", &load_8, &widths),
        forgery("an offset of two", form, "offset", &load_3, &offsets),
        forgery("data injection over two words", form, "word bytes", &load_3, &carried("word bytes", FIRST, 2, 3)),
        forgery("other bytes below the field", form, "below the field", &load_3, &[("below the field", 0, n(1))]),
        forgery("any upper bytes", form, "of the first word", &load_3, &[("of the first word", 0, n(1))]),
        forgery("any lower bytes", form, "of the second word", &load_3, &[("of the second word", 0, n(1))]),
        forgery("a stored width over two words that is none", store_form, "width", &store_8, &widths),
        forgery("a stored offset of two", store_form, "offset", &store_3, &offsets),
        forgery(
            "wrong bytes of a store over two words",
            store_form,
            "value bytes",
            &store_3,
            &carried("value bytes", VALUE, 4, 5),
        ),
        forgery(
            "old bytes carried into the field",
            store_form,
            "word bytes",
            &store_3,
            &carried("word bytes", FIRST, 2, 3),
        ),
        forgery("other old bytes", store_form, "below the field", &store_3, &[("below the field", 0, n(1))]),
        forgery("any replaced bytes", store_form, "of the second word", &store_3, &[("of the second word", 0, n(1))]),
        forgery("any value", store_form, "stored bytes", &store_3, &[("stored bytes", 0, n(1))]),
        forgery("any part of the value", store_form, "stored parts", &store_3, &[("stored parts", 0, n(1))]),
    ];
    // Inside one word, but taken for crossing: the next word is there, too.
    let inside = load(4, 2).witness();
    let mut over = inside;
    over.step.accesses[3] = over.step.accesses[2];
    over.step.accesses[2] = Access { address: MEMORY + W + 1, before: before(2) as u32, old: SECOND, new: SECOND };
    out.push(Forgery {
        honest: (Form::Load, inside),
        forged: over,
        given: vec![cell(MEMORY + W + 1, before(2), SECOND)],
        ..forgery("an access inside one word runs over", form, "crosses", &inside, &[])
    });
    let inside = store(4, 2, VALUE).witness();
    let mut over = inside;
    over.step.accesses[3] = Access { address: MEMORY + W + 1, before: before(3) as u32, old: SECOND, new: SECOND };
    out.push(Forgery {
        honest: (Form::Store, inside),
        forged: over,
        given: vec![cell(MEMORY + W + 1, before(3), SECOND)],
        ..forgery("a store inside one word runs over", store_form, "crosses", &inside, &[])
    });
    out
}

fn bounds() -> Vec<Forgery> {
    let form = Form::OutOfBounds;
    let honest = outside(8, 65_536 - 11, 0);
    let pages = |pages: u64| cell(SPECIAL + PAGES, before(1), pages);
    let with = |pages: u64| {
        let mut forged = honest;
        forged.step.accesses[1].old = pages;
        forged
    };
    let charge_row = Row { kind: Kind::Charge, imm: 3, ..honest.row };
    let mut as_charge = honest;
    as_charge.row = charge_row;
    as_charge.step.accesses[0].old = 70_000;
    let seven = (0..4).map(|index| ("beyond the end", index, if index == 0 { n(7) } else { Fr::ZERO }));
    vec![
        Forgery {
            forged: with(1),
            given: vec![pages(1)],
            ..forgery("a trap inside the memory", form, "beyond the end", &honest, &[])
        },
        Forgery {
            forged: as_charge,
            given: vec![program_tuple(&charge_row), cell(A, before(0), 70_000)],
            ..forgery("a trap at another kind of row", form, "load or store", &honest, &[("load or store", 0, n(2))])
        },
        Forgery {
            forged: with(1),
            given: vec![pages(1)],
            wires: [("width", 0, -n(2)), ("width", 1, Fr::ONE)].into_iter().chain(seven).collect(),
            ..forgery("a trap by a width that is none", form, "width", &honest, &[])
        },
    ]
}

fn host() -> Vec<Forgery> {
    let told = 0x4444_4444_4444_4444;
    let write = |mask| host_memory(mask, true, FIRST, told);
    let form = Form::HostMemory;
    let mut changed = host_memory(2, false, 0x3333, 0x3300);
    let honest_read = host_memory(2, false, 0x4455, 0x4400);
    // The entry tells 0x44, the memory holds 0x33 there and something else beside it.
    changed.step.accesses[1].new = 0x4433;
    let grows = grow(3, 7, 100);
    let refused = grow(94, 7, 100);
    let mut told_cells = refused;
    told_cells.step.extra = 1;
    // done = (1 − over) / (1 − 2 over) puts zero into the bytes; over = 3 + 7 − 100.
    let over = -n(90);
    let part = (Fr::ONE - over) * (Fr::ONE - over.double()).inverse().expect("not zero");
    let zeros = (0..5).map(|index| ("fits or not", index, Fr::ZERO));
    let by_bytes = charge(1_003, true);
    let eighths = [(0, n(1_003) * n(8).inverse().expect("8")), (1, Fr::ZERO), (2, Fr::ZERO), (3, Fr::ZERO)];
    let as_grow = Row { kind: Kind::Grow, ..charge(9, false).row };
    vec![
        forgery(
            "host memory outside the mask changed: a carry",
            form,
            "word bytes",
            &write(1),
            &carried("word bytes", FIRST, 0, 1),
        ),
        forgery(
            "host memory outside the mask changed: told bytes",
            form,
            "logged bytes",
            &write(1),
            &[("logged bytes", 0, n(0x44 + 256)), ("logged bytes", 1, -Fr::ONE)],
        ),
        forgery(
            "host memory outside the mask changed: a mask of twos",
            form,
            "mask",
            &write(2),
            &[("mask", 0, n(2)), ("mask", 1, Fr::ZERO)],
        ),
        forgery("host memory outside the mask changed", form, "masked bytes", &write(1), &[("masked bytes", 5, n(1))]),
        forgery(
            "a write of the host left out",
            form,
            "write flag",
            &write(1),
            &[("mask", 0, Fr::ZERO), ("write flag", 0, n(257) * n(256).inverse().expect("256"))],
        ),
        Forgery {
            forged: changed,
            given: vec![cell(MEMORY + W, before(1), 0x3333)],
            ..forgery("a read of the host that changes memory", form, "reads change nothing", &honest_read, &[])
        },
        Forgery {
            wires: [("done is a bit", 0, part)].into_iter().chain(zeros).collect(),
            ..forgery("half a growth", Form::Grow, "done is a bit", &grows, &[])
        },
        forgery("a growth refused that fits", Form::Grow, "fits or not", &grows, &[("done is a bit", 0, Fr::ZERO)]),
        forgery(
            "a growth done that does not fit",
            Form::Grow,
            "fits or not",
            &refused,
            &[("done is a bit", 0, Fr::ONE)],
        ),
        forgery("more pages than asked for", Form::Grow, "pages", &grows, &[("pages", 0, n(50))]),
        forgery("another answer to a growth", Form::Grow, "answer", &grows, &[("answer", 0, n(50))]),
        Forgery {
            forged: told_cells,
            ..forgery("cells of a growth that was refused", Form::Grow, "cells of growths only", &refused, &[])
        },
        forgery("gas by a fraction", Form::Charge, "eighths", &by_bytes, &eighths.map(|(at, v)| ("eighths", at, v))),
        forgery(
            "less gas for bytes",
            Form::Charge,
            "rest below eight",
            &by_bytes,
            &[("eighths", 0, Fr::ZERO), ("eighths", 1, Fr::ZERO)],
        ),
        forgery("any gas", Form::Charge, "gas", &by_bytes, &[("gas", 0, n(1))]),
        Forgery {
            given: vec![program_tuple(&as_grow)],
            ..forgery("gas of another kind of row", Form::Charge, "flag", &charge(9, false), &[("flag", 0, n(64))])
        },
    ]
}

#[test]
fn forgeries_are_rejected_and_pass_without_their_family() {
    let mut needed = BTreeSet::new();
    let all = [halves(), inside(), crossing(), bounds(), host()];
    for forgery in all.into_iter().flatten() {
        let Forgery { name, form, family, honest, forged, wires, given } = forgery;
        let (rig, around) = (Rig::new(form.gadget()), Rig::new(honest.0.gadget()));
        let honest = around.fill(&honest.1, &[]);
        assert_eq!(honest.fault, None, "{name}: the honest row");
        let mut surroundings = Surroundings::of(&around, honest.committed());
        surroundings.given.extend(given);
        // A wire of no family: the filling need not hold.
        let wires: Vec<_> = wires.into_iter().chain([("", 0, Fr::ZERO)]).collect();
        let forged = rig.fill(&forged, &wires);
        let verdict = rig.judge(&surroundings, forged.committed(), &[]);
        assert!(matches!(verdict, Verdict::Rejected(label) if label.family == family), "{name}: {verdict:?}");
        let verdict = rig.judge(&surroundings, forged.committed(), &[family]);
        assert_eq!(verdict, Verdict::Forged, "{name}");
        needed.insert((form, family));
    }
    // Shown elsewhere: what all rows share; gas of padding below.
    let shared = ["on", "gas only when on"];
    let mine = (Form::LoadWord as usize..=Form::HostStop as usize).map(|form| crate::circuit::form::ALL[form]);
    for form in mine {
        let shape = Rig::new(form.gadget()).shape;
        let early = shape.constraints.iter().map(|constraint| constraint.label.family);
        for family in early.filter(|family| !shared.contains(family)) {
            assert!(needed.contains(&(form, family)), "{form:?}: no forgery shows that {family} is needed");
        }
    }
    std::println!("{} families of rows of memory and host, each with a forgery that it alone stops", needed.len());
}

#[test]
fn padding_of_host_calls_takes_no_gas() {
    let rig = Rig::new(Form::HostCall.gadget());
    let mut w = Witness::default();
    w.step.extra = 5;
    let surroundings = Surroundings { given: Vec::new(), leaves: Default::default(), gas: Fr::ZERO };
    let claim = rig.fill(&w, &[("", 0, Fr::ZERO)]).committed().to_vec();
    let verdict = rig.judge(&surroundings, &claim, &[]);
    assert!(matches!(verdict, Verdict::Rejected(label) if label.family == "gas only when on"), "{verdict:?}");
    assert_eq!(rig.judge(&surroundings, &claim, &["gas only when on"]), Verdict::Forged);
}

/// Every width at every offset, at the ends of what an address can be, in every form that takes it.
#[test]
fn loads_and_stores_at_every_offset() {
    let mut seen = BTreeSet::new();
    for bytes in [1, 2, 4, 8] {
        for offset in 0..8 {
            for base in [W * 8 + offset, u64::from(u32::MAX) - 7 + offset] {
                for case in [load(bytes, offset), store(bytes, offset, VALUE), store(bytes, offset, VALUE >> 32)] {
                    let mut case = case;
                    (case.row.imm, case.accesses[0]) = (u64::from(u32::MAX) - 7, (A, base, base));
                    let word = (base + case.row.imm) / 8;
                    for access in case.accesses.iter_mut().filter(|access| access.0 >= MEMORY) {
                        access.0 = access.0 - W + word;
                    }
                    let mut w = case.witness();
                    if offset + bytes > 8 {
                        w.step.turn = Turn::Crossing;
                    }
                    let form = Form::of(&w.row, &w.step).expect("a form");
                    assert_eq!(width(w.row.flags), bytes);
                    for form in [Some(form), form.general()].into_iter().flatten() {
                        let cs = Rig::new(form.gadget()).fill(&w, &[]);
                        assert_eq!(cs.fault, None, "{form:?} {case:?}");
                        let mut left = crate::circuit::check::Balance::default();
                        left.extend(cs.events().filter(|event| crate::circuit::tests::in_table(event).is_none()));
                        assert_eq!(left, case.events(), "{form:?} {case:?}");
                        seen.insert(form);
                    }
                }
            }
        }
    }
    assert_eq!(seen.len(), 8, "{seen:?}");
}
