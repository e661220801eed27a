//! Final blocks, from the engine to the ledger: in order, at least once, acknowledged when they are durable.

use crate::{
    Ledger,
    application::Tip,
    block::{Digest, Proposed},
};
use commonware_actor::Feedback;
use commonware_codec::Encode as _;
use commonware_consensus::{
    Heightable as _, Reporter,
    marshal::{Update, core::Mailbox, standard::Standard},
    simplex::scheme::ed25519::Scheme,
};
use commonware_cryptography::Digestible as _;
use commonware_utils::{Acknowledgement as _, channel::mpsc};

/// Blocks that stay in the engine's own store behind the ledger's head; older ones come from the ledger.
const KEPT: u64 = 512;
const PRUNE_EVERY: u64 = 128;

/// Takes what the engine reports and passes it on to [`deliver`].
#[derive(Clone)]
pub struct Delivery {
    blocks: mpsc::UnboundedSender<Update<Proposed>>,
    tip: Tip,
}

impl Delivery {
    /// And the end that [`deliver`] reads. Not bounded here: the engine waits for acknowledgements.
    pub fn new(tip: Tip) -> (Self, mpsc::UnboundedReceiver<Update<Proposed>>) {
        let (blocks, receiver) = mpsc::unbounded_channel();
        (Self { blocks, tip }, receiver)
    }
}

impl Reporter for Delivery {
    type Activity = Update<Proposed>;

    fn report(&mut self, update: Update<Proposed>) -> Feedback {
        if let Update::Tip(_, height, _) = &update {
            self.tip.raise(height.get());
            return Feedback::Ok;
        }
        if self.blocks.send(update).is_ok() { Feedback::Ok } else { Feedback::Closed }
    }
}

/// The last block of an epoch became final.
pub struct Boundary {
    /// Which epoch ended.
    pub epoch: u64,
    /// Its last block, on which the next one builds.
    pub last: Digest,
}

/// Passes final blocks to the ledger until the engine stops.
pub async fn deliver<L: Ledger>(
    ledger: L,
    marshal: Mailbox<Scheme, Standard<Proposed>>,
    mut blocks: mpsc::UnboundedReceiver<Update<Proposed>>,
    boundaries: mpsc::UnboundedSender<Boundary>,
) {
    let epoch_blocks = ledger.epoch_blocks();
    while let Some(update) = blocks.recv().await {
        let Update::Block(block, acknowledgement) = update else { continue };
        let height = block.height().get();
        if height > 0 {
            let certificate = marshal.get_finalization(block.height()).await;
            let certificate = certificate.map(|found| found.encode().to_vec()).unwrap_or_default();
            ledger.finalised(block.inner().bytes(), certificate).await;
        }
        if height.checked_add(1).is_some_and(|next| next.is_multiple_of(epoch_blocks)) {
            // Nobody listens any more only when everything stops.
            let _ = boundaries.send(Boundary { epoch: height / epoch_blocks, last: block.digest() });
        }
        acknowledgement.acknowledge();
        if height.is_multiple_of(PRUNE_EVERY) && height > KEPT {
            marshal.prune(commonware_consensus::types::Height::new(height.saturating_sub(KEPT)));
        }
    }
}
