//! What `playwright/trials.mjs` calls: cases one by one, and figures.

use crate::{
    case::Case,
    compare::{Tally, Watched, compare},
    host::TrialHost,
};
use codec::DecodeAll as _;
use wasm_bindgen::prelude::wasm_bindgen;
use zera_browser_engine::BrowserEngine;
use zera_primitives::{Hash, Outcome};
use zera_vm::{CallRequest, Engine, Execution, Host, Remains, VmError, WasmiEngine};

impl Watched for BrowserEngine {
    fn watched(
        &self,
        call: &CallRequest<'_>,
        host: &mut dyn Host,
        see: &mut dyn FnMut(Remains),
    ) -> Result<Execution, VmError> {
        self.execute_watched(call, host, see)
    }
}

/// A corpus with both engines.
#[wasm_bindgen]
pub struct Trials {
    cases: Vec<Case>,
    ours: BrowserEngine,
    reference: WasmiEngine,
}

#[wasm_bindgen]
impl Trials {
    /// Decodes a corpus.
    ///
    /// # Errors
    /// When it is none, or this browser does not compile our own modules.
    #[wasm_bindgen(constructor)]
    pub fn new(corpus: &[u8]) -> Result<Self, String> {
        let cases = Vec::<Case>::decode_all(&mut &*corpus).map_err(|error| error.to_string())?;
        let ours = BrowserEngine::new().map_err(|error| error.to_string())?;
        Ok(Self { cases, ours, reference: WasmiEngine::new() })
    }

    /// Number of cases.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// True without cases.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Suite and name of a case.
    #[must_use]
    pub fn name(&self, index: usize) -> String {
        self.cases.get(index).map(|case| format!("{} {}", case.suite, case.name)).unwrap_or_default()
    }

    /// Runs a case: empty if the engines agree, else the first difference. `tally` gets what was compared.
    #[must_use]
    pub fn run(&self, index: usize, tally: &mut [u32]) -> String {
        let Some(case) = self.cases.get(index) else { return "no such case".into() };
        match compare(case, &self.ours, &self.reference) {
            Ok(Tally { calls, outcomes, with_host }) => {
                let all = [calls, with_host].into_iter().chain(outcomes);
                tally.iter_mut().zip(all).for_each(|(sum, more)| *sum += more);
                String::new()
            }
            Err(difference) => difference,
        }
    }

    /// What the browser's engine holds and has done, in words.
    #[must_use]
    pub fn figures(&self) -> String {
        format!("{:?}", self.ours.figures())
    }

    /// Runs the first call of a case so many times on one engine, for a clock outside. Answers the gas of one.
    ///
    /// # Errors
    /// When it does not end `Ok`.
    pub fn repeat(&self, index: usize, times: u32, browser: bool) -> Result<u64, String> {
        let case = self.cases.get(index).ok_or("no such case")?;
        let engine: &dyn Engine = if browser { &self.ours } else { &self.reference };
        let mut hashes = Vec::new();
        for code in &case.modules {
            let hash = Hash::of(code);
            engine.prepare(&hash, code).map_err(|error| error.to_string())?;
            hashes.push(hash);
        }
        let (call, code_hash) = case.calls.first().zip(hashes.first().copied()).ok_or("no call")?;
        let mut host = TrialHost::new(engine, &hashes);
        (host.quiet, host.value) = (true, 0);
        let mut gas = 0;
        for _ in 0..times {
            let (entry, args) = (call.entry.as_str(), call.args.as_slice());
            let request = CallRequest { code_hash, entry, args, gas: call.gas, stack: call.stack };
            let done = engine.execute(&request, &mut host).map_err(|error| error.to_string())?;
            if done.outcome != Outcome::Ok {
                return Err(format!("{:?} {:?}", done.outcome, done.diagnostic));
            }
            gas = done.gas_used;
        }
        Ok(gas)
    }

    /// Prepares a case and runs its first call twice on a new browser engine, whatever becomes of it: both endings, and
    /// `broken` when the engine says so of itself.
    #[must_use]
    pub fn attempt(&self, index: usize, host_fails: bool) -> String {
        let ended = || -> Result<String, VmError> {
            let engine = BrowserEngine::new()?;
            let case = self.cases.get(index).ok_or_else(|| VmError::Fault("no such case".into()))?;
            let hashes: Vec<Hash> = case.modules.iter().map(|code| Hash::of(code)).collect();
            for (hash, code) in hashes.iter().zip(&case.modules) {
                engine.prepare(hash, code)?;
            }
            let mut ends = String::new();
            for call in case.calls.first().iter().cycle().take(2) {
                let mut host = TrialHost::new(&engine, &hashes);
                host.fails = host_fails;
                let code_hash = hashes.first().copied().unwrap_or_default();
                let (entry, args) = (call.entry.as_str(), call.args.as_slice());
                let request = CallRequest { code_hash, entry, args, gas: call.gas, stack: call.stack };
                ends += &engine.execute(&request, &mut host).map_or_else(kind, |done| format!("{:?}", done.outcome));
                ends += ", ";
            }
            Ok(ends + if engine.is_broken() { "broken" } else { "sound" })
        };
        ended().unwrap_or_else(kind)
    }

    /// The module of a case.
    #[must_use]
    pub fn module(&self, index: usize) -> Vec<u8> {
        self.cases.get(index).and_then(|case| case.modules.first()).cloned().unwrap_or_default()
    }
}

/// What kind of error it is; texts are the browser's own.
fn kind(error: VmError) -> String {
    match error {
        VmError::Refused(_) => "refused".into(),
        VmError::Fault(_) => "fault".into(),
        other => other.to_string(),
    }
}
