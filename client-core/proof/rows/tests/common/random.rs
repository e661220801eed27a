//! Random programs: well formed ones with every kind of row, and hostile ones.

use super::{Rng, program, row};
use zera_primitives::Outcome;
use zera_proof_rows::{
    Answer, Kind, Program, Replay, Request, Row,
    host::{Unanswered, regions},
    row::*,
    space,
};

/// Slots 0..8 hold `i32`s, 8..16 anything.
const NARROW: u64 = 8;
const SLOTS: u64 = 16;
/// Where a called frame begins.
const FRAME: u32 = 20;
/// The types of table entries.
const TYPES: u64 = 2;

/// Answers at random.
pub struct Oracle(pub Rng);

impl Replay for Oracle {
    fn call(&mut self, request: &Request<'_>) -> Result<Answer, Unanswered> {
        let rng = &mut self.0;
        if rng.below(12) == 0 {
            return Ok(Answer::Stop(Outcome::HostRefused));
        }
        let write = regions(request.function, request.args).and_then(|regions| regions.write);
        let room = write.map_or(0, |ptr| request.memory.size().saturating_sub(u64::from(ptr)).min(40));
        let len = rng.below(room + 1) as usize;
        Ok(Answer::Return { value: rng.value(false), written: rng.bytes(len), gas: rng.below(1_000) })
    }
}

fn narrow(rng: &mut Rng) -> u32 {
    rng.below(NARROW) as u32
}

fn slot(rng: &mut Rng, wide: bool) -> u32 {
    if wide { (NARROW + rng.below(SLOTS - NARROW)) as u32 } else { narrow(rng) }
}

fn one_of(rng: &mut Rng, flags: &[u8]) -> u8 {
    flags[rng.below(flags.len() as u64) as usize]
}

/// A row that computes a value.
fn value(rng: &mut Rng) -> Row {
    let wide = rng.below(2) == 1;
    let mut made = row(Kind::Const);
    made.flags = if wide { WIDE } else { 0 };
    (made.a, made.b) = (slot(rng, wide), slot(rng, wide));
    let (invert, kind) = (one_of(rng, &[0, INVERT]), rng.below(13));
    (made.kind, made.flags) = match kind {
        0 => (Kind::Add, made.flags | one_of(rng, &[0, SUB])),
        1 => (Kind::Add, made.flags | SUB | COMPARE | invert),
        2 => (Kind::Equal, made.flags | invert),
        3 => {
            made.b = made.a;
            (Kind::Equal, made.flags | ZERO | invert)
        }
        4 => (Kind::LessSigned, made.flags | invert),
        5 => (Kind::Multiply, made.flags),
        6 => (Kind::Shift, made.flags | one_of(rng, &[0, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED, ROTATE_LEFT, ROTATE_RIGHT])),
        7 => (Kind::Bits, made.flags | one_of(rng, &[0, OR, XOR])),
        8 => {
            (made.a, made.b) = (slot(rng, true), 0);
            (Kind::Extend, made.flags | one_of(rng, &[SIGNED_8, SIGNED_16, SIGNED_32]))
        }
        9 => {
            made.b = 0;
            (Kind::Move, 0)
        }
        10 => {
            made.imm = u64::from(narrow(rng));
            (Kind::Select, 0)
        }
        _ => {
            (made.a, made.b, made.imm) = (0, 0, rng.value(wide));
            (Kind::Const, 0)
        }
    };
    // Comparisons give an `i32`.
    let truth =
        matches!(made.kind, Kind::Equal | Kind::LessSigned) || made.flags & COMPARE != 0 && made.kind == Kind::Add;
    made.d = slot(rng, wide && !truth);
    made
}

/// Sets an `i32` slot.
fn set(slot: u32, value: u64) -> Row {
    Row { d: slot, imm: value, ..row(Kind::Const) }
}

/// A division, by something.
fn divide(rng: &mut Rng, out: &mut Vec<Row>) {
    let wide = rng.below(2) == 1;
    let by = slot(rng, wide);
    out.push(set(by, rng.value(wide).max(1)));
    let flags = if wide { WIDE } else { 0 } | one_of(rng, &[0, REMAINDER]);
    out.push(Row { flags, d: slot(rng, wide), a: slot(rng, wide), b: by, ..row(Kind::Divide) });
}

