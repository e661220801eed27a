// Blocks with work in them, seen on the Pipelines page: lanes, conflicts, runs that ran again, a pipeline that dies and one
// that hangs, engines, settings. Blocks sealed on any number of pipelines, with either engine, come out the same when the
// reference executes them again one transaction after another.
import { fresh } from "../lib/browser.mjs";
import { burst, crowd, fullest, mill } from "../lib/load.mjs";
import { button, leaf, phraseKey, row, standing, title, until, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";

export const name = "pipelines";

const COUNTS = [0, 1, 2, 3, 8];

export async function run({ report, browser, url, long }) {
  const page = await fresh(browser, url);
  await visit(page, url);
  await report.step("a key is made", () => phraseKey(page));
  const module = await report.step("a module that computes is deployed", () => page.evaluate((code) => globalThis.zera.deploy(new Uint8Array(code)), [...mill()]));
  const people = await report.step("twelve accounts get money", () => crowd(page, 12));
  await set(page, { count: 3, samplingPpm: 100_000, fast: true });
  const busy = await report.step("each calls it four times, all at once", async () => {
    await burst(page, people, module, () => "turn", 2);
    return loaded(await burst(page, people, module, () => "turn", 4));
  });
  await lanes(page, report, busy);
  await conflicts(page, report, module, people);
  await incidents(page, report, module, people);
  await engines(page, report);
  await settings(page, report, url);
  await everywhere(page, report, module, people, long);
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

/** Opens an address as a link of the page does: a reload would start the node anew, and lanes live as long as it runs. */
const go = (page, path) =>
  page.evaluate((path) => {
    history.pushState(null, "", path);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);

const set = (page, wish) => page.evaluate((wish) => globalThis.zera.setPipelines(wish), wish);

/** The fullest block of a burst, all of which must have ended well. */
function loaded(ended) {
  holds(ended.every(({ outcome }) => outcome === "Ok"), `some ended with ${[...new Set(ended.map(({ outcome }) => outcome))]}`);
  return fullest(ended);
}

async function lanes(page, report, height) {
  const view = await page.evaluate((height) => globalThis.zera.lanes(height), height);
  await report.check("the block was executed in clusters on pipelines, and every transaction has a run that was kept", () => {
    const kept = view.runs.filter((run) => run.kept).map((run) => run.transaction);
    same([...new Set(kept)].length, view.totals.transactions, "transactions with a kept run");
    holds(view.totals.clusters > 1 && view.totals.pipelines === 3, `${view.totals.clusters} clusters, ${view.totals.pipelines} pipelines`);
    holds(view.runs.every((run) => run.end_us >= run.start_us), "a run ends before it begins");
    holds(new Set(view.runs.map((run) => run.pipeline)).size > 1, "one lane did everything");
  });
  await report.check("the block’s page leads to its lanes", async () => {
    await go(page, `/blocks/${height}`);
    await page.getByRole("link", { name: "See its lanes" }).click();
    await page.waitForURL(new RegExp(`/pipelines/${height}$`));
    await title(page).getByText(/ran [\d.]+ transactions at a time, on \d\spipelines? in/).waitFor();
  });
  await report.check("the chart, its readout and its table say the same of a run", async () => {
    await page.locator("#lanes svg").waitFor();
    const first = row(leaf(page, "Transactions"), /stage 1/).first();
    await first.getByRole("button").click();
    const number = await first.getByRole("button").innerText();
    await page.locator(".readout").getByText(`Transaction ${number}`, { exact: true }).waitFor();
    const before = await page.locator(".readout-told").innerText();
    await button(page.locator(".readout"), "Later").click();
    await page.waitForFunction((before) => document.querySelector(".readout-told").innerText !== before, before);
  });
  await report.check("pointing at a run tells of it until the pointer leaves", async () => {
    const before = await page.locator(".readout-told").innerText();
    const box = await page.locator("#lanes .lanes-pointer").boundingBox();
    for (let x = 0.15; x < 0.85 && (await page.locator(".readout-told").innerText()) === before; x += 0.05) {
      await page.mouse.move(box.x + box.width * x, box.y + box.height * 0.35);
    }
    holds((await page.locator(".readout-told").innerText()) !== before, "the readout did not follow the pointer");
    await page.mouse.move(5, 5);
    await page.waitForFunction((before) => document.querySelector(".readout-told").innerText === before, before);
  });
  await report.check("the page follows the newest block when asked to, and holds one when asked to", async () => {
    await page.getByRole("link", { name: "Follow the newest" }).click();
    await page.getByRole("link", { name: "Hold this block" }).click();
    await page.waitForURL(/\/pipelines\/\d+$/);
  });
  await report.check("a block that this node has not executed is named as such", async () => {
    await go(page, "/pipelines/999999");
    await title(page).getByText("This node keeps no lanes of block 999,999.").waitFor();
  });
}

async function conflicts(page, report, module, people) {
  const pooled = await report.step("half of the accounts write one key, and four wander off what they said", async () => {
    const ended = await burst(page, people, module, (n) => (n < 4 ? "wander" : n < 10 ? "pool" : "turn"));
    return loaded(ended);
  });
  await report.check("the shared key orders its writers, and wanderers ran again in the serial lane", async () => {
    const view = await page.evaluate((height) => globalThis.zera.lanes(height), pooled);
    const shared = view.conflicts.find((conflict) => conflict.name === "total" && conflict.writers.length >= 2);
    holds(shared, `the shared key has no two writers: ${JSON.stringify(view.conflicts.map(({ name, writers }) => [name, writers.length]))}`);
    const dropped = view.runs.filter((run) => !run.kept).map((run) => run.transaction);
    holds(dropped.length >= 1, "nothing ran again");
    for (const at of dropped) holds(view.runs.some((run) => run.transaction === at && run.kept && run.cluster === null), `transaction ${at} has no run in the serial lane`);
    same(view.totals.moved, new Set(view.runs.filter((run) => run.cluster === null).map((run) => run.transaction)).size, "moved");
  });
  await report.check("the conflict graph and its table show it", async () => {
    await go(page, `/pipelines/${pooled}`);
    await leaf(page, "Conflicts").getByText(/keys? put transactions in order; the busiest orders \d+ of them/).waitFor();
    await row(leaf(page, "Conflicts"), /total/).first().waitFor();
    await leaf(page, "Transactions").getByText("dropped, ran again").first().waitFor();
  });
}

async function incidents(page, report, module, people) {
  for (const [fault, words] of [["PipelineTraps", "died of a defect"], ["PipelineHangs", "did not answer in time"]]) {
    await report.check(`${fault}: the block is whole, the pipeline is replaced, and the page says so`, async () => {
      const before = (await page.evaluate(() => globalThis.zera.pipelines())).incidents.length;
      await page.evaluate((fault) => globalThis.zera.ask({ Fault: fault }), fault);
      const ended = await burst(page, people, module, () => "turn", 3);
      loaded(ended);
      await until(page, async (before) => (await globalThis.zera.pipelines()).incidents.length > before, before);
      await go(page, "/pipelines");
      await row(leaf(page, "Pipelines"), words).first().getByText("was done again").waitFor();
    });
  }
}

async function engines(page, report) {
  await report.check("the module runs on the browser’s engine, and calls executed twice agree", async () => {
    const { engines, sampling } = await page.evaluate(() => globalThis.zera.pipelines());
    const mine = engines.find(({ name }) => name === "mill");
    holds(mine?.tier === "Fast" && mine.calls_fast > 0, JSON.stringify(mine));
    holds(sampling.checked > 0 && sampling.checked === sampling.agreed, JSON.stringify(sampling));
    await go(page, "/pipelines");
    await row(leaf(page, "Engines by code"), "mill").getByText("browser’s engine", { exact: true }).waitFor();
    await leaf(page, "Two engines").getByText(/calls that both engines executed ended alike/).waitFor();
  });
  await report.check("the module’s own page names its engine", async () => {
    await row(leaf(page, "Engines by code"), "mill").getByRole("link").first().click();
    await leaf(page, "Engine").getByText("browser’s engine", { exact: true }).waitFor();
  });
}

async function settings(page, report, url) {
  await report.check("what is set is kept over a reload", async () => {
    await visit(page, `${url}pipelines`);
    const form = leaf(page, "Set up");
    await form.getByRole("radio", { name: "2", exact: true }).check({ force: true });
    await form.getByRole("radio", { name: "every call" }).check({ force: true });
    await until(page, async () => {
      const { wished, sampling } = await globalThis.zera.pipelines();
      return wished === 2 && sampling.ppm === 1_000_000;
    });
    await visit(page, `${url}pipelines`);
    const { wished, sampling } = await page.evaluate(() => globalThis.zera.pipelines());
    same([wished, sampling.ppm], [2, 1_000_000], "settings after a reload");
    holds(await leaf(page, "Set up").getByRole("radio", { name: "every call" }).isChecked(), "the form forgot");
  });
}

/** Seals blocks on each number of pipelines, with either engine; the reference then executes the whole chain again. */
async function everywhere(page, report, module, people, long) {
  const wishes = [...COUNTS.map((count) => ({ count, fast: true })), { count: 3, fast: false }, { count: 0, fast: false }];
  for (const wish of wishes) {
    const how = `${wish.count} pipelines, ${wish.fast ? "the browser’s engine" : "the reference alone"}`;
    await report.check(`blocks are sealed on ${how}`, async () => {
      await set(page, { ...wish, samplingPpm: 0 });
      for (let times = 0; times < (long ? 10 : 2); times += 1) {
        const height = loaded(await burst(page, people, module, (n) => ["turn", "pool", "turn", "wander"][n % 4], 2));
        const { totals } = await page.evaluate((height) => globalThis.zera.lanes(height), height);
        holds(totals.pipelines <= wish.count, `${totals.pipelines} pipelines were used`);
      }
    });
  }
  await report.check("one after another, on the reference, all these blocks come out the same: head, root and balances", async () => {
    const before = await standing(page);
    await page.evaluate(async () => globalThis.zera.importChain(await globalThis.zera.exportChain()));
    same(await standing(page), before, "head, root and balances");
  });
}
