//! The Pipelines page: how blocks are executed in this tab, by which engine, and how the engines are checked.

pub const BY_CLOCK: &str = "this tab’s clock";
pub const CALL_AND_MORE: &str = "{0} and {1} more";
/// Calls that call no module, by the key that the node gives them.
pub const CALL_KINDS: &[(&str, &str)] = &[
    ("transfer", "send ZRA"),
    ("begin_upload", "announce code"),
    ("upload_chunk", "upload code"),
    ("deploy", "deploy a module"),
    ("deploy_reference", "deploy a follower"),
    ("stake", "stake"),
    ("unstake", "unstake"),
    ("propose", "open a proposal"),
    ("allocate", "vote"),
    ("withdraw", "withdraw a proposal"),
    ("delegate", "delegate"),
    ("allocate_delegated", "vote with delegated stake"),
    ("attest", "attest a rebuild"),
    ("request_proof", "request a proof"),
    ("submit_proof", "submit a proof"),
];
pub const CF_FIRST: &str = "transaction 1";
pub const CF_ORDERS: &str = "{0} orders {1}";
pub const CH_AGREE: &str = "{0} of {1} calls that both engines executed ended alike.";
pub const CH_ALL: &str = "Every call of the browser’s engine is executed by the reference too.";
pub const CH_BACK: &str = "Went back to";
pub const CH_CALL: &str = "Call";
pub const CH_DISAGREED: &str = "The engines disagreed on code b3:{0} in block {1}.";
pub const CH_DISAGREED_WHAT: &str = "The block was abandoned and nothing of it was sealed; the chain went on from block {0}, the last one on which the reference agrees. The reference alone executes this code now.";
pub const CH_NONE: &str = "No call is executed twice: you turned the check off.";
pub const CH_SHARE: &str = "{0} % of the calls of the browser’s engine are executed by the reference too.";
pub const CH_TABLE: &str = "Calls on which the engines disagreed";
pub const CH_UNCHECKED: &str = "No call has been executed twice since this node started.";
pub const CH_WHAT: &str = "Differed";
pub const CH_WHATS: &[(&str, &str)] = &[
    ("outcome", "how it ended"),
    ("result", "what it answered"),
    ("gas", "its gas"),
    ("host calls", "what it asked of the host"),
    ("state", "what it wrote"),
];
pub const EN_CALLS_FAST: &str = "Calls, browser";
pub const EN_CALLS_REFERENCE: &str = "Calls, reference";
pub const EN_CHECKED: &str = "Both";
pub const EN_CODE: &str = "Code";
pub const EN_COMPILED: &str = "{0} compiled";
pub const EN_DISAGREED: &str = "the engines disagreed: {0}";
pub const EN_EMPTY: &str = "No module’s code was executed since this node started.";
pub const EN_FAST: &str = "browser’s engine";
pub const EN_GAS: &str = "Share of the gas";
pub const EN_MODULE: &str = "{0} calls by the browser’s engine and {1} by the reference since this node started.";
pub const EN_MODULE_CHECKED: &str = "Both executed {0} of them, with the same end.";
pub const EN_MODULE_NOTE: &str = "What executes its calls in this tab. Results and gas are the same with either.";
pub const EN_MODULE_MANY: &str = "modules";
pub const EN_MODULE_ONE: &str = "module";
pub const EN_MORE: &str = "and {0} more";
pub const EN_NAMELESS: &str = "no manifest";
pub const EN_NONE: &str = "The reference executes everything: {0}.";
pub const EN_NOT_CALLED: &str = "Its code was not executed since this node started.";
pub const EN_NOW: &str = "Runs on";
pub const EN_OFF: &str = "The reference executes everything: you turned the browser’s engine off.";
pub const EN_REFERENCE: &str = "reference";
pub const EN_REFUSED: &str = "the browser refuses to compile it: {0}";
pub const EU_BOTH: &str = "both";
pub const EU_FAST: &str = "browser’s";
pub const EU_NONE: &str = "no code";
pub const EU_REFERENCE: &str = "reference";
pub const E_UNAVAILABLE: &str = "This browser, or this build of the client, has no such part.|Nothing was changed. Blocks are executed by the node itself.";
pub const G_AXIS: &str = "transactions at a time";
pub const G_BOUND: &str = "strokes: what conflicts would allow";
pub const I_GARBLED: &str = "gave no proper answer";
pub const I_HUNG: &str = "did not answer in time";
pub const I_MEMORY: &str = "ran out of memory";
pub const I_NOT_STARTED: &str = "could not be started";
pub const I_TRAPPED: &str = "died of a defect";
pub const L_CLOSING: &str = "closing";
pub const L_CLUSTER: &str = "cluster";
pub const L_CLUSTERS: &str = "clusters";
pub const L_GAS: &str = "{0} gas";
pub const L_KEY: &str = "key";
pub const L_KEYS: &str = "keys";
pub const L_MANY_PIPELINES: &str = "pipelines";
pub const L_MANY_STAGES: &str = "stages";
pub const L_NODE: &str = "The node";
pub const L_ONE_PIPELINE: &str = "pipeline";
pub const L_ONE_STAGE: &str = "stage";
pub const L_OPENING: &str = "opening";
pub const L_PIPELINE: &str = "Pipeline {0}";
pub const L_PLANNING: &str = "plan";
pub const L_ROOT: &str = "root";
pub const L_SERIAL: &str = "serial lane";
pub const L_STAGE: &str = "stage {0}: {1}";
pub const L_STAGE_SHORT: &str = "stage {0}";
pub const NAV_BENCH: &str = "Benchmarks";
pub const NAV_PIPELINES: &str = "Pipelines";
pub const N_ENGINE: &str = "The browser’s engine and the reference disagree on code b3:{0} ({1}). Block {2} was abandoned, the chain went back to block {3}, and the reference alone executes this code now.";
pub const N_PIPELINE: &str = "Pipeline {0} {1} and was replaced. Its work was done again; no block was lost.";
pub const N_PIPELINE_AT: &str =
    "Pipeline {0} {1} in block {2} and was replaced. Its work was done again; the block is whole.";
