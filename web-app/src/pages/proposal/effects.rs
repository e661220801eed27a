//! What a payload would do, typed and readable, by kind: values old beside new, what a rollback brings back and why, how
//! long a freeze lasts and what its window leaves, the listed effects of code that runs once.

use crate::{
    answer,
    client::{live, network, use_client},
    components::{
        bare, by_parts, empty, hash, kv, link, loading, mark, react, table, tag, td, td_known, td_num, verdict,
    },
    known,
    pages::{governance_params as params, module_parameters::bounds, names::Names, shapes, shown},
    say, text, words,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{
    AccountId, Address, Effect, ExternalRef, ModuleId, Params, Payload, ProposalId,
    payload::{Builder, ConfigChange, Rollback},
};
use zera_worker_protocol::{Command, ModuleDetail, ProposalView};

/// Effects shown at first.
const FIRST: usize = 40;

/// The body of the leaf "What it does".
#[must_use]
pub fn what_it_does(payload: &Payload, names: Names) -> AnyView {
    match payload {
        Payload::Upgrade(upgrade) => kv(vec![
            (say!(MODULE).into(), names.link(upgrade.module_id)),
            (say!(NEW_CODE).into(), hash(&upgrade.new_wasm_bytecode)),
            (say!(NEW_SEQUENCE).into(), upgrade.new_version.to_string().into_any()),
            (
                say!(MIGRATION).into(),
                match &upgrade.migration_logic_hash {
                    None => say!(NO_MIGRATION).into_any(),
                    Some(code) if *code == upgrade.new_wasm_bytecode => say!(MIGRATION_ITSELF).into_any(),
                    Some(code) => hash(code),
                },
            ),
        ]),
        Payload::Config { changes, .. } => config(changes, names),
        Payload::Parameters { params, .. } => parameters(params),
        Payload::Rollback(back) => rollback(back.clone(), names),
        Payload::Freeze { module_id, slots, .. } => freeze(*module_id, *slots, names),
        Payload::Unfreeze { module_id, .. } => unfreeze(*module_id, names),
        Payload::Reference { module_id, reference, .. } => reference_of(*module_id, reference, names),
        Payload::Execute(execution) => view! {
            <div class="stack">
                {kv(vec![(say!(CODE).into(), hash(&execution.code)), (say!(EXECUTE_RUNS).into(), view! { <code>"enact()"</code> }.into_any())])}
                <p class="small dim">{say!(EXECUTE_EXACT)}</p>
                {list(&execution.effects, names)}
            </div>
        }
        .into_any(),
        Payload::Spam { proposal, .. } => spam(*proposal),
        Payload::Builders { add, remove, .. } => builders(add, remove),
        Payload::Validators { add, remove, evidence, .. } => super::validators::shown(add, remove, evidence.as_deref()),
        Payload::RequestProof { transaction, call, .. } => kv(vec![
            (say!(REQUEST_TRANSACTION).into(), hash(transaction)),
            (say!(REQUEST_CALL).into(), call.to_string().into_any()),
        ]),
    }
}

/// A module's detail, and what `show` makes of it.
fn of_module(id: ModuleId, show: impl Fn(&ModuleDetail) -> AnyView + Send + Sync + 'static) -> AnyView {
    let slot = live(move || Some(Command::Module(id)), |result| answer!(result, Module));
    shown(slot, move |detail| show(detail))
}

/// Parameters of modules, now beside proposed; one table per module.
fn config(changes: &[ConfigChange], names: Names) -> AnyView {
    let mut modules: Vec<ModuleId> = Vec::new();
    for change in changes {
        if !modules.contains(&change.module_id) {
            modules.push(change.module_id);
        }
    }
    let tables = modules.into_iter().map(|id| {
        let mine: Vec<ConfigChange> = changes.iter().filter(|change| change.module_id == id).cloned().collect();
        view! { <div class="stack-2"><p>{names.link(id)}</p>{of_module(id, move |detail| settings(detail, &mine))}</div> }.into_any()
    });
    view! { <div class="stack">{tables.collect_view()}<p class="small dim">{say!(CONFIG_ATOMIC)}</p></div> }.into_any()
}

fn settings(detail: &ModuleDetail, changes: &[ConfigChange]) -> AnyView {
    let network = network();
    let Some(manifest) = &detail.code.manifest else { return empty(say!(PARAMETERS_EMPTY), ()) };
    let rows = changes.iter().map(|change| {
        let known = manifest.parameters.iter().find(|parameter| parameter.name == change.parameter);
        let shape = known.map(|parameter| parameter.shape);
        let words = |bytes: &[u8]| text::safe(&shapes::decoded(&manifest.shapes, shape, bytes, network));
        let now = known.and_then(|p| p.value.as_deref()).map_or_else(|| say!(NOT_READ).to_owned(), words);
        let new = words(&change.value);
        let limits = known.map_or_else(|| say!(NO_SUCH_PARAMETER).to_owned(), |p| bounds(p.bounds));
        let doc = known.map(|p| text::safe(&p.doc)).unwrap_or_default();
        let evidence = known::state(now.clone(), say!(PARAMETER_ABOUT));
        (
            view! { <code>{text::safe(&change.parameter)}</code><span class="sub">{doc}</span> }.into_any(),
            vec![
                td(say!(NOW_VALUE), now),
                td(say!(PROPOSED), view! { <b>{new}</b> }),
                td(say!(BOUNDS), limits),
                td_known(bare(evidence)),
            ],
        )
    });
    let columns = [
        (say!(PARAMETER), false),
        (say!(NOW_VALUE), false),
        (say!(PROPOSED), false),
        (say!(BOUNDS), false),
        ("", false),
    ];
    table(say!(PARAMETERS), &columns, rows.collect())
}

/// Governance parameters: those that would change, with floor and ceiling; the rest in one line.
fn parameters(proposed: &Params) -> AnyView {
    let client = use_client();
    let now = client.status.with_untracked(|status| status.as_ref().map(|status| status.params.clone()));
    let Some(now) = now else { return loading() };
    let rows: Vec<_> = params::rows(&now, proposed)
        .into_iter()
        .filter(|row| row.now != row.proposed)
        .map(|row| {
            let (was, will) = (params::words(&row.unit, row.now), params::words(&row.unit, row.proposed));
            let bounds = say!(BOUNDS_OF, params::words(&row.unit, row.floor), params::words(&row.unit, row.ceiling));
            let evidence = known::state(was.clone(), say!(PARAMS_ABOUT));
            (
                text::capital(&row.label).into_any(),
                vec![
                    td(say!(NOW_VALUE), was),
                    td(say!(PROPOSED), view! { <b>{will}</b> }),
                    td(say!(BOUNDS), bounds),
                    td_known(bare(evidence)),
                ],
            )
        })
        .collect();
    let same = params::COUNT - rows.len();
    let columns = [
        (say!(PARAMETER), false),
        (say!(NOW_VALUE), false),
        (say!(PROPOSED), false),
        (say!(BOUNDS), false),
        ("", false),
    ];
    let shown = if rows.is_empty() { empty(say!(PARAMS_SAME), ()) } else { table(say!(PARAMETERS), &columns, rows) };
    view! { <div class="stack">{shown}<p class="small dim">{say!(PARAMS_REST, same)}" "{say!(PARAMS_EPOCH)}</p></div> }
        .into_any()
}

/// What becomes of the data when a module returns to an earlier version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Returning {
    /// The version never was, or is the one that runs.
    Nowhere,
    /// A reverse migration writes the old schema from the data of now.
    Reverse,
    /// The data of that version come back: nothing was written since.
    DataToo,
    /// The data stay as they are: no migration lies between.
    SameData,
    /// The data stay; they were written since the migration.
    Written,
    /// The data stay; the earlier ones are no longer kept.
    Gone,
}

