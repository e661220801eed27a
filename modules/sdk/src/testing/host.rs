//! The host functions over the test chain; the same signatures as `host.rs` has for guests.

use super::{
    Frame, WORLD,
    world::{self, Deployed, Executable, Tag, World},
};
use crate::env::CallerKind;

pub(crate) fn input() -> Vec<u8> {
    WORLD.with_borrow_mut(|world| world.frame().input.clone())
}

pub(crate) fn output_write(bytes: &[u8]) {
    WORLD.with_borrow_mut(|world| world.frame().output.extend_from_slice(bytes));
}

pub(crate) fn storage_get(key: &[u8]) -> Option<Vec<u8>> {
    WORLD.with_borrow_mut(|world| world.module().storage.get(key).cloned())
}

pub(crate) fn storage_set(key: &[u8], value: &[u8]) {
    if key.is_empty() || key.len() > 256 || value.len() > 65_536 {
        fail("a key has 1 to 256 bytes, a value at most 65,536");
    }
    WORLD.with_borrow_mut(|world| world.module().storage.insert(key.to_vec(), value.to_vec()));
}

pub(crate) fn storage_remove(key: &[u8]) {
    WORLD.with_borrow_mut(|world| world.module().storage.remove(key));
}

pub(crate) fn old_storage_get(key: &[u8]) -> Option<Vec<u8>> {
    WORLD.with_borrow_mut(|world| match &world.module().old {
        Some(old) => old.get(key).cloned(),
        None => fail("there is no migration"),
    })
}

pub(crate) fn old_storage_next(key: &[u8]) -> Option<Vec<u8>> {
    WORLD.with_borrow_mut(|world| match &world.module().old {
        Some(old) => old.keys().find(|candidate| candidate.as_slice() > key).cloned(),
        None => fail("there is no migration"),
    })
}

pub(crate) fn caller() -> [u8; 32] {
    WORLD.with_borrow_mut(|world| world.frame().caller)
}

pub(crate) fn caller_kind() -> i32 {
    match WORLD.with_borrow_mut(|world| world.frame().kind) {
        CallerKind::Account => 0,
        CallerKind::Module => 1,
        CallerKind::Governance => 2,
        CallerKind::Runtime => 3,
    }
}

pub(crate) fn self_id() -> [u8; 32] {
    WORLD.with_borrow_mut(|world| world.frame().module)
}

pub(crate) fn value() -> u128 {
    WORLD.with_borrow_mut(|world| world.frame().value)
}

pub(crate) fn balance(account: &[u8; 32]) -> u128 {
    WORLD.with_borrow_mut(|world| world.balance(account))
}

pub(crate) fn transfer(to: &[u8; 32], amount: u128) {
    let from = self_id();
    if let Err(error) = WORLD.with_borrow_mut(|world| world.transfer(from, *to, amount)) {
        fail(&error);
    }
}

pub(crate) fn slot() -> u64 {
    WORLD.with_borrow(|world| world.slot)
}

pub(crate) fn height() -> u64 {
    WORLD.with_borrow(|world| world.height)
}

pub(crate) fn call_module(module: &[u8; 32], entry: &str, args: &[u8], value: u128) -> Vec<u8> {
    let frame = Frame::new(*module, self_id(), CallerKind::Module).with(value, args.to_vec());
    if let Err(error) = WORLD.with_borrow_mut(|world| world.enter(frame)) {
        fail(&error);
    }
    // A callee that fails ends the caller too: the unwinding passes through.
    world::run_entry(*module, entry);
    WORLD.with_borrow_mut(World::leave)
}

pub(crate) fn emit_event(topic: &[u8], data: &[u8]) {
    let topic = String::from_utf8_lossy(topic).into_owned();
    WORLD.with_borrow_mut(|world| world.events.push((topic, data.to_vec())));
}

pub(crate) fn blake3(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

pub(crate) fn fail(reason: &str) -> ! {
    world::fail(reason)
}

/// Runs `change` on the world and the id of the running module; fails the call with its words.
fn changed<R>(change: impl FnOnce(&mut World, [u8; 32]) -> Result<R, &'static str>) -> R {
    let me = self_id();
    WORLD.with_borrow_mut(|world| change(world, me)).unwrap_or_else(|why| fail(why))
}

fn check_code(world: &World, code: &[u8; 32]) -> Result<(), &'static str> {
    if world.codes.contains_key(code) { Ok(()) } else { Err("this code is not in the code store") }
}

pub(crate) fn set_contract_wasm_ref(tag: &[u8], code: &[u8; 32]) {
    changed(|world, me| {
        check_code(world, code)?;
        if matches!(world.modules[&me].executable, Executable::Tag { .. }) {
            return Err("a follower cannot manage tags");
        }
        let (old, slot) = (world.tag(&me, tag), world.slot);
        let made = Tag { code: *code, notice: 0, pending: None };
        let tag = world.tags.entry((me, tag.to_vec())).or_insert(made);
        let from = slot.saturating_add(tag.notice);
        (tag.code, tag.pending) = old.filter(|_| from > slot).map_or((*code, None), |old| (old, Some((*code, from))));
        Ok(())
    });
}

pub(crate) fn create_contract_wasm_ref(tag: &[u8], code: &[u8; 32], notice: u64) {
    if WORLD.with_borrow(|world| world.tags.contains_key(&(me(world), tag.to_vec()))) {
        fail("there is such a tag already");
    }
    set_contract_wasm_ref(tag, code);
    changed(|world, me| {
        world.tags.insert((me, tag.to_vec()), Tag { code: *code, notice, pending: None });
        Ok(())
    });
}

