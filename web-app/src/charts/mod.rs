//! Charts as inline SVG, laid out from the measured width and never scaled. Geometry is in tenths of a pixel, in
//! integers. Known is solid, forecast dashed on a sunk ground, what-if dotted; hatch and dash double colour.

mod bars;
mod conflicts;
mod conviction;
pub mod finality;
mod gains;
mod lanes;
mod lineage;
mod plot;
mod scale;

pub use bars::{Coverage, bar_row, coverage, pulse};
pub use conflicts::{Conflicts, conflicts, shortened};
pub use conviction::{Curves, conviction};
pub use gains::gains;
pub use lanes::{Chosen, Timeline, timeline};
pub use lineage::{Stop, StopKind, lineage};
