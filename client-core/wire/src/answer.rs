//! What a peer answers.

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AccountId, Event, Hash, Header, Height, Receipt, Slot, StateKey, block::Block};

/// An answer.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Answer {
    /// Done, nothing to say.
    Done,
    /// Where the peer stands.
    Status(Box<PeerStatus>),
    /// Bytes whose meaning the request gives.
    Bytes(Vec<u8>),
    /// A certified header.
    Finality(Box<Finality>),
    /// Boundaries of consecutive epochs.
    Boundaries(Vec<Boundary>),
    /// Headers in ascending order.
    Headers(Vec<Header>),
    /// Blocks in ascending order.
    Blocks(Vec<FinalBlock>),
    /// What a block did.
    Receipts(Box<BlockReceipts>),
    /// Entries.
    Entries(Box<Entries>),
    /// The next entries of a range.
    Run(Box<EntryRun>),
    /// A snapshot.
    Snapshot(Box<SnapshotOffer>),
    /// Pages in the order asked for; fewer where the message would grow too large, none in place of an unknown one.
    Pages(Vec<Option<Vec<u8>>>),
    /// Where a transaction is: height and place, none while it waits.
    Located(Option<(Height, u32)>),
    /// Heights, descending.
    Heights(Vec<Height>),
    /// Taken into the pool: its hash.
    Submitted(Hash),
    /// What waits.
    Pool(PoolStatus),
    /// Connected peers.
    Peers(Vec<PeerEntry>),
    /// Recorded faults.
    Faults(Vec<Fault>),
}

/// A header with the certificate that finalises it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Finality {
    /// The header.
    pub header: Header,
    /// Its certificate's bytes (`zera_light::Certificate`).
    pub certificate: Vec<u8>,
}

/// The last block of an epoch.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Boundary {
    /// It, certified by its own epoch's set.
    pub last: Finality,
    /// The encoded set (`zera_light::ValidatorSet`) that its header names next; none when that is its own set.
    pub next: Option<Vec<u8>>,
}

/// A final block.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct FinalBlock {
    /// Header and body.
    pub block: Block,
    /// Its certificate's bytes; empty where only a later block of the same answer is certified, which finalises it too.
    pub certificate: Vec<u8>,
}

/// What a block did: its header's receipt root and event root commit to it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct BlockReceipts {
    /// Receipts in order.
    pub receipts: Vec<Receipt>,
    /// The runtime's own events.
    pub events: Vec<Event>,
}

/// Entries of the state after one block.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Entries {
    /// The block.
    pub height: Height,
    /// Values in the order of the keys asked for; none for a key that has no entry.
    pub values: Vec<Option<Vec<u8>>>,
    /// `zera_state::merkle::MultiProof` over all of them.
    pub proof: Vec<u8>,
}

/// The next entries of a range.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct EntryRun {
    /// Keys and values, ascending.
    pub entries: Vec<(StateKey, Vec<u8>)>,
    /// True when the range has no further entry.
    pub end: bool,
    /// `zera_state::merkle::MultiProof` over the entries; of no meaning where there is none.
    pub proof: Vec<u8>,
}

/// A snapshot that a peer keeps for others.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct SnapshotOffer {
    /// The block whose state it is.
    pub at: Finality,
    /// Bytes of the encoded directory (`zera_state::merkle::Directory`).
    pub directory_bytes: u64,
    /// Bytes of all pages, the peer's word.
    pub page_bytes: u64,
}

/// Where a peer stands. All of it is its word.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct PeerStatus {
    /// Its newest final block.
    pub head: Height,
    /// That block's hash.
    pub hash: Hash,
    /// That block's slot.
    pub slot: Slot,
    /// Its epoch.
    pub epoch: u64,
    /// What it is: `solo`, `validator`, `full` or `archive`.
    pub role: String,
    /// Its validator key, where it is one.
    pub validator: Option<AccountId>,
    /// Milliseconds from proposal to finality of the newest blocks: median and 99th percentile.
    pub finality_ms: (u32, u32),
    /// Transactions that wait.
    pub pending: u32,
    /// Peers it is connected to.
    pub peers: u32,
    /// Tabs that are connected to it.
    pub tabs: u32,
}

/// What waits for a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct PoolStatus {
    /// Transactions.
    pub transactions: u32,
    /// Their bytes.
    pub bytes: u64,
}

/// A peer that a peer is connected to.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct PeerEntry {
    /// Its key.
    pub key: AccountId,
    /// True when it is a validator of the current epoch.
    pub validator: bool,
    /// True when it is connected.
    pub connected: bool,
    /// The newest view in which it voted; none when none was seen.
    pub last_view: Option<u64>,
}

/// Proof that a validator broke the rules of consensus.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Fault {
    /// Whose.
    pub validator: AccountId,
    /// The epoch and the view.
    pub round: (u64, u64),
    /// What: `conflicting notarize`, `conflicting finalize` or `nullify after finalize`.
    pub kind: String,
    /// The engine's encoding of the two contradicting messages, signatures included.
    pub bytes: Vec<u8>,
}
