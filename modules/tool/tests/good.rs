//! The finished samples, run by the chain's engine.

mod common;

use codec::Encode;
use common::{By, World, bytes, names};
use lending_pool::{SLOTS_PER_YEAR, Totals};
use zera_primitives::{AccountId, Amount, Hash, Outcome};
use zera_registry::CodeInfo;

const OWNER: [u8; 32] = [1; 32];
const SAVER: [u8; 32] = [2; 32];
const MODULE: [u8; 32] = [100; 32];
const OTHER: [u8; 32] = [101; 32];
const ZRA: u128 = 1_000_000_000;

#[test]
fn every_sample_is_accepted_with_its_manifest() {
    for name in names("") {
        let code = bytes(&name);
        let info = CodeInfo::read(&code).unwrap_or_else(|error| panic!("{name}: {error}"));
        let manifest = info.manifest().unwrap().unwrap_or_else(|| panic!("{name} has no manifest"));
        assert!(!manifest.description.is_empty(), "{name} says nothing about itself");
        assert!(manifest.exports.iter().all(|export| !export.doc.is_empty()), "{name} has exports without words");
        let memory = zera_vm::validate(&code).unwrap().memory.unwrap();
        assert!(memory.1 == 16 && memory.0 <= 2, "{name}: memory of {memory:?} pages");
        for path in ["/home", "/root", "/work", "/tmp", "/usr"] {
            assert!(!code.windows(path.len()).any(|window| window == path.as_bytes()), "{name} names {path}");
        }
    }
}

fn lending() -> World {
    let mut world = World::default();
    world.fund(OWNER, 1_000 * ZRA);
    world.fund(SAVER, 1_000 * ZRA);
    world.deploy(MODULE, "lending-v1", OWNER, &500u32);
    world
}

#[test]
fn lending_lives_through_its_upgrade_and_refuses_the_bad_one() {
    let mut world = lending();
    let deposit = world.call(By::Account(SAVER), 100 * ZRA, MODULE, "deposit", &());
    assert_eq!(deposit, Ok(Amount(100 * ZRA)));
    println!("deposit: {} gas", world.gas);
    assert_eq!(world.call(By::Account(OWNER), 0, MODULE, "borrow", &Amount(50 * ZRA)), Ok(Amount(50 * ZRA)));
    println!("borrow: {} gas", world.gas);
    assert_eq!(world.balance_of(OWNER), 1_050 * ZRA);
    world.slot = SLOTS_PER_YEAR;
    let debt = Ok(Amount(52_500_000_000));
    assert_eq!(world.call(By::Account(SAVER), 0, MODULE, "debt_of", &AccountId(OWNER)), debt);

    world.upgrade(MODULE, "lending-v2", true).unwrap();
    assert_eq!(world.call(By::Account(SAVER), 0, MODULE, "debt_of", &AccountId(OWNER)), debt);
    let failed = world.upgrade(MODULE, "lending-v3", false).unwrap_err();
    assert!(failed.starts_with("Trap"), "{failed}");

    assert_eq!(world.call(By::Account(OWNER), 60 * ZRA, MODULE, "repay", &()), Ok(Amount(0)));
    let all = world.call::<Amount>(By::Account(SAVER), 0, MODULE, "balance_of", &AccountId(SAVER)).unwrap();
    assert_eq!(all, Amount(102_500_000_000));
    assert_eq!(world.call(By::Account(SAVER), 0, MODULE, "withdraw", &all), Ok(Amount(0)));
    assert_eq!(world.call(By::Account(SAVER), 0, MODULE, "totals", &()), Ok(Totals::default()));
    let topics: Vec<&str> = world.events.iter().map(|(topic, _)| topic.as_str()).collect();
    assert_eq!(topics, ["Deposited", "Borrowed", "Migrated", "Repaid", "Withdrawn"]);
}

/// A migration has 100 M gas in a block (design §11); this says for how many accounts that is enough.
#[test]
fn migrating_costs_gas_per_account() {
    let gas_of = |accounts: u16| {
        let mut world = lending();
        for account in 0..accounts {
            let mut id = [77; 32];
            id[..2].copy_from_slice(&account.to_le_bytes());
            world.fund(id, ZRA);
            world.call::<Amount>(By::Account(id), ZRA, MODULE, "deposit", &()).unwrap();
        }
        world.upgrade(MODULE, "lending-v2", false).unwrap();
        let migrate = world.gas;
        assert_eq!(world.call(By::Runtime([0; 32]), 0, MODULE, "health", &()), Ok(true));
        (migrate, world.gas, world.dearest_step)
    };
    let (few, many) = (gas_of(100), gas_of(300));
    let (migrate, health) = ((many.0 - few.0) / 200, (many.1 - few.1) / 200);
    println!("per account: migrate {migrate} gas, health {health} gas");
    assert!(migrate < 20_000 && health < 5_000, "5,000 accounts and more fit: {migrate}, {health}");
    // A step must fit into what a block has for migrations, many times over.
    println!("dearest step: {} gas", many.2);
    assert!(many.2 < 10_000_000);
}

#[test]
fn lending_says_why_it_refuses() {
    let mut world = lending();
    let refused = |result: Result<(), String>, words: &str| {
        let error = result.unwrap_err();
        assert!(error.starts_with("HostRefused") && error.contains(words), "{error}");
    };
    let set = "update_interest_rate_bps";
    refused(world.call(By::Account(OWNER), 0, MODULE, set, &1u32), "only an enacted proposal may set this");
    refused(world.call(By::Governance, 0, MODULE, set, &10_001u32), "outside the bounds");
    refused(world.call(By::Account(SAVER), 0, MODULE, "new", &1u32), "constructed already");
    refused(world.call(By::Account(SAVER), 5, MODULE, "withdraw", &Amount(1)), "takes no ZRA");
    refused(world.call(By::Account(SAVER), 0, MODULE, "withdraw", &7u8), "not of the types in the manifest");
    refused(world.call(By::Account(SAVER), 0, MODULE, "withdraw", &Amount(1)), "your deposit is smaller");
    assert_eq!(world.call(By::Governance, 0, MODULE, set, &700u32), Ok(()));
    assert_eq!(world.call(By::Account(SAVER), 0, MODULE, "get_interest_rate", &()), Ok(700u32));
}

