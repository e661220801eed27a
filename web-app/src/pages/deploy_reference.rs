//! Deploying a follower: a manager, one of its tags, a constructor or none, pinned or not.

use super::{deploy::Args, deploy::code_facts};
use crate::{
    answer,
    client::{live, network, use_client},
    components::{
        Deed, Explain, Field, act_panel, check, empty, failure, field, file_link, hash, kv, link, loading, react, seg,
        select, verdict,
    },
    say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{Address, Amount, ExternalRef, Hash, ModuleId, manifest::ExportKind, tx::Call};
use zera_worker_protocol::{CodeView, Command, Error, ModuleView, PlanView};

/// The form.
#[must_use]
pub fn form() -> AnyView {
    let modules = live(|| Some(Command::Modules), |result| answer!(result, Modules));
    let all = Memo::new(move |_| {
        modules.with(|answer| match answer {
            Some(Ok(all)) => Some(all.iter().map(named).collect::<Vec<_>>()),
            _ => None,
        })
    });
    let any = Memo::new(move |_| all.with(|all| all.as_ref().map(|all| !all.is_empty())));
    react(move || match any.get() {
        None => loading(),
        Some(false) => empty(say!(REF_NO_MODULES), view! { <p>{say!(REF_NO_MODULES_WHAT)}</p> }),
        Some(true) => choose(all),
    })
}

fn named(module: &ModuleView) -> (String, String) {
    let address = Address::Module(module.id).to_text(network());
    let label = format!("{} · {}", text::safe(&module.name), text::short(&address));
    (address, label)
}

/// The list of managers follows the chain; what stands below it outlives the module that it has just made.
fn choose(all: Memo<Option<Vec<(String, String)>>>) -> AnyView {
    let manager = RwSignal::new(String::new());
    let id = Memo::new(move |_| match manager.with(|text| Address::from_text(text, network())) {
        Ok(Address::Module(id)) => Some(id),
        _ => None,
    });
    let tags = live(move || id.get().map(Command::Tags), |result| answer!(result, Tags));
    let found = Memo::new(move |_| {
        id.get()?;
        tags.with(|answer| match answer {
            // Followers come and go; the form is built anew only when a tag or its code changes.
            Some(Ok(tags)) => Some(Ok(tags.iter().map(|tag| (tag.tag.clone(), tag.code)).collect::<Vec<_>>())),
            Some(Err(error)) => Some(Err(error.clone())),
            None => None,
        })
    });
    let body = move || match (id.get(), found.get()) {
        (None, _) => view! { <p class="dim">{say!(REF_CHOOSE)}</p> }.into_any(),
        (_, None) => loading(),
        (_, Some(Err(error))) => failure(&error),
        (Some(_), Some(Ok(tags))) if tags.is_empty() => empty(say!(REF_NO_TAGS), ()),
        (Some(id), Some(Ok(tags))) => of_manager(id, tags),
    };
    let managers = move || {
        let mut choices = vec![(String::new(), say!(REF_NO_MANAGER).to_owned())];
        choices.extend(all.get().unwrap_or_default());
        select(Field::new("ref-manager", say!(REF_MANAGER)), choices, manager)
    };
    view! { <div class="stack"><div class="narrow">{react(managers)}</div>{react(body)}</div> }.into_any()
}

fn of_manager(manager: ModuleId, tags: Vec<(String, Hash)>) -> AnyView {
    let first = tags.first().map(|(tag, _)| tag.clone()).unwrap_or_default();
    let chosen = RwSignal::new(first);
    let choices = tags.iter().map(|(tag, _)| (tag.clone(), text::safe(tag))).collect();
    let code = Memo::new(move |_| {
        let name = chosen.get();
        tags.iter().find(|(tag, _)| *tag == name).cloned()
    });
    let body = move || code.get().map(|(tag, code)| of_tag(manager, &tag, code)).into_any();
    view! { <div class="narrow">{select(Field::new("ref-tag", say!(REF_TAG)), choices, chosen)}</div>{react(body)} }
        .into_any()
}

/// Reads the code that a tag stands at, for its constructor.
fn of_tag(manager: ModuleId, tag: &str, code: Hash) -> AnyView {
    let client = use_client();
    let read: RwSignal<Option<Result<Box<CodeView>, Error>>> = RwSignal::new(None);
    leptos::task::spawn_local(async move {
        let found = match answer!(client.ask(Command::Code(code)).await, Bytes) {
            Ok(bytes) => answer!(client.ask(Command::Inspect(bytes)).await, Code),
            Err(error) => Err(error),
        };
        read.try_set(Some(found));
    });
    let tag = tag.to_owned();
    react(move || match read.get() {
        None => view! { <p class="dim" aria-busy="true">{say!(REF_LOADING)}</p> }.into_any(),
        Some(Err(error)) => failure(&error),
        Some(Ok(code)) => fill_in(manager, &tag, &code),
    })
}

fn fill_in(manager: ModuleId, tag: &str, code: &CodeView) -> AnyView {
    let network = network();
    let found = code.manifest.as_ref();
    let constructor = found.and_then(|m| m.exports.iter().find(|e| e.kind == ExportKind::Constructor).map(|e| (m, e)));
    let has = constructor.is_some();
    let payable = constructor.is_some_and(|(_, export)| export.payable);
    let args = StoredValue::new(constructor.map(|(manifest, export)| Args::new(&manifest.shapes, &export.args)));
    let how = RwSignal::new(if has { "with" } else { "without" }.to_owned());
    let pinned = RwSignal::new(false);
    let value = RwSignal::new(String::new());
    let wrong = move || {
        value.with(|text| (!text.is_empty() && text.parse::<Amount>().is_err()).then(|| say!(NOT_AMOUNT).to_owned()))
    };
    let with = move || how.with(|how| how == "with");
    let (hash_now, tag) = (code.hash, StoredValue::new(tag.to_owned()));
    let deed = move || -> Deed {
        let constructor = if with() {
            Some(args.with_value(|args| args.as_ref().map_or(Ok(Vec::new()), |args| args.encoded(network)))?)
        } else {
            None
        };
        let value = match value.get() {
            text if text.is_empty() => Amount::ZERO,
            text => text.parse().map_err(|_| say!(NOT_AMOUNT).to_owned())?,
        };
        let reference = ExternalRef { manager, tag: tag.get_value(), pin: pinned.get().then_some(hash_now) };
        Ok((Vec::new(), vec![Call::DeployReference { reference, constructor, value }]))
    };
    let explain: Explain = Arc::new(move |plan: &PlanView| match plan.modules.first() {
        Some(id) => kv(vec![(
            say!(NEW_MODULE).into(),
            view! { <code>{Address::Module(*id).to_text(network)}</code> }.into_any(),
        )]),
        None => ().into_any(),
    });
    let made: RwSignal<Option<String>> = RwSignal::new(None);
    let done = move |plan: &PlanView| {
        made.set(plan.modules.first().map(|id| format!("/modules/{}", Address::Module(*id).to_text(network))));
    };
    let manager_address = Address::Module(manager).to_text(network);
    let facts = code_facts(code);
    view! {
        <div class="split">
            <div class="stack">
                {kv(vec![(say!(REF_CODE).into(), view! { {hash(&hash_now)}" "{link(format!("/modules/{manager_address}/fleet?tag={}", crate::router::escaped(&tag.get_value())), say!(FLEET))} }.into_any())])}
                {has.then(|| seg("ref-constructor", say!(REF_CONSTRUCTOR), vec![("with".into(), say!(REF_WITH).into()), ("without".into(), say!(REF_WITHOUT).into())], how))}
                {react(move || if with() { args.with_value(|args| args.as_ref().map(|args| args.view(network))).into_any() } else { ().into_any() })}
                {check("ref-pin", say!(REF_PIN), pinned)}
                {payable.then(|| field(Field::new("ref-value", say!(REF_ATTACHED)).unit("ZRA"), value, wrong))}
                <details><summary>{say!(WHATS_IN)}</summary>{facts}</details>
            </div>
            <section class="panel" aria-label=say!(REF_PANEL)>
                <h2>{say!(REF_PANEL)}</h2>
                {act_panel(say!(PREVIEW_AND_SIGN), deed, Some(explain), done)}
                {move || made.get().map(|href| verdict("verified", say!(DEPLOYED), view! { <p>{file_link("btn", href, say!(OPEN_MODULE))}</p> }, None))}
            </section>
        </div>
    }
    .into_any()
}
