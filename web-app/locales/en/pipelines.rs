//! The Pipelines page: how blocks are executed in this tab.

pub const E_UNAVAILABLE: &str = "This browser, or this build of the client, has no such part.|Nothing was changed. Blocks are executed by the node itself.";
pub const N_PIPELINE: &str = "Pipeline {0} {1} and was replaced. Its work was done again; no block was lost.";
pub const N_PIPELINE_AT: &str =
    "Pipeline {0} {1} in block {2} and was replaced. Its work was done again; the block is whole.";
pub const N_ENGINE: &str = "The browser’s engine and the reference disagree on code b3:{0} ({1}). Block {2} was abandoned, the chain went back to block {3}, and the reference alone executes this code now.";

pub const I_TRAPPED: &str = "died of a defect";
pub const I_HUNG: &str = "did not answer in time";
pub const I_MEMORY: &str = "ran out of memory";
pub const I_GARBLED: &str = "gave no proper answer";
pub const I_NOT_STARTED: &str = "could not be started";
