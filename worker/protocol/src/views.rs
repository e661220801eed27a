//! What pages show: plain data, no methods that compute. Amounts are base units, times are slots, and each view that
//! rests on a block says which.

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{
    AccountId, Amount, Class, Event, Gas, Hash, Height, ModuleId, Network, Outcome, Params, Payload, ProposalId,
    ProposalState, Receipt, Side, SignedTransaction, Slot,
    block::{BlockBody, Header},
    tx::Call,
};

mod inspection;
mod lifecycle;
mod modules;
mod network;
mod pipelines;
mod proofs;
mod rehearsal;
mod verdict;
mod voting;

pub use inspection::*;
pub use lifecycle::*;
pub use modules::*;
pub use network::*;
pub use pipelines::*;
pub use proofs::*;
pub use rehearsal::*;
pub use verdict::*;
pub use voting::*;

/// Which rows of a long list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Page {
    /// Rows at and below this height; none for the newest.
    pub from: Option<Height>,
    /// At most this many; 100 is the most.
    pub limit: u32,
}

/// A change of stake to assume in a forecast.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct WhatIf {
    /// Its side.
    pub side: Side,
    /// How much is added.
    pub amount: Amount,
}

/// Where a key comes from.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum KeySource {
    /// Twelve or more BIP39 words.
    Phrase(String),
    /// An `age` file with its passphrase.
    File {
        /// The file.
        #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
        bytes: Vec<u8>,
        /// Its passphrase.
        passphrase: String,
    },
    /// A new non-extractable WebCrypto key: cannot be recovered.
    Device,
}

/// What kind of key is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum KeyKind {
    /// Has a backup: a phrase or a file.
    BackedUp,
    /// Lives in this browser only and cannot be recovered.
    Device,
}

/// A stored key.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KeyView {
    /// Its account.
    pub account: AccountId,
    /// Its kind.
    pub kind: KeyKind,
    /// True for the one that signs.
    pub active: bool,
}

/// The node.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StatusView {
    /// The network its addresses belong to.
    pub network: Network,
    /// Hash of the genesis block.
    pub genesis: Hash,
    /// The newest block.
    pub head: HeadView,
    /// Its certificate's signers and how many of them are needed.
    pub signers: (u32, u32),
    /// The slot now: wall seconds since genesis plus skips.
    pub slot: Slot,
    /// Unix time of slot 0 plus all skips, milliseconds: adding `slot × 1000` gives the chain's clock.
    pub clock_zero_ms: u64,
    /// Slots skipped so far.
    pub skipped: u64,
    /// Blocks this tab has re-executed or sealed since it started.
    pub executed: u64,
    /// Blocks whose records the scrub has checked since the start, and how many there are.
    pub scrubbed: (u64, u64),
    /// Parameters in force.
    pub params: Params,
    /// All ZRA that were ever made.
    pub supply: Amount,
    /// Of these, burnt.
    pub burnt: Amount,
    /// Threshold base S at the head.
    pub base: Amount,
    /// The demo genesis account whose key a newcomer gets, while it is unclaimed.
    pub newcomer: Option<AccountId>,
    /// The active key's account.
    pub account: Option<AccountId>,
    /// Live proposals.
    pub live: u32,
    /// Transactions waiting for a block.
    pub pending: u32,
    /// How the node runs.
    pub mode: Mode,
    /// Connected peers whose heads agree with the node's; zero in solo mode.
    pub peers: u32,
    /// Milliseconds since the newest block was verified here; none in solo mode.
    pub lag_ms: Option<u64>,
    /// Tabs that share the node.
    pub tabs: u32,
}

/// A block in a list. Where only its header is known, as in light mode, transactions, events and gas are zero and say
/// nothing.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HeadView {
    /// Number.
    pub height: Height,
    /// Time.
    pub slot: Slot,
    /// Hash of the header.
    pub hash: Hash,
    /// State root after it.
    pub root: Hash,
    /// How many transactions.
    pub transactions: u32,
    /// How many events.
    pub events: u32,
    /// Gas of all transactions.
    pub gas: Gas,
}

