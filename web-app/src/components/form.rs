//! Fields, choices, sliders and files. Values are signals of text; checking them is the page's business.

use super::basic::Choice;
use crate::say;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// What a field says beside its input.
#[derive(Clone, Default)]
pub struct Field {
    /// Its id in the page.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its type, in mono at the right.
    pub kind: String,
    /// Unit inside the input.
    pub unit: &'static str,
    /// What helps.
    pub hint: String,
    /// Mono input.
    pub mono: bool,
    /// `text`, `password`.
    pub input: &'static str,
}

impl Field {
    /// A text field.
    #[must_use]
    pub fn new(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self { id: id.into(), label: label.into(), input: "text", ..Self::default() }
    }

    /// With a type at the right.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = kind.into();
        self
    }

    /// With a unit inside.
    #[must_use]
    pub fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// With a hint below.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// In mono.
    #[must_use]
    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// Hidden as it is typed.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.input = "password";
        self
    }

    fn frame(self, input: AnyView, error: impl Fn() -> Option<String> + Copy + Send + Sync + 'static) -> AnyView {
        let Self { id, label, kind, unit, hint, .. } = self;
        let note = format!("{id}-note");
        let hint_or_error = move || match error() {
            Some(error) => view! { <p class="err"><b>{error}</b></p> }.into_any(),
            None if hint.is_empty() => ().into_any(),
            None => view! { <p class="hint">{hint.clone()}</p> }.into_any(),
        };
        view! {
            <div class="field" class:bad=move || error().is_some()>
                <div class="lab"><label for=id>{label}</label><span class="type">{kind}</span></div>
                <div class="box">{input}{(!unit.is_empty()).then(|| view! { <span class="unit">{unit}</span> })}</div>
                <div id=note aria-live="polite">{hint_or_error}</div>
            </div>
        }
        .into_any()
    }
}

/// A line of text.
#[must_use]
pub fn field(
    field: Field,
    value: RwSignal<String>,
    error: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
) -> AnyView {
    let class = if field.mono { "mono" } else { "" };
    let note = format!("{}-note", field.id);
    let input = view! {
        <input
            id=field.id.clone() class=class type=field.input autocomplete="off" spellcheck="false"
            aria-describedby=note aria-invalid=move || error().map(|_| "true")
            prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))
        />
    }
    .into_any();
    field.frame(input, error)
}

/// Several lines of text.
#[must_use]
pub fn text_area(
    field: Field,
    value: RwSignal<String>,
    error: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
) -> AnyView {
    let class = if field.mono { "mono" } else { "" };
    let note = format!("{}-note", field.id);
    let input = view! {
        <textarea
            id=field.id.clone() class=class autocomplete="off" spellcheck="false" aria-describedby=note
            prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))
        ></textarea>
    }
    .into_any();
    field.frame(input, error)
}

/// One of several, in a list that opens.
#[must_use]
pub fn select(field: Field, choices: Vec<Choice>, value: RwSignal<String>) -> AnyView {
    let class = if field.mono { "mono" } else { "" };
    let options = choices.into_iter().map(|(key, label)| {
        let mine = key.clone();
        view! { <option value=key selected=move || value.get() == mine>{label}</option> }.into_any()
    });
    let input = view! {
        <select id=field.id.clone() class=class on:change=move |event| value.set(event_target_value(&event))>{options.collect_view()}</select>
    }
    .into_any();
    field.frame(input, || None)
}

/// A yes or no.
#[must_use]
pub fn check(id: &'static str, label: impl Into<String>, value: RwSignal<bool>) -> AnyView {
    view! {
        <label class="check" for=id>
            <input id=id type="checkbox" prop:checked=move || value.get() on:change=move |event| value.set(event_target_checked(&event)) />
            <span>{label.into()}</span>
        </label>
    }
    .into_any()
}

/// A segmented choice.
#[must_use]
pub fn seg(name: &'static str, legend: &'static str, choices: Vec<Choice>, value: RwSignal<String>) -> AnyView {
    let items = choices.into_iter().map(|(key, label)| {
        let mine = key.clone();
        let set = key.clone();
        view! {
            <label>
                <input type="radio" name=name value=key prop:checked=move || value.get() == mine on:change=move |_| value.set(set.clone()) />
                {label}
            </label>
        }
        .into_any()
    });
    view! { <fieldset class="choice"><legend class="sr">{legend}</legend><div class="seg">{items.collect_view()}</div></fieldset> }.into_any()
}

/// A slider on a ruled track, in thousandths of what there is.
#[must_use]
pub fn slider(
    label: &'static str,
    shown: impl Fn() -> String + Copy + Send + Sync + 'static,
    ends: (String, String, String),
    value: RwSignal<u32>,
) -> AnyView {
    let (low, middle, high) = ends;
    view! {
        <div class="slider">
            <div class="lab"><label for="what-if">{label}</label><output for="what-if">{shown}</output></div>
            <input
                id="what-if" type="range" min="0" max="1000" step="10" aria-valuetext=shown
                prop:value=move || value.get().to_string()
                on:input=move |event| value.set(event_target_value(&event).parse().unwrap_or_default())
            />
            <div class="ends"><span>{low}</span><span>{middle}</span><span>{high}</span></div>
        </div>
    }
    .into_any()
}

/// The bytes of a file or of a fetched address.
///
/// # Errors
/// The browser's own words.
pub async fn read_bytes(source: &web_sys::Blob) -> Result<Vec<u8>, String> {
    let buffer = JsFuture::from(source.array_buffer()).await.map_err(|reason| format!("{reason:?}"))?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Drop a file here or pick one; `take` gets its name and bytes.
#[must_use]
pub fn drop_zone(
    id: &'static str,
    label: &'static str,
    accept: &'static str,
    take: impl Fn(String, Result<Vec<u8>, String>) + Copy + Send + Sync + 'static,
) -> AnyView {
    let over = RwSignal::new(false);
    let read = move |file: web_sys::File| {
        leptos::task::spawn_local(async move {
            let bytes = read_bytes(&file).await;
            take(file.name(), bytes);
        });
    };
    let first = |list: Option<web_sys::FileList>| list.and_then(|files| files.get(0));
    let dropped = move |event: web_sys::DragEvent| {
        event.prevent_default();
        over.set(false);
        first(event.data_transfer().and_then(|data| data.files())).into_iter().for_each(read);
    };
    let picked = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        first(input.and_then(|input| input.files())).into_iter().for_each(read);
    };
    view! {
        <div
            class="drop" class:over=move || over.get()
            on:dragover=move |event| { event.prevent_default(); over.set(true); }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            <label for=id><b>{label}</b></label>
            <input id=id type="file" accept=accept on:change=picked />
            <p class="small dim">{say!(DROP_HINT)}</p>
        </div>
    }
    .into_any()
}
