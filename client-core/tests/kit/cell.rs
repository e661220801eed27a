//! Little modules: a manifest and WAT, put together.

use codec::Encode;
use scale_info::{PortableRegistry, Registry, meta_type};
use zera_client::primitives::manifest::{Argument, Export, ExportKind, MANIFEST_FORMAT, Manifest, Parameter, SemVer};

/// Types of all little modules, by their place in the manifest.
const U64: u32 = 0;
const U32: u32 = 1;
const BYTES: u32 = 2;

fn types() -> PortableRegistry {
    let mut types = Registry::new();
    let ids = [meta_type::<u64>(), meta_type::<u32>(), meta_type::<Vec<u8>>()].map(|ty| types.register_type(&ty).id);
    let types = PortableRegistry::from(types);
    // Registering `Vec<u8>` brings `u8` along, after it.
    assert_eq!(ids, [U64, U32, BYTES]);
    types
}

/// A module under construction.
#[derive(Clone)]
pub struct Cell {
    manifest: Manifest,
    imports: String,
    body: String,
}

impl Cell {
    /// Keeps one number under the key "v", `put` and read as `value`; `mark` answers which code this is.
    pub fn new(version: (u16, u16, u16), schema: u32, mark: u64) -> Self {
        let cell = Self::bare(version, schema)
            .export("put", ExportKind::Call, Some(U64), None, true)
            .export("value", ExportKind::Query, Some(U32), Some(U64), true)
            .export("mark", ExportKind::Query, Some(U32), Some(U64), true);
        cell.wat(&format!(
            r#"(func (export "put") (param i64)
                 (i64.store (i32.const 8) (local.get 0))
                 (call $set (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 8)))
               (func (export "value") (param i32) (result i64) (call $load))
               (func (export "mark") (param i32) (result i64) (i64.const {mark}))"#
        ))
    }

    /// A module that can read and write its "v" and says so in no export.
    pub fn bare((major, minor, patch): (u16, u16, u16), schema: u32) -> Self {
        let manifest = Manifest {
            format: MANIFEST_FORMAT,
            name: "cell".into(),
            description: String::new(),
            version: SemVer { major, minor, patch },
            schema,
            reads_schemas: Vec::new(),
            exports: Vec::new(),
            parameters: Vec::new(),
            types: types(),
        };
        let imports = r#"
            (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
            (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
            (import "zera" "old_storage_get" (func $old (param i32 i32 i32 i32) (result i32)))
            (import "zera" "input_len" (func $input_len (result i32)))
            (import "zera" "input_read" (func $input_read (param i32 i32 i32)))
            (import "zera" "output_write" (func $output (param i32 i32)))"#;
        let body = r#"
            (func $load (result i64)
              (i64.store (i32.const 8) (i64.const 0))
              (drop (call $get (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 8)))
              (i64.load (i32.const 8)))
            (func $old_load (result i64)
              (i64.store (i32.const 8) (i64.const 0))
              (drop (call $old (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 8)))
              (i64.load (i32.const 8)))
            (func $store (param i64)
              (i64.store (i32.const 8) (local.get 0))
              (call $set (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 8)))"#;
        Self { manifest, imports: imports.into(), body: body.into() }
    }

    /// Code of an executable proposal.
    pub fn enact(body: &str) -> Self {
        Self::bare((1, 0, 0), 0).wat(&format!(r#"(func (export "enact") {body})"#))
    }

    pub fn reads(mut self, schema: u32) -> Self {
        self.manifest.reads_schemas.push(schema);
        self
    }

    pub fn wat(mut self, text: &str) -> Self {
        self.body.push_str(text);
        self
    }

    /// Imports a host function as `$name`.
    pub fn import(mut self, name: &str, signature: &str) -> Self {
        self.imports.push_str(&format!(r#"(import "zera" "{name}" (func ${name} {signature}))"#));
        self
    }

    /// `bytes` stand at `at` in memory; the first 16 are the module's own.
    pub fn data(self, at: u32, bytes: &[u8]) -> Self {
        let escaped: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        self.wat(&format!(r#"(data (i32.const {at}) "{escaped}")"#))
    }

    pub fn export(mut self, name: &str, kind: ExportKind, arg: Option<u32>, result: Option<u32>, direct: bool) -> Self {
        let args = arg.into_iter().map(|ty| Argument { name: "value".into(), ty }).collect();
        let (name, doc) = (name.into(), String::new());
        self.manifest.exports.push(Export { name, kind, doc, direct, payable: false, args, result });
        self
    }

    /// A call without arguments.
    pub fn call(self, name: &str, body: &str) -> Self {
        self.export(name, ExportKind::Call, None, None, false).wat(&format!(r#"(func (export "{name}") {body})"#))
    }

    /// The parameter `rate`, whose setter does this; the value is `local 0`, an i64.
    pub fn rate(mut self, setter: &str) -> Self {
        self.manifest.parameters.push(Parameter {
            name: "rate".into(),
            doc: String::new(),
            getter: "value".into(),
            setter: "set_rate".into(),
            ty: U64,
            min: Some(1),
            max: Some(1_000_000),
        });
        self.export("set_rate", ExportKind::Setter, Some(U64), None, true)
            .wat(&format!(r#"(func (export "set_rate") (param i64) {setter})"#))
    }

    /// `health()` does this; it leaves an i32.
    pub fn health(self, body: &str) -> Self {
        self.wat(&format!(r#"(func (export "health") (result i32) {body})"#)).export(
            "health",
            ExportKind::Health,
            None,
            Some(U32),
            true,
        )
    }

    /// The invariant `total` does this; it leaves an i64.
    pub fn total(self, body: &str) -> Self {
        self.wat(&format!(r#"(func (export "total") (result i64) {body})"#)).export(
            "total",
            ExportKind::Invariant,
            None,
            Some(U64),
            true,
        )
    }

    /// A migration in one call does this.
    pub fn migrate(self, body: &str) -> Self {
        self.export("migrate", ExportKind::Migration, None, None, false)
            .wat(&format!(r#"(func (export "migrate") {body})"#))
    }

    /// A migration of `steps` + 1 steps, each of `turns` turns of a loop; `last` is what the last one does.
    pub fn migrate_in_steps(self, steps: u32, turns: u32, last: &str) -> Self {
        self.migrate_by(steps, turns, "", last)
    }

    /// The same, where each step writes the number.
    pub fn migrate_and_write_in_steps(self, steps: u32, turns: u32) -> Self {
        self.migrate_by(steps, turns, "(call $store (i64.const 5))", "")
    }

    fn migrate_by(self, steps: u32, turns: u32, each: &str, last: &str) -> Self {
        self.export("migrate", ExportKind::Migration, Some(BYTES), Some(BYTES), false).wat(&format!(
            r#"(func (export "migrate") (local $at i32) (local $i i32)
                 (if (i32.gt_u (call $input_len) (i32.const 1))
                   (then (call $input_read (i32.const 32) (i32.const 1) (i32.const 1))
                         (local.set $at (i32.load8_u (i32.const 32)))))
                 (loop $again
                   (local.set $i (i32.add (local.get $i) (i32.const 1)))
                   (br_if $again (i32.lt_u (local.get $i) (i32.const {turns}))))
                 {each}
                 (if (i32.lt_u (local.get $at) (i32.const {steps}))
                   (then (i32.store8 (i32.const 32) (i32.const 1))
                         (i32.store8 (i32.const 33) (i32.const 4))
                         (i32.store8 (i32.const 34) (i32.add (local.get $at) (i32.const 1)))
                         (call $output (i32.const 32) (i32.const 3)))
                   (else {last}
                         (i32.store8 (i32.const 32) (i32.const 0))
                         (call $output (i32.const 32) (i32.const 1)))))"#
        ))
    }

    pub fn bytes(&self) -> Vec<u8> {
        let text = format!(
            r#"(module {} (memory (export "memory") 1 1) (data (i32.const 0) "v") {})"#,
            self.imports, self.body
        );
        let mut bytes = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let content = [&[4][..], b"zera", &self.manifest.encode()].concat();
        bytes.push(0);
        let mut length = content.len();
        while length >= 128 {
            bytes.push(u8::try_from(length % 128).unwrap() | 128);
            length /= 128;
        }
        bytes.push(u8::try_from(length).unwrap());
        bytes.extend(content);
        bytes
    }
}

/// Where little modules keep the id of whom they call, and the entry.
pub const ID: u32 = 64;
/// See [`ID`].
pub const ENTRY: u32 = 128;

/// WAT of a call of `entry`, whose name stands at `at`, of the module whose id stands at `module`; no arguments.
pub fn calls(module: u32, at: u32, entry: &str) -> String {
    format!(
        "(drop (call $call_module (i32.const {module}) (i32.const {at}) (i32.const {}) (i32.const 0) (i32.const 0) \
         (i32.const 16)))",
        entry.len()
    )
}

/// The signature of `call_module`.
pub const CALL_MODULE: &str = "(param i32 i32 i32 i32 i32 i32) (result i32)";
/// The signature of `transfer`.
pub const TRANSFER: &str = "(param i32 i32)";
/// The signature of `set_contract_wasm_ref`.
pub const SET_TAG: &str = "(param i32 i32 i32)";

/// Argument of a direct export.
pub fn number(value: u64) -> Vec<u8> {
    value.encode()
}
