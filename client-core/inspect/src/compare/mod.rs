//! Function by function, what changed from one module to another.
//!
//! Functions are paired ([`Matched`] says why), and two of a pair are the same exactly when their bodies are equal once
//! types stand for their signatures, imports for their names and own functions for their pairs. So a new import, which
//! shifts every index, changes no function; and a body that calls another function than before is changed even if its
//! bytes are equal. What functions do not hold (tables, data, globals …) is in [`crate::surface_rows`].

mod forms;
mod lines;
mod matching;
mod tables;

pub use lines::{DiffLine, Hunk, LineKind};
pub use matching::Matched;

use crate::{
    disassembly::functions_text,
    error::InspectError,
    module::{FunctionInfo, Module, small},
    surface::{Row, surface_rows},
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use forms::Form;
use matching::{Pairs, Side};
use std::collections::BTreeSet;
use zera_primitives::Hash;

/// Bytes of bodies that are written as text at once; it spreads the cost of the types over several functions.
const BATCH: usize = 32 << 10;
/// Lines of hunks that one [`Difference`] holds; of functions beyond it the counts are there, and the lines come from
/// [`Comparison::detail`].
pub const HUNK_LINES: usize = 40_000;

/// How far a comparison is, in bytes of bodies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Progress {
    /// Worked through.
    pub done: u64,
    /// All there is; never changes.
    pub total: u64,
}

impl Progress {
    /// True when there is nothing left to do.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.done >= self.total
    }
}

/// A function that differs.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct ChangedFunction {
    /// In the old code.
    pub old: FunctionInfo,
    /// In the new code; its label stands for both in the lines.
    pub new: FunctionInfo,
    /// Why these two are held for one function.
    pub matched: Matched,
    /// True when the operators are the same and only values of constants differ: numbers, or addresses that moved.
    pub constants_only: bool,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
    /// What changed.
    pub hunks: Vec<Hunk>,
    /// True when lines are left out, for [`HUNK_LINES`] or because the text itself is too long.
    pub cut: bool,
}

/// What changed from one module to another.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct Difference {
    /// What the modules offer, reach and carry, where it differs.
    pub rows: Vec<Row>,
    /// Exports, imports and parameters that are the same.
    pub same_rows: u32,
    /// Functions that are the same.
    pub same: u32,
    /// Functions that only the new code has.
    pub added: Vec<FunctionInfo>,
    /// Functions that only the old code has.
    pub removed: Vec<FunctionInfo>,
    /// Functions that differ, in the new code's order.
    pub changed: Vec<ChangedFunction>,
}

/// A pair that differs, as positions among the own functions.
struct Item {
    old: usize,
    new: usize,
    matched: Matched,
    constants_only: bool,
}

/// What is done next.
enum Stage {
    /// Reads bodies into forms, the old module's first.
    Forms,
    /// Finds the pairs, at once.
    Pairs,
    /// Writes and compares the changed functions from this one of [`Comparison::todo`] on.
    Lines(usize),
}

/// A comparison in steps, so that a caller can report progress and stop between them. Sans-IO, deterministic.
pub struct Comparison {
    old: Module,
    new: Module,
    old_forms: Vec<Form>,
    new_forms: Vec<Form>,
    /// Labels of the old functions: those of their partners, so that both sides' lines name them alike.
    old_labels: Vec<String>,
    /// Changed functions.
    todo: Vec<Item>,
    stage: Stage,
    progress: Progress,
    lines: usize,
    found: Difference,
}

impl Comparison {
    /// Checks both modules and prepares their comparison; [`Comparison::step`] does the work.
    ///
    /// # Errors
    /// [`InspectError::Profile`].
    pub fn new(old: Vec<u8>, new: Vec<u8>) -> Result<Self, InspectError> {
        let (old, new) = (Module::read(old)?, Module::read(new)?);
        let (rows, same_rows) = surface_rows(&old, &new);
        // Each body is read once for its form and at most once for its text; the pairs count as much as one byte.
        let total = bodies(&old).saturating_add(bodies(&new)).saturating_mul(2).saturating_add(1);
        Ok(Self {
            old,
            new,
            old_forms: Vec::new(),
            new_forms: Vec::new(),
            old_labels: Vec::new(),
            todo: Vec::new(),
            stage: Stage::Forms,
            progress: Progress { done: 0, total },
            lines: 0,
            found: Difference { rows, same_rows, ..Difference::default() },
        })
    }

