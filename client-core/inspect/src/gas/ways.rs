//! The most expensive way through each function, found in one pass over its operators: on structured code the costliest
//! way to every point is known when the pass gets there, but for ways back to a loop's header, and those are its turns.

use super::{Unit, graph::Graph};
use crate::{
    error::InspectError,
    module::{Module, small},
};
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::Operator;
use zera_vm::gas::{Bulk, bulk, segments};

/// What a body holds, whatever it costs.
#[derive(Default)]
pub(super) struct Facts {
    /// Positions of the own functions that it calls.
    pub(super) calls: BTreeSet<u32>,
    /// Imports that it calls, and how many places do.
    pub(super) hosts: BTreeMap<u32, u32>,
    /// Offsets and types of its indirect calls.
    pub(super) indirect: Vec<(u32, u32)>,
    /// Operators whose gas depends on an operand.
    pub(super) operands: Vec<(u32, &'static str, Unit)>,
}

/// All bodies, read once.
pub(super) struct Bodies {
    pub(super) facts: Vec<Facts>,
    /// Functions that code takes references to.
    pub(super) referred: BTreeSet<u32>,
}

impl Bodies {
    pub(super) fn read(module: &Module) -> Result<Self, InspectError> {
        let mut bodies = Self { facts: Vec::new(), referred: BTreeSet::new() };
        for function in &module.functions {
            let mut facts = Facts::default();
            let mut reader = module.body(function).get_operators_reader()?;
            while !reader.eof() {
                let (operator, offset) = reader.read_with_offset()?;
                let offset = u32::try_from(offset).unwrap_or(u32::MAX);
                match &operator {
                    Operator::Call { function_index } => match function_index.checked_sub(module.imported()) {
                        Some(at) => {
                            facts.calls.insert(at);
                        }
                        None => {
                            let sites = facts.hosts.entry(*function_index).or_default();
                            *sites = sites.saturating_add(1);
                        }
                    },
                    Operator::CallIndirect { type_index, .. } => facts.indirect.push((offset, *type_index)),
                    Operator::RefFunc { function_index } => {
                        bodies.referred.insert(*function_index);
                    }
                    _ => {}
                }
                if let Some(kind) = bulk(&operator) {
                    let unit = match kind {
                        Bulk::Pages => Unit::Pages,
                        Bulk::Bytes => Unit::Bytes,
                        Bulk::Entries => Unit::Entries,
                    };
                    facts.operands.push((offset, name(&operator), unit));
                }
            }
            bodies.facts.push(facts);
        }
        Ok(bodies)
    }
}

/// The operator in text format.
const fn name(operator: &Operator<'_>) -> &'static str {
    match operator {
        Operator::MemoryGrow { .. } => "memory.grow",
        Operator::MemoryCopy { .. } => "memory.copy",
        Operator::MemoryFill { .. } => "memory.fill",
        Operator::MemoryInit { .. } => "memory.init",
        Operator::TableGrow { .. } => "table.grow",
        Operator::TableCopy { .. } => "table.copy",
        Operator::TableFill { .. } => "table.fill",
        Operator::TableInit { .. } => "table.init",
        _ => "?",
    }
}

/// What everything costs.
pub(super) struct Costs {
    /// Straight-line cost of each node: a function's own, a type's costliest target's.
    pub(super) straight: Vec<u64>,
    /// Loops that can go round: function, offset, gas of one turn.
    pub(super) loops: Vec<(usize, u32, u64)>,
}

impl Costs {
    /// Callees first; a call back into the component being worked on adds nothing but its operator.
    pub(super) fn compute(
        module: &Module,
        bodies: &Bodies,
        graph: &Graph,
        order: &[Vec<usize>],
    ) -> Result<Self, InspectError> {
        let mut costs = Self { straight: vec![0; graph.nodes()], loops: Vec::new() };
        // Host functions by import.
        let hosts: Vec<u64> = module.imports.iter().map(|(name, _)| base(name)).collect();
        for members in order {
            let mut done = Vec::new();
            for node in members {
                let straight = if graph.is_function(*node) {
                    costs.function(module, graph, &hosts, *node)?
                } else {
                    costs.costliest(graph, &hosts, *node)
                };
                done.push((*node, straight));
            }
            // Only now, so that no member sees another's cost.
            for (node, straight) in done {
                if let Some(entry) = costs.straight.get_mut(node) {
                    *entry = straight;
                }
            }
        }
        debug_assert_eq!(bodies.facts.len(), module.functions.len());
        Ok(costs)
    }

    fn of(&self, node: usize) -> u64 {
        self.straight.get(node).copied().unwrap_or_default()
    }

    /// The costliest target of an indirect call; targets in the component being worked on have no cost yet.
    fn costliest(&self, graph: &Graph, hosts: &[u64], node: usize) -> u64 {
        let own = graph.edges(node).iter().map(|target| self.of(*target));
        let host = graph.targets_of(node).iter().filter_map(|index| hosts.get(*index as usize).copied());
        own.chain(host).max().unwrap_or_default()
    }

    fn function(&mut self, module: &Module, graph: &Graph, hosts: &[u64], at: usize) -> Result<u64, InspectError> {
        let Some(function) = module.functions.get(at) else { return Ok(0) };
        let body = module.body(function);
        let mut segments = segments(&body)?.into_iter().peekable();
        let mut way =
            Way { here: Some(0), worst: 0, frames: vec![Frame::new(Kind::Block, 0, None)], turns: Vec::new() };
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let (operator, offset) = reader.read_with_offset()?;
            let charged = segments.next_if(|segment| segment.offset as u64 == offset);
            way.pay(charged.map_or(0, |segment| segment.cost));
            match &operator {
                Operator::Call { function_index } => {
                    let own = function_index.checked_sub(module.imported());
                    let host = hosts.get(*function_index as usize).copied();
                    way.pay(own.map_or(host.unwrap_or_default(), |at| self.of(at as usize)));
                }
                Operator::CallIndirect { type_index, .. } => {
                    way.pay(graph.node_of(module, *type_index).map_or(0, |node| self.of(node)));
                }
                other => way.step(other, small(usize::try_from(offset).unwrap_or(usize::MAX))),
            }
        }
        self.loops.extend(way.turns.iter().map(|(offset, turn)| (at, *offset, *turn)));
        Ok(way.worst)
    }
}

/// Gas of one call of a host function.
fn base(name: &str) -> u64 {
    zera_vm::host::lookup(name).map_or(0, |function| function.base)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Block,
    Loop,
    If,
}

/// A label that branches can go to.
struct Frame {
    kind: Kind,
    offset: u32,
    /// Cost of the way to its beginning.
    begin: Option<u64>,
    /// Cost of the costliest branch to its end; for a loop, of the costliest turn.
    joined: Option<u64>,
}

impl Frame {
    fn new(kind: Kind, offset: u32, begin: Option<u64>) -> Self {
        Self { kind, offset, begin, joined: None }
    }
}

/// The pass over one body.
struct Way {
    /// Cost of the costliest way to here; none where nothing gets to.
    here: Option<u64>,
    /// Cost of the costliest way that has ended, however it did.
    worst: u64,
    frames: Vec<Frame>,
    /// Offset and cost of each loop's turn.
    turns: Vec<(u32, u64)>,
}

impl Way {
    fn pay(&mut self, cost: u64) {
        self.here = self.here.map(|here| here.saturating_add(cost));
    }

