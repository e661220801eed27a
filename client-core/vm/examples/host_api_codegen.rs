//! Writes everything that follows from `host_api.json`: the linker table, the Rust guest bindings, the C header and
//! the docs page. `cargo run -p zera-vm --example host_api_codegen [-- --check]`; with `--check` nothing is written and
//! a file that differs is an error.

#![expect(clippy::expect_used, clippy::panic, reason = "a developer's tool: a broken data file stops it loudly")]

use serde_json::Value;
use std::{fmt::Write as _, path::Path, process::ExitCode};

const NOTE: &str = "Generated from client-core/vm/src/host/host_api.json by \
                    `cargo run -p zera-vm --example host_api_codegen`; do not edit.";

struct Function {
    name: String,
    doc: String,
    params: Vec<(String, String)>,
    result: Option<String>,
    base: u64,
    per_byte: u64,
}

struct Later {
    name: String,
    doc: String,
    since: u64,
}

struct Api {
    module: String,
    version: u64,
    functions: Vec<Function>,
    later: Vec<Later>,
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn load(json: &str) -> Api {
    let root: Value = serde_json::from_str(json).expect("host_api.json is JSON");
    let version = root["version"].as_u64().expect("version");
    let mut api = Api { module: text(&root["module"]), version, functions: Vec::new(), later: Vec::new() };
    for entry in root["functions"].as_array().expect("functions") {
        let (name, doc) = (text(&entry["name"]), text(&entry["doc"]));
        let since = entry["since"].as_u64().expect("since");
        if since > version {
            api.later.push(Later { name, doc, since });
            continue;
        }
        let params = entry["params"].as_array().expect("params");
        api.functions.push(Function {
            name,
            doc,
            params: params.iter().map(|param| (text(&param[0]), text(&param[1]))).collect(),
            result: entry["result"].as_str().map(str::to_owned),
            base: entry["gas"]["base"].as_u64().expect("base"),
            per_byte: entry["gas"]["per_byte"].as_u64().expect("per_byte"),
        });
    }
    api
}

fn camel(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn kind(ty: &str) -> &'static str {
    match ty {
        "u64" => "ValKind::I64",
        "in" | "out" | "u32" | "i32" => "ValKind::I32",
        other => panic!("unknown type {other}"),
    }
}

fn table(api: &Api) -> String {
    let mut out = format!(
        "//! The linker table of the host API.\n//!\n//! {NOTE}\n\n#![cfg_attr(rustfmt, rustfmt::skip)]\n\n\
         use super::function::HostFunction;\nuse crate::abi::ValKind;\n\n\
         /// Module name that guests import from.\npub const MODULE: &str = {:?};\n\
         /// Version of the host API that this client links.\npub const HOST_API_VERSION: u32 = {};\n\n\
         /// A linked host function; the number is its position in [`FUNCTIONS`].\n\
         #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]\npub enum HostId {{\n",
        api.module, api.version
    );
    for function in &api.functions {
        writeln!(out, "    /// `{}`", function.name).expect("write");
        writeln!(out, "    {},", camel(&function.name)).expect("write");
    }
    out.push_str("}\n\n/// All linked functions.\npub static FUNCTIONS: &[HostFunction] = &[\n");
    for function in &api.functions {
        let params: Vec<&str> = function.params.iter().map(|(_, ty)| kind(ty)).collect();
        let result = function.result.as_deref().map_or("None".to_owned(), |ty| format!("Some({})", kind(ty)));
        writeln!(
            out,
            "    HostFunction {{ id: HostId::{}, name: {:?}, params: &[{}], result: {result}, base: {}, per_byte: {} }},",
            camel(&function.name),
            function.name,
            params.join(", "),
            function.base,
            function.per_byte
        )
        .expect("write");
    }
    out.push_str(
        "];\n\n/// Functions of later versions: known by name, not linked.\npub static LATER: &[(&str, u32)] = &[\n",
    );
    for later in &api.later {
        writeln!(out, "    ({:?}, {}),", later.name, later.since).expect("write");
    }
    out.push_str("];\n");
    out
}

fn rust_type(ty: &str) -> &str {
    match ty {
        "in" => "*const u8",
        "out" => "*mut u8",
        other => other,
    }
}

fn rust(api: &Api) -> String {
    let mut out = format!(
        "//! Raw bindings of the host API, version {}.\n//!\n//! {NOTE}\n\n#[link(wasm_import_module = {:?})]\n\
         unsafe extern \"C\" {{\n",
        api.version, api.module
    );
    for function in &api.functions {
        let params: Vec<String> =
            function.params.iter().map(|(name, ty)| format!("{name}: {}", rust_type(ty))).collect();
        let result = function.result.as_deref().map_or(String::new(), |ty| format!(" -> {ty}"));
        writeln!(out, "    /// {}\n    pub fn {}({}){result};", function.doc, function.name, params.join(", "))
            .expect("write");
    }
    out.push_str("}\n");
    out
}

fn c_type(ty: &str) -> &str {
    match ty {
        "in" => "const uint8_t *",
        "out" => "uint8_t *",
        "u32" => "uint32_t ",
        "i32" => "int32_t ",
        "u64" => "uint64_t ",
        other => panic!("unknown type {other}"),
    }
}

fn c(api: &Api) -> String {
    let mut out = format!(
        "/* The ZERA host API, version {}, for C and C++.\n * {NOTE} */\n\n#ifndef ZERA_H\n#define ZERA_H\n\n\
         #include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n\
         #define ZERA_HOST_API_VERSION {}\n\
         #define ZERA_IMPORT(name) __attribute__((import_module({:?}), import_name(#name)))\n\
         /* Put before a function that the chain can call. */\n\
         #define ZERA_EXPORT(name) __attribute__((export_name(#name)))\n",
        api.version, api.version, api.module
    );
    for function in &api.functions {
        let params: Vec<String> = function.params.iter().map(|(name, ty)| format!("{}{name}", c_type(ty))).collect();
        let params = if params.is_empty() { "void".to_owned() } else { params.join(", ") };
        let result = function.result.as_deref().map_or("void ", c_type);
        writeln!(
            out,
            "\n/* {} */\nZERA_IMPORT({}) {result}zera_{}({params});",
            function.doc, function.name, function.name
        )
        .expect("write");
    }
    out.push_str("\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    out
}

fn docs(api: &Api) -> String {
    let mut out = format!(
        "# Host API, version {}\n\n<!-- {NOTE} -->\n\n\
         What a module can ask of the chain. All functions are imported from the module `{}`. Pointers and lengths are\n\
         32-bit and bounds-checked: one that leaves the memory traps. `in` points to bytes that are read, `out` to bytes\n\
         that are written. Integers of 16 bytes are little-endian.\n\n\
         Gas is charged before a function does its work: *base*, plus *per byte* for each byte it moves (see its text). One\n\
         gas is one simple WASM operator; the schedule of operators stands at the top of `client-core/vm/src/gas.rs`.\n\n\
         A module's export is called in one of two ways. With a signature of integers (`i32`, `i64` in, at most one out) the\n\
         argument bytes are the parameters in order, little-endian, and the result likewise. With the signature `() -> ()`\n\
         the module reads its arguments with `input_len` and `input_read` and answers with `output_write`, in SCALE by its\n\
         manifest.\n\n## Functions\n",
        api.version, api.module
    );
    for function in &api.functions {
        let params: Vec<String> = function.params.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        let result = function.result.as_deref().map_or(String::new(), |ty| format!(" -> {ty}"));
        writeln!(
            out,
            "\n### `{}({}){result}`\n\n{}\n\nGas: {}{}.",
            function.name,
            params.join(", "),
            function.doc,
            function.base,
            if function.per_byte == 0 { String::new() } else { format!(" + {} per byte", function.per_byte) }
        )
        .expect("write");
    }
    if api.later.is_empty() {
        return out;
    }
    out.push_str(
        "\n## Later versions\n\nNamed here so that the names are taken; a module that imports one is refused until its \
         version is there.\n\n| function | version | what it will do |\n|---|---|---|\n",
    );
    for later in &api.later {
        writeln!(out, "| `{}` | {} | {} |", later.name, later.since, later.doc).expect("write");
    }
    out
}

fn main() -> ExitCode {
    let check = std::env::args().any(|arg| arg == "--check");
    let vm = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = vm.join("../..");
    let api = load(&std::fs::read_to_string(vm.join("src/host/host_api.json")).expect("host_api.json"));
    let files = [
        (vm.join("src/host/table.rs"), table(&api)),
        (root.join("modules/sdk/src/host_api.rs"), rust(&api)),
        (root.join("modules/include/zera.h"), c(&api)),
        (root.join("docs/host-api.md"), docs(&api)),
    ];
    let mut stale = false;
    for (path, wanted) in files {
        if std::fs::read_to_string(&path).is_ok_and(|have| have == wanted) {
            continue;
        }
        if check {
            eprintln!("{} differs from host_api.json: run the example host_api_codegen", path.display());
            stale = true;
            continue;
        }
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("create folder");
        std::fs::write(&path, wanted).expect("write file");
    }
    if stale { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
