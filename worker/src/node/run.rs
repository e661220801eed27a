//! The loop: requests in order of arrival, and after each one step of the node's own work, so that neither a long job
//! (letting time pass) keeps requests waiting nor a flood of requests keeps blocks from being made. The scrub and
//! compaction run only when nobody waits.

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
        let request = inbox.take();
        let idle = request.is_none();
        if let Some(Request { ticket, command }) = request
            && let Some(result) = node.handle(ticket, command).await
        {
            inbox.answer(ticket, result);
        }
        match node.work(idle).await {
            Work::Nothing if idle => inbox.wait().await,
            Work::Nothing | Work::Step => {}
            Work::Done(ticket, result) => inbox.answer(ticket, result),
        }
    }
}
