//! What a peer keeps, and under which key. A block is one batch: record, entry, indexes and the head pointer together, so
//! that the store never holds a part of one. Everything read back is hostile until the client has checked it; what is
//! served from here was checked when the chain was opened or executed, or is checked by whoever asked.

use super::RedbStore;
use codec::{Decode, DecodeWithMemTracking, Encode};
use std::collections::BTreeSet;
use zera_client::{
    Base, HeadPointer, Record, Sealed, Stored,
    proof::{Origin, ProofFile},
    runtime::proofs::VERIFIED,
};
use zera_light::ValidatorSet;
use zera_primitives::{AccountId, DecodeError, Hash, Header, Height, decode_bounded, tx::Call};
use zera_state::{
    merkle::PageName,
    store::{Batch, Store, StoreError},
};
use zera_wire::answer::Fault;

/// Records read at once when the chain is opened.
const RECORDS_AT_ONCE: usize = 256;
/// Bytes of an entry: a header and the largest certificate.
const ENTRY_BYTES: usize = 64 << 10;
/// Bytes of a fault: two signed messages and words.
const FAULT_BYTES: usize = 64 << 10;

/// The first byte of a key: which table, so to speak.
mod room {
    pub const BASE: u8 = b'b';
    pub const RECORD: u8 = b'r';
    pub const ENTRY: u8 = b'h';
    pub const BLOCK: u8 = b'x';
    pub const TRANSACTION: u8 = b't';
    pub const ACCOUNT: u8 = b'a';
    pub const COMMITTEE: u8 = b'e';
    pub const PAGE: u8 = b'p';
    pub const PROOF: u8 = b'v';
    pub const POOL: u8 = b'm';
    pub const FAULT: u8 = b'f';
    /// The head pointer; no other key is of one byte.
    pub const HEAD: u8 = b'H';
}

/// What headers and certificates are served from, without opening records.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Entry {
    /// The header.
    pub header: Header,
    /// Its certificate's bytes; empty where only a later block's is known.
    pub certificate: Vec<u8>,
}

/// Why the shelf has no answer. Recoverable where the store is; a damaged value is one this peer cannot serve.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ShelfError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored value is not what its key says.
    #[error("a stored value is damaged: {0}")]
    Damaged(#[from] DecodeError),
}

/// A chain's place in a store. Clones are handles.
#[derive(Clone)]
pub struct Shelf(RedbStore);

fn at(room: u8, key: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(key.len().saturating_add(1));
    bytes.push(room);
    bytes.extend_from_slice(key);
    bytes
}

fn at_height(room: u8, height: Height) -> Vec<u8> {
    at(room, &height.0.to_be_bytes())
}

/// The first key of the next room.
fn end(room: u8) -> Vec<u8> {
    vec![room.saturating_add(1)]
}

fn height_of(key: &[u8]) -> Option<Height> {
    let bytes = key.last_chunk::<8>()?;
    Some(Height(u64::from_be_bytes(*bytes)))
}

impl Shelf {
    /// The chain of this store.
    #[must_use]
    pub const fn new(store: RedbStore) -> Self {
        Self(store)
    }

    fn decoded<T: Decode + DecodeWithMemTracking>(&self, key: &[u8], limit: usize) -> Result<Option<T>, ShelfError> {
        let bytes = self.0.get(key)?;
        Ok(bytes.map(|bytes| decode_bounded(&bytes, limit)).transpose()?)
    }

