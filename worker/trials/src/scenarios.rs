//! Scenario files with every block executed by the browser's engine: their reports must be those on file, which wasmi
//! gives natively.

use std::collections::BTreeMap;
use wasm_bindgen::prelude::wasm_bindgen;
use zera_browser_engine::BrowserEngine;
use zera_client::{
    runtime::Machine,
    vm::{Engine, TieredEngine, Tiering, WasmiEngine, tiered::ALL},
    zip::{Pipelines, Sequential},
};
use zera_vm::Threshold;

/// Modules by name, for scenarios.
#[wasm_bindgen]
#[derive(Default)]
pub struct Scenarios(BTreeMap<String, Vec<u8>>);

#[wasm_bindgen]
impl Scenarios {
    /// Without modules yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a module.
    pub fn add(&mut self, name: String, code: Vec<u8>) {
        self.0.insert(name, code);
    }

    /// Runs a scenario on the browser's engine alone or, when `sampled`, on both with every call compared.
    ///
    /// # Errors
    /// When the scenario itself is wrong, or there is no engine.
    pub fn run(&self, text: &str, sampled: bool) -> Result<String, String> {
        // Shown to be there, so that the pipelines below need no error of their own.
        BrowserEngine::new().map_err(|error| error.to_string())?;
        let pipelines = || -> Box<dyn Pipelines> { Box::new(Sequential::new(Machine::new(engine(sampled)))) };
        zera_scenarios::run_on(text, &|name| self.0.get(name).cloned(), &pipelines).map_err(|error| error.to_string())
    }
}

fn engine(sampled: bool) -> Box<dyn Engine> {
    let Ok(fast) = BrowserEngine::new() else { return Box::new(WasmiEngine::new()) };
    if !sampled {
        return Box::new(fast);
    }
    let tiering = Tiering { fast: true, threshold: Threshold::NONE, sampling_ppm: ALL, seed: 1 };
    Box::new(TieredEngine::new(Box::new(fast), WasmiEngine::new(), tiering))
}
