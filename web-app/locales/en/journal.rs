//! English: the journal, its file, builders. Part of `en`.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

/// What happened: the node's key, our words; `{name}` is a fact.
pub const DEEDS: &[(&str, &str)] = &[
    ("deployed", "Deployed"),
    ("upgraded", "Upgraded to version {sequence}"),
    ("rolled_back_data", "Returned to version {to}, code and data, as version {sequence}"),
    ("rolled_back", "Returned to the code of version {to}, as version {sequence}"),
    ("migration_begun", "Migration began; calls pause until it ends"),
    ("aborted", "Aborted: {reason}"),
    ("frozen", "Calls stopped until {until}"),
    ("unfrozen", "Freeze ended before its time"),
    ("configured", "Parameter {parameter} set"),
    ("switched", "What it runs was switched"),
    ("tag_set", "Tag “{tag}” set"),
    ("tag_deleted", "Tag “{tag}” deleted"),
    ("executed", "A proposal’s own code ran"),
    ("builders", "Register of builders changed"),
    ("follower_migrated", "Data migrated at the first call after its tag moved"),
];

/// Facts of a deed: the node's key, our label.
pub const FACTS: &[(&str, &str)] = &[
    ("deployer", "deployed by"),
    ("code", "code"),
    ("sequence", "version"),
    ("to", "returned to version"),
    ("old_code", "code before"),
    ("new_code", "code since"),
    ("schema", "storage schema"),
    ("generation", "storage generation"),
    ("migrated", "entries migrated"),
    ("agree", "builders that agreed"),
    ("differ", "builders that differed"),
    ("reason", "reason"),
    ("until", "until"),
    ("parameter", "parameter"),
    ("value", "value, bytes"),
    ("tag", "tag"),
    ("manager", "manager"),
    ("pin", "pinned to"),
    ("old_manager", "manager before"),
    ("old_tag", "tag before"),
    ("old_pin", "pinned before to"),
    ("new_manager", "manager since"),
    ("new_tag", "tag since"),
    ("new_pin", "pinned since to"),
    ("from", "in force from"),
    ("added", "registered"),
    ("name", "name"),
    ("removed", "struck"),
    ("entries", "entries"),
];

pub const VOTE_TALLY: &str = "{0}: {1} for, {2} against, of a base of {3}";

pub const ATT_ABOUT: &str = "What a registered builder signed about this code";
pub const ATT_AGREE: &str = "{0} of {1} registered builders rebuilt b3:{2} to the same bytes.";
pub const ATT_AGREE_WHAT: &str =
    "Each built the source by its own recipe and signed the hash of what came out. None found other bytes.";
pub const ATT_BUILDER: &str = "Builder";
pub const ATT_DIFFER: &str = "{0} of {1} registered builders got other bytes for b3:{2}.";
pub const ATT_FIGURE: &str = "{0} agree, {1} differ, of {2}";
pub const ATT_LIST: &str = "Attestations";
pub const ATT_NONE: &str = "No builder has rebuilt b3:{0} yet.";
pub const ATT_NONE_WHAT: &str =
    "{0} are registered. Until one signs, that this code comes from any source is its author’s word.";
pub const ATT_NO_BUILDERS: &str = "No builder is registered.";
pub const ATT_NO_BUILDERS_WHAT: &str =
    "A vote of the governance class registers builders; their rebuilds are counted here.";
pub const ATT_OTHER: &str = "other bytes";
pub const ATT_RAISED: &str = "{0} are enough to raise the class of every live proposal that carries this code by one step; a freeze is never raised.";
pub const ATT_REBUILT: &str = "Rebuilt";
pub const ATT_RECIPE: &str = "Recipe";
pub const ATT_SAME: &str = "the same bytes";
pub const ATT_STRUCK: &str = "no longer registered";
pub const ATT_WOULD_RAISE: &str =
    "{0} of them raise the class of every live proposal that carries this code by one step; a freeze is never raised.";

