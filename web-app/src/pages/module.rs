//! One module: what runs and since when, its lineage, its storage with proofs, its calls.

use super::{call_form, deploy::code_facts, shown, shown_page, storage};
use crate::components::react;
use crate::{
    answer,
    charts::{Stop, StopKind, lineage},
    client::{live, use_client},
    components::{
        Step, bare, copy_button, crumbs, empty, file_link, hash, head, leaf, link, mark, path_wide, table, td, td_known,
    },
    known, say, text, words,
};
use leptos::prelude::*;
use zera_primitives::{Address, ModuleId, Network};
use zera_worker_protocol::{Command, Error, ErrorKind, ManifestView, ModuleDetail, ProposalView};

/// `/modules/<address>`.
#[must_use]
pub fn page(address: &str) -> AnyView {
    let address = address.to_owned();
    let client = use_client();
    let network = Memo::new(move |_| client.status.with(|s| s.as_ref().map(|status| status.network)));
    react(move || match network.get().map(|network| (network, Address::from_text(&address, network))) {
        None => head(().into_any(), say!(NAV_MODULES), say!(ASKING)),
        Some((network, Ok(Address::Module(id)))) => detail(id, network),
        Some((_, other)) => {
            let why = other.err().map_or_else(|| say!(NOT_A_MODULE).to_owned(), |error| error.to_string());
            let error = Error::request(ErrorKind::NotFound, why);
            view! { {head(crumbs("/modules", say!(NAV_MODULES), ""), say!(ADDRESS_BAD), "")} {crate::components::failure(&error)} }.into_any()
        }
    })
}

fn detail(id: ModuleId, network: Network) -> AnyView {
    let slot = live(move || Some(Command::Module(id)), |result| answer!(result, Module));
    let proposals = live(|| Some(Command::Proposals), |result| answer!(result, Proposals));
    // The form keeps what was typed: it is built again only when other code runs.
    let manifest = Memo::new(move |_| {
        slot.with(|answer| {
            answer.as_ref().and_then(|result| result.as_ref().ok()).and_then(|module| module.code.manifest.clone())
        })
    });
    view! {
        {shown_page(slot, say!(MODULE).into(), move |module| summary(module, network))}
        {leaf(say!(HISTORY), say!(HISTORY_NOTE), shown(slot, move |module| history(module, &live_ones(module, proposals))))}
        {leaf(say!(CALL), say!(CALL_NOTE), move || manifest.get().map(|manifest| call_form::form(id, &manifest, network)))}
        {leaf(say!(STORAGE), say!(STORAGE_NOTE), storage::browser(id))}
        {leaf(say!(PARAMETERS), say!(PARAMETERS_NOTE), shown(slot, move |module| parameters(module, network)))}
        {leaf(say!(WHATS_IN), say!(WHATS_IN_NOTE), shown(slot, |module| code_facts(&module.code)))}
    }
    .into_any()
}

fn live_ones(
    module: &ModuleDetail,
    proposals: RwSignal<crate::client::Answer<Vec<ProposalView>>>,
) -> Vec<ProposalView> {
    proposals.with(|answer| match answer {
        Some(Ok(all)) => all.iter().filter(|p| module.module.proposals.contains(&p.id)).cloned().collect(),
        _ => Vec::new(),
    })
}

fn summary(detail: &ModuleDetail, network: Network) -> AnyView {
    let module = &detail.module;
    let address = Address::Module(module.id).to_text(network);
    let title = say!(MODULE_TITLE, module.name, module.version, text::count(module.since.0.0));
    let deployer = Address::Account(detail.deployer).to_text(network);
    let lead = view! {
        {say!(MODULE_LEAD, detail.code.manifest.as_ref().map_or(0, |m| m.schema), detail.generation, text::count(module.storage.0), text::zra_about(module.balance))}
        " "{mark(known::state(module.version.to_string(), say!(MODULE_ABOUT)))}
    };
    let crumb = view! {
        <nav class="crumbs" aria-label=say!(CRUMBS)>
            <a href="/modules">{say!(NAV_MODULES)}</a>" / "{module.name.clone()}" · "<code title=address.clone()>{text::short(&address)}</code>" "{copy_button(address.clone(), say!(THE_ADDRESS))}
        </nav>
    };
    let path = vec![
        Step::checked(module.name.clone(), say!(EXEC_CODE)),
        Step::checked(say!(CODE_HASH), format!("b3:{}", text::short(&module.code.to_hex()))),
        Step::checked(text::bytes(detail.code.size.into()), say!(EXEC_BYTES, detail.code.functions)),
        Step::checked(
            say!(EXEC_INSTRUMENTED),
            say!(EXEC_INSTRUMENTED_HOW, text::bytes(detail.code.instrumented_size.into())),
        ),
        Step::trusted(say!(EXEC_DEPLOYED), text::short(&deployer)),
    ];
    view! {
        {head(crumb.into_any(), title, lead)}
        <p class="row tools">{file_link("btn", format!("/proposals/new?module={address}"), say!(PROPOSE_UPGRADE))}</p>
        {leaf(say!(EXECUTABLE), say!(EXECUTABLE_NOTE), path_wide(&path))}
    }
    .into_any()
}

