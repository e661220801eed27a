//! A chain with everything that a host would have stored.

use codec::Encode;
use std::collections::BTreeMap;
use zera_client::{
    Client, GenesisConfig, Record, Sealed, Stored,
    governance::queries,
    light::SealKey,
    primitives::{
        AbortReason, AccountId, Amount, Class, Gas, Hash, Height, ModuleId, Outcome, Params, Payload, ProposalId,
        ProposalState, Side, Slot, Transaction, WasmModuleUpgradeProposal,
        keys::SecretKey,
        payload::{ConfigChange, Effect, Execution, Rollback},
        tx::{AccessHint, Call},
    },
    registry::{self, ModuleRecord},
    state::{
        accounts,
        merkle::{PageName, Pages},
    },
};

const SEALER: [u8; 32] = [99; 32];
/// Who votes: holds most.
pub const VOTER: u8 = 1;
/// Somebody.
pub const BOB: u8 = 2;

pub struct Chain {
    pub client: Client,
    pub stored: Stored,
    /// Pages that the base names.
    pages: BTreeMap<PageName, Vec<u8>>,
    /// Head pointers by height.
    heads: Vec<Vec<u8>>,
    pub slot: Slot,
    /// The last block.
    pub last: Sealed,
}

pub fn key(person: u8) -> SecretKey {
    SecretKey::from_seed(&[person; 32])
}

pub fn who(person: u8) -> AccountId {
    key(person).public()
}

