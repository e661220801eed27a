//! A module that shall run a manager's tag instead of its own code.

use super::{Form, choices, first_of, module_id};
use crate::{
    answer,
    client::live,
    components::{Field, empty, loading, react, select},
    say, text,
};
use leptos::prelude::*;
use zera_primitives::{ExternalRef, Payload};
use zera_worker_protocol::{Command, ModuleView, TagView};

/// The form.
pub fn form(form: Form, modules: &[ModuleView]) -> AnyView {
    let (manager, tag) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let pin = RwSignal::new("no".to_owned());
    let managers = choices(modules);
    first_of(&managers, manager);
    let tags = live(move || module_id(&manager.get()).map(Command::Tags), |result| answer!(result, Tags));
    let found = Memo::new(move |_| tags.with(|answer| answer.as_ref().and_then(|r| r.as_ref().ok()).cloned()));
    form.makes(move |description| {
        let module_id_of = form.module_id().ok_or_else(|| say!(ASKING).to_owned())?;
        let manager = module_id(&manager.get()).ok_or_else(|| say!(ASKING).to_owned())?;
        let name = tag.get();
        let chosen = found.with(|tags| tags.as_ref().and_then(|all| all.iter().find(|t| t.tag == name)).cloned());
        let chosen = chosen.ok_or_else(|| say!(TAG_NONE).to_owned())?;
        let pin = (pin.get() == "yes").then_some(chosen.code);
        let reference = ExternalRef { manager, tag: chosen.tag, pin };
        Ok((Vec::new(), Payload::Reference { module_id: module_id_of, reference, description }))
    });
    let label = |tag: &TagView| {
        let code = text::short(&tag.code.to_hex());
        say!(TAG_CHOICE, text::safe(&tag.tag), code, text::count(tag.followers), text::duration(tag.notice))
    };
    let which = move || match found.get() {
        None => loading(),
        Some(tags) if tags.is_empty() => empty(say!(TAG_NONE), view! { <p>{say!(TAG_NONE_WHAT)}</p> }),
        Some(tags) => {
            let list: Vec<(String, String)> = tags.iter().map(|tag| (tag.tag.clone(), label(tag))).collect();
            first_of(&list, tag);
            select(Field::new("tag", say!(LINK_TAG)), list, tag)
        }
    };
    let pins = [("no", say!(LINK_FOLLOWS)), ("yes", say!(PIN_YES))].map(|(k, l)| (k.to_owned(), l.to_owned())).to_vec();
    view! {
        <div class="stack">
            {select(Field::new("manager", say!(LINK_MANAGER)), managers, manager)}
            {react(which)}
            {select(Field::new("pin", say!(LINK_PIN)), pins, pin)}
            <p class="small dim">{say!(LINK_NOTE)}</p>
        </div>
    }
    .into_any()
}
