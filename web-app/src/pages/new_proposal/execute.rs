//! Code that runs once as the proposal: its file, and the list of effects, taken from what a run of it did.

use super::{
    Form,
    code::{extra, to_upload},
    effect_form,
};
use crate::{
    answer,
    components::{Long, button, react, tool_button},
    pages::{deploy::Candidate, proposal::effect_list},
    say, text,
};
use leptos::prelude::Effect as Follow;
use leptos::prelude::*;
use zera_primitives::{Effect, Payload, payload::Execution};
use zera_worker_protocol::{Command, DryRunView, ModuleView, RehearsalOf};

/// The form.
pub fn form(form: Form, modules: &[ModuleView]) -> AnyView {
    let file = RwSignal::new(Candidate::None);
    let effects: RwSignal<Vec<Effect>> = RwSignal::new(Vec::new());
    let payload = move |description: String, effects: Vec<Effect>| {
        let Candidate::Good(_, bytes, code) = file.get() else { return Err(say!(WHY_EXECUTE).to_owned()) };
        let execution = Execution { code: code.hash, effects, description };
        Ok((to_upload(&code, bytes), Payload::Execute(execution)))
    };
    form.makes(move |description| payload(description, effects.get()));
    let trial: Long<Box<DryRunView>> = Long::new();
    let take = move || {
        let Ok((codes, payload)) = untrack(|| payload(String::new(), Vec::new())) else { return };
        let of = RehearsalOf::Payload { codes, payload };
        trial.start(Command::DryRun { of, replay: 0 }, |result| answer!(result, DryRun));
    };
    Follow::new(move |_| {
        if let Some(run) = trial.answer() {
            effects.set(run.effects);
        }
    });
    let ready = Memo::new(move |_| matches!(file.get(), Candidate::Good(..)));
    let offer = move || {
        react(move || {
            if ready.get() {
                view! { <div>{button(say!(EFFECTS_TAKE), take)}</div> }.into_any()
            } else {
                view! { <p class="why">{say!(WHY_EXECUTE)}</p> }.into_any()
            }
        })
    };
    let taken = move |run: &DryRunView| {
        let cause = run.cause.clone().filter(|_| run.effects.is_empty());
        let cause = cause.map(|cause| view! { <p class="why"><code>{text::safe(&cause)}</code></p> });
        view! { <div class="stack-2">{cause}<div>{tool_button(say!(EFFECTS_AGAIN), take)}</div></div> }.into_any()
    };
    let list = move || {
        let all = effects.get();
        let drop = (0..all.len()).map(|at| {
            let label = say!(EFFECT_DROP, at + 1);
            tool_button(label, move || {
                effects.update(|effects| {
                    if at < effects.len() {
                        effects.remove(at);
                    }
                });
            })
        });
        let drop = (!all.is_empty()).then(|| view! { <div class="row">{drop.collect_view()}</div> });
        view! { <div class="stack-2">{effect_list(&all, form.names)}{drop}</div> }.into_any()
    };
    view! {
        <div class="stack">
            {extra("execute-file", say!(EXECUTE_DROP), file)}
            <p class="small dim">{say!(EXECUTE_EXACT)}</p>
            {trial.view(offer, move |run| taken(run))}
            {react(list)}
            {effect_form::form(modules, move |effect| effects.update(|all| all.push(effect)))}
        </div>
    }
    .into_any()
}
