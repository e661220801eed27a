//! What page and worker say to each other, pinned: a page and a worker of one protocol version understand each other.

use zera_primitives::{
    AbortReason, AccountId, Amount, Class, Effect, Executable, ExternalRef, Gas, Hash, Height, ModuleId, Outcome,
    Payload, ProposalId, Side, Slot, conformance::line, manifest::SemVer, tx::Call,
};
use zera_worker_protocol::{
    Cause, Command, Error, ErrorKind, Event, Response, Shape, ToPage, ToWorker, TransactionStage, command::FaultPoint,
    event::Notice, views::*,
};

#[path = "conformance/pipelines.rs"]
mod pipelines;
#[path = "conformance/proofs.rs"]
mod proofs;

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

fn payload() -> Payload {
    Payload::Freeze { module_id: ModuleId([1; 32]), slots: 2, description: "words".into() }
}

fn at() -> (Height, Slot) {
    (Height(1), Slot(2))
}

fn code_line() -> CodeLine {
    CodeLine { kind: LineKind::Added, offset: 1, depth: 2, text: "i32.add".into() }
}

fn function() -> FunctionView {
    FunctionView {
        index: 1,
        label: "f".into(),
        signature: "(i32)".into(),
        offset: 2,
        bytes: 3,
        exports: vec!["f".into()],
    }
}

fn comparison() -> ComparisonView {
    let site = GasSite { function: "f".into(), offset: Some(1), what: "loop".into() };
    let gas = GasView {
        straight: 1,
        loops: vec![site.clone()],
        recursions: vec![GasSite { offset: None, ..site.clone() }],
        indirect: vec![site.clone()],
        hosts: vec![("balance".into(), 1, 2, 3)],
        operands: vec![site],
        left_out: 2,
    };
    let row = DifferenceRow { what: "size".into(), name: String::new(), old: Some("1".into()), new: None };
    ComparisonView {
        old: Hash([1; 32]),
        new: Hash([2; 32]),
        rows: vec![row],
        same_rows: 3,
        same: 4,
        added: vec![function()],
        removed: vec![function()],
        changed: vec![ChangedFunction {
            old: function(),
            new: function(),
            constants_only: true,
            lines: (5, 6),
            hunks: vec![vec![code_line()]],
            cut: false,
        }],
        gas: vec![GasRow { export: "f".into(), old: Some(gas), new: None }],
        micros: 7,
    }
}

fn dry_run() -> DryRunView {
    let end = CallEnd { outcome: Outcome::Trap, gas: Gas(1), result: vec![2], events: 3, cause: Some("why".into()) };
    let (module, hash) = (ModuleId([1; 32]), Hash([2; 32]));
    DryRunView {
        height: Height(1),
        root: hash,
        payload: hash,
        class: Some(Class::Major),
        abort: Some(AbortReason::Busy),
        cause: Some("why".into()),
        gas: Gas(3),
        writes: 4,
        blocks: 5,
        checks: vec![DryRunCheck { what: "code".into(), before: "a".into(), after: "b".into(), held: true }],
        state: StateDiff {
            added: 6,
            removed: 7,
            changed: 8,
            same: 9,
            rows: vec![StateRow {
                module,
                key: vec![1],
                name: "01".into(),
                before: None,
                after: Some(vec![2]),
                text: (None, Some("02".into())),
            }],
        },
        replay: Some(ReplayView {
            asked: 10,
            replayed: 11,
            same: 12,
            changed: vec![ReplayRow {
                transaction: hash,
                height: Height(13),
                entry: "f".into(),
                before: end.clone(),
                after: end,
            }],
            gas: (14, 15),
        }),
        effects: vec![Effect::Call { module, entry: "f".into(), times: 16 }],
        digest: hash,
        micros: 17,
    }
}

fn vote() -> VoteView {
    VoteView {
        proposal: ProposalId(1),
        payload: Hash([2; 32]),
        class: Class::Minor,
        tally: (Amount(3), Amount(4), Amount(5)),
        rehearsal: Hash([6; 32]),
    }
}

