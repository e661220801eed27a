//! The only place that talks to the node worker: SCALE in transferred buffers, request ids, the READY handshake,
//! events as signals, a fresh worker after a crash (three within a minute stop it).

mod link;

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

/// Asks again whenever `command` (tracked) changes or a block arrives; the newest question wins. `None` until the first
/// answer. An answer that equals the last one changes nothing on the page.
pub fn live<T>(
    command: impl Fn() -> Option<Command> + 'static,
    pick: fn(Result<Response, Error>) -> Result<T, Error>,
) -> RwSignal<Answer<T>>
where
    T: PartialEq + Send + Sync + 'static,
{
    let client = use_client();
    let slot: RwSignal<Answer<T>> = RwSignal::new(None);
    let newest = StoredValue::new(0u32);
    let last: StoredValue<Option<Command>> = StoredValue::new(None);
    Effect::new(move |_| {
        let beat = client.beat();
        let Some(command) = command() else { return };
        if beat == 0 && !client.is_running() {
            return;
        }
        let mine = newest.with_value(|n| n.wrapping_add(1));
        newest.set_value(mine);
        if last.with_value(|known| known.as_ref().is_some_and(|known| *known != command)) {
            slot.set(None);
        }
        last.set_value(Some(command.clone()));
        leptos::task::spawn_local(async move {
            let result = pick(client.ask(command).await);
            // Disposed with its page, or overtaken by a newer question: the answer has no reader.
            if newest.try_get_value() == Some(mine)
                && slot.try_with_untracked(|old| old.as_ref() != Some(&result)) == Some(true)
            {
                slot.try_set(Some(result));
            }
        });
    });
    slot
}
