//! `zera-node sync`: the state of a network from a peer's snapshot, instead of executing its whole past. The peer is believed
//! nothing: the checkpoint comes from the person, certificates lead from it to the snapshot's block, and every page is
//! checked against that block's state root. `run` then goes on from there.

use super::{Dir, Failure};
use crate::{
    config::Config,
    genesis::GenesisText,
    peer::{clock, open_shelf},
    store::Shelf,
    wire::Wire,
};
use clap::Args;
use codec::Encode as _;
use zera_client::{
    Base, Client, GenesisConfig, HeadPointer, Record,
    record::{BASE_FORMAT, STORAGE_FORMAT},
    record_hash,
};
use zera_light::{Anchor, Certificate, Rules, ValidatorSet, sync::Light};
use zera_primitives::{Block, Hash, Header, Height, decode_bounded};
use zera_state::merkle::{Directory, MerkleState, Pages, page::DIRECTORY_BYTES};
use zera_wire::{
    Answer, Request,
    answer::{FinalBlock, SnapshotOffer},
    request::{MOST_BOUNDARIES, MOST_PAGES},
};

/// Which peer, and what to trust.
#[derive(Args, Debug)]
pub struct Sync {
    #[command(flatten)]
    dir: Dir,
    /// The WebSocket of a peer.
    #[arg(long)]
    from: String,
    /// What to trust: `genesis hash`, or `genesis hash:height:block hash:set hash`. The genesis of genesis.toml unless given.
    #[arg(long)]
    checkpoint: Option<Anchor>,
}

