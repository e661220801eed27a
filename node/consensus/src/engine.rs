//! Puts consensus together on any runtime and network: real ones for a peer, simulated ones for tests.

use crate::{
    Ledger, NodeError, Timings,
    application::{Proposals, Tip},
    block::{Digest, Proposed},
    committee::{Committees, secret},
    delivery::{Delivery, deliver},
    epochs::{Epochs, VIEWS_KEPT, begin},
    gossip::{self, Desk},
    restore::open,
    store::BUFFER,
    watch::Watch,
};
use commonware_broadcast::buffered;
use commonware_consensus::{
    Reporters,
    marshal::{
        self,
        core::Actor,
        resolver::p2p as backfill,
        standard::{Inline, Standard},
    },
    simplex::{self, scheme::ed25519::Scheme},
    types::{FixedEpocher, ViewDelta},
};
use commonware_cryptography::{Digested, ed25519::PublicKey};
use commonware_p2p::{Blocker, Manager, Receiver, Sender, utils::mux::prefixed};
use commonware_parallel::Sequential;
use commonware_runtime::{Clock, Handle, Metrics, Spawner, Storage, buffer::paged::CacheRef};
use commonware_utils::{NZU16, NZU64, NZUsize, NonZeroDuration};
use futures::future::Either;
use rand_core::CryptoRng;
use std::num::NonZeroU64;
use zera_light::validators::MAX_VALIDATORS;
use zera_primitives::AccountId;

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
    /// Transactions to pass on, and who was heard of.
    pub desk: Desk,
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
    let Setup { ledger, seed, followers, timings, desk } = setup;
    let genesis = Proposed::from_bytes(ledger.genesis()).map_err(|_| NodeError::Genesis("it does not decode"))?;
    let length = NonZeroU64::new(ledger.epoch_blocks()).filter(|length| length.get() > 1);
    let epocher = FixedEpocher::new(length.ok_or(NodeError::Genesis("an epoch has less than two blocks"))?);
    let committees = Committees::new(ledger.clone(), &genesis.hash(), secret(&seed)?);
    let (me, tip) = (committees.me(), Tip::default());
    let pages = CacheRef::new(NZU16!(4084), NZUsize!(1024));
    let (spread, buffer) = buffered::Engine::new(context.child("blocks"), spreading(&me, &manager));
    let config = fetching(&me, &manager, &blocker, &timings);
    let resolver = backfill::init(context.child("backfill"), config, networks.backfill);
    let stores = open(context, name, &ledger, &pages).await?;
    let start = match &stores.head {
        Some(head) => marshal::Start::Floor(head.clone()),
        None => marshal::Start::Genesis(genesis.digested()),
    };
    let begin = begin(&ledger, stores.head.as_ref())?;
    let config = ordering(committees.clone(), epocher.clone(), start, name, &pages);
    let marshal = context.child("marshal");
    let (actor, marshal, floor) = Actor::init(marshal, stores.certificates, stores.blocks, config).await;
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
    tasks.extend(talk(context, ledger, blocker, desk, networks.transactions, networks.pings));
    let channels = [networks.votes, networks.certificates, networks.requests];
    let epochs = context.child("epochs").spawn(move |context| epochs.run(context, begin, boundaries, channels));
    Ok(Engine { tasks, epochs })
}

/// How proposed blocks are spread.
fn spreading<O: Manager<PublicKey = PublicKey>>(
    me: &PublicKey,
    manager: &O,
) -> buffered::Config<PublicKey, (), O, Sequential> {
    buffered::Config {
        public_key: me.clone(),
        mailbox_size: NZUsize!(256),
        deque_size: 16,
        priority: true,
        codec_config: (),
        peer_provider: manager.clone(),
        strategy: Sequential,
    }
}

/// How missing blocks are fetched.
fn fetching<O, B>(me: &PublicKey, manager: &O, blocker: &B, timings: &Timings) -> backfill::Config<PublicKey, O, B>
where
    O: Manager<PublicKey = PublicKey>,
    B: Blocker<PublicKey = PublicKey>,
{
    backfill::Config {
        public_key: me.clone(),
        peer_provider: manager.clone(),
        blocker: blocker.clone(),
        mailbox_size: NZUsize!(1024),
        fetch_timeout: NonZeroDuration::new_panic(timings.fetch),
        fetch_retry_delay: timings.fetch / 8,
        priority_requests: true,
        priority_responses: false,
    }
}

type Ordering<L> = marshal::Config<Committees<L>, FixedEpocher, Sequential, Proposed, Digested<Proposed>>;

/// How final blocks are put in order.
fn ordering<L: Ledger>(
    provider: Committees<L>,
    epocher: FixedEpocher,
    start: marshal::Start<Scheme, Digest, Digested<Proposed>>,
    name: &str,
    pages: &CacheRef,
) -> Ordering<L> {
    marshal::Config {
        provider,
        epocher,
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
    }
}

/// Starts what peers tell each other beside votes and blocks.
fn talk<E, L, B, S, R>(
    context: &E,
    ledger: L,
    blocker: B,
    desk: Desk,
    transactions: (S, R),
    (pings, pongs): (S, R),
) -> [Handle<()>; 4]
where
    E: Spawner + Metrics + Clock,
    L: Ledger,
    B: Blocker<PublicKey = PublicKey>,
    S: Sender<PublicKey = PublicKey>,
    R: Receiver<PublicKey = PublicKey>,
{
    let Desk { outbox, waiting, peers } = desk;
    let (sender, receiver) = transactions;
    let (from, of, to, answers) = (outbox.clone(), ledger.clone(), ledger.clone(), pings.clone());
    [
        context.child("spread").spawn(move |_| gossip::spread(from, waiting, sender)),
        context.child("listen").spawn(move |_| gossip::listen(to, outbox, receiver, blocker)),
        context.child("ping").spawn(move |clock| gossip::ping(clock, of, pings)),
        context.child("pong").spawn(move |clock| gossip::pong(clock, ledger, peers, answers, pongs)),
    ]
}
