//! The code store (design §5): bytecode comes in chunks of 64 KiB, each verified by its hash; the last one completes,
//! hashes and validates the whole. Stored code is public, immutable and named by its hash.
//!
//! The uploader pays a storage deposit for every byte when it announces the code. An incomplete upload belongs to
//! (code, uploader), so nobody can block or complete another's; announcing nothing (length 0) gives it up.

use crate::{error::RegistryError, info::CodeInfo, keys};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use zera_primitives::{AccountId, Amount, Hash, limits};
use zera_state::{
    StateAccess, StateError, StateView,
    accounts::{release_storage, reserve_storage},
    get_typed, put_typed,
};

// The set of received chunks is the bits of one u32.
const _: () = assert!(limits::CODE_BYTES.div_ceil(limits::CHUNK_BYTES) <= 32);

/// An upload that is not complete.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Upload {
    /// Bytes of the whole.
    pub length: u32,
    /// BLAKE3 of each chunk in order.
    pub chunks: Vec<Hash>,
    /// Bit `i` stands when chunk `i` is here.
    pub received: u32,
    /// Storage deposit reserved for it, base units.
    pub deposit: Amount,
}

/// Where an upload stands after a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Uploaded {
    /// Chunks are missing.
    Pending {
        /// How many.
        missing: u32,
    },
    /// This chunk was the last one: the code is stored.
    Stored,
    /// The code was stored before; nothing is charged, a deposit of this uploader's own upload came back.
    AlreadyStored,
    /// The upload was given up; its deposit came back.
    GivenUp,
}

/// What the store keeps beside the bytes.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CodeRecord {
    /// What validation learnt.
    pub info: CodeInfo,
    /// Who uploaded it and holds the deposit.
    pub uploader: AccountId,
    /// The deposit, base units.
    pub deposit: Amount,
}

impl Upload {
    /// Chunks still missing.
    #[must_use]
    pub fn missing(&self) -> u32 {
        let chunks = u32::try_from(self.chunks.len()).unwrap_or(u32::MAX);
        chunks.saturating_sub(self.received.count_ones())
    }

    /// True when chunk `index` is here.
    #[must_use]
    pub fn has(&self, index: u32) -> bool {
        1u32.checked_shl(index).is_some_and(|bit| self.received & bit != 0)
    }
}

/// Announces code. Announcing the same again resumes; announcing it differently starts over; length 0 without chunks
/// gives the upload up. `per_byte` is the storage deposit in force.
///
/// # Errors
/// [`RegistryError::UploadLength`], [`RegistryError::UploadChunks`], [`RegistryError::Account`].
pub fn begin_upload(
    st: &mut (impl StateAccess + ?Sized),
    per_byte: Amount,
    who: &AccountId,
    code: Hash,
    length: u32,
    chunks: &[Hash],
) -> Result<Uploaded, RegistryError> {
    if length == 0 && chunks.is_empty() {
        give_up(st, who, &code)?;
        return Ok(Uploaded::GivenUp);
    }
    check_announcement(length, chunks.len())?;
    if is_stored(st, &code)? {
        give_up(st, who, &code)?;
        return Ok(Uploaded::AlreadyStored);
    }
    if let Some(upload) = upload(st, who, &code)? {
        if upload.length == length && upload.chunks == chunks {
            return Ok(Uploaded::Pending { missing: upload.missing() });
        }
        give_up(st, who, &code)?;
    }
    let deposit = per_byte.times(length.into()).map_err(|_| RegistryError::Overflow(per_byte))?;
    reserve_storage(st, who, deposit)?;
    let upload = Upload { length, chunks: chunks.to_vec(), received: 0, deposit };
    put_typed(st, keys::upload(&code, who), &upload);
    Ok(Uploaded::Pending { missing: upload.missing() })
}

/// Takes one chunk of announced code; a chunk that is here already is accepted again. The last one stores the code.
///
/// # Errors
/// [`RegistryError::NoUpload`], [`RegistryError::ChunkIndex`], [`RegistryError::ChunkHash`],
/// [`RegistryError::CodeHash`], and those of [`CodeInfo::read`]: then the caller rolls back, the upload stays as it
/// was and its owner may give it up.
pub fn upload_chunk(
    st: &mut (impl StateAccess + ?Sized),
    who: &AccountId,
    code: Hash,
    index: u32,
    bytes: &[u8],
) -> Result<Uploaded, RegistryError> {
    if is_stored(st, &code)? {
        give_up(st, who, &code)?;
        return Ok(Uploaded::AlreadyStored);
    }
    let mut upload = upload(st, who, &code)?.ok_or(RegistryError::NoUpload(code))?;
    let chunks = upload.chunks.len();
    let (Some(expected), Some(bit)) = (upload.chunks.get(index as usize), 1u32.checked_shl(index)) else {
        return Err(RegistryError::ChunkIndex { index, chunks });
    };
    // A hash stands for its length too: a chunk of another length than announced fails when the whole is hashed.
    if bytes.len() > limits::CHUNK_BYTES || Hash::of(bytes) != *expected {
        return Err(RegistryError::ChunkHash(index));
    }
    upload.received |= bit;
    if upload.missing() > 0 {
        st.put(keys::chunk(&code, who, index), bytes.to_vec());
        put_typed(st, keys::upload(&code, who), &upload);
        return Ok(Uploaded::Pending { missing: upload.missing() });
    }
    let whole = assemble(st, who, &code, &upload, (index, bytes))?;
    let info = CodeInfo::read(&whole)?;
    st.put(keys::code_bytes(&code), whole);
    put_typed(st, keys::code_record(&code), &CodeRecord { info, uploader: *who, deposit: upload.deposit });
    forget(st, who, &code, &upload);
    Ok(Uploaded::Stored)
}

