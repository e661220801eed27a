//! Calling a module: a typed form from its manifest, queries answered at once, calls previewed before they are signed.

use super::{
    deploy::{Args, plan_result},
    transaction::decode_result,
};
use crate::{
    answer,
    client::use_client,
    components::{Deed, Explain, Field, act_panel, field, kv, mark, react, select, solid, verdict},
    known, say, text, words,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{Amount, ModuleId, Network, manifest::ExportKind, tx::Call};
use zera_worker_protocol::{CalledView, Command, Error, ExportView, ManifestView, PlanView};

/// The form of all exports that people may call; `stopped` says why changing ones are refused now.
#[must_use]
pub fn form(module: ModuleId, manifest: &ManifestView, network: Network, stopped: Memo<Option<String>>) -> AnyView {
    let callable: Vec<ExportView> =
        manifest.exports.iter().filter(|e| matches!(e.kind, ExportKind::Call | ExportKind::Query)).cloned().collect();
    let Some(first) = callable.first() else { return view! { <p class="dim">{say!(NO_CALLS)}</p> }.into_any() };
    let chosen = RwSignal::new(first.name.clone());
    let choices = callable
        .iter()
        .map(|export| {
            let args: Vec<&str> = export.args.iter().map(|(name, _)| name.as_str()).collect();
            (export.name.clone(), format!("{}({}) · {}", export.name, args.join(", "), words::export(export.kind)))
        })
        .collect();
    let manifest = manifest.clone();
    let one = move || {
        let name = chosen.get();
        callable.iter().find(|export| export.name == name).map(|export| match export.kind {
            ExportKind::Query => query(module, export, &manifest, network),
            _ => call(module, export, &manifest, network, stopped),
        })
    };
    let note = move || stopped.get().map(|why| verdict("pending", why, view! { <p>{say!(STOPPED_CALLS)}</p> }, None));
    view! { <div class="stack">{react(move || note().into_any())}{select(Field::new("entry", say!(FUNCTION)).mono(), choices, chosen)}{one}</div> }
        .into_any()
}

fn doc(export: &ExportView) -> AnyView {
    if export.doc.is_empty() {
        return ().into_any();
    }
    view! { <p class="small dim">"“"{export.doc.clone()}"” "{mark(known::words(export.name.clone(), say!(AUTHORS_WORDS)))}</p> }.into_any()
}

fn query(module: ModuleId, export: &ExportView, manifest: &ManifestView, network: Network) -> AnyView {
    let client = use_client();
    let args = Args::new(&manifest.shapes, &export.args);
    let inputs = args.view(network);
    let answered: RwSignal<Option<Result<CalledView, Error>>> = RwSignal::new(None);
    let wrong: RwSignal<Option<String>> = RwSignal::new(None);
    let (entry, shown_entry, manifest) = (export.name.clone(), export.name.clone(), manifest.clone());
    let run = move || match args.encoded(network) {
        Err(why) => wrong.set(Some(why)),
        Ok(args) => {
            wrong.set(None);
            let entry = entry.clone();
            leptos::task::spawn_local(async move {
                let result = answer!(client.ask(Command::Query { module, entry, args }).await, Called);
                answered.try_set(Some(result));
            });
        }
    };
    let result = move || {
        answered.get().map(|result| match result {
            Ok(called) => query_result(&called, &manifest, &shown_entry, network),
            Err(error) => crate::components::failure(&error),
        })
    };
    view! {
        <div class="split even">
            <div class="stack">{doc(export)}{inputs}{solid(say!(ASK_MODULE), run)}{move || wrong.get().map(|why| view! { <p class="why" role="alert">{why}</p> })}</div>
            <div class="stack" aria-live="polite">{result}</div>
        </div>
    }
    .into_any()
}

fn query_result(called: &CalledView, manifest: &ManifestView, entry: &str, network: Network) -> AnyView {
    if !called.outcome.is_ok() {
        return verdict(
            "pending",
            say!(QUERY_FAILED, words::outcome(called.outcome)),
            view! { <p>{called.cause.clone().unwrap_or_default()}</p> },
            None,
        );
    }
    let value = decode_result(manifest, entry, &called.result, network);
    let evidence =
        known::recomputed(value.clone(), say!(AT_BLOCK, say!(QUERY_ABOUT), text::count(called.height.0)), say!(P_RUN));
    let rows = vec![
        (say!(RETURNS).to_owned(), view! { <b>{value}</b>" "{mark(evidence)} }.into_any()),
        (say!(GAS).to_owned(), text::count(called.gas.0).into_any()),
        (say!(BLOCK).to_owned(), text::count(called.height.0).into_any()),
    ];
    kv(rows)
}

fn call(
    module: ModuleId,
    export: &ExportView,
    manifest: &ManifestView,
    network: Network,
    stopped: Memo<Option<String>>,
) -> AnyView {
    let args = Args::new(&manifest.shapes, &export.args);
    let inputs = args.view(network);
    let args = StoredValue::new(args);
    let value = RwSignal::new(String::new());
    let wrong = move || {
        let text = value.get();
        (!text.is_empty() && text.parse::<Amount>().is_err()).then(|| say!(NOT_AMOUNT).to_owned())
    };
    let entry = StoredValue::new(export.name.clone());
    let deed = move || -> Deed {
        if let Some(why) = stopped.get() {
            return Err(why);
        }
        let args = args.with_value(|args| args.encoded(network))?;
        let text = value.get();
        let value =
            if text.is_empty() { Amount::ZERO } else { text.parse().map_err(|_| say!(NOT_AMOUNT).to_owned())? };
        Ok((Vec::new(), vec![Call::Module { module, entry: entry.get_value(), args, value }]))
    };
    let (known_manifest, known_entry) = (manifest.clone(), export.name.clone());
    let explain: Explain = Arc::new(move |plan: &PlanView| {
        let Some(value) = plan_result(plan, &known_manifest, &known_entry, network) else { return ().into_any() };
        kv(vec![(
            say!(RETURNS).into(),
            view! { <b>{value.clone()}</b>" "{mark(known::recomputed(value, say!(PREVIEW_ABOUT), say!(PREVIEW_HOW)))} }
                .into_any(),
        )])
    });
    view! {
        <div class="split even">
            <div class="stack">
                {doc(export)}{inputs}
                {export.payable.then(|| field(Field::new("attached", say!(ATTACHED)).unit("ZRA").hint(say!(ATTACHED_HINT)), value, wrong))}
            </div>
            <section class="panel" aria-label=say!(CALL_PANEL)>{act_panel(say!(PREVIEW_AND_SIGN), deed, Some(explain), |_| ())}</section>
        </div>
    }
    .into_any()
}
