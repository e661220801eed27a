//! Faults that were found in other provers of machines (auditors' reports and advisories on zkWasm, Pico, Ceno, OpenVM,
//! zkEngine and others), each tried here: the prover does what was possible there, with everything else made to fit.

use super::operators::binary_case;
use super::*;
use crate::circuit::classes::CLASSES;
use crate::circuit::form::{ALL, Form};
use crate::circuit::num::{Sum, Wire};
use alloc::collections::BTreeSet;
use zera_proof_rows::row::{BYTES_1, BYTES_2, BYTES_4, REMAINDER, SHIFT_RIGHT, SUB, WIDE};
use zera_proof_rows::space::{MEMORY, SPECIAL};

const A: u64 = FP + 5;
const B: u64 = FP + 6;
const D: u64 = FP + 7;

/// A forged wire of no family: lets a filling go on that does not hold.
const NOTHING: (&str, usize, Fr) = ("", 0, Fr::ZERO);

fn n(value: u64) -> Fr {
    Fr::from(value)
}

/// What stops a prover who fills `dishonest` with forged wires where `honest` is true.
fn stopped(gadget: Gadget, honest: &Case, dishonest: &Witness, wires: &[(&'static str, usize, Fr)]) -> &'static str {
    let rig = Rig::new(gadget);
    let surroundings = Surroundings::of(&rig, rig.fill(&honest.witness(), &[]).committed());
    let cs = rig.fill(dishonest, &[wires, &[NOTHING]].concat());
    match rig.judge(&surroundings, cs.committed(), &[]) {
        Verdict::Rejected(label) => label.family,
        other => panic!("{other:?} {honest:?} {wires:?}"),
    }
}

fn forged(name: &str, honest: &Case, wires: &[(&'static str, usize, Fr)]) -> &'static str {
    stopped(gadget(name), honest, &honest.witness(), wires)
}

/// A load or store of the low bytes of `value`, with memory of one page: `word` lies at byte 8.
fn load(flags: u8, base: u64, imm: u64, word: u64, result: u64) -> Case {
    let row = Row { d: 7, a: 5, imm, ..row(Kind::Load, flags) };
    let at = MEMORY + (base + imm) / 8;
    Case::new("Load", row, &[(A, base, base), (at, word, word), (D, 99, result)])
}

fn store(flags: u8, base: u64, imm: u64, value: u64, words: (u64, u64)) -> Case {
    let row = Row { a: 5, b: 6, imm, ..row(Kind::Store, flags) };
    let at = MEMORY + (base + imm) / 8;
    Case::new("Store", row, &[(A, base, base), (B, value, value), (at, words.0, words.1)])
}

/// zkWasm, "data injection": a byte that is loaded but does not stand in its word.
#[test]
fn a_loaded_byte_is_of_its_word() {
    let honest = load(BYTES_1, 8, 3, 0x1122_3344_5566_7788, 0x55);
    assert_eq!(forged("Load", &honest, &[("word bytes", 3, n(0x56))]), "memory");
    let moved = [("word bytes", 3, n(0x55 - 1)), ("word bytes", 2, n(0x66 + 256))];
    assert_eq!(forged("Load", &honest, &moved), "word bytes");
    assert_eq!(forged("Load", &honest, &[("move by one", 0, n(9))]), "move by one");
}

/// zkWasm, "forged return": a frame that no call made.
#[test]
fn a_return_goes_where_the_call_came_from() {
    let honest = Case { next: 600, ..Case::new("Return", Row { a: 5, ..row(Kind::Return, 0) }, &[(A, 600, 600)]) };
    let mut forged = honest.witness();
    forged.step.accesses[0].old = 601;
    assert_eq!(stopped(gadget("Return"), &honest, &forged, &[]), "memory");
}

/// Pico: the result of a signed comparison, the output and the amount of a shift, free.
#[test]
fn comparisons_and_shifts_are_tied_to_their_operands() {
    let less = binary_case("LessSigned", Kind::LessSigned, 0, 5, 7).unwrap();
    assert_eq!(forged("LessSigned", &less, &[("less", 0, Fr::ZERO), ("inverted", 0, Fr::ZERO)]), "order shown");
    let shift = binary_case("Shift", Kind::Shift, SHIFT_RIGHT, 0xF0, 4).unwrap();
    assert_eq!(forged("Shift", &shift, &[("product bytes", 4, n(0x0E))]), "product");
    let amount = [("exponent", 0, n(27)), ("power table", 0, two_to(27))];
    assert_eq!(forged("Shift", &shift, &amount), "exponent");
}

/// Pico: a remainder not below the divisor; high limbs of the divisor, free. Ceno: division by zero.
#[test]
fn divisions_are_by_the_whole_divisor() {
    let rest = binary_case("Divide", Kind::Divide, WIDE | REMAINDER, 17, 5).unwrap();
    let wires = [("quotient bytes", 0, n(2)), ("remainder bytes", 0, n(7)), ("remainder below divisor", 0, -n(3))];
    assert_eq!(forged("Divide", &rest, &wires), "remainder below divisor");
    let large = binary_case("Divide", Kind::Divide, WIDE, 100, (1 << 40) + 7).unwrap();
    let mut low_half = large.witness();
    low_half.step.accesses[1].old = 7;
    assert_eq!(stopped(gadget("Divide"), &large, &low_half, &[]), "memory");
    let mut by_zero = binary_case("Divide", Kind::Divide, WIDE, 0, 5).unwrap();
    by_zero.accesses[1] = (B, 0, 0);
    let rig = Rig::new(gadget("Divide"));
    let filled = rig.fill(&by_zero.witness(), &[("remainder below divisor", 0, -Fr::ONE)]);
    let claim = Claim { inputs: &[], committed: filled.committed() };
    assert_eq!(rig.shape.broken(claim).count(), 0);
    let events = rig.shape.events(claim);
    assert!(events.iter().any(|event| in_table(event) == Some(false)), "−1 is no byte");
}

/// Pico: the low bit of a jump's target, free. zkEngine: opcode, immediate and target chosen by the prover.
#[test]
fn rows_are_those_of_the_program() {
    let jump = Row { a: 12, imm: 345, target: 9, ..row(Kind::Jump, 0) };
    let honest = Case { next: 9, fp: FP - 12, gas: 345, ..Case::new("Jump", jump, &[]) };
    let changes: [fn(&mut Row); 4] = [|r| r.target ^= 1, |r| r.imm -= 300, |r| r.a += 1, |r| r.pc += 1];
    for (change, family) in changes.into_iter().zip(["program", "program", "program", "state"]) {
        let mut forged = honest.witness();
        change(&mut forged.row);
        assert_eq!(stopped(control::jump, &honest, &forged, &[]), family);
    }
    let constant = Case::new("Const", Row { d: 7, imm: 5, ..row(Kind::Const, 0) }, &[(D, 99, 5)]);
    let mut forged = constant.witness();
    forged.row.imm = 6;
    assert_eq!(stopped(data::constant, &constant, &forged, &[]), "program");
    // Another operation on the same fields.
    let mut sum = binary_case("Add", Kind::Add, WIDE, 5, 7).unwrap().witness();
    sum.row.flags = WIDE | SUB;
    assert_eq!(stopped(gadget("Add"), &binary_case("Add", Kind::Add, WIDE, 5, 7).unwrap(), &sum, &[]), "program");
}

/// Ceno: the value before a write, free; an old value out of its range.
#[test]
fn writes_know_what_was_there() {
    let honest = Case::new("Const", Row { d: 7, imm: 5, ..row(Kind::Const, 0) }, &[(D, 99, 5)]);
    for old in [98, u64::MAX] {
        let mut forged = honest.witness();
        forged.step.accesses[0].old = old;
        assert_eq!(stopped(data::constant, &honest, &forged, &[]), "memory");
    }
}

/// Ceno: carries with negative residues, limbs without ranges.
#[test]
fn sums_have_one_carry() {
    let sum = binary_case("Add", Kind::Add, WIDE, 1, 2).unwrap();
    let wires = [("carry", 0, Fr::ONE), ("sum bytes", 0, n(3) - two_to(64))];
    assert_eq!(forged("Add", &sum, &wires), "sum bytes");
    let limbs = [("sum bytes", 0, n(3 + 256)), ("sum bytes", 1, -Fr::ONE)];
    assert_eq!(forged("Add", &sum, &limbs), "sum bytes");
}

/// OpenVM: the address space of a load or store, free: registers or special cells in place of memory.
#[test]
fn loads_and_stores_stay_in_memory() {
    let honest = load(0, 8, 0, 77, 77);
    let rig = Rig::new(Form::LoadWord.gadget());
    for (address, value) in [(A, 8_u64), (SPECIAL, 1), (MEMORY + 2, 5)] {
        let mut surroundings = Surroundings::of(&rig, rig.fill(&honest.witness(), &[]).committed());
        surroundings.given.push(cell(address, before(1), value));
        let mut w = honest.witness();
        (w.step.accesses[1].old, w.step.accesses[1].new) = (value, value);
        let forged = rig.fill(&w, &[]);
        let verdict = rig.judge(&surroundings, forged.committed(), &[]);
        assert!(matches!(verdict, Verdict::Rejected(label) if label.family == "memory"), "{verdict:?}");
    }
}

/// OpenVM: wrong bytes in the store of half a word.
#[test]
fn stores_change_their_bytes_and_no_others() {
    let honest = store(BYTES_2, 8, 4, 0xBBAA, (0x1122_3344_5566_7788, 0x1122_BBAA_5566_7788));
    assert_eq!(forged("Store", &honest, &[("stored field", 0, Fr::ZERO)]), "stored field");
    assert_eq!(forged("Store", &honest, &[("weight", 1, two_to(16))]), "weight");
    assert_eq!(forged("Store", &honest, &[("cut", 1, n(1))]), "cut");
    assert_eq!(forged("Store", &honest, &[("offset", 1, Fr::ONE)]), "memory");
}

/// lambda_vm: a carry that is only a bit leaves addresses free. Here nothing is reduced: an address beyond 2^32 is none.
#[test]
fn addresses_do_not_wrap() {
    let outside = load(BYTES_4, 0xFFFF_FFF8, 16, 7, 7);
    let rig = Rig::new(gadget("Load"));
    let mut surroundings = Surroundings::of(&rig, rig.fill(&outside.witness(), &[]).committed());
    surroundings.given.retain(|tuple| *tuple != cell(MEMORY + (1 << 29) + 1, before(1), 7));
    surroundings.given.push(cell(MEMORY + 1, before(1), 7));
    let filled = rig.fill(&outside.witness(), &[]);
    let verdict = rig.judge(&surroundings, filled.committed(), &[]);
    assert!(matches!(verdict, Verdict::Rejected(label) if label.family == "memory"), "{verdict:?}");
}

/// A trap where there is none, and none where there is one: the size of memory decides.
#[test]
fn traps_are_where_memory_ends() {
    let end = 65_536;
    for (base, beyond) in [(end - 8, false), (end - 7, true), (end, true), (0, false)] {
        let trap = Row { d: 7, a: 5, ..row(Kind::Load, 0) };
        let mut case = Case::new("OutOfBounds", trap, &[(A, base, base), (SPECIAL, 1, 1)]);
        case.next = zera_proof_rows::space::TRAP.into();
        let rig = Rig::new(Form::OutOfBounds.gadget());
        let filled = rig.fill(&case.witness(), &[NOTHING]);
        let surroundings = Surroundings::of(&rig, filled.committed());
        let verdict = rig.judge(&surroundings, filled.committed(), &[]);
        assert_eq!(verdict == Verdict::Same, beyond, "{base} {verdict:?}");
    }
}

fn wires(sums: &[&Sum], seen: &mut BTreeSet<Wire>) {
    seen.extend(sums.iter().flat_map(|sum| sum.iter()).map(|(wire, _)| *wire));
}

/// A wire that feeds a product with the challenge but is not committed to: no gadget can place one.
#[test]
fn gadgets_never_hold_a_late_wire() {
    for form in ALL {
        let shape = Rig::new(form.gadget()).shape;
        let mut seen = BTreeSet::new();
        shape.constraints.iter().for_each(|c| wires(&[&c.a, &c.b, &c.c], &mut seen));
        shape.products.iter().for_each(|product| wires(&[product.number.sum.as_ref().unwrap()], &mut seen));
        for term in &shape.terms {
            wires(&[term.numerator.sum.as_ref().unwrap(), term.linear.sum.as_ref().unwrap()], &mut seen);
        }
        assert!(seen.iter().all(|wire| !matches!(wire, Wire::Late(_))), "{form:?}");
    }
}

/// Public inputs and wires that stand in no constraint.
#[test]
fn every_wire_of_every_class_stands_in_a_constraint() {
    for class in CLASSES.iter().filter(|class| class.log_domain <= 16) {
        let matrices = class.shape().matrices();
        let mut seen = alloc::vec![false; matrices.wires];
        for row in [&matrices.a, &matrices.b, &matrices.c].into_iter().flatten() {
            row.iter().for_each(|(_, wire)| seen[*wire as usize] = true);
        }
        let idle: Vec<usize> = (0..matrices.wires).filter(|wire| !seen[*wire]).collect();
        assert!(idle.is_empty(), "{}: {idle:?}", class.name);
    }
}
