//! Samples of every message, for tests: each variant once, with values whose bytes differ from one another.

use crate::{
    Answer, Greeting, News, PeerError, PeerErrorKind, PeerStatus, Request, ToPeer, ToTab, Topic,
    answer::{
        BlockReceipts, Boundary, Entries, EntryRun, Fault, FinalBlock, Finality, PeerEntry, PoolStatus, SnapshotOffer,
    },
};
use zera_primitives::{
    AccountId, Event, Hash, Header, Height, Outcome, Slot, StateKey,
    block::{Block, BlockBody, HEADER_FORMAT},
};
use zera_state::merkle::PageName;

pub fn header() -> Header {
    Header {
        format: HEADER_FORMAT,
        chain: Hash([1; 32]),
        height: Height(2),
        slot: Slot(3),
        epoch: 4,
        parent: Hash([5; 32]),
        proposer: AccountId([6; 32]),
        transaction_root: Hash([7; 32]),
        receipt_root: Hash([8; 32]),
        event_root: Hash([9; 32]),
        state_root: Hash([10; 32]),
        validators: Hash([11; 32]),
        next_validators: Hash([12; 32]),
        params: Hash([13; 32]),
        runtime: Hash([14; 32]),
        module_set: Hash([15; 32]),
    }
}

fn finality() -> Finality {
    Finality { header: header(), certificate: vec![16, 17] }
}

fn key(byte: u8) -> StateKey {
    StateKey(vec![byte, 18])
}

/// Every question.
pub fn requests() -> Vec<Request> {
    let (height, hash, account) = (Height(20), Hash([21; 32]), AccountId([22; 32]));
    vec![
        Request::Status,
        Request::Genesis,
        Request::Finality { at: None },
        Request::Finality { at: Some(height) },
        Request::Boundaries { from: 23, limit: 24 },
        Request::Headers { from: height, limit: 25 },
        Request::Blocks { from: height, limit: 26 },
        Request::Receipts(height),
        Request::Entries { height, keys: vec![key(1), key(2)] },
        Request::Committee { epoch: 27 },
        Request::Run { height, prefix: vec![28], after: vec![28, 29], limit: 30 },
        Request::Snapshot,
        Request::Directory { height, offset: 31 },
        Request::Pages { height, names: vec![PageName::Entries(hash), PageName::Tree(hash)] },
        Request::Locate(hash),
        Request::OfAccount { account, before: Some(height), limit: 32 },
        Request::ExecutionProof { transaction: hash, call: 33 },
        Request::Submit(vec![34, 35]),
        Request::Pool,
        Request::Peers,
        Request::Faults,
        Request::Subscribe(Topic::Heads),
        Request::Unsubscribe(Topic::Transactions),
        Request::Ping,
    ]
}

/// Every answer.
pub fn answers() -> Vec<Answer> {
    let (height, hash, account) = (Height(40), Hash([41; 32]), AccountId([42; 32]));
    let block = Block { header: header(), body: BlockBody { skip: 43, transactions: Vec::new() } };
    let event = Event { module: None, topic: "topic".into(), data: vec![44] };
    let status = PeerStatus {
        head: height,
        hash,
        slot: Slot(45),
        epoch: 46,
        role: "validator".into(),
        validator: Some(account),
        finality_ms: (47, 48),
        pending: 49,
        peers: 50,
        tabs: 51,
    };
    let peer = PeerEntry { key: account, validator: true, connected: false, last_view: Some(52) };
    let fault = Fault { validator: account, round: (53, 54), kind: "conflicting notarize".into(), bytes: vec![55] };
    vec![
        Answer::Done,
        Answer::Status(Box::new(status)),
        Answer::Bytes(vec![56, 57]),
        Answer::Finality(Box::new(finality())),
        Answer::Boundaries(vec![
            Boundary { last: finality(), next: None },
            Boundary { last: finality(), next: Some(vec![58]) },
        ]),
        Answer::Headers(vec![header()]),
        Answer::Blocks(vec![FinalBlock { block, certificate: Vec::new() }]),
        Answer::Receipts(Box::new(BlockReceipts { receipts: Vec::new(), events: vec![event] })),
        Answer::Entries(Box::new(Entries { height, values: vec![None, Some(vec![59])], proof: vec![60] })),
        Answer::Run(Box::new(EntryRun { entries: vec![(key(3), vec![61])], end: true, proof: vec![62] })),
        Answer::Snapshot(Box::new(SnapshotOffer { at: finality(), directory_bytes: 63, page_bytes: 64 })),
        Answer::Pages(vec![Some(vec![65]), None]),
        Answer::Located(Some((height, 66))),
        Answer::Heights(vec![height, Height(39)]),
        Answer::Submitted(hash),
        Answer::Pool(PoolStatus { transactions: 67, bytes: 68 }),
        Answer::Peers(vec![peer]),
        Answer::Faults(vec![fault]),
    ]
}

/// Every kind of news.
pub fn news() -> Vec<News> {
    let (transaction, height) = (Hash([70; 32]), Height(71));
    vec![
        News::Head(Box::new(finality())),
        News::Proposed(Box::new(header())),
        News::Included { transaction, height, outcome: Outcome::OutOfGas },
        News::Dropped(transaction),
    ]
}

/// Every kind of refusal.
pub fn errors() -> Vec<PeerError> {
    use PeerErrorKind::{Busy, Internal, Malformed, NotFound, OtherChain, Refused, TooOld, Version};
    let kinds = [Malformed, Version, OtherChain, NotFound, TooOld, Busy, Refused, Internal];
    kinds.into_iter().map(|kind| PeerError::new(kind, "why")).collect()
}

/// Messages to a peer.
pub fn to_peer() -> Vec<ToPeer> {
    let hello = |chain| ToPeer::Hello { version: 72, chain };
    let asks = requests().into_iter().zip(73..).map(|(request, id)| ToPeer::Ask { id, request });
    [hello(None), hello(Some(Hash([74; 32])))].into_iter().chain(asks).collect()
}

/// Messages to a tab.
pub fn to_tab() -> Vec<ToTab> {
    let greeting = Greeting {
        version: 75,
        agent: "agent".into(),
        chain: Hash([76; 32]),
        runtime: Hash([77; 32]),
        oldest: 78,
        open_requests: 79,
    };
    let answers = answers().into_iter().map(Ok).chain(errors().into_iter().map(Err));
    let answers = answers.zip(80..).map(|(result, id)| ToTab::Answer { id, result });
    let byes = errors().into_iter().map(ToTab::Bye);
    [ToTab::Hello(greeting)].into_iter().chain(answers).chain(news().into_iter().map(ToTab::News)).chain(byes).collect()
}
