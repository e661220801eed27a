//! Values of types that only a manifest describes: a bounded walk over SCALE bytes by a `scale-info` registry.

use crate::info::IntType;
use alloc::vec::Vec;
use codec::{Compact, Decode, DecodeAll};
use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive as Primitive, form::PortableForm};
use zera_primitives::{codec::MAX_DEPTH, limits};

/// Steps one check may take. A sequence of empty elements has no bytes that would bound it.
const STEPS: u32 = 1 << 20;

/// What is wrong with a value; in words for people.
pub type ValueError = &'static str;

/// Checks that `bytes` is exactly one value of type `ty`.
///
/// # Errors
/// [`ValueError`]: too long, cut off, left over, nested deeper than [`MAX_DEPTH`], or not of the type.
pub fn check(types: &PortableRegistry, ty: u32, bytes: &[u8]) -> Result<(), ValueError> {
    if bytes.len() > limits::CALL_BYTES {
        return Err("it is longer than 64 KiB");
    }
    let mut walk = Walk { types, rest: bytes, steps: STEPS };
    walk.value(ty, MAX_DEPTH)?;
    if walk.rest.is_empty() { Ok(()) } else { Err("bytes are left over") }
}

/// The unsigned integer that a checked value of type `ty` is, through wrappers of one field; `None` for other types.
#[must_use]
pub fn unsigned(types: &PortableRegistry, ty: u32, bytes: &[u8]) -> Option<u128> {
    match definition(types, ty)? {
        TypeDef::Primitive(Primitive::U8 | Primitive::U16 | Primitive::U32 | Primitive::U64 | Primitive::U128) => {
            let mut wide = [0; 16];
            wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
            Some(u128::from_le_bytes(wide))
        }
        TypeDef::Compact(_) => Compact::<u128>::decode_all(&mut &*bytes).ok().map(|value| value.0),
        _ => None,
    }
}

/// The argument bytes of a direct export that takes one checked value: the integer widened to the WASM type, with its
/// sign if it has one.
///
/// # Errors
/// [`ValueError`] when the type is no integer, boolean or character of at most that width.
pub fn direct_argument(types: &PortableRegistry, ty: u32, bytes: &[u8], to: IntType) -> Result<Vec<u8>, ValueError> {
    let width = match to {
        IntType::I32 => 4,
        IntType::I64 => 8,
    };
    let signed = match definition(types, ty) {
        Some(TypeDef::Primitive(Primitive::I8 | Primitive::I16 | Primitive::I32 | Primitive::I64)) => true,
        Some(TypeDef::Primitive(primitive)) if *primitive != Primitive::Str => false,
        _ => return Err("its type cannot be passed directly"),
    };
    if bytes.len() > width {
        return Err("its type cannot be passed directly");
    }
    let negative = signed && bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = bytes.to_vec();
    wide.resize(width, if negative { 0xff } else { 0 });
    Ok(wide)
}

/// The definition of `ty` below wrappers of one field.
fn definition(types: &PortableRegistry, mut ty: u32) -> Option<&TypeDef<PortableForm>> {
    for _ in 0..MAX_DEPTH {
        let definition = &types.resolve(ty)?.type_def;
        match definition {
            TypeDef::Composite(composite) if composite.fields.len() == 1 => ty = composite.fields.first()?.ty.id,
            TypeDef::Tuple(tuple) if tuple.fields.len() == 1 => ty = tuple.fields.first()?.id,
            _ => return Some(definition),
        }
    }
    None
}

struct Walk<'a> {
    types: &'a PortableRegistry,
    rest: &'a [u8],
    steps: u32,
}

