//! The timeline of one block: a lane per pipeline and one for the node, every run from its begin to its end, what each
//! stage waited for, and what ran again. A run is chosen by pointing at it, or by the buttons of the page's readout.

mod draw;
mod layout;
mod marks;

use super::scale::measured;
use crate::components::react;
use draw::Sheet;
use leptos::prelude::*;
use std::sync::Arc;
use zera_worker_protocol::LanesView;

/// The run that charts and readout tell of, a place in the view's runs: the one pointed at, else the one chosen.
#[derive(Clone, Copy)]
pub struct Chosen {
    shown: RwSignal<Option<usize>>,
    kept: RwSignal<Option<usize>>,
}

impl Chosen {
    /// Begins with `run`.
    #[must_use]
    pub fn new(run: Option<usize>) -> Self {
        Self { shown: RwSignal::new(run), kept: RwSignal::new(run) }
    }

    /// The run to tell of; tracked.
    #[must_use]
    pub fn get(self) -> Option<usize> {
        self.shown.get()
    }

    /// Tells of `run` until the pointer leaves.
    pub fn point(self, run: Option<usize>) {
        if run.is_some() && run != self.shown.get_untracked() {
            self.shown.set(run);
        }
    }

    /// Tells of `run` from now on.
    pub fn keep(self, run: Option<usize>) {
        if run.is_some() {
            self.kept.set(run);
            self.shown.set(run);
        }
    }

    /// The one after the chosen run, or before it, of `count`.
    pub fn step(self, forward: bool, count: usize) {
        let at = self.kept.get_untracked().unwrap_or(0);
        self.keep(Some(if forward { (at + 1).min(count.saturating_sub(1)) } else { at.saturating_sub(1) }));
    }

    /// The pointer has left: back to the chosen one.
    pub fn leave(self) {
        let kept = self.kept.get_untracked();
        if kept != self.shown.get_untracked() {
            self.shown.set(kept);
        }
    }
}

/// What is drawn, and the two things that a person changes about it.
#[derive(Clone)]
pub struct Timeline {
    /// The block.
    pub view: Arc<LanesView>,
    /// The chart's conclusion in one sentence.
    pub conclusion: String,
    /// The time of the lanes alone, not of the whole block.
    pub lanes_only: RwSignal<bool>,
    /// The run that the readout tells of.
    pub chosen: Chosen,
}

/// The chart; follows its own width.
#[must_use]
pub fn timeline(chart: Timeline) -> AnyView {
    let (node, width) = measured();
    let (chosen, lanes_only) = (chart.chosen, chart.lanes_only);
    let view = Arc::clone(&chart.view);
    let sheet =
        Memo::new(move |_| (width.get() > 0).then(|| Sheet::new(Arc::clone(&view), width.get(), lanes_only.get())));
    let under = move |event: &web_sys::PointerEvent| {
        sheet.with_untracked(|sheet| sheet.as_ref()?.at(event.offset_x().into(), event.offset_y().into()))
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
            <div
                class="lanes-pointer" aria-hidden="true" on:pointerleave=move |_| chosen.leave()
                on:pointermove=move |event| chosen.point(under(&event)) on:pointerdown=move |event| chosen.keep(under(&event))
            ></div>
        </div>
    }
    .into_any()
}

fn chosen_mark(sheet: Sheet, chosen: Chosen) -> AnyView {
    let mark = move || chosen.get().map(|run| sheet.chosen(run));
    view! { <g>{react(move || mark().into_any())}</g> }.into_any()
}
