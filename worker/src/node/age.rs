//! Passphrase-encrypted files in the age format, version 1 (C2SP age.md): a header with one scrypt stanza, and the
//! payload in ChaCha20-Poly1305 chunks. A file written here opens with the stock `age` tool, and the other way round.
//!
//! Only what one small secret needs: one recipient, one chunk (64 KiB), no armour.

use chacha20poly1305::{AeadInOut as _, ChaCha20Poly1305, Key, KeyInit as _, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zera_worker_protocol::{Error, ErrorKind};

/// First line of every file.
const INTRO: &str = "age-encryption.org/v1\n";
/// Bytes of the file key.
const FILE_KEY: usize = 16;
/// Bytes of the salt of the stanza and of the payload's nonce.
const SALT: usize = 16;
/// log2 of scrypt's N for files written here: about half a second and 64 MiB in a tab.
const WORK: u8 = 16;
/// The most that is accepted: 256 MiB, what stock tools write on fast machines.
const MOST_WORK: u8 = 18;
/// The longest file accepted: one chunk and its header.
const FILE_BYTES: usize = 66 << 10;
/// Bytes of one chunk of plain text.
const CHUNK: usize = 64 << 10;

/// What a new file needs that must never repeat.
pub struct Randomness {
    /// Key of the payload.
    pub file_key: [u8; FILE_KEY],
    /// Salt of the passphrase.
    pub salt: [u8; SALT],
    /// Nonce of the payload.
    pub nonce: [u8; SALT],
}

fn refused(detail: impl Into<String>) -> Error {
    Error::request(ErrorKind::KeyRefused, detail)
}

fn no_file() -> Error {
    refused("not an age file with a passphrase")
}

/// Encrypts `plain`, at most one chunk, under `passphrase`.
///
/// # Errors
/// When `plain` is longer than a chunk.
pub fn encrypt(plain: &[u8], passphrase: &str, random: &Randomness) -> Result<Vec<u8>, Error> {
    encrypt_with(plain, passphrase, random, WORK)
}

fn encrypt_with(plain: &[u8], passphrase: &str, random: &Randomness, work: u8) -> Result<Vec<u8>, Error> {
    if plain.len() > CHUNK {
        return Err(refused("more than one chunk"));
    }
    let wrap = passphrase_key(passphrase, &random.salt, work)?;
    let mut body = random.file_key.to_vec();
    seal(&wrap, &[0; 12], &mut body)?;
    let mut header = format!("{INTRO}-> scrypt {} {work}\n{}\n---", base64(&random.salt), base64(&body));
    let mac = header_mac(&random.file_key, header.as_bytes())?;
    header.push_str(&format!(" {}\n", base64(&mac)));

    let mut payload = plain.to_vec();
    seal(&payload_key(&random.file_key, &random.nonce)?, &last_chunk(), &mut payload)?;
    Ok([header.as_bytes(), &random.nonce, &payload].concat())
}

/// Decrypts a file.
///
/// # Errors
/// `KeyRefused`: not such a file, cut, changed, or the passphrase is wrong.
pub fn decrypt(file: &[u8], passphrase: &str) -> Result<Vec<u8>, Error> {
    let (header, mac, payload) = split(file)?;
    let lines: Vec<&str> = header.split('\n').collect();
    let [_, stanza, body, _] = lines.as_slice() else { return Err(no_file()) };
    let mut words = stanza.split(' ');
    let (Some("->"), Some("scrypt"), Some(salt), Some(work), None) =
        (words.next(), words.next(), words.next(), words.next(), words.next())
    else {
        return Err(no_file());
    };
    let salt: [u8; SALT] = from_base64(salt).and_then(|salt| salt.try_into().ok()).ok_or_else(no_file)?;
    let work: u8 = work.parse().map_err(|_| no_file())?;
    if !(1..=MOST_WORK).contains(&work) {
        return Err(refused(format!("the file asks for scrypt work 2^{work}; a tab goes up to 2^{MOST_WORK}")));
    }
    let mut key = from_base64(body).filter(|body| body.len() == FILE_KEY + 16).ok_or_else(no_file)?;
    open(&passphrase_key(passphrase, &salt, work)?, &[0; 12], &mut key)
        .map_err(|_| refused("the passphrase does not open this file"))?;
    if header_mac(&key, header.as_bytes())?.as_slice() != mac {
        return Err(refused("the file's header was changed"));
    }
    let (nonce, payload) = payload.split_at_checked(SALT).ok_or_else(no_file)?;
    if payload.len() > CHUNK + 16 {
        return Err(refused("the file holds more than a key"));
    }
    let mut plain = payload.to_vec();
    open(&payload_key(&key, nonce)?, &last_chunk(), &mut plain).map_err(|_| refused("the file is cut or changed"))?;
    Ok(plain)
}

/// Header up to and with `---`, its MAC, and the payload.
fn split(file: &[u8]) -> Result<(&str, Vec<u8>, &[u8]), Error> {
    if file.len() > FILE_BYTES {
        return Err(refused("the file is too long to be a key"));
    }
    let mark = b"\n--- ";
    let at = file.windows(mark.len()).position(|window| window == mark).ok_or_else(no_file)?;
    let (header, rest) = file.split_at_checked(at.saturating_add(4)).ok_or_else(no_file)?;
    let header = str::from_utf8(header).map_err(|_| no_file())?;
    if !header.starts_with(INTRO) {
        return Err(no_file());
    }
    let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(no_file)?;
    let (mac, payload) = rest.split_at_checked(end).ok_or_else(no_file)?;
    let mac = str::from_utf8(mac).ok().and_then(|mac| from_base64(mac.trim_start_matches(' '))).ok_or_else(no_file)?;
    Ok((header, mac, payload.get(1..).unwrap_or_default()))
}

fn passphrase_key(passphrase: &str, salt: &[u8; SALT], work: u8) -> Result<[u8; 32], Error> {
    let salted = [b"age-encryption.org/v1/scrypt".as_slice(), salt].concat();
    let params = scrypt::Params::new(work, 8, 1).map_err(|error| refused(error.to_string()))?;
    let mut key = [0; 32];
    scrypt::scrypt(passphrase.as_bytes(), &salted, &params, &mut key).map_err(|error| refused(error.to_string()))?;
    Ok(key)
}

fn expand(salt: Option<&[u8]>, key: &[u8], info: &str) -> Result<[u8; 32], Error> {
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(salt, key).expand(info.as_bytes(), &mut out).map_err(|error| refused(error.to_string()))?;
    Ok(out)
}

fn payload_key(file_key: &[u8], nonce: &[u8]) -> Result<[u8; 32], Error> {
    expand(Some(nonce), file_key, "payload")
}

fn header_mac(file_key: &[u8], header: &[u8]) -> Result<[u8; 32], Error> {
    let key = expand(None, file_key, "header")?;
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&key).map_err(|error| refused(error.to_string()))?;
    mac.update(header);
    Ok(mac.finalize().into_bytes().into())
}

