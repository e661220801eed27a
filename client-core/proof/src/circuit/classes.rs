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

/// Room for rows, form by form.
const fn room(rows: &[(Form, u32)]) -> Room {
    let mut out = [0; COUNT];
    let mut index = 0;
    while index < rows.len() {
        out[rows[index].0 as usize] = rows[index].1;
        index += 1;
    }
    Room::Exec(out)
}

/// Rows of one form in a thousand, by real traces of the samples.
const fn mixed(mix: &[(Form, u32)], thousands: u32, per: u32) -> Room {
    let Room::Exec(mut out) = room(mix) else { return room(mix) };
    let mut index = 0;
    while index < COUNT {
        out[index] = (out[index] * thousands).div_ceil(per);
        index += 1;
    }
    Room::Exec(out)
}

/// Ordinary calls of modules: rows in a thousand.
const CALLS: &[(Form, u32)] = &[
    (Form::Jump, 125),
    (Form::BranchIf, 100),
    (Form::BranchTable, 2),
    (Form::Call, 40),
    (Form::Return, 40),
    (Form::CallIndirect, 3),
    (Form::Enter, 12),
    (Form::Const, 160),
    (Form::Move, 78),
    (Form::Global, 48),
    (Form::Select, 13),
    (Form::Add, 175),
    (Form::Equal, 50),
    (Form::LessSigned, 3),
    (Form::Multiply, 14),
    (Form::Divide, 3),
    (Form::Shift, 24),
    (Form::Bits, 16),
    (Form::Extend, 9),
    (Form::LoadWord, 20),
    (Form::LoadHalf, 30),
    (Form::Load, 20),
    (Form::LoadCrossing, 5),
    (Form::StoreWord, 20),
    (Form::StoreHalf, 30),
    (Form::Store, 20),
    (Form::StoreCrossing, 12),
    (Form::OutOfBounds, 1),
    (Form::Charge, 6),
    (Form::Grow, 1),
    (Form::HostArgument, 12),
    (Form::HostMemory, 12),
    (Form::HostCall, 5),
    (Form::HostStop, 1),
];

/// Calls that compute: more products, shifts and bits.
const WORK: &[(Form, u32)] = &[
    (Form::Jump, 100),
    (Form::BranchIf, 90),
    (Form::BranchTable, 2),
    (Form::Call, 20),
    (Form::Return, 20),
    (Form::CallIndirect, 2),
    (Form::Enter, 8),
    (Form::Const, 280),
    (Form::Move, 70),
    (Form::Global, 25),
    (Form::Select, 10),
    (Form::Add, 130),
    (Form::Equal, 60),
    (Form::LessSigned, 3),
    (Form::Multiply, 50),
    (Form::Divide, 4),
    (Form::Shift, 95),
    (Form::Bits, 90),
    (Form::Extend, 15),
    (Form::LoadWord, 12),
    (Form::LoadHalf, 20),
    (Form::Load, 10),
    (Form::LoadCrossing, 4),
    (Form::StoreWord, 12),
    (Form::StoreHalf, 20),
    (Form::Store, 10),
    (Form::StoreCrossing, 6),
    (Form::OutOfBounds, 1),
    (Form::Charge, 3),
    (Form::Grow, 1),
    (Form::HostArgument, 6),
    (Form::HostMemory, 10),
    (Form::HostCall, 4),
    (Form::HostStop, 1),
];

const fn exec_class(id: u8, name: &'static str, log_domain: u8, room: Room) -> Class {
    Class { id, name, log_domain, native: log_domain > 18, room }
}

const fn end_class(id: u8, name: &'static str, log_domain: u8, size: EndSize) -> Class {
    Class { id, name, log_domain, native: log_domain > 17, room: Room::End(size) }
}

/// All classes: execution, then end, cheapest first.
pub const CLASSES: &[Class] = &[
    exec_class(0, "S, calls", 16, mixed(CALLS, 1_200, 1_000)),
    exec_class(1, "S, work", 16, mixed(WORK, 1_000, 1_000)),
    exec_class(2, "M, calls", 18, mixed(CALLS, 4_800, 1_000)),
    exec_class(3, "M, work", 18, mixed(WORK, 4_000, 1_000)),
    exec_class(4, "L, calls", 20, mixed(CALLS, 19_200, 1_000)),
    end_class(8, "End S", 14, EndSize { rows: 1_400, registers: 400, words: 350, grown: 16, hidden_log: 32 }),
    end_class(9, "End M", 16, EndSize { rows: 5_800, registers: 1_024, words: 1_500, grown: 128, hidden_log: 256 }),
    end_class(10, "End L", 18, EndSize {
        rows: 20_000,
        registers: 8_192,
        words: 8_192,
        grown: 512,
        hidden_log: 2_048,
    }),
];
