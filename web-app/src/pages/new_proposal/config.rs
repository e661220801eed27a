//! Parameters of modules: several in one proposal, each typed by its manifest with bounds and the value in force, and why
//! what is not offered cannot be changed by a setting.

use super::{Form, choices, first_of, module_id};
use crate::{
    answer,
    client::{Answer, live, network},
    components::{Field, empty, loading, react, select, tool_button},
    pages::{
        module_parameters::bounds,
        shapes::{self, Input},
    },
    say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{Payload, limits, manifest::ExportKind, payload::ConfigChange};
use zera_worker_protocol::{Command, ManifestView, ModuleDetail, ModuleView, ParameterView, Shape, Value};

/// One change.
#[derive(Clone, Copy)]
struct Row {
    key: u32,
    module: RwSignal<String>,
    parameter: RwSignal<String>,
    detail: RwSignal<Answer<Box<ModuleDetail>>>,
    value: RwSignal<Option<Typed>>,
}

/// Inputs of a value with what they are read by.
#[derive(Clone)]
struct Typed {
    shapes: StoredValue<Vec<Shape>>,
    parameter: ParameterView,
    input: Input,
}

/// Why a value may not be set, if the manifest's bounds forbid it.
pub fn outside(parameter: &ParameterView, value: &Value) -> Option<String> {
    let number = match value {
        Value::Unsigned(number) => *number,
        Value::Amount(amount) => amount.0,
        _ => return None,
    };
    let (min, max) = parameter.bounds;
    let out = min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max);
    out.then(|| say!(OUT_OF_BOUNDS, text::thousands(number), bounds(parameter.bounds)))
}

impl Row {
    fn new(key: u32, module: String) -> Self {
        let module = RwSignal::new(module);
        let detail = live(move || module_id(&module.get()).map(Command::Module), |result| answer!(result, Module));
        Self { key, module, parameter: RwSignal::new(String::new()), detail, value: RwSignal::new(None) }
    }

    fn change(self) -> Result<ConfigChange, String> {
        let module_id = module_id(&self.module.get()).ok_or_else(|| say!(ASKING).to_owned())?;
        let typed = self.value.get().ok_or_else(|| say!(PARAMETERS_EMPTY).to_owned())?;
        let name = typed.parameter.name.clone();
        let mut empty = Vec::new();
        typed.input.empty(&name, network(), &mut empty);
        if !empty.is_empty() {
            return Err(say!(STILL_EMPTY, empty.join(", ")));
        }
        let value = typed.input.value(network()).map_err(|why| format!("{name}: {why}"))?;
        if let Some(why) = outside(&typed.parameter, &value) {
            return Err(format!("{name}: {why}"));
        }
        let encode = |shapes: &Vec<Shape>| zera_worker_protocol::shape::encode(shapes, typed.parameter.shape, &value);
        let value = typed.shapes.with_value(encode).map_err(|why| format!("{name}: {why}"))?;
        Ok(ConfigChange { module_id, parameter: name, value })
    }
}

/// The form.
pub fn form(form: Form, modules: &Arc<[ModuleView]>) -> AnyView {
    let choices = choices(modules);
    let (rows, next) = (RwSignal::new(Vec::<Row>::new()), StoredValue::new(0u32));
    let owner = Owner::current();
    let add = move || {
        let key = next.get_value();
        next.set_value(key + 1);
        // A row outlives the press that made it: it belongs to the form.
        let module = form.module.get_untracked();
        let row = owner
            .as_ref()
            .map_or_else(|| Row::new(key, module.clone()), |owner| owner.with(|| Row::new(key, module.clone())));
        rows.update(|rows| rows.push(row));
    };
    add();
    form.makes(move |description| {
        let changes = rows.get().into_iter().map(Row::change).collect::<Result<Vec<_>, _>>()?;
        let twice = changes.iter().enumerate().find(|(i, change)| {
            changes
                .iter()
                .skip(i + 1)
                .any(|other| (other.module_id, &other.parameter) == (change.module_id, &change.parameter))
        });
        if let Some((_, change)) = twice {
            return Err(say!(CONFIG_TWICE, text::safe(&change.parameter)));
        }
        if changes.is_empty() || changes.len() > limits::CONFIG_CHANGES {
            return Err(say!(CONFIG_COUNT, limits::CONFIG_CHANGES));
        }
        Ok((Vec::new(), Payload::Config { changes, description }))
    });
    let several = Memo::new(move |_| rows.with(|rows| rows.len() > 1));
    let remove = move |key: u32| rows.update(|rows| rows.retain(|row| row.key != key));
    let row_choices = choices.clone();
    let lines = For(ForProps::builder()
        .each(move || rows.get())
        .key(|row| row.key)
        .children(move |row| line(row, row_choices.clone(), several, remove))
        .build());
    view! {
        <div class="stack">
            {lines}
            <div>{tool_button(say!(CONFIG_MORE), add)}</div>
            <p class="small dim">{say!(CONFIG_ATOMIC)}</p>
            {why(rows)}
        </div>
    }
    .into_any()
}

