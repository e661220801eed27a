//! What follows the challenge: matrices and assignments agree, and each late family is needed.

use super::*;
use crate::circuit::late::CircuitError;
use alloc::collections::BTreeMap;
use ark_ff::PrimeField;
use zera_proof_verify::Challenge;

fn challenge() -> Challenge {
    let beta = two_to(200) + Fr::from(12_345_u64);
    Challenge::new(beta, beta.square() + Fr::from(678_u64))
}

fn value(row: &[(Fr, u32)], wires: &[Fr]) -> Fr {
    row.iter().map(|(c, wire)| *c * wires[*wire as usize]).sum()
}

#[test]
fn filled_segments_satisfy_the_matrices() {
    let mut shape = Cs::shape();
    let mut cs = Cs::fill();
    for (name, gadget) in GADGETS {
        for case in operators::cases(name).iter().step_by(101) {
            gadget(&mut shape, &Witness::default());
            gadget(&mut cs, &case.witness());
        }
        gadget(&mut shape, &Witness::default());
        gadget(&mut cs, &Witness::default());
    }
    assert_eq!(shape.counts(), cs.counts());
    let (shape, assignment) = (shape.into_shape(), cs.finish(&challenge()).unwrap());
    let matrices = shape.matrices();
    assert_eq!(matrices.wires, assignment.wires.len());
    assert_eq!(matrices.inputs, assignment.inputs + 1);
    assert_eq!(matrices.committed, assignment.committed);
    assert_eq!((matrices.a.len(), matrices.b.len()), (shape.counts.constraints, matrices.c.len()));
    assert_eq!(shape.unsatisfied(&assignment.wires), []);
    for ((a, b), c) in matrices.a.iter().zip(&matrices.b).zip(&matrices.c) {
        let [a, b, c] = [a, b, c].map(|row| value(row, &assignment.wires));
        assert_eq!(a * b, c);
    }
    let used: alloc::collections::BTreeSet<u32> =
        [&matrices.a, &matrices.b, &matrices.c].into_iter().flatten().flatten().map(|(_, wire)| *wire).collect();
    assert_eq!(used.len(), matrices.wires, "every wire stands in a constraint");
}

#[test]
fn sums_are_the_verifiers() {
    let case = &operators::cases("Jump")[0];
    let rig = Rig::new(gadget("Jump"));
    let assignment = rig.fill(&case.witness(), &[]).finish(&challenge()).unwrap();
    let challenge = challenge();
    let mut bus = bus::Bus::new(&challenge);
    let claim = &assignment.wires[1 + assignment.inputs..][..assignment.committed];
    for event in rig.shape.events(Claim { inputs: &[], committed: claim }) {
        let fields = event.tuple.fields.map(|field| field.into_bigint().0[0]);
        if event.count == Fr::ONE {
            bus.produce(event.tuple.tag, &fields);
        } else if event.count == -Fr::ONE {
            bus.consume(event.tuple.tag, &fields);
        }
    }
    assert_eq!(bus.sum().unwrap(), assignment.bus_sum());
}

/// A prover who may choose one late wire freely, and makes the rest fit, breaks exactly the family of that wire.
#[test]
fn each_late_family_alone_holds_its_wires() {
    let rig = Rig::new(gadget("Bits"));
    let honest = rig.fill(&operators::cases("Bits")[3].witness(), &[]).finish(&challenge()).unwrap();
    let first_late = 1 + honest.inputs + honest.committed;
    let families: BTreeMap<usize, Label> =
        rig.shape.labels().into_iter().skip(rig.shape.constraints.len()).enumerate().collect();
    for (late, label) in families.into_iter().filter(|(_, label)| label.part != "sums") {
        let mut forged = honest.clone();
        forged.wires[first_late + late] += Fr::ONE;
        rig.shape.refit(&challenge(), &mut forged, late);
        let broken = rig.shape.unsatisfied(&forged.wires);
        assert_eq!(broken.iter().map(|(_, label)| *label).collect::<Vec<_>>(), [label]);
        assert_ne!(forged.bus_sum(), honest.bus_sum(), "{label:?}");
    }
    for (input, family) in [(8, "bus sum"), (9, "gas sum")] {
        let mut forged = honest.clone();
        forged.wires[1 + input] += Fr::ONE;
        let broken = rig.shape.unsatisfied(&forged.wires);
        assert_eq!(broken.iter().map(|(_, label)| label.family).collect::<Vec<_>>(), [family]);
    }
}

#[test]
fn a_challenge_that_hits_a_tuple_is_refused() {
    let rig = Rig::new(gadget("Return"));
    let cs = rig.fill(&operators::cases("Return")[0].witness(), &[]);
    let beta = challenge().powers[0];
    let byte = cs.events().find(|event| event.tuple.tag == bus::BYTE).unwrap();
    let gamma = byte.tuple.fields[0] + challenge().powers[6] * Fr::from(bus::BYTE);
    assert_eq!(cs.finish(&Challenge::new(beta, gamma)), Err(CircuitError::Challenge));
}

#[test]
fn dishonest_fillings_are_named() {
    let rig = Rig::new(gadget("Add"));
    let case = &operators::cases("Add")[5];
    let mut cs = Cs::fill();
    cs.forged = alloc::vec![("carry", 0, Fr::from(2_u64))];
    (rig.gadget)(&mut cs, &case.witness());
    let fault = cs.finish(&challenge()).unwrap_err();
    assert_eq!(fault, CircuitError::Unsatisfied { part: "Add", family: "carry" });
}
