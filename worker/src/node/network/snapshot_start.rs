//! Full mode on a long chain: from the newest snapshot that a peer keeps. Its block is certified, the directory gives that
//! block's state root, and each page is the one that the directory names by hash; so nothing of it is anybody's word.

use crate::{
    net::PeerId,
    node::{
        Node,
        chain::{Chain, head_view},
        run::Ticket,
        upkeep::{BASES, Upkeep},
        world::World,
    },
};
use codec::Encode as _;
use zera_client::{
    Base, HeadPointer, Stored,
    light::Certificate,
    record::{BASE_FORMAT, STORAGE_FORMAT},
};
use zera_primitives::{Hash, Height, codec::decode_bounded};
use zera_state::merkle::{Directory, MerkleState, PageName, Pages};
use zera_wire::{
    Answer, Request,
    answer::{Finality, SnapshotOffer},
};
use zera_worker_protocol::Error;

/// Blocks to execute from which on a snapshot is taken instead.
pub const LONG: u64 = 20_000;
/// Bytes of a directory.
const DIRECTORY_BYTES: u64 = 64 << 20;
/// Pages asked for at once.
const PAGES: usize = 32;

impl<W: World, T: Ticket> Node<W, T> {
    /// The chain as of the newest snapshot that a peer keeps; none where nobody serves one that holds.
    ///
    /// # Errors
    /// `StorageFailed`.
    pub(super) async fn chain_of_snapshot(&self) -> Result<Option<Chain>, Error> {
        let Some((peer, at, directory)) = self.snapshot_offer().await else { return Ok(None) };
        let (height, header) = (at.header.height, at.header.clone());
        let pages = Pages::default();
        let root = header.state_root;
        if MerkleState::from_directory(directory.clone(), height, &root, pages.clone()).is_err() {
            self.network.lied(&*self.world, peer, "a directory that does not give its block's state");
            return Ok(None);
        }
        if !self.fetch_pages(height, &directory, &pages).await? {
            return Ok(None);
        }
        let (hash, record) = (header.hash(), Hash::ZERO);
        let base = Base { format: BASE_FORMAT, header, certificate: at.certificate, record, directory };
        let head = HeadPointer { format: STORAGE_FORMAT, height, header: hash, record }.encode();
        let stored = Stored { head, base: Some(base.to_bytes()), records: Vec::new() };
        let Ok((client, _)) = self.open_on_pages(&stored, None).await? else { return Ok(None) };
        self.world.put_base(height, stored.base.as_deref().unwrap_or_default(), BASES).await?;
        self.world.cut(height, &stored.head).await?;
        let view = head_view(&base.header);
        let mut chain = Chain::follower(client, view);
        chain.upkeep = Upkeep::from_snapshot(height);
        Ok(Some(chain))
    }

    /// A certified block of the followed chain, and the directory of its state as a peer says it is.
    async fn snapshot_offer(&self) -> Option<(PeerId, Finality, Directory)> {
        let (network, world) = (&self.network, &*self.world);
        let Ok((peer, Answer::Snapshot(offer))) = network.ask(world, Request::Snapshot, None).await else {
            return None;
        };
        let SnapshotOffer { at, directory_bytes, .. } = *offer;
        let set = self.set_of(at.header.epoch).await.ok()?;
        let certificate = Certificate::from_bytes(&at.certificate);
        if let Err(error) = certificate.and_then(|certificate| certificate.verify(&at.header, &set)) {
            network.lied(world, peer, error);
            return None;
        }
        let height = at.header.height;
        let mut bytes: Vec<u8> = Vec::new();
        while (bytes.len() as u64) < directory_bytes.min(DIRECTORY_BYTES) {
            let request = Request::Directory { height, offset: bytes.len() as u64 };
            match network.ask(world, request, Some(peer)).await {
                Ok((_, Answer::Bytes(part))) if !part.is_empty() => bytes.extend(part),
                _ => {
                    network.failed(peer);
                    return None;
                }
            }
        }
        let most = usize::try_from(DIRECTORY_BYTES).unwrap_or(usize::MAX);
        match decode_bounded(&bytes, most) {
            Ok(directory) => Some((peer, at, directory)),
            Err(error) => {
                network.lied(world, peer, error);
                None
            }
        }
    }

    /// Fetches all pages, checks each by its hash and stores it; false when nobody serves one of them.
    async fn fetch_pages(&self, height: Height, directory: &Directory, pages: &Pages) -> Result<bool, Error> {
        let (network, world) = (&self.network, &*self.world);
        let names: Vec<PageName> = directory.pages().collect();
        let mut done = 0usize;
        while let Some(rest) = names.get(done..).filter(|rest| !rest.is_empty()) {
            let wanted: Vec<PageName> = rest.iter().take(PAGES).copied().collect();
            let request = Request::Pages { height, names: wanted.clone() };
            let Ok((peer, Answer::Pages(served))) = network.ask(world, request, None).await else { return Ok(false) };
            let mut taken = Vec::with_capacity(served.len());
            for (name, page) in wanted.into_iter().zip(served) {
                let Some(page) = page else { break };
                if let Err(error) = pages.supply(name, Some(&page)) {
                    network.lied(world, peer, error);
                    break;
                }
                taken.push((name, page));
            }
            if taken.is_empty() {
                // Another peer may have it; whoever has nothing is asked last.
                network.failed(peer);
                if network.sessions.borrow().open().is_empty() {
                    return Ok(false);
                }
                continue;
            }
            network.held(peer);
            done = done.saturating_add(taken.len());
            world.put_pages(&taken).await?;
            pages.shrink(world.memory());
            self.progress("snapshot", done as u64, names.len() as u64);
        }
        Ok(true)
    }
}