fn line(
    row: Row,
    modules: Vec<(String, String)>,
    several: Memo<bool>,
    remove: impl Fn(u32) + Copy + Send + Sync + 'static,
) -> AnyView {
    first_of(&modules, row.module);
    let known = Memo::new(move |_| {
        row.detail.with(|answer| match answer {
            Some(Ok(detail)) => Some((detail.module.id, detail.module.sequence)),
            _ => None,
        })
    });
    let parameters = move || {
        if known.get().is_none() {
            return loading();
        }
        row.detail.with_untracked(|answer| match answer {
            Some(Ok(detail)) => parameters(row, detail.code.manifest.as_ref()),
            _ => loading(),
        })
    };
    let remove = move || several.get().then(|| tool_button(say!(CONFIG_LESS), move || remove(row.key)));
    view! {
        <fieldset class="group">
            <legend class="small"><b>{say!(CONFIG_ROW, row.key + 1)}</b></legend>
            {select(Field::new(format!("config-module-{}", row.key), say!(MODULE)), modules, row.module)}
            {react(parameters)}
            {remove}
        </fieldset>
    }
    .into_any()
}

fn parameters(row: Row, manifest: Option<&ManifestView>) -> AnyView {
    let network = network();
    let Some(manifest) = manifest.filter(|manifest| !manifest.parameters.is_empty()) else {
        row.value.set(None);
        return empty(say!(PARAMETERS_EMPTY), ());
    };
    let choices: Vec<(String, String)> = manifest
        .parameters
        .iter()
        .map(|p| {
            let value = p.value.as_ref().map_or_else(
                || say!(NOT_READ).to_owned(),
                |bytes| shapes::decoded(&manifest.shapes, Some(p.shape), bytes, network),
            );
            (p.name.clone(), text::safe(&say!(PARAMETER_CHOICE, p.name, value, bounds(p.bounds))))
        })
        .collect();
    first_of(&choices, row.parameter);
    let shapes = StoredValue::new(manifest.shapes.clone());
    let all = manifest.parameters.clone();
    let input = move || {
        let name = row.parameter.get();
        let parameter = all.iter().find(|known| known.name == name)?.clone();
        let input = Input::new(shapes, parameter.shape);
        let id = format!("config-value-{}", row.key);
        let doc = (!parameter.doc.is_empty())
            .then(|| view! { <p class="small dim">"“"<bdi>{text::safe(&parameter.doc)}</bdi>"”"</p> });
        let view = view! { {doc}{input.view(&id, say!(NEW_VALUE), network)}{out(row)} };
        row.value.set(Some(Typed { shapes, parameter, input }));
        Some(view)
    };
    view! {
        {select(Field::new(format!("config-parameter-{}", row.key), say!(PARAMETER)).mono(), choices, row.parameter)}
        {input}
    }
    .into_any()
}

/// Says at once that a value is outside its bounds.
fn out(row: Row) -> AnyView {
    let wrong = Memo::new(move |_| {
        let typed = row.value.get()?;
        let value = typed.input.value(network()).ok()?;
        outside(&typed.parameter, &value)
    });
    view! { <div aria-live="polite">{move || wrong.get().map(|why| view! { <p class="why"><b>{why}</b></p> })}</div> }
        .into_any()
}

