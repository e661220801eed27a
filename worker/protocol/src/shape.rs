//! Types of arguments and results as pages need them, and values in them: encode and decode without `scale-info`.
//!
//! A [`Shape`] is one node of a table; nested types are indices into the same table, so a recursive type is finite.

use codec::{Compact, Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AccountId, Amount};

/// Nesting a value may have.
const MAX_NESTING: u32 = 16;

/// Names of fields with their types.
pub type Fields = Vec<(String, u32)>;

/// One type.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Shape {
    /// True or false.
    Bool,
    /// Unsigned integer of that many bytes: 1, 2, 4, 8 or 16.
    Unsigned(u8),
    /// Signed integer of that many bytes.
    Signed(u8),
    /// Text.
    Text,
    /// A number of ZRA base units.
    Amount,
    /// An account or module id.
    Account,
    /// Bytes of any length.
    Bytes,
    /// Exactly so many bytes.
    FixedBytes(u32),
    /// Any number of elements of one type.
    List(u32),
    /// Exactly so many elements of one type.
    Array(u32, u32),
    /// Elements of several types.
    Tuple(Vec<u32>),
    /// Named fields.
    Record(String, Fields),
    /// One of several variants: name, index byte, fields.
    Choice(String, Vec<(String, u8, Fields)>),
    /// An unsigned integer in compact form.
    Compact(u32),
    /// A type no form can be built for.
    Opaque(String),
}

/// One value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// Unsigned integer.
    Unsigned(u128),
    /// Signed integer.
    Signed(i128),
    /// Text.
    Text(String),
    /// Base units.
    Amount(Amount),
    /// Account or module.
    Account(AccountId),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Elements of a list, array or tuple.
    Elements(Vec<Value>),
    /// Fields of a record, in order.
    Fields(Vec<(String, Value)>),
    /// A variant's name with its fields.
    Variant(String, Vec<(String, Value)>),
}

/// Why a value does not fit its shape. Recoverable.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ShapeError {
    /// An index leads nowhere.
    #[error("the type table has no such entry")]
    NoShape,
    /// The value is of another kind than the shape.
    #[error("the value is of another kind than its type")]
    Kind,
    /// The integer does not fit.
    #[error("the number does not fit its type")]
    Range,
    /// Bytes end early, are left over, or are no such type.
    #[error("the bytes are no value of this type")]
    Bytes,
    /// Nested too deep, or no form can be built.
    #[error("no form can be built for this type")]
    Unsupported,
}

/// Encodes `value` as shape `index` of `shapes`.
///
/// # Errors
/// [`ShapeError`].
pub fn encode(shapes: &[Shape], index: u32, value: &Value) -> Result<Vec<u8>, ShapeError> {
    let mut out = Vec::new();
    encode_into(shapes, index, value, &mut out, MAX_NESTING)?;
    Ok(out)
}

/// Decodes all of `bytes` as shape `index` of `shapes`.
///
/// # Errors
/// [`ShapeError`].
pub fn decode(shapes: &[Shape], index: u32, bytes: &[u8]) -> Result<Value, ShapeError> {
    let mut rest = bytes;
    let value = decode_from(shapes, index, &mut rest, MAX_NESTING)?;
    if rest.is_empty() { Ok(value) } else { Err(ShapeError::Bytes) }
}

fn shape(shapes: &[Shape], index: u32) -> Result<&Shape, ShapeError> {
    usize::try_from(index).ok().and_then(|i| shapes.get(i)).ok_or(ShapeError::NoShape)
}

