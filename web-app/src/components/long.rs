//! A question that takes long: offered, under way with numbers and a way to stop, answered. Leaving the page stops it.

use super::{failure, progress_bar, react, tool_button};
use crate::{client::use_client, say};
use leptos::prelude::*;
use zera_worker_protocol::{Command, Error, ErrorKind, Response};

#[derive(Clone)]
enum Stage<T> {
    Offered,
    Running(u32),
    Answered(Result<T, Error>),
}

/// One such question.
pub struct Long<T: Send + Sync + 'static>(RwSignal<Stage<T>>);

impl<T: Send + Sync + 'static> Clone for Long<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Long<T> {}

impl<T: Clone + Send + Sync + 'static> Long<T> {
    /// Not asked yet. Made under the owner of its page, which stops it when it goes.
    #[must_use]
    pub fn new() -> Self {
        let stage = RwSignal::new(Stage::Offered);
        on_cleanup(move || {
            if let Some(Stage::Running(id)) = stage.try_get_untracked() {
                stop(id);
            }
        });
        Self(stage)
    }

    /// Asks it; one that is under way is given up.
    pub fn start(self, command: Command, pick: fn(Result<Response, Error>) -> Result<T, Error>) {
        self.stop();
        let (id, answer) = use_client().pose(command);
        self.0.set(Stage::Running(id));
        leptos::task::spawn_local(async move {
            let result = pick(answer.await);
            let mine = self.0.try_with_untracked(|stage| matches!(stage, Stage::Running(known) if *known == id));
            if mine == Some(true) {
                let stopped = result.as_ref().is_err_and(|error| error.kind == ErrorKind::Cancelled);
                self.0.try_set(if stopped { Stage::Offered } else { Stage::Answered(result) });
            }
        });
    }

    /// Gives it up.
    pub fn stop(self) {
        if let Stage::Running(id) = self.0.get_untracked() {
            stop(id);
            self.0.set(Stage::Offered);
        }
    }

    /// What was answered; tracked.
    #[must_use]
    pub fn answer(self) -> Option<T> {
        self.0.with(|stage| match stage {
            Stage::Answered(Ok(value)) => Some(value.clone()),
            _ => None,
        })
    }

    /// True once there is an answer; tracked.
    #[must_use]
    pub fn answered(self) -> bool {
        self.0.with(|stage| matches!(stage, Stage::Answered(Ok(_))))
    }

    /// What `offer` shows until it is asked, numbers while it is under way, then what `show` makes of the answer.
    #[must_use]
    pub fn view(
        self,
        offer: impl Fn() -> AnyView + Send + Sync + 'static,
        show: impl Fn(&T) -> AnyView + Send + Sync + 'static,
    ) -> AnyView {
        react(move || {
            self.0.with(|stage| match stage {
                Stage::Offered => offer(),
                Stage::Running(_) => view! {
                    <div class="stack-2" aria-busy="true">
                        <p role="status" class="dim">{say!(LONG_UNDER_WAY)}</p>
                        {progress_bar()}
                        <div>{tool_button(say!(LONG_STOP), move || self.stop())}</div>
                    </div>
                }
                .into_any(),
                Stage::Answered(Ok(value)) => show(value),
                Stage::Answered(Err(error)) => view! { <div class="stack">{failure(error)}{offer()}</div> }.into_any(),
            })
        })
    }
}

fn stop(request: u32) {
    leptos::task::spawn_local(async move {
        // Finished in the meantime: nothing is left to stop.
        let _ = use_client().ask(Command::Cancel { request }).await;
    });
}
