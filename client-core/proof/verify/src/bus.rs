//! Tuples of the bus and what the verifier adds to it from public data.
//!
//! A tuple is t = Σ β^k · field_k + tag · β⁷ and stands in the sum as n / (γ − t): what is produced counts +1, what is
//! consumed −1. The sums of all segments and the verifier's are zero together exactly when every tuple is consumed as
//! often as it is produced, but for a chance of about (terms / 2^250).

use crate::{VerifyError, transcript::Challenge};
use alloc::vec::Vec;
use ark_bn254::Fr;
use zera_proof_rows::{Kind, LogEntry, Program, Row, space};

/// Special cells that begin as cells, from [`space::SPECIAL`] on.
pub const SPECIAL_CELLS: u64 = 2 + space::MAX_GLOBALS as u64;

/// State: pc, fp, ts.
pub const STATE: u64 = 1;
/// Memory: address + 2^64 ts, value.
pub const MEMORY: u64 = 2;
/// A program row: pc, d, a, b, imm, target, op.
pub const PROGRAM: u64 = 3;
/// A byte.
pub const BYTE: u64 = 4;
/// x, y, x & y, of four bits each.
pub const AND4: u64 = 5;
/// e, 2^e for e = 0..=64.
pub const POWER: u64 = 6;
/// A row of the table, as [`PROGRAM`].
pub const DEFINE: u64 = 7;
/// A memory word that does not begin as zero: index. The end segment says that it has a slot for it; the verifier makes
/// its cell begin.
pub const DATA: u64 = 8;
/// A log entry: sequence, function + 2^16 kind, x, y, z.
pub const LOG: u64 = 9;
/// Memory that grew: start, end in pages, ts.
pub const GROW: u64 = 10;
/// Blinding between segments: 0, r, g.
pub const BLIND: u64 = 11;
/// A log entry whose z the end segment fills in: sequence, function + 2^16 · [`LOG_MEMORY`], x, y. The verifier
/// produces it instead of consuming the entry; the end segment consumes it together with the entry, same fields, own z.
pub const HIDDEN: u64 = 12;

/// Log entry: x = position, y = value.
pub const LOG_ARGUMENT: u64 = 1;
/// Log entry: x = word, y = mask + 256 · write, z = value.
pub const LOG_MEMORY: u64 = 2;
/// Log entry: x = result, y = gas.
pub const LOG_CALL: u64 = 3;
/// Log entry without fields.
pub const LOG_STOP: u64 = 4;

/// Fields of a log entry after its sequence number: head, x, y, z.
#[must_use]
pub fn log_fields(entry: &LogEntry) -> [u64; 4] {
    let head = |function: u16, kind: u64| u64::from(function) + (kind << 16);
    match *entry {
        LogEntry::Argument { function, position, value } => {
            [head(function, LOG_ARGUMENT), u64::from(position), value, 0]
        }
        LogEntry::Memory { function, word, mask, write, value } => {
            [head(function, LOG_MEMORY), u64::from(word), u64::from(mask) + 256 * u64::from(write), value]
        }
        LogEntry::Call { function, result, gas } => [head(function, LOG_CALL), result, gas, 0],
        LogEntry::Stop { function } => [head(function, LOG_STOP), 0, 0, 0],
    }
}

/// Fields of a program row as [`PROGRAM`] and [`DEFINE`] have them.
#[must_use]
pub fn row_fields(row: &Row) -> [u64; 7] {
    [row.pc.into(), row.d.into(), row.a.into(), row.b.into(), row.imm, row.target.into(), row.op()]
}

/// Terms of the bus: denominators, and how often each tuple is produced (consumed: negative).
#[derive(Debug)]
pub struct Bus<'c> {
    challenge: &'c Challenge,
    denominators: Vec<Fr>,
    counts: Vec<i64>,
}

impl<'c> Bus<'c> {
    /// An empty one.
    #[must_use]
    pub const fn new(challenge: &'c Challenge) -> Self {
        Self { challenge, denominators: Vec::new(), counts: Vec::new() }
    }

    /// γ − t.
    fn denominator(&self, tag: u64, fields: &[u64]) -> Fr {
        let [powers @ .., last] = &self.challenge.powers;
        let head = fields.first().copied().unwrap_or_default();
        let tail = fields.iter().skip(1).zip(powers).filter(|(field, _)| **field != 0);
        let tail: Fr = tail.map(|(field, power)| Fr::from(*field) * power).sum();
        self.challenge.gamma - Fr::from(head) - tail - *last * Fr::from(tag)
    }

    /// Adds a tuple `count` times.
    pub fn add(&mut self, count: i64, tag: u64, fields: &[u64]) {
        if count != 0 {
            self.denominators.push(self.denominator(tag, fields));
            self.counts.push(count);
        }
    }

