//! Types of a manifest as shapes: one shape per type of the registry, at the same place, so that ids stay valid.

use scale_info::{Field, PortableRegistry, TypeDef, TypeDefPrimitive as Primitive, form::PortableForm};
use zera_worker_protocol::Shape;

type Fields = Vec<(String, u32)>;

/// All types of a registry.
pub fn shapes(types: &PortableRegistry) -> Vec<Shape> {
    types.types.iter().map(|ty| shape(types, &ty.ty)).collect()
}

fn shape(types: &PortableRegistry, ty: &scale_info::Type<PortableForm>) -> Shape {
    let name = || ty.path.segments.last().cloned().unwrap_or_default();
    match &ty.type_def {
        TypeDef::Composite(composite) => {
            match (known(types, &name(), &composite.fields), composite.fields.as_slice()) {
                (Some(shape), _) => shape,
                (None, []) => Shape::Tuple(Vec::new()),
                (None, fields) => Shape::Record(name(), named(fields)),
            }
        }
        TypeDef::Variant(variant) => {
            let variants = variant.variants.iter();
            Shape::Choice(name(), variants.map(|v| (v.name.clone(), v.index, named(&v.fields))).collect())
        }
        TypeDef::Sequence(of) if is_byte(types, of.type_param.id) => Shape::Bytes,
        TypeDef::Sequence(of) => Shape::List(of.type_param.id),
        TypeDef::Array(of) if is_byte(types, of.type_param.id) => Shape::FixedBytes(of.len),
        TypeDef::Array(of) => Shape::Array(of.type_param.id, of.len),
        TypeDef::Tuple(tuple) => Shape::Tuple(tuple.fields.iter().map(|field| field.id).collect()),
        TypeDef::Primitive(primitive) => self::primitive(primitive),
        TypeDef::Compact(of) => Shape::Compact(of.type_param.id),
        TypeDef::BitSequence(_) => Shape::Opaque("bits".into()),
    }
}

/// The chain's own types, by name and content: a foreign type of the same name but other content stays a record.
fn known(types: &PortableRegistry, name: &str, fields: &[Field<PortableForm>]) -> Option<Shape> {
    let [only] = fields else { return None };
    let inner = &types.resolve(only.ty.id)?.type_def;
    let is_32_bytes = matches!(inner, TypeDef::Array(of) if of.len == 32 && is_byte(types, of.type_param.id));
    match name {
        "Amount" if matches!(inner, TypeDef::Primitive(Primitive::U128)) => Some(Shape::Amount),
        "AccountId" | "ModuleId" if is_32_bytes => Some(Shape::Account),
        "Hash" if is_32_bytes => Some(Shape::FixedBytes(32)),
        _ => None,
    }
}

fn named(fields: &[Field<PortableForm>]) -> Fields {
    let name = |(index, field): (usize, &Field<PortableForm>)| {
        (field.name.clone().unwrap_or_else(|| index.to_string()), field.ty.id)
    };
    fields.iter().enumerate().map(name).collect()
}

fn is_byte(types: &PortableRegistry, id: u32) -> bool {
    types.resolve(id).is_some_and(|ty| matches!(ty.type_def, TypeDef::Primitive(Primitive::U8)))
}

fn primitive(primitive: &Primitive) -> Shape {
    match primitive {
        Primitive::Bool => Shape::Bool,
        Primitive::Str => Shape::Text,
        Primitive::U8 => Shape::Unsigned(1),
        Primitive::U16 => Shape::Unsigned(2),
        Primitive::U32 => Shape::Unsigned(4),
        Primitive::U64 => Shape::Unsigned(8),
        Primitive::U128 => Shape::Unsigned(16),
        Primitive::I8 => Shape::Signed(1),
        Primitive::I16 => Shape::Signed(2),
        Primitive::I32 => Shape::Signed(4),
        Primitive::I64 => Shape::Signed(8),
        Primitive::I128 => Shape::Signed(16),
        Primitive::Char => Shape::Opaque("char".into()),
        Primitive::U256 => Shape::Opaque("u256".into()),
        Primitive::I256 => Shape::Opaque("i256".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scale_info::{MetaType, Registry, TypeInfo};
    use zera_primitives::{AccountId, Amount, Hash};
    use zera_worker_protocol::shape;

    #[derive(TypeInfo)]
    #[expect(dead_code, reason = "only its type is looked at")]
    struct Loan {
        borrower: AccountId,
        amount: Amount,
        note: Option<String>,
        tags: Vec<u8>,
        root: Hash,
        terms: (u16, [i32; 2]),
    }

    #[test]
    fn a_type_becomes_a_form_that_encodes_as_it_does() {
        let mut registry = Registry::new();
        let id = registry.register_type(&MetaType::new::<Loan>()).id;
        let shapes = shapes(&registry.into());
        let Shape::Record(name, fields) = &shapes[id as usize] else { panic!("{shapes:?}") };
        assert_eq!(name, "Loan");
        let of = |name: &str| &shapes[fields.iter().find(|(field, _)| field == name).unwrap().1 as usize];
        assert_eq!(of("borrower"), &Shape::Account);
        assert_eq!(of("amount"), &Shape::Amount);
        assert_eq!(of("tags"), &Shape::Bytes);
        assert_eq!(of("root"), &Shape::FixedBytes(32));
        let value = (AccountId([1; 32]), Amount(2), Some("n".to_owned()), vec![3u8], Hash([4; 32]), (5u16, [-6i32, 7]));
        let bytes = codec::Encode::encode(&value);
        let shown = shape::decode(&shapes, id, &bytes).unwrap();
        assert_eq!(shape::encode(&shapes, id, &shown).unwrap(), bytes);
    }
}
