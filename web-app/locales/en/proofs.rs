//! English: executions, proofs, verdicts. Part of `en`.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

/// Kinds of storage accesses.
pub const PF_ACCESS: &[(&str, &str)] = &[
    ("read", "read"),
    ("write", "written"),
    ("remove", "removed"),
    ("old-read", "read of the old data"),
    ("old-next", "next key of the old data"),
];
/// What a field is held against.
pub const PF_AGAINSTS: &[(&str, &str)] = &[
    ("registry", "the registry of code"),
    ("recomputed", "recomputed here"),
    ("block", "the block’s transaction"),
    ("receipt", "the certified receipt"),
    ("pinned", "what this client pins"),
    ("this-chain", "this chain"),
    ("bound", "bound by the proof alone"),
    ("nothing", "nothing here"),
];
/// Fields of a statement.
pub const PF_FIELDS: &[(&str, &str)] = &[
    ("code", "Code"),
    ("entry", "Function"),
    ("args", "Arguments"),
    ("result", "Result"),
    ("outcome", "Ended"),
    ("gas", "Gas"),
    ("host-log", "Host answers"),
    ("storage-log", "Storage log"),
    ("events", "Events"),
    ("chain", "Chain"),
    ("origin", "Where it ran"),
    ("runtime", "Rules"),
    ("translator", "Translation"),
    ("keys", "Verifying keys"),
    ("gas-limit", "Gas limit"),
    ("stack-limit", "Stack limit"),
    ("nonce", "Nonce"),
];
/// Grounds of a verdict.
pub const PF_GROUNDS: &[(&str, &str)] = &[
    ("equation", "Equations"),
    ("translation", "Translation of the code"),
    ("setup", "Set-up of the keys"),
    ("curve", "The curve BN254"),
    ("receipt", "Receipt"),
    ("certificate", "Certificate"),
    ("state-root", "State root"),
    ("reexecution", "Re-execution"),
    ("genesis", "Genesis block"),
];
/// What everybody learns.
pub const PF_LEARNS: &[(&str, &str)] = &[
    ("bound-on-steps", "How long it ran at most, in rows:"),
    ("host-calls", "How often it asked the host:"),
    ("memory-pages", "Pages of memory:"),
];
/// Why the code was not run again.
pub const PF_NOT_RUN: &[(&str, &str)] = &[
    ("hidden", "Not run again: that needs the hidden arguments. The proof stands alone."),
    ("no-record", "Not run again: this tab keeps no record of this execution any more. The proof stands alone."),
    ("other-chain", "Not run again: the execution belongs to another chain."),
    ("no-code", "Not run again: the file brings no code, and this chain has none with that hash."),
    (
        "local",
        "Not run again: it was a run on somebody’s own machine, and what its host answered is that person’s word.",
    ),
];

pub const NAV_EXECUTIONS: &str = "Proofs";
pub const PF_A_MODULE: &str = "A module";
pub const PF_A_PROOF: &str = "A proof of an execution";
pub const PF_ACCESSES: &str = "Storage";
pub const PF_ACCESSES_NOTE: &str = "In order. Its digest stands in the receipt.";
pub const PF_ACKNOWLEDGE: &str = "Acknowledge";
pub const PF_ACKNOWLEDGED: &str = "Acknowledged: {0}";
pub const PF_ADDRESS: &str = "address";
pub const PF_AGAIN: &str = "Run again";
pub const PF_AGAIN_NOTE: &str = "Running the code is the authority.";
pub const PF_AGAINST: &str = "Held against";
pub const PF_AGREES: &str = "The reference engine ran the same call here in {0} and gives the same in every field.";
pub const PF_AGREES_RECORD: &str = "The record of this execution was run again here and gives the same in every field.";
pub const PF_ALARM_LEAD: &str =
    "This client uses what running the code gives. The proof is kept as evidence and trusted for nothing.";
pub const PF_ALL: &str = "All";
pub const PF_ARGUMENTS: &str = "Arguments";
pub const PF_ARGUMENTS_PUBLIC: &str =
    "They stand in a block for everyone to read, so no proof of this execution can hide them.";
