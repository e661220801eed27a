//! The steps of a transaction: native calls go to their rooms, module calls to the session.

use crate::{
    events::{self, event},
    execute::{Diagnostic, charge, intrinsic},
    gas,
    proofs::{self, Requester},
    session::{Invocation, Session, Stop},
};
use alloc::{string::ToString, vec::Vec};
use zera_governance::{self as governance, BaseDelta, GovEvent};
use zera_primitives::{
    AccountId, Amount, Class, Event, Executable, Hash, ModuleId, Network, Outcome, Payload, ProposalId, Side,
    SignedTransaction, limits, tx::Call,
};
use zera_registry::{
    self as registry, RegistryError,
    events::{Attested, CODE_ATTESTED, CODE_STORED, CodeStored, MODULE_DEPLOYED, ModuleDeployed},
};
use zera_state::{Deltas, accounts};
use zera_vm::{CallerKind, gas::STACK_UNITS};

/// A transaction's steps on their way.
pub(crate) struct Run<'r, 's, 'o> {
    session: Session<'s, 'o>,
    signed: &'r SignedTransaction,
    diagnostics: Vec<Diagnostic>,
    deltas: Deltas,
    base: BaseDelta,
    proposals: Vec<(ProposalId, Class)>,
    at: u32,
}

/// What is left of a run.
pub(crate) struct Done<'s, 'o> {
    pub session: Session<'s, 'o>,
    pub diagnostics: Vec<Diagnostic>,
    pub deltas: Deltas,
    pub base: BaseDelta,
    pub modules: Vec<ModuleId>,
    pub proposals: Vec<(ProposalId, Class)>,
    /// The call that decided the outcome.
    pub at: u32,
}

impl<'r, 's, 'o> Run<'r, 's, 'o> {
    pub(crate) fn new(session: Session<'s, 'o>, signed: &'r SignedTransaction) -> Self {
        Self {
            session,
            signed,
            diagnostics: Vec::new(),
            deltas: Deltas::default(),
            base: BaseDelta::default(),
            proposals: Vec::new(),
            at: 0,
        }
    }

    pub(crate) fn finish(self) -> Done<'s, 'o> {
        let Self { mut session, diagnostics, deltas, base, proposals, at, .. } = self;
        let modules = core::mem::take(&mut session.created);
        Done { session, diagnostics, deltas, base, modules, proposals, at }
    }

    /// Runs every call until one does not end `Ok`.
    pub(crate) fn all(&mut self, left: &mut u64) -> Result<(), Stop> {
        charge(left, intrinsic(self.signed, self.session.ctx))?;
        for (index, call) in self.signed.transaction.calls.iter().enumerate() {
            self.at = u32::try_from(index).unwrap_or(u32::MAX);
            let ended = charge(left, gas::native(call)).and_then(|()| self.one(call, left));
            match ended {
                Ok(result) => self.diagnostics.push(Diagnostic { result, cause: None }),
                Err(stop) => {
                    if let Stop::Outcome(outcome, cause) = &stop {
                        let cause = cause.clone().or_else(|| Some(alloc::format!("{outcome:?}")));
                        self.diagnostics.push(Diagnostic { result: Vec::new(), cause });
                    }
                    return Err(stop);
                }
            }
        }
        Ok(())
    }

    fn one(&mut self, call: &Call, left: &mut u64) -> Result<Vec<u8>, Stop> {
        match call {
            Call::Transfer { to, amount } => {
                accounts::transfer(self.session.st, &self.sender(), to, *amount)?;
                self.emit(event(events::TRANSFER, &(self.sender(), to, amount)))
            }
            Call::BeginUpload { code, length, chunks } => {
                let per_byte = self.session.ctx.params.storage_deposit_per_byte;
                registry::begin_upload(self.session.st, per_byte, &self.sender(), *code, *length, chunks)?;
                Ok(Vec::new())
            }
            Call::UploadChunk { code, index, bytes } => self.upload(code, *index, bytes),
            Call::Deploy { code, args, value } => {
                let named = registry::constructor_entry(self.session.st, code)?.is_some();
                if !named && !args.is_empty() {
                    return Err(Stop::invalid("this code has no constructor, so it takes no arguments"));
                }
                self.deploy(Executable::Code(*code), named.then_some(args.as_slice()), *value, left)
            }
            Call::Module { module, entry, args, value } => self.module(*module, entry, args, *value, left),
            Call::Stake { .. }
            | Call::Unstake { .. }
            | Call::Propose { .. }
            | Call::Allocate { .. }
            | Call::Withdraw { .. } => self.governance(call),
            Call::DeployReference { reference, constructor, value } => {
                let executable = Executable::ExternalRef(reference.clone());
                self.deploy(executable, constructor.as_deref(), *value, left)
            }
            Call::Attest { code, rebuilt, recipe } => self.attest(code, *rebuilt, *recipe),
            Call::Delegate { class, to, amount } => self.delegate(*class, to, *amount, left),
            Call::AllocateDelegated { proposal, side, share_ppm } => {
                self.allocate_delegated(*proposal, *side, *share_ppm, left)
            }
            Call::RequestProof { transaction, call } => {
                let by = Requester::Account(self.sender());
                self.session.request_proof(transaction, *call, by)?;
                Ok(Vec::new())
            }
            Call::SubmitProof { proof } => match self.session.verify_proof(proof, None, true, left)? {
                Ok(()) => Ok(Vec::new()),
                Err(refusal) => Err(Stop::invalid(refusal)),
            },
        }
    }

