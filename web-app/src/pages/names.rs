//! Names of modules beside their addresses. A name is its author's word and not unique: the address stays beside it.

use crate::{
    answer,
    client::{Answer, live, network},
    components::react,
    text,
};
use leptos::prelude::*;
use zera_primitives::{Address, ModuleId};
use zera_worker_protocol::{Command, ModuleView};

/// The modules of the chain, asked once per page.
#[derive(Clone, Copy)]
pub struct Names(RwSignal<Answer<Vec<ModuleView>>>);

/// Asks for them.
#[must_use]
pub fn names() -> Names {
    Names(live(|| Some(Command::Modules), |result| answer!(result, Modules)))
}

impl Names {
    /// All of them, once they are known; tracked.
    #[must_use]
    pub fn all(self) -> Option<Vec<ModuleView>> {
        self.0.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned())
    }

    /// One of them; tracked.
    #[must_use]
    pub fn of(self, id: ModuleId) -> Option<ModuleView> {
        self.0.with(|answer| {
            answer.as_ref().and_then(|result| result.as_ref().ok())?.iter().find(|module| module.id == id).cloned()
        })
    }

    /// Its page, under its name once that is known.
    #[must_use]
    pub fn link(self, id: ModuleId) -> AnyView {
        let address = Address::Module(id).to_text(network());
        let href = format!("/modules/{address}");
        let short = text::short(&address);
        let name = Memo::new(move |_| self.of(id).map(|module| text::safe(&module.name)));
        let label = move || match name.get() {
            Some(name) => view! { <bdi>{name}</bdi>" "<code>{short.clone()}</code> }.into_any(),
            None => view! { <code>{short.clone()}</code> }.into_any(),
        };
        view! { <a href=href>{react(label)}</a> }.into_any()
    }
}
