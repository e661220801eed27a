//! Runs of a program: every row by its meaning ([`crate::row`]), every access with what was there before.
//!
//! [`Runner`] runs in slices, so that whoever waits can show how far it is. Nothing that a program does makes it panic or
//! take memory without bounds; a program that no translation makes ends in [`TraceError::Malformed`].

mod cells;
mod host_call;
mod meaning;
mod memory;
mod row;

pub use memory::Memory;

use crate::{
    Kind, LogEntry, Program, Row, Step, Trace,
    host::{Replay, Unanswered},
    space,
};
use alloc::vec::Vec;
use cells::Cells;
use zera_primitives::Outcome;

/// Most registers of a run: far above what the stack limit of the ledger leaves room for.
pub const MAX_REGISTERS: u64 = 1 << 20;

/// What a run begins with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Start<'a> {
    /// Arguments of the entry, 32-bit ones with their upper half zero; as many as it has parameters.
    pub args: &'a [u64],
    /// Stack units.
    pub stack: u64,
    /// Gas: the run ends as `OutOfGas` once it charged more.
    pub gas_limit: u64,
    /// Most steps, at most [`space::MAX_STEPS`].
    pub max_steps: usize,
}

/// Why a run has no trace.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TraceError {
    /// It takes more steps than asked for.
    #[error("the run takes more than {0} steps")]
    TooLong(usize),
    /// The arguments are not those of the entry.
    #[error("the entry takes other arguments")]
    Arguments,
    /// The program does what no translated program does, at this counter.
    #[error("row {0} of the program makes no sense")]
    Malformed(u32),
    /// A host call has no answer.
    #[error(transparent)]
    Host(#[from] Unanswered),
}

/// A run, step by step.
#[derive(Debug)]
pub struct Runner<'p> {
    program: &'p Program,
    /// Auxiliary rows by counter and number, with their index.
    auxiliary: Vec<(u32, u32, u32)>,
    cells: Cells,
    steps: Vec<Step>,
    log: Vec<LogEntry>,
    /// Arguments of the host call that comes.
    arguments: Vec<u64>,
    pc: u32,
    fp: u32,
    ts: u32,
    gas: u64,
    gas_limit: u64,
    max_steps: usize,
    outcome: Option<Outcome>,
}

/// Runs `program` to its end; `host` answers.
///
/// # Errors
/// [`TraceError`].
pub fn run(program: &Program, start: &Start<'_>, host: &mut dyn Replay) -> Result<Trace, TraceError> {
    let mut runner = Runner::new(program, start)?;
    runner.advance(usize::MAX, host)?;
    runner.finish()
}

impl<'p> Runner<'p> {
    /// Before the first step.
    ///
    /// # Errors
    /// [`TraceError::Arguments`], [`TraceError::Malformed`].
    pub fn new(program: &'p Program, start: &Start<'_>) -> Result<Self, TraceError> {
        let narrow = |(wide, value): (&bool, &u64)| *wide || u32::try_from(*value).is_ok();
        if start.args.len() != program.params.len() || !program.params.iter().zip(start.args).all(narrow) {
            return Err(TraceError::Arguments);
        }
        let mut auxiliary = Vec::new();
        for (index, row) in program.rows.iter().enumerate() {
            let index = u32::try_from(index).map_err(|_| TraceError::Malformed(u32::MAX))?;
            let aside = matches!(row.kind, Kind::Case | Kind::Element);
            if aside != (index >= program.counters) || (!aside && row.pc != index) {
                return Err(TraceError::Malformed(index));
            }
            if aside {
                auxiliary.push((row.pc, row.a, index));
            }
        }
        auxiliary.sort_unstable();
        let outcome = (program.begin_gas > start.gas_limit).then_some(Outcome::OutOfGas);
        Ok(Self {
            program,
            auxiliary,
            cells: Cells::new(program, start)?,
            steps: Vec::new(),
            log: Vec::new(),
            arguments: Vec::new(),
            pc: space::ENTRY,
            fp: 0,
            ts: space::START as u32,
            gas: program.begin_gas,
            gas_limit: start.gas_limit,
            max_steps: start.max_steps.min(space::MAX_STEPS),
            outcome,
        })
    }

    /// Steps so far.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// Runs about `steps` more steps (a host call is one piece); true at the end.
    ///
    /// # Errors
    /// [`TraceError`]; nothing more comes of this run then.
    pub fn advance(&mut self, steps: usize, host: &mut dyn Replay) -> Result<bool, TraceError> {
        let until = self.steps.len().saturating_add(steps);
        while self.outcome.is_none() && self.steps.len() < until {
            self.next(host)?;
        }
        Ok(self.outcome.is_some())
    }

    /// The trace of a run that has ended.
    ///
    /// # Errors
    /// [`TraceError::TooLong`] before its end.
    pub fn finish(mut self) -> Result<Trace, TraceError> {
        let outcome = self.outcome.ok_or(TraceError::TooLong(self.steps.len()))?;
        let returned = self.program.result.is_some() && outcome == Outcome::Ok;
        let result = returned.then(|| self.cells.register_value(0));
        let cells = self.cells.finish(&mut self.steps);
        let last = (self.pc, self.fp, self.ts);
        Ok(Trace { steps: self.steps, cells, log: self.log, outcome, gas: self.gas, last, result })
    }

    /// One row, or the end.
    fn next(&mut self, host: &mut dyn Replay) -> Result<(), TraceError> {
        let malformed = TraceError::Malformed(self.pc);
        self.outcome = match self.pc {
            _ if self.gas > self.gas_limit => Some(Outcome::OutOfGas),
            space::HALT => Some(Outcome::Ok),
            space::TRAP => Some(Outcome::Trap),
            space::STACK => Some(Outcome::StackLimit),
            // A host call that ends the run says so itself.
            space::HOST_STOP => return Err(malformed),
            _ => None,
        };
        if self.outcome.is_some() {
            return Ok(());
        }
        let program = self.program;
        let row = program.rows.get(self.pc as usize).filter(|_| self.pc < program.counters).ok_or(malformed)?;
        match row.kind {
            Kind::HostCall => self.host_call(row, host),
            _ => self.row(row),
        }
    }

    /// Adds a finished step and goes on behind it.
    fn push(&mut self, step: Step, fp: u32) -> Result<(), TraceError> {
        if self.steps.len() >= self.max_steps {
            return Err(TraceError::TooLong(self.max_steps));
        }
        self.pc = step.next;
        self.fp = fp;
        self.ts = self.ts.saturating_add(space::TICKS as u32);
        self.steps.push(step);
        Ok(())
    }

    /// The step of `row`, without accesses, to the row behind it.
    fn step(&self, row: &Row) -> Step {
        Step {
            row: row.pc,
            kind: row.kind,
            turn: crate::step::Turn::Plain,
            auxiliary: 0,
            fp: self.fp,
            ts: self.ts,
            next: row.pc.saturating_add(1),
            extra: 0,
            accesses: Default::default(),
            used: 0,
        }
    }
}
