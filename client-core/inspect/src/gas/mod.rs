//! What a call can cost, read off the code by the chain's own schedule ([`zera_vm::gas`]), export by export.
//!
//! **Straight-line cost** of a function: the gas of its most expensive way through that goes round no loop twice. Every
//! basic block on the way is charged where instrumentation charges it; a direct call adds 5 and the callee's straight-line
//! cost, an indirect call 10 and that of the costliest function it can reach, a host function its base. Not in it, and
//! listed instead: further turns of loops, calls back into a recursion, gas per byte of host functions and what they
//! cause elsewhere, and operators whose work depends on an operand. So a call that needs none of these never costs more
//! than begin + start + straight, and exactly that when there is only one way through. `u64::MAX` means "at least".
//!
//! **One turn of a loop**: the most expensive way from its header back to it, loops inside taken once.

mod graph;
mod ways;

use crate::{
    error::InspectError,
    module::{Module, small},
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use graph::Graph;
use std::collections::{BTreeMap, BTreeSet};
use ways::{Bodies, Costs, Facts};

/// Exports that are analysed.
pub const EXPORTS: usize = 256;
/// Things of one kind listed for one export, the costliest first; the total is always given.
pub const LISTED: usize = 24;
/// Functions named in one recursion or as targets of one indirect call.
pub const NAMED: usize = 12;

/// The first [`LISTED`] or [`NAMED`] of some things.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Listed<T> {
    /// The first ones.
    pub first: Vec<T>,
    /// How many there are.
    pub total: u32,
}

/// A place in a function.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Site {
    /// Index of the function, imports first.
    pub function: u32,
    /// Its label.
    pub label: String,
    /// Offset in the module.
    pub offset: u32,
}

/// A loop that can go round.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Loop {
    /// Its header.
    pub site: Site,
    /// Gas of one turn at its most expensive.
    pub turn: u64,
}

/// Functions that can call themselves, each reaching every other.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Recursion {
    /// Their labels.
    pub functions: Listed<String>,
    /// True when they do it by direct calls; otherwise only if an indirect call goes to the wrong target.
    pub direct: bool,
}

/// A call whose target is chosen when it runs.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct IndirectCall {
    /// Where.
    pub site: Site,
    /// The signature its target must have.
    pub signature: String,
    /// Labels of all functions of that signature that ever get into a table.
    pub targets: Listed<String>,
}

/// A host function that is called.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct HostCall {
    /// Its name.
    pub name: String,
    /// Places that call it.
    pub sites: u32,
    /// Gas of one call.
    pub base: u64,
    /// Gas per byte moved.
    pub per_byte: u64,
}

/// What an operand counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Unit {
    /// Pages of 64 KiB: [`zera_vm::gas::PAGE`] gas each.
    Pages,
    /// Bytes: one gas for each 2^[`zera_vm::gas::BULK_SHIFT`].
    Bytes,
    /// Table entries: one gas each.
    Entries,
}

/// An operator whose gas depends on an operand.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct OperandCharge {
    /// Where.
    pub site: Site,
    /// The operator in text format, such as `memory.grow`.
    pub operator: String,
    /// What its operand counts.
    pub unit: Unit,
}

/// What calling one export can cost. Lists cover all functions that the call can reach, the start function's included.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct ExportGas {
    /// The export.
    pub export: String,
    /// Gas before the first operator: instance, initial memory, size of the code.
    pub begin: u64,
    /// Straight-line cost of the start function, 0 without one.
    pub start: u64,
    /// Straight-line cost of the export itself.
    pub straight: u64,
    /// Own functions that the call can reach.
    pub functions: u32,
    /// Loops, the most expensive turn first.
    pub loops: Listed<Loop>,
    /// Recursions.
    pub recursions: Listed<Recursion>,
    /// Indirect calls.
    pub indirect: Listed<IndirectCall>,
    /// Host functions, by name.
    pub hosts: Vec<HostCall>,
    /// Operators whose gas depends on an operand.
    pub operands: Listed<OperandCharge>,
}

impl ExportGas {
    /// Begin, start and straight-line cost together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.begin.saturating_add(self.start).saturating_add(self.straight)
    }
}

/// The static gas of a module.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Analysis {
    /// By name.
    pub exports: Vec<ExportGas>,
    /// Exported functions beyond [`EXPORTS`], which are not analysed.
    pub left_out: u32,
}

/// One export in the old and the new code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct GasRow {
    /// The export.
    pub export: String,
    /// In the old code; none when absent.
    pub old: Option<ExportGas>,
    /// In the new code; none when absent.
    pub new: Option<ExportGas>,
}

/// The static gas of two modules side by side.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct GasComparison {
    /// By export.
    pub rows: Vec<GasRow>,
    /// Exported functions not analysed, old and new.
    pub left_out: (u32, u32),
}

/// Puts two analyses side by side.
#[must_use]
pub fn compare_gas(old: &Analysis, new: &Analysis) -> GasComparison {
    let mut rows: BTreeMap<&str, GasRow> = BTreeMap::new();
    for (analysis, is_new) in [(old, false), (new, true)] {
        for export in &analysis.exports {
            let name = export.export.as_str();
            let row = rows.entry(name).or_insert_with(|| GasRow { export: name.into(), old: None, new: None });
            if is_new { row.new = Some(export.clone()) } else { row.old = Some(export.clone()) }
        }
    }
    GasComparison { rows: rows.into_values().collect(), left_out: (old.left_out, new.left_out) }
}

