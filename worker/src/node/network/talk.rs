//! Asking peers and waiting for what they say.

use super::Network;
use crate::{
    net::{AskId, Moment, Out, PeerId, Refusal},
    node::world::World,
};
use std::{future::poll_fn, task::Poll};
use zera_primitives::Hash;
use zera_wire::{Answer, News, Request};
use zera_worker_protocol::{Cause, Error, ErrorKind, Event, event::Notice};

/// What time it is, as conversations count.
pub fn moment<W: World>(world: &W) -> Moment {
    let mut random = [0; 4];
    // Without randomness all tabs try again at the same moment, which is no harm to this one.
    let _ = world.fill_random(&mut random);
    Moment { us: world.micros(), ms: world.now_ms(), random: u32::from_le_bytes(random) }
}

/// Why there is no answer.
pub fn refusal(refusal: Refusal) -> Error {
    let detail = match refusal {
        Refusal::Nobody => "no peer is connected that could be asked, or none answered in time".into(),
        Refusal::Peer(error) => error.detail,
    };
    Error { kind: ErrorKind::NoPeer, cause: Cause::Peer, fatal: false, detail }
}

/// What a peer said is not so.
pub fn lie(cause: &str) -> Error {
    Error { kind: ErrorKind::PeerLied, cause: Cause::Peer, fatal: false, detail: cause.into() }
}

impl Network {
    /// Begins conversations about `chain`; those before are closed.
    pub fn talk_of<W: World>(&self, world: &W, chain: Option<Hash>) {
        self.sessions.borrow_mut().close();
        self.pump(world);
        self.sessions.borrow_mut().change(chain);
    }

    /// Exchanges what was heard and what is to be said with the world.
    pub fn pump<W: World>(&self, world: &W) {
        if self.sessions.borrow().is_idle() {
            return;
        }
        let now = moment(world);
        loop {
            let mut sessions = self.sessions.borrow_mut();
            while let Some((wire, heard)) = world.heard() {
                sessions.heard(wire, heard, now);
            }
            sessions.tick(now);
            let mut moved = false;
            while let Some(out) = sessions.out() {
                moved = true;
                match out {
                    Out::Connect(wire, address) => world.connect(wire, &address),
                    Out::Send(wire, message) => world.send(wire, &message),
                    Out::Close(wire) => world.close(wire),
                }
            }
            for gone in sessions.gone() {
                world.emit(Event::Notice(Notice::PeerDropped { address: gone.address, cause: gone.cause }));
            }
            if !moved {
                return;
            }
        }
    }

    /// Asks the best peer, or only one; waits for the answer.
    pub async fn ask<W: World>(
        &self,
        world: &W,
        request: Request,
        only: Option<PeerId>,
    ) -> Result<(PeerId, Answer), Refusal> {
        let id = self.begin(world, request, only);
        self.answer_to(world, id).await
    }

    /// Asks, without waiting.
    pub fn begin<W: World>(&self, world: &W, request: Request, only: Option<PeerId>) -> AskId {
        self.sessions.borrow_mut().ask(request, only, moment(world))
    }

    /// Asks somebody else than these, for a second opinion, without waiting.
    pub fn begin_with_others<W: World>(&self, world: &W, request: Request, not: &[PeerId]) -> AskId {
        self.sessions.borrow_mut().ask_others(request, not, moment(world))
    }

    /// Waits for the answer to a question.
    pub async fn answer_to<W: World>(&self, world: &W, id: AskId) -> Result<(PeerId, Answer), Refusal> {
        poll_fn(|context| {
            self.pump(world);
            match self.sessions.borrow_mut().take(id) {
                Some(answer) => Poll::Ready(answer),
                None => {
                    world.listen(context.waker());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// The answers to several questions, in their order.
    pub async fn answers_to<W: World>(
        &self,
        world: &W,
        ids: impl IntoIterator<Item = AskId>,
    ) -> Vec<Result<(PeerId, Answer), Refusal>> {
        let mut answers = Vec::new();
        for id in ids {
            answers.push(self.answer_to(world, id).await);
        }
        answers
    }

    /// What this peer answered holds.
    pub fn held(&self, peer: PeerId) {
        self.sessions.borrow_mut().held(peer);
    }

    /// What this peer answered is of no use.
    pub fn failed(&self, peer: PeerId) {
        self.sessions.borrow_mut().failed(peer);
    }

    /// What this peer answered is not so: it is dropped, and the page hears why.
    pub fn lied<W: World>(&self, world: &W, peer: PeerId, cause: impl std::fmt::Display) -> Error {
        let cause = cause.to_string();
        self.sessions.borrow_mut().lied(peer, cause.clone());
        self.pump(world);
        lie(&cause)
    }

    /// The oldest news.
    pub fn news(&self) -> Option<(PeerId, News)> {
        self.sessions.borrow_mut().news()
    }

    /// Nobody waits any longer before trying again.
    pub fn hurry<W: World>(&self, world: &W) {
        self.sessions.borrow_mut().hurry(moment(world));
        self.pump(world);
    }
}
