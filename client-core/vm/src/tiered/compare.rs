//! When two engines agree about a call: outcome, result, gas, what was asked of the host, and the digests that enter a
//! receipt. Diagnostics may differ.

use crate::engine::{Execution, VmError};
use alloc::{format, string::String};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, Height, ModuleId};

/// What differed first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum What {
    /// The outcome class, or whether there was one at all.
    Outcome,
    /// What the call returned.
    Result,
    /// Gas used.
    Gas,
    /// What was asked of the host, in which order, with which arguments.
    HostCalls,
    /// The storage log, or what the guest received from the host.
    State,
}

/// One call on which the fast engine and the reference disagree.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Disagreement {
    /// The block that was being executed, or the one after the head for a call outside of blocks.
    pub height: Height,
    /// The module that ran.
    pub module: ModuleId,
    /// Its code.
    pub code: Hash,
    /// The export that was called.
    pub entry: String,
    /// What differed first.
    pub what: What,
    /// What the fast engine came to, for people.
    pub fast: String,
    /// What the reference came to, for people.
    pub reference: String,
}

/// How one run of a call ended, as far as engines must agree about it.
type Ended = Result<Execution, VmError>;

/// What came of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They agree.
    Agreed,
    /// The reference could not run the call, for example for lack of memory: nothing is known.
    Unknown,
    /// They do not: what, and in words of both.
    Differ(What, String, String),
}

/// Compares how a call ended on both engines; `asked` is how the reference's questions to the host differ.
pub(super) fn compare(fast: &Ended, reference: &Ended, asked: Option<String>) -> Verdict {
    if let Some(difference) = asked {
        return Verdict::Differ(What::HostCalls, words(fast), difference);
    }
    let what = match (fast, reference) {
        (_, Err(VmError::Fault(_) | VmError::NotPrepared(_))) => return Verdict::Unknown,
        (Ok(fast), Ok(reference)) if fast.outcome != reference.outcome => What::Outcome,
        (Ok(fast), Ok(reference)) if fast.result != reference.result => What::Result,
        (Ok(fast), Ok(reference)) if fast.gas_used != reference.gas_used => What::Gas,
        (Ok(fast), Ok(reference)) if digests(fast) != digests(reference) => What::State,
        (Ok(_), Ok(_)) => return Verdict::Agreed,
        (Err(fast), Err(reference)) if fast == reference => return Verdict::Agreed,
        // Both stopped for the host, which is where the gas of the attempt counts.
        (Err(_), Err(_)) => What::Gas,
        _ => What::Outcome,
    };
    Verdict::Differ(what, words(fast), words(reference))
}

fn digests(execution: &Execution) -> (Hash, Hash) {
    (execution.trace.host_digest, execution.trace.storage_digest)
}

/// The ending in a line. Results are named by their hash: they can be long.
fn words(ended: &Ended) -> String {
    match ended {
        Ok(done) => {
            let result = Hash::of(&done.result);
            format!("{:?}, gas {}, result {result} of {} bytes", done.outcome, done.gas_used, done.result.len())
        }
        Err(error) => format!("{error}"),
    }
}
