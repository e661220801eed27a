//! Where the run stopped, its result, and what only the prover knows.

use super::{super::Cs, EndSize, EndWitness, Inputs};
use crate::circuit::num::{Num, two_to};
use zera_proof_verify::bus;

/// The last state: at the expected counter unless the run may end anywhere.
pub(super) fn last_state(cs: &mut Cs, inputs: &Inputs, witness: &EndWitness) {
    cs.part("last state");
    let (pc, fp, ts) = witness.last;
    let [pc, fp, ts] = [pc, fp, ts].map(|value| cs.commit(u64::from(value)));
    let (elsewhere, fixed, zero) = (&pc - &inputs.pc, -&inputs.any + 1, cs.constant(0_u64));
    cs.enforce("expected end", &elsewhere, &fixed, &zero);
    let (fp, ts, one) = (cs.product(1, &fp), cs.product(2, &ts), cs.constant(1_u64));
    cs.consume(bus::STATE, &one, pc, &[fp, ts]);
}

/// Register 0 ends as the result, where that is public.
pub(super) fn result(cs: &mut Cs, inputs: &Inputs, register: &Num) {
    cs.part("result");
    let zero = cs.constant(0_u64);
    cs.enforce("result", &(register - &inputs.result), &inputs.result_public, &zero);
}

/// Initial cells of arguments that the verifier does not know.
pub(super) fn hidden_arguments(cs: &mut Cs, inputs: &Inputs, witness: &EndWitness) {
    cs.part("hidden arguments");
    let zero = cs.constant(0_u64);
    for (index, (hidden, narrow)) in inputs.hidden.iter().zip(&inputs.narrow).enumerate() {
        let value = witness.arguments.get(index).copied().unwrap_or_default();
        let bytes = cs.bytes::<8>("argument range", value);
        let upper = cs.join(&bytes[4..], 8);
        cs.enforce("narrow argument", &upper, narrow, &zero);
        let value = cs.join(&bytes[..4], 8) + upper * two_to(32);
        let (value, register) = (cs.product(1, &value), cs.constant(index as u64));
        cs.produce(bus::MEMORY, hidden, register, &[value]);
    }
}

/// Values of log entries of which the verifier knows the rest. How often an entry counts need not be a bit: the verifier
/// makes each known part once, and the rows each entry.
pub(super) fn hidden_log(cs: &mut Cs, size: &EndSize, witness: &EndWitness) {
    cs.part("hidden log");
    for index in 0..size.hidden_log as usize {
        let entry = witness.hidden_log.get(index).copied();
        let on = cs.commit(u64::from(entry.is_some()));
        let [sequence, head, x, y, z] = entry.unwrap_or_default().map(|field| cs.commit(field));
        let known = [cs.product(1, &head), cs.product(2, &x), cs.product(3, &y)];
        let [head, x, y] = known;
        let z = cs.product(4, &z);
        cs.consume(bus::HIDDEN, &on, sequence.clone(), &known);
        cs.consume(bus::LOG, &on, sequence, &[head, x, y, z]);
    }
}
