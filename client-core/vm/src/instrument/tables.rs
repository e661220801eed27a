//! Writing again what holds functions as values: element segments and globals. Functions are renamed on the way.

use crate::{gas::position, profile::ProfileError};
use alloc::vec::Vec;
use wasm_encoder::{
    ConstExpr, ElementMode, ElementSection, ElementSegment, Elements, Encode, GlobalSection, HeapType, RefType,
};
use wasmparser::{ElementItems, ElementKind, ElementSectionReader, GlobalSectionReader, Operator};

/// The element segments with every function `f` as `value(f)`.
pub(super) fn elements(
    section: Option<&ElementSectionReader<'_>>,
    value: &mut dyn FnMut(u32) -> u32,
) -> Result<ElementSection, ProfileError> {
    let mut out = ElementSection::new();
    for element in section.cloned().into_iter().flatten() {
        let element = element?;
        let offset;
        let mode = match element.kind {
            ElementKind::Passive => ElementMode::Passive,
            ElementKind::Declared => ElementMode::Declared,
            ElementKind::Active { table_index, offset_expr } => {
                offset = constant(&offset_expr, value)?;
                ElementMode::Active { table: table_index, offset: &offset }
            }
        };
        let elements = match element.items {
            ElementItems::Functions(items) => {
                let functions: Result<Vec<u32>, _> = items.into_iter().map(|f| f.map(&mut *value)).collect();
                Elements::Functions(functions?.into())
            }
            ElementItems::Expressions(_, items) => {
                // The profile knows no other reference type.
                let items: Result<Vec<ConstExpr>, ProfileError> =
                    items.into_iter().map(|item| constant(&item?, value)).collect();
                Elements::Expressions(RefType::FUNCREF, items?.into())
            }
        };
        out.segment(ElementSegment { mode, elements });
    }
    Ok(out)
}

/// The globals with every function `f` as `value(f)`.
pub(super) fn globals(
    section: Option<&GlobalSectionReader<'_>>,
    value: &mut dyn FnMut(u32) -> u32,
) -> Result<GlobalSection, ProfileError> {
    let mut out = GlobalSection::new();
    for global in section.cloned().into_iter().flatten() {
        let global = global?;
        let mut bytes = Vec::new();
        super::code::encoder_type(global.ty.content_type).encode(&mut bytes);
        bytes.push(u8::from(global.ty.mutable));
        constant(&global.init_expr, value)?.encode(&mut bytes);
        out.raw(&bytes);
    }
    Ok(out)
}

/// A constant expression.
fn constant(
    expression: &wasmparser::ConstExpr<'_>,
    value: &mut dyn FnMut(u32) -> u32,
) -> Result<ConstExpr, ProfileError> {
    let mut operators = expression.get_operators_reader();
    Ok(match operators.read()? {
        Operator::RefFunc { function_index } => ConstExpr::ref_func(value(function_index)),
        Operator::RefNull { .. } => ConstExpr::ref_null(HeapType::FUNC),
        Operator::I32Const { value } => ConstExpr::i32_const(value),
        Operator::I64Const { value } => ConstExpr::i64_const(value),
        // Other constants do not pass validation.
        _ => ConstExpr::raw(raw(expression)),
    })
}

/// The bytes of a constant expression without its `end`.
fn raw(expression: &wasmparser::ConstExpr<'_>) -> Vec<u8> {
    let mut reader = expression.get_binary_reader();
    let bytes = reader.read_bytes(position(reader.bytes_remaining() as u64)).unwrap_or_default();
    bytes.split_last().map(|(_, bytes)| bytes.to_vec()).unwrap_or_default()
}
