//! What a light client stores, and opens again as if a stranger had written it: the set must be the one that the newest
//! boundary names, that boundary and the tip must be certified, and all of it must follow from the checkpoint's chain. What
//! lies between the checkpoint and that boundary is not stored. So damage is noticed; somebody who writes all of the storage
//! could name another checkpoint as well, which is why the page shows it.

use super::{Light, LightError, Passed, Waymark, committee};
use crate::{
    anchor::Anchor,
    certificate::Certificate,
    committee::Committee,
    rules::Rules,
    validators::{MAX_VALIDATORS, ValidatorSet},
};
use alloc::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    vec::Vec,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Header, decode_bounded};
use zera_wire::answer::{Boundary, Finality};

/// Most bytes of a saved state.
pub const SAVED_BYTES: usize = 256 << 10;
const VERSION: u8 = 1;

#[derive(Encode, Decode, DecodeWithMemTracking)]
struct Saved {
    version: u8,
    anchor: Anchor,
    start: Header,
    rules: Rules,
    /// The set of the checkpoint's epoch, or of the epoch before the newest known.
    set: ValidatorSet,
    /// The last block of the epoch before the newest known, and the set it names.
    boundary: Option<Boundary>,
    tip: Option<Finality>,
    way: Vec<Waymark>,
}

impl Light {
    /// The bytes to store.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let last = self.passed.back();
        let boundary = last.map(|passed| Boundary {
            last: passed.last.clone(),
            next: (passed.committee != self.committee).then(|| self.committee.set().encode()),
        });
        let saved = Saved {
            version: VERSION,
            anchor: self.anchor,
            start: self.start.clone(),
            rules: self.rules,
            set: last.map_or(&self.committee, |passed| &passed.committee).set().clone(),
            boundary,
            tip: self.finality().cloned(),
            way: self.way.iter().copied().collect(),
        };
        saved.encode()
    }

    /// Opens stored bytes. Evidence is not among them: it is a file of its own.
    ///
    /// # Errors
    /// [`LightError`]: begin at the checkpoint again.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LightError> {
        let saved: Saved = decode_bounded(bytes, SAVED_BYTES).map_err(|_| LightError::Saved)?;
        if saved.version != VERSION || saved.set.keys().len() > MAX_VALIDATORS || !saved.set.keys().is_sorted() {
            return Err(LightError::Saved);
        }
        let Some(Boundary { last, next }) = saved.boundary else {
            let light = Self::new(saved.anchor, saved.start, saved.set, saved.rules)?;
            return light.reopened(saved.tip);
        };
        let (rules, header) = (saved.rules, &last.header);
        if !saved.anchor.is(&saved.start) || header.height < saved.start.height || !rules.is_last(header.height) {
            return Err(LightError::Saved);
        }
        rules.check(&saved.anchor.genesis, header)?;
        let before = Arc::new(Committee::new(ValidatorSet::from_bytes(&saved.set.encode())?, None)?);
        Certificate::from_bytes(&last.certificate)?.verify(header, before.set())?;
        let now = match next {
            Some(bytes) => committee(&bytes, &header.next_validators, &before)?,
            None if header.next_validators == before.hash() => Arc::clone(&before),
            None => return Err(LightError::OtherSet),
        };
        let light = Self {
            anchor: saved.anchor,
            start: saved.start,
            rules,
            epoch: header.epoch.saturating_add(1),
            committee: now,
            recent: BTreeMap::from([(header.height, last.clone())]),
            passed: VecDeque::from([Passed { last, committee: before }]),
            way: saved.way.into(),
            evidence: None,
        };
        light.reopened(saved.tip)
    }

    /// Takes the stored tip, at whatever time.
    fn reopened(mut self, tip: Option<Finality>) -> Result<Self, LightError> {
        if let Some(tip) = tip {
            // Its own time: how old it is by now is for whoever goes on from it.
            let now_ms = self.rules.time_ms(tip.header.slot);
            let trusting = core::mem::replace(&mut self.rules.trusting_slots, u64::MAX);
            self.tip(&tip, now_ms)?;
            self.rules.trusting_slots = trusting;
        }
        Ok(self)
    }
}
