//! Words of a proposal's page: dry run, payload, effects, forecast, voting history.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

pub const CMP_IN_MS: &str = "Compared here in {0} ms.";
pub const CMP_WAITS: &str = "Waits for the comparison above.";
pub const DISASSEMBLY: &str = "Disassembly";
pub const EXCERPT_OF: &str = "func {0} {1} {2}  {3}";
pub const DISASSEMBLY_NOTE: &str = "An excerpt first, then every function that differs; open one to see its lines.";
pub const FLAGS_LEAF: &str = "Flags";
pub const FLAGS_NOTE: &str = "Patterns worth a look, from the chain’s own logs. Nothing is decided by them.";
pub const GAS_LEAF_NOTE: &str = "Read from both binaries without running them.";
pub const MIGRATING_OF: &str = "{0} of {1} entries written in {2} steps";
pub const MIGRATING_SINCE: &str = "Since block";
pub const GENERATION: &str = "Generation";
pub const MIGRATION_NOTE: &str =
    "Calls of the module are refused until it is done. Nobody can read the half-written data.";
pub const REQUEST_CALL: &str = "Call in its receipt";
pub const REQUEST_TRANSACTION: &str = "Transaction";
pub const WHAT_IT_DOES: &str = "What it does";
pub const WHAT_IT_DOES_NOTE: &str = "From the payload, not from the description.";

pub const PARAM_OF_CLASS: &str = "{0}, {1} class";
pub const PARAM_OF_T: &str = "{0}\u{a0}T";
pub const PARAM_SLOTS: &str = "{0}\u{a0}s";
pub const PARAMS_ABOUT: &str = "In force at the head";
pub const PARAMS_EPOCH: &str = "A new set comes into force with the next epoch. T is the half-life.";
pub const PARAMS_REST: &str = "{0} stay as they are.";
pub const PARAMS_SAME: &str = "Every value is the one in force.";

pub const BACK_ABOUT: &str = "By the chain’s rule, on the state of the head";
pub const BACK_DATA: &str = "Code and data return: nothing was written since that migration.";
pub const BACK_GONE: &str = "Code only: the data of that version are no longer kept. It must read the data of now, or a reverse migration is needed.";
pub const BACK_NOWHERE: &str = "Nothing returns: that version never was, or runs now.";
pub const BACK_REVERSE: &str = "Code returns, and a reverse migration writes its data from the data of now.";
pub const BACK_REVERSE_CODE: &str = "Reverse migration";
pub const BACK_RULE: &str =
    "Data return only while nothing has been written since the migration; else who withdrew could withdraw again.";
pub const BACK_SAME: &str = "Code only: no migration lies between, so the data stay as they are.";
pub const BACK_VERSION: &str = "To version";
pub const BACK_WRITTEN: &str =
    "Code only: the data have been written since. It must read the data of now, or a reverse migration is needed.";

pub const BUILDER_ADD: &str = "registered";
pub const BUILDER_STRIKE: &str = "struck";
pub const BUILDER_LIST: &str = "Builders";
pub const CONFIG_ATOMIC: &str = "All of these are set in one step, or none.";
pub const NOW_VALUE: &str = "In force";
pub const NO_SUCH_PARAMETER: &str = "the running code has no such parameter";
pub const EFFECT: &str = "Effect";
pub const EFFECTS: &str = "Effects";
pub const EFFECTS_NONE: &str = "No effect is listed yet; a proposal lists 1 to 64.";
pub const EFFECT_CALL: &str = "calls";
pub const EFFECT_MOVE: &str = "moves ZRA";
pub const EFFECT_MUCH: &str = "How much";
pub const EFFECT_OF: &str = "Of";
pub const EFFECT_SET: &str = "sets";
pub const EFFECT_TAG: &str = "sets a tag";
pub const EFFECT_TIMES: &str = "{0} times";
pub const EFFECT_TO: &str = "to";
pub const EFFECT_UPGRADE: &str = "upgrades";
pub const EFFECT_VERSION: &str = "version {0}";
pub const EFFECT_WHAT: &str = "What";
pub const EXECUTE_EXACT: &str = "Its code runs once and must have exactly these effects, nested calls included. Any other, one more or one less, aborts it and changes nothing.";
pub const EXECUTE_RUNS: &str = "Runs";
pub const FREEZE_FOR: &str = "Stops all calls";
pub const FREEZE_FOR_WHAT: &str = "for {0} from its enactment";
pub const FREEZE_LEFT: &str = "The window leaves";
pub const FREEZE_LEFT_ABOUT: &str =
    "What the module may still be frozen in this window of 10 half-lives, renewals counted";
