//! The native peer (see docs/running-a-peer.md).
