//! The verifier as a wasm of its own: bytes in, SCALE out.

use crate::{read, verdict};
use codec::Encode;
use wasm_bindgen::prelude::wasm_bindgen;
use zera_worker_protocol::{Error, VerdictView};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now() -> f64;
}

#[expect(clippy::float_arithmetic, reason = "the browser's clock counts milliseconds with decimals")]
fn micros() -> u64 {
    (now() * 1_000.0) as u64
}

/// Verifies a proof file under a file of verifying keys, or those that this build pins: SCALE of
/// `Result<VerdictView, Error>`.
#[wasm_bindgen]
#[must_use]
pub fn verify(file: &[u8], keys: Option<Vec<u8>>) -> Vec<u8> {
    answer(file, keys.as_deref()).encode()
}

fn answer(bytes: &[u8], keys: Option<&[u8]>) -> Result<VerdictView, Error> {
    let file = read(bytes)?;
    let keys = crate::keys(keys)?;
    Ok(verdict((&file, bytes), &keys, None, &micros))
}
