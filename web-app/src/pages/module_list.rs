//! Modules: what runs, since when, and what would change it.

use super::{shown_page, whole};
use crate::{
    answer,
    client::{live, network},
    components::{
        Field, Part, bare, by_parts, empty, field, file_link, head, leaf, link, react, seg, table, td, td_known, td_num,
    },
    known, say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::Address;
use zera_worker_protocol::{Command, ModuleView};

/// Modules shown at first, and more at a time.
const ROWS: usize = 50;

/// `/modules`, with what a search looks for when it found several.
#[must_use]
pub fn page(words: &str) -> AnyView {
    let slot = live(|| Some(Command::Modules), |result| answer!(result, Modules));
    let filter = RwSignal::new(words.to_owned());
    let which = RwSignal::new("all".to_owned());
    shown_page(slot, say!(NAV_MODULES).into(), move |modules| list(modules, filter, which))
}

fn list(modules: &[ModuleView], filter: RwSignal<String>, which: RwSignal<String>) -> AnyView {
    let (follow, changing) = (modules.iter().filter(|m| m.follows).count(), changing(modules));
    let all = text::plural(modules.len(), say!(ONE_MODULE), say!(MANY_MODULES));
    let title = match (modules.len(), follow) {
        (0, _) => say!(MODULES_NONE).to_owned(),
        (_, 0) => say!(MODULES_TITLE, all, changing),
        (n, follow) => say!(MODULES_TITLE_REF, all, n - follow, follow, changing),
    };
    let deploy = file_link("btn solid", "/modules/deploy", say!(DEPLOY_A_MODULE));
    let journal = file_link("btn", "/journal", say!(NAV_JOURNAL));
    let builders = file_link("btn", "/builders", say!(BUILDERS));
    view! {
        {head(().into_any(), title, say!(MODULES_LEAD))}
        <p class="row tools">{deploy}{journal}{builders}</p>
        {if modules.is_empty() { nothing() } else { lists(modules, filter, which) }}
        {whole()}
    }
    .into_any()
}

fn changing(modules: &[ModuleView]) -> usize {
    modules.iter().filter(|module| !module.proposals.is_empty()).count()
}

fn nothing() -> AnyView {
    leaf(say!(OWN_CODE), say!(OWN_CODE_NOTE), empty(say!(MODULES_EMPTY), view! { <p>{say!(MODULES_EMPTY_WHAT)}</p> }))
}

fn lists(modules: &[ModuleView], filter: RwSignal<String>, which: RwSignal<String>) -> AnyView {
    let all: Arc<[ModuleView]> = Arc::from(modules);
    let follow = all.iter().filter(|module| module.follows).count();
    let kinds = vec![
        ("all".to_owned(), say!(MODULES_ALL, all.len())),
        ("own".to_owned(), say!(MODULES_OWN, all.len() - follow)),
        ("follows".to_owned(), say!(MODULES_FOLLOW, follow)),
    ];
    let part = move |follows: bool, hidden_by: &'static str| {
        let all = Arc::clone(&all);
        let found = Memo::new(move |_| {
            let words = filter.get().trim().to_lowercase();
            let hidden = which.with(|which| which == hidden_by);
            all.iter()
                .filter(|module| !hidden && module.follows == follows && fits(module, &words))
                .cloned()
                .collect::<Vec<_>>()
        });
        react(move || rows_of(found.get(), follows))
    };
    let own = part(false, "follows");
    let following =
        (follow > 0).then(|| leaf(say!(FOLLOWS_REFERENCE), say!(FOLLOWS_REFERENCE_NOTE), part(true, "own")));
    view! {
        <div class="wide-host"><div class="filters">{field(Field::new("filter", say!(MODULES_FILTER)), filter, || None)}{(follow > 0).then(|| seg("which", say!(MODULES_WHICH), kinds, which))}</div></div>
        {leaf(say!(OWN_CODE), say!(OWN_CODE_NOTE), own)}
        {following}
    }
    .into_any()
}

/// True when a module's name, address or code has these words, in lower case.
#[must_use]
pub fn fits(module: &ModuleView, words: &str) -> bool {
    words.is_empty()
        || module.name.to_lowercase().contains(words)
        || Address::Module(module.id).to_text(network()).contains(words)
        || module.code.to_hex().contains(words.trim_start_matches("b3:"))
}

fn rows_of(modules: Vec<ModuleView>, follows: bool) -> AnyView {
    if modules.is_empty() {
        return empty(say!(MODULES_NO_MATCH), ());
    }
    let modules: Arc<[ModuleView]> = Arc::from(modules);
    let total = modules.len();
    let label = if follows { say!(FOLLOWS_REFERENCE) } else { say!(OWN_CODE) };
    let part: Part = Arc::new(move |range| {
        let rows = modules.get(range).unwrap_or_default().iter().map(row).collect();
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
        table(label, &columns, rows)
    });
    by_parts(total, ROWS, part)
}

fn row(module: &ModuleView) -> (AnyView, Vec<AnyView>) {
    let address = Address::Module(module.id).to_text(network());
    let proposed = module
        .proposals
        .iter()
        .map(|id| view! { <a href=format!("/proposals/{id}")>{say!(PROPOSED_IN, id)}</a>" " }.into_any())
        .collect_view();
    let stopped = module.stopped.then(|| view! { <b class="m-pending">{say!(MODULE_STOPPED)}</b>" " });
    let name = if module.name.is_empty() { text::short(&address) } else { text::safe(&module.name) };
    // Followers of one tag share their code, and so their name.
    let which = module.follows.then(|| view! { <span class="sub mono">{text::short(&address)}</span> });
    (
        view! { {link(format!("/modules/{address}"), name.clone())}{which} }.into_any(),
        vec![
            td(say!(VERSION), module.version.to_string()),
            td(
                say!(CODE),
                view! { <code class="nowrap">{format!("b3:{}", text::short(&module.code.to_hex()))}</code> },
            ),
            td_num(say!(SINCE_BLOCK), text::count(module.since.0.0)),
            td(say!(NOTE), view! { {stopped}{proposed} }),
            td_num(say!(HOLDS), text::zra_short(module.balance)),
            td_num(say!(STORAGE), text::bytes(module.storage.1)),
            td_known(bare(known::state(name, say!(MODULE_ABOUT)))),
        ],
    )
}
