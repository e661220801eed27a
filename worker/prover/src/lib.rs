//! Proves executions in a worker of the tab, a segment at a time. The node asks ([`wire`]); what proves is `zera_proof`.

pub mod wire;
