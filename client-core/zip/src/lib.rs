//! ZIP (design §7): a block's transactions as stages of clusters that touch disjoint keys, and a serial lane for those
//! that touched more than they said. The result depends on the block alone: any [`Pipelines`], of any number, gives the
//! same changes, receipts and gas as [`Sequential`], the reference.
//!
//! What consensus says, in one sentence: in block order, each transaction whose sender has none waiting runs on what those
//! before it left, reading only what its hint names; one that reads or writes anything else is undone and waits, and those
//! who wait run last, in block order, without that bound, for what is left of their gas. Plans and pipelines are ways to do
//! that faster.

#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod block;
pub mod cluster;
mod codes;
mod guard;
pub mod job;
pub mod pipelines;
pub mod plan;
mod run;
pub mod schedule;

pub use block::{BlockDone, BlockError, BlockInput, execute_block};
pub use cluster::{Attempt, ClusterDone, Tried};
pub use codes::CodeCache;
pub use job::{Answer, Job, JobDone, JobError, run_job};
pub use pipelines::{Pipelines, Running, Sequential, StageDone, Traffic, Work, now};
pub use plan::{Cluster, Plan, Stage, plan};
pub use schedule::{Engines, Lane, Placed, Schedule};
