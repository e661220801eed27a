//! Random schedules: people in several tabs vote one after the other, while tabs open, close, freeze and thaw, compute, and
//! messages are late. No vote that was confirmed is lost while any tab that knows of it runs, none is counted twice, nobody who
//! was taken over writes.

use super::browser::Browser;
use crate::tabs::{Face, TabId};
use std::collections::{BTreeMap, BTreeSet};
use zera_primitives::Hash;
use zera_worker_protocol::{Command, Error, ErrorKind, Response};

/// What somebody in a tab is at.
#[derive(Clone, PartialEq, Debug)]
enum At {
    Idle,
    /// Has asked to see what would be signed.
    Prepares,
    /// Has asked to sign it.
    Signs,
}

/// People, one in each tab.
#[derive(Default)]
struct People {
    at: BTreeMap<TabId, (At, u64)>,
    intentions: u64,
    requests: u32,
    /// Votes that somebody was told are on their way, and in which tab.
    confirmed: BTreeMap<Hash, TabId>,
    /// Errors that they were shown.
    shown: Vec<Error>,
}

impl People {
    /// Goes on wherever an answer has come.
    fn go_on(&mut self, browser: &mut Browser) {
        let ids: Vec<TabId> = browser.tabs.keys().copied().collect();
        for id in ids {
            while let Some((_, result)) = browser.tabs.get_mut(&id).and_then(|tab| tab.answers.pop_front()) {
                self.answer(browser, id, result);
            }
        }
    }

    fn answer(&mut self, browser: &mut Browser, id: TabId, result: Result<Response, Error>) {
        let (at, intention) = self.at.get(&id).cloned().expect("nobody asked");
        match (at, result) {
            (At::Prepares, Ok(Response::Plan(plan))) => {
                self.at.insert(id, (At::Signs, intention));
                self.ask(browser, id, Command::Sign { plan: plan.id });
            }
            (At::Signs, Ok(Response::Submitted(hashes))) => {
                self.confirmed.extend(hashes.into_iter().map(|hash| (hash, id)));
                self.at.insert(id, (At::Idle, intention));
            }
            (at, Ok(other)) => panic!("{at:?} was answered with {other:?}"),
            (_, Err(error)) => {
                self.shown.push(error);
                self.at.insert(id, (At::Idle, intention));
            }
        }
    }

    fn ask(&mut self, browser: &mut Browser, id: TabId, command: Command) {
        self.requests += 1;
        browser.ask(id, Face::Page(self.requests), command);
    }

    /// Somebody begins to vote, unless they are at it.
    fn begin(&mut self, browser: &mut Browser, id: TabId) {
        if self.at.get(&id).is_some_and(|(at, _)| *at != At::Idle) {
            return;
        }
        self.intentions += 1;
        self.at.insert(id, (At::Prepares, self.intentions));
        let codes = vec![self.intentions.to_le_bytes().to_vec()];
        self.ask(browser, id, Command::Prepare { codes, calls: vec![] });
    }
}

fn some(browser: &mut Browser) -> Option<TabId> {
    let ids: Vec<TabId> = browser.tabs.keys().copied().collect();
    let place = browser.dice.roll(ids.len().max(1) as u64) as usize;
    ids.get(place).copied()
}

fn disturb(browser: &mut Browser, people: &mut People) {
    let Some(id) = some(browser) else {
        browser.open();
        return;
    };
    let leader = browser.leaders().first().copied().unwrap_or(id);
    match browser.dice.roll(40) {
        0 => browser.kill(leader),
        1 => browser.kill(id),
        2 => browser.freeze(leader),
        3 => browser.freeze(id),
        4..=6 => browser.thaw(id),
        7 => browser.compute(leader, true),
        8..=10 => browser.compute(id, false),
        11..=13 if browser.tabs.len() < 5 => drop(browser.open()),
        _ => people.begin(browser, id),
    }
}

/// One schedule. Gives how many votes were confirmed and how many leaders wrote.
fn schedule(seed: u64) -> (usize, usize, People, usize) {
    let mut browser = Browser::new(seed, 40);
    let mut people = People::default();
    browser.open();
    browser.open();
    for _ in 0..300 {
        disturb(&mut browser, &mut people);
        let ms = browser.dice.roll(60);
        browser.pass(ms);
        people.go_on(&mut browser);
    }
    // Peace: all that are left thaw one after the other, and one more opens.
    browser.open();
    let ids: Vec<TabId> = browser.tabs.keys().copied().collect();
    for id in ids {
        browser.compute(id, false);
        browser.pass(300);
        people.go_on(&mut browser);
    }
    for _ in 0..100 {
        browser.pass(100);
        people.go_on(&mut browser);
    }
    let lost = judge(seed, &browser, &people);
    (people.confirmed.len(), browser.stored.writers.iter().collect::<BTreeSet<_>>().len(), people, lost)
}

/// How many votes went with the last tab that ran and knew them.
fn judge(seed: u64, browser: &Browser, people: &People) -> usize {
    assert_eq!(browser.leaders().len(), 1, "seed {seed}: leaders");
    for (id, (at, _)) in &people.at {
        let open = browser.tabs.contains_key(id) && *at != At::Idle;
        assert!(!open, "seed {seed}: tab {id:?} was never answered");
    }
    let chain = &browser.stored.chain;
    let hashes: BTreeSet<Hash> = chain.iter().map(|signed| signed.hash()).collect();
    assert_eq!(hashes.len(), chain.len(), "seed {seed}: a transaction is in the chain twice");
    let intentions: BTreeSet<u64> = chain.iter().map(|signed| signed.transaction.gas_limit.0).collect();
    assert_eq!(intentions.len(), chain.len(), "seed {seed}: a vote is counted twice");
    for (hash, tab) in &people.confirmed {
        let still = browser.tabs.contains_key(tab);
        let excused = browser.gone.contains(hash);
        assert!(hashes.contains(hash) || excused, "seed {seed}: a vote of {tab:?} (open: {still}) is lost: {hash:?}");
    }
    let lost = people.confirmed.keys().filter(|hash| !hashes.contains(hash)).count();
    let writers = &browser.stored.writers;
    assert!(writers.is_sorted(), "seed {seed}: somebody who was taken over wrote: {writers:?}");
    lost
}

#[test]
fn no_schedule_loses_or_doubles_a_vote() {
    let seeds = if std::env::var("ZERA_LONG").is_ok() { 5_000 } else { 400 };
    let (mut confirmed, mut writers, mut refused, mut handed_over, mut gone) = (0, 0, 0, 0, 0);
    let only = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    for seed in only.map_or(0..seeds, |seed| seed..seed + 1) {
        let (votes, leaders, people, lost) = schedule(seed);
        gone += lost;
        confirmed += votes;
        writers += leaders;
        refused += people.shown.iter().filter(|error| error.kind == ErrorKind::TransactionRefused).count();
        handed_over += people.shown.iter().filter(|error| error.kind == ErrorKind::HandedOver).count();
    }
    println!(
        "{seeds} schedules: {confirmed} votes by {writers} leaders; {refused} refused, {handed_over} handed over, {gone} gone with \
         the last tab that knew them"
    );
    // It disturbs enough to say something, and not so much that nothing is ever confirmed.
    assert!(writers > 2 * seeds as usize && confirmed > 20 * seeds as usize);
}
