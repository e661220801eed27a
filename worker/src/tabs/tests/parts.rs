//! Frames and their parts.

use super::browser::Dice;
use crate::tabs::{About, Frame, Joiner, Message, TabId, split};
use zera_worker_protocol::{Command, PROTOCOL_VERSION, Response};

fn large(bytes: usize) -> Message {
    let result = Box::new(Ok(Response::Bytes(vec![7; bytes])));
    Message::Answer { epoch: 1, serial: 2, result }
}

#[test]
fn a_large_frame_arrives_whole_between_those_of_others() {
    let message = large(5 << 20);
    let frame = Frame::encode(TabId(1), &message);
    let parts = split(TabId(1), frame.clone());
    assert_eq!(parts.len(), 6);
    let mut joiner = Joiner::default();
    let mut whole = Vec::new();
    for part in parts {
        let other = Frame::encode(TabId(2), &Message::Leads { epoch: 3, pace_ms: 100 });
        assert_eq!(joiner.take(other.clone()), Some(other));
        whole.extend(joiner.take(part));
    }
    assert_eq!(whole, std::slice::from_ref(&frame));
    assert_eq!(Frame::read(&whole[0]), Some(Frame { from: TabId(1), message: Ok(message) }));
}

#[test]
fn parts_out_of_order_give_nothing_and_no_more_memory_than_was_promised() {
    let parts = split(TabId(1), Frame::encode(TabId(1), &large(3 << 20)));
    let mut joiner = Joiner::default();
    assert_eq!(joiner.take(parts[1].clone()), None);
    assert_eq!(joiner.take(parts[0].clone()), None);
    assert_eq!(joiner.take(parts[2].clone()), None);
    // Given up: the rest of it is worth nothing.
    assert_eq!(joiner.take(parts[1].clone()), None);
    assert_eq!(joiner.take(parts[3].clone()), None);
    let again: Vec<_> = parts.into_iter().filter_map(|part| joiner.take(part)).collect();
    assert_eq!(again.len(), 1);
}

#[test]
fn another_version_is_recognised_by_its_place_alone() {
    let mut frame = Frame::encode(TabId(9), &Message::Waits(vec![1, 2, 3]));
    let newer = PROTOCOL_VERSION + 1;
    frame[..4].copy_from_slice(&newer.to_le_bytes());
    frame.truncate(12);
    assert_eq!(Frame::read(&frame), Some(Frame { from: TabId(9), message: Err(newer) }));
    assert_eq!(Frame::read(&frame[..11]), None);
}

#[test]
fn no_bytes_panic_and_what_is_read_is_written_the_same() {
    let samples = [
        Message::Hello(About { opened_ms: 5, shows: "/network".into(), visible: true }),
        Message::Ask { serial: 1, face: crate::tabs::Face::Page(2), command: Command::Status },
        Message::Planned { id: 4, plan: vec![9; 40] },
        large(64),
    ];
    let mut dice = Dice(7);
    for _ in 0..20_000 {
        let sample = &samples[dice.roll(samples.len() as u64) as usize];
        let mut bytes = Frame::encode(TabId(dice.roll(9)), sample);
        for _ in 0..=dice.roll(3) {
            let place = dice.roll(bytes.len() as u64) as usize;
            bytes[place] = dice.roll(256) as u8;
        }
        bytes.truncate(dice.roll(bytes.len() as u64 + 1) as usize);
        if let Some(Frame { from, message: Ok(message) }) = Frame::read(&bytes) {
            assert_eq!(Frame::encode(from, &message), bytes);
        }
        let mut joiner = Joiner::default();
        let _ = joiner.take(bytes);
    }
}
