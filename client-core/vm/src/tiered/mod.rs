//! Two engines behind one: a code starts on the reference and moves to the fast engine when it has run enough to be worth
//! compiling. A share of the fast engine's calls is run again by the reference, on a recording of everything the call
//! asked; a difference turns the fast engine off for that code and ends the attempt, so that nothing rests on it.
//!
//! Which engine ran a call never shows in its outcome, result or gas, so everything here is local: other nodes choose
//! and sample otherwise. What a host does about a difference in blocks already sealed is `zera_client::agreement`.

mod book;
mod compare;
mod tape;

use crate::{
    call::Prepared,
    engine::{CallRequest, CallsRun, Engine, Execution, VmError},
    host::Host,
    profile::ModuleInfo,
    wasmi::WasmiEngine,
};
use alloc::{boxed::Box, collections::BTreeMap, rc::Rc, string::ToString, sync::Arc, vec::Vec};
use book::Book;
pub use book::{Counts, EngineStats, MOST_DISAGREEMENTS, REPORT_BYTES, Report, Tier};
pub use compare::{Disagreement, What};
use compare::{Verdict, compare};
use core::cell::{Cell, RefCell};
use tape::{Tape, Taped};
use zera_primitives::{Hash, Height, ModuleId};

/// Bytes of instrumented code kept for moving it; beyond that all of it is forgotten, and made again where it is wanted.
const COLD_BYTES: usize = 8 << 20;

/// Every call is checked.
pub const ALL: u32 = 1_000_000;

/// When a code is worth compiling for the fast engine: when what it has run on the reference took about as long as
/// compiling it would, so that the choice never costs more than twice the best one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Threshold {
    /// Gas, whatever the code.
    pub base: u64,
    /// Gas per byte of original code.
    pub per_byte: u64,
}

impl Threshold {
    /// Every code is compiled before its first call.
    pub const NONE: Self = Self { base: 0, per_byte: 0 };

    const fn gas(self, bytes: u64) -> u64 {
        self.base.saturating_add(self.per_byte.saturating_mul(bytes))
    }
}

/// How the two engines share the work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tiering {
    /// False: the reference runs everything.
    pub fast: bool,
    /// When a code moves to the fast engine.
    pub threshold: Threshold,
    /// Share of the fast engine's calls that the reference runs too, parts per million: [`ALL`] for all, zero for none.
    /// Unless it is zero, the first calls of a code on the fast engine are always among them.
    pub sampling_ppm: u32,
    /// Decides which calls these are, so that nobody outside can know; from the host's randomness.
    pub seed: u64,
}

impl Default for Tiering {
    /// Measured in a tab: moving a code of 23 KB takes about 0.9 ms (0.6 to install, the rest in its first call), in which the
    /// reference runs some 400,000 gas. Sampling costs about a twentieth of the time of calls on an engine fifty times
    /// faster than the reference.
    fn default() -> Self {
        Self { fast: true, threshold: Threshold { base: 100_000, per_byte: 15 }, sampling_ppm: 1_000, seed: 0 }
    }
}

/// The engine. A clone is a second handle to the same one: the machine owns one, the host that asks for its findings
/// another.
#[derive(Clone)]
pub struct TieredEngine(Rc<Inner>);

struct Inner {
    fast: Box<dyn Engine>,
    reference: WasmiEngine,
    tiering: Cell<Tiering>,
    book: RefCell<Book>,
    /// Instrumented codes that the fast engine may want later, so that moving a code does not validate it again.
    cold: RefCell<BTreeMap<Hash, Prepared>>,
    /// Calls that could have been checked, so far.
    drawn: Cell<u64>,
    /// Gas of the calls nested in the one that is running, so far.
    nested: Cell<u64>,
    /// Calls that ended without an outcome, so far.
    failed: Cell<u64>,
    /// Calls begun so far, by engine.
    run: Cell<CallsRun>,
    /// A test has the fast engine give wrong results.
    lies: Cell<bool>,
}

