// Starts calls of guests, because only JavaScript can catch a trap, and copies bytes between their memory and ours.
// Rust's side is ../src/glue.rs; numbers of 64 bits come and go in halves.

/** How a call ended; ../src/glue.rs has the same numbers. */
const NOTHING = 0, I32 = 1, I64 = 2, TRAP = 3, FAULT = 4;
/** Bytes that are copied one by one faster than by a call. */
const SHORT = 48;

/** @type {WebAssembly.Memory} Memory of this program, and a view of it that is made again when it has grown. */
let memory;
let ours = new Uint8Array(0);
let trampolines;
/** What trampolines and keepers import. */
let imports;
/** Guests by slot, and slots that are free. */
const guests = [];
const free = [];
/** The guest that runs; its host functions read and write its memory. */
let current;
let args = [];
let low = 0, high = 0;
let message = "";

/** Once per program: its memory, its raw exports and the compiled trampolines. */
export function attach(itsMemory, exports, compiled) {
  memory = itsMemory;
  trampolines = compiled;
  imports = { host: { call: exports.engine_host_call, value: exports.engine_host_value, ended: exports.engine_ended } };
}

/** The names of a compiled module's exports, in order. */
export function names(module) {
  return WebAssembly.Module.exports(module).map((entry) => entry.name);
}

/** A new instance: its slot, -1 when the module trapped, -2 when this machine could not. */
export function instantiate(module, keeper, entries) {
  try {
    const host = new WebAssembly.Instance(trampolines, imports).exports;
    const { exports } = new WebAssembly.Instance(module, { zera: host });
    const kept = new WebAssembly.Instance(keeper, { host: imports.host, guest: exports }).exports;
    host["zera.counters"].set(0, kept.counters);
    host["zera.counters"].set(1, kept.refill);
    const guest = {
      exports,
      entries,
      functions: [],
      begin: kept.begin,
      end: kept.end,
      reset: kept.reset,
      start: exports["zera.start"],
      memory: exports["zera.memory"],
      view: new Uint8Array(0),
    };
    const slot = free.length > 0 ? free.pop() : guests.length;
    guests[slot] = guest;
    return slot;
  } catch (error) {
    message = String(error?.message ?? error);
    // What the module itself does while it is set up: segments that do not fit.
    return error instanceof WebAssembly.RuntimeError ? -1 : -2;
  }
}

/** Forgets an instance; the collector takes it. */
export function release(slot) {
  guests[slot] = undefined;
  free.push(slot);
}

/** Makes an instance pristine; 0 when that cannot be. */
export function reset(slot) {
  const guest = guests[slot];
  return guest.reset === undefined ? 0 : guest.reset();
}

export function push_i32(value) {
  args.push(value);
}

export function push_i64(lowHalf, highHalf) {
  args.push(join(lowHalf, highHalf));
}

/** Runs the export of that position with the pushed arguments; answers how it ended. */
export function run(slot, entry, gasLow, gasHigh, stackLow, stackHigh) {
  const guest = guests[slot];
  const outer = current;
  const values = args;
  let place = "in its start function";
  let code;
  current = guest;
  if (values.length > 0) args = [];
  try {
    guest.begin(gasLow, gasHigh, stackLow, stackHigh);
    if (guest.start !== undefined) guest.start();
    place = "while it ran";
    const go = (guest.functions[entry] ??= guest.exports[guest.entries[entry]]);
    code = returned(values.length > 0 ? go(...values) : go());
  } catch (error) {
    code = failed(error, place);
  }
  current = outer;
  guest.end();
  return code;
}

function returned(value) {
  switch (typeof value) {
    case "number":
      low = value;
      return I32;
    case "bigint":
      split(value);
      return I64;
    default:
      return NOTHING;
  }
}

function failed(error, place) {
  const trapped = error instanceof WebAssembly.RuntimeError;
  message = trapped ? `the module trapped ${place}: ${error.message}` : String(error?.message ?? error);
  return trapped ? TRAP : FAULT;
}

export function result_low() {
  return low;
}

export function result_high() {
  return high;
}

export function last_message() {
  return message;
}

function view(guest) {
  // A memory that has grown leaves its old buffer without bytes.
  if (guest.view.length === 0 && guest.memory !== undefined) guest.view = new Uint8Array(guest.memory.buffer);
  return guest.view;
}

function own() {
  if (ours.length === 0) ours = new Uint8Array(memory.buffer);
  return ours;
}

/** Bytes of the running guest's memory. */
export function size() {
  return view(current).length;
}

/** Copies from the running guest's memory to ours; the caller has checked that both sides are there. */
export function read(from, length, to) {
  copy(view(current), from, length, own(), to);
}

/** Copies from our memory to the running guest's; the caller has checked that both sides are there. */
export function write(to, length, from) {
  copy(own(), from, length, view(current), to);
}

function copy(source, from, length, target, to) {
  if (length > SHORT) target.set(source.subarray(from, from + length), to);
  else for (let at = 0; at < length; at += 1) target[to + at] = source[from + at];
}

// For the trials: what an instance is after a call.

/** Its memory's size in bytes, -1 without one; the bytes are copied to ours when `to` is not 0. */
export function remains_memory(slot, to) {
  const guest = guests[slot];
  if (guest.memory === undefined) return -1;
  const bytes = new Uint8Array(guest.memory.buffer);
  if (to !== 0) own().set(bytes, to);
  return bytes.length;
}

/** An exported integer global in `result_low` and `result_high`; answers its kind, 0 when it is none. */
export function remains_global(slot, name) {
  const global = guests[slot].exports[name];
  if (!(global instanceof WebAssembly.Global)) return NOTHING;
  const { value } = global;
  if (typeof value === "number") low = value;
  else if (typeof value === "bigint") split(value);
  else return NOTHING;
  return typeof value === "number" ? I32 : I64;
}

function split(value) {
  low = Number(BigInt.asIntN(32, value));
  high = Number(BigInt.asIntN(32, value >> 32n));
}

function join(lowHalf, highHalf) {
  return BigInt.asIntN(64, (BigInt(highHalf >>> 0) << 32n) | BigInt(lowHalf >>> 0));
}
