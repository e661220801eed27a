//! Tests of differences.

use super::*;
use crate::testing::{Spec, export, manifest, with_parameter};
use scale_info::meta_type;
use wasm_encoder::ValType;

fn info(spec: Spec) -> CodeInfo {
    CodeInfo::read(&spec.bytes()).unwrap()
}

fn find<'a>(difference: &'a Difference, what: What, name: &str) -> Option<(Option<&'a str>, Option<&'a str>)> {
    let row = difference.rows.iter().find(|row| row.what == what && row.name == name)?;
    Some((row.old.as_deref(), row.new.as_deref()))
}

#[test]
fn equal_code_differs_in_nothing() {
    let one = info(Spec::default().scale("a").import("caller"));
    assert_eq!(difference(&one, &one), Ok(Difference { rows: vec![], same: 2 }));
}

#[test]
fn every_kind_of_change_has_a_row() {
    let rate = |max| with_parameter(manifest((1, 0, 0), 1, &[]), meta_type::<u32>(), false, (Some(0), Some(max)));
    let mut second = rate(20_000);
    second.version.minor = 1;
    second.schema = 2;
    second.exports.push(export("lend", ExportKind::Call, true, &[0, 0]));
    let old = info(Spec::new(Some(rate(10_000))).scale("get_rate").scale("set_rate").scale("gone").import("caller"));
    let new = info(
        Spec::new(Some(second))
            .scale("get_rate")
            .scale("set_rate")
            .direct("lend", &[ValType::I64, ValType::I32], &[ValType::I32])
            .direct("raw", &[ValType::I64, ValType::I32], &[ValType::I32])
            .import("caller")
            .import("transfer"),
    );
    let seen = difference(&old, &new).unwrap();
    assert_eq!(find(&seen, What::Version, ""), Some((Some("1.0.0"), Some("1.1.0"))));
    assert_eq!(find(&seen, What::Schema, ""), Some((Some("1"), Some("2"))));
    assert_eq!(find(&seen, What::Parameter, "rate"), Some((Some("u32, 0 to 10000"), Some("u32, 0 to 20000"))));
    assert_eq!(find(&seen, What::Export, "gone"), Some((Some("()"), None)));
    assert_eq!(find(&seen, What::Export, "raw"), Some((None, Some("(i64, i32) -> i32"))));
    assert_eq!(find(&seen, What::Export, "lend"), Some((None, Some("call(value: u32, value: u32)"))));
    assert_eq!(find(&seen, What::Import, "transfer"), Some((None, Some("zera"))));
    assert_eq!(find(&seen, What::Functions, ""), Some((Some("3"), Some("4"))));
    assert!(find(&seen, What::Size, "").is_some());
    assert_eq!(find(&seen, What::Memory, ""), None);
    assert_eq!(seen.same, 3);
}
