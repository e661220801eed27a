//! Two finalised blocks of one height: what they are, who signed both, and the file that convinces others.

use super::part;
use crate::{
    answer,
    client::{network, use_client},
    components::{Step, failure, hash, kv, leaf, link, mark, react, tool_button, verdict},
    known,
    pages::keys::save_file,
    say, text,
};
use leptos::prelude::*;
use zera_primitives::Address;
use zera_worker_protocol::{Command, Error, ForkView};

/// One leaf when there are any, else nothing.
pub(super) fn leaves() -> AnyView {
    let conflicts = part(|view| view.conflicts.clone());
    react(move || {
        conflicts.with(|all| match all.as_deref().unwrap_or_default() {
            [] => ().into_any(),
            all => leaf(say!(CO_NAME), say!(CO_NOTE), all.iter().map(shown).collect_view()),
        })
    })
}

fn shown(fork: &ForkView) -> AnyView {
    let client = use_client();
    let failed: RwSignal<Option<Error>> = RwSignal::new(None);
    let (id, height) = (fork.id, fork.height.0);
    let save = move || {
        leptos::task::spawn_local(async move {
            match answer!(client.ask(Command::ExportEvidence(id)).await, Bytes) {
                Ok(bytes) => save_file(&format!("zera-conflict-{height}.evidence"), &bytes),
                Err(error) => _ = failed.try_set(Some(error)),
            }
        });
    };
    let number = text::count(height);
    let signed = text::plural(fork.signers.len(), say!(CO_ONE), say!(CO_MANY));
    let of_block = |words: &'static str, block: &zera_primitives::Hash| {
        Step::checked(words, say!(CO_CERTIFIED, text::short(&block.to_hex())))
    };
    let steps = vec![
        of_block(say!(CO_FIRST), &fork.blocks.0),
        of_block(say!(CO_SECOND), &fork.blocks.1),
        Step::of("alarm", say!(CO_SIGNERS), signed),
    ];
    let signers = fork.signers.iter().map(|id| {
        let address = Address::Account(*id).to_text(network());
        view! { <li>{link(format!("/account/{address}"), text::short(&address))}</li> }.into_any()
    });
    let rows = kv(vec![
        (say!(CO_FIRST).into(), hash(&fork.blocks.0)),
        (say!(CO_SECOND).into(), hash(&fork.blocks.1)),
        (say!(CO_SERVED).into(), view! { <bdi>{text::safe(&fork.peer)}</bdi> }.into_any()),
        (say!(CO_FOUND).into(), text::date(fork.found_ms / 1_000).into_any()),
        (say!(CO_SIGNERS).into(), view! { <ul>{signers.collect_view()}</ul> }.into_any()),
    ]);
    let body = view! {
        <p>{say!(CO_LEAD)}</p>
        {rows}
        <p>{mark(known::contradicted(number.clone(), steps))}</p>
        <p>{say!(CO_DO)}</p>
        <div>{tool_button(say!(CO_EXPORT), save)}</div>
        {move || failed.get().map(|error| failure(&error))}
    };
    // The banner above every page is what is announced; this is the whole of it.
    view! { <div class="refusal"><p class="t">{say!(CO_TITLE, number)}</p>{body}</div> }.into_any()
}

/// On every page while there is one.
pub(super) fn banner(fork: &ForkView) -> AnyView {
    let body = view! { <p>{say!(CO_LEAD)}" "{link("/network", say!(CO_OPEN))}</p> };
    verdict("alarm", say!(CO_TITLE, text::count(fork.height.0)), body, None)
}
