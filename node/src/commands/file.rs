//! `zera-node export`, `import` and `replay`: a chain as a file, and every block executed once more.

use super::{Dir, Failure};
use crate::{
    chain::Handle,
    config::Config,
    keys,
    peer::{open_chain, open_shelf},
    store::Shelf,
};
use clap::Args;
use codec::{Decode, DecodeWithMemTracking, Encode};
use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Write},
    path::PathBuf,
    time::Instant,
};
use zera_client::{Client, GenesisConfig};
use zera_consensus::Ledger as _;
use zera_light::Certificate;
use zera_pipelines::Threads;
use zera_primitives::{Block, Height, decode_bounded};
use zera_runtime::Machine;
use zera_wire::answer::FinalBlock;
use zera_zip::now;

/// First bytes of every file.
const INTRO: &[u8; 14] = b"zera-chain/1\n\n";
/// Bytes of one item: the configuration, or a block with its certificate.
const ITEM_BYTES: usize = 16 << 20;
/// Blocks between two reports.
const REPORT_EVERY: u64 = 1_000;

/// Where to.
#[derive(Args, Debug)]
pub struct Export {
    #[command(flatten)]
    dir: Dir,
    /// The file; it must not be there.
    file: PathBuf,
}

/// Where from.
#[derive(Args, Debug)]
pub struct Import {
    #[command(flatten)]
    dir: Dir,
    /// The file.
    file: PathBuf,
}

/// What to execute again.
#[derive(Args, Debug)]
pub struct Replay {
    #[command(flatten)]
    dir: Dir,
    /// A chain's file instead of the folder's own store.
    #[arg(long)]
    file: Option<PathBuf>,
}

/// Writes a file: intro, then items, each behind its length. The first is the configuration, the others are blocks.
///
/// # Errors
/// When the store is in use or a block is no longer kept whole.
pub fn export(export: &Export) -> Result<(), Failure> {
    let config = Config::read(&export.dir.dir)?;
    let shelf = open_shelf(&config)?;
    let genesis = crate::genesis::GenesisText::read(&config.genesis.0)?.config();
    let file = File::options().write(true).create_new(true).open(&export.file)?;
    let mut file = BufWriter::new(file);
    file.write_all(INTRO)?;
    put(&mut file, &genesis)?;
    let mut count = 0u64;
    while let Some(block) = stored(&shelf, Height(count.saturating_add(1)))? {
        put(&mut file, &block)?;
        count = count.saturating_add(1);
    }
    file.into_inner().map_err(|error| error.to_string())?.sync_all()?;
    println!("{count} blocks");
    Ok(())
}

fn stored(shelf: &Shelf, height: Height) -> Result<Option<FinalBlock>, Failure> {
    let Some(entry) = shelf.entry(height)? else { return Ok(None) };
    let record = shelf.record(height)?.ok_or_else(|| format!("block {height} is no longer kept whole here"))?;
    let block = Block { header: record.header, body: record.body };
    Ok(Some(FinalBlock { block, certificate: entry.certificate }))
}

/// Takes in a file. The chain goes on from where the store is.
///
/// # Errors
/// When the file is of another chain, or a block or certificate in it is wrong: those before it are stored.
pub fn import(import: &Import) -> Result<(), Failure> {
    let config = Config::read(&import.dir.dir)?;
    let mut items = Items::open(&import.file)?;
    let genesis: GenesisConfig = items.next()?.ok_or("the file is cut")?;
    let chain = open_chain(&config, &keys::read(&config.key.0)?)?;
    let taken = if genesis == chain.genesis.config {
        take(&chain, &mut items)
    } else {
        Err("the file is of another chain than genesis.toml begins".into())
    };
    chain.close();
    let (blocks, height) = taken?;
    println!("{blocks} blocks taken in, the head is block {height}");
    Ok(())
}

