//! From a command to a task: the call is executed again by the reference engine, on the state of its time, and only a record
//! that comes out the same is given to provers.

use super::{drive::drive, tasks::Work};
use crate::node::{Answer, Node, convert, long::reexecute::Reexecute, run::Ticket, views::code, world::World};
use std::rc::Rc;
use zera_client::past::Reexecution;
use zera_primitives::{Hash, keys::RUNTIME_VERSION, tx::Call};
use zera_proof_verify::{Origin, keys::PINNED};
use zera_prover_worker::wire::{Hidden, Job};
use zera_vm::TraceRecord;
use zera_worker_protocol::{CallId, Error, ErrorKind, Event, InThisTab, Response};

/// A call that is executed again before it is proven.
pub struct Prove {
    /// The task that waits for it.
    pub id: u32,
    call: CallId,
    nonce: Hash,
    work: Reexecute,
}

fn cannot(detail: impl Into<String>) -> Error {
    Error::request(ErrorKind::NotProvable, detail)
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Begins to prove a recorded call; what remains to be done goes on beside the node.
    pub(in crate::node) async fn prove(&mut self, call: CallId, nonce: Hash) -> Answer {
        let found = self.find_execution(&call).await?;
        if self.proving.tasks.of(&call).is_some() {
            return Err(Error::request(ErrorKind::Busy, "this execution is being proven already"));
        }
        if self.proving.records.key(&found.place).is_none() {
            let detail = format!("{:?}: this browser keeps no record of the execution", InThisTab::Purged);
            return Err(cannot(detail));
        }
        let record = found.call().ok_or_else(|| convert::not_found("execution in a block"))?;
        let added = self.proving.tasks.add(Some(call), record.code, record.entry.clone(), self.world.now_ms());
        let full = || Error::request(ErrorKind::Busy, "too many proofs are under way or waiting; cancel one");
        let id = added.ok_or_else(full)?;
        let work = Reexecute::new(call.transaction);
        self.begin_alone(Prove { id, call, nonce, work });
        Ok(Response::ProofBegun(id))
    }

    /// One step of executing again; true when it is done.
    pub(in crate::node) async fn prove_step(&self, job: &mut Prove) -> bool {
        if !self.proving.tasks.wanted(job.id) {
            return true;
        }
        let ready = match self.reexecuted(&mut job.work).await {
            Ok(None) => return false,
            Ok(Some(done)) => self.prepare_proof(job, &done).await,
            Err(error) => Err(error),
        };
        match ready {
            Ok(work) => {
                self.proving.tasks.ready(job.id, work);
                self.begin_driving();
            }
            Err(error) => {
                self.proving.tell_failure(Some(job.call), &error);
                self.proving.tasks.end(job.id);
                self.world.emit(Event::ProofFailed { id: job.id, error });
            }
        }
        true
    }

    pub(super) fn begin_driving(&self) {
        if !self.proving.tasks.driven.replace(true) {
            self.world.beside(Box::pin(drive(Rc::clone(&self.world), Rc::clone(&self.proving))));
        }
    }

    /// What provers get of a call that was executed again as `done`.
    async fn prepare_proof(&self, job: &Prove, done: &Reexecution) -> Result<Work, Error> {
        let purged = || cannot("this browser keeps no record of the execution any more");
        let found = self.find_execution(&job.call).await?;
        let record = self.trace(&found.place).await?.ok_or_else(purged)?;
        let again = done.receipt.calls.get(job.call.call as usize);
        let mut again = again.cloned().ok_or_else(|| cannot("executing the transaction again has no such call"))?;
        if !done.agrees || found.call().is_none_or(|call| call.execution() != again.execution()) {
            return Err(cannot("executing the call again does not give what its block says; nothing is proven"));
        }
        if self.proving.lies.take() {
            again.result = Hash::of(b"a fault that was asked for");
        }
        let origin = Origin::Ledger { transaction: job.call.transaction, call: job.call.call };
        let result = record.result.clone();
        let name = code::manifest(self.chain()?, &record.code_hash)?.map(|manifest| manifest.name);
        let bytes = code::stored_bytes(self.chain()?, &record.code_hash)?;
        let job = self.job(bytes, record, origin, Hidden::default(), job.nonce)?;
        Ok(Work { job, name: name.unwrap_or_default(), executed: Some((again, result)) })
    }

    /// A job for provers.
    pub(super) fn job(
        &self,
        code: Vec<u8>,
        record: TraceRecord,
        origin: Origin,
        hidden: Hidden,
        nonce: Hash,
    ) -> Result<Box<Job>, Error> {
        let mut seed = [0; 32];
        self.world.fill_random(&mut seed)?;
        let chain = self.chain()?.client.genesis();
        let keys = PINNED.to_vec();
        Ok(Box::new(Job { code, record, chain, runtime_version: RUNTIME_VERSION, origin, hidden, nonce, keys, seed }))
    }

    /// The plan of the transaction that brings a proof to the ledger.
    pub(in crate::node) async fn submit_proof(&mut self, id: &Hash) -> Answer {
        let bytes = self.proof_file(id).await?;
        let mut file = zera_verifier::read(&bytes)?;
        if file.statement.origin == Origin::Local || file.statement.hides() {
            let detail = "the ledger verifies proofs about executions in its blocks alone";
            return Err(cannot(detail));
        }
        // The chain has the module.
        file.module = None;
        let proof = file.to_bytes();
        self.retry(|node| node.prepare(&[], vec![Call::SubmitProof { proof: proof.clone() }])).await
    }

    /// The plan of the transaction that asks for a proof.
    pub(in crate::node) async fn request_proof(&mut self, call: CallId) -> Answer {
        let CallId { transaction, call } = call;
        self.retry(|node| node.prepare(&[], vec![Call::RequestProof { transaction, call }])).await
    }
}
