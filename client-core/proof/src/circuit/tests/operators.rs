//! Every row against Rust's own arithmetic: boundary and random operands, exactly the tuples that the machine's meaning
//! asks for, nothing else on the bus. Padding leaves nothing.

use super::*;
use zera_proof_rows::row::{
    COMPARE, INVERT, OR, REMAINDER, ROTATE_LEFT, ROTATE_RIGHT, SET, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED, SIGNED_8,
    SIGNED_16, SIGNED_32, SUB, WIDE, XOR, ZERO,
};
use zera_proof_rows::space;

/// Slots of operands and result.
const A: u64 = FP + 5;
const B: u64 = FP + 6;
const D: u64 = FP + 7;

/// Boundary values and some random ones, of a width.
pub fn values(wide: bool) -> Vec<u64> {
    let mut out = alloc::vec![0, 1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF_8000];
    out.extend([0x7FFF_FFFE, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFE, 0xFFFF_FFFF]);
    let wide_only = [1 << 32, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1, (1 << 63) + 1, 0xFFFF_FFFF_0000_0000];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let random = core::iter::from_fn(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(state ^ state >> 29)
    });
    if wide {
        out.extend(wide_only);
        out.extend(random.take(6));
    } else {
        out.extend(random.take(6).map(|value| value >> 32));
    }
    out
}

pub fn binary(gadget: &'static str, kind: Kind, flags: u8, x: u64, y: u64, result: u64) -> Case {
    let row = Row { d: 7, a: 5, b: 6, ..row(kind, flags) };
    Case::new(gadget, row, &[(A, x, x), (B, y, y), (D, 99, result)])
}

/// The meaning of a row with two operands; none where it has none (division by zero).
fn meaning(kind: Kind, flags: u8, x: u64, y: u64) -> Option<u64> {
    let wide = flags & WIDE != 0;
    let has = |flag: u8| flags & flag != 0;
    let (x32, y32) = (x as u32, y as u32);
    let fit = |value: u64| if wide { value } else { u64::from(value as u32) };
    let turn = |value: bool| u64::from(value ^ has(INVERT));
    Some(match kind {
        Kind::Add if has(COMPARE) => turn(x < y),
        Kind::Add if has(SUB) => fit(x.wrapping_sub(y)),
        Kind::Add => fit(x.wrapping_add(y)),
        Kind::Equal if has(ZERO) => turn(x == 0),
        Kind::Equal => turn(x == y),
        Kind::LessSigned if wide => turn(x.cast_signed() < y.cast_signed()),
        Kind::LessSigned => turn(x32.cast_signed() < y32.cast_signed()),
        Kind::Multiply => fit(x.wrapping_mul(y)),
        Kind::Divide if has(REMAINDER) => x.checked_rem(y)?,
        Kind::Divide => x.checked_div(y)?,
        Kind::Bits if has(OR) => x | y,
        Kind::Bits if has(XOR) => x ^ y,
        Kind::Bits => x & y,
        Kind::Shift if wide => {
            let s = y as u32 & 63;
            match flags & !WIDE {
                0 => x << s,
                SHIFT_RIGHT => x >> s,
                SHIFT_RIGHT_SIGNED => (x.cast_signed() >> s).cast_unsigned(),
                ROTATE_LEFT => x.rotate_left(s),
                _ => x.rotate_right(s),
            }
        }
        Kind::Shift => {
            let s = y32 & 31;
            u64::from(match flags {
                0 => x32 << s,
                SHIFT_RIGHT => x32 >> s,
                SHIFT_RIGHT_SIGNED => (x32.cast_signed() >> s).cast_unsigned(),
                ROTATE_LEFT => x32.rotate_left(s),
                _ => x32.rotate_right(s),
            })
        }
        _ => return None,
    })
}

/// All flags of the rows with two operands.
pub const BINARY: [(&str, Kind, &[u8]); 7] = [
    ("Add", Kind::Add, &[0, SUB, SUB | COMPARE, SUB | COMPARE | INVERT]),
    ("Equal", Kind::Equal, &[0, INVERT, ZERO, ZERO | INVERT]),
    ("LessSigned", Kind::LessSigned, &[0, INVERT]),
    ("Multiply", Kind::Multiply, &[0]),
    ("Divide", Kind::Divide, &[0, REMAINDER]),
    ("Shift", Kind::Shift, &[0, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED, ROTATE_LEFT, ROTATE_RIGHT]),
    ("Bits", Kind::Bits, &[0, OR, XOR]),
];

