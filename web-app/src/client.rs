//! The only place that talks to the node worker: SCALE in transferred buffers, request ids, the READY handshake,
//! events as signals, a fresh worker after a crash (three within a minute stop it); and what the tabs that share the node
//! know of each other.

mod link;
mod tab;

pub use link::{Client, Phase, use_client};

use leptos::prelude::*;
use zera_primitives::Network;
use zera_worker_protocol::{Cause, Command, Error, ErrorKind, Response};

/// The network whose addresses this page writes and reads.
#[must_use]
pub fn network() -> Network {
    use_client().status.with_untracked(|status| status.as_ref().map_or(Network::Solo, |status| status.network))
}

/// What a page shows of something it asked for.
pub type Answer<T> = Option<Result<T, Error>>;

/// The answer was of another kind than asked: a defect of this client, worded as such.
#[must_use]
pub fn mismatch() -> Error {
    Error {
        kind: ErrorKind::Malformed,
        cause: Cause::Client,
        fatal: false,
        detail: "the node answered something else".into(),
    }
}

/// Unwraps one kind of [`Response`]: `answer!(result, Status)`.
#[macro_export]
macro_rules! answer {
    ($result:expr, $kind:ident) => {
        match $result {
            Ok(zera_worker_protocol::Response::$kind(value)) => Ok(value),
            Ok(_) => Err($crate::client::mismatch()),
            Err(error) => Err(error),
        }
    };
}

/// What a [`live`] question is at.
#[derive(Clone, Copy, Default)]
struct Asking {
    /// Counts the commands that it has had.
    epoch: u32,
    /// An answer is awaited.
    busy: bool,
    /// A block came meanwhile: ask again with the answer.
    again: bool,
}

/// Asks again whenever `command` (tracked) changes or a block arrives, one question at a time: blocks that come faster than
/// answers, as those of a long migration do, neither pile up questions nor keep every answer from being shown. `None` until
/// the first answer. An answer that equals the last one changes nothing on the page.
pub fn live<T>(
    command: impl Fn() -> Option<Command> + 'static,
    pick: fn(Result<Response, Error>) -> Result<T, Error>,
) -> RwSignal<Answer<T>>
where
    T: PartialEq + Send + Sync + 'static,
{
    let client = use_client();
    let slot: RwSignal<Answer<T>> = RwSignal::new(None);
    let asking = StoredValue::new(Asking::default());
    let last: StoredValue<Option<Command>> = StoredValue::new(None);
    Effect::new(move |_| {
        let beat = client.beat();
        let Some(command) = command() else { return };
        if beat == 0 && !client.is_running() {
            return;
        }
        let mut now = asking.get_value();
        if last.with_value(|known| known.as_ref() != Some(&command)) {
            if last.with_value(Option::is_some) {
                slot.set(None);
            }
            last.set_value(Some(command.clone()));
            now = Asking { epoch: now.epoch.wrapping_add(1), ..Asking::default() };
        }
        if now.busy {
            return asking.set_value(Asking { again: true, ..now });
        }
        let mine = now.epoch;
        asking.set_value(Asking { busy: true, ..now });
        leptos::task::spawn_local(async move {
            loop {
                let result = pick(client.ask(command.clone()).await);
                // Disposed with its page, or overtaken by another question: the answer has no reader.
                let Some(now) = asking.try_get_value().filter(|now| now.epoch == mine) else { return };
                if slot.try_with_untracked(|old| old.as_ref() != Some(&result)) == Some(true) {
                    slot.try_set(Some(result));
                }
                asking.try_set_value(Asking { busy: now.again, again: false, ..now });
                if !now.again {
                    return;
                }
            }
        });
    });
    slot
}