/// What a rollback to `version` would do to the data, by the rule of the chain.
#[must_use]
pub fn returning(detail: &ModuleDetail, version: u32, reverse: bool) -> Returning {
    let Some(target) =
        detail.versions.iter().find(|known| known.sequence == version && version < detail.module.sequence)
    else {
        return Returning::Nowhere;
    };
    if reverse {
        return Returning::Reverse;
    }
    if target.generation == detail.generation {
        return Returning::SameData;
    }
    let kept = detail.standing.earlier.iter().any(|(number, ..)| *number == target.generation);
    match (kept, detail.standing.fresh) {
        (true, true) => Returning::DataToo,
        (true, false) => Returning::Written,
        (false, _) => Returning::Gone,
    }
}

/// The sentence for it.
#[must_use]
pub const fn returning_words(returning: Returning) -> &'static str {
    match returning {
        Returning::Nowhere => say!(BACK_NOWHERE),
        Returning::Reverse => say!(BACK_REVERSE),
        Returning::DataToo => say!(BACK_DATA),
        Returning::SameData => say!(BACK_SAME),
        Returning::Written => say!(BACK_WRITTEN),
        Returning::Gone => say!(BACK_GONE),
    }
}

fn rollback(back: Rollback, names: Names) -> AnyView {
    let rows = vec![
        (say!(MODULE).to_owned(), names.link(back.module_id)),
        (say!(BACK_VERSION).to_owned(), back.to_version.to_string().into_any()),
        (
            say!(BACK_REVERSE_CODE).to_owned(),
            back.reverse_migration.as_ref().map_or_else(|| say!(NONE).into_any(), hash),
        ),
    ];
    let (version, reverse) = (back.to_version, back.reverse_migration.is_some());
    let verdict_of = move |detail: &ModuleDetail| {
        let words = returning_words(returning(detail, version, reverse));
        let evidence = known::state(words, say!(BACK_ABOUT));
        verdict("", words, view! { <p class="small">{say!(BACK_RULE)}</p> }, Some(evidence))
    };
    view! { <div class="stack">{kv(rows)}{of_module(back.module_id, verdict_of)}</div> }.into_any()
}

