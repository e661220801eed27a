//! The kinds of rows that an execution segment has room for, and which of them can take a step.
//!
//! A kind of the row machine may have several: a special one is cheaper, a general one takes what the special one cannot
//! and what it has no room for.

use super::{Gadget, arithmetic, bits, control, data, host, memory, product};
use zera_proof_rows::{
    Kind, Program, Row, Step, Trace,
    row::{BYTES_1, BYTES_2, BYTES_4},
    step::Turn,
};

/// A kind of row in the circuit, by its place in an execution segment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Form {
    /// [`Kind::Jump`].
    Jump,
    /// [`Kind::BranchIf`].
    BranchIf,
    /// [`Kind::BranchTable`].
    BranchTable,
    /// [`Kind::Call`].
    Call,
    /// [`Kind::Return`].
    Return,
    /// [`Kind::CallIndirect`].
    CallIndirect,
    /// [`Kind::Enter`].
    Enter,
    /// [`Kind::Const`].
    Const,
    /// [`Kind::Move`].
    Move,
    /// [`Kind::Global`].
    Global,
    /// [`Kind::Select`].
    Select,
    /// [`Kind::Add`].
    Add,
    /// [`Kind::Equal`].
    Equal,
    /// [`Kind::LessSigned`].
    LessSigned,
    /// [`Kind::Multiply`].
    Multiply,
    /// [`Kind::Divide`].
    Divide,
    /// [`Kind::Shift`].
    Shift,
    /// [`Kind::Bits`].
    Bits,
    /// [`Kind::Extend`].
    Extend,
    /// [`Kind::Load`] of a whole word.
    LoadWord,
    /// [`Kind::Load`] of half a word, aligned.
    LoadHalf,
    /// [`Kind::Load`] of any bytes of one word.
    Load,
    /// [`Kind::Load`] over two words.
    LoadCrossing,
    /// [`Kind::Store`] of a whole word.
    StoreWord,
    /// [`Kind::Store`] of half a word, aligned, of a value below 2^32.
    StoreHalf,
    /// [`Kind::Store`] of any bytes of one word.
    Store,
    /// [`Kind::Store`] over two words.
    StoreCrossing,
    /// [`Turn::OutOfBounds`].
    OutOfBounds,
    /// [`Kind::Charge`].
    Charge,
    /// [`Kind::Grow`].
    Grow,
    /// [`Kind::HostArgument`].
    HostArgument,
    /// [`Turn::HostMemory`].
    HostMemory,
    /// [`Kind::HostCall`].
    HostCall,
    /// [`Turn::HostStop`].
    HostStop,
}

/// How many there are.
pub const COUNT: usize = Form::HostStop as usize + 1;

/// All of them, in order.
pub const ALL: [Form; COUNT] = {
    use Form::{
        Add, Bits, BranchIf, BranchTable, Call, CallIndirect, Charge, Const, Divide, Enter, Equal, Extend, Global,
        Grow, HostArgument, HostCall, HostMemory, HostStop, Jump, LessSigned, Load, LoadCrossing, LoadHalf, LoadWord,
        Move, Multiply, OutOfBounds, Return, Select, Shift, Store, StoreCrossing, StoreHalf, StoreWord,
    };
    [
        Jump,
        BranchIf,
        BranchTable,
        Call,
        Return,
        CallIndirect,
        Enter,
        Const,
        Move,
        Global,
        Select,
        Add,
        Equal,
        LessSigned,
        Multiply,
        Divide,
        Shift,
        Bits,
        Extend,
        LoadWord,
        LoadHalf,
        Load,
        LoadCrossing,
        StoreWord,
        StoreHalf,
        Store,
        StoreCrossing,
        OutOfBounds,
        Charge,
        Grow,
        HostArgument,
        HostMemory,
        HostCall,
        HostStop,
    ]
};

/// One of something for each form.
pub type PerForm<T> = [T; COUNT];

impl Form {
    /// The general form that takes whatever this one takes.
    #[must_use]
    pub const fn general(self) -> Option<Self> {
        match self {
            Self::LoadWord | Self::LoadHalf => Some(Self::Load),
            Self::StoreWord | Self::StoreHalf => Some(Self::Store),
            _ => None,
        }
    }

