//! A dry run: the rehearsal on a copy of the head's state, then the storage key by key, then past transactions on both
//! copies. The copies are made with the rehearsal, so blocks that are sealed meanwhile change nothing about the answer.

use super::past::Search;
use crate::node::{Node, convert, run::Ticket, views::rehearsal, world::World};
use zera_client::{
    ClientError,
    rehearsal::{Preparing, Rehearsed, StorageDiff, Subject},
};
use zera_primitives::{Height, ModuleId};
use zera_worker_protocol::{DryRunCheck, Error, RehearsalOf, ReplayRow, Response};

/// Past transactions that one request replays.
pub const REPLAYS: u32 = 1_000;
/// Keys of storage compared between two looks at the clock.
const KEYS: usize = 256;
/// Transactions replayed in one step, however fast they are.
const AT_ONCE: usize = 32;

/// A dry run under way.
pub struct DryRun {
    of: RehearsalOf,
    /// Past transactions asked for.
    asked: u32,
    preparing: Option<Preparing>,
    run: Option<Box<Run>>,
    /// Time spent in its steps.
    micros: u64,
}

/// What is there once the rehearsal has run.
pub struct Run {
    /// The rehearsal and the two states.
    pub rehearsed: Rehearsed,
    /// How their storage differs.
    pub diff: StorageDiff,
    /// What was checked, once the storage is compared; asked before anything is replayed.
    pub checks: Option<Vec<DryRunCheck>>,
    /// Modules whose past calls are replayed.
    recoded: Vec<ModuleId>,
    search: Search,
    searched: bool,
    /// What was replayed; none where nothing is to be.
    pub replay: Option<Replays>,
    /// Entries of the module's storage: units of the rehearsal.
    entries: u64,
}

/// What the replays came to.
#[derive(Default)]
pub struct Replays {
    /// How many were asked for.
    pub asked: u32,
    /// How many there were.
    pub done: u32,
    /// How many end alike.
    pub same: u32,
    /// Those that do not, oldest first.
    pub changed: Vec<ReplayRow>,
    /// Gas of each, before and after.
    pub gas: Vec<(u64, u64)>,
}

impl DryRun {
    /// Of a proposal or a payload, with so many past transactions.
    pub const fn new(of: RehearsalOf, replay: u32) -> Self {
        Self { of, asked: replay, preparing: None, run: None, micros: 0 }
    }
}

impl Run {
    fn new(rehearsed: Rehearsed, asked: u32, entries: u64) -> Result<Self, ClientError> {
        let diff = rehearsed.storage_diff()?;
        let recoded = rehearsed.recoded()?;
        let wanted = if recoded.is_empty() { 0 } else { asked.min(REPLAYS) };
        let search = Search::new(rehearsed.height, wanted as usize);
        let replay = (wanted > 0).then(|| Replays { asked: wanted, ..Replays::default() });
        Ok(Self { rehearsed, diff, checks: None, recoded, search, searched: wanted == 0, replay, entries })
    }

    /// Units done and in all: entries rehearsed and compared, and each transaction to be found and to be run.
    fn progress(&self) -> (u64, u64) {
        let (compared, to_compare) = self.diff.progress();
        let (done, total) = (self.entries.saturating_add(compared), self.entries.saturating_add(to_compare));
        let Some(replay) = &self.replay else { return (done, total) };
        let (found, run) = (self.search.found.len() as u64, u64::from(replay.done));
        if !self.searched {
            return (done.saturating_add(found), total.saturating_add(u64::from(replay.asked) * 2));
        }
        // What was found and run counts twice, what was only found once.
        let (ran, left) = (run.saturating_mul(2), found.saturating_mul(2));
        (done.saturating_add(ran).saturating_add(found), total.saturating_add(ran).saturating_add(left))
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    pub(super) async fn dry_run_step(&self, job: &mut DryRun) -> Result<Option<Response>, Error> {
        let since = self.world.micros();
        let done = self.dry_run_some(job, since).await;
        job.micros = job.micros.saturating_add(self.world.micros().saturating_sub(since));
        if let Some(run) = &job.run {
            let (done, total) = run.progress();
            self.progress("dry_run", done, total);
        }
        match (done?, &job.run) {
            (true, Some(run)) => rehearsal::view(run, job.micros).map(|view| Some(Response::DryRun(Box::new(view)))),
            _ => Ok(None),
        }
    }

    /// The next part; true when all is done.
    async fn dry_run_some(&self, job: &mut DryRun, since: u64) -> Result<bool, Error> {
        let Some(run) = &mut job.run else {
            let mut preparing = match job.preparing.take() {
                Some(preparing) => preparing,
                // The rehearsal is on a copy of all entries.
                None => loop {
                    let before = self.misses();
                    let preparing = self.rehearse(&job.of);
                    if self.misses() == before {
                        break preparing?;
                    }
                    self.load().await?;
                },
            };
            // One block's part of a migration at a time: no step is longer than sealing that block would be.
            if preparing.step().map_err(convert::client)? {
                let (_, entries) = preparing.progress();
                let run = preparing.finish().and_then(|rehearsed| Run::new(rehearsed, job.asked, entries));
                job.run = Some(Box::new(run.map_err(convert::client)?));
            } else {
                let (written, entries) = preparing.progress();
                let later = entries.saturating_mul(2).saturating_add(u64::from(job.asked.min(REPLAYS)) * 2);
                self.progress("dry_run", written, entries.saturating_add(later));
                job.preparing = Some(preparing);
            }
            return Ok(false);
        };
        if run.checks.is_none() {
            while !run.diff.step(&run.rehearsed, KEYS).map_err(convert::client)? {
                if !self.has_time(since) {
                    return Ok(false);
                }
            }
            run.checks = Some(rehearsal::checks(&run.rehearsed)?);
            return Ok(run.searched);
        }
        if !run.searched {
            run.searched = self.search_step(&mut run.search, &run.recoded).await?;
            return Ok(false);
        }
        for _ in 0..AT_ONCE {
            // Found newest first, run oldest first.
            let (Some(found), Some(replays)) = (run.search.found.pop(), &mut run.replay) else { return Ok(true) };
            let ended = run.rehearsed.states.run(&found.signed, &found.receipt, &found.module);
            replays.note(found.height, ended.map_err(convert::client)?);
            if !self.has_time(since) {
                break;
            }
        }
        Ok(run.search.found.is_empty())
    }

    fn rehearse(&self, of: &RehearsalOf) -> Result<Preparing, Error> {
        let chain = self.chain()?;
        let (subject, slot) = match of {
            // In the first slot that the next block may have, not in that of the clock: whoever runs it on this block gets the
            // same digest. While a proposal is live the head is never older than its heartbeat.
            RehearsalOf::Proposal(id) => (Subject::Proposal(*id), chain.client.head().slot.plus(1)),
            RehearsalOf::Payload { codes, payload } => {
                for code in codes {
                    convert::read_code(code)?;
                }
                (Subject::Payload { codes, payload }, self.slot()?)
            }
        };
        chain.client.rehearse(subject, slot).map_err(convert::client)
    }
}

impl Replays {
    fn note(&mut self, height: Height, ended: zera_client::Replayed) {
        self.done = self.done.saturating_add(1);
        self.gas.push((ended.before.gas.0, ended.after.gas.0));
        if ended.same() {
            self.same = self.same.saturating_add(1);
        } else {
            self.changed.push(rehearsal::replay_row(height, ended));
        }
    }
}