pub const PF_ASK: &str = "Ask the chain for a proof";
pub const PF_ASK_NOTE: &str = "An event for everyone who can prove. It stays open for 1,000 slots; whoever brings a proof in time has it verified by the ledger.";
pub const PF_ASKED: &str = "asked for";
pub const PF_ASKED_FOR: &str = "Asked for";
pub const PF_AT_BLOCK: &str = "at block {0}";
pub const PF_BAD: &str = "No execution or proof has this address.";
pub const PF_BLOCKS: &str = "blocks";
pub const PF_BY: &str = "by";
pub const PF_BYTES: &str = "bytes";
pub const PF_CANNOT_HIDE_ARGS: &str = "This function reads its arguments through the host, whose answers are public. Only functions that take integers directly can hide them.";
pub const PF_CHAIN_ALT: &str = "{0} segments, as wide as their circuits are large; their sums must be zero together";
pub const PF_CHECKED_IN: &str = "Checked here in {0}: {1} segments, a file of {2}.";
pub const PF_CHOOSE: &str = "Choose a module";
pub const PF_CLASS: &str = "Class";
pub const PF_COMMITMENT: &str = "Commitment";
pub const PF_CONSTRAINTS: &str = "Constraints";
pub const PF_CONTRIBUTIONS: &str = "{0} contributions, of whose makers one must have been honest.";
pub const PF_DID: &str = "What it did";
pub const PF_DID_CALL: &str = "The execution itself stands as it is.";
pub const PF_DID_KEPT: &str = "Kept the executed result: state, receipts and finality are unaffected.";
pub const PF_DID_KEYS: &str = "Noted the verifying keys under which the proof holds:";
pub const PF_DID_NOTE: &str = "Already done.";
pub const PF_DID_PROOF: &str = "Kept the proof as evidence:";
pub const PF_DIGEST: &str = "Digest";
pub const PF_DISAGREES: &str = "disagrees";
pub const PF_DISAGREES_TITLE: &str = "Proof and re-execution disagree.";
pub const PF_DISAGREES_VALUES: &str = "A proof that verifies says {0}. Running the code says {1}.";
pub const PF_DO: &str = "What you can do";
pub const PF_DO_HOLD: &str = "If you hold ZRA: a proposal to refuse these keys needs this file. Download it first.";
pub const PF_DO_NOTE: &str = "By who you are.";
pub const PF_DO_RELY: &str =
    "If you rely on this result: use what running the code gives. It is what the chain’s state holds.";
pub const PF_DO_WROTE: &str =
    "If you wrote the module or the circuit: download the file; zera-prove inspect shows where both part.";
pub const PF_DOES_NOT_HOLD: &str = "{0}, {1}: this proof does not hold.";
pub const PF_DONE: &str = "Done";
pub const PF_DOWNLOAD: &str = "Download";
pub const PF_DOWNLOAD_NOTE: &str = "The file brings the code along, so that it verifies anywhere, offline:";
pub const PF_ENDED: &str = "ended: {0}";
pub const PF_ESTIMATE: &str = "{0}; {1}; a file of about {2}.";
pub const PF_EXECUTION: &str = "Execution";
pub const PF_EXECUTION_NOT: &str = "Execution not proven.";
pub const PF_EXECUTION_PROVEN: &str = "Execution proven.";
pub const PF_EXECUTION_PROVEN_IS: &str = "Execution proven";
pub const PF_EXECUTION_UNKNOWN: &str = "Nobody can say here whether the execution is proven.";
pub const PF_EXECUTIONS: &str = "Executions";
pub const PF_EXECUTIONS_NOTE: &str = "Calls of modules that this tab recorded while it ran them, newest first.";
pub const PF_FAILED: &str = "The last attempt failed.";
pub const PF_FETCH: &str = "{0} of proving keys are fetched first.";
pub const PF_FIELD: &str = "Field";
pub const PF_FORGET: &str = "Forget";
pub const PF_FUNCTION: &str = "Host function";
pub const PF_GAS_OF: &str = "of {0}";
pub const PF_H_FAILED: &str = "failed";
pub const PF_H_PROVEN: &str = "proven";
pub const PF_H_PROVING: &str = "being proven";
pub const PF_H_PURGED: &str = "record gone";
pub const PF_HELD: &str = "This tab holds a proof.";
pub const PF_HIDDEN: &str = "hidden";
pub const PF_HIDE: &str = "What the proof hides";
pub const PF_HIDE_ARGS: &str = "the arguments";
pub const PF_HIDE_EVENTS: &str = "what it emits";
pub const PF_HIDE_RESULT: &str = "the result";
pub const PF_HIDES: &str = "hides";
pub const PF_HIDING: &str = "What is hidden";
pub const PF_HIDING_NOTE: &str = "And what everyone learns who has the file.";
pub const PF_HOST: &str = "Host calls";
pub const PF_HOST_CALLS: &str = "answers of the chain";
pub const PF_HOST_DIGEST: &str = "digest of all answers of the host, as the receipt has it";
pub const PF_HOST_NOTE: &str = "What it asked, and what it was told. A proof holds for these answers.";
pub const PF_IN_BLOCK: &str = "in a block";
pub const PF_IN_TRANSACTION: &str = "In transaction";
pub const PF_INPUT: &str = "Input";
pub const PF_INPUTS: &str = "Public inputs";
pub const PF_INPUTS_NOTE: &str = "What they mean is known to those who know the circuit.";
pub const PF_INSECURE: &str = "INSECURE";
pub const PF_INSECURE_WHY: &str = "Made with development keys, from a seed that anyone can read: whoever reads it can prove anything. Good for trying out, worth nothing as evidence.";
pub const PF_KEPT: &str = "Proofs kept here";
pub const PF_KEPT_FOR: &str = "Kept for";
pub const PF_KEPT_LONGER: &str = "ten times as long where its module marked it, or a proof was asked for";
pub const PF_KEPT_NONE: &str = "This tab keeps no proof.";
pub const PF_KEPT_NONE_DO: &str = "One that you make, or drop on the Verify page, stays here.";
pub const PF_KEPT_NOTE: &str = "In this browser, until you forget them.";
pub const PF_KEY: &str = "Key";
pub const PF_KEY_SET: &str = "Digest";
pub const PF_KEYS: &str = "Verifying keys";
pub const PF_KEYS_NOTE: &str = "Whoever knows a secret of their set-up can prove anything.";
pub const PF_KEYS_OF: &str = "{0} {1} of {2}";
pub const PF_L_EXPIRED: &str = "expired";
pub const PF_L_NOTHING: &str = "—";
pub const PF_L_NOTHING_LONG: &str = "Nobody has asked the chain for a proof of it.";
pub const PF_L_REQUESTED: &str = "requested";
pub const PF_L_VERIFIED: &str = "verified by the ledger";
pub const PF_LEAD: &str = "A proof shows in milliseconds that code gave this result, to anyone, offline, without running it again. It is made here, in this tab, when you ask for it.";
pub const PF_LEAD_AGREES: &str = "This tab checked the proof, and running the code again gives the same.";
pub const PF_LEAD_LOCAL: &str =
    "Somebody ran it on their own machine; it changed nothing on any chain. This tab checked the proof.";
