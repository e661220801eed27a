//! The journal: everything that ever happened to a module or to governance, newest first, and the file that proves it.

use super::{keys::save_file, shown_page};
use crate::{
    answer,
    client::{Answer, live, use_client},
    components::{
        Evidence, Field, bare, empty, failure, file_link, hash, head, kv, leaf, link, mark, react, reveal, select,
        slot_time, table, td, td_known, tool_button,
    },
    deeds, known,
    router::use_router,
    say, text, words,
};
use leptos::prelude::*;
use zera_primitives::{Address, Height, ModuleId, Network};
use zera_worker_protocol::{Command, Error, JournalEntryView, JournalPage, ModuleView, VoteView};

/// Entries asked for at a time.
const LIMIT: u32 = 50;

/// How the export is offered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// In running text.
    Link,
    /// As a button.
    Button,
}

#[derive(Clone, PartialEq)]
enum Saving {
    Idle,
    Asked,
    Saved(usize),
    Failed(Error),
}

/// The whole journal as one file that anybody can check offline.
#[must_use]
pub fn export_journal(how: Export) -> AnyView {
    let client = use_client();
    let saving = RwSignal::new(Saving::Idle);
    let ask = move || {
        saving.set(Saving::Asked);
        leptos::task::spawn_local(async move {
            let bytes = answer!(client.ask(Command::ExportJournal).await, Bytes);
            let height = client.head.with_untracked(|head| head.as_ref().map_or(0, |head| head.height.0));
            let done = match bytes {
                Ok(bytes) => {
                    save_file(&format!("zera-journal-{height}.zjournal"), &bytes);
                    Saving::Saved(bytes.len())
                }
                Err(error) => Saving::Failed(error),
            };
            saving.try_set(done);
        });
    };
    let said = move || match saving.get() {
        Saving::Idle => ().into_any(),
        Saving::Asked => view! { <span class="small dim">{say!(ASKING)}</span> }.into_any(),
        Saving::Saved(size) => {
            view! { <span class="small dim">{say!(JOURNAL_SAVED, text::bytes(size as u64))}</span> }.into_any()
        }
        Saving::Failed(error) => failure(&error),
    };
    let press = match how {
        Export::Link => crate::components::link_button(say!(JOURNAL_EXPORT), ask),
        Export::Button => tool_button(say!(JOURNAL_EXPORT), ask),
    };
    view! { <span class="row">{press}<span role="status">{react(said)}</span></span> }.into_any()
}

/// `/journal`, or of one module.
#[must_use]
pub fn page(module: Option<String>) -> AnyView {
    let client = use_client();
    let known_network = Memo::new(move |_| client.status.with(|s| s.as_ref().map(|status| status.network)));
    react(move || {
        let Some(network) = known_network.get() else { return head(().into_any(), say!(NAV_JOURNAL), say!(ASKING)) };
        match module.as_ref().map(|address| Address::from_text(address, network)) {
            None => entries_page(None, network),
            Some(Ok(Address::Module(id))) => entries_page(Some(id), network),
            Some(other) => super::module::bad_address(other.err().map(|error| error.to_string())),
        }
    })
}

fn entries_page(module: Option<ModuleId>, network: Network) -> AnyView {
    let before: RwSignal<Option<u64>> = RwSignal::new(None);
    let slot = live(
        move || Some(Command::Journal { module, before: before.get(), limit: LIMIT }),
        |result| answer!(result, Journal).map(at_rest),
    );
    let modules = live(|| Some(Command::Modules), |result| answer!(result, Modules));
    shown_page(slot, say!(NAV_JOURNAL).into(), move |page| show(page, module, before, modules, network))
}

/// The same page whatever block it was read at: what a reader has opened stays open while nothing new happens.
fn at_rest(mut page: Box<JournalPage>) -> Box<JournalPage> {
    page.height = Height::default();
    page
}

fn show(
    page: &JournalPage,
    module: Option<ModuleId>,
    before: RwSignal<Option<u64>>,
    modules: Modules,
    network: Network,
) -> AnyView {
    let count = text::count(page.count);
    let chain = text::short(&page.chain.to_hex());
    let evidence = known::state(count.clone(), say!(JOURNAL_ABOUT));
    let lead = view! { {say!(JOURNAL_LEAD)}" "{mark(evidence)} };
    let title = if page.count == 0 { say!(JOURNAL_NONE_TITLE).to_owned() } else { say!(JOURNAL_TITLE, count, chain) };
    let older = page.entries.last().map(|entry| entry.index).filter(|_| page.more);
    let newest = before.get_untracked().is_some();
    let body = if page.entries.is_empty() {
        empty(say!(JOURNAL_EMPTY), view! { <p>{say!(JOURNAL_EMPTY_WHAT)}</p> })
    } else {
        let evidence =
            |entry: &JournalEntryView| known::state(say!(ENTRY_N, text::count(entry.index)), say!(JOURNAL_ABOUT));
        rows(&page.entries, network, Some(modules), evidence)
    };
    view! {
        {head(().into_any(), title, lead)}
        {leaf(say!(JOURNAL_ENTRIES), say!(JOURNAL_ENTRIES_NOTE), view! {
            <div class="stack">
                {react(move || of_module(modules, module, network))}
                {body}
                <p class="row">
                    {older.map(|index| tool_button(say!(JOURNAL_OLDER), move || before.set(Some(index))))}
                    {newest.then(|| tool_button(say!(JOURNAL_NEWEST), move || before.set(None)))}
                </p>
            </div>
        })}
        {leaf(say!(JOURNAL_FILE), say!(JOURNAL_FILE_NOTE), view! {
            <div class="stack">
                {kv(vec![(say!(JOURNAL_CHAIN).into(), hash(&page.chain)), (say!(BLOCK).into(), react(head_block))])}
                <p class="row">{export_journal(Export::Button)}{file_link("btn tool", "/verify", say!(JOURNAL_CHECK_ONE))}</p>
                <p class="small dim">{say!(JOURNAL_NATIVE)}" "<code>"cargo xtask verify-journal FILE"</code></p>
            </div>
        })}
    }
    .into_any()
}

