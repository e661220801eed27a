//! How values look to scripts (feature `serde`): amounts and other 128-bit numbers as decimal strings, hashes and ids as
//! hexadecimal (ids are also read as addresses), 64-bit numbers as numbers while JavaScript holds them exactly and as
//! decimal strings beyond, bytes as `Uint8Array` (read from hexadecimal too). Never hashed, never stored (design §4).

use crate::{
    address::{Address, Network},
    amount::Amount,
    hash::{Hash, from_hex, to_hex},
    ids::{AccountId, Gas, Height, ModuleId, ProposalId, Slot},
    keys::Signature,
    state_key::StateKey,
};
use alloc::{string::String, vec::Vec};
use core::fmt;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, SeqAccess, Visitor},
};

/// The greatest integer that a JavaScript number holds exactly together with all below it: 2^53 − 1.
const SAFE: u64 = (1 << 53) - 1;

/// A 128-bit number from text or a number.
struct Number;

impl Visitor<'_> for Number {
    type Value = u128;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, or a string of its decimal digits")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u128, E> {
        if text.is_empty() || !text.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(E::custom("not a string of decimal digits"));
        }
        text.parse().map_err(|_| E::custom("the number is too large"))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u128, E> {
        Ok(number.into())
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<u128, E> {
        Ok(number)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u128, E> {
        u128::try_from(number).map_err(|_| E::custom("the number is negative"))
    }

    // tidy: allow(f64), because JavaScript's numbers arrive here and leave as integers
    fn visit_f64<E: Error>(self, number: f64) -> Result<u128, E> {
        // The cast saturates; only a whole number in the safe range comes back unchanged.
        let whole = number as u64;
        // tidy: allow(f64), because JavaScript's numbers arrive here and leave as integers
        let unchanged = (whole as f64).to_bits() == number.to_bits() && whole <= SAFE;
        if unchanged { Ok(whole.into()) } else { Err(E::custom("not a whole number that JavaScript holds exactly")) }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Number).map(Self)
    }
}

macro_rules! number {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if self.0 <= SAFE { serializer.serialize_u64(self.0) } else { serializer.collect_str(&self.0) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = deserializer.deserialize_any(Number)?;
                u64::try_from(number).map(Self).map_err(|_| D::Error::custom("the number is too large"))
            }
        }
    )*};
}

number!(Height, Slot, ProposalId, Gas);

/// Bytes from a `Uint8Array`, a list of numbers, or hexadecimal text.
struct Bytes;

impl<'de> Visitor<'de> for Bytes {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Uint8Array or hexadecimal text")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
        from_hex(text.strip_prefix("0x").unwrap_or(text)).ok_or_else(|| E::custom("not hexadecimal"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}

/// A fixed number of bytes from text: hexadecimal, or an address where that names this kind.
fn fixed<'de, const N: usize, D: Deserializer<'de>>(
    deserializer: D,
    address: fn(&str) -> Option<[u8; N]>,
) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(deserializer)?;
    from_hex(text.strip_prefix("0x").unwrap_or(&text))
        .and_then(|bytes| bytes.try_into().ok())
        .or_else(|| address(&text))
        .ok_or_else(|| D::Error::custom("neither hexadecimal of the right length nor an address"))
}

fn parse(text: &str) -> Option<Address> {
    [Network::Solo, Network::Main].into_iter().find_map(|network| Address::from_text(text, network).ok())
}

fn account(text: &str) -> Option<[u8; 32]> {
    match parse(text)? {
        Address::Account(id) => Some(id.0),
        Address::Module(id) => Some(id.account().0),
    }
}

fn module(text: &str) -> Option<[u8; 32]> {
    match parse(text)? {
        Address::Module(id) => Some(id.0),
        Address::Account(_) => None,
    }
}

macro_rules! hexadecimal {
    ($($name:ident, $address:expr);* $(;)?) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&to_hex(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                fixed(deserializer, $address).map(Self)
            }
        }
    )*};
}

hexadecimal! {
    Hash, |_| None;
    AccountId, account;
    ModuleId, module;
    Signature, |_| None;
}

impl Serialize for StateKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for StateKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Bytes).map(Self)
    }
}

/// `Vec<u8>` fields: `#[serde(with = "…::plain::bytes")]`.
pub mod bytes {
    use super::{Bytes, Deserializer, Serializer, Vec};

    /// As `Uint8Array`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    /// From a `Uint8Array`, a list of numbers, or hexadecimal text.
    ///
    /// # Errors
    /// When it is none of these.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        deserializer.deserialize_any(Bytes)
    }
}

