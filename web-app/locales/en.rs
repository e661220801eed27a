//! English: every sentence of the page. `{0}`, `{1}` are gaps that `text::fill` closes. Another language is a file beside
//! this one with the same names. Words in the field's terms, short; the actor is named; no exclamation marks.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

#[path = "en/beginning.rs"]
mod beginning;
#[path = "en/bench.rs"]
mod bench;
#[path = "en/blocks.rs"]
mod blocks;
#[path = "en/calls.rs"]
mod calls;
#[path = "en/chain.rs"]
mod chain;
#[path = "en/charts.rs"]
mod charts;
#[path = "en/comparison.rs"]
mod comparison;
#[path = "en/deploy.rs"]
mod deploy;
#[path = "en/enumerations.rs"]
mod enumerations;
#[path = "en/fleet.rs"]
mod fleet;
#[path = "en/journal.rs"]
mod journal;
#[path = "en/keys.rs"]
mod keys;
#[path = "en/known.rs"]
mod known;
#[path = "en/module.rs"]
mod module;
#[path = "en/network.rs"]
mod network;
#[path = "en/pipelines.rs"]
mod pipelines;
#[path = "en/proofs.rs"]
mod proofs;
#[path = "en/proposal.rs"]
mod proposal;
#[path = "en/propose.rs"]
mod propose;
#[path = "en/voting.rs"]
mod voting;
#[path = "en/words.rs"]
mod words;

pub use beginning::*;
pub use bench::*;
pub use blocks::*;
pub use calls::*;
pub use chain::*;
pub use charts::*;
pub use comparison::*;
pub use deploy::*;
pub use enumerations::*;
pub use fleet::*;
pub use journal::*;
pub use keys::*;
pub use known::*;
pub use module::*;
pub use network::*;
pub use pipelines::*;
pub use proofs::*;
pub use proposal::*;
pub use propose::*;
pub use voting::*;
pub use words::*;

pub const ABORTED_AT: &str = "aborted at {0}";
pub const ABORTED_BECAUSE: &str = "aborted in block {1}: {0}";
pub const ABORTED_WHAT: &str = "Its effects were discarded in the same step; the version before it kept running.";
pub const ABSENT: &str = "absent";
pub const ACCOUNT: &str = "Account";
pub const ACCOUNT_NONE: &str = "No key is in this tab yet, so no account is yours.";
pub const ACCOUNT_NONE_LEAD: &str = "Reading needs none. A key lets you deploy, call, stake and vote.";
pub const ACCOUNT_TITLE: &str = "You have {0} free and {1} staked.";
pub const ACCOUNT_TITLE_OTHER: &str = "{0} has {1} free and {2} staked.";
pub const ADDRESS_BAD: &str = "This address names nothing on this chain.";
pub const ADD_ITEM: &str = "Add one";
pub const ADVICE_FLOAT: &str = "Use fixed-point integers and build again.";
pub const ADVICE_IMPORT: &str = "Import only functions of the host API, from “zera”; the SDK declares them.";
pub const ADVICE_MEMORY: &str =
    "Declare a memory maximum: link with --max-memory=1048576, or another multiple of 65,536 up to 16 MiB.";
