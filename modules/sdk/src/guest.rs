//! What a `no_std` guest needs besides its own code.

use crate::env::fail;

/// A panic is a failed call. Only a literal message is passed on: formatting would cost every module kilobytes.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    fail(info.message().as_str().unwrap_or("the module panicked"))
}