    /// Stores a final block, all or nothing; durable when it answers. `committee` is the set of the epoch after the
    /// block's, where the block is the last of its epoch, and on the genesis block that of the first epoch.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn append(&mut self, sealed: &Sealed, committees: &[(u64, ValidatorSet)]) -> Result<(), StoreError> {
        let record = &sealed.decoded;
        let (height, header) = (sealed.height, &record.header);
        let mut batch = Batch::new();
        let mut put = |key: Vec<u8>, value: Vec<u8>| drop(batch.insert(key, Some(value)));
        let entry = Entry { header: header.clone(), certificate: record.certificate.clone() };
        put(at_height(room::RECORD, height), sealed.record.clone());
        put(at_height(room::ENTRY, height), entry.encode());
        put(at(room::BLOCK, &header.hash().0), height.0.to_be_bytes().to_vec());
        put(vec![room::HEAD], sealed.head.clone());
        for (epoch, set) in committees {
            put(at(room::COMMITTEE, &epoch.to_be_bytes()), set.encode());
        }
        for (place, (signed, receipt)) in record.body.transactions.iter().zip(&record.receipts).enumerate() {
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            put(at(room::TRANSACTION, &receipt.transaction.0), (height, place).encode());
            put([&[room::ACCOUNT][..], &signed.transaction.sender.0, &height.0.to_be_bytes()].concat(), Vec::new());
            for event in receipt.events.iter().filter(|event| event.module.is_none() && event.topic == VERIFIED) {
                let Ok((proven, call)) = <(Hash, u32)>::decode(&mut &*event.data) else { continue };
                put([&[room::PROOF][..], &proven.0, &call.to_be_bytes()].concat(), (height, place).encode());
            }
        }
        self.0.commit(&batch)
    }

    /// Begins a chain at a block whose pages are stored and checked: all that opening, serving and consensus need of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn begin_at(
        &mut self,
        base: &Base,
        record: &[u8],
        pointer: &HeadPointer,
        committees: &[(u64, ValidatorSet)],
    ) -> Result<(), StoreError> {
        let (height, header) = (base.header.height, base.header.clone());
        let hash = header.hash();
        let entry = Entry { header, certificate: base.certificate.clone() };
        let mut batch = Batch::from([
            (at_height(room::RECORD, height), Some(record.to_vec())),
            (at_height(room::ENTRY, height), Some(entry.encode())),
            (at(room::BLOCK, &hash.0), Some(height.0.to_be_bytes().to_vec())),
            (at_height(room::BASE, height), Some(base.to_bytes())),
            (vec![room::HEAD], Some(pointer.encode())),
        ]);
        batch.extend(
            committees.iter().map(|(epoch, set)| (at(room::COMMITTEE, &epoch.to_be_bytes()), Some(set.encode()))),
        );
        self.0.commit(&batch)
    }

    /// Notes the certificate of a stored block that had none.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn note_certificate(&mut self, height: Height, certificate: Vec<u8>) -> Result<(), ShelfError> {
        let Some(entry) = self.entry(height)? else { return Ok(()) };
        let entry = Entry { certificate, ..entry };
        Ok(self.0.commit(&Batch::from([(at_height(room::ENTRY, height), Some(entry.encode()))]))?)
    }

    /// Forgets blocks above `to`, whose pointer is `head`: after a step back on opening.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn cut(&mut self, to: Height, head: Vec<u8>) -> Result<(), ShelfError> {
        let mut batch = Batch::from([(vec![room::HEAD], Some(head))]);
        for room in [room::RECORD, room::ENTRY, room::BASE] {
            let above = self.0.range(&at_height(room, to.plus(1)), Some(&end(room)), usize::MAX)?;
            batch.extend(above.into_iter().map(|(key, _)| (key, None)));
        }
        Ok(self.0.commit(&batch)?)
    }

    /// The head pointer's bytes; none in a new store.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn head(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(&[room::HEAD])
    }

    /// What opening takes: the head pointer, this base, and the records above it, or all records.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn stored(&self, base: Option<(Height, Vec<u8>)>) -> Result<Stored, StoreError> {
        let head = self.head()?.unwrap_or_default();
        let from = base.as_ref().map_or(Height(0), |(height, _)| height.plus(1));
        let mut records: Vec<(Height, Vec<u8>)> = Vec::new();
        loop {
            let next = records.last().map_or(from, |(height, _)| height.plus(1));
            let more = self.0.range(&at_height(room::RECORD, next), Some(&end(room::RECORD)), RECORDS_AT_ONCE)?;
            if more.is_empty() {
                break;
            }
            records.extend(more.into_iter().filter_map(|(key, value)| Some((height_of(&key)?, value))));
        }
        Ok(Stored { head, base: base.map(|(_, bytes)| bytes), records })
    }

    /// The packed record of a block.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn record(&self, height: Height) -> Result<Option<Record>, ShelfError> {
        let bytes = self.record_bytes(height)?;
        Ok(bytes.map(|bytes| Record::from_bytes(&bytes)).transpose()?)
    }

    /// Its bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn record_bytes(&self, height: Height) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(&at_height(room::RECORD, height))
    }

    /// The lowest block from which on all are kept whole. The genesis block always is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn oldest(&self) -> Result<Height, StoreError> {
        let first = self.0.range(&at_height(room::RECORD, Height(1)), Some(&end(room::RECORD)), 1)?;
        let first = first.first().and_then(|(key, _)| height_of(key));
        Ok(first.filter(|height| *height > Height(1)).unwrap_or(Height(0)))
    }

    /// Header and certificate of a block.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn entry(&self, height: Height) -> Result<Option<Entry>, ShelfError> {
        self.decoded(&at_height(room::ENTRY, height), ENTRY_BYTES)
    }

    /// At most `limit` of them from `from` on, ascending, as far as they lie without a gap.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn entries(&self, from: Height, limit: usize) -> Result<Vec<Entry>, ShelfError> {
        let pairs = self.0.range(&at_height(room::ENTRY, from), Some(&end(room::ENTRY)), limit)?;
        let mut next = from;
        let mut entries = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            if height_of(&key) != Some(next) {
                break;
            }
            entries.push(decode_bounded(&value, ENTRY_BYTES)?);
            next = next.plus(1);
        }
        Ok(entries)
    }

    /// The height of a block.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn height_of(&self, block: &Hash) -> Result<Option<Height>, StoreError> {
        Ok(self.0.get(&at(room::BLOCK, &block.0))?.and_then(|bytes| height_of(&bytes)))
    }

    /// The set that certifies `epoch`, once it is decided.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn committee(&self, epoch: u64) -> Result<Option<ValidatorSet>, StoreError> {
        let bytes = self.0.get(&at(room::COMMITTEE, &epoch.to_be_bytes()))?;
        Ok(bytes.and_then(|bytes| ValidatorSet::from_bytes(&bytes).ok()))
    }

    /// Height and place of a transaction.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn locate(&self, transaction: &Hash) -> Result<Option<(Height, u32)>, ShelfError> {
        self.decoded(&at(room::TRANSACTION, &transaction.0), 16)
    }

    /// The file of a proof of a call that the ledger has verified, out of the transaction that brought it.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn proof(&self, transaction: &Hash, call: u32) -> Result<Option<Vec<u8>>, ShelfError> {
        let key = [&[room::PROOF][..], &transaction.0, &call.to_be_bytes()].concat();
        let Some(at) = self.0.get(&key)? else { return Ok(None) };
        let (height, place) = decode_bounded::<(Height, u32)>(&at, 16)?;
        let Some(record) = self.record(height)? else { return Ok(None) };
        let signed = record.body.transactions.into_iter().nth(place as usize);
        let origin = Origin::Ledger { transaction: *transaction, call };
        let files = signed.into_iter().flat_map(|signed| signed.transaction.calls).filter_map(|call| match call {
            Call::SubmitProof { proof } => Some(proof),
            _ => None,
        });
        let is_it = |file: &Vec<u8>| ProofFile::from_bytes(file).is_ok_and(|file| file.statement.origin == origin);
        Ok(files.into_iter().find(is_it))
    }

    /// Heights below `before` of blocks that hold transactions of `account`, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn of_account(&self, account: &AccountId, before: Height, limit: usize) -> Result<Vec<Height>, StoreError> {
        let first = at(room::ACCOUNT, &account.0);
        let mut heights = Vec::new();
        let mut to = [first.as_slice(), &before.0.to_be_bytes()].concat();
        while heights.len() < limit {
            let Some((key, _)) = self.0.last(&first, &to)? else { break };
            heights.extend(height_of(&key));
            to = key;
        }
        Ok(heights)
    }

    /// Bases, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn bases(&self) -> Result<Vec<(Height, Vec<u8>)>, StoreError> {
        let mut bases = self.0.range(&[room::BASE], Some(&end(room::BASE)), usize::MAX)?;
        bases.reverse();
        Ok(bases.into_iter().filter_map(|(key, value)| Some((height_of(&key)?, value))).collect())
    }

    /// A base.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn base(&self, height: Height) -> Result<Option<Base>, ShelfError> {
        let bytes = self.0.get(&at_height(room::BASE, height))?;
        Ok(bytes.map(|bytes| Base::from_bytes(&bytes)).transpose()?)
    }

    /// Adds a base whose pages are stored, and forgets all but the newest `keep` with the pages that only they name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_base(&mut self, height: Height, base: &[u8], keep: usize) -> Result<(), StoreError> {
        self.0.commit(&Batch::from([(at_height(room::BASE, height), Some(base.to_vec()))]))?;
        let bases = self.bases()?;
        let (kept, gone) = bases.split_at(keep.min(bases.len()));
        let named: BTreeSet<Vec<u8>> = zera_client::compact::named(kept.iter().map(|(_, bytes)| bytes.as_slice()))
            .into_iter()
            .map(|name| page_key(&name))
            .collect();
        let mut batch: Batch = gone.iter().map(|(height, _)| (at_height(room::BASE, *height), None)).collect();
        let mut from = vec![room::PAGE];
        loop {
            let pages = self.0.range(&from, Some(&end(room::PAGE)), RECORDS_AT_ONCE)?;
            let Some((last, _)) = pages.last() else { break };
            from = [last.as_slice(), &[0]].concat();
            batch.extend(pages.into_iter().filter(|(key, _)| !named.contains(key)).map(|(key, _)| (key, None)));
        }
        self.0.commit(&batch)
    }

    /// Forgets all bases: what they name is damaged, and the records give the state again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget_bases(&mut self) -> Result<(), StoreError> {
        let bases = self.bases()?;
        self.0.commit(&bases.iter().map(|(height, _)| (at_height(room::BASE, *height), None)).collect())
    }

    /// A page of the state.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn page(&self, name: &PageName) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(&page_key(name))
    }

    /// Stores pages.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_pages(&mut self, pages: &[(PageName, Vec<u8>)]) -> Result<(), StoreError> {
        self.0.commit(&pages.iter().map(|(name, bytes)| (page_key(name), Some(bytes.clone()))).collect())
    }

    /// Forgets records from `from` on and below `to`; headers, certificates and indexes stay.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn prune(&mut self, from: Height, to: Height) -> Result<(), StoreError> {
        let heights = from.0.max(1)..to.0;
        self.0.commit(&heights.map(|height| (at_height(room::RECORD, Height(height)), None)).collect())
    }

    /// Puts these transactions in the place of those kept for the next start.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_pool(&mut self, transactions: &[Vec<u8>]) -> Result<(), StoreError> {
        let old = self.0.range(&[room::POOL], Some(&end(room::POOL)), usize::MAX)?;
        let mut batch: Batch = old.into_iter().map(|(key, _)| (key, None)).collect();
        for (place, bytes) in transactions.iter().enumerate() {
            batch.insert(at(room::POOL, &(place as u64).to_be_bytes()), Some(bytes.clone()));
        }
        self.0.commit(&batch)
    }

    /// Transactions that waited when the peer stopped.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn pool(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let pairs = self.0.range(&[room::POOL], Some(&end(room::POOL)), usize::MAX)?;
        Ok(pairs.into_iter().map(|(_, bytes)| bytes).collect())
    }

    /// Records a fault; one of each validator, round and kind.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_fault(&mut self, fault: &Fault) -> Result<(), StoreError> {
        let (epoch, view) = fault.round;
        let key = [&epoch.to_be_bytes()[..], &view.to_be_bytes(), &fault.validator.0, fault.kind.as_bytes()].concat();
        self.0.commit(&Batch::from([(at(room::FAULT, &key), Some(fault.encode()))]))
    }

    /// Recorded faults, at most `limit`, oldest first.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn faults(&self, limit: usize) -> Result<Vec<Fault>, ShelfError> {
        let pairs = self.0.range(&[room::FAULT], Some(&end(room::FAULT)), limit)?;
        pairs.into_iter().map(|(_, bytes)| Ok(decode_bounded(&bytes, FAULT_BYTES)?)).collect()
    }
}

fn page_key(name: &PageName) -> Vec<u8> {
    at(room::PAGE, &name.encode())
}
