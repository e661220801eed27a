//! Tests of the gadgets, one row at a time: the bus around a row is played by lists of tuples.

mod counts;
mod families;
mod forgeries;
mod known_bugs;
mod late;
mod operators;
mod runs;
mod wires;

use super::builder::Counts;
use super::check::{Balance, Claim, Event, Tuple};
use super::row::{Gadget, Witness};
use super::shape::{Label, Shape};
use super::{Cs, arithmetic, bits, control, data, num::two_to, product};
use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use zera_proof_rows::row::{Kind, Row};
use zera_proof_rows::step::Access;
use zera_proof_verify::bus;

/// Frame pointer and time of the rows under test.
pub const FP: u64 = 1_000;
pub const TS: u64 = 400;

pub const GADGETS: [(&str, Gadget); 19] = [
    ("Jump", control::jump),
    ("BranchIf", control::branch_if),
    ("BranchTable", control::branch_table),
    ("Call", control::call),
    ("Return", control::ret),
    ("CallIndirect", control::call_indirect),
    ("Enter", control::enter),
    ("Const", data::constant),
    ("Move", data::copy),
    ("Global", data::global),
    ("Select", data::select),
    ("Add", arithmetic::add),
    ("Equal", arithmetic::equal),
    ("LessSigned", arithmetic::less_signed),
    ("Multiply", product::multiply),
    ("Divide", product::divide),
    ("Shift", product::shift),
    ("Bits", bits::bits),
    ("Extend", bits::extend),
];

pub fn gadget(name: &str) -> Gadget {
    use super::form::ALL;
    ALL.into_iter().find(|form| std::format!("{form:?}") == name).unwrap().gadget()
}

/// A row and what the machine does with it, said independently of the circuit.
#[derive(Clone, Debug)]
pub struct Case {
    pub gadget: &'static str,
    pub row: Row,
    pub auxiliary: Option<Row>,
    /// Address, old value, new value.
    pub accesses: Vec<(u64, u64, u64)>,
    pub next: u64,
    pub fp: u64,
    pub gas: u64,
}

impl Case {
    /// A case that goes on with the next row.
    pub fn new(gadget: &'static str, row: Row, accesses: &[(u64, u64, u64)]) -> Self {
        let next = u64::from(row.pc) + 1;
        Self { gadget, row, auxiliary: None, accesses: accesses.to_vec(), next, fp: FP, gas: 0 }
    }

    pub fn witness(&self) -> Witness {
        let mut w = Witness { on: true, row: self.row, ..Witness::default() };
        w.auxiliary = self.auxiliary.unwrap_or(w.auxiliary);
        (w.step.fp, w.step.ts, w.step.next) = (FP as u32, TS as u32, self.next as u32);
        (w.step.kind, w.step.used) = (self.row.kind, self.accesses.len() as u8);
        for (index, (address, old, new)) in self.accesses.iter().enumerate() {
            let before = before(index) as u32;
            w.step.accesses[index] = Access { address: *address, before, old: *old, new: *new };
        }
        w
    }

    /// Every tuple but those of the fixed tables.
    pub fn events(&self) -> Balance {
        let mut out = Balance::default();
        let n = |values: &[u64]| values.iter().map(|value| Fr::from(*value)).collect::<Vec<_>>();
        out.consume(bus::STATE, &n(&[self.row.pc.into(), FP, TS]));
        out.produce(bus::STATE, &n(&[self.next, self.fp, TS + 4]));
        for row in [Some(self.row), self.auxiliary].into_iter().flatten() {
            out.add(program_tuple(&row), -Fr::ONE);
        }
        for (index, (address, old, new)) in self.accesses.iter().enumerate() {
            out.add(cell(*address, before(index), *old), -Fr::ONE);
            out.add(cell(*address, TS + index as u64, *new), Fr::ONE);
        }
        out
    }
}

/// When access number `index` of a row under test was made before.
fn before(index: usize) -> u64 {
    10 + 100 * index as u64
}

pub fn cell(address: u64, time: u64, value: u64) -> Tuple {
    Tuple::new(bus::MEMORY, &[Fr::from(address) + Fr::from(time) * two_to(64), Fr::from(value)])
}

pub fn program_tuple(row: &Row) -> Tuple {
    let small = [row.pc, row.d, row.a, row.b].map(u64::from);
    let rest = [row.imm, row.target.into(), row.op()];
    let fields: Vec<Fr> = small.into_iter().chain(rest).map(Fr::from).collect();
    Tuple::new(bus::PROGRAM, &fields)
}

pub fn row(kind: Kind, flags: u8) -> Row {
    Row { pc: 77, kind, flags, d: 0, a: 0, b: 0, imm: 0, target: 0 }
}

