//! One effect, typed by hand: what kind, of what, how much.

use super::{choices, first_of, module_id};
use crate::{
    client::network,
    components::{Field, field, react, select, tool_button},
    say,
};
use leptos::prelude::*;
use zera_primitives::{AccountId, Address, Amount, Effect, Hash};
use zera_worker_protocol::ModuleView;

const KINDS: [(&str, &str); 5] = [
    ("call", say!(EFFECT_CALL)),
    ("set", say!(EFFECT_SET)),
    ("move", say!(EFFECT_MOVE)),
    ("upgrade", say!(EFFECT_UPGRADE)),
    ("tag", say!(EFFECT_TAG)),
];

/// What was typed; each kind reads its own.
#[derive(Clone, Copy)]
struct Typed {
    kind: RwSignal<String>,
    module: RwSignal<String>,
    /// Export, parameter or tag.
    name: RwSignal<String>,
    /// How often, value in digits, amount, or version.
    much: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
    code: RwSignal<String>,
    migration: RwSignal<String>,
}

fn account(text: &str) -> Result<AccountId, String> {
    match Address::from_text(text.trim(), network()) {
        Ok(Address::Account(id)) => Ok(id),
        Ok(Address::Module(id)) => Ok(id.account()),
        Err(error) => Err(error.to_string()),
    }
}

fn code(text: &str) -> Result<Hash, String> {
    Hash::from_hex(text.trim().trim_start_matches("b3:")).ok_or_else(|| say!(EFFECT_HASH).to_owned())
}

fn number(text: &str) -> Result<u32, String> {
    text.trim().replace(',', "").parse().ok().filter(|n| *n > 0).ok_or_else(|| say!(EFFECT_NUMBER).to_owned())
}

impl Typed {
    fn effect(self) -> Result<Effect, String> {
        let module = || module_id(&self.module.get()).ok_or_else(|| say!(ASKING).to_owned());
        let name = self.name.get().trim().to_owned();
        let named = || if name.is_empty() { Err(say!(EFFECT_NAME).to_owned()) } else { Ok(name.clone()) };
        Ok(match self.kind.get().as_str() {
            "set" => {
                let value = zera_primitives::hash::from_hex(self.much.get().trim());
                let value = value.ok_or_else(|| say!(NOT_HEX).to_owned())?;
                Effect::Set { module: module()?, parameter: named()?, value }
            }
            "move" => {
                let amount: Amount = self.much.get().parse().map_err(|_| say!(NOT_AMOUNT).to_owned())?;
                Effect::Move { from: account(&self.from.get())?, to: account(&self.to.get())?, amount }
            }
            "upgrade" => {
                let migration = self.migration.get();
                let migration = if migration.trim().is_empty() { None } else { Some(code(&migration)?) };
                let version = number(&self.much.get())?;
                Effect::Upgrade { module: module()?, code: code(&self.code.get())?, version, migration }
            }
            "tag" => Effect::Tag { manager: module()?, tag: named()?, code: code(&self.code.get())? },
            _ => Effect::Call { module: module()?, entry: named()?, times: number(&self.much.get())? },
        })
    }
}

/// The form; `take` gets what was typed.
pub fn form(modules: &[ModuleView], take: impl Fn(Effect) + Copy + Send + Sync + 'static) -> AnyView {
    let text = || RwSignal::new(String::new());
    let typed = Typed {
        kind: RwSignal::new("call".into()),
        module: text(),
        name: text(),
        much: RwSignal::new("1".into()),
        from: text(),
        to: text(),
        code: text(),
        migration: text(),
    };
    let choices = choices(modules);
    first_of(&choices, typed.module);
    let why: RwSignal<Option<String>> = RwSignal::new(None);
    let add = move || match untrack(|| typed.effect()) {
        Ok(effect) => {
            why.set(None);
            take(effect);
        }
        Err(reason) => why.set(Some(reason)),
    };
    let kinds = KINDS.map(|(key, label)| (key.to_owned(), label.to_owned())).to_vec();
    let kind = Memo::new(move |_| typed.kind.get());
    let line = |id: &'static str, label: &'static str, value: RwSignal<String>| {
        field(Field::new(id, label).mono(), value, || None)
    };
    let fields = move || {
        let module = || select(Field::new("effect-module", say!(MODULE)), choices.clone(), typed.module);
        match kind.get().as_str() {
            "set" => view! { {module()}{line("effect-name", say!(PARAMETER), typed.name)}{line("effect-much", say!(EFFECT_VALUE), typed.much)} }.into_any(),
            "move" => view! { {line("effect-from", say!(EFFECT_FROM), typed.from)}{line("effect-to", say!(TO), typed.to)}{field(Field::new("effect-much", say!(AMOUNT)).unit("ZRA"), typed.much, || None)} }.into_any(),
            "upgrade" => view! { {module()}{line("effect-code", say!(CODE_HASH), typed.code)}{line("effect-much", say!(NEW_SEQUENCE), typed.much)}{line("effect-migration", say!(MIGRATION), typed.migration)} }.into_any(),
            "tag" => view! { {module()}{line("effect-name", say!(LINK_TAG), typed.name)}{line("effect-code", say!(CODE_HASH), typed.code)} }.into_any(),
            _ => view! { {module()}{line("effect-name", say!(FUNCTION), typed.name)}{line("effect-much", say!(EFFECT_OFTEN), typed.much)} }.into_any(),
        }
    };
    view! {
        <details>
            <summary>{say!(EFFECT_BY_HAND)}</summary>
            <div class="stack">
                {select(Field::new("effect-kind", say!(EFFECT)), kinds, typed.kind)}
                {react(fields)}
                <div class="row">{tool_button(say!(EFFECT_ADD), add)}<span aria-live="polite">{move || why.get().map(|why| view! { <span class="why">{why}</span> })}</span></div>
            </div>
        </details>
    }
    .into_any()
}
