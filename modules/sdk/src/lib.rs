//! SDK for ZERA modules (design §6): write a plain Rust struct, annotate its functions, get a `.wasm` with a manifest.
//!
//! ```ignore
//! #[zera::module(version = "1.0.0", schema = 1)]
//! /// Counts.
//! pub mod counter {
//!     use zera::prelude::*;
//!
//!     #[storage]
//!     pub struct Counter { count: Item<u64> }
//!
//!     impl Counter {
//!         /// Starts at `start`.
//!         #[constructor]
//!         pub fn new(&mut self, start: u64) { self.count.set(&start) }
//!
//!         /// Counts one more.
//!         #[call]
//!         pub fn increment(&mut self) { self.count.set(&(self.count.get() + 1)) }
//!
//!         /// How far it has counted.
//!         #[query]
//!         pub fn count(&self) -> u64 { self.count.get() }
//!     }
//! }
//! ```
//!
//! On wasm32 this crate is `no_std` and every host function is an import. Natively the same code runs against the
//! in-memory chain in [`testing`], and [`manifest`] describes the module.

#![cfg_attr(target_arch = "wasm32", no_std)]
#[doc(hidden)]
pub extern crate alloc;

pub use codec;
pub use zera_macro::{data, module};

#[cfg(not(target_arch = "wasm32"))]
pub use scale_info;

pub mod bound;
#[doc(hidden)]
pub mod entry;
pub mod env;
pub mod refs;
pub mod storage;
pub mod types;
pub mod zera_runtime_api;

#[cfg(target_arch = "wasm32")]
mod guest;
#[cfg(target_arch = "wasm32")]
mod heap;
#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(target_arch = "wasm32")]
#[rustfmt::skip] // as generated
mod host_api;

#[cfg(not(target_arch = "wasm32"))]
pub mod manifest;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
#[cfg(not(target_arch = "wasm32"))]
use testing::host;

/// What a fallible entry returns: `Err` undoes the call and its text is shown to the caller.
pub type Result<T, E = &'static str> = core::result::Result<T, E>;

/// An error that says in words why a call is refused.
pub trait Reason {
    /// The words.
    fn reason(&self) -> &str;
}

impl Reason for &str {
    fn reason(&self) -> &str {
        self
    }
}

/// Data that others can follow; `#[event]` on a struct implements it.
pub trait Event: codec::Encode {
    /// The name under which it is emitted: that of the struct.
    const TOPIC: &'static str;
}

/// Everything a module usually names.
pub mod prelude {
    pub use crate::{
        Event, Reason, Result,
        alloc::{string::String, vec::Vec},
        bound::Bound,
        codec::{Decode, Encode},
        env::{self, CallerKind},
        refs::{self, Source},
        storage::{Item, List, Map, OldItem, OldMap},
        types::{AccountId, Amount, Hash, ModuleId},
    };
}
