// Figures that only a browser can give: start, transactions through the worker, what a block write costs in IndexedDB.
// Prints one JSON object per case; `cargo xtask bench browser` runs it against the compressed release page. The profile
// is on disk, because IndexedDB of a private window lives in memory and would flatter every figure.
import { Killable } from "./lib/browser.mjs";
import { burst, crowd, fullest, mill } from "./lib/load.mjs";
import { deviceKey, phraseKey, running, visit } from "./lib/page.mjs";
import { serve } from "./lib/server.mjs";
import { nonceOf, signed, wallet } from "./lib/wallet.mjs";

const LOADS = 9;
const ROUNDS = 11;
/** Below the 1,024 transactions that may wait for a block. */
const BATCH = 1_000;
const BATCHES = 7;
/** As in the measurement that decided for one record a block: 1,000 entries of 236 bytes. */
const ENTRIES = 1_000;
const ENTRY_BYTES = 236;

const { url, stop } = await serve();
try {
  await starts();
  const browser = await Killable.create();
  try {
    const page = await browser.start(url);
    await visit(page, url);
    await transactions(page);
    await commits(page);
    await blocked(page);
  } finally {
    await browser.remove();
  }
} finally {
  stop();
}

/** Notes, inside the page, when it first painted, when it could be used and when the chain ran. */
function stopwatch() {
  const seen = (globalThis.seen = { longest: 0 });
  const look = () => {
    const line = document.querySelector(".node-line");
    if (line && seen.interactive === undefined) seen.interactive = performance.now();
    if (line && seen.running === undefined && line.textContent.includes("Solo chain")) seen.running = performance.now();
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === "first-contentful-paint") seen.paint = entry.startTime;
  }).observe({ type: "paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.longest = Math.max(seen.longest, entry.duration);
  }).observe({ type: "longtask", buffered: true });
}

/** Cold: an empty profile, nothing cached, a genesis to build. Warm: a reload with a stored chain of some blocks. */
async function starts() {
  const cold = [];
  const warm = [];
  for (let load = 0; load < LOADS; load += 1) {
    const browser = await Killable.create();
    try {
      const page = await browser.start(url);
      await page.addInitScript(stopwatch);
      await visit(page, url);
      cold.push(await taken(page));
      if (load === 0) {
        await deviceKey(page);
        for (let block = 0; block < 100; block += 1) {
          await page.evaluate(() => globalThis.zera.transact({ Stake: { amount: "1000000000" } }));
        }
        for (let again = 0; again < LOADS; again += 1) {
          await page.reload();
          await running(page);
          warm.push(await taken(page));
        }
      }
    } finally {
      await browser.remove();
    }
  }
  for (const [kind, loads] of [["cold", cold], ["warm, 100 blocks stored", warm]]) {
    const of = (field) => loads.map((load) => load[field]);
    line(`first paint, ${kind}`, of("paint"), "ms");
    line(`page usable, ${kind}`, of("interactive"), "ms", kind === "cold" ? ["aim: 300 ms", 300] : []);
    line(`chain running, ${kind}`, of("running"), "ms", kind === "cold" ? [] : ["aim: 1,000 ms", 1_000]);
    line(`longest task of the page's thread at start, ${kind}`, of("longest"), "ms", ["aim: 50 ms", 50]);
  }
}

async function taken(page) {
  await page.waitForFunction(() => globalThis.seen?.running !== undefined && globalThis.seen.paint !== undefined);
  return page.evaluate(() => globalThis.seen);
}