pub const PL_AGAIN: &str = "Ran again";
pub const PL_AGAIN_ABOUT: &str =
    "Transactions that touched more than their access hints say, by the rules of the chain.";
pub const PL_AGAIN_MANY: &str = "{0} touched more than they said and ran again, one after another.";
pub const PL_AGAIN_NONE: &str = "Each touched only what it said.";
pub const PL_AGAIN_NOTE: &str = "of {0}, outside what they said they touch";
pub const PL_AGAIN_ONE: &str = "One touched more than it said and ran again.";
pub const PL_ALLOWED: &str = "Allowed at a time";
pub const PL_ALLOWED_ABOUT: &str =
    "All gas, by the gas of the longest chain of runs that must follow one another: no number of pipelines gains more.";
pub const PL_ALLOWED_NOTE: &str = "{1} gas in all, {0} in the longest chain";
pub const PL_AT_WORK: &str = "At a time";
pub const PL_AT_WORK_ABOUT: &str = "Time of all runs, by the time from the first stage to the end of the serial lane.";
pub const PL_AT_WORK_NODE: &str = "on average, by the node alone";
pub const PL_AT_WORK_NOTE: &str = "on average; {0} of the pipelines’ time";
pub const PL_BENCH: &str = "Measure this browser";
pub const PL_BLOCKS: &str = "Newest blocks";
pub const PL_BLOCKS_IDLE: &str = "None of the newest blocks holds a transaction.";
pub const PL_BLOCKS_NONE: &str = "No block was executed since this node started.";
pub const PL_BLOCKS_NOTE: &str = "Columns: transactions at a time, on average. Strokes: what the block’s conflicts would allow any number of pipelines. Press a column to open its block.";
pub const PL_BLOCKS_TITLE: &str = "{1} transactions at a time on average; newest blocks looked at: {0}";
pub const PL_CHECKS: &str = "Two engines";
pub const PL_CHECKS_NOTE: &str = "Some calls are executed twice, by engines that share no code.";
pub const PL_CODES: &str = "Codes held";
pub const PL_COL_AT_WORK: &str = "At a time / allowed";
pub const PL_COL_CLUSTERS: &str = "Clusters / stages";
pub const PL_COL_LANES: &str = "Lanes took";
pub const PL_COL_WHOLE: &str = "Block took";
pub const PL_CONFLICTS: &str = "Conflicts";
pub const PL_CONFLICTS_NONE: &str = "No two transactions of this block touch one key that either writes.";
pub const PL_CONFLICTS_NONE_WHY: &str = "Any of them could run beside any other.";
pub const PL_CONFLICTS_NOTE: &str = "Each arc: a transaction and the one it had to wait for, by the keys they said they touch. Teeth below the line ran again.";
pub const PL_CONFLICTS_TITLE: &str = "{0} put transactions in order; the busiest orders {1} of them";
pub const PL_DROPPED: &str = "dropped, ran again";
pub const PL_EARLIER: &str = "Earlier";
pub const PL_EFFECTS: &str = "Effects";
pub const PL_ENGINE: &str = "Engine";
pub const PL_ENGINES: &str = "Engines by code";
pub const PL_ENGINES_NOTE: &str =
    "Code that is called often runs on the browser’s own engine, on the same instrumented bytes, with the same gas.";
