//! Why the client did not do something.

use zera_light::{CertificateError, HeaderError, ValidatorSetError};
use zera_primitives::{DecodeError, Height};
use zera_runtime::{AdmissionError, Unfit};
use zera_state::{StateError, merkle::MerkleError};
use zera_zip::BlockError;

/// Errors of the facade. [`ClientError::is_fatal`] tells which end the client.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// Outside bytes that are no such thing. Recoverable.
    #[error("{what}: {error}")]
    Decode {
        /// What they were taken for.
        what: &'static str,
        /// Why not.
        error: DecodeError,
    },
    /// The transaction may not enter a block. Recoverable.
    #[error(transparent)]
    Refused(#[from] AdmissionError),
    /// The same transaction, or another one with its nonce, waits already. Recoverable.
    #[error("a transaction with this nonce is waiting already")]
    AlreadyPending,
    /// Too many transactions wait. Recoverable.
    #[error("too many transactions are waiting")]
    Full,
    /// Bytes that are no code, or break the profile. Recoverable.
    #[error("{0}")]
    CodeRefused(String),
    /// Nothing of that id. Recoverable.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// Stored bytes do not fit together; nothing before this height is affected.
    #[error("the record of block {height} is damaged: {detail}")]
    Damaged {
        /// The first block that cannot be used.
        height: Height,
        /// What is wrong with it.
        detail: String,
    },
    /// The chain was made by a client of other rules; nothing is wrong with it.
    #[error("block {0} was made under other rules than this client's; the client that made this chain can open it")]
    OtherRules(Height),
    /// A block was executed on a head that is none any more. Recoverable: execute it again.
    #[error("the chain moved on while this block was executed")]
    Stale,
    /// The block is final already. Harmless.
    #[error("the block is final already")]
    AlreadyFinal,
    /// A block says something else than came out here. Permanent: it is no block.
    #[error("the block says another {field} than came out of executing it")]
    Disagrees {
        /// The first field that differs, named as in [`zera_primitives::Header`]; or what of its body breaks a limit.
        field: &'static str,
    },
    /// This client follows others and certifies nothing by itself.
    #[error("this client has no key that seals blocks")]
    NoSealer,
    /// A key is not loaded or the state is damaged.
    #[error(transparent)]
    State(#[from] StateError),
    /// The tree refused.
    #[error(transparent)]
    Merkle(#[from] MerkleError),
    /// The certificate does not hold.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// No validator set.
    #[error(transparent)]
    Validators(#[from] ValidatorSetError),
    /// The header does not follow.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A journal file that cannot be. Recoverable.
    #[error(transparent)]
    Journal(#[from] crate::journal::JournalError),
    /// This build is broken: a result that cannot be. Fatal.
    #[error("{0}")]
    Fault(String),
}

impl ClientError {
    /// True when the client must not go on.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        matches!(self, Self::Fault(_) | Self::Merkle(MerkleError::Tree) | Self::State(StateError::Corrupt(_)))
    }

    /// True when [`crate::Client::check`] found that the block can never follow its parent: whoever proposed it is at fault.
    #[must_use]
    pub const fn condemns(&self) -> bool {
        matches!(self, Self::Disagrees { .. } | Self::Header(_) | Self::Refused(_) | Self::Decode { .. })
    }

    /// True when a part of the state is not in memory: load what the state's pages want and try again.
    #[must_use]
    pub const fn is_not_loaded(&self) -> bool {
        matches!(self, Self::Merkle(MerkleError::NotLoaded) | Self::State(StateError::NotLoaded(_)))
    }
}

impl From<Unfit> for ClientError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Inadmissible(error) => Self::Refused(error),
            Unfit::State(error) => Self::State(error),
            Unfit::Fault(cause) => Self::Fault(cause),
        }
    }
}

impl From<BlockError> for ClientError {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::Inadmissible { error, .. } => Self::Refused(error),
            BlockError::State(error) => Self::State(error),
            other => Self::Fault(other.to_string()),
        }
    }
}
