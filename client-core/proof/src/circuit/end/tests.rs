//! Forgeries by name on the end segment: each is rejected by the family that it names, passes once that family is
//! deleted, and then says something else on the bus. What no constraint stops, the bus shows.

use super::{EndSize, EndWitness, end, witness::GrownSlot, witness::WordSlot};
use crate::circuit::{
    Cs,
    blinds::Blinds,
    builder::Tables,
    check::{Balance, Claim},
    shape::Shape,
    tests::in_table,
};
use alloc::{collections::BTreeSet, vec, vec::Vec};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use zera_proof_rows::space::{HALT, MEMORY, TRAP};
use zera_proof_verify::{bus, inputs::EndInputs};

const SIZE: EndSize = EndSize { rows: 2, registers: 3, words: 4, grown: 3, hidden_log: 1 };

type Wire = (&'static str, usize, Fr);

fn n(value: u64) -> Fr {
    Fr::from(value)
}

fn honest() -> EndWitness {
    let word = |word, data, value, ts| WordSlot { word, data, value, ts };
    let grown = |on, word| GrownSlot { on, word, start: 1, end: 2, born: 20, value: 5, ts: 30 };
    let mut inputs = EndInputs { pc: HALT, result_public: true, result: 42, words: 8_192, ..EndInputs::default() };
    (inputs.hidden[0], inputs.narrow[0]) = (true, true);
    let mut specials = vec![(0, 0); 64];
    specials[0] = (2, 20);
    EndWitness {
        inputs,
        rows: vec![([5, 1, 2, 3, 4, 5, 6], 1)],
        registers: vec![(42, 9), (7, 3), (0, 0)],
        specials,
        words: vec![word(-1, false, 0, 0), word(3, true, 11, 0), word(10, false, 12, 13), word(20, false, 0, 0)],
        grown: vec![grown(true, 8_192), grown(true, 8_200), grown(false, 8_201)],
        arguments: [77, 0, 0, 0, 0, 0, 0, 0],
        hidden_log: vec![[0, (2 << 16) + 1, 10, 3, 99]],
        last: (HALT, 0, 100),
    }
}

fn fill(witness: &EndWitness, wires: &[Wire]) -> Cs {
    let mut cs = Cs::fill();
    // A wire of no family: the filling need not hold.
    cs.forged = wires.iter().copied().chain([("", 0, Fr::ZERO)]).collect();
    end(&mut cs, &SIZE, witness, &Blinds::default(), &Tables::default());
    cs
}

fn shape() -> Shape {
    let mut cs = Cs::shape();
    end(&mut cs, &SIZE, &EndWitness::default(), &Blinds::default(), &Tables::default());
    cs.into_shape()
}

/// What the segment says on the bus, tables apart; or the family that stops it.
fn judge(shape: &Shape, cs: &Cs, deleted: &str) -> Result<Balance, &'static str> {
    let claim = Claim { inputs: cs.free_inputs(), committed: cs.committed() };
    if let Some(label) = shape.broken(claim).find(|label| label.family != deleted) {
        return Err(label.family);
    }
    let mut out = Balance::default();
    for event in shape.events(claim) {
        match in_table(&event) {
            // The segment's own tables.
            Some(_) if event.label.part == "fixed tables" => {}
            Some(found) if !found && event.label.family != deleted => return Err(event.label.family),
            Some(_) => {}
            None => out.add(event.tuple, event.count),
        }
    }
    Ok(out)
}

/// A cell of the initial memory that the run wrote.
fn touched(word: i64) -> WordSlot {
    WordSlot { word, data: false, value: 9, ts: 14 }
}

/// A word one above its growth, and a filler behind it.
fn above() -> [GrownSlot; 2] {
    let slot = GrownSlot { on: true, word: 16_384, start: 1, end: 2, born: 20, value: 5, ts: 30 };
    [slot, GrownSlot { word: 16_385, start: 2, end: 3, ..GrownSlot::default() }]
}

type Change = fn(&mut EndWitness);

