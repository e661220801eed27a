//! What the worker reports by itself.

use crate::{
    error::Error,
    views::{AlarmView, ForkView, HeadView, IncidentKind, ProofTask, Stall},
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, Height, Outcome, ProposalId};

/// How far a transaction is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TransactionStage {
    /// Signed.
    Signed,
    /// Accepted, waiting for a block.
    Pending,
    /// In a block that is stored; final on the solo chain.
    Final {
        /// The block.
        height: Height,
        /// How it ended.
        outcome: Outcome,
    },
    /// Dropped before it entered a block.
    Dropped,
}

/// One report.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Event {
    /// A new block is stored.
    Head(HeadView),
    /// A transaction moved.
    Transaction {
        /// Its hash.
        hash: Hash,
        /// Where it is now.
        stage: TransactionStage,
    },
    /// Proposals whose state or stakes changed in the last block.
    Proposals(Vec<ProposalId>),
    /// The stored keys or the active one changed.
    Keys,
    /// Progress of a long request, with numbers.
    Progress {
        /// What is going on, a key of the page's locale file.
        what: String,
        /// Units done.
        done: u64,
        /// Units in all.
        total: u64,
    },
    /// A start step took so many microseconds; for the start log.
    Started {
        /// The step, a key of the page's locale file.
        step: String,
        /// How long it took, microseconds.
        micros: u64,
    },
    /// A proof under way has come further. At most a few times a second per proof.
    ProofProgress(Box<ProofTask>),
    /// A proof under way is done: it verified here and is kept.
    ProofDone {
        /// Its number (`ProofTask`).
        id: u32,
        /// The hash of its file (`ProofView`).
        proof: Hash,
    },
    /// A proof under way came to nothing.
    ProofFailed {
        /// Its number (`ProofTask`).
        id: u32,
        /// Why; `Cancelled` where somebody asked for that.
        error: Error,
    },
    /// A proof that verifies says something else than re-execution. Kept until it is acknowledged.
    Alarm(Box<AlarmView>),
    /// Something that the network page shows changed. At most a few times a second.
    Network,
    /// A block is proposed and not final yet: shown as pending.
    Proposed {
        /// Its height.
        height: Height,
        /// Its hash.
        hash: Hash,
    },
    /// This tab's worker leads from now on, or follows another's.
    Leads(bool),
    /// Something the person should know, such as a step back after a cut write.
    Notice(Notice),
    /// The worker cannot go on.
    Stopped(Error),
}

/// Things worth telling that are no errors.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Notice {
    /// A write was cut off or a record is damaged; the chain continues from an earlier block.
    SteppedBack {
        /// Where the head pointer stood.
        from: Height,
        /// The last good block.
        to: Height,
        /// What was wrong.
        detail: String,
    },
    /// The background scrub found a damaged record that is not needed to go on.
    Damaged {
        /// Which block's record.
        height: Height,
    },
    /// A pipeline was ended and replaced; its work was done again.
    PipelineReplaced {
        /// The block that was being executed, none outside of one.
        height: Option<Height>,
        /// The pipeline's number.
        pipeline: u8,
        /// What happened to it.
        kind: IncidentKind,
    },
    /// The browser's engine and the reference came to different results; the reference alone executes this code now.
    EngineDisagreed {
        /// The code.
        code: Hash,
        /// The block that was being executed; it was abandoned.
        height: Height,
        /// The last block on which both agree: the chain goes on from there.
        went_back_to: Height,
        /// What differed, in English.
        detail: String,
    },
    /// A peer was dropped for a lie.
    PeerDropped {
        /// Its address.
        address: String,
        /// What it did, in English.
        cause: String,
    },
    /// The head does not advance.
    Stalled(Stall),
    /// It advances again.
    Recovered,
    /// Two certified blocks contradict each other; the node has stopped following.
    Conflict(Box<ForkView>),
    /// This tab's worker took over from another that closed, crashed or froze.
    TookOver {
        /// Milliseconds without a node.
        ms: u32,
    },
    /// The browser's storage was full; older blocks and caches were given up to go on.
    MadeRoom {
        /// Bytes given back.
        bytes: u64,
    },
    /// Stored data of this origin has vanished underneath; the node began again from what it could get.
    Evicted,
    /// The worker was restarted after a defect.
    Restarted {
        /// What it died of.
        detail: String,
    },
}
