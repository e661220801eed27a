//! Why governance refuses.

use zera_primitives::{Amount, AmountError, Class, ParamsError, ProposalId, Side};
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
    /// The proposal passes its own threshold, so no verdict closes it.
    #[error("proposal {0} is above its own threshold; it is no spam")]
    Supported(ProposalId),
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
        /// Staked and neither allocated, delegated nor being unstaked.
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
    /// Nobody delegates to oneself.
    #[error("an account cannot be its own delegate")]
    SelfDelegation,
    /// A chain of delegations: this account has delegators of its own.
    #[error("others have delegated stake of the class {0:?} to this account; it cannot delegate in that class")]
    HasDelegators(Class),
    /// A chain of delegations: the delegate has delegated in this class itself.
    #[error("the delegate has delegated its own stake of the class {0:?}; it cannot be a delegate in that class")]
    DelegateDelegates(Class),
    /// The delegate's list is full, and nobody in it has delegated less.
    #[error("the delegate already acts for 64 accounts; to displace the smallest takes more than {least} ZRA")]
    DelegateFull {
        /// The smallest delegation in the list.
        least: Amount,
    },
    /// Nobody has delegated to this account in this class.
    #[error("nobody has delegated stake of the class {0:?} to this account")]
    NoDelegators(Class),
    /// More than the whole.
    #[error("a share of {0} ppm is more than the whole")]
    BadShare(u32),
    /// None of the delegated stake could be placed, for want of stake that is not placed elsewhere.
    #[error("{asked} ZRA asked for, {available} ZRA of the delegated stake are not placed elsewhere")]
    DelegatedElsewhere {
        /// Asked for of the first delegator that lacks it.
        asked: Amount,
        /// What that one has left.
        available: Amount,
    },
    /// None of the delegated stake had to be, or could be, changed on this proposal.
    #[error("no delegated stake changes: its owners vote themselves, have no place left, or it stands so already")]
    NothingDelegated,
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
