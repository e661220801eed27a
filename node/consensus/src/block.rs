//! A ledger's block as the engine handles it: its bytes, and of its header what the engine asks for.

use bytes::{BufMut, Bytes};
use codec::Encode as _;
use commonware_codec::{Buf, EncodeSize, Error, RangeCfg, Read, Write};
use commonware_consensus::{Block as EngineBlock, BoundedBlock, Heightable, types};
use commonware_cryptography::{Digested, Digestible, sha256};
use std::sync::Arc;
use zera_primitives::{AccountId, Block, DecodeError, Hash, limits::BLOCK_BYTES};

/// A block's identity: its header's hash. (The engine's digests are names only; the hash is the ledger's.)
pub type Digest = sha256::Digest;

/// Bytes of one block and what stands in its header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposed {
    bytes: Bytes,
    digest: Digest,
    parent: Digest,
    height: u64,
    epoch: u64,
    proposer: AccountId,
}

impl Proposed {
    /// Decodes outside bytes; only the one canonical encoding of a block is one.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Result<Self, DecodeError> {
        let bytes = bytes.into();
        let block = Block::from_bytes(&bytes)?;
        if block.encode() != bytes {
            return Err(DecodeError::Malformed);
        }
        let header = &block.header;
        Ok(Self {
            digest: digest(&header.hash()),
            parent: digest(&header.parent),
            height: header.height.0,
            epoch: header.epoch,
            proposer: header.proposer,
            bytes,
        })
    }

    /// The ledger's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.bytes.to_vec()
    }

    /// Its identity.
    pub fn hash(&self) -> Hash {
        hash(&self.digest)
    }

    /// Identity of its parent.
    pub fn parent_hash(&self) -> Hash {
        hash(&self.parent)
    }

    /// The epoch that its header names.
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Who its header says proposed it.
    pub const fn proposer(&self) -> AccountId {
        self.proposer
    }

    /// Together with its digest, which is known already.
    pub fn digested(self) -> Digested<Self> {
        let digest = self.digest;
        Digested::precomputed(Arc::new(self), digest)
    }
}

/// The engine's name of a block.
pub fn digest(hash: &Hash) -> Digest {
    Digest::from(hash.0)
}

/// The ledger's name of a block.
pub fn hash(digest: &Digest) -> Hash {
    let mut hash = [0; 32];
    hash.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    Hash(hash)
}

impl Write for Proposed {
    fn write(&self, buf: &mut impl BufMut) {
        self.bytes.write(buf);
    }
}

impl EncodeSize for Proposed {
    fn encode_size(&self) -> usize {
        self.bytes.encode_size()
    }
}

impl Read for Proposed {
    type Cfg = ();

    fn read_cfg(buf: &mut impl Buf, (): &()) -> Result<Self, Error> {
        let bytes = Bytes::read_cfg(buf, &RangeCfg::new(0..=BLOCK_BYTES))?;
        Self::from_bytes(bytes).map_err(|_| Error::Invalid("Block", "not a canonical block"))
    }
}

impl Digestible for Proposed {
    type Digest = Digest;

    fn digest(&self) -> Digest {
        self.digest
    }
}

impl Heightable for Proposed {
    fn height(&self) -> types::Height {
        types::Height::new(self.height)
    }
}

impl EngineBlock for Proposed {
    fn parent(&self) -> Digest {
        self.parent
    }
}

impl BoundedBlock for Proposed {
    fn max_encode_size((): &()) -> usize {
        BLOCK_BYTES.saturating_add(5)
    }
}