fn head_block() -> AnyView {
    let height = use_client().head.with(|head| head.as_ref().map_or(0, |head| head.height.0));
    link(format!("/blocks/{height}"), text::count(height))
}

/// The choice of a module; it leads to that module's part of the journal.
fn of_module(modules: Modules, module: Option<ModuleId>, network: Network) -> AnyView {
    let router = use_router();
    let all =
        modules.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned()).unwrap_or_default();
    let mut choices = vec![(String::new(), say!(JOURNAL_ALL).to_owned())];
    choices.extend(all.iter().map(|module| {
        let address = Address::Module(module.id).to_text(network);
        (address.clone(), format!("{} · {}", text::safe(&module.name), text::short(&address)))
    }));
    let here = module.map_or_else(String::new, |id| Address::Module(id).to_text(network));
    let chosen = RwSignal::new(here.clone());
    Effect::new(move |_| {
        let now = chosen.get();
        if now != here {
            router.go(&if now.is_empty() { "/journal".to_owned() } else { format!("/journal?module={now}") });
        }
    });
    view! { <div class="narrow">{select(Field::new("journal-of", say!(JOURNAL_OF)), choices, chosen)}</div> }.into_any()
}

/// Modules of this chain, once they are known: what a file names may be of another.
pub type Modules = RwSignal<Answer<Vec<ModuleView>>>;

fn module_link(id: ModuleId, network: Network, modules: Option<Modules>) -> AnyView {
    let address = Address::Module(id).to_text(network);
    let short = text::short(&address);
    let Some(modules) = modules else { return view! { <code>{short}</code> }.into_any() };
    let name = move || {
        modules.with(|answer| match answer {
            Some(Ok(all)) => all.iter().find(|m| m.id == id && !m.name.is_empty()).map(|m| text::safe(&m.name)),
            _ => None,
        })
    };
    let href = format!("/modules/{address}");
    react(move || match name() {
        Some(name) => view! { {link(href.clone(), name)}<span class="sub mono">{short.clone()}</span> }.into_any(),
        None => link(href.clone(), short.clone()),
    })
}

/// Entries as rows; each opens its facts.
#[must_use]
pub fn rows(
    entries: &[JournalEntryView],
    network: Network,
    modules: Option<Modules>,
    evidence: impl Fn(&JournalEntryView) -> Evidence,
) -> AnyView {
    let columns = [
        (say!(JOURNAL_ENTRY), false),
        (say!(JOURNAL_WHAT), false),
        (say!(MODULE), false),
        (say!(JOURNAL_VOTE), false),
        (say!(BLOCK), true),
        ("", false),
    ];
    let rows = entries.iter().map(|entry| row(entry, network, modules, evidence(entry))).collect();
    table(say!(JOURNAL_ENTRIES), &columns, rows)
}

fn row(
    entry: &JournalEntryView,
    network: Network,
    modules: Option<Modules>,
    evidence: Evidence,
) -> (AnyView, Vec<AnyView>) {
    let what = deeds::sentence(entry, network, deeds::date);
    let module = entry.module.map(|id| module_link(id, network, modules));
    let (facts, vote, at) = (entry.facts.clone(), entry.vote.clone(), entry.at);
    let body = move || facts_of(&facts, vote.as_ref(), at, network);
    // A file may be of another chain, where the same numbers are other proposals and blocks.
    let here = modules.is_some();
    let decided = entry.vote.as_ref().map_or_else(|| say!(JOURNAL_NO_VOTE).into_any(), |vote| decided(vote, here));
    let number = text::count(entry.at.0.0);
    let block = if here { link(format!("/blocks/{}", entry.at.0), number) } else { number.into_any() };
    (
        view! { <span class="num">{text::count(entry.index)}</span> }.into_any(),
        vec![
            td(say!(JOURNAL_WHAT), reveal(what.into_any(), body)),
            td(say!(MODULE), module),
            td(say!(JOURNAL_VOTE), decided),
            view! { <td role="cell" class="num" data-l=say!(BLOCK)>{block}</td> }.into_any(),
            td_known(bare(evidence)),
        ],
    )
}

fn decided(vote: &VoteView, here: bool) -> AnyView {
    let name = say!(PROPOSAL_N, vote.proposal);
    let name = if here { link(format!("/proposals/{}", vote.proposal), name) } else { name.into_any() };
    view! { {name}", "{words::class(vote.class)} }.into_any()
}

fn facts_of(
    facts: &[(String, zera_worker_protocol::FactView)],
    vote: Option<&VoteView>,
    at: (Height, zera_primitives::Slot),
    network: Network,
) -> AnyView {
    let mut list: Vec<(String, AnyView)> = facts
        .iter()
        .map(|(key, fact)| (text::capital(&deeds::label(key)), deeds::fact(key, fact, network, deeds::date)))
        .collect();
    list.push((say!(TIME).into(), slot_time(at)));
    if let Some(vote) = vote {
        list.push((say!(JOURNAL_TALLY).into(), deeds::tally(vote).into_any()));
        list.push((say!(VOTED_HASH).into(), hash(&vote.payload)));
        list.push((say!(REHEARSAL).into(), hash(&vote.rehearsal)));
    }
    kv(list)
}
