//! Two engines run a case and are compared in everything that can be seen.

use crate::{
    case::{Call, Case, Rng},
    host::TrialHost,
};
use zera_primitives::{Hash, Outcome};
use zera_vm::{CallRequest, Engine, Execution, Host, Remains, VmError};

/// An engine whose instances can be looked at.
pub trait Watched: Engine {
    /// As `execute`; `see` gets what is left of the instance.
    ///
    /// # Errors
    /// As `execute`.
    fn watched(
        &self,
        call: &CallRequest<'_>,
        host: &mut dyn Host,
        see: &mut dyn FnMut(Remains),
    ) -> Result<Execution, VmError>;
}

impl Watched for zera_vm::WasmiEngine {
    fn watched(
        &self,
        call: &CallRequest<'_>,
        host: &mut dyn Host,
        see: &mut dyn FnMut(Remains),
    ) -> Result<Execution, VmError> {
        self.execute_watched(call, host, see)
    }
}

/// What was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls that both engines ran.
    pub calls: u32,
    /// Calls by outcome: Ok, OutOfGas, StackLimit, Trap, HostRefused, Invalid, and aborted ones.
    pub outcomes: [u32; 7],
    /// Calls that made host calls.
    pub with_host: u32,
}

/// Everything that one engine shows of one call.
#[derive(Debug, PartialEq)]
struct Shown {
    /// Outcome, result, gas and trace. The diagnostic is the engine's own.
    end: Result<Execution, VmError>,
    remains: Option<Remains>,
    asked: Vec<String>,
}

/// Runs `case` on both engines. Answers what was compared.
///
/// # Errors
/// The first difference, in words.
pub fn compare(case: &Case, ours: &dyn Watched, reference: &dyn Watched) -> Result<Tally, String> {
    let mut hashes = Vec::new();
    for code in &case.modules {
        let hash = Hash::of(code);
        ours.prepare(&hash, code).map_err(|error| format!("the browser: {error}"))?;
        reference.prepare(&hash, code).map_err(|error| format!("wasmi: {error}"))?;
        hashes.push(hash);
    }
    // Samples refuse value where they do not ask for it.
    let value = if case.suite == "samples" { 0 } else { u128::MAX - 5 };
    let mut trial =
        Trial { engines: [ours, reference], modules: &hashes, value, missing: None, tally: Tally::default() };
    let mut rng = Rng(case.calls.len() as u64);
    for call in &case.calls {
        let used = trial.step(call)?;
        for gas in limits(used, &mut rng) {
            trial.step(&Call { gas, ..call.clone() })?;
        }
        for stack in [0, rng.below(64), rng.below(4_096)] {
            trial.step(&Call { stack, ..call.clone() })?;
        }
        trial.missing = Some(0);
        trial.step(call)?;
        trial.missing = None;
    }
    Ok(trial.tally)
}

/// What the calls of a case share.
struct Trial<'t> {
    /// The one on trial and the reference.
    engines: [&'t dyn Watched; 2],
    modules: &'t [Hash],
    value: u128,
    missing: Option<u8>,
    tally: Tally,
}

/// Gas limits at, just below and anywhere below what a call needs.
fn limits(used: u64, rng: &mut Rng) -> [u64; 4] {
    [used, used.saturating_sub(1), used.saturating_sub(rng.below(300)), rng.below(used)]
}

impl Trial<'_> {
    /// Runs one call on both; answers the gas it used.
    fn step(&mut self, call: &Call) -> Result<u64, String> {
        let [ours, reference] = self.engines.map(|engine| self.show(engine, call));
        if ours != reference {
            return Err(difference(call, &ours, &reference));
        }
        self.tally.calls += 1;
        let (class, used) = match &reference.end {
            Ok(done) => (class(done.outcome), done.gas_used),
            Err(VmError::Aborted { gas_used }) => (6, *gas_used),
            Err(other) => return Err(format!("{}: both fail: {other}", call.entry)),
        };
        if let Some(count) = self.tally.outcomes.get_mut(class) {
            *count += 1;
        }
        self.tally.with_host += u32::from(!reference.asked.is_empty());
        Ok(used)
    }

    fn show(&self, engine: &dyn Watched, call: &Call) -> Shown {
        let code_hash = self.modules.first().copied().unwrap_or_default();
        let mut host = TrialHost::new(engine, self.modules);
        (host.missing, host.value) = (self.missing, self.value);
        let request = CallRequest { code_hash, entry: &call.entry, args: &call.args, gas: call.gas, stack: call.stack };
        let mut remains = None;
        let end = engine.watched(&request, &mut host, &mut |seen| remains = Some(seen));
        let end = end.map(|execution| Execution { diagnostic: None, ..execution });
        Shown { end, remains, asked: host.asked }
    }
}

fn class(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Ok => 0,
        Outcome::OutOfGas => 1,
        Outcome::StackLimit => 2,
        Outcome::Trap => 3,
        Outcome::HostRefused => 4,
        Outcome::Invalid => 5,
    }
}

/// What differs, short enough to read.
fn difference(call: &Call, ours: &Shown, reference: &Shown) -> String {
    let mut text = format!("{} (gas {}, stack {}):", call.entry, call.gas, call.stack);
    if ours.end != reference.end {
        text += &format!(" the browser ends {}, wasmi {};", ending(&ours.end), ending(&reference.end));
    }
    if ours.asked != reference.asked {
        let at = ours.asked.iter().zip(&reference.asked).take_while(|(a, b)| a == b).count();
        text += &format!(" question {at} is {:?}, for wasmi {:?};", ours.asked.get(at), reference.asked.get(at));
    }
    if let (Some(ours), Some(reference)) = (&ours.remains, &reference.remains) {
        if ours.globals != reference.globals {
            text += &format!(" globals {:?}, for wasmi {:?};", ours.globals, reference.globals);
        }
        if ours.memory != reference.memory {
            let sizes = [ours, reference].map(|remains| remains.memory.as_ref().map(Vec::len));
            let bytes = ours.memory.iter().flatten().zip(reference.memory.iter().flatten());
            text += &format!(" memory of {sizes:?} bytes from {};", bytes.take_while(|(a, b)| a == b).count());
        }
    } else if ours.remains.is_some() != reference.remains.is_some() {
        text += " only one had an instance;";
    }
    text
}

fn ending(end: &Result<Execution, VmError>) -> String {
    match end {
        Ok(done) => format!("{:?} with {} gas, {} bytes", done.outcome, done.gas_used, done.result.len()),
        Err(error) => format!("in {error}"),
    }
}
