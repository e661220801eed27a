//! Parts of a large state that are not in memory: what a read missed is loaded, and whatever missed runs again. A result
//! during which something was missed is none, whatever it says.

use super::{Answer, Node, run::Ticket, world::World};
use zera_client::Client;
use zera_state::merkle::{DamagedPage, Pages};
use zera_worker_protocol::{Command, Error, ErrorKind, Response};

/// Pages read at once.
const AT_ONCE: usize = 128;

/// Reads what `pages` wants.
///
/// # Errors
/// `StorageFailed`; inside, the first page that is damaged.
pub async fn fill<W: World>(world: &W, pages: &Pages) -> Result<Result<(), DamagedPage>, Error> {
    let wanted = pages.wanted();
    let mut filled = Ok(());
    for names in wanted.chunks(AT_ONCE) {
        let found = world.pages(names).await?;
        for (place, name) in names.iter().enumerate() {
            let bytes = found.get(place).and_then(Option::as_deref);
            // What is wrong with one is no reason to want the others any longer.
            filled = filled.and(pages.supply(*name, bytes));
        }
    }
    Ok(filled)
}

impl<W: World, T: Ticket> Node<W, T> {
    /// How often something was missed; see [`Pages::misses`].
    pub(super) fn misses(&self) -> u64 {
        self.chain.as_ref().map_or(0, |chain| chain.client.pages().misses())
    }

    /// Loads what was missed. A damaged page ends the node: its bases are forgotten, so that the next start builds the state
    /// again from the records.
    pub(super) async fn load(&self) -> Result<(), Error> {
        if self.network.is_light() {
            return self.load_remote().await;
        }
        let pages = self.chain()?.client.pages().clone();
        match fill(&*self.world, &pages).await? {
            Ok(()) => Ok(()),
            Err(damaged) => {
                self.world.forget_bases().await?;
                let detail = format!("{damaged}; started again, the node builds the state from its blocks");
                Err(Error::browser(ErrorKind::StorageCorrupt, true, detail))
            }
        }
    }

    /// Loads what everything the node does by itself reads: parameters, skips, the newcomer, what governance does next.
    pub(super) async fn ready(&self) -> Result<(), Error> {
        // A network's chain seals nothing here, and what questions read is asked for when they are asked.
        let Some(chain) = self.chain.as_ref().filter(|_| self.network.is_solo()) else { return Ok(()) };
        self.whole(|node| {
            let slot = node.slot()?;
            // Their answers are asked for again where they count; here they only say what is missing.
            let _ = chain.client.context(slot);
            let _ = chain.client.due(slot);
            let _ = chain.moment();
            for account in chain.account.iter().chain(chain.newcomer.as_ref().map(|(account, _)| account)) {
                let _ = zera_state::accounts::account(chain.client.state(), account);
            }
            Ok(())
        })
        .await
    }

    /// Drops what was not used for longest, between two blocks: nothing runs then that would miss it at once.
    pub(super) fn shrink(&self) {
        if let Some(chain) = &self.chain {
            chain.client.pages().shrink(self.world.memory());
        }
    }

    /// Answers a command that only looks.
    pub(super) async fn look(&self, command: Command) -> Answer {
        loop {
            let before = (self.misses(), self.is_in_doubt());
            let answer = self.look_once(command.clone()).await;
            // Where the engines just disagreed, the reference has the answer.
            if self.misses() == before.0 && (answer.is_ok() || self.is_in_doubt() == before.1) {
                return answer;
            }
            let status = matches!(command, Command::Status).then(|| self.last_status()).flatten();
            match (self.load().await, status) {
                (Err(_), Some(status)) => return Ok(Response::Status(Box::new(status))),
                (loaded, _) => loaded?,
            }
        }
    }

    /// Does something that changes nothing when a part of the state is missing, as `missing` says; loads that part then.
    pub(super) async fn loading<R, E>(
        &self,
        mut work: impl FnMut() -> Result<R, E>,
        missing: impl Fn(&E) -> bool,
    ) -> Result<Result<R, E>, Error> {
        loop {
            match work() {
                Err(error) if missing(&error) => self.load().await?,
                done => return Ok(done),
            }
        }
    }

    /// Looks at the head.
    pub(super) async fn whole<R>(&self, look: impl Fn(&Self) -> Result<R, Error>) -> Result<R, Error> {
        loop {
            let before = self.misses();
            let seen = look(self);
            if self.misses() == before {
                return seen;
            }
            self.load().await?;
        }
    }

    /// Does something on the head that changes nothing when it fails.
    pub(super) async fn retry<R>(&mut self, mut work: impl FnMut(&mut Self) -> Result<R, Error>) -> Result<R, Error> {
        loop {
            let before = (self.misses(), self.is_in_doubt());
            let done = work(self);
            if done.is_ok() || (self.misses(), self.is_in_doubt()) == before {
                return done;
            }
            self.load().await?;
        }
    }
}

/// Loads all of a state that fits into memory, so that nothing is missed later.
///
/// # Errors
/// As [`fill`].
pub async fn warm<W: World>(world: &W, client: &Client) -> Result<Result<(), DamagedPage>, Error> {
    if client.touch_small(world.memory()) { fill(world, client.pages()).await } else { Ok(Ok(())) }
}
