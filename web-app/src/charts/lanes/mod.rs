//! The timeline of one block: a lane per pipeline and one for the node, every run from its begin to its end, what each
//! stage waited for, and what ran again. A run is chosen by pointing at it, or by the buttons of the page's readout.

mod draw;
mod layout;
mod marks;

pub use layout::lanes;

use super::scale::measured;
use crate::components::react;
use draw::Sheet;
use leptos::prelude::*;
use std::sync::Arc;
use zera_worker_protocol::LanesView;

/// What is drawn, and the two things that a person changes about it.
#[derive(Clone)]
pub struct Timeline {
    /// The block.
    pub view: Arc<LanesView>,
    /// The chart's conclusion in one sentence.
    pub conclusion: String,
    /// The time of the lanes alone, not of the whole block.
    pub lanes_only: RwSignal<bool>,
    /// The run that the readout tells of: a place in the view's runs.
    pub chosen: RwSignal<Option<usize>>,
}

/// The chart; follows its own width.
#[must_use]
pub fn timeline(chart: Timeline) -> AnyView {
    let (node, width) = measured();
    let (chosen, lanes_only) = (chart.chosen, chart.lanes_only);
    let view = Arc::clone(&chart.view);
    let sheet =
        Memo::new(move |_| (width.get() > 0).then(|| Sheet::new(Arc::clone(&view), width.get(), lanes_only.get())));
    let point = move |event: web_sys::PointerEvent| {
        let found = sheet.with_untracked(|sheet| {
            sheet.as_ref().and_then(|sheet| sheet.at(event.offset_x().into(), event.offset_y().into()))
        });
        if found.is_some() && found != chosen.get_untracked() {
            chosen.set(found);
        }
    };
    let drawing = move || {
        let conclusion = chart.conclusion.clone();
        sheet.with(|sheet| {
            sheet.as_ref().map(|sheet| {
                let size = sheet.size();
                view! {
                    <svg role="img" aria-label=conclusion width=size.0.to_string() height=size.1.to_string() viewBox=format!("0 0 {} {}", size.0, size.1)>
                        {sheet.draw()}
                        {chosen_mark(sheet.clone(), chosen)}
                    </svg>
                }
                .into_any()
            })
        })
    };
    view! {
        <div class="chart lanes" node_ref=node>
            {react(move || drawing().into_any())}
            <div class="lanes-pointer" aria-hidden="true" on:pointermove=point on:pointerdown=point></div>
        </div>
    }
    .into_any()
}

fn chosen_mark(sheet: Sheet, chosen: RwSignal<Option<usize>>) -> AnyView {
    let mark = move || chosen.get().map(|run| sheet.chosen(run));
    view! { <g>{react(move || mark().into_any())}</g> }.into_any()
}