fn freeze(id: ModuleId, slots: u64, names: Names) -> AnyView {
    let client = use_client();
    let left = of_module(id, move |detail| {
        let standing = &detail.standing;
        let left = text::duration(standing.freezable);
        let now = client.clock.get_untracked();
        let mut rows: Vec<(String, AnyView)> = vec![(
            say!(FREEZE_LEFT).into(),
            view! { {left.clone()}" "{mark(known::state(left, say!(FREEZE_LEFT_ABOUT)))} }.into_any(),
        )];
        if let Some((until, by)) = standing.frozen {
            let words = say!(FROZEN_UNTIL, text::duration(until.0.saturating_sub(now)));
            rows.push((
                say!(FROZEN_NOW).into(),
                view! { {words}" "{link(format!("/proposals/{by}"), format!("#{by}"))} }.into_any(),
            ));
        }
        if slots > standing.freezable {
            rows.push((say!(FREEZE_OVER).into(), say!(FREEZE_OVER_WHAT).into_any()));
        }
        kv(rows)
    });
    let rows = vec![
        (say!(MODULE).to_owned(), names.link(id)),
        (say!(FREEZE_FOR).to_owned(), say!(FREEZE_FOR_WHAT, text::duration(slots)).into_any()),
    ];
    view! { <div class="stack">{kv(rows)}{left}<p class="small dim">{say!(FREEZE_ONLY)}</p></div> }.into_any()
}

fn unfreeze(id: ModuleId, names: Names) -> AnyView {
    let client = use_client();
    let state = of_module(id, move |detail| match detail.standing.frozen {
        Some((until, by)) => {
            let now = client.clock.get_untracked();
            let words = say!(FROZEN_UNTIL, text::duration(until.0.saturating_sub(now)));
            view! { <p>{words}" "{link(format!("/proposals/{by}"), format!("#{by}"))}</p> }.into_any()
        }
        None => view! { <p>{say!(NOT_FROZEN_NOW)}</p> }.into_any(),
    });
    view! { <div class="stack">{kv(vec![(say!(MODULE).into(), names.link(id))])}{state}</div> }.into_any()
}

fn reference_of(id: ModuleId, reference: &ExternalRef, names: Names) -> AnyView {
    let pin = reference.pin.as_ref().map_or_else(|| say!(LINK_FOLLOWS).into_any(), hash);
    let (manager, tag_name) = (reference.manager, reference.tag.clone());
    let tags = live(move || Some(Command::Tags(manager)), |result| answer!(result, Tags));
    let resolved = shown(tags, move |tags| match tags.iter().find(|tag| tag.tag == tag_name) {
        Some(tag) => {
            view! { {hash(&tag.code)}" "{mark(known::state(text::short(&tag.code.to_hex()), say!(LINK_ABOUT)))} }
                .into_any()
        }
        None => say!(LINK_NO_TAG).into_any(),
    });
    kv(vec![
        (say!(MODULE).into(), names.link(id)),
        (say!(LINK_MANAGER).into(), names.link(reference.manager)),
        (say!(LINK_TAG).into(), view! { <bdi>{text::safe(&reference.tag)}</bdi> }.into_any()),
        (say!(LINK_NOW).into(), resolved),
        (say!(LINK_PIN).into(), pin),
    ])
}

fn spam(id: ProposalId) -> AnyView {
    let slot = live(|| Some(Command::Proposals), |result| answer!(result, Proposals));
    let named = shown(slot, move |all: &Vec<ProposalView>| {
        match all.iter().find(|proposal| proposal.id == id) {
        Some(proposal) => kv(vec![
            (
                say!(PROPOSAL).into(),
                view! { <a href=format!("/proposals/{id}")>{format!("#{id} ")}<bdi>{text::safe(&proposal.title)}</bdi></a> }.into_any(),
            ),
            (say!(STATE).into(), words::state(&proposal.state).into_any()),
            (say!(DEPOSIT).into(), text::zra(proposal.deposit).into_any()),
        ]),
        None => empty(say!(SPAM_UNKNOWN), ()),
    }
    });
    view! { <div class="stack">{named}<p class="small dim">{say!(SPAM_WHAT)}</p></div> }.into_any()
}

