//! What will happen to a proposal if nobody changes anything, or if someone makes one named change (design §6).
//!
//! Pure: a function of triples, parameters and time. The page, the node and the block use the same evaluation and the
//! same transition rule ([`crate::standing::step`]), so a forecast is what the chain will do, to the slot.

use crate::{
    base::{BaseDelta, threshold_base},
    curve::{Curve, Timeline, change},
    error::GovError,
    standing::{Standing, Step, step},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use zera_primitives::{Amount, Class, Height, Params, ProposalState, Side, Slot};

/// After this many half-lives nothing is left of old conviction: α^Δ has been rounded down to zero.
const SETTLED_HALF_LIVES: u64 = 130;

/// More state changes than any proposal at constant stake goes through; a bound for the loop, not a rule.
const MOST_TURNS: usize = 16;

/// Everything a forecast depends on.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Situation {
    /// The proposal's state.
    pub state: ProposalState,
    /// Its class.
    pub class: Class,
    /// Slot from which it expires if it is still accruing.
    pub expires: Slot,
    /// The side for.
    pub side_for: Curve,
    /// The side against.
    pub side_against: Curve,
    /// The threshold base B.
    pub base: Curve,
    /// Decay factors by parameter epoch.
    pub timeline: Timeline,
    /// Parameters in force.
    pub params: Params,
    /// Supply, base units.
    pub supply: Amount,
    /// Slot of the latest block.
    pub now: Slot,
    /// Slots from one block to the next; 1 when every slot has a block.
    pub cadence: u64,
}

/// How it ends at this support.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Outlook {
    /// It will be enacted at [`Forecast::enacts`].
    Enacts,
    /// Never at this support: the threshold lies above all that the stake can become.
    Never,
    /// It would cross, but expires before.
    ExpiresFirst,
    /// It crosses, but falls below the threshold again before it is enacted.
    FallsBack,
    /// At least as much stake is against as for, so confirmation and timelock stand still.
    Paused,
    /// It is closed already.
    Closed,
}

/// Dates of a proposal at one level of support. A date already behind, or never to come, is `None`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Forecast {
    /// How it ends.
    pub outlook: Outlook,
    /// Slot of the block that sees it above the threshold for the first time.
    pub crosses: Option<Slot>,
    /// Slot of the block that finds its confirmation complete.
    pub approved: Option<Slot>,
    /// Slot of the block that locks it in.
    pub locks: Option<Slot>,
    /// Slot of the block that enacts it, or begins to when its migration takes several.
    pub enacts: Option<Slot>,
}

/// One point of the conviction chart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ChartPoint {
    /// The slot.
    pub slot: Slot,
    /// Conviction for.
    pub y_for: Amount,
    /// Conviction against.
    pub y_against: Amount,
    /// `⌊τ·S⌋`: what `y_for − y_against` has to pass.
    pub threshold: Amount,
}

impl Situation {
    /// Conviction, stake and base at `slot`.
    ///
    /// # Errors
    /// [`GovError::Amount`] when the supply is no valid supply.
    pub fn standing(&self, slot: Slot) -> Result<Standing, GovError> {
        Ok(Standing {
            y_for: self.side_for.at(&self.timeline, slot),
            y_against: self.side_against.at(&self.timeline, slot),
            x_for: self.side_for.x,
            x_against: self.side_against.x,
            base: threshold_base(&self.base, &self.timeline, &self.params, self.supply, slot)?,
        })
    }

    /// The same situation after the holder of `held` on `side` sets that allocation to `x` now. Use
    /// [`Curve::default`] for someone who holds none yet.
    ///
    /// # Errors
    /// [`GovError::Amount`] when the amounts do not fit.
    pub fn with_allocation(&self, side: Side, held: &Curve, x: Amount) -> Result<Self, GovError> {
        let mut next = self.clone();
        let curve = match side {
            Side::For => &mut next.side_for,
            Side::Against => &mut next.side_against,
        };
        *curve = change(curve, held, &self.timeline, self.now, x).ok_or(GovError::OVERFLOW)?.0;
        let base_x = BaseDelta::between(held.x, x)?.apply(self.base.x)?;
        next.base = self.base.redirected(&self.timeline, self.now, base_x);
        Ok(next)
    }