fn me(world: &World) -> [u8; 32] {
    world.frames.last().map_or([0; 32], |frame| frame.module)
}

pub(crate) fn delete_contract_wasm_ref(tag: &[u8]) {
    changed(|world, me| {
        let follows = |deployed: &Deployed| match &deployed.executable {
            Executable::Tag { manager, tag: followed, .. } => *manager == me && followed == tag,
            Executable::Own(_) => false,
        };
        if world.modules.values().any(follows) {
            return Err("modules follow this tag");
        }
        world.tags.remove(&(me, tag.to_vec())).map(|_| ()).ok_or("there is no such tag")
    });
}

pub(crate) fn get_contract_wasm_ref(manager: &[u8; 32], tag: &[u8]) -> Option<[u8; 32]> {
    WORLD.with_borrow(|world| world.tag(manager, tag))
}

pub(crate) fn create_contract_with_external_ref(manager: &[u8; 32], tag: &[u8], salt: &[u8; 32]) -> [u8; 32] {
    let id = blake3(&[self_id(), *salt].concat());
    changed(|world, _| {
        world.tag(manager, tag).ok_or("there is no such tag")?;
        let executable = Executable::Tag { manager: *manager, tag: tag.to_vec(), pin: None };
        match world.modules.insert(id, Deployed::new(executable)) {
            None => Ok(()),
            Some(_) => Err("this module exists already"),
        }
    });
    id
}

pub(crate) fn create_contract_with_external_ref_and_constructor(
    manager: &[u8; 32],
    tag: &[u8],
    salt: &[u8; 32],
    args: &[u8],
    value: u128,
) -> [u8; 32] {
    let id = create_contract_with_external_ref(manager, tag, salt);
    let constructor = changed(|world, _| {
        let code = world.resolve(&id).and_then(|code| world.codes.get(&code));
        code.and_then(|code| code.constructor).ok_or("this code has no constructor")
    });
    let frame = Frame::new(id, self_id(), CallerKind::Runtime).with(value, args.to_vec());
    if let Err(error) = WORLD.with_borrow_mut(|world| world.enter(frame)) {
        fail(&error);
    }
    world::run_entry(id, constructor);
    WORLD.with_borrow_mut(World::leave);
    id
}

pub(crate) fn update_current_contract_executable_ref(manager: &[u8; 32], tag: &[u8]) {
    changed(|world, me| {
        world.tag(manager, tag).ok_or("there is no such tag")?;
        if *manager == me || world.tags.keys().any(|(owner, _)| *owner == me) {
            return Err("a module follows neither itself nor while it has tags");
        }
        world.module().executable = Executable::Tag { manager: *manager, tag: tag.to_vec(), pin: None };
        Ok(())
    });
}

pub(crate) fn pin_current_contract_executable(code: &[u8; 32]) {
    changed(|world, _| {
        let to = Some(*code).filter(|code| *code != [0; 32]);
        if let Some(code) = &to {
            check_code(world, code)?;
        }
        match &mut world.module().executable {
            Executable::Tag { pin, .. } => *pin = to,
            Executable::Own(_) => return Err("the module follows no tag"),
        }
        Ok(())
    });
}

pub(crate) fn update_current_contract_wasm(code: &[u8; 32]) {
    changed(|world, _| {
        check_code(world, code)?;
        world.module().executable = Executable::Own(*code);
        Ok(())
    });
}

pub(crate) fn get_address_executable(module: &[u8; 32]) -> Option<(i32, [u8; 32])> {
    WORLD.with_borrow(|world| {
        let source = match &world.modules.get(module)?.executable {
            Executable::Own(_) => 0,
            Executable::Tag { pin: None, .. } => 1,
            Executable::Tag { pin: Some(_), .. } => 2,
        };
        Some((source, world.resolve(module)?))
    })
}

pub(crate) fn apply_wasm_module_upgrade(_: &[u8; 32], _: &[u8; 32], _: u32, _: Option<&[u8; 32]>) {
    fail("only the code of an executable proposal applies upgrades; the test chain has none");
}

pub(crate) fn log_execution_for_proof(context: &[u8]) {
    match core::str::from_utf8(context) {
        Ok(name) if (1..=128).contains(&name.len()) => WORLD.with_borrow_mut(|world| world.logged.push(name.into())),
        _ => fail("a name has 1 to 128 bytes of UTF-8"),
    }
}

pub(crate) fn has_execution_trace(transaction: &[u8; 32]) -> bool {
    WORLD.with_borrow(|world| world.receipts.contains(transaction))
}

pub(crate) fn trigger_zk_proof_generation(transaction: &[u8; 32]) {
    if !has_execution_trace(transaction) {
        fail("the chain keeps no receipt of this transaction");
    }
    WORLD.with_borrow_mut(|world| world.requested.insert(*transaction));
}

pub(crate) fn verify_execution_proof(proof: &[u8], statement: &[u8; 32]) -> bool {
    WORLD.with_borrow(|world| world.proofs.get(proof) == Some(statement))
}

pub(crate) fn verify_groth16(key: &[u8], proof: &[u8], public: &[u8]) -> bool {
    WORLD.with_borrow(|world| world.groth16.contains(&[key.to_vec(), proof.to_vec(), public.to_vec()]))
}
