//! The loop: requests in order of arrival, and after some of them one step of the node's own work, so that neither a long request
//! keeps others waiting nor a flood of requests keeps blocks from being made. Submitted transactions that wait in a row
//! are taken together, so that one block holds many of them. The scrub and compaction run only when nobody waits.
//!
//! While pipelines execute a block, and while a write is awaited, questions go on being answered as long as they are next.

use super::{Answer, Node, Work, world::World};
use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};
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
pub trait Inbox<T> {
    /// Takes the oldest request if `wanted` says so; the others stay in their order.
    fn take(&self, wanted: fn(&Command) -> bool) -> Option<Request<T>>;
    /// Sends an answer.
    fn answer(&self, ticket: T, result: Result<Response, Error>);
    /// Has `waker` woken at the next request and at the next tick of the clock.
    fn listen(&self, waker: &Waker);
    /// True when no request waits.
    fn is_empty(&self) -> bool;
}

/// No requests: for work that nobody is to be answered beside.
pub struct Deaf;

impl<T> Inbox<T> for Deaf {
    fn take(&self, _: fn(&Command) -> bool) -> Option<Request<T>> {
        None
    }

    fn answer(&self, _: T, _: Result<Response, Error>) {}

    fn listen(&self, _: &Waker) {}

    fn is_empty(&self) -> bool {
        true
    }
}

/// Runs a node until the world ends.
pub async fn run<W: World, T: Ticket>(world: W, inbox: &dyn Inbox<T>) {
    let mut node = Node::new(world);
    loop {
        let mut idle = true;
        for taken in 1..=IN_A_ROW {
            let Some(Request { ticket, command }) = inbox.take(|_| true) else { break };
            idle = false;
            let limit = if matches!(command, Command::Submit(_)) { IN_A_ROW } else { QUESTIONS_IN_A_ROW };
            if let Some(result) = node.handle(ticket, command).await {
                inbox.answer(ticket, result);
            }
            if taken >= limit {
                break;
            }
        }
        match node.work(idle, inbox).await {
            Work::Nothing if idle => node.wait(inbox).await,
            Work::Nothing | Work::Step => {}
            Work::Done(ticket, result) => inbox.answer(ticket, result),
        }
    }
}

/// An answer that is being found.
type Finding<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

impl<W: World, T: Ticket> Node<W, T> {
    /// Waits for a request, a tick, or the end of a write.
    async fn wait(&self, inbox: &dyn Inbox<T>) {
        let mut woken = false;
        poll_fn(|context| {
            if std::mem::replace(&mut woken, true) || !inbox.is_empty() || !self.listen_to_writing(context.waker()) {
                return Poll::Ready(());
            }
            inbox.listen(context.waker());
            self.world.listen(context.waker());
            Poll::Pending
        })
        .await;
    }

    /// Waits for `work`, and answers questions meanwhile, as long as the next request is one.
    pub(super) async fn beside<F: Future>(&self, inbox: &dyn Inbox<T>, work: F) -> F::Output {
        let mut work = pin!(work);
        let mut output = None;
        let mut finding: Option<(T, Finding<'_>)> = None;
        poll_fn(|context| {
            if output.is_none()
                && let Poll::Ready(done) = work.as_mut().poll(context)
            {
                output = Some(done);
            }
            loop {
                if !self.find(inbox, &mut finding, context) {
                    return Poll::Pending;
                }
                if let Some(output) = output.take() {
                    return Poll::Ready(output);
                }
                match inbox.take(super::is_question) {
                    Some(Request { ticket, command }) => finding = Some((ticket, Box::pin(self.look(command)))),
                    None => {
                        inbox.listen(context.waker());
                        return Poll::Pending;
                    }
                }
            }
        })
        .await
    }

    /// Goes on with an answer; true when none is left to be found.
    fn find<'a>(
        &'a self,
        inbox: &dyn Inbox<T>,
        finding: &mut Option<(T, Finding<'a>)>,
        context: &mut Context<'_>,
    ) -> bool {
        let Some((ticket, answer)) = finding else { return true };
        let Poll::Ready(answer) = answer.as_mut().poll(context) else { return false };
        inbox.answer(*ticket, answer);
        *finding = None;
        true
    }
}
