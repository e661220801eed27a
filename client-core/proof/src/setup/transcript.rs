//! The transcript of a phase 2: who contributed in which order, with proofs that each knew what they contributed.

use super::{SetupError, pairing::same_ratio, phase2::Deltas};
use crate::groth16::Secrets;
use alloc::{string::String, vec::Vec};
use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::PrimeField;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, decode_bounded};
use zera_proof_verify::points;

/// First bytes of a transcript; the last one is the version.
pub const MAGIC: [u8; 8] = *b"ZERAPH2\x01";
/// Most bytes of a transcript.
pub const MAX_BYTES: usize = 1 << 20;
/// Most bytes of a name or a beacon.
pub const MAX_NAME: usize = 128;
/// Most rounds of a beacon's hash, as a logarithm.
pub const MAX_ROUNDS: u8 = 32;

const CHAIN_DOMAIN: &str = "zera/proof/setup/chain/v1";
const LINK_DOMAIN: &str = "zera/proof/setup/link/v1";
const BEACON_DOMAIN: &str = "zera/proof/setup/beacon/v1";

/// What the ceremony is about.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Subject {
    /// Number of the class.
    pub class: u8,
    /// Digest of the circuit.
    pub circuit: Hash,
    /// Digest of the powers that the circuit's domain needs.
    pub powers: Hash,
}

/// A new value of delta or delta_D with a proof that whoever made it knows its ratio to the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Link {
    /// The value in G1.
    pub g1: [u8; 32],
    /// The value in G2.
    pub g2: [u8; 64],
    /// Schnorr's commitment: a nonce times the value before.
    pub nonce: [u8; 32],
    /// Schnorr's response.
    pub response: [u8; 32],
}

/// Bytes that nobody could foresee.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Beacon {
    /// The bytes.
    pub source: Vec<u8>,
    /// How often they are hashed: 2^this.
    pub log_rounds: u8,
}

/// One contribution.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Contribution {
    /// Whoever made it, in their own words.
    pub name: String,
    /// Where its secrets come from, if from a beacon.
    pub beacon: Option<Beacon>,
    /// delta.
    pub delta: Link,
    /// delta_D.
    pub delta_d: Link,
}

/// All contributions to the key of one circuit.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Transcript {
    /// What it is about.
    pub subject: Subject,
    /// In order; the last one is a beacon when the ceremony is over.
    pub contributions: Vec<Contribution>,
}

impl Link {
    /// A link with its proof: `after` is `secret` times `before`, in both groups.
    pub(crate) fn new(
        element: &str,
        chain: &[u8; 32],
        name: &str,
        before: G1Affine,
        after: (G1Affine, G2Affine),
        secret: Fr,
        nonce: Fr,
    ) -> Result<Self, SetupError> {
        let bytes = |what| SetupError::Transcript(what);
        let mut link = Self {
            g1: points::to_bytes(&after.0).map_err(bytes)?,
            g2: points::to_bytes(&after.1).map_err(bytes)?,
            nonce: points::to_bytes(&(before * nonce).into_affine()).map_err(bytes)?,
            response: [0; 32],
        };
        let response = nonce + link.challenge(element, chain, name) * secret;
        link.response = points::to_bytes(&response).map_err(bytes)?;
        Ok(link)
    }

    fn challenge(&self, element: &str, chain: &[u8; 32], name: &str) -> Fr {
        let mut hasher = blake3::Hasher::new_derive_key(LINK_DOMAIN);
        hasher.update(&(element, chain, name, self.g1, self.g2, self.nonce).encode());
        let mut wide = [0_u8; 64];
        hasher.finalize_xof().fill(&mut wide);
        Fr::from_le_bytes_mod_order(&wide)
    }

    /// The values, if the proof holds and they are new and alike in both groups.
    fn check(
        &self,
        element: &str,
        chain: &[u8; 32],
        name: &str,
        before: (G1Affine, G2Affine),
    ) -> Result<(G1Affine, G2Affine), &'static str> {
        let after = (points::g1(&self.g1)?, points::g2(&self.g2)?);
        let (nonce, response) = (points::g1(&self.nonce)?, points::scalar(&self.response)?);
        if after.0 == before.0 {
            return Err("nothing was contributed");
        }
        let challenge = self.challenge(element, chain, name);
        if before.0 * response != nonce.into_group() + after.0 * challenge {
            return Err("the proof that the secret was known does not hold");
        }
        let generators = (G1Affine::generator(), G2Affine::generator());
        if !same_ratio((generators.0, after.0), (generators.1, after.1)) {
            return Err("the value differs between the groups");
        }
        Ok(after)
    }
}

impl Beacon {
    /// A beacon within bounds.
    ///
    /// # Errors
    /// [`SetupError::Transcript`].
    pub fn new(source: &[u8], log_rounds: u8) -> Result<Self, SetupError> {
        if source.is_empty() || source.len() > MAX_NAME || log_rounds > MAX_ROUNDS {
            return Err(SetupError::Transcript("a beacon is empty, too long, or hashed too often"));
        }
        Ok(Self { source: source.to_vec(), log_rounds })
    }

