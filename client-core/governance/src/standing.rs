//! Where a proposal stands at one slot and what follows from it: the one transition rule that the block's tick and
//! the voter's forecast share (design §6).

use crate::wide;
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::cmp::Ordering;
use scale_info::TypeInfo;
use zera_primitives::{Amount, Class, Params, ProposalState, Slot};

/// A proposal that is still accruing after this many half-lives expires.
pub const EXPIRY_HALF_LIVES: u64 = 20;

/// Conviction, stake and threshold base at one slot, all in base units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Standing {
    /// Conviction for.
    pub y_for: Amount,
    /// Conviction against.
    pub y_against: Amount,
    /// Stake for.
    pub x_for: Amount,
    /// Stake against.
    pub x_against: Amount,
    /// Threshold base S.
    pub base: Amount,
}

impl Standing {
    /// `y_for − y_against > τ·S`, exact, with τ in parts per million.
    #[must_use]
    pub fn passes(&self, threshold_ppm: u32) -> bool {
        self.y_for.sub(self.y_against).is_ok_and(|net| {
            wide::cmp_products(net.0, 1_000_000, self.base.0, threshold_ppm.into()) == Ordering::Greater
        })
    }

    /// True while at least as much stake is against as for: confirmation and timelock stand still.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.x_for <= self.x_against
    }

    /// True when the conviction for is at least 1 % of S, which saves the deposit.
    #[must_use]
    pub fn saves_deposit(&self) -> bool {
        wide::cmp_products(self.y_for.0, 100, self.base.0, 1) != Ordering::Less
    }

    /// `⌊τ·S⌋`: what the conviction for, less the one against, has to pass.
    #[must_use]
    pub fn threshold(&self, threshold_ppm: u32) -> Amount {
        Amount(wide::mul_div(self.base.0, threshold_ppm.into(), 1_000_000).unwrap_or(u128::MAX))
    }

    /// Net conviction that is missing for passing; zero when it passes.
    #[must_use]
    pub fn shortfall(&self, threshold_ppm: u32) -> Amount {
        if self.passes(threshold_ppm) {
            return Amount::ZERO;
        }
        let above = self.threshold(threshold_ppm).0.saturating_add(1);
        Amount(above.saturating_add(self.y_against.0).saturating_sub(self.y_for.0))
    }
}

/// What one block does to a proposal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// It now is in this state, which may be the one it was in.
    To(ProposalState),
    /// Its timelock is over and it passes: it is rehearsed in this block, and locked in if that succeeds.
    LockIn,
    /// It was locked in and passes: its enactment begins in this block.
    Due,
    /// Its enactment goes on in this block.
    Continue,
    /// It is out of time.
    Expire,
}

/// Moves a live proposal of `class` by at most one state, timed from the block's slot `now`.
///
/// A proposal may cross at the block at which it would expire: passing is looked at first, so that a chain that
/// slept does not bury what has gathered conviction meanwhile.
#[must_use]
pub fn step(
    state: ProposalState,
    standing: &Standing,
    class: Class,
    params: &Params,
    expires: Slot,
    now: Slot,
) -> Step {
    let passes = standing.passes(params.threshold_ppm[class.index()]);
    match state {
        ProposalState::Submitted => Step::To(ProposalState::Accruing),
        ProposalState::Accruing if passes => Step::To(ProposalState::Confirming { held: 0, at: now }),
        ProposalState::Accruing if now >= expires => Step::Expire,
        ProposalState::Accruing => Step::To(state),
        ProposalState::Confirming { .. } if !passes => Step::To(ProposalState::Accruing),
        ProposalState::Confirming { held, at } => {
            let held = advance(held, at, standing, now);
            Step::To(if held >= params.confirmation(class) && !standing.is_paused() {
                ProposalState::Approved { held: 0, at: now, since: now }
            } else {
                ProposalState::Confirming { held, at: now }
            })
        }
        ProposalState::Approved { held, at, since } => {
            let held = advance(held, at, standing, now);
            if now.since(since).saturating_sub(held) > params.half_life {
                Step::Expire // paused for more than one half-life: enactment waits no longer
            } else if held < params.timelock(class) || standing.is_paused() {
                Step::To(ProposalState::Approved { held, at: now, since })
            } else if passes {
                Step::LockIn
            } else {
                Step::To(ProposalState::Accruing)
            }
        }
        ProposalState::LockedIn { .. } if !passes => Step::To(ProposalState::Accruing),
        ProposalState::LockedIn { .. } if !standing.is_paused() => Step::Due,
        ProposalState::LockedIn { since, .. } if now.since(since) > params.half_life => Step::Expire,
        ProposalState::Migrating { .. } => Step::Continue,
        closed => Step::To(closed),
    }
}

/// Slots held up to `now`: those since `at` count unless the block is paused.
fn advance(held: u64, at: Slot, standing: &Standing, now: Slot) -> u64 {
    if standing.is_paused() { held } else { held.saturating_add(now.since(at)) }
}
