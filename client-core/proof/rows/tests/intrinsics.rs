//! The binary form of the intrinsics is that of their text. `ZERA_BLESS=1` writes it.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

#[test]
fn the_binary_form_is_that_of_the_text() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/translate");
    let text = std::fs::read_to_string(format!("{folder}/intrinsics.wat")).expect("the text is there");
    let mut binary = wat::parse_str(text).expect("valid text format");
    // Without names.
    let names = wasmparser::Parser::new(0).parse_all(&binary).flatten().find_map(|payload| match payload {
        wasmparser::Payload::CustomSection(section) => Some(section.range()),
        _ => None,
    });
    if let Some(names) = names {
        let id = binary[..names.start as usize].iter().rposition(|byte| *byte == 0).expect("a section id");
        binary.truncate(id);
    }
    let path = format!("{folder}/intrinsics.wasm");
    if std::env::var_os("ZERA_BLESS").is_some() {
        std::fs::write(&path, &binary).expect("writable");
    }
    assert_eq!(std::fs::read(&path).expect("the binary form is there"), binary, "bless with ZERA_BLESS=1");
    zera_vm::validate(&binary).expect("of the profile");
}
