//! The node: commands in, answers and events out. Knows no browser; see [`world`] for what it needs of one.

pub mod age;
mod agreement;
mod chain;
mod convert;
mod keys;
mod lanes;
mod long;
mod network;
mod newcomer;
mod pages;
pub mod phrase;
mod plans;
mod proving;
pub mod run;
mod seal;
mod settings;
mod snapshot;
mod start;
mod upkeep;
mod views;
pub mod world;
mod writing;

#[cfg(test)]
pub(crate) mod tests;

use crate::pool::{Handle, Pool, wire::Break};
use agreement::Differences;
use chain::Chain;
use lanes::Lanes;
use long::Long;
use network::Network;
use plans::Plans;
use proving::{LocalRun, Proving};
use run::{Deaf, Inbox, Ticket};
use std::rc::Rc;
use world::World;
use zera_vm::tiered::Tiering;
use zera_worker_protocol::{
    Command, Error, ErrorKind, Event, IncidentView, Response, command::FaultPoint, event::Notice,
};

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
pub struct Node<W: World, T> {
    world: Rc<W>,
    pool: Rc<Pool<W::Workers>>,
    lanes: Lanes,
    differences: Differences,
    chain: Option<Chain>,
    plans: Plans,
    proving: Rc<Proving>,
    long: Long<T>,
    network: Rc<Network>,
}

impl<W: World, T: Ticket> Node<W, T> {
    /// A node that has not started.
    pub fn new(world: W) -> Self {
        let pool = Rc::new(Pool::new(world.workers(), world.engine(Tiering::default())));
        let network = Rc::new(Network::new(world.now_ms()));
        let mut first = [0; 4];
        // A world without randomness makes no keys either, and so signs no plans.
        let _ = world.fill_random(&mut first);
        let plans = Plans::new(u32::from_le_bytes(first));
        let (world, lanes) = (Rc::new(world), Lanes::default());
        let (differences, proving) = (Differences::default(), Rc::<Proving>::default());
        Self { world, pool, lanes, differences, chain: None, plans, proving, long: Long::new(), network }
    }

    /// Does what `command` asks. `None` when the answer comes later, from [`Node::work`].
    pub async fn handle(&mut self, ticket: T, command: Command) -> Option<Answer> {
        if !goes_beside_writing(&command) {
            let settled = self.settle(&Deaf).await;
            self.mind(settled);
        }
        if let Command::Cancel { request } = command {
            return Some(self.long.cancel(&ticket, request));
        }
        if let Err(error) = self.ready().await {
            return Some(Err(error));
        }
        match (&command, &self.chain) {
            (Command::VerifyProof { file, .. }, None) => return Some(self.verdict_alone(file)),
            (Command::VerifyStock { proof, public, key }, _) => return Some(self.verify_stock(proof, public, key)),
            _ => {}
        }
        match long::Job::of(&command) {
            Some(job) => self.begin(ticket, job).err().map(Err),
            None => Some(self.answer(command).await),
        }
    }

    /// One step of what the node does by itself: long requests, sealing, and upkeep when nobody waits (`idle`).
    pub async fn work(&mut self, idle: bool, inbox: &dyn Inbox<T>) -> Work<T> {
        self.pool.tend().await;
        self.tell_incidents();
        self.shrink();
        let ready = self.ready().await;
        self.mind(ready);
        let settled = self.settle_ended().await;
        self.mind(settled);
        if let Some((ticket, answer)) = self.long.ended(self.chain.is_some()) {
            return Work::Done(ticket, answer);
        }
        if self.chain.is_none() {
            return Work::Nothing;
        }
        if self.network_step(inbox).await {
            return Work::Step;
        }
        if self.doubt_step(inbox).await {
            return Work::Step;
        }
        if let Some(work) = self.long_step(inbox).await {
            return work;
        }
        let light = self.network.is_light();
        let quiet = |chain: &Chain| idle && !light && chain.writing.is_none();
        // A difference that a block was given up for is dealt with at once.
        let sealed = self.seal_if_due(inbox).await || self.pool.engine().has_disagreements();
        if sealed || (self.chain.as_ref().is_some_and(quiet) && self.upkeep_step().await) {
            Work::Step
        } else {
            Work::Nothing
        }
    }

    /// Takes over a chain.
    fn stand_on(&mut self, mut chain: Chain) {
        chain.client.set_pipelines(Box::new(Handle::new(&self.pool)));
        self.chain = Some(chain);
        self.lanes = Lanes::default();
    }

    /// Stops when what was done ended in a fatal error; true when it ended well. What failed otherwise is tried again at a
    /// later tick; who waits for it sees it pending.
    fn mind(&mut self, done: Result<(), Error>) -> bool {
        if let Err(error) = &done
            && error.fatal
        {
            self.world.emit(Event::Stopped(error.clone()));
            self.chain = None;
        }
        done.is_ok()
    }

    /// Reports pipelines that were replaced.
    fn tell_incidents(&self) {
        for IncidentView { height, pipeline, kind, .. } in self.pool.news() {
            self.world.emit(Event::Notice(Notice::PipelineReplaced { height, pipeline, kind }));
        }
    }

