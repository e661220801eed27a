//! Brings the engine's stores and the ledger together before consensus starts, whichever of them is behind.

use crate::{
    Ledger, NodeError,
    block::Proposed,
    store::{Certified, Store, certified},
};
use commonware_codec::Encode as _;
use commonware_consensus::{
    marshal::store::{Blocks, Certificates},
    simplex::scheme::ed25519::Scheme,
};
use commonware_cryptography::certificate::Verifier as _;
use commonware_runtime::{Clock, Metrics, Spawner, Storage, buffer::paged::CacheRef};
use commonware_storage::archive::Identifier;
use std::sync::Arc;
use zera_primitives::Height;

/// The engine's stores, beginning where the ledger stands.
pub struct Stores<E: Storage + Metrics + Clock, L> {
    /// Certificates by height.
    pub certificates: Store<E, Certified, L>,
    /// Final blocks.
    pub blocks: Store<E, Arc<Proposed>, L>,
    /// The newest certified block that the ledger has.
    pub head: Option<Certified>,
}

/// Opens the stores and makes them begin where the ledger stands.
pub async fn open<E, L>(context: &E, name: &str, ledger: &L, pages: &CacheRef) -> Result<Stores<E, L>, NodeError>
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
