//! The node: commands in, answers and events out. Knows no browser; see [`world`] for what it needs of one.

pub mod age;
mod chain;
mod convert;
mod keys;
mod long;
mod newcomer;
pub mod phrase;
mod plans;
pub mod run;
mod seal;
mod snapshot;
mod start;
mod upkeep;
mod views;
pub mod world;

#[cfg(test)]
mod tests;

use chain::Chain;
use long::Long;
use plans::Plans;
use run::Ticket;
use world::World;
use zera_worker_protocol::{Command, Error, ErrorKind, Response, command::FaultPoint};

/// What a command comes to.
pub type Answer = Result<Response, Error>;

/// What [`Node::work`] did.
#[derive(Debug)]
pub enum Work<T> {
    /// Nothing was due: wait for a request or a tick.
    Nothing,
    /// A step; there may be more.
    Step,
    /// A long request is done.
    Done(T, Answer),
}

/// The node of one origin. `T` names a request whose answer comes later.
pub struct Node<W, T> {
    world: W,
    chain: Option<Chain>,
    plans: Plans,
    long: Long<T>,
}

impl<W: World, T: Ticket> Node<W, T> {
    /// A node that has not started.
    pub const fn new(world: W) -> Self {
        Self { world, chain: None, plans: Plans::new(), long: Long::new() }
    }

    /// Does what `command` asks. `None` when the answer comes later, from [`Node::work`].
    pub async fn handle(&mut self, ticket: T, command: Command) -> Option<Answer> {
        if let Command::Cancel { request } = command {
            return Some(self.long.cancel(&ticket, request));
        }
        match long::Job::of(&command) {
            Some(job) => self.begin(ticket, job).err().map(Err),
            None => Some(self.answer(command).await),
        }
    }

    /// One step of what the node does by itself: long requests, sealing, and upkeep when nobody waits (`idle`).
    pub async fn work(&mut self, idle: bool) -> Work<T> {
        if let Some((ticket, answer)) = self.long.ended(self.chain.is_some()) {
            return Work::Done(ticket, answer);
        }
        if self.chain.is_none() {
            return Work::Nothing;
        }
        if let Some(work) = self.long_step().await {
            return work;
        }
        if self.seal_if_due().await || (idle && self.upkeep_step().await) { Work::Step } else { Work::Nothing }
    }

    async fn answer(&mut self, command: Command) -> Answer {
        match command {
            Command::Start => self.start().await,
            Command::Status => self.status(),
            Command::NewPhrase => self.new_phrase(),
            Command::Keys => Ok(Response::Keys(self.keys().await?)),
            Command::AddKey(source) => self.add_key(source).await,
            Command::UseKey(account) => self.use_key(account).await,
            Command::RemoveKey(account) => self.remove_key(account).await,
            Command::ExportKey { passphrase } => self.export_key(&passphrase).await,
            Command::Prepare { codes, calls } => self.prepare(&codes, calls),
            Command::Sign { plan } => self.sign(plan).await,
            Command::Submit(bytes) => self.submit(&bytes).map(|hash| Response::Submitted(vec![hash])),
            Command::CheckJournal(bytes) => views::journal::verdict(self.chain.as_ref(), &bytes),
            Command::Usage => self.usage().await,
            Command::Export => self.export().await,
            Command::Import(bytes) => self.import(&bytes).await,
            Command::Reset => self.reset().await,
            Command::Pipelines
            | Command::Lanes(_)
            | Command::SetPipelines { .. }
            | Command::SetSampling { .. }
            | Command::SetEngine { .. }
            | Command::Fault(FaultPoint::EngineLies | FaultPoint::PipelineTraps | FaultPoint::PipelineHangs) => Err(
                Error::request(ErrorKind::Unavailable, "this node executes blocks itself, with the reference alone"),
            ),
            Command::Fault(point) => self.world.set_fault(point).map(|()| Response::Done),
            query => self.look(query).await,
        }
    }

    /// Commands that only look.
    async fn look(&self, command: Command) -> Answer {
        let chain = self.chain()?;
        match command {
            Command::Blocks(page) => self.blocks(page).await,
            Command::Block(height) => self.block(height).await,
            Command::Transaction(hash) => self.transaction(&hash).await,
            Command::Modules => views::modules::list(chain),
            Command::Module(id) => views::modules::detail(chain, &id),
            Command::Code(hash) => views::code::bytes(chain, &hash),
            Command::Inspect(bytes) => views::code::inspect(chain, &bytes),
            Command::Difference { old, new } => views::code::difference(chain, &old, &new),
            Command::Storage { module, after, limit } => views::modules::storage(chain, &module, &after, limit),
            Command::Query { module, entry, args } => views::modules::query(chain, &module, &entry, &args),
            Command::Proposals => views::proposals::list(chain),
            Command::Proposal(id) => views::proposals::detail(chain, id),
            Command::Forecast { proposal, what_if } => views::proposals::forecast(chain, proposal, what_if),
            Command::Disassemble { code, function } => views::inspection::disassemble(chain, &code, function),
            Command::Tags(manager) => views::lifecycle::tags(chain, &manager),
            Command::Fleet { manager, tag, after, limit } => {
                views::lifecycle::fleet(chain, &manager, &tag, after.as_ref(), limit)
            }
            Command::Builders => views::lifecycle::builders(chain),
            Command::Journal { module, before, limit } => views::journal::page(chain, module.as_ref(), before, limit),
            Command::ExportJournal => self.export_journal().await,
            Command::CodeAt { module, height } => self.code_at(&module, height).await,
            Command::Account(id) => self.account(&id).await,
            _ => Err(Error::client(ErrorKind::Panicked, "a command without an answer")),
        }
    }

    fn chain(&self) -> Result<&Chain, Error> {
        self.chain.as_ref().ok_or_else(not_started)
    }

    fn chain_mut(&mut self) -> Result<&mut Chain, Error> {
        self.chain.as_mut().ok_or_else(not_started)
    }

    /// The slot now.
    fn slot(&self) -> Result<zera_primitives::Slot, Error> {
        Ok(self.chain()?.client.slot_at(self.world.now_ms()))
    }
}

fn not_started() -> Error {
    Error::request(ErrorKind::NotStarted, "the node has not started; send Start first")
}
