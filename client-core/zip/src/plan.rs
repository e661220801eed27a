//! From hints to clusters: a pure function of the block's order and hints, never transmitted.
//!
//! Two transactions belong to one cluster when one's hint writes a key that the other's hint reads or writes, or when a
//! chain of such pairs joins them. Each hint implicitly writes its sender's account. Cost: one map insertion per
//! hinted key, at most 1,024 per transaction.

use crate::cluster::Cluster;
use alloc::{collections::BTreeMap, vec::Vec};
use zera_primitives::{SignedTransaction, StateKey};

/// Splits `transactions` into clusters, each in block order, ordered by their first transaction.
#[must_use]
pub fn plan(transactions: &[SignedTransaction]) -> Vec<Cluster> {
    let mut forest = Forest((0..transactions.len()).collect());
    let mut keys: BTreeMap<StateKey, Touched> = BTreeMap::new();
    for (index, signed) in transactions.iter().enumerate() {
        let transaction = &signed.transaction;
        keys.entry(StateKey::account(&transaction.sender)).or_default().write(index, &mut forest);
        for key in &transaction.hint.writes {
            keys.entry(key.clone()).or_default().write(index, &mut forest);
        }
        for key in &transaction.hint.reads {
            keys.entry(key.clone()).or_default().read(index, &mut forest);
        }
    }
    let mut clusters: BTreeMap<usize, Cluster> = BTreeMap::new();
    for index in 0..transactions.len() {
        clusters.entry(forest.root(index)).or_default().transactions.push(index);
    }
    clusters.into_values().collect()
}

/// Who touches one key: once it has a writer, everyone who touches it is joined with that writer.
#[derive(Default)]
struct Touched {
    written: bool,
    /// Readers met before a writer, then one representative.
    members: Vec<usize>,
}

impl Touched {
    fn write(&mut self, index: usize, forest: &mut Forest) {
        for member in self.members.drain(..) {
            forest.join(member, index);
        }
        self.written = true;
        self.members.push(index);
    }

    fn read(&mut self, index: usize, forest: &mut Forest) {
        match self.members.first() {
            Some(member) if self.written => forest.join(*member, index),
            _ => self.members.push(index),
        }
    }
}

/// Disjoint sets; a root is the least index of its set, so clusters order themselves by first transaction.
struct Forest(Vec<usize>);

impl Forest {
    fn parent(&self, index: usize) -> usize {
        self.0.get(index).copied().unwrap_or(index)
    }

    fn root(&mut self, index: usize) -> usize {
        let mut root = index;
        while self.parent(root) != root {
            root = self.parent(root);
        }
        let mut at = index;
        while self.parent(at) != root {
            let next = self.parent(at);
            if let Some(slot) = self.0.get_mut(at) {
                *slot = root;
            }
            at = next;
        }
        root
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.0.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::{AccountId, Amount, Gas, Signature, Slot, Transaction, tx::AccessHint};

    fn transaction(sender: u8, reads: &[u8], writes: &[u8]) -> SignedTransaction {
        let keys = |names: &[u8]| names.iter().map(|name| StateKey(alloc::vec![9, *name])).collect();
        let transaction = Transaction {
            sender: AccountId([sender; 32]),
            nonce: 0,
            expiry: Slot(0),
            gas_limit: Gas(0),
            fee_limit: Amount::ZERO,
            calls: Vec::new(),
            hint: AccessHint { reads: keys(reads), writes: keys(writes) },
        };
        SignedTransaction { transaction, signature: Signature([0; 64]) }
    }

    fn clusters(transactions: &[SignedTransaction]) -> Vec<Vec<usize>> {
        plan(transactions).into_iter().map(|cluster| cluster.transactions).collect()
    }

    #[test]
    fn readers_do_not_meet_but_a_writer_joins_them() {
        let apart = [transaction(1, &[7], &[1]), transaction(2, &[7], &[2]), transaction(3, &[7], &[3])];
        assert_eq!(clusters(&apart), [[0], [1], [2]]);
        let joined = [transaction(1, &[7], &[1]), transaction(2, &[7], &[2]), transaction(3, &[], &[7])];
        assert_eq!(clusters(&joined), [[0, 1, 2]]);
    }

    #[test]
    fn one_sender_is_one_cluster_and_chains_join() {
        let all = [
            transaction(1, &[], &[1]),
            transaction(2, &[], &[2]),
            transaction(1, &[], &[3]),
            transaction(3, &[3], &[2]),
            transaction(4, &[], &[4]),
        ];
        assert_eq!(clusters(&all), [vec![0, 1, 2, 3], vec![4]]);
    }
}
