//! Proof files held against this chain: what a file alone says (`zera_verifier`), then what the chain's receipt says, then
//! what executing the call again gives.

use super::{
    drive::keep,
    kept::{Made, differences},
    ledger,
};
use crate::node::{Answer, Node, long::reexecute::Reexecute, run::Ticket, views::code, world::World};
use zera_client::past::Reexecution;
use zera_primitives::{CallRecord, Hash, Height};
use zera_proof_verify::{
    Origin, ProofFile, Statement,
    stock::{StockError, verify_snarkjs},
};
use zera_worker_protocol::{
    AlarmView, CallId, Error, ErrorKind, Event, GroundView, Holds, OnLedger, ProofDetail, ProofOrigin, Response,
    RunAgain, StockView, VerdictView,
};

/// What is asked about a file.
pub enum Asked {
    /// The verdict; keep it when its equations hold.
    Verdict {
        /// Whether.
        keep: bool,
    },
    /// All about a kept proof.
    Detail,
}

/// A proof file that is being looked at.
pub struct Verify {
    bytes: Source,
    asked: Asked,
    /// The verdict so far, and the call that is being executed again.
    work: Option<(Box<VerdictView>, Box<ProofFile>, CallId, Reexecute)>,
}

/// Where its bytes come from.
enum Source {
    File(Vec<u8>),
    Kept(Hash),
}

impl Verify {
    /// Of a file.
    pub const fn file(bytes: Vec<u8>, keep: bool) -> Self {
        Self { bytes: Source::File(bytes), asked: Asked::Verdict { keep }, work: None }
    }

