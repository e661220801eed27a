//! A network in one process: the keys of four validators who certify what they are given, accounts, transfers.

#![allow(dead_code, reason = "not every test that has this network needs all of it")]

use codec::Encode as _;
use zera_client::{
    Client, GenesisConfig, Sealed,
    light::{Certificate, SealKey, ValidatorSet, certificate::certify},
    primitives::{
        AccountId, Amount, Block, Gas, Hash, Header, Network, Params, SignedTransaction, Slot, Transaction,
        keys::SecretKey,
        tx::{AccessHint, Call},
    },
    state::accounts,
    zip::now,
};

/// People with 100,000,000 ZRA each.
pub const PEOPLE: u8 = 6;
/// Blocks of an epoch.
pub const EPOCH: u64 = 5;

pub fn key(person: u8) -> SecretKey {
    SecretKey::from_seed(&[person; 32])
}

pub fn who(person: u8) -> AccountId {
    key(person).public()
}

/// The key of a validator; those of genesis are 100 to 103.
pub fn validator(seed: u8) -> SealKey {
    SealKey::from_seed(&[seed; 32]).unwrap()
}

pub fn config() -> GenesisConfig {
    GenesisConfig {
        network: Network::Main,
        params: Params::demo(),
        zero_ms: 0,
        accounts: (1..=PEOPLE).map(|person| (who(person), Amount::zra(100_000_000))).collect(),
        validators: (100..104).map(|seed| validator(seed).public()).collect(),
        epoch_blocks: EPOCH,
    }
}

pub fn client() -> Client {
    Client::create(&config(), None).unwrap().0
}

/// The certificate of three of the four validators of genesis, or of all of `set`, whose seeds are in `seeds`.
pub fn certificate(header: &Header, set: &ValidatorSet, seeds: &[u8]) -> Certificate {
    let mut keys: Vec<SealKey> = seeds.iter().map(|seed| validator(*seed)).collect();
    keys.retain(|key| set.keys().contains(&key.public()));
    keys.sort_by_key(SealKey::public);
    assert_eq!(keys.len(), set.keys().len(), "a key of the set is not known");
    let places: Vec<usize> = (0..set.quorum()).collect();
    certify(header, (header.height.0 + 7, header.height.0 + 6), &keys, &places).unwrap()
}

/// That of the validators of genesis.
pub fn certified(header: &Header) -> Certificate {
    let set = ValidatorSet::new(config().validators).unwrap();
    certificate(header, &set, &[100, 101, 102, 103])
}

/// A transfer that follows the sender's number on the block stood on, or comes `ahead` numbers later.
pub fn transfer(client: &Client, from: u8, to: u8, amount: u64, ahead: u64) -> SignedTransaction {
    let nonce = accounts::account(client.state(), &who(from)).unwrap().nonce + ahead;
    let call = Call::Transfer { to: who(to), amount: Amount::zra(amount) };
    let transaction = Transaction {
        sender: who(from),
        nonce,
        expiry: Slot(1_000_000),
        gas_limit: Gas(200_000),
        fee_limit: Amount::zra(1),
        calls: vec![call],
        hint: AccessHint::default(),
    };
    transaction.sign(&client.genesis(), &key(from))
}

pub fn submit(client: &mut Client, signed: &SignedTransaction) -> Hash {
    let slot = client.tip().slot;
    client.submit(&signed.encode(), slot).unwrap()
}

/// A block of what waits on the block stood on, which is stood on then.
pub fn propose(client: &mut Client, slots: u64) -> Block {
    let slot = client.tip().slot.plus(slots);
    let proposer = client.validators().keys()[0];
    let draft = now(client.draft_by(slot, 0, proposer)).unwrap().unwrap();
    client.extend(draft, proposer).unwrap()
}

/// Executes a block of somebody else on the block stood on.
pub fn check(client: &mut Client, block: &Block) -> Result<(), zera_client::ClientError> {
    let draft = now(client.check(block)).unwrap()?;
    client.extend_checked(draft, block)
}

pub fn accept(
    client: &mut Client,
    block: &Block,
    certificate: Option<&Certificate>,
) -> Result<Sealed, zera_client::ClientError> {
    now(client.accept(block, certificate)).unwrap()
}
