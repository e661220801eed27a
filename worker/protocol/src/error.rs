//! Typed errors: what failed, who caused it, what the client did, what the person can do (design §10). The page words
//! them; `detail` adds the exact finding.

use codec::{Decode, DecodeWithMemTracking, Encode};

/// Who caused an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Cause {
    /// The person or the script that asked.
    Request,
    /// A module, its code or its author.
    Module,
    /// This browser: storage, locks, memory.
    Browser,
    /// This client: a defect.
    Client,
    /// A peer, or the way to it.
    Peer,
}

/// What failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ErrorKind {
    /// Bytes that are no message, or too many.
    Malformed,
    /// `Start` has not been answered yet.
    NotStarted,
    /// Another tab of this browser runs the node.
    OtherTab,
    /// The node moved to another tab while this was under way; whether it was done is not known.
    HandedOver,
    /// Nothing of that id.
    NotFound,
    /// Code that breaks the profile; `detail` names function, offset and operator.
    CodeRefused,
    /// A file that is no WebAssembly.
    NotWasm,
    /// A transaction refused before it entered a block: nonce, expiry, chain, signature, balance, size.
    TransactionRefused,
    /// Simulation says that the transaction would fail.
    WouldFail,
    /// No key is stored yet, or none of that id.
    NoKey,
    /// A phrase, file or passphrase that yields no key.
    KeyRefused,
    /// A snapshot that is cut, changed, or of another format.
    SnapshotRefused,
    /// Stored records that cannot be read; the client went back to the last good block where it could.
    StorageCorrupt,
    /// The browser refused to store.
    StorageFailed,
    /// The browser's storage is full, and nothing is left that could be given up.
    StorageFull,
    /// Stored by a newer client.
    NewerSchema,
    /// The chain was made by a client of other rules; it is whole.
    OtherRules,
    /// Only possible on the solo chain.
    SoloOnly,
    /// Only possible on a network.
    NetworkOnly,
    /// No peer could be reached, or none answered in time.
    NoPeer,
    /// What a peer served does not hold; it is dropped.
    PeerLied,
    /// A checkpoint that is none, or that no peer's chain goes through.
    CheckpointRefused,
    /// Not possible in light mode: it needs blocks or state that only a full node has.
    FullOnly,
    /// Given up because the person asked for it.
    Cancelled,
    /// Too many long requests are under way or waiting already.
    Busy,
    /// A journal file that is cut, changed, or of another format.
    JournalRefused,
    /// A file that is no proof, or one of another version.
    ProofRefused,
    /// An execution that cannot be proven: its code, its record, or its size; `detail` says which.
    NotProvable,
    /// This browser, or this build of the client, has no such part.
    Unavailable,
    /// A defect of the client; the worker restarts from the last good block.
    Panicked,
}

/// One error.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[error("{detail}")]
pub struct Error {
    /// What failed.
    pub kind: ErrorKind,
    /// Who caused it.
    pub cause: Cause,
    /// True when the worker cannot go on.
    pub fatal: bool,
    /// The exact finding, in English.
    pub detail: String,
}

impl Error {
    /// A recoverable error caused by the request.
    #[must_use]
    pub fn request(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, cause: Cause::Request, fatal: false, detail: detail.into() }
    }

    /// A recoverable error caused by a module.
    #[must_use]
    pub fn module(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, cause: Cause::Module, fatal: false, detail: detail.into() }
    }

    /// An error caused by the browser.
    #[must_use]
    pub fn browser(kind: ErrorKind, fatal: bool, detail: impl Into<String>) -> Self {
        Self { kind, cause: Cause::Browser, fatal, detail: detail.into() }
    }

    /// A defect of the client.
    #[must_use]
    pub fn client(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, cause: Cause::Client, fatal: true, detail: detail.into() }
    }
}
