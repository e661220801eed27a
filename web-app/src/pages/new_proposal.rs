//! A new proposal of any kind: what it would do, typed; a dry run before anybody signs; the class computed from effects.

mod code;
mod config;
mod effect_form;
mod execute;
mod link;
mod parameters;
mod registers;
mod stop;
mod validators;

use super::{
    deploy::Candidate,
    names::{Names, names},
    proposal, refused,
};
use crate::{
    answer,
    client::{Answer, live, network},
    components::{
        Deed, Explain, Field, act_panel, crumbs, empty, field, head, kv, leaf, loading, react, select, text_area,
    },
    router::{query, use_router},
    say, text, words,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{Address, ModuleId, Payload, limits, tx::Call};
use zera_worker_protocol::{Command, DryRunView, ModuleDetail, ModuleView, PlanView, RehearsalOf};

/// Codes to upload and the payload, or why the form is not ready.
pub type Draft = Result<(Vec<Vec<u8>>, Payload), String>;

/// What a kind's form makes with the author's words; tracked.
type Make = Arc<dyn Fn(String) -> Draft + Send + Sync>;

/// What all kinds share.
#[derive(Clone, Copy)]
pub struct Form {
    kind: RwSignal<String>,
    module: RwSignal<String>,
    title: RwSignal<String>,
    description: RwSignal<String>,
    /// The new code, or the code that runs once.
    candidate: RwSignal<Candidate>,
    make: RwSignal<Option<MakeOf>>,
    /// The chosen module.
    detail: RwSignal<Answer<Box<ModuleDetail>>>,
    /// What the last dry run said.
    found: RwSignal<Option<Box<DryRunView>>>,
    names: Names,
}

/// A make that equals no other: a form that is built anew is another form.
#[derive(Clone)]
struct MakeOf(Make);

impl Form {
    /// Called by each kind's form when it is built.
    fn makes(self, make: impl Fn(String) -> Draft + Send + Sync + 'static) {
        self.make.set(Some(MakeOf(Arc::new(make))));
    }

    /// The chosen module; tracked.
    fn module_id(self) -> Option<ModuleId> {
        module_id(&self.module.get())
    }

    /// Its detail, or that it is still being asked for; tracked.
    fn detail(self) -> Result<Box<ModuleDetail>, String> {
        match self.detail.get() {
            Some(Ok(detail)) => Ok(detail),
            Some(Err(error)) => Err(error.detail),
            None => Err(say!(ASKING).to_owned()),
        }
    }

    /// What would be proposed; tracked.
    fn draft(self) -> Draft {
        let description = self.description.get();
        if description.len() > limits::DESCRIPTION_BYTES {
            return Err(too_long(&description));
        }
        let make = self.make.get().ok_or_else(|| say!(ASKING).to_owned())?;
        (make.0)(description)
    }
}

fn too_long(description: &str) -> String {
    say!(TEXT_LONG, text::bytes(description.len() as u64), text::bytes(limits::DESCRIPTION_BYTES as u64))
}

/// The module that an address names.
fn module_id(address: &str) -> Option<ModuleId> {
    match Address::from_text(address, network()) {
        Ok(Address::Module(id)) => Some(id),
        _ => None,
    }
}

/// Kinds that are about one module, then the others.
const KINDS: [(&str, &str); 11] = [
    ("upgrade", say!(KIND_UPGRADE)),
    ("config", say!(KIND_CONFIG)),
    ("rollback", say!(KIND_ROLLBACK)),
    ("freeze", say!(KIND_FREEZE)),
    ("unfreeze", say!(KIND_UNFREEZE)),
    ("reference", say!(KIND_REFERENCE)),
    ("execute", say!(KIND_EXECUTE)),
    ("parameters", say!(KIND_PARAMETERS)),
    ("builders", say!(KIND_BUILDERS)),
    ("spam", say!(KIND_SPAM)),
    ("validators", say!(KIND_VALIDATORS)),
];

fn of_one_module(kind: &str) -> bool {
    matches!(kind, "upgrade" | "rollback" | "freeze" | "unfreeze" | "reference")
}

/// `/proposals/new`, for one module and kind when the address names them.
#[must_use]
pub fn page(module: Option<String>) -> AnyView {
    let kind = query("kind").filter(|kind| KINDS.iter().any(|(known, _)| known == kind));
    let module = RwSignal::new(module.unwrap_or_default());
    let detail = live(move || module_id(&module.get()).map(Command::Module), |result| answer!(result, Module));
    let form = Form {
        kind: RwSignal::new(kind.unwrap_or_else(|| "upgrade".into())),
        module,
        title: RwSignal::new(String::new()),
        description: RwSignal::new(String::new()),
        candidate: RwSignal::new(Candidate::None),
        make: RwSignal::new(None),
        detail,
        found: RwSignal::new(None),
        names: names(),
    };
    let refusal = move || match form.candidate.get() {
        Candidate::Refused(name, size, hash, error) => {
            Some(refused::page(&name, size, hash, &error, move || form.candidate.set(Candidate::None)))
        }
        _ => None,
    };
    // Built once modules are known, and not again with every block: what was typed stays.
    let known = Memo::new(move |_| form.names.all().map(Same));
    let refused = Memo::new(move |_| matches!(form.candidate.get(), Candidate::Refused(..)));
    react(move || {
        if refused.get() {
            return untrack(refusal).unwrap_or_else(loading);
        }
        view! {
            {head(crumbs("/proposals", say!(NAV_PROPOSALS), say!(NEW)), say!(NEW_TITLE_ANY), say!(NEW_LEAD))}
            {move || match known.get() {
                None => loading(),
                Some(Same(modules)) => parts(form, &modules),
            }}
        }
        .into_any()
    })
}

/// Modules that are equal while the same ones exist in the same versions.
#[derive(Clone)]
struct Same(Vec<ModuleView>);

impl PartialEq for Same {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self.0.iter().zip(&other.0).all(|(a, b)| (a.id, a.sequence) == (b.id, b.sequence))
    }
}

