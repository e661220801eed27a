//! Measures governance: one JSON line per case with `suite, case, value, unit, peer, ratio, ci`. The state is the plain
//! one in memory; `ci` is the half-width of the 95 % interval of the mean over the repetitions, in the case's unit.
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a measurement, not consensus")]

use std::{hint::black_box, time::Instant};

use zera_governance::{
    BaseDelta, Ctx, GovError, allocate, allocate_delegated, apply_base, delegate, genesis, propose, queries, stake,
    tick,
};
use zera_primitives::{AccountId, Amount, Class, Height, Params, Payload, ProposalId, Side, Slot, limits};
use zera_state::{Deltas, MemoryState, accounts};

/// Accounts that allocate: with 32 allocations each, just above 10,000.
const ACCOUNTS: u32 = 313;
const ROUNDS: u64 = 20;

fn account(number: u32) -> AccountId {
    let mut id = [0; 32];
    id[..4].copy_from_slice(&number.to_le_bytes());
    AccountId(id)
}

fn ctx(height: u64) -> Ctx {
    Ctx { height: Height(height), slot: Slot(height), supply: Amount::zra(1_000_000_000) }
}

/// 128 live proposals of class minor and so many accounts, each with 1,000 ZRA staked.
fn chain(accounts_: u32) -> Result<(MemoryState, Vec<ProposalId>), Box<dyn std::error::Error>> {
    let mut st = MemoryState::default();
    genesis(&mut st, &Params::network())?;
    for number in 0..accounts_.max(16) {
        accounts::mint_genesis(&mut st, &account(number), Amount::zra(100_000))?;
        stake(&mut st, &ctx(0), &account(number), Amount::zra(1_000))?;
    }
    let (mut ids, mut deltas) = (Vec::new(), Deltas::default());
    for number in 0..limits::LIVE_PROPOSALS as u32 {
        let payload = Payload::Config { changes: vec![], description: String::new() };
        let done = propose(&mut st, &ctx(0), &account(number / 8), "Title".into(), payload, Class::Minor, &mut deltas)?;
        ids.push(done.id);
    }
    tick(&mut st, &ctx(1), &mut deltas)?;
    Ok((st, ids))
}

/// Every account allocates 10 ZRA to each of 32 proposals in block `height`.
fn vote(st: &mut MemoryState, ids: &[ProposalId], voters: u32, height: u64) -> Result<u32, GovError> {
    let (mut base, mut done) = (BaseDelta::NONE, 0);
    for number in 0..voters {
        for place in 0..limits::ALLOCATIONS_PER_ACCOUNT {
            let Some(id) = ids.get((number as usize + place) % ids.len().max(1)) else { continue };
            let (_, delta) = allocate(st, &ctx(height), &account(number), *id, Side::For, Amount::zra(10))?;
            base = base.plus(delta)?;
            done += 1;
        }
    }
    apply_base(st, &ctx(height), base)?;
    Ok(done)
}

fn statistics(samples: &[f64]) -> (f64, f64) {
    let count = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / count;
    let variance = samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    (mean, 1.96 * (variance / count).sqrt())
}

fn report(case: &str, samples: &[f64], unit: &str, peer: Option<(&str, f64)>) -> f64 {
    let (value, ci) = statistics(samples);
    let (peer, ratio) = match peer {
        Some((peer, theirs)) => (format!("\"{peer}\""), format!("{:.3}", value / theirs)),
        None => ("null".to_owned(), "null".to_owned()),
    };
    println!(
        "{{\"suite\":\"governance\",\"case\":\"{case}\",\"value\":{value:.3},\"unit\":\"{unit}\",\"peer\":{peer},\"ratio\":{ratio},\"ci\":{ci:.3}}}"
    );
    value
}

/// Microseconds of `work`, repeated after a first time that does not count. It answers whether it did what it should.
fn timed(mut work: impl FnMut(u64) -> bool) -> Vec<f64> {
    (0..=ROUNDS)
        .map(|round| {
            let start = Instant::now();
            let done = black_box(work(round));
            let elapsed = start.elapsed().as_secs_f64() * 1e6;
            assert!(done, "round {round}");
            elapsed
        })
        .skip(1)
        .collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (empty, ids) = chain(ACCOUNTS)?;
    let (mut few, mut full) = (empty.clone(), empty.clone());
    vote(&mut few, &ids, 4, 2)?; // every proposal has one allocation
    let allocations = vote(&mut full, &ids, ACCOUNTS, 2)?;
    assert!(allocations > 10_000, "{allocations}");

    let one =
        timed(|round| (0..1_000).all(|look| queries::standing(&full, &ctx(3 + round * 1_000 + look), ids[0]).is_ok()));
    let one: Vec<f64> = one.iter().map(|us| us / 1_000.0).collect();
    report("conviction of one proposal, both sides and the base", &one, "us", None);

    let block = |st: &MemoryState| {
        let mut st = st.clone();
        timed(move |round| tick(&mut st, &ctx(3 + round), &mut Deltas::default()).is_ok())
    };
    let with_few = report("block with 128 live proposals and 128 allocations", &block(&few), "us", None);
    let peer = ("the same with 128 allocations", with_few);
    report(&format!("block with 128 live proposals and {allocations} allocations"), &block(&full), "us", Some(peer));

    let curves: Vec<_> = (0..ACCOUNTS)
        .map(|number| queries::allocations(&full, &ctx(2), &account(number)))
        .collect::<Result<Vec<_>, _>>()?
        .concat();
    let timeline = queries::situation(&full, &ctx(2), ids[0], 1)?.timeline;
    let all =
        timed(|round| curves.iter().map(|(held, _)| held.curve.at(&timeline, Slot(3 + round)).0).sum::<u128>() > 0);
    report(&format!("conviction of {} allocations", curves.len()), &all, "us", None);
    let changes = timed(|round| vote(&mut full.clone(), &ids, ACCOUNTS, 3 + round).is_ok());
    let each: Vec<f64> = changes.iter().map(|us| us / f64::from(allocations)).collect();
    let each = report(&format!("one change among {allocations} in a block"), &each, "us", None);

    let mut watched = empty.clone();
    for block in 0..4_096 {
        let x = Amount::zra(10 + block % 2 * 980);
        let (_, delta) =
            allocate(&mut watched, &ctx(2 + block), &account(20), *ids.first().ok_or("none")?, Side::For, x)?;
        apply_base(&mut watched, &ctx(2 + block), delta)?;
    }
    let looks = timed(|_| queries::flags(&watched, &ctx(4_099), ids[0]).is_ok());
    report("detector over 4,096 changes of one proposal", &looks, "us", None);

    let mut delegated = empty;
    for number in 0..limits::DELEGATORS as u32 {
        // 31 places taken: the most that a delegate can meet.
        for id in ids.iter().skip(1).take(31) {
            allocate(&mut delegated, &ctx(2), &account(number), *id, Side::For, Amount::zra(1))?;
        }
        delegate(&mut delegated, &ctx(2), &account(number), Class::Minor, &account(300), Amount::zra(500))?;
    }
    let share = |round: u64| if round.is_multiple_of(2) { 400_000 } else { 600_000 };
    let acts = timed(|round| {
        allocate_delegated(&mut delegated, &ctx(3 + round), &account(300), ids[0], Side::For, share(round))
            .is_ok_and(|(touched, _)| touched == 64)
    });
    report(
        "allocate as the delegate of 64 with 32 allocations each",
        &acts,
        "us",
        Some(("64 allocations", each * 64.0)),
    );
    Ok(())
}
