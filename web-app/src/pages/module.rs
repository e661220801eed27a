//! One module: what runs and since when, what stands in the way of calls, its lineage, parameters, storage, calls.

use super::{
    call_form, deploy::code_facts, module_history as history, module_parameters::parameters,
    module_standing as standing, pipelines::module_engine, shown, shown_page, storage,
};
use crate::{
    answer,
    client::{live, use_client},
    components::{attestations, code_text, copy_button, crumbs, file_link, head, leaf, link, mark, react},
    known, say, text,
};
use leptos::prelude::*;
use zera_primitives::{Address, Executable, ModuleId, Network};
use zera_worker_protocol::{Command, Error, ErrorKind, ModuleDetail};

/// `/modules/<address>`.
#[must_use]
pub fn page(address: &str) -> AnyView {
    let address = address.to_owned();
    let client = use_client();
    let network = Memo::new(move |_| client.status.with(|s| s.as_ref().map(|status| status.network)));
    react(move || match network.get().map(|network| (network, Address::from_text(&address, network))) {
        None => head(().into_any(), say!(NAV_MODULES), say!(ASKING)),
        Some((network, Ok(Address::Module(id)))) => detail(id, network),
        Some((_, other)) => bad_address(other.err().map(|error| error.to_string())),
    })
}

/// The page of an address that names no module.
#[must_use]
pub fn bad_address(why: Option<String>) -> AnyView {
    let error = Error::request(ErrorKind::NotFound, why.unwrap_or_else(|| say!(NOT_A_MODULE).to_owned()));
    view! { {head(crumbs("/modules", say!(NAV_MODULES), ""), say!(ADDRESS_BAD), "")} {crate::components::failure(&error)} }
        .into_any()
}

fn detail(id: ModuleId, network: Network) -> AnyView {
    let slot = live(move || Some(Command::Module(id)), |result| answer!(result, Module));
    let proposals = live(|| Some(Command::Proposals), |result| answer!(result, Proposals));
    let answered = move || slot.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned());
    // The form keeps what was typed: it is built again only when other code runs.
    let manifest = Memo::new(move |_| answered().and_then(|module| module.code.manifest.clone()));
    let stopped = Memo::new(move |_| answered().and_then(|module| standing::why_stopped(&module)));
    let running = Memo::new(move |_| answered().map(|module| module.module.code));
    let codes = Memo::new(move |_| answered().map(|module| history::codes(&module)).unwrap_or_default());
    view! {
        {shown_page(slot, say!(MODULE).into(), move |module| summary(module, network))}
        {leaf(say!(PL_ENGINE), say!(EN_MODULE_NOTE), react(move || running.get().map(module_engine).into_any()))}
        {leaf(say!(HISTORY), history::margin(id, network), shown(slot, move |module| history::history(module, &history::live_ones(module, proposals))))}
        {leaf(say!(VERSIONS_COMPARED), say!(VERSIONS_COMPARED_NOTE), react(move || history::compare_versions(&codes.get())))}
        {leaf(say!(CALL), say!(CALL_NOTE), move || manifest.get().map(|manifest| call_form::form(id, &manifest, network, stopped)))}
        {leaf(say!(STORAGE), say!(STORAGE_NOTE), storage::browser(id))}
        {leaf(say!(GENERATIONS), say!(GENERATIONS_NOTE), shown(slot, |module| standing::generations(module)))}
        {leaf(say!(PARAMETERS), say!(PARAMETERS_NOTE), shown(slot, move |module| parameters(module, network)))}
        {leaf(say!(BUILDERS), view! { {say!(BUILDERS_NOTE)}" "{link("/builders", say!(BUILDERS_ALL))} }, shown(slot, |module| attestations(&module.evidence)))}
        {leaf(say!(CODE_TEXT), say!(CODE_TEXT_NOTE), react(move || running.get().map(code_text).into_any()))}
        {leaf(say!(WHATS_IN), say!(WHATS_IN_NOTE), shown(slot, |module| code_facts(&module.code)))}
    }
    .into_any()
}

fn summary(detail: &ModuleDetail, network: Network) -> AnyView {
    let module = &detail.module;
    let address = Address::Module(module.id).to_text(network);
    let name = text::safe(&module.name);
    let since = text::count(module.since.0.0);
    let title = match &detail.standing.executable {
        Executable::Code(_) => say!(MODULE_TITLE, name, module.version, since),
        Executable::ExternalRef(reference) => {
            say!(MODULE_TITLE_REF, name, module.version, text::safe(&reference.tag))
        }
    };
    let lead = view! {
        {say!(MODULE_LEAD, detail.code.manifest.as_ref().map_or(0, |m| m.schema), detail.generation, text::count(module.storage.0), text::zra_about(module.balance))}
        " "{mark(known::state(module.version.to_string(), say!(MODULE_ABOUT)))}
    };
    let crumb = view! {
        <nav class="crumbs" aria-label=say!(CRUMBS)>
            <a href="/modules">{say!(NAV_MODULES)}</a>" / "{name.clone()}" · "<code title=address.clone()>{text::short(&address)}</code>" "{copy_button(address.clone(), say!(THE_ADDRESS))}
        </nav>
    };
    let fleet = (detail.standing.tags > 0)
        .then(|| file_link("btn", format!("/modules/{address}/fleet"), say!(OPEN_FLEET, detail.standing.tags)));
    view! {
        {head(crumb.into_any(), title, lead)}
        {standing::banners(detail)}
        <p class="row tools">{file_link("btn", format!("/proposals/new?module={address}"), say!(PROPOSE_UPGRADE))}{fleet}{file_link("btn", format!("/executions?module={address}"), say!(PF_EXECUTIONS))}</p>
        {leaf(say!(EXECUTABLE), say!(EXECUTABLE_NOTE), standing::executable(detail, network))}
    }
    .into_any()
}
