//! Static gas per export, old beside new: what a straight run costs at most, and what makes a call dearer.

use super::{reveal, table, td, td_num};
use crate::{say, text};
use leptos::prelude::*;
use zera_worker_protocol::{GasRow, GasSite, GasView};

/// The table; each export opens what its cost depends on.
#[must_use]
pub fn gas_table(rows: &[GasRow]) -> AnyView {
    if rows.is_empty() {
        return view! { <p>{say!(CMP_GAS_NONE)}</p> }.into_any();
    }
    let columns = [
        (say!(CMP_EXPORT), false),
        (say!(CMP_STRAIGHT_OLD), true),
        (say!(CMP_STRAIGHT_NEW), true),
        (say!(CMP_CHANGE), true),
        (say!(CMP_DEPENDS), false),
    ];
    let rows = rows.iter().map(row).collect();
    view! {
        <p class="small dim">{say!(CMP_GAS_NOTE)}</p>
        {table(say!(CMP_GAS), &columns, rows)}
    }
    .into_any()
}

fn row(row: &GasRow) -> (AnyView, Vec<AnyView>) {
    let straight =
        |gas: &Option<GasView>| gas.as_ref().map_or_else(|| say!(ABSENT).to_owned(), |g| text::count(g.straight));
    let newest = row.new.as_ref().or(row.old.as_ref());
    let summary = newest.map_or_else(String::new, depends);
    let (old, new, name) = (row.old.clone(), row.new.clone(), row.export.clone());
    let body = move || sides(&name, old.as_ref(), new.as_ref());
    (
        view! { <code>{row.export.clone()}</code> }.into_any(),
        vec![
            td_num(say!(CMP_STRAIGHT_OLD), straight(&row.old)),
            td_num(say!(CMP_STRAIGHT_NEW), straight(&row.new)),
            td_num(say!(CMP_CHANGE), change(row.old.as_ref(), row.new.as_ref())),
            td(say!(CMP_DEPENDS), reveal(summary.into_any(), body)),
        ],
    )
}

/// `+15 %`; from nothing, or to nothing, is no percentage.
fn change(old: Option<&GasView>, new: Option<&GasView>) -> String {
    let (Some(old), Some(new)) = (old, new) else { return String::new() };
    if old.straight == new.straight {
        return say!(CMP_GAS_SAME).to_owned();
    }
    let (sign, size) = if new.straight > old.straight {
        ("+", new.straight - old.straight)
    } else {
        ("−", old.straight - new.straight)
    };
    let tenths = u128::from(size) * 1_000 / u128::from(old.straight.max(1));
    if tenths < 100 {
        format!("{sign}{}.{}\u{a0}%", tenths / 10, tenths % 10)
    } else {
        format!("{sign}{}\u{a0}%", text::thousands(tenths / 10))
    }
}

/// What makes a call dearer than its straight line, in one line.
fn depends(gas: &GasView) -> String {
    let parts = [
        (gas.loops.len(), say!(GAS_LOOP), say!(GAS_LOOPS)),
        (gas.recursions.len(), say!(GAS_RECURSION), say!(GAS_RECURSIONS)),
        (gas.indirect.len(), say!(GAS_INDIRECT_ONE), say!(GAS_INDIRECT)),
        (gas.operands.len(), say!(GAS_OPERAND), say!(GAS_OPERANDS)),
        (gas.hosts.len(), say!(GAS_HOST), say!(GAS_HOSTS)),
    ];
    let named: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| text::plural(count, one, many))
        .collect();
    if named.is_empty() { say!(CMP_BOUNDED).to_owned() } else { named.join(", ") }
}

fn sides(name: &str, old: Option<&GasView>, new: Option<&GasView>) -> AnyView {
    let side = |label: &'static str, gas: Option<&GasView>| {
        gas.map(|gas| view! { <div class="stack-2"><p class="small"><b>{label}</b></p>{sites(gas)}</div> }.into_any())
    };
    let (old, new) = (side(say!(CMP_OLD), old), side(say!(CMP_NEW), new));
    view! { <div class="cols" role="group" aria-label=say!(GAS_OF, name)>{old}{new}</div> }.into_any()
}

fn sites(gas: &GasView) -> AnyView {
    let hosts = gas.hosts.iter().map(|(name, count, base, per_byte)| {
        let places = text::plural(*count as usize, say!(GAS_SITE), say!(GAS_SITES));
        say!(GAS_HOST_ROW, name, places, text::count(*base), text::count(*per_byte))
    });
    let groups: [(&'static str, Vec<String>); 5] = [
        (say!(GAS_LOOPS), gas.loops.iter().map(site).collect()),
        (say!(GAS_RECURSIONS), gas.recursions.iter().map(site).collect()),
        (say!(GAS_INDIRECT), gas.indirect.iter().map(site).collect()),
        (say!(GAS_OPERANDS), gas.operands.iter().map(site).collect()),
        (say!(GAS_HOSTS), hosts.collect()),
    ];
    let shown = groups.into_iter().filter(|(_, lines)| !lines.is_empty()).map(|(name, lines)| {
        let items = lines.into_iter().map(|line| view! { <li>{line}</li> }.into_any()).collect_view();
        view! { <p class="small dim">{text::capital(name)}</p><ul class="small sites">{items}</ul> }.into_any()
    });
    let rest = (gas.left_out > 0).then(|| view! { <p class="small dim">{say!(GAS_LEFT_OUT, gas.left_out)}</p> });
    let shown = shown.collect_view();
    view! { {shown}{rest} }.into_any()
}

fn site(site: &GasSite) -> String {
    match site.offset {
        Some(offset) => say!(GAS_SITE_AT, site.function, format!("0x{offset:x}"), site.what),
        None => say!(GAS_SITE_IN, site.function, site.what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gas(straight: u64) -> GasView {
        GasView {
            straight,
            loops: vec![],
            recursions: vec![],
            indirect: vec![],
            hosts: vec![],
            operands: vec![],
            left_out: 0,
        }
    }

    #[test]
    fn a_change_is_signed_and_small_ones_keep_a_decimal() {
        let change = |old, new| change(Some(&gas(old)), Some(&gas(new)));
        assert_eq!(change(1_000, 1_015), "+1.5\u{a0}%");
        assert_eq!(change(1_000, 400), "−60\u{a0}%");
        assert_eq!(change(7, 7), say!(CMP_GAS_SAME));
        assert_eq!(change(0, 5), "+500\u{a0}%", "from nothing it counts as from one");
        assert_eq!(super::change(None, Some(&gas(5))), "");
    }

    #[test]
    fn what_is_bounded_says_so() {
        assert_eq!(depends(&gas(1)), say!(CMP_BOUNDED));
        let looping = GasSite { function: "f".into(), offset: Some(16), what: "12 gas a turn".into() };
        let found = GasView { loops: vec![looping.clone(), looping.clone()], ..gas(1) };
        assert_eq!(depends(&found), "2\u{a0}loops");
        assert_eq!(site(&looping), "f at 0x10: 12 gas a turn");
    }
}
