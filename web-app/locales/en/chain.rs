//! Words of blocks and transactions: events, calls, executing again.