pub const PF_LEAD_NOT_RUN: &str = "This tab checked the proof. It did not run the code again.";
pub const PF_LEARNT: &str =
    "Which code ran, that the whole run was covered, what the host answered, how it ended, its gas, and:";
pub const PF_LEFT: &str = "{0}, about {1} left";
pub const PF_LOCAL: &str = "Run in private";
pub const PF_LOCAL_DONE: &str = "Proven. Nothing of it reached the chain.";
pub const PF_LOCAL_NOTE: &str = "On arguments that nobody else sees.";
pub const PF_LOCAL_PANEL: &str =
    "Runs on the head’s state, in this tab. Nothing is sent, signed or stored on the chain.";
pub const PF_LOCAL_STAYS: &str =
    "A run in private belongs to no block, so the ledger does not verify it. Give the file to whoever should know.";
pub const PF_LOCAL_WHAT: &str = "Run a function here and prove its result without showing what it was run on.";
pub const PF_MARKED: &str = "marked “{0}” by its module";
pub const PF_MORE: &str = "and {0} more";
pub const PF_MOST_ROOM: &str = "Room for records:";
pub const PF_N_OF: &str = "{0} of {1}";
pub const PF_NEWEST: &str = "Newest";
pub const PF_NO: &str = "not provable";
pub const PF_NO_ACCESS: &str = "It touched no storage.";
pub const PF_NO_HOST: &str = "It asked the host nothing.";
pub const PF_NO_MODULES: &str = "There is no module yet.";
pub const PF_NONE: &str = "No execution is recorded that fits.";
pub const PF_NONE_DO: &str = "Call a module; its execution is recorded while it runs.";
pub const PF_NOT_LEARNT: &str = "{0}, or anything computed from it on the way. What is hidden stands nowhere in the file, not even as a commitment.";
pub const PF_NOT_PROVABLE: &str = "This code cannot be proven.";
pub const PF_NOTHING_HIDDEN: &str = "Nothing is hidden but the run’s inner steps.";
pub const PF_OF_MODULE: &str = "Only those of";
pub const PF_OF_ROOM: &str = "of {0}";
pub const PF_OLDER: &str = "Older";
pub const PF_OLDEST: &str = "from block {0} on";
pub const PF_ON_HIDDEN: &str = " on arguments you may not see";
pub const PF_ON_LEDGER: &str = "On the ledger";
pub const PF_ON_LEDGER_NOTE: &str = "The same for every node.";
pub const PF_ONE_OF_THREE: &str =
    "One of three is wrong: the circuit, the set-up of its keys, or the engine in this tab.";