    /// Its constraints.
    #[must_use]
    pub const fn gadget(self) -> Gadget {
        match self {
            Self::Jump => control::jump,
            Self::BranchIf => control::branch_if,
            Self::BranchTable => control::branch_table,
            Self::Call => control::call,
            Self::Return => control::ret,
            Self::CallIndirect => control::call_indirect,
            Self::Enter => control::enter,
            Self::Const => data::constant,
            Self::Move => data::copy,
            Self::Global => data::global,
            Self::Select => data::select,
            Self::Add => arithmetic::add,
            Self::Equal => arithmetic::equal,
            Self::LessSigned => arithmetic::less_signed,
            Self::Multiply => product::multiply,
            Self::Divide => product::divide,
            Self::Shift => product::shift,
            Self::Bits => bits::bits,
            Self::Extend => bits::extend,
            Self::LoadWord => memory::load_word,
            Self::LoadHalf => memory::load_half,
            Self::Load => memory::load,
            Self::LoadCrossing => memory::load_crossing,
            Self::StoreWord => memory::store_word,
            Self::StoreHalf => memory::store_half,
            Self::Store => memory::store,
            Self::StoreCrossing => memory::store_crossing,
            Self::OutOfBounds => memory::out_of_bounds,
            Self::Charge => host::charge,
            Self::Grow => host::grow,
            Self::HostArgument => host::host_argument,
            Self::HostMemory => host::host_memory,
            Self::HostCall => host::host_call,
            Self::HostStop => host::host_stop,
        }
    }

    /// The cheapest form that takes `step`, a step at `row`; none for a row that is never executed.
    #[must_use]
    pub fn of(row: &Row, step: &Step) -> Option<Self> {
        match step.turn {
            Turn::OutOfBounds => return Some(Self::OutOfBounds),
            Turn::HostMemory { .. } => return Some(Self::HostMemory),
            Turn::HostStop => return Some(Self::HostStop),
            Turn::Crossing | Turn::Plain => {}
        }
        Some(match row.kind {
            Kind::None | Kind::Case | Kind::Element => return None,
            Kind::Jump => Self::Jump,
            Kind::BranchIf => Self::BranchIf,
            Kind::BranchTable => Self::BranchTable,
            Kind::Call => Self::Call,
            Kind::Return => Self::Return,
            Kind::CallIndirect => Self::CallIndirect,
            Kind::Enter => Self::Enter,
            Kind::Const => Self::Const,
            Kind::Move => Self::Move,
            Kind::Global => Self::Global,
            Kind::Select => Self::Select,
            Kind::Add => Self::Add,
            Kind::Equal => Self::Equal,
            Kind::LessSigned => Self::LessSigned,
            Kind::Multiply => Self::Multiply,
            Kind::Divide => Self::Divide,
            Kind::Shift => Self::Shift,
            Kind::Bits => Self::Bits,
            Kind::Extend => Self::Extend,
            Kind::Load if step.turn == Turn::Crossing => Self::LoadCrossing,
            Kind::Store if step.turn == Turn::Crossing => Self::StoreCrossing,
            Kind::Load => Self::load(row, step),
            Kind::Store => Self::store(row, step),
            Kind::Charge => Self::Charge,
            Kind::Grow => Self::Grow,
            Kind::HostArgument => Self::HostArgument,
            Kind::HostCall => Self::HostCall,
        })
    }

    fn load(row: &Row, step: &Step) -> Self {
        match place(row, step) {
            (0, 8) => Self::LoadWord,
            (0 | 4, 4) => Self::LoadHalf,
            _ => Self::Load,
        }
    }

    fn store(row: &Row, step: &Step) -> Self {
        match place(row, step) {
            (0, 8) => Self::StoreWord,
            (0 | 4, 4) if step.accesses[1].old >> 32 == 0 => Self::StoreHalf,
            _ => Self::Store,
        }
    }
}

/// Offset in its word and number of bytes of the load or store `step`.
#[must_use]
pub fn place(row: &Row, step: &Step) -> (u64, u64) {
    let offset = step.accesses[0].old.wrapping_add(row.imm) % 8;
    (offset, width(row.flags))
}

/// Bytes that a load or store with these flags takes.
#[must_use]
pub const fn width(flags: u8) -> u64 {
    match flags {
        BYTES_1 => 1,
        BYTES_2 => 2,
        BYTES_4 => 4,
        _ => 8,
    }
}

/// How many steps of `trace` each form would take, each the cheapest that can; steps at rows that no form takes are
/// left out.
#[must_use]
pub fn census(program: &Program, trace: &Trace) -> PerForm<u32> {
    let mut counts = [0u32; COUNT];
    for step in &trace.steps {
        let form = program.rows.get(step.row as usize).and_then(|row| Form::of(row, step));
        if let Some(count) = form.and_then(|form| counts.get_mut(form as usize)) {
            *count = count.saturating_add(1);
        }
    }
    counts
}
