//! The vectors of the light verifier, `docs/vectors/light.json`: what a peer serves, byte for byte, and what must come of it.
//! Run natively and in a browser alike. `docs/vectors/README.md` describes the format for other implementations.

use crate::json::{Result, ScenarioError, bad, list, number, text};
use codec::DecodeAll as _;
use serde_json::Value;
use zera_client::{
    light::{Anchor, Boundary, Evidence, Finality, Light, Rules, ValidatorSet},
    primitives::{Hash, Header, StateKey, hash::from_hex},
    state::merkle::{MultiProof, verify_many},
};

/// What a run of the vectors came to; as text, for scripts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// Steps that were compared.
    pub steps: usize,
    /// Those that gave something else than the file says.
    pub differ: Vec<String>,
}

impl core::fmt::Display for Found {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} steps, {} differ", self.steps, self.differ.len())?;
        self.differ.iter().try_for_each(|line| write!(f, "\n{line}"))
    }
}

/// Runs all vectors of a file.
///
/// # Errors
/// When the file is no file of vectors.
pub fn differences(file: &str) -> Result<Found> {
    let file: Value = serde_json::from_str(file).map_err(|error| ScenarioError(error.to_string()))?;
    let mut found = Found::default();
    for vector in list(&file, "vectors") {
        let name = text(vector, "name")?;
        for (step, (gives, expected)) in gives(vector)?.into_iter().enumerate() {
            found.steps += 1;
            if gives != expected {
                found.differ.push(format!("{name}, step {step}: {gives} instead of {expected}"));
            }
        }
    }
    Ok(found)
}

/// What each step of a vector gives, and what the file says.
fn gives(vector: &Value) -> Result<Vec<(String, String)>> {
    if vector.get("proof").is_some() {
        return Ok(vec![(proof(vector)?, text(vector, "gives")?.into())]);
    }
    let set: Vec<u8> = bytes(vector, "set")?;
    let rules = Rules {
        epoch_blocks: number(vector, "epoch_blocks")?,
        zero_ms: number(vector, "zero_ms")?,
        trusting_slots: number(vector, "trusting_slots")?,
    };
    let begun = || -> core::result::Result<Light, String> {
        let anchor: Anchor = text(vector, "checkpoint").map_err(said)?.parse().map_err(said)?;
        let set = ValidatorSet::from_bytes(&set).map_err(|error| format!("{error:?}"))?;
        let start = decoded::<Header>(vector, "start").map_err(said)?;
        Light::new(anchor, start, set, rules).map_err(|error| format!("{error:?}"))
    };
    let mut light = match begun() {
        Ok(light) => light,
        Err(error) => return Ok(vec![(error, text(vector, "gives")?.into())]),
    };
    let mut all = Vec::new();
    for step in list(vector, "steps") {
        all.push((take(&mut light, step)?, text(step, "gives")?.into()));
    }
    Ok(all)
}

/// What the light client makes of a step.
fn take(light: &mut Light, step: &Value) -> Result<String> {
    let now_ms = number(step, "now_ms")?;
    let gives = if step.get("boundaries").is_some() {
        let boundaries = list(step, "boundaries").iter().map(|each| {
            let bytes = each.as_str().and_then(from_hex).ok_or_else(|| ScenarioError("a boundary is no hex".into()))?;
            Boundary::decode_all(&mut &*bytes).map_err(|error| ScenarioError(error.to_string()))
        });
        let boundaries = boundaries.collect::<Result<Vec<_>>>()?;
        light.boundaries(&boundaries, now_ms).map_or_else(|error| format!("{error:?}"), |()| "Ok".into())
    } else {
        match Finality::decode_all(&mut &*bytes(step, "tip")?) {
            Ok(tip) => light.tip(&tip, now_ms).map_or_else(|error| format!("{error:?}"), |step| format!("{step:?}")),
            Err(_) => "not a block with its certificate".into(),
        }
    };
    // Evidence is a file, too: it says the same when it is read again.
    let evidence =
        light.evidence().map(|evidence| Evidence::from_bytes(&evidence.to_bytes()).and_then(|read| read.verify()));
    Ok(evidence.map_or_else(|| gives.clone(), |verdict| format!("{gives} {verdict:?}")))
}

fn proof(vector: &Value) -> Result<String> {
    let hex = |value: &Value| value.as_str().and_then(from_hex);
    let keys: Option<Vec<StateKey>> = list(vector, "keys").iter().map(|key| hex(key).map(StateKey)).collect();
    let values: Vec<Option<Vec<u8>>> = list(vector, "values").iter().map(hex).collect();
    let root = Hash::from_hex(text(vector, "root")?);
    let Some((keys, root)) = keys.zip(root) else { return bad("a key or the root is no hex") };
    Ok(match MultiProof::from_bytes(&bytes(vector, "proof")?) {
        Ok(proof) => {
            verify_many(&root, &keys, &values, &proof).map_or_else(|error| format!("{error:?}"), |()| "Ok".into())
        }
        Err(_) => "not a proof".into(),
    })
}

fn said(error: impl core::fmt::Display) -> String {
    error.to_string()
}

fn bytes(value: &Value, name: &str) -> Result<Vec<u8>> {
    from_hex(text(value, name)?).ok_or_else(|| ScenarioError(format!("{name} is no hex")))
}

fn decoded<T: codec::Decode>(value: &Value, name: &str) -> Result<T> {
    T::decode_all(&mut &*bytes(value, name)?).map_err(|error| ScenarioError(format!("{name}: {error}")))
}
