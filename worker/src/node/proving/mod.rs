//! Executions that can be proven, proofs under way, proofs that are kept, and alarms.
//!
//! [`records`] what is kept of executions; [`tasks`] proofs under way; [`crew`] one of them, by provers in other threads;
//! [`drive`](mod@drive) from a task to a kept proof; [`kept`] proofs and alarms; [`ledger`] what the chain says about them;
//! [`local`] runs that no chain sees; [`executions`] lists for pages; [`verdicts`] proof files held against this chain.

pub(super) mod crew;
mod drive;
mod executions;
mod kept;
mod ledger;
mod local;
mod prove;
pub mod records;
mod tasks;
mod verdicts;

pub use local::LocalRun;
pub use prove::Prove;
pub use verdicts::Verify;

use super::{
    Answer, Node,
    run::Ticket,
    world::{Drawer, World},
};
use crate::pool::workers::Workers as _;
use codec::Encode as _;
use records::{ROOM, Records, Wishes};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};
use zera_client::Sealed;
use zera_primitives::{Hash, codec::decode_bounded};
use zera_proof_verify::Prepared;
use zera_worker_protocol::{CallId, Error, ErrorKind, Event, OnLedger, ProofOrigin, ProofsView, Response};

/// Under which wishes about records are kept.
const WISHES: &str = "records";

/// All that a node remembers about proofs.
#[derive(Default)]
pub struct Proving {
    pub(super) records: Records,
    pub(super) tasks: tasks::Tasks,
    pub(super) kept: kept::Kept,
    /// Why the last attempt at a call failed, since this node started.
    failed: RefCell<BTreeMap<CallId, String>>,
    /// Microseconds for each row, by the last proof here.
    speed: Cell<Option<u64>>,
    /// The next comparison finds a difference, for a test.
    lies: Cell<bool>,
    /// The pinned keys, once somebody verified.
    keys: RefCell<Option<Rc<Prepared>>>,
}

impl Proving {
    /// Why the last attempt at a call failed.
    fn failure(&self, call: &CallId) -> Option<String> {
        self.failed.borrow().get(call).cloned()
    }

    /// Notes why a proof came to nothing; that somebody gave it up is no failure.
    fn tell_failure(&self, call: Option<CallId>, error: &Error) {
        if let Some(call) = call.filter(|_| error.kind != ErrorKind::Cancelled) {
            self.failed.borrow_mut().insert(call, error.detail.clone());
        }
    }

    /// The pinned keys.
    fn keys(&self) -> Result<Rc<Prepared>, Error> {
        if let Some(keys) = &*self.keys.borrow() {
            return Ok(Rc::clone(keys));
        }
        let keys = Rc::new(zera_verifier::keys(None)?);
        *self.keys.borrow_mut() = Some(Rc::clone(&keys));
        Ok(keys)
    }