pub const ADVICE_OTHER: &str = "Change the place named above and build again.";
pub const AGAINST: &str = "against";
pub const AGO: &str = "{0} ago";
pub const ALARM: &str = "alarm";
pub const ALL_MODULES: &str = "All modules";
pub const ALL_OF_IT: &str = "all";
pub const ALL_OF_MINE: &str = "All I can add";
pub const ALL_PROPOSALS: &str = "All proposals";
pub const AMOUNT: &str = "Amount";
pub const ASKING: &str = "Asking the node in this tab.";
pub const ASK_KEEP: &str = "Ask the browser to keep it";
pub const ASK_MODULE: &str = "Ask the module";
pub const ATTACHED: &str = "ZRA attached";
pub const ATTACHED_HINT: &str = "Given to the module with the call; empty for none.";
pub const ATTEMPT: &str = "Not enacted";
pub const AT_BLOCK: &str = "{0}, at block {1}";
pub const AT_TODAYS: &str = "At today’s stakes";
pub const AUTHOR: &str = "Author";
pub const AUTHORS_WORDS: &str = "author’s words";
pub const BACK: &str = "Back";
pub const BACK_TO_FORM: &str = "Back to the form";
pub const BALANCE: &str = "Balance";
pub const BALANCE_NOTE: &str = "All of it counts towards the supply; nothing is hidden.";
pub const BLOCK: &str = "Block";
pub const BOUNDS: &str = "Bounds";
pub const BOUNDS_OF: &str = "{0} to {1}";
pub const BROKEN: &str = "broken";
pub const BROWSER_ESTIMATE: &str = "browser’s estimate";
pub const BURNT: &str = "{0} of it burnt";
pub const BY_THIS_TAB: &str = "by this tab";
pub const CALL: &str = "Call";
pub const CALLS: &str = "Calls";
pub const CAUSE_BROWSER: &str = "The browser caused it.";
pub const CAUSE_PEER: &str = "A peer caused it, or the way to it.";
pub const CAUSE_CLIENT: &str = "This client caused it: a defect.";
pub const CAUSE_MODULE: &str = "The module caused it.";
pub const CAUSE_REQUEST: &str = "The request caused it.";
pub const CERTIFICATES: &str = "Certificates";
pub const CERTIFICATES_ALL: &str = "all {0}, one signer";
pub const CERTIFICATE_NOTE: &str = "Who finalised this block.";
pub const CHANGE: &str = "Change";
pub const CHANGED_TO: &str = "to {0} in block {1}";
pub const CHANGES: &str = "stake changes";
pub const CHANGE_ABOUT: &str = "A change of stake, from the chain’s own log";
pub const CHANGE_NOTE: &str = "What enactment will do. Checked here first.";
pub const CHANGE_ZRA: &str = "Change, ZRA";
pub const CHECK: &str = "Check";
pub const CLASS_TAG: &str = "{0} class";
pub const CLIENT_VERSION: &str = "ZERA client {0}";
pub const CLOCK: &str = "Clock";
pub const CLOCK_NOTE: &str = "Only on a chain of one’s own: time can be let pass. The skip is stored in the chain.";
pub const CLOSED: &str = "Closed";
pub const CLOSED_NOTE: &str = "Enacted, aborted, expired or withdrawn.";
pub const CLOSES_IN: &str = "{0}; closes in {1} if nothing changes";
pub const CODE: &str = "Code";
pub const CONSTRUCTOR_ASKS: &str = "Its constructor asks for this:";
pub const CONSTRUCTOR_SILENT: &str = "Its constructor asks for nothing.";
pub const CONVICTION: &str = "Conviction";
pub const CONVICTION_ABOUT: &str = "Conviction: stake weighted by how long it has stood, halfway after one half-life";
pub const CONVICTION_BAR: &str = "Conviction against its bar";
pub const CONVICTION_UNIT: &str = "conviction, {0} ZRA";
pub const COPIED: &str = "copied";
pub const COPY: &str = "copy";
pub const COPY_WHAT: &str = "Copy the {0}";
pub const CROSSES: &str = "Crosses";
pub const CRUMBS: &str = "Where you are";
pub const DEPLOY: &str = "Deploy";
pub const DEPLOYED: &str = "The module runs.";
pub const DEPLOYED_FIRST: &str = "deployed";
pub const DEPOSIT: &str = "Deposit";
pub const DEPOSITS: &str = "Proposal deposits";
pub const DEPOSITS_ABOUT: &str = "Held while proposals are open";
pub const DEPOSIT_OF: &str = "{0}, returned unless it never reaches 1 % of S";
pub const DESCRIPTION: &str = "Description";
pub const DESCRIPTION_HINT: &str = "Shown to voters as your words, marked unverified.";
pub const DISMISS: &str = "Dismiss";
pub const DOES: &str = "Does";
pub const DOWNLOAD_WASM: &str = "Download .wasm";
pub const DO_ANOTHER: &str = "Do another";
pub const DROP_HINT: &str = "Drop it here or pick it. It is read in this tab and goes nowhere else.";
pub const DROP_WASM: &str = "Your own .wasm";
pub const ENACTED_AT: &str = "enacted in block {0}";
pub const ENACTS: &str = "Enacts";
pub const ENDED_BADLY: &str = "It changed nothing but fee and nonce: {0}.";
pub const ENDED_BADLY_ADVICE: &str =
    "The receipt names the call that ended it. Correct the arguments or raise what it ran out of, and send it again.";
