//! The command as scripts meet it: exit codes, words, files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

const DEVELOPMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../client-core/proof/verify/keys/dev.vks");

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zera-prove")).args(args).output().unwrap()
}

/// Exit code, and what was said.
fn said(args: &[&str]) -> (i32, String) {
    let output = run(args);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// A folder of this test alone.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn module(folder: &Path, text: &str) -> String {
    let path = folder.join("module.wasm");
    std::fs::write(&path, wat::parse_str(text).unwrap()).unwrap();
    path.display().to_string()
}

#[test]
fn wrong_command_lines_say_what_is_wrong() {
    for (args, says) in [
        (&["dance"][..], "There is no command dance."),
        (&["prove"], "--module is missing."),
        (&["prove", "--modul", "x"], "There is no option --modul here."),
        (&["prove", "--module", "a", "b"], "--module takes one value."),
        (&["verify"], "verify takes one proof file."),
        (&["setup"], "setup takes --dev or one step of a ceremony."),
        (&["setup", "dance"], "A ceremony has no step dance."),
    ] {
        let (code, text) = said(args);
        assert!(code == 2 && text.contains(says), "{args:?}: {code}, {text}");
    }
    let (code, text) = said(&["verify", "no-such-file", "--json"]);
    assert!(code == 4 && text.contains("\"kind\":\"file\""), "{text}");
    assert_eq!(said(&[]).0, 0);
}

#[test]
fn it_says_why_a_module_or_an_export_cannot_be_proven() {
    let folder = folder("why");
    let float = module(&folder, "(module (func (export \"f\") (param f32) (result i32) i32.const 1))");
    let (code, text) = said(&["prove", "--module", &float, "--export", "f", "--out", "x"]);
    assert!(code == 3 && text.contains("outside the provable profile"), "{text}");
    let two = module(
        &folder,
        "(module (import \"zera\" \"slot\" (func $slot (result i64))) (func (export \"now\") (result i64) call $slot)
            (func (export \"two\") (param i32 i64) (result i64) local.get 1))",
    );
    let prove = |entry: &str, args: &[&str]| {
        said(&[&["prove", "--module", &two, "--export", entry, "--out", "x", "--args"], args].concat())
    };
    let (code, text) = prove("none", &[]);
    assert!(code == 3 && text.contains("exports no function \"none\""), "{text}");
    let (code, text) = prove("now", &[]);
    assert!(code == 3 && text.contains("asks the chain for slot"), "{text}");
    for args in [&["1"][..], &["1", "x"], &["5000000000", "1"], &["1", "2", "3"]] {
        assert_eq!(prove("two", args).0, 2, "{args:?}");
    }
    let (code, text) = said(&["inspect", &two]);
    assert!(code == 0 && text.contains("two: takes (i32, i64); provable"), "{text}");
    let (code, text) = said(&["inspect", DEVELOPMENT]);
    assert!(code == 0 && text.contains("INSECURE development keys: true"), "{text}");
    assert_eq!(said(&["inspect", file!()]).0.min(4), 4);
}

#[test]
fn a_call_is_proven_and_verified_and_a_changed_proof_is_not() {
    let folder = folder("whole");
    let at = |name: &str| folder.join(name).display().to_string();
    let (keys, proof) = (at("keys"), at("f.proof"));
    let (code, text) = said(&["setup", "--dev", "--out", &keys, "--classes", "0", "1", "8"]);
    assert!(code == 0 && text.contains("INSECURE"), "{text}");
    let module = module(
        &folder,
        "(module (func (export \"f\") (param i64) (result i64)
            local.get 0 i64.const 2 i64.mul i64.const 10 i64.add))",
    );
    let prove = ["prove", "--module", &module, "--export", "f", "--out", &proof, "--keys", &keys, "--args", "16"];
    let (code, text) = said(&prove);
    assert!(code == 0 && text.contains("returned 42"), "{text}");
    let (code, text) = said(&["verify", &proof]);
    assert!(code == 0 && text.contains("The proof holds.") && text.contains("INSECURE"), "{text}");
    let (code, text) = said(&["verify", &proof, "--json", "--module", &module]);
    assert!(code == 0 && text.contains("\"holds\":true"), "{text}");
    let (code, text) = said(&["inspect", &proof]);
    assert!(code == 0 && text.contains("nothing of it is verified here"), "{text}");
    // A byte of the last segment's C.
    let mut bytes = std::fs::read(&proof).unwrap();
    let place = bytes.len() * 3 / 4;
    bytes[place] ^= 1;
    std::fs::write(at("changed.proof"), &bytes).unwrap();
    assert_eq!(said(&["verify", &at("changed.proof")]).0, 1);
    std::fs::write(at("cut.proof"), &bytes[..100]).unwrap();
    assert_eq!(said(&["verify", &at("cut.proof")]).0, 1);
    // Hidden: the number does not stand in the file.
    let (code, text) = said(&[&prove[..], &["--hide-args", "--hide-result"]].concat());
    assert!(code == 0 && !text.contains("42"), "{text}");
    assert_eq!(said(&["verify", &proof]).0, 0);
}
