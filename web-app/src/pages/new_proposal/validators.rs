//! The set of validators: who leaves of those that sign now, who enters, and the fault for which somebody leaves.

use super::{Form, registers::account};
use crate::{
    answer,
    client::{live, network},
    components::{Field, drop_zone, failure, field, loading, react, tool_button},
    say, text,
};
use leptos::prelude::*;
use zera_primitives::{AccountId, Address, Payload, limits::EVIDENCE_BYTES};
use zera_worker_protocol::{CertificateView, Command};

/// The form.
pub fn form(form: Form) -> AnyView {
    let slot = live(|| Some(Command::Certificate(None)), |result| answer!(result, Certificate).map(|view| set(&view)));
    let (leaving, entering) = (RwSignal::new(Vec::<AccountId>::new()), RwSignal::new(String::new()));
    let evidence: RwSignal<Option<(String, Vec<u8>)>> = RwSignal::new(None);
    form.makes(move |description| {
        let remove = leaving.get();
        let add = entering.with(|text| accounts(text))?;
        if add.is_empty() && remove.is_empty() {
            return Err(say!(VA_NOTHING).to_owned());
        }
        let evidence = evidence.get().map(|(_, bytes)| bytes);
        if evidence.as_ref().is_some_and(|bytes| bytes.len() > EVIDENCE_BYTES) {
            return Err(say!(TOO_LARGE, text::bytes(EVIDENCE_BYTES as u64)));
        }
        Ok((Vec::new(), Payload::Validators { add, remove, evidence, description }))
    });
    let now = move || {
        slot.with(|answer| match answer {
            None => loading(),
            Some(Err(error)) => failure(error),
            Some(Ok(keys)) => keys.iter().map(|id| strike(*id, leaving)).collect_view().into_any(),
        })
    };
    let wrong = move || entering.with(|text| accounts(text).err());
    let take = move |name: String, bytes: Result<Vec<u8>, String>| evidence.set(bytes.ok().map(|bytes| (name, bytes)));
    let taken = move || {
        evidence.get().map(|(name, bytes)| {
            let words = format!("{}, {}", text::safe(&name), text::bytes(bytes.len() as u64));
            view! { <p class="small row">{words}{tool_button(say!(VA_NO_FAULT), move || evidence.set(None))}</p> }
        })
    };
    view! {
        <div class="stack">
            <h3>{say!(VA_NOW)}</h3>
            <div class="stack-2">{react(now)}</div>
            {field(Field::new("validators-add", say!(VA_NEW)).kind("addresses").mono().hint(say!(VA_NEW_HINT)), entering, wrong)}
            {drop_zone("validators-fault", say!(VA_FAULT_FILE), ".evidence,application/octet-stream", take)}
            {taken}
            <p class="small dim">{say!(VA_WHEN)}</p>
        </div>
    }
    .into_any()
}

/// Who may sign now.
fn set(view: &CertificateView) -> Vec<AccountId> {
    view.signatures.iter().map(|signature| signature.validator).collect()
}

/// The accounts of a line of addresses.
fn accounts(text: &str) -> Result<Vec<AccountId>, String> {
    text.split([' ', ',', '\n']).filter(|part| !part.is_empty()).map(account).collect()
}

fn strike(id: AccountId, leaving: RwSignal<Vec<AccountId>>) -> AnyView {
    let on = move || leaving.with(|all| all.contains(&id));
    let toggle = move |_| {
        leaving.update(|all| match all.iter().position(|known| *known == id) {
            Some(at) => _ = all.remove(at),
            None => all.push(id),
        });
    };
    let address = text::short(&Address::Account(id).to_text(network()));
    view! { <label class="check"><input type="checkbox" prop:checked=on on:change=toggle /><span>{say!(VA_REMOVE)}" "<code>{address}</code></span></label> }.into_any()
}
