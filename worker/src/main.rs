//! Entry point of the worker that Trunk builds; natively there is nothing to run.

fn main() {
    #[cfg(target_arch = "wasm32")]
    zera_worker::platform::start();
}
