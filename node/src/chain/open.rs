//! Opening a peer's chain, or beginning it. What the store gives back is hostile until the client has checked it; where its
//! end does not fit, the chain steps back to the last block that does, and the network sends the rest again.

use super::{
    Chain, ChainError, Clock, Handle, Options, Shared, Standing, pages::fill, thread::Genesis, upkeep::Upkeep,
};
use crate::store::Shelf;
use codec::Encode as _;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    thread,
};
use zera_client::{Client, ClientError, GenesisConfig, HeadPointer, Record, record::STORAGE_FORMAT, record_hash};
use zera_pipelines::Threads;
use zera_primitives::{Block, Height, limits};
use zera_runtime::Machine;
use zera_state::merkle::Pages;
use zera_wire::answer::{Finality, PoolStatus};

/// Bytes of stack of the chain's thread: interpreters nest.
const STACK_BYTES: usize = 64 << 20;

/// Why a chain cannot be opened.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OpenError {
    /// The configuration is no beginning of a chain.
    #[error("genesis: {0}")]
    Genesis(String),
    /// The store holds another chain than the configuration's.
    #[error("the store holds another chain than the one that genesis.toml begins; give it another data folder")]
    OtherChain,
    /// Nothing that is stored can be used.
    #[error("{0}")]
    Damaged(String),
    /// The store, or this machine.
    #[error("{0}")]
    Failed(String),
}

