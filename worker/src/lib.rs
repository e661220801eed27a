//! The node worker: owns the chain, IndexedDB, keys and locks of one browser origin.
