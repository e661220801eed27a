//! The component kit of the look. Components are plain functions that give one erased view type each: the page's wasm
//! stays small, and a page reads like its picture.

mod act;
mod attestations;
mod basic;
mod comparison;
mod evidence;
mod feedback;
mod form;
mod gas_table;
mod hunks;
mod layout;
mod listing;
mod long;
mod overlay;
mod reveal;
mod shell;

pub use act::{Deed, Explain, act_panel, plan_panel, steps};
pub use attestations::attestations;
pub use basic::{
    button, button_or_why, copy_button, file_link, hash, keep_focus, link, link_button, quiet_or_why, react, slot_time,
    solid, tag, tool_button,
};
pub use comparison::{compare, functions, surface};
pub use evidence::{Evidence, Known, Step, bare, counts, evidence_sheet, example, mark, path_wide, provide_evidence};
pub use feedback::{empty, failure, loading, progress_bar, say_error, verdict};
pub use form::{Field, check, drop_zone, field, seg, select, slider, text_area};
pub use gas_table::gas_table;
pub use hunks::hunks;
pub use layout::{crumbs, figure, figures, head, kv, leaf, table, table_of, td, td_known, td_mark, td_num};
pub use listing::code_text;
pub use long::Long;
pub use overlay::ask_dialog;
pub use reveal::{Part, by_parts, reveal};
pub use shell::shell;
