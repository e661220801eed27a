//! Executions that can be proven, proofs under way and kept, one proof in words, and what disagrees.

mod alarm;
mod execution;
mod executions;
mod kept;
mod local;
mod segments;
mod statement;
mod stock;
mod task;
mod verdict;
mod words;

pub use alarm::banner;
pub use stock::stock;
pub use verdict::{detail as proof, of_file, sentence};

use crate::{
    client::{Answer, live, network, use_client},
    components::{crumbs, failure, head, link},
    say, text,
};
use leptos::prelude::*;
use zera_primitives::{Address, Hash, ModuleId};
use zera_worker_protocol::{CallId, Command, Error, ErrorKind, ProofsView};

/// `/executions`, optionally of one module.
#[must_use]
pub fn executions(module: Option<String>) -> AnyView {
    let id = module.as_deref().map(|text| Address::from_text(text, network()));
    match id {
        Some(Ok(Address::Module(id))) => executions::page(Some(id)),
        None => executions::page(None),
        Some(_) => bad(module.unwrap_or_default()),
    }
}

/// `/executions/<transaction>/<call>`.
#[must_use]
pub fn execution(hash: &str, call: u64) -> AnyView {
    match (Hash::from_hex(hash), u32::try_from(call)) {
        (Some(transaction), Ok(call)) => execution::page(CallId { transaction, call }),
        _ => bad(format!("{hash}/{call}")),
    }
}

fn bad(what: impl Into<String>) -> AnyView {
    let error = Error::request(ErrorKind::NotFound, what);
    view! { {head(crumbs("/executions", say!(NAV_EXECUTIONS), ""), say!(PF_BAD), "")} {failure(&error)} }.into_any()
}

/// Where an execution has its page.
#[must_use]
pub fn path_of(id: &CallId) -> String {
    format!("/executions/{}/{}", id.transaction.to_hex(), id.call)
}

/// Proofs of this tab; asked again when one ends.
fn proofs() -> RwSignal<Answer<ProofsView>> {
    let client = use_client();
    live(
        move || {
            client.proved.track();
            Some(Command::Proofs)
        },
        |result| crate::answer!(result, Proofs).map(|view| *view),
    )
}

/// A module's address, short, as a link.
fn module_link(module: ModuleId, name: &str) -> AnyView {
    let address = Address::Module(module).to_text(network());
    let label = if name.is_empty() { text::short(&address) } else { text::safe(name) };
    link(format!("/modules/{address}"), label)
}
