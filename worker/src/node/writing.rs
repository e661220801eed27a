//! A block that is being written while the next one is executed. It counts once it is stored: only then is it reported. If it
//! cannot be stored, it and whatever was executed on it are given up, and its transactions wait again.

use super::{
    Node,
    chain::{Chain, commit},
    run::{Inbox, Ticket},
    world::{Filing, World},
};
use std::{
    cell::RefCell,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};
use zera_client::Sealed;
use zera_primitives::{Hash, Height, SignedTransaction};
use zera_worker_protocol::{Error, Event, HeadView};

/// The write of one block.
pub struct Writing {
    sealed: Sealed,
    /// The block before it, to go back to.
    before: Height,
    /// What is shown as the head until it is stored.
    pub shown: HeadView,
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    ended: Option<Result<(), Error>>,
    waker: Option<Waker>,
}

impl Writing {
    /// True when it has ended, well or not.
    pub fn has_ended(&self) -> bool {
        self.state.borrow().ended.is_some()
    }

    /// True when the block is stored.
    pub fn is_stored(&self) -> bool {
        matches!(self.state.borrow().ended, Some(Ok(())))
    }

    /// Has `waker` woken when it ends.
    fn listen(&self, waker: &Waker) {
        self.state.borrow_mut().waker = Some(waker.clone());
    }

    /// The block before it, which is stored.
    pub const fn before(&self) -> Height {
        self.before
    }

    /// The transaction of this hash, if it is in the block.
    pub fn signed(&self, hash: &Hash) -> Option<&SignedTransaction> {
        let place = self.sealed.decoded.receipts.iter().position(|receipt| receipt.transaction == *hash)?;
        self.sealed.decoded.body.transactions.get(place)
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Begins to write a block that the client stands on. When it is stored, `events` are reported, and `filings` follow it.
    pub(super) fn write(
        &mut self,
        sealed: Sealed,
        before: Height,
        events: Vec<Event>,
        filings: Vec<Filing>,
    ) -> Result<(), Error> {
        let world = Rc::clone(&self.world);
        let chain = self.chain_mut()?;
        let shown = chain.head().clone();
        let block = commit(&sealed);
        chain.advanced(&sealed);
        let state = Rc::<RefCell<State>>::default();
        let ended = Rc::clone(&state);
        chain.writing = Some(Writing { sealed, before, shown, state });
        let beside = Rc::clone(&world);
        world.beside(Box::pin(async move {
            let stored = beside.commit(&block).await;
            if stored.is_ok() {
                if !filings.is_empty() {
                    // A record that could not be kept is one that cannot be proven; the block stands.
                    let _ = beside.file(&filings).await;
                }
                events.into_iter().for_each(|event| beside.emit(event));
            }
            let waker = {
                let mut state = ended.borrow_mut();
                state.ended = Some(stored);
                state.waker.take()
            };
            waker.into_iter().for_each(Waker::wake);
        }));
        Ok(())
    }

    /// Waits until nothing is being written. When the block could not be stored, the chain stands on the one before it.
    ///
    /// # Errors
    /// Why it could not be stored.
    pub(super) async fn settle(&mut self, inbox: &dyn Inbox<T>) -> Result<(), Error> {
        let Some(writing) = self.chain.as_ref().and_then(|chain| chain.writing.as_ref()) else { return Ok(()) };
        let ended = poll_fn(|context| {
            if writing.has_ended() {
                return Poll::Ready(());
            }
            writing.listen(context.waker());
            Poll::Pending
        });
        self.beside(inbox, ended).await;
        self.settle_ended().await
    }

    /// Takes note of a write that has ended.
    pub(super) async fn settle_ended(&mut self) -> Result<(), Error> {
        let slot = self.slot()?;
        let chain = self.chain_mut()?;
        let Some(writing) = chain.writing.take_if(|writing| writing.has_ended()) else { return Ok(()) };
        let ended = writing.state.borrow_mut().ended.take();
        let Some(Err(error)) = ended else {
            self.network.note_stored(writing.sealed.height, self.world.micros());
            return self.settle_newcomer().await;
        };
        chain.client.step_back(writing.before).map_err(Chain::error)?;
        self.proving.records.cut(writing.before);
        let chain = self.chain_mut()?;
        chain.stepped_back(writing.shown, writing.sealed.decoded.previous);
        // They were admissible a moment ago on this very state; if one is not now, it is dropped.
        let _ = chain.client.wait_again(writing.sealed.decoded.body.transactions.clone(), slot);
        chain.rest = Some(slot);
        Err(error)
    }

    /// Has `waker` woken when what is being written has ended; false when it has.
    pub(super) fn listen_to_writing(&self, waker: &Waker) -> bool {
        let Some(writing) = self.chain.as_ref().and_then(|chain| chain.writing.as_ref()) else { return true };
        if writing.has_ended() {
            return false;
        }
        writing.listen(waker);
        true
    }
}
