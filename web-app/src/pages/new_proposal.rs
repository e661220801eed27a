//! A new proposal: new code for a module, or a parameter of it.

use super::{
    deploy::{Candidate, code_facts, source},
    refused,
    shapes::Input,
};
use crate::components::react;
use crate::{
    answer,
    client::{live, use_client},
    components::{
        Deed, Explain, Field, act_panel, crumbs, empty, field, head, kv, leaf, loading, seg, select, text_area,
        tool_button,
    },
    router::use_router,
    say, words,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{
    Address, ModuleId, Network, Payload, WasmModuleUpgradeProposal, manifest::ExportKind, payload::ConfigChange,
    tx::Call,
};
use zera_worker_protocol::{Command, ModuleDetail, ModuleView, PlanView};

#[derive(Clone, Copy)]
struct Form {
    kind: RwSignal<String>,
    module: RwSignal<String>,
    title: RwSignal<String>,
    description: RwSignal<String>,
    candidate: RwSignal<Candidate>,
    parameter: RwSignal<String>,
    /// The value of the chosen parameter, with its type.
    value: RwSignal<Option<(u32, Input)>>,
}

/// `/proposals/new`, for one module when the address names it.
#[must_use]
pub fn page(module: Option<String>) -> AnyView {
    let form = Form {
        kind: RwSignal::new("upgrade".into()),
        module: RwSignal::new(module.unwrap_or_default()),
        title: RwSignal::new(String::new()),
        description: RwSignal::new(String::new()),
        candidate: RwSignal::new(Candidate::None),
        parameter: RwSignal::new(String::new()),
        value: RwSignal::new(None),
    };
    let modules = live(|| Some(Command::Modules), |result| answer!(result, Modules));
    let refusal = move || match form.candidate.get() {
        Candidate::Refused(name, size, hash, error) => {
            Some(refused::page(&name, size, hash, &error, move || form.candidate.set(Candidate::None)))
        }
        _ => None,
    };
    // Built once modules are known, and not again with every block: what was typed stays.
    let known = Memo::new(move |_| {
        modules.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned().map(Names))
    });
    react(move || {
        refusal().unwrap_or_else(|| {
        view! {
            {head(crumbs("/proposals", say!(NAV_PROPOSALS), say!(NEW)), say!(NEW_TITLE), say!(NEW_LEAD))}
            {move || match known.get() {
                None => loading(),
                Some(Names(modules)) if modules.is_empty() => empty(say!(MODULES_EMPTY), view! { <p><a href="/modules/deploy">{say!(DEPLOY_A_MODULE)}</a></p> }),
                Some(Names(modules)) => parts(form, &modules),
            }}
        }
        .into_any()
    })
    })
}

/// Modules that are equal while the same ones exist under the same names.
#[derive(Clone)]
struct Names(Vec<ModuleView>);

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self.0.iter().zip(&other.0).all(|(a, b)| (a.id, a.sequence) == (b.id, b.sequence))
    }
}

fn network() -> Network {
    use_client().status.with_untracked(|s| s.as_ref().map_or(Network::Solo, |status| status.network))
}

fn module_id(form: Form) -> Option<ModuleId> {
    match Address::from_text(&form.module.get(), network()) {
        Ok(Address::Module(id)) => Some(id),
        _ => None,
    }
}

fn parts(form: Form, modules: &[ModuleView]) -> AnyView {
    let network = network();
    let choices: Vec<(String, String)> = modules
        .iter()
        .map(|module| (Address::Module(module.id).to_text(network), format!("{} {}", module.name, module.version)))
        .collect();
    if form.module.with_untracked(|chosen| !choices.iter().any(|(key, _)| key == chosen)) {
        form.module.set(choices.first().map(|(key, _)| key.clone()).unwrap_or_default());
    }
    let kinds = vec![
        ("upgrade".to_owned(), say!(KIND_UPGRADE).to_owned()),
        ("config".to_owned(), say!(KIND_CONFIG).to_owned()),
    ];
    let detail = live(move || module_id(form).map(Command::Module), |result| answer!(result, Module));
    let stable = Memo::new(move |_| {
        detail.with(|answer| {
            answer.as_ref().and_then(|result| result.as_ref().ok()).map(|d| (d.module.id, d.module.sequence))
        })
    });
    let change = move || match (form.kind.get().as_str(), stable.get()) {
        ("config", Some(_)) => detail.with_untracked(|answer| match answer {
            Some(Ok(detail)) => config(form, detail),
            _ => loading(),
        }),
        ("config", None) => loading(),
        _ => upgrade(form),
    };
    view! {
        {leaf(say!(WHAT), say!(WHAT_NOTE), view! {
            <div class="stack">
                {seg("kind", say!(WHAT), kinds, form.kind)}
                {select(Field::new("module", say!(MODULE)), choices, form.module)}
            </div>
        })}
        {leaf(say!(CHANGE), say!(CHANGE_NOTE), change)}
        {leaf(say!(WORDS), say!(WORDS_NOTE), submit(form, detail))}
    }
    .into_any()
}