/// The command.
///
/// # Errors
/// When the store holds a chain already, the peer does not serve what is needed, or serves a lie.
pub fn sync(sync: &Sync) -> Result<(), Failure> {
    let config = Config::read(&sync.dir.dir)?;
    let genesis = GenesisText::read(&config.genesis.0)?.config();
    let mut shelf = open_shelf(&config)?;
    if shelf.head()?.is_some() {
        return Err("the data folder holds a chain already: `run` goes on from there".into());
    }
    let (first, _) = Client::create(&genesis, None)?;
    let chain = first.genesis();
    let anchor = sync.checkpoint.unwrap_or(Anchor { genesis: chain, point: None });
    if anchor.genesis != chain {
        return Err("the checkpoint is of another chain than genesis.toml begins".into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let height = runtime.block_on(async {
        let mut wire = Wire::connect(&sync.from, Some(chain)).await?;
        fetch(&mut wire, anchor, first.head(), &genesis, &mut shelf).await
    })?;
    println!("the state after block {height} is here; `run` goes on from there");
    Ok(())
}

async fn fetch(
    wire: &mut Wire,
    anchor: Anchor,
    genesis: &Header,
    config: &GenesisConfig,
    shelf: &mut Shelf,
) -> Result<Height, Failure> {
    let mut light = begin(wire, anchor, genesis, config).await?;
    follow(wire, &mut light).await?;
    let Answer::Snapshot(offer) = wire.ask(Request::Snapshot).await? else { return Err(wrong()) };
    light.tip(&offer.at, clock()())?;
    let header = offer.at.header.clone();
    if header.height < light.anchor().height() {
        return Err("the snapshot is older than the checkpoint".into());
    }
    let directory = directory(wire, &offer).await?;
    pages(wire, &header, &directory, shelf).await?;
    let record = record(wire, &offer).await?.encode();
    let base = Base {
        format: BASE_FORMAT,
        header: header.clone(),
        certificate: offer.at.certificate.clone(),
        record: record_hash(&record),
        directory,
    };
    let pointer = HeadPointer {
        format: STORAGE_FORMAT,
        height: header.height,
        header: header.hash(),
        record: record_hash(&record),
    };
    let mut committees = vec![(header.epoch, set(wire, header.epoch, &header.validators).await?)];
    if header.height.0.saturating_add(1).is_multiple_of(config.epoch_blocks.max(1)) {
        let next = header.epoch.saturating_add(1);
        committees.push((next, set(wire, next, &header.next_validators).await?));
    }
    shelf.begin_at(&base, &record, &pointer, &committees)?;
    Ok(header.height)
}

/// A light client at the checkpoint.
async fn begin(wire: &mut Wire, anchor: Anchor, genesis: &Header, config: &GenesisConfig) -> Result<Light, Failure> {
    let rules = Rules {
        epoch_blocks: config.epoch_blocks,
        zero_ms: config.zero_ms,
        trusting_slots: config.params.trusting_slots,
    };
    let start = if anchor.point.is_none() {
        genesis.clone()
    } else {
        let Answer::Headers(headers) = wire.ask(Request::Headers { from: anchor.height(), limit: 1 }).await? else {
            return Err(wrong());
        };
        headers.into_iter().next().ok_or("the peer does not have the checkpoint's block")?
    };
    let set = set(wire, start.epoch, &start.validators).await?;
    Ok(Light::new(anchor, start, set, rules)?)
}

/// A set whose hash is known.
async fn set(wire: &mut Wire, epoch: u64, hash: &Hash) -> Result<ValidatorSet, Failure> {
    let Answer::Bytes(bytes) = wire.ask(Request::Committee { epoch }).await? else { return Err(wrong()) };
    let set = ValidatorSet::from_bytes(&bytes)?;
    if set.hash() == *hash { Ok(set) } else { Err("the peer serves another validator set".into()) }
}

/// Goes through the ends of epochs to the newest.
async fn follow(wire: &mut Wire, light: &mut Light) -> Result<(), Failure> {
    loop {
        let from = light.epoch();
        let request = Request::Boundaries { from, limit: MOST_BOUNDARIES };
        let Answer::Boundaries(boundaries) = wire.ask(request).await? else { return Err(wrong()) };
        light.boundaries(&boundaries, clock()())?;
        if light.epoch() == from {
            return Ok(());
        }
    }
}

async fn directory(wire: &mut Wire, offer: &SnapshotOffer) -> Result<Directory, Failure> {
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < offer.directory_bytes && bytes.len() < DIRECTORY_BYTES {
        let request = Request::Directory { height: offer.at.header.height, offset: bytes.len() as u64 };
        let Answer::Bytes(part) = wire.ask(request).await? else { return Err(wrong()) };
        if part.is_empty() {
            break;
        }
        bytes.extend(part);
    }
    Ok(decode_bounded(&bytes, DIRECTORY_BYTES)?)
}

/// Fetches and stores every page, each checked by its name.
async fn pages(wire: &mut Wire, header: &Header, directory: &Directory, shelf: &mut Shelf) -> Result<(), Failure> {
    let checked = Pages::default();
    MerkleState::from_directory(directory.clone(), header.height, &header.state_root, checked.clone())?;
    let names: Vec<_> = directory.pages().collect();
    let (mut done, mut bytes) = (0usize, 0usize);
    while done < names.len() {
        let wanted: Vec<_> = names.iter().skip(done).take(MOST_PAGES).copied().collect();
        let request = Request::Pages { height: header.height, names: wanted.clone() };
        let Answer::Pages(found) = wire.ask(request).await? else { return Err(wrong()) };
        if found.is_empty() {
            return Err("the peer serves no pages".into());
        }
        let mut pages = Vec::new();
        for (name, page) in wanted.into_iter().zip(found) {
            checked.supply(name, page.as_deref())?;
            pages.extend(page.map(|page| (name, page)));
        }
        done = done.saturating_add(pages.len());
        bytes = pages.iter().fold(bytes, |sum, (_, page)| sum.saturating_add(page.len()));
        shelf.put_pages(&pages)?;
        // What was checked need not stay in memory.
        checked.shrink(64 << 20);
        eprintln!("{done} of {} pages, {} kB", names.len(), bytes >> 10);
    }
    Ok(())
}

/// The snapshot's own block, whole, as others may ask for it; its roots are those of the certified header.
async fn record(wire: &mut Wire, offer: &SnapshotOffer) -> Result<Record, Failure> {
    let header = &offer.at.header;
    let Answer::Blocks(blocks) = wire.ask(Request::Blocks { from: header.height, limit: 1 }).await? else {
        return Err(wrong());
    };
    let found = blocks.into_iter().next().filter(|found| found.block.header == *header);
    let Some(FinalBlock { block: Block { header, body }, .. }) = found else {
        return Err("the peer does not serve the snapshot's block".into());
    };
    let Answer::Receipts(done) = wire.ask(Request::Receipts(header.height)).await? else { return Err(wrong()) };
    Certificate::from_bytes(&offer.at.certificate)?;
    let record = Record {
        format: STORAGE_FORMAT,
        previous: Hash::ZERO,
        header,
        certificate: offer.at.certificate.clone(),
        body,
        receipts: done.receipts,
        events: done.events,
        diagnostics: Vec::new(),
        causes: Vec::new(),
        changes: Vec::new(),
    };
    Ok(Record::from_bytes(&record.encode())?)
}

fn wrong() -> Failure {
    "the peer answers something else than was asked".into()
}