fn lifecycle() -> Vec<Response> {
    let (module, account, hash) = (ModuleId([1; 32]), AccountId([2; 32]), Hash([3; 32]));
    let tag = TagView {
        tag: "tag".into(),
        code: hash,
        pending: Some((hash, Slot(1))),
        notice: 2,
        followers: 3,
        changes: vec![TagChangeView { old: None, new: hash, from: Slot(4), at: at() }],
    };
    let states =
        [FollowerState::Ready, FollowerState::Migrates, FollowerState::Pinned, FollowerState::Stuck("why".into())];
    let follower = |state| FollowerView { id: module, code: hash, state, schema: 1, entries: 2, balance: Amount(3) };
    let facts = [
        FactView::Hash(hash),
        FactView::Number(1),
        FactView::Slot(Slot(2)),
        FactView::Account(account),
        FactView::Module(module),
        FactView::Text("words".into()),
        FactView::Bytes(vec![3]),
    ];
    let entry = JournalEntryView {
        index: 1,
        at: at(),
        module: Some(module),
        vote: Some(vote()),
        deed: "upgraded".into(),
        facts: facts.into_iter().map(|fact| ("fact".to_owned(), fact)).collect(),
    };
    let page = JournalPage { height: Height(1), count: 2, chain: hash, entries: vec![entry.clone()], more: true };
    let verdict = JournalVerdict {
        genesis: hash,
        ours: true,
        height: Height(1),
        entries: 2,
        signers: (3, 4),
        wrong: Some((Some(5), "why".into())),
        newest: vec![entry],
    };
    vec![
        Response::Tags(vec![tag.clone()]),
        Response::Fleet(Box::new(FleetView {
            tag,
            counts: (1, 2, 3, 4),
            followers: states.into_iter().map(follower).collect(),
            more: false,
        })),
        Response::Builders(vec![BuilderView { account, name: "name".into() }]),
        Response::Journal(Box::new(page)),
        Response::JournalVerdict(Box::new(verdict)),
        Response::Reexecution(ReexecutionView {
            height: Height(1),
            transaction: hash,
            agrees: true,
            codes: vec![(module, hash)],
            gas: Gas(2),
            micros: 3,
        }),
    ]
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
        Command::DryRun { of: RehearsalOf::Proposal(id), replay: 16 },
        Command::DryRun { of: RehearsalOf::Payload { codes: vec![vec![17]], payload: payload() }, replay: 0 },
        Command::Compare { old: Hash([18; 32]), new: Hash([19; 32]) },
        Command::Disassemble { code: Hash([20; 32]), function: Some(21) },
        Command::Cancel { request: 22 },
        Command::Reexecute(Hash([23; 32])),
        Command::CodeAt { module, height: Height(24) },
        Command::Tags(module),
        Command::Fleet { manager: module, tag: "tag".into(), after: Some(module), limit: 25 },
        Command::Builders,
        Command::Journal { module: Some(module), before: Some(26), limit: 27 },
        Command::ExportJournal,
        Command::CheckJournal(vec![28]),
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
        Command::Pipelines,
        Command::Lanes(Height(29)),
        Command::SetPipelines { count: Some(3) },
        Command::SetSampling { ppm: 30 },
        Command::SetEngine { fast: true },
        Command::Usage,
        Command::Export,
        Command::Import(vec![22]),
        Command::Reset,
        Command::Fault(FaultPoint::Panic),
        Command::Fault(FaultPoint::BeforeHead),
        Command::Fault(FaultPoint::AfterHead),
        Command::Fault(FaultPoint::EngineLies),
        Command::Fault(FaultPoint::PipelineTraps),
        Command::Fault(FaultPoint::PipelineHangs),
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
        Event::Notice(Notice::PipelineReplaced { height: Some(Height(10)), pipeline: 11, kind: IncidentKind::Hung }),
        Event::Notice(Notice::EngineDisagreed {
            code: Hash([12; 32]),
            height: Height(13),
            went_back_to: Height(14),
            detail: "detail".into(),
        }),
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
        Response::Comparison(Box::new(comparison())),
        Response::Listing(Box::new(ListingView {
            code: Hash([15; 32]),
            functions: vec![function()],
            lines: vec![code_line()],
            cut: true,
        })),
        Response::DryRun(Box::new(dry_run())),
    ]
}