fn memory(rng: &mut Rng, out: &mut Vec<Row>) {
    let base = narrow(rng);
    let at = match rng.below(30) {
        0 => rng.below(140_000),
        // The end of the memory, while it has not grown.
        1 => 65_536 - rng.below(12),
        _ => rng.below(65_000),
    };
    let edge = at > 65_000;
    out.push(set(base, at));
    let (flags, imm) = (one_of(rng, &[0, BYTES_1, BYTES_2, BYTES_4]), if edge { 0 } else { rng.below(500) });
    out.push(if rng.below(2) == 0 {
        Row { flags, d: slot(rng, true), a: base, imm, ..row(Kind::Load) }
    } else {
        Row { flags, a: base, b: slot(rng, true), imm, ..row(Kind::Store) }
    });
}

/// Rows about special cells and gas.
fn special(rng: &mut Rng, out: &mut Vec<Row>) {
    let global = (space::GLOBALS + rng.below(3)) as u32;
    match rng.below(5) {
        0 => out.push(Row { flags: SET, d: global, a: slot(rng, true), ..row(Kind::Global) }),
        1 => out.push(Row { d: slot(rng, true), a: global, ..row(Kind::Global) }),
        2 => {
            let pages = narrow(rng);
            out.push(set(pages, rng.below(3)));
            out.push(Row { d: narrow(rng), a: pages, imm: 4, ..row(Kind::Grow) });
        }
        3 => {
            let bytes = narrow(rng);
            out.push(set(bytes, rng.below(1_000)));
            out.push(Row { flags: BYTES, a: bytes, ..row(Kind::Charge) });
        }
        _ => {
            let budget = slot(rng, true);
            out.push(set(budget, rng.below(3_000)));
            out.push(Row { a: budget, imm: rng.below(100), ..row(Kind::Enter) });
        }
    }
}

/// A host call with pointers that mostly fit.
fn host(rng: &mut Rng, out: &mut Vec<Row>) {
    let functions = zera_vm::host::table::FUNCTIONS;
    let function = rng.below(functions.len() as u64);
    let known = &functions[function as usize];
    for position in 0..known.params.len() as u32 {
        out.push(set(position % NARROW as u32, rng.below(64)));
        out.push(Row { a: position % NARROW as u32, b: position, imm: function, ..row(Kind::HostArgument) });
    }
    out.push(Row { d: narrow(rng), imm: function, ..row(Kind::HostCall) });
}

/// A well-formed program that ends: rows only lead forward, but for calls of one function at its end.
pub fn well_formed(rng: &mut Rng) -> Program {
    let (mut rows, mut aside) = (Vec::new(), Vec::new());
    let pc = |rows: &Vec<Row>| rows.len() as u32 + space::ENTRY;
    // The function: rows 7.. of a called frame; its link is in slot 0 of that frame.
    rows.push(Row { target: space::ENTRY + 4, ..row(Kind::Jump) });
    rows.push(Row { target: space::ENTRY + 2, imm: 3, ..row(Kind::Jump) });
    rows.push(Row { d: 1, imm: rng.value(true), ..row(Kind::Const) });
    rows.push(Row { a: 0, ..row(Kind::Return) });
    let function = space::ENTRY + 1;
    aside.push(Row { imm: 1, target: function, ..row(Kind::Element) });
    aside.push(Row { a: 1, imm: 0, ..row(Kind::Element) });
    for slot in 0..SLOTS {
        rows.push(set(slot as u32, rng.value(slot >= NARROW)));
    }
    for _ in 0..10 + rng.below(40) {
        match rng.below(20) {
            0 => divide(rng, &mut rows),
            1..4 => memory(rng, &mut rows),
            4..6 => special(rng, &mut rows),
            6 => host(rng, &mut rows),
            7 => {
                rows.push(Row {
                    flags: one_of(rng, &[0, INVERT]),
                    a: narrow(rng),
                    target: pc(&rows) + 2,
                    ..row(Kind::BranchIf)
                });
                rows.push(value(rng));
            }
            8 => {
                let at = pc(&rows);
                rows.push(Row { a: slot(rng, true), imm: 2, ..row(Kind::BranchTable) });
                aside.extend((0..3).map(|a| Row { pc: at, a, target: at + 1 + a % 2, ..row(Kind::Case) }));
                rows.push(value(rng));
            }
            9 => {
                rows.push(Row { a: FRAME, target: function, ..row(Kind::Call) });
                rows.push(Row { a: FRAME, imm: rng.below(50), target: pc(&rows) + 1, ..row(Kind::Jump) });
            }
            10 => {
                rows.push(set(0, u64::from(rng.below(10) == 0)));
                rows.push(Row {
                    d: FRAME,
                    imm: 1 + rng.below(10) / 9 * (TYPES - 1),
                    target: 1,
                    ..row(Kind::CallIndirect)
                });
                rows.push(Row { a: FRAME, target: pc(&rows) + 1, ..row(Kind::Jump) });
            }
            _ => rows.push(value(rng)),
        }
    }
    // The first row of a trap or of the end, in the entry's own frame.
    rows.push(Row { target: space::HALT, imm: 5, ..row(Kind::Jump) });
    let mut made = program(&rows, &aside);
    made.pages = 1;
    made.globals = vec![rng.next(), 0, 7];
    made.data = (0..5).map(|word| (word * 900, rng.next() | 1)).collect();
    made.result = Some(true);
    made.stack_slot = SLOTS as u32 + 1;
    made
}

