//! What a transaction did (design §5): the part every node agrees on. Finer causes are diagnostics, kept apart.

use crate::{
    amount::Amount,
    hash::Hash,
    ids::{Gas, ModuleId},
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Class of an outcome; the same in every engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Outcome {
    /// Done; its effects are in the state.
    Ok,
    /// The gas limit was reached.
    OutOfGas,
    /// The stack limit was reached.
    StackLimit,
    /// The guest trapped.
    Trap,
    /// The host refused a request, or the guest ended itself with `fail`.
    HostRefused,
    /// The call could not begin: no such module, entry or argument shape, or a native call's conditions not met.
    Invalid,
}

impl Outcome {
    /// True for [`Outcome::Ok`].
    #[must_use]
    pub const fn is_ok(self) -> bool {
        matches!(self, Self::Ok)
    }
}

/// One call of a module inside a transaction, nested calls included, in order of their beginning.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CallRecord {
    /// 0 for a call of the transaction itself.
    pub depth: u8,
    /// The module.
    pub module: ModuleId,
    /// The code that ran.
    pub code: Hash,
    /// The export.
    pub entry: String,
    /// BLAKE3 of the argument bytes.
    pub args: Hash,
    /// BLAKE3 of the result bytes.
    pub result: Hash,
    /// Gas it used, nested calls included.
    pub gas: Gas,
    /// Digest of its ordered host log: function, result, gas and written bytes of every host call.
    pub host_log: Hash,
    /// Digest of its ordered storage log.
    pub storage_log: Hash,
    /// What it named itself when it asked for a longer retention with `log_execution_for_proof`; none if it did not.
    pub logged: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
}

impl CallRecord {
    /// Digest of what a proof of this execution says about it: of everything here but its place and its name.
    #[must_use]
    pub fn execution(&self) -> Hash {
        Hash::of_encoded(
            "zera/execution/v1",
            &(self.code, &self.entry, self.args, self.result, self.gas, self.outcome, self.host_log, self.storage_log),
        )
    }
}

/// Something that happened, for people and for light clients. Ordered within its block.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Event {
    /// The module that emitted it; none for the runtime itself.
    pub module: Option<ModuleId>,
    /// Its name.
    pub topic: String,
    /// SCALE of its fields.
    #[cfg_attr(feature = "serde", serde(with = "crate::plain::bytes"))]
    pub data: Vec<u8>,
}

/// The receipt of one transaction.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Receipt {
    /// Hash of the signed transaction.
    pub transaction: Hash,
    /// How it ended; anything but `Ok` changed nothing but fee and nonce.
    pub outcome: Outcome,
    /// The call that decided the outcome, when it is not `Ok`.
    pub failed_call: Option<u32>,
    /// Gas charged, a discarded first attempt included.
    pub gas: Gas,
    /// Fee charged.
    pub fee: Amount,
    /// 1, or 2 when an access outside the hint moved it to the serial lane.
    pub attempts: u8,
    /// Calls of modules.
    pub calls: Vec<CallRecord>,
    /// Events.
    pub events: Vec<Event>,
}

impl Receipt {
    /// Leaf of the receipt root.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of_encoded("zera/receipt/v1", self)
    }
}

impl Event {
    /// Leaf of the event root.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of_encoded("zera/event/v1", self)
    }
}
