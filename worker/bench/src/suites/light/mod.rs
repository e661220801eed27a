//! The light client: from a checkpoint to the tip of a million blocks, a block followed, an entry proven; beside it
//! noble-curves, which checks every header's signatures one by one in the same page (there only where a script has put it:
//! `playwright/lib/noble.mjs`).

pub mod work;

#[cfg(target_arch = "wasm32")]
mod sides;

#[cfg(target_arch = "wasm32")]
pub use sides::run;
