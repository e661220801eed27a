//! State of one running call as host functions see it, the same for every engine.

use super::{Host, HostError};
use crate::trace::{TRACE_BYTES, TraceBuilder};
use alloc::{string::String, vec::Vec};
use zera_primitives::Outcome;

/// Why a host function ends the call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    /// The counter went below zero.
    OutOfGas,
    /// A pointer or length leaves the guest's memory, or what it reads is not there.
    Trap(String),
    /// A rule of the chain, or the guest's own `fail`.
    Refused(String),
    /// A nested call ended with this outcome.
    Callee(Outcome, Option<String>),
    /// The state cannot answer now.
    NotLoaded,
    /// The host or engine is broken.
    Fault(String),
}

impl From<HostError> for Stop {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Refused(message) => Self::Refused(message),
            HostError::Callee(outcome, diagnostic) => Self::Callee(outcome, diagnostic),
            HostError::NotLoaded => Self::NotLoaded,
            HostError::Fatal(message) => Self::Fault(message),
        }
    }
}

/// A guest's memory. The reference engine has it as a slice; others copy.
pub trait GuestMemory {
    /// Bytes `ptr .. ptr + len`, or `None` if they are not all inside.
    fn read(&self, ptr: u32, len: u32) -> Option<Vec<u8>>;
    /// Writes all of `bytes` at `ptr`; false (and nothing written) if they do not all fit.
    fn write(&mut self, ptr: u32, bytes: &[u8]) -> bool;
    /// True if `ptr .. ptr + len` is inside.
    fn contains(&self, ptr: u32, len: u32) -> bool;
}

/// Memory in this address space.
pub(crate) struct SliceMemory<'m>(pub(crate) &'m mut [u8]);

impl GuestMemory for SliceMemory<'_> {
    fn read(&self, ptr: u32, len: u32) -> Option<Vec<u8>> {
        let end = (ptr as usize).checked_add(len as usize)?;
        self.0.get(ptr as usize..end).map(<[u8]>::to_vec)
    }

    fn write(&mut self, ptr: u32, bytes: &[u8]) -> bool {
        let target = (ptr as usize).checked_add(bytes.len()).and_then(|end| self.0.get_mut(ptr as usize..end));
        target.is_some_and(|target| {
            target.copy_from_slice(bytes);
            true
        })
    }

    fn contains(&self, ptr: u32, len: u32) -> bool {
        (ptr as usize).checked_add(len as usize).is_some_and(|end| end <= self.0.len())
    }
}

/// One running call.
pub(crate) struct Session<'h> {
    pub(crate) host: &'h mut dyn Host,
    pub(crate) input: &'h [u8],
    pub(crate) output: Vec<u8>,
    /// Result of the last nested call.
    pub(crate) returned: Vec<u8>,
    pub(crate) trace: TraceBuilder,
    /// Gas left; copied from and to the guest's counter around each host call.
    pub(crate) gas: u64,
    /// Stack units left, as of the last host call.
    pub(crate) stack: u64,
    /// Why the call ended, if a host function ended it.
    pub(crate) stop: Option<Stop>,
}

impl<'h> Session<'h> {
    pub(crate) fn new(host: &'h mut dyn Host, input: &'h [u8], gas: u64, stack: u64) -> Self {
        let (output, returned) = (Vec::new(), Vec::new());
        let trace = TraceBuilder::new(if host.records() { TRACE_BYTES } else { 0 });
        Self { host, input, output, returned, trace, gas, stack, stop: None }
    }

    /// Takes `amount` of gas.
    pub(crate) fn charge(&mut self, amount: u64) -> Result<(), Stop> {
        match self.gas.checked_sub(amount) {
            Some(left) => {
                self.gas = left;
                Ok(())
            }
            None => {
                self.gas = 0;
                Err(Stop::OutOfGas)
            }
        }
    }
}
