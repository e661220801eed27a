//! From intention to signature: a plan is simulated and shown, and exactly its bytes are signed later (design §4:
//! nothing is ever signed blind).

use super::{Answer, Node, convert, run::Ticket, world::World};
use codec::Encode as _;
use std::collections::BTreeMap;
use zera_client::Step;
use zera_primitives::{AccountId, Hash, SignedTransaction, Transaction, tx::Call};
use zera_worker_protocol::{Error, ErrorKind, Event, PlanStep, PlanView, Response, TransactionStage};

use super::chain::count;

/// Plans that wait for a signature; the oldest go first.
const PLANS: usize = 16;
/// Codes that one plan may upload: an upgrade with a separate migration names two.
const CODES: usize = 4;

/// What was shown and not yet signed.
pub struct Plans {
    next: u32,
    waiting: BTreeMap<u32, Waiting>,
}

struct Waiting {
    sender: AccountId,
    transactions: Vec<Transaction>,
    /// What simulation says against signing it.
    objection: Option<String>,
}

impl Plans {
    /// None yet.
    pub const fn new() -> Self {
        Self { next: 1, waiting: BTreeMap::new() }
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
        let id = self.plans.keep(Waiting { sender, transactions, objection });
        Ok(Response::Plan(Box::new(PlanView { id, sender, steps, modules: plan.modules, proposals: plan.proposals })))
    }

    /// Signs and submits a plan, its transactions in order.
    pub(super) async fn sign(&mut self, id: u32) -> Answer {
        let genesis = self.chain()?.client.genesis();
        let gone =
            || Error::request(ErrorKind::NotFound, "this plan was signed already, or is too old; prepare it again");
        let plan = self.plans.waiting.remove(&id).ok_or_else(gone)?;
        if let Some(objection) = plan.objection {
            return Err(Error::module(ErrorKind::WouldFail, objection));
        }
        let mut hashes = Vec::with_capacity(plan.transactions.len());
        for transaction in plan.transactions {
            let signature = self.world.sign(&plan.sender, &transaction.signing_payload(&genesis)).await?;
            let signed = SignedTransaction { transaction, signature };
            self.world.emit(Event::Transaction { hash: signed.hash(), stage: TransactionStage::Signed });
            let bytes = signed.encode();
            hashes.push(self.retry(|node| node.submit(&bytes)).await?);
        }
        Ok(Response::Submitted(hashes))
    }

    /// Takes a signed transaction.
    pub(super) fn submit(&mut self, bytes: &[u8]) -> Result<Hash, Error> {
        let slot = self.slot()?;
        let chain = self.chain_mut()?;
        let hash = chain.client.submit(bytes, slot).map_err(convert::client)?;
        chain.rest = None;
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
