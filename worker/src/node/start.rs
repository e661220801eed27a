//! Start: claim storage, open what is there or begin a chain, check it, step back where a write was cut.

use super::{
    Answer, Node,
    chain::{Chain, commit, seal_key},
    convert,
    pages::{fill, warm},
    run::Ticket,
    upkeep::{SCRUB_RECORDS, Upkeep},
    world::{Role, Seed, Shelved, World},
};
use codec::Encode as _;
use zera_client::{Client, ClientError, GenesisConfig, HeadPointer, Opened, Record, Stored, record_hash};
use zera_primitives::{Height, keys::SecretKey, limits};
use zera_state::merkle::{DamagedPage, Pages};
use zera_worker_protocol::{Command, Error, ErrorKind, Event, event::Notice};

impl<W: World, T: Ticket> Node<W, T> {
    /// Opens everything; asked again, it answers the status.
    pub(super) async fn start(&mut self) -> Answer {
        if self.chain.is_some() {
            return self.look(Command::Status).await;
        }
        let mut since = self.world.micros();
        self.world.open().await?;
        self.took("storage", &mut since);
        let chain = self.last_chain().await?;
        self.stand_on(chain);
        self.load_settings().await;
        self.load_differences().await;
        self.load_proving().await;
        self.took("chain", &mut since);
        self.load_keys().await?;
        self.settle_newcomer().await?;
        self.took("keys", &mut since);
        self.look(Command::Status).await
    }

    /// Reports a step and how long it took.
    fn took(&self, step: &str, since: &mut u64) {
        let now = self.world.micros();
        let micros = now.saturating_sub(*since);
        *since = now;
        self.world.emit(Event::Started { step: step.into(), micros });
    }

    /// Begins the demo chain: a sealing key and a newcomer's key of this browser's own randomness.
    pub(super) async fn create(&mut self) -> Result<Chain, Error> {
        let sealer = self.fresh_role(Role::Sealer).await?;
        let newcomer = self.fresh_role(Role::Newcomer).await?;
        let public = |seed: &Seed| SecretKey::from_seed(seed).public();
        let config = GenesisConfig::demo(public(&newcomer), public(&sealer), self.world.now_ms());
        let (client, sealed) = Client::create(&config, Some(seal_key(&sealer)?)).map_err(convert::client)?;
        self.world.commit(&commit(&sealed)).await?;
        Ok(Chain::new(client, &sealed.decoded, &sealed.record, Some(sealer), Upkeep::fresh()))
    }

    async fn fresh_role(&self, role: Role) -> Result<Seed, Error> {
        let mut seed = Seed::default();
        self.world.fill_random(&mut seed)?;
        self.world.set_role(role, Some(&seed)).await?;
        Ok(seed)
    }

    pub(super) async fn open(&self, shelved: &Shelved) -> Result<Chain, Error> {
        let sealer = if self.network.is_following() { None } else { Some(self.sealer().await?) };
        let mut problem = None;
        for base in order(shelved) {
            match self.open_from(shelved, base, sealer.as_ref()).await? {
                Ok(chain) => return Ok(chain),
                Err(error) => problem = Some(error),
            }
        }
        Err(problem.map_or_else(|| convert::defect("no way to open"), convert::client))
    }

    /// The key that seals the node's own chain.
    async fn sealer(&self) -> Result<Seed, Error> {
        let detail = "the key that seals this chain is gone; export is no longer possible, a reset begins anew";
        let gone = || Error::browser(ErrorKind::StorageCorrupt, true, detail);
        self.world.role(Role::Sealer).await?.ok_or_else(gone)
    }

    /// Opens with one base, or with none from the genesis block on.
    async fn open_from(
        &self,
        shelved: &Shelved,
        base: Option<&(Height, Vec<u8>)>,
        sealer: Option<&Seed>,
    ) -> Result<Result<Chain, ClientError>, Error> {
        let from = base.map_or(Height(0), |(height, _)| height.plus(1));
        let records = self.all_records(from).await?;
        let mut stored = Stored { head: shelved.head.clone(), base: base.map(|(_, bytes)| bytes.clone()), records };
        let (client, opened) = match self.open_on_pages(&stored, sealer).await? {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        let height = client.head().height;
        let before = stored.records.first().and_then(|(_, bytes)| Record::from_bytes(bytes).ok());
        let before = before.map(|record| record.previous);
        let at_base = base.filter(|(base, _)| *base == height);
        if at_base.is_some() {
            stored.records = self.world.records(height, 1).await?;
        }
        let Some((_, bytes)) = stored.records.iter().find(|(stored, _)| *stored == height) else {
            return Ok(Err(ClientError::Damaged { height, detail: "its record is missing".into() }));
        };
        let record = match Record::from_bytes(bytes) {
            Ok(record) if record.header == *client.head() => record,
            _ => return Ok(Err(ClientError::Damaged { height, detail: "its record is another block's".into() })),
        };
        let upkeep = Upkeep::opened(
            base.map(|(height, _)| *height),
            before.unwrap_or_else(|| record_hash(bytes)),
            opened.checked,
        );
        let chain = Chain::new(client, &record, bytes, sealer.copied(), upkeep);
        if let Some((from, to, detail)) = opened.stepped_back {
            self.world.cut(to, &chain.pointer().encode()).await?;
            self.world.emit(Event::Notice(Notice::SteppedBack { from, to, detail }));
        }
        Ok(Ok(chain))
    }

    /// Opens, loading the pages that opening needs, and all of them when they are few.
    pub(super) async fn open_on_pages(
        &self,
        stored: &Stored,
        sealer: Option<&Seed>,
    ) -> Result<Result<(Client, Opened), ClientError>, Error> {
        let pages = Pages::default();
        let damaged = |page: DamagedPage| ClientError::Damaged { height: Height(0), detail: page.to_string() };
        let opened = loop {
            match Client::open_on(stored, &pages, sealer.map(seal_key).transpose()?) {
                Err(error) if error.is_not_loaded() => {
                    if let Err(page) = fill(&*self.world, &pages).await? {
                        return Ok(Err(damaged(page)));
                    }
                }
                opened => break opened,
            }
        };
        let Ok((client, _)) = &opened else { return Ok(opened) };
        Ok(warm(&*self.world, client).await?.map_err(damaged).and(opened))
    }

    /// Records from `from` to the newest.
    pub(super) async fn all_records(&self, from: Height) -> Result<Vec<(Height, Vec<u8>)>, Error> {
        let mut all: Vec<(Height, Vec<u8>)> = Vec::new();
        loop {
            let next = all.last().map_or(from, |(height, _)| height.plus(1));
            let more = self.world.records(next, SCRUB_RECORDS).await?;
            if more.is_empty() {
                return Ok(all);
            }
            all.extend(more);
        }
    }
}

/// Bases in the order to try: the newest that leaves the last versions to step back to, then the others, then none.
fn order(shelved: &Shelved) -> impl Iterator<Item = Option<&(Height, Vec<u8>)>> {
    let head = HeadPointer::from_bytes(&shelved.head).map_or(Height(u64::MAX), |pointer| pointer.height);
    let old_enough = move |base: &&(Height, Vec<u8>)| base.0.plus(limits::STATE_VERSIONS) <= head;
    let first = shelved.bases.iter().filter(move |base| old_enough(base));
    let then = shelved.bases.iter().filter(move |base| !old_enough(base) && base.0 <= head);
    first.chain(then).map(Some).chain(std::iter::once(None))
}
