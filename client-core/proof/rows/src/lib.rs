//! The row machine: what a module's code is translated into so that a run of it can be proven, and runs of it.
//!
//! [`row`] rows and their operations; [`space`] addresses of cells; [`program`] a linked program; [`step`] what a run
//! leaves for the circuit; [`run`](mod@run) runs; [`host`] what host calls do to a run, and what answers them;
//! [`check`] a second, slow reading of rows that traces are held against.
#![no_std]
extern crate alloc;

pub mod check;
pub mod host;
pub mod program;
pub mod row;
pub mod run;
pub mod space;
pub mod step;
pub mod translate;

pub use host::{Answer, Replay, ReplayError, Replaying, Request, replay};
pub use program::{Program, Unprovable};
pub use row::{Kind, Row};
pub use run::{Runner, Start, TraceError, run};
pub use step::{Access, Cell, LogEntry, Step, Trace};
pub use translate::{Module, translate};

/// Version of the translation: the same bytes give the same rows under the same version, forever.
pub const TRANSLATOR_VERSION: u32 = 1;
