//! What the table says about one host function.

use super::table::{FUNCTIONS, HostId};
use crate::abi::ValKind;
use alloc::{string::String, vec::Vec};

/// One linked host function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HostFunction {
    /// Which one.
    pub id: HostId,
    /// Its import name.
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static [ValKind],
    /// Its result.
    pub result: Option<ValKind>,
    /// Gas per call.
    pub base: u64,
    /// Gas per byte moved.
    pub per_byte: u64,
}

/// The linked function of that name.
#[must_use]
pub fn lookup(name: &str) -> Option<&'static HostFunction> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

impl HostFunction {
    /// Its signature in text, for messages: `(i32, i32) -> i64`.
    #[must_use]
    pub fn signature(&self) -> String {
        let text = |kind: &ValKind| match kind {
            ValKind::I32 => "i32",
            ValKind::I64 => "i64",
        };
        let params: Vec<&str> = self.params.iter().map(text).collect();
        let result = self.result.as_ref().map_or("()", text);
        alloc::format!("({}) -> {result}", params.join(", "))
    }
}
