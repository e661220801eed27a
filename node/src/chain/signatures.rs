//! Signatures of transactions, checked on threads that do nothing else, so that the chain's own thread need not.

use super::Chain;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use tokio::sync::oneshot;
use zera_client::{ClientError, Verified};
use zera_primitives::{Block, Hash};

/// Fewer are checked where they are needed: waking threads takes as long.
const WORTH: usize = 8;

/// Checks transactions from outside.
pub async fn verify(transactions: Vec<Vec<u8>>, genesis: Hash) -> Vec<Result<Verified, ClientError>> {
    let check = move |bytes: Vec<u8>| Verified::from_bytes(&bytes, &genesis);
    if transactions.len() < WORTH {
        return transactions.into_iter().map(check).collect();
    }
    let (reply, answer) = oneshot::channel();
    // Whoever asked may have gone away.
    rayon::spawn(move || drop(reply.send(transactions.into_par_iter().map(check).collect())));
    answer.await.unwrap_or_default()
}

impl Chain {
    /// Checks those signatures of a proposed block that were not checked before, on all threads together. One that does not
    /// hold is found again, and named, when the block is checked.
    pub(super) fn vouch_for(&mut self, block: &Block) {
        let genesis = self.client.genesis();
        let transactions = block.body.transactions.iter();
        let unknown: Vec<_> = transactions.filter(|signed| !self.client.vouches(&signed.hash())).cloned().collect();
        if unknown.len() >= WORTH {
            let checked = unknown.into_par_iter().filter_map(|signed| Verified::check(signed, &genesis).ok());
            let checked: Vec<Verified> = checked.collect();
            self.client.vouch(checked);
        }
    }
}