pub const ENTRIES: &str = "State entries";
pub const ENTRIES_ABOUT: &str = "Entries of the state this tab keeps";
pub const ENTRY: &str = "Entry";
pub const EPOCH: &str = "Epoch";
pub const ESC_CLOSES: &str = "Esc closes";
pub const EVENT: &str = "Event";
pub const EVENTS: &str = "Events";
pub const EVENTS_EMPTY: &str = "No events.";
pub const EVENTS_NOTE: &str = "What modules and runtime reported.";
pub const EVENT_ROOT: &str = "Event root";
pub const EVERY_CHANGE: &str = "Every stake change";
pub const EXECUTABLE: &str = "Executable";
pub const EXECUTABLE_NOTE: &str = "What a call resolves to.";
pub const EXEC_BYTES: &str = "hashed here, {0} functions, no floats";
pub const EXEC_CODE: &str = "its own code, not a reference";
pub const EXEC_DEPLOYED: &str = "Deployer";
pub const EXEC_INSTRUMENTED: &str = "Instrumented";
pub const EXEC_INSTRUMENTED_HOW: &str = "{0} with gas and stack counting";
pub const EXPIRED_AT: &str = "expired in block {0}";
pub const EXPIRY: &str = "Valid until";
pub const EXPORTS: &str = "Exports";
pub const FEE: &str = "Fee";
pub const FEE_LIMIT: &str = "Fee at most";
pub const FILE: &str = "File";
pub const FILE_NOTE: &str = "Up to 1 MiB. C, C++, Rust or anything that compiles to integer WebAssembly.";
pub const FINAL: &str = "Final";
pub const FINAL_ABOUT: &str = "A solo chain is final at once: one signer, this tab";
pub const FIND: &str = "Hash, height, address, #proposal, module";
pub const FIND_NOTHING: &str = "That is no hash, height, address, #proposal or name of a module of this chain.";
pub const FOOT_MARKS: &str = "Every figure opens the path of how it is known.";
pub const FOR: &str = "for";
pub const FREE: &str = "Free";
pub const FREE_ABOUT: &str = "Free to spend";
pub const FREE_BALANCE: &str = "Free to stake";
pub const FREE_STAKE: &str = "Free to allocate";
pub const FREE_STAKE_ABOUT: &str = "Staked and on no open proposal";
pub const FROM: &str = "From";
pub const FROM_START: &str = "From the start";
pub const FUNCTION: &str = "Function";
pub const FUNCTIONS: &str = "Functions";
pub const GAS: &str = "Gas";
pub const GAS_FEE: &str = "Gas, fee";
pub const GAS_LIMIT: &str = "Gas at most";
pub const HALF_LIFE: &str = "Half-life";
pub const HALF_LIFE_ABOUT: &str = "Conviction covers half of its way to the stake in this time";
pub const HASH: &str = "Hash";
pub const HASHED_HERE: &str = "hashed here";
pub const HASH_DIFFERS: &str = "two hashes differ";
pub const HEAD: &str = "Head";
pub const HEADER: &str = "Header";
pub const HEADER_NOTE: &str = "What the certificate commits to.";
pub const HEAD_ABOUT: &str = "The newest block of this chain";
pub const HEAD_N: &str = "head {0}";
pub const HELD: &str = "held";
pub const HINT: &str = "Access hint";
pub const HISTORY: &str = "History";
pub const HISTORY_NOTE: &str = "Newest first. Side branches never became, or have not yet become, the running version.";
pub const HOLDS: &str = "Holds";
pub const HOME: &str = "ZERA, overview";
pub const HOW_FAR: &str = "How far it is";
pub const HOW_FAR_NOTE: &str = "Four steps, each with its own evidence.";
pub const HOW_KNOWN: &str = "How this is known";
pub const HOW_KNOWN_NOTE: &str = "From the tally to the one thing you trust.";
pub const HOW_MARKS: &str = "How to read marks";
pub const HOW_MARKS_NOTE: &str = "Press any mark to see its path.";
pub const IF_ENACTED: &str = "If it is enacted";
pub const IF_ENACTED_WHAT: &str = "Conditions are checked again in that block. Any failure aborts with a reason and leaves the running version untouched.";
pub const IF_GIVEN: &str = "If someone gave it to you";
pub const IF_GIVEN_DO: &str = "Send them the report. It holds the hash, the rule and the place, and nothing about you.";
pub const IF_IT_RUNS: &str = "If it runs in block {0}";
pub const IF_WROTE: &str = "If you wrote it";
pub const IMPORTED: &str = "The imported chain was checked block by block and runs now.";
pub const IMPORTS: &str = "Imports";
pub const IN_ORDER: &str = "In the order in which they ran.";
pub const IN_TIME: &str = "in {0}";
pub const KEEP: &str = "Keep everything";
pub const KEPT: &str = "The browser has promised to keep it.";
pub const KEY: &str = "Key";
pub const KEYS: &str = "Keys";
pub const KIND_CONFIG: &str = "Parameters of modules";
pub const KIND_UPGRADE: &str = "New code for a module";
pub const KNOWN_HOW: &str = "Known how";
pub const LANE: &str = "Lane";
pub const LEAD_ABORTED: &str =
    "Its enactment in block {1} was aborted: {0}. The version before it kept running, and its data is untouched.";