    /// What it multiplies delta and delta_D by, and the nonces of its proofs.
    pub(crate) fn secrets(&self, chain: &[u8; 32]) -> (Fr, Fr, (Fr, Fr)) {
        let mut state = blake3::derive_key(BEACON_DOMAIN, &self.encode());
        for _ in 0..1_u64 << self.log_rounds.min(MAX_ROUNDS) {
            state = *blake3::hash(&state).as_bytes();
        }
        let mut stream = Secrets::new(state).stream("beacon", chain);
        (stream.scalar(), stream.scalar(), (stream.scalar(), stream.scalar()))
    }
}

impl Contribution {
    pub(crate) fn new(name: String, beacon: Option<Beacon>, delta: Link, delta_d: Link) -> Result<Self, SetupError> {
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(SetupError::Transcript("a name is empty or too long"));
        }
        Ok(Self { name, beacon, delta, delta_d })
    }
}

impl Transcript {
    /// One without contributions.
    #[must_use]
    pub const fn new(subject: Subject) -> Self {
        Self { subject, contributions: Vec::new() }
    }

    /// Digest of everything so far: what the next contribution builds on, and what a contributor attests to.
    #[must_use]
    pub fn chain(&self) -> [u8; 32] {
        let first = blake3::derive_key(CHAIN_DOMAIN, &self.subject.encode());
        self.contributions.iter().fold(first, |chain, contribution| next(&chain, contribution))
    }

    /// Follows the chain of contributions to its end.
    ///
    /// # Errors
    /// The first contribution that does not follow, or an end that no key may have.
    pub fn follow(&self) -> Result<Deltas, SetupError> {
        let mut deltas = Deltas::first();
        let mut chain = blake3::derive_key(CHAIN_DOMAIN, &self.subject.encode());
        for (index, contribution) in self.contributions.iter().enumerate() {
            let last = index + 1 == self.contributions.len();
            deltas =
                step(contribution, &chain, &deltas, last).map_err(|what| SetupError::Contribution { index, what })?;
            chain = next(&chain, contribution);
        }
        let Deltas { delta, delta_d } = deltas;
        // Up to the sign: the ratio would be known either way. gamma is the generator.
        let [delta_x, delta_d_x, gamma_x] = [delta.1, delta_d.1, G2Affine::generator()].map(|point| point.x());
        if delta_x == gamma_x || delta_d_x == gamma_x || delta_x == delta_d_x {
            return Err(SetupError::Key("gamma, delta and delta_D are not three different points"));
        }
        Ok(deltas)
    }

    /// Whether a beacon closed it after somebody had contributed.
    #[must_use]
    pub fn closed(&self) -> bool {
        self.contributions.len() > 1 && self.contributions.last().is_some_and(|last| last.beacon.is_some())
    }

    /// The file's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        (MAGIC, self).encode()
    }

    /// Reads a file. [`Transcript::follow`] looks at what it says.
    ///
    /// # Errors
    /// [`SetupError::Transcript`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SetupError> {
        let body = bytes.strip_prefix(&MAGIC).ok_or(SetupError::Transcript("it is no transcript of version 1"))?;
        let transcript: Self =
            decode_bounded(body, MAX_BYTES).map_err(|_| SetupError::Transcript("it is cut or malformed"))?;
        if transcript.encode() == body { Ok(transcript) } else { Err(SetupError::Transcript("it is not canonical")) }
    }
}

fn next(chain: &[u8; 32], contribution: &Contribution) -> [u8; 32] {
    blake3::derive_key(CHAIN_DOMAIN, &(chain, contribution).encode())
}

/// Checks one contribution.
fn step(contribution: &Contribution, chain: &[u8; 32], before: &Deltas, last: bool) -> Result<Deltas, &'static str> {
    let Contribution { name, beacon, delta, delta_d } = contribution;
    if name.is_empty() || name.len() > MAX_NAME {
        return Err("its name is empty or too long");
    }
    let after = Deltas {
        delta: delta.check("delta", chain, name, before.delta)?,
        delta_d: delta_d.check("delta_D", chain, name, before.delta_d)?,
    };
    let Some(beacon) = beacon else { return Ok(after) };
    if !last {
        return Err("a beacon stands before the end");
    }
    if beacon.source.is_empty() || beacon.source.len() > MAX_NAME || beacon.log_rounds > MAX_ROUNDS {
        return Err("its beacon is empty, too long, or hashed too often");
    }
    let (x, y, nonces) = beacon.secrets(chain);
    let expected = |element, before: (G1Affine, G2Affine), after, secret, nonce| {
        Link::new(element, chain, name, before.0, after, secret, nonce).map_err(|_| "its beacon gives no link")
    };
    let links = (
        expected("delta", before.delta, after.delta, x, nonces.0)?,
        expected("delta_D", before.delta_d, after.delta_d, y, nonces.1)?,
    );
    let values = ((before.delta.0 * x).into_affine(), (before.delta_d.0 * y).into_affine());
    if values == (after.delta.0, after.delta_d.0) && links == (*delta, *delta_d) {
        Ok(after)
    } else {
        Err("it does not follow from its beacon")
    }
}