fn encode_into(shapes: &[Shape], index: u32, value: &Value, out: &mut Vec<u8>, left: u32) -> Result<(), ShapeError> {
    let left = left.checked_sub(1).ok_or(ShapeError::Unsupported)?;
    match (shape(shapes, index)?, value) {
        (Shape::Bool, Value::Bool(flag)) => out.push(u8::from(*flag)),
        (Shape::Unsigned(width), Value::Unsigned(n)) => push_integer(out, *width, *n)?,
        (Shape::Signed(width), Value::Signed(n)) => push_signed(out, *width, *n)?,
        (Shape::Text, Value::Text(text)) => text.encode_to(out),
        (Shape::Amount, Value::Amount(amount)) => amount.encode_to(out),
        (Shape::Account, Value::Account(id)) => id.encode_to(out),
        (Shape::Bytes, Value::Bytes(bytes)) => bytes.encode_to(out),
        (Shape::FixedBytes(n), Value::Bytes(bytes)) if bytes.len() == *n as usize => out.extend_from_slice(bytes),
        (Shape::List(of), Value::Elements(items)) => {
            Compact(u32::try_from(items.len()).map_err(|_| ShapeError::Range)?).encode_to(out);
            for item in items {
                encode_into(shapes, *of, item, out, left)?;
            }
        }
        (Shape::Array(of, n), Value::Elements(items)) if items.len() == *n as usize => {
            for item in items {
                encode_into(shapes, *of, item, out, left)?;
            }
        }
        (Shape::Tuple(of), Value::Elements(items)) if items.len() == of.len() => {
            for (of, item) in of.iter().zip(items) {
                encode_into(shapes, *of, item, out, left)?;
            }
        }
        (Shape::Record(_, fields), Value::Fields(values)) => encode_fields(shapes, fields, values, out, left)?,
        (Shape::Choice(_, variants), Value::Variant(name, values)) => {
            let (_, tag, fields) = variants.iter().find(|(n, ..)| n == name).ok_or(ShapeError::Kind)?;
            out.push(*tag);
            encode_fields(shapes, fields, values, out, left)?;
        }
        (Shape::Compact(_), Value::Unsigned(n)) => Compact(*n).encode_to(out),
        (Shape::Opaque(_), _) => return Err(ShapeError::Unsupported),
        _ => return Err(ShapeError::Kind),
    }
    Ok(())
}

fn encode_fields(
    shapes: &[Shape],
    fields: &[(String, u32)],
    values: &[(String, Value)],
    out: &mut Vec<u8>,
    left: u32,
) -> Result<(), ShapeError> {
    if fields.len() != values.len() {
        return Err(ShapeError::Kind);
    }
    fields.iter().zip(values).try_for_each(|((_, of), (_, value))| encode_into(shapes, *of, value, out, left))
}

fn push_integer(out: &mut Vec<u8>, width: u8, n: u128) -> Result<(), ShapeError> {
    let bytes = n.to_le_bytes();
    let (low, high) = bytes.split_at_checked(usize::from(width)).ok_or(ShapeError::NoShape)?;
    if high.iter().any(|b| *b != 0) {
        return Err(ShapeError::Range);
    }
    out.extend_from_slice(low);
    Ok(())
}

fn push_signed(out: &mut Vec<u8>, width: u8, n: i128) -> Result<(), ShapeError> {
    let bytes = n.to_le_bytes();
    let (low, high) = bytes.split_at_checked(usize::from(width)).ok_or(ShapeError::NoShape)?;
    let negative = low.last().is_some_and(|b| b & 0x80 != 0);
    let fill = if negative { 0xff } else { 0 };
    if high.iter().any(|b| *b != fill) || negative != (n < 0) {
        return Err(ShapeError::Range);
    }
    out.extend_from_slice(low);
    Ok(())
}

fn take<'a>(rest: &mut &'a [u8], n: usize) -> Result<&'a [u8], ShapeError> {
    let (head, tail) = rest.split_at_checked(n).ok_or(ShapeError::Bytes)?;
    *rest = tail;
    Ok(head)
}

fn take_integer(rest: &mut &[u8], width: u8) -> Result<u128, ShapeError> {
    let low = take(rest, usize::from(width))?;
    let mut bytes = [0u8; 16];
    bytes.get_mut(..low.len()).ok_or(ShapeError::NoShape)?.copy_from_slice(low);
    Ok(u128::from_le_bytes(bytes))
}

fn scale<T: Decode>(rest: &mut &[u8]) -> Result<T, ShapeError> {
    T::decode(rest).map_err(|_| ShapeError::Bytes)
}