pub const LEAD_ACCRUING: &str =
    "Needs {0} of conviction and has {1}. If no stake changes, it crosses in {2} and enacts itself in {3}.";
pub const LEAD_APPROVED: &str =
    "Confirmed. It waits out its timelock and enacts itself in {0}, if all conditions still hold.";
pub const LEAD_CONFIRMING: &str =
    "Has {0}, above the bar of {1}. It must stay there for {2} more and enacts itself in {3}.";
pub const LEAD_EXPIRED: &str = "Expired in block {0} with {1} of the {2} it needed. All stake on it is free.";
pub const LEAD_NEVER: &str = "Needs {0} of conviction and has {1}. Never at this support.";
pub const LEAD_NEVER_BUT: &str =
    "Needs {0} of conviction and has {1}. Never at this support; {2} more for it would pass in time.";
pub const LEAD_WITHDRAWN: &str = "Its author took it back in block {0}, before anyone else had put stake on it.";
pub const LET_TIME_PASS: &str = "Let time pass:";
pub const LIVE: &str = "Open";
pub const LIVE_ABOUT: &str = "Proposals that can still pass";
pub const LOCKS: &str = "Stake on proposals";
pub const LOCKS_EMPTY: &str = "No stake of this account is on a proposal.";
pub const LOCKS_EMPTY_WHAT: &str = "See what could use it";
pub const LOCKS_NOTE: &str =
    "Stake counts once across proposals and can be released at any time; its conviction leaves with it.";
pub const LOCK_FREE: &str = "closed; the stake is free";
pub const LOCK_LIVE: &str = "open";
pub const MANY_MODULES: &str = "modules";
pub const MANY_CLOSED: &str = "proposals";
pub const MANY_PROPOSALS: &str = "open proposals";
pub const MANY_TX: &str = "transactions";
pub const MARKS_ON_PAGE: &str = "Marks on this page";
pub const MARKS_WHOSE: &str = "The mark belongs to one figure, not to a page. A verified hash next to an unverified description tells you exactly how far to trust each.";
pub const MEMORY: &str = "Memory";
pub const MEMORY_OF: &str = "{0} pages of 64 KiB at the start, {1} at most";
pub const MIGRATED: &str = "{0} entries migrated.";
pub const MIGRATION: &str = "Migration";
pub const MINE: &str = "{0} {1}, conviction {2}";
pub const MODE_SOLO: &str = "Solo chain";
pub const MODE_SOLO_MEANS: &str = "sealed by this tab, one signer";
pub const MODE_STARTING: &str = "Starting";
pub const MODE_STOPPED: &str = "Stopped";
pub const MODULE: &str = "Module";
pub const MODULES_EMPTY: &str = "No module runs on this chain yet.";
pub const MODULES_EMPTY_WHAT: &str = "A sample or any .wasm that keeps the rules would fill this page.";
pub const MODULES_FILTER: &str = "Name, address or code hash";
pub const MODULES_LEAD: &str =
    "A module runs its own code until a vote replaces it. Every version it ever ran stays on record.";
pub const MODULES_NONE: &str = "No module runs on this chain yet.";
pub const MODULES_TITLE: &str = "{0} on this chain; a vote could change {1} of them.";
pub const MODULE_ABOUT: &str = "From the registry in this chain’s state";
pub const MODULE_LEAD: &str = "Storage schema {0}, generation {1}; {2} entries; holds {3}.";
pub const MODULE_SET: &str = "Module set";
pub const MODULE_TITLE: &str = "{0} runs {1}, its own code, unchanged since block {2}.";
pub const MOVE_HINT: &str = "Keep a little free: fees are paid from the free balance.";
pub const MOVE_ZRA: &str = "Move ZRA";
pub const MOVE_ZRA_NOTE: &str = "Stake binds ZRA so that they can be put on proposals.";
pub const NAME: &str = "Name";
pub const NAV_ACCOUNT: &str = "Account";
pub const NAV_BLOCKS: &str = "Blocks";
pub const NAV_MODULES: &str = "Modules";
pub const NAV_OVERVIEW: &str = "Overview";
pub const NAV_PROPOSALS: &str = "Proposals";
pub const NAV_SETTINGS: &str = "Settings";
pub const NEED_DEPLOY: &str = "No module runs here yet";
pub const NEED_DEPLOY_WHAT: &str = "Deploy a sample or your own .wasm; it takes two signatures’ worth of reading.";
pub const NEED_FREE: &str = "{0} on proposal {1} are free again";
pub const NEED_FREE_WHAT: &str = "The proposal has closed. Put the stake elsewhere or take it back.";
pub const NEED_PROPOSE: &str = "Nothing is being voted on";
pub const NEED_PROPOSE_WHAT: &str = "Propose new code or a parameter for a module that runs.";
pub const NEED_VOTE: &str = "Proposal {0} has no stake of yours: {1}";
pub const NEED_VOTE_WHAT: &str = "You could put up to {0} for or against it.";
pub const NEVER: &str = "never";
pub const NEW: &str = "new";
pub const NEWEST: &str = "Newest blocks";
pub const NEW_CODE: &str = "New code";
pub const NEW_LEAD: &str =
    "Its class follows from its effects. If conviction for it stays over the threshold, the chain enacts it by itself.";