/// Analyses every export that is a function of the module's own, up to [`EXPORTS`]. About linear in the size of the code
/// for the costs, and in exports times calls for what each can reach.
///
/// # Errors
/// [`InspectError::Profile`], never for a [`Module`].
pub fn analyse(module: &Module) -> Result<Analysis, InspectError> {
    let bodies = Bodies::read(module)?;
    let graph = Graph::new(module, &bodies);
    let order = graph.components(true);
    let costs = Costs::compute(module, &bodies, &graph, &order)?;
    let whole = Whole::new(module, &bodies, &graph, costs, &order);
    let own = |index: &u32| index.checked_sub(module.imported()).map(|at| at as usize);
    let exported: Vec<(&String, usize)> =
        module.exports.iter().filter_map(|(name, index)| Some((name, own(index)?))).collect();
    let left_out = small(exported.len().saturating_sub(EXPORTS));
    let start = module.start.as_ref().and_then(own);
    let exports = exported.into_iter().take(EXPORTS).map(|(name, at)| whole.export(name, at, start)).collect();
    Ok(Analysis { exports, left_out })
}

/// Everything known of the module, from which each export picks what it reaches.
struct Whole<'m> {
    module: &'m Module,
    graph: &'m Graph,
    facts: &'m [Facts],
    costs: Costs,
    /// All loops, the most expensive turn first: function, offset, turn.
    loops: Vec<(usize, u32, u64)>,
    /// All recursions: functions, direct.
    recursions: Vec<(Vec<usize>, bool)>,
}

impl<'m> Whole<'m> {
    fn new(module: &'m Module, bodies: &'m Bodies, graph: &'m Graph, costs: Costs, order: &[Vec<usize>]) -> Self {
        let mut loops = costs.loops.clone();
        loops.sort_unstable_by_key(|(function, offset, turn)| (std::cmp::Reverse(*turn), *function, *offset));
        let direct: BTreeSet<usize> =
            graph.components(false).into_iter().filter(|members| graph.cycles(members, false)).flatten().collect();
        let cyclic = order.iter().filter(|members| graph.cycles(members, true));
        let recursions = cyclic.map(|members| {
            let mut functions: Vec<usize> = members.iter().copied().filter(|node| graph.is_function(*node)).collect();
            functions.sort_unstable();
            let is_direct = functions.iter().any(|function| direct.contains(function));
            (functions, is_direct)
        });
        let recursions = recursions.collect();
        Self { module, graph, facts: &bodies.facts, costs, loops, recursions }
    }

    fn export(&self, name: &str, at: usize, start: Option<usize>) -> ExportGas {
        let roots: Vec<usize> = start.into_iter().chain([at]).collect();
        let reached = self.graph.reachable(&roots);
        let is_reached = |function: usize| reached.get(function) == Some(&true);
        let functions = (0..self.facts.len()).filter(|function| is_reached(*function));
        let facts = || self.facts.iter().enumerate().filter(|(function, _)| is_reached(*function));
        let loops = self.loops.iter().filter(|(function, _, _)| is_reached(*function));
        let recursions =
            self.recursions.iter().filter(|(list, _)| list.first().is_some_and(|first| is_reached(*first)));
        let indirect = facts().flat_map(|(at, facts)| facts.indirect.iter().map(move |site| (at, site)));
        let operands = facts().flat_map(|(at, facts)| facts.operands.iter().map(move |site| (at, site)));
        let mut hosts: BTreeMap<u32, u32> = BTreeMap::new();
        for (import, sites) in facts().flat_map(|(_, facts)| &facts.hosts) {
            let count = hosts.entry(*import).or_default();
            *count = count.saturating_add(*sites);
        }
        let mut hosts: Vec<HostCall> = hosts.into_iter().filter_map(|(index, sites)| self.host(index, sites)).collect();
        hosts.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let straight = |at: usize| self.costs.straight.get(at).copied().unwrap_or_default();
        ExportGas {
            export: name.into(),
            begin: self.module.info().begin_gas(),
            start: start.map_or(0, straight),
            straight: straight(at),
            functions: small(functions.count()),
            loops: listed(loops, LISTED, |(function, offset, turn)| Loop {
                site: self.site(*function, *offset),
                turn: *turn,
            }),
            recursions: listed(recursions, LISTED, |(list, direct)| Recursion {
                functions: listed(list.iter(), NAMED, |function| self.label(*function)),
                direct: *direct,
            }),
            indirect: listed(indirect, LISTED, |(at, (offset, ty))| IndirectCall {
                site: self.site(at, *offset),
                signature: self.module.signature(*ty),
                targets: listed(self.graph.targets(self.module, *ty).iter(), NAMED, |index| {
                    self.module.label(*index).to_owned()
                }),
            }),
            hosts,
            operands: listed(operands, LISTED, |(at, (offset, operator, unit))| OperandCharge {
                site: self.site(at, *offset),
                operator: (*operator).into(),
                unit: *unit,
            }),
        }
    }

    fn host(&self, index: u32, sites: u32) -> Option<HostCall> {
        let (name, _) = self.module.imports.get(index as usize)?;
        let function = zera_vm::host::lookup(name)?;
        Some(HostCall { name: name.clone(), sites, base: function.base, per_byte: function.per_byte })
    }

    fn label(&self, function: usize) -> String {
        self.module.label(self.module.imported().saturating_add(small(function))).into()
    }

    fn site(&self, function: usize, offset: u32) -> Site {
        let index = self.module.imported().saturating_add(small(function));
        Site { function: index, label: self.label(function), offset }
    }
}

/// The first `most` things, made only when they are listed.
fn listed<I: Iterator, T>(things: I, most: usize, make: impl Fn(I::Item) -> T) -> Listed<T> {
    let mut list = Listed { first: Vec::new(), total: 0 };
    for thing in things {
        if list.first.len() < most {
            list.first.push(make(thing));
        }
        list.total = list.total.saturating_add(1);
    }
    list
}
