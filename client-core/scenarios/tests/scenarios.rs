//! Every folder of `cases/` holds a `scenario.json` and the report it must give. `ZERA_BLESS=1` writes new reports; a
//! changed one is then its own reviewed line.

use std::{fs, path::Path};

#[test]
fn every_scenario_gives_its_report() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let prebuilt = root.join("../../modules/prebuilt");
    let modules = |name: &str| fs::read(prebuilt.join(format!("{name}.wasm"))).ok();
    let mut cases: Vec<_> = fs::read_dir(root.join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let (mut ran, mut wrong) = (0, Vec::new());
    for case in cases.iter().filter(|path| path.is_dir()) {
        let text = fs::read_to_string(case.join("scenario.json")).unwrap();
        let report = zera_scenarios::run(&text, &modules).unwrap_or_else(|e| panic!("{}: {e}", case.display()));
        let again = zera_scenarios::run(&text, &modules).unwrap();
        assert_eq!(report, again, "{} is not deterministic", case.display());
        let expected = case.join("expected.txt");
        if std::env::var_os("ZERA_BLESS").is_some() {
            fs::write(&expected, &report).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != report {
            wrong.push(format!("{}:\n{report}", case.display()));
        }
        assert!(report.ends_with("conserved true\n"), "{}", case.display());
        ran += 1;
    }
    assert!(wrong.is_empty(), "{} of {ran} reports differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(ran >= 15, "{ran} scenarios");
}
