//! The way back after engines disagreed: which block of a stored chain is the last one that the reference agrees with.
//!
//! A difference found on a sampled call says that the fast engine is wrong about a code; blocks sealed before may rest on
//! calls that nobody checked. They are executed again by the reference, oldest first, on the state of their time. The
//! first one that comes out otherwise, and all that rest on it, go. Sans-IO: a host feeds records in order.

use crate::{
    client::Client,
    past::{PastError, StateAt},
    record::Record,
};
use zera_primitives::{Height, tx::Call};
use zera_zip::BlockError;

/// A walk over stored blocks.
pub struct Agreement {
    at: StateAt,
    executed: u64,
}

impl Agreement {
    /// From a state that the reference agrees with, for example the genesis block's or where the last walk ended.
    #[must_use]
    pub const fn from(at: StateAt) -> Self {
        Self { at, executed: 0 }
    }

    /// The last block that the reference agrees with, as far as the walk has come.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.at.header().height
    }

    /// Blocks executed so far; the others cannot have run code.
    #[must_use]
    pub const fn executed(&self) -> u64 {
        self.executed
    }

    /// Goes on over the next block. False when the reference does not agree with it: the walk is over, and the block
    /// before it is the last to keep.
    ///
    /// # Errors
    /// [`PastError`]: the record cannot be used, or the reference could not run it.
    pub fn next(&mut self, bytes: &[u8]) -> Result<bool, PastError> {
        let decode = |error| PastError::Decode { after: self.height(), error };
        if may_have_run_code(&Record::from_bytes(bytes).map_err(decode)?) {
            self.executed = self.executed.saturating_add(1);
            match self.at.reexecute_block(bytes) {
                Ok(again) if again.agrees() => {}
                // What a wrong engine let in may not even be admissible.
                Ok(_) | Err(PastError::Block { error: BlockError::Inadmissible { .. }, .. }) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        self.at.follow(bytes)?;
        Ok(true)
    }
}

impl Client {
    /// The oldest block whose state is still kept: see [`Client::state_at`].
    #[must_use]
    pub fn kept_from(&self) -> Height {
        self.tips.front().map_or(self.head.header.height, |tip| tip.header.height)
    }
}

/// True when making the block may have run a module's code: a transaction called it, in whichever attempt, or the block
/// did something by itself (an enactment, a migration, a rehearsal; each leaves an event or a cause).
fn may_have_run_code(record: &Record) -> bool {
    let runs = |call: &Call| matches!(call, Call::Module { .. } | Call::Deploy { .. } | Call::DeployReference { .. });
    let wanted = record.body.transactions.iter().any(|signed| signed.transaction.calls.iter().any(runs));
    let called = record.receipts.iter().any(|receipt| !receipt.calls.is_empty());
    wanted || called || !record.events.is_empty() || !record.causes.is_empty()
}
