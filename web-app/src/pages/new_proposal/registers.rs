//! The register of builders, and the verdict that another proposal is spam.

use super::{Form, first_of};
use crate::{
    answer,
    client::{live, network},
    components::{Field, empty, field, loading, react, select, tool_button},
    say, text,
};
use leptos::prelude::*;
use zera_primitives::{AccountId, Address, Payload, ProposalId, payload::Builder};
use zera_worker_protocol::{BuilderView, Command};

#[derive(Clone, Copy)]
struct New {
    key: u32,
    address: RwSignal<String>,
    name: RwSignal<String>,
}

/// The account that an address names.
pub(super) fn account(text: &str) -> Result<AccountId, String> {
    match Address::from_text(text.trim(), network()) {
        Ok(Address::Account(id)) => Ok(id),
        Ok(Address::Module(_)) => Err(say!(BUILDER_MODULE).to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The form of the register.
pub fn builders(form: Form) -> AnyView {
    let slot = live(|| Some(Command::Builders), |result| answer!(result, Builders));
    let known: Memo<Option<Vec<BuilderView>>> =
        Memo::new(move |_| slot.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned()));
    let struck: RwSignal<Vec<AccountId>> = RwSignal::new(Vec::new());
    let (rows, next) = (RwSignal::new(Vec::<New>::new()), StoredValue::new(0u32));
    let add = move || {
        let key = next.get_value();
        next.set_value(key + 1);
        let row = New { key, address: RwSignal::new(String::new()), name: RwSignal::new(String::new()) };
        rows.update(|rows| rows.push(row));
    };
    add();
    form.makes(move |description| {
        let mut add = Vec::new();
        for row in rows.get() {
            let (address, name) = (row.address.get(), row.name.get());
            if address.trim().is_empty() && name.trim().is_empty() {
                continue;
            }
            if name.trim().is_empty() || name.len() > 64 {
                return Err(say!(BUILDER_NAME_WRONG).to_owned());
            }
            add.push(Builder { account: account(&address)?, name });
        }
        let remove = struck.get();
        if add.is_empty() && remove.is_empty() {
            return Err(say!(BUILDERS_NOTHING).to_owned());
        }
        Ok((Vec::new(), Payload::Builders { add, remove, description }))
    });
    let now = move || match known.get() {
        None => loading(),
        Some(list) if list.is_empty() => empty(say!(BUILDERS_NONE), ()),
        Some(list) => list.iter().map(|builder| strike(builder, struck)).collect_view().into_any(),
    };
    let lines = move || rows.get().into_iter().map(line).collect_view().into_any();
    view! {
        <div class="stack">
            <h3>{say!(BUILDERS_NOW)}</h3>
            <div class="stack-2">{react(now)}</div>
            <h3>{say!(BUILDERS_NEW)}</h3>
            {react(lines)}
            <div>{tool_button(say!(BUILDERS_MORE), add)}</div>
        </div>
    }
    .into_any()
}

fn strike(builder: &BuilderView, struck: RwSignal<Vec<AccountId>>) -> AnyView {
    let id = builder.account;
    let on = move || struck.with(|all| all.contains(&id));
    let toggle = move |_| {
        struck.update(|all| match all.iter().position(|known| *known == id) {
            Some(at) => _ = all.remove(at),
            None => all.push(id),
        });
    };
    let address = text::short(&Address::Account(id).to_text(network()));
    let name = text::safe(&builder.name);
    view! { <label class="check"><input type="checkbox" prop:checked=on on:change=toggle /><span>{say!(STRIKE_OUT)}" "<bdi><b>{name}</b></bdi>" "<code>{address}</code></span></label> }.into_any()
}

fn line(row: New) -> AnyView {
    let wrong = move || {
        let text = row.address.get();
        if text.trim().is_empty() { None } else { account(&text).err() }
    };
    view! {
        <div class="filters">
            {field(Field::new(format!("builder-{}", row.key), say!(BUILDER_ACCOUNT)).kind("address").mono(), row.address, wrong)}
            {field(Field::new(format!("builder-name-{}", row.key), say!(NAME)), row.name, || None)}
        </div>
    }
    .into_any()
}

/// The form of a spam verdict.
pub fn spam(form: Form) -> AnyView {
    let slot = live(|| Some(Command::Proposals), |result| answer!(result, Proposals));
    let open = Memo::new(move |_| {
        slot.with(|answer| {
            let all = answer.as_ref().and_then(|result| result.as_ref().ok())?;
            let label = |p: &zera_worker_protocol::ProposalView| {
                (p.id.to_string(), format!("#{} {} · {}", p.id, text::safe(&p.title), text::zra(p.deposit)))
            };
            Some(all.iter().filter(|p| p.state.is_open()).map(label).collect::<Vec<_>>())
        })
    });
    let named = RwSignal::new(String::new());
    form.makes(move |description| {
        let proposal = named.get().parse().map(ProposalId).map_err(|_| say!(SPAM_NONE).to_owned())?;
        Ok((Vec::new(), Payload::Spam { proposal, description }))
    });
    let which = move || match open.get() {
        None => loading(),
        Some(list) if list.is_empty() => empty(say!(SPAM_NONE), ()),
        Some(list) => {
            first_of(&list, named);
            select(Field::new("spam", say!(PROPOSAL)), list, named)
        }
    };
    view! { <div class="stack">{react(which)}<p class="small dim">{say!(SPAM_WHAT)}</p></div> }.into_any()
}
