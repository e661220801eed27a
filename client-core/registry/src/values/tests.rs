//! Tests of typed values.

use super::*;
use codec::Encode;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use scale_info::{MetaType, Registry, TypeInfo, meta_type};

#[derive(Encode, TypeInfo)]
struct Bps(u32);

#[derive(Encode, TypeInfo)]
enum Shape {
    Point,
    #[codec(index = 9)]
    Named {
        name: String,
        sides: Vec<Option<u16>>,
    },
}

fn registry(ty: MetaType) -> (PortableRegistry, u32) {
    let mut types = Registry::new();
    let id = types.register_type(&ty).id;
    (types.into(), id)
}

fn checked<T: Encode + TypeInfo + 'static>(value: &T) -> Result<(), ValueError> {
    let (types, id) = registry(meta_type::<T>());
    check(&types, id, &value.encode())
}

fn bytes_as<T: TypeInfo + 'static>(bytes: &[u8]) -> Result<(), ValueError> {
    let (types, id) = registry(meta_type::<T>());
    check(&types, id, bytes)
}

#[test]
fn every_kind_of_type_is_walked() {
    assert_eq!(checked(&true), Ok(()));
    assert_eq!(bytes_as::<char>(&u32::from('ß').encode()), Ok(()));
    assert_eq!(checked(&String::from("añb")), Ok(()));
    assert_eq!(checked(&(1u8, -2i16, 3u32, -4i64, 5u128, [6u8; 32])), Ok(()));
    assert_eq!(checked(&vec![Some(Bps(7)), None]), Ok(()));
    assert_eq!(checked(&Shape::Point), Ok(()));
    assert_eq!(checked(&Shape::Named { name: "n".into(), sides: vec![None, Some(3)] }), Ok(()));
    assert_eq!(checked(&Compact(u32::MAX)), Ok(()));
    assert_eq!(checked(&Compact(u128::MAX)), Ok(()));
    assert_eq!(checked(&()), Ok(()));
}

#[test]
fn what_is_no_value_of_the_type_is_refused() {
    assert_eq!(bytes_as::<bool>(&[2]), Err("a boolean is neither 0 nor 1"));
    assert_eq!(bytes_as::<char>(&[0, 0xd8, 0, 0]), Err("not a character"));
    assert_eq!(bytes_as::<String>(&[4, 0xff]), Err("a text is not UTF-8"));
    assert_eq!(bytes_as::<Shape>(&[1]), Err("its type has no such variant"));
    assert_eq!(bytes_as::<u32>(&[0; 5]), Err("bytes are left over"));
    assert_eq!(bytes_as::<u32>(&[0; 3]), Err("it is cut off"));
    assert_eq!(bytes_as::<Vec<u8>>(&[0xfe, 0xff, 0xff, 0xff]), Err("it is cut off"));
    assert_eq!(bytes_as::<Vec<()>>(&[0xfe, 0xff, 0xff, 0xff]), Err("it has too many elements"));
    assert_eq!(bytes_as::<Compact<u8>>(&Compact(256u32).encode()), Err("a compact integer is too large for its type"));
    assert_eq!(bytes_as::<Vec<u8>>(&vec![0; 70_000]), Err("it is longer than 64 KiB"));
}

#[test]
fn a_type_that_contains_itself_ends() {
    let (mut types, id) = registry(meta_type::<Bps>());
    let own = types.types[id as usize].ty.clone();
    let TypeDef::Composite(mut composite) = own.type_def else { panic!() };
    composite.fields[0].ty = id.into();
    types.types[id as usize].ty.type_def = TypeDef::Composite(composite);
    assert_eq!(check(&types, id, &[1; 8]), Err("its type is nested too deep"));
    assert_eq!(unsigned(&types, id, &[1]), None);
    assert_eq!(check(&types, 99, &[]), Err("its type is unknown"));
}

#[test]
fn integers_are_read_through_wrappers() {
    let read = |ty: MetaType, bytes: &[u8]| {
        let (types, id) = registry(ty);
        unsigned(&types, id, bytes)
    };
    assert_eq!(read(meta_type::<Bps>(), &Bps(500).encode()), Some(500));
    assert_eq!(read(meta_type::<u128>(), &u128::MAX.encode()), Some(u128::MAX));
    assert_eq!(read(meta_type::<Compact<u64>>(), &Compact(70_000u64).encode()), Some(70_000));
    assert_eq!(read(meta_type::<i32>(), &5i32.encode()), None);
    assert_eq!(read(meta_type::<Vec<u8>>(), &[0]), None);
}

#[test]
fn direct_arguments_are_widened_with_their_sign() {
    let direct = |ty: MetaType, bytes: Vec<u8>, to| {
        let (types, id) = registry(ty);
        direct_argument(&types, id, &bytes, to)
    };
    assert_eq!(direct(meta_type::<Bps>(), Bps(7).encode(), IntType::I32), Ok(7u32.encode()));
    assert_eq!(direct(meta_type::<u8>(), vec![200], IntType::I32), Ok(200u32.encode()));
    assert_eq!(direct(meta_type::<i8>(), vec![0xfe], IntType::I32), Ok((-2i32).encode()));
    assert_eq!(direct(meta_type::<bool>(), vec![1], IntType::I64), Ok(1u64.encode()));
    for (ty, bytes) in
        [(meta_type::<u64>(), vec![0; 8]), (meta_type::<String>(), vec![0]), (meta_type::<Vec<u8>>(), vec![0])]
    {
        assert!(direct(ty, bytes, IntType::I32).is_err());
    }
}

type Nested = Vec<(Option<String>, Result<[u16; 2], Compact<u64>>, Vec<bool>)>;

#[test]
fn the_walk_agrees_with_the_codec() {
    let config = Config { cases: 2_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[5; 32]));
    // Valid values with up to one byte changed: near misses on both sides.
    let choice = prop_oneof![any::<[u16; 2]>().prop_map(Ok), any::<u64>().prop_map(|n| Err(Compact(n)))];
    let element = (any::<Option<String>>(), choice, any::<Vec<bool>>());
    let change = proptest::option::of((any::<usize>(), any::<u8>()));
    let bytes = (proptest::collection::vec(element, 0..4), change).prop_map(|(value, change): (Nested, _)| {
        let mut bytes = value.encode();
        if let Some((at, byte)) = change {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes
    });
    let valid = core::cell::Cell::new(0);
    let agree = |bytes: Vec<u8>| {
        let expected = Nested::decode_all(&mut bytes.as_slice()).is_ok();
        valid.set(valid.get() + u32::from(expected));
        prop_assert_eq!(bytes_as::<Nested>(&bytes).is_ok(), expected);
        Ok(())
    };
    runner.run(&bytes, agree).unwrap();
    assert!((800..1_900).contains(&valid.get()), "{} of 2,000 values are valid", valid.get());
}
