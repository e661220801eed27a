//! Driving proofs beside the node: provers, then the file, then the comparison with what execution gave.

use super::{
    Proving,
    crew::{self, Crew, Done, Progress},
    kept::{self, Made, differences},
    tasks::Work,
};
use crate::{node::world::World, pool::workers::Workers as _};
use std::rc::Rc;
use zera_primitives::Hash;
use zera_proof_verify::{Keys, Origin};
use zera_worker_protocol::{AlarmView, CallId, Error, ErrorKind, Event};

/// Proves what waits, one after another.
pub async fn drive<W: World>(world: Rc<W>, proving: Rc<Proving>) {
    while let Some((id, work)) = proving.tasks.next() {
        let made = prove(&*world, &proving, id, work).await;
        let ended = proving.tasks.end(id);
        // Whoever gave it up has been told.
        let Some(task) = ended else { continue };
        world.emit(match made {
            Ok(proof) => Event::ProofDone { id, proof },
            Err(error) => {
                proving.tell_failure(task.call, &error);
                Event::ProofFailed { id, error }
            }
        });
    }
    proving.tasks.driven.set(false);
}

/// Provers that work side by side on this machine; none where there are no workers. One thread is left to the page where
/// there are more than two: on two, page and node take what little they need from both.
pub fn provers(hardware: Option<u8>) -> Option<u32> {
    let threads = hardware.map(u32::from)?;
    Some(if threads > 2 { threads.saturating_sub(1).min(crew::MOST) } else { threads.max(1) })
}

async fn prove<W: World>(world: &W, proving: &Proving, id: u32, work: Work) -> Result<Hash, Error> {
    let Work { job, name, executed } = work;
    let workers = world.provers();
    let none = || Error::browser(ErrorKind::Unavailable, false, "this browser has no workers that could prove");
    let most = provers(workers.hardware()).ok_or_else(none)?;
    let begun = world.now_ms();
    let tell = |progress: Progress| {
        if let Some(task) = proving.tasks.note(id, progress, world.now_ms()) {
            world.emit(Event::ProofProgress(Box::new(task)));
        }
        proving.tasks.wanted(id)
    };
    let insecure = Keys::from_bytes(&job.keys).is_ok_and(|keys| keys.insecure);
    let Done { file, steps, .. } = Crew::new(&workers, job, most, &tell).run().await?;
    let now_ms = world.now_ms();
    let millis = now_ms.saturating_sub(begun);
    proving.speed.set(millis.saturating_mul(1_000).checked_div(steps.max(1)));
    let made = Made { name, millis: Some(millis), steps: Some(steps), insecure, now_ms };
    keep(world, proving, &file, made, executed.as_ref().map(|(call, result)| (call, Some(result.as_slice())))).await
}

/// Keeps a proof that verifies; where it says something else than `executed`, it raises an alarm.
///
/// # Errors
/// `ProofRefused`, `StorageFailed`.
pub async fn keep<W: World>(
    world: &W,
    proving: &Proving,
    bytes: &[u8],
    made: Made,
    executed: Option<(&zera_primitives::CallRecord, Option<&[u8]>)>,
) -> Result<Hash, Error> {
    let file = zera_verifier::read(bytes)?;
    let now_ms = made.now_ms;
    let mut view = kept::view(&file, bytes, made);
    let differs = executed.map(|(call, result)| differences(&file.statement, call, result)).unwrap_or_default();
    let mut filings = Vec::new();
    if let (false, Origin::Ledger { transaction, call }) = (differs.is_empty(), file.statement.origin) {
        let alarm = AlarmView {
            proof: view.id,
            call: CallId { transaction, call },
            code: view.code,
            entry: view.entry.clone(),
            keys: file.statement.keys,
            differs,
            found_ms: now_ms,
            acknowledged: None,
        };
        view.alarm = true;
        filings.push(proving.kept.raise(alarm.clone()));
        world.emit(Event::Alarm(Box::new(alarm)));
    }
    let id = view.id;
    filings.extend(proving.kept.keep(view, bytes));
    world.file(&filings).await?;
    Ok(id)
}
