//! Bounds and round trips of messages.

use crate::{
    FRAME_BYTES, PeerError, PeerErrorKind, REQUEST_BYTES, Request, ToPeer, ToTab, WIRE_VERSION, decode_to_peer,
    decode_to_tab,
};
use codec::Encode as _;
use zera_primitives::{Hash, Height};

#[test]
fn messages_come_back_and_are_bounded() {
    let hello = ToPeer::Hello { version: WIRE_VERSION, chain: Some(Hash::of(b"chain")) };
    let ask = ToPeer::Ask { id: 7, request: Request::Blocks { from: Height(1), limit: 10 } };
    for message in [hello, ask] {
        assert_eq!(decode_to_peer(&message.encode()), Ok(message));
    }
    let bye = ToTab::Bye(PeerError::new(PeerErrorKind::Busy, "x".repeat(1_000)));
    assert!(matches!(&bye, ToTab::Bye(error) if error.detail.len() == 512));
    assert_eq!(decode_to_tab(&bye.encode()), Ok(bye));
    assert!(decode_to_peer(&vec![0; REQUEST_BYTES + 1]).is_err());
    assert!(decode_to_tab(&vec![0; FRAME_BYTES + 1]).is_err());
}
