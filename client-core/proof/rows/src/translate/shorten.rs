//! Makes a function's rows fewer: jumps to jumps become one, and what nothing reaches goes.

use super::function::Code;
use crate::{
    row::{Kind, Row},
    space,
};
use alloc::{vec, vec::Vec};

/// Most jumps that one jump swallows; a loop of nothing but jumps has no end of them.
const SWALLOWED: usize = 8;

/// Position of a counter, unless it is reserved.
fn position(counter: u32) -> Option<usize> {
    counter.checked_sub(space::ENTRY).map(|position| position as usize)
}

fn counter(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX).saturating_add(space::ENTRY)
}

/// Shortens a function. What it does, its gas included, stays the same at every row that can trap or be seen.
pub(super) fn shorten(mut code: Code) -> Code {
    thread(&mut code);
    let kept = reached(&code);
    keep(&code, &kept)
}

/// The row that a jump can swallow: the jump at its target.
fn swallowed(rows: &[Row], target: u32) -> Option<Row> {
    let next = rows.get(position(target)?)?;
    (next.kind == Kind::Jump).then_some(*next)
}

/// A target without jumps that only lead on.
fn straight(rows: &[Row], mut target: u32) -> u32 {
    for _ in 0..SWALLOWED {
        match swallowed(rows, target) {
            Some(next) if next.imm == 0 && next.a == 0 => target = next.target,
            _ => break,
        }
    }
    target
}

fn thread(code: &mut Code) {
    for index in 0..code.rows.len() {
        let Some(mut row) = code.rows.get(index).copied() else { continue };
        match row.kind {
            Kind::BranchIf => row.target = straight(&code.rows, row.target),
            Kind::Jump => {
                for _ in 0..SWALLOWED {
                    let Some(next) = swallowed(&code.rows, row.target).filter(|_| row.target != row.pc) else { break };
                    row.imm = row.imm.saturating_add(next.imm);
                    row.a = row.a.saturating_add(next.a);
                    row.target = next.target;
                }
            }
            _ => {}
        }
        if let Some(place) = code.rows.get_mut(index) {
            *place = row;
        }
    }
    for case in &mut code.cases {
        case.target = straight(&code.rows, case.target);
    }
}

/// Which rows the first one reaches, calls coming back behind them.
fn reached(code: &Code) -> Vec<bool> {
    let mut reached = vec![false; code.rows.len()];
    let mut open = vec![0usize];
    while let Some(index) = open.pop() {
        let Some(seen) = reached.get_mut(index).filter(|seen| !**seen) else { continue };
        *seen = true;
        let Some(row) = code.rows.get(index) else { continue };
        match row.kind {
            Kind::Jump => open.extend(position(row.target)),
            Kind::BranchIf => open.extend(position(row.target).into_iter().chain([index.saturating_add(1)])),
            Kind::BranchTable => {
                let first = code.cases.partition_point(|case| case.pc < row.pc);
                let cases = code.cases.iter().skip(first).take_while(|case| case.pc == row.pc);
                open.extend(cases.filter_map(|case| position(case.target)));
            }
            Kind::Return => {}
            _ => open.push(index.saturating_add(1)),
        }
    }
    reached
}

/// A jump to the row behind it that does nothing else.
fn idle(row: &Row) -> bool {
    row.kind == Kind::Jump && row.imm == 0 && row.a == 0 && row.target == row.pc.saturating_add(1)
}

/// The code with only the rows that are `reached`, renumbered.
fn keep(code: &Code, reached: &[bool]) -> Code {
    let mut places = Vec::with_capacity(code.rows.len());
    let mut next = 0usize;
    for (row, reached) in code.rows.iter().zip(reached) {
        places.push(counter(next));
        next = next.saturating_add(usize::from(*reached && !idle(row)));
    }
    let place = |target: u32| position(target).and_then(|at| places.get(at)).copied().unwrap_or(target);
    let local = |kind| matches!(kind, Kind::Jump | Kind::BranchIf | Kind::Case);
    let moved = |row: &Row| Row {
        pc: place(row.pc),
        target: if local(row.kind) { place(row.target) } else { row.target },
        ..*row
    };
    let kept = code.rows.iter().zip(reached).filter(|(row, reached)| **reached && !idle(row));
    let seen = |case: &&Row| position(case.pc).and_then(|at| reached.get(at)) == Some(&true);
    Code { rows: kept.map(|(row, _)| moved(row)).collect(), cases: code.cases.iter().filter(seen).map(moved).collect() }
}
