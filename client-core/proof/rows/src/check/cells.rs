//! Memory consistency by sorting: each access of a cell finds what the one before left, when it left it; and the cells at
//! the end are what is left.

use super::Fault;
use crate::{Access, Cell, Kind, Program, Start, Trace, space};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

/// Longest time between two accesses of a cell.
const LONGEST: u64 = 1 << 24;

/// Memory that one row made.
struct Grown {
    words: core::ops::Range<u64>,
    ts: u32,
    step: u32,
}

/// What cells begin with.
struct Beginning {
    /// Cells that do not begin as zero.
    values: BTreeMap<u64, u64>,
    /// First word beyond the initial memory.
    end: u64,
    grown: Vec<Grown>,
}

impl Beginning {
    fn new(program: &Program, start: &Start<'_>, trace: &Trace) -> Self {
        let mut values: BTreeMap<u64, u64> = (0..).zip(start.args.iter().copied()).collect();
        values.insert(u64::from(program.stack_slot), start.stack);
        values.insert(space::SPECIAL + space::PAGES, u64::from(program.pages));
        values.extend((space::SPECIAL + space::GLOBALS..).zip(program.globals.iter().copied()));
        values.extend(program.data.iter().map(|(word, value)| (space::MEMORY + u64::from(*word), *value)));
        values.retain(|_, value| *value != 0);
        let mut grown = Vec::new();
        for (index, step) in trace.steps.iter().enumerate().filter(|(_, step)| step.kind == Kind::Grow) {
            let pages = step.accesses[1];
            let words = pages.old * space::WORDS_PER_PAGE..pages.new * space::WORDS_PER_PAGE;
            grown.push(Grown { words, ts: step.ts, step: index as u32 });
        }
        Self { values, end: u64::from(program.pages) * space::WORDS_PER_PAGE, grown }
    }

    /// Value, time and growth that a cell begins with; none for memory that never is.
    fn of(&self, address: u64) -> Option<(u64, u32, Option<u32>)> {
        let value = self.values.get(&address).copied().unwrap_or(0);
        let word = address.checked_sub(space::MEMORY).filter(|_| address < space::SPECIAL);
        match word {
            Some(word) if word >= self.end => {
                let growth = self.grown.iter().find(|grown| grown.words.contains(&word))?;
                Some((0, growth.ts, Some(growth.step)))
            }
            _ => Some((value, 0, None)),
        }
    }
}

/// Checks all accesses of `trace` and the cells at its end.
pub(super) fn check(program: &Program, start: &Start<'_>, trace: &Trace) -> Result<(), Fault> {
    let beginning = Beginning::new(program, start, trace);
    let mut accesses: Vec<(u64, u32, usize, Access)> = Vec::new();
    for (index, step) in trace.steps.iter().enumerate() {
        for (tick, access) in (step.ts..).zip(&step.accesses).take(usize::from(step.used)) {
            accesses.push((access.address, tick, index, *access));
        }
    }
    accesses.sort_by_key(|(address, time, ..)| (*address, *time));
    let mut cells: BTreeMap<u64, Cell> = BTreeMap::new();
    for (address, time, step, access) in accesses {
        let fault = |what: String| Fault { step, what };
        let (value, ts, born) = match cells.get(&address) {
            Some(cell) => (cell.value, cell.ts, cell.born),
            None => beginning.of(address).ok_or_else(|| fault(format!("there is no cell {address}")))?,
        };
        if (access.old, access.before) != (value, ts) || ts >= time || u64::from(time - ts) > LONGEST {
            return Err(fault(format!("found {access:?} at {time}, where {value} had been left at {ts}")));
        }
        cells.insert(address, Cell { address, value: access.new, ts: time, born });
    }
    let untouched: BTreeSet<u64> = beginning.values.keys().copied().filter(|cell| !cells.contains_key(cell)).collect();
    for address in untouched {
        let value = beginning.values.get(&address).copied().unwrap_or(0);
        cells.insert(address, Cell { address, value, ts: 0, born: None });
    }
    ends(trace, &cells.into_values().collect::<Vec<_>>()).map_err(|what| Fault { step: trace.steps.len(), what })
}

/// That the trace says the same about the cells at the end.
fn ends(trace: &Trace, cells: &[Cell]) -> Result<(), String> {
    if let Some((said, left)) = trace.cells.iter().zip(cells).find(|(said, left)| said != left) {
        return Err(format!("ends with {said:?}, not {left:?}"));
    }
    if trace.cells.len() != cells.len() {
        return Err(format!("ends with {} cells, not {}", trace.cells.len(), cells.len()));
    }
    for (index, step) in trace.steps.iter().enumerate().filter(|(_, step)| step.kind == Kind::Grow) {
        let made = cells.iter().filter(|cell| cell.born == Some(index as u32)).count();
        if step.extra != made as u64 {
            return Err(format!("step {index} made {made} cells, not {}", step.extra));
        }
    }
    Ok(())
}
