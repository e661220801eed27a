//! Calls: of own functions, through the table, of host functions and of intrinsics.
//!
//! Arguments stand in their own slots, where the callee's frame begins; its results come back to the same place.

use super::{
    function::{Translator, link_slot},
    intrinsics::Intrinsic,
    stack::row,
};
use crate::row::{Kind, Row};
use wasmparser::FuncType;

impl Translator<'_, '_> {
    /// Calls a function of the module.
    pub(super) fn call(&mut self, function: u32) -> Result<(), &'static str> {
        let sections = self.context.sections;
        let Some(ty) = sections.type_of(function) else { return Err("not valid WASM") };
        let Some(own) = sections.own(function) else {
            let host = sections.imports.get(function as usize).copied().unwrap_or_default();
            self.call_host(host, ty);
            return Ok(());
        };
        let counted = self.context.units.get(own).copied().flatten().is_some();
        let a = self.arguments(ty, counted);
        self.out.emit(Row { a, b: link_slot(ty), target: function, ..row(Kind::Call) });
        self.resume(a, ty.results().len());
        Ok(())
    }

    /// Calls through table 0.
    pub(super) fn call_indirect(&mut self, ty: u32, table: u32) -> Result<(), &'static str> {
        let sections = self.context.sections;
        if table != 0 {
            return Err("calls through a second table are outside the provable profile");
        }
        let imm = sections.canonical(ty);
        let Some(ty) = sections.types.get(ty as usize) else { return Err("not valid WASM") };
        let index = self.out.operand();
        let d = self.arguments(ty, true);
        let target = sections.tables.first().copied().unwrap_or(0);
        self.out.emit(Row { d, a: index, b: link_slot(ty), imm, target, ..row(Kind::CallIndirect) });
        self.resume(d, ty.results().len());
        Ok(())
    }

    /// Calls an intrinsic.
    pub(super) fn call_intrinsic(&mut self, intrinsic: Intrinsic) {
        let (params, results) = intrinsic.arity();
        self.out.settle(params);
        self.drop_many(params);
        let a = self.out.next_slot();
        let b = u32::try_from(params.max(results)).unwrap_or(u32::MAX);
        self.out.emit(Row { a, b, target: intrinsic.target(), ..row(Kind::Call) });
        self.resume(a, results);
    }

    fn call_host(&mut self, host: u16, ty: &FuncType) {
        let imm = u64::from(host);
        let params = ty.params().len();
        let first = self.out.height().saturating_sub(params);
        for position in 0..params {
            let a = self.out.read(first.saturating_add(position));
            let b = u32::try_from(position).unwrap_or(u32::MAX);
            self.out.emit(Row { a, b, imm, ..row(Kind::HostArgument) });
        }
        self.drop_many(params);
        let d = self.out.next_slot();
        self.out.emit(Row { d, imm, ..row(Kind::HostCall) });
        for _ in ty.results() {
            self.out.result();
        }
    }

    /// Puts arguments in place, hands the stack budget over, and tells where the callee's frame begins.
    fn arguments(&mut self, ty: &FuncType, counted: bool) -> u32 {
        let params = ty.params().len();
        self.out.settle(params);
        self.drop_many(params);
        let frame = self.out.next_slot();
        if counted {
            let d = frame.saturating_add(link_slot(ty)).saturating_add(1);
            self.out.emit(Row { d, a: self.link.saturating_add(1), ..row(Kind::Move) });
        }
        frame
    }

    /// Goes on after a call.
    fn resume(&mut self, frame: u32, results: usize) {
        self.out.jump_on(frame, 0);
        for _ in 0..results {
            self.out.result();
        }
    }

    fn drop_many(&mut self, count: usize) {
        for _ in 0..count {
            self.out.pop();
        }
    }
}
