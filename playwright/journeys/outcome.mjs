// The whole outcome through the page alone: a module goes in, is called, is upgraded by conviction and carries its data
// over, and a reload finds everything.
import { join } from "node:path";
import { fresh } from "../lib/browser.mjs";
import { act, deploy, deviceKey, leaf, letTimePass, ownAddress, phraseKey, running, standing, status, title, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";
import { ROOT } from "../lib/server.mjs";

export const name = "outcome";

const module = (file) => join(ROOT, "modules/prebuilt", file);
const button = (where, label) => where.getByRole("button", { name: label, exact: true });

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url);
  await report.step("a newcomer finds a running chain", async () => {
    await visit(page, url);
    await title(page).getByText("A chain is already running in this tab.").waitFor();
  });
  await report.check("the key with a backup is offered first, the device key is labelled", async () => {
    const offer = await page.locator("#key-offer").innerText();
    holds(offer.indexOf("Make a key with a backup") < offer.indexOf("Make a device key"), "the device key stands first");
    holds(offer.includes("cannot be recovered"), "nothing says that a device key cannot be recovered");
  });
  await report.step("twelve words make a key", async () => {
    same((await phraseKey(page)).length, 12, "words");
  });
  const own = await ownAddress(page);
  const address = await report.step("lending 1 is deployed from a file", () =>
    deploy(page, module("lending-v1.wasm"), { initial_rate: "500" }),
  );
  await title(page).getByText(/^lending runs 1\.0\.0/i).waitFor();
  await report.step("deposit is called through its typed form, after a preview", async () => {
    const call = leaf(page, "Call").first();
    await call.getByLabel("Function").selectOption({ value: "deposit" });
    await call.getByLabel("ZRA attached").fill("1000");
    await button(call, "Preview and sign").click();
    await call.getByRole("heading", { name: /^If it runs in block/ }).waitFor();
    const preview = await call.locator("#preview").innerText();
    holds(/Returns[\s\S]*1,000/.test(preview), `the preview shows no decoded result: ${preview}`);
    await button(call, "Sign with the key in this tab").click();
    await call.getByText("Final", { exact: true }).waitFor();
  });
  await report.check("the receipt names the call and decodes its result", async () => {
    await leaf(page, "Call").first().getByRole("link", { name: "See the receipt" }).click();
    await leaf(page, "Receipt").getByRole("rowheader", { name: "deposit" }).waitFor();
    await leaf(page, "Receipt").getByText(/1,000/).first().waitFor();
    await page.goBack();
  });
  const proposal = await report.step("an upgrade to lending 2 is proposed, with a migration", () => propose(page));
  await report.step("all stake goes on it", async () => {
    await button(page, "All I can add").click();
    const panel = await act(page, "Your stake");
    await panel.getByText("Final", { exact: true }).waitFor();
  });
  await grows(page, report, url, proposal);
  await migrated(page, report, url, { address, own });
  await reloaded(page, report, url, { address, own });
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
  await device(report, browser, url);
}

async function propose(page) {
  await page.getByRole("link", { name: "Propose new code" }).click();
  await page.getByLabel("Your own .wasm").setInputFiles(module("lending-v2.wasm"));
  await page.getByText("lending-v2.wasm", { exact: true }).waitFor();
  await page.getByLabel("Title", { exact: true }).fill("Interest per slot");
  await page.getByLabel("Description", { exact: true }).fill("Moves every account to the new schema.");
  const panel = await act(page, "New proposal");
  await page.waitForURL(/\/proposals\/\d+$/);
  holds(panel, "no panel");
  return new URL(page.url()).pathname;
}

