//! What refers to functions from outside of bodies: exports, the start function, table entries. Compared once it is known
//! which function is which.

use super::matching::{Pairs, Side};
use crate::{
    module::Module,
    surface::{Row, Surface, What, differing},
};
use zera_primitives::Hash;

/// Entries compared one by one, of all segments together: as many as a table can have. More count as one a segment.
const SLOTS: usize = 10_000;

/// Rows of targets, start function and table entries that differ.
pub(super) fn rows(old: &Side<'_>, new: &Side<'_>, pairs: &Pairs, old_labels: &[String]) -> Vec<Row> {
    let label = |index: u32| old_labels.get(index as usize).map_or("?", String::as_str);
    let before = references(old.module, &label);
    let after = references(new.module, &|index| new.module.label(index));
    let mut rows = differing(&before, &after).0;
    for (name, index) in &old.module.exports {
        let Some(now) = new.module.exports.get(name) else { continue };
        // Imports are the same by their name, own functions by their pair.
        let partner = index.checked_sub(old.module.imported()).map_or_else(
            || new.module.imports.iter().position(|(name, _)| Some(name) == import(old.module, *index)),
            |at| {
                let partner = pairs.old.get(at as usize).copied().flatten();
                partner.map(|(partner, _)| partner.saturating_add(new.module.imports.len()))
            },
        );
        if partner != Some(*now as usize) {
            let (old, new) = (Some(label(*index).to_owned()), Some(new.module.label(*now).to_owned()));
            rows.push(Row { what: What::Target, name: name.clone(), old, new });
        }
    }
    rows
}

fn import(module: &Module, index: u32) -> Option<&String> {
    module.imports.get(index as usize).map(|(name, _)| name)
}

/// The start function and all table entries, by label.
fn references<'l>(module: &Module, label: &dyn Fn(u32) -> &'l str) -> Surface {
    let mut all = Surface::new();
    if let Some(start) = module.start {
        all.insert((What::Start, String::new()), label(start).to_owned());
    }
    let mut left = SLOTS;
    for (at, segment) in module.elements.iter().enumerate() {
        let place = segment.at.as_deref().unwrap_or("passive");
        all.insert((What::Element, format!("{at}")), format!("{place}, {} entries", segment.items.len()));
        let text = |item: &Option<u32>| item.map_or("null", label).to_owned();
        for (slot, item) in segment.items.iter().take(left).enumerate() {
            all.insert((What::Element, format!("{at}.{slot:05}")), text(item));
        }
        let rest: Vec<String> = segment.items.iter().skip(left).map(text).collect();
        if !rest.is_empty() {
            let digest: String = Hash::of(rest.join("\n").as_bytes()).to_hex().chars().take(16).collect();
            all.insert((What::Element, format!("{at}.{left:05} …")), format!("{} more, {digest}…", rest.len()));
        }
        left = left.saturating_sub(segment.items.len());
    }
    all
}