    /// Of a kept proof.
    pub const fn kept(id: Hash) -> Self {
        Self { bytes: Source::Kept(id), asked: Asked::Detail, work: None }
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// A file's verdict from the file alone, where there is no chain.
    pub(in crate::node) fn verdict_alone(&self, bytes: &[u8]) -> Answer {
        let file = zera_verifier::read(bytes)?;
        Ok(Response::Verdict(Box::new(self.read_file(&file, bytes)?)))
    }

    /// A proof of some other circuit, in the files of `snarkjs`.
    pub(in crate::node) fn verify_stock(&self, proof: &str, public: &str, key: &str) -> Answer {
        let since = self.world.micros();
        let refused = |error: StockError| Error::request(ErrorKind::ProofRefused, error.to_string());
        let verdict = verify_snarkjs(proof, public, key).map_err(refused)?;
        let no = || Holds::No("key, public inputs and proof do not belong together".into());
        Ok(Response::Stock(Box::new(StockView {
            holds: if verdict.holds { Holds::Yes } else { no() },
            curve: verdict.curve.into(),
            inputs: verdict.inputs,
            key: Hash::of(key.as_bytes()),
            micros: self.world.micros().saturating_sub(since),
        })))
    }

    fn read_file(&self, file: &ProofFile, bytes: &[u8]) -> Result<VerdictView, Error> {
        let keys = self.proving.keys()?;
        let stored = self.chain.as_ref().filter(|_| file.module.is_none());
        let stored = stored.and_then(|chain| code::stored_bytes(chain, &file.statement.code_hash).ok());
        Ok(zera_verifier::verdict((file, bytes), &keys, stored.as_deref(), &|| self.world.micros()))
    }

    /// One step; the answer when it is done.
    pub(in crate::node) async fn verify_step(&mut self, job: &mut Verify) -> Result<Option<Response>, Error> {
        if let Some((_, _, _, work)) = &mut job.work {
            let again = match self.reexecuted(work).await {
                Ok(None) => return Ok(None),
                Ok(Some(done)) => Ok(done),
                Err(error) => Err(error),
            };
            let Some((mut verdict, file, call, work)) = job.work.take() else { return Ok(None) };
            let executed = self.compare(&mut verdict, &file.statement, &call, again).await;
            if verdict.again == RunAgain::Agrees(0) {
                verdict.again = RunAgain::Agrees(work.micros());
            }
            return self.conclude(job, *verdict, executed).await.map(Some);
        }
        let bytes = match &job.bytes {
            Source::File(bytes) => bytes.clone(),
            Source::Kept(id) => self.proof_file(id).await?,
        };
        let file = zera_verifier::read(&bytes)?;
        let mut verdict = self.read_file(&file, &bytes)?;
        let chain = self.chain()?;
        let named = code::manifest(chain, &file.statement.code_hash).ok().flatten();
        verdict.name = named.map(|manifest| manifest.name).unwrap_or_default();
        let own = file.statement.chain == chain.client.genesis();
        hold(&mut verdict, "chain", "this-chain", None, if own { Holds::Yes } else { other_chain() });
        let Origin::Ledger { transaction, call } = file.statement.origin else {
            return self.conclude(job, verdict, None).await.map(Some);
        };
        if !own {
            (verdict.state, verdict.again) = (other_chain(), RunAgain::Not("other-chain".into()));
            return self.conclude(job, verdict, None).await.map(Some);
        }
        let call = CallId { transaction, call };
        match self.find_execution(&call).await {
            Ok(found) => {
                let record = found.call().cloned().ok_or_else(|| crate::node::convert::not_found("execution"))?;
                self.bind(&mut verdict, &file.statement, &record, found.place.height);
                job.work = Some((Box::new(verdict), Box::new(file), call, Reexecute::new(transaction)));
                Ok(None)
            }
            Err(error) => {
                verdict.state = Holds::No(format!("this chain has no such execution: {}", error.detail));
                self.conclude(job, verdict, None).await.map(Some)
            }
        }
    }

    /// The second verdict: the receipt in the block says the same as the statement.
    fn bind(&self, verdict: &mut VerdictView, statement: &Statement, record: &CallRecord, height: Height) {
        let differs = differences(statement, record, None);
        for what in ["code", "entry", "args", "result", "outcome", "gas", "host-log", "storage-log"] {
            let found = differs.iter().find(|(field, ..)| field == what);
            let holds = found.map_or(Holds::Yes, |(_, _, gives)| Holds::No(format!("the receipt says {gives}")));
            hold(verdict, what, "receipt", Some(height), holds);
        }
        let runtime = statement.runtime_version == zera_primitives::keys::RUNTIME_VERSION;
        let other = || Holds::No("this chain runs under other rules".into());
        hold(verdict, "runtime", "this-chain", None, if runtime { Holds::Yes } else { other() });
        verdict.state = match differs.first() {
            None => Holds::Yes,
            Some((what, ..)) => Holds::No(format!("the receipt in block {height} says otherwise ({what})")),
        };
        let ground = |what: &str, value: String, trust| GroundView { what: what.into(), value, trust };
        let signers = "1 of 1".to_owned();
        verdict.state_rests = vec![
            ground("receipt", height.to_string(), false),
            ground("certificate", signers, false),
            ground("genesis", statement.chain.to_hex(), true),
        ];
    }

    /// What executing the call again says. Gives the executed record where there is one.
    async fn compare(
        &self,
        verdict: &mut VerdictView,
        statement: &Statement,
        call: &CallId,
        again: Result<Reexecution, Error>,
    ) -> Option<(CallRecord, Option<Vec<u8>>)> {
        let done = match again {
            Ok(done) => done,
            Err(error) => {
                verdict.again = RunAgain::Not("no-state".into());
                verdict.state_rests.push(GroundView { what: "reexecution".into(), value: error.detail, trust: true });
                return None;
            }
        };
        let mut executed = done.receipt.calls.get(call.call as usize)?.clone();
        if self.proving.lies.take() {
            executed.result = Hash::of(b"a fault that was asked for");
        }
        let diagnostic = (executed.depth == 0).then(|| done.diagnostics.first().map(|first| first.result.clone()));
        let result = diagnostic.flatten().filter(|result| Hash::of(result) == executed.result);
        let differs = differences(statement, &executed, result.as_deref());
        verdict.again = if differs.is_empty() { RunAgain::Agrees(0) } else { RunAgain::Differs(differs) };
        Some((executed, result))
    }

    /// Raises an alarm where it is due, keeps what is to be kept, and answers.
    async fn conclude(
        &mut self,
        job: &Verify,
        verdict: VerdictView,
        executed: Option<(CallRecord, Option<Vec<u8>>)>,
    ) -> Result<Response, Error> {
        let proven = verdict.execution == Holds::Yes;
        let differs = matches!(verdict.again, RunAgain::Differs(_));
        match (&job.bytes, &job.asked) {
            (Source::File(bytes), Asked::Verdict { keep: wanted }) => {
                // A proof that disagrees with execution is kept as evidence, wanted or not.
                if proven && (*wanted || differs) {
                    let made = Made {
                        name: verdict.name.clone(),
                        insecure: verdict.keys.insecure,
                        now_ms: self.world.now_ms(),
                        ..Made::default()
                    };
                    let executed = executed.as_ref().map(|(call, result)| (call, result.as_deref()));
                    keep(&*self.world, &self.proving, bytes, made, executed).await?;
                }
                Ok(Response::Verdict(Box::new(verdict)))
            }
            (Source::Kept(id), _) => self.detail(id, verdict).await,
            (Source::File(_), Asked::Detail) => Ok(Response::Verdict(Box::new(verdict))),
        }
    }

    async fn detail(&self, id: &Hash, verdict: VerdictView) -> Result<Response, Error> {
        let missing = || crate::node::convert::not_found("proof in this browser");
        let mut proof = self.proving.kept.proof(id).ok_or_else(missing)?;
        if let (Holds::Yes, RunAgain::Differs(differs), ProofOrigin::Ledger(call), None) =
            (&verdict.execution, &verdict.again, verdict.origin, self.proving.kept.alarm(id))
        {
            let alarm = AlarmView {
                proof: *id,
                call,
                code: proof.code,
                entry: proof.entry.clone(),
                keys: verdict.keys.digest,
                differs: differs.clone(),
                found_ms: self.world.now_ms(),
                acknowledged: None,
            };
            proof.alarm = true;
            let filings = [self.proving.kept.raise(alarm.clone()), self.proving.kept.change(proof.clone())];
            self.world.file(&filings).await?;
            self.world.emit(Event::Alarm(Box::new(alarm)));
        }
        let ledger = match proof.origin {
            ProofOrigin::Ledger(call) => ledger::at_head(self.chain()?, &call)?,
            ProofOrigin::Local => OnLedger::Nothing,
        };
        if let OnLedger::Verified { statement, transaction, .. } = &ledger
            && *statement == proof.statement
        {
            proof.submitted = Some(*transaction);
        }
        let alarm = self.proving.kept.alarm(id);
        Ok(Response::Proof(Box::new(ProofDetail { proof, verdict, ledger, alarm })))
    }
}

fn other_chain() -> Holds {
    Holds::Unknown("the statement is about another chain than this tab's".into())
}

/// Notes what a field is held against here.
fn hold(verdict: &mut VerdictView, what: &str, against: &str, height: Option<Height>, holds: Holds) {
    if let Some(field) = verdict.fields.iter_mut().find(|field| field.what == what) {
        // What does not hold by the file alone does not hold.
        if !matches!(field.holds, Holds::No(_)) {
            (field.against, field.height, field.holds) = (against.into(), height, holds);
        }
    }
}
