//! Transactions on their way in: checked, held for a block, and given back when a block goes.

use crate::{client::Client, error::ClientError, mempool::Mempool};
use codec::Encode as _;
use zera_governance as governance;
use zera_primitives::{Hash, Network, SignedTransaction, Slot, limits};
use zera_runtime::{AdmissionError, BlockCtx, admission};
use zera_state::accounts;

/// Hashes of checked transactions that are kept for blocks to come: those of some full blocks.
const VOUCHED: usize = 65_536;

/// A transaction whose signature holds on one chain. Made on any thread: nothing else about it takes long to check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    signed: SignedTransaction,
    hash: Hash,
    genesis: Hash,
}

impl Verified {
    /// Checks the signature of `signed` for the chain of `genesis`.
    ///
    /// # Errors
    /// [`ClientError::Refused`].
    pub fn check(signed: SignedTransaction, genesis: &Hash) -> Result<Self, ClientError> {
        signed.verify(genesis).map_err(AdmissionError::Signature)?;
        Ok(Self { hash: signed.hash(), signed, genesis: *genesis })
    }

    /// Decodes outside bytes and checks the signature.
    ///
    /// # Errors
    /// [`ClientError::Decode`], [`ClientError::Refused`].
    pub fn from_bytes(bytes: &[u8], genesis: &Hash) -> Result<Self, ClientError> {
        Self::check(decode(bytes)?, genesis)
    }

    /// Its hash.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }
}

fn decode(bytes: &[u8]) -> Result<SignedTransaction, ClientError> {
    SignedTransaction::from_bytes(bytes).map_err(|error| ClientError::Decode { what: "transaction", error })
}

impl Client {
    /// Waiting transactions in order of arrival.
    pub fn pending(&self) -> impl Iterator<Item = &SignedTransaction> {
        self.mempool.iter()
    }

    /// Takes a signed transaction from outside and holds it for the next block.
    ///
    /// # Errors
    /// [`ClientError::Decode`], [`ClientError::Refused`], [`ClientError::AlreadyPending`], [`ClientError::Full`].
    pub fn submit(&mut self, bytes: &[u8], slot: Slot) -> Result<Hash, ClientError> {
        let signed = decode(bytes)?;
        self.fits(&signed, slot)?;
        signed.verify(&self.genesis).map_err(AdmissionError::Signature)?;
        self.mempool.add(signed)
    }

    /// As [`Client::submit`], of a transaction whose signature was checked elsewhere.
    ///
    /// # Errors
    /// As [`Client::submit`].
    pub fn take(&mut self, verified: Verified, slot: Slot) -> Result<Hash, ClientError> {
        if verified.genesis != self.genesis {
            return Err(ClientError::Refused(AdmissionError::Signature(zera_primitives::KeyError::BadSignature)));
        }
        self.fits(&verified.signed, slot)?;
        self.mempool.add(verified.signed)
    }

    /// Remembers transactions of a block that is to be checked, so that [`Client::check`] need not check their signatures.
    pub fn vouch(&mut self, verified: impl IntoIterator<Item = Verified>) {
        let genesis = self.genesis;
        self.vouched.extend(verified.into_iter().filter(|one| one.genesis == genesis).map(|one| one.hash));
        while self.vouched.len() > VOUCHED {
            self.vouched.pop_first();
        }
    }

    /// True when the signature of the transaction of this hash has been checked.
    #[must_use]
    pub fn vouches(&self, hash: &Hash) -> bool {
        self.mempool.holds(hash) || self.vouched.contains(hash)
    }

    /// All that admission asks but for the signature. A transaction may also follow another waiting one of its sender; on a
    /// network the sender must then be able to pay for all of them.
    fn fits(&self, signed: &SignedTransaction, slot: Slot) -> Result<(), ClientError> {
        let ctx = self.context(slot)?;
        let transaction = &signed.transaction;
        match admission::admit_but_signature(&self.state, &ctx, signed) {
            Ok(()) => Ok(()),
            Err(AdmissionError::Nonce { got, .. })
                if self.mempool.next_nonce(&transaction.sender) == Some(got) && transaction.expiry >= slot =>
            {
                if self.config.network == Network::Solo { Ok(()) } else { self.pays(signed, &ctx) }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Checks that the sender's free ZRA cover the greatest fees of all that it lets wait, `signed` included.
    fn pays(&self, signed: &SignedTransaction, ctx: &BlockCtx) -> Result<(), ClientError> {
        let sender = &signed.transaction.sender;
        let (gas, bytes) = self.mempool.load(sender);
        let gas = gas.saturating_add(signed.transaction.gas_limit.0);
        let cost = admission::fee(gas, bytes.saturating_add(signed.encoded_size()), &ctx.params);
        let free = accounts::account(&self.state, sender)?.free;
        if cost > free { Err(AdmissionError::Balance { cost, free }.into()) } else { Ok(()) }
    }

    /// True when a solo host should seal now: transactions wait, or a proposal is live and the last block is
    /// [`limits::SOLO_HEARTBEAT_SLOTS`] old (design §5).
    #[must_use]
    pub fn due(&self, slot: Slot) -> bool {
        let live = || governance::queries::live(&self.state).is_ok_and(|live| !live.is_empty());
        !self.mempool.is_empty() || (slot.since(self.tip().slot) >= limits::SOLO_HEARTBEAT_SLOTS && live())
    }

    /// Lets transactions of blocks that were taken back wait again, before those that wait already: a sender's nonces
    /// stay in order. Answers those that may not stand in a block any more.
    pub fn wait_again(&mut self, mut transactions: Vec<SignedTransaction>, slot: Slot) -> Vec<Hash> {
        let waiting = core::mem::replace(&mut self.mempool, Mempool::new(self.config.network));
        transactions.extend(waiting.iter().cloned());
        let refused = |signed: SignedTransaction| self.submit(&signed.encode(), slot).err().map(|_| signed.hash());
        transactions.into_iter().filter_map(refused).collect()
    }
}