pub const NEW_MODULE: &str = "New module";
pub const NEW_PROPOSAL: &str = "New proposal";
pub const NEW_SEQUENCE: &str = "New sequence";
pub const NEW_VALUE: &str = "New value";
pub const NEXT_ENTRIES: &str = "Next entries, with proofs";
pub const NONCE: &str = "Nonce";
pub const NONCE_ABOUT: &str = "Number of the next transaction";
pub const NONE: &str = "none";
pub const NOTE: &str = "Note";
pub const NOTHING: &str = "nothing";
pub const NOT_AMOUNT: &str = "Not an amount: digits, at most nine decimals.";
pub const NOT_A_MODULE: &str = "the address of an account, not of a module";
pub const NOT_ENACTED: &str = "not enacted";
pub const NOT_FOUND_EMPTY: &str = "The address may be cut or mistyped.";
pub const NOT_FOUND_LEAD: &str = "Every page of this client has an address; this is none of them.";
pub const NOT_FOUND_TITLE: &str = "No page is at {0}.";
pub const NOT_HEX: &str = "Not bytes: an even number of digits 0 to 9 and a to f.";
pub const NOT_HEX_OF: &str = "Not {0} bytes in hexadecimal digits.";
pub const NOT_KEPT: &str = "The browser may clear it when space runs short.";
pub const NOT_READ: &str = "not read";
pub const NOT_SIGNED: &str = "Not a whole number.";
pub const NOT_UNSIGNED: &str = "Not a whole number from 0 on.";
pub const NOW: &str = "now";
pub const NOW_ABOVE: &str = "above now";
pub const NO_BOUNDS: &str = "none declared";
pub const NO_OTHER: &str = "no other";
pub const NO_CALLS: &str = "This module exports nothing that people may call.";
pub const NO_FORM: &str = "No form can be built for the type {0}.";
pub const NO_KEY: &str = "No key";
pub const NO_MIGRATION: &str = "none: the data stays as it is";
pub const N_DAMAGED: &str = "The record of block {0} is damaged. It is not needed to go on; export a snapshot soon.";
pub const N_RESTARTED: &str =
    "The node stopped ({0}) and was started again from the last good block. Nothing that was final is lost.";
pub const N_STEPPED_BACK: &str = "The chain went back from block {0} to {1}, the last good one: {2}.";
pub const OF: &str = "{0} of {1}";
pub const OFFSET: &str = "Offset";
pub const OF_RECORDS: &str = "{0} of {1} hashed again";
pub const OLDER: &str = "Older blocks";
pub const ONE_MODULE: &str = "module";
pub const MANY_CHUNKS: &str = "chunks";
pub const ONE_CHUNK: &str = "chunk";
pub const ONE_CLOSED: &str = "proposal";
pub const ONE_PROPOSAL: &str = "open proposal";
pub const ONE_TX: &str = "transaction";
pub const ON_DEVICE: &str = "On this device";
pub const ON_DEVICE_NOTE: &str = "Every record is hashed again when it is read.";
pub const ON_THIS: &str = "On this proposal";
pub const OPENED: &str = "opened";
pub const OPENS: &str = "Opens";
pub const OPENS_AS: &str = "proposal {0}, {1} class, computed from its effects";
pub const OPEN_MODULE: &str = "Open the module";
pub const OPERATOR: &str = "Operator";
pub const OR_SAMPLE: &str = "Or a sample, built from modules/";
pub const OTHER_FILE: &str = "Choose another file";
pub const OTHER_TAB_LEAD: &str = "One tab writes; a second one beside it would tear the chain apart.";
pub const OTHER_TAB_TITLE: &str = "The node runs in another tab of this browser.";
pub const OUTCOME: &str = "Outcome";
pub const OVERVIEW_LEAD: &str = "It rests on the genesis this tab made, and on one signer: this tab.";
pub const OVERVIEW_OPENED: &str = "This tab opened its chain at block {0} and hashed {1} of its {2} records again.";
pub const OVERVIEW_TITLE: &str = "This tab has sealed every block up to {0} and run the last {1} itself.";
pub const OWN_CODE: &str = "Own code";
pub const OWN_CODE_NOTE: &str = "What runs, since when.";
pub const PAGES: &str = "Pages";
pub const PARAMETER: &str = "Parameter";
pub const PARAMETERS: &str = "Parameters";
pub const PARAMETERS_EMPTY: &str = "This module declares no parameters a vote could set.";
pub const PARAMETERS_NOTE: &str = "Set by vote only, between their bounds.";
pub const PARAMETER_ABOUT: &str = "From the module’s getter, run on the state of the head";
pub const PARAMETER_CHOICE: &str = "{0} = {1} ({2})";
pub const PARAMS_HASH: &str = "Parameters";
pub const PARENT: &str = "Parent";
pub const PAYLOAD: &str = "Payload";
pub const PAYLOAD_DIFFERS: &str = "The payload here is not the one that is voted on.";
pub const PAYLOAD_DIFFERS_WHAT: &str =
    "Its hash differs from the hash on the chain. Do not vote; export the chain as evidence.";