    /// The next comparison of a proof finds a difference.
    pub fn set_lies(&self) {
        self.lies.set(true);
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Takes what this browser has kept; what cannot be read counts as not there.
    pub(super) async fn load_proving(&self) {
        let wishes = self.world.note(WISHES).await.ok().flatten();
        let wishes = wishes.and_then(|bytes| decode_bounded::<Wishes>(&bytes, 64).ok());
        let head = self.chain.as_ref().map(super::chain::Chain::height).unwrap_or_default();
        let traces = self.world.keys_in(Drawer::Traces).await.unwrap_or_default();
        self.proving.records.load(wishes, &traces, head);
        let (proofs, alarms) = (self.items(Drawer::Proofs).await, self.items(Drawer::Alarms).await);
        self.proving.kept.load(&proofs, &alarms);
        for alarm in self.proving.kept.standing() {
            self.world.emit(Event::Alarm(Box::new(alarm)));
        }
    }

    async fn items(&self, drawer: Drawer) -> Vec<Vec<u8>> {
        let mut items = Vec::new();
        for key in self.world.keys_in(drawer).await.unwrap_or_default() {
            items.extend(self.world.item(drawer, &key).await.ok().flatten());
        }
        items
    }

    /// What is to be filed beside a block that the client stands on.
    pub(super) async fn filings(&self, sealed: &Sealed) -> Vec<super::world::Filing> {
        let Some(chain) = &self.chain else { return Vec::new() };
        let traces = |hash: &Hash| chain.client.traces(hash);
        let mut filings = self.proving.records.keep(sealed.height, &sealed.decoded.receipts, traces);
        // What cannot be noted is missing from a history; the state itself knows what is open.
        filings.extend(ledger::note(&*self.world, &sealed.decoded).await.unwrap_or_default());
        filings
    }

    /// Another chain takes this one's place: its records go; proofs are files of their own and stay, unless `all`.
    pub(super) async fn forget_proving(&self, all: bool) -> Result<(), Error> {
        for id in self.proving.tasks.clear() {
            let error = Error::request(ErrorKind::Cancelled, "the chain was replaced by another");
            self.world.emit(Event::ProofFailed { id, error });
        }
        self.proving.records.clear();
        self.proving.failed.borrow_mut().clear();
        for drawer in
            Drawer::ALL.into_iter().filter(|drawer| all || matches!(drawer, Drawer::Traces | Drawer::Requests))
        {
            self.world.empty(drawer).await?;
        }
        if all {
            self.proving.kept.clear();
        }
        Ok(())
    }

    pub(super) async fn set_records(&self, on: bool, most_bytes: u64) -> Answer {
        if !ROOM.contains(&most_bytes) {
            let detail = format!("{most_bytes} bytes; records may take from {} to {}", ROOM.start(), ROOM.end());
            return Err(Error::request(ErrorKind::Malformed, detail));
        }
        let wishes = Wishes { on, most_bytes };
        self.world.keep_note(WISHES, &wishes.encode()).await?;
        self.proving.records.follow(wishes);
        Ok(Response::Done)
    }

    pub(super) async fn prune_records(&self) -> Answer {
        self.world.empty(Drawer::Traces).await?;
        self.proving.records.clear();
        Ok(Response::Done)
    }

    pub(super) fn proofs(&self) -> Answer {
        let mut proofs = self.proving.kept.proofs();
        for proof in &mut proofs {
            // The ledger says which transaction brought it; without a chain nobody can.
            if let (ProofOrigin::Ledger(call), Some(chain)) = (proof.origin, &self.chain)
                && let OnLedger::Verified { statement, transaction, .. } = ledger::at_head(chain, &call)?
                && statement == proof.statement
            {
                proof.submitted = Some(transaction);
            }
        }
        Ok(Response::Proofs(Box::new(ProofsView {
            tasks: self.proving.tasks.views(),
            bytes: proofs.iter().map(|proof| proof.bytes).sum(),
            proofs,
            alarms: self.proving.kept.standing(),
            provers: drive::provers(self.world.provers().hardware()).unwrap_or_default(),
        })))
    }

    pub(super) async fn proof_file(&self, id: &Hash) -> Result<Vec<u8>, Error> {
        let missing = || super::convert::not_found("proof in this browser");
        self.world.item(Drawer::ProofFiles, &id.0).await?.ok_or_else(missing)
    }

    pub(super) async fn forget_proof(&self, id: &Hash) -> Answer {
        if self.proving.kept.standing().iter().any(|alarm| alarm.proof == *id) {
            let detail = "it is the evidence of an alarm; acknowledge that first";
            return Err(Error::request(ErrorKind::Busy, detail));
        }
        self.world.file(&self.proving.kept.forget(id)).await?;
        Ok(Response::Done)
    }

    pub(super) async fn acknowledge(&self, id: &Hash, reason: String) -> Answer {
        let missing = || super::convert::not_found("alarm");
        let mut alarm = self.proving.kept.alarm(id).ok_or_else(missing)?;
        if reason.trim().is_empty() || reason.len() > 1_024 {
            return Err(Error::request(ErrorKind::Malformed, "a reason has 1 to 1,024 bytes"));
        }
        alarm.acknowledged = Some((self.world.now_ms(), reason));
        self.world.file(&[self.proving.kept.raise(alarm)]).await?;
        self.proofs()
    }

    /// Gives up a proof under way.
    pub(super) fn cancel_proof(&self, id: u32) -> Answer {
        self.proving.tasks.end(id).ok_or_else(|| super::convert::not_found("proof under way"))?;
        let error = Error::request(ErrorKind::Cancelled, "it was given up");
        self.world.emit(Event::ProofFailed { id, error });
        Ok(Response::Done)
    }
}