/// One value in a wrapper, so that options and lists of bytes and numbers use the forms above.
struct Form<T>(T);

impl Serialize for Form<&Vec<u8>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de> Deserialize<'de> for Form<Vec<u8>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Bytes).map(Self)
    }
}

/// `Option<Vec<u8>>` fields.
pub mod maybe_bytes {
    use super::{Deserialize, Deserializer, Form, Serialize, Serializer, Vec};

    /// As `Uint8Array` or nothing.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        bytes.as_ref().map(Form).serialize(serializer)
    }

    /// As [`super::bytes::deserialize`].
    ///
    /// # Errors
    /// When it is neither bytes nor nothing.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(Option::<Form<Vec<u8>>>::deserialize(deserializer)?.map(|form| form.0))
    }
}

/// `Vec<Vec<u8>>` fields.
pub mod many_bytes {
    use super::{Deserialize, Deserializer, Form, Serializer, Vec};

    /// As a list of `Uint8Array`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(many: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(many.iter().map(Form))
    }

    /// As [`super::bytes::deserialize`], for each.
    ///
    /// # Errors
    /// When one is no bytes.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
        Ok(Vec::<Form<Vec<u8>>>::deserialize(deserializer)?.into_iter().map(|form| form.0).collect())
    }
}

/// Pairs of optional 128-bit bounds.
pub mod bounds {
    use super::{Amount, Deserialize, Deserializer, Serialize, Serializer};

    /// As decimal strings.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(bounds: &(Option<u128>, Option<u128>), serializer: S) -> Result<S::Ok, S::Error> {
        (bounds.0.map(Amount), bounds.1.map(Amount)).serialize(serializer)
    }

    /// From decimal strings or numbers.
    ///
    /// # Errors
    /// When one is no number.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Option<u128>, Option<u128>), D::Error> {
        let (low, high) = <(Option<Amount>, Option<Amount>)>::deserialize(deserializer)?;
        Ok((low.map(|bound| bound.0), high.map(|bound| bound.0)))
    }
}

/// An optional 128-bit number.
pub mod maybe_number {
    use super::{Amount, Deserialize, Deserializer, Serialize, Serializer};

    /// As a decimal string.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(number: &Option<u128>, serializer: S) -> Result<S::Ok, S::Error> {
        number.map(Amount).serialize(serializer)
    }

    /// From a decimal string or a number.
    ///
    /// # Errors
    /// When it is no number.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u128>, D::Error> {
        Ok(Option::<Amount>::deserialize(deserializer)?.map(|number| number.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &impl Serialize) -> String {
        serde_json::to_string(value).unwrap()
    }

    #[test]
    fn numbers_stay_exact() {
        assert_eq!(text(&Amount(u128::MAX)), format!("\"{}\"", u128::MAX));
        assert_eq!(text(&Slot(SAFE)), "9007199254740991");
        assert_eq!(text(&Slot(SAFE + 1)), "\"9007199254740992\"");
        for good in ["7", "\"7\"", "7.0"] {
            assert_eq!(serde_json::from_str::<Slot>(good).unwrap(), Slot(7), "{good}");
        }
        for bad in ["-1", "1.5", "\"\"", "\"1e3\"", "1e300", "\"18446744073709551616\"", "null"] {
            assert!(serde_json::from_str::<Slot>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_are_read_as_hexadecimal_and_as_addresses() {
        let id = AccountId([5; 32]);
        let address = Address::Account(id).to_text(Network::Solo);
        for form in [to_hex(&id.0), format!("0x{}", to_hex(&id.0)), address.clone()] {
            assert_eq!(serde_json::from_value::<AccountId>(form.into()).unwrap(), id);
        }
        assert!(serde_json::from_value::<ModuleId>(address.into()).is_err());
        assert!(serde_json::from_str::<Hash>("\"00\"").is_err());
    }

    #[test]
    fn bytes_are_read_from_text_and_lists() {
        let mut one = serde_json::Deserializer::from_str("\"0xff00\"");
        assert_eq!(bytes::deserialize(&mut one).unwrap(), [255, 0]);
        let mut two = serde_json::Deserializer::from_str("[1, 2]");
        assert_eq!(bytes::deserialize(&mut two).unwrap(), [1, 2]);
        let mut bad = serde_json::Deserializer::from_str("\"f\"");
        assert!(bytes::deserialize(&mut bad).is_err());
    }
}
