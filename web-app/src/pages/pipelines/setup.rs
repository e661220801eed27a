//! How many pipelines, how many calls are executed twice, which engine: kept by this browser, never part of a block.

use crate::{
    client::use_client,
    components::{failure, seg},
    say, text,
};
use leptos::prelude::*;
use zera_worker_protocol::{Command, Error, PipelinesView};

/// Most pipelines that a person may ask for.
const MOST: u8 = 8;
/// Shares that are offered, parts per million.
const SHARES: [u32; 5] = [0, 1_000, 10_000, 100_000, 1_000_000];

/// What is set now.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    wished: Option<u8>,
    available: u8,
    ppm: u32,
    fast: bool,
}

impl Settings {
    /// As the node has them.
    #[must_use]
    pub fn of(view: &PipelinesView) -> Self {
        Self { wished: view.wished, available: view.available, ppm: view.sampling.ppm, fast: view.fast }
    }
}

fn share(ppm: u32) -> String {
    match ppm {
        0 => say!(SE_NONE).into(),
        1_000_000 => say!(SE_ALL).into(),
        ppm => format!("{}\u{a0}%", text::percent_ppm(ppm)),
    }
}

/// The three choices; each is sent as it is made.
#[must_use]
pub fn form(now: Settings) -> AnyView {
    let client = use_client();
    let failed: RwSignal<Option<Error>> = RwSignal::new(None);
    let send = move |command: Command| {
        leptos::task::spawn_local(async move {
            let result = client.ask(command).await;
            failed.try_set(result.err());
            client.refresh();
        });
    };
    let auto = say!(SE_AUTO, now.available.saturating_sub(1).clamp(1, MOST));
    let numbers = (0..=MOST).map(|count| (count.to_string(), count.to_string()));
    let counts = std::iter::once((String::new(), auto)).chain(numbers).collect();
    let count = RwSignal::new(now.wished.map_or_else(String::new, |count| count.to_string()));
    let mut shares: Vec<u32> = SHARES.into();
    if !shares.contains(&now.ppm) {
        shares.push(now.ppm);
        shares.sort_unstable();
    }
    let ppm = RwSignal::new(now.ppm.to_string());
    let shares = shares.into_iter().map(|ppm| (ppm.to_string(), share(ppm))).collect();
    let fast = RwSignal::new(now.fast.to_string());
    let engines = vec![("true".into(), say!(SE_FAST).into()), ("false".into(), say!(SE_REFERENCE).into())];
    on_change(count, move |value| send(Command::SetPipelines { count: value.parse().ok() }));
    on_change(ppm, move |value| {
        if let Ok(ppm) = value.parse() {
            send(Command::SetSampling { ppm });
        }
    });
    on_change(fast, move |value| send(Command::SetEngine { fast: value == "true" }));
    let field = |title: &'static str, what: &'static str, choice: AnyView| {
        view! { <div class="stack-2 set"><h3>{title}</h3>{choice}<p class="small dim">{what}</p></div> }.into_any()
    };
    view! {
        <div class="stack settings">
            {field(say!(SE_COUNT), say!(SE_COUNT_WHAT), seg("pipelines", say!(SE_COUNT), counts, count))}
            {field(say!(SE_SHARE), say!(SE_SHARE_WHAT), seg("sampling", say!(SE_SHARE), shares, ppm))}
            {field(say!(SE_ENGINE), say!(SE_ENGINE_WHAT), seg("engine", say!(SE_ENGINE), engines, fast))}
            {move || failed.get().map(|error| failure(&error))}
        </div>
    }
    .into_any()
}

/// Does `act` with each later value of `value`.
fn on_change(value: RwSignal<String>, act: impl Fn(String) + 'static) {
    Effect::new(move |before: Option<String>| {
        let now = value.get();
        if before.is_some_and(|before| before != now) {
            act(now.clone());
        }
        now
    });
}
