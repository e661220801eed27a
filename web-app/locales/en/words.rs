//! English: enumerations of the protocol of the whole lifecycle. Part of `en`.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

pub const A_ALREADY_FROZEN: &str = "the module is frozen already";
pub const A_BAD_VALIDATORS: &str = "the set of validators would not change so, or would be none";
pub const A_BAD_BUILDERS: &str = "the list of builders would not change, or would be too long";
pub const A_BAD_REFERENCE: &str = "the reference leads nowhere, to itself, or to a follower";
pub const A_BUSY: &str = "another migration of the module is under way";
pub const A_DATA_WRITTEN: &str = "the data have been written since the upgrade, and no reverse migration was voted";
pub const A_EXECUTION: &str = "its own code trapped, refused, or ran out of gas";
pub const A_FREEZE_LONG: &str = "the freeze would pass the bound of its window";
pub const A_GENERATION_GONE: &str = "the earlier data are no longer kept";
pub const A_INVARIANT: &str = "a declared invariant has another value afterwards";
pub const A_MIGRATION_LONG: &str = "its migration went on for longer than any may";
pub const A_NOTHING_TO_CLOSE: &str = "the proposal it names is not open";
pub const A_NOTHING_TO_PROVE: &str = "the chain keeps no receipt of the execution, or it is proven already";
pub const A_NOT_FROZEN: &str = "the module is not frozen";
pub const A_NO_VERSION: &str = "that version never was, or runs already";
pub const A_OTHER_EFFECTS: &str = "the effects were not exactly those that were voted";
pub const A_SAME_CODE: &str = "the new code is the running code";
pub const A_SPAM: &str = "a vote called it spam";
pub const CALL_ATTEST_AGREES: &str = "attest that rebuilding b3:{0} gave the same bytes";
pub const CALL_ATTEST_DIFFERS: &str = "attest that rebuilding b3:{0} gave other bytes";
pub const CALL_CLAW_BACK: &str = "claw back the {0} class from its delegate";
pub const CALL_DELEGATE: &str = "let {2} allocate {0} to {1} proposals";
pub const CALL_DELEGATED: &str = "put {0} % of what is delegated to you {1} proposal {2}";
pub const CALL_DELEGATED_RELEASE: &str = "release what is delegated to you from proposal {0}";
pub const CALL_DEPLOY_REFERENCE: &str = "deploy a module that runs the tag “{0}”";
pub const CALL_REQUEST_PROOF: &str = "request a proof of call {0} of transaction {1}";
pub const CALL_SUBMIT_PROOF: &str = "submit a proof of {0} to be verified by the chain";
pub const PL_VALIDATORS: &str = "change the set of validators from the next epoch on: {0} in, {1} out";
pub const PL_BUILDERS: &str = "change the register of builders: {0} in, {1} out";
pub const PL_EXECUTE: &str = "run code once with {0}";
pub const PL_FREEZE: &str = "stop all calls for {0}";
pub const PL_REFERENCE: &str = "run the tag “{0}”";
pub const PL_ROLLBACK: &str = "return to version {0}";
pub const PL_REQUEST_PROOF: &str = "request a proof of call {0} of transaction {1}";
pub const PL_SPAM: &str = "close proposal {0} as spam";
pub const PL_UNFREEZE: &str = "end the freeze";
pub const ONE_EFFECT: &str = "effect";
pub const MANY_EFFECTS: &str = "effects";
pub const S_ACTIVE: &str = "active";
pub const S_LOCKED_IN: &str = "locked in";
pub const S_MIGRATING: &str = "migrating";
pub const S_ROLLED_BACK: &str = "rolled back";
pub const X_INVARIANT: &str = "invariant";
pub const LEAD_ACTIVE: &str = "Enacted by block {0} itself. Nobody pressed a button.";
pub const LEAD_LOCKED: &str =
    "Rehearsed on the state of block {0} and locked in. The next block that finds it over the bar enacts it.";
pub const LEAD_MIGRATING: &str = "Its enactment began in block {0} and takes several blocks; the module is paused until it is done. No vote stops it any more.";
pub const LEAD_ROLLED_BACK: &str = "It was enacted, and proposal {1} rolled it back in block {0}.";
pub const ROLLED_BACK_AT: &str = "rolled back in block {0} by #{1}";
pub const E_BUSY: &str =
    "Too much is being computed already.|Nothing was begun. Cancel one of the computations, or wait until one ends.";
pub const E_NETWORK_ONLY: &str = "Only possible on a network.|This node runs a chain of its own. Join a network first.";
pub const E_NO_PEER: &str =
    "No peer answered.|Check the address, that the peer runs, and that this browser may reach it; then try again.";
pub const E_PEER_LIED: &str =
    "What the peer served does not hold.|It was dropped and nothing of it was kept. Ask another peer.";
pub const E_CHECKPOINT: &str =
    "The checkpoint was refused.|Compare it with a copy that you got elsewhere. Nothing was changed.";
pub const E_FULL_ONLY: &str =
    "Only a full node can do this.|A light node has no blocks to execute. Become a full node on the network page.";
pub const E_CANCELLED: &str = "Given up, as you asked.|Nothing was changed. Ask again whenever you like.";
pub const E_PROOF: &str = "The file was refused: it is no proof, cut, or of another version.|Nothing was changed. Ask whoever made it for the file again.";
pub const E_NOT_PROVABLE: &str =
    "This execution cannot be proven here.|Nothing was changed; the execution stands as it is.";
pub const E_JOURNAL: &str = "The journal file was refused: it is cut, changed, or of another format.|Nothing was changed. Export it again at its source.";
