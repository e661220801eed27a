//! The loop: requests in order of arrival, and after some of them one step of the node's own work, so that neither a long request
//! keeps others waiting nor a flood of requests keeps blocks from being made. Submitted transactions that wait in a row
//! are taken together, so that one block holds many of them. The scrub and compaction run only when nobody waits.

use super::{Node, Work, world::World};
use zera_worker_protocol::{Command, Error, Response};

/// Submitted transactions taken in a row before the node works.
const IN_A_ROW: u32 = 256;
/// Other requests taken in a row: a page asks about as many with every new block, and must have its answers before the next
/// one when blocks are long and overdue, as those of a large migration are.
const QUESTIONS_IN_A_ROW: u32 = 16;

/// Names a request, so that its answer finds its way.
pub trait Ticket: Copy {
    /// True when whoever sent the request of `asker` knows this one as `request`.
    fn is(&self, asker: &Self, request: u32) -> bool;
}

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
    type Ticket: Ticket;
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
        let mut idle = true;
        for taken in 1..=IN_A_ROW {
            let Some(Request { ticket, command }) = inbox.take() else { break };
            idle = false;
            let limit = if matches!(command, Command::Submit(_)) { IN_A_ROW } else { QUESTIONS_IN_A_ROW };
            if let Some(result) = node.handle(ticket, command).await {
                inbox.answer(ticket, result);
            }
            if taken >= limit {
                break;
            }
        }
        match node.work(idle).await {
            Work::Nothing if idle => inbox.wait().await,
            Work::Nothing | Work::Step => {}
            Work::Done(ticket, result) => inbox.answer(ticket, result),
        }
    }
}
