//! Fuzz targets of both decoders of the wire protocol: any bytes give a message or a typed error, never a panic, and a
//! message that decodes encodes to the same bytes, so that there is one encoding of each.

#![allow(clippy::unwrap_used, reason = "a failed invariant in a test is a failed test")]

use bolero::check;
use codec::Encode as _;
use zera_primitives::{Hash, Height, StateKey};
use zera_wire::{Answer, Request, ToPeer, ToTab, answer::Entries, decode_to_peer, decode_to_tab};

/// `bytes` laid over `real` at a place that its first byte chooses, cut where the second says.
fn splice(real: &[u8], bytes: &[u8]) -> Vec<u8> {
    let [at, cut, rest @ ..] = bytes else { return bytes.to_vec() };
    let mut out = real.to_vec();
    let at = usize::from(*at) % out.len();
    for (to, from) in out.iter_mut().skip(at).zip(rest) {
        *to = *from;
    }
    if *cut < 32 {
        out.truncate(out.len() * usize::from(*cut) / 32);
    }
    out
}

#[test]
fn fuzz_to_peer() {
    let keys = vec![StateKey(vec![1, 2, 3]), StateKey(vec![4])];
    let real = ToPeer::Ask { id: 1, request: Request::Entries { height: Height(7), keys } }.encode();
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        for bytes in [bytes.clone(), splice(&real, bytes)] {
            if let Ok(message) = decode_to_peer(&bytes) {
                assert_eq!(message.encode(), bytes);
                if let ToPeer::Ask { request, .. } = message {
                    let _ = request.check();
                }
            }
        }
    });
}

#[test]
fn fuzz_to_tab() {
    let entries = Entries { height: Height(7), values: vec![Some(vec![1, 2]), None], proof: Hash([3; 32]).encode() };
    let real = ToTab::Answer { id: 1, result: Ok(Answer::Entries(Box::new(entries))) }.encode();
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        for bytes in [bytes.clone(), splice(&real, bytes)] {
            if let Ok(message) = decode_to_tab(&bytes) {
                assert_eq!(message.encode(), bytes);
            }
        }
    });
}
