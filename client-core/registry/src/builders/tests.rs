//! Only registered builders count, each once.

use super::*;
use crate::testing::{ALICE, BOB, Spec, ctx, deployed, store};
use zera_primitives::Params;

fn builder(account: AccountId, name: &str) -> Builder {
    Builder { account, name: name.into() }
}

#[test]
fn only_the_registered_speak_and_each_once() {
    let mut st = deployed(&Spec::default());
    let params = Params::demo();
    let code = store(&mut st, &Spec::default().scale("other").bytes());
    let other = Hash::of(b"other");
    let say = |st: &mut _, who: &AccountId, rebuilt| attest(st, &ctx(&params), who, &code, rebuilt, other);
    assert_eq!(say(&mut st, &ALICE, code), Err(RegistryError::NoBuilder));
    let list = changed(&st, &[builder(BOB, "b"), builder(ALICE, "a")], &[]).unwrap();
    put(&mut st, &list);
    assert_eq!(say(&mut st, &ALICE, code), Ok(Verdicts { agree: 1, differ: 0 }));
    assert_eq!(say(&mut st, &BOB, other), Ok(Verdicts { agree: 1, differ: 1 }));
    assert_eq!(say(&mut st, &BOB, code), Ok(Verdicts { agree: 2, differ: 0 }), "a later word replaces");
    let list = changed(&st, &[], &[ALICE]).unwrap();
    put(&mut st, &list);
    assert_eq!(verdicts(&st, &code), Ok(Verdicts { agree: 1, differ: 0 }), "who was struck counts no more");
    assert_eq!(attestations(&st, &code).unwrap().len(), 2, "but what was said stays readable");
    let unknown = attest(&mut st, &ctx(&params), &BOB, &other, other, other);
    assert_eq!(unknown, Err(RegistryError::CodeMissing(other)));
}

#[test]
fn a_change_of_the_list_is_checked() {
    let st = deployed(&Spec::default());
    assert!(changed(&st, &[], &[]).is_err());
    assert!(changed(&st, &[builder(BOB, " ")], &[]).is_err());
    assert!(changed(&st, &[builder(BOB, &"x".repeat(65))], &[]).is_err());
    assert!(changed(&st, &[], &[BOB]).is_err());
    let many: Vec<Builder> = (0..=64u8).map(|n| builder(AccountId([n; 32]), "n")).collect();
    assert!(changed(&st, &many, &[]).is_err());
    let renamed = changed(&st, &[builder(BOB, "one"), builder(BOB, "two")], &[]).unwrap();
    assert_eq!(renamed, [builder(BOB, "two")]);
}
