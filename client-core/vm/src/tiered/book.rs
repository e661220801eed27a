//! What is known of each code: how much it runs, on which engine, how often it was checked, and whether the fast engine
//! is off for it.

use super::{Disagreement, Threshold};
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, codec::DecodeError, codec::decode_bounded};

/// Codes known at once. Beyond that those are forgotten that run on the reference: they lose only their heat.
const MOST_CODES: usize = 1_024;
/// Disagreements kept.
pub const MOST_DISAGREEMENTS: usize = 64;
/// Bytes of an encoded [`Report`].
pub const REPORT_BYTES: usize = 1 << 20;
/// Calls of a code that are always checked when it has just moved to the fast engine, if anything is checked at all.
const FIRST_CHECKED: u64 = 2;
/// What one call on the reference costs beside its gas, in gas: it makes a fresh instance.
const CALL_HEAT: u64 = 2_000;

/// Which engine runs a code.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub enum Tier {
    /// The reference: it has not run enough to be worth compiling.
    #[default]
    Reference,
    /// The fast engine.
    Fast,
    /// The reference, because the fast engine could not take or run the code, as it said.
    Refused(String),
    /// The reference, because the fast engine was caught in a difference.
    Disagreed(String),
}

/// Calls and gas of one code, nested calls not counted with their callers'.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct Counts {
    /// Calls that the fast engine ran.
    pub calls_fast: u64,
    /// Calls that the reference ran, checks not counted.
    pub calls_reference: u64,
    /// Gas of the calls that the fast engine ran.
    pub gas_fast: u64,
    /// Gas of the calls that the reference ran, checks not counted.
    pub gas_reference: u64,
    /// Calls run twice.
    pub checked: u64,
    /// Of these, calls about which both engines agree.
    pub agreed: u64,
}

/// One code's line.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct EngineStats {
    /// The code.
    pub code: Hash,
    /// Which engine runs it now.
    pub tier: Tier,
    /// What it ran.
    pub counts: Counts,
}

/// What an engine elsewhere, in a pipeline, has counted and found since its last report.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct Report {
    /// Codes that ran.
    pub codes: Vec<EngineStats>,
    /// Differences found.
    pub disagreements: Vec<Disagreement>,
}

impl Report {
    /// Decodes outside bytes, at most [`REPORT_BYTES`] of them.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_bounded(bytes, REPORT_BYTES)
    }
}

impl Counts {
    fn add(&mut self, other: &Self) {
        let both = [
            (&mut self.calls_fast, other.calls_fast),
            (&mut self.calls_reference, other.calls_reference),
            (&mut self.gas_fast, other.gas_fast),
            (&mut self.gas_reference, other.gas_reference),
            (&mut self.checked, other.checked),
            (&mut self.agreed, other.agreed),
        ];
        for (sum, more) in both {
            *sum = sum.saturating_add(more);
        }
    }
}

#[derive(Default)]
struct Page {
    tier: Tier,
    /// Work done on the reference since the fast engine last held the code, in gas.
    heat: u64,
    /// Calls on the fast engine since it took the code.
    run: u64,
    /// How often the fast engine could not run it for a moment, for example for lack of address space. Each time it has to
    /// get twice as hot as the last time.
    refused: u32,
    counts: Counts,
}

/// The book.
#[derive(Default)]
pub(super) struct Book {
    pages: BTreeMap<Hash, Page>,
    disagreements: Vec<Disagreement>,
}

impl Book {
    fn page(&mut self, code: &Hash) -> &mut Page {
        if self.pages.len() >= MOST_CODES && !self.pages.contains_key(code) {
            self.pages.retain(|_, page| !matches!(page.tier, Tier::Reference));
            if self.pages.len() >= MOST_CODES {
                self.pages.retain(|_, page| matches!(page.tier, Tier::Disagreed(_)));
            }
        }
        self.pages.entry(*code).or_default()
    }

    pub(super) fn is_fast(&self, code: &Hash) -> bool {
        self.pages.get(code).is_some_and(|page| page.tier == Tier::Fast)
    }

