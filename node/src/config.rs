//! The configuration file, `zera.toml`. Every path in it is relative to the folder that it lies in; what is left out has
//! the value that docs/running-a-peer.md lists. Unknown names are refused, so that a misspelt limit is not ignored.

use serde::{Deserialize, Serialize};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
};
use zera_primitives::{AccountId, hash::from_hex};

/// The file's name in a peer's folder.
pub const FILE: &str = "zera.toml";

/// What a peer does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A network of one validator: itself.
    Solo,
    /// Votes while the governed set names its key; follows otherwise.
    Validator,
    /// Follows and executes, keeps recent blocks whole.
    #[default]
    Full,
    /// As full, and keeps every block whole.
    Archive,
}

impl Role {
    /// As files and peers name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Solo => "solo",
            Self::Validator => "validator",
            Self::Full => "full",
            Self::Archive => "archive",
        }
    }
}

/// The whole file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What the peer does.
    pub role: Role,
    /// Where the chain and the engine's journal lie.
    pub data: DataDir,
    /// How the chain begins.
    pub genesis: GenesisFile,
    /// The peer's key: its name among peers, and its vote.
    pub key: KeyFile,
    /// The page and its WebSocket.
    pub serve: Serve,
    /// Other peers.
    pub network: Network,
    /// What is kept.
    pub keep: Keep,
    /// What is said.
    pub log: Log,
}

macro_rules! path {
    ($(#[$doc:meta])* $name:ident, $default:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub PathBuf);

        impl Default for $name {
            fn default() -> Self {
                Self($default.into())
            }
        }
    };
}

path!(
    /// A folder, `data` unless said otherwise.
    DataDir,
    "data"
);
path!(
    /// A file, `genesis.toml` unless said otherwise.
    GenesisFile,
    "genesis.toml"
);
path!(
    /// A file, `key` unless said otherwise.
    KeyFile,
    "key"
);

/// The page and its WebSocket, on one port.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Serve {
    /// Where.
    pub listen: SocketAddr,
    /// The folder of the built page; no page without.
    pub page: Option<PathBuf>,
    /// The folder of proving keys, for `/keys/`.
    pub keys: Option<PathBuf>,
    /// Origins whose pages may connect; any when empty, since no request carries a credential.
    pub origins: Vec<String>,
    /// Connections at a time.
    pub connections: u32,
    /// Of them from one address.
    pub connections_per_address: u32,
    /// Questions that one connection may ask a second, on average over ten seconds.
    pub requests_per_second: u32,
    /// Bytes that one connection may be sent a second, on average over ten seconds.
    pub bytes_per_second: u32,
    /// Bytes of answers on their way to all connections together.
    pub answer_bytes: u32,
    /// Seconds that one message may take to be taken off our hands; the connection is closed then.
    pub patience_seconds: u32,
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7401)),
            page: None,
            keys: None,
            origins: Vec::new(),
            connections: 1_024,
            connections_per_address: 128,
            requests_per_second: 2_000,
            bytes_per_second: 64 << 20,
            answer_bytes: 128 << 20,
            patience_seconds: 20,
        }
    }
}

/// Other peers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// Where this peer listens for them.
    pub listen: SocketAddr,
    /// Where they reach it; `listen` unless said otherwise.
    pub reachable: Option<SocketAddr>,
    /// Peers to begin with, as `key@address:port`.
    pub peers: Vec<KnownPeer>,
    /// Keys of peers outside the set that may connect and follow.
    pub followers: Vec<Key>,
    /// Whether peers may have private addresses: a network on one machine or behind one router.
    pub private: bool,
    /// Milliseconds after which an idle leader makes an empty block.
    pub heartbeat_ms: u64,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7501)),
            reachable: None,
            peers: Vec::new(),
            followers: Vec::new(),
            private: false,
            heartbeat_ms: 1_000,
        }
    }
}

/// A public key, as hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(pub AccountId);

