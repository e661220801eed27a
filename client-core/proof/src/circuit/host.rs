//! Rows that talk to the host, and those whose work depends on an operand.
//!
//! Each entry of the host log carries its number, which is `special[SEQUENCE]` before the row that logs it, so entries
//! neither repeat nor change places: the verifier takes each number once.

use super::{
    builder::Cs,
    num::{Num, Scaled},
    row::{Head, Value, Witness, field},
};
use zera_proof_rows::{
    row::{BYTES, Kind},
    space::{HOST_STOP, MEMORY, PAGES, SEQUENCE, SPECIAL},
    step::Turn,
};
use zera_proof_verify::bus::{self, LOG_ARGUMENT, LOG_CALL, LOG_MEMORY, LOG_STOP};

/// Counts up the log, as access number `access`: 6 constraints. The entry's number.
fn sequence(cs: &mut Cs, head: &mut Head, w: &Witness, access: usize) -> Num {
    let number = cs.commit(w.access(access).old);
    let number = Value::new(cs, number);
    let cell = cs.constant(SPECIAL + SEQUENCE);
    head.access(cs, w, &cell, number.scaled, number.scaled.plus(1));
    number.num
}

/// The first field of an entry, function + 2^16 · kind: 1 constraint.
fn entry(cs: &mut Cs, function: &Num, kind: u64) -> Scaled {
    cs.product(1, function).plus(kind << 16)
}

/// `HostArgument`: logs reg[a] as argument b of function imm.
pub fn host_argument(cs: &mut Cs, w: &Witness) {
    cs.part("HostArgument");
    let mut head = Head::new(cs, w);
    let [a, b] = [w.row.a, w.row.b].map(|slot| cs.commit(u64::from(slot)));
    let imm = cs.commit(w.row.imm);
    let fields = [cs.product(field::A, &a), cs.product(field::B, &b), cs.product(field::IMM, &imm)];
    head.look_up(cs, Kind::HostArgument, &fields);
    let value = head.read(cs, w, &head.slot(&a));
    let number = sequence(cs, &mut head, w, 1);
    let fields = [entry(cs, &imm, LOG_ARGUMENT), cs.product(2, &b), cs.product(3, &value.num)];
    cs.produce(bus::LOG, &head.on, number, &fields);
    head.leave_next(cs);
}

/// A [`Kind::HostCall`] row's fields d and imm, looked up: 3 constraints.
fn host_row(cs: &mut Cs, head: &Head, w: &Witness) -> (Num, Num) {
    let (d, imm) = (cs.commit(u64::from(w.row.d)), cs.commit(w.row.imm));
    let fields = [cs.product(field::D, &d), cs.product(field::IMM, &imm)];
    head.look_up(cs, Kind::HostCall, &fields);
    (d, imm)
}

/// `HostCall` that was answered: logs result and gas, reg[d] = result, gas += gas. What both may be the verifier knows.
pub fn host_call(cs: &mut Cs, w: &Witness) {
    cs.part("HostCall");
    let mut head = Head::new(cs, w);
    let (d, imm) = host_row(cs, &head, w);
    let number = sequence(cs, &mut head, w, 0);
    let result = cs.commit(w.access(1).new);
    head.write(cs, w, &head.slot(&d), &result);
    let gas = cs.commit(w.step.extra);
    let (off, zero) = (-&head.on + 1, cs.constant(0_u64));
    cs.enforce("gas only when on", &gas, &off, &zero);
    cs.gas(&gas);
    let fields = [entry(cs, &imm, LOG_CALL), cs.product(2, &result), cs.product(3, &gas)];
    cs.produce(bus::LOG, &head.on, number, &fields);
    head.leave_next(cs);
}

/// `HostCall` at which the host ended the run: pc' = HOST_STOP.
pub fn host_stop(cs: &mut Cs, w: &Witness) {
    cs.part("HostStop");
    let mut head = Head::new(cs, w);
    let (_, imm) = host_row(cs, &head, w);
    let number = sequence(cs, &mut head, w, 0);
    let fields = [entry(cs, &imm, LOG_STOP)];
    cs.produce(bus::LOG, &head.on, number, &fields);
    let stop = cs.constant(u64::from(HOST_STOP));
    head.leave(cs, stop);
}

