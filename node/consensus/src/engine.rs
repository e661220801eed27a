//! Puts consensus together on any runtime and network: real ones for a peer, simulated ones for tests.

use crate::{
    Ledger, NodeError, Timings,
    application::{Proposals, Tip},
    block::{Digest, Proposed},
    committee::{Committees, secret},
    delivery::{Delivery, deliver},
    epochs::{Epochs, VIEWS_KEPT, begin},
    gossip::{self, Outbox, Table, Waiting},
    store::{BUFFER, Certified, Store, certified},
    watch::Watch,
};
use commonware_broadcast::buffered;
use commonware_codec::Encode as _;
use commonware_consensus::{
    Reporters,
    marshal::{
        self,
        core::Actor,
        resolver::p2p as backfill,
        standard::{Inline, Standard},
        store::{Blocks, Certificates},
    },
    simplex::{self, scheme::ed25519::Scheme},
    types::{FixedEpocher, ViewDelta},
};
use commonware_cryptography::{certificate::Verifier as _, ed25519::PublicKey};
use commonware_p2p::{Blocker, Manager, Receiver, Sender, utils::mux::prefixed};
use commonware_parallel::Sequential;
use commonware_runtime::{Clock, Handle, Metrics, Spawner, Storage, buffer::paged::CacheRef};
use commonware_storage::archive::Identifier;
use commonware_utils::{NZU16, NZU64, NZUsize, NonZeroDuration};
use futures::future::Either;
use rand_core::CryptoRng;
use std::{num::NonZeroU64, sync::Arc};
use zera_light::validators::MAX_VALIDATORS;
use zera_primitives::{AccountId, Height};

/// What a peer's part in consensus is made of, whatever it runs on.
pub struct Setup<L> {
    /// The ledger.
    pub ledger: L,
    /// Seed of this peer's key.
    pub seed: [u8; 32],
    /// Peers that may follow without voting.
    pub followers: Vec<AccountId>,
    /// Patience.
    pub timings: Timings,
    /// Where transactions are passed on.
    pub outbox: Outbox,
    /// Its other end.
    pub waiting: Waiting,
    /// Who was heard of.
    pub peers: Table,
}

/// The channels between peers, each for one kind of message.
pub struct Networks<S, R> {
    /// Votes.
    pub votes: (S, R),
    /// Certificates.
    pub certificates: (S, R),
    /// Requests for certificates.
    pub requests: (S, R),
    /// Proposed blocks.
    pub blocks: (S, R),
    /// Requests for blocks.
    pub backfill: (S, R),
    /// Transactions that wait.
    pub transactions: (S, R),
    /// Signs of life.
    pub pings: (S, R),
}

/// Consensus at work.
pub struct Engine {
    tasks: Vec<Handle<()>>,
    epochs: Handle<Result<(), NodeError>>,
}

impl Engine {
    /// Waits until something fails or the runtime stops, and says why.
    pub async fn ended(self) -> NodeError {
        let Self { tasks, epochs } = self;
        let ended = futures::future::select_all(tasks);
        match futures::future::select(epochs, ended).await {
            Either::Left((Ok(Err(error)), _)) => error,
            Either::Left((ended, _)) => NodeError::Stopped(format!("epochs ended: {ended:?}")),
            Either::Right(((ended, task, _), _)) => NodeError::Stopped(format!("task {task} ended: {ended:?}")),
        }
    }
}

/// Most bytes of one message between peers.
#[must_use]
pub fn max_message_size() -> u32 {
    let members = u32::try_from(MAX_VALIDATORS).unwrap_or(u32::MAX);
    commonware_p2p::max_message_size(&[
        prefixed(simplex::max_payload_size::<Scheme, Digest>(members)),
        marshal::max_payload_size::<Standard<Proposed>, Scheme>(members, &()),
        gossip::MESSAGE_BYTES,
    ])
}

