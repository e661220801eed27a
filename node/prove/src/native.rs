//! The two phases on this machine's threads.

use crate::{
    failure::Failure,
    store::{Loaded, Store},
};
use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use zera_proof::{
    groth16::ArkMsm,
    prove::{ProveError, Session},
};
use zera_proof_verify::SegmentProof;

/// What is being done: the phase, segments done, of how many.
pub type Tell<'t> = &'t (dyn Fn(&str, usize, usize) + Sync);

/// Proves every segment of `session`.
///
/// # Errors
/// Missing or damaged keys; a run that is none of the machine's.
pub fn prove(session: &Session, store: &Store, tell: Tell<'_>) -> Result<Vec<SegmentProof>, Failure> {
    let classes = session.classes();
    let mut keys: BTreeMap<u8, Arc<Loaded>> = BTreeMap::new();
    for id in &classes {
        if !keys.contains_key(id) {
            tell("reading keys", keys.len(), 0);
            keys.insert(*id, store.class(*id)?);
        }
    }
    let key = |id: &u8| keys.get(id).ok_or_else(|| Failure::Fault(String::from("A key went missing.")));
    let commitments = each(&classes, "committing", tell, |segment, id| {
        let d = session.commit(segment, &ArkMsm, &key(id)?.key.commit).map_err(|error| failed(&error))?;
        Ok((*id, d))
    })?;
    each(&classes, "proving", tell, |segment, id| {
        session.prove(segment, &key(id)?.stock, &commitments).map_err(|error| failed(&error))
    })
}

/// Does something for every segment, several at a time.
fn each<T: Send>(
    classes: &[u8],
    phase: &str,
    tell: Tell<'_>,
    work: impl Fn(u32, &u8) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let done = AtomicUsize::new(0);
    tell(phase, 0, classes.len());
    let results = classes.par_iter().enumerate().map(|(segment, id)| {
        let number =
            u32::try_from(segment).map_err(|_| Failure::Fault(String::from("There are too many segments.")))?;
        let result = work(number, id)?;
        tell(phase, done.fetch_add(1, Ordering::Relaxed) + 1, classes.len());
        Ok(result)
    });
    results.collect()
}

/// In words.
#[must_use]
pub fn failed(error: &ProveError) -> Failure {
    match error {
        ProveError::Plan(_) | ProveError::Claim(_) => Failure::Unprovable(format!("It cannot be proven: {error}.")),
        _ => Failure::Fault(format!("The proof failed, and nothing was written: {error}.")),
    }
}
