//! The lineage of a module: a trunk of versions that ran, with branches for what was proposed and what was aborted.

use leptos::prelude::*;

/// What a stop of the lineage is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum StopKind {
    /// Proposed, not enacted.
    Proposed,
    /// Tried and aborted.
    Aborted,
    /// Runs now.
    Runs,
    /// Ran before.
    Ran,
}

/// One stop, newest first.
pub struct Stop {
    /// Its kind.
    pub kind: StopKind,
    /// The version.
    pub version: String,
    /// When, beside the version.
    pub when: String,
    /// What it was, in words.
    pub what: AnyView,
    /// Who decided and how it is known.
    pub by: AnyView,
}

/// The lineage.
#[must_use]
pub fn lineage(stops: Vec<Stop>) -> AnyView {
    let items = stops.into_iter().map(|stop| {
        let branch = matches!(stop.kind, StopKind::Proposed | StopKind::Aborted);
        let sign = match stop.kind {
            StopKind::Proposed => view! { <svg width="46" height="44" class="l-pending"><path d="M11 42C11 26 32 34 32 18"></path><circle cx="32" cy="12" r="5.5"></circle></svg> }.into_any(),
            StopKind::Aborted => view! { <svg width="46" height="44" class="l-alarm"><path d="M11 42C11 26 32 34 32 20M27.5 7.5l9 9m0-9l-9 9"></path></svg> }.into_any(),
            StopKind::Runs => view! { <svg width="46" height="24" class="runs"><circle cx="10.500" cy="12" r="6"></circle></svg> }.into_any(),
            StopKind::Ran => view! { <svg width="46" height="24"><circle cx="10.500" cy="12" r="5"></circle></svg> }.into_any(),
        };
        view! {
            <li class:branch=branch>
                <div class="dotcol" aria-hidden="true"><div class="trunk"></div>{sign}</div>
                <div class="what">
                    <div><span class="v">{stop.version}<small>{stop.when}</small></span><div>{stop.what}</div></div>
                    <div class="by">{stop.by}</div>
                </div>
            </li>
        }
        .into_any()
    });
    view! { <ol class="lineage">{items.collect_view()}</ol> }.into_any()
}
