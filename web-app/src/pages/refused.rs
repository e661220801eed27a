//! A file that was refused: the reason in plain words, where, what to do by who one is.

use crate::{
    components::{copy_button, crumbs, figure, figures, head, leaf, say_error, solid},
    say, text,
};
use leptos::prelude::*;
use zera_primitives::Hash;
use zera_worker_protocol::{Error, ErrorKind};

/// One place that a finding names.
struct Place {
    label: &'static str,
    value: String,
}

/// Picks function, offset and operator out of `function 214 (name), offset 0x4a10, f64.add: why`; a missing one is not
/// shown.
fn places(detail: &str) -> Vec<Place> {
    let place = detail.split_once(": ").map_or(detail, |(place, _)| place);
    place
        .split(", ")
        .filter_map(|part| {
            let (label, value) = if let Some(function) = part.strip_prefix("function ") {
                (say!(FUNCTION), function)
            } else if let Some(offset) = part.strip_prefix("offset ") {
                (say!(OFFSET), offset)
            } else if place.contains("offset ") {
                (say!(OPERATOR), part)
            } else {
                return None;
            };
            Some(Place { label, value: value.to_owned() })
        })
        .collect()
}

/// The page of a refusal.
#[must_use]
pub fn page(
    name: &str,
    size: usize,
    hash: Hash,
    error: &Error,
    again: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let float = ["f32", "f64", "float"].iter().any(|word| error.detail.contains(word));
    let title = match error.kind {
        ErrorKind::NotWasm => say!(REFUSED_NOT_WASM, name),
        ErrorKind::CodeRefused if float => say!(REFUSED_FLOAT, name),
        ErrorKind::CodeRefused => say!(REFUSED_RULE, name),
        _ => say!(REFUSED_OTHER, name, say_error(error).0),
    };
    let lead = if float { say!(REFUSED_FLOAT_WHY) } else { say!(REFUSED_WHY) };
    let whole = hash.to_hex();
    let mut facts: Vec<AnyView> =
        places(&error.detail).into_iter().map(|place| figure(place.label, place.value, "", "")).collect();
    facts.push(figure(
        say!(WHERE_FROM),
        say!(YOUR_FILE),
        "",
        format!("{}, b3:{}", text::bytes(size as u64), text::short(&whole)),
    ));
    let report = format!(
        "{title}\n{}\nfile: {name}, {size} bytes\nb3:{whole}\nzera client {}",
        error.detail,
        env!("CARGO_PKG_VERSION")
    );
    view! {
        {head(crumbs("/modules", say!(NAV_MODULES), name), title, lead)}
        <div class="refusal" role="alert">
            <p class="t"><span class="m-alarm"><svg class="mk" aria-hidden="true"><use href="#mk-alarm"></use></svg>" "{say!(REFUSED)}</span>" "{error.detail.clone()}</p>
            {figures(facts)}
        </div>
        {leaf(say!(WHAT_YOU_CAN_DO), say!(REFUSED_NOTHING), view! {
            <div class="stack">
                <ol class="steps">
                    <li><b>{say!(IF_WROTE)}</b>{advice(&error.detail, float)}</li>
                    <li><b>{say!(IF_GIVEN)}</b>{say!(IF_GIVEN_DO)}" "{copy_button(report, say!(THE_REPORT))}</li>
                </ol>
                <div class="row">{solid(say!(OTHER_FILE), again)}</div>
            </div>
        })}
        {leaf(say!(RULES_TITLE), say!(RULES_NOTE), rules())}
    }
    .into_any()
}

fn advice(detail: &str, float: bool) -> &'static str {
    if float {
        say!(ADVICE_FLOAT)
    } else if detail.contains("memory") {
        say!(ADVICE_MEMORY)
    } else if detail.contains("import") {
        say!(ADVICE_IMPORT)
    } else {
        say!(ADVICE_OTHER)
    }
}

fn rules() -> AnyView {
    let items = crate::en::RULES.iter().map(|rule| view! { <li>{*rule}</li> }.into_any()).collect_view();
    view! { <ul class="stack-2 small rules">{items}</ul> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_gives_up_its_place() {
        let found = places(
            "function 214 (rate), offset 0x4a10, f64.convert_i64_u: floating point is not accepted: integers only",
        );
        let values: Vec<String> = found.into_iter().map(|place| place.value).collect();
        assert_eq!(values, ["214 (rate)", "0x4a10", "f64.convert_i64_u"]);
        assert!(places("the memory declares no maximum").is_empty());
    }
}
