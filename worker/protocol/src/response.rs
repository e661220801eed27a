//! What the worker answers.

use crate::views::*;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::Hash;

/// One answer.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Response {
    /// Done, nothing to say.
    Done,
    /// The node.
    Status(Box<StatusView>),
    /// Blocks, newest first.
    Blocks(Vec<HeadView>),
    /// A block.
    Block(Box<BlockView>),
    /// A transaction.
    Transaction(Box<TransactionView>),
    /// Modules.
    Modules(Vec<ModuleView>),
    /// A module.
    Module(Box<ModuleDetail>),
    /// A check of code.
    Code(Box<CodeView>),
    /// What differs between two codes.
    Difference(Box<DifferenceView>),
    /// Storage entries.
    Storage(StoragePage),
    /// The outcome of a query.
    Called(CalledView),
    /// Proposals.
    Proposals(Vec<ProposalView>),
    /// A proposal.
    Proposal(Box<ProposalDetail>),
    /// A forecast.
    Forecast(Box<ForecastView>),
    /// A rehearsal.
    DryRun(Box<DryRunView>),
    /// What two codes do differently.
    Comparison(Box<ComparisonView>),
    /// Code as text.
    Listing(Box<ListingView>),
    /// A past transaction, executed again.
    Reexecution(ReexecutionView),
    /// Tags of a manager.
    Tags(Vec<TagView>),
    /// Followers of a tag.
    Fleet(Box<FleetView>),
    /// Registered builders.
    Builders(Vec<BuilderView>),
    /// A part of the journal.
    Journal(Box<JournalPage>),
    /// What checking a journal file came to.
    JournalVerdict(Box<JournalVerdict>),
    /// Pipelines, engines and the newest blocks.
    Pipelines(Box<PipelinesView>),
    /// How a block was executed.
    Lanes(Box<LanesView>),
    /// Recorded executions.
    Executions(Box<ExecutionsPage>),
    /// A recorded execution.
    Execution(Box<ExecutionDetail>),
    /// A proof is under way, or waits for its turn: its number.
    ProofBegun(u32),
    /// Proofs under way and kept.
    Proofs(Box<ProofsView>),
    /// A kept proof.
    Proof(Box<ProofDetail>),
    /// What a proof file comes to.
    Verdict(Box<VerdictView>),
    /// What a proof of some other circuit comes to.
    Stock(Box<StockView>),
    /// An account.
    Account(Box<AccountView>),
    /// Keys, the active one first.
    Keys(Vec<KeyView>),
    /// Twelve words.
    Phrase(String),
    /// Transactions ready to sign.
    Plan(Box<PlanView>),
    /// Hashes of the submitted transactions, in order.
    Submitted(Vec<Hash>),
    /// What a peer says of itself.
    Offer(Box<PeerOffer>),
    /// The network.
    Network(Box<NetworkView>),
    /// A certificate.
    Certificate(Box<CertificateView>),
    /// Storage use.
    Usage(UsageView),
    /// A file.
    Bytes(#[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))] Vec<u8>),
}