    /// Works through about `budget` bytes of bodies, at least one function; 65,536 take a few milliseconds. The step that
    /// finds the pairs, once in the middle, is not divided.
    ///
    /// # Errors
    /// [`InspectError::Text`].
    pub fn step(&mut self, budget: u64) -> Result<Progress, InspectError> {
        let until = self.progress.done.saturating_add(budget.max(1)).min(self.progress.total);
        while self.progress.done < until {
            match self.stage {
                Stage::Forms => self.next_form()?,
                Stage::Pairs => self.find_pairs(),
                Stage::Lines(at) => self.next_lines(at)?,
            }
        }
        Ok(self.progress)
    }

    /// Works to the end.
    ///
    /// # Errors
    /// [`InspectError::Text`].
    pub fn finish(mut self) -> Result<Difference, InspectError> {
        while !self.step(u64::MAX)?.is_complete() {}
        Ok(self.found)
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// What was found; all of it once the progress is complete.
    #[must_use]
    pub fn difference(&self) -> &Difference {
        &self.found
    }

    /// The old module.
    #[must_use]
    pub fn old(&self) -> &Module {
        &self.old
    }

    /// The new module.
    #[must_use]
    pub fn new_module(&self) -> &Module {
        &self.new
    }

    /// All lines of one changed function, named by its index in the new code; for those that [`HUNK_LINES`] cut.
    ///
    /// # Errors
    /// [`InspectError::NoFunction`] for a function that is not among the changed ones.
    pub fn detail(&self, new: u32) -> Result<ChangedFunction, InspectError> {
        let at = new.checked_sub(self.new.imported()).map(|at| at as usize);
        let found = self.todo.iter().find(|item| Some(item.new) == at);
        let item = found.ok_or(InspectError::NoFunction(new))?;
        self.compare(std::slice::from_ref(item))?.pop().ok_or(InspectError::NoFunction(new))
    }

    fn next_form(&mut self) -> Result<(), InspectError> {
        for (module, forms) in [(&self.old, &mut self.old_forms), (&self.new, &mut self.new_forms)] {
            if let Some(function) = module.functions.get(forms.len()) {
                forms.push(forms::form(module, function)?);
                self.progress.done = self.progress.done.saturating_add(function.body.len() as u64);
                return Ok(());
            }
        }
        self.stage = Stage::Pairs;
        Ok(())
    }

    fn find_pairs(&mut self) {
        let old = Side { module: &self.old, forms: &self.old_forms };
        let new = Side { module: &self.new, forms: &self.new_forms };
        let pairs = matching::pairs(&old, &new);
        self.old_labels = labels(&self.old, &self.new, &pairs);
        self.found.rows.extend(tables::rows(&old, &new, &pairs, &self.old_labels));
        self.found.rows.sort_by(|one, other| (one.what, &one.name).cmp(&(other.what, &other.name)));
        let info = |module: &Module, at: usize| module.function(module.imported().saturating_add(small(at)));
        let alone = |at: &usize| pairs.old.get(*at) == Some(&None);
        self.found.removed = (0..self.old_forms.len()).filter(alone).filter_map(|at| info(&self.old, at)).collect();
        for (at, partner) in pairs.new.iter().enumerate() {
            let Some(partner) = *partner else {
                self.found.added.extend(info(&self.new, at));
                continue;
            };
            let matched = pairs.old.get(partner).copied().flatten().map_or(Matched::Body, |(_, matched)| matched);
            if same(&old, &new, &pairs, (partner, at), |form| form.skeleton) {
                self.found.same = self.found.same.saturating_add(1);
            } else {
                let constants_only = same(&old, &new, &pairs, (partner, at), |form| form.shape);
                self.todo.push(Item { old: partner, new: at, matched, constants_only });
            }
        }
        let rest: u64 = self.todo.iter().map(|item| self.cost(item)).sum();
        // What is the same needs no text: done at once.
        self.progress.done = self.progress.total.saturating_sub(rest);
        self.stage = Stage::Lines(0);
    }

    /// Bytes of both bodies of a pair.
    fn cost(&self, item: &Item) -> u64 {
        let bytes =
            |module: &Module, at: usize| module.functions.get(at).map_or(0, |function| function.body.len() as u64);
        bytes(&self.old, item.old).saturating_add(bytes(&self.new, item.new))
    }

    fn next_lines(&mut self, from: usize) -> Result<(), InspectError> {
        let mut to = from;
        let mut bytes = 0u64;
        while let Some(item) = self.todo.get(to) {
            bytes = bytes.saturating_add(self.cost(item));
            to = to.saturating_add(1);
            if bytes >= BATCH as u64 {
                break;
            }
        }
        for mut changed in self.compare(self.todo.get(from..to).unwrap_or_default())? {
            let lines: usize = changed.hunks.iter().map(|hunk| hunk.lines.len()).sum();
            self.lines = self.lines.saturating_add(lines);
            if self.lines > HUNK_LINES {
                self.lines = self.lines.saturating_sub(lines);
                changed.hunks.clear();
                changed.cut = true;
            }
            self.found.changed.push(changed);
        }
        self.stage = Stage::Lines(to);
        self.progress.done = self.progress.done.saturating_add(bytes);
        if to >= self.todo.len() {
            self.progress.done = self.progress.total;
        }
        Ok(())
    }

    /// Writes and compares some pairs.
    fn compare(&self, items: &[Item]) -> Result<Vec<ChangedFunction>, InspectError> {
        let index = |module: &Module, at: usize| module.imported().saturating_add(small(at));
        let old: Vec<u32> = items.iter().map(|item| index(&self.old, item.old)).collect();
        let new: Vec<u32> = items.iter().map(|item| index(&self.new, item.new)).collect();
        let before = functions_text(&self.old, &self.old_labels, &old)?;
        let after = functions_text(&self.new, &self.new.labels, &new)?;
        let mut all = Vec::new();
        for (((item, before), after), (old, new)) in items.iter().zip(before).zip(after).zip(old.iter().zip(new)) {
            let (hunks, added, removed) = lines::hunks(&before, &after);
            all.push(ChangedFunction {
                old: self.old.function(*old).ok_or(InspectError::NoFunction(*old))?,
                new: self.new.function(new).ok_or(InspectError::NoFunction(new))?,
                matched: item.matched,
                constants_only: item.constants_only,
                added,
                removed,
                hunks,
                cut: before.cut || after.cut,
            });
        }
        Ok(all)
    }
}

fn bodies(module: &Module) -> u64 {
    module.functions.iter().map(|function| function.body.len() as u64).sum()
}

/// True when the two of a pair differ in nothing but numbering, as far as `of` tells their operators apart.
fn same(old: &Side<'_>, new: &Side<'_>, pairs: &Pairs, pair: (usize, usize), of: fn(&Form) -> Hash) -> bool {
    let (Some(one), Some(two)) = (old.forms.get(pair.0), new.forms.get(pair.1)) else { return false };
    let partner = |index: &u32| {
        let at = index.checked_sub(old.module.imported())?;
        pairs.old.get(at as usize).copied().flatten().map(|(partner, _)| partner)
    };
    let theirs = |index: &u32| index.checked_sub(new.module.imported()).map(|at| at as usize);
    of(one) == of(two)
        && one.named.len() == two.named.len()
        && one
            .named
            .iter()
            .zip(&two.named)
            .all(|(ours, other)| partner(ours).is_some() && partner(ours) == theirs(other))
}

/// Labels of all old functions: the partner's where there is one, else their own, told apart from the new code's.
fn labels(old: &Module, new: &Module, pairs: &Pairs) -> Vec<String> {
    let taken: BTreeSet<&str> = new.labels.iter().map(String::as_str).collect();
    let own = old.labels.iter().skip(old.imports.len()).zip(&pairs.old).map(|(label, partner)| match partner {
        Some((partner, _)) => new.label(new.imported().saturating_add(small(*partner))).to_owned(),
        None if taken.contains(label.as_str()) => format!("old.{label}"),
        None => label.clone(),
    });
    let imports = old.labels.iter().take(old.imports.len()).cloned();
    imports.chain(own).collect()
}
