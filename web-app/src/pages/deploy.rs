//! Deploy: take a sample or drop a file, see what is in it, fill in its constructor, preview, sign.

use super::{refused, shapes::Input, transaction};
use crate::components::react;
use crate::{
    answer,
    client::use_client,
    components::{
        Deed, Field, act_panel, crumbs, drop_zone, field, file_link, hash, head, keep_focus, kv, leaf, loading, mark,
        seg, tool_button, verdict,
    },
    known, say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use zera_primitives::{Address, Amount, Hash, Network, manifest::ExportKind, tx::Call};
use zera_worker_protocol::{CodeView, Command, Error, ErrorKind, ManifestView, PlanView, Shape};

/// Built samples the page's own origin serves: file and what it is.
pub const SAMPLES: [(&str, &str); 8] = [
    ("lending-v1.wasm", say!(SAMPLE_LENDING_1)),
    ("lending-v2.wasm", say!(SAMPLE_LENDING_2)),
    ("lending-v3.wasm", say!(SAMPLE_LENDING_3)),
    ("token.wasm", say!(SAMPLE_TOKEN)),
    ("counter.wasm", say!(SAMPLE_COUNTER)),
    ("cpp-readings.wasm", say!(SAMPLE_CPP)),
    ("integrity.wasm", say!(SAMPLE_INTEGRITY)),
    ("tally.wasm", say!(SAMPLE_TALLY)),
];

/// Samples of the lifecycle: fleets, settings by vote, ways back.
const MORE_SAMPLES: [(&str, &str); 7] = [
    ("manager.wasm", say!(SAMPLE_MANAGER)),
    ("vault-v1.wasm", say!(SAMPLE_VAULT_1)),
    ("vault-v2.wasm", say!(SAMPLE_VAULT_2)),
    ("vault-v3.wasm", say!(SAMPLE_VAULT_3)),
    ("treasury.wasm", say!(SAMPLE_TREASURY)),
    ("lending-v2b.wasm", say!(SAMPLE_LENDING_2B)),
    ("lending-v1-back.wasm", say!(SAMPLE_LENDING_BACK)),
];

/// A file and what the node found in it.
#[derive(Clone, PartialEq)]
pub enum Candidate {
    /// Nothing yet.
    None,
    /// Being read and checked.
    Reading,
    /// Accepted.
    Good(String, Vec<u8>, Box<CodeView>),
    /// Refused: name, size, hash, why.
    Refused(String, usize, Hash, Error),
}

impl Candidate {
    /// Has the node check `bytes`; nothing is changed by that.
    pub fn inspect(into: RwSignal<Self>, name: String, bytes: Result<Vec<u8>, String>) {
        let client = use_client();
        into.set(Self::Reading);
        leptos::task::spawn_local(async move {
            let found = match bytes {
                Err(reason) => Self::Refused(name, 0, Hash::ZERO, Error::browser(ErrorKind::NotFound, false, reason)),
                Ok(bytes) => match answer!(client.ask(Command::Inspect(bytes.clone())).await, Code) {
                    Ok(code) => Self::Good(name, bytes, code),
                    Err(error) => Self::Refused(name, bytes.len(), Hash::of(&bytes), error),
                },
            };
            into.try_set(found);
            keep_focus();
        });
    }
}

async fn fetch(path: String) -> Result<Vec<u8>, String> {
    let words = |reason: wasm_bindgen::JsValue| format!("{reason:?}");
    let response: web_sys::Response =
        JsFuture::from(window().fetch_with_str(&path)).await.map_err(words)?.unchecked_into();
    if !response.ok() {
        return Err(say!(SAMPLE_MISSING, path, response.status()));
    }
    let buffer = JsFuture::from(response.array_buffer().map_err(words)?).await.map_err(words)?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Where a `.wasm` comes from: a drop, a pick, or a sample.
#[must_use]
pub fn source(into: RwSignal<Candidate>) -> AnyView {
    let sample = move |file: &'static str| {
        into.set(Candidate::Reading);
        leptos::task::spawn_local(async move {
            Candidate::inspect(into, file.to_owned(), fetch(format!("/samples/{file}")).await)
        });
    };
    let list = move |samples: &'static [(&'static str, &'static str)]| {
        let items = samples.iter().map(|(file, words)| {
            view! { <li class="row">{tool_button(say!(USE_SAMPLE, file), move || sample(file))}<span class="small dim">{*words}</span></li> }.into_any()
        });
        view! { <ul class="stack-2 samples">{items.collect_view()}</ul> }.into_any()
    };
    view! {
        <div class="split even">
            {drop_zone("wasm-file", say!(DROP_WASM), ".wasm,application/wasm", move |name, bytes| Candidate::inspect(into, name, bytes))}
            <div class="stack-2">
                <p class="small"><b>{say!(OR_SAMPLE)}</b></p>
                {list(&SAMPLES)}
                <details><summary>{say!(MORE_SAMPLES_TITLE)}</summary>{list(&MORE_SAMPLES)}</details>
            </div>
        </div>
    }
    .into_any()
}

