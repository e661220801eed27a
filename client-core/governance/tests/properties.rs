//! Properties of the curves themselves, over random schedules of one side (issue: conviction, item 5).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

mod common;

use common::config;
use proptest::prelude::*;
use zera_governance::{
    alpha::alpha,
    curve::{Curve, Span, Timeline, change},
};
use zera_primitives::{Amount, Slot};

/// Amounts stay below 2^60, so the same code run on amounts times 2^60 is the arithmetic without rounding to units.
const FINE: u32 = 60;
const ACCOUNTS: usize = 4;

/// (slots since the change before, account, new stake).
type Change = (u64, usize, u64);

fn timeline(spans: &[(u64, u64)]) -> Timeline {
    let mut timeline = Timeline::default();
    for (start, half_life) in spans {
        timeline.begin(Span { start: Slot(*start), alpha: alpha(*half_life).unwrap() });
    }
    timeline
}

/// One side and the allocations in it.
#[derive(Clone, Default, Debug)]
struct Whole {
    side: Curve,
    parts: [Curve; ACCOUNTS],
}

impl Whole {
    fn set(&mut self, timeline: &Timeline, now: Slot, who: usize, x: u128) {
        (self.side, self.parts[who]) = change(&self.side, &self.parts[who], timeline, now, Amount(x)).unwrap();
    }

    fn y(&self, timeline: &Timeline, now: Slot) -> u128 {
        self.side.at(timeline, now).0
    }
}

fn half_life() -> impl Strategy<Value = u64> {
    prop_oneof![30_u64..200, 30_u64..=7_776_000, Just(60), Just(259_200)]
}

fn stake() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 1_u64..50, 1_u64..(1 << 59), (1_u64 << 50)..(1 << 59)]
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let slots = prop_oneof![Just(0), Just(1), 0_u64..100, 0_u64..100_000_000];
    prop::collection::vec((slots, 0..ACCOUNTS, stake()), 1..30)
}

/// Epochs of one schedule: the first at slot 0, at most two more.
fn spans() -> impl Strategy<Value = Vec<(u64, u64)>> {
    (half_life(), prop::collection::vec((1_u64..1_000_000, half_life()), 0..3)).prop_map(|(first, mut more)| {
        more.sort_unstable();
        more.dedup_by_key(|(start, _)| *start);
        more.insert(0, (0, first));
        more
    })
}

