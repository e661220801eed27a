//! Test-only: real little modules, a state with ZRA, and an executor that runs scripts instead of guests.

use crate::{
    codes::{Uploaded, begin_upload, upload_chunk},
    effects::Effects,
    executor::{Executed, Executor, SystemCall, SystemResult},
    journal::Vote,
    keys,
    modules::{Ctx, deploy},
    usage::Usage,
};
use codec::Encode;
use scale_info::{MetaType, Registry};
use std::{collections::BTreeMap, rc::Rc};
use wasm_encoder::{
    CodeSection, CustomSection, EntityType, ExportKind as WasmKind, ExportSection, Function, FunctionSection,
    ImportSection, Module, TypeSection, ValType,
};
use zera_primitives::{
    AccountId, Amount, Class, Executable, Hash, Height, Manifest, ModuleId, Outcome, Params, ProposalId, Slot,
    StateKey, limits,
    manifest::{Argument, Export, ExportKind, MANIFEST_FORMAT, Parameter, SemVer},
};
use zera_state::{MemoryState, StateError, StateView, accounts};
use zera_vm::{ValKind, host};

/// Holds all ZRA.
pub const ALICE: AccountId = AccountId([1; 32]);
/// Has nothing at first.
pub const BOB: AccountId = AccountId([2; 32]);
/// The module of most tests.
pub const MODULE: ModuleId = ModuleId([9; 32]);
pub const SUPPLY: Amount = Amount::zra(1_000_000_000);
/// The proposal of most tests.
pub const VOTE: ProposalId = ProposalId(42);

/// [`VOTE`], passed in this class.
pub fn vote(class: Class) -> Vote {
    Vote {
        proposal: VOTE,
        payload: Hash([4; 32]),
        class,
        y_for: Amount::zra(5),
        y_against: Amount::zra(1),
        base: Amount::zra(10),
        rehearsal: Hash([6; 32]),
    }
}

/// A state in which Alice has everything.
pub fn rich() -> MemoryState {
    let mut st = MemoryState::default();
    accounts::mint_genesis(&mut st, &ALICE, SUPPLY).unwrap();
    st
}

pub fn ctx(params: &Params) -> Ctx<'_> {
    Ctx { height: Height(7), slot: Slot(70), supply: SUPPLY, params }
}

/// Counts every ZRA.
pub fn assert_balanced(st: &MemoryState) {
    let audit = accounts::audit(st).unwrap();
    assert!(audit.is_balanced(), "{audit:?}");
}

/// A module to assemble.
#[derive(Clone, Default)]
pub struct Spec {
    pub imports: Vec<&'static str>,
    pub functions: Vec<(&'static str, Vec<ValType>, Vec<ValType>)>,
    pub manifest: Option<Manifest>,
    /// Makes otherwise equal modules different.
    pub salt: u8,
    /// Bytes of padding.
    pub padding: usize,
}

impl Spec {
    pub fn new(manifest: Option<Manifest>) -> Self {
        Self { manifest, ..Self::default() }
    }

    pub fn scale(mut self, name: &'static str) -> Self {
        self.functions.push((name, vec![], vec![]));
        self
    }

    pub fn direct(mut self, name: &'static str, params: &[ValType], results: &[ValType]) -> Self {
        self.functions.push((name, params.to_vec(), results.to_vec()));
        self
    }

