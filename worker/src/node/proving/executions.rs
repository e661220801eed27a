//! Recorded executions as pages show them.

use super::{
    drive::provers,
    ledger,
    records::{self, Kept, Place},
};
use crate::{
    node::{
        Answer, Node,
        chain::{Chain, count},
        convert,
        run::Ticket,
        views::{code, modules::Names},
        world::{Drawer, World},
    },
    pool::workers::Workers as _,
};
use std::collections::{BTreeMap, btree_map::Entry};
use zera_client::Record;
use zera_primitives::{CallRecord, Event, Gas, Hash, Height, Receipt};
use zera_proof_rows::{ReplayError, Replaying, translate};
use zera_runtime::proofs::{Provability, provability};
use zera_vm::{AccessKind, TraceRecord, host::table::FUNCTIONS};
use zera_worker_protocol::{
    AccessView, CallId, EXECUTIONS_LISTED, Error, EstimateView, ExecutionDetail, ExecutionFilter, ExecutionView,
    ExecutionsPage, HostCallView, InThisTab, OnLedger, Provable, Response,
};

/// Records that one request looks at: a filter that finds little says that there is more.
const LOOKED_AT: usize = 2_000;
/// Host calls and accesses that one answer shows.
const SHOWN: usize = 256;
/// Rows that are counted by running them: each takes about 200 bytes until they are counted.
const COUNTED: usize = 100_000;
/// Bytes of a host call's answer that one answer shows.
const SHOWN_BYTES: usize = 256;
/// Rows that a small and a medium segment take of a usual run, and bytes of their keys and of a segment's proof: for
/// estimates before anything is traced by a prover.
const ROWS: [u64; 2] = [1_200, 4_800];
const KEY_BYTES: [u64; 2] = [33_000_000, 120_000_000];
const PROOF_BYTES: u64 = 225;
/// Memory of a prover with a class's key and circuit, bytes.
const PROVER_BYTES: [u64; 2] = [160 << 20, 500 << 20];

/// One execution in the chain, with what surrounds it.
pub struct Found {
    /// Where.
    pub place: Place,
    /// Its block.
    pub record: Record,
}

impl Found {
    /// Its receipt.
    pub fn receipt(&self) -> Option<&Receipt> {
        self.record.receipts.get(self.place.transaction as usize)
    }

    /// The execution in it.
    pub fn call(&self) -> Option<&CallRecord> {
        self.receipt()?.calls.get(self.place.call as usize)
    }
}

/// What listing needs again and again.
#[derive(Default)]
struct Known {
    blocks: BTreeMap<Height, Record>,
    names: Names,
    provable: BTreeMap<(Hash, String), Provable>,
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Finds an execution in the chain.
    pub(in crate::node) async fn find_execution(&self, id: &CallId) -> Result<Found, Error> {
        let missing = || convert::not_found("execution in a block");
        let height = self.world.find(&id.transaction).await?.ok_or_else(missing)?;
        let (record, _) = self.record(height).await?;
        let transaction = record.receipts.iter().position(|receipt| receipt.transaction == id.transaction);
        let place = Place { height, transaction: count(transaction.ok_or_else(missing)?), call: id.call };
        let found = Found { place, record };
        found.call().ok_or_else(missing)?;
        Ok(found)
    }

    /// The kept record of an execution.
    pub(in crate::node) async fn trace(&self, place: &Place) -> Result<Option<TraceRecord>, Error> {
        let Some((key, _)) = self.proving.records.key(place) else { return Ok(None) };
        Ok(self.world.item(Drawer::Traces, &key).await?.and_then(|bytes| records::read(&bytes)))
    }

    /// A list.
    pub(in crate::node) async fn executions(
        &self,
        filter: &ExecutionFilter,
        before: Option<CallId>,
        limit: u32,
    ) -> Answer {
        let chain = self.chain()?;
        let before = match before {
            Some(id) => Some(self.find_execution(&id).await?.place),
            None => None,
        };
        let wanted = limit.clamp(1, EXECUTIONS_LISTED) as usize;
        let mut looked = match &filter.transaction {
            Some(transaction) => self.calls_of(transaction).await?,
            None => {
                let kept = self.proving.records.newest(before, LOOKED_AT.saturating_add(1));
                kept.into_iter().map(|(place, kept)| (place, Some(kept))).collect()
            }
        };
        let mut more = looked.len() > LOOKED_AT;
        looked.truncate(LOOKED_AT);
        let mut known = Known::default();
        let mut executions = Vec::new();
        for (place, kept) in looked {
            if executions.len() >= wanted {
                more = true;
                break;
            }
            if let Some(view) = self.listed(filter, place, kept, &mut known).await? {
                executions.push(view);
            }
        }
        let (height, records) = (chain.stored(), self.proving.records.view());
        Ok(Response::Executions(Box::new(ExecutionsPage { height, executions, more, records })))
    }

