//! The size of every row: printed, and held to a limit.

use super::*;

/// Most constraints of each row, in the order of [`GADGETS`].
const LIMITS: [usize; 19] = [11, 20, 22, 17, 13, 38, 20, 15, 20, 23, 38, 48, 36, 55, 48, 57, 79, 81, 41];

#[test]
fn rows_stay_small() {
    std::println!("{:<14}{:>12}{:>11}{:>6}", "row", "constraints", "committed", "late");
    for ((name, gadget), limit) in GADGETS.into_iter().zip(LIMITS) {
        let counts = Rig::new(gadget).counts();
        let constraints = counts.constraints - 2;
        std::println!("{name:<14}{constraints:>12}{:>11}{:>6}", counts.committed, counts.late);
        assert!(constraints <= limit, "{name}: {constraints}");
    }
}
