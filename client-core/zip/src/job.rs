//! Clusters as a message: what a pipeline that shares no memory with the coordinator needs to run them, and its answer.
//! Since a guard keeps transactions inside their hints, the values of the hinted keys are all it will ever ask for.

use crate::{
    cluster::{ClusterDone, run_cluster},
    codes::CodeCache,
    pipelines::Work,
};
use alloc::{collections::BTreeMap, string::String, string::ToString, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, SignedTransaction, StateKey, codec::DecodeError, codec::decode_bounded};
use zera_runtime::{BlockCtx, Machine, Unfit, code_of};
use zera_state::{StateError, StateView};

/// Most bytes of values in one job. A hint may name more than a transaction will read, and pays per key, not per byte:
/// beyond this it is cheaper to run the clusters where the state is.
pub const KNOWN_BYTES: usize = 16 << 20;
/// Most bytes of a job: a whole block's transactions and the values.
pub const JOB_BYTES: usize = KNOWN_BYTES + (8 << 20);
/// Most bytes of an answer.
pub const ANSWER_BYTES: usize = 256 << 20;
/// Bytes of trace records that one answer carries; those of later transactions are left out.
pub const TRACE_BYTES: usize = 8 << 20;

/// Clusters of one stage for one pipeline.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Job {
    ctx: BlockCtx,
    /// Transactions of each cluster with their places in the block.
    clusters: Vec<Vec<(u32, SignedTransaction)>>,
    known: BTreeMap<StateKey, Known>,
}

/// What a hinted key holds.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
enum Known {
    /// Nothing.
    Absent,
    /// This.
    Value(Vec<u8>),
    /// Code that the pipeline was sent before.
    Held,
}

/// What a job did, in the order of its clusters.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct JobDone {
    /// The clusters; times begin with the job.
    pub clusters: Vec<ClusterDone>,
}

/// Why a pipeline could not run a job.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, thiserror::Error)]
pub enum JobError {
    /// It does not hold these codes any more. Recoverable: send them.
    #[error("{} codes are not held any more", .0.len())]
    Codes(Vec<Hash>),
    /// The executor is broken. Fatal for the pipeline.
    #[error("{0}")]
    Fault(String),
}

/// What a pipeline sends back.
pub type Answer = Result<JobDone, JobError>;

impl Work<'_> {
    /// These clusters of the stage as one job. `holds` tells which codes the pipeline was sent before. None when it
    /// would be too large: then they are to be run here.
    ///
    /// # Errors
    /// [`Unfit::State`] when a hinted key is not loaded.
    pub fn job(&self, clusters: &[usize], holds: &dyn Fn(&Hash) -> bool) -> Result<Option<Job>, Unfit> {
        let mut job =
            Job { ctx: self.ctx.clone(), clusters: Vec::with_capacity(clusters.len()), known: BTreeMap::new() };
        let mut bytes = 0usize;
        for &cluster in clusters {
            let mut members = Vec::new();
            for (place, signed) in self.members(cluster) {
                let hint = &signed.transaction.hint;
                let own = StateKey::account(&signed.transaction.sender);
                for key in core::iter::once(&own).chain(&hint.reads).chain(&hint.writes) {
                    if !job.known.contains_key(key) {
                        let known = self.known(key, holds)?;
                        bytes = bytes.saturating_add(known.bytes()).saturating_add(key.0.len());
                        job.known.insert(key.clone(), known);
                    }
                    if bytes > KNOWN_BYTES {
                        return Ok(None);
                    }
                }
                members.push((place, signed.clone()));
            }
            job.clusters.push(members);
        }
        Ok(Some(job))
    }

    fn known(&self, key: &StateKey, holds: &dyn Fn(&Hash) -> bool) -> Result<Known, StateError> {
        if code_of(key).is_some_and(|code| holds(&code)) && self.base.has(key)? {
            return Ok(Known::Held);
        }
        Ok(self.base.get(key)?.map_or(Known::Absent, Known::Value))
    }
}

impl Known {
    fn bytes(&self) -> usize {
        if let Self::Value(value) = self { value.len() } else { 0 }
    }
}

impl Job {
    /// Decodes a message.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_bounded(bytes, JOB_BYTES)
    }

    /// Codes that come with it, and their bytes: the pipeline holds them from now on.
    pub fn codes(&self) -> impl Iterator<Item = (Hash, usize)> {
        self.known.iter().filter_map(|(key, known)| match known {
            Known::Value(value) => Some((code_of(key)?, value.len())),
            _ => None,
        })
    }
}

/// Decodes a pipeline's answer.
///
/// # Errors
/// [`DecodeError`].
pub fn answer_from_bytes(bytes: &[u8]) -> Result<Answer, DecodeError> {
    decode_bounded(bytes, ANSWER_BYTES)
}

/// Runs `job` in a pipeline. `clock` gives microseconds since the job began.
///
/// # Errors
/// [`JobError`].
pub fn run_job(machine: &Machine, job: Job, codes: &mut CodeCache, clock: &dyn Fn() -> u64) -> Answer {
    let Job { ctx, clusters, mut known } = job;
    let mut missing = Vec::new();
    codes.begin();
    for (key, known) in &mut known {
        let Some(code) = code_of(key) else { continue };
        match core::mem::replace(known, Known::Held) {
            Known::Absent => *known = Known::Absent,
            Known::Value(bytes) => codes.hold(code, bytes),
            Known::Held if codes.touch(&code) => {}
            Known::Held => missing.push(code),
        }
    }
    if !missing.is_empty() {
        return Err(JobError::Codes(missing));
    }
    let base = View { known: &known, codes };
    let mut done = JobDone { clusters: Vec::with_capacity(clusters.len()) };
    for cluster in &clusters {
        let members = cluster.iter().map(|(place, signed)| (*place, signed));
        let ran = run_cluster(machine, &base, &ctx, members, clock);
        done.clusters.push(ran.map_err(|unfit| JobError::Fault(unfit.to_string()))?);
    }
    done.bound_traces();
    Ok(done)
}

impl JobDone {
    /// Leaves out trace records beyond [`TRACE_BYTES`].
    fn bound_traces(&mut self) {
        let mut room = TRACE_BYTES;
        for tried in self.clusters.iter_mut().flat_map(|cluster| &mut cluster.tried) {
            let crate::Attempt::Done(executed) = &mut tried.attempt else { continue };
            match room.checked_sub(executed.traces.encoded_size()) {
                Some(left) => room = left,
                None => executed.traces = Vec::new(),
            }
        }
    }
}

/// The state as far as a job tells it.
struct View<'a> {
    known: &'a BTreeMap<StateKey, Known>,
    codes: &'a CodeCache,
}

impl StateView for View<'_> {
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StateError> {
        match self.known.get(key) {
            Some(Known::Absent) => Ok(None),
            Some(Known::Value(value)) => Ok(Some(value.clone())),
            Some(Known::Held) => match code_of(key).and_then(|code| self.codes.get(&code)) {
                Some(bytes) => Ok(Some(bytes.to_vec())),
                None => Err(StateError::NotLoaded(key.clone())),
            },
            None => Err(StateError::NotLoaded(key.clone())),
        }
    }

    fn has(&self, key: &StateKey) -> Result<bool, StateError> {
        match self.known.get(key) {
            Some(known) => Ok(*known != Known::Absent),
            None => Err(StateError::NotLoaded(key.clone())),
        }
    }

    fn next_key(&self, prefix: &[u8], _: &[u8]) -> Result<Option<StateKey>, StateError> {
        Err(StateError::NotLoaded(StateKey(prefix.to_vec())))
    }
}