    /// All calls of a transaction, recorded or not.
    async fn calls_of(&self, transaction: &Hash) -> Result<Vec<(Place, Option<Kept>)>, Error> {
        let Some(height) = self.world.find(transaction).await? else { return Ok(Vec::new()) };
        let (record, _) = self.record(height).await?;
        let found = record.receipts.iter().position(|receipt| receipt.transaction == *transaction);
        let at = found.unwrap_or_default();
        let calls = record.receipts.get(at).map_or(0, |receipt| count(receipt.calls.len()));
        let place = |call| Place { height, transaction: count(at), call };
        Ok((0..calls).map(place).map(|place| (place, self.proving.records.key(&place).map(|(_, kept)| kept))).collect())
    }

    /// One row, unless the filter leaves it out.
    async fn listed(
        &self,
        filter: &ExecutionFilter,
        place: Place,
        kept: Option<Kept>,
        known: &mut Known,
    ) -> Result<Option<ExecutionView>, Error> {
        let record = match known.blocks.entry(place.height) {
            Entry::Occupied(found) => found.get().clone(),
            Entry::Vacant(empty) => match self.record(place.height).await {
                Ok((record, _)) => empty.insert(record).clone(),
                // A damaged record is left out.
                Err(_) => return Ok(None),
            },
        };
        let found = Found { place, record };
        let (Some(receipt), Some(call)) = (found.receipt(), found.call()) else { return Ok(None) };
        if filter.module.is_some_and(|module| module != call.module) {
            return Ok(None);
        }
        let id = CallId { transaction: receipt.transaction, call: place.call };
        let view = self.view(&found, id, kept, known)?;
        let fits = (!filter.provable || (view.provable == Provable::Yes && kept.is_some()))
            && (!filter.asked || view.marked.is_some() || view.ledger != OnLedger::Nothing)
            && (!filter.proven || !self.proving.kept.of(&id).is_empty());
        Ok(fits.then_some(view))
    }

    fn view(&self, found: &Found, id: CallId, kept: Option<Kept>, known: &mut Known) -> Result<ExecutionView, Error> {
        let chain = self.chain()?;
        let call = found.call().ok_or_else(|| convert::not_found("execution in a block"))?;
        let name = match known.names.get(&call.code) {
            Some(named) => named.clone(),
            None => {
                let named = code::manifest(chain, &call.code)?.map(|manifest| (manifest.name, manifest.version));
                known.names.entry(call.code).or_insert(named).clone()
            }
        };
        let cached = known.provable.entry((call.code, call.entry.clone()));
        let provable = match cached {
            Entry::Occupied(found) => found.get().clone(),
            Entry::Vacant(empty) => empty.insert(provable(chain, call)?).clone(),
        };
        let provers = provers(self.world.provers().hardware()).unwrap_or(1);
        let guess = || estimate(call.gas.0, false, provers, self.proving.speed.get());
        Ok(ExecutionView {
            id,
            at: (found.place.height, found.record.header.slot),
            depth: call.depth,
            module: call.module,
            name: name.map(|(name, _)| name).unwrap_or_default(),
            code: call.code,
            entry: call.entry.clone(),
            outcome: call.outcome,
            gas: call.gas,
            record_bytes: kept.map(|kept| kept.bytes.into()),
            marked: call.logged.clone(),
            estimate: (provable == Provable::Yes && kept.is_some()).then(guess),
            provable,
            ledger: ledger::at_head(chain, &id)?,
            local: self.local(&id, kept.is_some()),
        })
    }

    fn local(&self, id: &CallId, kept: bool) -> InThisTab {
        if let Some(task) = self.proving.tasks.of(id) {
            return InThisTab::Proving(task);
        }
        if let Some(proof) = self.proving.kept.of(id).first() {
            return InThisTab::Proven(*proof);
        }
        match self.proving.failure(id) {
            Some(reason) if kept => InThisTab::Failed(reason),
            _ if kept => InThisTab::Recorded,
            _ => InThisTab::Purged,
        }
    }

