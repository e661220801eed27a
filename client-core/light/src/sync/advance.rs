//! Taking what peers serve.

use super::{AHEAD_MS, KEPT_BLOCKS, KEPT_EPOCHS, KEPT_WAY, Light, LightError, Passed, Step, Waymark, committee};
use crate::{
    certificate::{
        Certificate, CertificateError,
        quorum::{Claim, all_hold, first_hold},
    },
    committee::Committee,
    evidence::{Evidence, Side, clash},
};
use alloc::{sync::Arc, vec::Vec};
use zera_primitives::{Header, Height};
use zera_wire::answer::{Boundary, Finality};

/// A boundary of which everything but the signatures is checked.
struct Pending<'a> {
    boundary: &'a Boundary,
    certificate: Certificate,
    committee: Arc<Committee>,
    next: Arc<Committee>,
}

impl Pending<'_> {
    fn claim(&self) -> Result<Claim<'_>, CertificateError> {
        self.certificate.claim(&self.boundary.last.header, &self.committee)
    }
}

impl Light {
    /// Takes a certified block: the new tip, or one below it of an epoch whose set is kept.
    ///
    /// # Errors
    /// [`LightError`]; after [`LightError::Conflict`] nothing is taken any more.
    pub fn tip(&mut self, block: &Finality, now_ms: u64) -> Result<Step, LightError> {
        self.ready(now_ms)?;
        let header = &block.header;
        self.plain(header, now_ms)?;
        let known = self.certified(header.height).map_or(&self.start, |known| &known.header);
        if known == header {
            return Ok(Step::Known);
        }
        let committee = self.committee_of(header.epoch)?;
        let certificate = Certificate::from_bytes(&block.certificate)?;
        let claims = [certificate.claim(header, committee)?];
        if !all_hold(&self.anchor.genesis, &claims) {
            return Err(wrong_signature(&certificate, header, committee));
        }
        self.agree(block, &Arc::clone(committee))?;
        let step = if header.height > self.head().height { Step::Advanced } else { Step::Older };
        self.keep(block);
        Ok(step)
    }

