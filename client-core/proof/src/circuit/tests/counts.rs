//! The size of every form of row: printed (docs/proofs.md has the table), and held to a limit.

use super::*;
use crate::circuit::form::{ALL, Form};

/// Most constraints of a row; of those without a line, 110.
const LIMITS: [(Form, usize); 19] = [
    (Form::Jump, 11),
    (Form::BranchIf, 20),
    (Form::BranchTable, 22),
    (Form::Call, 17),
    (Form::Return, 13),
    (Form::CallIndirect, 38),
    (Form::Enter, 20),
    (Form::Const, 15),
    (Form::Move, 20),
    (Form::Global, 23),
    (Form::Select, 38),
    (Form::Add, 47),
    (Form::Equal, 36),
    (Form::LessSigned, 55),
    (Form::Multiply, 48),
    (Form::Divide, 57),
    (Form::Shift, 79),
    (Form::Bits, 81),
    (Form::Extend, 41),
];

#[test]
fn rows_stay_small() {
    std::println!("{:<14}{:>12}{:>11}{:>6}", "row", "constraints", "committed", "late");
    for form in ALL {
        let counts = Rig::new(form.gadget()).counts();
        let constraints = counts.constraints - 2;
        std::println!("{:<14}{constraints:>12}{:>11}{:>6}", std::format!("{form:?}"), counts.committed, counts.late);
        let limit = LIMITS.iter().find(|(limited, _)| *limited == form).map_or(110, |(_, limit)| *limit);
        assert!(constraints <= limit, "{form:?}: {constraints}");
    }
}
