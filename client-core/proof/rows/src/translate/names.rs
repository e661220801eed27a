//! Names of functions and operators, for messages.

use alloc::{borrow::ToOwned, collections::BTreeMap, format, string::String};
use wasmparser::{CustomSectionReader, KnownCustom, Name};

/// Most characters of a name in a message.
const CHARACTERS: usize = 200;

/// Names of a module's functions.
#[derive(Default)]
pub(super) struct Names {
    /// From the `name` section.
    own: BTreeMap<u32, String>,
    /// From exports: the first that names it.
    exported: BTreeMap<u32, String>,
}

impl Names {
    /// Notes an export.
    pub(super) fn export(&mut self, function: u32, name: &str) {
        self.exported.entry(function).or_insert_with(|| name.chars().take(CHARACTERS).collect());
    }

    /// Notes the names of a `name` section; any other one is ignored, and so is what is malformed.
    pub(super) fn section(&mut self, section: &CustomSectionReader<'_>) {
        let KnownCustom::Name(names) = section.as_known() else { return };
        for name in names.flatten() {
            let Name::Function(map) = name else { continue };
            for naming in map.into_iter().flatten() {
                self.own.entry(naming.index).or_insert_with(|| naming.name.chars().take(CHARACTERS).collect());
            }
        }
    }

    /// The function as messages name it.
    pub(super) fn of(&self, function: u32) -> String {
        let name = self.own.get(&function).or_else(|| self.exported.get(&function));
        name.map_or_else(|| format!("function {function}"), |name| format!("function {function} ({})", name.to_owned()))
    }
}