    pub fn import(mut self, name: &'static str) -> Self {
        self.imports.push(name);
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let (mut types, mut imports, mut functions) =
            (TypeSection::new(), ImportSection::new(), FunctionSection::new());
        let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
        for name in &self.imports {
            let function = host::lookup(name).unwrap();
            let kinds = |list: &[ValKind]| list.iter().map(|kind| val_type(*kind)).collect::<Vec<_>>();
            imports.import("zera", name, EntityType::Function(types.len()));
            types.ty().function(kinds(function.params), kinds(function.result.as_slice()));
        }
        for (index, (name, params, results)) in (self.imports.len() as u32..).zip(&self.functions) {
            functions.function(types.len());
            types.ty().function(params.clone(), results.clone());
            exports.export(name, WasmKind::Func, index);
            let mut body = Function::new([]);
            body.instructions().unreachable().end();
            code.function(&body);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
        let salt = [vec![self.salt], (0..self.padding).map(|i| (i / 1000) as u8).collect()].concat();
        module.section(&CustomSection { name: "salt".into(), data: salt.into() });
        if let Some(manifest) = &self.manifest {
            module.section(&CustomSection { name: "zera".into(), data: manifest.encode().into() });
        }
        module.finish()
    }
}

const fn val_type(kind: ValKind) -> ValType {
    match kind {
        ValKind::I32 => ValType::I32,
        ValKind::I64 => ValType::I64,
    }
}

/// A manifest without exports.
pub fn manifest(version: (u16, u16, u16), schema: u32, reads: &[u32]) -> Manifest {
    let (major, minor, patch) = version;
    Manifest {
        format: MANIFEST_FORMAT,
        name: "test".into(),
        description: String::new(),
        version: SemVer { major, minor, patch },
        schema,
        reads_schemas: reads.to_vec(),
        exports: vec![],
        parameters: vec![],
        types: Registry::new().into(),
    }
}

/// An export of a manifest.
pub fn export(name: &str, kind: ExportKind, direct: bool, args: &[u32]) -> Export {
    let args = args.iter().map(|ty| Argument { name: "value".into(), ty: *ty }).collect();
    Export { name: name.into(), kind, doc: String::new(), direct, payable: false, args, result: None }
}

/// A manifest with the parameter `rate` of the given type, read by `get_rate` and set by `set_rate`.
pub fn with_parameter(
    mut manifest: Manifest,
    ty: MetaType,
    direct: bool,
    bounds: (Option<u128>, Option<u128>),
) -> Manifest {
    let mut types = Registry::new();
    let ty = types.register_type(&ty).id;
    manifest.types = types.into();
    manifest.exports.push(export("get_rate", ExportKind::Query, false, &[]));
    manifest.exports.push(export("set_rate", ExportKind::Setter, direct, &[ty]));
    manifest.parameters.push(Parameter {
        name: "rate".into(),
        doc: String::new(),
        getter: "get_rate".into(),
        setter: "set_rate".into(),
        ty,
        min: bounds.0,
        max: bounds.1,
    });
    manifest
}

/// Puts code into the store the way accounts do, paid by Alice.
pub fn store(st: &mut MemoryState, code: &[u8]) -> Hash {
    let hash = Hash::of(code);
    let chunks: Vec<&[u8]> = code.chunks(limits::CHUNK_BYTES).collect();
    let hashes: Vec<Hash> = chunks.iter().map(|chunk| Hash::of(chunk)).collect();
    let mut at = begin_upload(st, Amount(1_000), &ALICE, hash, code.len() as u32, &hashes).unwrap();
    for (index, chunk) in (0..).zip(chunks) {
        at = upload_chunk(st, &ALICE, hash, index, chunk).unwrap();
    }
    assert!(matches!(at, Uploaded::Stored | Uploaded::AlreadyStored), "{at:?}");
    hash
}

/// A state in which [`MODULE`] runs `spec`.
pub fn deployed(spec: &Spec) -> MemoryState {
    let mut st = rich();
    let code = store(&mut st, &spec.bytes());
    deploy(&mut st, &ctx(&Params::demo()), &ALICE, &MODULE, Executable::Code(code)).unwrap();
    st
}

/// What an executor was asked to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub entry: String,
    pub code: Hash,
    pub args: Vec<u8>,
    pub caller: crate::SystemCaller,
    pub generation: u32,
    pub old_generation: Option<u32>,
    pub read_only: bool,
    pub gas: u64,
}

type Script = Rc<dyn Fn(&mut MemoryState, &SystemCall<'_>) -> Result<SystemResult, StateError>>;
type Enact = Rc<dyn Fn(&mut MemoryState, &mut Effects) -> Outcome>;

/// Runs scripts by entry; an entry without one is a bug of the test. As an executor must, it takes back what a call
/// wrote unless it ended well, and counts what a migration's generation holds.
#[derive(Clone, Default)]
pub struct Scripts {
    scripts: BTreeMap<&'static str, Script>,
    enact: Option<Enact>,
    pub asked: Vec<Asked>,
}

impl Scripts {
    pub fn on(
        mut self,
        entry: &'static str,
        script: impl Fn(&mut MemoryState, &SystemCall<'_>) -> Result<SystemResult, StateError> + 'static,
    ) -> Self {
        self.scripts.insert(entry, Rc::new(script));
        self
    }

    /// The entry ends like this and writes nothing.
    pub fn ends(self, entry: &'static str, outcome: Outcome, result: &'static [u8]) -> Self {
        self.on(entry, move |_, _| Ok(ended(outcome, result, 10)))
    }

    /// A proposal's own code does this.
    pub fn enacts(mut self, script: impl Fn(&mut MemoryState, &mut Effects) -> Outcome + 'static) -> Self {
        self.enact = Some(Rc::new(script));
        self
    }

    /// Entries asked for, in order.
    pub fn entries(&self) -> Vec<&str> {
        self.asked.iter().map(|asked| asked.entry.as_str()).collect()
    }
}

pub fn ended(outcome: Outcome, result: &[u8], gas: u64) -> SystemResult {
    SystemResult { outcome, result: result.to_vec(), gas, events: vec![], usage: Usage::default(), diagnostic: None }
}

/// What a generation of a module's storage really holds.
pub fn held(st: &MemoryState, module: &ModuleId, generation: u32) -> Usage {
    let prefix = StateKey::storage(module, generation, &[]);
    let mut held = Usage::default();
    for key in keys::scan(st, &prefix).unwrap() {
        let name = key.as_bytes().len() - prefix.as_bytes().len();
        held.entries += 1;
        held.bytes += (name + st.get(&key).unwrap().unwrap().len()) as u64;
    }
    held
}

impl Executor<MemoryState> for Scripts {
    fn run(&mut self, st: &mut MemoryState, call: &SystemCall<'_>) -> Result<SystemResult, StateError> {
        self.asked.push(Asked {
            entry: call.entry.into(),
            code: call.code,
            args: call.args.to_vec(),
            caller: call.caller,
            generation: call.generation,
            old_generation: call.old_generation,
            read_only: call.read_only,
            gas: call.gas,
        });
        let script = self.scripts.get(call.entry).unwrap_or_else(|| panic!("no script for {}", call.entry)).clone();
        let checkpoint = st.clone();
        let mut ended = script(st, call)?;
        if !ended.outcome.is_ok() {
            *st = checkpoint;
            ended.usage = call.usage;
        } else if call.old_generation.is_some() {
            // What the registry handed in must be what is there: one wrong count is carried on for ever.
            assert_eq!(held(&checkpoint, &call.module, call.generation), call.usage);
            ended.usage = held(st, &call.module, call.generation);
        }
        Ok(ended)
    }

    fn execute(&mut self, st: &mut MemoryState, _: &Hash, gas: u64) -> Result<Executed, StateError> {
        let script = self.enact.clone().expect("no script for enact()");
        let (checkpoint, mut effects) = (st.clone(), Effects::default());
        let outcome = script(st, &mut effects);
        if !outcome.is_ok() {
            *st = checkpoint;
        }
        Ok(Executed { outcome, gas: gas.min(100), events: vec![], effects, diagnostic: None })
    }
}
