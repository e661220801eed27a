//! Which engine executes which code, and what executing calls twice has shown.

use super::workers::share;
use crate::{
    answer,
    client::{live, network},
    components::{Part, by_parts, link, mark, react, table, tag, td, td_num, verdict},
    known, say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{Address, Hash, ModuleId};
use zera_worker_protocol::{Command, DisagreementView, EngineTier, EngineView, SamplingView};

/// Rows shown at first, and more at a time.
const ROWS: usize = 12;
/// Modules named beside a code.
const MODULES: usize = 1;

fn tier(tier: &EngineTier) -> AnyView {
    match tier {
        EngineTier::Fast => tag(say!(EN_FAST)),
        EngineTier::Reference => tag(say!(EN_REFERENCE)),
        EngineTier::Refused { reason } => {
            view! { {tag(say!(EN_REFERENCE))}<span class="sub">{say!(EN_REFUSED, text::safe(reason))}</span> }
                .into_any()
        }
        EngineTier::Disagreed { reason } => {
            view! { {tag(say!(EN_REFERENCE))}<span class="sub m-alarm">{say!(EN_DISAGREED, text::safe(reason))}</span> }
                .into_any()
        }
    }
}

fn module_link(id: ModuleId) -> AnyView {
    let address = Address::Module(id).to_text(network());
    link(format!("/modules/{address}"), text::short(&address))
}

fn some_modules(modules: &[ModuleId]) -> AnyView {
    let shown: Vec<AnyView> = modules
        .iter()
        .take(MODULES)
        .map(|id| view! { <span class="sub">{module_link(*id)}</span> }.into_any())
        .collect();
    let rest = modules.len().saturating_sub(MODULES);
    let more = (rest > 0).then(|| view! { <span class="sub">{say!(EN_MORE, text::plural(rest, say!(EN_MODULE_ONE), say!(EN_MODULE_MANY)))}</span> });
    view! { {shown}{more} }.into_any()
}

/// Codes with the most gas first.
#[must_use]
pub fn list(engines: &[EngineView], fast: bool, no_fast: Option<String>) -> AnyView {
    let off = if fast { no_fast.map(|why| say!(EN_NONE, text::safe(&why))) } else { Some(say!(EN_OFF).into()) };
    let note = off.map(|words| verdict("", words, (), None));
    if engines.is_empty() {
        return view! { <div class="stack">{note}<p>{say!(EN_EMPTY)}</p></div> }.into_any();
    }
    let total = engines.len();
    let most = engines.iter().map(|engine| engine.gas_fast.saturating_add(engine.gas_reference)).max().unwrap_or(0);
    let engines: Arc<[EngineView]> = engines.into();
    let part: Part = Arc::new(move |range| {
        let rows = engines.get(range).unwrap_or_default().iter().map(|engine| row(engine, most)).collect();
        let columns = [
            (say!(EN_CODE), false),
            (say!(EN_NOW), false),
            (say!(EN_GAS), false),
            (say!(GAS), true),
            (say!(EN_CALLS_FAST), true),
            (say!(EN_CALLS_REFERENCE), true),
            (say!(EN_CHECKED), true),
        ];
        table(say!(PL_ENGINES), &columns, rows)
    });
    view! { <div class="stack">{note}{by_parts(total, ROWS, part)}</div> }.into_any()
}

fn row(engine: &EngineView, most: u64) -> (AnyView, Vec<AnyView>) {
    let gas = engine.gas_fast.saturating_add(engine.gas_reference);
    let name = if engine.name.is_empty() { say!(EN_NAMELESS).to_owned() } else { text::safe(&engine.name) };
    let compiled = (engine.compiled_bytes > 0).then(|| {
        view! { <span class="sub">{say!(EN_COMPILED, text::bytes(engine.compiled_bytes))}</span> }
    });
    let code = format!("b3:{}", text::short(&engine.code.to_hex()));
    (
        view! { <bdi>{name}</bdi><span class="sub"><code class="nowrap">{code}</code></span>{some_modules(&engine.modules)} }.into_any(),
        vec![
            td(say!(EN_NOW), view! { {tier(&engine.tier)}{compiled} }),
            td(say!(EN_GAS), share(gas, most)),
            td_num(say!(GAS), text::count(gas)),
            td_num(say!(EN_CALLS_FAST), text::count(engine.calls_fast)),
            td_num(say!(EN_CALLS_REFERENCE), text::count(engine.calls_reference)),
            td_num(say!(EN_CHECKED), text::count(engine.checked)),
        ],
    )
}

/// What executing calls twice has shown.
#[must_use]
pub fn checks(sampling: &SamplingView) -> AnyView {
    let every = match sampling.ppm {
        0 => say!(CH_NONE).to_owned(),
        1_000_000 => say!(CH_ALL).to_owned(),
        ppm => say!(CH_SHARE, text::percent_ppm(ppm)),
    };
    let (checked, agreed) = (text::count(sampling.checked), text::count(sampling.agreed));
    let found = if let Some(newest) = sampling.disagreements.first() {
        let title = say!(CH_DISAGREED, text::short(&newest.code.to_hex()), text::count(newest.height.0));
        verdict(
            "alarm",
            title,
            view! { <p>{say!(CH_DISAGREED_WHAT, text::count(newest.went_back_to.0))}" "{every}</p> },
            None,
        )
    } else if sampling.checked == 0 {
        verdict("", say!(CH_UNCHECKED), view! { <p>{every}</p> }, None)
    } else {
        let title = say!(CH_AGREE, agreed, checked);
        let evidence = known::agreed(format!("{agreed}/{checked}"));
        verdict("verified", title, view! { <p>{every}</p> }, Some(evidence))
    };
    let table = (!sampling.disagreements.is_empty()).then(|| disagreements(&sampling.disagreements));
    view! { <div class="stack">{found}{table}</div> }.into_any()
}

fn disagreements(all: &[DisagreementView]) -> AnyView {
    let rows = all.iter().map(|one| {
        (
            view! { <code>{format!("b3:{}", text::short(&one.code.to_hex()))}</code>{some_modules(&one.modules)} }
                .into_any(),
            vec![
                td(say!(BLOCK), text::count(one.height.0)),
                td(say!(CH_CALL), view! { <code>{text::safe(&one.entry)}</code> }),
                td(say!(CH_WHAT), crate::deeds::keyed(crate::en::CH_WHATS, &one.what)),
                td(say!(EN_FAST), text::safe(&one.fast)),
                td(say!(EN_REFERENCE), text::safe(&one.reference)),
                td(say!(CH_BACK), text::count(one.went_back_to.0)),
                td(say!(TIME), text::date(one.at_ms / 1_000)),
            ],
        )
    });
    let columns = [
        (say!(EN_CODE), false),
        (say!(BLOCK), false),
        (say!(CH_CALL), false),
        (say!(CH_WHAT), false),
        (say!(EN_FAST), false),
        (say!(EN_REFERENCE), false),
        (say!(CH_BACK), false),
        (say!(TIME), false),
    ];
    table(say!(CH_TABLE), &columns, rows.collect())
}

/// Which engine runs a module's code, for the module's own page.
#[must_use]
pub fn module_engine(code: Hash) -> AnyView {
    let engines = live(|| Some(Command::Pipelines), |result| answer!(result, Pipelines).map(|view| view.engines));
    let mine = Memo::new(move |_| {
        engines.with(|answer| {
            let list = answer.as_ref()?.as_ref().ok()?;
            Some(list.iter().find(|engine| engine.code == code).cloned())
        })
    });
    let words = move || {
        let Some(found) = mine.get() else { return ().into_any() };
        let Some(engine) = found else {
            return view! { <p>{say!(EN_NOT_CALLED)}" "{link("/pipelines", say!(PL_OPEN_ALL))}</p> }.into_any();
        };
        let figures = say!(EN_MODULE, text::count(engine.calls_fast), text::count(engine.calls_reference));
        let checked = (engine.checked > 0 && !matches!(engine.tier, EngineTier::Disagreed { .. })).then(|| {
            let number = text::count(engine.checked);
            view! { <p>{say!(EN_MODULE_CHECKED, number)}" "{mark(known::agreed(number))}</p> }
        });
        view! { <div class="stack-2"><p>{tier(&engine.tier)}" "{figures}</p>{checked}<p>{link("/pipelines", say!(PL_OPEN_ALL))}</p></div> }.into_any()
    };
    react(words)
}
