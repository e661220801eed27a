//! The measuring core: sides take turns in one page, round by round, forwards and backwards, so that whatever the machine
//! does besides hits all of them alike; ratios are taken within a round. The first side is measured twice in each round:
//! its ratio to itself is the noise, and a measurement whose noise leaves the gate is made again.

use crate::stats::{Estimate, estimate, median};
use std::{future::Future, pin::Pin};

/// What a side may be off itself, at most: A/A within 0.97 … 1.03.
pub const GATE: (f64, f64) = (0.97, 1.03);
/// Fewest rounds, however slow they are.
const FEWEST: usize = 5;
/// Most runs in one sample.
const MOST_RUNS: u32 = 1 << 20;

/// Work under way.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + 'a>>;

/// Work that is done already, as a [`Running`].
#[must_use]
pub fn done<'a>(result: Result<(), String>) -> Running<'a> {
    Box::pin(std::future::ready(result))
}

/// One way to do the same work.
pub trait Side {
    /// What it is called in tables.
    fn name(&self) -> String;

    /// Makes ready for `times` runs; not timed.
    fn ready(&mut self, _times: u32) -> Running<'_> {
        done(Ok(()))
    }

    /// Does the work `times` times; timed.
    fn run(&mut self, times: u32) -> Running<'_>;

    /// Most runs in one sample, where a sample must not hold more.
    fn most(&self) -> u32 {
        MOST_RUNS
    }
}

/// How much to measure.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Rounds, unless [`Effort::most_ms`] is over before.
    pub rounds: usize,
    /// Times that a noisy measurement is made before the quietest one is kept, marked as noisy.
    pub attempts: usize,
    /// What a sample takes at least: browsers' clocks are coarse.
    pub sample_ms: f64,
    /// Warm-up of each side: engines compile better code in the background.
    pub warm_ms: f64,
    /// When to stop after fewer rounds.
    pub most_ms: f64,
}

impl Effort {
    /// As the figures in docs/benchmarks.md are measured.
    pub const FULL: Self = Self { rounds: 15, attempts: 3, sample_ms: 50.0, warm_ms: 300.0, most_ms: 12_000.0 };
    /// A glance, and what tests take.
    pub const QUICK: Self = Self { rounds: 5, attempts: 3, sample_ms: 20.0, warm_ms: 40.0, most_ms: 2_000.0 };
}

/// The clock and whoever watches.
pub trait Watch {
    /// Milliseconds since some moment.
    fn now(&self) -> f64;

    /// How far the measurement is: rounds done, of all.
    fn round(&self, done: usize, of: usize);
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Rounds {
    /// The sides' names, in order.
    pub names: Vec<String>,
    /// Milliseconds of one run, by side and round.
    times: Vec<Vec<f64>>,
    /// The first side once more, by round.
    again: Vec<f64>,
}

impl Rounds {
    /// Milliseconds of one run of a side.
    #[must_use]
    pub fn time(&self, side: usize) -> Estimate {
        estimate(self.samples(side))
    }

    /// How many times as long as `of` the side `than` takes, round by round.
    #[must_use]
    pub fn ratios(&self, than: usize, of: usize) -> Vec<f64> {
        // The first side's two samples of a round count as one, so that it is no noisier than the others.
        let sample = |side: usize, round: usize| match (side, self.again.get(round)) {
            (0, Some(again)) => (self.samples(0)[round] * again).sqrt(),
            _ => self.samples(side)[round],
        };
        (0..self.again.len()).map(|round| sample(than, round) / sample(of, round)).collect()
    }

    /// The first side against itself.
    #[must_use]
    pub fn noise(&self) -> f64 {
        let ratios: Vec<f64> = self.samples(0).iter().zip(&self.again).map(|(first, again)| again / first).collect();
        median(&ratios)
    }

    /// Whether the noise is inside the gate.
    #[must_use]
    pub fn quiet(&self) -> bool {
        (GATE.0..=GATE.1).contains(&self.noise())
    }

    fn samples(&self, side: usize) -> &[f64] {
        self.times.get(side).map_or(&[], Vec::as_slice)
    }
}

/// Measures all sides against each other, and again while the machine is noisy.
///
/// # Errors
/// What a side fails with.
pub async fn measure(sides: &mut [Box<dyn Side + '_>], effort: &Effort, watch: &dyn Watch) -> Result<Rounds, String> {
    let mut repeats = Vec::new();
    for side in sides.iter_mut() {
        repeats.push(warm(side.as_mut(), effort, watch).await?);
    }
    let mut quietest: Option<Rounds> = None;
    for _ in 0..effort.attempts {
        let rounds = attempt(sides, &repeats, effort, watch).await?;
        let off = |rounds: &Rounds| rounds.noise().ln().abs();
        if quietest.as_ref().is_none_or(|quietest| off(&rounds) < off(quietest)) {
            quietest = Some(rounds);
        }
        if quietest.as_ref().is_some_and(Rounds::quiet) {
            break;
        }
    }
    Ok(quietest.unwrap_or_default())
}

/// Warms a side up and finds how many runs make a sample.
async fn warm(side: &mut dyn Side, effort: &Effort, watch: &dyn Watch) -> Result<u32, String> {
    let begin = watch.now();
    let mut repeats = 1;
    loop {
        let took = sample(side, repeats, watch).await? * f64::from(repeats);
        let warm = watch.now() - begin >= effort.warm_ms;
        let enough = took >= effort.sample_ms || repeats >= side.most();
        if warm && enough {
            return Ok(repeats);
        }
        if !enough {
            // What the last sample says, but at most eightfold: the clock is coarse and code gets faster.
            let factor = (effort.sample_ms * 1.2 / took.max(0.01)).clamp(1.1, 8.0);
            repeats = ((f64::from(repeats) * factor).ceil() as u32).min(side.most());
        }
    }
}

/// Milliseconds of one run, from `times` of them.
async fn sample(side: &mut dyn Side, times: u32, watch: &dyn Watch) -> Result<f64, String> {
    side.ready(times).await?;
    let begin = watch.now();
    side.run(times).await?;
    // A clock that has not moved yet has moved by less than its step.
    Ok((watch.now() - begin).max(0.005) / f64::from(times))
}

async fn attempt(
    sides: &mut [Box<dyn Side + '_>],
    repeats: &[u32],
    effort: &Effort,
    watch: &dyn Watch,
) -> Result<Rounds, String> {
    let count = sides.len();
    let names = sides.iter().map(|side| side.name()).collect();
    let mut rounds = Rounds { names, times: vec![Vec::new(); count], again: Vec::new() };
    let begin = watch.now();
    for round in 0..effort.rounds {
        // Forwards, with the first side again at the end; backwards in the next round.
        let mut order: Vec<usize> = (0..=count).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for place in order {
            let side = if place == count { 0 } else { place };
            let time = sample(sides[side].as_mut(), repeats[side], watch).await?;
            if place == count { rounds.again.push(time) } else { rounds.times[place].push(time) }
        }
        watch.round(round + 1, effort.rounds);
        if round + 1 >= FEWEST && watch.now() - begin > effort.most_ms {
            break;
        }
    }
    Ok(rounds)
}

#[cfg(test)]
mod tests;
