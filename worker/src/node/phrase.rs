//! Recovery phrases: BIP39 words (English) to an Ed25519 seed by SLIP-0010, at the path `m/44'/1'/0'` (coin type 1 is
//! "any test network"; a registered one comes with the first public network). No passphrase.

use super::world::Seed;
use bip39::{Language, Mnemonic};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha512;
use zera_worker_protocol::{Error, ErrorKind};
use zeroize::Zeroize as _;

/// Bytes of entropy behind twelve words.
pub const ENTROPY_BYTES: usize = 16;

/// Derivation path; every step is hardened, as SLIP-0010 demands for Ed25519.
const PATH: [u32; 3] = [44, 1, 0];

fn refused(detail: impl Into<String>) -> Error {
    Error::request(ErrorKind::KeyRefused, detail)
}

/// Twelve words for this entropy.
///
/// # Errors
/// Never for 16 bytes.
pub fn words(entropy: &[u8; ENTROPY_BYTES]) -> Result<String, Error> {
    Ok(Mnemonic::from_entropy(entropy).map_err(|error| refused(error.to_string()))?.to_string())
}

/// The seed of a phrase of twelve or more words; case and spacing do not matter.
///
/// # Errors
/// `KeyRefused` names what is wrong: an unknown word, a wrong count, a checksum that does not hold.
pub fn seed(phrase: &str) -> Result<Seed, Error> {
    let phrase = phrase.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ");
    let mnemonic = Mnemonic::parse_in_normalized(Language::English, &phrase).map_err(|error| {
        refused(match error {
            bip39::Error::BadWordCount(count) => {
                format!("a recovery phrase has 12, 15, 18, 21 or 24 words, not {count}")
            }
            bip39::Error::UnknownWord(index) => {
                let word = phrase.split(' ').nth(index).unwrap_or_default();
                format!("word {} ({word}) is not in the list", index.saturating_add(1))
            }
            bip39::Error::InvalidChecksum => {
                "the words do not belong together: one is wrong or in the wrong place".into()
            }
            other => other.to_string(),
        })
    })?;
    let mut master = mnemonic.to_seed_normalized("");
    let derived = derive(&master);
    master.zeroize();
    derived
}

/// SLIP-0010 for Ed25519: master key, then hardened children.
fn derive(master: &[u8]) -> Result<Seed, Error> {
    let (mut key, mut chain) = split(b"ed25519 seed", &[master])?;
    for step in PATH {
        let index = (step | 1 << 31).to_be_bytes();
        (key, chain) = split(&chain, &[&[0], &key, &index])?;
    }
    chain.zeroize();
    Ok(key)
}

/// Both halves of HMAC-SHA512.
fn split(key: &[u8], parts: &[&[u8]]) -> Result<(Seed, [u8; 32]), Error> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).map_err(|error| refused(error.to_string()))?;
    for part in parts {
        mac.update(part);
    }
    let output = mac.finalize().into_bytes();
    let (left, right) = output.split_at(32);
    let half = |bytes: &[u8]| bytes.try_into().map_err(|_| refused("wrong length"));
    Ok((half(left)?, half(right)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::hash::{from_hex, to_hex};

    /// SLIP-0010, test vector 1 for Ed25519: master key, and the chain of hardened children.
    #[test]
    fn derivation_follows_slip_0010() {
        let master = from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
        let (key, chain) = split(b"ed25519 seed", &[&master]).unwrap();
        assert_eq!(to_hex(&key), "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7");
        let (child, _) = split(&chain, &[&[0], &key, &(1u32 << 31).to_be_bytes()]).unwrap();
        assert_eq!(to_hex(&child), "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3");
    }

    #[test]
    fn phrases_round_trip_and_faults_are_named() {
        let phrase = words(&[0; ENTROPY_BYTES]).unwrap();
        assert_eq!(phrase, "abandon ".repeat(11) + "about");
        let known = seed(&phrase).unwrap();
        assert_eq!(seed(&format!("  {}\n", phrase.to_uppercase())).unwrap(), known);
        assert_ne!(seed(&words(&[1; ENTROPY_BYTES]).unwrap()).unwrap(), known);
        let (misspelt, unfit) = ("abandon ".repeat(11) + "abuot", "abandon ".repeat(12));
        for (bad, part) in [
            ("abandon about", "not 2"),
            (&misspelt, "word 12 (abuot)"),
            (&unfit, "do not belong together"),
            ("", "not 0"),
        ] {
            let error = seed(bad).unwrap_err();
            assert!(error.kind == ErrorKind::KeyRefused && error.detail.contains(part), "{}", error.detail);
        }
    }
}
