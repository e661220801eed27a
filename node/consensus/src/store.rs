//! The engine's stores of final blocks and certificates. They hold what is newest; what was pruned there is read from the
//! ledger, so that peers who are far behind are served without keeping everything twice.

use crate::{
    Ledger,
    block::{Digest, Proposed, hash},
};
use commonware_codec::{Copying, Read as _};
use commonware_consensus::{
    marshal::store::{Blocks, Certificates},
    simplex::{scheme::ed25519::Scheme, types::Finalization},
    types::Height,
};
use commonware_cryptography::certificate::Verifier as _;
use commonware_runtime::{Clock, Handle, Metrics, Storage, buffer::paged::CacheRef};
use commonware_storage::{
    archive::{self, Archive as Archived, Identifier, prunable},
    translator::EightCap,
};
use commonware_utils::{NZU64, NZUsize};
use std::{num::NonZeroUsize, sync::Arc};

/// A certificate of one block, as the engine makes it.
pub type Certified = Finalization<Scheme, Digest>;

/// Items of one section, which is what is pruned at once.
const SECTION: std::num::NonZeroU64 = NZU64!(64);
/// Bytes of a write or replay buffer.
pub const BUFFER: NonZeroUsize = NZUsize!(1 << 18);

type Archive<E, V> = prunable::Archive<EightCap, E, Digest, V>;

/// One of the two stores over one archive.
pub struct Store<E: Storage + Metrics + Clock, V: commonware_codec::CodecShared, L> {
    archive: Archive<E, V>,
    ledger: L,
}

impl<E, V, L> Store<E, V, L>
where
    E: Storage + Metrics + Clock,
    V: commonware_codec::CodecShared,
    L: Ledger,
{
    /// Opens what is stored under `name`.
    ///
    /// # Errors
    /// What the storage says.
    pub async fn open(
        context: E,
        name: &str,
        pages: CacheRef,
        codec_config: V::Cfg,
        ledger: L,
    ) -> Result<Self, archive::Error> {
        let config = prunable::Config {
            translator: EightCap,
            metadata_partition: format!("{name}-marks"),
            key_partition: format!("{name}-keys"),
            key_page_cache: pages,
            value_partition: format!("{name}-values"),
            compression: None,
            codec_config,
            items_per_section: SECTION,
            key_write_buffer: BUFFER,
            value_write_buffer: BUFFER,
            replay_buffer: BUFFER,
        };
        Ok(Self { archive: prunable::Archive::init(context, config).await?, ledger })
    }

    /// Puts one item in, durably, unless there is one.
    ///
    /// # Errors
    /// What the storage says.
    pub async fn anchor(self, height: u64, digest: Digest, value: &V) -> Result<Self, archive::Error> {
        let Self { archive, ledger } = self;
        let archive = Archived::put(archive, height, digest, value).await?;
        let archive = Archived::sync(archive).await?;
        Ok(Self { archive, ledger })
    }

    /// The newest height in it.
    pub fn newest(&self) -> Option<u64> {
        Archived::last_index(&self.archive)
    }

    /// The height of what is asked for, if it is below everything that this store holds: then the ledger is asked.
    fn below(&self, id: &Identifier<'_, Digest>) -> Option<u64> {
        let height = match id {
            Identifier::Index(height) => *height,
            Identifier::Key(digest) => self.ledger.height_of(hash(digest))?.0,
        };
        (height < self.archive.first_index()?).then_some(height)
    }
}

/// Decodes a certificate that the ledger kept.
pub fn certified(bytes: &[u8]) -> Option<Certified> {
    let mut bytes = Copying(bytes);
    Certified::read_cfg(&mut bytes, &Scheme::certificate_codec_config_unbounded()).ok()
}

impl<E, L> Certificates for Store<E, Certified, L>
where
    E: Storage + Metrics + Clock,
    L: Ledger,
{
    type BlockDigest = Digest;
    type Commitment = Digest;
    type Scheme = Scheme;
    type Error = archive::Error;

    async fn put(self, height: Height, digest: Digest, finalization: &Certified) -> Result<Self, Self::Error> {
        Ok(Self { archive: Certificates::put(self.archive, height, digest, finalization).await?, ledger: self.ledger })
    }

    async fn sync(self) -> Result<Self, Self::Error> {
        Ok(Self { archive: Certificates::sync(self.archive).await?, ledger: self.ledger })
    }

    async fn start_sync(self) -> Result<(Self, Handle<()>), Self::Error> {
        let (archive, handle) = Certificates::start_sync(self.archive).await?;
        Ok((Self { archive, ledger: self.ledger }, handle))
    }

    async fn get(&self, id: Identifier<'_, Digest>) -> Result<Option<Certified>, Self::Error> {
        if let Some(height) = self.below(&id) {
            let block = self.ledger.block(zera_primitives::Height(height));
            return Ok(block.and_then(|(_, certificate)| certified(&certificate)));
        }
        Certificates::get(&self.archive, id).await
    }

    async fn has(&self, height: Height) -> Result<bool, Self::Error> {
        Certificates::has(&self.archive, height).await
    }

    async fn prune(self, min: Height) -> Result<Self, Self::Error> {
        Ok(Self { archive: Certificates::prune(self.archive, min).await?, ledger: self.ledger })
    }

    fn last_index(&self) -> Option<Height> {
        self.newest().map(Height::new)
    }

    fn ranges_from(&self, from: Height) -> impl Iterator<Item = (Height, Height)> {
        Certificates::ranges_from(&self.archive, from)
    }
}

impl<E, L> Blocks for Store<E, Arc<Proposed>, L>
where
    E: Storage + Metrics + Clock,
    L: Ledger,
{
    type Block = Arc<Proposed>;
    type Error = archive::Error;

    async fn put(self, digest: Digest, block: &Self::Block) -> Result<Self, Self::Error> {
        Ok(Self { archive: Blocks::put(self.archive, digest, block).await?, ledger: self.ledger })
    }

    async fn sync(self) -> Result<Self, Self::Error> {
        Ok(Self { archive: Blocks::sync(self.archive).await?, ledger: self.ledger })
    }

    async fn start_sync(self) -> Result<(Self, Handle<()>), Self::Error> {
        let (archive, handle) = Blocks::start_sync(self.archive).await?;
        Ok((Self { archive, ledger: self.ledger }, handle))
    }

    async fn get(&self, id: Identifier<'_, Digest>) -> Result<Option<Self::Block>, Self::Error> {
        if let Some(height) = self.below(&id) {
            let block = self.ledger.block(zera_primitives::Height(height));
            return Ok(block.and_then(|(bytes, _)| Proposed::from_bytes(bytes).ok()).map(Arc::new));
        }
        Blocks::get(&self.archive, id).await
    }

    async fn prune(self, min: Height) -> Result<Self, Self::Error> {
        Ok(Self { archive: Blocks::prune(self.archive, min).await?, ledger: self.ledger })
    }

    fn missing_items(&self, start: Height, max: usize) -> Vec<Height> {
        Blocks::missing_items(&self.archive, start, max)
    }

    fn next_gap(&self, value: Height) -> (Option<Height>, Option<Height>) {
        Blocks::next_gap(&self.archive, value)
    }

    fn last_index(&self) -> Option<Height> {
        self.newest().map(Height::new)
    }
}
