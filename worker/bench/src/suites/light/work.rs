//! What a light client does: reaching the tip of a chain of a million blocks, following it, opening what was stored, proving an
//! entry. Blocks are made up, headers and signatures are real.

use codec::{DecodeAll as _, Encode as _};
use zera_client::light::{
    Anchor, Boundary, Certificate, Finality, Light, Step, ValidatorSet,
    synthetic::{Chain, Shape},
};
use zera_primitives::{Hash, Height, StateKey};
use zera_state::{
    MerkleState,
    merkle::{MultiProof, Proof, verify, verify_many},
};

/// Blocks of the chain.
pub const BLOCKS: u64 = 1_000_000;
/// Its epochs.
pub const EPOCHS: u64 = 100;
/// Blocks to follow.
const FOLLOWED: u64 = 256;

/// What is downloaded to reach the tip, as it is received.
pub struct Start {
    chain: Chain,
    /// The set at genesis, boundaries in pieces as a peer sends them, and the tip.
    set: Vec<u8>,
    boundaries: Vec<u8>,
    tip: Vec<u8>,
    /// Validators who signed each.
    pub quorum: usize,
}

impl Start {
    /// The chain with so many validators, of whom so many are replaced in every epoch.
    #[must_use]
    pub fn new(validators: u64, turnover: u64) -> Self {
        let chain = Chain::new(Shape { seed: 1, validators, turnover, epoch_blocks: BLOCKS / EPOCHS });
        let boundaries: Vec<Boundary> = (0..EPOCHS).map(|epoch| chain.boundary(epoch)).collect();
        let (set, tip) = (chain.set(0), chain.block(BLOCKS + 5));
        Self { quorum: set.quorum(), set: set.encode(), boundaries: boundaries.encode(), tip: tip.encode(), chain }
    }

    /// Bytes downloaded.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.chain.genesis().encoded_size() + self.set.len() + self.boundaries.len() + self.tip.len()
    }

    /// Signatures checked.
    #[must_use]
    pub fn signatures(&self) -> usize {
        (EPOCHS as usize + 1) * self.quorum
    }

    /// From bytes to a verified tip.
    ///
    /// # Errors
    /// What is not believed.
    pub fn run(&self) -> Result<Light, String> {
        let genesis = self.chain.genesis();
        let set = ValidatorSet::from_bytes(&self.set).map_err(text)?;
        let anchor = Anchor::of(genesis.hash(), genesis);
        let mut light = Light::new(anchor, genesis.clone(), set, self.chain.rules()).map_err(text)?;
        let boundaries = Vec::<Boundary>::decode_all(&mut &*self.boundaries).map_err(text)?;
        light.boundaries(&boundaries, self.now()).map_err(text)?;
        let tip = Finality::decode_all(&mut &*self.tip).map_err(text)?;
        match light.tip(&tip, self.now()).map_err(text)? {
            Step::Advanced => Ok(light),
            other => Err(format!("{other:?}")),
        }
    }

    /// The tip's certificate, and what checks it with every signature by itself.
    ///
    /// # Errors
    /// None, for what was made here.
    pub fn certificate(&self) -> Result<(Certificate, Finality, ValidatorSet), String> {
        let tip = Finality::decode_all(&mut &*self.tip).map_err(text)?;
        let certificate = Certificate::from_bytes(&tip.certificate).map_err(text)?;
        let set = self.chain.set(tip.header.epoch);
        Ok((certificate, tip, set))
    }

    fn now(&self) -> u64 {
        self.chain.time_ms(BLOCKS + 1_000)
    }
}

/// Blocks after the tip, each on the other.
pub struct Following {
    from: Light,
    light: Light,
    blocks: Vec<Vec<u8>>,
    next: usize,
    now: u64,
}

impl Following {
    /// After `start`.
    ///
    /// # Errors
    /// What is not believed.
    pub fn new(start: &Start) -> Result<Self, String> {
        let light = start.run()?;
        let mut parent = light.head().hash();
        let mut blocks = Vec::new();
        for height in (light.height().0..).skip(1).take(FOLLOWED as usize) {
            let header = start.chain.header(height, parent);
            parent = header.hash();
            blocks.push(start.chain.certified(header, None).encode());
        }
        Ok(Self { from: light.clone(), light, blocks, next: 0, now: start.now() })
    }

