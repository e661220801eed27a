//! What happens to two or three tabs, told one by one.

use super::browser::Browser;
use crate::tabs::{Face, Frame, Message, TabId};
use zera_worker_protocol::{Command, ErrorKind, Event, Response, event::Notice};

fn two() -> (Browser, TabId, TabId) {
    let mut browser = Browser::new(1, 3);
    let first = browser.open();
    browser.pass(100);
    let second = browser.open();
    browser.pass(100);
    (browser, first, second)
}

fn answer(browser: &mut Browser, id: TabId) -> Option<Result<Response, ErrorKind>> {
    let (_, result) = browser.tabs.get_mut(&id)?.answers.pop_front()?;
    Some(result.map_err(|error| error.kind))
}

fn took_over(browser: &Browser, id: TabId) -> Option<u32> {
    browser.tabs[&id].events.iter().rev().find_map(|event| match event {
        Event::Notice(Notice::TookOver { ms }) => Some(*ms),
        _ => None,
    })
}

#[test]
fn the_first_leads_and_the_second_follows() {
    let (mut browser, first, second) = two();
    assert_eq!(browser.leaders(), [first]);
    browser.ask(second, Face::Page(1), Command::Status);
    browser.pass(100);
    assert_eq!(answer(&mut browser, second), Some(Ok(Response::Done)));
    let views = browser.tabs[&first].core.views();
    assert_eq!(
        views.iter().map(|tab| (tab.id, tab.own, tab.leads)).collect::<Vec<_>>(),
        [(first.0, true, true), (second.0, false, false)]
    );
    // Neither said anything about a hand-over, since there was none.
    assert_eq!(took_over(&browser, first), None);
}

#[test]
fn when_the_leader_closes_the_other_leads_at_once() {
    let (mut browser, first, second) = two();
    browser.kill(first);
    browser.pass(60);
    assert_eq!(browser.leaders(), [second]);
    browser.ask(second, Face::Page(1), Command::Status);
    browser.pass(60);
    assert_eq!(answer(&mut browser, second), Some(Ok(Response::Done)));
    assert!(took_over(&browser, second).is_some_and(|ms| ms < 60));
}

#[test]
fn a_frozen_leader_is_taken_over_within_half_a_second_and_follows_when_it_thaws() {
    let (mut browser, first, second) = two();
    browser.freeze(first);
    browser.pass(600);
    assert!(browser.tabs[&second].core.leads());
    let ms = took_over(&browser, second).expect("it took over");
    assert!(ms <= 600, "{ms} ms");
    browser.thaw(first);
    browser.pass(100);
    assert_eq!(browser.leaders(), [second]);
    browser.ask(first, Face::Page(1), Command::Status);
    browser.pass(100);
    assert_eq!(answer(&mut browser, first), Some(Ok(Response::Done)));
}

#[test]
fn a_leader_that_computes_is_left_alone_as_long_as_its_page_lives() {
    let (mut browser, first, second) = two();
    browser.compute(first, true);
    browser.pass(20_000);
    assert_eq!(browser.leaders(), [first]);
    browser.ask(second, Face::Page(1), Command::Status);
    browser.compute(first, false);
    browser.pass(100);
    assert_eq!(answer(&mut browser, second), Some(Ok(Response::Done)));
    // One that never ends is taken over all the same.
    browser.compute(first, true);
    browser.pass(40_000);
    assert!(browser.tabs[&second].core.leads());
}

#[test]
fn an_heir_that_is_slow_to_begin_is_left_alone_too() {
    let (mut browser, first, second) = two();
    let third = browser.open();
    browser.pass(100);
    browser.kill(first);
    // The lock is its own, and nothing more.
    browser.pass(3);
    browser.compute(second, true);
    browser.pass(5_000);
    assert_eq!(browser.leaders(), [second]);
    browser.ask(third, Face::Page(1), Command::Status);
    browser.compute(second, false);
    browser.pass(200);
    assert_eq!(answer(&mut browser, third), Some(Ok(Response::Done)));
}

#[test]
fn what_may_not_be_done_twice_is_answered_with_an_error() {
    let (mut browser, first, second) = two();
    browser.freeze(first);
    browser.ask(second, Face::Page(1), Command::Reset);
    browser.ask(second, Face::Page(2), Command::Modules);
    browser.pass(700);
    let mut answers = [answer(&mut browser, second), answer(&mut browser, second)];
    answers.sort_by_key(|answer| matches!(answer, Some(Ok(_))));
    assert_eq!(answers, [Some(Err(ErrorKind::HandedOver)), Some(Ok(Response::Done))]);
}

#[test]
fn what_nobody_has_had_yet_is_not_lost() {
    let mut browser = Browser::new(1, 3);
    let first = browser.open();
    browser.ask(first, Face::Page(1), Command::Reset);
    browser.pass(200);
    assert_eq!(answer(&mut browser, first), Some(Ok(Response::Done)));
}

#[test]
fn a_request_that_ends_every_leader_is_given_up_after_the_second() {
    let mut browser = Browser::new(1, 3);
    let asker = {
        let first = browser.open();
        browser.pass(50);
        let asker = browser.open();
        browser.pass(50);
        browser.open();
        browser.open();
        browser.pass(50);
        // The asker waits behind the others, so that it is not the next to lead.
        browser.freeze(first);
        browser.ask(asker, Face::Page(1), Command::Modules);
        browser.kill(first);
        asker
    };
    for _ in 0..3 {
        browser.pass(2);
        if let Some(leader) = browser.leaders().first().copied().filter(|leader| *leader != asker) {
            browser.kill(leader);
        }
        browser.pass(100);
    }
    browser.pass(1_000);
    assert!(answer(&mut browser, asker).is_some());
}

#[test]
fn a_newer_version_makes_older_ones_step_back_and_is_not_bothered_by_them() {
    let (mut browser, first, second) = two();
    let mut frame = Frame::encode(TabId(99), &Message::Waits(vec![]));
    frame[..4].copy_from_slice(&u32::to_le_bytes(zera_worker_protocol::PROTOCOL_VERSION + 1));
    let newer = Frame::read(&frame).expect("a frame");
    let now = browser.now;
    for id in [first, second] {
        browser.tabs.get_mut(&id).unwrap().core.heard(newer.clone(), now);
        browser.ask(id, Face::Page(1), Command::Status);
    }
    browser.pass(2_000);
    assert_eq!(browser.leaders(), []);
    for id in [first, second] {
        assert_eq!(answer(&mut browser, id), Some(Err(ErrorKind::NewerSchema)));
        let stopped = |event: &Event| matches!(event, Event::Stopped(error) if error.kind == ErrorKind::NewerSchema);
        assert!(browser.tabs[&id].events.iter().any(stopped));
    }
}

#[test]
fn an_older_version_is_told_that_there_is_a_newer_one() {
    let (mut browser, first, _) = two();
    let mut frame = Frame::encode(TabId(99), &Message::Waits(vec![]));
    frame[..4].copy_from_slice(&1u32.to_le_bytes());
    let now = browser.now;
    let core = &mut browser.tabs.get_mut(&first).unwrap().core;
    core.heard(Frame::read(&frame).expect("a frame"), now);
    assert!(matches!(core.next_deed(), Some(crate::tabs::Deed::Cast(Message::Hello(_)))));
}

#[test]
fn a_worker_that_slept_gives_the_others_time_to_wake() {
    let (mut browser, first, second) = two();
    browser.freeze(first);
    browser.freeze(second);
    browser.pass(3_600_000);
    browser.thaw(second);
    browser.thaw(first);
    browser.pass(1_000);
    assert_eq!(browser.leaders(), [first]);
}