/// Whether a look-up into a fixed table finds something; none for other tuples.
pub fn in_table(event: &Event) -> Option<bool> {
    let number = |index: usize| event.tuple.fields[index];
    let below = |value: Fr, limit: u64| (0..limit).find(|small| Fr::from(*small) == value);
    let rest_zero = |from: usize| event.tuple.fields[from..].iter().all(|field| *field == Fr::ZERO);
    match event.tuple.tag {
        bus::BYTE => Some(below(number(0), 256).is_some() && rest_zero(1)),
        bus::AND4 => Some(match [0, 1, 2].map(|index| below(number(index), 16)) {
            [Some(x), Some(y), Some(z)] => x & y == z && rest_zero(3),
            _ => false,
        }),
        bus::POWER => Some(below(number(0), 65).is_some_and(|e| number(1) == two_to(e)) && rest_zero(2)),
        _ => None,
    }
}

/// What the circuit and the bus say to committed wires that claim to be a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// A constraint is broken, or a tuple is taken that nobody gives.
    Rejected(Label),
    /// It takes and leaves nothing: the state that it should take waits for another row.
    Absent,
    /// Nothing seen from outside is different.
    Same,
    /// Accepted, and it leaves something else.
    Forged,
}

/// A gadget and its shape.
pub struct Rig {
    pub gadget: Gadget,
    pub shape: Shape,
}

impl Rig {
    pub fn new(gadget: Gadget) -> Self {
        let mut cs = Cs::shape();
        gadget(&mut cs, &Witness::default());
        Self { gadget, shape: cs.into_shape() }
    }

    /// Fills the gadget, with forged wires.
    pub fn fill(&self, w: &Witness, forged: &[(&'static str, usize, Fr)]) -> Cs {
        let mut cs = Cs::fill();
        cs.forged = forged.to_vec();
        (self.gadget)(&mut cs, w);
        assert_eq!(cs.counts(), self.counts());
        if !forged.is_empty() {
            cs.fault = None;
        }
        cs
    }

    pub fn counts(&self) -> Counts {
        self.shape.counts
    }

    /// Judges committed wires in surroundings where the honest ones are right: `cells` are further cells that exist.
    pub fn judge(&self, surroundings: &Surroundings, claim: &[Fr], deleted: &[&str]) -> Verdict {
        let kept = |label: &Label| !deleted.contains(&label.family);
        let claim = Claim { inputs: &[], committed: claim };
        if let Some(label) = self.shape.broken(claim).find(kept) {
            return Verdict::Rejected(label);
        }
        let mut left = Balance::default();
        let mut given = surroundings.given.clone();
        for event in self.shape.events(claim).into_iter().filter(|event| event.count != Fr::ZERO) {
            let taken = event.count == -Fr::ONE;
            let place = given.iter().position(|tuple| taken && *tuple == event.tuple);
            match in_table(&event) {
                Some(found) if found && taken => {}
                Some(_) if kept(&event.label) => return Verdict::Rejected(event.label),
                Some(_) => {}
                None if taken && place.is_none() => return Verdict::Rejected(event.label),
                None if taken => {
                    given.swap_remove(place.unwrap());
                }
                // The verifier takes the entries of the log as they are, so nobody else takes another one.
                None if event.tuple.tag == bus::LOG && !surroundings.leaves.has(&event.tuple) => {
                    return Verdict::Rejected(event.label);
                }
                None => left.add(event.tuple, event.count),
            }
        }
        let gas = self.shape.gas_sum(claim);
        if given.len() == surroundings.given.len() && left.is_zero() && gas == Fr::ZERO {
            return Verdict::Absent;
        }
        if left == surroundings.leaves && gas == surroundings.gas { Verdict::Same } else { Verdict::Forged }
    }
}

/// What stands around a row: tuples that it may take, and what an honest one leaves.
pub struct Surroundings {
    pub given: Vec<Tuple>,
    pub leaves: Balance,
    pub gas: Fr,
}

impl Surroundings {
    /// Of an honest filling.
    pub fn of(rig: &Rig, honest: &[Fr]) -> Self {
        let claim = Claim { inputs: &[], committed: honest };
        let mut leaves = Balance::default();
        let mut given = Vec::new();
        for event in rig.shape.events(claim) {
            match in_table(&event) {
                None if event.count == -Fr::ONE => given.push(event.tuple),
                None if event.count != Fr::ZERO => leaves.add(event.tuple, event.count),
                _ => {}
            }
        }
        Self { given, leaves, gas: rig.shape.gas_sum(claim) }
    }
}
