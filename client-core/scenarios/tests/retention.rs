//! What a node keeps of executions never shows in a block: one that records everything and one that records nothing give
//! the same changes and receipts, block after block, requests of proofs among them.

use zera_client::{
    primitives::Outcome,
    runtime::Machine,
    zip::{Sequential, execute_block, now},
};
use zera_scenarios::blocks::{Dice, World};

#[test]
fn nodes_with_different_retention_give_the_same_blocks() {
    let (keeps, drops) = (Machine::default(), Machine::default());
    drops.set_recording(false);
    let (keeps, drops) = (Sequential::new(keeps), Sequential::new(drops));
    let machine = Machine::default();
    let (mut kept, mut requested) = (0usize, 0usize);
    for seed in 0..4 {
        let mut dice = Dice::new(seed);
        let mut world = World::new().unwrap();
        for _ in 0..12 {
            let block = world.block(&machine, &mut dice, 25).unwrap();
            let input = world.input(&block);
            let run = |pipelines: &Sequential| now(execute_block(&world.state, pipelines, &input)).unwrap();
            let (Ok(one), Ok(other)) = (run(&keeps), run(&drops)) else { continue };
            assert_eq!(one.changes, other.changes);
            assert_eq!(one.receipts, other.receipts);
            for (receipt, traces) in one.receipts.iter().zip(&one.traces) {
                assert_eq!(receipt.calls.len(), traces.len(), "a record for each call, in order");
                for (call, record) in receipt.calls.iter().zip(traces) {
                    let told = (call.code, &call.entry, call.gas.0, call.outcome, call.host_log, call.storage_log);
                    let kept = (
                        record.code_hash,
                        &record.entry,
                        record.gas_used,
                        record.outcome,
                        record.host_digest,
                        record.storage_digest,
                    );
                    assert_eq!(told, kept);
                }
            }
            assert!(other.traces.iter().all(Vec::is_empty));
            kept += one.traces.iter().map(Vec::len).sum::<usize>();
            let told = one.receipts.iter().filter(|receipt| receipt.outcome == Outcome::Ok);
            requested +=
                told.flat_map(|receipt| &receipt.events).filter(|event| event.topic == "proof_requested").count();
            world.adopt(&one.changes);
        }
    }
    assert!(kept > 100 && requested > 3, "{kept} records, {requested} requests");
}