/// The bytes of stored code.
///
/// # Errors
/// [`StateError`].
pub fn code(st: &(impl StateView + ?Sized), code: &Hash) -> Result<Option<Vec<u8>>, StateError> {
    st.get(&keys::code_bytes(code))
}

/// True when `code` is stored; counts as reading its bytes, without copying them.
///
/// # Errors
/// [`StateError`].
pub fn is_code(st: &(impl StateView + ?Sized), code: &Hash) -> Result<bool, StateError> {
    st.has(&keys::code_bytes(code))
}

/// What is known about stored code.
///
/// # Errors
/// [`StateError`].
pub fn code_info(st: &(impl StateView + ?Sized), code: &Hash) -> Result<Option<CodeInfo>, StateError> {
    Ok(code_record(st, code)?.map(|record| record.info))
}

/// What is known about stored code, and who uploaded it.
///
/// # Errors
/// [`StateError`].
pub fn code_record(st: &(impl StateView + ?Sized), code: &Hash) -> Result<Option<CodeRecord>, StateError> {
    get_typed(st, &keys::code_record(code))
}

/// The upload of `code` that `who` has not completed.
///
/// # Errors
/// [`StateError`].
pub fn upload(st: &(impl StateView + ?Sized), who: &AccountId, code: &Hash) -> Result<Option<Upload>, StateError> {
    get_typed(st, &keys::upload(code, who))
}

/// Stored code that a caller needs.
pub(crate) fn required_info(st: &(impl StateView + ?Sized), code: &Hash) -> Result<CodeInfo, RegistryError> {
    code_info(st, code)?.ok_or(RegistryError::CodeMissing(*code))
}

fn is_stored(st: &(impl StateView + ?Sized), code: &Hash) -> Result<bool, StateError> {
    Ok(st.get(&keys::code_record(code))?.is_some())
}

fn check_announcement(length: u32, given: usize) -> Result<(), RegistryError> {
    let bytes = length as usize;
    if bytes == 0 || bytes > limits::CODE_BYTES {
        return Err(RegistryError::UploadLength(length));
    }
    let expected = bytes.div_ceil(limits::CHUNK_BYTES);
    if given == expected { Ok(()) } else { Err(RegistryError::UploadChunks { given, expected }) }
}

/// The whole code from the stored chunks and the one that just came.
fn assemble(
    st: &(impl StateView + ?Sized),
    who: &AccountId,
    code: &Hash,
    upload: &Upload,
    (last, bytes): (u32, &[u8]),
) -> Result<Vec<u8>, RegistryError> {
    let mut whole = Vec::with_capacity(upload.length as usize);
    for index in (0..).take(upload.chunks.len()) {
        if index == last {
            whole.extend_from_slice(bytes);
        } else {
            let key = keys::chunk(code, who, index);
            whole.extend(st.get(&key)?.ok_or(StateError::Corrupt(key))?);
        }
    }
    if whole.len() != upload.length as usize || Hash::of(&whole) != *code {
        return Err(RegistryError::CodeHash(*code));
    }
    Ok(whole)
}

/// Drops an incomplete upload and gives its deposit back.
fn give_up(st: &mut (impl StateAccess + ?Sized), who: &AccountId, code: &Hash) -> Result<(), RegistryError> {
    if let Some(upload) = upload(st, who, code)? {
        release_storage(st, who, upload.deposit)?;
        forget(st, who, code, &upload);
    }
    Ok(())
}

fn forget(st: &mut (impl StateAccess + ?Sized), who: &AccountId, code: &Hash, upload: &Upload) {
    for index in (0..).take(upload.chunks.len()).filter(|index| upload.has(*index)) {
        st.remove(&keys::chunk(code, who, index));
    }
    st.remove(&keys::upload(code, who));
}

#[cfg(test)]
mod tests;
