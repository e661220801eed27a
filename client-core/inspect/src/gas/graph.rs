//! Who can call whom. Nodes are the own functions and, behind them, the types of indirect calls: a function leads to the
//! type it calls through, and the type to every function of that type that ever gets into a table.

use super::ways::Bodies;
use crate::module::Module;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::FuncType;

pub(super) struct Graph {
    functions: usize,
    /// Nodes that each node leads to, own functions first.
    edges: Vec<Vec<usize>>,
    /// Node of each type that indirect calls name.
    types: BTreeMap<FuncType, usize>,
    /// Functions (imports counted first) of each type node.
    targets: Vec<Vec<u32>>,
}

impl Graph {
    pub(super) fn new(module: &Module, bodies: &Bodies) -> Self {
        let functions = module.functions.len();
        let mut graph =
            Self { functions, edges: vec![Vec::new(); functions], types: BTreeMap::new(), targets: Vec::new() };
        let mut by_type: BTreeMap<&FuncType, BTreeSet<u32>> = BTreeMap::new();
        let listed = module.elements.iter().flat_map(|segment| segment.items.iter().flatten());
        for index in listed.chain(&module.referred).chain(&bodies.referred) {
            if let Some(ty) = module.types.get(module.type_of(*index) as usize) {
                by_type.entry(ty).or_default().insert(*index);
            }
        }
        for (function, facts) in bodies.facts.iter().enumerate() {
            let mut edges: Vec<usize> = facts.calls.iter().map(|at| *at as usize).collect();
            let called: BTreeSet<u32> = facts.indirect.iter().map(|(_, ty)| *ty).collect();
            edges.extend(called.into_iter().filter_map(|ty| graph.type_node(module, &by_type, ty)));
            if let Some(all) = graph.edges.get_mut(function) {
                *all = edges;
            }
        }
        graph
    }

    /// The node of a type, made when it is first named.
    fn type_node(&mut self, module: &Module, all: &BTreeMap<&FuncType, BTreeSet<u32>>, ty: u32) -> Option<usize> {
        let ty = module.types.get(ty as usize)?;
        if let Some(known) = self.types.get(ty) {
            return Some(*known);
        }
        let node = self.edges.len();
        let targets: Vec<u32> = all.get(ty).into_iter().flatten().copied().collect();
        let own = targets.iter().filter_map(|index| index.checked_sub(module.imported()));
        self.edges.push(own.map(|at| at as usize).collect());
        self.targets.push(targets);
        self.types.insert(ty.clone(), node);
        Some(node)
    }

    pub(super) fn is_function(&self, node: usize) -> bool {
        node < self.functions
    }

    /// The node of a type that some indirect call names.
    pub(super) fn node_of(&self, module: &Module, ty: u32) -> Option<usize> {
        self.types.get(module.types.get(ty as usize)?).copied()
    }

    /// Functions, imports counted first, that an indirect call through this type can reach.
    pub(super) fn targets(&self, module: &Module, ty: u32) -> &[u32] {
        self.node_of(module, ty).map_or(&[], |node| self.targets_of(node))
    }

    /// The same, by the type's node.
    pub(super) fn targets_of(&self, node: usize) -> &[u32] {
        node.checked_sub(self.functions).and_then(|at| self.targets.get(at)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn nodes(&self) -> usize {
        self.edges.len()
    }

    pub(super) fn edges(&self, node: usize) -> &[usize] {
        self.edges.get(node).map_or(&[], Vec::as_slice)
    }

    /// Direct calls only, or all.
    fn next(&self, node: usize, at: usize, indirect: bool) -> Option<Option<usize>> {
        let to = *self.edges(node).get(at)?;
        Some((indirect || (self.is_function(node) && self.is_function(to))).then_some(to))
    }

    /// True when these nodes of one component are on a cycle.
    pub(super) fn cycles(&self, members: &[usize], indirect: bool) -> bool {
        match members {
            [one] => (indirect || self.is_function(*one)) && self.edges(*one).contains(one),
            _ => members.len() > 1,
        }
    }

    /// Strongly connected components, callees before callers: Tarjan's algorithm with its own stack.
    pub(super) fn components(&self, indirect: bool) -> Vec<Vec<usize>> {
        const NEW: u32 = 0;
        let count = self.nodes();
        let (mut index, mut low) = (vec![NEW; count], vec![NEW; count]);
        let mut on_stack = vec![false; count];
        let (mut stack, mut found, mut clock) = (Vec::new(), Vec::new(), NEW);
        for root in 0..count {
            if index[root] != NEW {
                continue;
            }
            // Nodes on the way from the root, with the next edge to follow.
            let mut way = vec![(root, 0usize)];
            while let Some((node, at)) = way.last_mut() {
                let node = *node;
                if *at == 0 {
                    clock = clock.saturating_add(1);
                    (index[node], low[node], on_stack[node]) = (clock, clock, true);
                    stack.push(node);
                }
                let edge = self.next(node, *at, indirect);
                *at = at.saturating_add(1);
                match edge {
                    Some(Some(to)) if index[to] == NEW => way.push((to, 0)),
                    Some(Some(to)) if on_stack[to] => low[node] = low[node].min(index[to]),
                    Some(_) => {}
                    None => {
                        way.pop();
                        if let Some((parent, _)) = way.last() {
                            low[*parent] = low[*parent].min(low[node]);
                        }
                        if low[node] == index[node] {
                            let mut members = Vec::new();
                            while let Some(member) = stack.pop() {
                                on_stack[member] = false;
                                members.push(member);
                                if member == node {
                                    break;
                                }
                            }
                            found.push(members);
                        }
                    }
                }
            }
        }
        found
    }

    /// Which nodes a call of these can reach, themselves included.
    pub(super) fn reachable(&self, roots: &[usize]) -> Vec<bool> {
        let mut reached = vec![false; self.nodes()];
        let mut open = roots.to_vec();
        while let Some(node) = open.pop() {
            match reached.get_mut(node) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            open.extend(self.edges(node).iter().copied().filter(|to| reached.get(*to) == Some(&false)));
        }
        reached
    }
}
