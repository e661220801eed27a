//! What a proof file says and whether it holds: two verdicts, kept apart (design §8), and what each rests on.

use super::{Hide, ProofOrigin};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, Height};

/// Whether something holds.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Holds {
    /// It does.
    Yes,
    /// It does not; what was found, in English.
    No(String),
    /// Nobody can say here; what is missing, in English.
    Unknown(String),
    /// The question does not arise, such as a state binding of a local run.
    NotAsked,
}

/// One thing that a verdict rests on.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GroundView {
    /// What, a key: `equation`, `translation`, `setup`, `curve`, `receipt`, `certificate`, `state-root`, `reexecution`.
    pub what: String,
    /// Its value or figure, such as "6 segments, 1 END", a digest, "block 1,481,906".
    pub value: String,
    /// True when it is taken on trust: the hollow square at the end of the path.
    pub trust: bool,
}

/// One field of a statement, and what it is held against.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FieldView {
    /// Which, a key: `code`, `entry`, `args`, `result`, `outcome`, `gas`, `host-log`, `storage-log`, `events`, `chain`,
    /// `origin`, `runtime`, `translator`, `keys`, `gas-limit`, `stack-limit`, `nonce`.
    pub what: String,
    /// In words: what a person reads, hashes as hexadecimal. Empty when it is hidden.
    pub words: String,
    /// As it stands in the statement: its SCALE bytes. Empty when it is hidden.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub raw: Vec<u8>,
    /// True when the proof keeps it hidden.
    pub hidden: bool,
    /// What it is held against, a key: `registry`, `recomputed`, `block`, `receipt`, `pinned`, `this-chain`, `bound`
    /// (bound by the proof alone), `nothing`.
    pub against: String,
    /// The block that `against` stands in.
    pub height: Option<Height>,
    /// Whether it agrees with that.
    pub holds: Holds,
}

/// One segment of a proof. Its commitment and bus sum say nothing about the run: both are blinded.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SegmentView {
    /// Its class's name, such as `S1`, `M2`, `end S`.
    pub class: String,
    /// Constraints of its class.
    pub constraints: u32,
    /// Its commitment D, compressed.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub commitment: Vec<u8>,
    /// Its bus sum S, 32 bytes: the sums of all segments and of the public part add up to zero.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub sum: Vec<u8>,
    /// Whether its equation holds.
    pub holds: Holds,
}

/// The keys of a proof.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KeysView {
    /// Digest of the set of verifying keys.
    pub digest: Hash,
    /// True: made for development from a known seed. Anybody can prove anything with them.
    pub insecure: bool,
    /// Contributions to the set-up, of whose makers one must have been honest; 0 for development keys.
    pub contributions: u32,
    /// Whether this client pins them.
    pub pinned: bool,
}

/// Whether running the code again gives the same.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RunAgain {
    /// It was run here by the reference engine and gives the same, in so many microseconds.
    Agrees(u64),
    /// It gives something else: the field (a key, as [`FieldView::what`]), what the proof says, what execution gives.
    Differs(Vec<(String, String, String)>),
    /// It was not run, a key: `hidden` (needs the hidden arguments), `no-record`, `other-chain`, `no-code`, `local`.
    Not(String),
}

/// What a proof file comes to.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct VerdictView {
    /// *Execution proven*: this code on these arguments, given these host answers, ended so.
    pub execution: Holds,
    /// What that rests on, from the figure down to what is taken on trust.
    pub execution_rests: Vec<GroundView>,
    /// *State bound*: the host answers are those that the chain gave. [`Holds::NotAsked`] for a local run.
    pub state: Holds,
    /// What that rests on.
    pub state_rests: Vec<GroundView>,
    /// Where the execution happened, by the statement.
    pub origin: ProofOrigin,
    /// Name of the module by its manifest; empty when it has none or the code is not at hand.
    pub name: String,
    /// The statement, field by field, the most telling ones first.
    pub fields: Vec<FieldView>,
    /// Digest of the statement.
    pub statement: Hash,
    /// What is hidden.
    pub hidden: Hide,
    /// What everybody learns beside the fields, keys: `bound-on-steps`, `host-calls`, `memory-pages`.
    pub learns: Vec<(String, String)>,
    /// Segments in the order of the file; the last one closes the sums.
    pub segments: Vec<SegmentView>,
    /// The keys.
    pub keys: KeysView,
    /// Whether running the code again gives the same.
    pub again: RunAgain,
    /// BLAKE3 of the file.
    pub file: Hash,
    /// Bytes of the file.
    pub bytes: u64,
    /// Microseconds that reading the code and checking all equations took, translation included.
    pub micros: u64,
    /// Of these, the equations alone.
    pub equation_micros: u64,
}

/// What a Groth16 proof of some other circuit comes to (`snarkjs` JSON). It says nothing about this chain: what its public
/// inputs mean is known to those who know the circuit.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StockView {
    /// Whether the equation holds.
    pub holds: Holds,
    /// The curve: `bn128` (BN254) or `bls12381`.
    pub curve: String,
    /// Public inputs in order, decimal.
    pub inputs: Vec<String>,
    /// BLAKE3 of `verification_key.json` as it was given.
    pub key: Hash,
    /// Microseconds.
    pub micros: u64,
}
