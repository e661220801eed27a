//! Why governance refuses.

use zera_primitives::{Amount, AmountError, ParamsError, ProposalId, Side};
use zera_state::{AccountError, StateError};

/// Why an operation was refused. Everything but the variants that [`GovError::is_fatal`] names is recoverable: the
/// caller discards the transaction and nothing has changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GovError {
    /// There is no such proposal.
    #[error("there is no proposal {0}")]
    NoSuchProposal(ProposalId),
    /// The proposal is closed.
    #[error("proposal {0} is closed")]
    Closed(ProposalId),
    /// An allocation must be zero or at least the least allocation.
    #[error("{amount} ZRA is below the least allocation of {least} ZRA")]
    BelowLeast {
        /// Asked for.
        amount: Amount,
        /// The least allocation in force.
        least: Amount,
    },
    /// More was asked for than is staked and unbound.
    #[error("{asked} ZRA asked for, {available} ZRA of the stake are available")]
    NotEnoughStake {
        /// Asked for.
        asked: Amount,
        /// Staked and neither allocated nor being unstaked.
        available: Amount,
    },
    /// The account has as many allocations as it may.
    #[error("the account already has 32 allocations")]
    TooManyAllocations,
    /// The account is on the other side of this proposal.
    #[error("the account is on the side {0:?} of this proposal; release that allocation first")]
    OnOtherSide(Side),
    /// The author has as many live proposals as it may.
    #[error("the account already has 8 live proposals")]
    TooManyProposals,
    /// All places are taken and none of the proposals is accruing.
    #[error("all 128 places are taken by proposals that cannot be displaced")]
    NoPlace,
    /// The title is empty or too long.
    #[error("the title must have 1 to {0} bytes")]
    BadTitle(usize),
    /// The description is too long.
    #[error("the description must have at most {0} bytes")]
    LongDescription(usize),
    /// Only the author may withdraw.
    #[error("only its author may withdraw proposal {0}")]
    NotAuthor(ProposalId),
    /// Someone else has allocated already.
    #[error("others have allocated to proposal {0}; it can no longer be withdrawn")]
    OthersAllocated(ProposalId),
    /// The proposal is not due for enactment.
    #[error("proposal {0} is not due")]
    NotDue(ProposalId),
    /// Nothing to move.
    #[error("the amount is zero")]
    Zero,
    /// Parameters outside their bounds.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// Amounts do not fit.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// The account cannot pay; see there which kind.
    #[error(transparent)]
    Account(AccountError),
    /// The state could not be read; see there which kind.
    #[error(transparent)]
    State(#[from] StateError),
    /// An entry that must exist is missing. Fatal: the state was not written by this runtime.
    #[error("the governance entry {0} is missing")]
    Missing(&'static str),
}

impl GovError {
    pub(crate) const OVERFLOW: Self = Self::Amount(AmountError::Overflow);

    /// True when the state itself is wrong, so that no block may be built on it.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        match self {
            Self::Missing(_) => true,
            Self::State(error) => !error.is_recoverable(),
            _ => false,
        }
    }
}

impl From<AccountError> for GovError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::State(error) => Self::State(error),
            other => Self::Account(other),
        }
    }
}
