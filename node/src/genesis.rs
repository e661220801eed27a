//! `genesis.toml`: how a chain begins, as people read and agree on it. The same text gives the same chain on every peer.

use crate::config::{FileError, Key};
use serde::{Deserialize, Serialize};
use std::path::Path;
use zera_client::GenesisConfig;
use zera_primitives::{Amount, Network, Params};

/// The file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisText {
    /// `main`, or `solo` for a chain of one.
    pub network: Kind,
    /// Unix time of slot 0, milliseconds.
    pub zero_ms: u64,
    /// Blocks of an epoch.
    pub epoch_blocks: u64,
    /// Keys of the validators of the first epoch.
    pub validators: Vec<Key>,
    /// Parameters in force.
    pub params: Params,
    /// Who holds how much.
    pub accounts: Vec<Holding>,
}

/// Which addresses and rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A chain of one signer, which may skip slots.
    Solo,
    /// A network.
    Main,
}

/// What an account holds at the beginning.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// Whose; a key.
    pub account: Key,
    /// Base units, 10^9 of which are one ZRA, as text.
    pub units: Amount,
}

impl GenesisText {
    /// Reads the file.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let text = std::fs::read_to_string(path).map_err(|error| FileError::new(path, error))?;
        toml::from_str(&text).map_err(|error| FileError::new(path, error))
    }

    /// The file's text.
    ///
    /// # Errors
    /// Never for what was made here.
    pub fn to_text(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// What the chain follows from.
    #[must_use]
    pub fn config(&self) -> GenesisConfig {
        let network = match self.network {
            Kind::Solo => Network::Solo,
            Kind::Main => Network::Main,
        };
        GenesisConfig {
            network,
            params: self.params.clone(),
            zero_ms: self.zero_ms,
            accounts: self.accounts.iter().map(|holding| (holding.account.0, holding.units)).collect(),
            validators: self.validators.iter().map(|key| key.0).collect(),
            epoch_blocks: self.epoch_blocks,
        }
    }

    /// The text of `config`.
    #[must_use]
    pub fn of(config: &GenesisConfig) -> Self {
        let network = match config.network {
            Network::Solo => Kind::Solo,
            Network::Main => Kind::Main,
        };
        Self {
            network,
            zero_ms: config.zero_ms,
            epoch_blocks: config.epoch_blocks,
            validators: config.validators.iter().map(|key| Key(*key)).collect(),
            params: config.params.clone(),
            accounts: config
                .accounts
                .iter()
                .map(|(key, units)| Holding { account: Key(*key), units: *units })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::development;

    #[test]
    fn the_text_gives_the_same_chain_everywhere() {
        let config = development::genesis(&[development::validator_seed(0), development::validator_seed(1)], 7, 500);
        let text = GenesisText::of(&config).to_text().unwrap();
        let read: GenesisText = toml::from_str(&text).unwrap();
        assert_eq!(read.config(), config);
        assert_eq!(read.config().hash(), config.hash());
        assert!(toml::from_str::<GenesisText>(&text.replace("epoch_blocks", "epoch_block")).is_err());
    }
}
