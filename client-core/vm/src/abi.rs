//! The two calling conventions (design §6): integers passed directly, or SCALE bytes in guest memory.

use alloc::vec::Vec;

/// A type that crosses the boundary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ValKind {
    /// 32-bit integer: 4 bytes, little-endian.
    I32,
    /// 64-bit integer: 8 bytes, little-endian.
    I64,
}

impl ValKind {
    /// Bytes of one value in arguments and results.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::I32 => 4,
            Self::I64 => 8,
        }
    }
}

/// An integer on its way into or out of a guest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value {
    /// 32 bits.
    I32(i32),
    /// 64 bits.
    I64(i64),
}

impl Value {
    /// Little-endian bytes by WASM type.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::I32(value) => value.to_le_bytes().to_vec(),
            Self::I64(value) => value.to_le_bytes().to_vec(),
        }
    }
}

/// How an export can be called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callable {
    /// Integers in, at most one integer out; argument bytes are the parameters in order.
    Direct,
    /// `() -> ()`: the guest reads its arguments with `input_read` and answers with `output_write`.
    Scale,
    /// More than one result: only the module itself can call it.
    Internal,
}

/// The convention that a signature stands for.
#[must_use]
pub fn callable(params: &[ValKind], results: &[ValKind]) -> Callable {
    match (params, results) {
        ([], []) => Callable::Scale,
        (_, [] | [_]) => Callable::Direct,
        _ => Callable::Internal,
    }
}

/// Splits the argument bytes of a direct call; `None` if their length is not exactly that of the parameters.
#[must_use]
pub fn decode_args(params: &[ValKind], mut bytes: &[u8]) -> Option<Vec<Value>> {
    let mut values = Vec::with_capacity(params.len());
    for kind in params {
        values.push(match kind {
            ValKind::I32 => {
                let (head, rest) = bytes.split_first_chunk()?;
                bytes = rest;
                Value::I32(i32::from_le_bytes(*head))
            }
            ValKind::I64 => {
                let (head, rest) = bytes.split_first_chunk()?;
                bytes = rest;
                Value::I64(i64::from_le_bytes(*head))
            }
        });
    }
    bytes.is_empty().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_have_exactly_their_length() {
        let params = [ValKind::I64, ValKind::I32];
        let bytes = [1, 0, 0, 0, 0, 0, 0, 128, 255, 255, 255, 255];
        assert_eq!(decode_args(&params, &bytes), Some(vec![Value::I64(i64::MIN + 1), Value::I32(-1)]));
        assert_eq!(decode_args(&params, &bytes[..11]), None);
        assert_eq!(decode_args(&params, &[0; 13]), None);
        assert_eq!(decode_args(&[], &[]), Some(vec![]));
    }

    #[test]
    fn signatures_name_their_convention() {
        assert_eq!(callable(&[], &[]), Callable::Scale);
        assert_eq!(callable(&[], &[ValKind::I32]), Callable::Direct);
        assert_eq!(callable(&[ValKind::I32], &[]), Callable::Direct);
        assert_eq!(callable(&[], &[ValKind::I32, ValKind::I32]), Callable::Internal);
    }
}
