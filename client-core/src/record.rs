//! What a host stores: one packed record per block, a head pointer, now and then a base. All of it is hostile when it
//! comes back; [`crate::open`] checks it.

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{
    Event, Hash, Header, Height, ProposalId, Receipt, StateKey, block::BlockBody, codec::DecodeError,
    codec::decode_bounded,
};
use zera_runtime::Diagnostic;
use zera_state::merkle::Directory;

/// The format of records and head pointers.
pub const STORAGE_FORMAT: u16 = 1;
/// The format of bases. Those of format 1 held all entries in one value; a host passes over them, opens from its records
/// and writes a base of this format later.
pub const BASE_FORMAT: u16 = 2;
/// Bytes a record may take.
pub const RECORD_BYTES: usize = 64 << 20;
/// Bytes a base may take.
pub const BASE_BYTES: usize = 64 << 20;

/// Everything about one block, in one value.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Record {
    /// [`STORAGE_FORMAT`].
    pub format: u16,
    /// Hash of the previous record's bytes; zero for the genesis block.
    pub previous: Hash,
    /// The header.
    pub header: Header,
    /// The encoded certificate over it.
    pub certificate: Vec<u8>,
    /// The body.
    pub body: BlockBody,
    /// Receipts in order.
    pub receipts: Vec<Receipt>,
    /// The runtime's own events.
    pub events: Vec<Event>,
    /// This node's diagnostics: per transaction, per call.
    pub diagnostics: Vec<Vec<Diagnostic>>,
    /// Why enactments aborted, in this node's words.
    pub causes: Vec<(ProposalId, String)>,
    /// Every entry the block changed, in key order; none for a removed one.
    pub changes: Vec<(StateKey, Option<Vec<u8>>)>,
}

/// Where the chain ends. Written last, in the same database transaction as the record it names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct HeadPointer {
    /// [`STORAGE_FORMAT`].
    pub format: u16,
    /// Height of the head.
    pub height: Height,
    /// Hash of its header.
    pub header: Hash,
    /// Hash of its record's bytes.
    pub record: Hash,
}

/// Where the whole state after one block lies, so that opening does not replay the chain from its beginning.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Base {
    /// [`BASE_FORMAT`].
    pub format: u16,
    /// The block it is after.
    pub header: Header,
    /// Its certificate.
    pub certificate: Vec<u8>,
    /// Hash of that block's record.
    pub record: Hash,
    /// Its pages.
    pub directory: Directory,
}

/// Identity of a record: BLAKE3 of its bytes under a domain.
#[must_use]
pub fn record_hash(bytes: &[u8]) -> Hash {
    Hash::of_parts("zera/record/v1", &[bytes])
}

impl Record {
    /// Decodes outside bytes and checks what one record alone can tell: format, order of changes, roots of body,
    /// receipts and events.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let record: Self = decode_bounded(bytes, RECORD_BYTES)?;
        let header = &record.header;
        let fits = record.format == STORAGE_FORMAT
            && record.changes.is_sorted_by(|a, b| a.0 < b.0)
            && header.transaction_root == record.body.root()
            && header.receipt_root == zera_zip::block::receipt_root(&record.receipts)
            && header.event_root == zera_zip::block::event_root(&record.events, &record.receipts)
            && record.receipts.len() == record.body.transactions.len();
        if fits { Ok(record) } else { Err(DecodeError::Malformed) }
    }
}

impl HeadPointer {
    /// Decodes outside bytes.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let pointer: Self = decode_bounded(bytes, 128)?;
        if pointer.format == STORAGE_FORMAT { Ok(pointer) } else { Err(DecodeError::Malformed) }
    }
}

impl Base {
    /// The bytes to store: SCALE behind its digest.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        zera_state::record::seal(&self.encode())
    }

    /// Checks the digest of outside bytes and decodes them; the root is checked by whoever opens the state.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let bytes = zera_state::record::open(bytes).map_err(|_| DecodeError::Malformed)?;
        let base: Self = decode_bounded(bytes, BASE_BYTES)?;
        if base.format == BASE_FORMAT { Ok(base) } else { Err(DecodeError::Malformed) }
    }
}
