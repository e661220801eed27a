//! Addresses people read: bech32m with a prefix per network (design §4).

use crate::ids::{AccountId, ModuleId};
use alloc::string::String;
use bech32::{Bech32m, Hrp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Which chain an address belongs to; the prefix says it.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Network {
    /// A chain of this tab alone: `zeras1…`.
    #[default]
    Solo,
    /// A network of peers: `zera1…`.
    Main,
}

impl Network {
    const fn prefixes(self) -> (&'static str, &'static str) {
        match self {
            Self::Solo => ("zeras", "zerasmod"),
            Self::Main => ("zera", "zeramod"),
        }
    }
}

/// What an address names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Address {
    /// A key's account.
    Account(AccountId),
    /// A module.
    Module(ModuleId),
}

/// Why a text is no address here. Recoverable.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    /// Not bech32m, or a digit is wrong: the checksum notices up to four.
    #[error("not an address: a character is wrong or missing")]
    Checksum,
    /// A valid address of another network or kind.
    #[error("an address of another network")]
    OtherNetwork,
    /// A right prefix with a wrong number of bytes.
    #[error("an address has 32 bytes")]
    Length,
}

impl Address {
    /// The text of this address on `network`.
    #[must_use]
    pub fn to_text(&self, network: Network) -> String {
        let (account, module) = network.prefixes();
        let (prefix, bytes) = match self {
            Self::Account(id) => (account, &id.0),
            Self::Module(id) => (module, &id.0),
        };
        // Neither step can fail: the prefixes are constants of lower-case letters and the length is fixed.
        Hrp::parse(prefix).ok().and_then(|hrp| bech32::encode::<Bech32m>(hrp, bytes).ok()).unwrap_or_default()
    }

    /// Parses an address of `network`.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn from_text(text: &str, network: Network) -> Result<Self, AddressError> {
        let checked = bech32::primitives::decode::CheckedHrpstring::new::<Bech32m>(text.trim())
            .map_err(|_| AddressError::Checksum)?;
        let bytes: alloc::vec::Vec<u8> = checked.byte_iter().take(33).collect();
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| AddressError::Length)?;
        let (account, module) = network.prefixes();
        let hrp = checked.hrp();
        if hrp.as_str().eq_ignore_ascii_case(account) {
            Ok(Self::Account(AccountId(bytes)))
        } else if hrp.as_str().eq_ignore_ascii_case(module) {
            Ok(Self::Module(ModuleId(bytes)))
        } else {
            Err(AddressError::OtherNetwork)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_notices_a_wrong_digit_and_network() {
        for address in [Address::Account(AccountId([3; 32])), Address::Module(ModuleId([9; 32]))] {
            let text = address.to_text(Network::Solo);
            assert_eq!(Address::from_text(&text, Network::Solo), Ok(address));
            assert_eq!(Address::from_text(&text, Network::Main), Err(AddressError::OtherNetwork));
            let mut wrong: Vec<char> = text.chars().collect();
            let last = wrong.len() - 1;
            wrong[last] = if wrong[last] == 'q' { 'p' } else { 'q' };
            let wrong: String = wrong.into_iter().collect();
            assert_eq!(Address::from_text(&wrong, Network::Solo), Err(AddressError::Checksum));
        }
    }
}