/// A block.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BlockView {
    /// As in the list.
    pub head: HeadView,
    /// The whole header.
    pub header: Header,
    /// The whole body.
    pub body: BlockBody,
    /// Receipts in order.
    pub receipts: Vec<Receipt>,
    /// The runtime's own events: enactments, transitions.
    pub events: Vec<Event>,
    /// Encoded certificate.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub certificate: Vec<u8>,
    /// Bytes of the stored record.
    pub record_bytes: u64,
}

/// A transaction.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TransactionView {
    /// Its hash.
    pub hash: Hash,
    /// The block and its slot, when it is in one.
    pub block: Option<(Height, Slot)>,
    /// What was signed.
    pub signed: SignedTransaction,
    /// The receipt, when it is in a block.
    pub receipt: Option<Receipt>,
    /// Results of the calls and the text of a failure: this tab's diagnostics.
    pub diagnostics: Vec<CallDiagnostic>,
}

/// What this tab saw of one call; not part of consensus.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CallDiagnostic {
    /// Result bytes.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub result: Vec<u8>,
    /// The finer cause of a failure.
    pub cause: Option<String>,
}

/// A proposal in a list.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProposalView {
    /// Id.
    pub id: ProposalId,
    /// The author's title.
    pub title: String,
    /// Class, computed from effects.
    pub class: Class,
    /// Where it stands.
    pub state: ProposalState,
    /// Who submitted it.
    pub author: AccountId,
    /// When.
    pub submitted: (Height, Slot),
    /// Deposit.
    pub deposit: Amount,
    /// The modules it would change.
    pub modules: Vec<ModuleId>,
    /// Stake for and against.
    pub stake: (Amount, Amount),
    /// Conviction for and against, at the head.
    pub conviction: (Amount, Amount),
    /// τ·S at the head.
    pub threshold: Amount,
    /// When it closes by itself if it does not pass.
    pub expires: Slot,
    /// The active key's allocation, if any.
    pub mine: Option<(Side, Amount, Amount)>,
}

/// One change of stake.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StakeChange {
    /// Who.
    pub account: AccountId,
    /// Which side.
    pub side: Side,
    /// Allocation before.
    pub before: Amount,
    /// Allocation after.
    pub after: Amount,
    /// The side's stake after.
    pub side_total: Amount,
    /// The delegate who did it, if it was not the account itself.
    pub by: Option<AccountId>,
    /// When.
    pub at: (Height, Slot),
}

/// One transition of a proposal.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Transition {
    /// Into this state.
    pub state: ProposalState,
    /// When.
    pub at: (Height, Slot),
}

/// A proposal.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProposalDetail {
    /// As in the list.
    pub proposal: ProposalView,
    /// What it does.
    pub payload: Payload,
    /// The hash voters vote on, from the chain.
    pub payload_hash: Hash,
    /// The same, recomputed here from the payload.
    pub payload_recomputed: Hash,
    /// Hash of the proposed code, recomputed here from the stored bytes.
    pub code_recomputed: Option<Hash>,
    /// The code that runs now and the proposed one, for `Difference`.
    pub codes: Option<(Hash, Hash)>,
    /// Every change of stake, oldest first.
    pub changes: Vec<StakeChange>,
    /// Every transition, oldest first.
    pub transitions: Vec<Transition>,
    /// Free stake of the active key.
    pub free_stake: Option<Amount>,
    /// Free balance of the active key.
    pub free_balance: Option<Amount>,
    /// At today's stakes.
    pub forecast: ForecastView,
    /// What moves that forecast; none when it is closed.
    pub sensitivity: Option<SensitivityView>,
    /// How it stood when it was locked in.
    pub lock: Option<LockView>,
    /// The class that it was filed with, when refuted rebuilds have raised it.
    pub filed: Option<Class>,
    /// What builders say about each code that it carries.
    pub evidence: Vec<EvidenceView>,
    /// What in its life is worth a look.
    pub flags: Vec<FlagView>,
    /// A migration of it that is under way.
    pub migration: Option<MigrationView>,
    /// Stake that others let the active key allocate to it.
    pub delegated: Amount,
}