/** From accruing over the bar, through confirmation and timelock, to enacted: every state is seen on the page. */
async function grows(page, report, url, proposal) {
  const seen = [];
  const conviction = [];
  await report.step("conviction grows, crosses, confirms, waits and enacts itself", async () => {
    for (let step = 0; step < 24 && seen.at(-1) !== "active"; step += 1) {
      const { state, has } = await page.evaluate(async (id) => {
        const { proposal } = await globalThis.zera.proposal(id);
        const [state] = typeof proposal.state === "string" ? [proposal.state] : Object.keys(proposal.state);
        return { state: state.toLowerCase(), has: proposal.conviction[0] };
      }, Number(proposal.split("/").pop()));
      if (seen.at(-1) !== state) seen.push(state);
      conviction.push(BigInt(has));
      if (state === "active") break;
      await page.getByRole("link", { name: "Settings" }).click();
      await letTimePass(page, "30 s");
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Proposals" }).click();
      await page.getByRole("rowheader").getByRole("link", { name: /Interest per slot/ }).click();
      await page.locator("#standing").waitFor();
    }
    // Lock-in lasts one block, so a look every 30 s may miss it.
    const passing = ["submitted", "lockedin"];
    same(seen.filter((state) => !passing.includes(state)), ["accruing", "confirming", "approved", "active"], "states");
  });
  await report.check("conviction only grew while the stake stayed", () => {
    const growing = conviction.slice(0, -1);
    holds(growing.length > 3, "too few looks at the curve");
    holds(growing.every((value, index) => index === 0 || value >= growing[index - 1]), `it fell: ${growing}`);
  });
  await report.check("the page says that nobody pressed a button", async () => {
    await page.locator("#standing").getByText(/^Enacted by block [\d,]+ itself\. Nobody pressed a button\.$/).waitFor();
  });
}

async function migrated(page, report, url, { address, own }) {
  await report.step("the module runs version 2", async () => {
    await visit(page, `${url}modules/${address}`);
    await title(page).getByText(/ runs 2\.0\.0/).waitFor();
    await leaf(page, "History").getByText(/entries migrated/).waitFor();
    await leaf(page, "History").getByRole("link", { name: /^Proposal \d+$/ }).waitFor();
  });
  await report.step("its data came along: the deposit is still there", () => balanceOf(page, own, /^1,000(\.\d+)?/));
  await report.check("its storage is listed with proofs that hold", async () => {
    const storage = leaf(page, "Storage");
    await storage.getByRole("row").nth(1).waitFor();
    const marks = storage.getByRole("button", { name: /^verified state proof/ });
    holds((await marks.count()) > 0, "no entry carries a checked proof");
  });
}

/** Asks the module what an account has in it, through its form. */
async function balanceOf(page, own, expected) {
  const call = leaf(page, "Call").first();
  await call.getByLabel("Function").selectOption({ value: "balance_of" });
  await call.getByLabel("account", { exact: true }).fill(own);
  await button(call, "Ask the module").click();
  const answer = call.locator("dl.kv dd b").first();
  await answer.waitFor();
  holds(expected.test(await answer.innerText()), `balance_of answered ${await answer.innerText()}`);
}

async function reloaded(page, report, url, { address, own }) {
  await report.check("a reload finds everything", async () => {
    const before = await standing(page);
    const proposals = await page.evaluate(() => globalThis.zera.proposals());
    await page.reload();
    await running(page);
    same(await standing(page), before, "head, root and balances");
    const again = await page.evaluate(() => globalThis.zera.proposals());
    same(again.map(({ id, state }) => [id, state]), proposals.map(({ id, state }) => [id, state]), "proposals");
    await title(page).getByText(/ runs 2\.0\.0/).waitFor();
    await balanceOf(page, own, /^1,000(\.\d+)?/);
  });
  await report.check("every page has an address that a reload keeps", async () => {
    const { head } = await status(page);
    for (const path of ["", "proposals", "modules", `modules/${address}`, "blocks", `blocks/${head.height}`, "account", "settings"]) {
      await visit(page, `${url}${path}`);
      const words = await title(page).innerText();
      holds(!words.startsWith("No page is at"), `/${path}: ${words}`);
    }
  });
}

async function device(report, browser, url) {
  const page = await fresh(browser, url);
  await report.check("a device key is made with one press and survives a reload", async () => {
    await visit(page, url);
    await deviceKey(page);
    const before = await page.evaluate(() => globalThis.zera.keys());
    same(before.map(({ kind, active }) => [kind, active]), [["Device", true]], "keys");
    await page.reload();
    await running(page);
    same(await page.evaluate(() => globalThis.zera.keys()), before, "keys after the reload");
    await page.goto(`${url}account`);
    await page.getByText("Cannot be recovered", { exact: true }).waitFor();
  });
  await report.check("the device key can move what it holds", async () => {
    const to = "11".repeat(32);
    const moved = await page.evaluate(async (to) => {
      const { transactions } = await globalThis.zera.transact({ Transfer: { to, amount: "1000000000" } });
      return [transactions[0].outcome, (await globalThis.zera.account(to)).free];
    }, to);
    same(moved, ["Ok", "1000000000"], "outcome and balance");
  });
  await report.check("the console stayed free of errors", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}
