//! Workers of a simulated world with a clock of its own: what they say arrives late and in any order, and any of them may
//! end, hang or talk nonsense at any moment. The same seed gives the same trouble.

use crate::pool::{
    wire::{FromPipeline, message},
    workers::{Report, Said, Workers},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

/// Numbers from a seed.
#[derive(Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Per cent of messages that meet each trouble.
#[derive(Clone, Copy, Default, Debug)]
pub struct Trouble {
    /// The worker ends instead of answering.
    pub dies: u64,
    /// It never answers.
    pub hangs: u64,
    /// It answers nonsense, or with another task's number.
    pub babbles: u64,
    /// It never says that it listens.
    pub never_starts: u64,
    /// Starting is refused.
    pub refuses: u64,
    /// It ends while it waits, some time after an answer.
    pub ends_idle: u64,
}

/// What a worker does with a message.
pub type Role = Box<dyn FnMut(&[u8]) -> Vec<u8>>;

/// The world.
pub struct Yard {
    pub trouble: Cell<Trouble>,
    /// Instead, for one message, counted from the first.
    pub trouble_at: Cell<Option<(u64, Trouble)>>,
    pub dice: RefCell<Dice>,
    make: Box<dyn Fn() -> Role>,
    workers: RefCell<BTreeMap<u64, Role>>,
    /// What will be said, by the moment it arrives.
    coming: RefCell<BTreeMap<(u64, u64), Report>>,
    clock: Cell<u64>,
    order: Cell<u64>,
    pub posted: Cell<u64>,
    /// Threads of this world.
    pub hardware: Cell<Option<u8>>,
    /// What a worker says when it listens.
    pub greeting: RefCell<Vec<u8>>,
}

impl Yard {
    pub fn new(seed: u64, trouble: Trouble, make: impl Fn() -> Role + 'static) -> Rc<Self> {
        Rc::new(Self {
            trouble: Cell::new(trouble),
            trouble_at: Cell::new(None),
            dice: RefCell::new(Dice(seed)),
            make: Box::new(make),
            workers: RefCell::default(),
            coming: RefCell::default(),
            clock: Cell::new(1),
            order: Cell::new(0),
            posted: Cell::new(0),
            hardware: Cell::new(Some(4)),
            greeting: RefCell::new(message(&FromPipeline::Ready, &[])),
        })
    }

    pub fn alive(&self) -> usize {
        self.workers.borrow().len()
    }

    fn later(&self, serial: u64, most: u64, said: Said) {
        let at = self.clock.get() + 1 + self.dice.borrow_mut().below(most);
        self.order.set(self.order.get() + 1);
        self.coming.borrow_mut().insert((at, self.order.get()), Report { serial, said });
    }

    fn chance(&self, percent: u64) -> bool {
        self.dice.borrow_mut().chance(percent)
    }
}

impl Workers for Rc<Yard> {
    fn hardware(&self) -> Option<u8> {
        self.hardware.get()
    }

    fn spawn(&self, serial: u64) -> Result<(), String> {
        let trouble = self.trouble.get();
        if self.chance(trouble.refuses) {
            return Err("no more workers".into());
        }
        self.workers.borrow_mut().insert(serial, (self.make)());
        if !self.chance(trouble.never_starts) {
            self.later(serial, 30_000, Said::Message(self.greeting.borrow().clone()));
        }
        Ok(())
    }

    fn post(&self, serial: u64, task: Vec<u8>) -> Result<(), String> {
        let number = self.posted.replace(self.posted.get() + 1);
        let trouble = match self.trouble_at.get() {
            Some((at, trouble)) if at == number => trouble,
            _ => self.trouble.get(),
        };
        let Some(mut role) = self.workers.borrow_mut().remove(&serial) else { return Err("it has ended".into()) };
        if self.chance(trouble.dies) {
            let words = if self.chance(50) { "unreachable" } else { "terminated" };
            self.later(serial, 5_000, Said::Died(words.into()));
        } else if !self.chance(trouble.hangs) {
            let mut answer = role(&task);
            if self.chance(trouble.babbles) {
                // In the head: what is wrong with the body is for those who read it.
                let at = self.dice.borrow_mut().below(13) as usize;
                match self.dice.borrow_mut().below(3) {
                    0 => answer.truncate(at),
                    1 => answer = vec![9; at],
                    // The task's number.
                    _ => answer[5] ^= 0x40,
                }
            }
            self.later(serial, 20_000, Said::Message(answer));
            if self.chance(trouble.ends_idle) {
                self.later(serial, 60_000, Said::Died("it was ended from outside".into()));
            }
        }
        self.workers.borrow_mut().insert(serial, role);
        Ok(())
    }

    fn kill(&self, serial: u64) {
        self.workers.borrow_mut().remove(&serial);
        self.coming.borrow_mut().retain(|_, report| report.serial != serial);
    }

    async fn next(&self, until: u64) -> Option<Report> {
        let mut coming = self.coming.borrow_mut();
        let first = coming.first_entry().filter(|entry| entry.key().0 <= until.max(self.clock.get()));
        match first {
            Some(entry) => {
                self.clock.set(self.clock.get().max(entry.key().0));
                Some(entry.remove())
            }
            None => {
                self.clock.set(self.clock.get().max(until));
                None
            }
        }
    }

    fn micros(&self) -> u64 {
        self.clock.get()
    }

    fn now_ms(&self) -> u64 {
        self.clock.get() / 1_000
    }
}