impl TieredEngine {
    /// Over `fast`, with a reference of its own.
    #[must_use]
    pub fn new(fast: Box<dyn Engine>, reference: WasmiEngine, tiering: Tiering) -> Self {
        Self(Rc::new(Inner {
            fast,
            reference,
            tiering: Cell::new(tiering),
            book: RefCell::default(),
            cold: RefCell::default(),
            drawn: Cell::new(0),
            nested: Cell::new(0),
            failed: Cell::new(0),
            run: Cell::default(),
            lies: Cell::new(false),
        }))
    }

    /// How the engines share the work now.
    #[must_use]
    pub fn tiering(&self) -> Tiering {
        self.0.tiering.get()
    }

    /// Changes that from the next call on.
    pub fn set_tiering(&self, tiering: Tiering) {
        self.0.tiering.set(tiering);
    }

    /// Turns the fast engine off for `code`, for example because it disagreed in an earlier session; `reason` is for
    /// people.
    pub fn disable(&self, code: &Hash, reason: &str) {
        self.0.book.borrow_mut().turn_off(code, Tier::Disagreed(reason.to_string()));
    }

    /// Codes for which the fast engine is off because of a difference.
    #[must_use]
    pub fn disabled(&self) -> Vec<Hash> {
        let off = |line: EngineStats| matches!(line.tier, Tier::Disagreed(_)).then_some(line.code);
        self.stats().into_iter().filter_map(off).collect()
    }

    /// What is known of each code, in order of their hashes.
    #[must_use]
    pub fn stats(&self) -> Vec<EngineStats> {
        self.0.book.borrow().stats()
    }

    /// True when differences were found that nobody has taken.
    #[must_use]
    pub fn has_disagreements(&self) -> bool {
        self.0.book.borrow().has_disagreements()
    }

    /// Differences found since the last time, oldest first; at most [`MOST_DISAGREEMENTS`].
    #[must_use]
    pub fn take_disagreements(&self) -> Vec<Disagreement> {
        self.0.book.borrow_mut().take_disagreements()
    }

    /// What this engine has counted and found since its last report: a pipeline's answer carries it.
    #[must_use]
    pub fn report(&self) -> Report {
        self.0.book.borrow_mut().report()
    }

    /// Takes over what the engine of a pipeline reported: its counts are added, its differences are this engine's too.
    pub fn absorb(&self, report: Report) {
        self.0.book.borrow_mut().absorb(report);
    }

    /// Has the fast engine report one gas too much from the next call on, until it is found out, so that tests see the whole
    /// path from the difference to the block that the chain goes on from.
    pub fn set_lies(&self, on: bool) {
        self.0.lies.set(on);
    }
}

impl Engine for TieredEngine {
    fn install(&self, prepared: &Prepared) -> Result<(), VmError> {
        self.0.reference.install(prepared)?;
        if self.0.is_due(&prepared.info) {
            self.0.promote(prepared);
        } else {
            self.0.keep_cold(prepared);
        }
        Ok(())
    }

    /// Moves a code that has become worth compiling. None when its instrumented bytes are gone: to be prepared again.
    fn info(&self, code_hash: &Hash) -> Option<Arc<ModuleInfo>> {
        let info = self.0.reference.info(code_hash)?;
        if self.0.is_due(&info) {
            let prepared = self.0.cold.borrow_mut().remove(code_hash)?;
            self.0.promote(&prepared);
        }
        Some(info)
    }

    fn execute(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError> {
        let inner = &*self.0;
        let before = inner.nested.replace(0);
        let mut fast = inner.runs_fast(&call.code_hash);
        let mut ended = if fast { inner.run_fast(call, host) } else { inner.run_reference(call, host) };
        if fast && matches!(ended, Err(VmError::Refused(_))) {
            fast = false;
            inner.book.borrow_mut().refuse(&call.code_hash);
            ended = inner.run_reference(call, host);
        }
        let nested = inner.nested.get();
        match &ended {
            Ok(done) => {
                let own = done.gas_used.saturating_sub(nested);
                let mut book = inner.book.borrow_mut();
                if fast {
                    book.ran_fast(&call.code_hash, own)
                } else {
                    book.ran_reference(&call.code_hash, own)
                }
                inner.nested.set(before.saturating_add(done.gas_used));
            }
            Err(_) => {
                inner.failed.set(inner.failed.get().saturating_add(1));
                inner.nested.set(before);
            }
        }
        ended
    }

    fn calls_run(&self) -> CallsRun {
        self.0.run.get()
    }
}

impl Inner {
    fn is_due(&self, info: &ModuleInfo) -> bool {
        let tiering = self.tiering.get();
        tiering.fast && self.book.borrow().is_due(&info.code_hash, tiering.threshold, info.code_bytes)
    }

