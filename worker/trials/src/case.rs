//! A case: modules, and calls of the first one. The corpus is a list of them, written natively and read in the browser.

use codec::{Decode, Encode};

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Case {
    /// The suite it belongs to: `spec`, `random`, `limits`, `samples`.
    pub suite: String,
    /// Its name, for messages.
    pub name: String,
    /// Original bytes; the first is called, all can be called from inside.
    pub modules: Vec<Vec<u8>>,
    /// Calls, each on an instance that is as good as fresh.
    pub calls: Vec<Call>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Call {
    /// Export.
    pub entry: String,
    /// Arguments, as a transaction carries them.
    pub args: Vec<u8>,
    /// Gas.
    pub gas: u64,
    /// Stack units.
    pub stack: u64,
}

impl Call {
    /// A call with these arguments and the whole stack.
    #[must_use]
    pub fn new(entry: impl Into<String>, args: Vec<u8>, gas: u64) -> Self {
        Self { entry: entry.into(), args, gas, stack: zera_vm::gas::STACK_UNITS }
    }
}

/// SplitMix64: fixed seeds, the same numbers everywhere.
pub struct Rng(pub u64);

impl Rng {
    /// The next number.
    pub fn number64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `bound`, which is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.number64() % bound.max(1)
    }

    /// So many bytes.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.number64() as u8).collect()
    }

    /// Mostly small or extreme, sometimes anything.
    pub fn number(&mut self) -> u64 {
        match self.number64() % 4 {
            0 => 0,
            1 => u64::MAX,
            2 => self.number64() % 100,
            _ => self.number64(),
        }
    }
}