pub const FREEZE_ONLY: &str = "Questions, votes, upgrades and migrations go on; nothing else changes.";
pub const FREEZE_OVER: &str = "Too long";
pub const FREEZE_OVER_WHAT: &str = "It would pass the bound of its window and abort.";
pub const FROZEN_NOW: &str = "Frozen now";
pub const FROZEN_UNTIL: &str = "for {0} more, by";
pub const MIGRATION_ITSELF: &str = "in the new code itself";
pub const NOT_FROZEN_NOW: &str = "The module is not frozen now.";
pub const LINK_ABOUT: &str = "The code that the tag names at the head";
pub const LINK_FOLLOWS: &str = "none: it follows every change of the tag";
pub const LINK_MANAGER: &str = "Manager";
pub const LINK_NOW: &str = "Names now";
pub const LINK_NO_TAG: &str = "The manager has no such tag now.";
pub const LINK_PIN: &str = "Pinned to";
pub const LINK_TAG: &str = "Tag";
pub const SPAM_UNKNOWN: &str = "No proposal of that number is known.";
pub const SPAM_WHAT: &str = "If this passes while that one is open, it closes and its deposit is burnt.";

pub const BASE_HIGHER: &str = "With a base a tenth higher";
pub const BASE_LOWER: &str = "With a base a tenth lower";
pub const BY_DATE: &str = "Stake needed to cross";
pub const BY_WITHIN: &str = "To cross within {0}";
pub const EARLIEST_ANY: &str = "Earliest under any stake";
pub const ENOUGH_NOW: &str = "today’s stakes do";
pub const NO_STAKE_WOULD: &str = "no stake would do";
pub const WITHIN_TIME: &str = "within {0}";
pub const WITH_SIDE: &str = "With {0} {1}";
pub const WORKING_OUT: &str = "being worked out";

pub const ATTESTED_ABOUT: &str = "An attestation of a registered builder, signed and in the chain’s state";
pub const BUILDER: &str = "Builder";
pub const BUILDER_STRUCK: &str = "no longer registered";
pub const CLASS: &str = "Class";
pub const CLASS_ABOUT: &str = "How much it can change decides what it must gather";
pub const CLASS_HOW: &str = "computed from what the payload touches, never from what its author claims";
pub const CLASS_RAISED: &str = "raised from {0}: rebuilds of its code gave other bytes";
pub const HASHED_AGAIN: &str =
    "Hashed again by the page: {0} of code and the payload equal what is voted on, in {1} ms.";
pub const HASHED_OTHER: &str = "Hashed again by the page: the bytes are not what is voted on.";
pub const HASH_AGAIN: &str = "Hash it again";
pub const LOCKED_AT: &str = "Locked in";
pub const LOCK_ABOUT: &str = "The tally of the block that locked it in";
pub const LOCK_REHEARSAL: &str = "Its rehearsal’s digest";
pub const LOCK_TALLY: &str = "{0} for, {1} against, base {2}, {3} class";
pub const ONE_REBUILDER: &str = "builder";
pub const MANY_REBUILDERS: &str = "builders";
pub const RAW_BYTES: &str = "Raw bytes of the payload, {0}";
pub const RAW_CODE: &str = "Raw bytes of the code";
pub const REBUILT: &str = "{0} of {1} builders agree, {2} differ";
pub const REBUILT_ABOUT: &str = "What registered builders got when they built the source again";
pub const REBUILT_DIFFERS: &str = "{0} built the source and got other bytes.";
pub const REBUILT_FROM: &str = "Rebuilt from source";
pub const REBUILT_GAVE: &str = "Gave";
pub const REBUILT_MARK_ALL: &str = "all builders agree";
pub const REBUILT_MARK_DIFFERS: &str = "a rebuild differs";
pub const REBUILT_MARK_NONE: &str = "nobody rebuilt it";
pub const REBUILT_MARK_SOME: &str = "other builders have not reported";
pub const REBUILT_NOBODY: &str = "no builder is registered";
pub const REBUILT_NONE: &str = "none of {0} registered builders has reported";
pub const REBUILT_OTHER: &str = "other bytes";
pub const REBUILT_RAISED: &str = "{0} or more raise the class one step; this is counted.";
pub const REBUILT_RAISES: &str = "{0} more would raise the class one step. A freeze is never raised.";
pub const REBUILT_SAID: &str = "What each builder said ({0})";
pub const REBUILT_SAME: &str = "the same bytes";
pub const RECIPE: &str = "Build description";
pub const P_ATTESTED: &str = "attestations read from the state";
pub const P_BUILDERS_TRUST: &str = "a vote registered them; that they built it is their word";
pub const P_REBUILT: &str = "Rebuilds";
pub const P_REBUILT_ALL: &str = "every registered builder got these bytes";
pub const P_REBUILT_DIFFERS: &str = "at least one registered builder got other bytes";
pub const P_REBUILT_NONE: &str = "no registered builder has rebuilt it";
pub const P_REBUILT_SOME: &str = "some registered builders got these bytes, others have not reported";