/// What hangs on modules, proposals and accounts beside what version 1 had.
fn details() -> (StandingView, EvidenceView, VersionView, (FlagView, SensitivityView, LockView), Vec<BindingView>) {
    let (module, account, hash) = (ModuleId([1; 32]), AccountId([2; 32]), Hash([3; 32]));
    let reference = ExternalRef { manager: module, tag: "tag".into(), pin: Some(hash) };
    let migration = MigrationView {
        proposal: ProposalId(1),
        code: hash,
        generation: 2,
        steps: 3,
        entries: (4, 5),
        gas: 6,
        begun: Height(7),
    };
    let standing = StandingView {
        executable: Executable::ExternalRef(reference.clone()),
        frozen: Some((Slot(1), ProposalId(2))),
        freezable: 3,
        migration: Some(migration),
        fresh: true,
        earlier: vec![(4, 5, 6)],
        tags: 7,
    };
    let said = AttestationView { builder: account, name: None, rebuilt: hash, recipe: hash, at: at() };
    let evidence = EvidenceView { code: hash, builders: (1, 2, 3), enough: 4, said: vec![said] };
    let version = VersionView {
        sequence: 1,
        version: SemVer { major: 1, minor: 2, patch: 3 },
        code: hash,
        schema: 4,
        generation: 5,
        enacted: at(),
        proposal: Some(ProposalId(6)),
        migrated: Some(7),
        rollback_to: Some(8),
        reference: Some(reference),
        vote: Some(vote()),
        builders: (9, 10),
        undone: true,
    };
    let flag = FlagView {
        what: "pulse".into(),
        account: Some(account),
        amount: Amount(1),
        base: Amount(2),
        between: (at(), at()),
    };
    let dates = DatesView { crosses: Some(Slot(1)), enacts: None };
    let sensitivity = SensitivityView { lower: dates, higher: dates, earliest: dates };
    let tally = (Amount(1), Amount(2), Amount(3));
    let lock = LockView { at: at(), class: Class::Patch, tally, rehearsal: hash };
    let bounds = [
        BoundView::Staked,
        BoundView::Allocated { proposal: ProposalId(1), side: Side::For },
        BoundView::Delegated { class: Class::Governance, to: account },
        BoundView::Unstaking,
        BoundView::Deposit(ProposalId(2)),
    ];
    let bindings = bounds.into_iter().map(|bound| BindingView { bound, amount: Amount(4), free_at: Slot(5) });
    (standing, evidence, version, (flag, sensitivity, lock), bindings.collect())
}

#[test]
fn formats_are_those_on_file() {
    let error = Error::browser(ErrorKind::StorageFailed, true, "detail");
    let requests: Vec<_> = commands()
        .into_iter()
        .chain(proofs::commands())
        .zip(1..)
        .map(|(command, request)| ToWorker { request, command })
        .collect();
    let mut answers: Vec<_> = responses()
        .into_iter()
        .chain(lifecycle())
        .chain(pipelines::answers())
        .chain(proofs::answers())
        .zip(1..)
        .map(|(response, request)| ToPage::Answer { request, result: Ok(response) })
        .collect();
    answers.push(ToPage::Answer { request: 0, result: Err(Error { cause: Cause::Module, ..error.clone() }) });
    answers.push(ToPage::Ready { protocol: 4 });
    answers.extend(events(&error).into_iter().chain(proofs::events()).map(ToPage::Event));
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
        by: Some(AccountId([7; 32])),
        at: (Height(5), Slot(6)),
    };
    let delegation =
        DelegationView { class: Class::Minor, to: AccountId([1; 32]), amount: Amount(2), allocated: Amount(3) };
    let delegator = DelegatorView { class: Class::Major, from: AccountId([4; 32]), amount: Amount(5) };
    let kinds = [
        ErrorKind::HandedOver,
        ErrorKind::StorageFull,
        ErrorKind::Cancelled,
        ErrorKind::Busy,
        ErrorKind::JournalRefused,
        ErrorKind::ProofRefused,
        ErrorKind::NotProvable,
        ErrorKind::Unavailable,
        ErrorKind::Panicked,
    ];
    let (standing, evidence, version, votes, bindings) = details();
    zera_primitives::check_conformance!(&[
        line("ToWorker", &requests),
        line("ToPage", &answers),
        line("Shape", &shapes),
        line("StakeChange", &[change]),
        line("ErrorKind", &kinds),
        line("StandingView", &[standing]),
        line("EvidenceView", &[evidence]),
        line("VersionView", &[version]),
        line("FlagView, SensitivityView, LockView", &[votes]),
        line("BindingView", &bindings),
        line("DelegationView, DelegatorView", &[(delegation, delegator)]),
    ]);
}
