//! A run in this tab, on arguments that nobody else sees, and a proof of it.

use super::task;
use crate::{
    answer,
    client::{Answer, live, network, use_client},
    components::{Field, check, failure, loading, react, select, solid, verdict},
    pages::deploy::Args,
    say, text,
};
use leptos::prelude::*;
use zera_primitives::{Address, Hash, ModuleId, manifest::ExportKind};
use zera_worker_protocol::{Command, Error, ExportView, Hide, LocalArgs, LocalCode, ManifestView, ModuleView};

/// The form; `module` is chosen already, or none is.
#[must_use]
pub fn form(module: Option<ModuleId>) -> AnyView {
    let modules: RwSignal<Answer<Vec<ModuleView>>> = live(|| Some(Command::Modules), |result| answer!(result, Modules));
    let chosen = RwSignal::new(module.map(|id| Address::Module(id).to_text(network())).unwrap_or_default());
    let known = Memo::new(move |_| {
        modules.with(|answer| {
            answer.as_ref().and_then(|a| a.as_ref().ok()).map(|list| {
                list.iter()
                    .map(|module| (Address::Module(module.id).to_text(network()), text::safe(&module.name)))
                    .collect::<Vec<_>>()
            })
        })
    });
    let choose = move || match known.get() {
        None => loading(),
        Some(list) if list.is_empty() => view! { <p class="dim">{say!(PF_NO_MODULES)}</p> }.into_any(),
        Some(list) => {
            let choices = list
                .into_iter()
                .map(|(address, name)| (address.clone(), format!("{name} · {}", text::short(&address))));
            let none = (String::new(), say!(PF_CHOOSE).to_owned());
            select(Field::new("local-module", say!(MODULE)), std::iter::once(none).chain(choices).collect(), chosen)
        }
    };
    view! { <div class="stack"><p>{say!(PF_LOCAL_WHAT)}</p>{react(choose)}{react(move || of_module(&chosen.get()))}</div> }.into_any()
}

fn of_module(address: &str) -> AnyView {
    let Ok(Address::Module(module)) = Address::from_text(address, network()) else { return ().into_any() };
    let manifest: RwSignal<Answer<Option<ManifestView>>> = RwSignal::new(None);
    leptos::task::spawn_local(async move {
        let result = answer!(use_client().ask(Command::Module(module)).await, Module);
        manifest.try_set(Some(result.map(|detail| detail.code.manifest)));
    });
    react(move || {
        manifest.with(|answer| match answer {
            None => loading(),
            Some(Err(error)) => failure(error),
            Some(Ok(None)) => view! { <p class="dim">{say!(NO_CALLS)}</p> }.into_any(),
            Some(Ok(Some(manifest))) => exports(module, manifest),
        })
    })
}

fn exports(module: ModuleId, manifest: &ManifestView) -> AnyView {
    let callable: Vec<ExportView> =
        manifest.exports.iter().filter(|e| matches!(e.kind, ExportKind::Call | ExportKind::Query)).cloned().collect();
    // Those that can hide their arguments come first.
    let mut callable = callable;
    callable.sort_by_key(|export| !export.direct);
    let Some(first) = callable.first() else { return view! { <p class="dim">{say!(NO_CALLS)}</p> }.into_any() };
    let chosen = RwSignal::new(first.name.clone());
    let choices = callable.iter().map(|export| {
        let args: Vec<&str> = export.args.iter().map(|(name, _)| name.as_str()).collect();
        (export.name.clone(), format!("{}({})", export.name, args.join(", ")))
    });
    let choices = choices.collect();
    let manifest = manifest.clone();
    let one = move || {
        let name = chosen.get();
        callable.iter().find(|export| export.name == name).map(|export| run(module, export, &manifest)).into_any()
    };
    view! { {select(Field::new("local-entry", say!(FUNCTION)).mono(), choices, chosen)}{react(one)} }.into_any()
}

fn run(module: ModuleId, export: &ExportView, manifest: &ManifestView) -> AnyView {
    let args = Args::new(&manifest.shapes, &export.args);
    let inputs = args.view(network());
    let args = StoredValue::new(args);
    let direct = export.direct;
    let hide = [direct && !export.args.is_empty(), false, false].map(RwSignal::new);
    let wrong: RwSignal<Option<String>> = RwSignal::new(None);
    let refused: RwSignal<Option<Error>> = RwSignal::new(None);
    let task = RwSignal::new(None::<u32>);
    let entry = export.name.clone();
    let begin = move || match args.with_value(|args| args.encoded(network())) {
        Err(why) => wrong.set(Some(why)),
        Ok(bytes) => {
            wrong.set(None);
            refused.set(None);
            let [args, result, events] = hide.map(|signal| signal.get_untracked());
            let command = Command::ProveLocal {
                code: LocalCode::Module(module),
                entry: entry.clone(),
                args: LocalArgs::Bytes(bytes),
                hide: Hide { args, result, events },
                nonce: Hash::ZERO,
            };
            leptos::task::spawn_local(async move {
                match answer!(use_client().ask(command).await, ProofBegun) {
                    Ok(id) => _ = task.try_set(Some(id)),
                    Err(error) => _ = refused.try_set(Some(error)),
                }
            });
        }
    };
    let [hide_args, hide_result, hide_events] = hide;
    let first = if direct {
        check("hide-args", say!(PF_HIDE_ARGS), hide_args)
    } else {
        view! { <p class="small dim">{say!(PF_CANNOT_HIDE_ARGS)}</p> }.into_any()
    };
    view! {
        <div class="split even">
            <div class="stack">
                {inputs}
                <fieldset class="stack-2"><legend>{say!(PF_HIDE)}</legend>
                    {first}
                    {check("hide-result", say!(PF_HIDE_RESULT), hide_result)}
                    {check("hide-events", say!(PF_HIDE_EVENTS), hide_events)}
                </fieldset>
            </div>
            <section class="panel" aria-label=say!(PF_RUN_AND_PROVE)>
                <p class="small dim">{say!(PF_LOCAL_PANEL)}</p>
                {solid(say!(PF_RUN_AND_PROVE), begin)}
                {move || wrong.get().map(|why| view! { <p class="why" role="alert">{why}</p> })}
                {react(move || refused.get().map(|error| failure(&error)).into_any())}
                {react(move || task.get().map(ended).into_any())}
            </section>
        </div>
    }
    .into_any()
}

/// Progress of a local proof, then where it is.
fn ended(id: u32) -> AnyView {
    let client = use_client();
    let end =
        Memo::new(move |_| client.proved.with(|proved| proved.iter().rev().find(|(known, _)| *known == id).cloned()));
    react(move || match end.get() {
        None => task::one(id),
        Some((_, Ok(file))) => verdict(
            "verified",
            say!(PF_LOCAL_DONE),
            view! { <p><a href=format!("/proofs/{}", file.to_hex())>{say!(PF_OPEN_PROOF)}</a></p> },
            None,
        ),
        Some((_, Err(error))) => failure(&error),
    })
}