pub const PL_FOLLOW: &str = "Follow the newest";
pub const PL_FORGOTTEN: &str = "This node keeps no lanes of block {0}.";
pub const PL_FORGOTTEN_EMPTY: &str = "Lanes are kept of the newest 64 blocks that this node executed.";
pub const PL_FORGOTTEN_WHY: &str = "How a block was executed is no part of the chain: this node keeps it of the newest 64 blocks that it executed since it started.";
pub const PL_FROM: &str = "From";
pub const PL_HOLD: &str = "Hold this block";
pub const PL_INCIDENTS: &str = "Pipelines that were ended";
pub const PL_INCIDENTS_NONE: &str = "None since this node started.";
pub const PL_IN_CLUSTER: &str = "{0}, stage {1}, cluster {2}";
pub const PL_IN_SERIAL: &str = "{0}, serial lane";
pub const PL_ITS_WORK: &str = "Its work";
pub const PL_JOBS: &str = "Jobs";
pub const PL_KEPT: &str = "kept";
pub const PL_KEY: &str = "Key";
pub const PL_KEYS: &str = "Keys that order transactions";
pub const PL_KEYS_LEFT: &str = "{0} more keys, each with fewer transactions, are not listed.";
pub const PL_LANES: &str = "Lanes";
pub const PL_LANES_NOTE: &str = "How this tab executed it. No part of the chain.";
pub const PL_LANES_ONLY: &str = "Lanes only";
pub const PL_LATER: &str = "Later";
pub const PL_LEAD: &str = "{0} fell into {1} that share no key, in {2}; their conflicts would allow {3} at a time. {4}";
pub const PL_LEAD_EMPTY: &str = "What took time is governance, fees and the new state root.";
pub const PL_MEASURED_ABOUT: &str = "The time from planning the block to its state root.";
pub const PL_MESSAGES: &str = "Messages";
pub const PL_MESSAGES_ABOUT: &str =
    "Messages between the node and its pipelines: at most one for each pipeline and stage.";
pub const PL_MESSAGES_NOTE: &str = "{0} out, {1} back";
pub const PL_NEWEST: &str = "The newest block’s lanes";
pub const PL_NOBODY: &str = "nobody";
pub const PL_NONE: &str = "There is nothing to draw yet.";
pub const PL_NONE_DO: &str = "Send a transaction, or let time pass in";
pub const PL_NONE_LEAD: &str =
    "How blocks are executed in this tab: pipelines, engines, and how the engines are checked.";
pub const PL_NONE_LIGHT: &str = "A light node executes no blocks; it checks certificates and proofs instead.";
pub const PL_NONE_TITLE: &str = "No block was executed since this node started.";
pub const PL_NOT_REDONE: &str = "was given up";
pub const PL_OF: &str = "{0} / {1}";
pub const PL_OF_BLOCK: &str = "Lanes of block {0}";
pub const PL_OPEN: &str = "See its lanes";
pub const PL_OPEN_ALL: &str = "All engines and pipelines";
pub const PL_OUTSIDE: &str = "none";
pub const PL_PIPELINE: &str = "Pipeline";
pub const PL_PLANNING: &str = "Plan";
pub const PL_PLANNING_NOTE: &str = "from hints to {0} clusters";
pub const PL_READING: &str = "Length is time; height is the engine: full for the browser’s, half for the reference, low where no code ran, two halves where both ran and agree. A beam joins the runs of one cluster. Hatched: it touched more than it said, was dropped, and ran again at the end of its thread. Empty sunk ground is waiting.";
pub const PL_READ_BY: &str = "Read by";
pub const PL_REDONE: &str = "was done again";
pub const PL_REPLACED: &str = "Replaced";
pub const PL_ROOT: &str = "State root";
pub const PL_ROOT_COMMIT: &str = "then written down in {0}, while the next block may begin";
pub const PL_ROOT_NOTE: &str = "one pass over everything the block changed";
pub const PL_RUNS: &str = "Every run";
pub const PL_RUNS_NONE: &str = "None.";
pub const PL_RUNS_NOTE: &str = "Every run in order of its begin. Press a number to see the run in the charts.";
pub const PL_SETUP: &str = "Set up";
pub const PL_SETUP_NOTE: &str =
    "Kept by this browser. No choice here changes a block: roots, receipts and gas are the same with any.";
