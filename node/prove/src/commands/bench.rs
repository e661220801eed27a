//! `zera-prove bench`: what the commitment costs over plain ark-groth16 on the same circuit.

use crate::{failure::Failure, output::Output};

/// The command.
///
/// # Errors
/// See [`Failure`].
pub fn bench(words: Vec<String>, output: &mut Output) -> Result<(), Failure> {
    let _ = (words, output);
    Err(Failure::Usage(String::from("bench comes next.")))
}
