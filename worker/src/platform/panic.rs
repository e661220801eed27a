//! A panic is a defect: the page learns of it before this worker dies, starts a fresh one and goes on from the last
//! stored block.

use zera_worker_protocol::{Error, ErrorKind, Event, ToPage};

/// Posts [`Event::Stopped`] when anything panics.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        let error = Error::client(ErrorKind::Panicked, info.to_string());
        super::port::post(&ToPage::Event(Event::Stopped(error)));
    }));
}
