//! The peers' processes: made by the peer's own `init`, started, killed, frozen and thawed.

use crate::{Result, proxy, weather::Weather};
use serde::{Deserialize, Serialize};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::watch,
    task::JoinHandle,
    time::timeout,
};
use zera_primitives::{AccountId, hash::from_hex, keys::SecretKey};

/// A peer that does not end when asked to is killed after so long.
const GRACE: Duration = Duration::from_secs(20);

/// How a network is made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The peer's program.
    pub program: PathBuf,
    /// Where everything lies; a network that is there already goes on.
    pub folder: PathBuf,
    /// How many validators.
    pub validators: usize,
    /// The first peer's port for pages, the others' follow; 0 takes free ones.
    pub port: u16,
    /// The built page, which every peer serves.
    pub page: Option<PathBuf>,
    /// Whether connections between peers go through proxies, so that there can be weather.
    pub proxies: bool,
    /// Blocks of an epoch of a new network.
    pub epoch_blocks: Option<u64>,
    /// Slots of a new network's half-life, in which votes grow.
    pub half_life: Option<u64>,
}

/// A funded account of a development network, as `init` writes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    /// Twelve words.
    pub phrase: String,
    /// Its seed, hexadecimal.
    pub seed: String,
    /// Its address.
    pub address: String,
}

impl Account {
    /// Its key.
    ///
    /// # Errors
    /// When the seed is none.
    pub fn key(&self) -> Result<SecretKey> {
        let seed = from_hex(&self.seed).and_then(|bytes| bytes.try_into().ok()).ok_or("no seed")?;
        Ok(SecretKey::from_seed(&seed))
    }
}

/// A running network.
pub struct Fleet {
    /// Peers in order.
    pub peers: Vec<Peer>,
    /// Funded accounts.
    pub accounts: Vec<Account>,
    /// The weather; what is sent here holds from then on.
    pub weather: watch::Sender<Weather>,
    program: PathBuf,
    proxies: Vec<JoinHandle<()>>,
}

/// One peer.
pub struct Peer {
    /// Its folder.
    pub folder: PathBuf,
    /// Where it serves page and wire.
    pub serve: SocketAddr,
    /// How often it was started again.
    pub restarts: u32,
    /// True while it is frozen.
    pub frozen: bool,
    child: Option<Child>,
}

impl Peer {
    /// The address of its wire.
    #[must_use]
    pub fn wire(&self) -> String {
        format!("ws://{}/wire", self.serve)
    }

    /// Whether it runs, frozen or not.
    #[must_use]
    pub const fn up(&self) -> bool {
        self.child.is_some()
    }
}

impl Fleet {
    /// Makes the network's files where they are missing, and starts every peer.
    ///
    /// # Errors
    /// When the program is missing or refuses, or a port is taken.
    pub async fn start(plan: &Plan) -> Result<Self> {
        if !plan.folder.join("accounts.json").exists() {
            init(plan).await?;
        }
        let accounts = serde_json::from_slice(&std::fs::read(plan.folder.join("accounts.json"))?)?;
        let (weather, _) = watch::channel(Weather::default());
        let mut fleet =
            Self { peers: Vec::new(), accounts, weather, program: plan.program.clone(), proxies: Vec::new() };
        let folders: Vec<PathBuf> = (0..plan.validators).map(|peer| plan.folder.join(format!("peer{peer}"))).collect();
        let keys = folders.iter().map(|folder| key(folder)).collect::<Result<Vec<AccountId>>>()?;
        let ports = Ports::choose(plan)?;
        for (number, folder) in folders.iter().enumerate() {
            ports.write(number, folder, &keys, plan)?;
        }
        if plan.proxies {
            let keys = Arc::new(keys);
            for (number, (proxy, listen)) in ports.proxies.iter().zip(&ports.listen).enumerate() {
                let listener = TcpListener::bind(proxy).await?;
                let task = proxy::run(listener, *listen, number, Arc::clone(&keys), fleet.weather.subscribe());
                fleet.proxies.push(tokio::spawn(task));
            }
        }
        for (folder, serve) in folders.into_iter().zip(ports.serve) {
            fleet.peers.push(Peer { folder, serve, restarts: 0, frozen: false, child: None });
        }
        for peer in 0..fleet.peers.len() {
            fleet.run(peer)?;
        }
        Ok(fleet)
    }

