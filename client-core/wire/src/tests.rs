//! Round trips, bounds, and the formats on file.

use crate::{
    FRAME_BYTES, PeerError, PeerErrorKind, REQUEST_BYTES, Request, ToPeer, decode_to_peer, decode_to_tab,
    request::{MOST_KEY_BYTES, MOST_KEYS, MOST_PAGES},
    samples,
};
use codec::Encode as _;
use zera_primitives::{Hash, Height, StateKey, conformance::line, limits};
use zera_state::merkle::PageName;

#[test]
fn formats_are_those_on_file() {
    zera_primitives::check_conformance!(&[
        line("ToPeer", &samples::to_peer()),
        line("ToTab", &samples::to_tab()),
        line("Request", &samples::requests()),
        line("Answer", &samples::answers()),
        line("News", &samples::news()),
        line("PeerError", &samples::errors()),
    ]);
}

#[test]
fn every_message_comes_back_and_nothing_may_be_left_over_or_missing() {
    for message in samples::to_peer() {
        let mut bytes = message.encode();
        assert_eq!(decode_to_peer(&bytes), Ok(message));
        assert!(decode_to_peer(bytes.split_last().unwrap().1).is_err());
        bytes.push(0);
        assert!(decode_to_peer(&bytes).is_err());
    }
    for message in samples::to_tab() {
        let mut bytes = message.encode();
        assert_eq!(decode_to_tab(&bytes), Ok(message));
        assert!(decode_to_tab(bytes.split_last().unwrap().1).is_err());
        bytes.push(0);
        assert!(decode_to_tab(&bytes).is_err());
    }
}

#[test]
fn messages_are_bounded_before_they_are_decoded() {
    assert!(decode_to_peer(&vec![0; REQUEST_BYTES + 1]).is_err());
    assert!(decode_to_tab(&vec![0; FRAME_BYTES + 1]).is_err());
    let bye = PeerError::new(PeerErrorKind::Busy, "ä".repeat(1_000));
    assert_eq!(bye.detail.len(), 512, "a whole number of letters");
    // A list that says it has 2^30 − 1 names and has none must not allocate for them.
    let mut lie = ToPeer::Ask { id: 0, request: Request::Pages { height: Height(0), names: Vec::new() } }.encode();
    lie.pop();
    lie.extend([0xfe, 0xff, 0xff, 0xff]);
    assert!(decode_to_peer(&lie).is_err());
}

#[test]
fn questions_have_their_own_bounds() {
    let height = Height(1);
    let keys = |count: usize| (0..count).map(|n| StateKey((n as u32).to_be_bytes().to_vec())).collect::<Vec<_>>();
    let entries = |keys| Request::Entries { height, keys };
    let pages = |count| Request::Pages { height, names: vec![PageName::Tree(Hash::ZERO); count] };
    let run =
        |prefix: usize, after: usize| Request::Run { height, prefix: vec![0; prefix], after: vec![0; after], limit: 1 };
    let submit = |bytes| Request::Submit(vec![0; bytes]);
    let longest = MOST_KEY_BYTES;
    for good in [
        entries(keys(1)),
        entries(keys(MOST_KEYS)),
        pages(MOST_PAGES),
        run(longest, longest),
        submit(limits::TRANSACTION_BYTES),
    ] {
        assert_eq!(good.check(), Ok(()));
        assert!(ToPeer::Ask { id: 0, request: good }.encoded_size() <= REQUEST_BYTES, "it fits into a message");
    }
    let mut twice = keys(2);
    twice.push(twice[1].clone());
    let mut reversed = keys(2);
    reversed.reverse();
    for bad in [
        entries(keys(0)),
        entries(keys(MOST_KEYS + 1)),
        entries(twice),
        entries(reversed),
        entries(vec![StateKey(vec![0; longest + 1])]),
        pages(0),
        pages(MOST_PAGES + 1),
        run(longest + 1, 0),
        run(0, longest + 1),
        submit(limits::TRANSACTION_BYTES + 1),
    ] {
        assert!(bad.check().is_err_and(|error| error.kind == PeerErrorKind::Malformed), "{bad:?}");
    }
}
