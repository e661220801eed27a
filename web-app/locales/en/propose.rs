//! Words of a new proposal of any kind.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

pub const NEW_TITLE_ANY: &str = "Propose what the chain should do next.";
pub const WHAT_NOTE_ANY: &str = "Every kind runs through the same vote; its class follows from its effects.";
pub const DRY_FIRST: &str = "Dry run before proposing";
pub const KIND: &str = "Kind";
pub const KIND_ROLLBACK: &str = "Return to an earlier version";
pub const KIND_FREEZE: &str = "Freeze a module";
pub const KIND_UNFREEZE: &str = "End a freeze";
pub const KIND_REFERENCE: &str = "Run a manager’s tag";
pub const KIND_EXECUTE: &str = "Run code once";
pub const KIND_PARAMETERS: &str = "Governance parameters";
pub const KIND_BUILDERS: &str = "Register of builders";
pub const KIND_SPAM: &str = "Call a proposal spam";

/// What each kind does: its key, our words.
pub const KIND_NOTES: &[(&str, &str)] = &[
    ("upgrade", "New code for a module, with a migration of its data where the new code cannot read them."),
    ("config", "Declared parameters of one or more modules, all set in one step or none."),
    (
        "rollback",
        "A module returns to a version that ran before; its data return only while nothing was written since.",
    ),
    (
        "freeze",
        "All calls of a module stop for a while. Emergency class: a short confirmation, and no power to change anything.",
    ),
    ("unfreeze", "A freeze ends before its time."),
    ("reference", "A module runs what a manager’s tag names, resolved at every call."),
    ("execute", "Code runs once, as the proposal itself, with exactly the listed effects."),
    ("validators", "Who certifies blocks from the next epoch on."),
    ("parameters", "The parameters of governance itself, each between its floor and ceiling."),
    ("builders", "Who is counted when a code is rebuilt from its source."),
    ("spam", "Another proposal closes and its deposit is burnt. Minor class."),
];

pub const TEXT_LONG: &str = "{0} are too many; the chain takes {1}.";
pub const WHY_MIGRATION: &str = "Choose the file of the migration.";
pub const WHY_REVERSE: &str = "Choose the file of the reverse migration.";
pub const WHY_EXECUTE: &str = "Choose the code that shall run.";
pub const MIGRATION_AUTO: &str = "As the schemas need it";
pub const MIGRATION_NONE: &str = "None";
pub const MIGRATION_OWN: &str = "The new code’s own";
pub const MIGRATION_FILE: &str = "Another file";
pub const MIGRATION_DROP: &str = "The migration’s .wasm";
pub const FIT_READS: &str = "The new code reads the data as they are; it needs no migration.";
pub const FIT_BRINGS: &str = "The new code cannot read the data as they are, and brings a migration of its own.";
pub const FIT_NEEDS: &str =
    "The new code cannot read the data as they are and brings no migration: choose a file, or it will abort.";
pub const SAME_CODE_NOTE: &str = "This is the code that runs now; such an upgrade is refused.";
pub const BACK_CHOICE: &str = "version {0}: {1}, schema {2}, b3:{3}";
pub const BACK_NONE: &str = "There is no earlier version to return to.";
pub const BACK_NONE_WHAT: &str = "A module that was never upgraded has only one.";
pub const REVERSE_NO: &str = "None";
pub const REVERSE_YES: &str = "From a file";
pub const REVERSE_DROP: &str = "The reverse migration’s .wasm";
pub const FREEZE_SLOTS: &str = "For how long";
pub const FREEZE_SLOTS_HINT: &str = "Seconds from its enactment; a slot is one second.";
pub const FREEZE_SLOTS_WRONG: &str = "A whole number of seconds above zero.";
pub const FREEZE_SLOTS_OVER: &str = "{0} too long. The window leaves {1}.";
pub const UNFREEZE_NOTE: &str = "Calls are taken again from its enactment on.";
pub const TAG_NONE: &str = "This module manages no tag.";
pub const TAG_NONE_WHAT: &str = "A manager makes tags by its own calls; choose another module.";
pub const TAG_CHOICE: &str = "{0} → b3:{1}, {2} followers, notice {3}";
pub const PIN_YES: &str = "the code that it names now, whatever the tag does next";
pub const LINK_NOTE: &str =
    "A change of the tag reaches the module at its next call, without another vote, after the tag’s notice period.";