/// Modules as choices: address, and name with version.
fn choices(modules: &[ModuleView]) -> Vec<(String, String)> {
    let network = network();
    modules
        .iter()
        .map(|module| {
            let address = Address::Module(module.id).to_text(network);
            let label = format!("{} {} · {}", text::safe(&module.name), module.version, text::short(&address));
            (address, label)
        })
        .collect()
}

/// Sets `value` to the first choice when it is none of them.
fn first_of(choices: &[(String, String)], value: RwSignal<String>) {
    if value.with_untracked(|chosen| !choices.iter().any(|(key, _)| key == chosen)) {
        value.set(choices.first().map(|(key, _)| key.clone()).unwrap_or_default());
    }
}

fn parts(form: Form, modules: &[ModuleView]) -> AnyView {
    let modules: Arc<[ModuleView]> = Arc::from(modules);
    let choices = choices(&modules);
    first_of(&choices, form.module);
    let kinds = KINDS.iter().map(|(key, label)| ((*key).to_owned(), (*label).to_owned())).collect();
    let kind = Memo::new(move |_| form.kind.get());
    let none = choices.is_empty();
    let which = {
        let choices = choices.clone();
        move || {
            (of_one_module(&kind.get()) && !choices.is_empty())
                .then(|| select(Field::new("module", say!(MODULE)), choices.clone(), form.module))
        }
    };
    let change = move || {
        let kind = kind.get();
        if none && (of_one_module(&kind) || kind == "config") {
            form.makes(|_| Err(say!(MODULES_EMPTY).to_owned()));
            return empty(say!(MODULES_EMPTY), view! { <p><a href="/modules/deploy">{say!(DEPLOY_A_MODULE)}</a></p> });
        }
        match kind.as_str() {
            "config" => config::form(form, &modules),
            "rollback" => code::rollback(form),
            "freeze" => stop::freeze(form),
            "unfreeze" => stop::unfreeze(form),
            "reference" => link::form(form, &modules),
            "execute" => execute::form(form, &modules),
            "parameters" => parameters::form(form),
            "builders" => registers::builders(form),
            "spam" => registers::spam(form),
            "validators" => validators::form(form),
            _ => code::upgrade(form),
        }
    };
    let what = move || crate::deeds::keyed(crate::en::KIND_NOTES, &kind.get());
    let rehearsed = move || form.draft().map(|(codes, payload)| RehearsalOf::Payload { codes, payload });
    view! {
        {leaf(say!(WHAT), say!(WHAT_NOTE_ANY), view! {
            <div class="stack">
                {select(Field::new("kind", say!(KIND)), kinds, form.kind)}
                <p class="small dim" aria-live="polite">{what}</p>
                {which}
            </div>
        })}
        {leaf(say!(CHANGE), say!(CHANGE_NOTE), react(change))}
        {leaf(say!(DRY_FIRST), say!(DRY_RUN_NOTE), proposal::rehearsal(rehearsed, None, form.names, form.found))}
        {leaf(say!(WORDS), say!(WORDS_NOTE), submit(form))}
    }
    .into_any()
}

fn deed(form: Form) -> Deed {
    let title = form.title.get();
    if title.trim().is_empty() {
        return Err(say!(WHY_TITLE).to_owned());
    }
    let (codes, payload) = form.draft()?;
    Ok((codes, vec![Call::Propose { title, payload }]))
}

fn submit(form: Form) -> AnyView {
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
    let long_title = move || {
        let size = form.title.with(String::len);
        (size > limits::TITLE_BYTES)
            .then(|| say!(TEXT_LONG, text::bytes(size as u64), text::bytes(limits::TITLE_BYTES as u64)))
    };
    let long_words =
        move || form.description.with(|words| (words.len() > limits::DESCRIPTION_BYTES).then(|| too_long(words)));
    view! {
        <div class="split">
            <div class="stack">
                {field(Field::new("title", say!(TITLE)).hint(say!(TITLE_HINT)), form.title, long_title)}
                {text_area(Field::new("description", say!(DESCRIPTION)).hint(say!(DESCRIPTION_HINT)), form.description, long_words)}
            </div>
            <section class="panel" aria-label=say!(NEW_PROPOSAL)>
                <h2>{say!(SUBMIT_PANEL)}</h2>
                <p class="small dim">{say!(SUBMIT_PANEL_WHAT)}</p>
                {proposal::in_short(form.found)}
                {act_panel(say!(PREVIEW_AND_SIGN), move || deed(form), Some(explain), done)}
            </section>
        </div>
    }
    .into_any()
}