pub const ENTRY_N: &str = "Entry {0}";
pub const JOURNAL_ABOUT: &str = "An entry of the journal, chained by hash in the state";
pub const JOURNAL_ALL: &str = "All modules and governance";
pub const JOURNAL_CHAIN: &str = "Chain of hashes ends in";
pub const JOURNAL_CHECK_ONE: &str = "Check a journal file";
pub const JOURNAL_EMPTY: &str = "Nothing has happened yet.";
pub const JOURNAL_EMPTY_WHAT: &str = "A deployment, an enactment, a freeze or a change of a tag makes the first entry.";
pub const JOURNAL_ENTRIES: &str = "Entries";
pub const JOURNAL_ENTRIES_NOTE: &str = "Newest first; each opens its facts and its vote.";
pub const JOURNAL_ENTRY: &str = "No.";
pub const JOURNAL_EXPORT: &str = "Export as one verifiable file";
pub const JOURNAL_FILE: &str = "As a file";
pub const JOURNAL_FILE_NOTE: &str =
    "All entries, the proof that the state holds them, and the certificate of that state.";
pub const JOURNAL_LEAD: &str =
    "Everything that ever happened to a module or to governance, each entry chained to the one before.";
pub const JOURNAL_NATIVE: &str = "Without this page:";
pub const JOURNAL_NEWEST: &str = "Newest entries";
pub const JOURNAL_NONE_TITLE: &str = "The journal is empty: nothing has happened yet.";
pub const JOURNAL_NO_VOTE: &str = "no vote";
pub const JOURNAL_OF: &str = "About";
pub const JOURNAL_OLDER: &str = "Older entries";
pub const JOURNAL_SAVED: &str = "Saved, {0}.";
pub const JOURNAL_TALLY: &str = "Tally at lock-in";
pub const JOURNAL_TITLE: &str = "{0} entries, chained to b3:{1}.";
pub const JOURNAL_VOTE: &str = "Vote";
pub const JOURNAL_WHAT: &str = "What happened";
pub const NAV_JOURNAL: &str = "Journal";
pub const NAV_VERIFY: &str = "Verify";

pub const VERIFY_ABOUT: &str = "Checked in this tab from the file alone";
pub const VERIFY_ALONE: &str = "What a sound file proves";
pub const VERIFY_ALONE_NOTE: &str = "From the file alone, and what it cannot.";
pub const VERIFY_ANOTHER: &str = "Drop another journal file here, or pick one";
pub const VERIFY_BAD: &str = "This file does not hold together.";
pub const VERIFY_BAD_ADVICE: &str = "Use nothing of this file. Export it again at its source, and compare both.";
pub const VERIFY_BAD_ENTRY: &str = "Entry {0} of this file was changed.";
pub const VERIFY_BLOCK: &str = "Committed by block";
pub const VERIFY_BY_HASH: &str = "recomputed";
pub const VERIFY_BY_SIGNATURES: &str = "certificate";
pub const VERIFY_BY_YOU: &str = "yours to know";
pub const VERIFY_CLAIM: &str = "Claim";
pub const VERIFY_CLAIM_CHAIN: &str = "No entry was changed, left out or moved";
pub const VERIFY_CLAIM_FINAL: &str = "That block is final";
pub const VERIFY_CLAIM_GENESIS: &str = "It is the chain you mean";
pub const VERIFY_CLAIM_NEWEST: &str = "Nothing has happened since";
pub const VERIFY_CLAIM_SIGNERS: &str = "Its signers are those of the chain";
pub const VERIFY_CLAIM_STATE: &str = "The state of that block holds this journal";
pub const VERIFY_ELSEWHERE: &str = "By other means";
pub const VERIFY_ELSEWHERE_NOTE: &str = "So that this page need not be trusted.";
pub const VERIFY_FIELDS: &str = "Fields";
pub const VERIFY_FIELDS_NOTE: &str = "What the file says, and how it is known.";
pub const VERIFY_FILE: &str = "File";
pub const VERIFY_FILES_WORD: &str = "the file’s word";
pub const VERIFY_FILE_NOTE: &str = "Nothing leaves this tab.";
pub const VERIFY_GENESIS_OURS: &str = "The genesis block that this tab knows";
pub const VERIFY_GOOD: &str = "All {0} entries hold, committed by block {1} of this tab’s chain.";
pub const VERIFY_GOOD_OTHER: &str = "All {0} entries hold, committed by block {1} of another chain.";
pub const VERIFY_HELD: &str = "Held against";
pub const VERIFY_HELD_CHAIN: &str = "each entry’s hash is in the next; the last is the journal’s end";
pub const VERIFY_HELD_FINAL: &str = "the signatures under its header";
pub const VERIFY_HELD_GENESIS: &str = "compare the genesis hash with one that you got elsewhere";
pub const VERIFY_HELD_NEWEST: &str = "a file ends at its block; compare its height with the chain’s head";
pub const VERIFY_HELD_SIGNERS: &str = "the set that the genesis block names";
pub const VERIFY_HELD_STATE: &str = "a Merkle proof from the journal’s end to the state root";
pub const VERIFY_NATIVE: &str = "The same check as a program, from this repository:";
pub const VERIFY_NEWEST: &str = "Newest entries";
pub const VERIFY_NEWEST_NOTE: &str = "Of the file, as it proves them.";
pub const VERIFY_OF: &str = "{0}, {1}.";
pub const VERIFY_OTHERS: &str =
    "The file is sound; whether its chain is the one you mean, its genesis hash must tell you. This tab runs another.";