/** Transfers through the worker: one after the other from plan to final, and signed beforehand and sent at once. */
async function transactions(page) {
  const owner = wallet(await phraseKey(page));
  const to = "44".repeat(32);
  const single = [];
  for (let round = 0; round < BATCHES; round += 1) {
    single.push(await page.evaluate(async (to) => {
      const { zera } = globalThis;
      const started = performance.now();
      for (let index = 0; index < 30; index += 1) await zera.transact({ Transfer: { to, amount: "1" } });
      return 30 / ((performance.now() - started) / 1_000);
    }, to));
  }
  line("transfers one after the other: simulate, sign, seal, store, one block each", single, "tx/s");
  const batched = [];
  const blocks = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const payload = await page.evaluate(async (to) => [...(await globalThis.zera.simulate({ Transfer: { to, amount: "1" } })).steps[0].payload], to);
    const first = nonceOf(payload);
    const all = Array.from({ length: BATCH }, (_, index) => signed(owner, payload, { nonce: first + BigInt(index) }).toString("base64"));
    const [ms, heads] = await page.evaluate(async (all) => {
      const { zera } = globalThis;
      const transactions = all.map((text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
      // Questions that the page asked about earlier blocks are answered first, in order.
      await zera.status();
      const final = new Set();
      let heads = 0;
      const started = performance.now();
      await new Promise((resolve, reject) => {
        const off = zera.on((event) => {
          if (event.Head) heads += 1;
          if (event.Transaction?.stage?.Final) final.add(event.Transaction.hash);
          if (final.size === transactions.length) resolve(off());
        });
        for (const bytes of transactions) zera.ask({ Submit: bytes }).catch(reject);
      });
      return [performance.now() - started, heads];
    }, all);
    batched.push(BATCH / (ms / 1_000));
    blocks.push(heads);
  }
  line("transfers signed beforehand, 1,000 sent at once: decode, admit with strict verification, run, seal, store", batched, "tx/s");
  line("blocks that these 1,000 transfers went into", blocks, "blocks");
}

/** Ways to store the 1,000 entries of a block, by turns in the same page, strict durability for all. */
async function commits(page) {
  const rounds = await page.evaluate(async ([entries, bytes, rounds]) => {
    const promised = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const opening = indexedDB.open("bench", 1);
    opening.onupgradeneeded = () => ["records", "index", "meta", "entries"].forEach((name) => opening.result.createObjectStore(name));
    const database = await promised(opening);
    const done = (transaction) => new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
      transaction.commit();
    });
    const write = (stores) => database.transaction(stores, "readwrite", { durability: "strict" });
    const values = Array.from({ length: entries }, () => crypto.getRandomValues(new Uint8Array(bytes)));
    let height = 0;
    const ways = {
      // As the node does it: the block's record, its summary, the head pointer last.
      async packed() {
        const record = new Uint8Array(entries * bytes);
        values.forEach((value, index) => record.set(value, index * bytes));
        const transaction = write(["records", "index", "meta"]);
        transaction.objectStore("records").put(record, height);
        transaction.objectStore("index").put({ view: values[0], transaction: [values[1]], account: [values[2]] }, height);
        transaction.objectStore("meta").put(values[3], "head");
        await done(transaction);
      },
      // The record alone, for the mere gain of packing.
      async record() {
        const record = new Uint8Array(entries * bytes);
        values.forEach((value, index) => record.set(value, index * bytes));
        const transaction = write(["records"]);
        transaction.objectStore("records").put(record, height);
        await done(transaction);
      },
      async puts() {
        const transaction = write(["entries"]);
        const store = transaction.objectStore("entries");
        values.forEach((value, index) => store.put(value, `${height}/${index}`));
        await done(transaction);
      },
      async transactions() {
        for (const [index, value] of values.entries()) {
          const transaction = write(["entries"]);
          transaction.objectStore("entries").put(value, `${height}/${index}`);
          await done(transaction);
        }
      },
    };
    const taken = { packed: [], record: [], puts: [], transactions: [] };
    for (let round = 0; round <= rounds; round += 1) {
      for (const way of Object.keys(ways)) {
        height += 1;
        const started = performance.now();
        await ways[way]();
        // The first round only warms up.
        if (round > 0) taken[way].push(performance.now() - started);
      }
    }
    database.close();
    indexedDB.deleteDatabase("bench");
    return taken;
  }, [ENTRIES, ENTRY_BYTES, ROUNDS]);
  const [packed, record, puts] = [rounds.packed, rounds.record, rounds.puts].map(median);
  const peer = (name, value) => [name, value];
  line("block commit, 1,000 entries: as the node does it, one packed record, summary, head pointer", rounds.packed, "ms", peer("1,000 puts in one transaction", puts));
  line("block commit, 1,000 entries: the packed record alone", rounds.record, "ms", peer("1,000 puts in one transaction", puts));
  line("block commit, 1,000 entries: 1,000 puts in one transaction", rounds.puts, "ms");
  line("block commit, 1,000 entries: 1,000 transactions", rounds.transactions, "ms", peer("1,000 puts in one transaction", puts));
  console.log(`1,000 puts take ${(puts / packed).toFixed(1)} times as long as the node's write and ${(puts / record).toFixed(1)} times as long as the record alone`);
}

/** The longest task of the page's own thread while the node executes blocks full of work, with the Pipelines page open. */
async function blocked(page) {
  const module = await page.evaluate((code) => globalThis.zera.deploy(new Uint8Array(code)), [...mill()]);
  const people = await crowd(page, 12);
  await visit(page, `${url}pipelines`);
  const longest = [];
  const filled = [];
  for (let round = 0; round < BATCHES; round += 1) {
    await page.evaluate(() => {
      globalThis.longest = 0;
      globalThis.tasks ??= new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, entry.duration);
      });
      globalThis.tasks.observe({ type: "longtask" });
    });
    const ended = await burst(page, people, module, () => "turn", 8);
    filled.push(ended.filter(({ height }) => height === fullest(ended)).length);
    longest.push(await page.evaluate(() => globalThis.longest));
  }
  line("longest task of the page's thread while blocks run, Pipelines page open", longest, "ms", ["aim: 50 ms", 50]);
  line("transactions in the fullest of these blocks", filled, "transactions");
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Ranks that hold the median with 95 % confidence, by the binomial distribution of a half. */
function interval(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  let [below, chance] = [0, 0];
  for (let ways = 1; below < n / 2; below += 1) {
    const next = chance + ways / 2 ** n;
    if (next > 0.025) break;
    chance = next;
    ways = (ways * (n - below)) / (below + 1);
  }
  const low = Math.max(0, below - 1);
  return [sorted[low], sorted[n - 1 - low]].map(rounded);
}

function rounded(value) {
  return Math.round(value * 100) / 100;
}

/** One case: the median, its interval, and the ratio to a peer where there is one. */
function line(name, values, unit, [peer, against] = []) {
  const value = median(values);
  const ratio = against === undefined ? null : rounded(value / against);
  console.log(JSON.stringify({ suite: "browser", case: name, value: rounded(value), unit, peer: peer ?? "", ratio, ci: interval(values) }));
}