impl From<ChainError> for OpenError {
    fn from(error: ChainError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Opens the chain of `config` in `shelf`, or begins it there, on a thread of its own.
///
/// # Errors
/// [`OpenError`].
pub fn open(config: &GenesisConfig, shelf: Shelf, options: Options, clock: Clock) -> Result<Handle, OpenError> {
    let genesis = Arc::new(genesis(config)?);
    let (reply, opened) = std::sync::mpsc::sync_channel(1);
    let (own, shelved) = (Arc::clone(&genesis), shelf.clone());
    let run = move || match start(&own, shelved, options, clock) {
        Ok((shared, chain)) => {
            // Whoever opens waits for it.
            drop(reply.send(Ok(Arc::clone(&shared))));
            shared.run(chain);
        }
        Err(error) => drop(reply.send(Err(error))),
    };
    let spawned = thread::Builder::new().name("chain".into()).stack_size(STACK_BYTES).spawn(run);
    let thread = spawned.map_err(|error| OpenError::Failed(error.to_string()))?;
    let shared = opened.recv().map_err(|_| OpenError::Failed("the chain's thread ended".into()))??;
    Ok(Handle { shared, shelf, genesis, thread: Arc::new(Mutex::new(Some(thread))) })
}

/// The genesis block that follows from `config`.
fn genesis(config: &GenesisConfig) -> Result<Genesis, OpenError> {
    let (_, sealed) = Client::create(config, None).map_err(|error| OpenError::Genesis(error.to_string()))?;
    let Record { header, body, .. } = sealed.decoded;
    let hash = header.hash();
    Ok(Genesis { config: config.clone(), block: Block { header, body }.encode(), hash })
}

fn start(
    genesis: &Genesis,
    mut shelf: Shelf,
    options: Options,
    clock: Clock,
) -> Result<(Arc<Shared>, Chain), OpenError> {
    let failed = |error: &dyn std::fmt::Display| OpenError::Failed(error.to_string());
    let (mut client, base) = match shelf.head().map_err(|error| failed(&error))? {
        Some(head) => stored(&mut shelf, &head, options.memory)?,
        None => (begin(genesis, &mut shelf)?, Height(0)),
    };
    if client.genesis() != genesis.hash {
        return Err(OpenError::OtherChain);
    }
    let threads = Threads::new(options.pipelines, Box::new(Machine::default)).map_err(|error| failed(&error))?;
    client.set_pipelines(Box::new(threads));
    let oldest = shelf.oldest().map_err(|error| failed(&error))?;
    let standing = standing(&client, &shelf, clock())?;
    let shared = Arc::new(Shared::new(clock, standing, options.lockstep));
    let mut chain = Chain {
        client,
        shelf,
        shared: Arc::clone(&shared),
        upkeep: Upkeep::new(base, oldest),
        proposals: Vec::new(),
        checks: Vec::new(),
        seen: BTreeMap::new(),
        times: super::standing::Times::default(),
        transactions: 0,
        faults: 0,
        stale: None,
        arrivals: 0,
        jobs: 0,
        failure: None,
        options,
    };
    for bytes in chain.shelf.pool().map_err(|error| failed(&error))? {
        // One that is in a block by now, or has expired, is refused: that is its end.
        drop(chain.submit(&bytes));
    }
    Ok((shared, chain))
}

/// Writes the genesis block.
fn begin(genesis: &Genesis, shelf: &mut Shelf) -> Result<Client, OpenError> {
    let failed = |error: &dyn std::fmt::Display| OpenError::Failed(error.to_string());
    let (client, sealed) = Client::create(&genesis.config, None).map_err(|error| failed(&error))?;
    let first = client.committee(0).map(|set| (0, set));
    let last = (genesis.config.epoch_blocks <= 1).then(|| client.committee(1).map(|set| (1, set))).flatten();
    let committees: Vec<_> = first.into_iter().chain(last).collect();
    shelf.append(&sealed, &committees).map_err(|error| failed(&error))?;
    Ok(client)
}

/// Opens what is stored, from the newest base that serves, or from the genesis block.
fn stored(shelf: &mut Shelf, head: &[u8], memory: usize) -> Result<(Client, Height), OpenError> {
    let bases = shelf.bases().map_err(|error| OpenError::Failed(error.to_string()))?;
    let head = HeadPointer::from_bytes(head).map_or(Height(u64::MAX), |pointer| pointer.height);
    let old_enough = |base: &&(Height, Vec<u8>)| base.0.plus(limits::STATE_VERSIONS) <= head;
    let first = bases.iter().filter(old_enough);
    let then = bases.iter().filter(|base| !old_enough(base));
    let mut problem = None;
    for base in first.chain(then).map(Some).chain([None]) {
        match open_from(shelf, base, memory)? {
            Ok(client) => return Ok((client, base.map_or(Height(0), |(height, _)| *height))),
            Err(error) => {
                tracing::warn!(%error, base = ?base.map(|(height, _)| height.0), "this base cannot be used");
                problem = Some(error);
            }
        }
    }
    Err(OpenError::Damaged(problem.map_or_else(String::new, |error| error.to_string())))
}

fn open_from(
    shelf: &mut Shelf,
    base: Option<&(Height, Vec<u8>)>,
    memory: usize,
) -> Result<Result<Client, ClientError>, OpenError> {
    let failed = |error: &dyn std::fmt::Display| OpenError::Failed(error.to_string());
    let stored = shelf.stored(base.cloned()).map_err(|error| failed(&error))?;
    let pages = Pages::default();
    let opened = loop {
        match Client::open_on(&stored, &pages, None) {
            Err(error) if error.is_not_loaded() => fill(shelf, &pages)?,
            opened => break opened,
        }
    };
    let (client, opened) = match opened {
        Ok(opened) => opened,
        Err(error) => return Ok(Err(error)),
    };
    if let Some((from, to, detail)) = opened.stepped_back {
        tracing::warn!(from = from.0, to = to.0, detail, "the end of the chain is damaged: stepped back");
        let bytes = shelf.record_bytes(to).map_err(|error| failed(&error))?;
        let record = bytes.map(|bytes| record_hash(&bytes)).ok_or(OpenError::Damaged(detail))?;
        let header = client.head().hash();
        let pointer = HeadPointer { format: STORAGE_FORMAT, height: to, header, record };
        shelf.cut(to, pointer.encode()).map_err(|error| failed(&error))?;
    }
    if client.touch_small(memory) {
        fill(shelf, client.pages())?;
    }
    Ok(Ok(client))
}

/// Where an opened chain stands.
fn standing(client: &Client, shelf: &Shelf, now_ms: u64) -> Result<Standing, OpenError> {
    let head = client.head().clone();
    let mut at = Some(head.height);
    let mut certified = None;
    while let Some(height) = at.filter(|at| head.height.since(*at) <= limits::STATE_VERSIONS) {
        let entry = shelf.entry(height).map_err(|error| OpenError::Failed(error.to_string()))?;
        if let Some(entry) = entry.filter(|entry| !entry.certificate.is_empty()) {
            certified = Some(Finality { header: entry.header, certificate: entry.certificate });
            break;
        }
        at = height.0.checked_sub(1).map(Height);
    }
    Ok(Standing {
        hash: head.hash(),
        head,
        since_ms: now_ms,
        certified,
        pool: PoolStatus { transactions: 0, bytes: 0 },
        finality_ms: (0, 0),
        transactions: 0,
        executed: 0,
        faults: 0,
        page_bytes: 0,
    })
}
