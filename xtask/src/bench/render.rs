//! docs/benchmarks.md: tables between markers, one block per suite; what people write around them stays.

use super::Case;
use crate::{Result, sh};
use serde_json::Value;

const DOCUMENT: &str = "docs/benchmarks.md";
/// What a side may be off itself.
const QUIET: std::ops::RangeInclusive<f64> = 0.97..=1.03;
const HEAD: &str = "\
# Benchmarks

Measured by `cargo xtask bench`; every table names the command that made it. The text between the markers is generated,
anything else is kept. A ratio is ours against the peer named beside it.
";

/// Replaces the block of each suite that was measured.
///
/// # Errors
/// When the document cannot be read or written.
pub fn write(cases: &[Case]) -> Result<()> {
    let path = sh::root().join(DOCUMENT);
    let mut document = std::fs::read_to_string(&path).unwrap_or_else(|_| HEAD.to_owned());
    let machine = super::machine();
    let mut suites: Vec<&str> = cases.iter().map(|case| case.suite.as_str()).collect();
    suites.dedup();
    for suite in suites {
        let of_suite: Vec<&Case> = cases.iter().filter(|case| case.suite == suite).collect();
        document = replace(&document, suite, &table(suite, &of_suite, &machine));
    }
    std::fs::write(path, document)?;
    sh::say("ok ", "32", &format!("written: {DOCUMENT}"));
    Ok(())
}

fn table(suite: &str, cases: &[&Case], machine: &str) -> String {
    let command = cases.first().map_or(suite, |case| case.command.as_str());
    let mut text = format!("## {suite}\n\n`cargo xtask bench {command}` on {machine}.\n\n");
    text.push_str("| case | value | unit | peer | ratio | 95 % interval |\n|---|---:|---|---|---:|---|\n");
    for case in cases {
        let peer = case.aim.as_ref().map_or_else(|| case.peer.clone(), |aim| format!("{}; aim {aim}", case.peer));
        let cells = [&case.case, &plain(&case.value), &case.unit, &peer, &plain(&case.ratio), &plain(&case.ci)];
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text.push_str(&noise(cases));
    text
}

/// How quiet the machine was, for measurements that look: their first side against itself.
fn noise(cases: &[&Case]) -> String {
    let noises = || cases.iter().filter_map(|case| Some((case, case.noise?)));
    let low = noises().map(|(_, noise)| noise).fold(f64::INFINITY, f64::min);
    let high = noises().map(|(_, noise)| noise).fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return String::new();
    }
    let mut text = format!("\nNoise, A against A: {low:.3} … {high:.3}");
    let loud: Vec<String> = noises()
        .filter(|(_, noise)| !QUIET.contains(noise))
        .map(|(case, noise)| format!("{} ({noise:.3})", case.case))
        .collect();
    if loud.is_empty() {
        text.push_str(", inside the gate of 0.97 … 1.03.\n");
    } else {
        text.push_str(&format!("; **outside the gate of 0.97 … 1.03, so do not rely on:** {}.\n", loud.join("; ")));
    }
    text
}

/// A JSON value for people: digits grouped, intervals as `a … b`, nothing for null.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Number(number) => grouped(&number.to_string()),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" … "),
        other => other.to_string(),
    }
}

/// `1234567.8912` to `1,234,567.891`.
fn grouped(number: &str) -> String {
    if number.contains(['e', 'E']) {
        return number.to_owned();
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let fraction: String = fraction.chars().take(3).collect();
    if fraction.is_empty() { out } else { format!("{out}.{fraction}") }
}

/// The document with this suite's block replaced, or added at the end.
fn replace(document: &str, suite: &str, block: &str) -> String {
    let (begin, end) = (format!("<!-- bench:{suite} -->\n"), format!("<!-- /bench:{suite} -->\n"));
    let block = format!("{begin}{block}{end}");
    let start = document.find(&begin);
    let stop = start.and_then(|start| Some(start + document[start..].find(&end)? + end.len()));
    match (start, stop) {
        (Some(start), Some(stop)) => format!("{}{block}{}", &document[..start], &document[stop..]),
        _ => format!("{}\n\n{block}", document.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::{grouped, replace, table};
    use crate::bench::Case;

    #[test]
    fn a_block_is_replaced_and_the_rest_kept() {
        let first = replace("# Head\n", "a", "one\n");
        let second = replace(&format!("{first}\nkept\n"), "b", "two\n");
        let third = replace(&second, "a", "three\n");
        assert_eq!(
            third,
            "# Head\n\n<!-- bench:a -->\nthree\n<!-- /bench:a -->\n\nkept\n\n<!-- bench:b -->\ntwo\n<!-- /bench:b -->\n"
        );
    }

    #[test]
    fn cases_are_read_and_shown() {
        let case =
            Case::parse(r#"{"suite":"a","case":"b|c","value":1234.5678,"unit":"ms","ratio":2,"ci":[1.5,2]}"#).unwrap();
        assert!(table("a", &[&case], "m").ends_with("| b\\|c | 1,234.567 | ms |  | 2 | 1.5 … 2 |\n"));
        let aimed = r#"{"suite":"a","case":"x","value":1,"unit":"ms","peer":"p","ratio":50,"aim":"≥ 45","noise":1.01}"#;
        let aimed = Case::parse(aimed).unwrap();
        let text = table("a", &[&aimed], "m");
        assert!(text.contains("| p; aim ≥ 45 | 50 |") && text.contains("1.010 … 1.010, inside"), "{text}");
        let loud = Case { noise: Some(1.05), ..aimed };
        assert!(table("a", &[&case, &loud], "m").contains("do not rely on:** x (1.050)"));
        assert_eq!(Case::parse(r#"{"suite":"a","case":"b","unit":"ms"}"#), None, "no value");
        assert_eq!((grouped("-1000"), grouped("999"), grouped("1e30")), ("-1,000".into(), "999".into(), "1e30".into()));
    }
}
