//! What the node does when engines disagree: it stops sealing, finds the last block that the reference agrees with,
//! goes on from there, and says so. The fast engine is off for that code from then on, in this browser for good.
//!
//! The difference is kept before anything else, so that a tab which is closed meanwhile goes on here when it starts.

use super::{
    Node,
    long::way::{Way, past},
    run::{Inbox, Ticket},
    upkeep::SCRUB_RECORDS,
    world::World,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_client::{HeadPointer, Record, agreement::Agreement, past::PastError, record_hash};
use zera_primitives::{Hash, Height, SignedTransaction, codec::decode_bounded};
use zera_vm::tiered::{Disagreement, What};
use zera_worker_protocol::{
    DisagreementView, Error, ErrorKind, Event, TransactionStage, event::Notice, views::INCIDENTS_KEPT,
};

/// Under which it is kept.
const NAME: &str = "agreement";
/// Bytes that it may take.
const KEPT_BYTES: usize = 1 << 20;

/// What is known of differences between engines, as this browser keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct Findings {
    /// Those from which the chain has gone on, oldest first.
    settled: Vec<DisagreementView>,
    /// Those for which blocks are still to be looked through; sealing waits.
    open: Vec<Disagreement>,
    /// The chain of which the reference agrees with every block up to this one.
    agreed: Option<(Hash, Height)>,
}

/// Looking through blocks.
pub enum Walk {
    /// On the way to a state that the reference agrees with, that of this block.
    Way(Box<Way>, Height),
    /// From there on.
    Blocks(Box<Agreement>),
}

/// Differences, and the walk under way.
#[derive(Default)]
pub struct Differences {
    findings: Findings,
    walk: Option<Walk>,
}

impl Differences {
    /// All that were ever found in this browser and dealt with, newest first.
    pub fn settled(&self) -> Vec<DisagreementView> {
        self.findings.settled.iter().rev().cloned().collect()
    }
}

