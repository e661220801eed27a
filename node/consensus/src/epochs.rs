//! One engine per epoch: when the last block of an epoch is final, the next committee begins on top of it.

use crate::{
    Ledger, NodeError, Timings,
    block::{Digest, Proposed},
    committee::{Committees, key},
    delivery::Boundary,
    store::{BUFFER, Certified},
};
use commonware_consensus::{
    CertifiableAutomaton, Relay, Reporter,
    marshal::{core::Mailbox, standard::Standard},
    simplex::{
        self, Floor, Plan,
        config::{ForwardPolicy, SkipBudget, SkipPolicy},
        elector::RoundRobin,
        scheme::ed25519::Scheme,
        types::{Activity, Context},
    },
    types::{Epoch, Height, ViewDelta},
};
use commonware_cryptography::ed25519::PublicKey;
use commonware_macros::select_loop;
use commonware_p2p::{
    Blocker, Manager, Receiver, Sender, TrackedPeers,
    utils::mux::{Builder as _, MuxHandle, Muxer},
};
use commonware_parallel::Strategy;
use commonware_runtime::{Clock, Handle, Metrics, Spawner, Storage, buffer::paged::CacheRef};
use commonware_utils::{NZUsize, NonZeroDuration, channel::mpsc, ordered::Set, vec::NonEmptyVec};
use rand_core::CryptoRng;
use tracing::{debug, info};
use zera_primitives::AccountId;

/// Views behind the final one that are remembered, for peers who ask and for evidence.
pub const VIEWS_KEPT: ViewDelta = ViewDelta::new(64);

/// What every epoch's engine is made of.
pub struct Epochs<L, O, B, A, F, T> {
    /// The ledger.
    pub ledger: L,
    /// Its committees.
    pub committees: Committees<L>,
    /// Who may connect.
    pub manager: O,
    /// Cuts off peers that break the protocol.
    pub blocker: B,
    /// Proposes, checks and spreads blocks.
    pub application: A,
    /// Hears what the engine sees.
    pub reporter: F,
    /// Where to ask for an epoch's last block when others are beyond it.
    pub marshal: Mailbox<Scheme, Standard<Proposed>>,
    /// Threads for signatures.
    pub strategy: T,
    /// Patience.
    pub timings: Timings,
    /// Peers that may follow without voting.
    pub followers: Vec<AccountId>,
    /// Pages of the journals.
    pub pages: CacheRef,
    /// What the journals' partitions are called.
    pub name: String,
}

/// Where an epoch begins.
pub struct Begin {
    /// Which.
    pub epoch: u64,
    /// On what.
    pub floor: Floor<Scheme, Digest>,
}

struct Channels<S: Sender> {
    votes: MuxHandle<S>,
    certificates: MuxHandle<S>,
    requests: MuxHandle<S>,
}

/// Aborts its engine when it is replaced.
struct Running {
    epoch: u64,
    engine: Handle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.engine.abort();
    }
}