/// One point of a conviction curve.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CurvePoint {
    /// Time.
    pub slot: Slot,
    /// Conviction for.
    pub conviction_for: Amount,
    /// Conviction against.
    pub conviction_against: Amount,
    /// τ·S.
    pub threshold: Amount,
}

/// A forecast by the chain's own arithmetic; it assumes that no other stake moves.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ForecastView {
    /// The slot it was made at.
    pub now: Slot,
    /// Recomputed past, oldest first, ending now.
    pub past: Vec<CurvePoint>,
    /// Future, beginning now.
    pub future: Vec<CurvePoint>,
    /// First slot above the threshold; none for never at this support.
    pub crosses: Option<Slot>,
    /// Slot of approval.
    pub approved: Option<Slot>,
    /// Slot of the rehearsal that locks it in.
    pub locks: Option<Slot>,
    /// Slot of enactment.
    pub enacts: Option<Slot>,
    /// What is missing now; zero when above.
    pub shortfall: Amount,
    /// Least additional stake for that would ever pass; none when today's suffices or nothing would.
    pub needed: Option<Amount>,
}

/// An allocation of an account.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AllocationView {
    /// The proposal.
    pub proposal: ProposalId,
    /// Its title.
    pub title: String,
    /// The side.
    pub side: Side,
    /// Stake.
    pub stake: Amount,
    /// Conviction at the head.
    pub conviction: Amount,
    /// False when the proposal has closed and the stake is free.
    pub live: bool,
    /// The delegate who made it, if it was not the account itself.
    pub by: Option<AccountId>,
}

/// An account.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AccountView {
    /// Id.
    pub id: AccountId,
    /// Rests on this block.
    pub height: Height,
    /// Next nonce.
    pub nonce: u64,
    /// ZRA free to spend.
    pub free: Amount,
    /// ZRA staked.
    pub staked: Amount,
    /// Of these, allocated to live proposals.
    pub allocated: Amount,
    /// Proposal deposits.
    pub proposal_deposits: Amount,
    /// Storage deposits.
    pub storage_deposits: Amount,
    /// Stake on its way back: amount and the slot it is free.
    pub unstaking: Vec<(Amount, Slot)>,
    /// Allocations.
    pub allocations: Vec<AllocationView>,
    /// Stake that it lets others allocate.
    pub delegations: Vec<DelegationView>,
    /// Stake that others let it allocate.
    pub delegators: Vec<DelegatorView>,
    /// When each part of its ZRA can be free, soonest first.
    pub calendar: Vec<BindingView>,
    /// Recent transactions of this account, newest first: height, hash, outcome.
    pub recent: Vec<(Height, Hash, Outcome)>,
}

/// A transaction of a plan, simulated.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PlanStep {
    /// Its calls.
    pub calls: Vec<Call>,
    /// How it would end.
    pub outcome: Outcome,
    /// The finer cause of a failure.
    pub cause: Option<String>,
    /// Gas it would use.
    pub gas: Gas,
    /// Fee it would cost.
    pub fee: Amount,
    /// Keys it would read and write: the access hint.
    pub keys: (u32, u32),
    /// Results of its module calls.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::many_bytes"))]
    pub results: Vec<Vec<u8>>,
    /// Events it would emit.
    pub events: Vec<Event>,
    /// Change of the sender's free balance: before and after.
    pub balance: (Amount, Amount),
    /// The exact bytes to be signed.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub payload: Vec<u8>,
}

/// Transactions ready to sign, in order.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PlanView {
    /// Names it in `Sign`.
    pub id: u32,
    /// Who signs.
    pub sender: AccountId,
    /// Its transactions.
    pub steps: Vec<PlanStep>,
    /// Modules that the plan would create.
    pub modules: Vec<ModuleId>,
    /// Proposals that the plan would open, with their class.
    pub proposals: Vec<(ProposalId, Class)>,
}

/// Storage use.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct UsageView {
    /// Bytes this origin uses, by the browser's estimate.
    pub used: u64,
    /// Bytes it may use.
    pub quota: u64,
    /// True when the browser promised not to evict.
    pub persistent: bool,
    /// Block records stored.
    pub records: u64,
    /// State entries.
    pub entries: u64,
}