pub const PAYLOAD_NOTE: &str = "Immutable since it was opened. Votes bind to its hash.";
pub const PAYLOAD_SAME: &str = "What you would vote for is what this tab holds.";
pub const PAYLOAD_SAME_WHAT: &str = "The payload was hashed here and equals the hash on the chain.";
pub const PENDING: &str = "pending";
pub const PL_CONFIG: &str = "set {0}";
pub const PL_PARAMS: &str = "set the governance parameters";
pub const PL_UPGRADE: &str = "new code, version {0}";
pub const PREVIEW: &str = "Preview";
pub const PREVIEW_ABOUT: &str =
    "Run by this tab on a copy of the state; another transaction in the same block may change it";
pub const PREVIEW_AND_SIGN: &str = "Preview and sign";
pub const PREVIEW_HOW: &str = "simulated here on the state of the head";
pub const PROOF_BROKEN: &str = "the proof does not hold";
pub const PROPOSAL: &str = "Proposal";
pub const PROPOSALS_ALL_CLOSED: &str = "No proposal is open; {0} on record.";
pub const PROPOSALS_EMPTY_CLOSED: &str = "No proposal has closed yet.";
pub const PROPOSALS_EMPTY_LIVE: &str = "No proposal is open.";
pub const PROPOSALS_LEAD: &str = "Stake gathers conviction with time. What stays over its threshold enacts itself.";
pub const PROPOSALS_NONE: &str = "No proposal was ever opened on this chain.";
pub const PROPOSALS_TITLE: &str = "{0}; {1} over the bar.";
pub const PROPOSAL_N: &str = "Proposal {0}";
pub const PROPOSED: &str = "Proposed";
pub const PROPOSED_IN: &str = "change proposed in #{0}";
pub const PROPOSE_CONFIG: &str = "Propose another value";
pub const PROPOSE_UPGRADE: &str = "Propose new code";
pub const QUERY_ABOUT: &str = "The module’s answer";
pub const QUERY_FAILED: &str = "The module gave no answer: {0}.";
pub const QUOTA: &str = "Allowed";
pub const QUOTA_ABOUT: &str = "What the browser lets this address store";
pub const RAN_FROM_TO: &str = "{0} to {1}";
pub const READS_WRITES: &str = "Reads, writes";
pub const RECEIPT: &str = "Receipt";
pub const RECEIPT_ABOUT: &str = "Under the receipt root of its block";
pub const RECEIPT_NOTE: &str = "What came of it, call by call.";
pub const RECEIPT_ROOT: &str = "Receipt root";
pub const RAN_BEFORE: &str = "by its stored record";
pub const RECOMPUTED: &str = "recomputed here";
pub const RECOMPUTED_HERE: &str = "Recomputed here";
pub const RECORD: &str = "Stored record";
pub const RECORDS: &str = "Records";
pub const RECORDS_ABOUT: &str = "Blocks stored on this device";
pub const REFUSED: &str = "Refused";
pub const RELEASE: &str = "release";
pub const RELOAD: &str = "Reload this tab";
pub const REMOVE_ITEM: &str = "Remove the last";
pub const RESULT: &str = "Result";
pub const RETURNS: &str = "Returns";
pub const REVIEW_N: &str = "Review {0}";
pub const RE_EXECUTED: &str = "Run here";
pub const RULES_NOTE: &str = "The same on every node.";
pub const RULES_TITLE: &str = "Every rule";
pub const RUNS_SINCE: &str = "runs now, since {0}";
pub const RUNTIME_EVENTS: &str = "The runtime’s own: enactments and transitions.";
pub const SAYS: &str = "Says";
pub const SCHEMA: &str = "Storage schema";
pub const SCHEMA_OF: &str = "writes {0}; also reads {1}";
pub const SECOND_LANE: &str = "serial lane, second attempt: the first touched a key outside its hint";
pub const SEE_RECEIPT: &str = "See the receipt";
pub const SEND_VERB: &str = "Send";
pub const SETTINGS_LEAD: &str = "Storage, snapshots, and the clock of a chain that is yours alone.";
pub const SETTINGS_TITLE: &str = "All of this chain is kept in this browser.";
pub const SIDE: &str = "Side";
pub const SIDE_TOTAL: &str = "Side total after";
pub const SIGN: &str = "Sign with the key in this tab";
pub const SIGNED_NOTE: &str = "One signature over chain, rules, nonce, expiry and these calls.";
pub const SIGNED_PART: &str = "Signed";
pub const SIGNING: &str = "Signing, and waiting for a block.";
pub const SIMULATING: &str = "Running it on a copy of the state.";
pub const SINCE_BLOCK: &str = "Since block";
pub const SIZE: &str = "Size";
pub const SIZE_OF: &str = "{0}; {1} with gas and stack counting";
pub const SKIP: &str = "Skip to content";
pub const SKIPPED: &str = "{0} skipped";
pub const SKIP_1H: &str = "1 h";
pub const SKIP_1M: &str = "1 min";
pub const SKIP_30S: &str = "30 s";
pub const SKIP_5M: &str = "5 min";
pub const SLOT_N: &str = "slot {0}";
pub const SNAPSHOT: &str = "Snapshot";
pub const SNAPSHOT_NOTE: &str = "The whole chain in one file; an import checks all of it first.";
pub const STAKE: &str = "Stake";
pub const STAKED: &str = "Staked";
pub const STAKED_ABOUT: &str = "Bound so that it can be put on proposals";
pub const STAKE_CLOSED: &str = "This proposal has closed; stake that was on it is free.";
pub const STAKE_HINT: &str = "Added to what you have on it; what is not staked yet is staked in the same transaction. Conviction grows by half every half-life; withdrawn stake takes its conviction with it.";
pub const STAKE_VERB: &str = "Stake";
pub const STARTED_ABOUT: &str = "A step of this tab’s start";
pub const START_OVER: &str = "Start over";
pub const START_OVER_NOTE: &str = "Deletes chain and keys.";
pub const STATE: &str = "State";
pub const STATE_ABOUT: &str = "Evaluated by the chain at each block";
pub const STATE_PROOF: &str = "state proof";
pub const STATE_ROOT: &str = "State root";
pub const STEP_OF: &str = "Transaction {0} of {1}";
pub const STILL_EMPTY: &str = "Still empty: {0}.";
pub const STOPPED_LEAD: &str = "What is stored is as it was at the last complete block.";
pub const STOPPED_TITLE: &str = "The node in this tab has stopped.";
pub const STORAGE: &str = "Storage";
pub const SUBMIT_PANEL: &str = "Open the proposal";
pub const SUBMIT_PANEL_WHAT: &str = "The deposit is held while it is open. Its class is computed when you preview.";
pub const SUPPLY: &str = "Supply";
pub const SUPPLY_ABOUT: &str = "All ZRA that were ever made, the burnt ones included";
pub const TALLY: &str = "Tally {0} for";
pub const TALLY_HOW: &str = "recounted here from {0} changes of stake";
pub const THEME_DARK: &str = "Colours: dark";
pub const THEME_LIGHT: &str = "Colours: light";
pub const THEME_SYSTEM: &str = "Colours: as the system";
pub const THE_ADDRESS: &str = "address";
pub const THE_BROWSER: &str = "This browser";
pub const THE_BYTES: &str = "bytes";
pub const THE_NODE: &str = "Node";
pub const THE_REPORT: &str = "report";
pub const THE_RUNTIME: &str = "the runtime";
pub const TIME: &str = "Time";
pub const TIMELINE: &str = "Timeline";
pub const TIMELINE_NOTE: &str = "One block moves a proposal by at most one state.";
pub const TITLE: &str = "Title";
pub const TITLE_HINT: &str = "One line for lists.";
pub const TO: &str = "To";
pub const TOO_LARGE: &str = "Too large for {0}.";
pub const TOO_MANY: &str = "{0} too many. You could add {1}.";
pub const TO_EVER_PASS: &str = "To ever pass";
pub const TRANSACTION: &str = "Transaction";
pub const TRANSACTIONS: &str = "Transactions";
pub const TRANSACTIONS_EMPTY: &str = "This account has sent no transaction yet.";
pub const TRANSACTIONS_NOTE: &str = "Of this account, newest first.";
pub const UNSTAKE_VERB: &str = "Unstake";
pub const UNVERIFIED: &str = "unverified";
pub const USED: &str = "Used";
pub const USED_ABOUT: &str = "What this address stores in this browser";
pub const USE_SAMPLE: &str = "Use {0}";
pub const VALUE: &str = "Value";
pub const VERDICT: &str = "Verdict";
pub const VERIFIED: &str = "verified";
pub const VERSION: &str = "Version";
pub const VERSION_ABOUT: &str = "From the module’s append-only history";
pub const VERSION_WHAT: &str = "Sequence {0}, schema {1}, storage generation {2}.";
pub const VOTED_ABOUT: &str = "The hash that votes bind to";
pub const VOTED_HASH: &str = "Voted hash";
pub const WHAT: &str = "What";
pub const WHATS_IN: &str = "What is in it";
pub const WHATS_IN_NOTE: &str = "Read from the bytes; the manifest is the author’s.";
pub const WHAT_CHANGES: &str = "What changes";
pub const WHAT_CHANGES_NOTE: &str = "Read from both binaries, not from the description.";
pub const WHAT_HAPPENED: &str = "What just happened";
pub const WHAT_HAPPENED_NOTE: &str = "The start of this tab, step by step.";
pub const WHAT_IF: &str = "What if I add";
pub const WHAT_KEY_SIGNS: &str = "What your key signs, {0} bytes";
pub const WHAT_YOU_CAN_DO: &str = "What you can do";
pub const WHERE_FROM: &str = "Where from";
pub const WHY_ADDRESS: &str = "Type the address to send to.";
pub const WHY_AMOUNT: &str = "Type an amount above zero.";
pub const WHY_FILE: &str = "Choose the new code first.";
pub const WHY_NOTHING_HERE: &str = "Nothing of yours is on this proposal.";
pub const WHY_NO_KEY: &str = "No key is in this tab. Make one here:";
pub const WHY_TITLE: &str = "Give the proposal a title.";
pub const WITHDRAWN_AT: &str = "withdrawn in block {0}";
pub const WITH_YOUR: &str = "with your {0}";
pub const WORDS: &str = "Words";
pub const WORDS_NOTE: &str = "Yours; voters see them as unverified.";
pub const WOULD_FAIL: &str = "It would fail: {0}. Nothing was signed.";
pub const WOULD_FAIL_ADVICE: &str = "It would change nothing and cost its fee. Go back and change what is named.";
pub const YOUR_BALANCE: &str = "Your balance";
pub const YOUR_FILE: &str = "your file";
pub const YOUR_STAKE: &str = "Your stake";
pub const YOU_HAVE: &str = "of what you could add";