fn decode_from(shapes: &[Shape], index: u32, rest: &mut &[u8], left: u32) -> Result<Value, ShapeError> {
    let left = left.checked_sub(1).ok_or(ShapeError::Unsupported)?;
    Ok(match shape(shapes, index)? {
        Shape::Bool => Value::Bool(scale(rest)?),
        Shape::Unsigned(width) => Value::Unsigned(take_integer(rest, *width)?),
        Shape::Signed(width) => {
            let unused = 128u32.saturating_sub(u32::from(*width).saturating_mul(8));
            let n = take_integer(rest, *width)?;
            Value::Signed(n.checked_shl(unused).unwrap_or(0).cast_signed() >> unused.min(127))
        }
        Shape::Text => Value::Text(scale(rest)?),
        Shape::Amount => Value::Amount(scale(rest)?),
        Shape::Account => Value::Account(scale(rest)?),
        Shape::Bytes => Value::Bytes(scale(rest)?),
        Shape::FixedBytes(n) => Value::Bytes(take(rest, *n as usize)?.to_vec()),
        Shape::List(of) => {
            let n = scale::<Compact<u32>>(rest)?.0 as usize;
            Value::Elements(decode_many(shapes, *of, n, rest, left)?)
        }
        Shape::Array(of, n) => Value::Elements(decode_many(shapes, *of, *n as usize, rest, left)?),
        Shape::Tuple(of) => {
            Value::Elements(of.iter().map(|of| decode_from(shapes, *of, rest, left)).collect::<Result<_, _>>()?)
        }
        Shape::Record(_, fields) => Value::Fields(decode_fields(shapes, fields, rest, left)?),
        Shape::Choice(_, variants) => {
            let tag: u8 = scale(rest)?;
            let (name, _, fields) = variants.iter().find(|(_, t, _)| *t == tag).ok_or(ShapeError::Bytes)?;
            Value::Variant(name.clone(), decode_fields(shapes, fields, rest, left)?)
        }
        Shape::Compact(_) => Value::Unsigned(scale::<Compact<u128>>(rest)?.0),
        Shape::Opaque(_) => return Err(ShapeError::Unsupported),
    })
}

/// Elements that take no bytes would let a short message claim billions of them, so each must take at least one.
fn decode_many(shapes: &[Shape], of: u32, n: usize, rest: &mut &[u8], left: u32) -> Result<Vec<Value>, ShapeError> {
    if n > rest.len() {
        return Err(ShapeError::Bytes);
    }
    (0..n).map(|_| decode_from(shapes, of, rest, left)).collect()
}

fn decode_fields(
    shapes: &[Shape],
    fields: &[(String, u32)],
    rest: &mut &[u8],
    left: u32,
) -> Result<Vec<(String, Value)>, ShapeError> {
    fields.iter().map(|(name, of)| Ok((name.clone(), decode_from(shapes, *of, rest, left)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_round_trip_and_misfits_are_named() {
        let shapes = [
            Shape::Unsigned(4),
            Shape::List(0),
            Shape::Record("R".into(), vec![("a".into(), 1), ("b".into(), 3)]),
            Shape::Signed(2),
            Shape::Choice("Option".into(), vec![("None".into(), 0, vec![]), ("Some".into(), 1, vec![("0".into(), 2)])]),
        ];
        let fields = vec![
            ("a".into(), Value::Elements(vec![Value::Unsigned(1), Value::Unsigned(u32::MAX.into())])),
            ("b".into(), Value::Signed(-5)),
        ];
        let value = Value::Variant("Some".into(), vec![("0".into(), Value::Fields(fields))]);
        let bytes = encode(&shapes, 4, &value).unwrap();
        assert_eq!(bytes, Some((vec![1u32, u32::MAX], -5i16)).encode());
        assert_eq!(decode(&shapes, 4, &bytes), Ok(value));
        assert_eq!(encode(&shapes, 0, &Value::Unsigned(1 << 32)), Err(ShapeError::Range));
        assert_eq!(encode(&shapes, 3, &Value::Signed(40_000)), Err(ShapeError::Range));
        assert_eq!(decode(&shapes, 1, &[0xfe, 0xff, 0xff, 0xff]), Err(ShapeError::Bytes));
        assert_eq!(encode(&shapes, 9, &Value::Bool(true)), Err(ShapeError::NoShape));
    }

    #[test]
    fn a_recursive_type_ends() {
        let shapes = [Shape::Tuple(vec![0])];
        assert_eq!(decode(&shapes, 0, &[]), Err(ShapeError::Unsupported));
    }
}