/// A well-formed program in which a few things are not.
pub fn spoiled(rng: &mut Rng) -> Program {
    let mut made = well_formed(rng);
    for _ in 0..1 + rng.below(4) {
        let at = rng.below(made.rows.len() as u64) as usize;
        let (other, value) =
            (made.rows[rng.below(made.rows.len() as u64) as usize], rng.value(true) >> (rng.below(3) * 24));
        let row = &mut made.rows[at];
        match rng.below(9) {
            0 => row.kind = other.kind,
            1 => row.flags = rng.next() as u8,
            2 => row.d = value as u32,
            3 => row.a = value as u32,
            4 => row.b = value as u32,
            5 => row.imm = value,
            6 => row.target = other.pc,
            7 => row.target = value as u32,
            _ => *row = Row { pc: row.pc, ..other },
        }
    }
    made
}

/// A program that nobody made on purpose.
pub fn hostile(rng: &mut Rng) -> Program {
    const KINDS: [Kind; 28] = [
        Kind::None,
        Kind::Jump,
        Kind::BranchIf,
        Kind::BranchTable,
        Kind::Call,
        Kind::Return,
        Kind::CallIndirect,
        Kind::Enter,
        Kind::Const,
        Kind::Move,
        Kind::Global,
        Kind::Select,
        Kind::Add,
        Kind::Equal,
        Kind::LessSigned,
        Kind::Multiply,
        Kind::Divide,
        Kind::Shift,
        Kind::Bits,
        Kind::Extend,
        Kind::Load,
        Kind::Store,
        Kind::Charge,
        Kind::Grow,
        Kind::HostArgument,
        Kind::HostCall,
        Kind::Case,
        Kind::Element,
    ];
    let field = |rng: &mut Rng| match rng.below(8) {
        0 => u64::MAX,
        1 => rng.next(),
        2 => 1 << rng.below(64),
        _ => rng.below(24),
    };
    let mut rows = Vec::new();
    let mut aside = Vec::new();
    for _ in 0..4 + rng.below(24) {
        let kind = KINDS[rng.below(28) as usize];
        let [d, a, b, target] = [(); 4].map(|()| field(rng) as u32);
        let made = Row { pc: 5 + d % 20, kind, flags: rng.next() as u8, d, a, b, imm: field(rng), target };
        if matches!(kind, Kind::Case | Kind::Element) && rng.below(50) != 0 {
            aside.push(made);
        } else {
            rows.push(made);
        }
    }
    let mut made = program(&rows, &aside);
    made.counters = if rng.below(50) == 0 { field(rng) as u32 } else { made.counters };
    made.pages = if rng.below(50) == 0 { field(rng) as u32 } else { rng.below(3) as u32 };
    made.globals = (0..rng.below(70)).map(|_| rng.next()).collect();
    made.data = (0..rng.below(3)).map(|_| (field(rng) as u32, field(rng))).collect();
    made.stack_slot = field(rng) as u32;
    made.result = Some(false);
    made
}
