//! The node worker of one browser origin: it owns the chain, IndexedDB and the keys (design §3, §5, §9).
//!
//! [`node`] turns commands into answers and knows no browser: it works against the traits of [`node::world`], so all of
//! it is tested natively with a world in memory. `platform` is that world in a browser: IndexedDB, WebCrypto, Web
//! Locks, the clock, sockets and the message port. [`net`] holds the conversations with peers, without a socket.

pub mod net;
pub mod node;
pub mod pipeline;
#[cfg(target_arch = "wasm32")]
pub mod platform;
pub mod pool;
pub mod tabs;
