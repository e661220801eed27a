//! Every built sample module: every export that can be called, with plain and with random arguments.

use std::path::Path;
use zera_trials::case::{Call, Case, Rng};
use zera_vm::{Callable, ExportKind, abi};

/// One case per module in `folder`.
pub fn cases(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the built modules").flatten().collect();
    files.sort_by_key(std::fs::DirEntry::path);
    for file in files.iter().filter(|file| file.path().extension().is_some_and(|end| end == "wasm")) {
        let code = std::fs::read(file.path()).expect("a module");
        let info = zera_vm::validate(&code).expect("samples are of the profile");
        let mut rng = Rng(info.code_bytes);
        let mut calls = Vec::new();
        for export in info.exports.iter().filter(|export| export.kind == ExportKind::Function) {
            let direct: usize = export.params.iter().map(|kind| kind.bytes()).sum();
            match abi::callable(&export.params, &export.results) {
                Callable::Internal => {}
                Callable::Direct => calls.push(Call::new(export.name.clone(), rng.bytes(direct), 5_000_000)),
                Callable::Scale => {
                    for len in [0, 4, 8, 16, 32, 40, 48, 80] {
                        let args = if len % 16 == 0 { vec![1; len] } else { rng.bytes(len) };
                        calls.push(Call::new(export.name.clone(), args, 5_000_000));
                    }
                }
            }
        }
        let name = file.file_name().to_string_lossy().into_owned();
        cases.push(Case { suite: "samples".into(), name, modules: vec![code], calls });
    }
    assert!(cases.len() >= 20, "{} samples", cases.len());
    cases
}
