//! Random transactions, fit and unfit.

use super::{Dice, PEOPLE, World, hints, who};
use std::collections::BTreeMap;
use zera_client::{
    ClientError,
    primitives::{
        AccountId, Amount, Gas, Hash, ModuleId, ProposalId, Room, Side, Signature, SignedTransaction, Transaction,
        tx::{AccessHint, Call},
    },
    runtime::{Machine, Unfit, admission, execute},
    state::{Overlay, StateAccess as _, accounts},
    zip::cluster,
};

/// Gas with which a transaction is tried out.
const PLENTY: u64 = 1_500_000;

impl World {
    /// A block of about `size` transactions, tried out one after the other to get hints, which are then bent.
    ///
    /// # Errors
    /// [`ClientError::State`], [`ClientError::Fault`]: a broken build.
    pub fn block(&self, machine: &Machine, dice: &mut Dice, size: u64) -> Result<Vec<SignedTransaction>, ClientError> {
        let ctx = self.context()?;
        let mut running = Overlay::new(&self.state);
        let mut nonces: BTreeMap<AccountId, u64> = BTreeMap::new();
        let mut block = Vec::new();
        // Some blocks are one person's, some are everybody's.
        let people = 1 + dice.below(u64::from(PEOPLE));
        for _ in 0..1 + dice.below(size) {
            let person = u8::try_from(dice.below(people)).unwrap_or(0);
            let sender = who(person);
            let next = match nonces.get(&sender) {
                Some(next) => *next,
                None => accounts::account(&self.state, &sender)?.nonce,
            };
            let mut transaction = Transaction {
                sender,
                nonce: next,
                expiry: self.slot.plus(dice.below(100)),
                gas_limit: Gas(PLENTY),
                fee_limit: Amount::zra(1_000),
                calls: (0..1 + dice.below(3)).map(|_| self.call(dice)).collect(),
                hint: AccessHint::default(),
            };
            let mut trial = Overlay::new(&running);
            let tried = execute(machine, &mut trial, &ctx, &unsigned(&transaction), None);
            let used = match tried {
                Ok(executed) => executed.receipt.gas.0,
                Err(Unfit::Inadmissible(_)) => 0,
                Err(other) => return Err(other.into()),
            };
            let (changes, access) = trial.into_parts();
            for (key, value) in changes {
                match value {
                    Some(value) => running.put(key, value),
                    None => running.remove(&key),
                }
            }
            transaction.hint = hints::bend(self, dice, cluster::hint(&access));
            let least = admission::intrinsic(&unsigned(&transaction), &ctx.params);
            transaction.gas_limit = Gas(limit(dice, used, least));
            if dice.percent(2) {
                transaction.nonce = transaction.nonce.wrapping_add(dice.below(3)).wrapping_sub(1);
            }
            nonces.insert(sender, next.saturating_add(1));
            block.push(unsigned(&transaction));
        }
        Ok(block)
    }

    fn call(&self, dice: &mut Dice) -> Call {
        let someone = who(u8::try_from(dice.below(u64::from(PEOPLE) + 2)).unwrap_or(0));
        let module = dice.one(&self.modules).copied().unwrap_or_default();
        match dice.below(20) {
            0..=10 => {
                Call::Module { module, entry: "run".into(), args: steps(dice), value: Amount(dice.below(50).into()) }
            }
            11..=14 => Call::Transfer { to: someone, amount: Amount::zra(dice.below(1_000)) },
            15 => Call::Stake { amount: Amount::zra(dice.below(100)) },
            16 => Call::Unstake { amount: Amount::zra(dice.below(20)) },
            17 => Call::Deploy { code: self.code, args: Vec::new(), value: Amount(dice.below(9).into()) },
            18 => {
                Call::Module { module: ModuleId([7; 32]), entry: "none".into(), args: Vec::new(), value: Amount::ZERO }
            }
            _ if dice.percent(50) => self.proofs(dice),
            _ => rare(dice),
        }
    }

    /// Requests of proofs of what the chain has executed so far, and of what it has not.
    fn proofs(&self, dice: &mut Dice) -> Call {
        let room = zera_client::runtime::proofs::kept_key(&Hash::ZERO);
        let kept: Vec<Hash> = self
            .state
            .0
            .range(room..)
            .filter_map(|(key, _)| key.as_bytes().strip_prefix(&[Room::Proofs as u8, 0])?.try_into().ok().map(Hash))
            .collect();
        let transaction = dice.one(&kept).copied().unwrap_or_default();
        Call::RequestProof { transaction, call: u32::try_from(dice.below(3)).unwrap_or(0) }
    }
}

/// Calls of the rooms that scan ranges or keep counts.
fn rare(dice: &mut Dice) -> Call {
    let code = b"\0asm\x01\0\0\0".to_vec();
    match dice.below(4) {
        0 => Call::BeginUpload { code: Hash::of(&code), length: 8, chunks: vec![Hash::of(&code)] },
        1 => Call::UploadChunk { code: Hash::of(&code), index: 0, bytes: code },
        2 => Call::Attest { code: Hash::of(&code), rebuilt: Hash::ZERO, recipe: Hash::ZERO },
        _ => {
            let amount = Amount::zra(dice.below(3));
            Call::Allocate { proposal: ProposalId(dice.below(3)), side: Side::For, amount }
        }
    }
}

/// A script: mostly reads and writes of few keys.
fn steps(dice: &mut Dice) -> Vec<u8> {
    let mut steps = Vec::new();
    for _ in 0..dice.below(8) {
        let operation = match dice.below(40) {
            0..=12 => 0,
            13..=24 => 1,
            25..=26 => 2,
            27..=29 => 3,
            30 => 4,
            31..=32 => 5,
            33..=36 => 6,
            37 => 7,
            // Diving to the end of the stack takes longest.
            38 => 7 + dice.below(3),
            _ => {
                if dice.percent(10) {
                    10
                } else {
                    11
                }
            }
        };
        let bytes = [operation, dice.below(16), dice.below(256)].map(|byte| u8::try_from(byte).unwrap_or(0));
        steps.extend(bytes);
    }
    steps
}

/// Mostly what a second attempt needs too; sometimes too little.
fn limit(dice: &mut Dice, used: u64, least: u64) -> u64 {
    let roomy = used.saturating_mul(2).saturating_add(10_000);
    let limit = match dice.below(10) {
        0 => dice.below(used.max(1)),
        1 => used.saturating_add(dice.below(used.max(1))),
        _ => roomy,
    };
    // One in fifty may not even pay for its hint.
    if dice.percent(2) { limit } else { limit.max(least) }
}

/// Executing does not look at signatures; admission does.
fn unsigned(transaction: &Transaction) -> SignedTransaction {
    SignedTransaction { transaction: transaction.clone(), signature: Signature([0; 64]) }
}
