//! Any bytes a page or a worker receives give a message or a typed error, never a panic.

use bolero::check;
use codec::Encode;
use zera_worker_protocol::{Shape, ToPage, ToWorker, decode, shape};

#[test]
fn fuzz_worker_message() {
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        if let Ok(message) = decode::<ToWorker>(bytes) {
            assert_eq!(decode::<ToWorker>(&message.encode()).as_ref(), Ok(&message));
        }
        let _ = decode::<ToPage>(bytes);
        // Types and values of a hostile module's manifest reach the page too.
        if let Ok(shapes) = decode::<Vec<Shape>>(bytes) {
            for index in 0..=shapes.len() as u32 {
                if let Ok(value) = shape::decode(&shapes, index, bytes) {
                    let _ = shape::encode(&shapes, index, &value);
                }
            }
        }
    });
}
