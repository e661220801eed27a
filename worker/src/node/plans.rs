//! From intention to signature: a plan is simulated and shown, and exactly its bytes are signed later (design §4:
//! nothing is ever signed blind).

use super::{Answer, Node, convert, run::Ticket, world::World};
use codec::{Decode, DecodeWithMemTracking, Encode};
use std::collections::BTreeMap;
use zera_client::Step;
use zera_primitives::{AccountId, Hash, SignedTransaction, Transaction, codec::decode_bounded, tx::Call};
use zera_worker_protocol::{Error, ErrorKind, Event, PlanStep, PlanView, Response, TransactionStage};

use super::chain::count;

/// Plans that wait for a signature; the oldest go first.
const PLANS: usize = 16;
/// Codes that one plan may upload: an upgrade with a separate migration names two.
const CODES: usize = 4;

/// Bytes of a plan that an earlier leader has shown.
const PLAN_BYTES: usize = 64 << 20;

/// What was shown and not yet signed.
pub struct Plans {
    next: u32,
    waiting: BTreeMap<u32, Waiting>,
}

#[derive(Encode, Decode, DecodeWithMemTracking)]
struct Waiting {
    /// The chain that it is for.
    genesis: Hash,
    sender: AccountId,
    transactions: Vec<Transaction>,
    /// What simulation says against signing it.
    objection: Option<String>,
}

impl Plans {
    /// None yet. They count from `first`, which no other node of this browser does: a plan of another node must never be
    /// taken for one of this.
    pub const fn new(first: u32) -> Self {
        Self { next: first, waiting: BTreeMap::new() }
    }

    /// Forgets all of them: they were made on another state.
    pub fn forget(&mut self) {
        self.waiting.clear();
    }

    fn keep(&mut self, plan: Waiting) -> u32 {
        let id = self.next;
        self.next = self.next.wrapping_add(1).max(1);
        self.waiting.insert(id, plan);
        while self.waiting.len() > PLANS {
            self.waiting.pop_first();
        }
        id
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Simulates and remembers what would be signed.
    pub(super) fn prepare(&mut self, codes: &[Vec<u8>], calls: Vec<Call>) -> Answer {
        let sender = self.active_account()?;
        let slot = self.slot()?;
        if codes.len() > CODES {
            return Err(Error::request(ErrorKind::Malformed, format!("a plan uploads at most {CODES} codes")));
        }
        for code in codes {
            convert::read_code(code)?;
        }
        let chain = self.chain()?;
        let plan = chain.client.prepare(sender, slot, codes, calls).map_err(convert::client)?;
        let genesis = chain.client.genesis();
        let steps: Vec<PlanStep> = plan.steps.iter().map(|step| view(step, &genesis)).collect();
        let objection = steps.iter().find(|step| !step.outcome.is_ok());
        let objection = objection.map(|step| step.cause.clone().unwrap_or_else(|| format!("{:?}", step.outcome)));
        let transactions = plan.steps.into_iter().map(|step| step.transaction).collect();
        let plan_kept = Waiting { genesis, sender, transactions, objection };
        let bytes = plan_kept.encode();
        let id = self.plans.keep(plan_kept);
        self.world.share_plan(id, &bytes);
        Ok(Response::Plan(Box::new(PlanView { id, sender, steps, modules: plan.modules, proposals: plan.proposals })))
    }

    /// Signs and submits a plan, its transactions in order. Asked again of another node, it comes to the very same
    /// transactions, which are in the chain once.
    pub(super) async fn sign(&mut self, id: u32) -> Answer {
        let genesis = self.chain()?.client.genesis();
        let gone =
            || Error::request(ErrorKind::NotFound, "this plan was signed already, or is too old; prepare it again");
        let ours = |plan: &Waiting| plan.genesis == genesis;
        let shared = || decode_bounded(&self.world.shared_plan(id)?, PLAN_BYTES).ok().filter(ours);
        let plan: Waiting = self.plans.waiting.remove(&id).or_else(shared).ok_or_else(gone)?;
        if let Some(objection) = plan.objection {
            return Err(Error::module(ErrorKind::WouldFail, objection));
        }
        let mut hashes = Vec::with_capacity(plan.transactions.len());
        for transaction in plan.transactions {
            let signature = self.world.sign(&plan.sender, &transaction.signing_payload(&genesis)).await?;
            let signed = SignedTransaction { transaction, signature };
            self.world.emit(Event::Transaction { hash: signed.hash(), stage: TransactionStage::Signed });
            hashes.push(self.take_in(&signed.encode()).await?);
        }
        Ok(Response::Submitted(hashes))
    }

    /// Takes a signed transaction. One that waits already, or is in a block, was taken before: whoever asks again, after the
    /// node has moved to another tab, must not be told that it failed.
    pub(super) async fn take_in(&mut self, bytes: &[u8]) -> Result<Hash, Error> {
        let error = match self.retry(|node| node.submit(bytes)).await {
            Err(error) if error.kind == ErrorKind::TransactionRefused => error,
            taken => {
                self.keep_what_is_on_its_way().await;
                return taken;
            }
        };
        let Ok(signed) = SignedTransaction::from_bytes(bytes) else { return Err(error) };
        let (hash, chain) = (signed.hash(), self.chain()?);
        let written = chain.writing.as_ref().is_some_and(|writing| writing.signed(&hash).is_some());
        let waits = written || chain.client.pending().any(|other| *other == signed);
        if waits || self.network.on_its_way(&hash).is_some() {
            return Ok(hash);
        }
        let found = if self.network.is_light() { self.locate(&hash).await? } else { self.world.find(&hash).await? };
        if found.is_some() { Ok(hash) } else { Err(error) }
    }

    /// Takes a signed transaction.
    pub(super) fn submit(&mut self, bytes: &[u8]) -> Result<Hash, Error> {
        let slot = self.slot()?;
        let follows = !self.network.is_solo();
        let chain = self.chain_mut()?;
        let hash = chain.client.submit(bytes, slot).map_err(convert::client)?;
        chain.rest = None;
        if follows {
            self.send_off(bytes)?;
        }
        self.world.share(bytes);
        self.world.emit(Event::Transaction { hash, stage: TransactionStage::Pending });
        Ok(hash)
    }
}

fn view(step: &Step, genesis: &Hash) -> PlanStep {
    let transaction = &step.transaction;
    PlanStep {
        calls: transaction.calls.clone(),
        outcome: step.receipt.outcome,
        cause: step.diagnostics.iter().find_map(|diagnostic| diagnostic.cause.clone()),
        gas: step.receipt.gas,
        fee: step.receipt.fee,
        keys: (count(transaction.hint.reads.len()), count(transaction.hint.writes.len())),
        results: step.diagnostics.iter().map(|diagnostic| diagnostic.result.clone()).collect(),
        events: step.receipt.events.clone(),
        balance: step.balance,
        payload: transaction.signing_payload(genesis),
    }
}