pub const PF_OPEN_PROOF: &str = "Open the proof";
pub const PF_OPEN_UNTIL: &str = "open until slot {0}";
pub const PF_ORIGIN: &str = "Where it ran";
pub const PF_P_COMMITTING: &str = "committing";
pub const PF_P_EXECUTING: &str = "running the call again";
pub const PF_P_KEYS: &str = "fetching proving keys";
pub const PF_P_PROVING: &str = "proving";
pub const PF_P_TRACING: &str = "tracing the run";
pub const PF_P_VERIFYING: &str = "verifying what was made";
pub const PF_P_WAITING: &str = "waiting for its turn";
pub const PF_PINNED: &str = "Pinned";
pub const PF_PINNED_NO: &str = "no: this client does not know this set";
pub const PF_PINNED_YES: &str = "yes, by this client";
pub const PF_PROOF: &str = "Proof";
pub const PF_PROOF_N: &str = "Proof {0}";
pub const PF_PROOF_NOTE: &str = "Made in this tab, in workers of its own.";
pub const PF_PROOF_SAYS: &str = "Proof says";
pub const PF_PROVABLE: &str = "Provable";
pub const PF_PROVE: &str = "Prove";
pub const PF_PROVE_AGAIN: &str = "Try again";
pub const PF_PROVE_ONCE_MORE: &str = "Prove once more";
pub const PF_PROVE_THIS: &str = "Prove this execution";
pub const PF_PROVEN: &str = "Proven";
pub const PF_PRUNE: &str = "Forget all records";
pub const PF_PURGED: &str = "The record is gone.";
pub const PF_PURGED_WHY: &str = "It was too old, there was no room, or another node ran the block. The execution stands; it can be proven only where its record is kept.";
pub const PF_RAN: &str = "{0} ran {1}: {2}, {3} gas.";
pub const PF_REASON: &str = "Why it may be put away";
pub const PF_REASON_HINT: &str = "For those who look later.";
pub const PF_RECORDING: &str = "Record executions while they run";
pub const PF_RECORDS: &str = "Records";
pub const PF_RECORDS_NOTE: &str = "Kept in this browser. No module ever sees what is kept.";
pub const PF_RETURNED: &str = "Returned";
pub const PF_RETURNED_HIDDEN: &str = "returned what you may not see";
pub const PF_RETURNED_VALUE: &str = "returned {0}";
pub const PF_ROOM: &str = "Room";
pub const PF_ROWS: &str = "{0} rows";
pub const PF_ROWS_ABOUT: &str = "about {0} rows";
pub const PF_RUN_AND_PROVE: &str = "Run here and prove";
pub const PF_RUN_HERE: &str = "in private";
pub const PF_RUN_SAYS: &str = "Run here";
pub const PF_RUNS_ALL_THE_SAME: &str = "It runs all the same.";
pub const PF_SAYS: &str = "{0} ran {1}{2} and {3}.";
pub const PF_SEGMENT: &str = "Segment";
pub const PF_SEGMENT_OF: &str = "{0}, segment {1} of {2}";
pub const PF_SEGMENTS: &str = "Segments";
pub const PF_SEGMENTS_NOTE: &str = "A run is cut into circuits of fixed size. The last one closes the sums.";
pub const PF_SET_UP: &str = "Set-up";
pub const PF_SHARE: &str = "Share this page: it opens where the proof is kept; elsewhere send the file along.";
pub const PF_SHOW_ALL: &str = "Show all";
pub const PF_SINCE: &str = "{0} ({1}, {2} of memory)";
pub const PF_SIZE: &str = "Size";
pub const PF_STACK: &str = "Stack";
pub const PF_STACK_NOTE: &str = "units it could use";
pub const PF_STATE: &str = "State";
pub const PF_STATE_BOUND: &str = "State bound.";
pub const PF_STATE_BOUND_IS: &str = "State bound";
pub const PF_STATE_LOCAL: &str = "Bound to no state: it was a run in private.";
pub const PF_STATE_MEANS: &str = "What the host answered is what the chain’s certified receipt says it answered.";
pub const PF_STATE_NOT: &str = "Not bound to the chain’s state.";
pub const PF_STATE_UNKNOWN: &str = "Nobody can say here whether it is bound to a chain’s state.";
pub const PF_STATE_WITHOUT: &str = "Without this, a proof holds for host answers that anybody may have made up.";
pub const PF_STATEMENT: &str = "Statement";
pub const PF_STATEMENT_DIGEST: &str = "Statement";
pub const PF_STATEMENT_NOTE: &str = "Each field, and what it is held against.";
pub const PF_STOCK_HOLDS: &str = "Valid: the equation on {0} holds for these inputs under this key.";
pub const PF_STOCK_KEY_NOTE: &str = "Compare the digest with the one that the circuit’s makers publish.";
pub const PF_STOCK_MEANS: &str = "It says: whoever made it knew a witness for the circuit that belongs to this key. Which circuit that is, and what the inputs mean, is not in the files.";
pub const PF_STOCK_NEEDS: &str = "This is {0}. Drop the other files of the three: {1}.";
pub const PF_STOCK_NOT: &str = "Not valid: the equation on {0} does not hold.";
pub const PF_STOCK_TIME: &str = "Checked here in {0}.";
pub const PF_STORAGE_ACCESSES: &str = "reads, writes and removals";
pub const PF_STORAGE_DIGEST: &str = "digest of the ordered storage log, as the receipt has it";
pub const PF_SUBMIT: &str = "Submit to the ledger";
pub const PF_SUBMIT_NOTE: &str =
    "The ledger verifies it and says so in an event, for everyone. It costs gas by the size of code and proof.";
