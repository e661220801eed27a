//! Full mode: the blocks up to the verified head, each executed here and compared field by field before it counts. Blocks
//! whose finality only a descendant's certificate tells are executed with it and stored together.

use super::talk;
use crate::{
    net::{AskId, PeerId, Refusal},
    node::{
        Node,
        chain::{Chain, commit},
        run::{Inbox, Ticket},
        world::{Commit, World},
    },
};
use std::rc::Rc;
use zera_client::{ClientError, Sealed, light::Certificate};
use zera_primitives::{Hash, Height};
use zera_wire::{Answer, Request, answer::FinalBlock};
use zera_worker_protocol::{Error, ErrorKind, Event, Mode, Stall};

/// Blocks asked for at once.
const BATCH: u32 = 48;
/// Blocks below the tip from which on each block is reported on its own.
const NEAR: u64 = 16;

/// The next blocks, asked for while those before them are executed.
pub struct Ahead {
    from: Height,
    id: AskId,
}

/// Why a batch came to nothing.
enum Failed {
    /// Its sender is wrong or lying.
    Lie(String),
    /// This client is to blame, or the browser.
    Own(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Own(error)
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Executes the next blocks in full mode; false when there are none.
    pub(super) async fn catch_chain_up(&mut self, inbox: &dyn Inbox<T>) -> bool {
        let network = Rc::clone(&self.network);
        if network.mode() != Mode::Full || network.is_stopped() {
            return false;
        }
        let (Ok(chain), Some(target)) = (self.chain(), self.verified_height()) else { return false };
        let next = chain.height().plus(1);
        if next > target {
            return false;
        }
        let id = match network.ahead.take() {
            Some(Ahead { from, id }) if from == next => id,
            other => {
                if let Some(Ahead { id, .. }) = other {
                    network.sessions.borrow_mut().forget(id);
                }
                self.ask_for(next)
            }
        };
        let answer = network.answer_to(&*self.world, id);
        let (peer, blocks) = match self.beside(inbox, answer).await {
            Ok((peer, Answer::Blocks(blocks))) if !blocks.is_empty() => (peer, blocks),
            Ok((peer, _)) => {
                network.failed(peer);
                return false;
            }
            Err(Refusal::Nobody) => return false,
            Err(refusal) => {
                network.note_unverifiable(talk::refusal(refusal));
                return false;
            }
        };
        if let Some(last) = blocks.last().map(|last| last.block.header.height).filter(|last| *last < target) {
            let from = last.plus(1);
            network.ahead.set(Some(Ahead { from, id: self.ask_for(from) }));
        }
        let done = self.take_blocks(blocks, target, inbox).await;
        self.judge_sender(peer, done);
        true
    }

    fn ask_for(&self, from: Height) -> AskId {
        self.network.begin(&*self.world, Request::Blocks { from, limit: BATCH }, None)
    }

    fn judge_sender(&mut self, peer: PeerId, done: Result<(), Failed>) {
        let network = Rc::clone(&self.network);
        match done {
            Ok(()) => network.held(peer),
            Err(Failed::Lie(cause)) => {
                network.note_unverifiable(&cause);
                network.lied(&*self.world, peer, cause);
            }
            Err(Failed::Own(error)) => {
                match error.kind {
                    ErrorKind::OtherRules => network.stop(Stall::OtherRules),
                    ErrorKind::StorageFailed | ErrorKind::StorageFull => {
                        network.stop(Stall::Storage(error.detail.clone()));
                    }
                    _ => {}
                }
                self.mind(Err(error));
            }
        }
    }

    /// Executes blocks run by run: each run ends with a certified block, and is stored at once.
    async fn take_blocks(
        &mut self,
        blocks: Vec<FinalBlock>,
        target: Height,
        inbox: &dyn Inbox<T>,
    ) -> Result<(), Failed> {
        let mut run: Vec<FinalBlock> = Vec::new();
        let mut done: Vec<Sealed> = Vec::new();
        let before = self.chain()?.height();
        let mut failed = None;
        for block in blocks {
            let certified = !block.certificate.is_empty();
            run.push(block);
            if !certified {
                continue;
            }
            match self.take_run(std::mem::take(&mut run), inbox).await {
                Ok(sealed) => done.extend(sealed),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        if done.is_empty() {
            return Err(failed.unwrap_or_else(|| Failed::Lie("blocks without a certificate".into())));
        }
        self.store(done, before, target).await?;
        failed.map_or(Ok(()), Err)
    }

    /// Executes one run. If it does not hold the client stands where it stood.
    async fn take_run(&mut self, run: Vec<FinalBlock>, inbox: &dyn Inbox<T>) -> Result<Vec<Sealed>, Failed> {
        let before = self.chain()?.height();
        let mut done = Vec::with_capacity(run.len());
        check_run(&run, &self.chain()?.client.head().hash())?;
        for block in run {
            match self.take_block(block, inbox).await {
                Ok(sealed) => done.push(sealed),
                Err(error) => {
                    if !done.is_empty() {
                        self.chain_mut()?.client.step_back(before).map_err(Chain::error)?;
                    }
                    return Err(error);
                }
            }
        }
        Ok(done)
    }

    async fn take_block(&mut self, block: FinalBlock, inbox: &dyn Inbox<T>) -> Result<Sealed, Failed> {
        let FinalBlock { block, certificate } = block;
        let lie = |detail: String| Failed::Lie(format!("block {}: {detail}", block.header.height));
        let certificate = match certificate.as_slice() {
            [] => None,
            bytes => Some(Certificate::from_bytes(bytes).map_err(|error| lie(error.to_string()))?),
        };
        let draft = loop {
            let checked = self.beside(inbox, self.chain()?.client.check(&block)).await;
            self.pool.at(None);
            match checked {
                Ok(draft) => break draft,
                Err(error) if error.is_not_loaded() => self.load().await?,
                Err(error) if error.is_fatal() => return Err(Failed::Own(Chain::error(error))),
                Err(error) => return Err(lie(error.to_string())),
            }
        };
        let client = &mut self.chain_mut()?.client;
        let head = client.head().hash();
        let taken = client.extend_checked(draft, &block);
        match taken.and_then(|()| client.finalise(&block.header.hash(), certificate.as_ref())) {
            Ok(sealed) => Ok(sealed),
            Err(ClientError::Disagrees { field: "runtime" }) => {
                let detail = "the network runs other rules than this client from here on";
                Err(Failed::Own(Error::browser(ErrorKind::OtherRules, false, detail)))
            }
            Err(error) if error.is_fatal() => Err(Failed::Own(Chain::error(error))),
            Err(error) => {
                // It stood there a moment ago.
                client.stand_on(&head).map_err(Chain::error)?;
                Err(lie(error.to_string()))
            }
        }
    }

    /// Stores blocks that the client stands on, and reports them.
    async fn store(&mut self, done: Vec<Sealed>, before: Height, target: Height) -> Result<(), Failed> {
        let commits: Vec<Commit> = done.iter().map(commit).collect();
        let network = Rc::clone(&self.network);
        if let Err(error) = self.world.commit_all(&commits).await {
            let stepped = self.chain_mut()?.client.step_back(before);
            if stepped.is_err() {
                // Further than can be taken back: the chain is opened again as it is stored.
                self.chain = None;
            }
            return Err(Failed::Own(error));
        }
        let total = done.len() as u64;
        for (place, sealed) in done.iter().enumerate() {
            let near = target.since(sealed.height) <= NEAR;
            let last = place as u64 + 1 == total;
            self.chain_mut()?.advanced(sealed);
            if near {
                self.lanes.keep(sealed, self.pool.count());
                let filings = self.filings(sealed).await;
                // A record that could not be kept is one that cannot be proven; the block stands.
                let _ = self.world.file(&filings).await;
            }
            if near || last {
                for event in self.events(sealed)? {
                    self.world.emit(event);
                }
            }
            for signed in &sealed.decoded.body.transactions {
                network.outbox.borrow_mut().remove(&signed.hash());
            }
        }
        let head = self.chain()?.height();
        if target.since(head) > NEAR {
            self.progress("sync", head.0, target.0);
        }
        network.note_moved(&*self.world);
        self.world.emit(Event::Network);
        self.compact_behind().await;
        Ok(())
    }
}

/// A run follows the head and holds together.
fn check_run(run: &[FinalBlock], head: &Hash) -> Result<(), Failed> {
    let mut parent = *head;
    for FinalBlock { block, .. } in run {
        if block.header.parent != parent {
            return Err(Failed::Lie(format!("block {} has another parent", block.header.height)));
        }
        parent = block.header.hash();
    }
    Ok(())
}
