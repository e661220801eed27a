//! The Client state machine: a sans-IO facade over the chain.
