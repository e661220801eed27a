//! Values of a statement as people read them.

use zera_primitives::{Hash, Outcome, hash::to_hex};
use zera_proof_verify::{Events, Part};

/// Bytes shown of what has no better form; the rest is counted.
const SHOWN: usize = 64;

/// A number with its thousands apart.
#[must_use]
pub fn number(number: u128) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes: a number where they are as long as one (SCALE and WebAssembly both write integers so), else hexadecimal.
#[must_use]
pub fn bytes(bytes: &[u8]) -> String {
    match bytes.len() {
        0 => "none".into(),
        1 | 2 | 4 | 8 | 16 => {
            let mut wide = [0; 16];
            wide.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            number(u128::from_le_bytes(wide))
        }
        length if length > SHOWN => {
            let head = bytes.get(..SHOWN).unwrap_or_default();
            format!("{}… ({} bytes)", to_hex(head), number(length as u128))
        }
        _ => to_hex(bytes),
    }
}

/// Arguments that are shown, in order; hidden ones are counted.
#[must_use]
pub fn parts(parts: &[Part]) -> String {
    let one = |part: &Part| part.shown().map_or_else(|| format!("hidden ({} bytes)", part.len()), bytes);
    if parts.is_empty() { "none".into() } else { parts.iter().map(one).collect::<Vec<_>>().join(", ") }
}

/// Events by their topics.
#[must_use]
pub fn events(events: &Events) -> String {
    match events {
        Events::Hidden(count) => format!("{count} hidden"),
        Events::Public(events) if events.is_empty() => "none".into(),
        Events::Public(events) => {
            let topics = events.iter().map(|event| String::from_utf8_lossy(&event.topic).into_owned());
            topics.collect::<Vec<_>>().join(", ")
        }
    }
}

/// How a run ended.
#[must_use]
pub const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "ended normally",
        Outcome::OutOfGas => "ran out of gas",
        Outcome::StackLimit => "reached the stack limit",
        Outcome::Trap => "trapped",
        Outcome::HostRefused => "was stopped by the host",
        Outcome::Invalid => "could not begin",
    }
}

/// A hash.
#[must_use]
pub fn hash(hash: &Hash) -> String {
    to_hex(&hash.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart_and_bytes_are_numbers_where_they_can_be() {
        assert_eq!(number(1_764), "1,764");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_000_000), "1,000,000");
        assert_eq!(bytes(&1_764u64.to_le_bytes()), "1,764");
        assert_eq!(bytes(&[1, 2, 3]), "010203");
        assert!(bytes(&[0; 100]).ends_with("(100 bytes)"));
        assert_eq!(parts(&[Part::Public(vec![7]), Part::Hidden(8)]), "7, hidden (8 bytes)");
    }
}
