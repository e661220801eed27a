//! Typed forms from the shapes of a manifest, and values read back in words.

use crate::{
    components::{Field, check, field, select, tool_button},
    say, text,
};
use leptos::prelude::*;
use zera_primitives::{
    AccountId, Address, Network,
    hash::{from_hex, to_hex},
};
use zera_worker_protocol::{Shape, Value};

/// Nesting a form follows; deeper types say that no form can be built.
const DEPTH: u32 = 8;

/// The inputs of one value.
#[derive(Clone)]
pub enum Input {
    /// Yes or no.
    Flag(RwSignal<bool>),
    /// A line of text, read by its shape.
    Line(Shape, RwSignal<String>),
    /// Any number of elements.
    Many { shapes: StoredValue<Vec<Shape>>, of: u32, fixed: bool, items: RwSignal<Vec<Input>>, depth: u32 },
    /// Elements in order.
    Tuple(Vec<Input>),
    /// Named fields.
    Record(Vec<(String, Input)>),
    /// One of several variants.
    Choice(RwSignal<String>, Vec<(String, Vec<(String, Input)>)>),
    /// No form can be built.
    Opaque(String),
}

impl Input {
    /// Empty inputs for shape `index`.
    #[must_use]
    pub fn new(shapes: StoredValue<Vec<Shape>>, index: u32) -> Self {
        Self::build(shapes, index, DEPTH)
    }

    fn build(shapes: StoredValue<Vec<Shape>>, index: u32, depth: u32) -> Self {
        let shape = shapes.with_value(|all| usize::try_from(index).ok().and_then(|i| all.get(i)).cloned());
        let (Some(shape), Some(depth)) = (shape, depth.checked_sub(1)) else { return Self::Opaque(String::new()) };
        let fields = |list: &[(String, u32)]| {
            list.iter().map(|(name, of)| (name.clone(), Self::build(shapes, *of, depth))).collect::<Vec<_>>()
        };
        match shape {
            Shape::Bool => Self::Flag(RwSignal::new(false)),
            Shape::List(of) => Self::Many { shapes, of, fixed: false, items: RwSignal::new(Vec::new()), depth },
            Shape::Array(of, n) => {
                let items = (0..n.min(64)).map(|_| Self::build(shapes, of, depth)).collect();
                Self::Many { shapes, of, fixed: true, items: RwSignal::new(items), depth }
            }
            Shape::Tuple(of) => Self::Tuple(of.iter().map(|of| Self::build(shapes, *of, depth)).collect()),
            Shape::Record(_, list) => Self::Record(fields(&list)),
            Shape::Choice(_, variants) => {
                let first = variants.first().map(|(name, ..)| name.clone()).unwrap_or_default();
                Self::Choice(
                    RwSignal::new(first),
                    variants.iter().map(|(name, _, list)| (name.clone(), fields(list))).collect(),
                )
            }
            Shape::Opaque(name) => Self::Opaque(name),
            line => Self::Line(line, RwSignal::new(String::new())),
        }
    }

    /// The value as it stands; tracked.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn value(&self, network: Network) -> Result<Value, String> {
        let fields = |list: &[(String, Self)]| {
            list.iter()
                .map(|(name, input)| Ok((name.clone(), input.value(network)?)))
                .collect::<Result<Vec<_>, String>>()
        };
        Ok(match self {
            Self::Flag(flag) => Value::Bool(flag.get()),
            Self::Line(shape, text) => parse(shape, &text.get(), network)?,
            Self::Many { items, .. } => {
                Value::Elements(items.get().iter().map(|item| item.value(network)).collect::<Result<_, _>>()?)
            }
            Self::Tuple(items) => {
                Value::Elements(items.iter().map(|item| item.value(network)).collect::<Result<_, _>>()?)
            }
            Self::Record(list) => Value::Fields(fields(list)?),
            Self::Choice(which, variants) => {
                let name = which.get();
                let list = variants
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, list)| list.as_slice())
                    .unwrap_or_default();
                Value::Variant(name, fields(list)?)
            }
            Self::Opaque(name) => return Err(say!(NO_FORM, name)),
        })
    }

    /// Names what nothing was typed into yet though it needs something; tracked.
    pub fn empty(&self, name: &str, network: Network, into: &mut Vec<String>) {
        let inside = |list: &[(String, Self)], into: &mut Vec<String>| {
            list.iter().for_each(|(field, input)| input.empty(&format!("{name}.{field}"), network, into));
        };
        let elements = |items: &[Self], into: &mut Vec<String>| {
            items.iter().enumerate().for_each(|(i, item)| item.empty(&format!("{name}.{i}"), network, into));
        };
        match self {
            // Some shapes, as text, may well be empty.
            Self::Line(shape, text) => {
                if text.with(|text| text.trim().is_empty()) && parse(shape, "", network).is_err() {
                    into.push(name.to_owned());
                }
            }
            Self::Many { items, .. } => elements(&items.get(), into),
            Self::Tuple(items) => elements(items, into),
            Self::Record(list) => inside(list, into),
            Self::Choice(which, variants) => {
                let name = which.get();
                variants.iter().filter(|(known, _)| *known == name).for_each(|(_, list)| inside(list, into));
            }
            Self::Flag(_) | Self::Opaque(_) => {}
        }
    }

    /// The inputs on the page.
    #[must_use]
    pub fn view(&self, id: &str, label: &str, network: Network) -> AnyView {
        let group = |items: AnyView| {
            view! { <fieldset class="group"><legend class="small"><b>{label.to_owned()}</b></legend>{items}</fieldset> }
                .into_any()
        };
        match self {
            Self::Flag(flag) => check("flag", label, *flag),
            Self::Line(shape, text) => line(id, label, shape, *text, network),
            Self::Many { shapes, of, fixed, items, depth } => {
                many(id, label, (*shapes, *of, *fixed, *depth), *items, network)
            }
            Self::Tuple(items) => group(
                items
                    .iter()
                    .enumerate()
                    .map(|(i, item)| item.view(&format!("{id}-{i}"), &i.to_string(), network))
                    .collect_view()
                    .into_any(),
            ),
            Self::Record(list) => group(fields_view(id, list, network)),
            Self::Choice(which, variants) => choice(id, label, *which, variants, network),
            Self::Opaque(name) => view! { <p class="small">{say!(NO_FORM, name)}</p> }.into_any(),
        }
    }
}

