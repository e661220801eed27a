//! `zera-node init` and `zera-node keys`: files of a peer, or of a whole network on one machine.

use super::{Dir, Failure};
use crate::{
    config::{Config, FILE, FileError, GenesisFile, Key, KnownPeer, Role},
    development,
    genesis::GenesisText,
    keys::{self, Seed},
};
use clap::{Args, Subcommand};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};
use zera_client::{Client, GenesisConfig};
use zera_primitives::{Amount, Network, Params};

/// First port of peers' pages on a development network; the others follow.
const SERVE_PORT: u16 = 7_401;
/// First port of peers' own connections.
const PEER_PORT: u16 = 7_501;

/// What to make.
#[derive(Args, Debug)]
pub struct Init {
    #[command(flatten)]
    dir: Dir,
    /// Make a network of so many validators on this machine, with keys that everybody knows.
    #[arg(long, value_name = "N", conflicts_with_all = ["genesis", "role"])]
    devnet: Option<u32>,
    /// What the peer does. `solo` begins a chain of its own; others need a genesis file.
    #[arg(long, default_value = "solo")]
    role: Role,
    /// The genesis file of the network to join.
    #[arg(long)]
    genesis: Option<PathBuf>,
    /// Blocks of an epoch of a chain that begins here.
    #[arg(long, default_value_t = 500)]
    epoch_blocks: u64,
    /// Peers to begin with, as key@address:port.
    #[arg(long, value_parser = peer)]
    peer: Vec<KnownPeer>,
}

/// Keys of a peer.
#[derive(Args, Debug)]
pub struct Keys {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Subcommand, Debug)]
enum KeysCommand {
    /// Write a new key to a file, and print its public half.
    New {
        /// The file; it must not be there.
        file: PathBuf,
    },
    /// Print the public half of a key.
    Show {
        /// The file.
        file: PathBuf,
    },
}

fn peer(text: &str) -> Result<KnownPeer, String> {
    text.to_owned().try_into()
}

/// The command.
///
/// # Errors
/// When a file is there already or cannot be written, or the genesis is none.
pub fn init(init: &Init) -> Result<(), Failure> {
    let now_ms = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    match init.devnet {
        Some(count) => devnet(&init.dir.dir, count, init.epoch_blocks, now_ms),
        None => single(init, now_ms),
    }
}

/// One peer, of a network or alone.
fn single(init: &Init, now_ms: u64) -> Result<(), Failure> {
    let folder = &init.dir.dir;
    let seed = keys::fresh()?;
    let genesis = match (&init.genesis, init.role) {
        (Some(path), _) => GenesisText::read(path)?,
        (None, Role::Solo) => GenesisText::of(&solo(&seed, now_ms, init.epoch_blocks)),
        (None, role) => {
            return Err(format!("a peer of role {} joins a network: give its --genesis", role.name()).into());
        }
    };
    let mut config = Config { role: init.role, ..Config::default() };
    config.network.peers.clone_from(&init.peer);
    write_folder(folder, &config, &seed)?;
    write(&folder.join("genesis.toml"), &genesis.to_text()?)?;
    println!("folder    {}", folder.display());
    println!("genesis   {}", hash(&genesis.config())?);
    println!("key       {}", String::from(Key(keys::public(&seed))));
    println!("run it    zera-node run --dir {}", folder.display());
    Ok(())
}

/// A chain of its own for one peer: the key holds everything that is not locked away.
fn solo(seed: &Seed, zero_ms: u64, epoch_blocks: u64) -> GenesisConfig {
    let holder = keys::public(seed);
    GenesisConfig {
        network: Network::Main,
        params: Params::network(),
        zero_ms,
        accounts: vec![(holder, Amount::zra(1_000_000_000))],
        validators: vec![holder],
        epoch_blocks,
    }
}

/// A network on this machine.
fn devnet(folder: &Path, count: u32, epoch_blocks: u64, now_ms: u64) -> Result<(), Failure> {
    if !(1..=64).contains(&count) {
        return Err("a development network has 1 to 64 validators".into());
    }
    let seeds: Vec<Seed> = (0..count).map(development::validator_seed).collect();
    let genesis = development::genesis(&seeds, now_ms, epoch_blocks);
    let local = |base: u16, number: usize| -> Result<SocketAddr, Failure> {
        let port = u16::try_from(number).ok().and_then(|number| base.checked_add(number)).ok_or("no port is left")?;
        Ok(SocketAddr::from(([127, 0, 0, 1], port)))
    };
    std::fs::create_dir_all(folder)?;
    write(&folder.join("genesis.toml"), &GenesisText::of(&genesis).to_text()?)?;
    let accounts = serde_json::to_string_pretty(&development::accounts())?;
    write(&folder.join("accounts.json"), &accounts)?;
    for (number, seed) in seeds.iter().enumerate() {
        let role = if count == 1 { Role::Solo } else { Role::Validator };
        let mut config = Config { role, genesis: GenesisFile("../genesis.toml".into()), ..Config::default() };
        config.serve.listen = local(SERVE_PORT, number)?;
        config.network.listen = local(PEER_PORT, number)?;
        config.network.private = true;
        for (other, seed) in seeds.iter().enumerate().filter(|(other, _)| *other != number) {
            config.network.peers.push(KnownPeer { key: Key(keys::public(seed)), address: local(PEER_PORT, other)? });
        }
        write_folder(&folder.join(format!("peer{number}")), &config, seed)?;
    }
    println!("genesis   {}", hash(&genesis)?);
    println!("peers     {}/peer0 to peer{}", folder.display(), count.saturating_sub(1));
    println!("accounts  {}/accounts.json", folder.display());
    println!("These keys are for development: everybody knows them. Never hold anything of value with them.");
    Ok(())
}

/// The chain's name: the hash of its genesis block.
fn hash(config: &GenesisConfig) -> Result<String, Failure> {
    let (client, _) = Client::create(config, None)?;
    Ok(client.genesis().to_hex())
}

fn write_folder(folder: &Path, config: &Config, seed: &Seed) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    write(&folder.join(FILE), &config.to_text()?)?;
    Ok(keys::write(&folder.join("key"), seed)?)
}

/// Writes a file that must not be there yet.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    Ok(written.map_err(|error| FileError::new(path, error))?)
}

/// `zera-node keys`.
///
/// # Errors
/// When the file is there already, or is none.
pub fn keys(keys: &Keys) -> Result<(), Failure> {
    let seed = match &keys.command {
        KeysCommand::New { file } => {
            let seed = keys::fresh()?;
            keys::write(file, &seed)?;
            seed
        }
        KeysCommand::Show { file } => keys::read(file)?,
    };
    println!("{}", String::from(Key(keys::public(&seed))));
    Ok(())
}