/// A case of a row with two operands by its meaning.
pub fn binary_case(gadget: &'static str, kind: Kind, flags: u8, x: u64, y: u64) -> Option<Case> {
    if flags & ZERO != 0 && kind == Kind::Equal {
        let row = Row { d: 7, a: 5, b: 5, ..row(kind, flags) };
        return Some(Case::new(gadget, row, &[(A, x, x), (A, x, x), (D, 99, meaning(kind, flags, x, x)?)]));
    }
    Some(binary(gadget, kind, flags, x, y, meaning(kind, flags, x, y)?))
}

fn extend_case(flags: u8, x: u64) -> Case {
    let wide = flags & WIDE != 0;
    let signed = match flags & !WIDE {
        SIGNED_8 => i64::from(x as i8),
        SIGNED_16 => i64::from(x as i16),
        SIGNED_32 => i64::from(x as i32),
        _ => i64::from(x as u32),
    };
    let result = if wide { signed.cast_unsigned() } else { u64::from(signed as u32) };
    Case::new("Extend", Row { d: 7, a: 5, ..row(Kind::Extend, flags) }, &[(A, x, x), (D, 99, result)])
}

/// Cases of control and of what moves values.
fn other_cases() -> Vec<Case> {
    let mut out = Vec::new();
    let jump = Row { a: 12, imm: 345, target: 9, ..row(Kind::Jump, 0) };
    out.push(Case { next: 9, fp: FP - 12, gas: 345, ..Case::new("Jump", jump, &[]) });
    for (flags, x) in [(0, 0), (0, 1), (0, u64::MAX), (INVERT, 0), (INVERT, 1), (INVERT, 1 << 63)] {
        let branch = Row { a: 5, target: 3, ..row(Kind::BranchIf, flags) };
        let taken = (x != 0) != (flags == INVERT);
        out.push(Case { next: if taken { 3 } else { 78 }, ..Case::new("BranchIf", branch, &[(A, x, x)]) });
    }
    for x in [0, 1, 4, 5, 6, 0xFFFF_FFFF] {
        let table = Row { a: 5, imm: 5, ..row(Kind::BranchTable, 0) };
        let case = Row { a: x.min(5) as u32, target: 200 + x.min(5) as u32, ..row(Kind::Case, 0) };
        let next = u64::from(case.target);
        out.push(Case { next, auxiliary: Some(case), ..Case::new("BranchTable", table, &[(A, x, x)]) });
    }
    let call = Row { a: 40, b: 3, target: 500, ..row(Kind::Call, 0) };
    out.push(Case { next: 500, fp: FP + 40, ..Case::new("Call", call, &[(FP + 43, 7, 78)]) });
    out.push(Case { next: 600, ..Case::new("Return", Row { a: 5, ..row(Kind::Return, 0) }, &[(A, 600, 600)]) });
    for (x, found) in [(0, 4), (2, 9), (7, 9), (8, 0), (9, 0), (0xFFFF_FFFF, 0)] {
        let call = Row { d: 40, a: 5, b: 3, imm: 9, target: 8, ..row(Kind::CallIndirect, 0) };
        let element = Row { pc: 0, a: x.min(8) as u32, imm: found, target: 500, ..row(Kind::Element, 0) };
        let (next, fp) = if found == 9 { (500, FP + 40) } else { (u64::from(space::TRAP), FP) };
        let accesses = [(A, x, x), (FP + 43, 7, 78)];
        out.push(Case { next, fp, auxiliary: Some(element), ..Case::new("CallIndirect", call, &accesses) });
    }
    for (old, imm) in [(100, 30), (30, 30), (29, 30), (0, 1), (0, 0), ((1 << 24) - 1, 0), (0, (1 << 24) - 1)] {
        let enter = Row { a: 5, imm, ..row(Kind::Enter, 0) };
        let (new, next) = if old < imm { (old + (1 << 24) - imm, space::STACK.into()) } else { (old - imm, 78) };
        out.push(Case { next, ..Case::new("Enter", enter, &[(A, old, new)]) });
    }
    for x in values(true) {
        out.push(Case::new("Const", Row { d: 7, imm: x, ..row(Kind::Const, 0) }, &[(D, 99, x)]));
        out.push(Case::new("Move", Row { d: 7, a: 5, ..row(Kind::Move, 0) }, &[(A, x, x), (D, 99, x)]));
        let get = Row { d: 7, a: 5, ..row(Kind::Global, 0) };
        out.push(Case::new("Global", get, &[(space::SPECIAL + 5, x, x), (D, 99, x)]));
        let set = Row { d: 7, a: 5, ..row(Kind::Global, SET) };
        out.push(Case::new("Global", set, &[(A, x, x), (space::SPECIAL + 7, 99, x)]));
        for condition in [0, 1, 1 << 31, 0xFFFF_FFFF] {
            let select = Row { d: 7, a: 5, b: 6, imm: 4, ..row(Kind::Select, 0) };
            let result = if condition != 0 { x } else { 4_321 };
            let accesses = [(FP + 4, condition, condition), (A, x, x), (B, 4_321, 4_321), (D, 99, result)];
            out.push(Case::new("Select", select, &accesses));
        }
    }
    for flags in [0, SIGNED_8, SIGNED_16] {
        out.extend(values(flags == 0).into_iter().map(|x| extend_case(flags, x)));
    }
    for flags in [SIGNED_8 | WIDE, SIGNED_16 | WIDE, SIGNED_32 | WIDE] {
        out.extend(values(true).into_iter().map(|x| extend_case(flags, x)));
    }
    out
}