fn upgrade(form: Form) -> AnyView {
    react(move || {
        match form.candidate.get() {
        Candidate::Good(name, _, code) => view! {
            <div class="stack"><p><b>{name}</b></p>{code_facts(&code)}<div>{tool_button(say!(OTHER_FILE), move || form.candidate.set(Candidate::None))}</div></div>
        }
        .into_any(),
        Candidate::Reading => loading(),
        _ => source(form.candidate),
    }
    })
}

fn config(form: Form, detail: &ModuleDetail) -> AnyView {
    let network = network();
    let Some(manifest) = detail.code.manifest.as_ref().filter(|manifest| !manifest.parameters.is_empty()) else {
        return empty(say!(PARAMETERS_EMPTY), ());
    };
    let choices: Vec<(String, String)> = manifest
        .parameters
        .iter()
        .map(|p| {
            let value = p.value.as_ref().map_or_else(
                || say!(NOT_READ).to_owned(),
                |bytes| super::shapes::decoded(&manifest.shapes, Some(p.shape), bytes, network),
            );
            (p.name.clone(), say!(PARAMETER_CHOICE, p.name, value, super::module::bounds(p.bounds)))
        })
        .collect();
    if form.parameter.with_untracked(|chosen| !choices.iter().any(|(key, _)| key == chosen)) {
        form.parameter.set(choices.first().map(|(key, _)| key.clone()).unwrap_or_default());
    }
    let shapes = StoredValue::new(manifest.shapes.clone());
    let types: Vec<(String, u32)> = manifest.parameters.iter().map(|p| (p.name.clone(), p.shape)).collect();
    let input = move || {
        let name = form.parameter.get();
        let ty = types.iter().find(|(known, _)| *known == name).map(|(_, ty)| *ty)?;
        let input = Input::new(shapes, ty);
        let view = input.view("new-value", say!(NEW_VALUE), network);
        form.value.set(Some((ty, input)));
        Some(view)
    };
    view! { <div class="stack">{select(Field::new("parameter", say!(PARAMETER)).mono(), choices, form.parameter)}{input}</div> }.into_any()
}

type Detail = RwSignal<crate::client::Answer<Box<ModuleDetail>>>;

fn deed(form: Form, slot: Detail) -> Deed {
    let title = form.title.get();
    if title.trim().is_empty() {
        return Err(say!(WHY_TITLE).to_owned());
    }
    let Some(Ok(detail)) = slot.get() else { return Err(say!(ASKING).to_owned()) };
    let description = form.description.get();
    if form.kind.get() == "config" {
        let Some((ty, input)) = form.value.get() else { return Err(say!(PARAMETERS_EMPTY).to_owned()) };
        let shapes = detail.code.manifest.as_ref().map(|m| m.shapes.clone()).unwrap_or_default();
        let value = input.value(network())?;
        let value = zera_worker_protocol::shape::encode(&shapes, ty, &value).map_err(|why| why.to_string())?;
        let change = ConfigChange { module_id: detail.module.id, parameter: form.parameter.get(), value };
        return Ok((
            Vec::new(),
            vec![Call::Propose { title, payload: Payload::Config { changes: vec![change], description } }],
        ));
    }
    let Candidate::Good(_, bytes, code) = form.candidate.get() else { return Err(say!(WHY_FILE).to_owned()) };
    // A new schema that cannot read the old data needs the migration that the new code itself carries.
    let migrates = code.manifest.as_ref().is_some_and(|new| {
        let old = detail.code.manifest.as_ref().map_or(new.schema, |m| m.schema);
        new.schema != old
            && !new.reads_schemas.contains(&old)
            && new.exports.iter().any(|e| e.kind == ExportKind::Migration)
    });
    let payload = Payload::Upgrade(WasmModuleUpgradeProposal {
        module_id: detail.module.id,
        new_wasm_bytecode: code.hash,
        new_version: detail.module.sequence.saturating_add(1),
        migration_logic_hash: migrates.then_some(code.hash),
        description,
    });
    let codes = if code.stored { Vec::new() } else { vec![bytes] };
    Ok((codes, vec![Call::Propose { title, payload }]))
}

fn submit(form: Form, slot: Detail) -> AnyView {
    let router = use_router();
    let explain: Explain = Arc::new(|plan: &PlanView| match plan.proposals.first() {
        Some((id, class)) => kv(vec![(say!(OPENS).into(), say!(OPENS_AS, id, words::class(*class)).into_any())]),
        None => ().into_any(),
    });
    let done = move |plan: &PlanView| {
        if let Some((id, _)) = plan.proposals.first() {
            router.go(&format!("/proposals/{id}"));
        }
    };
    view! {
        <div class="split">
            <div class="stack">
                {field(Field::new("title", say!(TITLE)).hint(say!(TITLE_HINT)), form.title, || None)}
                {text_area(Field::new("description", say!(DESCRIPTION)).hint(say!(DESCRIPTION_HINT)), form.description, || None)}
            </div>
            <section class="panel" aria-label=say!(NEW_PROPOSAL)>
                <h2>{say!(SUBMIT_PANEL)}</h2>
                <p class="small dim">{say!(SUBMIT_PANEL_WHAT)}</p>
                {act_panel(say!(PREVIEW_AND_SIGN), move || deed(form, slot), Some(explain), done)}
            </section>
        </div>
    }
    .into_any()
}