    /// Addresses of all wires.
    #[must_use]
    pub fn wires(&self) -> Vec<String> {
        self.peers.iter().map(Peer::wire).collect()
    }

    /// Starts a peer that is down.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn restart(&mut self, peer: usize) -> Result<()> {
        self.run(peer)?;
        self.at(peer)?.restarts += 1;
        Ok(())
    }

    /// SIGKILL: nothing gets a chance to tidy up.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn kill(&mut self, peer: usize) -> Result<()> {
        let peer = self.at(peer)?;
        let mut child = peer.child.take().ok_or("it is down already")?;
        peer.frozen = false;
        child.kill().await?;
        Ok(())
    }

    /// SIGTERM, as a supervisor ends it; true when it ended well by itself.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn stop(&mut self, peer: usize) -> Result<bool> {
        self.signal(peer, "TERM").await?;
        let mut child = self.at(peer)?.child.take().ok_or("it is down already")?;
        match timeout(GRACE, child.wait()).await {
            Ok(status) => Ok(status?.success()),
            Err(_) => {
                child.kill().await?;
                Ok(false)
            }
        }
    }

    /// SIGSTOP: it holds its connections and does nothing.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn freeze(&mut self, peer: usize) -> Result<()> {
        self.signal(peer, "STOP").await?;
        self.at(peer)?.frozen = true;
        Ok(())
    }

    /// SIGCONT.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn thaw(&mut self, peer: usize) -> Result<()> {
        self.signal(peer, "CONT").await?;
        self.at(peer)?.frozen = false;
        Ok(())
    }

    /// Peers that ended by themselves since this was asked last; they count as down.
    pub fn fallen(&mut self) -> Vec<(usize, String)> {
        let mut fallen = Vec::new();
        for (number, peer) in self.peers.iter_mut().enumerate() {
            if let Some(Ok(Some(status))) = peer.child.as_mut().map(Child::try_wait) {
                peer.child = None;
                fallen.push((number, format!("{status}; {}", last_lines(&peer.folder.join("log")))));
            }
        }
        fallen
    }

    /// Ends all peers well.
    pub async fn end(mut self) {
        for peer in 0..self.peers.len() {
            self.thaw(peer).await.ok();
            self.signal(peer, "TERM").await.ok();
        }
        for peer in 0..self.peers.len() {
            self.stop(peer).await.ok();
        }
    }

    fn at(&mut self, peer: usize) -> Result<&mut Peer> {
        Ok(self.peers.get_mut(peer).ok_or("no such peer")?)
    }

    fn run(&mut self, peer: usize) -> Result<()> {
        let program = self.program.clone();
        let peer = self.at(peer)?;
        let log = std::fs::OpenOptions::new().create(true).append(true).open(peer.folder.join("log"))?;
        let mut command = Command::new(&program);
        command.arg("run").arg("--dir").arg(&peer.folder).stdin(Stdio::null()).kill_on_drop(true);
        command.stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().map_err(|error| format!("cannot start `{}`: {error}", program.display()))?;
        peer.child = Some(child);
        Ok(())
    }

    async fn signal(&mut self, peer: usize, name: &str) -> Result<()> {
        let id = self.at(peer)?.child.as_ref().and_then(Child::id).ok_or("it does not run")?;
        let status = Command::new("kill").arg(format!("-{name}")).arg(id.to_string()).status().await?;
        if status.success() { Ok(()) } else { Err(format!("kill -{name} {id} failed").into()) }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.proxies.iter().for_each(JoinHandle::abort);
    }
}