/// Cases of every row.
pub fn cases(name: &str) -> Vec<Case> {
    let mut out: Vec<Case> = other_cases().into_iter().filter(|case| case.gadget == name).collect();
    for (gadget, kind, all) in BINARY.iter().filter(|(gadget, ..)| *gadget == name) {
        for flags in all.iter().flat_map(|flags| [*flags, *flags | WIDE]) {
            let values = values(flags & WIDE != 0 || *kind == Kind::Bits);
            let pairs = values.iter().flat_map(|x| values.iter().map(move |y| (*x, *y)));
            out.extend(pairs.filter_map(|(x, y)| binary_case(gadget, *kind, flags & !bits_width(*kind), x, y)));
        }
    }
    out
}

/// Rows of bits have no width.
fn bits_width(kind: Kind) -> u8 {
    if kind == Kind::Bits { WIDE } else { 0 }
}

#[test]
fn every_row_means_what_rust_computes() {
    for (name, gadget) in GADGETS {
        let rig = Rig::new(gadget);
        let cases = cases(name);
        assert!(!cases.is_empty(), "{name}");
        for case in cases {
            let cs = rig.fill(&case.witness(), &[]);
            assert_eq!(cs.fault, None, "{case:?}");
            assert_eq!(cs.gas_sum(), Fr::from(case.gas), "{case:?}");
            let claim = Claim { inputs: &[], committed: cs.committed() };
            assert_eq!(rig.shape.broken(claim).next(), None, "{case:?}");
            let mut left = Balance::default();
            for event in rig.shape.events(claim) {
                match in_table(&event) {
                    Some(found) => assert!(found && event.count == -Fr::ONE, "{event:?} {case:?}"),
                    None => left.add(event.tuple, event.count),
                }
            }
            assert_eq!(left, case.events(), "{case:?}");
        }
    }
}

#[test]
fn filled_and_shaped_bus_agree() {
    for (name, gadget) in GADGETS {
        let rig = Rig::new(gadget);
        for case in cases(name).into_iter().step_by(37) {
            let cs = rig.fill(&case.witness(), &[]);
            let claim = Claim { inputs: &[], committed: cs.committed() };
            assert!(cs.events().eq(rig.shape.events(claim)), "{case:?}");
        }
    }
}

#[test]
fn padding_is_satisfied_and_leaves_nothing() {
    for (name, gadget) in GADGETS {
        let rig = Rig::new(gadget);
        let cs = rig.fill(&Witness::default(), &[]);
        assert_eq!(cs.fault, None, "{name}");
        assert_eq!(cs.gas_sum(), Fr::ZERO, "{name}");
        let looks_up_bytes = cs.events().filter(|event| event.tuple.tag == bus::BYTE);
        assert!(looks_up_bytes.into_iter().all(|event| in_table(&event) == Some(true)), "{name}");
        let rest = cs.events().filter(|event| event.tuple.tag != bus::BYTE);
        assert!(rest.into_iter().all(|event| event.count == Fr::ZERO), "{name}");
        let small = |value: &Fr| *value == Fr::ZERO || *value == Fr::ONE;
        assert!(cs.committed().iter().all(small), "padding costs nothing to commit to: {name}");
    }
}

#[test]
fn no_division_by_zero() {
    let rig = Rig::new(gadget("Divide"));
    for x in values(true) {
        let w = binary("Divide", Kind::Divide, WIDE, x, 0, 0).witness();
        let cs = rig.fill(&w, &[]);
        let divisor = cell(B, before(1), 0);
        assert!(cs.fault.is_some() || cs.events().all(|event| event.tuple != divisor), "{x}");
    }
}