/// Starts consensus; its storage lies in partitions that begin with `name`.
///
/// # Errors
/// [`NodeError`].
pub async fn start<E, L, O, B, S, R>(
    context: &E,
    setup: Setup<L>,
    name: &str,
    manager: O,
    blocker: B,
    networks: Networks<S, R>,
) -> Result<Engine, NodeError>
where
    E: Spawner + Metrics + CryptoRng + Clock + Storage,
    L: Ledger,
    O: Manager<PublicKey = PublicKey>,
    B: Blocker<PublicKey = PublicKey>,
    S: Sender<PublicKey = PublicKey>,
    R: Receiver<PublicKey = PublicKey>,
{
    let Setup { ledger, seed, followers, timings, outbox, waiting, peers } = setup;
    let genesis = Proposed::from_bytes(ledger.genesis()).map_err(|_| NodeError::Genesis("it does not decode"))?;
    let length = NonZeroU64::new(ledger.epoch_blocks()).filter(|length| length.get() > 1);
    let epocher = FixedEpocher::new(length.ok_or(NodeError::Genesis("an epoch has less than two blocks"))?);
    let committees = Committees::new(ledger.clone(), &genesis.hash(), secret(&seed)?);
    let me = committees.me();
    let tip = Tip::default();
    let pages = CacheRef::new(NZU16!(4084), NZUsize!(1024));

    let (spread, buffer) = buffered::Engine::new(
        context.child("blocks"),
        buffered::Config {
            public_key: me.clone(),
            mailbox_size: NZUsize!(256),
            deque_size: 16,
            priority: true,
            codec_config: (),
            peer_provider: manager.clone(),
            strategy: Sequential,
        },
    );
    let resolver = backfill::init(
        context.child("backfill"),
        backfill::Config {
            public_key: me,
            peer_provider: manager.clone(),
            blocker: blocker.clone(),
            mailbox_size: NZUsize!(1024),
            fetch_timeout: NonZeroDuration::new_panic(timings.fetch),
            fetch_retry_delay: timings.fetch / 8,
            priority_requests: true,
            priority_responses: false,
        },
        networks.backfill,
    );
    let stores = open(context, name, &ledger, &pages).await?;
    let start = match &stores.head {
        Some(head) => marshal::Start::Floor(head.clone()),
        None => marshal::Start::Genesis(genesis.digested()),
    };
    let begin = begin(&ledger, stores.head.as_ref())?;
    let (actor, marshal, floor) = Actor::init(
        context.child("marshal"),
        stores.certificates,
        stores.blocks,
        marshal::Config {
            provider: committees.clone(),
            epocher: epocher.clone(),
            start,
            partition_prefix: format!("{name}-final"),
            mailbox_size: NZUsize!(1024),
            view_retention: ViewDelta::new(VIEWS_KEPT.get().saturating_mul(10)),
            prunable_items_per_section: NZU64!(64),
            page_cache: pages.clone(),
            replay_buffer: BUFFER,
            key_write_buffer: BUFFER,
            value_write_buffer: BUFFER,
            block_codec_config: (),
            max_repair: NZUsize!(32),
            max_pending_acks: NZUsize!(16),
            strategy: Sequential,
        },
    )
    .await;

    if floor.processed().is_some_and(|processed| processed.height().get() > ledger.final_height().0) {
        return Err(NodeError::Stopped("the ledger lost blocks that the engine does not have any more".into()));
    }
    let (delivery, blocks) = Delivery::new(tip.clone());
    let (boundary, boundaries) = commonware_utils::channel::mpsc::unbounded_channel();
    let application = Inline::new(
        context.child("application"),
        Proposals::new(ledger.clone(), tip.clone()),
        marshal.clone(),
        epocher,
    );
    let epochs = Epochs {
        ledger: ledger.clone(),
        committees: committees.clone(),
        manager,
        blocker: blocker.clone(),
        application: application.clone(),
        reporter: Reporters::from((application, Watch::new(ledger.clone(), committees))),
        marshal: marshal.clone(),
        strategy: Sequential,
        timings,
        followers,
        pages,
        name: format!("{name}-votes"),
    };
    let mut tasks = vec![spread.start(networks.blocks), actor.start(delivery, buffer, resolver)];
    let to = ledger.clone();
    tasks.push(context.child("delivery").spawn(move |_| deliver(to, marshal, blocks, boundary)));
    let (from, (sender, receiver)) = (outbox.clone(), networks.transactions);
    tasks.push(context.child("spread").spawn(move |_| gossip::spread(from, waiting, sender)));
    let (to, from) = (ledger.clone(), outbox.clone());
    tasks.push(context.child("listen").spawn(move |_| gossip::listen(to, from, receiver, blocker)));
    let (of, (sender, receiver)) = (ledger.clone(), networks.pings);
    let speaking = sender.clone();
    tasks.push(context.child("ping").spawn(move |clock| gossip::ping(clock, of, speaking)));
    tasks.push(context.child("pong").spawn(move |clock| gossip::pong(clock, ledger, peers, sender, receiver)));
    let channels = [networks.votes, networks.certificates, networks.requests];
    let epochs = context.child("epochs").spawn(move |context| epochs.run(context, begin, boundaries, channels));
    Ok(Engine { tasks, epochs })
}

