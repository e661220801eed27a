//! What page and worker say to each other, pinned: a page and a worker of one protocol version understand each other.

use zera_primitives::{
    AccountId, Amount, Gas, Hash, Height, ModuleId, Outcome, ProposalId, Side, Slot, conformance::line, tx::Call,
};
use zera_worker_protocol::{
    CalledView, Cause, Command, Error, ErrorKind, Event, HeadView, KeySource, Page, Response, Shape, StakeChange,
    StoragePage, ToPage, ToWorker, TransactionStage, UsageView, WhatIf,
    command::FaultPoint,
    event::Notice,
    views::{KeyKind, KeyView, StorageEntry},
};

fn head() -> HeadView {
    HeadView {
        height: Height(1),
        slot: Slot(2),
        hash: Hash([3; 32]),
        root: Hash([4; 32]),
        transactions: 5,
        events: 6,
        gas: Gas(7),
    }
}

fn commands() -> Vec<Command> {
    let (module, id, account) = (ModuleId([1; 32]), ProposalId(2), AccountId([3; 32]));
    vec![
        Command::Start,
        Command::Status,
        Command::Blocks(Page { from: Some(Height(4)), limit: 5 }),
        Command::Block(Height(6)),
        Command::Transaction(Hash([7; 32])),
        Command::Modules,
        Command::Module(module),
        Command::Code(Hash([8; 32])),
        Command::Inspect(vec![9]),
        Command::Difference { old: Hash([10; 32]), new: Hash([11; 32]) },
        Command::Storage { module, after: vec![12], limit: 13 },
        Command::Query { module, entry: "entry".into(), args: vec![14] },
        Command::Proposals,
        Command::Proposal(id),
        Command::Forecast { proposal: id, what_if: Some(WhatIf { side: Side::Against, amount: Amount(15) }) },
        Command::DryRun(id),
        Command::Account(account),
        Command::Keys,
        Command::NewPhrase,
        Command::AddKey(KeySource::Phrase("words".into())),
        Command::AddKey(KeySource::File { bytes: vec![16], passphrase: "pass".into() }),
        Command::AddKey(KeySource::Device),
        Command::UseKey(account),
        Command::RemoveKey(account),
        Command::ExportKey { passphrase: "pass".into() },
        Command::Prepare { codes: vec![vec![17]], calls: vec![Call::Stake { amount: Amount(18) }] },
        Command::Sign { plan: 19 },
        Command::Submit(vec![20]),
        Command::Advance { slots: 21 },
        Command::Usage,
        Command::Export,
        Command::Import(vec![22]),
        Command::Reset,
        Command::Fault(FaultPoint::Panic),
        Command::Fault(FaultPoint::BeforeHead),
        Command::Fault(FaultPoint::AfterHead),
    ]
}

fn events(error: &Error) -> Vec<Event> {
    vec![
        Event::Head(head()),
        Event::Transaction { hash: Hash([1; 32]), stage: TransactionStage::Signed },
        Event::Transaction {
            hash: Hash([1; 32]),
            stage: TransactionStage::Final { height: Height(2), outcome: Outcome::Trap },
        },
        Event::Proposals(vec![ProposalId(3)]),
        Event::Keys,
        Event::Progress { what: "what".into(), done: 4, total: 5 },
        Event::Started { step: "step".into(), micros: 6 },
        Event::Notice(Notice::SteppedBack { from: Height(7), to: Height(8), detail: "detail".into() }),
        Event::Notice(Notice::Damaged { height: Height(9) }),
        Event::Notice(Notice::Restarted { detail: "detail".into() }),
        Event::Stopped(error.clone()),
    ]
}

fn responses() -> Vec<Response> {
    let entry = StorageEntry { key: vec![1], value: vec![2], proof_bytes: Some(3) };
    vec![
        Response::Done,
        Response::Blocks(vec![head()]),
        Response::Storage(StoragePage { height: Height(4), entries: vec![entry], more: true }),
        Response::Called(CalledView {
            height: Height(5),
            outcome: Outcome::Ok,
            result: vec![6],
            gas: Gas(7),
            cause: Some("cause".into()),
        }),
        Response::Keys(vec![KeyView { account: AccountId([8; 32]), kind: KeyKind::Device, active: true }]),
        Response::Phrase("words".into()),
        Response::Submitted(vec![Hash([9; 32])]),
        Response::Usage(UsageView { used: 10, quota: 11, persistent: true, records: 12, entries: 13 }),
        Response::Bytes(vec![14]),
    ]
}

#[test]
fn formats_are_those_on_file() {
    let error = Error::browser(ErrorKind::StorageFailed, true, "detail");
    let requests: Vec<_> =
        commands().into_iter().zip(1..).map(|(command, request)| ToWorker { request, command }).collect();
    let mut answers: Vec<_> = responses()
        .into_iter()
        .zip(1..)
        .map(|(response, request)| ToPage::Answer { request, result: Ok(response) })
        .collect();
    answers.push(ToPage::Answer { request: 0, result: Err(Error { cause: Cause::Module, ..error.clone() }) });
    answers.push(ToPage::Ready { protocol: 1 });
    answers.extend(events(&error).into_iter().map(ToPage::Event));
    let shapes = [
        Shape::Bool,
        Shape::Record("R".into(), vec![("f".into(), 1)]),
        Shape::Choice("C".into(), vec![("v".into(), 2, vec![("f".into(), 3)])]),
    ];
    let change = StakeChange {
        account: AccountId([1; 32]),
        side: Side::For,
        before: Amount(2),
        after: Amount(3),
        side_total: Amount(4),
        at: (Height(5), Slot(6)),
    };
    zera_primitives::check_conformance!(&[
        line("ToWorker", &requests),
        line("ToPage", &answers),
        line("Shape", &shapes),
        line("StakeChange", &[change]),
    ]);
}