/// Why something cannot be changed by a setting: one answer per thing one may look for.
fn why(rows: RwSignal<Vec<Row>>) -> AnyView {
    let asked = RwSignal::new(String::new());
    let things = Memo::new(move |_| {
        let row = rows.with(|rows| rows.first().copied());
        let manifest = row.and_then(|row| {
            row.detail.with(|answer| match answer {
                Some(Ok(detail)) => detail.code.manifest.clone(),
                _ => None,
            })
        });
        answers(manifest.as_ref())
    });
    let list = move || {
        let things = things.get();
        let choices: Vec<(String, String)> =
            things.iter().map(|(key, label, _)| (key.clone(), label.clone())).collect();
        first_of(&choices, asked);
        select(Field::new("why", say!(WHY_LOOK)), choices, asked)
    };
    let answer = move || {
        let key = asked.get();
        things.with(|things| things.iter().find(|(known, ..)| *known == key).map(|(.., why)| why.clone()))
    };
    view! {
        <details>
            <summary>{say!(WHY_NOT)}</summary>
            <div class="stack-2">{react(list)}<p aria-live="polite">{answer}</p></div>
        </details>
    }
    .into_any()
}

/// Key, label and answer of everything that looks as if it could be set.
fn answers(manifest: Option<&ManifestView>) -> Vec<(String, String, String)> {
    let mut out = Vec::new();
    if let Some(manifest) = manifest {
        for parameter in &manifest.parameters {
            let why = match parameter.bounds {
                (None, None) => say!(WHY_FREE).to_owned(),
                limits => say!(WHY_BOUNDS, bounds(limits)),
            };
            out.push((format!("p-{}", parameter.name), say!(WHY_PARAMETER, text::safe(&parameter.name)), why));
        }
        // A question without arguments reads like a setting; without a setter it is part of the code.
        let constant = |export: &&zera_worker_protocol::ExportView| {
            matches!(export.kind, ExportKind::Query | ExportKind::Invariant)
                && export.args.is_empty()
                && !manifest
                    .parameters
                    .iter()
                    .any(|p| p.name == export.name || export.name == format!("get_{}", p.name))
        };
        for export in manifest.exports.iter().filter(constant) {
            out.push((
                format!("c-{}", export.name),
                say!(WHY_CONSTANT, text::safe(&export.name)),
                say!(WHY_NO_SETTER).to_owned(),
            ));
        }
    } else {
        out.push(("m".into(), say!(WHY_ANYTHING).to_owned(), say!(WHY_NO_MANIFEST).to_owned()));
    }
    out.extend([
        ("code".to_owned(), say!(WHY_CODE).to_owned(), say!(WHY_CODE_HOW).to_owned()),
        ("governance".to_owned(), say!(WHY_GOVERNANCE).to_owned(), say!(WHY_GOVERNANCE_HOW).to_owned()),
        ("runtime".to_owned(), say!(WHY_RUNTIME).to_owned(), say!(WHY_RUNTIME_HOW).to_owned()),
    ]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::Amount;

    fn parameter(bounds: (Option<u128>, Option<u128>)) -> ParameterView {
        ParameterView { name: "rate".into(), doc: String::new(), shape: 0, bounds, value: None, history: Vec::new() }
    }

    #[test]
    fn a_value_outside_its_bounds_says_so_and_others_do_not() {
        let rate = parameter((Some(10), Some(2_000)));
        assert!(outside(&rate, &Value::Unsigned(9)).is_some());
        assert!(outside(&rate, &Value::Unsigned(2_001)).is_some());
        assert_eq!(outside(&rate, &Value::Unsigned(2_000)), None);
        assert_eq!(outside(&parameter((None, None)), &Value::Unsigned(u128::MAX)), None);
        assert!(outside(&rate, &Value::Amount(Amount(3))).is_some());
    }

    #[test]
    fn everything_has_an_answer_even_without_a_manifest() {
        let keys: Vec<String> = answers(None).into_iter().map(|(key, ..)| key).collect();
        assert_eq!(keys, ["m", "code", "governance", "runtime"]);
    }
}
