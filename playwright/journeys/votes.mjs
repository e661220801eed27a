// Votes beside the ordinary ones: governance parameters and settings against their bounds, stake split over both in one
// signature, the record taken away as CSV; and words of others, which do nothing but stand there.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fresh } from "../lib/browser.mjs";
import { act, phraseKey, title, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";
import { ROOT } from "../lib/server.mjs";

export const name = "votes";

const prebuilt = (file) => join(ROOT, "modules/prebuilt", file);
const idOf = (page) => Number(new URL(page.url()).pathname.split("/").pop());

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url, { acceptDownloads: true });
  await visit(page, url);
  await report.step("a key is made and a module runs", async () => {
    await phraseKey(page);
    await furnish(page);
  });
  await split(page, report, url);
  await words(page, report, url);
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

async function furnish(page) {
  const code = [...(await readFile(prebuilt("lending-v1.wasm")))];
  await page.evaluate(async (code) => {
    const { zera } = globalThis;
    const lending = await zera.deploy(new Uint8Array(code), { args: new Uint8Array([0xf4, 1, 0, 0]) });
    for (let i = 1; i <= 5; i += 1) {
      await zera.transact({ Module: { module: lending, entry: "deposit", args: new Uint8Array(), value: String(i * 1_000_000_000) } });
    }
  }, code);
}

/** Fills in the words and proposes; gives the number. */
async function propose(page, words) {
  await page.getByLabel("Title", { exact: true }).fill(words);
  await act(page, "New proposal");
  await page.waitForURL(/\/proposals\/\d+$/);
  return idOf(page);
}

async function split(page, report, url) {
  const ids = await report.step("two drafts are proposed: governance parameters and a setting", async () => {
    await visit(page, `${url}proposals/new?kind=parameters`);
    await page.getByLabel("Half-life").fill("1");
    await page.getByText("Below its floor of 30").first().waitFor();
    await page.getByLabel("Half-life").fill("90");
    const first = await propose(page, "Slower");
    await visit(page, `${url}proposals/new?kind=config`);
    await page.getByLabel("New value").fill("99999999");
    await page.getByText(/is outside 0 to/).first().waitFor();
    await page.getByLabel("New value").fill("600");
    return [first, await propose(page, "A higher rate")];
  });
  await report.step("stake is split over both in one signature", async () => {
    await visit(page, `${url}proposals`);
    for (const id of ids) await page.getByLabel(`Split stake over proposal ${id}`).check();
    const amounts = page.getByLabel("All that shall stand there");
    await amounts.nth(0).fill("1000");
    await amounts.nth(1).fill("2000");
    const panel = await act(page, "Sign the split");
    await panel.getByText("Final", { exact: true }).waitFor();
    const held = await page.evaluate(async () => (await globalThis.zera.account()).allocations.filter(({ live }) => live).map(({ proposal, stake }) => [proposal, stake]));
    same(held.sort(), [[ids[0], "1000000000000"], [ids[1], "2000000000000"]].sort(), "allocations");
  });
  await record(page, report, url, ids[0]);
}

async function record(page, report, url, id) {
  await report.check("the voting history can be taken away as CSV", async () => {
    await visit(page, `${url}proposals/${id}`);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV", exact: true }).click();
    const [head, line, ...more] = (await readFile(await (await download).path(), "utf8")).trim().split("\n");
    holds(head.startsWith("height,slot,account,by_delegate,side") && /,for,0,\d+,\d+$/.test(line) && more.length === 0, `${head} | ${line}`);
  });
}

async function words(page, report, url) {
  await report.check("script, control characters and turned text stand there as what they are", async () => {
    const id = await page.evaluate(async () => {
      const { zera } = globalThis;
      const [{ id: module_id }] = await zera.modules();
      const change = { module_id, parameter: "interest_rate_bps", value: new Uint8Array([0x58, 2, 0, 0]) };
      const description = `<img src=x onerror="globalThis.broken = 1">\n\u202eturned\u2066\u0007 ${"# markdown **x** ".repeat(450)}`;
      return zera.propose("<script>globalThis.broken = 1</script> pay \u202e0001\u200b", { Config: { changes: [change], description } });
    });
    for (const path of ["proposals", `proposals/${id}`, "account"]) {
      await visit(page, `${url}${path}`);
      await page.waitForFunction(() => document.querySelector("main [aria-busy]") === null);
      const text = await page.locator("main").innerText();
      holds(!/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\u0007]/.test(text), `hidden characters on /${path}`);
    }
    await visit(page, `${url}proposals/${id}`);
    await title(page).getByText(/^<script>globalThis\.broken = 1<\/script> pay \[U\+202E\]0001\[U\+200B\]/).waitFor();
    await page.getByRole("region", { name: "Says" }).getByText(/<img src=x onerror/).waitFor();
    same(await page.evaluate(() => globalThis.broken), undefined, "what a script would have set");
  });
  await report.check("a megabyte of words is refused with its size", async () => {
    await visit(page, `${url}proposals/new?kind=unfreeze`);
    await page.getByLabel("Description", { exact: true }).fill("x".repeat(1 << 20));
    await page.getByText(/1\.0\sMB are too many; the chain takes 8\.1\skB/).first().waitFor();
  });
}
