//! The least node: plans, a pool in memory, blocks in storage.

use crate::tabs::{Asker, Tabs};
use codec::{Decode as _, Encode as _};
use std::collections::{BTreeMap, VecDeque};
use zera_primitives::{
    AccountId, Amount, Gas, Hash, Height, Outcome, Receipt, Signature, SignedTransaction, Slot, Transaction,
    tx::AccessHint,
};
use zera_worker_protocol::{Command, Error, ErrorKind, Event, PlanView, Response, TransactionStage, TransactionView};

/// All keys are the browser's, so that tabs share them.
const SENDER: AccountId = AccountId([7; 32]);

/// What all nodes of this browser write to.
#[derive(Default)]
pub struct Stored {
    pub leader: u64,
    pub chain: Vec<SignedTransaction>,
    /// Who wrote each of them.
    pub writers: Vec<u64>,
}

impl Stored {
    /// One write: it counts if nobody has claimed the storage since its writer did.
    pub fn write(&mut self, number: u64, block: Vec<SignedTransaction>) -> Result<Vec<Event>, Error> {
        if number != self.leader {
            return Err(Error::browser(ErrorKind::OtherTab, true, "taken over"));
        }
        let height = Height(self.chain.len() as u64);
        let stage = TransactionStage::Final { height, outcome: Outcome::Ok };
        let events = block.iter().map(|signed| Event::Transaction { hash: signed.hash(), stage });
        let events = events.collect();
        self.writers.extend(block.iter().map(|_| number));
        self.chain.extend(block);
        Ok(events)
    }

    pub fn holds(&self, hash: &Hash) -> bool {
        self.chain.iter().any(|signed| signed.hash() == *hash)
    }
}

pub struct Node {
    pub queue: VecDeque<(Asker, Command)>,
    number: Option<u64>,
    plans: BTreeMap<u32, Vec<u8>>,
    next_plan: u32,
    pool: Vec<SignedTransaction>,
    writing: Option<Vec<SignedTransaction>>,
}

impl Node {
    pub fn new(first_plan: u32) -> Self {
        Self {
            queue: VecDeque::new(),
            number: None,
            plans: BTreeMap::new(),
            next_plan: first_plan,
            pool: Vec::new(),
            writing: None,
        }
    }

    pub fn has_work(&self) -> bool {
        !self.queue.is_empty() || (!self.pool.is_empty() && self.writing.is_none())
    }

    pub const fn number(&self) -> Option<u64> {
        self.number
    }

    /// Its first act: the next number is its own.
    pub fn claims(&mut self, stored: &mut Stored) -> Option<u64> {
        if self.number.is_some() {
            return None;
        }
        stored.leader += 1;
        self.number = Some(stored.leader);
        self.number
    }

    /// Answers the next request, or begins to write a block under its number.
    pub fn step(&mut self, stored: &Stored, core: &mut Tabs, now: u64) -> Option<(u64, Vec<SignedTransaction>)> {
        if let Some((asker, command)) = self.queue.pop_front() {
            let result = self.answer(command, stored, core, now);
            core.answered(asker, result, now);
            return None;
        }
        if self.writing.is_some() || self.pool.is_empty() {
            return None;
        }
        let block = std::mem::take(&mut self.pool);
        self.writing = Some(block.clone());
        self.number.map(|number| (number, block))
    }

    /// What came of the write.
    pub fn stored(&mut self, stored: Result<Vec<Event>, Error>) -> Vec<Event> {
        self.writing = None;
        stored.unwrap_or_else(|error| vec![Event::Stopped(error)])
    }

    fn waits(&self, hash: &Hash) -> bool {
        self.pool.iter().chain(self.writing.iter().flatten()).any(|signed| signed.hash() == *hash)
    }

    fn next_nonce(&self, stored: &Stored) -> u64 {
        (stored.chain.len() + self.pool.len() + self.writing.as_ref().map_or(0, Vec::len)) as u64
    }

    fn answer(&mut self, command: Command, stored: &Stored, core: &mut Tabs, now: u64) -> Result<Response, Error> {
        match command {
            Command::Prepare { codes, .. } => {
                let transaction = Transaction {
                    sender: SENDER,
                    nonce: self.next_nonce(stored),
                    expiry: Slot(u64::MAX),
                    // Names the intention.
                    gas_limit: Gas(u64::from_le_bytes(codes[0].clone().try_into().expect("an intention"))),
                    fee_limit: Amount(0),
                    calls: Vec::new(),
                    hint: AccessHint::default(),
                };
                let id = self.next_plan;
                self.next_plan = self.next_plan.wrapping_add(1);
                core.share_plan(id, &transaction.encode());
                self.plans.insert(id, transaction.encode());
                let plan = PlanView { id, sender: SENDER, steps: vec![], modules: vec![], proposals: vec![] };
                Ok(Response::Plan(Box::new(plan)))
            }
            Command::Sign { plan } => {
                let known = self.plans.remove(&plan).or_else(|| core.shared_plan(plan));
                let known = known.ok_or_else(|| Error::request(ErrorKind::NotFound, "no such plan"))?;
                let transaction = Transaction::decode(&mut known.as_slice()).expect("a transaction");
                let signed = SignedTransaction { transaction, signature: Signature([1; 64]) };
                self.submit(signed, stored, core, now).map(|hash| Response::Submitted(vec![hash]))
            }
            Command::Submit(bytes) => {
                let signed = SignedTransaction::from_bytes(&bytes).expect("a transaction");
                self.submit(signed, stored, core, now).map(|hash| Response::Submitted(vec![hash]))
            }
            Command::Transaction(hash) => {
                let place = stored.chain.iter().position(|signed| signed.hash() == hash);
                let waiting = self.pool.iter().chain(self.writing.iter().flatten());
                let known = place.map(|place| &stored.chain[place]);
                let known = known.or_else(|| waiting.into_iter().find(|signed| signed.hash() == hash));
                let signed = known.ok_or_else(|| Error::request(ErrorKind::NotFound, "no such transaction"))?;
                let receipt = place.map(|_| receipt(hash));
                let block = place.map(|place| (Height(place as u64), Slot(0)));
                let view = TransactionView { hash, block, signed: signed.clone(), receipt, diagnostics: vec![] };
                Ok(Response::Transaction(Box::new(view)))
            }
            _ => Ok(Response::Done),
        }
    }

    fn submit(&mut self, signed: SignedTransaction, stored: &Stored, core: &mut Tabs, now: u64) -> Result<Hash, Error> {
        let hash = signed.hash();
        if stored.holds(&hash) || self.waits(&hash) {
            return Ok(hash);
        }
        let next = self.next_nonce(stored);
        if signed.transaction.nonce != next {
            let detail = format!("number {}, expected {next}", signed.transaction.nonce);
            return Err(Error::request(ErrorKind::TransactionRefused, detail));
        }
        core.share(&signed.encode(), now);
        self.pool.push(signed);
        Ok(hash)
    }
}

fn receipt(transaction: Hash) -> Receipt {
    Receipt {
        transaction,
        outcome: Outcome::Ok,
        failed_call: None,
        gas: Gas(0),
        fee: Amount(0),
        attempts: 1,
        calls: vec![],
        events: vec![],
    }
}
