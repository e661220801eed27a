//! What this browser keeps of a network between two starts: which one, how it is followed, what is verified, what waits.

use super::{Followed, Network};
use crate::node::world::World;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_client::{
    GenesisConfig,
    light::{Anchor, Evidence, Light},
};
use zera_primitives::{Hash, Height, codec::decode_bounded};
use zera_worker_protocol::{Error, ForkView, Mode, StatusView};

/// Under which the choice is kept.
const CHOICE: &str = "network";
/// Bytes of a choice: its configuration may name many accounts.
const CHOICE_BYTES: usize = 4 << 20;
/// Between two times that a status is kept, microseconds.
const STATUS_US: u64 = 10_000_000;
/// Bytes of a status or of evidence.
const SMALL_BYTES: usize = 256 << 10;

/// The network that this browser follows, or followed last.
#[derive(Clone, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Choice {
    /// How; [`Mode::Solo`] when it was left.
    pub mode: Mode,
    /// What is trusted first.
    pub anchor: Anchor,
    /// When that was accepted, Unix time, milliseconds.
    pub accepted_ms: u64,
    /// How the chain began.
    pub config: GenesisConfig,
    /// Peers' addresses.
    pub peers: Vec<String>,
}

/// Evidence as it is kept.
#[derive(Encode, Decode, DecodeWithMemTracking)]
struct Fork {
    file: Vec<u8>,
    peer: String,
    found_ms: u64,
}

/// Under which something of one chain is kept.
fn name(what: &str, chain: &Hash) -> String {
    format!("{what}-{}", chain.to_hex().get(..16).unwrap_or_default())
}

async fn read<W: World, D: Decode + DecodeWithMemTracking>(world: &W, name: &str, most: usize) -> Option<D> {
    let bytes = world.note(name).await.ok().flatten()?;
    decode_bounded(&bytes, most).ok()
}

/// The network that this browser follows or followed last.
pub async fn choice<W: World>(world: &W) -> Option<Choice> {
    read(world, CHOICE, CHOICE_BYTES).await
}

/// Keeps the choice.
pub async fn keep_choice<W: World>(world: &W, choice: &Choice) -> Result<(), Error> {
    world.keep_note(CHOICE, &choice.encode()).await
}

/// What was verified of a chain; checked again as a stranger's.
pub async fn light<W: World>(world: &W, anchor: &Anchor) -> Option<Light> {
    let bytes = world.note(&name("light", &anchor.genesis)).await.ok().flatten()?;
    Light::from_bytes(&bytes).ok().filter(|light| light.anchor() == anchor)
}

impl Network {
    /// Keeps what is verified.
    pub async fn keep_light<W: World>(&self, world: &W) {
        let kept = self.followed.borrow_mut().as_mut().map(|followed| {
            followed.unsaved = 0;
            (name("light", &followed.light.anchor().genesis), followed.light.to_bytes())
        });
        if let Some((name, bytes)) = kept {
            // What is not kept is fetched and verified again.
            let _ = world.keep_note(&name, &bytes).await;
        }
    }

    /// Keeps how the network is followed, peers included.
    pub async fn keep_choice<W: World>(&self, world: &W, mode: Mode) -> Result<(), Error> {
        let choice = self.followed.borrow().as_ref().map(|Followed { light, config, accepted_ms, .. }| Choice {
            mode,
            anchor: *light.anchor(),
            accepted_ms: *accepted_ms,
            config: config.clone(),
            peers: self.sessions.borrow().addresses(),
        });
        match choice {
            Some(choice) => keep_choice(world, &choice).await,
            None => Ok(()),
        }
    }

    /// Keeps the last status now and then, for a start without a peer.
    pub async fn keep_status_when_due<W: World>(&self, world: &W) {
        let now = world.micros();
        let changed = self.status_changed.get() && now.saturating_sub(self.watch.borrow().status_kept) >= STATUS_US;
        if changed {
            self.watch.borrow_mut().status_kept = now;
            self.keep_status(world).await;
        }
    }

    /// Keeps the last status.
    pub async fn keep_status<W: World>(&self, world: &W) {
        self.status_changed.set(false);
        let kept = self.status.borrow().as_ref().map(|status| (name("status", &status.genesis), status.encode()));
        if let Some((name, bytes)) = kept {
            // Without it, a start without a peer shows less.
            let _ = world.keep_note(&name, &bytes).await;
        }
    }

    /// Reads the status and the evidence that are kept of a chain.
    pub async fn read_kept<W: World>(&self, world: &W, chain: &Hash) {
        let status: Option<StatusView> = read(world, &name("status", chain), SMALL_BYTES).await;
        *self.status.borrow_mut() = status.filter(|status| status.genesis == *chain);
        self.forks.borrow_mut().clear();
        let fork: Option<Fork> = read(world, &name("evidence", chain), SMALL_BYTES).await;
        let Some(Fork { file, peer, found_ms }) = fork else { return };
        let evidence =
            Evidence::from_bytes(&file).ok().filter(|found| found.verify().is_ok() && found.chain() == *chain);
        if let Some(evidence) = evidence {
            self.note_fork(&evidence, peer, found_ms);
        }
    }

    /// Notes evidence; answers what the page shows of it.
    pub fn note_fork(&self, evidence: &Evidence, peer: String, found_ms: u64) -> ForkView {
        let (one, two) = evidence.sides();
        let height: Height = one.block.header.height;
        let blocks = (one.block.header.hash(), two.block.header.hash());
        let mut forks = self.forks.borrow_mut();
        let id = u32::try_from(forks.len()).unwrap_or(u32::MAX);
        let view = ForkView { id, height, blocks, peer, signers: evidence.signers(), found_ms };
        forks.push((view.clone(), evidence.to_bytes()));
        view
    }

    /// Keeps the newest evidence.
    pub async fn keep_fork<W: World>(&self, world: &W, chain: &Hash) {
        let newest = self.forks.borrow().last().cloned();
        if let Some((view, file)) = newest {
            let fork = Fork { file, peer: view.peer, found_ms: view.found_ms };
            // It is in memory, and shown.
            let _ = world.keep_note(&name("evidence", chain), &fork.encode()).await;
        }
    }

    /// Keeps the transactions that are on their way.
    pub async fn keep_outbox<W: World>(&self, world: &W) {
        let Some(chain) = self.followed.borrow().as_ref().map(|followed| followed.light.anchor().genesis) else {
            return;
        };
        let bytes = self.outbox.borrow().to_bytes();
        // They are in memory, and were sent.
        let _ = world.keep_note(&name("outbox", &chain), &bytes).await;
    }

    /// Reads the transactions that were on their way.
    pub async fn read_outbox<W: World>(&self, world: &W, chain: &Hash) {
        let bytes = world.note(&name("outbox", chain)).await.ok().flatten().unwrap_or_default();
        *self.outbox.borrow_mut() = super::Outbox::from_bytes(&bytes);
    }
}
