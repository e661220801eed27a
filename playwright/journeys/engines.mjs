// A browser engine that is wrong, on demand: blocks are sealed on its word, then somebody looks. The client stops sealing,
// goes back to the last block that the reference agrees with, goes on from there without that engine, and says so.
import { fresh } from "../lib/browser.mjs";
import { mill } from "../lib/load.mjs";
import { leaf, phraseKey, row, standing, until, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";

export const name = "engines";

/** Receives what the honest transaction between two wrong ones pays. */
const PEER = "44".repeat(32);

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url);
  await visit(page, url);
  await report.step("a key is made", () => phraseKey(page));
  const module = await report.step("a module that computes is deployed", () => page.evaluate((code) => globalThis.zera.deploy(new Uint8Array(code)), [...mill()]));
  await report.step("it gets hot, unchecked, on the browser’s engine", async () => {
    await check(page, 0);
    for (let n = 0; n < 8 && (await engine(page))?.calls_fast !== 2; n += 1) await turn(page, module);
    holds((await engine(page)).tier === "Fast", JSON.stringify(await engine(page)));
  });
  const good = (await standing(page)).height;
  const wrong = await report.step("the engine lies into two blocks, with an honest one between them", async () => {
    await page.evaluate(() => globalThis.zera.ask({ Fault: "EngineLies" }));
    return [await turn(page, module), await pay(page), await turn(page, module)];
  });
  holds((await standing(page)).height >= good + 3, "the wrong blocks are not there");
  await found(page, report, module, good, wrong);
  await kept(page, report, url, module);
  await report.check("the whole chain, executed again by the reference alone, gives the same head and root", async () => {
    const before = await standing(page);
    await page.evaluate(() => globalThis.zera.setPipelines({ count: 1, samplingPpm: 0, fast: false }));
    await page.evaluate(async () => globalThis.zera.importChain(await globalThis.zera.exportChain()));
    same(await standing(page), before, "head, root and balances");
  });
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

const check = (page, samplingPpm) => page.evaluate((samplingPpm) => globalThis.zera.setPipelines({ count: 1, samplingPpm, fast: true }), samplingPpm);

/** Calls the module once; gives the transaction's hash. */
const turn = (page, module) => page.evaluate(async (module) => (await globalThis.zera.call(module, "turn")).hash, module);

const pay = (page) =>
  page.evaluate(async (to) => (await globalThis.zera.transact({ Transfer: { to, amount: "7" } })).transactions[0].hash, PEER);

/** What the node tells of the module's code. */
const engine = (page) => page.evaluate(async () => (await globalThis.zera.pipelines()).engines.find(({ name }) => name === "mill"));

async function found(page, report, module, good, wrong) {
  await report.check("with every call checked, the next one is found out, and the chain goes back to the last agreed block", async () => {
    await check(page, 1_000_000);
    // Simulating is enough: it runs on the same engines, and is answered by the reference.
    await page.evaluate((module) => globalThis.zera.simulate({ Module: { module, entry: "turn", args: new Uint8Array(), value: "0" } }), module);
    await until(page, async () => (await globalThis.zera.pipelines()).sampling.disagreements.length === 1);
    const { sampling } = await page.evaluate(() => globalThis.zera.pipelines());
    const [difference] = sampling.disagreements;
    same([difference.what, difference.entry, difference.went_back_to], ["gas", "turn", good], "the difference");
    same((await engine(page)).tier.Disagreed !== undefined, true, "the engine is off for the code");
  });
  await report.check("the page says so", () => page.getByText(/The browser’s engine and the reference disagree on code b3:/).first().waitFor());
  await report.check("transactions of the dropped blocks are in new ones, and come out again as they stand there", async () => {
    for (const hash of wrong) {
      await until(page, async (hash) => (await globalThis.zera.transaction(hash)).block !== null, hash);
      const again = await page.evaluate((hash) => globalThis.zera.reexecute(hash), hash);
      holds(again.agrees && again.height > good, JSON.stringify(again));
    }
    same(await page.evaluate(async (peer) => (await globalThis.zera.account(peer)).free, PEER), "7", "the honest payment, once");
  });
}

async function kept(page, report, url, module) {
  await report.check("it is kept over a reload, and the chain goes on with the reference", async () => {
    await visit(page, `${url}pipelines`);
    await row(leaf(page, "Engines by code"), "mill").getByText(/the engines disagreed/).first().waitFor();
    const before = await engine(page);
    await turn(page, module);
    await turn(page, module);
    const after = await engine(page);
    holds((before?.calls_fast ?? 0) === 0 && after.calls_fast === 0 && after.calls_reference > 0, JSON.stringify(after));
    await row(leaf(page, "Two engines"), "turn").first().waitFor();
  });
}
