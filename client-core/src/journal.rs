//! The upgrade journal as one file that anybody checks offline: every entry, the hash chain over them, a Merkle proof
//! that the chain's end is in the state, and the certified header that commits to that state. docs/journal.md has the
//! format and what a file proves: whoever knows the genesis hash needs to trust nothing else in it.

use crate::{client::Client, error::ClientError};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_light::{Certificate, CertificateError, ValidatorSet, ValidatorSetError};
use zera_primitives::{Hash, Header, Height, Network, Slot, codec::DecodeError, codec::decode_bounded};
use zera_registry::journal::{self, Entry, Head};
use zera_runtime::GenesisConfig;
use zera_state::merkle::{Proof, ProofError, verify};

/// First bytes of every journal file.
pub const MAGIC: &[u8; 8] = b"zerajrnl";
/// The format written and read here.
pub const FORMAT: u16 = 1;
/// Bytes a file may take.
pub const FILE_BYTES: usize = 64 << 20;
/// Bytes of what stands before the entries.
const PREAMBLE_BYTES: usize = 1 << 20;
/// Bytes of one entry: more than a transaction's, from which its longest parts come.
const ENTRY_BYTES: usize = 256 << 10;

/// What stands before the entries: the way from the genesis hash to the end of the journal.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Preamble {
    /// How the chain began; the genesis header names its hash as parent.
    pub config: GenesisConfig,
    /// The genesis header; its hash is the chain's name.
    pub genesis: Header,
    /// The block whose state the journal's end is in.
    pub header: Header,
    /// Encoded [`ValidatorSet`] that certifies it.
    pub validators: Vec<u8>,
    /// Its certificate.
    pub certificate: Vec<u8>,
    /// Where the journal ends; none when nothing has happened yet.
    pub head: Option<Head>,
    /// That this is the entry under that block's state root.
    pub proof: Proof,
}

/// A file in which everything holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// The chain. Compare it with the one you know: everything else follows from it.
    pub genesis: Hash,
    /// Which prefix its addresses have.
    pub network: Network,
    /// The block that commits to the journal.
    pub height: Height,
    /// Its slot.
    pub slot: Slot,
    /// Hash of its header.
    pub block: Hash,
    /// Where the hash chain ends.
    pub chain: Hash,
    /// All entries, oldest first.
    pub entries: Vec<Entry>,
    /// Signers of the block's certificate.
    pub signers: usize,
    /// How many it needed.
    pub needed: usize,
}

/// What is wrong with a file. All recoverable: the file is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JournalError {
    /// Other first bytes.
    #[error("not a journal file")]
    NotAJournal,
    /// Written by other rules: a newer client may read it.
    #[error("journal format {0} is not known")]
    Format(u16),
    /// More than [`FILE_BYTES`].
    #[error("{0} bytes, more than a journal file may have")]
    TooLong(usize),
    /// What stands before the entries does not decode.
    #[error("the part before the entries: {0}")]
    Preamble(DecodeError),
    /// The first entry at which the file does not fit together.
    #[error("entry {index}: {detail}")]
    Entry {
        /// Its place, from 0.
        index: u64,
        /// What does not fit.
        detail: &'static str,
    },
    /// Entries are missing at the end, or there are too many.
    #[error("{found} entries, the head counts {counted}")]
    Count {
        /// Entries in the file.
        found: u64,
        /// Entries by the head.
        counted: u64,
    },
    /// The entries fit together and lead elsewhere: some were exchanged, and the hashes beside them too.
    #[error("the entries do not lead to the head that the chain's state has")]
    OtherHead,
    /// The head is not in the state.
    #[error("the head is not in the state of block {height}: {error}")]
    Proof {
        /// The block.
        height: Height,
        /// Why not.
        error: ProofError,
    },
    /// The block is not final.
    #[error("block {height}: {error}")]
    Certificate {
        /// The block.
        height: Height,
        /// Why not.
        error: CertificateError,
    },
    /// The signers are no validator set.
    #[error(transparent)]
    Validators(#[from] ValidatorSetError),
    /// The genesis header names other signers than those of the block.
    #[error("the signers are not those that the genesis block names")]
    OtherSigners,
    /// The block is one of another chain than the genesis header's.
    #[error("the block belongs to another chain than the genesis block in the file")]
    OtherChain,
    /// The configuration is not the genesis header's.
    #[error("the genesis block was made from another configuration")]
    OtherConfig,
}

impl JournalError {
    /// The entry at which the file is wrong, if it is one.
    #[must_use]
    pub const fn entry(&self) -> Option<u64> {
        match self {
            Self::Entry { index, .. } => Some(*index),
            _ => None,
        }
    }
}

/// The journal at the head of `client`. `genesis` is the genesis header, which the host's record 0 holds.
///
/// # Errors
/// [`ClientError::NotFound`] when `genesis` is not this chain's; [`ClientError::State`], [`ClientError::Merkle`];
/// [`ClientError::Journal`] when the journal is longer than a file may be.
pub fn export(client: &Client, genesis: &Header) -> Result<Vec<u8>, ClientError> {
    if genesis.hash() != client.genesis() {
        return Err(ClientError::NotFound("genesis block of this chain"));
    }
    if client.tip() != client.head() {
        return Err(ClientError::Stale);
    }
    let certificate = client.head_certificate().ok_or(ClientError::NotFound("certificate of the newest block"))?;
    let (value, proof) = client.prove(&journal::head_key())?;
    let head = journal::head(client.state())?;
    let preamble = Preamble {
        config: client.config().clone(),
        genesis: genesis.clone(),
        header: client.head().clone(),
        validators: client.validators().encode(),
        certificate: certificate.to_bytes(),
        head: value.map(|_| head),
        proof,
    };
    let mut file = [MAGIC.as_slice(), &FORMAT.to_le_bytes()].concat();
    frame(&mut file, &preamble.encode());
    let mut running = Head::default();
    for index in 0..head.count {
        let entry = journal::entry(client.state(), index)?.ok_or(ClientError::NotFound("entry of the journal"))?;
        running = running.after(&entry);
        frame(&mut file, &entry.encode());
        file.extend_from_slice(&running.chain.0);
        if file.len() > FILE_BYTES {
            return Err(JournalError::TooLong(file.len()).into());
        }
    }
    Ok(file)
}

