//! Proofs that this browser keeps, and alarms: what lists show of them is in memory, files are read when they are asked for.

use crate::node::world::{Drawer, Filing};
use codec::Encode as _;
use std::{cell::RefCell, collections::BTreeMap};
use zera_primitives::{CallRecord, Hash, codec::decode_bounded};
use zera_proof_verify::{Origin, Part, ProofFile, Statement};
use zera_verifier::words;
use zera_worker_protocol::{AlarmView, CallId, ProofOrigin, ProofView};

/// Bytes that one entry of a list may take.
const VIEW_BYTES: usize = 1 << 16;

/// Proofs and alarms by the hash of their file.
#[derive(Default)]
pub struct Kept {
    proofs: RefCell<BTreeMap<Hash, ProofView>>,
    alarms: RefCell<BTreeMap<Hash, AlarmView>>,
}

/// What this tab knows of a proof beside its file.
#[derive(Clone, Default)]
pub struct Made {
    /// Name of the module.
    pub name: String,
    /// Milliseconds that proving took here.
    pub millis: Option<u64>,
    /// Rows of the run.
    pub steps: Option<u64>,
    /// The keys are development keys.
    pub insecure: bool,
    /// Unix time, milliseconds.
    pub now_ms: u64,
}

impl Kept {
    /// Takes what this browser has kept; what cannot be read is left out.
    pub fn load(&self, proofs: &[Vec<u8>], alarms: &[Vec<u8>]) {
        let read = proofs.iter().filter_map(|bytes| decode_bounded::<ProofView>(bytes, VIEW_BYTES).ok());
        *self.proofs.borrow_mut() = read.map(|proof| (proof.id, proof)).collect();
        let read = alarms.iter().filter_map(|bytes| decode_bounded::<AlarmView>(bytes, VIEW_BYTES).ok());
        *self.alarms.borrow_mut() = read.map(|alarm| (alarm.proof, alarm)).collect();
    }

    /// All proofs, newest first.
    pub fn proofs(&self) -> Vec<ProofView> {
        let mut proofs: Vec<ProofView> = self.proofs.borrow().values().cloned().collect();
        proofs.sort_by_key(|proof| std::cmp::Reverse(proof.kept_ms));
        proofs
    }

    /// One proof.
    pub fn proof(&self, id: &Hash) -> Option<ProofView> {
        self.proofs.borrow().get(id).cloned()
    }

    /// Proofs of a call, newest first.
    pub fn of(&self, call: &CallId) -> Vec<Hash> {
        let origin = ProofOrigin::Ledger(*call);
        self.proofs().into_iter().filter(|proof| proof.origin == origin && !proof.alarm).map(|proof| proof.id).collect()
    }

    /// The alarm that a proof raised.
    pub fn alarm(&self, id: &Hash) -> Option<AlarmView> {
        self.alarms.borrow().get(id).cloned()
    }

    /// Alarms that stand, newest first.
    pub fn standing(&self) -> Vec<AlarmView> {
        let alarms = self.alarms.borrow();
        let mut standing: Vec<AlarmView> =
            alarms.values().filter(|alarm| alarm.acknowledged.is_none()).cloned().collect();
        standing.sort_by_key(|alarm| std::cmp::Reverse(alarm.found_ms));
        standing
    }

    /// Keeps a proof; gives what is to be filed.
    pub fn keep(&self, view: ProofView, file: &[u8]) -> Vec<Filing> {
        let mut filings = vec![self.change(view.clone())];
        filings.push(Filing { drawer: Drawer::ProofFiles, key: view.id.0.to_vec(), item: Some(file.to_vec()) });
        filings
    }

    /// Replaces what lists show of a proof.
    pub fn change(&self, view: ProofView) -> Filing {
        let filing = Filing { drawer: Drawer::Proofs, key: view.id.0.to_vec(), item: Some(view.encode()) };
        self.proofs.borrow_mut().insert(view.id, view);
        filing
    }

    /// Forgets a proof.
    pub fn forget(&self, id: &Hash) -> Vec<Filing> {
        self.proofs.borrow_mut().remove(id);
        let drawers = [Drawer::Proofs, Drawer::ProofFiles];
        drawers.map(|drawer| Filing { drawer, key: id.0.to_vec(), item: None }).into()
    }

    /// Keeps an alarm.
    pub fn raise(&self, alarm: AlarmView) -> Filing {
        let filing = Filing { drawer: Drawer::Alarms, key: alarm.proof.0.to_vec(), item: Some(alarm.encode()) };
        self.alarms.borrow_mut().insert(alarm.proof, alarm);
        filing
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.proofs.borrow_mut().clear();
        self.alarms.borrow_mut().clear();
    }
}

/// A proof as lists show it.
pub fn view(file: &ProofFile, bytes: &[u8], made: Made) -> ProofView {
    let statement = &file.statement;
    let result = statement.result.as_ref().and_then(Part::shown).filter(|result| !result.is_empty());
    ProofView {
        id: Hash::of(bytes),
        statement: statement.digest(),
        origin: match statement.origin {
            Origin::Ledger { transaction, call } => ProofOrigin::Ledger(CallId { transaction, call }),
            Origin::Local => ProofOrigin::Local,
        },
        code: statement.code_hash,
        name: made.name,
        entry: statement.entry.clone(),
        outcome: statement.outcome,
        result: result.map(words::bytes),
        hidden: zera_verifier::hidden(statement),
        gas: zera_primitives::Gas(statement.gas),
        segments: u32::try_from(file.segments.len()).unwrap_or(u32::MAX),
        bytes: bytes.len() as u64,
        insecure: made.insecure,
        kept_ms: made.now_ms,
        millis: made.millis,
        steps: made.steps,
        submitted: None,
        alarm: false,
    }
}

/// Where a statement says something else than executing the call gave: field, what the proof says, what execution gives.
/// `result` are the executed result's bytes where they are known.
pub fn differences(
    statement: &Statement,
    executed: &CallRecord,
    result: Option<&[u8]>,
) -> Vec<(String, String, String)> {
    let mut differs = Vec::new();
    let mut hold = |what: &str, same: bool, says: String, gives: String| {
        if !same {
            differs.push((what.to_owned(), says, gives));
        }
    };
    let shown = |parts: &[Part]| parts.iter().map(Part::shown).collect::<Option<Vec<_>>>().map(|parts| parts.concat());
    let hash = words::hash;
    hold("code", statement.code_hash == executed.code, hash(&statement.code_hash), hash(&executed.code));
    hold("entry", statement.entry == executed.entry, statement.entry.clone(), executed.entry.clone());
    if let Some(args) = shown(&statement.args) {
        hold("args", Hash::of(&args) == executed.args, words::parts(&statement.args), hash(&executed.args));
    }
    let says = statement.result.as_ref().map_or(Some(&[][..]), Part::shown);
    if let Some(says) = says {
        let gives = result.map_or_else(|| hash(&executed.result), words::bytes);
        hold("result", Hash::of(says) == executed.result, words::bytes(says), gives);
    }
    let outcome = |outcome| words::outcome(outcome).to_owned();
    hold("outcome", statement.outcome == executed.outcome, outcome(statement.outcome), outcome(executed.outcome));
    let gas = |gas: u64| words::number(gas.into());
    hold("gas", statement.gas == executed.gas.0, gas(statement.gas), gas(executed.gas.0));
    let (host, storage) = (&statement.host_digest, &statement.storage_digest);
    hold("host-log", *host == executed.host_log, hash(host), hash(&executed.host_log));
    hold("storage-log", *storage == executed.storage_log, hash(storage), hash(&executed.storage_log));
    differs
}
