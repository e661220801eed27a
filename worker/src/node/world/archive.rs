//! Where records of executions, proofs and alarms are kept: drawers of bytes by key, beside the chain. A chain can do
//! without any of them.

use zera_worker_protocol::Error;

/// A drawer of the archive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Drawer {
    /// Records of executions, by place in the chain.
    Traces,
    /// What the ledger has said about proofs of a call, by the call.
    Requests,
    /// What lists show of proofs, by the hash of their file.
    Proofs,
    /// Files of proofs, by their hash.
    ProofFiles,
    /// Alarms, by the proof that raised them.
    Alarms,
}

impl Drawer {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Traces, Self::Requests, Self::Proofs, Self::ProofFiles, Self::Alarms];
}

/// One change of a drawer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filing {
    /// Where.
    pub drawer: Drawer,
    /// Under which key.
    pub key: Vec<u8>,
    /// What is kept there; none to take it out.
    pub item: Option<Vec<u8>>,
}

/// The archive. What it gives back is untrusted, as all that is stored.
#[expect(async_fn_in_trait, reason = "the worker has one thread; no future leaves it")]
pub trait Archive {
    /// All keys of a drawer, ascending.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn keys_in(&self, drawer: Drawer) -> Result<Vec<Vec<u8>>, Error>;
    /// What is kept under `key`.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn item(&self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Error>;
    /// Changes drawers, all or nothing.
    ///
    /// # Errors
    /// `StorageFailed`: nothing was changed. `OtherTab`: another node has taken over.
    async fn file(&self, filings: &[Filing]) -> Result<(), Error>;
    /// Empties a drawer.
    ///
    /// # Errors
    /// As for [`Archive::file`].
    async fn empty(&self, drawer: Drawer) -> Result<(), Error>;
}