pub const VERIFY_OURS: &str = "Its genesis block is the one of this tab.";
pub const VERIFY_SIGNERS: &str = "{0} signed, {1} needed";
pub const VERIFY_STEP_ENTRIES: &str = "{0} entries, each hashed into the next";
pub const VERIFY_STEP_GENESIS: &str = "taken on trust, unless you know its hash";
pub const VERIFY_STEP_HEAD: &str = "The journal’s end";
pub const VERIFY_STEP_HEAD_HOW: &str = "proven in the state of the block";
pub const VERIFY_THIS_CHAIN: &str = "Genesis of this tab’s chain";
pub const VERIFY_UNREAD: &str = "The file could not be read.";
pub const VERIFY_WHOLE: &str = "The file as a whole";

pub const ATTEST: &str = "Sign what you found";
pub const ATTEST_BY_FILE: &str = "From the file you built";
pub const ATTEST_BY_HASH: &str = "From its hash";
pub const ATTEST_CODE: &str = "Code on the chain";
pub const ATTEST_CODE_HINT: &str = "Its hash, from the page of its module or proposal.";
pub const ATTEST_DROP: &str = "Drop the .wasm that you built here, or pick it";
pub const ATTEST_NOTE: &str = "For registered builders. A mismatch counts as much as an agreement.";
pub const ATTEST_NOT_BUILDER: &str = "The key in this tab belongs to no registered builder; a vote registers one.";
pub const ATTEST_NO_CODE: &str = "Name the code first, by its 64 digits.";
pub const ATTEST_NO_REBUILT: &str = "Give the file that you built, or its hash.";
pub const ATTEST_NO_RECIPE: &str = "Say how you built it: source, tools, command.";
pub const ATTEST_OTHER: &str = "You would say that your build gave other bytes.";
pub const ATTEST_REBUILT: &str = "Hash of what you built";
pub const ATTEST_RECIPE_HASH: &str = "What is signed of it: b3:{0}. Keep the text; publish it where others find it.";
pub const ATTEST_RECIPE_HINT: &str = "Source with its commit, tools with versions, the command; or the hash that verify-build prints. Only the hash goes onto the chain.";
pub const ATTEST_SAME: &str = "You would say that your build gave the same bytes.";
pub const BUILDERS_NOBODY: &str = "Nobody rebuilds code for this chain yet.";
pub const BUILDERS_LEAD: &str = "A builder builds the source of a module by itself and signs whether the same bytes came out. Votes register and strike builders.";
pub const BUILDERS_REGISTERED: &str = "Registered";
pub const BUILDERS_REGISTERED_NOTE: &str = "Only these are counted.";
pub const BUILDERS_TITLE: &str = "{0} are counted when a code is rebuilt.";
pub const BUILDER_ABOUT: &str = "Registered by a vote of the governance class";
pub const BUILD_1: &str = "Take the source at the commit that its author names.";
pub const BUILD_1_HOW: &str = "The samples of this client are in its own repository, under modules.";
pub const BUILD_2: &str = "Build it in a clean folder and compare hashes.";
pub const BUILD_3: &str = "Sign what came out, agreement or not.";
pub const BUILD_3_HOW: &str = "The form below takes the file, hashes it in this tab, and shows what would be signed.";
pub const MANY_BUILDERS: &str = "registered builders";
pub const NOT_A_HASH: &str = "A hash has 64 hexadecimal digits.";
pub const ONE_BUILDER: &str = "registered builder";
pub const VERIFY_BUILD: &str = "Check a build";
pub const VERIFY_BUILD_NOTE: &str = "Anybody can; no key is needed.";
