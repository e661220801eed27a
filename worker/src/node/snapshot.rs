//! The chain in one file, and back: import executes every block again and believes nothing (design §9).
//!
//! The file holds the sealing key of the solo chain, so that the chain can go on where it is imported; whoever has the
//! file can do that. It never holds a person's keys.

use super::{
    Answer, Node,
    chain::{Chain, commit, seal_key},
    network::solo_only,
    run::Ticket,
    upkeep::Upkeep,
    world::{Commit, Role, Seed, World},
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_client::{Client, GenesisConfig, Record, Sealed};
use zera_primitives::{Hash, Header, Height, block::BlockBody, codec::decode_bounded};
use zera_worker_protocol::{Error, ErrorKind, Event, MESSAGE_BYTES, Response};

/// First bytes of every snapshot.
const INTRO: &[u8] = b"zera-snapshot/1\n";
/// Blocks between two reports of progress.
const REPORT_EVERY: usize = 32;

#[derive(Encode, Decode, DecodeWithMemTracking)]
struct Snapshot {
    config: GenesisConfig,
    sealer: Seed,
    newcomer: Option<Seed>,
    genesis: Header,
    blocks: Vec<(Header, BlockBody)>,
}

fn refused(detail: impl Into<String>) -> Error {
    Error::request(ErrorKind::SnapshotRefused, detail)
}

impl<W: World, T: Ticket> Node<W, T> {
    pub(super) async fn export(&self) -> Answer {
        let chain = self.chain()?;
        let sealer = chain.sealer.ok_or_else(|| solo_only("a chain of one's own goes into a file"))?;
        let mut blocks = Vec::new();
        for (height, bytes) in self.all_records(Height(0)).await? {
            let damaged =
                || Error::browser(ErrorKind::StorageCorrupt, false, format!("the record of block {height} is damaged"));
            let record = Record::from_bytes(&bytes).map_err(|_| damaged())?;
            blocks.push((record.header, record.body));
        }
        if blocks.is_empty() {
            return Err(Error::browser(ErrorKind::StorageCorrupt, false, "there are no records"));
        }
        let (genesis, _) = blocks.remove(0);
        let newcomer = chain.newcomer.map(|(_, seed)| seed);
        let config = chain.client.config().clone();
        let body = Snapshot { config, sealer, newcomer, genesis, blocks }.encode();
        Ok(Response::Bytes([INTRO, &Hash::of(&body).0, &body].concat()))
    }

    /// Checks all of a snapshot, then puts it in the place of the chain. Keys stay.
    pub(super) async fn import(&mut self, bytes: &[u8]) -> Answer {
        self.own_chain_only("a file takes the place of a chain of one's own")?;
        let snapshot = read(bytes)?;
        let (client, blocks, last) = self.replay(&snapshot)?;
        self.world.replace(&blocks).await?;
        self.world.set_role(Role::Sealer, Some(&snapshot.sealer)).await?;
        self.world.set_role(Role::Newcomer, snapshot.newcomer.as_ref()).await?;
        self.forget_proving(false).await?;
        let chain = Chain::new(client, &last.decoded, &last.record, Some(snapshot.sealer), Upkeep::fresh());
        self.change_to(chain).await
    }

    /// Deletes chain and keys and begins anew.
    pub(super) async fn reset(&mut self) -> Answer {
        self.own_chain_only("a reset begins a chain of one's own anew")?;
        self.world.replace(&[]).await?;
        self.world.clear().await?;
        self.forget_proving(true).await?;
        let chain = self.create().await?;
        self.change_to(chain).await
    }

    fn own_chain_only(&self, what: &str) -> Result<(), Error> {
        self.chain()?;
        if self.network.is_solo() { Ok(()) } else { Err(solo_only(what)) }
    }

    async fn change_to(&mut self, chain: Chain) -> Answer {
        let head = chain.head().clone();
        self.stand_on(chain);
        self.long.give_up("the chain was replaced by another");
        self.plans.forget();
        self.load_keys().await?;
        self.world.emit(Event::Keys);
        self.world.emit(Event::Head(head));
        self.status()
    }

    /// Executes every block again; each must come out exactly as the file says, signature included.
    fn replay(&self, snapshot: &Snapshot) -> Result<(Client, Vec<Commit>, Sealed), Error> {
        let sealer = seal_key(&snapshot.sealer)?;
        if snapshot.config.validators != [sealer.public()] {
            return Err(refused("the sealing key in the file is not the chain's"));
        }
        let (mut client, first) =
            Client::create(&snapshot.config, Some(sealer)).map_err(|error| refused(error.to_string()))?;
        if first.decoded.header != snapshot.genesis {
            return Err(refused("the genesis block does not follow from the configuration"));
        }
        let mut commits = vec![commit(&first)];
        let mut last = first;
        let total = snapshot.blocks.len();
        for (done, (header, body)) in snapshot.blocks.iter().enumerate() {
            last = again(&mut client, header, body)?;
            commits.push(commit(&last));
            if done % REPORT_EVERY == 0 {
                self.world.emit(Event::Progress { what: "import".into(), done: done as u64, total: total as u64 });
            }
        }
        self.world.emit(Event::Progress { what: "import".into(), done: total as u64, total: total as u64 });
        Ok((client, commits, last))
    }
}

fn read(bytes: &[u8]) -> Result<Snapshot, Error> {
    let rest = bytes.strip_prefix(INTRO).ok_or_else(|| refused("not a ZERA snapshot, or of another version"))?;
    let (hash, body) = rest.split_at_checked(32).ok_or_else(|| refused("the file is cut"))?;
    if Hash::of(body).0 != hash {
        return Err(refused("the file is cut or changed: its hash does not hold"));
    }
    decode_bounded(body, MESSAGE_BYTES).map_err(|error| refused(error.to_string()))
}

fn again(client: &mut Client, header: &Header, body: &BlockBody) -> Result<Sealed, Error> {
    let height = header.height;
    let wrong = |detail: String| refused(format!("block {height}: {detail}"));
    let slot = zera_primitives::Slot(header.slot.0.saturating_sub(body.skip));
    for signed in &body.transactions {
        client.submit(&signed.encode(), header.slot).map_err(|error| wrong(error.to_string()))?;
    }
    let sealed = client.seal(slot, body.skip).map_err(|error| wrong(error.to_string()))?;
    if sealed.decoded.header == *header && sealed.decoded.body == *body {
        Ok(sealed)
    } else {
        Err(wrong("executing it again gives another result".into()))
    }
}
