//! Two witnesses for one row: forgeries by name. Each is rejected, and passes as soon as the family that it names is
//! deleted: so every family of every row is needed, and none is there for show.

use super::operators::binary_case;
use super::*;
use alloc::collections::BTreeSet;
use zera_proof_rows::row::{
    COMPARE, REMAINDER, ROTATE_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED, SIGNED_8, SIGNED_16, SUB, WIDE,
};
use zera_proof_rows::space;

/// A forged wire: family, which of its wires in the row, value.
type Wire = (&'static str, usize, Fr);

struct Forgery {
    name: &'static str,
    /// The family that stops it.
    family: &'static str,
    honest: Case,
    /// The dishonest prover's auxiliary row, where it is another.
    auxiliary: Option<Row>,
    wires: Vec<Wire>,
    /// Cells that exist and that only the forgery takes.
    cells: Vec<Tuple>,
}

fn forgery(name: &'static str, family: &'static str, honest: Case, wires: &[Wire]) -> Forgery {
    Forgery { name, family, honest, auxiliary: None, wires: wires.to_vec(), cells: Vec::new() }
}

fn n(value: u64) -> Fr {
    Fr::from(value)
}

fn minus(value: u64) -> Fr {
    -Fr::from(value)
}

fn fraction(above: Fr, below: u64) -> Fr {
    above / Fr::from(below)
}

/// Bytes of a number as forged wires of a family, from the `first` one on.
fn bytes(family: &'static str, first: usize, value: u64) -> Vec<Wire> {
    value.to_le_bytes().iter().enumerate().map(|(i, byte)| (family, first + i, n(u64::from(*byte)))).collect()
}

fn with(mut wires: Vec<Wire>, more: &[Wire]) -> Vec<Wire> {
    for wire in more {
        wires.retain(|(family, place, _)| (*family, *place) != (wire.0, wire.1));
        wires.push(*wire);
    }
    wires
}

fn of(gadget: &'static str, kind: Kind, flags: u8, x: u64, y: u64) -> Case {
    binary_case(gadget, kind, flags, x, y).unwrap()
}

fn pick(name: &'static str, which: impl Fn(&Case) -> bool) -> Case {
    operators::cases(name).into_iter().find(|case| which(case)).unwrap()
}

fn control() -> Vec<Forgery> {
    let not_taken = || pick("BranchIf", |case| case.next == 78);
    let case_5 = pick("BranchTable", |case| case.accesses[0].1 == 4);
    let other_case = |number: u32| Row { a: number, target: 200 + number, ..case_5.auxiliary.unwrap() };
    let indirect = |index: u64| pick("CallIndirect", move |case| case.accesses[0].1 == index);
    let element = |index: u32, imm: u64| Row { a: index, imm, target: 501, ..indirect(2).auxiliary.unwrap() };
    let fits = pick("Enter", |case| case.accesses[0].1 == 29);
    let under = pick("Enter", |case| case.accesses[0].1 == 0 && case.row.imm == 1);
    let wrong_type = || indirect(0);
    alloc::vec![
        forgery("a branch on zero is taken", "condition", not_taken(), &[("condition", 0, n(1))]),
        forgery("a branch turned round", "inverted", not_taken(), &[("inverted", 0, n(1))]),
        forgery("a branch to anywhere", "next counter", not_taken(), &[("next counter", 0, n(999))]),
        Forgery {
            auxiliary: Some(other_case(5)),
            ..forgery(
                "the default case for a small number",
                "clamp bytes",
                case_5.clone(),
                &[("clamp bytes", 0, minus(1))]
            )
        },
        Forgery {
            auxiliary: Some(other_case(1)),
            ..forgery("another case", "clamp", case_5, &[("clamp bytes", 0, n(3))])
        },
        Forgery {
            auxiliary: Some(element(8, 0)),
            ..forgery("a call of no function", "clamp bytes", indirect(2), &[("clamp bytes", 0, minus(6))])
        },
        Forgery {
            auxiliary: Some(element(2, 9)),
            ..forgery("a call of another function", "clamp", indirect(7), &[("clamp bytes", 0, n(5))])
        },
        forgery("a call in spite of the type", "type", wrong_type(), &[("type", 0, n(0))]),
        forgery("a call into another frame", "frame if type fits", indirect(2), &[("frame if type fits", 0, n(4))]),
        forgery("a call to anywhere", "counter if type fits", indirect(2), &[("counter if type fits", 0, n(999))]),
        forgery(
            "a budget below zero",
            "budget bytes",
            fits.clone(),
            &[("budget bytes", 0, minus(1)), ("budget bytes", 1, n(0)), ("budget bytes", 2, n(0)), ("under", 0, n(0)),]
        ),
        forgery(
            "a budget out of nothing",
            "under",
            under,
            &[("budget bytes", 0, n(200)), ("under", 0, fraction(n(0xFF_FF00 + 201), 1 << 24)),]
        ),
        forgery("a stack limit that stops nothing", "next counter", fits, &[("next counter", 0, n(78))]),
    ]
}

fn data() -> Vec<Forgery> {
    let select = || pick("Select", |case| case.accesses[0].1 == 0);
    let get = pick("Global", |case| case.row.flags == 0);
    alloc::vec![
        forgery("the other of two", "condition", select(), &[("condition", 0, n(1))]),
        forgery("neither of two", "selected", select(), &[("selected", 0, n(5))]),
        Forgery {
            cells: alloc::vec![
                cell(space::SPECIAL + 6, before(0), get.accesses[0].1),
                cell(FP + 6, before(1), get.accesses[1].1),
            ],
            ..forgery("another global into another slot", "base", get, &[("base", 0, n(1))])
        },
    ]
}

fn arithmetic() -> Vec<Forgery> {
    let sum = |x, y| of("Add", Kind::Add, WIDE, x, y);
    let less = |x, y| of("Add", Kind::Add, WIDE | SUB | COMPARE, x, y);
    let equal = |flags, x, y| of("Equal", Kind::Equal, flags, x, y);
    let signed = |x, y| of("LessSigned", Kind::LessSigned, WIDE, x, y);
    let half = 1_u64 << 63;
    let wrong = |x: u64, y: u64| (x, y, x.wrapping_sub(y));
    let (x, y, _) = wrong(7, 5);
    // 7 < 5 is claimed: high − low − less is −3.
    let claim = [("less", 0, n(1)), ("inverted", 0, n(1))];
    let both = |wires: &[Wire]| with(claim.to_vec(), wires);
    let slope = |alone: Fr| -minus(3) / (alone - minus(3));
    alloc::vec![
        forgery(
            "a carry out of nothing",
            "sum bytes",
            sum(1, 2),
            &[("carry", 0, n(1)), ("sum bytes", 0, n(3) - two_to(64)),]
        ),
        forgery(
            "a sum of 33 bits",
            "upper half",
            of("Add", Kind::Add, 0, 1 << 31, 1 << 31),
            &[("sum bytes", 4, n(1)), ("carry", 0, n(0)),]
        ),
        forgery("half a carry", "carry", sum(1, 2), &[("sum bytes", 0, n(9)), ("carry", 0, minus(6) / two_to(64)),]),
        forgery(
            "a carry of another weight",
            "carry weight",
            sum(1, 2),
            &[("sum bytes", 0, n(9)), ("carry weight", 0, minus(6)),]
        ),
        forgery("another sum", "sum", sum(1, 2), &[("sum bytes", 0, n(9))]),
        forgery("another difference", "sum", of("Add", Kind::Add, SUB, 9, 2), &[("sum bytes", 0, n(8))]),
        forgery("less turned round", "inverted", less(1, 2), &[("inverted", 0, n(0))]),
        forgery("another result than the sum", "result", sum(1, 2), &[("result", 0, n(9))]),
        forgery("two numbers not compared", "zero", equal(WIDE, 5, 7), &[("zero", 0, n(2))]),
        forgery("different numbers equal", "equal", equal(WIDE, 5, 7), &[("equal", 0, n(0))]),
        forgery("equal turned round", "inverted", equal(WIDE, 5, 5), &[("inverted", 0, n(0))]),
        forgery(
            "less by two",
            "less",
            signed(5, 7),
            &with(
                [bytes("order bytes", 0, half - 1 - 9), bytes("order bytes", 8, 4)].concat(),
                &[("less", 0, n(2)), ("low", 0, n(3)), ("inverted", 0, n(2))]
            )
        ),
        forgery(
            "the greater is the less",
            "low",
            signed(x, y),
            &with(
                [bytes("order bytes", 0, half - 1 - 7), bytes("order bytes", 8, 1)].concat(),
                &both(&[("low", 0, n(5))])
            )
        ),
        forgery(
            "sides by fractions",
            "sides",
            signed(x, y),
            &with(
                [bytes("order bytes", 0, half - 1 - 5), bytes("order bytes", 8, 0)].concat(),
                &both(&[("sides", 0, n(1)), ("sides", 1, slope(n(7) - n(half)))])
            )
        ),
        forgery(
            "unsigned order",
            "a side",
            signed(u64::MAX, 5),
            &with(
                [bytes("order bytes", 0, u64::MAX - 5), bytes("order bytes", 8, u64::MAX - 5)].concat(),
                &[("less", 0, n(0)), ("inverted", 0, n(0)), ("sides", 0, n(0)), ("sides", 1, n(0))]
            )
        ),
        forgery(
            "an order below zero",
            "order bytes",
            signed(x, y),
            &with(
                [bytes("order bytes", 0, half - 1 - 5), bytes("order bytes", 8, 0)].concat(),
                &both(&[("sides", 0, n(1)), ("sides", 1, n(0)), ("order bytes", 8, minus(3))])
            )
        ),
        forgery("an order not shown", "order shown", signed(x, y), &both(&[])),
        forgery("signed less turned round", "inverted", signed(5, 7), &[("inverted", 0, n(0))]),
    ]
}

fn products() -> Vec<Forgery> {
    let product = |x, y| of("Multiply", Kind::Multiply, WIDE, x, y);
    let quotient = || of("Divide", Kind::Divide, WIDE, 7, 5);
    let rest = || of("Divide", Kind::Divide, WIDE | REMAINDER, 7, 5);
    alloc::vec![
        forgery(
            "high bytes moved down",
            "product bytes",
            product(1 << 40, 1 << 40),
            &[
                ("product bytes", 0, two_to(64)),
                ("product bytes", 8, n(0)),
                ("product bytes", 9, n(0xFF)),
                ("product bytes", 10, n(0)),
                ("product bytes", 8, n(0xFF)),
            ]
        ),
        forgery("another product", "product", product(3, 4), &[("product bytes", 0, n(13))]),
        forgery(
            "a narrow product with its upper half",
            "upper half",
            of("Multiply", Kind::Multiply, 0, 1 << 20, 1 << 20),
            &[("upper half", 0, n(1 << 8))]
        ),
        forgery(
            "a quotient that is a fraction",
            "quotient bytes",
            quotient(),
            &[
                ("remainder bytes", 0, n(3)),
                ("remainder below divisor", 0, n(1)),
                ("quotient bytes", 0, fraction(n(4), 5)),
            ]
        ),
        forgery(
            "a remainder below zero",
            "remainder bytes",
            quotient(),
            &[("quotient bytes", 0, n(2)), ("remainder bytes", 0, minus(3)), ("remainder below divisor", 0, n(7)),]
        ),
        forgery(
            "a remainder above the divisor",
            "remainder below divisor",
            rest(),
            &[("quotient bytes", 0, n(0)), ("remainder bytes", 0, n(7)), ("remainder below divisor", 0, minus(3)),]
        ),
        forgery("another quotient", "quotient", quotient(), &[("quotient bytes", 0, n(9))]),
        forgery("the remainder for the quotient", "result", quotient(), &[("result", 0, n(2))]),
    ]
}

fn shifts() -> Vec<Forgery> {
    let shift = |flags, x, y| of("Shift", Kind::Shift, flags, x, y);
    let spelled = |value: u128| {
        [bytes("product bytes", 0, value as u64), bytes("product bytes", 8, (value >> 64) as u64)].concat()
    };
    let power = |e: u64| ("power table", 0, two_to(e));
    alloc::vec![
        forgery(
            "a part of a turn",
            "whole turns",
            shift(0, 3, 1),
            &with(spelled(3 << 5), &[("whole turns", 0, fraction(minus(4), 32)), ("exponent", 0, n(5)), power(5),])
        ),
        forgery(
            "a turn more to the right",
            "amount",
            shift(SHIFT_RIGHT, 1, 27),
            &with(
                spelled(1 << 37),
                &[
                    ("whole turns", 0, n(1)),
                    ("whole turns", 8, n(32)),
                    ("exponent", 0, n(37)),
                    power(37),
                    ("dropped side", 0, n(0)),
                ]
            )
        ),
        forgery(
            "a turn less to the left",
            "amount",
            shift(0, 1, 33),
            &with(spelled(1 << 33), &[("whole turns", 0, n(0)), ("exponent", 0, n(33)), power(33),])
        ),
        forgery(
            "another exponent",
            "exponent",
            shift(0, 3, 1),
            &with(spelled(3 << 5), &[("exponent", 0, n(5)), power(5),])
        ),
        forgery("no power of two", "power table", shift(0, 3, 1), &with(spelled(15), &[("power table", 0, n(5))])),
        forgery(
            "high bytes moved down",
            "product bytes",
            shift(WIDE, 1 << 63, 1),
            &[("product bytes", 0, two_to(64)), ("product bytes", 8, n(0)),]
        ),
        forgery("another product", "product", shift(0, 3, 1), &spelled(7)),
        forgery("a narrow shift with its upper half", "halves", shift(0, 1 << 31, 4), &[("halves", 0, n(8))]),
        forgery(
            "a sign without signs",
            "sign bit",
            shift(SHIFT_RIGHT, 1 << 31, 4),
            &with(bytes("sign bytes", 0, 1), &[("sign bit", 0, n(1))])
        ),
        forgery(
            "no sign where there is one",
            "sign bytes",
            shift(SHIFT_RIGHT_SIGNED, 1 << 31, 4),
            &[("sign bit", 0, n(0)), ("sign bytes", 0, minus(1)),]
        ),
        forgery("another sign", "sign", shift(SHIFT_RIGHT_SIGNED, 5, 1), &[("sign bit", 0, n(1))]),
        forgery("another fill", "fill", shift(SHIFT_RIGHT_SIGNED, 1 << 31, 4), &[("fill", 0, n(0))]),
        forgery("the other side", "dropped side", shift(ROTATE_LEFT, 1 << 31, 4), &[("dropped side", 1, n(8))]),
    ]
}

fn bits() -> Vec<Forgery> {
    let extend = |flags, x| pick("Extend", move |case| case.row.flags == flags && case.accesses[0].1 == x);
    alloc::vec![
        forgery("another digit", "and table", of("Bits", Kind::Bits, 0, 6, 3), &[("and table", 32, n(3))]),
        forgery(
            "digits beyond four bits",
            "and table",
            of("Bits", Kind::Bits, 0, 0x21, 0x11),
            &[("and table", 0, n(0x11)), ("and table", 1, n(1)), ("and table", 33, n(1)),]
        ),
        forgery(
            "another result",
            "result",
            of("Bits", Kind::Bits, zera_proof_rows::row::OR, 6, 3),
            &[("result", 0, n(9))]
        ),
        forgery(
            "a byte that is a fraction",
            "operand bytes",
            extend(SIGNED_8, 256),
            &[("operand bytes", 0, n(5)), ("operand bytes", 1, fraction(n(251), 256)),]
        ),
        forgery(
            "the sign of another byte",
            "top byte",
            extend(SIGNED_8, 255),
            &[("top byte", 0, n(0)), ("top byte", 1, n(0)), ("sign bit", 0, n(0)),]
        ),
        forgery("more than the low bytes", "low bytes", extend(SIGNED_16, 0x7FFF_FFFF), &[("low bytes", 1, n(1))]),
        forgery("half a sign", "sign bit", extend(SIGNED_8, 1), &[("sign bit", 0, fraction(n(2), 256))]),
        forgery("a sign where there is none", "sign", extend(SIGNED_8, 1), &[("sign bit", 0, n(1))]),
        forgery("another extension", "fill", extend(SIGNED_8, 255), &[("fill", 0, n(0))]),
    ]
}

/// The tests of `families`, where one row is not enough.
const ELSEWHERE: [&str; 4] = ["on", "order", "flag", "gas only when on"];

#[test]
fn forgeries_are_rejected_and_pass_without_their_family() {
    let mut needed: BTreeSet<Label> = BTreeSet::new();
    let all = [control(), data(), arithmetic(), products(), shifts(), bits()];
    for forgery in all.into_iter().flatten() {
        let Forgery { name, family, honest, auxiliary, wires, cells } = forgery;
        let rig = Rig::new(gadget(honest.gadget));
        let filled = rig.fill(&honest.witness(), &[]);
        let mut surroundings = Surroundings::of(&rig, filled.committed());
        surroundings.given.extend(cells);
        surroundings.given.extend(auxiliary.as_ref().map(program_tuple));
        let mut w = honest.witness();
        w.auxiliary = auxiliary.unwrap_or(w.auxiliary);
        let forged = rig.fill(&w, &wires);
        let verdict = rig.judge(&surroundings, forged.committed(), &[]);
        assert!(matches!(verdict, Verdict::Rejected(label) if label.family == family), "{name}: {verdict:?}");
        let verdict = rig.judge(&surroundings, forged.committed(), &[family]);
        assert_eq!(verdict, Verdict::Forged, "{name}");
        let part = rig.shape.labels()[0].part;
        needed.insert(Label { part, family });
    }
    for (name, gadget) in GADGETS {
        let shape = Rig::new(gadget).shape;
        let early = shape.constraints.iter().map(|constraint| constraint.label);
        let bytes = shape.labels().into_iter().filter(|label| label.family.contains("byte"));
        for label in early.chain(bytes).filter(|label| !ELSEWHERE.contains(&label.family)) {
            assert!(needed.contains(&label), "{name}: no forgery shows that {label:?} is needed");
        }
    }
    std::println!("{} families of rows, each with a forgery that it alone stops", needed.len());
}