async fn init(plan: &Plan) -> Result<()> {
    let mut command = Command::new(&plan.program);
    command.arg("init").arg("--devnet").arg(plan.validators.to_string()).arg("--dir").arg(&plan.folder);
    let output =
        command.output().await.map_err(|error| format!("cannot start `{}`: {error}", plan.program.display()))?;
    if !output.status.success() {
        return Err(format!("`zera-node init` failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let Some(slots) = plan.half_life else { return Ok(()) };
    let path = plan.folder.join("genesis.toml");
    let mut genesis: toml::Table = toml::from_str(&std::fs::read_to_string(&path)?)?;
    set(&mut genesis, "params", "half_life", i64::try_from(slots)?.into());
    Ok(std::fs::write(path, toml::to_string(&genesis)?)?)
}

/// The public key of the peer in `folder`.
fn key(folder: &Path) -> Result<AccountId> {
    let text = std::fs::read_to_string(folder.join("key")).map_err(|error| format!("{}: {error}", folder.display()))?;
    let seed = from_hex(text.trim()).and_then(|bytes| bytes.try_into().ok()).ok_or("the key file holds no seed")?;
    Ok(SecretKey::from_seed(&seed).public())
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
}

/// Addresses of every peer.
struct Ports {
    serve: Vec<SocketAddr>,
    listen: Vec<SocketAddr>,
    proxies: Vec<SocketAddr>,
}

impl Ports {
    fn choose(plan: &Plan) -> Result<Self> {
        let count = plan.validators;
        let at = |base: u16| -> Result<Vec<SocketAddr>> {
            if base > 0 {
                let ports = (base..=u16::MAX).take(count);
                return Ok(ports.map(|port| SocketAddr::from(([127, 0, 0, 1], port))).collect());
            }
            // All are held until all are chosen, so that none is chosen twice.
            let free =
                (0..count).map(|_| std::net::TcpListener::bind("127.0.0.1:0")).collect::<std::io::Result<Vec<_>>>()?;
            Ok(free.iter().map(std::net::TcpListener::local_addr).collect::<std::io::Result<_>>()?)
        };
        let base = |more| if plan.port == 0 { 0 } else { plan.port.saturating_add(more) };
        Ok(Self { serve: at(base(0))?, listen: at(base(100))?, proxies: at(base(200))? })
    }

    /// Writes these addresses into a peer's configuration; the rest of it stays.
    fn write(&self, number: usize, folder: &Path, keys: &[AccountId], plan: &Plan) -> Result<()> {
        let path = folder.join("zera.toml");
        let mut config: toml::Table = toml::from_str(&std::fs::read_to_string(&path)?)?;
        let reachable = if plan.proxies { &self.proxies } else { &self.listen };
        let address = |list: &[SocketAddr]| list.get(number).map_or_else(String::new, SocketAddr::to_string);
        let others = keys.iter().zip(reachable).enumerate().filter(|(other, _)| *other != number);
        let others = others.map(|(_, (key, at))| format!("{}@{at}", zera_primitives::hash::to_hex(&key.0)).into());
        set(&mut config, "network", "listen", address(&self.listen).into());
        set(&mut config, "network", "reachable", address(reachable).into());
        set(&mut config, "network", "peers", toml::Value::Array(others.collect()));
        set(&mut config, "serve", "listen", address(&self.serve).into());
        if let Some(page) = &plan.page {
            set(&mut config, "serve", "page", page.display().to_string().into());
        }
        Ok(std::fs::write(path, toml::to_string(&config)?)?)
    }
}

/// Sets one value of one table of a configuration.
fn set(config: &mut toml::Table, table: &str, name: &str, value: toml::Value) {
    let entry = config.entry(table).or_insert_with(|| toml::Value::Table(toml::Table::new()));
    if let toml::Value::Table(table) = entry {
        table.insert(name.to_owned(), value);
    }
}