struct Stores<E: Storage + Metrics + Clock, L> {
    certificates: Store<E, Certified, L>,
    blocks: Store<E, Arc<Proposed>, L>,
    /// The newest certified block that the ledger has.
    head: Option<Certified>,
}

/// Opens the stores and makes them begin where the ledger stands.
async fn open<E, L>(context: &E, name: &str, ledger: &L, pages: &CacheRef) -> Result<Stores<E, L>, NodeError>
where
    E: Spawner + Metrics + Clock + Storage,
    L: Ledger,
{
    let failed = |error: commonware_storage::archive::Error| NodeError::Stopped(format!("storage: {error}"));
    let unbounded = Scheme::certificate_codec_config_unbounded();
    let child = context.child("certificates");
    let mut certificates =
        Store::open(child, &format!("{name}-certificates"), pages.clone(), unbounded, ledger.clone())
            .await
            .map_err(failed)?;
    let child = context.child("stored");
    let mut blocks =
        Store::<_, Arc<Proposed>, _>::open(child, &format!("{name}-blocks"), pages.clone(), (), ledger.clone())
            .await
            .map_err(failed)?;
    replay(ledger, &certificates, &blocks).await.map_err(failed)?;
    let Some((block, head)) = newest_certified(ledger) else { return Ok(Stores { certificates, blocks, head: None }) };
    let height = commonware_consensus::Heightable::height(&block).get();
    if blocks.newest().is_none_or(|newest| newest < height) {
        let digest = head.proposal.payload;
        certificates = certificates.anchor(height, digest, &head).await.map_err(failed)?;
        blocks = blocks.anchor(height, digest, &Arc::new(block)).await.map_err(failed)?;
    }
    Ok(Stores { certificates, blocks, head: Some(head) })
}

/// Gives the ledger the final blocks that the engine stored and the ledger has lost, as one does that was put back from an
/// older copy: the engine itself does not deliver again what was acknowledged.
async fn replay<E, L>(
    ledger: &L,
    certificates: &Store<E, Certified, L>,
    blocks: &Store<E, Arc<Proposed>, L>,
) -> Result<(), commonware_storage::archive::Error>
where
    E: Storage + Metrics + Clock,
    L: Ledger,
{
    loop {
        let next = ledger.final_height().0.saturating_add(1);
        let Some(block) = Blocks::get(blocks, Identifier::Index(next)).await? else { return Ok(()) };
        let certificate = Certificates::get(certificates, Identifier::Index(next)).await?;
        let certificate = certificate.map(|found| found.encode().to_vec()).unwrap_or_default();
        ledger.finalised(block.bytes(), certificate).await;
        if ledger.final_height().0 < next {
            return Ok(());
        }
    }
}

/// The newest block that the ledger has with its own certificate; none at genesis.
fn newest_certified<L: Ledger>(ledger: &L) -> Option<(Proposed, Certified)> {
    let mut height = ledger.final_height().0;
    while height > 0 {
        let (bytes, certificate) = ledger.block(Height(height))?;
        if let Some(head) = certified(&certificate) {
            return Some((Proposed::from_bytes(bytes).ok()?, head));
        }
        height = height.checked_sub(1)?;
    }
    None
}
