//! Runs a scenario file on a [`Client`](zera_client::Client) and reports every root, receipt, event and refusal as
//! text. The report is compared with a checked-in one natively, and with the same one in a browser: same blocks, same
//! bytes (design §1).
//!
//! The format is described in `cases/README.md`. Test support: nothing here ships.

pub mod blocks;
mod calls;
mod committee;
mod json;
pub mod light;
pub mod load;
mod proofs;
mod report;
mod run;

pub use json::ScenarioError;
pub use run::{run, run_on};

/// Runs a scenario in a browser. `names` and `codes` are the modules it may use, in the same order.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
#[must_use]
pub fn run_scenario(text: &str, name_of: &dyn_js::Names) -> String {
    match run(text, &|name| name_of.code(name)) {
        Ok(report) => report,
        Err(error) => format!("the scenario is not valid: {error}"),
    }
}

/// Makes the blocks of [`load`] in a browser and answers the head's hash. `names` are the prebuilt modules.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
#[must_use]
pub fn run_load(seed: u32, blocks: u32, names: &dyn_js::Names) -> String {
    let modules = |name: &str| names.code(name);
    load::head_after(seed.into(), blocks.into(), &modules).unwrap_or_else(|error| error.to_string())
}

/// Runs a file of vectors of the light verifier in a browser: `N steps, M differ`, and what differs, a line each.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
#[must_use]
pub fn light_vectors(text: &str) -> String {
    light::differences(text).map_or_else(|error| error.to_string(), |found| found.to_string())
}

/// What the browser hands over.
#[cfg(target_arch = "wasm32")]
mod dyn_js {
    use std::collections::BTreeMap;
    use wasm_bindgen::prelude::wasm_bindgen;

    /// Modules by name.
    #[wasm_bindgen]
    #[derive(Default)]
    pub struct Names(BTreeMap<String, Vec<u8>>);

    #[wasm_bindgen]
    impl Names {
        /// None yet.
        #[wasm_bindgen(constructor)]
        #[must_use]
        pub fn new() -> Self {
            Self::default()
        }

        /// Adds one.
        pub fn add(&mut self, name: String, code: Vec<u8>) {
            self.0.insert(name, code);
        }
    }

    impl Names {
        pub(crate) fn code(&self, name: &str) -> Option<Vec<u8>> {
            self.0.get(name).cloned()
        }
    }
}