pub const DRY_AFTER: &str = "After";
pub const DRY_AGAIN_LATER: &str = "runs again at lock-in, on the state of that block";
pub const DRY_ALIKE: &str = "{0} end alike";
pub const DRY_ALL_ALIKE: &str = "Every one of them ends alike: same outcome, result and events.";
pub const DRY_BEFORE: &str = "Before";
pub const DRY_BLOCKS: &str = "Blocks it takes";
pub const DRY_CALLS: &str = "Past calls run again, {0} of {1} asked for";
pub const DRY_CHANGED: &str = "The draft has changed since this run.";
pub const DRY_CLASS: &str = "Class by its effects";
pub const DRY_DIFFER: &str = "{0} end differently";
pub const DRY_DIGEST: &str = "Digest";
pub const DRY_DIGEST_DRAFT: &str = "of this run; a draft is rehearsed at this tab’s own clock";
pub const DRY_DIGEST_WHAT: &str = "the same for everybody who runs it on this block";
pub const DRY_EFFECTS: &str = "What its code did";
pub const DRY_END: &str = "{0} gas, {1} events, {2}";
pub const DRY_GAS_MEDIAN: &str = "Gas, median call";
pub const DRY_GOOD_CHANGED: &str = "Enactment would succeed. {0} of {1} replayed calls end differently.";
pub const DRY_GOOD_SAME: &str = "Enactment would succeed. All {0} replayed calls end alike.";
pub const DRY_LINK: &str = "An address that runs the same:";
pub const DRY_LINK_WHAT: &str = "address of this dry run";
pub const DRY_NO_CALLS: &str = "The module has no past call to run again.";
pub const DRY_REPLAY: &str = "Past calls to run again";
pub const DRY_REPLAYED: &str = "Calls that end differently";
pub const DRY_REPLAY_NONE: &str = "none";
pub const DRY_ROOT: &str = "State it began from";
pub const DRY_SAME: &str = "the same";
pub const DRY_SAVE: &str = "Save as JSON";
pub const DRY_STATE: &str = "Storage";
pub const DRY_STATE_COUNTS: &str = "{0} keys added, {1} removed, {2} changed, {3} rewritten as they are.";
pub const DRY_STATE_LEFT: &str = "{0} more are not listed.";
pub const ENTRY_KEY: &str = "Key";

pub const BY_DELEGATE: &str = "by its delegate";
pub const CHANGES_SINCE: &str = "{0} since opening in block {1}.";
pub const FLAGS_ABOUT: &str = "A pattern in the chain’s own logs";
pub const FLAGS_HOW: &str = "searched for in this tab, in every change of stake";
pub const FLAGS_NONE: &str = "Nothing stands out: no jump of the base, no stake that came and went, no late arrival.";
pub const FLAG_AT_ONCE: &str = "in one block";
pub const FLAG_BETWEEN: &str = "blocks {0} to {1}";
pub const FLAG_HAND: &str = "by";
pub const HELD_FOR: &str = "held for {0}";
pub const LOCKED_BY: &str = "rehearsed on the state of block {0}";
pub const ROLLED_BY: &str = "by proposal {0}";

/// Patterns of the detector: the node's key, our words; gaps are the amount, its share of S and the time it took.
pub const FLAGS: &[(&str, &str)] = &[
    ("base_jump", "The stake that sets the threshold moved by {0}, {1} of S, {2}."),
    ("pulse", "{0}, {1} of S, came and went {2}."),
    ("dip", "{0}, {1} of S, went and came back {2}."),
    ("late_arrival", "{0}, {1} of S, arrived from one hand shortly before it crossed, {2}."),
];

/// Checks of a dry run: the node's key, our words.
pub const CHECKS: &[(&str, &str)] = &[
    ("module", "The module exists"),
    ("code", "Code is stored and hashes to what was voted"),
    ("profile", "Code keeps every rule"),
    ("version", "Version is legal after the one that runs"),
    ("class", "Effects stay within the class"),
    ("schema", "New code reads the data, or migrates it"),
    ("data", "Storage generation"),
    ("free", "No other migration of it is under way"),
    ("migration", "Migration"),
    ("invariant", "Invariant"),
    ("health", "health()"),
    ("parameter", "The parameter exists and its value is inside the bounds"),
    ("setter", "Setter ran"),
    ("bounds", "Values are inside their bounds"),
    ("frozen", "Frozen until slot"),
    ("window", "The window of freezes leaves enough"),
    ("reference", "The tag leads to valid code"),
    ("execution", "Its code ran to the end"),
    ("effects", "Effects are exactly those listed"),
    ("close", "The proposal it names is open"),
    ("builders", "Registered builders"),
    ("request", "The chain keeps the receipt, and no proof of it is verified"),
    ("other", "What else must hold"),
];
