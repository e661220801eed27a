//! Values as people read them. The manifest describes arguments and results, not what storage holds, so entries of storage
//! are shown by what their bytes look like, and say so.

use super::shapes::shapes;
use zera_primitives::{Manifest, hash::to_hex};
use zera_worker_protocol::{
    Shape,
    shape::{Value, decode},
};

/// Bytes of a value that are shown; longer ones are cut.
const SHOWN: usize = 64;

/// Bytes without a known type: text where they are text, a number where their length is one's, hexadecimal otherwise.
pub fn bytes(bytes: &[u8]) -> String {
    if let Some(text) = readable(bytes) {
        return text.to_owned();
    }
    if let Ok(four) = bytes.try_into() {
        return format!("{} (u32)", u32::from_le_bytes(four));
    }
    if let Ok(eight) = bytes.try_into() {
        return format!("{} (u64)", u64::from_le_bytes(eight));
    }
    if let Ok(sixteen) = bytes.try_into() {
        return format!("{} (u128)", u128::from_le_bytes(sixteen));
    }
    hex(bytes)
}

/// A key of storage: text where it is text, a text's end in hexadecimal where more follows, hexadecimal otherwise.
pub fn key(bytes: &[u8]) -> String {
    let words = bytes.iter().take_while(|byte| byte.is_ascii_graphic()).count();
    match (readable(bytes), bytes.split_at_checked(words)) {
        (Some(text), _) => text.to_owned(),
        (None, Some((name, rest))) if words > 2 => {
            format!("{} {}", String::from_utf8_lossy(name), to_hex(rest))
        }
        _ => to_hex(bytes),
    }
}

fn readable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty() && text.len() <= SHOWN)?;
    text.chars().all(|c| c == ' ' || c.is_ascii_graphic()).then_some(text)
}

fn hex(bytes: &[u8]) -> String {
    let shown = to_hex(bytes.get(..SHOWN).unwrap_or(bytes));
    if bytes.len() > SHOWN { format!("{shown}… ({} bytes)", bytes.len()) } else { shown }
}

/// A value of a type that the manifest describes; by its bytes when it is none.
pub fn typed(manifest: &Manifest, ty: Option<u32>, value: &[u8]) -> String {
    let decoded = ty.and_then(|ty| decode(&shapes(&manifest.types), ty, value).ok());
    decoded.map_or_else(|| bytes(value), |value| words(&value))
}

/// What a direct export answers is a WASM integer, which may be wider than its type.
pub fn narrow(manifest: &Manifest, ty: u32, mut value: Vec<u8>) -> Vec<u8> {
    let shapes = shapes(&manifest.types);
    let width = match shapes.get(ty as usize) {
        Some(Shape::Bool) => 1,
        Some(Shape::Unsigned(width) | Shape::Signed(width)) => usize::from(*width),
        _ => value.len(),
    };
    value.truncate(width);
    value
}

fn words(value: &Value) -> String {
    let list = |values: &[Value]| values.iter().map(words).collect::<Vec<_>>().join(", ");
    let fields = |fields: &[(String, Value)]| {
        fields.iter().map(|(name, value)| format!("{name}: {}", words(value))).collect::<Vec<_>>().join(", ")
    };
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Unsigned(n) => n.to_string(),
        Value::Signed(n) => n.to_string(),
        Value::Text(text) => text.clone(),
        Value::Amount(amount) => format!("{amount} ZRA"),
        Value::Account(account) => to_hex(&account.0),
        Value::Bytes(bytes) => hex(bytes),
        Value::Elements(values) => format!("[{}]", list(values)),
        Value::Fields(named) => format!("{{ {} }}", fields(named)),
        Value::Variant(name, named) if named.is_empty() => name.clone(),
        Value::Variant(name, named) => format!("{name} {{ {} }}", fields(named)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_say_what_they_look_like() {
        assert_eq!(bytes(b"alpha"), "alpha");
        assert_eq!(bytes(&500u32.to_le_bytes()), "500 (u32)");
        assert_eq!(bytes(&7u64.to_le_bytes()), "7 (u64)");
        assert_eq!(bytes(&u128::MAX.to_le_bytes()), "340282366920938463463374607431768211455 (u128)");
        assert_eq!(bytes(&[0, 255]), "00ff");
        assert_eq!(bytes(&[]), "");
        assert!(bytes(&[1; 100]).ends_with("… (100 bytes)"));
        assert_eq!(key(b"rate"), "rate");
        assert_eq!(key(b"deposit\x01\x02"), "deposit 0102");
        assert_eq!(key(&[1, 2]), "0102");
        // Nothing that turns or hides text passes as text.
        assert_eq!(bytes("\u{202e}abc".as_bytes()), to_hex("\u{202e}abc".as_bytes()));
    }
}