    fn sender(&self) -> AccountId {
        self.signed.transaction.sender
    }

    fn emit(&mut self, event: Event) -> Result<Vec<u8>, Stop> {
        self.session.emit(event)?;
        Ok(Vec::new())
    }

    fn upload(&mut self, code: &Hash, index: u32, bytes: &[u8]) -> Result<Vec<u8>, Stop> {
        let sender = self.sender();
        let uploaded = registry::upload_chunk(self.session.st, &sender, *code, index, bytes)?;
        match uploaded {
            registry::Uploaded::Stored => {
                if let Some(whole) = registry::code(self.session.st, code)? {
                    proofs::register(self.session.st, code, &whole);
                }
                self.emit(event(CODE_STORED, &CodeStored { code: *code, uploader: sender }))
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Creates a module and, unless `constructor` is none, runs the constructor that its code names with these arguments.
    fn deploy(
        &mut self,
        executable: Executable,
        constructor: Option<&[u8]>,
        value: Amount,
        left: &mut u64,
    ) -> Result<Vec<u8>, Stop> {
        let sender = self.sender();
        let id = ModuleId::derive(&sender, self.signed.transaction.nonce, self.at);
        let ctx = self.session.ctx.registry();
        let code = registry::deploy(self.session.st, &ctx, &sender, &id, executable)?;
        self.session.created.push(id);
        self.emit(event(MODULE_DEPLOYED, &ModuleDeployed { module: id, code, deployer: sender }))?;
        let Some(args) = constructor else {
            if !value.is_zero() {
                self.session.transfer(&sender, &id.account(), value)?;
            }
            return Ok(Vec::new());
        };
        let entry = registry::constructor_entry(self.session.st, &code)?;
        let entry = entry.ok_or_else(|| Stop::invalid("this code has no constructor, so it takes no arguments"))?;
        let call = Invocation {
            module: id,
            entry: &entry,
            args,
            value,
            caller: sender.0,
            kind: CallerKind::Runtime,
            instead: None,
            read_only: false,
        };
        self.session.invoke(&call, left, STACK_UNITS)
    }

    /// Notes what a builder's rebuild gave. When that is the refutation which fills the measure, every live proposal that
    /// carries the code rises one class.
    fn attest(&mut self, code: &Hash, rebuilt: Hash, recipe: Hash) -> Result<Vec<u8>, Stop> {
        let (sender, ctx) = (self.sender(), self.session.ctx);
        let before = registry::verdicts(self.session.st, code)?;
        let after = registry::attest(self.session.st, &ctx.registry(), &sender, code, rebuilt, recipe)?;
        self.emit(event(CODE_ATTESTED, &Attested { code: *code, builder: sender, rebuilt }))?;
        let enough = ctx.params.builder_mismatches;
        if before.differ >= enough || after.differ < enough {
            return Ok(Vec::new());
        }
        for id in governance::queries::live(self.session.st)? {
            if governance::queries::proposal(self.session.st, id)?.payload.codes().contains(code) {
                let raised = governance::raise_class(self.session.st, &ctx.governance(), id)?;
                if let Some(raised) = raised {
                    self.emit(events::governance_event(&raised))?;
                }
            }
        }
        Ok(Vec::new())
    }

    fn module(
        &mut self,
        module: ModuleId,
        entry: &str,
        args: &[u8],
        value: Amount,
        left: &mut u64,
    ) -> Result<Vec<u8>, Stop> {
        if entry.len() > limits::ENTRY_BYTES || args.len() > limits::CALL_BYTES {
            return Err(Stop::invalid("the export's name or the arguments are too long"));
        }
        let caller = self.sender().0;
        let call = Invocation {
            module,
            entry,
            args,
            value,
            caller,
            kind: CallerKind::Account,
            instead: None,
            read_only: false,
        };
        self.session.invoke(&call, left, STACK_UNITS)
    }

    fn governance(&mut self, call: &Call) -> Result<Vec<u8>, Stop> {
        let (sender, ctx) = (self.sender(), self.session.ctx.governance());
        match call {
            Call::Stake { amount } => {
                governance::stake(self.session.st, &ctx, &sender, *amount)?;
                self.emit(event(events::STAKED, &(sender, amount)))
            }
            Call::Unstake { amount } => {
                governance::unstake(self.session.st, &ctx, &sender, *amount)?;
                self.emit(event(events::UNSTAKED, &(sender, amount)))
            }
            Call::Propose { title, payload } => self.propose(title, payload),
            Call::Allocate { proposal, side, amount } => {
                let (done, delta) = governance::allocate(self.session.st, &ctx, &sender, *proposal, *side, *amount)?;
                self.add_base(delta)?;
                self.emit_all(&done)?;
                self.emit(event(events::ALLOCATED, &(proposal, sender, side, amount)))
            }
            Call::Withdraw { proposal } => {
                let (closed, delta) =
                    governance::withdraw(self.session.st, &ctx, &sender, *proposal, &mut self.deltas)?;
                self.add_base(delta)?;
                self.emit(events::governance_event(&closed))
            }
            other => Err(Stop::Fault(alloc::format!("{other:?} is no call of governance"))),
        }
    }

    /// Resigning as a delegate, which is delegating nothing to oneself, costs by the number of delegators.
    fn delegate(&mut self, class: Class, to: &AccountId, amount: Amount, left: &mut u64) -> Result<Vec<u8>, Stop> {
        let (sender, ctx) = (self.sender(), self.session.ctx.governance());
        if *to == sender {
            self.charge_delegators(class, left)?;
        }
        let (done, delta) = governance::delegate(self.session.st, &ctx, &sender, class, to, amount)?;
        self.add_base(delta)?;
        self.emit_all(&done)
    }

    fn allocate_delegated(
        &mut self,
        proposal: ProposalId,
        side: Side,
        share_ppm: u32,
        left: &mut u64,
    ) -> Result<Vec<u8>, Stop> {
        let (sender, ctx) = (self.sender(), self.session.ctx.governance());
        let filed = governance::queries::progress(self.session.st, proposal)?.filed;
        self.charge_delegators(filed, left)?;
        let (changed, delta) =
            governance::allocate_delegated(self.session.st, &ctx, &sender, proposal, side, share_ppm)?;
        self.add_base(delta)?;
        self.emit(event(events::ALLOCATED_DELEGATED, &(proposal, sender, side, share_ppm, changed)))
    }

    /// Charges for every delegator that will be looked at, before any is.
    fn charge_delegators(&mut self, class: Class, left: &mut u64) -> Result<(), Stop> {
        let delegators = governance::queries::delegators(self.session.st, &self.sender(), class)?;
        charge(left, gas::DELEGATOR.saturating_mul(delegators.len() as u64))
    }

    fn emit_all(&mut self, done: &[GovEvent]) -> Result<Vec<u8>, Stop> {
        for what in done {
            self.emit(events::governance_event(what))?;
        }
        Ok(Vec::new())
    }

    fn propose(&mut self, title: &str, payload: &Payload) -> Result<Vec<u8>, Stop> {
        let (sender, ctx) = (self.sender(), self.session.ctx.governance());
        let solo = self.session.ctx.chain.network == Network::Solo;
        if solo && matches!(payload, Payload::Validators { .. }) {
            return Err(RegistryError::Validators("a chain of one tab has one signer for good").into());
        }
        let class = registry::classify(self.session.st, &self.session.ctx.registry(), payload)?;
        if let Payload::RequestProof { transaction, call, .. } = payload {
            proofs::requestable(self.session.st, self.session.ctx.slot, transaction, *call)?;
        }
        let proposed = governance::propose(
            self.session.st,
            &ctx,
            &sender,
            title.to_string(),
            payload.clone(),
            class,
            &mut self.deltas,
        )?;
        self.add_base(proposed.base)?;
        self.proposals.push((proposed.id, class));
        if let Some(displaced) = &proposed.displaced {
            self.emit(events::governance_event(displaced))?;
        }
        self.emit(event(events::PROPOSED, &(proposed.id, sender, class)))
    }

    fn add_base(&mut self, delta: BaseDelta) -> Result<(), Stop> {
        self.base = self.base.plus(delta).map_err(|_| Stop::Outcome(Outcome::Invalid, None))?;
        Ok(())
    }
}
