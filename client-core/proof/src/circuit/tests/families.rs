//! Families that all rows share, each with a forgery that it stops and that one row alone cannot show.

use super::*;

fn events(rig: &Rig, claim: &[Fr]) -> Balance {
    let mut out = Balance::default();
    let events = rig.shape.events(Claim { inputs: &[], committed: claim });
    out.extend(events.into_iter().filter(|event| in_table(event) != Some(true)));
    out
}

fn broken(rig: &Rig, claim: &[Fr]) -> Vec<&'static str> {
    rig.shape.broken(Claim { inputs: &[], committed: claim }).map(|label| label.family).collect()
}

/// A row counted minus once undoes one that never ran: of both together only a changed cell is left.
#[test]
fn rows_cannot_run_backwards() {
    let rig = Rig::new(gadget("Const"));
    let case = &operators::cases("Const")[3];
    let run = rig.fill(&case.witness(), &[]).committed().to_vec();
    let mut other = case.witness();
    other.step.accesses[0].old = 123_456;
    let undone = rig.fill(&other, &[("on", 0, -Fr::ONE)]).committed().to_vec();
    assert_eq!(broken(&rig, &run), Vec::<&str>::new());
    assert_eq!(broken(&rig, &undone), ["on"]);
    let mut left = events(&rig, &run);
    for (tuple, count) in events(&rig, &undone).left() {
        left.add(*tuple, *count);
    }
    let (address, old, _) = case.accesses[0];
    let mut changed = Balance::default();
    changed.add(cell(address, before(0), old), -Fr::ONE);
    changed.add(cell(address, before(0), 123_456), Fr::ONE);
    assert_eq!(left, changed, "without the family a cell changes and nothing else does");
}

/// A read that takes what is written later.
#[test]
fn reads_cannot_see_the_future() {
    let rig = Rig::new(gadget("Move"));
    let case = &operators::cases("Move")[3];
    let later = cell(case.accesses[0].0, TS + 1_000, 77);
    let mut w = case.witness();
    (w.step.accesses[0].old, w.step.accesses[0].before) = (77, 0);
    let waited = [("order", 0, -Fr::from(1_001_u64)), ("order", 1, Fr::ZERO), ("order", 2, Fr::ZERO)];
    let claim = rig.fill(&w, &waited).committed().to_vec();
    let honest = rig.fill(&case.witness(), &[]).committed().to_vec();
    let mut surroundings = Surroundings::of(&rig, &honest);
    surroundings.given.push(later);
    let order = Label { part: "Move", family: "order" };
    assert_eq!(rig.judge(&surroundings, &claim, &[]), Verdict::Rejected(order));
    assert_eq!(rig.judge(&surroundings, &claim, &["order"]), Verdict::Forged);
}

/// A jump's row run as a branch: a flag of −8 makes the operation's number that of the other kind.
#[test]
fn a_flag_cannot_turn_a_row_into_another_kind() {
    let rig = Rig::new(gadget("BranchIf"));
    let honest = operators::cases("BranchIf").remove(0);
    let jump = Row { kind: Kind::Jump, flags: 0, ..honest.row };
    let mut surroundings = Surroundings::of(&rig, rig.fill(&honest.witness(), &[]).committed());
    surroundings.given.retain(|tuple| tuple.tag != bus::PROGRAM);
    surroundings.given.push(program_tuple(&jump));
    let flag = (jump.op() as i64 - (Kind::BranchIf as i64) * 64) / i64::from(zera_proof_rows::row::INVERT);
    let claim = rig.fill(&honest.witness(), &[("flag", 0, Fr::from(flag))]);
    let next = honest.witness().row.pc;
    assert_ne!(next, 0);
    let verdict = rig.judge(&surroundings, claim.committed(), &[]);
    assert_eq!(verdict, Verdict::Rejected(Label { part: "BranchIf", family: "flag" }));
    assert_eq!(rig.judge(&surroundings, claim.committed(), &["flag"]), Verdict::Forged);
}

/// Gas that no step took, below zero if one likes.
#[test]
fn padding_takes_no_gas() {
    let rig = Rig::new(gadget("Jump"));
    let mut w = Witness::default();
    w.row.imm = 5;
    let claim = rig.fill(&w, &[]).committed().to_vec();
    let surroundings = Surroundings { given: Vec::new(), leaves: Balance::default(), gas: Fr::ZERO };
    let gas = Label { part: "Jump", family: "gas only when on" };
    assert_eq!(rig.judge(&surroundings, &claim, &[]), Verdict::Rejected(gas));
    assert_eq!(rig.judge(&surroundings, &claim, &["gas only when on"]), Verdict::Forged);
}