impl Preamble {
    /// What a file claims to be, unchecked: for a file that [`check`] refuses.
    ///
    /// # Errors
    /// [`JournalError`] when not even that can be read.
    pub fn read(bytes: &[u8]) -> Result<Self, JournalError> {
        split(bytes).map(|(preamble, _)| preamble)
    }
}

/// The part before the entries, and the rest.
fn split(bytes: &[u8]) -> Result<(Preamble, &[u8]), JournalError> {
    if bytes.len() > FILE_BYTES {
        return Err(JournalError::TooLong(bytes.len()));
    }
    let rest = bytes.strip_prefix(MAGIC).ok_or(JournalError::NotAJournal)?;
    let (format, mut rest) = rest.split_first_chunk().ok_or(JournalError::NotAJournal)?;
    if u16::from_le_bytes(*format) != FORMAT {
        return Err(JournalError::Format(u16::from_le_bytes(*format)));
    }
    let preamble = take(&mut rest).ok_or(JournalError::Preamble(DecodeError::Malformed))?;
    let preamble: Preamble = decode_bounded(preamble, PREAMBLE_BYTES).map_err(JournalError::Preamble)?;
    Ok((preamble, rest))
}

/// Checks a file from anywhere; no chain is needed.
///
/// # Errors
/// [`JournalError`], the first that holds; entries are looked at before what proves them.
pub fn check(bytes: &[u8]) -> Result<Checked, JournalError> {
    let (preamble, rest) = split(bytes)?;
    let (entries, end) = read_entries(rest)?;
    let head = preamble.head.unwrap_or_default();
    if end.count != head.count {
        return Err(JournalError::Count { found: end.count, counted: head.count });
    }
    if end != head {
        return Err(JournalError::OtherHead);
    }
    let (signers, needed) = certified(&preamble)?;
    let header = preamble.header;
    let value = preamble.head.map(|head| head.encode());
    verify(&header.state_root, &journal::head_key(), value.as_deref(), &preamble.proof)
        .map_err(|error| JournalError::Proof { height: header.height, error })?;
    Ok(Checked {
        genesis: preamble.genesis.hash(),
        network: preamble.config.network,
        height: header.height,
        slot: header.slot,
        block: header.hash(),
        chain: end.chain,
        entries,
        signers,
        needed,
    })
}

/// Entries with the hash beside each, up to the end of the file.
fn read_entries(mut rest: &[u8]) -> Result<(Vec<Entry>, Head), JournalError> {
    let (mut entries, mut head) = (Vec::new(), Head::default());
    while !rest.is_empty() {
        let wrong = |detail| JournalError::Entry { index: head.count, detail };
        let bytes = take(&mut rest).ok_or_else(|| wrong("it is cut"))?;
        let (beside, after) = rest.split_first_chunk().ok_or_else(|| wrong("the hash beside it is cut"))?;
        let entry: Entry = decode_bounded(bytes, ENTRY_BYTES).map_err(|_| wrong("it is no entry"))?;
        let next = head.after(&entry);
        // The chain is over the entry's own encoding: other bytes for the same entry are not the file that was written.
        if next.chain.0 != *beside || entry.encode() != bytes {
            return Err(wrong("its bytes do not give the hash beside it"));
        }
        if entry.index != head.count {
            return Err(wrong("it has another place in the journal"));
        }
        entries.push(entry);
        (head, rest) = (next, after);
    }
    Ok((entries, head))
}

/// The way from the genesis hash to the block: configuration, signers, certificate.
fn certified(preamble: &Preamble) -> Result<(usize, usize), JournalError> {
    let Preamble { config, genesis, header, .. } = preamble;
    if genesis.parent != config.hash() {
        return Err(JournalError::OtherConfig);
    }
    let ours = if header.height == Height(0) { header == genesis } else { header.chain == genesis.hash() };
    if !ours {
        return Err(JournalError::OtherChain);
    }
    let set = ValidatorSet::from_bytes(&preamble.validators)?;
    if genesis.validators != set.hash() {
        return Err(JournalError::OtherSigners);
    }
    let wrong = |error| JournalError::Certificate { height: header.height, error };
    let certificate = Certificate::from_bytes(&preamble.certificate).map_err(wrong)?;
    certificate.verify(header, &set).map_err(wrong)?;
    Ok((certificate.signers(), set.quorum()))
}

/// Appends `bytes` behind their length.
fn frame(file: &mut Vec<u8>, bytes: &[u8]) {
    file.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    file.extend_from_slice(bytes);
}

/// The next bytes behind their length.
fn take<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (length, after) = rest.split_first_chunk()?;
    let (bytes, after) = after.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    *rest = after;
    Some(bytes)
}