pub const PF_SUBMITTED: &str = "submitted";
pub const PF_SUM: &str = "Sum";
pub const PF_SUMS_NOTE: &str = "Commitments and sums are blinded anew in every proof: they say nothing about the run. All sums and the public part add up to zero, or the proof is refused.";
pub const PF_TAKES: &str = "It takes about {0}, by earlier proofs in this tab.";
pub const PF_THE_ARGS: &str = "The arguments";
pub const PF_THE_EVENTS: &str = "what it emitted";
pub const PF_THE_RESULT: &str = "the result";
pub const PF_TITLE: &str = "Executions that can be proven";
pub const PF_TITLE_NONE: &str = "Nothing has run yet that could be proven.";
pub const PF_TITLE_SOME: &str = "{0} executions are recorded here, in {1}. Each can be proven from its page.";
pub const PF_UNDER_WAY: &str = "Under way";
pub const PF_UNDER_WAY_NOTE: &str = "They go on when you look at other pages.";
pub const PF_USE: &str = "Use it";
pub const PF_USE_NOTE: &str = "It is a file like any other.";
pub const PF_VALUE: &str = "Value";
pub const PF_VERDICT: &str = "Verdict";
pub const PF_VERDICT_NOTE: &str = "Two questions, kept apart.";
pub const PF_VERIFY_AGAIN: &str = "Verify again";
pub const PF_WHAT_RAN: &str = "What ran";
pub const PF_WHAT_RAN_NOTE: &str = "By the receipt and this tab’s record.";
pub const PF_WHEN: &str = "When";
pub const PF_WHICH: &str = "Which executions";
pub const PF_WROTE: &str = "Told";
pub const PF_YOU_DO_NOT: &str = "You do not learn";
pub const PF_YOU_LEARN: &str = "You learn";
pub const P_EQUATION: &str = "pairing equation on {0}";
pub const P_EQUATION_HOW: &str = "checked in this tab, points and numbers in their one canonical form";
pub const P_PROOF_CHECKED: &str = "verified when it was made or brought here; open it to verify it again";
pub const P_PROOF_BY: &str = "proof";
pub const P_FIELD_BOUND: &str = "bound by the challenge of every segment";
pub const P_SEGMENT_HOW: &str = "its own pairing equation, and its sum in the total";
pub const P_STATE_BOUND: &str = "log digests equal those of the certified receipt";
pub const P_DISAGREES_ONE: &str = "the proof says one thing, running the code another";
pub const SAMPLE_INTEGRITY: &str = "Document 001: logic worth proving, and requests for proofs";
pub const SAMPLE_TALLY: &str = "Counts conviction by the ledger’s own arithmetic; try it in private";
pub const VERIFY_PROOF_TITLE: &str = "Proofs and journals can be checked here, without trusting whoever gave them.";
pub const VERIFY_DROP_ANY: &str = "Drop a proof, a journal, or the JSON files of snarkjs here, or pick one";
pub const VERIFY_ANOTHER_ANY: &str = "Drop another file here, or pick one";
pub const VERIFY_PROOF_LEAD: &str = "A proof file shows that code gave a result; a journal shows the history of upgrades. Nothing leaves this tab, and no network is needed.";
pub const VERIFY_PASTE: &str = "Or paste JSON of snarkjs";
pub const VERIFY_PASTE_HINT: &str = "proof.json, public.json, verification_key.json: one after the other, in any order";
pub const VERIFY_PASTE_TAKE: &str = "Take it";
