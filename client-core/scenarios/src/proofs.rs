//! Proofs of a scenario: statements filled in from receipts, honest or not. No segment of them holds; a scenario shows what
//! the chain makes of such files before it comes to that.

use crate::{
    calls::Names,
    json::{Result, bad, number, text},
};
use serde_json::Value;
use zera_client::{
    primitives::{Hash, keys::RUNTIME_VERSION},
    proof::{Events, HostLog, Origin, Part, ProofFile, SegmentProof, Statement},
    rows::TRANSLATOR_VERSION,
};

impl Names<'_> {
    /// The transaction that was sent under that name.
    pub(crate) fn transaction(&self, name: &str) -> Result<Hash> {
        match self.sent.get(name) {
            Some(hash) => Ok(*hash),
            None => bad(format!("no transaction named {name}")),
        }
    }

    /// `{"of": transaction, "call": n, "args": […], "result": […], "forge"?: field}` as a statement's digest and a file.
    pub(crate) fn proof(&self, what: &Value) -> Result<(Hash, Vec<u8>)> {
        let transaction = self.transaction(text(what, "of")?)?;
        let call = u32::try_from(number(what, "call")?).unwrap_or(u32::MAX);
        let receipt = self.receipts.get(&transaction);
        let Some(record) = receipt.and_then(|receipt| receipt.calls.get(call as usize)) else {
            return bad(format!("no call {call} of {transaction}"));
        };
        let bytes = |name| self.args(what.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice));
        let mut statement = Statement {
            chain: self.genesis,
            runtime_version: RUNTIME_VERSION,
            translator: TRANSLATOR_VERSION,
            keys: Hash::ZERO,
            code_hash: record.code,
            entry: record.entry.clone(),
            args: vec![Part::Public(bytes("args")?)],
            result: record.outcome.is_ok().then_some(Part::Public(bytes("result")?)),
            events: Events::Public(Vec::new()),
            outcome: record.outcome,
            gas: record.gas.0,
            gas_charged: record.gas.0,
            gas_limit: record.gas.0,
            stack_limit: 1 << 14,
            host_digest: record.host_log,
            storage_digest: record.storage_log,
            origin: Origin::Ledger { transaction, call },
            nonce: Hash::ZERO,
        };
        match what.get("forge").and_then(Value::as_str) {
            None => {}
            Some("host") => statement.host_digest = Hash::of(b"invented"),
            Some("storage") => statement.storage_digest = Hash::of(b"invented"),
            Some("local") => statement.origin = Origin::Local,
            Some("chain") => statement.chain = Hash::of(b"another"),
            Some(other) => return bad(format!("unknown forgery {other}")),
        }
        let class =
            |class| SegmentProof { class, a: [0; 32], b: [0; 64], c: [0; 32], d: [0; 32], sum: [0; 32], gas: [0; 32] };
        let digest = statement.digest();
        let file = ProofFile { statement, log: HostLog::default(), segments: vec![class(0), class(9)], module: None };
        Ok((digest, file.to_bytes()))
    }
}