/// `/modules/deploy`.
#[must_use]
pub fn page() -> AnyView {
    let candidate = RwSignal::new(Candidate::None);
    react(move || match candidate.get() {
        Candidate::Refused(name, size, hash, error) => {
            refused::page(&name, size, hash, &error, move || candidate.set(Candidate::None))
        }
        Candidate::Good(name, bytes, code) => ready(&name, bytes, *code, candidate),
        state => view! {
            {head(crumbs("/modules", say!(NAV_MODULES), say!(DEPLOY)), say!(DEPLOY_TITLE), say!(DEPLOY_LEAD))}
            {leaf(say!(FILE), say!(FILE_NOTE), source(candidate))}
            {(state == Candidate::Reading).then(loading)}
            {leaf(say!(REF_FORM), say!(REF_FORM_NOTE), super::deploy_reference::form())}
        }
        .into_any(),
    })
}

fn ready(name: &str, bytes: Vec<u8>, code: CodeView, candidate: RwSignal<Candidate>) -> AnyView {
    let title = code.manifest.as_ref().map_or_else(
        || say!(CODE_TITLE_RAW, name, text::bytes(code.size.into())),
        |manifest| say!(CODE_TITLE, manifest.name, manifest.version, text::bytes(code.size.into())),
    );
    view! {
        {head(crumbs("/modules", say!(NAV_MODULES), name), title, say!(CODE_LEAD))}
        {leaf(say!(DEPLOY), say!(DEPLOY_NOTE), deploy_form(bytes, &code))}
        {leaf(say!(WHATS_IN), say!(WHATS_IN_NOTE), view! { <div class="stack">{code_facts(&code)}{tool_button(say!(OTHER_FILE), move || candidate.set(Candidate::None))}</div> })}
    }
    .into_any()
}

/// What the node found in code.
#[must_use]
pub fn code_facts(code: &CodeView) -> AnyView {
    let mut rows: Vec<(String, AnyView)> = vec![
        (say!(HASH).into(), view! { {hash(&code.hash)}" "{mark(known::hashed(text::short(&code.hash.to_hex()), say!(CODE_ABOUT), true))} }.into_any()),
        (say!(SIZE).into(), say!(SIZE_OF, text::bytes(code.size.into()), text::bytes(code.instrumented_size.into())).into_any()),
        (say!(FUNCTIONS).into(), text::count(code.functions.into()).into_any()),
        (say!(MEMORY).into(), say!(MEMORY_OF, code.memory.0, code.memory.1).into_any()),
        (say!(IMPORTS).into(), view! { <code>{code.imports.join(", ")}</code> }.into_any()),
    ];
    match &code.manifest {
        Some(manifest) => rows.extend(manifest_facts(manifest)),
        None => {
            let exports =
                code.raw_exports.iter().map(|(name, ty)| format!("{name} {ty}")).collect::<Vec<_>>().join(", ");
            rows.push((say!(EXPORTS).into(), view! { <code>{exports}</code> }.into_any()));
        }
    }
    kv(rows)
}