pub fn prebuilt(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../modules/prebuilt/{name}.wasm", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

impl Chain {
    pub fn new() -> Self {
        Self::with(Params::demo(), &[700_000_000, 100_000_000, 100_000_000, 100_000_000])
    }

    /// Persons 1 and up hold these ZRA.
    pub fn with(params: Params, holdings: &[u64]) -> Self {
        let sealer = SealKey::from_seed(&SEALER).unwrap();
        let mut config = GenesisConfig::demo(AccountId::default(), sealer.public(), 0);
        config.params = params;
        config.accounts = (1u8..).zip(holdings).map(|(person, zra)| (who(person), Amount::zra(*zra))).collect();
        let (client, sealed) = Client::create(&config, Some(sealer)).unwrap();
        let records = vec![(sealed.height, sealed.record.clone())];
        let stored = Stored { head: sealed.head.clone(), base: None, records };
        Self { client, stored, pages: BTreeMap::new(), heads: vec![sealed.head.clone()], slot: Slot(0), last: sealed }
    }

    /// Sends calls of `person` in one transaction without a hint, to run in the next block.
    pub fn send(&mut self, person: u8, calls: Vec<Call>) {
        let sender = who(person);
        let waiting = self.client.pending().filter(|signed| signed.transaction.sender == sender).count() as u64;
        let transaction = Transaction {
            sender,
            nonce: accounts::account(self.client.state(), &sender).unwrap().nonce + waiting,
            expiry: self.slot.plus(500),
            gas_limit: Gas(4_000_000),
            fee_limit: Amount::zra(1),
            calls,
            hint: AccessHint::default(),
        };
        let signed = transaction.sign(&self.client.genesis(), &key(person));
        self.client.submit(&signed.encode(), self.slot).unwrap();
    }

    pub fn seal(&mut self, slots: u64) -> &Sealed {
        self.slot = self.slot.plus(slots);
        let sealed = self.client.seal(self.slot, 0).unwrap();
        assert_eq!(sealed.dropped, [], "a test's transactions are fit");
        self.stored.head = sealed.head.clone();
        self.stored.records.push((sealed.height, sealed.record.clone()));
        self.heads.push(sealed.head.clone());
        self.last = sealed;
        &self.last
    }

    /// Seals one call alone; why it failed, if it did.
    pub fn run(&mut self, person: u8, call: Call) -> Result<(), (Outcome, String)> {
        self.send(person, vec![call]);
        let record = &self.seal(1).decoded;
        let outcome = record.receipts[0].outcome;
        let cause = record.diagnostics[0].last().and_then(|seen| seen.cause.clone()).unwrap_or_default();
        if outcome.is_ok() { Ok(()) } else { Err((outcome, cause)) }
    }

    /// Stores code, paid by the voter.
    pub fn store(&mut self, code: &[u8]) -> Hash {
        let hash = Hash::of(code);
        let plan = self.client.prepare(who(VOTER), self.slot, &[code.to_vec()], vec![noop()]).unwrap();
        for step in plan.steps {
            let signed = step.transaction.sign(&self.client.genesis(), &key(VOTER));
            self.client.submit(&signed.encode(), self.slot).unwrap();
        }
        self.seal(1);
        assert!(registry::code_info(self.client.state(), &hash).unwrap().is_some());
        hash
    }

    /// Stores code and creates a module of it.
    pub fn deploy(&mut self, code: &[u8], args: Vec<u8>, zra: u64) -> ModuleId {
        let code = self.store(code);
        let nonce = accounts::account(self.client.state(), &who(VOTER)).unwrap().nonce;
        self.run(VOTER, Call::Deploy { code, args, value: Amount::zra(zra) }).unwrap();
        ModuleId::derive(&who(VOTER), nonce, 0)
    }

    /// Opens a vote and puts `zra` of the voter's behind it.
    pub fn propose(&mut self, payload: Payload, zra: u64) -> Result<ProposalId, (Outcome, String)> {
        let id = ProposalId(queries::count(self.client.state()).unwrap() + 1);
        let amount = Amount::zra(zra);
        self.send(
            VOTER,
            vec![
                Call::Stake { amount },
                Call::Propose { title: "t".into(), payload },
                Call::Allocate { proposal: id, side: Side::For, amount },
            ],
        );
        let record = &self.seal(1).decoded;
        if record.receipts[0].outcome.is_ok() {
            return Ok(id);
        }
        let cause = record.diagnostics[0].last().and_then(|seen| seen.cause.clone()).unwrap_or_default();
        Err((record.receipts[0].outcome, cause))
    }

    pub fn state_of(&self, id: ProposalId) -> ProposalState {
        queries::progress(self.client.state(), id).unwrap().state
    }

    pub fn class_of(&self, id: ProposalId) -> Class {
        queries::progress(self.client.state(), id).unwrap().class
    }

    /// Seals until `done`, five slots a block, at most 200 blocks.
    pub fn until(&mut self, id: ProposalId, done: impl Fn(ProposalState) -> bool) -> ProposalState {
        for _ in 0..200 {
            let state = self.state_of(id);
            if done(state) {
                return state;
            }
            self.seal(5);
        }
        panic!("still {:?}", self.state_of(id));
    }

    /// Proposes with 100 million ZRA and seals until the vote is closed.
    pub fn vote(&mut self, payload: Payload) -> ProposalState {
        let id = self.propose(payload, 100_000_000).unwrap();
        self.until(id, |state| !state.is_live())
    }

    /// The same, which must come into force.
    pub fn pass(&mut self, payload: Payload) {
        let ended = self.vote(payload);
        assert!(matches!(ended, ProposalState::Active { .. }), "{ended:?}: {:?}", self.last.decoded.causes);
    }

    /// The same, which must be aborted; with the finer cause.
    pub fn fail(&mut self, payload: Payload) -> (AbortReason, String) {
        match self.vote(payload) {
            ProposalState::Aborted { reason, .. } => (reason, self.last.decoded.causes[0].1.clone()),
            other => panic!("not aborted but {other:?}"),
        }
    }

    pub fn module(&self, id: &ModuleId) -> ModuleRecord {
        registry::module(self.client.state(), id).unwrap().unwrap()
    }

    /// A number that a query answers; none when it fails.
    pub fn ask(&self, id: &ModuleId, entry: &str) -> Option<u64> {
        let called = self.client.query(&who(BOB), id, entry, &0u32.encode(), self.slot).unwrap();
        called.outcome.is_ok().then(|| u64::from_le_bytes(called.result.as_slice().try_into().unwrap()))
    }

    pub fn free(&self, account: &AccountId) -> Amount {
        accounts::account(self.client.state(), account).unwrap().free
    }

    pub fn audit(&self) {
        let audit = accounts::audit(self.client.state()).unwrap();
        assert!(audit.is_balanced(), "{audit:?}");
    }

    /// The host goes down and comes back with what it had stored up to block `to`.
    pub fn crash(&mut self, to: Height) {
        let kept = self.stored.records.iter().position(|(height, _)| *height > to);
        self.stored.records.truncate(kept.unwrap_or(self.stored.records.len()));
        self.heads.truncate(usize::try_from(to.0).unwrap() + 1);
        self.stored.head = self.heads.last().unwrap().clone();
        let pages = Pages::default();
        let (client, opened) = loop {
            match Client::open_on(&self.stored, &pages, SealKey::from_seed(&SEALER).ok()) {
                Err(error) if error.is_not_loaded() => self.load(&pages),
                opened => break opened.unwrap(),
            }
        };
        assert_eq!(opened.stepped_back, None);
        assert_eq!(client.head().height, to);
        assert!(client.touch_small(1 << 30));
        self.load(&pages);
        self.slot = client.head().slot;
        self.client = client;
    }

    /// The host takes back the blocks after `to`, in memory and in what it had stored; their transactions wait again.
    pub fn step_back(&mut self, to: Height) {
        let kept = usize::try_from(to.0).unwrap() + 1;
        let dropped = self.stored.records.split_off(kept).into_iter();
        let dropped = dropped.flat_map(|(_, bytes)| Record::from_bytes(&bytes).unwrap().body.transactions).collect();
        self.heads.truncate(kept);
        self.stored.head = self.heads.last().unwrap().clone();
        self.client.step_back(to).unwrap();
        assert_eq!(self.client.wait_again(dropped, self.slot), []);
    }

    /// Forgets the records before the head, as a host does that compacts its store.
    pub fn compact(&mut self) {
        let (base, pages) = self.client.compaction().run().unwrap();
        self.client.rest_on(&base);
        self.pages.extend(pages);
        self.stored.base = Some(base.bytes);
        self.stored.records.clear();
    }

    fn load(&self, pages: &Pages) {
        for name in pages.wanted() {
            pages.supply(name, self.pages.get(&name).map(Vec::as_slice)).unwrap();
        }
    }
}

fn noop() -> Call {
    Call::Transfer { to: who(VOTER), amount: Amount(1) }
}

/// Holds a state to what a test expects of it.
pub fn state_is(state: ProposalState, wanted: fn(ProposalState) -> bool) {
    assert!(wanted(state), "{state:?}");
}

/// What the voter sends to take its 100 million off a vote and out of its stake.
pub fn gone(proposal: ProposalId) -> Vec<Call> {
    let amount = Amount::zra(100_000_000);
    vec![Call::Allocate { proposal, side: Side::For, amount: Amount::ZERO }, Call::Unstake { amount }]
}

/// A call of an export, without arguments of SCALE.
pub fn call(module: ModuleId, entry: &str, args: Vec<u8>) -> Call {
    Call::Module { module, entry: entry.into(), args, value: Amount::ZERO }
}

pub fn upgrade(module_id: ModuleId, code: Hash, new_version: u32, migration: bool) -> Payload {
    Payload::Upgrade(WasmModuleUpgradeProposal {
        module_id,
        new_wasm_bytecode: code,
        new_version,
        migration_logic_hash: migration.then_some(code),
        description: String::new(),
    })
}

pub fn rollback(module_id: ModuleId, to_version: u32) -> Payload {
    Payload::Rollback(Rollback { module_id, to_version, reverse_migration: None, description: String::new() })
}

pub fn freeze(module_id: ModuleId, slots: u64) -> Payload {
    Payload::Freeze { module_id, slots, description: String::new() }
}

pub fn unfreeze(module_id: ModuleId) -> Payload {
    Payload::Unfreeze { module_id, description: String::new() }
}

pub fn set_rate(module_id: ModuleId, rate: u64) -> Payload {
    let change = ConfigChange { module_id, parameter: "rate".into(), value: rate.encode() };
    Payload::Config { changes: vec![change], description: String::new() }
}

pub fn execution(code: Hash, effects: Vec<Effect>) -> Payload {
    Payload::Execute(Execution { code, effects, description: String::new() })
}
