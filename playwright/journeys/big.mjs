// The lending sample's life on many accounts' storage: version 1, 2, back, 2.0.1, each change a migration over several
// blocks inside the block budget, with progress on the module's page and no task of the page's thread over 50 ms.
// `--long` does it with 100,000 accounts and prints what it took; otherwise with 60,000, which still takes several blocks.
import { moduleAddress } from "../lib/address.mjs";
import { fresh } from "../lib/browser.mjs";
import { DEPOSIT, accountAt, filler } from "../lib/filler.mjs";
import { bytesOf, leaf, phraseKey, reaches, title, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";

export const name = "big";

/** Accounts in one call that fills. */
const BATCH = 1_000;
/** What the page's thread may be busy with at once, milliseconds. */
const TASK_MS = 50;

const zra = (amount) => String(BigInt(amount) * 1_000_000_000n);

export async function run({ report, browser, url, long }) {
  const accounts = long ? 100_000 : 60_000;
  const page = await fresh(browser, url);
  await visit(page, url);
  await report.step("a key is made", () => phraseKey(page));
  const module = await report.step(`a pool of version 1 with the storage of ${accounts} accounts`, () => furnish(page, accounts));
  await watch(page, url, module);
  const phases = [
    ["version 1 to 2", () => upgrade(page, module, "lending-v2.wasm")],
    ["back to version 1, by a reverse migration, since it was used", () => rollback(page, module)],
    ["to version 2.0.1", () => upgrade(page, module, "lending-v2b.wasm")],
  ];
  for (const [what, propose] of phases) {
    await report.step(`${what}: over several blocks, with progress on the page`, () => migrated(page, module, propose, accounts));
    await report.check(`${what}: no task of the page took over ${TASK_MS} ms`, async () => {
      const longest = await page.evaluate(() => globalThis.seen.longest.splice(0));
      console.log(`         longest task of the page: ${Math.max(0, ...longest)} ms`);
      // A time, and so a question for a machine that does nothing else.
      if (long) same(longest.filter((ms) => ms > TASK_MS), [], "tasks");
    });
    await report.check(`${what}: accounts have what they put in`, () => balances(page, module, accounts));
    // Used by everybody: a rollback may not bring the earlier data back.
    await page.evaluate(([module, value]) => globalThis.zera.call(module, "deposit", { value }), [module, zra(7)]);
  }
  await report.check("the module's page names the version and what was migrated", async () => {
    await title(page).getByText(/ runs 2\.0\.1/).waitFor();
    same(await leaf(page, "History").getByText(/[\d,]+ entries migrated\./).count(), 3, "migrations in the history");
  });
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

/** Fills the storage by code that a vote then replaces with the sample. */
async function furnish(page, accounts) {
  const module = await page.evaluate(async ([code, accounts, batch, each]) => {
    const { zera } = globalThis;
    const module = await zera.deploy(new Uint8Array(code));
    for (let filled = 0; filled < accounts; filled += batch) {
      await zera.call(module, "fill", { value: String(BigInt(Math.min(batch, accounts - filled)) * BigInt(each)) });
    }
    return module;
  }, [[...filler()], accounts, BATCH, String(DEPOSIT)]);
  const id = await proposed(page, module, await bytesOf("lending-v1.wasm"), false);
  same(await reaches(page, id, ["active", "aborted"]), "active", "the first upgrade");
  await balances(page, module, accounts);
  return module;
}

/** Proposes the code with the needed stake; gives the proposal's number. */
const proposed = (page, module, code, migrate) =>
  page.evaluate(async ([module, code, migrate, stake]) => {
    const { zera } = globalThis;
    const id = await zera.propose("The next version", { upgrade: { module, code: new Uint8Array(code), migrate } });
    await zera.allocate(id, stake);
    return id;
  }, [module, code, migrate, zra(24_000_000)]);

const upgrade = async (page, module, file) => proposed(page, module, await bytesOf(file), true);

const rollback = async (page, module) =>
  page.evaluate(async ([module, code, stake]) => {
    const { zera } = globalThis;
    const back = new Uint8Array(code);
    const { hash } = await zera.inspect(back);
    const { versions } = await zera.module(module);
    const to_version = versions.find(({ version }) => version.major === 1).sequence;
    await zera.transact([], [back]);
    const payload = { Rollback: { module_id: module, to_version, reverse_migration: hash, description: "" } };
    const id = await zera.propose("Back", payload);
    await zera.allocate(id, stake);
    return id;
  }, [module, await bytesOf("lending-v1-back.wasm"), zra(24_000_000)]);

/** On the module's page: notes long tasks and what is said of a migration. */
async function watch(page, url, module) {
  await page.addInitScript(() => {
    const seen = (globalThis.seen = { longest: [], words: new Set() });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longest.push(Math.round(duration));
    }).observe({ type: "longtask" });
    new MutationObserver(() => {
      const found = document.querySelector(".banners")?.textContent.match(/data are migrated: ([\d,]+) written, ([\d,]+) to read/);
      if (found) seen.words.add(found[0]);
    }).observe(document, { childList: true, subtree: true, characterData: true });
  });
  await visit(page, `${url}modules/${moduleAddress(module)}`);
  await leaf(page, "Storage").getByRole("table").waitFor();
  // What loading the page took is another matter (bench.mjs).
  await page.evaluate(() => globalThis.seen.longest.splice(0));
}