fn manifest_facts(manifest: &ManifestView) -> Vec<(String, AnyView)> {
    let exports = manifest
        .exports
        .iter()
        .map(|export| {
            let args = export
                .args
                .iter()
                .map(|(name, ty)| format!("{name}: {}", super::shapes::name_of(&manifest.shapes, *ty)))
                .collect::<Vec<_>>();
            let result = export
                .result
                .map(|ty| format!(" → {}", super::shapes::name_of(&manifest.shapes, ty)))
                .unwrap_or_default();
            let line = format!("{}({}){result}", export.name, args.join(", "));
            view! { <li><code>{line}</code>" "<span class="dim">{crate::words::export(export.kind)}</span></li> }
                .into_any()
        })
        .collect_view();
    let others: Vec<String> = manifest.reads_schemas.iter().map(u32::to_string).collect();
    let others = if others.is_empty() { say!(NO_OTHER).to_owned() } else { others.join(", ") };
    vec![
        (
            say!(SAYS).into(),
            view! { {manifest.description.clone()}" "{mark(known::words(manifest.name.clone(), say!(AUTHORS_WORDS)))} }
                .into_any(),
        ),
        (say!(SCHEMA).into(), say!(SCHEMA_OF, manifest.schema, others).into_any()),
        (say!(EXPORTS).into(), view! { <ul>{exports}</ul> }.into_any()),
    ]
}

/// Arguments of one export as inputs, and the bytes they make.
#[derive(Clone)]
pub struct Args {
    shapes: StoredValue<Vec<Shape>>,
    inputs: StoredValue<Vec<(String, u32, Input)>>,
}

impl Args {
    /// Inputs for these arguments.
    #[must_use]
    pub fn new(shapes: &[Shape], args: &[(String, u32)]) -> Self {
        let shapes = StoredValue::new(shapes.to_vec());
        let inputs = args.iter().map(|(name, ty)| (name.clone(), *ty, Input::new(shapes, *ty))).collect();
        Self { shapes, inputs: StoredValue::new(inputs) }
    }

    /// The encoded arguments; tracked.
    ///
    /// # Errors
    /// Which arguments are still empty, otherwise which one is wrong and why.
    pub fn encoded(&self, network: Network) -> Result<Vec<u8>, String> {
        let mut empty = Vec::new();
        self.inputs.with_value(|inputs| {
            inputs.iter().for_each(|(name, _, input)| input.empty(name, network, &mut empty));
        });
        if !empty.is_empty() {
            return Err(say!(STILL_EMPTY, empty.join(", ")));
        }
        let mut out = Vec::new();
        self.inputs.with_value(|inputs| {
            for (name, ty, input) in inputs {
                let value = input.value(network).map_err(|why| format!("{name}: {why}"))?;
                let bytes = self.shapes.with_value(|shapes| zera_worker_protocol::shape::encode(shapes, *ty, &value));
                out.extend(bytes.map_err(|why| format!("{name}: {why}"))?);
            }
            Ok(out)
        })
    }

    /// The inputs on the page.
    #[must_use]
    pub fn view(&self, network: Network) -> AnyView {
        self.inputs.with_value(|inputs| {
            inputs
                .iter()
                .map(|(name, _, input)| input.view(&format!("arg-{name}"), name, network))
                .collect_view()
                .into_any()
        })
    }
}