#[test]
fn counter_takes_integers_directly_and_calls_another() {
    let mut world = World::default();
    world.deploy(MODULE, "counter", OWNER, &5u64);
    world.deploy(OTHER, "counter", OWNER, &70u64);
    assert_eq!(world.call(By::Account(SAVER), 0, MODULE, "increment", &()), Ok(6u64));
    println!("increment: {} gas", world.gas);
    assert_eq!(world.call(By::Account(SAVER), 0, MODULE, "increment_other", &OTHER), Ok(71u64));
    println!("increment_other: {} gas", world.gas);

    let direct =
        |world: &mut World, entry: &str, args: &[u8]| world.execute(By::Account(SAVER), 0, MODULE, entry, args, None);
    let done = direct(&mut world, "critical_business_logic", &1u64.to_le_bytes());
    let natively = counter::counter::Counter::open().critical_business_logic(1);
    assert_eq!(done.result, natively.to_le_bytes(), "the same integers in the engine and natively");
    let args = |condition: u32| [&7u64.to_le_bytes()[..], &condition.to_le_bytes()].concat();
    assert_eq!(direct(&mut world, "process_verified_condition_result", &args(1)).outcome, Outcome::Ok);
    assert_eq!(world.call(By::Account(SAVER), 0, MODULE, "condition", &7u64), Ok(Some(true)));
    let two = direct(&mut world, "process_verified_condition_result", &args(2));
    assert_eq!(two.outcome, Outcome::HostRefused, "2 is no bool");
}

#[test]
fn token_moves_what_is_there() {
    let mut world = World::default();
    world.deploy(MODULE, "token", OWNER, &("Coin", "CN", 2u8, 1_000u128));
    assert_eq!(world.call(By::Account(OWNER), 0, MODULE, "transfer", &(SAVER, 400u128)), Ok(()));
    assert!(world.call::<()>(By::Account(SAVER), 0, MODULE, "transfer", &(OWNER, 401u128)).is_err());
    assert_eq!(world.call(By::Account(OWNER), 0, MODULE, "balance", &SAVER), Ok(400u128));
}

#[test]
fn the_cpp_module_keeps_its_figures() {
    let mut world = World::default();
    world.install(MODULE, "cpp-readings");
    let direct = |world: &mut World, entry: &str, args: &[u8]| {
        let done = world.execute(By::Account(OWNER), 0, MODULE, entry, args, None);
        (done.outcome, done.result)
    };
    for (count, reading) in [30u64, 10, 21].into_iter().enumerate() {
        let answer = direct(&mut world, "record", &reading.to_le_bytes());
        assert_eq!(answer, (Outcome::Ok, (count as u64 + 1).encode()));
    }
    assert_eq!(direct(&mut world, "mean", &[]).1, 20u64.encode());
    assert_eq!(world.call(By::Account(OWNER), 0, MODULE, "summary", &()), Ok((3u64, 10u64, 30u64, 61u64)));
    assert_eq!(world.events.len(), 3);
    assert!(world.call::<()>(By::Account(OWNER), 0, MODULE, "set_limit", &50u64).is_err());
    assert_eq!(world.call(By::Governance, 0, MODULE, "set_limit", &50u64), Ok(()));
    assert_eq!(direct(&mut world, "record", &51u64.to_le_bytes()).0, Outcome::HostRefused);
}

#[test]
fn events_can_be_decoded_by_their_topic() {
    let manifest = CodeInfo::read(&bytes("lending-v1")).unwrap().manifest().unwrap().unwrap();
    let named =
        |topic: &str| manifest.types.types.iter().any(|ty| ty.ty.path.segments.last().is_some_and(|s| s == topic));
    for topic in ["Deposited", "Withdrawn", "Borrowed", "Repaid", "InterestRateUpdated"] {
        assert!(named(topic), "{topic} has no type");
    }
}

#[test]
fn hashes_are_those_recorded() {
    let recorded = std::fs::read_to_string(common::prebuilt().join("B3SUMS")).unwrap();
    for line in recorded.lines() {
        let (hash, file) = line.split_once("  ").unwrap();
        assert_eq!(Hash::of(&bytes(file.strip_suffix(".wasm").unwrap())).to_hex(), hash, "{file}");
    }
}

/// What must be filled in before a proposal's code is voted on stands in one piece in the finished module.
#[test]
fn markers_can_be_replaced() {
    for (name, markers) in [("enactor", 2), ("enactor-greedy", 2), ("enactor-release", 3)] {
        let code = bytes(name);
        for number in 0..markers {
            let marker = zera::bound::Bound::marker(number);
            let places = code.windows(marker.len()).filter(|window| *window == marker).count();
            assert_eq!(places, 1, "{name}: marker {number}");
        }
    }
}

#[test]
fn the_version_after_a_rollback_differs_in_its_number_alone() {
    let manifest = |name: &str| CodeInfo::read(&bytes(name)).unwrap().manifest().unwrap().unwrap();
    let (two, again) = (manifest("lending-v2"), manifest("lending-v2b"));
    assert_eq!((two.version.to_string(), again.version.to_string()), ("2.0.0".into(), "2.0.1".into()));
    assert_eq!(two.exports, again.exports);
}
