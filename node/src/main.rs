//! `zera-node`: the native peer (docs/running-a-peer.md).

use std::process::ExitCode;

fn main() -> ExitCode {
    zera_node::commands::main()
}
