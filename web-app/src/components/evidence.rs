//! The mark (shape, word, method) and the path it opens: from a figure down to what is taken on trust.

use super::react;
use crate::say;
use leptos::{html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// How a figure is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// Checked by this tab, by the method named.
    Verified,
    /// On its way to being checked.
    Pending,
    /// Someone's word.
    Unverified,
    /// Two ways of knowing disagree.
    Alarm,
}

impl Known {
    const ALL: [Self; 4] = [Self::Verified, Self::Pending, Self::Unverified, Self::Alarm];

    /// The word beside the shape.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verified => say!(VERIFIED),
            Self::Pending => say!(PENDING),
            Self::Unverified => say!(UNVERIFIED),
            Self::Alarm => say!(ALARM),
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Verified => "m-verified",
            Self::Pending => "m-pending",
            Self::Unverified => "m-unverified",
            Self::Alarm => "m-alarm",
        }
    }

    const fn shape(self) -> &'static str {
        match self {
            Self::Verified => "#mk-verified",
            Self::Pending => "#mk-pending",
            Self::Unverified => "#mk-unverified",
            Self::Alarm => "#mk-alarm",
        }
    }

    fn svg(self) -> AnyView {
        view! { <svg class="mk" aria-hidden="true"><use href=self.shape()></use></svg> }.into_any()
    }
}

/// One step of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// `""` verified, else `pending`, `unverified`, `alarm` or `trust`.
    pub kind: &'static str,
    /// What it is.
    pub title: String,
    /// What was checked, or what is trusted.
    pub detail: String,
}

impl Step {
    /// A step this tab checked.
    #[must_use]
    pub fn checked(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind: "", title: title.into(), detail: detail.into() }
    }

    /// What is taken on trust: the end of every path.
    #[must_use]
    pub fn trusted(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind: "trust", title: title.into(), detail: detail.into() }
    }

    /// A step of another kind.
    #[must_use]
    pub fn of(kind: &'static str, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind, title: title.into(), detail: detail.into() }
    }
}

/// All that a mark knows about its figure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// How it is known.
    pub known: Known,
    /// By what method, in plain text.
    pub method: String,
    /// The figure itself.
    pub figure: String,
    /// What the figure is.
    pub about: String,
    /// The path.
    pub steps: Arc<[Step]>,
}

#[derive(Clone, Copy)]
struct Open(RwSignal<Option<Evidence>>, NodeRef<html::Div>);

/// Gives every mark below it the one sheet that shows paths.
pub fn provide_evidence() {
    provide_context(Open(RwSignal::new(None), NodeRef::new()));
}

fn opener(evidence: Evidence) -> impl Fn(web_sys::MouseEvent) {
    let open = use_context::<Open>();
    move |event| {
        let Some(Open(shown, sheet)) = open else { return };
        shown.set(Some(evidence.clone()));
        if let Some(sheet) = sheet.get_untracked() {
            let options = js_sys::Object::new();
            // Anchors the sheet to the mark where the browser knows how; elsewhere it stands in the middle.
            let _ = js_sys::Reflect::set(&options, &JsValue::from_str("source"), &event.current_target().into());
            if let Ok(show) = js_sys::Reflect::get(&sheet, &JsValue::from_str("showPopover")) {
                let _ = show.unchecked_into::<js_sys::Function>().call1(&sheet, &options);
            }
        }
    }
}

/// Shape, word and method, opening the path.
#[must_use]
pub fn mark(evidence: Evidence) -> AnyView {
    let known = evidence.known;
    let method = evidence.method.clone();
    view! {
        <button type="button" class=format!("mark {}", known.class()) aria-haspopup="dialog" on:click=opener(evidence)>
            {known.svg()}
            <span class="in"><b>{known.word()}</b> <span class="how">" "{method}</span></span>
        </button>
    }
    .into_any()
}

/// Shape, word and method as an example: it belongs to no figure, opens nothing and is not counted.
#[must_use]
pub fn example(known: Known, method: &'static str) -> AnyView {
    view! { <span class=format!("example {}", known.class())>{known.svg()}<b>{known.word()}</b><span class="how">{method}</span></span> }
        .into_any()
}

