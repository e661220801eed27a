//! Modules: what runs, since when, and what would change it.

use super::shown_page;
use crate::{
    answer,
    client::{live, use_client},
    components::{Field, bare, empty, field, file_link, head, leaf, link, table, td, td_known, td_num},
    known, say, text,
};
use leptos::prelude::*;
use zera_primitives::{Address, Network};
use zera_worker_protocol::{Command, ModuleView};

/// `/modules`.
#[must_use]
pub fn page() -> AnyView {
    let slot = live(|| Some(Command::Modules), |result| answer!(result, Modules));
    let filter = RwSignal::new(String::new());
    shown_page(slot, say!(NAV_MODULES).into(), move |modules| list(modules, filter))
}

fn list(modules: &[ModuleView], filter: RwSignal<String>) -> AnyView {
    let client = use_client();
    let network = client.status.with_untracked(|s| s.as_ref().map_or(Network::Solo, |status| status.network));
    let changing = modules.iter().filter(|module| !module.proposals.is_empty()).count();
    let title = match modules.len() {
        0 => say!(MODULES_NONE).to_owned(),
        n => say!(MODULES_TITLE, text::plural(n, say!(ONE_MODULE), say!(MANY_MODULES)), changing),
    };
    let deploy = file_link("btn solid", "/modules/deploy", say!(DEPLOY_A_MODULE));
    let body = if modules.is_empty() {
        empty(say!(MODULES_EMPTY), view! { <p>{say!(MODULES_EMPTY_WHAT)}</p> })
    } else {
        let modules = modules.to_vec();
        let rows = move || {
            let words = filter.get().to_lowercase();
            let rows = modules
                .iter()
                .filter(|module| {
                    let address = Address::Module(module.id).to_text(network);
                    words.is_empty()
                        || module.name.to_lowercase().contains(&words)
                        || address.contains(&words)
                        || module.code.to_hex().contains(&words)
                })
                .map(|module| row(module, network))
                .collect();
            let columns = [
                (say!(MODULE), false),
                (say!(VERSION), false),
                (say!(CODE), false),
                (say!(SINCE_BLOCK), true),
                (say!(NOTE), false),
                (say!(HOLDS), true),
                (say!(STORAGE), true),
                ("", false),
            ];
            table(say!(NAV_MODULES), &columns, rows)
        };
        view! { <div class="stack">{field(Field::new("filter", say!(MODULES_FILTER)), filter, || None)}{rows}</div> }
            .into_any()
    };
    view! {
        {head(().into_any(), title, say!(MODULES_LEAD))}
        <p class="row tools">{deploy}</p>
        {leaf(say!(OWN_CODE), say!(OWN_CODE_NOTE), body)}
    }
    .into_any()
}

fn row(module: &ModuleView, network: Network) -> (AnyView, Vec<AnyView>) {
    let address = Address::Module(module.id).to_text(network);
    let note = module
        .proposals
        .iter()
        .map(|id| view! { <a href=format!("/proposals/{id}")>{say!(PROPOSED_IN, id)}</a>" " }.into_any())
        .collect_view();
    let name = if module.name.is_empty() { text::short(&address) } else { module.name.clone() };
    (
        link(format!("/modules/{address}"), name.clone()),
        vec![
            td(say!(VERSION), module.version.to_string()),
            td(
                say!(CODE),
                view! { <code class="nowrap">{format!("b3:{}", text::short(&module.code.to_hex()))}</code> },
            ),
            td_num(say!(SINCE_BLOCK), text::count(module.since.0.0)),
            td(say!(NOTE), note),
            td_num(say!(HOLDS), text::zra_short(module.balance)),
            td_num(say!(STORAGE), text::bytes(module.storage.1)),
            td_known(bare(known::state(name, say!(MODULE_ABOUT)))),
        ],
    )
}
