//! English: the first run, carrying a chain away, starting over. Part of `en`.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

pub const EXPORT_CHAIN: &str = "Export the chain to a file";
pub const FIRST_LANE: &str = "cluster, first attempt";
pub const FIRST_LEAD: &str = "It is yours alone. Nothing was installed, nothing was sent, no account was made. Deploy, vote and upgrade on it as you would on a shared one.";
pub const FIRST_LOOK: &str = "Look around here";
pub const FIRST_LOOK_WHAT: &str = "Deploy a sample or your own file, call it, propose new code for it and stake. A minor change passes after about 35 seconds and enacts itself a minute later: the code is swapped and the data migrated without anyone pressing a button.";
pub const FIRST_OPEN: &str = "Deploy a module";
pub const FIRST_TITLE: &str = "A chain is already running in this tab.";
pub const FIRST_TITLE_STARTING: &str = "A chain is starting in this tab.";
pub const FIRST_VERIFIED: &str = "“Verified” here means: by this tab, which also signs the blocks. One signer is not a network, and no mark will say otherwise.";
pub const IMPORT_CHAIN: &str = "Import a snapshot";
pub const RESET: &str = "Delete and start over";
pub const RESET_ASK: &str = "Delete this chain and its keys?";
pub const RESET_DONE: &str = "Chain and keys are deleted; a new chain runs.";
pub const RESET_WHAT: &str = "Blocks, modules, proposals and the keys in this browser are deleted. Export a snapshot and back up keys first; nothing can bring them back.";
pub const RESET_YES: &str = "Delete everything";
