//! Tables: every entry is produced as often as it is looked up. How often is the prover's word, and the bus keeps it:
//! an entry that is not in its table is produced by nobody.

use super::{super::Cs, EndSize, EndWitness};
use crate::circuit::{Scaled, builder::Tables};
use zera_proof_verify::bus;

/// The program: eight constraints for each row. The verifier takes the rows as it knows them (tag `DEFINE`).
pub fn program(cs: &mut Cs, size: &EndSize, witness: &EndWitness) {
    cs.part("program");
    let one = cs.constant(1_u64);
    for index in 0..size.rows as usize {
        let (row, uses) = witness.rows.get(index).copied().unwrap_or_default();
        let [pc, fields @ ..] = row.map(|field| cs.commit(field));
        let uses = cs.commit(uses);
        let mut power = 0;
        let fields = fields.map(|field| {
            power += 1;
            cs.product(power, &field)
        });
        cs.produce(bus::PROGRAM, &uses, pc.clone(), &fields);
        cs.produce(bus::DEFINE, &one, pc, &fields);
    }
}

/// Bytes, nibbles and powers of two: one constraint for each entry.
pub fn fixed(cs: &mut Cs, used: &Tables) {
    cs.part("fixed tables");
    for (value, uses) in (0_u64..).zip(used.bytes) {
        let (uses, value) = (cs.commit(uses), cs.constant(value));
        cs.produce(bus::BYTE, &uses, value, &[]);
    }
    for (pair, uses) in (0_u64..).zip(used.and4) {
        let (x, y) = (pair % 16, pair / 16);
        let (uses, value) = (cs.commit(uses), cs.constant(x));
        cs.produce(bus::AND4, &uses, value, &[Scaled::constant(1, y), Scaled::constant(2, x & y)]);
    }
    for (exponent, uses) in (0_u64..).zip(used.powers) {
        let power = Scaled::constant(1, 1_u64.checked_shl(exponent as u32).unwrap_or(u64::MAX));
        let power = if exponent == 64 { power.plus(1) } else { power };
        let (uses, value) = (cs.commit(uses), cs.constant(exponent));
        cs.produce(bus::POWER, &uses, value, &[power]);
    }
}
