//! Words of comparisons, listings and long requests.

pub const LONG_STOP: &str = "Stop";
pub const LONG_UNDER_WAY: &str = "Under way in the worker; this page stays yours.";
pub const SHOW_REST: &str = "Show the other {0}";
pub const SHOW_MORE: &str = "Show {0} more of {1}";

pub const CMP_OFFER: &str = "Both binaries are read in a worker of this tab, function by function.";
pub const CMP_DO: &str = "Compare the two";
pub const CMP_SAME: &str = "Byte for byte the same code.";
pub const CMP_TITLE: &str = "{0} changed, {1} added, {2} removed; {3} are the same.";
pub const CMP_TOOK: &str = "b3:{0} against b3:{1}, compared here in {2} ms.";
pub const CMP_ABOUT: &str = "What two binaries do differently";
pub const CMP_SURFACE: &str = "What it offers, reaches and takes";
pub const CMP_NO_ROWS: &str = "No export, import, parameter, limit or section differs.";
pub const CMP_SAME_ROWS: &str = "{0} more are the same in both.";
pub const CMP_OLD: &str = "Old";
pub const CMP_NEW: &str = "New";
pub const CMP_FUNCTIONS: &str = "Functions";
pub const CMP_NO_FUNCTIONS: &str = "No function differs.";
pub const CMP_CHANGED: &str = "changed";
pub const CMP_ADDED: &str = "added";
pub const CMP_REMOVED: &str = "removed";
pub const CMP_LINES: &str = "+{0} −{1} lines";
pub const CMP_CONSTANTS: &str = "constants only";
pub const CMP_EXPORTED: &str = "exported as {0}";
pub const CMP_AT: &str = "{0} at offset {1}";
pub const CMP_CUT: &str = "The rest of this function’s lines is left out.";
pub const CMP_LINES_OF: &str = "Lines of {0}";
pub const CMP_GAS: &str = "Static gas";
pub const CMP_GAS_NOTE: &str = "Straight line: the dearest way through an export that takes no loop twice. What repeats or depends on data is named beneath.";
pub const CMP_GAS_NONE: &str = "Neither code has an export that can be priced.";
pub const CMP_EXPORT: &str = "Export";
pub const CMP_STRAIGHT_OLD: &str = "Straight line, old";
pub const CMP_STRAIGHT_NEW: &str = "Straight line, new";
pub const CMP_CHANGE: &str = "Change";
pub const CMP_DEPENDS: &str = "Depends on data";
pub const CMP_BOUNDED: &str = "nothing: this is the most";
pub const CMP_GAS_SAME: &str = "none";
pub const GAS_LOOPS: &str = "loops";
pub const GAS_LOOP: &str = "loop";
pub const GAS_RECURSIONS: &str = "recursions";
pub const GAS_RECURSION: &str = "recursion";
pub const GAS_INDIRECT: &str = "calls through a table";
pub const GAS_INDIRECT_ONE: &str = "call through a table";
pub const GAS_HOSTS: &str = "host functions";
pub const GAS_HOST: &str = "host function";
pub const GAS_OPERANDS: &str = "operators by operand";
pub const GAS_OPERAND: &str = "operator by operand";
pub const GAS_OF: &str = "{0}: old and new code";
pub const GAS_HOST_ROW: &str = "{0}: {1}, {2} gas each and {3} per byte";
pub const GAS_SITE: &str = "site";
pub const GAS_SITES: &str = "sites";
pub const GAS_SITE_AT: &str = "{0} at {1}: {2}";
pub const GAS_SITE_IN: &str = "{0}: {1}";
pub const GAS_LEFT_OUT: &str = "{0} more are left out.";

/// Kinds of rows that differ: the node's key, our words.
pub const ROW_KINDS: &[(&str, &str)] = &[
    ("version", "author’s version"),
    ("schema", "storage schema"),
    ("manifest", "manifest"),
    ("capability", "capability"),
    ("export", "export"),
    ("target", "export runs another function"),
    ("import", "host function"),
    ("parameter", "parameter"),
    ("size", "size"),
    ("memory", "memory, pages of 64 KiB"),
    ("functions", "number of functions"),
    ("start", "start function"),
    ("table", "table"),
    ("element", "table entry"),
    ("global", "global"),
    ("data", "first bytes of memory"),
    ("custom", "custom section"),
];

pub const TEXT_ALL: &str = "all {0} functions";
pub const TEXT_DO: &str = "Show it as text";
pub const TEXT_FUNCTION: &str = "Function";
pub const TEXT_OFFER: &str = "Disassembled in a worker of this tab, from the bytes that the chain holds.";
pub const TEXT_WHOLE: &str = "the whole code";
