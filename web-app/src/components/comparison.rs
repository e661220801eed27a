//! What two codes do differently, for whoever decides between them: rows of their surface, functions with the lines that
//! changed, static gas old beside new. The node computes it in its worker; nothing here reads code.

use super::{
    Long, bare, by_parts, empty, gas_table::gas_table, hunks::hunks, reveal, table, tag, td, td_known, tool_button,
    verdict,
};
use crate::{answer, known, say, text};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::Hash;
use zera_worker_protocol::{ChangedFunction, Command, ComparisonView, DifferenceRow, FunctionView};

/// Rows and functions that are shown at first.
const FIRST: usize = 20;

/// The comparison of two stored codes; computed at once, or when the reader asks for it.
#[must_use]
pub fn compare(old: Hash, new: Hash, at_once: bool) -> AnyView {
    if old == new {
        return empty(say!(CMP_SAME), ());
    }
    let long = Long::new();
    let start = move || long.start(Command::Compare { old, new }, |result| answer!(result, Comparison));
    if at_once {
        start();
    }
    let offer = move || {
        view! { <div class="stack-2"><p class="dim">{say!(CMP_OFFER)}</p><div>{tool_button(say!(CMP_DO), start)}</div></div> }
            .into_any()
    };
    long.view(offer, |found| comparison(found))
}

/// A finished comparison.
#[must_use]
pub fn comparison(found: &ComparisonView) -> AnyView {
    let (changed, added, removed) = (found.changed.len(), found.added.len(), found.removed.len());
    let title = say!(CMP_TITLE, changed, added, removed, text::count(found.same.into()));
    let hashes = (text::short(&found.old.to_hex()), text::short(&found.new.to_hex()));
    let took = say!(CMP_TOOK, hashes.0, hashes.1, text::count(found.micros / 1_000));
    let evidence = known::recomputed(title.clone(), say!(CMP_ABOUT), say!(P_READ_BOTH));
    view! {
        <div class="stack comparison">
            {verdict("verified", title, view! { <p>{took}</p> }, Some(evidence))}
            <h3>{say!(CMP_SURFACE)}</h3>
            {surface(&found.rows, found.same_rows)}
            <h3>{say!(CMP_FUNCTIONS)}</h3>
            {functions(found)}
            <h3>{say!(CMP_GAS)}</h3>
            {gas_table(&found.gas)}
        </div>
    }
    .into_any()
}

pub fn surface(rows: &[DifferenceRow], same: u32) -> AnyView {
    let note = view! { <p class="small dim">{say!(CMP_SAME_ROWS, text::count(same.into()))}</p> };
    if rows.is_empty() {
        return view! { <p>{say!(CMP_NO_ROWS)}</p>{note} }.into_any();
    }
    let rows: Arc<[DifferenceRow]> = Arc::from(rows);
    let total = rows.len();
    let part = move |range: std::ops::Range<usize>| {
        let shown = rows.get(range).unwrap_or_default().iter().map(surface_row).collect();
        let columns = [(say!(NAME), false), (say!(CMP_OLD), false), (say!(CMP_NEW), false), ("", false)];
        table(say!(CMP_SURFACE), &columns, shown)
    };
    view! { {by_parts(total, FIRST, Arc::new(part))}{note} }.into_any()
}

fn surface_row(row: &DifferenceRow) -> (AnyView, Vec<AnyView>) {
    let absent = || say!(ABSENT).to_owned();
    let (sign, side) = match (&row.old, &row.new) {
        (None, _) => ("+ ", "for"),
        (_, None) => ("− ", "against"),
        _ => ("± ", "dim"),
    };
    let kind = crate::deeds::keyed(crate::en::ROW_KINDS, &row.what);
    let name = if row.name.is_empty() {
        view! { <span class=side>{sign}</span>{kind} }.into_any()
    } else {
        view! { <span class=side>{sign}</span><code>{text::safe(&row.name)}</code><span class="sub">{kind}</span> }
            .into_any()
    };
    let shown = |side: &Option<String>| side.as_ref().map_or_else(absent, |value| figure(&row.what, value));
    let (old, new) = (shown(&row.old), shown(&row.new));
    let evidence = known::recomputed(row.name.clone(), say!(CMP_ABOUT), say!(P_READ_BOTH));
    (
        name,
        vec![
            td(say!(CMP_OLD), view! { <code>{old}</code> }),
            td(say!(CMP_NEW), view! { <code>{new}</code> }),
            td_known(bare(evidence)),
        ],
    )
}

/// Sizes as people read them, everything else as it is.
fn figure(what: &str, value: &str) -> String {
    match (what, value.parse()) {
        ("size", Ok(size)) => text::bytes(size),
        ("functions", Ok(number)) => text::count(number),
        _ => text::safe(value),
    }
}

/// One function that is not the same in both.
#[derive(Clone)]
enum Differing {
    Changed(ChangedFunction),
    Added(FunctionView),
    Removed(FunctionView),
}

pub fn functions(found: &ComparisonView) -> AnyView {
    let changed = found.changed.iter().cloned().map(Differing::Changed);
    let added = found.added.iter().cloned().map(Differing::Added);
    let removed = found.removed.iter().cloned().map(Differing::Removed);
    let all: Arc<[Differing]> = changed.chain(added).chain(removed).collect();
    if all.is_empty() {
        return view! { <p>{say!(CMP_NO_FUNCTIONS)}</p> }.into_any();
    }
    let total = all.len();
    let part = move |range: std::ops::Range<usize>| {
        let items = all.get(range).unwrap_or_default().iter().map(|one| view! { <li>{function(one)}</li> }.into_any());
        view! { <ul class="functions">{items.collect_view()}</ul> }.into_any()
    };
    by_parts(total, FIRST, Arc::new(part))
}

fn function(one: &Differing) -> AnyView {
    let name = |sign: &'static str, side: &'static str, view: &FunctionView, what: &'static str| {
        let exports = (!view.exports.is_empty()).then(|| tag(say!(CMP_EXPORTED, view.exports.join(", "))));
        view! {
            <span class="fn-name"><b class=side aria-hidden="true">{sign}</b><code>{view.label.clone()}</code><code class="dim">{view.signature.clone()}</code></span>
            <span class="fn-tags">{tag(what)}{exports}</span>
        }
        .into_any()
    };
    match one {
        Differing::Added(view) => plain(name("+", "for", view, say!(CMP_ADDED)), view),
        Differing::Removed(view) => plain(name("−", "against", view, say!(CMP_REMOVED)), view),
        Differing::Changed(changed) => {
            let lines = say!(CMP_LINES, changed.lines.0, changed.lines.1);
            let constants = changed.constants_only.then(|| tag(say!(CMP_CONSTANTS)));
            let summary = view! {
                <span class="fn-line">{name("±", "dim", &changed.new, say!(CMP_CHANGED))}<span class="fn-tags">{tag(lines)}{constants}</span></span>
            };
            let shown = changed.clone();
            reveal(summary.into_any(), move || hunks(&shown.new.label, &shown.hunks, shown.cut))
        }
    }
}

fn plain(name: AnyView, view: &FunctionView) -> AnyView {
    let place = say!(CMP_AT, text::bytes(view.bytes.into()), format!("0x{:x}", view.offset));
    view! { <div class="fn-line plain">{name}<span class="small dim">{place}</span></div> }.into_any()
}
