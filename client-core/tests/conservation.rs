//! Whatever happens in whatever order: balances + stakes + deposits + storage deposits + burnt = supply, after every
//! block; and a client opened from what was stored stands where the one that sealed it stands.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

use codec::Encode;
use proptest::prelude::*;
use zera_client::{
    Client, GenesisConfig, Stored,
    light::SealKey,
    primitives::{
        AccountId, Amount, Hash, Height, ModuleId, Payload, ProposalId, Side, Slot, WasmModuleUpgradeProposal,
        keys::SecretKey, payload::ConfigChange, tx::Call,
    },
    state::accounts,
};

const PEOPLE: u8 = 4;

#[derive(Clone, Debug)]
enum Deed {
    Transfer(u8, u64),
    Stake(u64),
    Unstake(u64),
    Allocate(u8, bool, u64),
    Withdraw(u8),
    Config(u32),
    Upgrade,
    Deposit(u64),
    Withdrawal(u64),
    Broken,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (0..PEOPLE, 0u64..60_000_000).prop_map(|(to, zra)| Deed::Transfer(to, zra)),
        (0u64..80_000_000).prop_map(Deed::Stake),
        (0u64..80_000_000).prop_map(Deed::Unstake),
        (1u8..6, any::<bool>(), 0u64..80_000_000).prop_map(|(id, side, zra)| Deed::Allocate(id, side, zra)),
        (1u8..6).prop_map(Deed::Withdraw),
        (0u32..12_000).prop_map(Deed::Config),
        Just(Deed::Upgrade),
        (0u64..1_000).prop_map(Deed::Deposit),
        (0u64..1_000).prop_map(Deed::Withdrawal),
        Just(Deed::Broken),
    ]
}

fn key(person: u8) -> SecretKey {
    SecretKey::from_seed(&[person + 1; 32])
}

fn prebuilt(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../modules/prebuilt/{name}.wasm", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn call(deed: &Deed, lending: ModuleId) -> Call {
    let module = |entry: &str, args: Vec<u8>, value| Call::Module { module: lending, entry: entry.into(), args, value };
    match deed {
        Deed::Transfer(to, zra) => Call::Transfer { to: key(*to).public(), amount: Amount::zra(*zra) },
        Deed::Stake(zra) => Call::Stake { amount: Amount::zra(*zra) },
        Deed::Unstake(zra) => Call::Unstake { amount: Amount::zra(*zra) },
        Deed::Allocate(id, side, zra) => Call::Allocate {
            proposal: ProposalId(u64::from(*id)),
            side: if *side { Side::For } else { Side::Against },
            amount: Amount::zra(*zra),
        },
        Deed::Withdraw(id) => Call::Withdraw { proposal: ProposalId(u64::from(*id)) },
        Deed::Config(rate) => {
            let parameter = "interest_rate_bps".into();
            let changes = vec![ConfigChange { module_id: lending, parameter, value: rate.encode() }];
            Call::Propose { title: "rate".into(), payload: Payload::Config { changes, description: String::new() } }
        }
        Deed::Upgrade => {
            let code = Hash::of(&prebuilt("lending-v2"));
            let payload = Payload::Upgrade(WasmModuleUpgradeProposal {
                module_id: lending,
                new_wasm_bytecode: code,
                new_version: 2,
                migration_logic_hash: Some(code),
                description: String::new(),
            });
            Call::Propose { title: "upgrade".into(), payload }
        }
        Deed::Deposit(zra) => module("deposit", Vec::new(), Amount::zra(*zra)),
        Deed::Withdrawal(zra) => module("withdraw", Amount::zra(*zra).encode(), Amount::ZERO),
        Deed::Broken => module("no such export", vec![1, 2, 3], Amount::zra(1)),
    }
}

fn world() -> (Client, Stored, ModuleId) {
    let sealer = SealKey::from_seed(&[99; 32]).unwrap();
    let mut config = GenesisConfig::demo(AccountId::default(), sealer.public(), 0);
    config.accounts = (0..PEOPLE).map(|person| (key(person).public(), Amount::zra(250_000_000))).collect();
    let (mut client, sealed) = Client::create(&config, Some(sealer)).unwrap();
    let mut stored = Stored { head: sealed.head, base: None, records: vec![(sealed.height, sealed.record)] };
    let code = prebuilt("lending-v1");
    let deploy = Call::Deploy { code: Hash::of(&code), args: 450u32.encode(), value: Amount::ZERO };
    let plan = client.prepare(key(0).public(), Slot(0), &[code, prebuilt("lending-v2")], vec![deploy]).unwrap();
    for step in &plan.steps {
        let signed = step.transaction.clone().sign(&client.genesis(), &key(0));
        client.submit(&signed.encode(), Slot(0)).unwrap();
    }
    seal(&mut client, &mut stored, Slot(1));
    (client, stored, plan.modules[0])
}

fn seal(client: &mut Client, stored: &mut Stored, slot: Slot) {
    let sealed = client.seal(slot, 0).unwrap();
    stored.head = sealed.head;
    stored.records.push((sealed.height, sealed.record));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if std::env::var_os("ZERA_LONG").is_some() { 400 } else { 24 },
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_120),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_is_created_or_lost(
        blocks in prop::collection::vec((1u64..90, prop::collection::vec((0..PEOPLE, deed()), 0..5)), 1..12)
    ) {
        let (mut client, mut stored, lending) = world();
        let mut slot = Slot(1);
        for (passed, deeds) in blocks {
            slot = slot.plus(passed);
            for (person, deed) in &deeds {
                let sender = key(*person);
                let Ok(plan) = client.prepare(sender.public(), slot, &[], vec![call(deed, lending)]) else { continue };
                for step in plan.steps {
                    let signed = step.transaction.sign(&client.genesis(), &sender);
                    let _ = client.submit(&signed.encode(), slot);
                }
            }
            seal(&mut client, &mut stored, slot);
            let audit = accounts::audit(client.state()).unwrap();
            prop_assert!(audit.is_balanced(), "{audit:?} after {deeds:?}");
        }
        let (opened, found) = Client::open(&stored, SealKey::from_seed(&[99; 32]).ok()).unwrap();
        prop_assert_eq!(found.stepped_back, None);
        prop_assert_eq!(opened.head(), client.head());
        prop_assert!(client.head().height > Height(1));
    }
}