    /// True when a code of that size has run enough on the reference to be worth compiling.
    pub(super) fn is_due(&self, code: &Hash, threshold: Threshold, bytes: u64) -> bool {
        let wanted =
            |page: &Page| threshold.gas(bytes).saturating_mul(1u64.checked_shl(page.refused).unwrap_or(u64::MAX));
        let hot = |page: &Page| page.tier == Tier::Reference && page.heat >= wanted(page);
        self.pages.get(code).map_or(threshold == Threshold::NONE, hot)
    }

    /// The fast engine holds the code from now on.
    pub(super) fn promote(&mut self, code: &Hash) {
        let page = self.page(code);
        page.tier = Tier::Fast;
        page.run = 0;
    }

    /// The fast engine has dropped the code to make room: it has to get hot again.
    pub(super) fn demote(&mut self, code: &Hash) {
        let page = self.page(code);
        page.tier = Tier::Reference;
        page.heat = 0;
    }

    /// The fast engine could not run the code this time, and nothing ran.
    pub(super) fn refuse(&mut self, code: &Hash) {
        self.demote(code);
        let page = self.page(code);
        page.refused = page.refused.saturating_add(1);
    }

    /// The fast engine never runs the code again. A difference weighs more than a refusal.
    pub(super) fn turn_off(&mut self, code: &Hash, why: Tier) {
        let page = self.page(code);
        if !matches!(page.tier, Tier::Disagreed(_)) {
            page.tier = why;
        }
    }

    pub(super) fn disagree(&mut self, found: Disagreement) {
        let reason = alloc::format!("{:?} differs: {} and {}", found.what, found.fast, found.reference);
        self.turn_off(&found.code, Tier::Disagreed(reason));
        if self.disagreements.len() < MOST_DISAGREEMENTS {
            self.disagreements.push(found);
        }
    }

    pub(super) fn ran_fast(&mut self, code: &Hash, gas: u64) {
        let page = self.page(code);
        page.run = page.run.saturating_add(1);
        page.counts.add(&Counts { calls_fast: 1, gas_fast: gas, ..Counts::default() });
    }

    pub(super) fn ran_reference(&mut self, code: &Hash, gas: u64) {
        let page = self.page(code);
        page.heat = page.heat.saturating_add(gas).saturating_add(CALL_HEAT);
        page.counts.add(&Counts { calls_reference: 1, gas_reference: gas, ..Counts::default() });
    }

    pub(super) fn checked(&mut self, code: &Hash, agreed: bool) {
        let agreed = u64::from(agreed);
        self.page(code).counts.add(&Counts { checked: 1, agreed, ..Counts::default() });
    }

    /// True for the first calls that the fast engine makes of a code it has just taken.
    pub(super) fn is_new(&self, code: &Hash) -> bool {
        self.pages.get(code).is_none_or(|page| page.run < FIRST_CHECKED)
    }

    pub(super) fn stats(&self) -> Vec<EngineStats> {
        let line =
            |(code, page): (&Hash, &Page)| EngineStats { code: *code, tier: page.tier.clone(), counts: page.counts };
        self.pages.iter().map(line).collect()
    }

    pub(super) fn take_disagreements(&mut self) -> Vec<Disagreement> {
        core::mem::take(&mut self.disagreements)
    }

    pub(super) const fn has_disagreements(&self) -> bool {
        !self.disagreements.is_empty()
    }

    /// What has happened since the last report; the counts begin again.
    pub(super) fn report(&mut self) -> Report {
        let mut codes = self.stats();
        codes.retain(|line| line.counts != Counts::default());
        self.pages.values_mut().for_each(|page| page.counts = Counts::default());
        Report { codes, disagreements: self.take_disagreements() }
    }

    /// Takes over what an engine elsewhere reported. What it could not compile may compile here; a difference counts
    /// everywhere.
    pub(super) fn absorb(&mut self, report: Report) {
        for line in report.codes {
            self.page(&line.code).counts.add(&line.counts);
        }
        report.disagreements.into_iter().for_each(|found| self.disagree(found));
    }
}
