//! Classes of segments: what each has room for. The numbers are part of the keys: changing one needs a new set-up.
//!
//! Room for each form of row follows real traces (docs/proofs.md); two mixes of each size, so that runs of different kinds
//! leave less of it unused.

use super::{
    Cs, Shape, Witness,
    blinds::Blinds,
    builder::Tables,
    end::{EndSize, EndWitness, end},
    form::{ALL, COUNT, Form, PerForm},
};
use zera_proof_verify::{ClassInfo, ClassKind, inputs};

/// What a class has room for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// An execution segment: rows of each form.
    Exec(PerForm<u32>),
    /// An end segment.
    End(EndSize),
}

/// A class of segments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Class {
    /// Its number in files.
    pub id: u8,
    /// Its name.
    pub name: &'static str,
    /// Logarithm of its domain.
    pub log_domain: u8,
    /// Too large for a tab.
    pub native: bool,
    /// What it has room for.
    pub room: Room,
}

impl Class {
    /// What the verifier knows of it.
    #[must_use]
    pub const fn info(&self) -> ClassInfo {
        let (kind, rows, registers, hidden_log, inputs) = match self.room {
            Room::Exec(_) => (ClassKind::Exec, 0, 0, 0, inputs::EXEC),
            Room::End(size) => (ClassKind::End, size.rows, size.registers, size.hidden_log, inputs::END),
        };
        let Self { id, log_domain, .. } = *self;
        ClassInfo { id, kind, log_domain, rows, registers, inputs: inputs as u32, hidden_log }
    }

    /// Its circuit without values.
    #[must_use]
    pub fn shape(&self) -> Shape {
        let mut cs = Cs::shape();
        match &self.room {
            Room::Exec(room) => exec(&mut cs, room, &Blinds::default(), |_, _| Witness::default()),
            Room::End(size) => {
                end(&mut cs, size, &EndWitness::default(), &Blinds::default(), &Tables::default());
            }
        }
        cs.into_shape()
    }
}

/// An execution segment: its blinds, then rows of each form, with padding where `row` (form, index) has none.
pub(super) fn exec(cs: &mut Cs, room: &PerForm<u32>, blinds: &Blinds, row: impl Fn(Form, usize) -> Witness) {
    blinds.make(cs);
    for (form, count) in ALL.into_iter().zip(room) {
        for index in 0..*count as usize {
            (form.gadget())(cs, &row(form, index));
        }
    }
}

/// Ordinary calls of modules, in a segment of 2^16.
const CALLS: &[(Form, u32)] = &[
    (Form::Jump, 309),
    (Form::BranchIf, 186),
    (Form::BranchTable, 3),
    (Form::Call, 89),
    (Form::Return, 89),
    (Form::CallIndirect, 3),
    (Form::Enter, 29),
    (Form::Const, 273),
    (Form::Move, 166),
    (Form::Global, 111),
    (Form::Select, 31),
    (Form::Add, 333),
    (Form::Equal, 24),
    (Form::LessSigned, 8),
    (Form::Multiply, 14),
    (Form::Divide, 6),
    (Form::Shift, 22),
    (Form::Bits, 10),
    (Form::Extend, 28),
    (Form::LoadWord, 62),
    (Form::LoadHalf, 88),
    (Form::Load, 17),
    (Form::LoadCrossing, 29),
    (Form::StoreWord, 69),
    (Form::StoreHalf, 80),
    (Form::Store, 17),
    (Form::StoreCrossing, 43),
    (Form::OutOfBounds, 1),
    (Form::Charge, 11),
    (Form::Grow, 1),
    (Form::HostArgument, 32),
    (Form::HostMemory, 30),
    (Form::HostCall, 14),
    (Form::HostStop, 1),
];

/// Calls that compute: more products, shifts and bits.
const WORK: &[(Form, u32)] = &[
    (Form::Jump, 74),
    (Form::BranchIf, 70),
    (Form::BranchTable, 2),
    (Form::Call, 13),
    (Form::Return, 12),
    (Form::CallIndirect, 3),
    (Form::Enter, 8),
    (Form::Const, 83),
    (Form::Move, 69),
    (Form::Global, 10),
    (Form::Select, 12),
    (Form::Add, 239),
    (Form::Equal, 67),
    (Form::LessSigned, 6),
    (Form::Multiply, 144),
    (Form::Divide, 5),
    (Form::Shift, 217),
    (Form::Bits, 130),
    (Form::Extend, 59),
    (Form::LoadWord, 22),
    (Form::LoadHalf, 10),
    (Form::Load, 17),
    (Form::LoadCrossing, 6),
    (Form::StoreWord, 35),
    (Form::StoreHalf, 10),
    (Form::Store, 14),
    (Form::StoreCrossing, 10),
    (Form::OutOfBounds, 1),
    (Form::Charge, 6),
    (Form::Grow, 1),
    (Form::HostArgument, 16),
    (Form::HostMemory, 24),
    (Form::HostCall, 8),
    (Form::HostStop, 1),
];

/// `count` times the one mix and `other` times the other.
const fn room(mix: &[(Form, u32)], count: u32, more: &[(Form, u32)], other: u32) -> Room {
    let mut out = [0; COUNT];
    let mut index = 0;
    while index < mix.len() {
        out[mix[index].0 as usize] += mix[index].1 * count;
        index += 1;
    }
    index = 0;
    while index < more.len() {
        out[more[index].0 as usize] += more[index].1 * other;
        index += 1;
    }
    Room::Exec(out)
}

const fn exec_class(id: u8, name: &'static str, log_domain: u8, room: Room) -> Class {
    Class { id, name, log_domain, native: log_domain > 18, room }
}

const fn end_class(id: u8, name: &'static str, log_domain: u8, size: EndSize) -> Class {
    Class { id, name, log_domain, native: log_domain > 16, room: Room::End(size) }
}

/// All classes: execution, then end, cheapest first.
pub const CLASSES: &[Class] = &[
    exec_class(0, "S, calls", 16, room(CALLS, 1, WORK, 0)),
    exec_class(1, "S, work", 16, room(CALLS, 0, WORK, 1)),
    exec_class(2, "M, calls", 18, room(CALLS, 4, WORK, 0)),
    exec_class(3, "M, work", 18, room(CALLS, 0, WORK, 4)),
    exec_class(4, "L", 20, room(CALLS, 8, WORK, 8)),
    end_class(8, "End S", 14, EndSize { rows: 1_630, registers: 160, words: 256, grown: 16, hidden_log: 16 }),
    end_class(9, "End M", 15, EndSize { rows: 3_460, registers: 256, words: 400, grown: 32, hidden_log: 64 }),
    end_class(10, "End L", 16, EndSize { rows: 6_460, registers: 1_024, words: 1_200, grown: 64, hidden_log: 256 }),
    end_class(11, "End, memory", 16, EndSize { rows: 680, registers: 256, words: 8_250, grown: 32, hidden_log: 64 }),
    end_class(
        12,
        "End XL",
        18,
        EndSize { rows: 20_000, registers: 8_192, words: 8_192, grown: 512, hidden_log: 1_024 },
    ),
];
