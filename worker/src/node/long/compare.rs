//! Comparing two stored codes, some thousand bytes of function bodies a step.

use crate::node::{
    Node,
    run::Ticket,
    views::{code::stored_bytes, inspection},
    world::World,
};
use zera_inspect::{Analysis, Comparison, analyse};
use zera_primitives::Hash;
use zera_worker_protocol::{Error, Response};

/// Bytes of bodies compared at once: a few milliseconds.
const BYTES: u64 = 64 << 10;

/// A comparison under way.
pub struct Compare {
    old: Hash,
    new: Hash,
    work: Option<Comparison>,
    gas: Vec<Analysis>,
    micros: u64,
}

impl Compare {
    /// Of two stored codes.
    pub const fn new(old: Hash, new: Hash) -> Self {
        Self { old, new, work: None, gas: Vec::new(), micros: 0 }
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    pub(super) fn compare_step(&self, job: &mut Compare) -> Result<Option<Response>, Error> {
        let since = self.world.micros();
        let done = self.compare_some(job)?;
        let took = self.world.micros().saturating_sub(since);
        job.micros = job.micros.saturating_add(took);
        if !done {
            return Ok(None);
        }
        let (Some(work), [old, new]) = (&job.work, job.gas.as_slice()) else { return Ok(None) };
        let view = inspection::comparison(work, (old, new), job.micros);
        Ok(Some(Response::Comparison(Box::new(view))))
    }

    fn compare_some(&self, job: &mut Compare) -> Result<bool, Error> {
        let chain = self.chain()?;
        let Some(work) = &mut job.work else {
            let (old, new) = (stored_bytes(chain, &job.old)?, stored_bytes(chain, &job.new)?);
            job.work = Some(Comparison::new(old, new).map_err(inspection::inspect)?);
            return Ok(false);
        };
        let progress = work.progress();
        if !progress.is_complete() {
            let progress = work.step(BYTES).map_err(inspection::inspect)?;
            // The static gas of both codes is two units more.
            self.progress("compare", progress.done, progress.total.saturating_add(2));
            return Ok(false);
        }
        let module = if job.gas.is_empty() { work.old() } else { work.new_module() };
        job.gas.push(analyse(module).map_err(inspection::inspect)?);
        let analysed = job.gas.len() as u64;
        self.progress("compare", progress.total.saturating_add(analysed), progress.total.saturating_add(2));
        Ok(job.gas.len() == 2)
    }
}