fn name_of(what: What) -> &'static str {
    match what {
        What::Outcome => "outcome",
        What::Result => "result",
        What::Gas => "gas",
        What::HostCalls => "host calls",
        What::State => "state",
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Takes what this browser has kept, and turns the fast engine off for codes that it was ever wrong about.
    pub(super) async fn load_differences(&mut self) {
        let kept = self.world.note(NAME).await.ok().flatten();
        let kept = kept.and_then(|bytes| decode_bounded::<Findings>(&bytes, KEPT_BYTES).ok()).unwrap_or_default();
        let engine = self.pool.engine();
        let settled = kept.settled.iter().map(|found| (found.code, found.what.as_str()));
        for (code, what) in settled.chain(kept.open.iter().map(|found| (found.code, name_of(found.what)))) {
            engine.disable(&code, what);
        }
        self.differences = Differences { findings: kept, walk: None };
    }

    /// True while a difference is not dealt with: nothing may be sealed.
    pub(super) fn is_in_doubt(&self) -> bool {
        !self.differences.findings.open.is_empty() || self.pool.engine().has_disagreements()
    }

    /// Refuses what may not rest on a chain in doubt.
    pub(super) fn check_doubt(&self) -> Result<(), Error> {
        if !self.is_in_doubt() {
            return Ok(());
        }
        let detail =
            "the browser's engine disagreed with the reference; blocks are being looked through, then sealing goes on";
        Err(Error::browser(ErrorKind::Busy, false, detail))
    }

    /// One step of dealing with a difference; false when there is none. To be called before anything else that the node
    /// does by itself.
    pub(super) async fn doubt_step(&mut self, inbox: &dyn Inbox<T>) -> bool {
        if self.chain.is_none() || !self.is_in_doubt() {
            return false;
        }
        // A block that could not be stored is none; the node's own way back from it comes first.
        let _ = self.settle(inbox).await;
        // What cannot be read or kept now is tried again at a later step; sealing waits.
        self.doubt().await.is_ok()
    }

    async fn doubt(&mut self) -> Result<(), Error> {
        let found = self.pool.engine().take_disagreements();
        if !found.is_empty() {
            self.differences.findings.open.extend(found);
            self.keep_differences().await?;
        }
        let since = self.world.micros();
        let walk = match self.differences.walk.take() {
            Some(walk) => walk,
            None => self.begin_walk().await?,
        };
        match self.walk_on(walk, since).await? {
            Ok(walk) => self.differences.walk = Some(walk),
            Err(to) => self.settle_differences(to).await?,
        }
        Ok(())
    }

    async fn keep_differences(&self) -> Result<(), Error> {
        self.world.keep_note(NAME, &self.differences.findings.encode()).await
    }

    /// From the last block that is known to be agreed with; failing its records, from the oldest state in memory.
    async fn begin_walk(&self) -> Result<Walk, Error> {
        let client = &self.chain()?.client;
        let known = self
            .differences
            .findings
            .agreed
            .filter(|(genesis, height)| *genesis == client.genesis() && *height <= client.head().height);
        let from = known.map_or(Height(0), |(_, height)| height);
        match self.way_to(from).await {
            Ok(way) => Ok(Walk::Way(Box::new(way), from)),
            Err(_) => self.walk_in_memory().await,
        }
    }

    /// From the oldest state in memory: where older records are damaged, these blocks alone can be looked through.
    async fn walk_in_memory(&self) -> Result<Walk, Error> {
        let kept = self.chain()?.client.kept_from();
        Ok(Walk::Way(Box::new(self.way_to(kept).await?), kept))
    }

    /// Goes on looking; the last block to keep when the end is found.
    async fn walk_on(&self, walk: Walk, since: u64) -> Result<Result<Walk, Height>, Error> {
        let mut blocks = match walk {
            Walk::Way(way, target) => match self.go_on(*way, target, since, "agreement").await {
                Ok(Way::There(state)) => return Ok(Ok(Walk::Blocks(Box::new(Agreement::from(state))))),
                Ok(way) => return Ok(Ok(Walk::Way(Box::new(way), target))),
                Err(_) if target < self.chain()?.client.kept_from() => return self.walk_in_memory().await.map(Ok),
                Err(error) => return Err(error),
            },
            Walk::Blocks(blocks) => blocks,
        };
        let head = self.chain()?.height();
        while blocks.height() < head {
            let limit = u32::try_from(head.since(blocks.height())).unwrap_or(u32::MAX);
            let records = self.world.records(blocks.height().plus(1), limit.min(SCRUB_RECORDS)).await?;
            for (_, bytes) in &records {
                match self.loading(|| blocks.next(bytes), PastError::is_not_loaded).await? {
                    Ok(true) => {}
                    Err(error @ PastError::Block { .. }) => return Err(past(error)),
                    Err(_) if blocks.height() < self.chain()?.client.kept_from() => {
                        return self.walk_in_memory().await.map(Ok);
                    }
                    // A record that cannot be used ends the chain here as it would at the next start.
                    Ok(false) | Err(_) => return Ok(Err(blocks.height())),
                }
                if !self.has_time(since) {
                    self.progress("agreement", blocks.height().0, head.0);
                    return Ok(Ok(Walk::Blocks(blocks)));
                }
            }
            if records.is_empty() {
                return Ok(Err(blocks.height()));
            }
        }
        Ok(Err(head))
    }

    /// Goes on from block `to`: later ones are dropped, and their transactions wait again.
    async fn settle_differences(&mut self, to: Height) -> Result<(), Error> {
        let waiting = self.go_back(to).await?;
        let genesis = self.chain()?.client.genesis();
        let at_ms = self.world.now_ms();
        let findings = &mut self.differences.findings;
        findings.agreed = Some((genesis, to));
        let open = std::mem::take(&mut findings.open);
        for found in &open {
            findings.settled.push(view(found, to, at_ms));
        }
        let surplus = findings.settled.len().saturating_sub(INCIDENTS_KEPT);
        findings.settled.drain(..surplus);
        self.keep_differences().await?;
        self.submit_again(waiting)?;
        for found in open {
            let detail = format!("{} of {}: {} / {}", name_of(found.what), found.entry, found.fast, found.reference);
            let Disagreement { code, height, .. } = found;
            self.world.emit(Event::Notice(Notice::EngineDisagreed { code, height, went_back_to: to, detail }));
        }
        self.world.emit(Event::Head(self.chain()?.head().clone()));
        Ok(())
    }

    /// Cuts the chain after block `to` and opens it again as at a start. Answers the transactions of the blocks that are
    /// gone, then those that waited, in order.
    async fn go_back(&mut self, to: Height) -> Result<Vec<SignedTransaction>, Error> {
        if to == self.chain()?.height() {
            return Ok(Vec::new());
        }
        let mut waiting = Vec::new();
        let mut records = self.all_records(to).await?.into_iter();
        let last = records.next().filter(|(height, _)| *height == to);
        let Some((_, bytes)) = last else {
            return Err(Error::browser(
                ErrorKind::StorageCorrupt,
                true,
                format!("the record of block {to} is missing"),
            ));
        };
        for (_, bytes) in records {
            waiting.extend(Record::from_bytes(&bytes).map(|record| record.body.transactions).unwrap_or_default());
        }
        waiting.extend(self.chain()?.client.pending().cloned());
        let header = Record::from_bytes(&bytes).map(|record| record.header.hash());
        let header = header.map_err(super::convert::defect)?;
        let format = zera_client::record::STORAGE_FORMAT;
        let pointer = HeadPointer { format, height: to, header, record: record_hash(&bytes) };
        self.world.cut(to, &pointer.encode()).await?;
        self.reopen("the engines disagreed, and the chain went back").await?;
        Ok(waiting)
    }

    /// Opens the chain from the shelf, as at a start.
    async fn reopen(&mut self, why: &str) -> Result<(), Error> {
        let shelved = self.world.shelved().await?.ok_or_else(|| super::convert::defect("the shelf is empty"))?;
        let chain = self.open(&shelved).await?;
        self.stand_on(chain);
        self.long.give_up(why);
        self.plans.forget();
        self.load_keys().await
    }

    /// Lets transactions wait again.
    fn submit_again(&mut self, waiting: Vec<SignedTransaction>) -> Result<(), Error> {
        let slot = self.slot()?;
        let hashes: Vec<Hash> = waiting.iter().map(SignedTransaction::hash).collect();
        let refused = self.chain_mut()?.client.wait_again(waiting, slot);
        for hash in hashes {
            let stage = if refused.contains(&hash) { TransactionStage::Dropped } else { TransactionStage::Pending };
            self.world.emit(Event::Transaction { hash, stage });
        }
        Ok(())
    }
}

fn view(found: &Disagreement, went_back_to: Height, at_ms: u64) -> DisagreementView {
    DisagreementView {
        height: found.height,
        code: found.code,
        modules: vec![found.module],
        entry: found.entry.clone(),
        what: name_of(found.what).into(),
        fast: found.fast.clone(),
        reference: found.reference.clone(),
        went_back_to,
        at_ms,
    }
}
