//! Keys that everybody knows, for networks on one machine: validators and funded accounts. Whoever runs a network for others
//! makes keys of their own (`zera-node keys new`, `zera-node init`).

use bip39::Mnemonic;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use sha2::Sha512;
use zera_client::GenesisConfig;
use zera_primitives::{Amount, Hash, Network, Params, address::Address, hash::to_hex, keys::SecretKey};

/// Funded accounts of a development network.
pub const ACCOUNTS: u32 = 8;
/// What each of them holds, ZRA.
const EACH_ZRA: u64 = 100_000_000;
/// What has no key, ZRA, so that no single account is the whole stake.
const REST_ZRA: u64 = 200_000_000;
/// Derivation path of recovery phrases, as the tab has it: `m/44'/1'/0'` by SLIP-0010.
const PATH: [u32; 3] = [44, 1, 0];

/// A funded account whose key everybody knows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Account {
    /// Twelve words, as the page imports them.
    pub phrase: String,
    /// The Ed25519 seed that they give.
    pub seed: String,
    /// The account, hexadecimal.
    pub account: String,
    /// Its address.
    pub address: String,
    /// What it holds at the beginning, ZRA.
    pub zra: u64,
}

/// The seed of development validator `number`.
#[must_use]
pub fn validator_seed(number: u32) -> [u8; 32] {
    Hash::of_parts("zera development validator", &[&number.to_le_bytes()]).0
}

/// The phrase and the seed of development account `number`.
#[must_use]
pub fn account_key(number: u32) -> Option<(String, [u8; 32])> {
    let hash = Hash::of_parts("zera development account", &[&number.to_le_bytes()]);
    let words = Mnemonic::from_entropy(hash.0.get(..16)?).ok()?;
    let (mut key, mut chain) = halves(b"ed25519 seed", &[&words.to_seed_normalized("")])?;
    for step in PATH {
        (key, chain) = halves(&chain, &[&[0], &key, &(step | 1 << 31).to_be_bytes()])?;
    }
    Some((words.to_string(), key))
}

/// The funded accounts.
#[must_use]
pub fn accounts() -> Vec<Account> {
    let account = |(phrase, seed): (String, [u8; 32])| {
        let account = SecretKey::from_seed(&seed).public();
        Account {
            phrase,
            seed: to_hex(&seed),
            account: to_hex(&account.0),
            address: Address::Account(account).to_text(Network::Main),
            zra: EACH_ZRA,
        }
    };
    (0..ACCOUNTS).filter_map(account_key).map(account).collect()
}

/// A network of these validators whose time runs as the demo chain's: a half-life of a minute.
#[must_use]
pub fn genesis(validators: &[[u8; 32]], zero_ms: u64, epoch_blocks: u64) -> GenesisConfig {
    let seeds = (0..ACCOUNTS).filter_map(account_key);
    let mut accounts: Vec<_> =
        seeds.map(|(_, seed)| (SecretKey::from_seed(&seed).public(), Amount::zra(EACH_ZRA))).collect();
    let nobody = Hash::of(b"the rest of the development supply has no key");
    accounts.push((zera_primitives::AccountId(nobody.0), Amount::zra(REST_ZRA)));
    GenesisConfig {
        network: Network::Main,
        params: Params::demo(),
        zero_ms,
        accounts,
        validators: validators.iter().map(|seed| SecretKey::from_seed(seed).public()).collect(),
        epoch_blocks,
    }
}

/// Both halves of HMAC-SHA512.
fn halves(key: &[u8], parts: &[&[u8]]) -> Option<([u8; 32], [u8; 32])> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).ok()?;
    parts.iter().for_each(|part| mac.update(part));
    let output = mac.finalize().into_bytes();
    let (left, right) = output.split_at_checked(32)?;
    Some((left.try_into().ok()?, right.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivation_follows_slip_0010() {
        // Test vector 1 for Ed25519: the master key.
        let master = zera_primitives::hash::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
        let (key, _) = halves(b"ed25519 seed", &[&master]).unwrap();
        assert_eq!(to_hex(&key), "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7");
    }

    #[test]
    fn accounts_differ_and_the_supply_is_a_thousand_million() {
        let accounts = accounts();
        assert_eq!(accounts.len(), ACCOUNTS as usize);
        assert!(accounts.iter().all(|account| account.phrase.split(' ').count() == 12));
        let config = genesis(&[validator_seed(0)], 0, 500);
        let supply: u128 = config.accounts.iter().map(|(_, amount)| amount.0).sum();
        assert_eq!(supply, Amount::zra(1_000_000_000).0);
        let mut holders: Vec<_> = config.accounts.iter().map(|(account, _)| *account).collect();
        holders.dedup();
        assert_eq!(holders.len(), 9);
    }
}