fn fields_view(id: &str, list: &[(String, Input)], network: Network) -> AnyView {
    list.iter().map(|(name, input)| input.view(&format!("{id}-{name}"), name, network)).collect_view().into_any()
}

fn line(id: &str, label: &str, shape: &Shape, text: RwSignal<String>, network: Network) -> AnyView {
    let unit = if *shape == Shape::Amount { "ZRA" } else { "" };
    let stored = StoredValue::new(shape.clone());
    let error = move || {
        let text = text.get();
        if text.is_empty() { None } else { stored.with_value(|shape| parse(shape, &text, network).err()) }
    };
    let mono = matches!(shape, Shape::Account | Shape::Bytes | Shape::FixedBytes(_));
    let mut base = Field::new(id, label).kind(name(shape)).unit(unit);
    if mono {
        base = base.mono();
    }
    field(base, text, error)
}

fn many(
    id: &str,
    label: &str,
    kind: (StoredValue<Vec<Shape>>, u32, bool, u32),
    items: RwSignal<Vec<Input>>,
    network: Network,
) -> AnyView {
    let (shapes, of, fixed, depth) = kind;
    let id = id.to_owned();
    let rows = move || {
        items
            .get()
            .iter()
            .enumerate()
            .map(|(i, item)| item.view(&format!("{id}-{i}"), &i.to_string(), network))
            .collect_view()
    };
    let buttons = (!fixed).then(|| {
        view! {
            <div class="row">
                {tool_button(say!(ADD_ITEM), move || items.update(|items| items.push(Input::build(shapes, of, depth))))}
                {tool_button(say!(REMOVE_ITEM), move || items.update(|items| _ = items.pop()))}
            </div>
        }
    });
    view! { <fieldset class="group"><legend class="small"><b>{label.to_owned()}</b></legend>{rows}{buttons}</fieldset> }
        .into_any()
}

fn choice(
    id: &str,
    label: &str,
    which: RwSignal<String>,
    variants: &[(String, Vec<(String, Input)>)],
    network: Network,
) -> AnyView {
    let choices = variants.iter().map(|(name, _)| (name.clone(), name.clone())).collect();
    let variants = variants.to_vec();
    let inner = id.to_owned();
    let fields = move || {
        let name = which.get();
        variants
            .iter()
            .find(|(known, list)| *known == name && !list.is_empty())
            .map(|(_, list)| view! { <div class="group">{fields_view(&inner, list, network)}</div> })
    };
    view! { {select(Field::new(id, label), choices, which)} {fields} }.into_any()
}

/// What a type is called.
#[must_use]
pub fn name(shape: &Shape) -> String {
    match shape {
        Shape::Bool => "bool".into(),
        Shape::Unsigned(width) => format!("u{}", u32::from(*width) * 8),
        Shape::Signed(width) => format!("i{}", u32::from(*width) * 8),
        Shape::Text => "text".into(),
        Shape::Amount => "u128, 10⁻⁹ ZRA".into(),
        Shape::Account => "address".into(),
        Shape::Bytes => "bytes, hex".into(),
        Shape::FixedBytes(n) => format!("{n} bytes, hex"),
        Shape::List(_) | Shape::Array(..) => "list".into(),
        Shape::Tuple(of) if of.is_empty() => "()".into(),
        Shape::Tuple(_) => "tuple".into(),
        Shape::Record(name, _) | Shape::Choice(name, _) | Shape::Opaque(name) => name.clone(),
        Shape::Compact(_) => "compact".into(),
    }
}

/// [`name`] of shape `index`.
#[must_use]
pub fn name_of(shapes: &[Shape], index: u32) -> String {
    usize::try_from(index).ok().and_then(|i| shapes.get(i)).map_or_else(|| "?".into(), name)
}

