//! What the network page shows: in which mode the node runs, whom it asks, what it believes and why, and the tabs that
//! share it.

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AccountId, Hash, Height, Slot};

/// How the node of this browser runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Mode {
    /// A chain of its own, sealed by this browser.
    Solo,
    /// Follows a network by certificates and proofs.
    Light,
    /// Follows a network and executes every block.
    Full,
}

/// What a network is joined with.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Join {
    /// Light or full.
    pub mode: Mode,
    /// Addresses of peers, such as `ws://127.0.0.1:7401/wire`; `host:port` is completed.
    pub peers: Vec<String>,
    /// What to trust first, as typed: `genesis hash`, or `genesis hash:height:block hash:set hash`. Never taken from a peer
    /// that is checked with it.
    pub checkpoint: String,
}

/// What a peer says of itself, before anything is trusted.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PeerOffer {
    /// Its address, completed.
    pub address: String,
    /// Its software.
    pub agent: String,
    /// Its chain: the genesis hash.
    pub genesis: Hash,
    /// Its head.
    pub head: Height,
    /// The checkpoint that it would have one use, as text: its word.
    pub checkpoint: String,
    /// True when it runs the rules that this client runs; otherwise only light mode is possible.
    pub same_rules: bool,
    /// Round trip, microseconds.
    pub round_trip_us: u64,
}

/// What the node trusts without proof.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CheckpointView {
    /// The chain.
    pub genesis: Hash,
    /// The block.
    pub height: Height,
    /// Its header's hash.
    pub block: Hash,
    /// Unix time of the block's slot, milliseconds.
    pub time_ms: u64,
    /// Unix time at which the person accepted it, milliseconds.
    pub accepted_ms: u64,
    /// True when the block that was last verified is older than the trusting period: a newer checkpoint is needed.
    pub expired: bool,
    /// Share of the trusting period that has passed since the newest verified block, parts per million.
    pub age_ppm: u32,
}

/// How it stands between the node and one peer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PeerState {
    /// The connection is being made.
    Connecting,
    /// Connected; what it served was right so far.
    Good,
    /// Connected, and behind others.
    Behind,
    /// The connection is gone; another try is due.
    Waiting,
    /// Dropped for a lie: it is not asked again.
    Dropped,
}

/// A peer.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PeerView {
    /// Its address.
    pub address: String,
    /// Its software, when it has said so.
    pub agent: Option<String>,
    /// How it stands.
    pub state: PeerState,
    /// Why it waits or was dropped.
    pub cause: Option<String>,
    /// Its newest head.
    pub head: Option<Height>,
    /// Round trip, microseconds, smoothed.
    pub round_trip_us: Option<u64>,
    /// Bytes received from it.
    pub received: u64,
    /// Answers that held, and answers that were checked.
    pub good: (u64, u64),
    /// Its score, 0 to 1,000.
    pub score: u32,
    /// Milliseconds until the next try, while it waits.
    pub retry_ms: Option<u64>,
    /// Unix time since which it stands so, milliseconds.
    pub since_ms: u64,
    /// True when it also serves this page.
    pub serves_page: bool,
}

/// Why the head does not advance.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Stall {
    /// The browser says that it is offline.
    Offline,
    /// No peer is connected.
    NoPeer,
    /// Peers are connected and have nothing newer.
    NothingNew,
    /// Peers serve nothing that can be verified.
    Unverifiable(String),
    /// The newest verified block is older than the trusting period.
    Expired,
    /// Two finalised blocks of one height: the validators have broken their promise. The node has stopped following.
    Conflict,
    /// The peers run other rules than this client: full mode cannot go on.
    OtherRules,
    /// Storage refused; the node has nothing left to give back.
    Storage(String),
}

/// Two certified blocks that cannot both be: evidence against the validators who signed both.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ForkView {
    /// Number, for [`crate::Command::ExportEvidence`].
    pub id: u32,
    /// The height.
    pub height: Height,
    /// The two blocks.
    pub blocks: (Hash, Hash),
    /// Who served the second.
    pub peer: String,
    /// Validators who signed both.
    pub signers: Vec<AccountId>,
    /// Unix time, milliseconds.
    pub found_ms: u64,
}

/// A finality measurement of a recent block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FinalityPoint {
    /// The block.
    pub height: Height,
    /// Milliseconds from when this tab heard of the proposal, or from its slot where it did not, to its certificate.
    pub ms: u32,
    /// Microseconds of work that following it took here.
    pub work_us: u32,
}

/// A tab of this browser that uses the node.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TabView {
    /// Its number, random.
    pub id: u64,
    /// True for the tab that asks.
    pub own: bool,
    /// True for the one whose worker is the node.
    pub leads: bool,
    /// Unix time at which it was opened, milliseconds.
    pub opened_ms: u64,
    /// The page that it shows, as the page says.
    pub shows: String,
}

/// Everything about the node's network.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NetworkView {
    /// The mode.
    pub mode: Mode,
    /// What is trusted; none in solo mode.
    pub checkpoint: Option<CheckpointView>,
    /// The newest block that is verified, its slot and Unix time, milliseconds.
    pub verified: Option<(Height, Slot, u64)>,
    /// The newest block that any peer speaks of.
    pub heard: Option<Height>,
    /// Blocks known to be on the verified chain: from, to.
    pub range: Option<(Height, Height)>,
    /// In full mode: blocks executed of those to execute.
    pub sync: Option<(u64, u64)>,
    /// Peers.
    pub peers: Vec<PeerView>,
    /// Bytes received and sent since the start.
    pub traffic: (u64, u64),
    /// Microseconds and bytes that reaching the tip took at the start.
    pub start: Option<(u64, u64)>,
    /// Recent blocks, ascending.
    pub finality: Vec<FinalityPoint>,
    /// Why the head does not advance, if it does not.
    pub stall: Option<Stall>,
    /// Evidence.
    pub conflicts: Vec<ForkView>,
    /// Entries of the state proven since the start, and those of them that are in memory now.
    pub proven: (u64, u64),
    /// Tabs that share this node, the leader first.
    pub tabs: Vec<TabView>,
    /// Milliseconds that the last hand-over took, where this worker took over.
    pub hand_over_ms: Option<u32>,
}

/// One validator's part in a certificate.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SignatureView {
    /// Whose.
    pub validator: AccountId,
    /// The signature; none where it is not in the certificate.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::maybe_bytes"))]
    pub signature: Option<Vec<u8>>,
    /// Microseconds that its check took just now; none where there is none.
    pub checked_us: Option<u32>,
    /// True when it proposed the block.
    pub proposer: bool,
}

/// A certificate, opened and checked again.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CertificateView {
    /// The block.
    pub height: Height,
    /// Its header's hash.
    pub block: Hash,
    /// Epoch, view and parent view that were signed.
    pub round: (u64, u64, u64),
    /// Hash of the validator set.
    pub set: Hash,
    /// Signatures needed.
    pub quorum: u32,
    /// Every validator, in the order of the set.
    pub signatures: Vec<SignatureView>,
    /// The bytes that each of them signed.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub signed: Vec<u8>,
    /// Boundaries between the checkpoint and this block's epoch, each certified by the epoch before: epoch, last height,
    /// hash of the set that it names.
    pub way: Vec<(u64, Height, Hash)>,
}
