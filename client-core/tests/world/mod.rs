//! A chain for tests: a lending pool that is used, upgraded with a migration by a vote, and used again.

use codec::Encode;
use zera_client::{
    Client, GenesisConfig, Sealed,
    light::SealKey,
    primitives::{
        AccountId, Amount, Hash, ModuleId, Payload, ProposalId, Side, Slot, WasmModuleUpgradeProposal,
        keys::SecretKey,
        payload::ConfigChange,
        tx::{AccessHint, Call},
    },
    state::merkle::{PageName, Pages},
};

/// The seed of the chain's signer.
pub const SEALER: [u8; 32] = [99; 32];

/// A chain with everything that a host would have stored.
pub struct World {
    pub client: Client,
    /// Records by height.
    pub records: Vec<Vec<u8>>,
    /// A base after block 10.
    pub base: Vec<u8>,
    /// Pages that it names.
    pub pages: Vec<(PageName, Vec<u8>)>,
    pub slot: Slot,
    pub modules: Vec<ModuleId>,
}

pub fn key(person: u8) -> SecretKey {
    SecretKey::from_seed(&[person; 32])
}

pub fn prebuilt(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../modules/prebuilt/{name}.wasm", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

impl World {
    pub fn new() -> Self {
        let sealer = SealKey::from_seed(&SEALER).unwrap();
        let mut config = GenesisConfig::demo(AccountId::default(), sealer.public(), 0);
        config.accounts = (1..=5).map(|person| (key(person).public(), Amount::zra(200_000_000))).collect();
        let (client, sealed) = Client::create(&config, Some(sealer)).unwrap();
        let records = vec![sealed.record];
        Self { client, records, base: Vec::new(), pages: Vec::new(), slot: Slot(0), modules: Vec::new() }
    }

    /// Sends `calls` of `person`, the last transaction without its hint when `serial`.
    pub fn send(&mut self, person: u8, codes: &[Vec<u8>], calls: Vec<Call>, serial: bool) {
        let plan = self.client.prepare(key(person).public(), self.slot, codes, calls).unwrap();
        self.modules.extend(plan.modules);
        let last = plan.steps.len() - 1;
        for (index, step) in plan.steps.into_iter().enumerate() {
            let mut transaction = step.transaction;
            if serial && index == last {
                transaction.hint = AccessHint::default();
            }
            let signed = transaction.sign(&self.client.genesis(), &key(person));
            self.client.submit(&signed.encode(), self.slot).unwrap();
        }
    }

    pub fn seal(&mut self, slots: u64) -> Sealed {
        self.slot = self.slot.plus(slots);
        let sealed = self.client.seal(self.slot, 0).unwrap();
        self.records.push(sealed.record.clone());
        if sealed.height.0 == 10 {
            let (base, pages) = self.client.compaction().run().unwrap();
            (self.base, self.pages) = (base.bytes, pages);
        }
        sealed
    }

    /// A cache with all pages of the base.
    #[allow(dead_code, reason = "not every test that has this world opens it from a base")]
    pub fn loaded(&self) -> Pages {
        let loaded = Pages::default();
        self.pages.iter().for_each(|(name, page)| loaded.supply(*name, Some(page)).unwrap());
        loaded
    }

    pub fn call(&self, entry: &str, args: Vec<u8>, zra: u64) -> Call {
        Call::Module { module: self.modules[0], entry: entry.into(), args, value: Amount::zra(zra) }
    }

    /// Two blocks of ordinary use: successes, a failure, a transaction in the serial lane.
    pub fn use_it(&mut self) {
        for person in 1..=5 {
            let deposit = self.call("deposit", Vec::new(), u64::from(person) * 10);
            self.send(person, &[], vec![deposit], person == 3);
        }
        self.seal(1);
        let withdraw = self.call("withdraw", Amount::zra(5).encode(), 0);
        let broken = self.call("no such export", vec![1, 2, 3], 1);
        let transfer = Call::Transfer { to: key(2).public(), amount: Amount::zra(1) };
        self.send(1, &[], vec![withdraw], false);
        self.send(2, &[], vec![broken], false);
        self.send(4, &[], vec![transfer], true);
        self.seal(1);
    }

    /// All of it: deployment, use, a voted upgrade with a migration and a voted parameter, use.
    pub fn lending() -> Self {
        let mut world = Self::new();
        let (v1, v2) = (prebuilt("lending-v1"), prebuilt("lending-v2"));
        let deploy = Call::Deploy { code: Hash::of(&v1), args: 450u32.encode(), value: Amount::ZERO };
        world.send(1, std::slice::from_ref(&v1), vec![deploy], false);
        world.seal(1);
        world.use_it();
        let lending = world.modules[0];
        let upgrade = Payload::Upgrade(WasmModuleUpgradeProposal {
            module_id: lending,
            new_wasm_bytecode: Hash::of(&v2),
            new_version: 2,
            migration_logic_hash: Some(Hash::of(&v2)),
            description: String::new(),
        });
        let change = ConfigChange { module_id: lending, parameter: "interest_rate_bps".into(), value: 500u32.encode() };
        let config = Payload::Config { changes: vec![change], description: String::new() };
        let stake = Amount::zra(150_000_000);
        let allocate =
            |id| Call::Allocate { proposal: ProposalId(id), side: Side::For, amount: Amount::zra(75_000_000) };
        let propose = |payload| Call::Propose { title: "t".into(), payload };
        let calls = vec![Call::Stake { amount: stake }, propose(upgrade), propose(config), allocate(1), allocate(2)];
        world.send(5, &[v2], calls, false);
        for _ in 0..27 {
            world.seal(10);
        }
        world.use_it();
        world
    }
}
