//! What consensus needs of a ledger. Blocks travel as their SCALE bytes (`zera_primitives::Block`); a block's identity in
//! consensus is its header's hash, which is what a certificate carries.

use std::future::Future;
use zera_light::ValidatorSet;
use zera_primitives::{AccountId, Hash, Height};

/// What checking a proposed block came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Executed: every field of its header is as it should be.
    Valid,
    /// Never valid, and why. Permanent: whoever proposed it is at fault.
    Invalid(String),
}

/// Two contradicting messages of one validator, as the engine recorded them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Whose.
    pub validator: AccountId,
    /// Epoch and view.
    pub round: (u64, u64),
    /// `conflicting notarize`, `conflicting finalize` or `nullify after finalize`.
    pub kind: &'static str,
    /// The engine's encoding of both messages with their signatures.
    pub bytes: Vec<u8>,
}

/// The chain as consensus sees it. Clones are handles to one chain. Methods that wait do so without blocking the caller,
/// except on a ledger made for the deterministic runtime, which answers before it returns.
pub trait Ledger: Clone + Send + Sync + 'static {
    /// Bytes of the genesis block.
    fn genesis(&self) -> Vec<u8>;

    /// Blocks of one epoch: epoch e holds heights e·n to (e + 1)·n − 1.
    fn epoch_blocks(&self) -> u64;

    /// The set that certifies `epoch`; none while the block that decides it is not final here.
    fn committee(&self, epoch: u64) -> Option<ValidatorSet>;

    /// The newest block that this ledger has stored as final.
    fn final_height(&self) -> Height;

    /// A final block that this ledger keeps, with its certificate (empty where only a later one is certified).
    fn block(&self, height: Height) -> Option<(Vec<u8>, Vec<u8>)>;

    /// Makes a block on `parent`, which is final or was proposed or checked here before. Waits until there is something to
    /// put in it or the heartbeat is due. None when `parent` is not known here (any more).
    fn propose(&self, parent: Hash) -> impl Future<Output = Option<Vec<u8>>> + Send;

    /// Executes a proposed block on `parent`. Answers only when it knows: while the parent is missing or the block's slot lies
    /// more than two slots ahead of this machine's clock, it waits.
    fn check(&self, parent: Hash, block: Vec<u8>) -> impl Future<Output = Verdict> + Send;

    /// Stores a final block; called in order of heights, at least once each. Returns when it is durable. `certificate` is that
    /// of this very block (`zera_light::Certificate`), or empty when a later block's finalises it.
    fn finalised(&self, block: Vec<u8>, certificate: Vec<u8>) -> impl Future<Output = ()> + Send;

    /// Notes a certificate of a block that is final already, or that is about to be.
    fn certified(&self, block: Hash, certificate: Vec<u8>);

    /// Height of a final block that this ledger keeps.
    fn height_of(&self, block: Hash) -> Option<Height>;

    /// Takes transactions (SCALE of `SignedTransaction`) that a peer passed on; true for each that is new here and valid:
    /// those go further.
    fn admit(&self, transactions: Vec<Vec<u8>>) -> impl Future<Output = Vec<bool>> + Send;

    /// Records a fault.
    fn fault(&self, fault: Fault);

    /// A validator voted in this view: for displays of who is alive.
    fn voted(&self, validator: AccountId, view: u64);
}