/// The shape alone, for tables; a screen reader hears word and method.
#[must_use]
pub fn bare(evidence: Evidence) -> AnyView {
    let known = evidence.known;
    let label = format!("{} {}", known.word(), evidence.method);
    view! {
        <button type="button" class=format!("mark bare {}", known.class()) aria-haspopup="dialog" aria-label=label on:click=opener(evidence)>
            {known.svg()}
        </button>
    }
    .into_any()
}

fn steps_view(steps: &[Step]) -> AnyView {
    steps
        .iter()
        .map(|step| {
            view! { <li class=step.kind><b>{step.title.clone()}</b><span>{step.detail.clone()}</span></li> }.into_any()
        })
        .collect_view()
        .into_any()
}

/// A path laid out on the page itself, from left to right where there is room.
#[must_use]
pub fn path_wide(steps: &[Step]) -> AnyView {
    view! { <ol class="path wide">{steps_view(steps)}</ol> }.into_any()
}

/// The one sheet on which paths are shown.
#[must_use]
pub fn evidence_sheet() -> AnyView {
    let Some(Open(shown, sheet)) = use_context::<Open>() else { return ().into_any() };
    let content = move || {
        shown.get().map(|evidence| {
            view! {
                <div class="row end">
                    <h2 id="evidence-figure">{evidence.figure.clone()}</h2>
                    <button type="button" class="tag" popovertarget="evidence" popovertargetaction="hide">{say!(ESC_CLOSES)}</button>
                </div>
                <p class="small dim">{evidence.about.clone()}</p>
                <p class=format!("small {}", evidence.known.class())>
                    {evidence.known.svg()}" "<b>{evidence.known.word()}</b>" "{evidence.method.clone()}
                </p>
                <ol class="path">{steps_view(&evidence.steps)}</ol>
            }
            .into_any()
        })
    };
    view! {
        <div id="evidence" class="evidence stack" popover="auto" role="dialog" aria-labelledby="evidence-figure" tabindex="-1" node_ref=sheet>
            {react(move || content().into_any())}
        </div>
    }
    .into_any()
}

/// How many marks of each kind stand on the page, counted from the page itself; a zero is grey.
#[must_use]
pub fn counts() -> AnyView {
    let numbers = RwSignal::new([0u32; 4]);
    let recount = move || {
        let mut now = [0u32; 4];
        for (slot, known) in now.iter_mut().zip(Known::ALL) {
            let marks = document().query_selector_all(&format!("main .mark.{}", known.class()));
            *slot = marks.map_or(0, |list| list.length());
        }
        if numbers.try_get_untracked().is_some_and(|old| old != now) {
            numbers.set(now);
        }
    };
    let callback = Closure::<dyn FnMut()>::new(recount);
    if let Ok(observer) = web_sys::MutationObserver::new(callback.as_ref().unchecked_ref()) {
        let watched = observer.clone();
        // The head is made before it stands in the page; when the page is opened by its address, `main` is too.
        request_animation_frame(move || {
            let Some(main) = document().get_element_by_id("main").filter(|_| !numbers.is_disposed()) else { return };
            let options = web_sys::MutationObserverInit::new();
            options.set_child_list(true);
            options.set_subtree(true);
            // Watching an element that is in the page cannot fail.
            let _ = watched.observe_with_options(&main, &options);
            recount();
        });
        let observer = send_wrapper(observer);
        on_cleanup(move || observer.disconnect());
    }
    callback.forget();
    let item = move |index: usize, known: Known| {
        move || {
            let number = numbers.get().get(index).copied().unwrap_or_default();
            let class = if number == 0 { "zero" } else { known.class() };
            let text = format!("{number} {}", known.word());
            // An alarm is only counted when there is one; the other three always, so that a zero is said.
            (known != Known::Alarm || number > 0)
                .then(|| view! { <li class=class>{known.svg()}" "<b>{text.clone()}</b></li> }.into_any())
        }
    };
    view! {
        <ul class="counts" aria-label=say!(MARKS_ON_PAGE)>
            {item(3, Known::Alarm)}{item(0, Known::Verified)}{item(1, Known::Pending)}{item(2, Known::Unverified)}
        </ul>
    }
    .into_any()
}

/// A value that only this thread touches, in a closure that must be `Send`.
fn send_wrapper<T: 'static>(value: T) -> leptos::__reexports::send_wrapper::SendWrapper<T> {
    leptos::__reexports::send_wrapper::SendWrapper::new(value)
}
