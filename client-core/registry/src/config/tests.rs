//! Tests of configuration changes.

use super::*;
use crate::testing::{MODULE, Spec, deployed, manifest, with_parameter};
use codec::{Compact, Encode};
use scale_info::{MetaType, meta_type};
use wasm_encoder::ValType;
use zera_primitives::ModuleId;
use zera_state::MemoryState;

fn scale_module(ty: MetaType, bounds: (Option<u128>, Option<u128>)) -> MemoryState {
    let described = with_parameter(manifest((1, 0, 0), 1, &[]), ty, false, bounds);
    deployed(&Spec::new(Some(described)).scale("get_rate").scale("set_rate"))
}

fn direct_module(ty: MetaType, param: ValType) -> MemoryState {
    let described = with_parameter(manifest((1, 0, 0), 1, &[]), ty, true, (None, None));
    deployed(&Spec::new(Some(described)).scale("get_rate").direct("set_rate", &[param], &[]))
}

fn change(value: impl Encode) -> ConfigChange {
    ConfigChange { module_id: MODULE, parameter: "rate".into(), value: value.encode() }
}

fn args(st: &MemoryState, change: &ConfigChange) -> Result<Vec<u8>, RegistryError> {
    setter(st, Slot(70), change).map(|setter| setter.args)
}

#[test]
fn the_setter_gets_the_value_in_its_own_convention() {
    let st = scale_module(meta_type::<u32>(), (None, None));
    let found = setter(&st, Slot(70), &change(500u32)).unwrap();
    assert_eq!((found.entry.as_str(), found.args, found.record.generation), ("set_rate", 500u32.encode(), 0));
    let st = direct_module(meta_type::<u8>(), ValType::I32);
    assert_eq!(args(&st, &change(200u8)), Ok(200u32.encode()));
    let st = direct_module(meta_type::<u64>(), ValType::I64);
    assert_eq!(args(&st, &change(7u64)), Ok(7u64.encode()));
    let st = scale_module(meta_type::<Vec<(u64, String)>>(), (None, None));
    let list = vec![(1u64, "one")];
    assert_eq!(args(&st, &change(list.clone())), Ok(list.encode()));
}

#[test]
fn values_are_of_the_type_and_inside_the_bounds() {
    let st = scale_module(meta_type::<u32>(), (Some(1), None));
    assert!(args(&st, &change(u32::MAX)).is_ok());
    assert!(matches!(args(&st, &change(0u32)), Err(RegistryError::OutOfBounds { value: 0, min: 1, .. })));
    for wrong in [vec![], vec![1, 0, 0], vec![1, 0, 0, 0, 0]] {
        let bytes = ConfigChange { value: wrong, ..change(()) };
        assert!(matches!(args(&st, &bytes), Err(RegistryError::Value { .. })));
    }
    let st = scale_module(meta_type::<Compact<u128>>(), (None, Some(1 << 90)));
    assert!(args(&st, &change(Compact(1u128 << 90))).is_ok());
    assert!(matches!(args(&st, &change(Compact(u128::MAX))), Err(RegistryError::OutOfBounds { .. })));
    // Bounds on what has no order hold for no value.
    let st = scale_module(meta_type::<String>(), (Some(1), None));
    assert!(matches!(args(&st, &change("x")), Err(RegistryError::Value { .. })));
}

#[test]
fn unknown_modules_parameters_and_raw_code_are_refused() {
    let st = scale_module(meta_type::<u32>(), (None, None));
    let unknown = ModuleId([7; 32]);
    let elsewhere = ConfigChange { module_id: unknown, ..change(1u32) };
    assert_eq!(args(&st, &elsewhere), Err(RegistryError::NoSuchModule(unknown)));
    let other = ConfigChange { parameter: "other".into(), ..change(1u32) };
    assert!(matches!(args(&st, &other), Err(RegistryError::NoParameter { .. })));
    let raw = deployed(&Spec::default().scale("set_rate"));
    assert!(matches!(args(&raw, &change(1u32)), Err(RegistryError::NoParameter { .. })));
}

#[test]
fn a_direct_setter_takes_exactly_one_integer_that_fits() {
    let described = with_parameter(manifest((1, 0, 0), 1, &[]), meta_type::<u32>(), true, (None, None));
    let two = [ValType::I32, ValType::I32];
    let st = deployed(&Spec::new(Some(described)).scale("get_rate").direct("set_rate", &two, &[]));
    assert!(matches!(args(&st, &change(1u32)), Err(RegistryError::Value { .. })));
    let st = direct_module(meta_type::<u64>(), ValType::I32);
    assert!(matches!(args(&st, &change(1u64)), Err(RegistryError::Value { .. })));
}