pub const PL_SHOW_RUN: &str = "Show transaction {0} in the charts";
pub const PL_STATE: &str = "State";
pub const PL_TIMES: &str = "Times";
pub const PL_TITLE: &str = "Pipelines";
pub const PL_TITLE_EMPTY: &str = "Block {0} holds no transaction; the node closed it in {1}.";
pub const PL_TITLE_LANES: &str = "Block {0} ran {1} transactions at a time, on {2} in {3}.";
pub const PL_TITLE_NODE: &str = "The node executed block {0} by itself in {1}.";
pub const PL_TOOK: &str = "Took";
pub const PL_TX_N: &str = "Transaction {0}";
pub const PL_WHAT: &str = "What happened";
pub const PL_WHERE: &str = "Where";
pub const PL_WHOLE: &str = "Whole block";
pub const PL_WORK: &str = "Time at work";
pub const PL_WORKERS: &str = "Pipelines";
pub const PL_WORKERS_NONE: &str = "No pipeline is in use.";
pub const PL_WORKERS_NONE_WHY: &str =
    "The node executes blocks by itself: this browser has no workers to spare, or you asked for none.";
pub const PL_WORKERS_NOTE: &str = "Workers of this tab that share nothing. One that dies, hangs or runs out of memory is replaced, and its work is done again.";
pub const PL_WRITTEN_BY: &str = "Written by";
pub const PL_ZOOM: &str = "What the timeline shows";
pub const PS_BUSY: &str = "at work";
pub const PS_DOWN: &str = "not running";
pub const PS_IDLE: &str = "waiting";
pub const PS_STARTING: &str = "starting";
pub const P_AGREED: &str = "executed by the browser’s engine and again by the reference, on the same state";
pub const P_AGREED_ABOUT: &str = "Calls on which two engines that share no code came to the same end.";
pub const P_AGREED_REST: &str = "Calls not executed twice";
pub const P_AGREED_REST_HOW: &str = "rest on the browser’s engine alone";
pub const P_AGREED_WHAT: &str = "Compared";
pub const P_AGREED_WHAT_HOW: &str = "outcome, result, gas, what was asked of the host and what was written";
pub const P_MEASURED: &str = "measured by this tab while it worked";
pub const P_MEASURED_TRUST: &str = "ticks every tenth of a millisecond or so; other tabs measure other times";
pub const SE_ALL: &str = "every call";
pub const SE_AUTO: &str = "auto: {0}";
pub const SE_COUNT: &str = "Pipelines in use";
pub const SE_COUNT_WHAT: &str = "From the next block on. Auto leaves one processor to the page. With 0 the node executes blocks by itself, one transaction after another.";
pub const SE_ENGINE: &str = "Engine";
pub const SE_ENGINE_WHAT: &str =
    "The reference is an interpreter inside this page: slower, and the one that decides when the two differ.";
pub const SE_FAST: &str = "browser’s engine for code called often";
pub const SE_NONE: &str = "none";
pub const SE_REFERENCE: &str = "reference alone";
pub const SE_SHARE: &str = "Calls executed twice";
pub const SE_SHARE_WHAT: &str = "A share of the browser engine’s calls that the reference executes too. The more, the sooner a difference is found, and the slower blocks are.";
pub const THE_CLOCK: &str = "This tab’s clock";
pub const TWO_ENGINES: &str = "two engines agree";
