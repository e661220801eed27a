//! Test-only: real little modules and a state with ZRA; an executor that runs scripts instead of guests; votes.

mod enacting;
mod scripts;

pub use enacting::*;
pub use scripts::*;

use crate::{
    codes::{Uploaded, begin_upload, upload_chunk},
    modules::{Ctx, deploy},
};
use codec::Encode;
use scale_info::{MetaType, Registry};
use wasm_encoder::{
    CodeSection, CustomSection, EntityType, ExportKind as WasmKind, ExportSection, Function, FunctionSection,
    ImportSection, Module, TypeSection, ValType,
};
use zera_primitives::{
    AccountId, Amount, Executable, Hash, Height, Manifest, ModuleId, Params, Slot, limits,
    manifest::{Argument, Export, ExportKind, MANIFEST_FORMAT, Parameter, SemVer},
};
use zera_state::{MemoryState, accounts};
use zera_vm::{ValKind, host};

/// Holds all ZRA.
pub const ALICE: AccountId = AccountId([1; 32]);
/// Has nothing at first.
pub const BOB: AccountId = AccountId([2; 32]);
/// The module of most tests.
pub const MODULE: ModuleId = ModuleId([9; 32]);
pub const SUPPLY: Amount = Amount::zra(1_000_000_000);

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
    deploy_at(&mut st, MODULE, code);
    st
}

/// Creates the module `id` with stored `code`.
pub fn deploy_at(st: &mut MemoryState, id: ModuleId, code: Hash) {
    deploy(st, &ctx(&Params::demo()), &ALICE, &id, Executable::Code(code)).unwrap();
}
