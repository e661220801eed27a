//! The loop: requests in order of arrival, one at a time; between them the node's own work in small steps, so that a
//! long job (letting time pass, the scrub) never keeps a request waiting for more than one step.

use super::{Node, Work, world::World};
use zera_worker_protocol::{Command, Error, Response};

/// A request that waits for its answer.
#[derive(Clone, PartialEq, Debug)]
pub struct Request<T> {
    /// Where the answer goes.
    pub ticket: T,
    /// What is asked.
    pub command: Command,
}

/// Where requests come from and answers go.
#[expect(async_fn_in_trait, reason = "the worker has one thread; no future leaves it")]
pub trait Inbox {
    /// Names a request.
    type Ticket: Copy;
    /// The oldest request that nobody has taken.
    fn take(&mut self) -> Option<Request<Self::Ticket>>;
    /// Sends an answer.
    fn answer(&mut self, ticket: Self::Ticket, result: Result<Response, Error>);
    /// Waits for a request or the next tick of the clock.
    async fn wait(&mut self);
}

/// Runs a node until the world ends.
pub async fn run<W: World, I: Inbox>(world: W, mut inbox: I) {
    let mut node = Node::new(world);
    loop {
        while let Some(Request { ticket, command }) = inbox.take() {
            if let Some(result) = node.handle(ticket, command).await {
                inbox.answer(ticket, result);
            }
        }
        match node.work().await {
            Work::Nothing => inbox.wait().await,
            Work::Step => {}
            Work::Done(ticket, result) => inbox.answer(ticket, result),
        }
    }
}
