//! The core against sides whose cost is known, on a clock that they move themselves.

use super::*;
use std::cell::{Cell, RefCell};
use std::task::{Context, Poll, Waker};

/// A machine on which time is what the sides say; `drift` makes everything slower with every sample.
#[derive(Default)]
struct Machine {
    now: Cell<f64>,
    drift: f64,
    /// A burst of load: samples (counted from 0) that take half as long again.
    slow: Vec<usize>,
    samples: Cell<usize>,
    order: RefCell<Vec<char>>,
}

impl Watch for Machine {
    fn now(&self) -> f64 {
        self.now.get()
    }
    fn round(&self, _: usize, _: usize) {}
}

struct Known<'m> {
    machine: &'m Machine,
    name: char,
    ms: f64,
}

impl Side for Known<'_> {
    fn name(&self) -> String {
        self.name.into()
    }
    fn run(&mut self, times: u32) -> Running<'_> {
        let sample = self.machine.samples.replace(self.machine.samples.get() + 1);
        let load = if self.machine.slow.contains(&sample) { 1.5 } else { 1.0 };
        let slower = load * (1.0 + self.machine.drift * sample as f64);
        self.machine.now.set(self.machine.now.get() + self.ms * f64::from(times) * slower);
        self.machine.order.borrow_mut().push(self.name);
        done(Ok(()))
    }
}

/// Everything here is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing to wait for"),
    }
}

fn measured(machine: &Machine, ms: &[f64]) -> Rounds {
    let names = ['A', 'B', 'C'];
    let mut sides: Vec<Box<dyn Side + '_>> = Vec::new();
    for (name, ms) in names.into_iter().zip(ms) {
        sides.push(Box::new(Known { machine, name, ms: *ms }));
    }
    now(measure(&mut sides, &Effort::FULL, machine)).unwrap()
}

#[test]
fn ratios_are_what_they_are() {
    let rounds = measured(&Machine::default(), &[0.01, 2.0, 0.5]);
    assert!((rounds.time(0).value - 0.01).abs() < 1e-9);
    assert!(rounds.ratios(1, 0).iter().all(|ratio| (ratio - 200.0).abs() < 1e-6));
    assert!(rounds.ratios(2, 1).iter().all(|ratio| (ratio - 0.25).abs() < 1e-9));
    assert!(rounds.quiet());
}

#[test]
fn sides_take_turns_there_and_back() {
    let machine = Machine::default();
    // One run makes a sample at once, so what comes first is warm-up of a few samples each.
    measured(&machine, &[400.0, 400.0, 400.0]);
    let order: String = machine.order.borrow().iter().collect();
    assert!(order.starts_with("ABCABCAACBA"), "{order}");
}

#[test]
fn a_machine_that_gets_slower_does_not_change_ratios() {
    let machine = Machine { drift: 0.002, ..Machine::default() };
    let rounds = measured(&machine, &[1.0, 3.0]);
    let ratio = estimate(&rounds.ratios(1, 0));
    assert!((ratio.value - 3.0).abs() < 0.02, "{ratio:?}");
    assert!(rounds.quiet(), "{}", rounds.noise());
}

#[test]
fn noise_is_seen_and_measured_again() {
    // Three samples of each side are warm-up. Then A is sampled a second time in places 2 and 3 of every six.
    const WARM: usize = 6;
    let bursts = |samples: usize| (WARM..WARM + samples).filter(|at| matches!((at - WARM) % 6, 2 | 3)).collect();
    let attempt = 3 * Effort::FULL.rounds;
    // The first attempt falls into bursts, the second is quiet.
    let machine = Machine { slow: bursts(attempt), ..Machine::default() };
    let rounds = measured(&machine, &[100.0, 100.0]);
    assert_eq!(machine.samples.get(), WARM + 2 * attempt);
    assert!(rounds.quiet());
    // A machine that never gets quiet: the quietest of three, and it says so.
    let machine = Machine { slow: bursts(10_000), ..Machine::default() };
    let rounds = measured(&machine, &[100.0, 100.0]);
    assert_eq!(machine.samples.get(), WARM + 3 * attempt);
    assert!(!rounds.quiet(), "{}", rounds.noise());
}

#[test]
fn a_failing_side_fails_the_measurement() {
    struct Broken;
    impl Side for Broken {
        fn name(&self) -> String {
            "broken".into()
        }
        fn run(&mut self, _: u32) -> Running<'_> {
            done(Err("it broke".into()))
        }
    }
    let mut sides: Vec<Box<dyn Side>> = vec![Box::new(Broken)];
    assert_eq!(now(measure(&mut sides, &Effort::QUICK, &Machine::default())).unwrap_err(), "it broke");
}
