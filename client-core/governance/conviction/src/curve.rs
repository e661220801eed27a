//! The conviction triple (y, x, s): evaluated lazily, piecewise across parameter epochs (design §6).
//!
//! Nothing here reads state or ends a computation early: an evaluation takes the triple as it was last written and
//! never writes it back, so looking never changes a result.

use crate::{decay::decay, wide};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use zera_primitives::{Amount, Slot};

/// One stretch of time with one decay factor: from `start` until the next span starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Span {
    /// Slot of the block that enacted these parameters.
    pub start: Slot,
    /// α in units of 2^−128, see [`crate::alpha`].
    pub alpha: u128,
}

/// The spans that any living triple can still need, oldest first; the last one is in force now.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Timeline(pub Vec<Span>);

impl Timeline {
    /// `from` pulled towards `towards` from slot `since` to slot `now`, one floor for each span touched.
    #[must_use]
    pub fn follow(&self, from: u128, towards: u128, since: Slot, now: Slot) -> u128 {
        let mut value = from;
        for (index, span) in self.0.iter().enumerate() {
            let end = self.0.get(index + 1).map_or(now, |next| next.start.min(now));
            let start = span.start.max(since);
            value = decay(span.alpha, end.since(start)).blend(value, towards);
        }
        value
    }

    /// Starts a span. One that would have no length is replaced.
    pub fn begin(&mut self, span: Span) {
        if self.0.last().is_some_and(|last| last.start >= span.start) {
            self.0.pop();
        }
        self.0.push(span);
    }

    /// Forgets the spans that ended at or before `oldest`, the earliest slot any living triple was written at.
    pub fn forget_before(&mut self, oldest: Slot) {
        let ended = self.0.windows(2).take_while(|pair| matches!(pair, [_, next] if next.start <= oldest)).count();
        self.0.drain(..ended);
    }
}

/// Conviction of one allocation, of one side of a proposal, or of the threshold base.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Curve {
    /// Conviction y at slot `since`, in base units.
    pub y: Amount,
    /// Stake x that y grows towards, in base units.
    pub x: Amount,
    /// Slot s of the last change.
    pub since: Slot,
}

impl Curve {
    /// y at slot `now`, which must not lie before `since` (an earlier slot gives y as written).
    #[must_use]
    pub fn at(&self, timeline: &Timeline, now: Slot) -> Amount {
        Amount(timeline.follow(self.y.0, self.x.0, self.since, now))
    }

    /// Sets the stake to `x` and keeps the conviction: the threshold base, which alone decays, and any increase.
    #[must_use]
    pub fn redirected(&self, timeline: &Timeline, now: Slot, x: Amount) -> Self {
        Self { y: self.at(timeline, now), x, since: now }
    }
}

/// Changes one allocation inside its side from stake `allocation.x` to `x` and returns both as they are after it, or
/// `None` when the side's stake would leave the range of an amount.
///
/// An increase keeps the conviction. A reduction scales the allocation's y to ⌊y·x′/x⌋ and takes the difference out of
/// the side: conviction leaves with the stake that earned it. Flooring lets the side lie a few units off the sum of its
/// allocations, so it is clamped to 0 ≤ `y_side` ≤ `x_side` (design §6).
#[must_use]
pub fn change(side: &Curve, allocation: &Curve, timeline: &Timeline, now: Slot, x: Amount) -> Option<(Curve, Curve)> {
    let before = allocation.at(timeline, now);
    let after = if x < allocation.x { Amount(wide::mul_div(before.0, x.0, allocation.x.0)?) } else { before };
    let side_x = side.x.sub(allocation.x).and_then(|rest| rest.add(x)).ok()?;
    let side_y = side.at(timeline, now).saturating_sub(before.saturating_sub(after)).min(side_x);
    Some((Curve { y: side_y, x: side_x, since: now }, Curve { y: after, x, since: now }))
}