    fn promote(&self, prepared: &Prepared) {
        let installed = self.fast.install(prepared);
        let (mut book, code) = (self.book.borrow_mut(), &prepared.info.code_hash);
        match installed {
            Ok(()) => book.promote(code),
            Err(error) => book.turn_off(code, Tier::Refused(error.to_string())),
        }
    }

    fn keep_cold(&self, prepared: &Prepared) {
        let mut cold = self.cold.borrow_mut();
        let held: usize = cold.values().map(|prepared| prepared.instrumented.len()).sum();
        if held.saturating_add(prepared.instrumented.len()) > COLD_BYTES {
            cold.clear();
        }
        cold.insert(prepared.info.code_hash, prepared.clone());
    }

    /// True when the fast engine runs the code and still holds it.
    fn runs_fast(&self, code: &Hash) -> bool {
        if !self.tiering.get().fast || !self.book.borrow().is_fast(code) {
            return false;
        }
        let held = self.fast.info(code).is_some();
        if !held {
            self.book.borrow_mut().demote(code);
        }
        held
    }

    fn run_fast(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError> {
        let failed = self.failed.get();
        let ended =
            if self.is_sampled(&call.code_hash) { self.run_twice(call, host) } else { self.run_once(call, host) };
        match &ended {
            // Its own fault, not a nested call's: whoever runs the attempt again gets the reference.
            Err(VmError::Fault(cause)) if self.failed.get() == failed => {
                self.book.borrow_mut().turn_off(&call.code_hash, Tier::Refused(cause.clone()));
            }
            _ => {}
        }
        ended
    }

    fn run_reference(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError> {
        let run = self.run.get();
        self.run.set(CallsRun { reference: run.reference.wrapping_add(1), ..run });
        self.reference.execute(call, host)
    }

    fn run_once(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError> {
        let mut ended = self.fast.execute(call, host);
        if !matches!(ended, Err(VmError::Refused(_))) {
            let run = self.run.get();
            self.run.set(CallsRun { fast: run.fast.wrapping_add(1), ..run });
        }
        if let Ok(done) = &mut ended
            && self.lies.get()
        {
            done.gas_used = done.gas_used.saturating_add(1).min(call.gas);
        }
        ended
    }

    /// Runs a call on the fast engine, then what it asked on the reference, and compares.
    fn run_twice(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError> {
        let mut tape = Tape::new(host);
        let fast = self.run_once(call, &mut Taped::recording(&mut tape, host));
        if !matches!(fast, Ok(_) | Err(VmError::Aborted { .. })) {
            return fast;
        }
        let mut replay = Taped::replaying(&mut tape);
        let reference = self.run_reference(call, &mut replay);
        let asked = replay.difference();
        let verdict = compare(&fast, &reference, asked);
        let mut book = self.book.borrow_mut();
        book.checked(&call.code_hash, verdict == Verdict::Agreed);
        let Verdict::Differ(what, by_fast, by_reference) = verdict else { return fast };
        self.lies.set(false);
        book.disagree(Disagreement {
            height: Height(tape.height()),
            module: ModuleId(tape.module()),
            code: call.code_hash,
            entry: call.entry.into(),
            what,
            fast: by_fast,
            reference: by_reference,
        });
        Err(VmError::Disagreed(call.code_hash))
    }

    /// Draws for a call of the fast engine.
    fn is_sampled(&self, code: &Hash) -> bool {
        let tiering = self.tiering.get();
        let drawn = self.drawn.get().wrapping_add(1);
        self.drawn.set(drawn);
        match tiering.sampling_ppm {
            0 => false,
            ppm => mix(tiering.seed, drawn) % u64::from(ALL) < ppm.into() || self.book.borrow().is_new(code),
        }
    }
}

/// SplitMix64: the `n`th number of the sequence of `seed`.
const fn mix(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