proptest! {
    #![proptest_config(config(500))]

    /// y ≤ x for every allocation, 0 ≤ y_side ≤ x_side, and the side's stake is the sum of its allocations.
    #[test]
    fn conviction_never_passes_stake(spans in spans(), changes in changes(), later in 0_u64..10_000_000_000) {
        let timeline = timeline(&spans);
        let (mut whole, mut now) = (Whole::default(), Slot(0));
        for (slots, who, x) in changes {
            now = now.plus(slots);
            whole.set(&timeline, now, who, x.into());
            let sum: u128 = whole.parts.iter().map(|part| part.x.0).sum();
            prop_assert_eq!(whole.side.x.0, sum);
            for slot in [now, now.plus(1), now.plus(later)] {
                for curve in whole.parts.iter().chain([&whole.side]) {
                    prop_assert!(curve.at(&timeline, slot) <= curve.x);
                }
            }
        }
    }

    /// Rounding takes less than two units of a side for each change of its stake (and of each triple at each boundary
    /// of parameter epochs), and never adds more than that.
    #[test]
    fn each_change_loses_less_than_two_units(spans in spans(), changes in changes()) {
        let timeline = timeline(&spans);
        let (mut units, mut fine, mut now) = (Whole::default(), Whole::default(), Slot(0));
        for (count, (slots, who, x)) in (1_u128..).zip(changes) {
            now = now.plus(slots);
            units.set(&timeline, now, who, x.into());
            fine.set(&timeline, now, who, u128::from(x) << FINE);
            let boundaries = (spans.len() as u128 - 1) * (1 + ACCOUNTS as u128);
            let (rough, exact) = (units.side.y.0 << FINE, fine.side.y.0);
            prop_assert!(rough.abs_diff(exact) < (2 * count + boundaries) << FINE, "{rough} {exact} after {count}");
        }
    }

    /// A triple that is written again on the way (which only a change of stake does) differs from one that is not by
    /// less than one unit; and one that is only looked at does not differ at all, because looking cannot write.
    #[test]
    fn checkpoints_do_not_matter(
        spans in spans(),
        x in stake(),
        y in stake(),
        stops in prop::collection::vec(0_u64..1_000_000, 1..20),
    ) {
        let timeline = timeline(&spans);
        let straight = Curve { y: Amount(y.min(x).into()), x: Amount(x.into()), since: Slot(0) };
        let (mut stopping, mut now) = (straight, Slot(0));
        for (count, slots) in (1_u128..).zip(&stops) {
            now = now.plus(*slots);
            stopping = stopping.redirected(&timeline, now, straight.x);
            let (a, b) = (straight.at(&timeline, now).0, stopping.y.0);
            prop_assert!(b <= a && a - b <= count, "{a} {b}");
        }
    }

    /// Splitting stake over accounts, all at once or over time, gains nothing: the side never ends higher than with
    /// one account that makes the same moves (up to the unit that each of the many moves rounds).
    #[test]
    fn splitting_gains_nothing(
        half in half_life(),
        x in stake(),
        parts in prop::collection::vec(1_u128..100, ACCOUNTS),
        moves in prop::collection::vec((0_u64..100_000, 0_u128..=100), 1..10),
    ) {
        let timeline = timeline(&[(0, half)]);
        let (mut one, mut many, mut now) = (Whole::default(), Whole::default(), Slot(0));
        let shares: u128 = parts.iter().sum();
        for (count, (slots, percent)) in (1_u128..).zip([(0, 100)].into_iter().chain(moves)) {
            now = now.plus(slots);
            let piece = |part: u128| u128::from(x) * part / shares * percent / 100;
            one.set(&timeline, now, 0, parts.iter().map(|part| piece(*part)).sum());
            for (who, part) in parts.iter().enumerate() {
                many.set(&timeline, now, who, piece(*part));
            }
            let (a, b) = (one.y(&timeline, now), many.y(&timeline, now));
            prop_assert!(b <= a + count * (1 + ACCOUNTS as u128), "one {a}, many {b}");
        }
    }

    /// Taking stake out and putting it back, or passing it from account to account, never leaves more conviction than
    /// leaving it where it was.
    #[test]
    fn restaking_gains_nothing(
        half in half_life(),
        x in 1_u64..(1 << 59),
        moves in prop::collection::vec((0_u64..100_000, 0_u128..=100, 0..ACCOUNTS), 1..10),
    ) {
        let timeline = timeline(&[(0, half)]);
        let (mut still, mut busy, mut now, mut holder) = (Whole::default(), Whole::default(), Slot(0), 0);
        still.set(&timeline, now, 0, x.into());
        busy.set(&timeline, now, 0, x.into());
        for (slots, keep, next) in moves {
            now = now.plus(slots);
            busy.set(&timeline, now, holder, u128::from(x) * keep / 100);
            if holder != next {
                busy.set(&timeline, now, holder, 0);
                holder = next;
            }
            busy.set(&timeline, now, holder, x.into());
            prop_assert!(busy.y(&timeline, now) <= still.y(&timeline, now));
        }
    }

    /// Stake that left takes its conviction along: what remains is at most what the others had earned (up to
    /// rounding), and nothing when all have left.
    #[test]
    fn nothing_stays_of_stake_that_left(spans in spans(), changes in changes(), left in 0..ACCOUNTS) {
        let timeline = timeline(&spans);
        let (mut whole, mut others, mut now, mut count) = (Whole::default(), Whole::default(), Slot(0), 0_u128);
        for (slots, who, x) in changes {
            now = now.plus(slots);
            whole.set(&timeline, now, who, x.into());
            if who != left {
                others.set(&timeline, now, who, x.into());
            }
            count += 2;
        }
        whole.set(&timeline, now, left, 0);
        let boundaries = spans.len() as u128 * (2 + ACCOUNTS as u128);
        let (a, b) = (whole.y(&timeline, now), others.y(&timeline, now));
        prop_assert!(a.abs_diff(b) <= 2 * count + 2 + boundaries, "{a} {b}");
        for who in 0..ACCOUNTS {
            whole.set(&timeline, now, who, 0);
        }
        prop_assert_eq!((whole.side.y.0, whole.side.x.0), (0, 0));
    }

    /// k slots of extra stake ΔX move the base by at most (1 − 2^(−k/T))·ΔX, in either direction.
    #[test]
    fn the_base_moves_slowly(
        half in half_life(),
        y in 0_u64..(1 << 59),
        x in 0_u64..(1 << 59),
        extra in 0_u64..(1 << 59),
        k in 0_u64..1_000_000,
        down: bool,
    ) {
        let timeline = timeline(&[(0, half)]);
        let base = Curve { y: Amount(y.into()), x: Amount(x.into()), since: Slot(0) };
        let moved_x = if down { u128::from(x.saturating_sub(extra)) } else { u128::from(x) + u128::from(extra) };
        let moved = base.redirected(&timeline, Slot(0), Amount(moved_x));
        let (calm, pushed) = (base.at(&timeline, Slot(k)).0, moved.at(&timeline, Slot(k)).0);
        // The same recurrence from nothing towards the difference alone is the bound.
        let pulse = Curve { y: Amount::ZERO, x: Amount(moved_x.abs_diff(x.into())), since: Slot(0) };
        prop_assert!(calm.abs_diff(pushed) <= pulse.at(&timeline, Slot(k)).0 + 1);
    }
}