impl<'a> Walk<'a> {
    fn value(&mut self, ty: u32, depth: u32) -> Result<(), ValueError> {
        self.steps = self.steps.checked_sub(1).ok_or("it has too many elements")?;
        let depth = depth.checked_sub(1).ok_or("its type is nested too deep")?;
        let types = self.types;
        match &types.resolve(ty).ok_or("its type is unknown")?.type_def {
            TypeDef::Composite(composite) => composite.fields.iter().try_for_each(|f| self.value(f.ty.id, depth)),
            TypeDef::Variant(variants) => {
                let index = self.byte()?;
                let variant = variants.variants.iter().find(|variant| variant.index == index);
                let fields = &variant.ok_or("its type has no such variant")?.fields;
                fields.iter().try_for_each(|field| self.value(field.ty.id, depth))
            }
            TypeDef::Sequence(sequence) => {
                let length = self.length()?;
                self.repeat(sequence.type_param.id, length, depth)
            }
            TypeDef::Array(array) => self.repeat(array.type_param.id, array.len, depth),
            TypeDef::Tuple(tuple) => tuple.fields.iter().try_for_each(|field| self.value(field.id, depth)),
            TypeDef::Primitive(primitive) => self.primitive(primitive),
            TypeDef::Compact(compact) => self.compact(compact.type_param.id),
            TypeDef::BitSequence(_) => Err("bit sequences are not supported"),
        }
    }

    fn repeat(&mut self, ty: u32, length: u32, depth: u32) -> Result<(), ValueError> {
        (0..length).try_for_each(|_| self.value(ty, depth))
    }

    fn take(&mut self, bytes: usize) -> Result<&'a [u8], ValueError> {
        let (head, rest) = self.rest.split_at_checked(bytes).ok_or("it is cut off")?;
        self.rest = rest;
        Ok(head)
    }

    fn byte(&mut self) -> Result<u8, ValueError> {
        self.take(1)?.first().copied().ok_or("it is cut off")
    }

    fn length(&mut self) -> Result<u32, ValueError> {
        let length = Compact::<u32>::decode(&mut self.rest).map_err(|_| "a length is not valid")?;
        Ok(length.0)
    }

    fn primitive(&mut self, primitive: &Primitive) -> Result<(), ValueError> {
        let width = match primitive {
            Primitive::Bool => return if self.byte()? < 2 { Ok(()) } else { Err("a boolean is neither 0 nor 1") },
            Primitive::Char => {
                let bytes = self.take(4)?.try_into().map_err(|_| "it is cut off")?;
                return char::from_u32(u32::from_le_bytes(bytes)).map(|_| ()).ok_or("not a character");
            }
            Primitive::Str => {
                let length = self.length()?;
                let text = self.take(length as usize)?;
                return core::str::from_utf8(text).map(|_| ()).map_err(|_| "a text is not UTF-8");
            }
            Primitive::U8 | Primitive::I8 => 1,
            Primitive::U16 | Primitive::I16 => 2,
            Primitive::U32 | Primitive::I32 => 4,
            Primitive::U64 | Primitive::I64 => 8,
            Primitive::U128 | Primitive::I128 => 16,
            Primitive::U256 | Primitive::I256 => 32,
        };
        self.take(width).map(|_| ())
    }

    fn compact(&mut self, ty: u32) -> Result<(), ValueError> {
        let bits = match definition(self.types, ty) {
            Some(TypeDef::Primitive(Primitive::U8)) => 8,
            Some(TypeDef::Primitive(Primitive::U16)) => 16,
            Some(TypeDef::Primitive(Primitive::U32)) => 32,
            Some(TypeDef::Primitive(Primitive::U64)) => 64,
            Some(TypeDef::Primitive(Primitive::U128)) => 128,
            Some(TypeDef::Tuple(tuple)) if tuple.fields.is_empty() => return Ok(()),
            _ => return Err("its type cannot be compact"),
        };
        let value = Compact::<u128>::decode(&mut self.rest).map_err(|_| "a compact integer is not valid")?.0;
        if 128u32.saturating_sub(value.leading_zeros()) > bits {
            return Err("a compact integer is too large for its type");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
