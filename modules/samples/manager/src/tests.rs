//! The manager and followers on the test chain.

use super::manager::exports::EXPORTS;
use vault_v1::vault::exports::EXPORTS as V1;
use vault_v2::vault::exports::EXPORTS as V2;
use zera::prelude::*;
use zera::testing::Chain;

const ADMIN: AccountId = AccountId([1; 32]);
const ANN: AccountId = AccountId([2; 32]);
const SALT: Hash = Hash([5; 32]);

fn chain() -> (Chain, ModuleId, [Hash; 2]) {
    let mut chain = Chain::new();
    let codes = [chain.store(V1, "new"), chain.store(V2, "new")];
    let manager = chain.deploy(ADMIN, EXPORTS, "new", &(ADMIN,)).unwrap();
    chain.call::<()>(ADMIN, manager, "release", &("vault", codes[0])).unwrap();
    (chain, manager, codes)
}

fn follower(chain: &mut Chain, manager: ModuleId, salt: u8) -> ModuleId {
    let args = (ANN,).encode();
    chain.call(ANN, manager, "spawn", &("vault", Hash([salt; 32]), args)).unwrap()
}

#[test]
fn one_release_moves_the_whole_fleet_but_who_is_pinned() {
    let (mut chain, manager, codes) = chain();
    let fleet: Vec<ModuleId> = (1..=5).map(|salt| follower(&mut chain, manager, salt)).collect();
    chain.call::<()>(ANN, fleet[4], "stay", &(codes[0],)).unwrap();
    chain.call::<()>(ADMIN, manager, "release", &("vault", codes[1])).unwrap();
    let versions: Vec<u32> = fleet.iter().map(|id| chain.call(ANN, *id, "version", &()).unwrap()).collect();
    assert_eq!(versions, [2, 2, 2, 2, 1]);
    chain.call::<()>(ANN, fleet[4], "stay", &(Hash::default(),)).unwrap();
    assert_eq!(chain.call(ANN, fleet[4], "version", &()), Ok(2u32));
    let refused = chain.call::<()>(ADMIN, manager, "delete", &("vault",));
    assert_eq!(refused, Err("modules follow this tag".into()));
}

#[test]
fn notice_holds_a_release_back() {
    let (mut chain, manager, codes) = chain();
    chain.call::<()>(ADMIN, manager, "release_with_notice", &("slow", codes[0], 10u64)).unwrap();
    chain.call::<()>(ADMIN, manager, "release", &("slow", codes[1])).unwrap();
    chain.pass(9);
    assert_eq!(chain.call(ANN, manager, "get", &("slow",)), Ok(Some(codes[0])));
    chain.pass(1);
    assert_eq!(chain.call(ANN, manager, "get", &("slow",)), Ok(Some(codes[1])));
    let twice = chain.call::<()>(ADMIN, manager, "release_with_notice", &("slow", codes[0], 1u64));
    assert_eq!(twice, Err("there is such a tag already".into()));
    chain.call::<()>(ADMIN, manager, "delete", &("slow",)).unwrap();
    assert_eq!(chain.call(ANN, manager, "get", &("slow",)), Ok(None::<Hash>));
}

#[test]
fn refuses_in_words() {
    let (mut chain, manager, codes) = chain();
    let only = Err("only the admin may do this".to_owned());
    assert_eq!(chain.call::<()>(ANN, manager, "release", &("vault", codes[1])), only);
    assert_eq!(chain.call::<()>(ANN, manager, "delete", &("vault",)), only);
    let missing = chain.call::<()>(ADMIN, manager, "release", &("vault", Hash([9; 32])));
    assert_eq!(missing, Err("this code is not in the code store".into()));
    let itself = chain.call::<()>(ADMIN, manager, "follow", &(manager, "vault"));
    assert!(itself.unwrap_err().contains("itself"));
    let nowhere = chain.call::<ModuleId>(ANN, manager, "spawn_bare", &("nothing", SALT));
    assert_eq!(nowhere, Err("there is no such tag".into()));
    chain.call::<ModuleId>(ANN, manager, "spawn_bare", &("vault", SALT)).unwrap();
    let again = chain.call::<ModuleId>(ANN, manager, "spawn_bare", &("vault", SALT));
    assert_eq!(again, Err("this module exists already".into()));
    assert_eq!(
        chain.call::<()>(ADMIN, manager, "set_stable", &(codes[0],)),
        Err("only an enacted proposal may set this".into())
    );
}