/// Every rule of the profile (design §6, §11).
pub const RULES: [&str; 9] = [
    "Well-formed core WebAssembly, at most 1 MiB.",
    "Integers only: no f32 or f64 type or operator.",
    "No SIMD, threads, tail calls, exceptions, garbage collection, 64-bit or several memories.",
    "A declared memory maximum, at most 16 MiB.",
    "Imports only from the host API, under “zera”.",
    "At most 10,000 functions, 1,000 locals each, nesting 256.",
    "At most 10,000 table entries and 1,000 br_table targets.",
    "At most 128 imports.",
    "The manifest in the section “zera”, when there is one, describes what is exported.",
];

/// Long requests of the node: its key, our words.
pub const PROGRESS: &[(&str, &str)] = &[
    ("import", "Checking the snapshot"),
    ("advance", "Sealing blocks while time passes"),
    ("agreement", "The engines disagreed; blocks looked through with the reference"),
    ("compare", "Comparing functions"),
    ("dry_run", "Rehearsing, and running past calls again"),
    ("reexecute", "Rebuilding the state of its time, blocks"),
];

/// Steps of the node's start: its key, our words.
pub const STARTED: &[(&str, &str)] = &[
    ("storage", "Storage opened; this tab is the one that writes"),
    ("chain", "Chain opened: its records checked, or a genesis built"),
    ("keys", "Keys looked up"),
];
