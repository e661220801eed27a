//! Governance parameters: every one with its floor and ceiling, checked as the chain checks them.

use super::Form;
use crate::{
    client::use_client,
    components::{Field, field, loading, react},
    pages::governance_params::{self as params, Row, Unit},
    say, text,
};
use leptos::prelude::*;
use zera_primitives::{Params, Payload};

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Slots => "s",
        Unit::Ppm => "%",
        Unit::Milli => "T",
        Unit::Zra => "ZRA",
        Unit::Number => "",
    }
}

/// What is wrong with what was typed for `row`.
fn wrong(row: &Row, typed: &str) -> Option<String> {
    let value = params::parse(row.unit, typed);
    let (floor, ceiling) = (params::words(&row.unit, row.floor), params::words(&row.unit, row.ceiling));
    match value {
        None => Some(say!(PARAM_NOT_READ).to_owned()),
        Some(value) if value < row.floor => Some(say!(PARAM_BELOW, floor)),
        Some(value) if value > row.ceiling => Some(say!(PARAM_ABOVE, ceiling)),
        Some(_) => None,
    }
}

/// The form.
pub fn form(form: Form) -> AnyView {
    let client = use_client();
    let now = Memo::new(move |_| client.status.with(|status| status.as_ref().map(|status| status.params.clone())));
    react(move || now.get().map_or_else(loading, |now| fields(form, now)))
}

fn fields(form: Form, now: Params) -> AnyView {
    let rows = params::rows(&now, &now);
    let typed: Vec<RwSignal<String>> = rows.iter().map(|row| RwSignal::new(params::typed(row.unit, row.now))).collect();
    let inputs = rows.iter().cloned().zip(typed.clone()).enumerate().map(|(i, (row, value))| input(i, row, value));
    let inputs = inputs.collect_view();
    let rows = StoredValue::new(rows);
    let typed = StoredValue::new(typed);
    let proposed = move || -> Result<Params, String> {
        let mut proposed = now.clone();
        rows.with_value(|rows| {
            typed.with_value(|typed| {
                for (i, (row, value)) in rows.iter().zip(typed).enumerate() {
                    let value = value.get();
                    if let Some(wrong) = wrong(row, &value) {
                        return Err(format!("{}: {wrong}", text::capital(&row.label)));
                    }
                    params::set(&mut proposed, i, params::parse(row.unit, &value).unwrap_or(row.now));
                }
                Ok(())
            })
        })?;
        if proposed == now {
            return Err(say!(PARAMS_SAME).to_owned());
        }
        proposed.check().map_err(|error| error.to_string())?;
        Ok(proposed)
    };
    form.makes(move |description| Ok((Vec::new(), Payload::Parameters { params: Box::new(proposed()?), description })));
    view! {
        <div class="stack">
            <p class="small dim">{say!(PARAMS_EPOCH)}" "{say!(PARAMS_ORDER)}</p>
            <div class="filters">{inputs}</div>
        </div>
    }
    .into_any()
}

fn input(index: usize, row: Row, value: RwSignal<String>) -> AnyView {
    let bounds = say!(BOUNDS_OF, params::words(&row.unit, row.floor), params::words(&row.unit, row.ceiling));
    let hint = say!(PARAM_HINT, params::words(&row.unit, row.now), bounds);
    let frame = Field::new(format!("param-{index}"), text::capital(&row.label)).unit(unit(row.unit)).hint(hint);
    let row = StoredValue::new(row);
    field(frame, value, move || row.with_value(|row| wrong(row, &value.get())))
}
