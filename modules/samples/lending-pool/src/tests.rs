//! The pool against arithmetic written apart from it, and through random lives.

use super::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The same cases on every machine.
fn runner(cases: u32) -> TestRunner {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    TestRunner::new_with_rng(Config { cases, failure_persistence: None, ..Config::default() }, rng)
}

#[test]
fn mul_div_agrees_with_long_arithmetic() {
    // a·b = q·d + r checked in 256 bits by schoolbook over 32-bit digits, written apart from the code under test.
    fn digits(value: u128) -> [u64; 4] {
        [0, 32, 64, 96].map(|shift| u64::from((value >> shift) as u32))
    }
    fn product_plus(a: u128, b: u128, more: u128) -> [u64; 8] {
        let (a, b, more) = (digits(a), digits(b), digits(more));
        let mut out = [0u64; 8];
        for i in 0..4 {
            let mut carry = 0;
            for j in 0..4 {
                let sum = u128::from(out[i + j]) + u128::from(a[i]) * u128::from(b[j]) + carry;
                out[i + j] = (sum & 0xffff_ffff) as u64;
                carry = sum >> 32;
            }
            out[i + 4] = carry as u64;
        }
        let mut carry = 0;
        for (i, digit) in out.iter_mut().enumerate() {
            let sum = *digit + more.get(i).copied().unwrap_or(0) + carry;
            *digit = sum & 0xffff_ffff;
            carry = sum >> 32;
        }
        out
    }
    let wide = || (any::<u128>(), 0u32..128).prop_map(|(value, shift)| value >> shift);
    runner(20_000)
        .run(&(wide(), wide(), wide()), |(a, b, d)| {
            let down = mul_div(a, b, d, Round::Down);
            let up = mul_div(a, b, d, Round::Up);
            match down {
                None => {
                    // Only when d is 0 or a·b ≥ 2^128·d, that is a·b's upper half is at least d.
                    let upper = product_plus(a, b, 0);
                    let upper = (4..8).rev().fold(0u128, |value, i| value << 32 | u128::from(upper[i]));
                    prop_assert!(d == 0 || upper >= d);
                }
                Some(q) => {
                    let exact = product_plus(a, b, 0);
                    // r = a·b − q·d, by wrapping arithmetic, is less than d and makes the sum exact.
                    let r = a.wrapping_mul(b).wrapping_sub(q.wrapping_mul(d));
                    prop_assert!(r < d);
                    prop_assert_eq!(product_plus(q, d, r), exact);
                    prop_assert_eq!(up, if r == 0 { Some(q) } else { q.checked_add(1) });
                }
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn interest_of_a_year_is_the_rate() {
    let mut pool = Pool::new(10);
    pool.deposit(1_000_000_000).unwrap();
    let loan = pool.borrow(400_000_000).unwrap();
    let later = pool.accrued(500, 10 + SLOTS_PER_YEAR);
    assert_eq!(later.owed(loan), Ok(420_000_000));
    assert_eq!(later.worth(1_000_000_000), Ok(1_020_000_000));
    // Half of it after half a year; nothing when time does not pass or goes back.
    assert_eq!(pool.accrued(500, 10 + SLOTS_PER_YEAR / 2).owed(loan), Ok(410_000_000));
    assert_eq!(pool.accrued(500, 10), pool);
    assert_eq!(pool.accrued(500, 0), pool);
}

#[test]
fn the_index_stops_instead_of_failing() {
    let mut pool = Pool::new(0);
    pool.deposit(1 << 60).unwrap();
    let loan = pool.borrow(1 << 60).unwrap();
    let forever = pool.accrued(u32::MAX, u64::MAX);
    assert_eq!(forever.index, MAX_INDEX);
    assert_eq!(forever.owed(loan), Ok((1 << 60) * 1_000_000_000_000));
    let mut forever = forever;
    assert_eq!(forever.repay(u128::MAX, loan).unwrap().0, 0);
}

#[test]
fn refuses_in_words() {
    let mut pool = Pool::new(0);
    assert_eq!(pool.deposit(0), Err(Error::TooLittle));
    assert_eq!(pool.withdraw(1, 0), Err(Error::DepositTooSmall));
    let shares = pool.deposit(100).unwrap();
    assert_eq!(pool.withdraw(101, shares), Err(Error::DepositTooSmall));
    assert_eq!(pool.borrow(101), Err(Error::NotEnoughCash));
    assert_eq!(pool.repay(5, 0), Err(Error::NoDebt));
    pool.borrow(60).unwrap();
    assert_eq!(pool.withdraw(50, shares), Err(Error::NotEnoughCash));
    assert_eq!(pool.withdraw(40, shares), Ok(40));
}

/// One step of a random life of a pool.
#[derive(Clone, Copy, Debug)]
enum Step {
    Deposit(usize, u128),
    Withdraw(usize, u128),
    WithdrawAll(usize),
    Borrow(usize, u128),
    Repay(usize, u128),
    Pass(u32, u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0usize..4;
    let amount = || (1u128..=1_000_000_000_000_000_000, 0u32..60).prop_map(|(value, shift)| (value >> shift).max(1));
    let step = prop_oneof![
        (who.clone(), amount()).prop_map(|(who, amount)| Step::Deposit(who, amount)),
        (who.clone(), amount()).prop_map(|(who, amount)| Step::Withdraw(who, amount)),
        who.clone().prop_map(Step::WithdrawAll),
        (who.clone(), amount()).prop_map(|(who, amount)| Step::Borrow(who, amount)),
        (who, amount()).prop_map(|(who, amount)| Step::Repay(who, amount)),
        (0u32..=10_000, 0u64..40_000_000).prop_map(|(rate, slots)| Step::Pass(rate, slots)),
    ];
    prop::collection::vec(step, 1..60)
}

/// Value of a share, compared without dividing: `a` is at least `b`.
fn at_least(a: &Pool, b: &Pool) -> bool {
    if b.shares == 0 || a.shares == 0 {
        return true;
    }
    let left = mul_div(a.value().unwrap(), b.shares, 1 << 40, Round::Up);
    let right = mul_div(b.value().unwrap(), a.shares, 1 << 40, Round::Down);
    left >= right
}

#[test]
fn sums_hold_and_a_share_never_loses() {
    runner(400)
        .run(&steps(), |steps| {
            let (mut pool, mut slot) = (Pool::new(0), 0u64);
            let (mut shares, mut loans) = ([0u128; 4], [0u128; 4]);
            // What each put in minus what each took out, and what the pool must therefore hold.
            let mut held = 0u128;
            for step in steps {
                let before = pool;
                let mut next = pool;
                let done = match step {
                    Step::Deposit(who, amount) => next.deposit(amount).map(|bought| {
                        shares[who] += bought;
                        held += amount;
                    }),
                    Step::Withdraw(who, amount) => next.withdraw(amount, shares[who]).map(|cost| {
                        shares[who] -= cost;
                        held -= amount;
                    }),
                    Step::WithdrawAll(who) => {
                        let amount = next.worth(shares[who]).unwrap();
                        next.withdraw(amount, shares[who]).map(|cost| {
                            shares[who] -= cost;
                            held -= amount;
                        })
                    }
                    Step::Borrow(who, amount) => next.borrow(amount).map(|loan| {
                        loans[who] += loan;
                        held -= amount;
                    }),
                    Step::Repay(who, amount) => next
                        .repay(amount, loans[who])
                        .map(|(left, taken)| {
                            prop_assert!(taken <= amount);
                            loans[who] = left;
                            held += taken;
                            Ok(())
                        })
                        .and_then(|inner: Result<(), TestCaseError>| inner.map_err(|_| Error::Overflow)),
                    Step::Pass(rate, slots) => {
                        slot += slots;
                        next = next.accrued(rate, slot);
                        Ok(())
                    }
                };
                if done.is_ok() {
                    pool = next;
                }
                prop_assert_eq!(pool.cash, held);
                prop_assert_eq!(pool.shares, shares.iter().sum::<u128>());
                prop_assert_eq!(pool.scaled, loans.iter().sum::<u128>());
                prop_assert!(at_least(&pool, &before), "a share lost value: {:?} {:?} {:?}", step, before, pool);
                let owned: u128 = shares.iter().map(|owned| pool.worth(*owned).unwrap()).sum();
                prop_assert!(owned <= pool.value().unwrap());
                let owed: u128 = loans.iter().map(|loan| pool.owed(*loan).unwrap()).sum();
                prop_assert!(owed >= pool.debt().unwrap());
            }
            Ok(())
        })
        .unwrap();
}
