//! The timeline of one block: which transaction ran where and when, and which keys ordered the transactions.

use super::{pipelines::totals, text};
use crate::node::{Answer, Node, chain::count, convert, lanes::Lane, run::Ticket, world::World};
use std::collections::{BTreeMap, BTreeSet};
use zera_client::{
    Record,
    zip::{Engines, Placed},
};
use zera_primitives::{Height, ModuleId, SignedTransaction, StateKey, hash::to_hex, state_key::Room, tx::Call};
use zera_worker_protocol::{
    CONFLICT_TRANSACTIONS, ConflictView, EngineUse, LANES_CONFLICTS, LANES_RUNS, LaneTransaction, LanesView, Phase,
    PhaseView, Response, RunView,
};

impl<W: World, T: Ticket> Node<W, T> {
    pub(in crate::node) async fn lane(&self, height: Height) -> Answer {
        let lane = self.lanes.at(height).ok_or_else(|| convert::not_found("block among those executed here lately"))?;
        let (record, _) = self.record(height).await?;
        let (conflicts, conflicts_left_out) = conflicts(&record.body.transactions);
        Ok(Response::Lanes(Box::new(LanesView {
            totals: totals(lane),
            phases: phases(lane),
            transactions: transactions(&record),
            runs: runs(lane),
            conflicts,
            conflicts_left_out,
        })))
    }
}

fn phases(lane: &Lane) -> Vec<PhaseView> {
    let schedule = &lane.schedule;
    let mut phases = Vec::new();
    let mut add = |phase, start_us: u64, end_us: u64| {
        if end_us > start_us {
            phases.push(PhaseView { phase, start_us, end_us });
        }
        end_us.max(start_us)
    };
    let opened = add(Phase::Opening, 0, schedule.opening_us);
    let mut at = add(Phase::Planning, opened, opened.saturating_add(schedule.plan_us));
    let span = |all: &mut dyn Iterator<Item = (u64, u64)>| {
        all.fold(None, |span: Option<(u64, u64)>, (start, end)| {
            Some(span.map_or((start, end), |(first, last)| (first.min(start), last.max(end))))
        })
    };
    for stage in 0..count(schedule.stages.len()) {
        let of_stage = schedule.transactions.iter().filter(|placed| placed.stage == stage && is_run(placed.tried));
        if let Some((start, end)) = span(&mut of_stage.map(|placed| placed.tried)) {
            at = add(Phase::Stage(stage), start, end);
        }
    }
    if let Some((start, end)) = span(&mut schedule.transactions.iter().filter_map(|placed| placed.serial)) {
        at = add(Phase::Serial, start, end);
    }
    let closed = add(Phase::Closing, at, schedule.total_us);
    add(Phase::Root, closed, closed.saturating_add(schedule.root_us));
    phases
}

/// The record's transactions as the timeline names them.
fn transactions(record: &Record) -> Vec<LaneTransaction> {
    let both = record.body.transactions.iter().zip(&record.receipts).take(LANES_RUNS);
    let one = |(signed, receipt): (&SignedTransaction, &zera_primitives::Receipt)| {
        let transaction = &signed.transaction;
        let (module, entry) = transaction.calls.first().map_or((None, String::new()), first_call);
        LaneTransaction {
            hash: receipt.transaction,
            module,
            entry,
            calls: count(transaction.calls.len()),
            hinted: count(transaction.hint.reads.len().saturating_add(transaction.hint.writes.len())),
            outcome: receipt.outcome,
            gas: receipt.gas,
        }
    };
    both.map(one).collect()
}

fn first_call(call: &Call) -> (Option<ModuleId>, String) {
    let word = match call {
        Call::Module { module, entry, .. } => return (Some(*module), entry.clone()),
        Call::Transfer { .. } => "transfer",
        Call::BeginUpload { .. } => "begin_upload",
        Call::UploadChunk { .. } => "upload_chunk",
        Call::Deploy { .. } => "deploy",
        Call::Stake { .. } => "stake",
        Call::Unstake { .. } => "unstake",
        Call::Propose { .. } => "propose",
        Call::Allocate { .. } => "allocate",
        Call::Withdraw { .. } => "withdraw",
        Call::Delegate { .. } => "delegate",
        Call::AllocateDelegated { .. } => "allocate_delegated",
        Call::DeployReference { .. } => "deploy_reference",
        Call::Attest { .. } => "attest",
        Call::RequestProof { .. } => "request_proof",
        Call::SubmitProof { .. } => "submit_proof",
    };
    (None, word.into())
}