/** Lets a change pass slot by slot from its lock-in on, with the page beside it. */
async function migrated(page, module, propose, accounts) {
  const id = await propose();
  await reaches(page, id, ["approved", "lockedin", "aborted"], { step: 10 });
  await page.evaluate(() => globalThis.seen.words.clear());
  const { name, blocks, millis, refused } = await page.evaluate(async ([id, module]) => {
    const { zera } = globalThis;
    const heads = [];
    zera.on(({ Head }) => Head && heads.push([Head.height, performance.now()]));
    let refused;
    for (let passed = 0; passed < 400; passed += 1) {
      const { state } = (await zera.proposal(id)).proposal;
      const name = typeof state === "string" ? state : Object.keys(state)[0];
      if (name === "Active" || name === "Aborted") {
        const { transitions } = await zera.proposal(id);
        const height = (wanted) => transitions.find(({ state }) => Object.keys(state)[0] === wanted)?.at[0];
        const from = height("LockedIn");
        const times = heads.filter(([at]) => at >= from && at <= height(name)).map(([, time]) => time);
        const millis = times.slice(1).map((time, index) => time - times[index]);
        return { name, blocks: height(name) - from, millis, refused };
      }
      if (name === "Migrating") refused ??= await zera.call(module, "deposit", { value: "1000000000" }).catch((error) => error.message);
      await zera.advance(1);
      // A page in front of a person is drawn between two blocks.
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
    }
    return { name: "not within 400 blocks", blocks: 0, millis: [] };
  }, [id, module]);
  same(name, "Active", "state");
  const words = await page.evaluate(() => [...globalThis.seen.words]);
  const total = millis.reduce((sum, ms) => sum + ms, 0);
  console.log(`         ${blocks} blocks, ${(total / 1_000).toFixed(1)} s, at most ${Math.round(Math.max(0, ...millis))} ms from one to the next; ${words.length} states of progress shown`);
  if (refused !== undefined) holds(/migrat|pause/i.test(String(refused)), `a call during the migration: ${JSON.stringify(refused)}`);
  holds(blocks >= accounts / 15_000, `it took only ${blocks} blocks`);
  holds(words.length > 0, "the page never showed the progress");
}

/** Some accounts, the first and the last, asked of whatever version runs; a unit may be lost to rounding. */
async function balances(page, module, accounts) {
  const asked = [0, 1, accounts >> 1, accounts - 2, accounts - 1].map((index) => accountAt(index));
  const found = await page.evaluate(async ([module, asked]) => {
    const units = async (account) => {
      const { result } = await globalThis.zera.query(module, "balance_of", Uint8Array.from(account.match(/../g), (byte) => Number.parseInt(byte, 16)));
      return String(new DataView(result.buffer, result.byteOffset).getBigUint64(0, true));
    };
    return Promise.all(asked.map(units));
  }, [module, asked]);
  for (const [index, units] of found.entries()) {
    const missing = DEPOSIT - BigInt(units);
    holds(missing >= 0n && missing <= 1n, `account ${asked[index]} has ${units}`);
  }
}