#[test]
fn forgeries_are_rejected_and_pass_without_their_family() {
    let same: Change = |_| {};
    // 9 · 2^64 + 1: the final tuple of register 1 in register 0's place.
    let other_register = n(9) + bus_shift().inverse().expect("not zero");
    let forgeries: Vec<(&str, &'static str, Change, Vec<Wire>)> = vec![
        ("duplicate cell", "growing words", |w| w.words[3] = touched(10), vec![]),
        ("duplicate cell, unsorted", "growing words", |w| w.words[0] = touched(10), vec![]),
        ("a word above the initial memory", "words below the end", |w| w.words[3] = touched(8_192), vec![]),
        ("a word counted twice", "data flag", same, vec![("data flag", 2, -Fr::ONE)]),
        ("duplicate grown cell", "growing words", |w| w.grown[1].word = 8_192, vec![]),
        ("grown word above its growth", "word in its growth", |w| w.grown[1..].clone_from_slice(&above()), vec![]),
        ("grown word below its growth", "word in its growth", |w| w.grown[0].word = 8_191, vec![]),
        ("a grown word that begins twice", "grown flag", same, vec![("grown flag", 0, n(2))]),
        ("skipped halt", "expected end", |w| w.last.0 = 77, vec![]),
        ("a trap for a halt", "expected end", |w| w.last.0 = TRAP, vec![]),
        ("another result", "result", |w| w.registers[0].0 = 43, vec![]),
        ("the result of another register", "result time", same, vec![("result time", 0, other_register)]),
        ("a wide argument for a narrow one", "narrow argument", |w| w.arguments[0] = 1 << 40, vec![]),
        ("an argument out of range", "argument range", same, vec![("argument range", 0, n(300))]),
    ];
    let shape = shape();
    let truth = judge(&shape, &fill(&honest(), &[]), "").expect("the honest segment holds");
    let mut needed = BTreeSet::new();
    for (name, family, change, wires) in forgeries {
        let mut witness = honest();
        change(&mut witness);
        let cs = fill(&witness, &wires);
        assert_eq!(judge(&shape, &cs, ""), Err(family), "{name}");
        let without = judge(&shape, &cs, family).unwrap_or_else(|other| panic!("{name}: {other} stops it, too"));
        assert!(without != truth, "{name}");
        needed.insert(family);
    }
    for constraint in &shape.constraints {
        assert!(needed.contains(constraint.label.family), "{:?} is not shown to be needed", constraint.label);
    }
}

/// 2^64.
fn bus_shift() -> Fr {
    crate::circuit::num::two_to(64)
}

/// Changes that no constraint stops: the verifier's side or the rows do not fit them, and the bus stays open.
#[test]
fn the_bus_shows_what_no_constraint_stops() {
    let changes: Vec<(&str, Change, u64)> = vec![
        ("a data word that begins as zero", |w| w.words[1].data = false, bus::DATA),
        ("a missing data word", |w| w.words[1] = WordSlot { word: 4, ..WordSlot::default() }, bus::DATA),
        ("data where there is none", |w| w.words[2].data = true, bus::DATA),
        ("grown word born before its growth", |w| w.grown[0].born = 4, bus::GROW),
        ("a growth that did not happen", |w| w.grown[0].end = 3, bus::GROW),
        ("hidden log entry of another function", |w| w.hidden_log[0][1] += 1, bus::HIDDEN),
        ("hidden log entry of another word", |w| w.hidden_log[0][2] += 1, bus::HIDDEN),
        ("hidden log entry left out", |w| w.hidden_log.clear(), bus::HIDDEN),
        ("another value than the rows logged", |w| w.hidden_log[0][4] += 1, bus::LOG),
        ("another row of the program", |w| w.rows[0].0[4] += 1, bus::DEFINE),
        ("a row looked up less often", |w| w.rows[0].1 = 0, bus::PROGRAM),
        ("another last state", |w| w.last.2 += 4, bus::STATE),
        ("another final cell", |w| w.registers[1].0 += 1, bus::MEMORY),
    ];
    let shape = shape();
    let truth = judge(&shape, &fill(&honest(), &[]), "").expect("the honest segment holds");
    for (name, change, tag) in changes {
        let mut witness = honest();
        change(&mut witness);
        let claimed = judge(&shape, &fill(&witness, &[]), "").unwrap_or_else(|family| panic!("{name}: {family}"));
        let mut difference = claimed;
        truth.left().for_each(|(tuple, count)| difference.add(*tuple, -*count));
        assert!(difference.left().any(|(tuple, _)| tuple.tag == tag), "{name}");
    }
}

/// Fillers make a list of any length; memory without pages has nothing but fillers.
#[test]
fn fillers_fill_what_is_left() {
    let shape = shape();
    let mut empty = honest();
    empty.inputs.words = 0;
    empty.words = (-4..0).map(|word| WordSlot { word, ..WordSlot::default() }).collect();
    let said = judge(&shape, &fill(&empty, &[]), "").expect("it holds");
    // A filler begins and ends as the same tuple.
    let first = Fr::from(MEMORY) - n(4);
    assert!(said.left().all(|(tuple, _)| tuple.tag != bus::MEMORY || tuple.fields[0] != first));
    let mut above = empty;
    above.words[3].word = 0;
    assert_eq!(judge(&shape, &fill(&above, &[]), ""), Err("words below the end"));
}
