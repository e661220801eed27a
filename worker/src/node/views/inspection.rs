//! What two codes do differently, and code as text: what `zera-inspect` found, as the protocol words it.

use super::code::stored_bytes;
use crate::node::{
    Answer,
    chain::{Chain, count},
    convert,
};
use zera_inspect::{
    Analysis, Comparison, DiffLine, ExportGas, FunctionInfo, Line, Listed, Module, Row, Site, Unit, compare_gas,
    function_text, module_text,
};
use zera_primitives::Hash;
use zera_worker_protocol::{
    ChangedFunction, CodeLine, ComparisonView, DifferenceRow, Error, ErrorKind, FunctionView, GasRow, GasSite, GasView,
    LineKind, ListingView, Response,
};

/// Stored code as text, or one function of it.
pub fn disassemble(chain: &Chain, hash: &Hash, function: Option<u32>) -> Answer {
    let module = Module::read(stored_bytes(chain, hash)?).map_err(inspect)?;
    let listing = match function {
        Some(index) => function_text(&module, index),
        None => module_text(&module),
    };
    let listing = listing.map_err(inspect)?;
    Ok(Response::Listing(Box::new(ListingView {
        code: *hash,
        functions: module.functions().map(function_view).collect(),
        lines: listing.lines.into_iter().map(line).collect(),
        cut: listing.cut,
    })))
}

/// What the inspector found wrong with what was asked.
pub fn inspect(error: zera_inspect::InspectError) -> Error {
    match &error {
        zera_inspect::InspectError::NoFunction(_) => Error::request(ErrorKind::NotFound, error.to_string()),
        zera_inspect::InspectError::Profile(_) => Error::module(ErrorKind::CodeRefused, error.to_string()),
        zera_inspect::InspectError::Text(_) => convert::defect(error),
    }
}

/// A complete comparison with the static gas of both codes.
pub fn comparison(done: &Comparison, gas: (&Analysis, &Analysis), micros: u64) -> ComparisonView {
    let found = done.difference();
    ComparisonView {
        old: done.old().hash(),
        new: done.new_module().hash(),
        rows: found.rows.iter().cloned().map(row).collect(),
        same_rows: found.same_rows,
        same: found.same,
        added: found.added.iter().cloned().map(function_view).collect(),
        removed: found.removed.iter().cloned().map(function_view).collect(),
        changed: found.changed.iter().map(changed).collect(),
        gas: compare_gas(gas.0, gas.1).rows.into_iter().map(gas_row).collect(),
        micros,
    }
}

/// A row of what two codes offer, reach and carry.
pub fn row(row: Row) -> DifferenceRow {
    DifferenceRow { what: row.what.as_str().to_owned(), name: row.name, old: row.old, new: row.new }
}

fn function_view(function: FunctionInfo) -> FunctionView {
    let FunctionInfo { index, label, signature, offset, bytes, exports } = function;
    FunctionView { index, label, signature, offset, bytes, exports }
}

fn changed(function: &zera_inspect::ChangedFunction) -> ChangedFunction {
    ChangedFunction {
        old: function_view(function.old.clone()),
        new: function_view(function.new.clone()),
        constants_only: function.constants_only,
        lines: (function.added, function.removed),
        hunks: function.hunks.iter().map(|hunk| hunk.lines.iter().map(diff_line).collect()).collect(),
        cut: function.cut,
    }
}

fn diff_line(line: &DiffLine) -> CodeLine {
    let kind = match line.kind {
        zera_inspect::LineKind::Same => LineKind::Same,
        zera_inspect::LineKind::Add => LineKind::Added,
        zera_inspect::LineKind::Remove => LineKind::Removed,
    };
    CodeLine { kind, offset: line.offset, depth: line.depth, text: line.text.clone() }
}

fn line(line: Line) -> CodeLine {
    CodeLine { kind: LineKind::Same, offset: line.offset, depth: line.depth, text: line.text }
}

fn gas_row(row: zera_inspect::GasRow) -> GasRow {
    GasRow { export: row.export, old: row.old.as_ref().map(gas), new: row.new.as_ref().map(gas) }
}

fn gas(found: &ExportGas) -> GasView {
    let site = |site: &Site, what: String| GasSite { function: site.label.clone(), offset: Some(site.offset), what };
    let recursions = found.recursions.first.iter().map(|recursion| GasSite {
        function: recursion.functions.first.first().cloned().unwrap_or_default(),
        offset: None,
        what: format!("{}{}", names(&recursion.functions), if recursion.direct { "" } else { ", through a table" }),
    });
    let indirect = found.indirect.first.iter();
    let operands = found.operands.first.iter();
    let left_out = [rest(&found.loops), rest(&found.recursions), rest(&found.indirect), rest(&found.operands)];
    GasView {
        straight: found.total(),
        loops: found.loops.first.iter().map(|one| site(&one.site, format!("{} gas a turn", one.turn))).collect(),
        recursions: recursions.collect(),
        indirect: indirect
            .map(|call| site(&call.site, format!("{}: {}", call.signature, names(&call.targets))))
            .collect(),
        hosts: found.hosts.iter().map(|host| (host.name.clone(), host.sites, host.base, host.per_byte)).collect(),
        operands: operands.map(|one| site(&one.site, format!("{}, by {}", one.operator, unit(one.unit)))).collect(),
        left_out: left_out.into_iter().fold(0, u32::saturating_add),
    }
}

fn rest<T>(listed: &Listed<T>) -> u32 {
    listed.total.saturating_sub(count(listed.first.len()))
}

/// Names, and how many more there are.
fn names(listed: &Listed<String>) -> String {
    let more = rest(listed);
    let shown = listed.first.join(", ");
    if more == 0 { shown } else { format!("{shown}, {more} more") }
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Pages => "pages",
        Unit::Bytes => "bytes",
        Unit::Entries => "entries",
    }
}