    /// This way goes no further.
    fn stop(&mut self) {
        self.worst = self.worst.max(self.here.take().unwrap_or_default());
    }

    fn branch(&mut self, depth: u32) {
        let at = self.frames.len().checked_sub(1).and_then(|last| last.checked_sub(depth as usize));
        let Some(frame) = at.and_then(|at| self.frames.get_mut(at)) else { return };
        let cost = match (frame.kind, self.here, frame.begin) {
            // A way that is too long to count has a turn that is.
            (Kind::Loop, Some(u64::MAX), _) => Some(u64::MAX),
            (Kind::Loop, Some(here), Some(begin)) => Some(here.saturating_sub(begin)),
            (_, here, _) => here,
        };
        frame.joined = frame.joined.max(cost);
        if frame.kind == Kind::Loop {
            self.worst = self.worst.max(self.here.unwrap_or_default());
        }
    }

    fn step(&mut self, operator: &Operator<'_>, offset: u32) {
        match operator {
            Operator::Block { .. } => self.frames.push(Frame::new(Kind::Block, offset, self.here)),
            Operator::Loop { .. } => self.frames.push(Frame::new(Kind::Loop, offset, self.here)),
            Operator::If { .. } => self.frames.push(Frame::new(Kind::If, offset, self.here)),
            Operator::Else => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.joined = frame.joined.max(self.here);
                    self.here = frame.begin;
                    // Its end joins both arms, not the way past the first one.
                    frame.kind = Kind::Block;
                }
            }
            Operator::End => self.end(),
            Operator::Br { relative_depth } => {
                self.branch(*relative_depth);
                self.stop_branching();
            }
            Operator::BrIf { relative_depth } => self.branch(*relative_depth),
            Operator::BrTable { targets } => {
                targets.targets().flatten().chain([targets.default()]).for_each(|depth| self.branch(depth));
                self.stop_branching();
            }
            Operator::Return | Operator::Unreachable => self.stop(),
            _ => {}
        }
    }

    /// The way goes on elsewhere.
    fn stop_branching(&mut self) {
        self.here = None;
    }

    fn end(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        match frame.kind {
            Kind::Loop => self.turns.extend(frame.joined.map(|turn| (frame.offset, turn))),
            Kind::Block => self.here = self.here.max(frame.joined),
            Kind::If => self.here = self.here.max(frame.joined).max(frame.begin),
        }
        if self.frames.is_empty() {
            self.stop();
        }
    }
}