    /// What happens if nobody changes anything from here on.
    ///
    /// # Errors
    /// [`GovError::Amount`] when the supply is no valid supply.
    pub fn forecast(&self) -> Result<Forecast, GovError> {
        let mut forecast =
            Forecast { outlook: Outlook::Closed, crosses: None, approved: None, locks: None, enacts: None };
        let (mut state, mut slot) = (self.state, self.now);
        // Each turn jumps to the next block at which the state can change. At constant stake a proposal passes during
        // one interval only (both conditions behind passing are monotone), so few turns reach the end.
        for _ in 0..MOST_TURNS {
            if !state.is_live() {
                return Ok(forecast);
            }
            let Some(next) = self.next_event(state, slot)? else {
                forecast.outlook = self.why_stuck(state, forecast.outlook, slot)?;
                return Ok(forecast);
            };
            slot = next;
            let before = state;
            state = match step(state, &self.standing(slot)?, self.class, &self.params, self.expires, slot) {
                Step::To(next) => next,
                Step::LockIn => ProposalState::LockedIn { height: Height(0), since: slot },
                Step::Due | Step::Continue => {
                    return Ok(Forecast { outlook: Outlook::Enacts, enacts: Some(slot), ..forecast });
                }
                Step::Expire => return Ok(Forecast { outlook: Outlook::ExpiresFirst, ..forecast }),
            };
            match state {
                ProposalState::Confirming { held: 0, .. } => forecast.crosses = Some(slot),
                ProposalState::Approved { held: 0, .. } => forecast.approved = Some(slot),
                ProposalState::LockedIn { .. } => forecast.locks = Some(slot),
                ProposalState::Accruing if before != ProposalState::Submitted => {
                    forecast = Forecast { outlook: Outlook::FallsBack, approved: None, locks: None, ..forecast };
                }
                _ => {}
            }
        }
        Ok(forecast)
    }

    /// The next block at which `state` can change, or `None` when it never will for the better.
    fn next_event(&self, state: ProposalState, slot: Slot) -> Result<Option<Slot>, GovError> {
        let soonest = slot.plus(self.cadence.max(1));
        let (done_at, paused) = match state {
            ProposalState::Submitted | ProposalState::Migrating { .. } => return Ok(Some(soonest)),
            ProposalState::LockedIn { .. } => {
                return Ok((!self.is_paused() || !self.passes(soonest)?).then_some(soonest));
            }
            ProposalState::Accruing => return self.first_passing(soonest),
            ProposalState::Confirming { held, at } => {
                (at.plus(self.params.confirmation(self.class).saturating_sub(held)), self.is_paused())
            }
            ProposalState::Approved { held, at, .. } => {
                (at.plus(self.params.timelock(self.class).saturating_sub(held)), self.is_paused())
            }
            _ => return Ok(None),
        };
        if paused {
            return Ok(None);
        }
        let done_at = self.block_at_or_after(done_at.max(soonest));
        if matches!(state, ProposalState::Approved { .. }) {
            return Ok(Some(done_at));
        }
        Ok(Some(match (self.passes(soonest)?, self.passes(done_at)?) {
            (false, _) => soonest, // below already: the next block sends it back
            (true, true) => done_at,
            (true, false) => self.block_at_or_after(self.flip(soonest, done_at, |slot| self.passes(slot))?),
        }))
    }

    /// First block from `from` on that finds the proposal passing before it expires.
    fn first_passing(&self, from: Slot) -> Result<Option<Slot>, GovError> {
        let horizon = self.settled(from);
        let (mut first, mut last) = (from, horizon);
        // Passing means passing against the floor φ·supply and against B; each condition is monotone in time.
        for against_floor in [true, false] {
            let holds = |slot| self.passes_part(slot, against_floor);
            match (holds(from)?, holds(horizon)?) {
                (false, false) => return Ok(None),
                (false, true) => first = first.max(self.flip(from, horizon, holds)?),
                (true, false) => last = last.min(self.flip(from, horizon, holds)?),
                (true, true) => {}
            }
        }
        let block = self.block_at_or_after(first);
        // The block that would expire it still looks at passing first; the one after it comes too late.
        let expiry = self.block_at_or_after(self.expires.max(from));
        Ok((block <= last && block <= expiry && self.passes(block)?).then_some(block))
    }

