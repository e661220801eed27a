//! ZIP (design §7): a block's transactions as clusters that touch disjoint keys, and a serial lane for those that
//! touched more than they said. The result depends on the block alone: any [`Pipelines`], of any number, gives the same
//! changes, receipts and gas. This executor is [`Sequential`], the reference.

#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod block;
pub mod cluster;
pub mod pipelines;
pub mod plan;

pub use block::{BlockDone, BlockError, BlockInput, execute_block};
pub use cluster::{Attempt, Cluster, ClusterDone, run_cluster};
pub use pipelines::{Pipelines, Sequential};
pub use plan::plan;