fn take(chain: &Handle, items: &mut Items) -> Result<(u64, Height), Failure> {
    let (mut blocks, began) = (0u64, Instant::now());
    while let Some(FinalBlock { block, certificate }) = items.next::<FinalBlock>()? {
        let height = block.header.height;
        if height <= chain.final_height() {
            continue;
        }
        chain.wait(move |chain| chain.finalised(&block.encode(), &certificate))?;
        if let Some(failure) = chain.failure().borrow().clone() {
            return Err(format!("block {height}: {failure}").into());
        }
        blocks = blocks.saturating_add(1);
        report(blocks, began);
    }
    Ok((blocks, chain.final_height()))
}

/// Executes every block from genesis on and compares every header; the store stays as it is.
///
/// # Errors
/// The first block that comes out otherwise.
pub fn replay(replay: &Replay) -> Result<(), Failure> {
    let began = Instant::now();
    let client = match &replay.file {
        Some(path) => {
            let mut items = Items::open(path)?;
            let genesis: GenesisConfig = items.next()?.ok_or("the file is cut")?;
            again(&genesis, || items.next())?
        }
        None => {
            let config = Config::read(&replay.dir.dir)?;
            let genesis = crate::genesis::GenesisText::read(&config.genesis.0)?.config();
            let shelf = open_shelf(&config)?;
            let mut height = Height(0);
            again(&genesis, || {
                height = height.plus(1);
                stored(&shelf, height)
            })?
        }
    };
    let (head, seconds) = (client.head(), began.elapsed().as_secs().max(1));
    println!("{} blocks came out as they are stored, {} a second", head.height, head.height.0 / seconds);
    println!("head {} state {}", head.hash().to_hex(), head.state_root.to_hex());
    Ok(())
}

fn again(
    genesis: &GenesisConfig,
    mut next: impl FnMut() -> Result<Option<FinalBlock>, Failure>,
) -> Result<Client, Failure> {
    let (mut client, _) = Client::create(genesis, None)?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    client.set_pipelines(Box::new(Threads::new(threads, Box::new(Machine::default))?));
    let (mut blocks, began) = (0u64, Instant::now());
    while let Some(FinalBlock { block, certificate }) = next()? {
        let certificate = match certificate.as_slice() {
            [] => None,
            bytes => Some(Certificate::from_bytes(bytes)?),
        };
        let accepted =
            now(client.accept(&block, certificate.as_ref())).ok_or("the pipelines did not answer at once")?;
        accepted.map_err(|error| format!("block {}: {error}", block.header.height))?;
        blocks = blocks.saturating_add(1);
        report(blocks, began);
    }
    Ok(client)
}

fn report(blocks: u64, began: Instant) {
    if blocks.is_multiple_of(REPORT_EVERY) {
        eprintln!("{blocks} blocks, {} s", began.elapsed().as_secs());
    }
}

fn put(file: &mut impl Write, item: &impl Encode) -> Result<(), Failure> {
    let bytes = item.encode();
    file.write_all(&u32::try_from(bytes.len())?.to_le_bytes())?;
    Ok(file.write_all(&bytes)?)
}

/// A file's items; nothing in it is believed.
struct Items(BufReader<File>);

impl Items {
    fn open(path: &PathBuf) -> Result<Self, Failure> {
        let mut file = BufReader::new(File::open(path).map_err(|error| format!("{}: {error}", path.display()))?);
        let mut intro = [0; INTRO.len()];
        file.read_exact(&mut intro)?;
        if intro == *INTRO { Ok(Self(file)) } else { Err("not a chain's file, or of another version".into()) }
    }

    /// The next item; none at the end.
    fn next<T: Decode + DecodeWithMemTracking>(&mut self) -> Result<Option<T>, Failure> {
        let mut length = [0; 4];
        match self.0.read_exact(&mut length) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let length = usize::try_from(u32::from_le_bytes(length))?;
        if length > ITEM_BYTES {
            return Err("the file is damaged: an item is too long".into());
        }
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        Ok(Some(decode_bounded(&bytes, ITEM_BYTES)?))
    }
}