/// A cluster's attempt has a span unless its sender was on the way to the serial lane already.
fn is_run(span: (u64, u64)) -> bool {
    span != (0, 0)
}

const fn engine(engines: Engines) -> EngineUse {
    match (engines.fast, engines.reference) {
        (true, true) => EngineUse::Both,
        (true, false) => EngineUse::Fast,
        (false, true) => EngineUse::Reference,
        (false, false) => EngineUse::None,
    }
}

fn runs(lane: &Lane) -> Vec<RunView> {
    let both = |placed: &Placed| {
        let run = |(start_us, end_us), cluster, pipeline: Option<u8>, engines, kept| RunView {
            transaction: placed.index,
            cluster,
            pipeline,
            start_us,
            end_us,
            gas: placed.gas,
            engine: engine(engines),
            kept,
        };
        let place = Some((placed.stage, placed.cluster));
        let tried =
            || run(placed.tried, place, placed.pipeline.checked_sub(1), placed.engines, placed.serial.is_none());
        let tried = is_run(placed.tried).then(tried);
        [tried, placed.serial.map(|serial| run(serial, None, None, placed.serial_engines, true))]
    };
    let mut runs: Vec<RunView> = lane.schedule.transactions.iter().flat_map(both).flatten().collect();
    runs.sort_by_key(|run| (run.start_us, run.transaction));
    runs.truncate(LANES_RUNS);
    runs
}

/// Who writes and who reads one key.
#[derive(Default)]
struct Touch {
    writers: BTreeSet<u32>,
    readers: BTreeSet<u32>,
}

/// Keys that more than one transaction says it touches, at least one of them writing; those with the most transactions
/// first, and how many were left out.
fn conflicts(transactions: &[SignedTransaction]) -> (Vec<ConflictView>, u32) {
    let mut touched: BTreeMap<&StateKey, Touch> = BTreeMap::new();
    let own: Vec<StateKey> = transactions.iter().map(|signed| StateKey::account(&signed.transaction.sender)).collect();
    for (place, (signed, own)) in (0u32..).zip(transactions.iter().zip(&own)).take(LANES_RUNS) {
        let hint = &signed.transaction.hint;
        for key in hint.writes.iter().chain(std::iter::once(own)) {
            touched.entry(key).or_default().writers.insert(place);
        }
        for key in hint.reads.iter().filter(|key| *key != own) {
            touched.entry(key).or_default().readers.insert(place);
        }
    }
    let size = |touch: &Touch| touch.writers.len().saturating_add(touch.readers.len());
    let orders = |touch: &Touch| !touch.writers.is_empty() && size(touch) > 1;
    let mut joins: Vec<(&StateKey, Touch)> = touched.into_iter().filter(|(_, touch)| orders(touch)).collect();
    joins.sort_by_key(|(key, touch)| (std::cmp::Reverse(size(touch)), *key));
    let left_out = count(joins.len().saturating_sub(LANES_CONFLICTS));
    let view = |(key, touch): (&StateKey, Touch)| {
        let (module, name) = name(key);
        let places = |places: BTreeSet<u32>| places.into_iter().take(CONFLICT_TRANSACTIONS).collect();
        ConflictView { name, module, writers: places(touch.writers), readers: places(touch.readers) }
    };
    (joins.into_iter().take(LANES_CONFLICTS).map(view).collect(), left_out)
}

/// A key of the state as people read it, and the module whose storage it is in.
fn name(key: &StateKey) -> (Option<ModuleId>, String) {
    let Some((room, rest)) = key.as_bytes().split_first() else { return (None, String::new()) };
    let storage = *room == Room::Storage as u8;
    match rest.split_first_chunk::<32>() {
        // Module, generation, key.
        Some((module, rest)) if storage => (Some(ModuleId(*module)), text::key(rest.get(4..).unwrap_or_default())),
        _ if *room == Room::Accounts as u8 => (None, format!("account {}", to_hex(rest))),
        _ if *room == Room::System as u8 => (None, text::key(rest)),
        _ => (None, to_hex(key.as_bytes())),
    }
}
