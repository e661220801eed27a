//! What an entry reaches, put together: the entry's stub, then own functions by their index, then intrinsics.

use super::{
    Element, Export, Function, Module, callable,
    function::Code,
    intrinsics,
    reach::{self, Reach},
    stack::row,
    wide,
};
use crate::{
    Program, Unprovable,
    row::{Kind, Row},
    space,
};
use alloc::{collections::BTreeMap, format, vec::Vec};

/// The own functions that a call of an export begins with.
///
/// # Errors
/// [`Unprovable`] with something on the way that cannot be proven.
pub(super) fn roots(module: &Module, export: &Export) -> Result<Vec<usize>, Unprovable> {
    if !callable(export) {
        let why = "cannot be called from outside: it takes or gives a reference or has more than one result";
        return Err(Unprovable { reason: format!("{:?} {why}", export.name) });
    }
    let root = |function| {
        let foreign = || Unprovable { reason: format!("function {function} is a host function called from outside") };
        let own = module.own(function).ok_or_else(foreign)?;
        let fault = module.faults.get(own).copied().flatten().and_then(|fault| module.reasons.get(fault));
        fault.map_or(Ok(own), |reason| Err(Unprovable { reason: reason.clone() }))
    };
    [Some(export.function), module.start].into_iter().flatten().map(root).collect()
}

/// Links the program of an export.
///
/// # Errors
/// As [`roots`].
pub(super) fn program(module: &Module, export: &Export) -> Result<Program, Unprovable> {
    let reach = reach::reach(module, roots(module, export)?);
    let (link, _) = module.frame(export.function);
    let mut linker = Linker { module, rows: Vec::new(), cases: Vec::new(), places: BTreeMap::new() };
    let mut next = space::ENTRY.saturating_add(module.stub_rows());
    for code in reach.functions.iter().map(|index| (false, *index)).chain(reach.intrinsics.iter().map(|n| (true, *n))) {
        linker.places.insert(code, next);
        next = next.saturating_add(u32::try_from(linker.code(code)?.rows.len()).unwrap_or(u32::MAX));
    }
    linker.stub(export.function)?;
    for code in linker.places.clone().into_keys() {
        linker.append(code)?;
    }
    let counters = u32::try_from(linker.rows.len()).unwrap_or(u32::MAX);
    let Linker { mut rows, mut cases, places, .. } = linker;
    rows.append(&mut cases);
    if !reach.types.is_empty() {
        rows.extend(elements(module, &reach, &places));
    }
    Ok(Program {
        rows,
        counters,
        globals: module.globals.clone(),
        pages: module.pages,
        data: module.data.clone(),
        params: export.params.iter().copied().map(wide).collect(),
        result: export.results.first().copied().map(wide),
        stack_slot: link.saturating_add(1),
        begin_gas: module.begin_gas,
    })
}

/// The table's entries and the one behind them. What no reachable call can take is as good as empty.
fn elements(module: &Module, reach: &Reach, places: &BTreeMap<(bool, usize), u32>) -> Vec<Row> {
    let behind = Element::default();
    let row = |(index, element): (usize, &Element)| {
        let place = module.own(element.function).and_then(|own| places.get(&(false, own)));
        let taken = place.filter(|_| reach.types.contains(&element.ty));
        Row {
            a: u32::try_from(index).unwrap_or(u32::MAX),
            imm: taken.map_or(0, |_| element.ty),
            target: taken.copied().unwrap_or(space::TRAP),
            ..row(Kind::Element)
        }
    };
    module.table.iter().chain([&behind]).enumerate().map(row).collect()
}

impl Module {
    /// Which own function that is; none for an import.
    pub(super) fn own(&self, function: u32) -> Option<usize> {
        function.checked_sub(self.imported).map(|own| own as usize)
    }

    fn code(&self, index: usize) -> Result<&Code, Unprovable> {
        let missing = || Unprovable { reason: format!("there is no function {index}") };
        let code = self.functions.get(index).ok_or_else(missing)?.code.as_ref();
        code.map_err(|reason| Unprovable { reason: reason.clone() })
    }

    /// Slot of the link in a function's frame, and whether it counts stack.
    fn frame(&self, function: u32) -> (u32, bool) {
        let function: Option<&Function> = self.own(function).and_then(|own| self.functions.get(own));
        function.map_or((0, false), |function| (function.link, function.counted))
    }

    /// Rows of an entry's stub.
    fn stub_rows(&self) -> u32 {
        match self.start {
            Some(start) => 4 + u32::from(self.frame(start).1),
            None => 2,
        }
    }
}

struct Linker<'m> {
    module: &'m Module,
    rows: Vec<Row>,
    cases: Vec<Row>,
    /// First counter of own functions (false) and intrinsics (true).
    places: BTreeMap<(bool, usize), u32>,
}

impl Linker<'_> {
    fn code(&self, (intrinsic, index): (bool, usize)) -> Result<&Code, Unprovable> {
        if intrinsic {
            let missing = || Unprovable { reason: format!("there is no intrinsic {index}") };
            self.module.intrinsics.get(index).ok_or_else(missing)
        } else {
            self.module.code(index)
        }
    }

    /// Counter where the function that a call names begins.
    fn place(&self, target: u32) -> Result<u32, Unprovable> {
        let key = match intrinsics::number(target) {
            Some(number) => Some((true, number)),
            None => self.module.own(target).map(|own| (false, own)),
        };
        let place = key.and_then(|key| self.places.get(&key));
        place.copied().ok_or_else(|| Unprovable { reason: format!("there is no function {target}") })
    }

    fn push(&mut self, row: Row) {
        let pc = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.rows.push(Row { pc, ..row });
    }

    /// The reserved rows; then the start function in a frame behind the entry's budget, and the entry itself.
    fn stub(&mut self, entry: u32) -> Result<(), Unprovable> {
        (0..space::ENTRY).for_each(|_| self.push(row(Kind::None)));
        let (link, _) = self.module.frame(entry);
        if let Some(start) = self.module.start {
            let (start_link, counted) = self.module.frame(start);
            let (budget, frame) = (link.saturating_add(1), link.saturating_add(2));
            if counted {
                let d = frame.saturating_add(start_link).saturating_add(1);
                self.push(Row { d, a: budget, ..row(Kind::Move) });
            }
            let target = self.place(start)?;
            self.push(Row { a: frame, b: start_link, target, ..row(Kind::Call) });
            let next = u32::try_from(self.rows.len()).unwrap_or(u32::MAX).saturating_add(1);
            self.push(Row { a: frame, target: next, ..row(Kind::Jump) });
        }
        let target = self.place(entry)?;
        self.push(Row { b: link, target, ..row(Kind::Call) });
        self.push(Row { target: space::HALT, ..row(Kind::Jump) });
        Ok(())
    }

    fn append(&mut self, key: (bool, usize)) -> Result<(), Unprovable> {
        let code = self.code(key)?.clone();
        let base = self.places.get(&key).copied().unwrap_or_default();
        let moved = |counter: u32| match counter.checked_sub(space::ENTRY) {
            Some(position) => base.saturating_add(position),
            None => counter,
        };
        for row in code.rows {
            let target = match row.kind {
                Kind::Jump | Kind::BranchIf => moved(row.target),
                Kind::Call => self.place(row.target)?,
                _ => row.target,
            };
            self.push(Row { target, ..row });
        }
        let cases = code.cases.iter().map(|case| Row { pc: moved(case.pc), target: moved(case.target), ..*case });
        self.cases.extend(cases);
        Ok(())
    }
}
