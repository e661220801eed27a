//! Names of types that a manifest describes, as an author would write them.

use crate::names::visible;
use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive as Primitive};

/// Nesting that a name shows; deeper types are an ellipsis.
const DEPTH: u32 = 6;
/// Characters after which a name is cut. Manifests come from outside: a type may be wide.
const LENGTH: usize = 200;

/// The name of type `ty`: `u32`, `Vec<AccountId>`, `Option<(u64, bool)>`; `?` when the registry does not know it.
#[must_use]
pub fn type_name(types: &PortableRegistry, ty: u32) -> String {
    let mut name = String::new();
    write(types, ty, DEPTH, &mut name);
    name
}

fn write(types: &PortableRegistry, ty: u32, depth: u32, out: &mut String) {
    let Some(depth) = depth.checked_sub(1).filter(|_| out.len() < LENGTH) else { return out.push('…') };
    let Some(ty) = types.resolve(ty) else { return out.push('?') };
    match &ty.type_def {
        TypeDef::Composite(_) | TypeDef::Variant(_) => {
            let name = ty.path.segments.last().map_or("?", String::as_str);
            out.push_str(&visible(&name.chars().take(64).collect::<String>()));
            list(types, ty.type_params.iter().filter_map(|param| param.ty).map(|ty| ty.id), depth, ["<", ">"], out);
        }
        TypeDef::Sequence(sequence) => list(types, [sequence.type_param.id].into_iter(), depth, ["Vec<", ">"], out),
        TypeDef::Array(array) => {
            out.push('[');
            write(types, array.type_param.id, depth, out);
            out.push_str("; ");
            out.push_str(&array.len.to_string());
            out.push(']');
        }
        TypeDef::Tuple(tuple) if tuple.fields.is_empty() => out.push_str("()"),
        TypeDef::Tuple(tuple) => list(types, tuple.fields.iter().map(|ty| ty.id), depth, ["(", ")"], out),
        TypeDef::Primitive(primitive) => out.push_str(primitive_name(primitive)),
        TypeDef::Compact(compact) => list(types, [compact.type_param.id].into_iter(), depth, ["Compact<", ">"], out),
        TypeDef::BitSequence(_) => out.push_str("bits"),
    }
}

/// Writes a list in brackets; nothing at all when it is empty.
fn list(
    types: &PortableRegistry,
    items: impl Iterator<Item = u32>,
    depth: u32,
    [open, close]: [&str; 2],
    out: &mut String,
) {
    let mut separator = open;
    for ty in items {
        if out.len() >= LENGTH {
            out.push_str(", …");
            break;
        }
        out.push_str(separator);
        write(types, ty, depth, out);
        separator = ", ";
    }
    if separator != open {
        out.push_str(close);
    }
}

const fn primitive_name(primitive: &Primitive) -> &'static str {
    match primitive {
        Primitive::Bool => "bool",
        Primitive::Char => "char",
        Primitive::Str => "String",
        Primitive::U8 => "u8",
        Primitive::U16 => "u16",
        Primitive::U32 => "u32",
        Primitive::U64 => "u64",
        Primitive::U128 => "u128",
        Primitive::U256 => "u256",
        Primitive::I8 => "i8",
        Primitive::I16 => "i16",
        Primitive::I32 => "i32",
        Primitive::I64 => "i64",
        Primitive::I128 => "i128",
        Primitive::I256 => "i256",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Compact;
    use scale_info::{MetaType, Registry, TypeInfo, meta_type};

    #[derive(TypeInfo)]
    struct Shape;

    #[test]
    fn names_read_as_an_author_writes_them() {
        let name = |ty: MetaType| {
            let mut types = Registry::new();
            let id = types.register_type(&ty).id;
            type_name(&types.into(), id)
        };
        assert_eq!(name(meta_type::<Vec<Option<(u64, bool)>>>()), "Vec<Option<(u64, bool)>>");
        assert_eq!(name(meta_type::<[u8; 32]>()), "[u8; 32]");
        assert_eq!(name(meta_type::<Result<(), Shape>>()), "Result<(), Shape>");
        assert_eq!(name(meta_type::<Compact<u32>>()), "Compact<u32>");
        let wide = name(meta_type::<Vec<Vec<Vec<Vec<Vec<Vec<Vec<u8>>>>>>>>());
        assert!(wide.contains('…'), "{wide}");
        assert_eq!(type_name(&Registry::new().into(), 99), "?");
    }
}