fn builders(add: &[Builder], remove: &[AccountId]) -> AnyView {
    let network = network();
    let who = move |id: &AccountId| {
        let address = Address::Account(*id).to_text(network);
        view! { <a href=format!("/account/{address}")><code>{text::short(&address)}</code></a> }.into_any()
    };
    let added = add.iter().map(|builder| {
        let name = view! { <bdi>{text::safe(&builder.name)}</bdi>" "{mark(known::words(text::safe(&builder.name), say!(AUTHORS_WORDS)))} };
        (who(&builder.account), vec![td(say!(CHANGE), view! { <b class="for">{say!(BUILDER_ADD)}</b> }), td(say!(NAME), name)])
    });
    let struck = remove.iter().map(|id| {
        (who(id), vec![td(say!(CHANGE), view! { <b class="against">{say!(BUILDER_STRIKE)}</b> }), td(say!(NAME), "")])
    });
    table(
        say!(BUILDER_LIST),
        &[(say!(ACCOUNT), false), (say!(CHANGE), false), (say!(NAME), false)],
        added.chain(struck).collect(),
    )
}

/// Effects as a table: what, of what, how much. Nothing else may happen.
#[must_use]
pub fn list(effects: &[Effect], names: Names) -> AnyView {
    if effects.is_empty() {
        return empty(say!(EFFECTS_NONE), ());
    }
    let effects: Arc<[Effect]> = Arc::from(effects);
    let total = effects.len();
    let part = move |range: std::ops::Range<usize>| {
        let rows = effects.get(range).unwrap_or_default().iter().map(|effect| effect_row(effect, names)).collect();
        let columns =
            [(say!(EFFECT), false), (say!(EFFECT_OF), false), (say!(EFFECT_WHAT), false), (say!(EFFECT_MUCH), true)];
        table(say!(EFFECTS), &columns, rows)
    };
    by_parts(total, FIRST, Arc::new(part))
}

fn effect_row(effect: &Effect, names: Names) -> (AnyView, Vec<AnyView>) {
    let network = network();
    let account = move |id: &AccountId| {
        let address = Address::Account(*id).to_text(network);
        view! { <a href=format!("/account/{address}")><code>{text::short(&address)}</code></a> }.into_any()
    };
    let (what, of, detail, much): (&'static str, AnyView, AnyView, String) = match effect {
        Effect::Call { module, entry, times } => (
            say!(EFFECT_CALL),
            names.link(*module),
            view! { <code>{text::safe(entry)}"()"</code> }.into_any(),
            say!(EFFECT_TIMES, text::count((*times).into())),
        ),
        Effect::Set { module, parameter, value } => (
            say!(EFFECT_SET),
            names.link(*module),
            view! { <code>{text::safe(parameter)}</code>" = "{setting(*module, parameter.clone(), value.clone())} }
                .into_any(),
            String::new(),
        ),
        Effect::Move { from, to, amount } => (
            say!(EFFECT_MOVE),
            account(from),
            view! { {say!(EFFECT_TO)}" "{account(to)} }.into_any(),
            text::zra(*amount),
        ),
        Effect::Upgrade { module, code, version, migration } => {
            let migration =
                migration.as_ref().map(|code| view! { <span class="sub">{say!(MIGRATION)}" "{hash(code)}</span> });
            (
                say!(EFFECT_UPGRADE),
                names.link(*module),
                view! { {hash(code)}{migration} }.into_any(),
                say!(EFFECT_VERSION, version),
            )
        }
        Effect::Tag { manager, tag, code } => (
            say!(EFFECT_TAG),
            names.link(*manager),
            view! { <bdi>{text::safe(tag)}</bdi>" → "{hash(code)} }.into_any(),
            String::new(),
        ),
    };
    (tag(what), vec![td(say!(EFFECT_OF), of), td(say!(EFFECT_WHAT), detail), td_num(say!(EFFECT_MUCH), much)])
}

/// A value by the type of the module's own parameter, once that is known.
fn setting(id: ModuleId, parameter: String, value: Vec<u8>) -> AnyView {
    let slot = live(move || Some(Command::Module(id)), |result| answer!(result, Module));
    react(move || {
        slot.with(|answer| {
            let manifest = match answer {
                Some(Ok(detail)) => detail.code.manifest.as_ref(),
                _ => None,
            };
            let shape = manifest.and_then(|m| m.parameters.iter().find(|p| p.name == parameter)).map(|p| p.shape);
            let shapes = manifest.map(|m| m.shapes.as_slice()).unwrap_or_default();
            text::safe(&shapes::decoded(shapes, shape, &value, network())).into_any()
        })
    })
}
