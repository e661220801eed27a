//! Parameters of a module: value, bounds, every change with its proposal, and why what cannot be changed cannot.

use crate::{
    components::{bare, by_parts, empty, file_link, link, reveal, table, td, td_known},
    known, say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{Address, Height, Network, ProposalId};
use zera_worker_protocol::{ManifestView, ModuleDetail, ParameterView};

/// Changes of one parameter shown at a time.
const CHANGES: usize = 20;

/// The table, and what is not in it.
#[must_use]
pub fn parameters(detail: &ModuleDetail, network: Network) -> AnyView {
    let fixed = view! { <p class="small dim gap-2">{say!(PARAMETERS_FIXED)}</p> };
    let manifest = detail.code.manifest.as_ref().filter(|manifest| !manifest.parameters.is_empty());
    let Some(manifest) = manifest else {
        return empty(say!(PARAMETERS_EMPTY), view! { <p>{say!(PARAMETERS_FIXED)}</p> });
    };
    let address = Address::Module(detail.module.id).to_text(network);
    let rows = manifest.parameters.iter().map(|parameter| row(manifest, parameter, network)).collect();
    let columns =
        [(say!(NAME), false), (say!(VALUE), false), (say!(BOUNDS), false), (say!(CHANGES_WORD), false), ("", false)];
    view! {
        {table(say!(PARAMETERS), &columns, rows)}
        {fixed}
        <p class="gap">{file_link("btn", format!("/proposals/new?module={address}"), say!(PROPOSE_CONFIG))}</p>
    }
    .into_any()
}

fn row(manifest: &ManifestView, parameter: &ParameterView, network: Network) -> (AnyView, Vec<AnyView>) {
    let read = |bytes: &Vec<u8>| super::shapes::decoded(&manifest.shapes, Some(parameter.shape), bytes, network);
    let value = parameter.value.as_ref().map_or_else(|| say!(NOT_READ).to_owned(), read);
    let doc = text::safe(&parameter.doc);
    let name = view! { <code>{parameter.name.clone()}</code><span class="sub">{doc}</span> }.into_any();
    let kind = super::shapes::name_of(&manifest.shapes, parameter.shape);
    (
        name,
        vec![
            td(say!(VALUE), view! { {value.clone()}<span class="sub"><code>{kind}</code></span> }),
            td(say!(BOUNDS), bounds(parameter.bounds)),
            td(say!(CHANGES_WORD), changes(manifest, parameter, network)),
            td_known(bare(known::state(value, say!(PARAMETER_ABOUT)))),
        ],
    )
}

/// `10 to 2,000`, as far as there are bounds.
#[must_use]
pub fn bounds((min, max): (Option<u128>, Option<u128>)) -> String {
    match (min, max) {
        (None, None) => say!(NO_BOUNDS).into(),
        (min, max) => say!(
            BOUNDS_OF,
            min.map_or_else(|| "0".into(), text::thousands),
            max.map_or_else(|| "∞".into(), text::thousands)
        ),
    }
}

type Change = (ProposalId, String, Height);

/// The newest change in the row, all of them behind it.
fn changes(manifest: &ManifestView, parameter: &ParameterView, network: Network) -> AnyView {
    let read = |bytes: &[u8]| super::shapes::decoded(&manifest.shapes, Some(parameter.shape), bytes, network);
    let mut all: Vec<Change> =
        parameter.history.iter().map(|(id, value, height)| (*id, read(value), *height)).collect();
    all.sort_by_key(|(id, _, height)| std::cmp::Reverse((*height, *id)));
    let Some(newest) = all.first().cloned() else { return say!(NEVER_CHANGED).into_any() };
    if all.len() == 1 {
        return change(&newest);
    }
    let all: Arc<[Change]> = Arc::from(all);
    let summary = say!(CHANGES_N, text::count(all.len() as u64));
    let body = move || {
        let all = Arc::clone(&all);
        let total = all.len();
        by_parts(
            total,
            CHANGES,
            Arc::new(move |range| all.get(range).unwrap_or_default().iter().map(change).collect_view().into_any()),
        )
    };
    view! { {change(&newest)}{reveal(summary.into_any(), body)} }.into_any()
}

fn change((id, value, height): &Change) -> AnyView {
    let proposal = link(format!("/proposals/{id}"), say!(PROPOSAL_N, id));
    view! { <span class="sub">{say!(CHANGED_TO, value, text::count(height.0))}", "{proposal}</span> }.into_any()
}
