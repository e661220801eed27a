// Code that fills a lending pool's storage by the thousand: it writes entries of schema 1 exactly as version 1 of the sample
// would after as many deposits, each of a different account, paid for by whoever calls. The sample takes over by an upgrade.
import binaryen from "binaryen";

/** What each account has put in, base units. */
export const DEPOSIT = 5_000_000_000n;

const compact = (length) => {
  if (length > 63) throw new Error("longer than this encoder needs");
  return [length << 2];
};
const text = (words) => [...compact(words.length), ...Buffer.from(words)];
const u32 = (value) => [...new Uint8Array(new Uint32Array([value]).buffer)];

/** The manifest: schema 1, a constructor and one call that takes ZRA. */
function manifest() {
  const shape = (name, kind, payable) => [...text(name), kind, ...text(""), 0, payable ? 1 : 0, 0, 0];
  const exports = [shape("new", 0, false), shape("fill", 1, true)];
  const version = [0, 0, 9, 0, 0, 0];
  return new Uint8Array([1, ...text("filler"), ...text(""), ...version, ...u32(1), 0, ...compact(exports.length), ...exports.flat(), 0, 0]);
}

/** Offsets: "pool" 0, owner's name 16, rate's 32, callers' 64; the pool record 128; a key with its prefix 256; a value 320. */
const WAT = `(module
  (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
  (import "zera" "caller" (func $caller (param i32)))
  (import "zera" "value" (func $value (param i32)))
  (import "zera" "slot" (func $slot (result i64)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "pool")
  (data (i32.const 16) "owner")
  (data (i32.const 32) "interest_rate_bps")
  (data (i32.const 64) "authorized_callers")
  (data (i32.const 256) "deposits:")
  (func (export "new")
    (call $caller (i32.const 400))
    (call $set (i32.const 16) (i32.const 5) (i32.const 400) (i32.const 32))
    (i32.store (i32.const 400) (i32.const 500))
    (call $set (i32.const 32) (i32.const 17) (i32.const 400) (i32.const 4))
    (i32.store (i32.const 400) (i32.const 0))
    (call $set (i32.const 64) (i32.const 18) (i32.const 400) (i32.const 1))
    (i64.store (i32.const 176) (i64.const 1000000000000000000))
    (i64.store (i32.const 192) (call $slot))
    (call $set (i32.const 0) (i32.const 4) (i32.const 128) (i32.const 72)))
  (func (export "fill")
    (local $index i64) (local $end i64)
    (drop (call $get (i32.const 0) (i32.const 4) (i32.const 128) (i32.const 72)))
    (call $value (i32.const 400))
    (local.set $index (i64.div_u (i64.load (i32.const 128)) (i64.const ${DEPOSIT})))
    (local.set $end (i64.add (local.get $index) (i64.div_u (i64.load (i32.const 400)) (i64.const ${DEPOSIT}))))
    (i64.store (i32.const 320) (i64.const ${DEPOSIT}))
    (loop $more
      (i64.store (i32.const 265) (i64.mul (i64.add (local.get $index) (i64.const 1)) (i64.const 0x9E3779B97F4A7C15)))
      (i64.store (i32.const 273) (local.get $index))
      (call $set (i32.const 256) (i32.const 41) (i32.const 320) (i32.const 16))
      (local.set $index (i64.add (local.get $index) (i64.const 1)))
      (br_if $more (i64.lt_u (local.get $index) (local.get $end))))
    (i64.store (i32.const 128) (i64.mul (local.get $end) (i64.const ${DEPOSIT})))
    (i64.store (i32.const 144) (i64.load (i32.const 128)))
    (call $set (i32.const 0) (i32.const 4) (i32.const 128) (i32.const 72))))`;

/** The finished code. */
export function filler() {
  const module = binaryen.parseText(WAT);
  try {
    module.addCustomSection("zera", manifest());
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** The account of an index, as the code writes it. */
export function accountAt(index) {
  const id = Buffer.alloc(32);
  id.writeBigUInt64LE(BigInt.asUintN(64, (BigInt(index) + 1n) * 0x9e3779b97f4a7c15n), 0);
  id.writeBigUInt64LE(BigInt(index), 8);
  return id.toString("hex");
}
