//! Stock Groth16: proofs of any circuit, in the files that snarkjs writes, on BN254 and (feature `bls`) BLS12-381; and
//! on BN254 as plain bytes, for modules.
//!
//! Nothing is taken as it stands: numbers are decimal, below their modulus and in their one form; points are on their
//! curve, in their group and not the identity; counts agree; keys whose secrets anybody can read off are refused.

mod curve;
mod decimal;
mod json;

pub use curve::{Curve, Key, Proof};

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use ark_bn254::Bn254;
use curve::{Names, key, proof, values};
use json::Value;

/// Most bytes of each of the three files.
pub const MAX_BYTES: usize = 1 << 20;
/// Most public inputs.
pub const MAX_INPUTS: usize = 4_096;

/// Why there is no verdict. Recoverable: the files are dropped.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StockError {
    /// A file is no JSON that snarkjs writes.
    #[error("{file}: {what}")]
    Json {
        /// Which file.
        file: &'static str,
        /// What is wrong.
        what: &'static str,
    },
    /// A field is missing or has another shape.
    #[error("{file}: {field} is missing or has another shape than snarkjs gives it")]
    Shape {
        /// Which file.
        file: &'static str,
        /// Which field.
        field: &'static str,
    },
    /// A number or point that is not canonical, not on its curve, not in its group, or the identity.
    #[error("{field}: {what}")]
    Value {
        /// Which field.
        field: &'static str,
        /// What is wrong.
        what: &'static str,
    },
    /// Another protocol or curve, or files of different curves.
    #[error("{0}")]
    Kind(&'static str),
    /// The counts of key and public inputs do not agree.
    #[error("the key takes {wanted} public inputs, and there are {given}")]
    Count {
        /// By the key.
        wanted: usize,
        /// In the list.
        given: usize,
    },
    /// A key under which anybody can prove anything.
    #[error("the verification key is worthless: {0}")]
    Degenerate(&'static str),
}

/// What a stock proof comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StockVerdict {
    /// Name of the curve.
    pub curve: &'static str,
    /// Public inputs, decimal.
    pub inputs: Vec<String>,
    /// True if the proof holds.
    pub holds: bool,
}

impl StockVerdict {
    /// What it means, in sentences.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let (curve, count) = (self.curve, self.inputs.len());
        let first = if self.holds {
            format!(
                "The proof holds: whoever made it knows private inputs that satisfy this key’s circuit with these {count} public inputs."
            )
        } else {
            "The proof does not hold: the key, the public inputs and the proof do not belong together, or one of them was changed.".to_string()
        };
        let mut out = alloc::vec![first];
        if self.holds {
            out.push(
                "What the circuit checks is not in these files: trust in it comes from its source, compiled again."
                    .to_string(),
            );
            out.push(format!("It rests on a set-up whose secrets nobody kept, and on the curve {curve}."));
            out.push(
                "The same proof can be shown again by anybody, and be made to look different: it is no signature."
                    .to_string(),
            );
        }
        out
    }
}

/// Verifies the three files of snarkjs.
///
/// # Errors
/// [`StockError`] when there is nothing to give a verdict on; a proof that is merely false has a verdict.
pub fn verify_snarkjs(proof: &str, public: &str, key: &str) -> Result<StockVerdict, StockError> {
    let key = json::parse(Names::KEY, key)?;
    let proof = json::parse(Names::PROOF, proof)?;
    let public = json::parse(Names::PUBLIC, public)?;
    match curve_of(&key, &proof)? {
        "bn128" => verify_on::<Bn254>(&key, &proof, &public),
        #[cfg(feature = "bls")]
        "bls12381" => verify_on::<ark_bls12_381::Bls12_381>(&key, &proof, &public),
        _ => Err(StockError::Kind("the curve is none that this verifier knows")),
    }
}

/// Curve of both files; a proof need not name it.
fn curve_of(key: &Value<'_>, proof: &Value<'_>) -> Result<&'static str, StockError> {
    for value in [key, proof] {
        if value.get("protocol").is_some_and(|protocol| protocol.text() != Some("groth16")) {
            return Err(StockError::Kind("the protocol is not groth16"));
        }
    }
    let name = |value: &Value<'_>| {
        value.get("curve").map(|curve| match curve.text() {
            Some("bn128" | "bn254" | "altbn128") => "bn128",
            Some("bls12381" | "bls12-381") => "bls12381",
            _ => "",
        })
    };
    let named = name(key).ok_or(StockError::Shape { file: Names::KEY, field: "curve" })?;
    match name(proof) {
        Some(other) if other != named => Err(StockError::Kind("key and proof are on different curves")),
        _ => Ok(named),
    }
}

fn verify_on<E: Curve>(
    key_file: &Value<'_>,
    proof_file: &Value<'_>,
    public: &Value<'_>,
) -> Result<StockVerdict, StockError> {
    let key = key::<E>(key_file)?;
    let (inputs, texts) = values::<E>(public)?;
    let proof = proof::<E>(proof_file)?;
    Ok(StockVerdict { curve: E::NAME, holds: key.holds(&proof, &inputs)?, inputs: texts })
}

/// A proof on BN254 as [`verify_bytes`] takes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StockBytes {
    /// The key.
    pub key: Vec<u8>,
    /// The public inputs.
    pub inputs: Vec<u8>,
    /// The proof.
    pub proof: Vec<u8>,
}

/// The three files of snarkjs as the bytes that a module gives to the host; whether the proof holds is not looked at.
///
/// # Errors
/// [`StockError`].
pub fn to_bytes(proof_file: &str, public: &str, key_file: &str) -> Result<StockBytes, StockError> {
    let key_file = json::parse(Names::KEY, key_file)?;
    let proof_file = json::parse(Names::PROOF, proof_file)?;
    let public = json::parse(Names::PUBLIC, public)?;
    if curve_of(&key_file, &proof_file)? != "bn128" {
        return Err(StockError::Kind("modules can verify proofs on BN254 only"));
    }
    let (values, _) = values::<Bn254>(&public)?;
    let number = |value| crate::points::to_bytes::<_, 32>(value);
    let inputs = values.iter().map(number).collect::<Result<Vec<_>, _>>();
    let inputs = inputs.map_err(|what| StockError::Value { field: "public input", what })?.concat();
    let (key, proof) = (key::<Bn254>(&key_file)?, proof::<Bn254>(&proof_file)?);
    Ok(StockBytes { key: key.to_bytes()?, inputs, proof: proof.to_bytes()? })
}

/// Verifies a proof on BN254 from bytes. Points are compressed as elsewhere in this crate; the key is α, β, γ, δ and then IC,
/// the proof A, B, C, and each input 32 bytes, little-endian.
///
/// # Errors
/// [`StockError`] when there is nothing to give a verdict on.
pub fn verify_bytes(key: &[u8], inputs: &[u8], proof: &[u8]) -> Result<bool, StockError> {
    let (key, proof) = (Key::from_bytes(key)?, Proof::from_bytes(proof)?);
    let (inputs, rest) = inputs.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(StockError::Value { field: "inputs", what: "their bytes are no multiple of 32" });
    }
    let value =
        |bytes: &[u8; 32]| crate::points::scalar(bytes).map_err(|what| StockError::Value { field: "inputs", what });
    key.holds(&proof, &inputs.iter().map(value).collect::<Result<Vec<_>, _>>()?)
}
