//! Which function of the old code is which of the new. A wrong pair hides nothing: what differs between the two of a
//! pair is shown all the same, only with more lines than needed.

use super::forms::{BUCKETS, EMPTY, Form};
use crate::module::Module;
use codec::{Decode, DecodeWithMemTracking, Encode};
use std::collections::BTreeMap;
use zera_primitives::Hash;

/// Rounds in which a body's hash takes in those of the functions it calls.
const ROUNDS: usize = 4;
/// Functions that share one bucket of the sketch and are still looked at; what more share tells nothing.
const CROWD: usize = 24;
/// Buckets of a sketch that must agree before two functions are held for one.
const ALIKE: u32 = 8;

/// What made two functions one pair.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Matched {
    /// They are exported under the same name.
    Export,
    /// They have the same name in the name section.
    Name,
    /// Their bodies, and those of the functions they call, are the same.
    Body,
    /// Functions that are a pair call them at the same place.
    Caller,
    /// Their bodies are alike.
    Similar,
    /// They stand between pairs and have the same signature.
    Position,
}

/// One side of the comparison.
pub(super) struct Side<'m> {
    pub(super) module: &'m Module,
    pub(super) forms: &'m [Form],
}

/// The pairs, by position among the own functions.
pub(super) struct Pairs {
    /// Partner of each old function.
    pub(super) old: Vec<Option<(usize, Matched)>>,
    /// Partner of each new function.
    pub(super) new: Vec<Option<usize>>,
}

/// Finds the pairs. About linear in the number of operators.
pub(super) fn pairs(old: &Side<'_>, new: &Side<'_>) -> Pairs {
    let pairs = Pairs { old: vec![None; old.forms.len()], new: vec![None; new.forms.len()] };
    let mut matching = Matching { old, new, pairs, open: Vec::new() };
    matching.exports();
    matching.names();
    matching.spread();
    matching.bodies();
    matching.similar();
    matching.spread();
    matching.neighbours();
    matching.spread();
    matching.pairs
}

struct Matching<'s, 'm> {
    old: &'s Side<'m>,
    new: &'s Side<'m>,
    pairs: Pairs,
    /// Pairs whose calls were not looked at yet.
    open: Vec<(usize, usize)>,
}

impl Side<'_> {
    fn position(&self, index: u32) -> Option<usize> {
        index.checked_sub(self.module.imported()).map(|at| at as usize).filter(|at| *at < self.forms.len())
    }

    fn digest(&self, at: usize) -> Option<&[u8]> {
        self.module.functions.get(at).map(|function| self.module.digest(function.ty))
    }

    /// Hashes of the bodies, and of what they call, [`ROUNDS`] calls deep.
    fn deep(&self, of: fn(&Form) -> Hash) -> Vec<Hash> {
        let mut hashes: Vec<Hash> = self.forms.iter().map(of).collect();
        for _ in 0..ROUNDS {
            let next = self.forms.iter().map(|form| {
                let mut bytes = of(form).0.to_vec();
                for called in form.named.iter().filter_map(|index| hashes.get(self.position(*index)?)) {
                    bytes.extend_from_slice(&called.0);
                }
                Hash::of(&bytes)
            });
            hashes = next.collect();
        }
        hashes
    }
}

impl Matching<'_, '_> {
    /// Makes a pair of two that have none yet.
    fn pair(&mut self, old: usize, new: usize, matched: Matched) -> bool {
        let (Some(one), Some(other)) = (self.pairs.old.get_mut(old), self.pairs.new.get_mut(new)) else { return false };
        if one.is_some() || other.is_some() {
            return false;
        }
        (*one, *other) = (Some((new, matched)), Some(old));
        self.open.push((old, new));
        true
    }

    fn open_old(&self) -> Vec<usize> {
        (0..self.pairs.old.len()).filter(|at| self.pairs.old.get(*at) == Some(&None)).collect()
    }

    fn open_new(&self) -> Vec<usize> {
        (0..self.pairs.new.len()).filter(|at| self.pairs.new.get(*at) == Some(&None)).collect()
    }

    fn exports(&mut self) {
        let (old, new) = (self.old, self.new);
        for (name, index) in &old.module.exports {
            let other = new.module.exports.get(name).and_then(|index| new.position(*index));
            if let (Some(at), Some(other)) = (old.position(*index), other) {
                self.pair(at, other, Matched::Export);
            }
        }
    }

    /// Pairs what has the same key, in order, when as many have it on both sides.
    fn group<K: Ord>(&mut self, matched: Matched, key: impl Fn(bool, usize) -> Option<K>) {
        let mut groups: BTreeMap<K, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for at in self.open_old() {
            if let Some(key) = key(false, at) {
                groups.entry(key).or_default().0.push(at);
            }
        }
        for at in self.open_new() {
            if let Some((_, members)) = key(true, at).and_then(|key| groups.get_mut(&key)) {
                members.push(at);
            }
        }
        for (old, new) in groups.into_values().filter(|(old, new)| old.len() == new.len()) {
            old.into_iter().zip(new).for_each(|(old, new)| {
                self.pair(old, new, matched);
            });
        }
    }

