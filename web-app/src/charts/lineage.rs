//! The lineage of a module: a trunk of versions that ran, with branches for what was proposed, what was aborted, and
//! what a vote took back.

use leptos::prelude::*;

/// What a stop of the lineage is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StopKind {
    /// Proposed, not enacted.
    Proposed,
    /// Tried and aborted.
    Aborted,
    /// Ran, and a later vote returned to a version before it.
    Undone,
    /// Runs now.
    Runs,
    /// Ran before.
    Ran,
}

impl StopKind {
    /// True for what is not on the trunk.
    #[must_use]
    pub const fn is_branch(self) -> bool {
        matches!(self, Self::Proposed | Self::Aborted | Self::Undone)
    }

    fn sign(self) -> AnyView {
        match self {
            Self::Proposed => view! { <svg width="46" height="44" class="l-pending"><path d="M11 42C11 26 32 34 32 18"></path><circle cx="32" cy="12" r="5.5"></circle></svg> }.into_any(),
            Self::Aborted => view! { <svg width="46" height="44" class="l-alarm"><path d="M11 42C11 26 32 34 32 20M27.5 7.5l9 9m0-9l-9 9"></path></svg> }.into_any(),
            Self::Undone => view! {
                <svg width="46" height="70" class="l-back"><path d="M11 68C11 48 32 56 32 38M32 26C32 12 22 8 14 3M21.5 2l-8 .6 3.4 7.200"></path><circle cx="32" cy="32" r="5.5"></circle></svg>
            }
            .into_any(),
            Self::Runs => view! { <svg width="46" height="24" class="runs"><circle cx="10.500" cy="12" r="6"></circle></svg> }.into_any(),
            Self::Ran => view! { <svg width="46" height="24"><circle cx="10.500" cy="12" r="5"></circle></svg> }.into_any(),
        }
    }
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
        let (branch, undone) = (stop.kind.is_branch(), stop.kind == StopKind::Undone);
        view! {
            <li class:branch=branch class:undone=undone>
                <div class="dotcol" aria-hidden="true"><div class="trunk"></div>{stop.kind.sign()}</div>
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