/// Memory that the host reads or writes before it answers, one word: byte k becomes m_k ? z_k : old_k with bits m_k; in a
/// read nothing changes. The entry is (word, mask + 256 · write, z): as the verifier's z is zero outside the mask and a sum
/// of bytes has one form, its bytes are what the host said; outside the mask nothing of the word is told.
pub fn host_memory(cs: &mut Cs, w: &Witness) {
    cs.part("HostMemory");
    let mut head = Head::new(cs, w);
    let (_, imm) = host_row(cs, &head, w);
    let number = sequence(cs, &mut head, w, 0);
    let (mask, writes) = match w.step.turn {
        Turn::HostMemory { mask, write } => (mask, write),
        _ => (0, false),
    };
    let access = w.access(1);
    let word = cs.commit(access.address.saturating_sub(MEMORY));
    let old = cs.bytes::<8>("word bytes", access.old);
    let bits: [Num; 8] = core::array::from_fn(|k| cs.boolean("mask", mask >> k & 1 == 1));
    let told = (0..8).filter(|k| mask >> k & 1 == 1).fold(0_u64, |sum, k| sum | access.new & 255 << (8 * k));
    let z = cs.bytes::<8>("logged bytes", told);
    let new: [Num; 8] = core::array::from_fn(|k| cs.choose("masked bytes", &bits[k], &z[k], &old[k]));
    let [old, z, new] = [old, z, new].map(|bytes| cs.join(&bytes, 8));
    let write = cs.boolean("write flag", writes);
    let (reads, zero) = (-&write + 1, cs.constant(0_u64));
    cs.enforce("reads change nothing", &(&new - &old), &reads, &zero);
    let (old, new) = (cs.product(1, &old), cs.product(1, &new));
    head.access(cs, w, &(&word + MEMORY), old, new);
    let how = cs.join(&bits, 1) + write * 256;
    let fields = [entry(cs, &imm, LOG_MEMORY), cs.product(2, &word), cs.product(3, &how), cs.product(4, &z)];
    cs.produce(bus::LOG, &head.on, number, &fields);
    head.leave(cs, head.pc.clone());
}

/// `Charge`: reg[a] = n = 8h + l, h in four bytes and l below 8; gas += bytes · h + (on − bytes) · 1,024 n with a bit
/// `bytes` that padding has as zero.
pub fn charge(cs: &mut Cs, w: &Witness) {
    cs.part("Charge");
    let mut head = Head::new(cs, w);
    let a = cs.commit(u64::from(w.row.a));
    let bytes = cs.commit_as("flag", u64::from(w.flag(BYTES)));
    let (pages, zero) = (&head.on - &bytes, cs.constant(0_u64));
    cs.enforce("flag", &bytes, &pages, &zero);
    let fields = [cs.product(field::A, &a)];
    head.look_up_with(cs, Kind::Charge, &(&bytes * u64::from(BYTES)), &fields);
    let n = head.read(cs, w, &head.slot(&a)).num;
    let eighths = cs.bytes::<4>("eighths", w.access(0).old >> 3);
    let eighths = cs.join(&eighths, 8);
    let rest = &n - &eighths * 8;
    cs.byte("rest below eight", rest.clone());
    cs.byte("rest below eight", rest * 32);
    let by_bytes = cs.times("gas", &eighths, &bytes);
    let by_pages = cs.times("gas", &n, &pages);
    cs.gas(&(by_bytes + by_pages * 1_024));
    head.leave_next(cs);
}

/// `Grow`: reg[a] = n, special[PAGES] = p; done = [p + n <= imm], as done · (2 (imm − p − n) + 1) + p + n − imm − 1 in five
/// bytes; p' = p + done · n; reg[d] = done ? p : 2^32 − 1. Tells of the growth (p, p', ts) as often as cells begin in it.
pub fn grow(cs: &mut Cs, w: &Witness) {
    cs.part("Grow");
    let mut head = Head::new(cs, w);
    let [d, a] = [w.row.d, w.row.a].map(|slot| cs.commit(u64::from(slot)));
    let imm = cs.commit(w.row.imm);
    let fields = [cs.product(field::D, &d), cs.product(field::A, &a), cs.product(field::IMM, &imm)];
    head.look_up(cs, Kind::Grow, &fields);
    let (by, before, most) = (w.access(0).old, w.access(1).old, w.row.imm);
    let fits = before.saturating_add(by) <= most;
    let n = head.read(cs, w, &head.slot(&a)).num;

    let pages = cs.commit(before);
    let pages = Value::new(cs, pages);
    let done = cs.commit_as("done is a bit", u64::from(w.on && fits));
    let zero = cs.constant(0_u64);
    cs.enforce("done is a bit", &done, &(&head.on - &done), &zero);
    let over = &pages.num + &n - &imm;
    let distance = if fits { most.wrapping_sub(before.wrapping_add(by)) } else { before.wrapping_add(by) - most - 1 };
    let distance = if w.on { distance } else { 0 };
    let distance = cs.bytes::<5>("fits or not", distance);
    let distance = cs.join(&distance, 8);
    let turned = -(&over * 2) + 1;
    cs.enforce("fits or not", &turned, &done, &(&distance - &over + &head.on));
    let more = cs.times("pages", &n, &done);
    let after = &pages.num + more;
    let after_scaled = cs.product(1, &after);
    let cell = cs.constant(SPECIAL + PAGES);
    head.access(cs, w, &cell, pages.scaled, after_scaled);

    let refused = &head.on * u64::from(u32::MAX);
    let answer = cs.choose("answer", &done, &pages.num, &refused);
    head.write(cs, w, &head.slot(&d), &answer);
    let cells = cs.commit(w.step.extra);
    let failed = -&done + 1;
    cs.enforce("cells of growths only", &cells, &failed, &zero);
    cs.produce(bus::GROW, &cells, pages.num, &[after_scaled, head.ts_scaled]);
    head.leave_next(cs);
}