    fn names(&mut self) {
        let (old, new) = (self.old, self.new);
        let side = |is_new| if is_new { new } else { old };
        self.group(Matched::Name, |is_new, at| {
            let function = side(is_new).module.functions.get(at)?;
            Some((function.stem.clone()?, side(is_new).forms.get(at)?.skeleton))
        });
        self.group(Matched::Name, |is_new, at| side(is_new).module.functions.get(at)?.stem.clone());
    }

    fn bodies(&mut self) {
        let (old, new) = (self.old, self.new);
        let skeleton: fn(&Form) -> Hash = |form| form.skeleton;
        let shape: fn(&Form) -> Hash = |form| form.shape;
        for (of, matched) in [(skeleton, Matched::Body), (shape, Matched::Similar)] {
            let deep = [old.deep(of), new.deep(of)];
            self.group(matched, |is_new, at| deep[usize::from(is_new)].get(at).copied());
            self.spread();
            let side = |is_new| if is_new { new } else { old };
            self.group(matched, |is_new, at| side(is_new).forms.get(at).map(of));
            self.spread();
        }
    }

    /// Follows the calls of pairs: equal bodies call the same functions at the same places, and bodies that changed
    /// mostly do while the signatures called are the same in order.
    fn spread(&mut self) {
        let (old, new) = (self.old, self.new);
        while let Some((at, other)) = self.open.pop() {
            let (Some(one), Some(two)) = (old.forms.get(at), new.forms.get(other)) else { continue };
            let called = |side: &Side<'_>, form: &Form| -> Vec<usize> {
                form.named.iter().filter_map(|index| side.position(*index)).collect()
            };
            let (ours, theirs) = (called(old, one), called(new, two));
            let digests = |(ours, theirs): (&usize, &usize)| old.digest(*ours) == new.digest(*theirs);
            let alike = one.shape == two.shape || (ours.len() == theirs.len() && ours.iter().zip(&theirs).all(digests));
            if alike {
                ours.into_iter().zip(theirs).for_each(|(ours, theirs)| {
                    self.pair(ours, theirs, Matched::Caller);
                });
            }
        }
    }

    /// Pairs the most alike first.
    fn similar(&mut self) {
        let mut index: BTreeMap<(usize, u32), Vec<usize>> = BTreeMap::new();
        for at in self.open_new() {
            for key in self.new.forms.get(at).into_iter().flat_map(buckets) {
                index.entry(key).or_default().push(at);
            }
        }
        let mut found = Vec::new();
        for at in self.open_old() {
            let mut votes: BTreeMap<usize, u32> = BTreeMap::new();
            let Some(form) = self.old.forms.get(at) else { continue };
            for candidates in buckets(form).filter_map(|key| index.get(&key)).filter(|list| list.len() <= CROWD) {
                candidates.iter().for_each(|candidate| {
                    let count = votes.entry(*candidate).or_default();
                    *count = count.saturating_add(1);
                });
            }
            let used = u32::try_from(buckets(form).count()).unwrap_or(u32::MAX);
            let enough = votes.into_iter().filter(|(_, count)| *count >= ALIKE.min(used.div_ceil(2)));
            found.extend(enough.map(|(other, count)| (std::cmp::Reverse(count), at.abs_diff(other), at, other)));
        }
        found.sort_unstable();
        for (_, _, at, other) in found {
            self.pair(at, other, Matched::Similar);
        }
    }

    /// Linkers keep the order of functions: what stands just behind or before a pair and has the same signature.
    fn neighbours(&mut self) {
        for forward in [true, false] {
            let next = |at: usize| if forward { at.checked_add(1) } else { at.checked_sub(1) };
            let mut order: Vec<usize> = (0..self.pairs.old.len()).collect();
            if !forward {
                order.reverse();
            }
            for at in order {
                let partner = self.pairs.old.get(at).copied().flatten();
                let Some((other, _)) = partner else { continue };
                let (Some(at), Some(other)) = (next(at), next(other)) else { continue };
                let fits = self.old.digest(at).is_some() && self.old.digest(at) == self.new.digest(other);
                if fits {
                    self.pair(at, other, Matched::Position);
                }
            }
        }
    }
}

/// The filled buckets of a sketch, as keys.
fn buckets(form: &Form) -> impl Iterator<Item = (usize, u32)> + '_ {
    let full = form.sketch.iter().enumerate().filter(|(_, value)| **value != EMPTY);
    full.map(|(bucket, value)| (bucket, *value)).take(BUCKETS)
}
