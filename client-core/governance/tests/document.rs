//! docs/governance.md says what is so: the tests it names exist, its worked example is what the code computes, and its
//! bounds are those that are checked.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

use std::{fs, path::Path};
use zera_governance::{
    alpha::alpha,
    curve::{Curve, Span, Timeline, change},
    decay::{Factor, decay},
};
use zera_primitives::{Amount, Params, Slot};

fn document() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/governance.md")).unwrap()
}

/// The cells of each row of the table whose head begins with `first`.
fn table(document: &str, first: &str) -> Vec<Vec<String>> {
    let head = format!("| {first} |");
    let rows = document.lines().skip_while(|line| !line.starts_with(&head)).skip(2);
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.take_while(|line| line.starts_with('|')).map(cells).collect()
}

#[test]
fn the_tests_it_names_exist() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut named = 0;
    for row in table(&document(), "case") {
        for test in row.get(2).map_or(vec![], |cell| cell.split('`').filter(|part| part.contains("::")).collect()) {
            let (file, name) = test.split_once("::").unwrap();
            let source = fs::read_to_string(folder.join(file).with_extension("rs")).unwrap();
            assert!(source.contains(&format!("fn {name}(")), "{test}");
            named += 1;
        }
    }
    assert!(named > 30, "{named}");
}

#[test]
fn its_worked_example_is_computed_so() {
    let timeline = Timeline(vec![Span { start: Slot(0), alpha: alpha(60).unwrap() }]);
    let curve = Curve { y: Amount::ZERO, x: Amount::zra(30_000_000), since: Slot(0) };
    let rows = table(&document(), "slots");
    assert_eq!(rows.len(), 4);
    for row in rows {
        let slots = row[0].parse().unwrap();
        assert_eq!(decay(alpha(60).unwrap(), slots), Factor::Below(u128::from_str_radix(&row[1], 16).unwrap()));
        let y = curve.at(&timeline, Slot(slots));
        assert_eq!((y.0.to_string(), y > Amount::zra(10_000_000)), (row[2].clone(), row[3] == "yes"));
    }
    let (side, allocation) = change(&curve, &curve, &timeline, Slot(36), Amount::zra(10_000_000)).unwrap();
    assert_eq!((side.y, allocation.y), (Amount(3_402_460_446_135_528), Amount(3_402_460_446_135_528)));
    assert!(document().contains("⌊10207381338406586 / 3⌋ = 3402460446135528"));
}

/// The scalar parameters: what stands in the table is allowed, one unit beyond is not.
#[test]
fn its_bounds_are_those_that_are_checked() {
    type Field = fn(&mut Params, u64);
    let fields: [(&str, u64, Field); 9] = [
        ("half-life T, slots", 1, |params, value| params.half_life = value),
        ("φ, least base, share of supply", 10_000, |params, value| params.base_floor_ppm = value as u32),
        ("proposal deposit", 1_000_000_000, |params, value| params.proposal_deposit = Amount(value.into())),
        ("least allocation", 1_000_000_000, |params, value| params.least_allocation = Amount(value.into())),
        ("unstake delay", 1_000, |params, value| params.unstake_delay_milli = value as u32),
        ("freeze, per module and window of 10 T", 1_000, |params, value| params.freeze_milli = value as u32),
        ("storage deposit, base units per byte", 1, |params, value| {
            params.storage_deposit_per_byte = Amount(value.into());
        }),
        ("gas per hinted key", 1, |params, value| params.gas_per_hinted_key = value),
        ("builder mismatches that raise a class", 1, |params, value| params.builder_mismatches = value as u32),
    ];
    let rows = table(&document(), "parameter");
    for (name, scale, set) in fields {
        let row = rows.iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("{name} is not in the table"));
        let number = |cell: &str| -> u64 {
            let digits: String = cell.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
            let (whole, tenths) = digits.split_once('.').unwrap_or((&digits, "0"));
            whole.parse::<u64>().unwrap() * scale + tenths.parse::<u64>().unwrap() * scale / 10
        };
        let (floor, ceiling) = (number(&row[3]), number(&row[4]));
        let allows = |value: u64| {
            let mut params = Params::demo();
            set(&mut params, value);
            params.check().is_ok()
        };
        assert!(allows(floor) && allows(ceiling), "{name}");
        assert!(!allows(ceiling + 1) && (floor == 0 || !allows(floor - 1)), "{name}");
    }
}