fn deploy_form(bytes: Vec<u8>, code: &CodeView) -> AnyView {
    let client = use_client();
    let network = client.status.with_untracked(|s| s.as_ref().map_or(Network::Solo, |status| status.network));
    let constructor = code
        .manifest
        .as_ref()
        .and_then(|m| m.exports.iter().find(|e| e.kind == ExportKind::Constructor).map(|e| (m, e)));
    let args = constructor.map(|(manifest, export)| Args::new(&manifest.shapes, &export.args));
    let payable = constructor.is_some_and(|(_, export)| export.payable);
    let inputs = args.as_ref().map(|args| args.view(network));
    let value = RwSignal::new(String::new());
    let wrong = move || {
        let text = value.get();
        (!text.is_empty() && text.parse::<Amount>().is_err()).then(|| say!(NOT_AMOUNT).to_owned())
    };
    let (hash, stored, args, bytes) = (code.hash, code.stored, StoredValue::new(args), StoredValue::new(bytes));
    let deeds = RwSignal::new("deploy".to_owned());
    let store_only = move || deeds.with(|what| what == "store");
    let deed = move || -> Deed {
        if store_only() {
            return if stored {
                Err(say!(STORED_ALREADY).to_owned())
            } else {
                Ok((vec![bytes.get_value()], Vec::new()))
            };
        }
        let args = args.with_value(|args| args.as_ref().map_or(Ok(Vec::new()), |args| args.encoded(network)))?;
        let text = value.get();
        let value =
            if text.is_empty() { Amount::ZERO } else { text.parse().map_err(|_| say!(NOT_AMOUNT).to_owned())? };
        let codes = if stored { Vec::new() } else { vec![bytes.get_value()] };
        Ok((codes, vec![Call::Deploy { code: hash, args, value }]))
    };
    let explain: crate::components::Explain = Arc::new(move |plan: &PlanView| match plan.modules.first() {
        Some(id) => kv(vec![(
            say!(NEW_MODULE).into(),
            view! { <code>{Address::Module(*id).to_text(network)}</code> }.into_any(),
        )]),
        None => ().into_any(),
    });
    let made: RwSignal<Option<String>> = RwSignal::new(None);
    let kept = RwSignal::new(false);
    let done = move |plan: &PlanView| {
        kept.set(plan.modules.is_empty());
        if let Some(id) = plan.modules.first() {
            made.set(Some(format!("/modules/{}", Address::Module(*id).to_text(network))));
        }
    };
    let what = if constructor.is_some_and(|(_, export)| !export.args.is_empty()) {
        say!(CONSTRUCTOR_ASKS)
    } else {
        say!(CONSTRUCTOR_SILENT)
    };
    view! {
        <div class="split">
            <div class="stack">
                {seg("deploy-what", say!(DEPLOY_WHAT), vec![("deploy".into(), say!(DEPLOY_MODULE).into()), ("store".into(), say!(DEPLOY_STORE).into())], deeds)}
                <div class="stack" hidden=store_only>
                    <p class="dim">{what}</p>
                    {inputs}
                    {payable.then(|| field(Field::new("value", say!(ATTACHED)).unit("ZRA"), value, wrong))}
                </div>
                {move || store_only().then(|| view! { <p class="dim">{say!(DEPLOY_STORE_WHAT)}</p> })}
                {hash_line(&hash)}
            </div>
            <section class="panel" aria-label=say!(DEPLOY_PANEL)>
                <h2>{say!(DEPLOY_PANEL)}</h2>
                {act_panel(say!(PREVIEW_AND_SIGN), deed, Some(explain), done)}
                {move || made.get().map(|href| verdict("verified", say!(DEPLOYED), view! { <p>{file_link("btn", href, say!(OPEN_MODULE))}</p> }, None))}
                {move || kept.get().then(|| verdict("verified", say!(CODE_KEPT), hash_line(&hash), None))}
            </section>
        </div>
    }
    .into_any()
}

/// The code's hash, to name it in a call or a proposal.
fn hash_line(code: &Hash) -> AnyView {
    kv(vec![(say!(CODE_HASH).into(), hash(code))])
}

/// The decoded results of a plan's last module call.
#[must_use]
pub fn plan_result(plan: &PlanView, manifest: &ManifestView, entry: &str, network: Network) -> Option<String> {
    let bytes = plan.steps.last()?.results.last()?;
    Some(transaction::decode_result(manifest, entry, bytes, network))
}
