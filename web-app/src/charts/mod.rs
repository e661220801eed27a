//! Charts as inline SVG, laid out from the measured width and never scaled. Geometry is in tenths of a pixel, in
//! integers. Known is solid, forecast dashed on a sunk ground, what-if dotted; hatch and dash double colour.

mod bars;
mod conviction;
mod lineage;
mod plot;
mod scale;

pub use bars::{Coverage, bar_row, coverage, pulse};
pub use conviction::{Curves, conviction};
pub use lineage::{Stop, StopKind, lineage};
