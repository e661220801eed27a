//! A chain in memory with the guest deployed and people with money: where measured blocks come from.

use codec::Encode as _;
use scale_info::{PortableRegistry, Registry, meta_type};
use zera_client::{
    Client, GenesisConfig,
    light::SealKey,
    primitives::{
        AccountId, Amount, Hash, ModuleId, SignedTransaction, Slot,
        keys::SecretKey,
        manifest::{Argument, Export, ExportKind, MANIFEST_FORMAT, Manifest, SemVer},
        tx::Call,
    },
    zip::{BlockDone, BlockInput, Pipelines, execute_block},
};

/// As many as a block has transactions, at most.
const PEOPLE: u32 = 256;

/// A block to make.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How many, each of another sender.
    pub transactions: u32,
    /// Per cent of them that touch one common entry.
    pub conflict: u32,
    /// Divisions in each.
    pub rounds: u64,
}

/// The chain.
pub struct World {
    client: Client,
    module: ModuleId,
    slot: Slot,
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn key(person: u32) -> SecretKey {
    SecretKey::from_seed(&Hash::of(&person.to_le_bytes()).0)
}

impl World {
    /// A chain with `code` deployed.
    ///
    /// # Errors
    /// When the chain refuses it.
    pub fn new(code: &[u8]) -> Result<Self, String> {
        let sealer = SealKey::from_seed(&[9; 32]).map_err(said)?;
        let mut config = GenesisConfig::demo(AccountId::default(), sealer.public(), 0);
        config.accounts = (0..PEOPLE).map(|person| (key(person).public(), Amount::zra(100_000))).collect();
        let (mut client, _) = Client::create(&config, Some(sealer)).map_err(said)?;
        let slot = client.head().slot.plus(1);
        let code = described(code);
        let call = Call::Deploy { code: Hash::of(&code), args: Vec::new(), value: Amount::ZERO };
        let plan = client.prepare(key(0).public(), slot, &[code], vec![call]).map_err(said)?;
        for step in plan.steps {
            let signed = step.transaction.sign(&client.genesis(), &key(0));
            client.submit(&signed.encode(), slot).map_err(said)?;
        }
        client.seal(slot, 0).map_err(said)?;
        let module = plan.modules.first().copied().ok_or("the guest was not deployed")?;
        let mut world = Self { client, module, slot: slot.plus(1) };
        // A module's first call and each new entry change what is common to all: that is over before anything is measured.
        for conflict in [0, 100] {
            world.seal(Load { transactions: PEOPLE, conflict, rounds: 1 })?;
        }
        Ok(world)
    }

    /// Seals such a block.
    fn seal(&mut self, load: Load) -> Result<(), String> {
        for signed in self.block(load)? {
            self.client.submit(&signed.encode(), self.slot).map_err(said)?;
        }
        self.client.seal(self.slot, 0).map_err(said)?;
        self.slot = self.slot.plus(1);
        Ok(())
    }

    /// A block's transactions, each with the hint and the gas limit that its simulation gave.
    ///
    /// # Errors
    /// When one cannot be planned.
    pub fn block(&self, load: Load) -> Result<Vec<SignedTransaction>, String> {
        let mut block = Vec::new();
        for index in 0..load.transactions {
            // 37 and 100 have no common divisor: those that conflict are spread over the block.
            let common = index * 37 % 100 < load.conflict;
            let entry = if common { u64::MAX } else { u64::from(index) };
            let args = (entry, load.rounds).encode();
            let call = Call::Module { module: self.module, entry: "work".into(), args, value: Amount::ZERO };
            let secret = key(index);
            let plan = self.client.prepare(secret.public(), self.slot, &[], vec![call]).map_err(said)?;
            let step = plan.steps.into_iter().next().ok_or("nothing to sign")?;
            block.push(step.transaction.sign(&self.client.genesis(), &secret));
        }
        Ok(block)
    }

    /// Executes a block on the head's state, which stays as it is.
    ///
    /// # Errors
    /// When the block cannot be.
    pub async fn execute(
        &self,
        pipelines: &dyn Pipelines,
        transactions: &[SignedTransaction],
    ) -> Result<BlockDone, String> {
        let head = self.client.head();
        let input = BlockInput {
            chain: self.client.chain(),
            height: head.height.plus(1),
            slot: self.slot,
            skip: 0,
            proposer: AccountId::default(),
            transactions,
        };
        execute_block(self.client.state(), pipelines, &input).await.map_err(said)
    }
}

/// `code` with the manifest that makes it a module.
fn described(code: &[u8]) -> Vec<u8> {
    let mut types = Registry::new();
    let ty = types.register_type(&meta_type::<u64>()).id;
    let argument = |name: &str| Argument { name: name.into(), ty };
    let work = Export {
        name: "work".into(),
        kind: ExportKind::Call,
        doc: String::new(),
        direct: true,
        payable: false,
        args: vec![argument("entry"), argument("rounds")],
        result: Some(ty),
    };
    let manifest = Manifest {
        format: MANIFEST_FORMAT,
        name: "bench".into(),
        description: String::new(),
        version: SemVer { major: 1, minor: 0, patch: 0 },
        schema: 1,
        reads_schemas: Vec::new(),
        exports: vec![work],
        parameters: Vec::new(),
        types: PortableRegistry::from(types),
    };
    let content = [&[4][..], b"zera", &manifest.encode()].concat();
    let mut bytes = [code, &[0]].concat();
    let mut length = content.len();
    while length >= 128 {
        bytes.push((length % 128) as u8 | 128);
        length /= 128;
    }
    bytes.push(length as u8);
    bytes.extend(content);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_client::zip::{Sequential, now};

    /// As the guest does it, but in text: what `work` takes and touches is what counts here.
    const GUEST: &str = r#"(module
        (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
        (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
        (memory (export "memory") 1 1)
        (func (export "work") (param i64 i64) (result i64)
          (i64.store (i32.const 0) (local.get 0))
          (drop (call $get (i32.const 0) (i32.const 8) (i32.const 8) (i32.const 8)))
          (call $set (i32.const 0) (i32.const 8) (i32.const 8) (i32.const 8))
          (local.get 1)))"#;

    #[test]
    fn conflict_is_what_was_asked_for() {
        let world = World::new(&wat::parse_str(GUEST).unwrap()).unwrap();
        for (conflict, bound) in [(0, 50.0), (10, 10.0), (50, 2.0), (100, 1.0)] {
            let block = world.block(Load { transactions: 50, conflict, rounds: 3 }).unwrap();
            let done = now(world.execute(&Sequential::default(), &block)).unwrap().unwrap();
            assert!(done.receipts.iter().all(|receipt| receipt.outcome.is_ok() && receipt.attempts == 1));
            let seen = done.schedule.gas.0 as f64 / done.schedule.critical_gas.0 as f64;
            assert!((seen / bound - 1.0).abs() < 0.2, "{conflict} %: {seen}");
        }
    }
}
