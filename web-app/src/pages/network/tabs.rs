//! The tabs that share this browser's node.

use super::part;
use crate::{
    components::{react, table, td},
    router::Route,
    say, text,
};
use leptos::prelude::*;
use zera_worker_protocol::TabView;

/// The table, the leader first.
pub(super) fn list() -> AnyView {
    let tabs = part(|view| view.tabs.clone());
    react(move || tabs.with(|tabs| shown(tabs.as_deref().unwrap_or_default())))
}

fn shown(tabs: &[TabView]) -> AnyView {
    let rows = tabs
        .iter()
        .map(|tab| {
            let name =
                if tab.own { say!(TA_THIS).to_owned() } else { say!(TA_OPENED, text::clock(tab.opened_ms / 1_000)) };
            let role = if tab.leads { say!(TA_LEADS) } else { say!(TA_FOLLOWS) };
            let then = match (tab.leads, tabs.len()) {
                (true, 0 | 1) => say!(TA_ALONE),
                (true, _) => say!(TA_NEXT),
                (false, _) => say!(TA_IN_LINE),
            };
            (
                name.into_any(),
                vec![td(say!(TA_ROLE), role), td(say!(TA_SHOWS), page_name(&tab.shows)), td(say!(TA_IF), then)],
            )
        })
        .collect();
    let columns = [(say!(TA_TAB), false), (say!(TA_ROLE), false), (say!(TA_SHOWS), false), (say!(TA_IF), false)];
    table(say!(TA_NAME), &columns, rows)
}

/// The page that an address names, in a few words.
fn page_name(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    match Route::parse(path, query) {
        Route::Overview => say!(NAV_OVERVIEW).to_owned(),
        Route::Proposals => say!(NAV_PROPOSALS).to_owned(),
        Route::NewProposal(_) => say!(NEW_PROPOSAL).to_owned(),
        Route::Proposal(id) => say!(PROPOSAL_N, id),
        Route::Modules | Route::FindModules(_) => say!(NAV_MODULES).to_owned(),
        Route::Deploy => say!(DEPLOY_A_MODULE).to_owned(),
        Route::Module(_) | Route::Fleet(..) => say!(MODULE).to_owned(),
        Route::Builders => say!(BUILDERS).to_owned(),
        Route::Journal(_) => say!(NAV_JOURNAL).to_owned(),
        Route::Verify => say!(NAV_VERIFY).to_owned(),
        Route::Executions(_) | Route::Execution(..) | Route::Proof(_) => say!(NAV_EXECUTIONS).to_owned(),
        Route::Blocks => say!(NAV_BLOCKS).to_owned(),
        Route::Block(height) => say!(BLOCK_N, text::count(height)),
        Route::Pipelines(_) => say!(NAV_PIPELINES).to_owned(),
        Route::Bench => say!(NAV_BENCH).to_owned(),
        Route::Transaction(_) => say!(TRANSACTION).to_owned(),
        Route::Account | Route::OtherAccount(_) => say!(NAV_ACCOUNT).to_owned(),
        Route::Network => say!(NAV_NETWORK).to_owned(),
        Route::Settings => say!(NAV_SETTINGS).to_owned(),
        Route::NotFound(path) => text::safe(&path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_shows_a_page_by_its_name() {
        assert_eq!(page_name("/proposals/214"), say!(PROPOSAL_N, 214));
        assert_eq!(page_name("/modules?find=a"), say!(NAV_MODULES));
        assert_eq!(page_name("no\u{202e}where"), "no[U+202E]where");
    }
}