impl<L, O, B, A, F, T> Epochs<L, O, B, A, F, T>
where
    L: Ledger,
    O: Manager<PublicKey = PublicKey>,
    B: Blocker<PublicKey = PublicKey>,
    A: CertifiableAutomaton<Context = Context<Digest, PublicKey>, Digest = Digest>
        + Relay<Digest = Digest, PublicKey = PublicKey, Plan = Plan<PublicKey>>,
    F: Reporter<Activity = Activity<Scheme, Digest>>,
    T: Strategy,
{
    /// Runs one engine after the other until the runtime stops or an engine fails.
    pub async fn run<E, S, R>(
        mut self,
        context: E,
        begin: Begin,
        mut boundaries: mpsc::UnboundedReceiver<Boundary>,
        [votes, certificates, requests]: [(S, R); 3],
    ) -> Result<(), NodeError>
    where
        E: Spawner + Metrics + CryptoRng + Clock + Storage,
        S: Sender<PublicKey = PublicKey>,
        R: Receiver<PublicKey = PublicKey>,
    {
        let (mux, votes, mut later_votes) =
            Muxer::builder(context.child("votes"), votes.0, votes.1).with_backup().build();
        mux.start();
        let (mux, certificates, mut later_certificates) =
            Muxer::builder(context.child("certificates"), certificates.0, certificates.1).with_backup().build();
        mux.start();
        let (mux, requests) = Muxer::new(context.child("requests"), requests.0, requests.1);
        mux.start();
        let mut channels = Channels { votes, certificates, requests };
        let mut running = self.enter(&context, begin, &mut channels).await?;

        select_loop! {
            context,
            on_stopped => {
                debug!("epochs end with the runtime");
            },
            Some((epoch, (from, _))) = later_votes.recv() else break => {
                self.catch_up(running.epoch, epoch, from);
            },
            Some((epoch, (from, _))) = later_certificates.recv() else break => {
                self.catch_up(running.epoch, epoch, from);
            },
            ended = &mut running.engine => {
                return Err(NodeError::Stopped(format!("the engine of epoch {} ended: {ended:?}", running.epoch)));
            },
            Some(boundary) = boundaries.recv() else break => {
                if boundary.epoch >= running.epoch {
                    let begin = Begin { epoch: boundary.epoch.saturating_add(1), floor: Floor::Genesis(boundary.last) };
                    running = self.enter(&context, begin, &mut channels).await?;
                }
            },
        }
        Ok(())
    }

    /// Somebody votes in a later epoch: they have the last block of ours, so they are asked for it.
    fn catch_up(&self, ours: u64, theirs: u64, from: PublicKey) {
        let last = ours.checked_add(1).and_then(|next| next.checked_mul(self.ledger.epoch_blocks()));
        if let (true, Some(last)) = (theirs > ours, last.and_then(|next| next.checked_sub(1))) {
            debug!(ours, theirs, "others are in a later epoch");
            self.marshal.hint_finalized(Height::new(last), NonEmptyVec::new(from));
        }
    }

    async fn enter<E, S>(&mut self, context: &E, begin: Begin, channels: &mut Channels<S>) -> Result<Running, NodeError>
    where
        E: Spawner + Metrics + CryptoRng + Clock + Storage,
        S: Sender<PublicKey = PublicKey>,
    {
        let Begin { epoch, floor } = begin;
        let missing = || NodeError::Stopped(format!("the ledger does not know the committee of epoch {epoch}"));
        let scheme = self.committees.scheme_of(epoch).ok_or_else(missing)?;
        let members = self.committees.members(epoch).ok_or_else(missing)?;
        let followers: Result<Vec<_>, _> = self.followers.iter().map(key).collect();
        let voting = members.position(&self.committees.me()).is_some();
        let _ = self.manager.track(epoch, TrackedPeers::new(members, Set::from_iter_dedup(followers?)));
        let config = self.config(epoch, scheme.as_ref().clone(), floor);
        let engine = simplex::Engine::new(context.child("engine").with_attribute("epoch", epoch), config);
        let closed = |_| NodeError::Stopped("the network's channels are closed".into());
        let votes = channels.votes.register(epoch).await.map_err(closed)?;
        let certificates = channels.certificates.register(epoch).await.map_err(closed)?;
        let requests = channels.requests.register(epoch).await.map_err(closed)?;
        info!(epoch, voting, "an epoch begins");
        if let Some(old) = epoch.checked_sub(2) {
            // Votes of an epoch that nobody votes in any more; missing when they were removed before.
            let _ = context.remove(&self.partition(old), None).await;
        }
        Ok(Running { epoch, engine: engine.start(votes, certificates, requests) })
    }

    fn partition(&self, epoch: u64) -> String {
        format!("{}-{epoch}", self.name)
    }

    fn config(
        &self,
        epoch: u64,
        scheme: Scheme,
        floor: Floor<Scheme, Digest>,
    ) -> simplex::Config<Scheme, RoundRobin, B, Digest, A, A, F, T> {
        simplex::Config {
            scheme,
            elector: RoundRobin::default(),
            blocker: self.blocker.clone(),
            automaton: self.application.clone(),
            relay: self.application.clone(),
            reporter: self.reporter.clone(),
            track_historical_votes: true,
            strategy: self.strategy.clone(),
            partition: self.partition(epoch),
            mailbox_size: NZUsize!(1024),
            epoch: Epoch::new(epoch),
            floor,
            replay_buffer: BUFFER,
            write_buffer: BUFFER,
            page_cache: self.pages.clone(),
            leader_timeout: self.timings.leader,
            certification_timeout: self.timings.certification,
            timeout_retry: self.timings.retry,
            view_retention: VIEWS_KEPT,
            skip: SkipPolicy::Enabled {
                // A leader who was silent for this long is not waited for any more.
                timeout: self.timings.certification.saturating_add(self.timings.retry),
                budget: SkipBudget::Participants,
            },
            fetch_timeout: NonZeroDuration::new_panic(self.timings.fetch),
            fetch_retry_delay: self.timings.fetch / 8,
            forward: ForwardPolicy::SilentVoters,
        }
    }
}

/// Where a peer begins whose ledger's newest certified block is `head`, or genesis.
pub fn begin<L: Ledger>(ledger: &L, head: Option<&Certified>) -> Result<Begin, NodeError> {
    let next = ledger.final_height().0.saturating_add(1);
    let epoch = next / ledger.epoch_blocks();
    let below = epoch.saturating_mul(ledger.epoch_blocks()).saturating_sub(u64::from(epoch > 0));
    if let Some((bytes, _)) = ledger.block(zera_primitives::Height(below)) {
        let block = Proposed::from_bytes(bytes).map_err(|_| NodeError::Genesis("a stored block does not decode"))?;
        return Ok(Begin { epoch, floor: Floor::Genesis(commonware_cryptography::Digestible::digest(&block)) });
    }
    match head {
        Some(head) if head.proposal.round.epoch().get() == epoch => {
            Ok(Begin { epoch, floor: Floor::Finalized(head.clone()) })
        }
        _ => Err(NodeError::Stopped(format!(
            "the ledger keeps neither block {below} nor a certificate of epoch {epoch}"
        ))),
    }
}