    /// Stands at the tip again when the blocks are used up.
    pub fn rewind(&mut self, times: u32) {
        if self.next + times as usize > self.blocks.len() {
            (self.light, self.next) = (self.from.clone(), 0);
        }
    }

    /// Most blocks in a row.
    #[must_use]
    pub const fn most() -> u32 {
        FOLLOWED as u32
    }

    /// Follows one block, from its bytes.
    ///
    /// # Errors
    /// What is not believed.
    pub fn step(&mut self) -> Result<(), String> {
        let block = self.blocks.get(self.next).ok_or("no more blocks")?;
        let block = Finality::decode_all(&mut &**block).map_err(text)?;
        self.next += 1;
        match self.light.tip(&block, self.now).map_err(text)? {
            Step::Advanced => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }
}

/// Entries of a state with their proofs, as they are received.
pub struct Entries {
    root: Hash,
    keys: Vec<StateKey>,
    values: Vec<Option<Vec<u8>>>,
    /// The first one's proof.
    pub single: Vec<u8>,
    /// The proof of all of them.
    pub many: Vec<u8>,
}

impl Entries {
    /// `asked` entries of a state of `count`.
    ///
    /// # Errors
    /// None, for what was made here.
    pub fn new(count: u64, asked: u64) -> Result<Self, String> {
        let entry =
            |number: u64| (StateKey(Hash::of(&number.to_le_bytes()).0.to_vec()), number.to_le_bytes().repeat(10));
        let state = MerkleState::from_entries((0..count).map(entry).collect(), Height(0)).map_err(text)?;
        let mut keys: Vec<StateKey> = (0..asked).map(|number| entry(number * (count / asked)).0).collect();
        keys.sort_unstable();
        let (values, many) = state.prove_many(Height(0), &keys).map_err(text)?;
        let single = state.prove(keys.first().ok_or("no key")?).map_err(text)?.encode();
        Ok(Self { root: state.root(), keys, values, single, many: many.encode() })
    }

    /// Checks one entry.
    ///
    /// # Errors
    /// When it does not hold.
    pub fn one(&self) -> Result<(), String> {
        let proof = Proof::from_bytes(&self.single).map_err(text)?;
        let (key, value) = self.keys.first().zip(self.values.first()).ok_or("no key")?;
        verify(&self.root, key, value.as_deref(), &proof).map_err(text)
    }

    /// Checks all of them.
    ///
    /// # Errors
    /// When they do not hold.
    pub fn all(&self) -> Result<(), String> {
        let proof = MultiProof::from_bytes(&self.many).map_err(text)?;
        verify_many(&self.root, &self.keys, &self.values, &proof).map_err(text)
    }
}

/// An error as text.
pub fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    /// `cargo test -p zera-bench --profile bench-fast light -- --nocapture` prints what it takes natively.
    #[test]
    fn a_tip_is_reached_followed_and_proven() {
        for (validators, turnover) in [(4, 0), (4, 1), (16, 1)] {
            let start = Start::new(validators, turnover);
            let began = Instant::now();
            let light = start.run().unwrap();
            let took = began.elapsed();
            assert_eq!((light.epoch(), light.height()), (EPOCHS, Height(BLOCKS + 5)));
            assert_eq!(light.way().count() as u64, EPOCHS);
            println!("{validators} validators: {} bytes, {} signatures, {took:?}", start.bytes(), start.signatures());
            let (certificate, tip, set) = start.certificate().unwrap();
            assert_eq!(certificate.verify(&tip.header, &set), Ok(()));
        }
        let mut following = Following::new(&Start::new(4, 1)).unwrap();
        let began = Instant::now();
        (0..100).for_each(|_| following.step().unwrap());
        println!("a block followed: {:?}", began.elapsed() / 100);
        following.rewind(Following::most());
        following.step().unwrap();
        let entries = Entries::new(1_000, 10).unwrap();
        entries.one().unwrap();
        entries.all().unwrap();
        let mut wrong = Entries::new(1_000, 10).unwrap();
        wrong.root = Hash::ZERO;
        assert!(wrong.one().is_err() && wrong.all().is_err());
    }
}