    /// One execution, its rows counted.
    pub(in crate::node) async fn execution(&self, id: &CallId) -> Answer {
        let found = self.find_execution(id).await?;
        let kept = self.proving.records.key(&found.place).map(|(_, kept)| kept);
        let mut execution = self.view(&found, *id, kept, &mut Known::default())?;
        let record = self.trace(&found.place).await?;
        if let (Provable::Yes, Some(record)) = (&execution.provable, &record) {
            let bytes = code::stored_bytes(self.chain()?, &record.code_hash)?;
            match steps(record, &bytes) {
                Ok(Some(steps)) => {
                    let provers = provers(self.world.provers().hardware()).unwrap_or(1);
                    execution.estimate = Some(estimate(steps, true, provers, self.proving.speed.get()));
                }
                // Too long to be counted in passing.
                Ok(None) => {}
                Err(error) => {
                    (execution.provable, execution.estimate) = (Provable::No(error.to_string()), None);
                }
            }
        }
        let call = found.call().ok_or_else(|| convert::not_found("execution in a block"))?;
        let record = record.as_ref();
        let host_calls = record.map_or(&[][..], |record| &record.host_calls);
        let accesses = record.map_or(&[][..], |record| &record.storage);
        let mut history = ledger::history_of(&*self.world, id).await?;
        if history.is_empty() && execution.ledger != OnLedger::Nothing {
            history.push(execution.ledger.clone());
        }
        Ok(Response::Execution(Box::new(ExecutionDetail {
            args: record.map(|record| record.args.clone()).unwrap_or_default(),
            result: record.map(|record| record.result.clone()).unwrap_or_default(),
            gas_limit: Gas(record.map_or(0, |record| record.gas_limit)),
            stack_limit: record.map_or(0, |record| record.stack_limit),
            events: events(&found, call),
            host_log: call.host_log,
            storage_log: call.storage_log,
            host_calls: host_calls.iter().take(SHOWN).map(host_call).collect(),
            accesses: accesses.iter().take(SHOWN).map(access).collect(),
            counts: (host_calls.len() as u64, accesses.len() as u64),
            history,
            proofs: self.proving.kept.of(id),
            execution,
        })))
    }
}

/// Events of the call's module in its transaction: with one call of the module they are the call's own.
fn events(found: &Found, call: &CallRecord) -> Vec<Event> {
    let all = found.receipt().map_or(&[][..], |receipt| &receipt.events);
    all.iter().filter(|event| event.module == Some(call.module)).cloned().collect()
}

fn provable(chain: &Chain, call: &CallRecord) -> Result<Provable, Error> {
    let Some(known) = provability(chain.client.state(), &call.code).map_err(convert::defect)? else {
        return Ok(Provable::Unknown);
    };
    let Provability { table, unprovable, .. } = known;
    let reason =
        table.err().or_else(|| unprovable.into_iter().find(|(name, _)| *name == call.entry).map(|(_, why)| why));
    Ok(reason.map_or(Provable::Yes, Provable::No))
}

/// What proving would take. `speed` is microseconds for each row, by the last proof here.
fn estimate(steps: u64, exact: bool, provers: u32, speed: Option<u64>) -> EstimateView {
    let [small, medium] = ROWS;
    let class = usize::from(steps > small.saturating_mul(8));
    let rows = if class == 0 { small } else { medium };
    let segments = steps.div_ceil(rows).max(1);
    let provers = provers.min(u32::try_from(segments.saturating_add(1)).unwrap_or(u32::MAX));
    let name = if class == 0 { "S" } else { "M" };
    let end = if class == 0 { "end S" } else { "end M" };
    EstimateView {
        steps,
        exact,
        segments: vec![(name.into(), u32::try_from(segments).unwrap_or(u32::MAX)), (end.into(), 1)],
        fetch_bytes: KEY_BYTES.get(class).copied().unwrap_or_default(),
        proof_bytes: segments.saturating_add(1).saturating_mul(PROOF_BYTES).saturating_add(512),
        memory_bytes: PROVER_BYTES.get(class).copied().unwrap_or_default().saturating_mul(provers.into()),
        provers,
        millis: speed.map(|micros| micros.saturating_mul(steps) / 1_000),
    }
}

/// Rows of a recorded run, unless there are more than [`COUNTED`].
fn steps(record: &TraceRecord, code: &[u8]) -> Result<Option<u64>, ReplayError> {
    let program = translate(code)?.program(&record.entry)?;
    let mut replaying = Replaying::new(record, &program, COUNTED.saturating_add(1))?;
    let ended = replaying.advance(COUNTED)?;
    Ok(if ended { Some(replaying.finish()?.steps.len() as u64) } else { None })
}

fn host_call(call: &zera_vm::HostCallResult) -> HostCallView {
    let function = FUNCTIONS.get(usize::from(call.function));
    HostCallView {
        function: function.map_or_else(|| call.function.to_string(), |function| function.name.to_string()),
        returned: call.returned.to_string(),
        written: call.written.iter().take(SHOWN_BYTES).copied().collect(),
        written_bytes: call.written.len() as u64,
        gas: Gas(call.gas),
    }
}

fn access(access: &zera_vm::StorageAccess) -> AccessView {
    let kind = match access.kind {
        AccessKind::Read => "read",
        AccessKind::Write => "write",
        AccessKind::Remove => "remove",
        AccessKind::OldRead => "old-read",
        AccessKind::OldNext => "old-next",
    };
    AccessView {
        kind: kind.into(),
        key: access.key.clone(),
        value_bytes: access.value.as_ref().map(|value| value.len() as u64),
    }
}