fn parse(shape: &Shape, text: &str, network: Network) -> Result<Value, String> {
    let text = text.trim();
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | '_')).collect();
    match shape {
        Shape::Unsigned(width) => {
            let n: u128 = digits.parse().map_err(|_| say!(NOT_UNSIGNED).to_owned())?;
            let bits = u32::from(*width) * 8;
            if bits < 128 && n >> bits != 0 { Err(say!(TOO_LARGE, name(shape))) } else { Ok(Value::Unsigned(n)) }
        }
        Shape::Compact(_) => digits.parse().map(Value::Unsigned).map_err(|_| say!(NOT_UNSIGNED).to_owned()),
        Shape::Signed(_) => digits.parse().map(Value::Signed).map_err(|_| say!(NOT_SIGNED).to_owned()),
        Shape::Text => Ok(Value::Text(text.to_owned())),
        Shape::Amount => text.parse().map(Value::Amount).map_err(|_| say!(NOT_AMOUNT).to_owned()),
        Shape::Account => match Address::from_text(text, network) {
            Ok(Address::Account(id)) => Ok(Value::Account(id)),
            Ok(Address::Module(id)) => Ok(Value::Account(AccountId(id.0))),
            Err(error) => Err(error.to_string()),
        },
        Shape::Bytes => from_hex(text).map(Value::Bytes).ok_or_else(|| say!(NOT_HEX).to_owned()),
        Shape::FixedBytes(n) => match from_hex(text) {
            Some(bytes) if bytes.len() == *n as usize => Ok(Value::Bytes(bytes)),
            _ => Err(say!(NOT_HEX_OF, n)),
        },
        _ => Err(say!(NO_FORM, name(shape))),
    }
}

/// A value in words, on one line.
#[must_use]
pub fn words(value: &Value, network: Network) -> String {
    let list = |items: &[Value]| items.iter().map(|item| words(item, network)).collect::<Vec<_>>().join(", ");
    let fields = |list: &[(String, Value)]| {
        list.iter()
            .map(|(name, value)| {
                if name.parse::<u32>().is_ok() || name.is_empty() {
                    words(value, network)
                } else {
                    format!("{name}: {}", words(value, network))
                }
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Unsigned(n) => text::thousands(*n),
        Value::Signed(n) if *n < 0 => format!("−{}", text::thousands(n.unsigned_abs())),
        Value::Signed(n) => text::thousands(n.unsigned_abs()),
        Value::Text(text) => format!("“{text}”"),
        Value::Amount(amount) => text::zra(*amount),
        Value::Account(id) => text::short(&Address::Account(*id).to_text(network)),
        Value::Bytes(bytes) => to_hex(bytes),
        Value::Elements(items) if items.is_empty() => say!(NONE).into(),
        Value::Elements(items) => format!("[{}]", list(items)),
        Value::Fields(list) => format!("{{ {} }}", fields(list)),
        Value::Variant(name, list) if list.is_empty() => name.clone(),
        Value::Variant(name, list) => format!("{name}({})", fields(list)),
    }
}

/// Bytes as a value of shape `index`, or as digits when they are none.
#[must_use]
pub fn decoded(shapes: &[Shape], index: Option<u32>, bytes: &[u8], network: Network) -> String {
    match index {
        Some(index) => zera_worker_protocol::shape::decode(shapes, index, bytes)
            .map_or_else(|_| to_hex(bytes), |value| words(&value, network)),
        None if bytes.is_empty() => say!(NOTHING).into(),
        None => to_hex(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_by_their_type_and_misfits_are_named() {
        let read = |shape: &Shape, text: &str| parse(shape, text, Network::Solo);
        assert_eq!(read(&Shape::Unsigned(1), "255"), Ok(Value::Unsigned(255)));
        assert!(read(&Shape::Unsigned(1), "256").is_err());
        assert_eq!(read(&Shape::Unsigned(8), "1,000"), Ok(Value::Unsigned(1_000)));
        assert_eq!(read(&Shape::Signed(2), "-5"), Ok(Value::Signed(-5)));
        assert_eq!(read(&Shape::Amount, "1.5"), Ok(Value::Amount(zera_primitives::Amount(1_500_000_000))));
        assert_eq!(read(&Shape::FixedBytes(2), "00ff"), Ok(Value::Bytes(vec![0, 255])));
        for (shape, text) in
            [(Shape::FixedBytes(2), "00"), (Shape::Bytes, "0g"), (Shape::Account, "zeras1x"), (Shape::Amount, "-1")]
        {
            assert!(read(&shape, text).is_err(), "{text}");
        }
    }

    #[test]
    fn values_read_back_in_words() {
        let value = Value::Variant(
            "Some".into(),
            vec![("0".into(), Value::Fields(vec![("rate".into(), Value::Unsigned(4_120))]))],
        );
        assert_eq!(words(&value, Network::Solo), "Some({ rate: 4,120 })");
        assert_eq!(words(&Value::Signed(-1_000), Network::Solo), "−1,000");
    }
}