    async fn answer(&mut self, command: Command) -> Answer {
        match command {
            Command::Start => self.start().await,
            Command::NewPhrase => self.new_phrase(),
            Command::AddKey(source) => self.add_key(source).await,
            Command::UseKey(account) => self.use_key(account).await,
            Command::RemoveKey(account) => self.remove_key(account).await,
            Command::ExportKey { passphrase } => self.export_key(&passphrase).await,
            Command::Prepare { codes, calls } => self.retry(|node| node.prepare(&codes, calls.clone())).await,
            Command::Sign { plan } => self.sign(plan).await,
            Command::Submit(bytes) => self.take_in(&bytes).await.map(|hash| Response::Submitted(vec![hash])),
            Command::Export => self.export().await,
            Command::Import(bytes) => self.import(&bytes).await,
            Command::Reset => self.reset().await,
            Command::SetPipelines { count } => self.set(|settings| settings.pipelines = count).await,
            Command::SetSampling { ppm } => self.set(|settings| settings.sampling_ppm = ppm).await,
            Command::SetEngine { fast } => self.set(|settings| settings.fast = fast).await,
            Command::Fault(FaultPoint::PipelineTraps) => Ok(self.pool_breaks(Break::Trap)),
            Command::Fault(FaultPoint::PipelineHangs) => Ok(self.pool_breaks(Break::Hang)),
            Command::SetRecords { on, most_bytes } => self.set_records(on, most_bytes).await,
            Command::PruneRecords => self.prune_records().await,
            Command::Prove { call, nonce } => self.prove(call, nonce).await,
            Command::ProveLocal { code, entry, args, hide, nonce } => {
                self.prove_local(LocalRun { code, entry, args }, hide, nonce).await
            }
            Command::CancelProof { id } => self.cancel_proof(id),
            Command::ForgetProof(id) => self.forget_proof(&id).await,
            Command::SubmitProof(id) => self.submit_proof(&id).await,
            Command::RequestProof(call) => self.request_proof(call).await,
            Command::AcknowledgeAlarm { proof, reason } => self.acknowledge(&proof, reason).await,
            Command::Fault(FaultPoint::ProofDisagrees) => {
                self.proving.set_lies();
                Ok(Response::Done)
            }
            Command::Fault(FaultPoint::EngineLies) => {
                self.pool.set_lies();
                Ok(Response::Done)
            }
            Command::Shows(what) => self.shows(what),
            Command::Online(online) => self.online(online),
            Command::Visible(visible) => self.visible(visible),
            Command::Probe { peer } => self.probe(&peer).await,
            Command::Join(join) => self.join(join).await,
            Command::Leave => self.leave().await,
            Command::SetMode(mode) => self.set_mode(mode).await,
            Command::AddPeer(peer) => self.add_peer(&peer).await,
            Command::RemovePeer(peer) => self.remove_peer(&peer).await,
            Command::ExportEvidence(id) => self.export_evidence(id),
            Command::ExportHeaders => self.export_headers().await,
            Command::Fault(point) => self.world.set_fault(point).map(|()| Response::Done),
            query => self.look(query).await,
        }
    }

    /// Answers a command that only looks from what is in memory; see [`Node::look`].
    async fn look_once(&self, command: Command) -> Answer {
        if let Command::CheckJournal(bytes) = &command {
            return views::journal::verdict(self.chain.as_ref(), bytes);
        }
        let chain = self.chain()?;
        match command {
            Command::Status => self.status(),
            Command::Keys => Ok(Response::Keys(self.keys().await?)),
            Command::Usage => self.usage().await,
            Command::Pipelines => self.pipelines(),
            Command::Lanes(height) => self.lane(height).await,
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
            Command::Executions { filter, before, limit } => self.executions(&filter, before, limit).await,
            Command::Execution(call) => self.execution(&call).await,
            Command::Proofs => self.proofs(),
            Command::ProofFile(id) => self.proof_file(&id).await.map(Response::Bytes),
            Command::Network => self.network(),
            Command::Certificate(height) => self.certificate(height).await,
            _ => Err(Error::client(ErrorKind::Panicked, "a command without an answer")),
        }
    }

    fn pool_breaks(&self, how: Break) -> Response {
        self.pool.set_break(how);
        Response::Done
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

/// True for commands that only look: they are answered while a block is executed or written.
const fn is_question(command: &Command) -> bool {
    use Command as C;
    matches!(
        command,
        C::Status
            | C::Keys
            | C::Usage
            | C::Pipelines
            | C::Lanes(_)
            | C::Blocks(_)
            | C::Block(_)
            | C::Transaction(_)
            | C::Modules
            | C::Module(_)
            | C::Code(_)
            | C::Inspect(_)
            | C::Difference { .. }
            | C::Storage { .. }
            | C::Query { .. }
            | C::Proposals
            | C::Proposal(_)
            | C::Forecast { .. }
            | C::Disassemble { .. }
            | C::Tags(_)
            | C::Fleet { .. }
            | C::Builders
            | C::Journal { .. }
            | C::CheckJournal(_)
            | C::CodeAt { .. }
            | C::Account(_)
            | C::Executions { .. }
            | C::Execution(_)
            | C::Proofs
            | C::ProofFile(_)
            | C::Network
            | C::Certificate(_)
    )
}

/// True for commands that change nothing that is stored.
const fn goes_beside_writing(command: &Command) -> bool {
    is_question(command)
        || matches!(
            command,
            Command::Submit(_) | Command::Sign { .. } | Command::Prepare { .. } | Command::Cancel { .. }
        )
}

fn not_started() -> Error {
    Error::request(ErrorKind::NotStarted, "the node has not started; send Start first")
}
