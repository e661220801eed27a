// Blocks with work in them: a module that computes, a crowd of accounts that call it, and bursts of signed transactions
// that arrive together.
import binaryen from "binaryen";
import { nonceOf, signed, wallet } from "./wallet.mjs";

const compact = (length) => {
  if (length > 63) throw new Error("longer than this encoder needs");
  return [length << 2];
};
const text = (words) => [...compact(words.length), ...Buffer.from(words)];
const u32 = (value) => [...new Uint8Array(new Uint32Array([value]).buffer)];

/** The manifest: schema 1, a constructor and three calls without arguments. */
function manifest() {
  const shape = (name, kind) => [...text(name), kind, ...text(""), 0, 0, 0, 0];
  const exports = [shape("new", 0), ...["turn", "pool", "wander"].map((name) => shape(name, 1))];
  return new Uint8Array([1, ...text("mill"), ...text(""), ...[1, 0, 0, 0, 0, 0], ...u32(1), 0, ...compact(exports.length), ...exports.flat(), 0, 0]);
}

/** `turn` computes and writes under its caller; `pool` computes and writes one key for all; `wander` writes where no hint
 * of a second call in the same block can point. */
const WAT = (turns) => `(module
  (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
  (import "zera" "caller" (func $caller (param i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "total")
  (data (i32.const 16) "pointer")
  (data (i32.const 32) "t")
  (data (i32.const 96) "w")
  (func (export "new")
    (call $set (i32.const 0) (i32.const 5) (i32.const 200) (i32.const 8))
    (call $set (i32.const 16) (i32.const 7) (i32.const 200) (i32.const 8)))
  (func $grind (result i64)
    (local $left i32) (local $sum i64)
    (local.set $left (i32.const ${turns}))
    (local.set $sum (i64.const 1))
    (loop $more
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))
      (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (local.get $sum))
  (func (export "turn")
    (call $caller (i32.const 33))
    (i64.store (i32.const 208) (call $grind))
    (call $set (i32.const 32) (i32.const 33) (i32.const 208) (i32.const 8)))
  (func (export "pool")
    (drop (call $get (i32.const 0) (i32.const 5) (i32.const 216) (i32.const 8)))
    (i64.store (i32.const 216) (i64.add (i64.load (i32.const 216)) (i64.or (call $grind) (i64.const 1))))
    (call $set (i32.const 0) (i32.const 5) (i32.const 216) (i32.const 8)))
  (func (export "wander")
    (drop (call $get (i32.const 16) (i32.const 7) (i32.const 97) (i32.const 8)))
    (call $set (i32.const 96) (i32.const 9) (i32.const 200) (i32.const 8))
    (i64.store (i32.const 97) (i64.add (i64.load (i32.const 97)) (i64.const 1)))
    (call $set (i32.const 16) (i32.const 7) (i32.const 97) (i32.const 8))))`;

/** The module's code; a call grinds so many turns. */
export function mill(turns = 60_000) {
  const module = binaryen.parseText(WAT(turns));
  try {
    module.addCustomSection("zera", manifest());
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** So many fresh accounts with money, their keys in the tab too; the active key pays and stays the active one. */
export async function crowd(page, count) {
  const phrases = await page.evaluate(async (count) => {
    const { zera } = globalThis;
    const { account } = await zera.status();
    const phrases = [];
    for (let n = 0; n < count; n += 1) phrases.push(await zera.newPhrase());
    for (const Phrase of phrases) await zera.addKey({ Phrase });
    await zera.ask({ UseKey: account });
    return phrases;
  }, count);
  const all = phrases.map((phrase) => wallet(phrase.split(" ")));
  const amount = String(5_000n * 1_000_000_000n);
  const calls = all.map(({ account }) => ({ Transfer: { to: account, amount } }));
  await page.evaluate(async (calls) => {
    for (let at = 0; at < calls.length; at += 16) await globalThis.zera.transact(calls.slice(at, at + 16));
  }, calls);
  return all;
}

/**
 * Lets each wallet call `entry(n)` of the module `each` times, all submitted together; waits until all are final. Gives the
 * heights of the blocks they are in, and how each ended.
 */
export async function burst(page, wallets, module, entry, each = 1) {
  const wanted = wallets.map(({ account }, n) => [account, entry(n)]);
  const plans = await page.evaluate(async ([module, wanted]) => {
    const { zera } = globalThis;
    const { account: before } = await zera.status();
    const payloads = [];
    for (const [account, entry] of wanted) {
      await zera.ask({ UseKey: account });
      const { steps } = await zera.simulate({ Module: { module, entry, args: new Uint8Array(), value: "0" } });
      payloads.push([...steps[0].payload]);
    }
    await zera.ask({ UseKey: before });
    return payloads;
  }, [module, wanted]);
  const bytes = plans.flatMap((payload, n) =>
    Array.from({ length: each }, (_, more) => [...signed(wallets[n], payload, { nonce: nonceOf(payload) + BigInt(more) })]),
  );
  return page.evaluate(async (bytes) => {
    const ended = await Promise.all(bytes.map((one) => globalThis.zera.submit(new Uint8Array(one))));
    return ended.flat().map(({ height, outcome }) => ({ height, outcome }));
  }, bytes);
}

/** The block with most of a burst's transactions. */
export function fullest(ended) {
  const counts = new Map();
  for (const { height } of ended) counts.set(height, (counts.get(height) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0][0];
}