pub const EFFECTS_TAKE: &str = "Run it here and take the effects it had";
pub const EFFECTS_AGAIN: &str = "Run it again and take them anew";
pub const EFFECT_DROP: &str = "Take out effect {0}";
pub const EXECUTE_DROP: &str = "The .wasm with an export enact()";
pub const PARAM_NOT_READ: &str = "Not a number of this unit.";
pub const PARAM_BELOW: &str = "Below its floor of {0}.";
pub const PARAM_ABOVE: &str = "Above its ceiling of {0}.";
pub const PARAM_HINT: &str = "In force: {0}. Allowed: {1}.";
pub const PARAMS_ORDER: &str = "Thresholds must stay ordered: patch, minor, major, governance.";
pub const BUILDER_ACCOUNT: &str = "Account that signs";
pub const BUILDER_MODULE: &str = "That is a module’s address; a builder signs with a key.";
pub const BUILDER_NAME_WRONG: &str = "A builder’s name has 1 to 64 bytes.";
pub const BUILDERS_MORE: &str = "Add another";
pub const BUILDERS_NEW: &str = "To register";
pub const BUILDERS_NONE: &str = "No builder is registered.";
pub const BUILDERS_NOTHING: &str = "Name a builder to register, or strike one.";
pub const BUILDERS_NOW: &str = "Registered";
pub const STRIKE_OUT: &str = "strike";
pub const SPAM_NONE: &str = "No proposal is open.";
pub const OUT_OF_BOUNDS: &str =
    "{0} is outside {1}. The running code declares these bounds; only new code can widen them.";
pub const CONFIG_COUNT: &str = "One to {0} changes fit one proposal.";
pub const CONFIG_LESS: &str = "Take this change out";
pub const CONFIG_MORE: &str = "Add another change";
pub const CONFIG_ROW: &str = "Change {0}";
pub const CONFIG_TWICE: &str = "{0} is set twice.";
pub const WHY_NOT: &str = "Why can something not be changed here?";
pub const WHY_LOOK: &str = "What you look for";
pub const WHY_PARAMETER: &str = "{0}, a parameter";
pub const WHY_CONSTANT: &str = "{0}, an answer of the code";
pub const WHY_ANYTHING: &str = "Anything of this module";
pub const WHY_CODE: &str = "What the module does";
pub const WHY_GOVERNANCE: &str = "Thresholds, fees, deposits, half-life";
pub const WHY_RUNTIME: &str = "Sizes, depths and counts: code of 1 MiB, 8 nested calls, 32 changes per proposal";
pub const WHY_FREE: &str = "It can be set by a vote, to any value of its type.";
pub const WHY_BOUNDS: &str =
    "It can be set by a vote, between {0}. Those bounds are part of the code: only an upgrade widens them.";
pub const WHY_NO_SETTER: &str =
    "The manifest names no setter for it, so no vote can set it. It changes with new code only: propose an upgrade.";
pub const WHY_NO_MANIFEST: &str =
    "The code carries no manifest, so the chain knows no parameter of it. New code with a manifest would offer some.";
pub const WHY_CODE_HOW: &str = "Behaviour is code. It changes by an upgrade, at least of the minor class.";
pub const WHY_GOVERNANCE_HOW: &str = "Those are parameters of governance itself: choose that kind above. Each has a floor and a ceiling that no vote passes.";
pub const WHY_RUNTIME_HOW: &str = "Those are limits of the runtime. They change with a runtime version, never by a vote, so that every node computes the same.";
pub const EFFECT_ADD: &str = "Add the effect";
pub const EFFECT_BY_HAND: &str = "Add an effect by hand";
pub const EFFECT_FROM: &str = "From";
pub const EFFECT_HASH: &str = "Not a code hash: 64 digits 0 to 9 and a to f.";
pub const EFFECT_NAME: &str = "Type its name.";
pub const EFFECT_NUMBER: &str = "A whole number above zero.";
pub const EFFECT_OFTEN: &str = "How often";
pub const EFFECT_VALUE: &str = "Value, SCALE bytes in digits";
