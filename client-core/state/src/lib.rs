//! Store trait, Merkle state, overlays with access sets, accounts, proofs.
