//! Proofs under way: phase, segment, time left, keys, and a way to stop.

use super::words;
use crate::{
    client::use_client,
    components::{react, tool_button},
    say, text,
};
use leptos::prelude::*;
use zera_worker_protocol::{Command, ProofPhase, ProofTask};

/// All proofs under way; nothing where there are none.
#[must_use]
pub fn all() -> AnyView {
    let client = use_client();
    react(move || client.proving.with(|tasks| tasks.iter().map(view_of).collect_view().into_any()))
}

/// One proof under way, by its number; nothing once it has ended.
#[must_use]
pub fn one(id: u32) -> AnyView {
    let client = use_client();
    react(move || {
        client.proving.with(|tasks| match tasks.iter().find(|task| task.id == id) {
            Some(task) => view_of(task),
            None => view! { <p class="dim" role="status">{say!(PF_P_WAITING)}</p> }.into_any(),
        })
    })
}

fn view_of(task: &ProofTask) -> AnyView {
    let id = task.id;
    let stop = move || {
        leptos::task::spawn_local(async move {
            // Ended in the meantime: nothing is left to stop.
            let _ = use_client().ask(Command::CancelProof { id }).await;
        });
    };
    let (done, whole) = share(task);
    let bar = format!("proof-{id}");
    view! {
        <div class="stack-2" aria-busy="true">
            <div class="progress" role="status">
                <label for=bar.clone()><code>{text::safe(&task.entry)}</code>": "{sentence(task)}</label>
                <progress id=bar max=whole.to_string() value=done.to_string()></progress>
            </div>
            <div>{tool_button(say!(LONG_STOP), stop)}</div>
        </div>
    }
    .into_any()
}

/// What the bar shows: of the keys while they come, of the segments otherwise. Committing and proving are halves.
fn share(task: &ProofTask) -> (u64, u64) {
    match task.phase {
        ProofPhase::Keys => (task.key_bytes.0, task.key_bytes.1.max(1)),
        ProofPhase::Waiting | ProofPhase::Executing | ProofPhase::Tracing => (0, 1),
        ProofPhase::Committing => (task.segment.into(), u64::from(task.of.max(1)) * 5),
        ProofPhase::Proving => (u64::from(task.of) + u64::from(task.segment) * 4, u64::from(task.of.max(1)) * 5),
        ProofPhase::Verifying => (1, 1),
    }
}

fn sentence(task: &ProofTask) -> String {
    let mut out = words::phase(task.phase).to_owned();
    if matches!(task.phase, ProofPhase::Committing | ProofPhase::Proving) && task.of > 0 {
        out = say!(PF_SEGMENT_OF, out, text::count(task.segment.into()), text::count(task.of.into()));
    }
    if task.phase == ProofPhase::Keys {
        out = say!(PF_KEYS_OF, out, text::bytes(task.key_bytes.0), text::bytes(task.key_bytes.1));
    }
    if let Some(left) = task.millis_left {
        out = say!(PF_LEFT, out, words::seconds(left));
    }
    say!(PF_SINCE, out, words::seconds(task.millis), text::bytes(task.memory_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::Hash;

    #[test]
    fn the_bar_never_runs_backwards_over_the_phases() {
        let mut task = ProofTask {
            id: 1,
            call: None,
            code: Hash::ZERO,
            entry: "f".into(),
            phase: ProofPhase::Committing,
            segment: 0,
            of: 4,
            millis_left: Some(1_500),
            key_bytes: (0, 0),
            memory_bytes: 1 << 20,
            millis: 2_000,
        };
        let mut last = 0;
        for phase in [ProofPhase::Committing, ProofPhase::Proving] {
            task.phase = phase;
            for segment in 0..=4 {
                task.segment = segment;
                let (done, whole) = share(&task);
                assert!(done >= last && done <= whole, "{phase:?} {segment}");
                last = done;
            }
        }
        assert!(sentence(&task).contains("1.5 s"));
    }
}