    /// Adds a tuple.
    pub fn produce(&mut self, tag: u64, fields: &[u64]) {
        self.add(1, tag, fields);
    }

    /// Takes a tuple.
    pub fn consume(&mut self, tag: u64, fields: &[u64]) {
        self.add(-1, tag, fields);
    }

    /// The sum; none if a denominator is zero, which happens to nobody by chance.
    #[must_use]
    pub fn sum(mut self) -> Option<Fr> {
        if self.denominators.contains(&Fr::default()) {
            return None;
        }
        ark_ff::batch_inversion(&mut self.denominators);
        let terms = self.denominators.iter().zip(&self.counts);
        Some(terms.map(|(term, count)| if *count == 1 { *term } else { *term * Fr::from(*count) }).sum())
    }
}

/// What the verifier adds from public data.
#[derive(Clone, Copy, Debug)]
pub struct Public<'p> {
    /// The program.
    pub program: &'p Program,
    /// Values of its parameters; none for those that are hidden.
    pub args: &'p [Option<u64>],
    /// Stack units.
    pub stack_limit: u64,
    /// The host log; true for memory entries whose value is hidden.
    pub log: &'p [(LogEntry, bool)],
    /// Rows that the end class defines.
    pub rows: u32,
    /// Registers that begin as cells.
    pub registers: u32,
}

/// The verifier's sum. Together with the sums of all segments it must be zero.
///
/// # Errors
/// A description, if the program is too large for the class; [`VerifyError::Sum`] if a denominator is zero.
pub fn public_sum(public: &Public<'_>, challenge: &Challenge) -> Result<Fr, VerifyError> {
    let program = public.program;
    if !program.rows.iter().all(has_near_slots) {
        return Err(VerifyError::Segments("a slot of the program lies too far from its frame"));
    }
    let mut bus = Bus::new(challenge);
    bus.produce(STATE, &[space::ENTRY.into(), 0, space::START]);
    cells(&mut bus, public)?;
    let filling = usize::try_from(public.rows).unwrap_or(usize::MAX).checked_sub(program.rows.len());
    let filling = filling.ok_or(VerifyError::Segments("the program has more rows than the end segment defines"))?;
    for row in &program.rows {
        bus.consume(DEFINE, &row_fields(row));
    }
    bus.add(-i64::try_from(filling).unwrap_or(i64::MAX), DEFINE, &[]);
    for (word, value) in &program.data {
        // The end segment's slot that is marked as this word's leaves its beginning to the verifier.
        bus.produce(MEMORY, &[space::MEMORY + u64::from(*word), *value]);
        bus.consume(DATA, &[(*word).into()]);
    }
    for (sequence, (entry, hidden)) in (0u64..).zip(public.log) {
        let [head, x, y, z] = log_fields(entry);
        if *hidden {
            bus.produce(HIDDEN, &[sequence, head, x, y]);
        } else {
            bus.consume(LOG, &[sequence, head, x, y, z]);
        }
    }
    bus.sum().ok_or(VerifyError::Sum)
}

/// Slots below 2^24: with fewer than 2^28 rows a frame pointer then stays below the memory cells at 2^52. The translator
/// gives no others.
fn has_near_slots(row: &Row) -> bool {
    const SLOTS: u64 = 1 << 24;
    let condition = if row.kind == Kind::Select { row.imm } else { 0 };
    [row.d.into(), row.a.into(), row.b.into(), condition].iter().all(|slot| *slot < SLOTS)
}

/// The cells that begin at time 0: registers and special cells.
fn cells(bus: &mut Bus<'_>, public: &Public<'_>) -> Result<(), VerifyError> {
    let program = public.program;
    let registers = usize::try_from(public.registers).unwrap_or(usize::MAX);
    let slot = usize::try_from(program.stack_slot).unwrap_or(usize::MAX);
    if slot >= registers || public.args.len() > slot || program.globals.len() > space::MAX_GLOBALS {
        return Err(VerifyError::Segments("the program has more cells than the end segment begins with"));
    }
    for register in 0..registers {
        let value = match public.args.get(register) {
            Some(None) => continue,
            Some(Some(value)) => *value,
            None if register == slot => public.stack_limit,
            None => 0,
        };
        bus.produce(MEMORY, &[register as u64, value]);
    }
    let globals = program.globals.iter().copied().chain(core::iter::repeat(0));
    let special = [program.pages.into(), 0].into_iter().chain(globals);
    for (index, value) in (0..SPECIAL_CELLS).zip(special) {
        bus.produce(MEMORY, &[space::SPECIAL + index, value]);
    }
    Ok(())
}
