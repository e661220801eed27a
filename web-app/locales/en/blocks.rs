//! English: blocks and transactions. Part of `en`.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

pub const BLOCKS_LEAD: &str =
    "This tab seals a block when there is a transaction, and every 10 s while a proposal is open.";
pub const BLOCKS_LEAD_NET: &str = "The network makes them; each is certified, or leads by its hash to one that is.";
pub const BLOCKS_NOTE: &str = "Newest first.";
pub const BLOCKS_RUN: &str = "{0} run here since this tab started";
pub const BLOCKS_TITLE: &str = "Block {0} is the newest; the last {2} hold {1}.";
pub const BLOCK_ABOUT: &str = "Something that a block says or that running it gave";
pub const BLOCK_BEHIND: &str = "block {0}";
pub const BLOCK_EMPTY: &str = "No transaction is in this block.";
pub const BLOCK_EMPTY_WHY: &str = "It was sealed because time moved a proposal, or because time was let pass.";
pub const BLOCK_EMPTY_WHY_NET: &str = "Validators make one from time to time, so that time moves proposals.";
pub const BLOCK_N: &str = "Block {0}";
pub const BLOCK_ONE: &str = "block 1";
pub const BLOCK_PULSE: &str = "Block pulse";
pub const BLOCK_PULSE_NOTE: &str = "Gas of the latest blocks.";
pub const BLOCK_SKIPPED: &str = "after {0} that were let pass";
pub const BLOCK_TITLE: &str = "Block {0} holds {1} and used {2} gas.";
pub const TX_ABOUT: &str = "BLAKE3 of the signed transaction";
pub const TX_BAD: &str = "That is no transaction hash.";
pub const TX_BY: &str = "Signed by";
pub const TX_ROOT: &str = "Transaction root";
pub const TX_SIGNATURE: &str = "signature checked here, strictly";
pub const TX_TITLE: &str = "{0}: {1} in block {2}.";
pub const TX_WAITING: &str = "{0}: waiting for a block.";
