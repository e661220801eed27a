//! What the chain's thread answers to tabs: entries with proofs, at one of the last 64 blocks.

use super::{Chain, ChainError};
use codec::Encode as _;
use zera_primitives::{Height, StateKey};
use zera_state::{MerkleError, StateView as _, merkle::MerkleState};
use zera_wire::{
    PeerError, PeerErrorKind,
    answer::{Entries, EntryRun},
    request::MOST_KEYS,
};

/// Bytes of values of one answer, from which on no further entry is added; the proof comes on top.
const ENOUGH_BYTES: usize = 3 << 20;

impl Chain {
    /// Entries after a block, with one proof for all.
    ///
    /// # Errors
    /// `TooOld`, `NotFound` for blocks that are not final, `Busy` when they are too large for one answer.
    pub(crate) fn entries(&mut self, height: Height, keys: &[StateKey]) -> Result<Entries, PeerError> {
        let (values, proof) = self.at(height, |state| state.prove_many(height, keys))?;
        let bytes = values.iter().flatten().fold(0usize, |sum, value| sum.saturating_add(value.len()));
        if bytes > ENOUGH_BYTES {
            return Err(PeerError::new(PeerErrorKind::Busy, "too many bytes for one answer: ask for fewer keys"));
        }
        Ok(Entries { height, values, proof: proof.encode() })
    }

    /// The next entries of a range after a block, with one proof for all.
    ///
    /// # Errors
    /// As [`entries`](Self::entries).
    pub(crate) fn run(
        &mut self,
        height: Height,
        prefix: &[u8],
        after: &[u8],
        limit: u32,
    ) -> Result<EntryRun, PeerError> {
        let limit = usize::try_from(limit).unwrap_or(MOST_KEYS).clamp(1, MOST_KEYS);
        self.at(height, |state| {
            let (mut keys, mut bytes, mut end) = (Vec::new(), 0usize, false);
            let mut last = after.to_vec();
            while keys.len() < limit && bytes < ENOUGH_BYTES / 2 {
                let Some(key) = state.next_key_at(height, prefix, &last)? else {
                    end = true;
                    break;
                };
                last.clone_from(&key.0);
                bytes =
                    bytes.saturating_add(key.0.len()).saturating_add(state.get(&key)?.map_or(0, |value| value.len()));
                keys.push(key);
            }
            let (values, proof) = state.prove_many(height, &keys)?;
            let entries = keys.into_iter().zip(values).filter_map(|(key, value)| Some((key, value?))).collect();
            Ok(EntryRun { entries, end, proof: proof.encode() })
        })
    }

    /// Looks at the state after a final block, loading what is missing.
    fn at<R>(&mut self, height: Height, look: impl Fn(&MerkleState) -> Result<R, MerkleError>) -> Result<R, PeerError> {
        let head = self.client.head().height;
        if height > head {
            let detail = format!("block {height} is not final here; {head} is");
            return Err(PeerError::new(PeerErrorKind::NotFound, detail));
        }
        let seen = self.retry(|chain| look(chain.client.merkle()));
        let refused = |error: MerkleError| match error {
            MerkleError::NotKept(height) => {
                PeerError::new(PeerErrorKind::TooOld, format!("the state of block {height} is no longer kept"))
            }
            other => PeerError::new(PeerErrorKind::Internal, other.to_string()),
        };
        seen.map_err(|error: ChainError| PeerError::new(PeerErrorKind::Internal, error.to_string()))?.map_err(refused)
    }
}