/// A peer and where it is: `key@address:port`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KnownPeer {
    /// Its key.
    pub key: Key,
    /// Its address.
    pub address: SocketAddr,
}

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bytes = from_hex(&text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(|bytes| Self(AccountId(bytes))).ok_or_else(|| format!("{text:?} is no key: 64 hexadecimal digits"))
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        zera_primitives::hash::to_hex(&key.0.0)
    }
}

impl TryFrom<String> for KnownPeer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (key, address) = text.split_once('@').ok_or_else(|| format!("{text:?} is not key@address:port"))?;
        let address = SocketAddr::from_str(address).map_err(|error| format!("{text:?}: {error}"))?;
        Ok(Self { key: key.to_owned().try_into()?, address })
    }
}

impl From<KnownPeer> for String {
    fn from(peer: KnownPeer) -> Self {
        format!("{}@{}", Self::from(peer.key), peer.address)
    }
}

/// What is kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
    /// Newest blocks that are kept whole; older ones keep header, certificate and indexes. An archive keeps all.
    pub blocks: u64,
    /// Megabytes of the state's pages that stay in memory.
    pub state_megabytes: u32,
    /// Megabytes of the store that stay in memory.
    pub store_megabytes: u32,
    /// Blocks between two bases, from which the state is opened and snapshots are served.
    pub base_every: u64,
}

impl Default for Keep {
    fn default() -> Self {
        Self { blocks: 1_000_000, state_megabytes: 512, store_megabytes: 256, base_every: 1_024 }
    }
}

/// What is said.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Which: `info`, or rules such as `info,zera_node=debug`.
    pub level: String,
    /// One JSON object per line.
    pub json: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into(), json: false }
    }
}

/// A file that cannot be used, and why. Recoverable by whoever wrote it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{path}: {cause}")]
pub struct FileError {
    /// Which file.
    pub path: String,
    /// Why.
    pub cause: String,
}

impl FileError {
    /// Something is wrong with `path`.
    #[must_use]
    pub fn new(path: &Path, cause: impl std::fmt::Display) -> Self {
        Self { path: path.display().to_string(), cause: cause.to_string() }
    }
}

impl Config {
    /// Reads the file of a peer's folder, and makes its paths absolute or relative to the process.
    ///
    /// # Errors
    /// [`FileError`] names line and cause.
    pub fn read(folder: &Path) -> Result<Self, FileError> {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|error| FileError::new(&path, error))?;
        let mut config: Self = toml::from_str(&text).map_err(|error| FileError::new(&path, error))?;
        for path in [&mut config.data.0, &mut config.genesis.0, &mut config.key.0] {
            *path = folder.join(&*path);
        }
        config.serve.page = config.serve.page.map(|page| folder.join(page));
        config.serve.keys = config.serve.keys.map(|keys| folder.join(keys));
        Ok(config)
    }

    /// The file's text.
    ///
    /// # Errors
    /// Never for a configuration that was made here.
    pub fn to_text(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_round_trips_and_refuses_what_it_does_not_know() {
        let key = Key(AccountId([7; 32]));
        let mut config = Config { role: Role::Archive, ..Config::default() };
        config.network.peers.push(KnownPeer { key, address: SocketAddr::from(([127, 0, 0, 1], 9)) });
        config.network.followers.push(key);
        let text = config.to_text().unwrap();
        assert_eq!(toml::from_str::<Config>(&text).unwrap(), config);
        assert_eq!(toml::from_str::<Config>("").unwrap(), Config::default());
        assert_eq!(toml::from_str::<Config>("role = \"solo\"").unwrap().role, Role::Solo);
        for wrong in ["rule = \"solo\"", "role = \"king\"", "[serve]\nconections = 1", "[network]\npeers = [\"7@x\"]"] {
            assert!(toml::from_str::<Config>(wrong).is_err(), "{wrong}");
        }
    }
}
