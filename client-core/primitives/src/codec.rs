//! Bounded SCALE: every outside byte goes through [`decode_bounded`] (design §4).

use codec::{Decode, DecodeLimit, DecodeWithMemTracking, Input};

/// Depth of nested types that a decoder follows before it refuses.
pub const MAX_DEPTH: u32 = 32;

/// Why bytes were refused. Recoverable: the bytes are dropped, nothing was changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecodeError {
    /// More bytes than the type may ever take.
    #[error("{length} bytes, more than the {limit} allowed")]
    TooLong {
        /// Bytes given.
        length: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Not a valid encoding, nested too deep, or bytes left over.
    #[error("not a valid encoding")]
    Malformed,
}

/// Decodes exactly one `T` from all of `bytes`: at most `limit` bytes, nested at most [`MAX_DEPTH`], allocating at
/// most sixteen times the limit, nothing left over.
///
/// # Errors
/// [`DecodeError`] when any of these bounds is passed or the bytes are no `T`.
pub fn decode_bounded<T: Decode + DecodeWithMemTracking>(bytes: &[u8], limit: usize) -> Result<T, DecodeError> {
    if bytes.len() > limit {
        return Err(DecodeError::TooLong { length: bytes.len(), limit });
    }
    let mut rest = bytes;
    let mut tracked = codec::MemTrackingInput::new(&mut rest, limit.saturating_mul(16));
    let value = T::decode_with_depth_limit(MAX_DEPTH, &mut tracked).map_err(|_| DecodeError::Malformed)?;
    match tracked.remaining_len() {
        Ok(Some(0)) => Ok(value),
        _ => Err(DecodeError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    #[test]
    fn refuses_long_left_over_and_hostile_lengths() {
        let bytes = alloc::vec![1u8, 2, 3].encode();
        assert_eq!(decode_bounded::<Vec<u8>>(&bytes, 100), Ok(alloc::vec![1, 2, 3]));
        assert_eq!(decode_bounded::<Vec<u8>>(&bytes, 2), Err(DecodeError::TooLong { length: 4, limit: 2 }));
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(decode_bounded::<Vec<u8>>(&longer, 100), Err(DecodeError::Malformed));
        // A compact length of 2^30 − 1 with no bytes behind it must not allocate.
        assert_eq!(decode_bounded::<Vec<u64>>(&[0xfe, 0xff, 0xff, 0xff], 100), Err(DecodeError::Malformed));
    }
}
