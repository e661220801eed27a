//! Every committed wire of honest rows, changed alone: a constraint breaks, or a tuple is taken that nobody gives. The
//! only exception is reviewed: the inverse of a number that is zero, which stands in no tuple and decides nothing.

use super::*;

/// Values to put in place of one.
fn changes(value: Fr, seed: &mut u64) -> Vec<Fr> {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let shifts = [Fr::ONE, -Fr::ONE, Fr::from(16_u64), Fr::from(256_u64), two_to(32), two_to(64), Fr::from(*seed)];
    let mut out: Vec<Fr> = shifts.iter().map(|shift| value + shift).collect();
    out.extend([Fr::ZERO, Fr::ONE, Fr::ONE - value, -value, two_to(8).inverse().unwrap(), value + two_to(250)]);
    out.retain(|change| *change != value);
    out
}

/// Wires that may have any value: (part, value of the number whose inverse it is).
fn reviewed(rig: &Rig, wire: usize, claim: Claim<'_>) -> bool {
    use crate::circuit::num::Wire;
    let this = Wire::Committed(wire as u32);
    let mut stands = rig.shape.constraints.iter().filter(|c| [&c.a, &c.b, &c.c].iter().any(|s| has(s, this)));
    let Some(only) = stands.next() else { return false };
    let inverse = ["condition", "equal", "type"].contains(&only.label.family) && has(&only.b, this);
    inverse && stands.next().is_none() && claim.sum(&only.a) == Fr::ZERO
}

fn has(sum: &crate::circuit::num::Sum, wire: crate::circuit::num::Wire) -> bool {
    sum.iter().any(|(other, _)| *other == wire)
}

/// Tries every change of one wire of an honest row.
#[derive(Default)]
pub struct Scan {
    pub tried: usize,
    pub free: usize,
    seed: u64,
}

impl Scan {
    /// Looks at `w`; `known` says which other accepted changes are reviewed.
    pub fn row(&mut self, rig: &Rig, w: &Witness, known: impl Fn(Verdict) -> bool) {
        let honest = rig.fill(w, &[]).committed().to_vec();
        let surroundings = Surroundings::of(rig, &honest);
        assert_eq!(rig.judge(&surroundings, &honest, &[]), Verdict::Same);
        for wire in 0..honest.len() {
            for change in changes(honest[wire], &mut self.seed) {
                let mut claim = honest.clone();
                claim[wire] = change;
                self.tried += 1;
                let verdict = rig.judge(&surroundings, &claim, &[]);
                if matches!(verdict, Verdict::Rejected(_) | Verdict::Absent) {
                    continue;
                }
                let inverse = verdict == Verdict::Same && reviewed(rig, wire, Claim { inputs: &[], committed: &claim });
                assert!(inverse || known(verdict), "{verdict:?} wire {wire} from {} to {change} {w:?}", honest[wire]);
                self.free += 1;
            }
        }
    }
}

#[test]
fn no_wire_is_free() {
    let mut scan = Scan::default();
    for (name, gadget) in GADGETS {
        let rig = Rig::new(gadget);
        let cases = operators::cases(name);
        for case in cases.iter().step_by(cases.len().div_ceil(25)) {
            scan.row(&rig, &case.witness(), |_| false);
        }
    }
    std::println!("{} changes of one wire; {} of inverses of zero changed nothing", scan.tried, scan.free);
}

#[test]
fn padding_cannot_be_made_to_say_anything() {
    let mut seed = 11;
    for (_, gadget) in GADGETS {
        let rig = Rig::new(gadget);
        let honest = rig.fill(&Witness::default(), &[]).committed().to_vec();
        let surroundings = Surroundings { given: Vec::new(), leaves: Balance::default(), gas: Fr::ZERO };
        for wire in 0..honest.len() {
            for change in changes(honest[wire], &mut seed) {
                let mut claim = honest.clone();
                claim[wire] = change;
                assert_ne!(rig.judge(&surroundings, &claim, &[]), Verdict::Forged);
            }
        }
    }
}
