//! The browser side: what JavaScript calls, and the peers that only a browser has.

pub mod glue;
pub mod sides;
pub mod tape;

use crate::{
    case::Case,
    rounds::{Effort, Watch},
    suites::{blocks, commit, contract, light, messages, million, proofs, root, short},
};
use js_sys::{Function, JSON};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Runs suites by name, one after the other; `tell` gets every case as it comes, how far a suite is, and what failed.
#[wasm_bindgen]
pub async fn suites(names: Vec<String>, quick: bool, tell: Function) {
    std::panic::set_hook(Box::new(|info| glue::error(&info.to_string())));
    for name in names {
        let bench = Bench::new(&name, if quick { Effort::QUICK } else { Effort::FULL }, tell.clone());
        bench.say(json!({ "started": true }));
        match bench.suite(&name).await {
            Ok(cases) => bench.cases(&cases),
            Err(failed) => bench.say(json!({ "failed": failed })),
        }
    }
}

/// A pipeline of the suite `blocks`: this program in another thread, as `web/pipeline.js` starts it.
#[wasm_bindgen]
pub fn pipeline() {
    zera_worker::platform::start();
}

/// One suite while it runs.
pub struct Bench {
    suite: String,
    /// How much to measure.
    pub effort: Effort,
    tell: Function,
    /// Measurements of this suite, and how many of them are over.
    measurements: Cell<(usize, usize)>,
    told: RefCell<f64>,
}

impl Bench {
    fn new(suite: &str, effort: Effort, tell: Function) -> Self {
        Self { suite: suite.into(), effort, tell, measurements: Cell::new((1, 0)), told: RefCell::new(0.0) }
    }

    async fn suite(&self, name: &str) -> Result<Vec<Case>, String> {
        match name {
            "contract" => contract::run(self).await,
            "short" => short::run(self).await,
            "blocks" => blocks::run(self).await,
            "million" => million::run(self).await,
            "million-store" => million::store(self).await,
            "proofs" => proofs::run(self).await,
            "light" => light::run(self).await,
            "messages" => messages::run(self).await,
            "root" => root::run(&self.effort, self).await,
            "commit" => commit::run(self).await,
            other => Err(format!("there is no suite {other:?}")),
        }
    }

    /// How many measurements the suite makes; for progress.
    pub fn plan(&self, measurements: usize) {
        self.measurements.set((measurements.max(1), 0));
    }

    /// Hands over what is measured already, so that it is seen before the suite ends.
    pub fn cases(&self, cases: &[Case]) {
        for case in cases {
            self.say(json!({ "case": case.json(&self.suite) }));
        }
    }

    /// One measurement of the plan is over.
    pub fn next(&self) {
        let (of, done) = self.measurements.get();
        self.measurements.set((of, done + 1));
        self.round(0, 1);
    }

    fn say(&self, mut message: Value) {
        message["suite"] = self.suite.clone().into();
        // Plain objects for whoever listens; a listener that throws loses only its own message.
        if let Ok(message) = JSON::parse(&message.to_string()) {
            let _ = self.tell.call1(&JsValue::NULL, &message);
        }
    }
}

impl Watch for Bench {
    fn now(&self) -> f64 {
        glue::now()
    }

    fn round(&self, done: usize, of: usize) {
        let (measurements, over) = self.measurements.get();
        let share = (over as f64 + done as f64 / of.max(1) as f64) / measurements as f64;
        // A measurement that is made again does not go backwards.
        let share = share.min(1.0).max(*self.told.borrow());
        *self.told.borrow_mut() = share;
        self.say(json!({ "done": (share * 1_000.0) as u32, "of": 1_000 }));
    }
}

/// What JavaScript threw, as text.
pub fn thrown(value: JsValue) -> String {
    let message = js_sys::Reflect::get(&value, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| value.as_string()).unwrap_or_else(|| format!("{value:?}"))
}