/// Counter 0 with the flag of the last chunk.
const fn last_chunk() -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[11] = 1;
    nonce
}

fn seal(key: &[u8; 32], nonce: &[u8; 12], bytes: &mut Vec<u8>) -> Result<(), Error> {
    let cipher = ChaCha20Poly1305::new(&Key::from(*key));
    cipher.encrypt_in_place(&Nonce::from(*nonce), &[], bytes).map_err(|_| refused("cannot encrypt"))
}

fn open(key: &[u8; 32], nonce: &[u8; 12], bytes: &mut Vec<u8>) -> Result<(), Error> {
    let cipher = ChaCha20Poly1305::new(&Key::from(*key));
    cipher.decrypt_in_place(&Nonce::from(*nonce), &[], bytes).map_err(|_| refused("cannot decrypt"))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Standard base64 without padding, as age writes it.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            let index = (word >> (18 - 6 * place)) & 63;
            text.push(char::from(ALPHABET[index as usize]));
        }
    }
    text
}

/// The one text that [`base64`] gives for some bytes; any other is refused.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let mut word = 0u32;
        for digit in group {
            let value = ALPHABET.iter().position(|known| known == digit)?;
            word = word << 6 | u32::try_from(value).ok()?;
        }
        let word = (word << (6 * (4 - group.len()))).to_be_bytes();
        bytes.extend_from_slice(word.get(1..group.len())?);
    }
    (base64(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::hash::{from_hex, to_hex};

    const RANDOM: Randomness = Randomness { file_key: [1; FILE_KEY], salt: [2; SALT], nonce: [3; SALT] };

    fn ours(plain: &[u8], passphrase: &str) -> Vec<u8> {
        encrypt_with(plain, passphrase, &RANDOM, 4).unwrap()
    }

    /// Written by the Rust `age` crate 0.12.1: "secret" under "correct horse", scrypt work 2^4.
    const REFERENCE: &str = "6167652d656e6372797074696f6e2e6f72672f76310a2d3e207363727970742033464963424e59577a485134626676627a5263\
        42396720340a6c5349446c2b5057544d4e2b5a4847784c492f3470796a64536462584556462b36622f564258636f5766300a2d2d2d20766277\
        437137714b336e79705236436d6b792f706f66736c356a774943693741622b346e7276456c6f6a410adb948fc7e30920de9da3775b32f05e26\
        580f52e903d0043f2f6be5f93b21d119c14d0b0799a9";

    /// What [`ours`] writes; the same crate has opened it.
    const OPENED_BY_REFERENCE: &str = "6167652d656e6372797074696f6e2e6f72672f76310a2d3e20736372797074204167494341674943416749434167494341674943\
        416720340a4c30734c4147696563433538486a47474f305764614b46784632514b3257336456314e54516954347269340a2d2d2d\
        20387431664e33376e652f49432f633564792f6230464b445a724e3861727035627038756f344c5659736d590a03030303030303\
        03030303030303030305cd80dd9f29f6bc97623db99e9aef3aaf6772d3c3eb";

    #[test]
    fn files_pass_between_us_and_the_reference_implementation() {
        let reference = from_hex(REFERENCE).unwrap();
        assert_eq!(decrypt(&reference, "correct horse").unwrap(), b"secret");
        assert_eq!(to_hex(&ours(b"secret", "correct horse")), OPENED_BY_REFERENCE);
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_noticed() {
        let file = ours(b"secret", "pass");
        assert_eq!(decrypt(&file, "pass").unwrap(), b"secret");
        assert!(decrypt(&file, "other").is_err());
        for at in 0..file.len() {
            assert!(decrypt(&file[..at], "pass").is_err(), "cut at {at}");
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(decrypt(&changed, "pass").is_err(), "changed at {at}");
        }
    }

    #[test]
    fn costly_work_is_refused_before_it_is_done() {
        let text = String::from_utf8_lossy(&ours(b"", "pass")).replace(" 4\n", " 40\n");
        assert!(decrypt(text.as_bytes(), "pass").unwrap_err().detail.contains("2^40"));
    }
}
