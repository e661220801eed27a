//! One run of the benches: their worker, what it says, and its end.

use js_sys::{Array, JSON, Object, Reflect};
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

const WORKER: &str = "/bench/worker.js";

/// How far a run is.
#[derive(Clone, PartialEq, Eq)]
pub enum Phase {
    /// Never started.
    Idle,
    /// Measuring.
    Running {
        /// Which suite.
        suite: String,
        /// How far it is.
        done: u64,
        /// Of this.
        of: u64,
    },
    /// Over, by itself.
    Ended,
    /// Over, by the reader.
    Stopped,
    /// The worker could not start or broke.
    Failed(String),
}

/// One case, as src/case.rs of the benches writes it.
#[derive(Clone, PartialEq)]
pub struct Case {
    /// Its suite.
    pub suite: String,
    /// What was measured.
    pub case: String,
    /// The figure, in `unit`.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// What it is compared with, and in which direction.
    pub peer: String,
    /// The ratio.
    pub ratio: Option<f64>,
    /// 95 % interval of the ratio, or of a figure without one.
    pub interval: Option<(f64, f64)>,
    /// What the ratio should be, and whether it is.
    pub aim: Option<(String, bool)>,
    /// The measurement's first side against itself.
    pub noise: Option<f64>,
    /// As it came.
    json: String,
}

/// The run that the page shows.
#[derive(Clone, Copy)]
pub struct Run {
    /// How far it is.
    pub phase: RwSignal<Phase>,
    /// What was measured so far.
    pub cases: RwSignal<Vec<Case>>,
    /// Suites that failed, and why.
    pub failed: RwSignal<Vec<(String, String)>>,
}

thread_local! {
    /// There is one worker at most: two runs would disturb each other.
    static WORKING: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

impl Run {
    /// Nothing runs yet.
    #[must_use]
    pub fn new() -> Self {
        Self { phase: RwSignal::new(Phase::Idle), cases: RwSignal::new(Vec::new()), failed: RwSignal::new(Vec::new()) }
    }

    /// Starts these suites anew.
    pub fn start(self, suites: &[&str], quick: bool) {
        let Some(first) = suites.first() else { return };
        self.cases.set(Vec::new());
        self.failed.set(Vec::new());
        self.phase.set(Phase::Running { suite: (*first).into(), done: 0, of: 1 });
        if let Err(why) = self.begin(suites, quick) {
            self.phase.set(Phase::Failed(why));
        }
    }

    fn begin(self, suites: &[&str], quick: bool) -> Result<(), String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(WORKER, &options).map_err(|error| format!("{error:?}"))?;
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| self.hear(&event.data()));
        worker.set_onmessage(Some(hear.into_js_value().unchecked_ref()));
        let broke = move |event: web_sys::Event| {
            let text = text_of(&event, "message").unwrap_or_else(|| crate::say!(BE_NO_WORKER).into());
            self.end(Phase::Failed(text));
        };
        let broke = Closure::<dyn FnMut(web_sys::Event)>::new(broke);
        worker.set_onerror(Some(broke.into_js_value().unchecked_ref()));
        let message = Object::new();
        let names: Array = suites.iter().map(|name| JsValue::from_str(name)).collect();
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&message, &"suites".into(), &names);
        let _ = Reflect::set(&message, &"quick".into(), &quick.into());
        worker.post_message(&message).map_err(|error| format!("{error:?}"))?;
        WORKING.replace(Some(worker));
        Ok(())
    }

    /// Ends it where it is; nothing of it goes on.
    pub fn stop(self) {
        let running = self.phase.try_with_untracked(|phase| matches!(phase, Phase::Running { .. })).unwrap_or(true);
        if running {
            self.end(Phase::Stopped);
        }
    }

    fn end(self, phase: Phase) {
        if let Some(worker) = WORKING.take() {
            worker.terminate();
        }
        self.phase.try_set(phase);
    }

    /// All cases as one JSON array.
    #[must_use]
    pub fn json(self) -> String {
        self.cases.with(|cases| {
            let rows: Vec<&str> = cases.iter().map(|case| case.json.as_str()).collect();
            format!("[\n{}\n]", rows.join(",\n"))
        })
    }

    fn hear(self, message: &JsValue) {
        let suite = text_of(message, "suite").unwrap_or_default();
        let field = |name: &str| Reflect::get(message, &name.into()).ok().filter(|value| !value.is_undefined());
        if let Some(case) = field("case").and_then(|case| Case::read(&case)) {
            self.cases.update(|cases| cases.push(case));
        } else if let (Some(done), Some(of)) = (number(message, "done"), number(message, "of")) {
            self.phase.set(Phase::Running { suite, done: done as u64, of: of as u64 });
        } else if field("ended").is_some() {
            self.end(text_of(message, "failed").map_or(Phase::Ended, Phase::Failed));
        } else if let Some(why) = text_of(message, "failed") {
            self.failed.update(|failed| failed.push((suite, why)));
        } else if field("started").is_some() {
            self.phase.set(Phase::Running { suite, done: 0, of: 1 });
        }
    }
}

impl Case {
    fn read(case: &JsValue) -> Option<Self> {
        let list: Option<Array> = Reflect::get(case, &"ci".into()).ok()?.dyn_into().ok();
        let met = Reflect::get(case, &"met".into()).ok()?.as_bool();
        Some(Self {
            suite: text_of(case, "suite")?,
            case: text_of(case, "case")?,
            value: number(case, "value")?,
            unit: text_of(case, "unit")?,
            peer: text_of(case, "peer").unwrap_or_default(),
            ratio: number(case, "ratio"),
            interval: list.and_then(|list| Some((list.get(0).as_f64()?, list.get(1).as_f64()?))),
            aim: text_of(case, "aim").zip(met),
            noise: number(case, "noise"),
            json: JSON::stringify(case).ok()?.into(),
        })
    }
}

fn text_of(object: &JsValue, name: &str) -> Option<String> {
    Reflect::get(object, &name.into()).ok()?.as_string()
}

fn number(object: &JsValue, name: &str) -> Option<f64> {
    Reflect::get(object, &name.into()).ok()?.as_f64()
}
