//! A block that calls a thousand modules, each of its own code.

use super::{chaos::Chaos, run};
use zera_client::primitives::{
    AccountId, Amount, Gas, Hash, ModuleId, Outcome, Signature, SignedTransaction, Transaction,
    tx::{AccessHint, Call},
};
use zera_client::state::Overlay;
use zera_pipelines::Threads;
use zera_runtime::{Machine, execute};
use zera_scenarios::blocks::World;
use zera_zip::{Pipelines, Sequential, cluster};

const MANY: usize = 1_000;

fn code(number: usize) -> Vec<u8> {
    let text = format!(r#"(module (memory (export "memory") 1 1) (func (export "run") (drop (i32.const {number}))))"#);
    wat::parse_str(text).unwrap()
}

fn account(number: usize) -> AccountId {
    AccountId(Hash::of(format!("sender {number}").as_bytes()).0)
}

fn transaction(world: &World, number: usize, nonce: u64, calls: Vec<Call>) -> SignedTransaction {
    let transaction = Transaction {
        sender: account(number),
        nonce,
        expiry: world.slot.plus(9),
        gas_limit: Gas(100_000),
        fee_limit: Amount::zra(1_000),
        calls,
        hint: AccessHint::default(),
    };
    SignedTransaction { transaction, signature: Signature([0; 64]) }
}

#[test]
fn a_thousand_modules_in_one_block() {
    let senders: Vec<AccountId> = (0..MANY).map(account).collect();
    let mut world = World::with(&senders).unwrap();
    let deploy = |number| {
        let (bytes, code) = (code(number), Hash::of(&code(number)));
        let length = bytes.len() as u32;
        let begin = Call::BeginUpload { code, length, chunks: vec![code] };
        let chunk = Call::UploadChunk { code, index: 0, bytes };
        let deploy = Call::Deploy { code, args: Vec::new(), value: Amount::ZERO };
        transaction(&world, number, 0, vec![begin, chunk, deploy])
    };
    let block: Vec<_> = (0..MANY).map(deploy).collect();
    let done = run(&world, &Sequential::default(), &block).unwrap();
    assert!(done.receipts.iter().all(|receipt| receipt.outcome == Outcome::Ok));
    world.adopt(&done.changes);

    let machine = Machine::default();
    let ctx = world.context().unwrap();
    let call = |number| {
        let module = ModuleId::derive(&account(number), 0, 2);
        let call = Call::Module { module, entry: "run".into(), args: Vec::new(), value: Amount::ZERO };
        let mut signed = transaction(&world, number, 1, vec![call]);
        let mut trial = Overlay::new(&world.state);
        execute(&machine, &mut trial, &ctx, &signed, None).unwrap();
        signed.transaction.hint = cluster::hint(&trial.into_parts().1);
        signed
    };
    let block: Vec<_> = (0..MANY).map(call).collect();
    let expected = run(&world, &Sequential::default(), &block).unwrap();
    assert!(expected.receipts.iter().all(|receipt| receipt.outcome == Outcome::Ok && receipt.attempts == 1));
    let threads = Threads::new(2, Box::new(Machine::default)).unwrap().always();
    let all: [&dyn Pipelines; 3] = [&Chaos::new(3, 1, 10), &Chaos::new(1, 2, 0), &threads];
    for pipelines in all {
        for _ in 0..2 {
            let done = run(&world, pipelines, &block).unwrap();
            assert!(done.receipts == expected.receipts && done.changes == expected.changes);
        }
    }
}