    /// Takes the last blocks of consecutive epochs, from [`epoch`](Self::epoch) on; their signatures are checked together. Those
    /// of past epochs are compared. On an error, those before the first bad one are taken.
    ///
    /// # Errors
    /// [`LightError`]; after [`LightError::Conflict`] nothing is taken any more.
    pub fn boundaries(&mut self, boundaries: &[Boundary], now_ms: u64) -> Result<(), LightError> {
        self.ready(now_ms)?;
        let past = boundaries.iter().take_while(|boundary| boundary.last.header.epoch < self.epoch).count();
        let (past, coming) = boundaries.split_at(past);
        for boundary in past {
            match self.tip(&boundary.last, now_ms) {
                Ok(_) | Err(LightError::TooOld(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let (pending, broken) = self.pending(coming, now_ms);
        let (held, broken) = self.held(&pending).map_or((pending.len(), broken), |(held, error)| (held, Some(error)));
        for pending in pending.into_iter().take(held) {
            self.pass(pending)?;
        }
        broken.map_or(Ok(()), Err)
    }

    /// Everything but the signatures: the boundaries that may be taken, and what is wrong with the one after them.
    fn pending<'a>(&self, boundaries: &'a [Boundary], now_ms: u64) -> (Vec<Pending<'a>>, Option<LightError>) {
        let mut pending: Vec<Pending<'_>> = Vec::with_capacity(boundaries.len());
        for boundary in boundaries {
            let before = pending.last().map_or(&self.committee, |pending| &pending.next);
            let expected = self.epoch.saturating_add(pending.len() as u64);
            match self.prepare(boundary, expected, before, now_ms) {
                Ok(prepared) => pending.push(prepared),
                Err(error) => return (pending, Some(error)),
            }
        }
        (pending, None)
    }

    fn prepare<'a>(
        &self,
        boundary: &'a Boundary,
        expected: u64,
        committee_of_epoch: &Arc<Committee>,
        now_ms: u64,
    ) -> Result<Pending<'a>, LightError> {
        let header = &boundary.last.header;
        self.plain(header, now_ms)?;
        if header.epoch != expected {
            return Err(LightError::Gap { needed: expected, given: header.epoch });
        }
        if !self.rules.is_last(header.height) {
            return Err(LightError::NotLast(header.height));
        }
        let next = match &boundary.next {
            Some(bytes) => committee(bytes, &header.next_validators, committee_of_epoch)?,
            None if header.next_validators == committee_of_epoch.hash() => Arc::clone(committee_of_epoch),
            None => return Err(LightError::OtherSet),
        };
        let certificate = Certificate::from_bytes(&boundary.last.certificate)?;
        let pending = Pending { boundary, certificate, committee: Arc::clone(committee_of_epoch), next };
        pending.claim()?;
        Ok(pending)
    }

    /// None when all signatures hold; otherwise how many boundaries hold before the first that does not, and why it does not.
    fn held(&self, pending: &[Pending<'_>]) -> Option<(usize, LightError)> {
        let claims: Vec<Claim<'_>> = pending.iter().filter_map(|pending| pending.claim().ok()).collect();
        if all_hold(&self.anchor.genesis, &claims) {
            return None;
        }
        let held = first_hold(&self.anchor.genesis, &claims);
        let Pending { boundary, certificate, committee, .. } = pending.get(held)?;
        Some((held, wrong_signature(certificate, &boundary.last.header, committee)))
    }

    /// Goes on to the epoch after a boundary that holds.
    fn pass(&mut self, pending: Pending<'_>) -> Result<(), LightError> {
        let Pending { boundary, committee, next, .. } = pending;
        let header = &boundary.last.header;
        self.agree(&boundary.last, &committee)?;
        self.keep(&boundary.last);
        self.way.push_back(Waymark { epoch: header.epoch, height: header.height, next: header.next_validators });
        self.passed.push_back(Passed { last: boundary.last.clone(), committee });
        self.way.drain(..self.way.len().saturating_sub(KEPT_WAY));
        self.passed.drain(..self.passed.len().saturating_sub(KEPT_EPOCHS));
        self.epoch = header.epoch.saturating_add(1);
        self.committee = next;
        Ok(())
    }

    /// Whether anything may be taken at all.
    fn ready(&self, now_ms: u64) -> Result<(), LightError> {
        if self.evidence.is_some() {
            return Err(LightError::Conflict);
        }
        if self.is_expired(now_ms) { Err(LightError::Expired) } else { Ok(()) }
    }

    /// What a header alone tells.
    fn plain(&self, header: &Header, now_ms: u64) -> Result<(), LightError> {
        self.rules.check(&self.anchor.genesis, header)?;
        let ahead = self.rules.time_ms(header.slot) > now_ms.saturating_add(AHEAD_MS);
        if ahead { Err(LightError::Ahead(header.slot)) } else { Ok(()) }
    }

    /// Compares a certified block with those that are known: of its height, and next to it below and above.
    fn agree(&mut self, block: &Finality, committee: &Committee) -> Result<(), LightError> {
        let (header, height) = (&block.header, block.header.height);
        if clash(&self.start, header).is_some() {
            return Err(LightError::Anchor);
        }
        let passed = || self.passed.iter().map(|passed| &passed.last);
        let below = self.recent.range(..=height).map(|(_, block)| block).chain(passed());
        let above = self.recent.range(height..).map(|(_, block)| block).chain(passed());
        let below = below.filter(|known| known.header.height <= height).max_by_key(|known| known.header.height);
        let above = above.filter(|known| known.header.height >= height).min_by_key(|known| known.header.height);
        let Some(known) = [below, above].into_iter().flatten().find(|known| clash(&known.header, header).is_some())
        else {
            return Ok(());
        };
        let set = self.committee_of(known.header.epoch)?.set().clone();
        let (one, two) =
            (Side { block: known.clone(), set }, Side { block: block.clone(), set: committee.set().clone() });
        self.evidence = Some(Evidence::new(self.rules, one, two));
        Err(LightError::Conflict)
    }

    /// Keeps a certified block to compare others with.
    fn keep(&mut self, block: &Finality) {
        self.recent.insert(block.header.height, block.clone());
        if self.recent.len() > KEPT_BLOCKS {
            self.recent.pop_first();
        }
    }

    /// The height that the next tip must be beyond.
    #[must_use]
    pub fn height(&self) -> Height {
        self.head().height
    }
}

/// What is wrong with a certificate of which the batch has said that something is.
fn wrong_signature(certificate: &Certificate, header: &Header, committee: &Committee) -> LightError {
    let found = certificate.verify(header, committee.set());
    LightError::Certificate(found.err().unwrap_or(CertificateError::Malformed))
}
