//! A peer's key: an Ed25519 seed in a file that only its owner may read. It is the peer's name among peers and, where the
//! governed set names it, its vote.

use crate::config::FileError;
use std::path::Path;
use zera_primitives::{
    AccountId,
    hash::{from_hex, to_hex},
    keys::SecretKey,
};

/// 32 bytes that an Ed25519 key follows from.
pub type Seed = [u8; 32];

/// Reads the file: 64 hexadecimal digits.
///
/// # Errors
/// [`FileError`].
pub fn read(path: &Path) -> Result<Seed, FileError> {
    let text = std::fs::read_to_string(path).map_err(|error| FileError::new(path, error))?;
    let seed = from_hex(text.trim()).and_then(|bytes| bytes.try_into().ok());
    seed.ok_or_else(|| FileError::new(path, "not a key: 64 hexadecimal digits"))
}

/// Writes the file, for its owner alone. One that is there already is never written over.
///
/// # Errors
/// [`FileError`].
pub fn write(path: &Path, seed: &Seed) -> Result<(), FileError> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| FileError::new(path, error))?;
    writeln!(file, "{}", to_hex(seed)).map_err(|error| FileError::new(path, error))
}

/// A new seed, of this machine's randomness.
///
/// # Errors
/// When the system gives none.
pub fn fresh() -> Result<Seed, getrandom::Error> {
    let mut seed = Seed::default();
    getrandom::fill(&mut seed)?;
    Ok(seed)
}

/// The public key of a seed.
#[must_use]
pub fn public(seed: &Seed) -> AccountId {
    SecretKey::from_seed(seed).public()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_once_for_its_owner_alone() {
        let folder = crate::testing::Folder::new("keys");
        let path = folder.path().join("key");
        let seed = fresh().unwrap();
        write(&path, &seed).unwrap();
        assert_eq!(read(&path), Ok(seed));
        assert!(write(&path, &[7; 32]).is_err(), "never written over");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, "zz").unwrap();
        assert!(read(&path).is_err());
        assert_ne!(fresh().unwrap(), seed);
    }
}