fn history(detail: &ModuleDetail, live: &[ProposalView]) -> AnyView {
    let mut stops: Vec<(u64, Stop)> = Vec::new();
    for (i, version) in detail.versions.iter().enumerate() {
        let runs = i == 0;
        let until = i.checked_sub(1).and_then(|newer| detail.versions.get(newer)).map(|newer| newer.enacted.0);
        let since = text::count(version.enacted.0.0);
        let when = match until {
            None if runs => say!(RUNS_SINCE, since),
            Some(until) => say!(RAN_FROM_TO, since, text::count(until.0)),
            None => since,
        };
        let migrated = version.migrated.map(|n| say!(MIGRATED, text::count(n))).unwrap_or_default();
        let what = format!("{} {migrated}", say!(VERSION_WHAT, version.sequence, version.schema, version.generation));
        let decided = version.proposal.map_or_else(
            || say!(DEPLOYED_FIRST).into_any(),
            |id| link(format!("/proposals/{id}"), say!(PROPOSAL_N, id)),
        );
        let evidence = known::state(version.version.to_string(), say!(VERSION_ABOUT));
        let by = view! { {decided}<br/>{hash(&version.code)}<br/>{mark(evidence)} }.into_any();
        stops.push((
            version.enacted.0.0,
            Stop {
                kind: if runs { StopKind::Runs } else { StopKind::Ran },
                version: version.version.to_string(),
                when,
                what: what.into_any(),
                by,
            },
        ));
    }
    for attempt in &detail.attempts {
        let what = view! { <b>{words::abort(attempt.reason)}</b>" "{say!(ABORTED_WHAT)} }.into_any();
        let by = view! { {link(format!("/proposals/{}", attempt.proposal), say!(PROPOSAL_N, attempt.proposal))}<br/>{hash(&attempt.code)}<br/>{mark(known::state(attempt.proposal.to_string(), say!(VERSION_ABOUT)))} }.into_any();
        stops.push((
            attempt.at.0.0,
            Stop {
                kind: StopKind::Aborted,
                version: say!(ATTEMPT).into(),
                when: say!(ABORTED_AT, text::count(attempt.at.0.0)),
                what,
                by,
            },
        ));
    }
    stops.sort_by_key(|(height, _)| std::cmp::Reverse(*height));
    let proposed = live.iter().map(|proposal| {
        let by = view! { {link(format!("/proposals/{}", proposal.id), say!(PROPOSAL_N, proposal.id))}", "{words::class(proposal.class)}<br/>{mark(known::pending(proposal.id.to_string(), say!(VERSION_ABOUT), say!(NOT_ENACTED)))} }.into_any();
        Stop { kind: StopKind::Proposed, version: say!(PROPOSED).into(), when: words::state(&proposal.state).into(), what: proposal.title.clone().into_any(), by }
    });
    lineage(proposed.chain(stops.into_iter().map(|(_, stop)| stop)).collect())
}

fn parameters(detail: &ModuleDetail, network: Network) -> AnyView {
    let Some(manifest) = &detail.code.manifest else { return empty(say!(PARAMETERS_EMPTY), ()) };
    if manifest.parameters.is_empty() {
        return empty(say!(PARAMETERS_EMPTY), ());
    }
    let address = Address::Module(detail.module.id).to_text(network);
    let rows = manifest.parameters.iter().map(|parameter| {
        let value = parameter.value.as_ref().map_or_else(
            || say!(NOT_READ).to_owned(),
            |bytes| super::shapes::decoded(&manifest.shapes, Some(parameter.shape), bytes, network),
        );
        let name =
            view! { <code>{parameter.name.clone()}</code><span class="sub">{parameter.doc.clone()}</span> }.into_any();
        (
            name,
            vec![
                td(say!(VALUE), value.clone()),
                td(say!(BOUNDS), bounds(parameter.bounds)),
                td(say!(CHANGES_WORD), changes(manifest, parameter, network)),
                td_known(bare(known::state(value, say!(PARAMETER_ABOUT)))),
            ],
        )
    });
    view! {
        {table(say!(PARAMETERS), &[(say!(NAME), false), (say!(VALUE), false), (say!(BOUNDS), false), (say!(CHANGES_WORD), false), ("", false)], rows.collect())}
        <p class="gap">{file_link("btn", format!("/proposals/new?module={address}"), say!(PROPOSE_CONFIG))}</p>
    }
    .into_any()
}

/// `10 to 2,000`, as far as there are bounds.
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

fn changes(manifest: &ManifestView, parameter: &zera_worker_protocol::ParameterView, network: Network) -> AnyView {
    parameter
        .history
        .iter()
        .map(|(id, value, height)| {
            let value = super::shapes::decoded(&manifest.shapes, Some(parameter.shape), value, network);
            view! { <span class="sub">{say!(CHANGED_TO, value, text::count(height.0))}" "{link(format!("/proposals/{id}"), format!("#{id}"))}</span> }.into_any()
        })
        .collect_view()
        .into_any()
}