    /// Why nothing will move a proposal that is in `state` at `slot` and has come there as `so_far` says.
    fn why_stuck(&self, state: ProposalState, so_far: Outlook, slot: Slot) -> Result<Outlook, GovError> {
        Ok(if !matches!(state, ProposalState::Accruing) {
            Outlook::Paused
        } else if so_far == Outlook::FallsBack {
            Outlook::FallsBack
        } else if self.passes(self.settled(slot))? {
            Outlook::ExpiresFirst
        } else {
            Outlook::Never
        })
    }

    fn is_paused(&self) -> bool {
        self.side_for.x <= self.side_against.x
    }

    fn passes(&self, slot: Slot) -> Result<bool, GovError> {
        Ok(self.standing(slot)?.passes(self.threshold_ppm()))
    }

    fn passes_part(&self, slot: Slot, against_floor: bool) -> Result<bool, GovError> {
        let mut standing = self.standing(slot)?;
        standing.base = if against_floor {
            self.supply.share_ppm(self.params.base_floor_ppm)?
        } else {
            self.base.at(&self.timeline, slot)
        };
        Ok(standing.passes(self.threshold_ppm()))
    }

    fn threshold_ppm(&self) -> u32 {
        self.params.threshold_ppm[self.class.index()]
    }

    fn settled(&self, from: Slot) -> Slot {
        from.plus(self.params.half_life.saturating_mul(SETTLED_HALF_LIVES))
    }

    fn block_at_or_after(&self, slot: Slot) -> Slot {
        let cadence = self.cadence.max(1);
        self.now.plus(slot.since(self.now).div_ceil(cadence).saturating_mul(cadence))
    }

    /// The slot in (`from`, `to`] at which `holds`, which differs at both ends, takes its value at `to`.
    fn flip(&self, from: Slot, to: Slot, holds: impl Fn(Slot) -> Result<bool, GovError>) -> Result<Slot, GovError> {
        let (mut before, mut after, end) = (from.0, to.0, holds(to)?);
        while after.saturating_sub(before) > 1 {
            let middle = before + (after - before) / 2;
            if holds(Slot(middle))? == end { after = middle } else { before = middle }
        }
        Ok(Slot(after))
    }

    /// The least stake for, added now by someone who holds none, that gets this proposal enacted by slot `by` (or
    /// ever). `None` when not even `most` is enough; zero when nothing is missing.
    ///
    /// # Errors
    /// [`GovError::Amount`] when the amounts do not fit.
    pub fn least_stake(&self, by: Option<Slot>, most: Amount) -> Result<Option<Amount>, GovError> {
        let enough = |extra: u128| -> Result<bool, GovError> {
            let forecast = self.with_allocation(Side::For, &Curve::default(), Amount(extra))?.forecast()?;
            Ok(forecast.enacts.is_some_and(|slot| by.is_none_or(|by| slot <= by)))
        };
        if enough(0)? {
            return Ok(Some(Amount::ZERO));
        }
        if !enough(most.0)? {
            return Ok(None);
        }
        let (mut less, mut more) = (0, most.0);
        while more - less > 1 {
            let middle = less + (more - less) / 2;
            if enough(middle)? { more = middle } else { less = middle }
        }
        Ok(Some(Amount(more)))
    }

    /// Up to `points` + 1 evenly spaced points of the chart from slot `from` to slot `to`, both included. Slots before
    /// the latest change of a triple repeat its value then; see [`crate::queries::past_chart`] for what was.
    ///
    /// # Errors
    /// [`GovError::Amount`] when the supply is no valid supply.
    pub fn chart(&self, from: Slot, to: Slot, points: u16) -> Result<Vec<ChartPoint>, GovError> {
        sample(from, to, points)
            .map(|slot| {
                let standing = self.standing(slot)?;
                Ok(ChartPoint {
                    slot,
                    y_for: standing.y_for,
                    y_against: standing.y_against,
                    threshold: standing.threshold(self.threshold_ppm()),
                })
            })
            .collect()
    }
}

/// Evenly spaced slots from `from` to `to`, both included, none twice.
pub(crate) fn sample(from: Slot, to: Slot, points: u16) -> impl Iterator<Item = Slot> {
    let length = to.since(from);
    let points = u64::from(points).min(length).max(1);
    (0..=points).map(move |index| {
        // length · index fits: u64 × u16 in u128.
        let offset = u128::from(length) * u128::from(index) / u128::from(points);
        from.plus(u64::try_from(offset).unwrap_or(length))
    })
}
