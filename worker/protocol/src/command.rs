//! What a page may ask of the node worker.

use crate::views::{
    CallId, ExecutionFilter, Hide, Join, KeySource, LocalArgs, LocalCode, Mode, Page, RehearsalOf, WhatIf,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AccountId, Hash, Height, ModuleId, ProposalId, tx::Call};

/// One request.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Command {
    /// Open storage and the chain; must come first. Answer: `Status`.
    Start,
    /// Answer: `Status`.
    Status,

    /// Blocks in descending order. Answer: `Blocks`.
    Blocks(Page),
    /// One block with its receipts. Answer: `Block`.
    Block(Height),
    /// One transaction by hash, pending ones included. Answer: `Transaction`.
    Transaction(Hash),

    /// All modules. Answer: `Modules`.
    Modules,
    /// One module with manifest and history. Answer: `Module`.
    Module(ModuleId),
    /// The bytes of stored code. Answer: `Bytes`.
    Code(Hash),
    /// Check code that is not on the chain, without changing anything. Answer: `Code`.
    Inspect(#[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))] Vec<u8>),
    /// What differs between two stored codes. Answer: `Difference`.
    Difference {
        /// The code that runs.
        old: Hash,
        /// The code proposed.
        new: Hash,
    },
    /// A module's storage in key order, each entry with a checked proof. Answer: `Storage`.
    Storage {
        /// The module.
        module: ModuleId,
        /// Only keys after this one.
        #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
        after: Vec<u8>,
        /// How many at most; 100 is the most.
        limit: u32,
    },
    /// Run a query export on the head state. Answer: `Called`.
    Query {
        /// The module.
        module: ModuleId,
        /// The export.
        entry: String,
        /// Encoded arguments.
        #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
        args: Vec<u8>,
    },

    /// All proposals, newest first, live ones first. Answer: `Proposals`.
    Proposals,
    /// One proposal with every stake change. Answer: `Proposal`.
    Proposal(ProposalId),
    /// Recompute a proposal's forecast, optionally with a what-if. Answer: `Forecast`.
    Forecast {
        /// The proposal.
        proposal: ProposalId,
        /// A change of stake to assume now.
        what_if: Option<WhatIf>,
    },
    /// Rehearse an enactment on a copy of the head state, and run past calls of the module again under both codes.
    /// Progress events; can be cancelled. Answer: `DryRun`.
    DryRun {
        /// What to rehearse.
        of: RehearsalOf,
        /// How many past calls, at most 1,000.
        replay: u32,
    },
    /// Compare two stored codes function by function, with static gas. Progress events; can be cancelled. Answer:
    /// `Comparison`.
    Compare {
        /// The old code.
        old: Hash,
        /// The new code.
        new: Hash,
    },
    /// Stored code, or one function of it, as text. Answer: `Listing`.
    Disassemble {
        /// The code.
        code: Hash,
        /// The function's index; none for the whole.
        function: Option<u32>,
    },
    /// Give up a request that reports progress; it answers `Cancelled`. Answer: `Done`.
    Cancel {
        /// Its id.
        request: u32,
    },
    /// Execute a past transaction again, on the state and under the versions of its time. Answer: `Reexecution`.
    Reexecute(Hash),
    /// The manifest that a module had at a height, to read that block's calls. Answer: `Code`.
    CodeAt {
        /// The module.
        module: ModuleId,
        /// The block.
        height: Height,
    },

    /// The tags of a manager. Answer: `Tags`.
    Tags(ModuleId),
    /// Followers of a tag, ascending. Answer: `Fleet`.
    Fleet {
        /// The manager.
        manager: ModuleId,
        /// The tag.
        tag: String,
        /// Only those after this one.
        after: Option<ModuleId>,
        /// How many at most; 100 is the most.
        limit: u32,
    },
    /// The registered builders. Answer: `Builders`.
    Builders,

    /// The journal, newest first. Answer: `Journal`.
    Journal {
        /// Only entries about this module.
        module: Option<ModuleId>,
        /// Only entries below this place.
        before: Option<u64>,
        /// How many at most; 100 is the most.
        limit: u32,
    },
    /// The journal as one file that can be checked offline. Answer: `Bytes`.
    ExportJournal,
    /// Check a journal file. Needs no chain of its own. Answer: `JournalVerdict`.
    CheckJournal(#[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))] Vec<u8>),

    /// An account. Answer: `Account`.
    Account(AccountId),
    /// The keys this tab holds. Answer: `Keys`.
    Keys,
    /// A new recovery phrase, not yet stored. Answer: `Phrase`.
    NewPhrase,
    /// Store a key and make it the active one. Answer: `Keys`.
    AddKey(KeySource),
    /// Make a stored key the active one. Answer: `Keys`.
    UseKey(AccountId),
    /// Forget a stored key. Answer: `Keys`.
    RemoveKey(AccountId),
    /// The active key as an `age` file under a passphrase. Answer: `Bytes`.
    ExportKey {
        /// At least eight characters.
        passphrase: String,
    },

    /// Build, hint and simulate transactions for the active key; nothing is signed. Answer: `Plan`.
    Prepare {
        /// Codes to upload first, when the chain does not hold them yet.
        #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::many_bytes"))]
        codes: Vec<Vec<u8>>,
        /// The calls of the last transaction.
        calls: Vec<Call>,
    },
    /// Sign and submit exactly what `Prepare` showed. Answer: `Submitted`.
    Sign {
        /// The plan's id.
        plan: u32,
    },
    /// Submit an already signed transaction. Answer: `Submitted`.
    Submit(#[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))] Vec<u8>),

    /// Let time pass on the solo chain: seal blocks over that many slots. Progress events; answer: `Status`.
    Advance {
        /// Slots to skip, at most 10,000.
        slots: u64,
    },

    /// Pipelines, engines, how they are checked, and the newest blocks' figures. Answer: `Pipelines`.
    Pipelines,
    /// How a block was executed here; `NotFound` when this node did not execute it or has forgotten. Answer: `Lanes`.
    Lanes(Height),
    /// How many pipelines to use from the next block on; kept by this browser. Answer: `Done`.
    SetPipelines {
        /// At most 8, zero for none: the node executes everything itself. None: as many as the machine has.
        count: Option<u8>,
    },
    /// How many of the calls that the browser's engine executes the reference executes too; kept by this browser.
    /// Answer: `Done`.
    SetSampling {
        /// Parts per million; 1,000,000 for all, zero for none.
        ppm: u32,
    },
    /// Whether the browser's engine is used at all; kept by this browser. Answer: `Done`.
    SetEngine {
        /// False: the reference executes everything.
        fast: bool,
    },

    /// Recorded executions, newest first. Answer: `Executions`.
    Executions {
        /// Which.
        filter: ExecutionFilter,
        /// Only those older than this one.
        before: Option<CallId>,
        /// How many at most; 100 is the most.
        limit: u32,
    },
    /// One recorded execution, its rows counted by running them. Answer: `Execution`.
    Execution(CallId),
    /// Whether executions are recorded from now on, and how much room records may take; kept by this browser. Answer:
    /// `Done`.
    SetRecords {
        /// False: nothing is recorded; what is kept stays.
        on: bool,
        /// Bytes that all records may take; the oldest go first. Between 1 MiB and 1 GiB.
        most_bytes: u64,
    },
    /// Forget all records of executions. Answer: `Done`.
    PruneRecords,
    /// Prove a recorded execution. It goes on when the page asks other things; `ProofProgress` events tell how far it is,
    /// `ProofDone` or `ProofFailed` that it ended. Answer: `ProofBegun`.
    Prove {
        /// Which.
        call: CallId,
        /// Stands in the statement, so that a verifier who chose it knows that the proof is no older; zeros when nobody did.
        nonce: Hash,
    },
    /// Run code here, on arguments that nobody else sees, and prove the run; nothing of it reaches the chain. Events as for
    /// `Prove`. Answer: `ProofBegun`.
    ProveLocal {
        /// The code.
        code: LocalCode,
        /// The export.
        entry: String,
        /// Its arguments.
        args: LocalArgs,
        /// What the proof hides.
        hide: Hide,
        /// As in `Prove`.
        nonce: Hash,
    },
    /// Give up a proof under way. Answer: `Done`; `ProofFailed` follows.
    CancelProof {
        /// Its number (`ProofTask`).
        id: u32,
    },
    /// Proofs under way and kept, and alarms. Answer: `Proofs`.
    Proofs,
    /// One kept proof by the hash of its file, verified again. Answer: `Proof`.
    Proof(Hash),
    /// A kept proof's file, with the code that it is about, so that it verifies offline anywhere. Answer: `Bytes`.
    ProofFile(Hash),
    /// Forget a kept proof; one that raised an alarm stays until that is acknowledged. Answer: `Done`.
    ForgetProof(Hash),
    /// Verify a proof file. Needs no chain of its own; where there is one, the statement is held against it too. A proof that
    /// disagrees with re-execution raises an alarm. Answer: `Verdict`.
    VerifyProof {
        /// The file.
        #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
        file: Vec<u8>,
        /// Keep it among this tab's proofs when its equations hold.
        keep: bool,
    },
    /// Verify a Groth16 proof of any circuit, BN254 or BLS12-381, as `snarkjs` writes it. Needs no chain. Answer: `Stock`.
    VerifyStock {
        /// `proof.json`.
        proof: String,
        /// `public.json`.
        public: String,
        /// `verification_key.json`.
        key: String,
    },
    /// Build and simulate the transaction that brings a kept proof to the ledger; nothing is signed. Only for executions of
    /// this chain. Answer: `Plan`.
    SubmitProof(Hash),
    /// Build and simulate the transaction that asks the chain for a proof of a call; nothing is signed. Answer: `Plan`.
    RequestProof(CallId),
    /// Acknowledge an alarm; until then it stands on every page. Answer: `Proofs`.
    AcknowledgeAlarm {
        /// The proof that raised it.
        proof: Hash,
        /// Why it may be put away, for those who look later.
        reason: String,
    },

    /// Connect to a peer and ask it who it is; nothing is trusted or kept. Answer: `Offer`.
    Probe {
        /// Its address; `host:port` is completed.
        peer: String,
    },
    /// Follow a network from a checkpoint; the solo chain stays stored and can be returned to. Progress events. Answer: `Status`,
    /// once the tip is verified.
    Join(Join),
    /// Return to the solo chain; what is known of the network stays stored. Answer: `Status`.
    Leave,
    /// Follow the same network in another mode. Progress events. Answer: `Status`.
    SetMode(Mode),
    /// Ask this peer, too. Answer: `Network`.
    AddPeer(String),
    /// Ask this peer no more. Answer: `Network`.
    RemovePeer(String),
    /// The network as this node sees it. Answer: `Network`.
    Network,
    /// The certificate of a block, opened and checked again; none for the newest verified one. Answer: `Certificate`.
    Certificate(Option<Height>),
    /// A conflict as one file that convinces others. Answer: `Bytes`.
    ExportEvidence(u32),
    /// Checkpoint, boundaries and tip with their certificates in one file. Answer: `Bytes`.
    ExportHeaders,
    /// What this tab shows, for the list of tabs. Answer: `Done`.
    Shows(String),
    /// The browser says that it is on line, or not. Answer: `Done`.
    Online(bool),
    /// The tab is visible, or not. Answer: `Done`.
    Visible(bool),

    /// What storage is used. Answer: `Usage`.
    Usage,
    /// The whole chain in one file. Answer: `Bytes`.
    Export,
    /// Replace the chain by an exported one, after checking all of it. Answer: `Status`.
    Import(#[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))] Vec<u8>),
    /// Delete chain and keys, and start a new chain. Answer: `Status`.
    Reset,
    /// Break on purpose at this point, for the crash tests and for people who want to see what happens. Answer: `Done`.
    Fault(FaultPoint),
}

/// Where [`Command::Fault`] breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FaultPoint {
    /// Panic now.
    Panic,
    /// At the next block: stop for ever after the packed record was put and before the head pointer was.
    BeforeHead,
    /// At the next block: stop for ever after the head pointer was put and before the transaction completes.
    AfterHead,
    /// The browser's engine gives a wrong result from the next call on, until it is found out.
    EngineLies,
    /// The next pipeline that gets work dies of it.
    PipelineTraps,
    /// The next pipeline that gets work never answers.
    PipelineHangs,
    /// The next re-execution that a proof is compared with gives another result, so that the alarm can be seen.
    ProofDisagrees,
}
