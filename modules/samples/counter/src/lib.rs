//! Sample: the smallest useful module. A counter; direct integer entries with the names that the source documents use;
//! one call of another module.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// Counts, computes on integers passed directly, and can count in another counter.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod counter {
    use zera::prelude::*;

    /// Everything the module keeps.
    #[storage]
    pub struct Counter {
        count: Item<u64>,
        step: Item<u64>,
        /// Verified conditions by computation.
        conditions: Map<u64, bool>,
    }

    /// It counted.
    #[event]
    pub struct Counted {
        /// Where it stands now.
        pub count: u64,
    }

    impl Counter {
        /// Starts at `start`, in steps of one.
        #[constructor]
        pub fn new(&mut self, start: u64) {
            self.count.set(&start);
            self.step.set(&1);
        }

        /// Counts one step; answers where it stands then.
        #[call]
        pub fn increment(&mut self) -> Result<u64> {
            let count = self.count.get().checked_add(self.step.get()).ok_or("the counter is full")?;
            self.count.set(&count);
            env::emit(&Counted { count });
            Ok(count)
        }

        /// Counts one step in another counter; answers where that one stands then.
        #[call]
        pub fn increment_other(&mut self, other: ModuleId) -> u64 {
            env::call(&other, "increment", &(), 0)
        }

        /// Where it stands.
        #[query]
        pub fn get_count(&self) -> u64 {
            self.count.get()
        }

        /// How far one step goes.
        #[query]
        pub fn get_step(&self) -> u64 {
            self.step.get()
        }

        /// How far one step goes.
        #[setter(parameter = "step", getter = "get_step", min = 1, max = 1_000)]
        pub fn set_step(&mut self, step: u64) {
            self.step.set(&step);
        }

        /// 64 rounds of mixing a number: work whose result nobody guesses without doing it.
        #[call(direct)]
        pub fn critical_business_logic(&self, input_data: u64) -> u64 {
            (0..64).fold(input_data, |mixed: u64, round| {
                (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(17) ^ round
            })
        }

        /// Notes whether the condition of a computation held.
        #[call(direct)]
        pub fn process_verified_condition_result(&mut self, computation_id: u64, result: bool) {
            self.conditions.set(&computation_id, &result);
        }

        /// Whether the condition of a computation held, if it was ever noted.
        #[query]
        pub fn condition(&self, computation_id: u64) -> Option<bool> {
            self.conditions.get(&computation_id)
        }
    }
}

#[cfg(test)]
mod tests;
