// Author, voter and emergency through the page: code is rehearsed before it is proposed, read and rehearsed before it is
// voted on, then stopped by a freeze and taken back by a rollback; stake is split over several proposals in one signature;
// words of others do nothing but stand there.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fresh } from "../lib/browser.mjs";
import { act, leaf, phraseKey, title, until, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";
import { ROOT } from "../lib/server.mjs";

export const name = "votes";

const prebuilt = (file) => join(ROOT, "modules/prebuilt", file);
const button = (where, label) => where.getByRole("button", { name: label, exact: true });
const idOf = (page) => Number(new URL(page.url()).pathname.split("/").pop());

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url, { acceptDownloads: true });
  await visit(page, url);
  await report.step("a key is made and a module runs", async () => {
    await phraseKey(page);
    await furnish(page);
  });
  const upgrade = await author(page, report, url);
  await voter(page, report, url, upgrade);
  await emergency(page, report, url, upgrade);
  await split(page, report, url);
  await delegate(page, report, url);
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

/** Rehearses on the page and gives the verdict's line. */
async function rehearse(page, section) {
  await button(leaf(page, section), "Rehearse the enactment").click();
  const verdict = leaf(page, section).locator(".verdict .t").first();
  await verdict.waitFor();
  return verdict.innerText();
}

async function author(page, report, url) {
  await report.step("the author rehearses new code before anybody signs", async () => {
    await visit(page, `${url}proposals/new?kind=upgrade`);
    await page.getByLabel("Your own .wasm").setInputFiles(prebuilt("lending-v2.wasm"));
    await page.getByText("lending-v2.wasm", { exact: true }).waitFor();
    const verdict = await rehearse(page, "Dry run before proposing");
    holds(verdict.startsWith("Enactment would succeed."), verdict);
  });
  await report.check("five past calls were run again under both codes", async () => {
    await leaf(page, "Dry run before proposing").getByRole("rowheader", { name: /^Past calls run again, [1-9]/ }).waitFor();
  });
  await report.check("the same code again is refused before it costs anything", async () => {
    await visit(page, `${url}proposals/new?kind=upgrade`);
    await page.getByLabel("Your own .wasm").setInputFiles(prebuilt("lending-v1.wasm"));
    await page.getByText(/such an upgrade is refused/).waitFor();
    const verdict = await rehearse(page, "Dry run before proposing");
    holds(/would abort: the new code is the running code/.test(verdict), verdict);
  });
  return report.step("it is proposed, and its class is said before signing", async () => {
    await visit(page, `${url}proposals/new?kind=upgrade`);
    await page.getByLabel("Your own .wasm").setInputFiles(prebuilt("lending-v2.wasm"));
    await page.getByText("lending-v2.wasm", { exact: true }).waitFor();
    await page.getByLabel("Title", { exact: true }).fill("Interest per slot");
    const panel = page.getByRole("region", { name: "New proposal", exact: true });
    await button(panel, "Preview and sign").click();
    await panel.getByText(/major class, computed from its effects/).waitFor();
    await button(panel, "Sign with the key in this tab").click();
    await page.waitForURL(/\/proposals\/\d+$/);
    return idOf(page);
  });
}

async function voter(page, report, url, upgrade) {
  await report.step("the inbox holds what has no stake of the voter", async () => {
    await visit(page, `${url}proposals`);
    await title(page).getByText(/1 without stake of yours/).waitFor();
    await leaf(page, "Not voted on").getByRole("link", { name: /Interest per slot/ }).click();
    await page.locator("#standing").waitFor();
  });
  await report.check("what changes, gas and code are read from both binaries", async () => {
    await leaf(page, "What changes").getByRole("row").nth(3).waitFor();
    await leaf(page, "Static gas").getByRole("rowheader", { name: "deposit", exact: true }).waitFor();
    await leaf(page, "Disassembly").getByRole("region", { name: /^Lines of/ }).first().waitFor();
  });
  await report.check("a dry run has an address that runs the same", async () => {
    const verdict = await rehearse(page, "Dry run");
    holds(verdict.startsWith("Enactment would succeed."), verdict);
    same(new URL(page.url()).search, "?dry=100", "the address");
    const found = async () => {
      const [, block] = /On block ([\d,]+)/.exec(await leaf(page, "Dry run").locator(".verdict").first().innerText());
      return [block, await leaf(page, "Dry run").locator("dl.kv code").nth(1).getAttribute("title")];
    };
    const [block, digest] = await found();
    await page.reload();
    await leaf(page, "Dry run").locator(".verdict .t").first().waitFor();
    const [again, same_] = await found();
    holds(block !== again || digest === same_, "another digest on the same block");
  });
  await report.check("a dry run can be saved", async () => {
    const download = page.waitForEvent("download");
    await button(leaf(page, "Dry run"), "Save as JSON").click();
    const file = JSON.parse(await readFile(await (await download).path(), "utf8"));
    holds(file.abort === null && file.checks.length > 5 && file.replay.replayed >= 5, JSON.stringify({ checks: file.checks.length, replay: { ...file.replay, changed: 0 } }));
  });
  await report.check("the forecast says what a date would take, and never differs from now", async () => {
    await page.getByRole("rowheader", { name: "At today’s stakes" }).locator("..").getByText("never").first().waitFor();
    await page.getByLabel("Stake needed to cross").selectOption("60");
    await page.getByRole("rowheader", { name: /^To cross within 60/ }).locator("..").getByText(/needs [\d.]+\sM\sZRA more/).waitFor();
  });
  await report.step("stake is put on it and it enacts itself", () => enact(page, url, upgrade));
  await report.check("every edge between states is on the page", async () => {
    const edges = await leaf(page, "Timeline").getByRole("rowheader").allInnerTexts();
    const words = edges.map((text) => text.split("\n")[0].trim());
    same(words, ["submitted", "accruing", "confirming", "approved", "locked in", "active"], "edges");
  });
  await report.check("the voting history can be taken away as CSV", async () => {
    const download = page.waitForEvent("download");
    await button(page, "CSV").click();
    const lines = (await readFile(await (await download).path(), "utf8")).trim().split("\n");
    holds(lines[0].startsWith("height,slot,account") && lines.length === 2, lines.join(" | "));
  });
}

/** All stake on it, through the panel, and time until it is active. */
async function enact(page, url, id) {
  await visit(page, `${url}proposals/${id}`);
  await button(page, "All I can add").click();
  const panel = await act(page, "Your stake");
  await panel.getByText("Final", { exact: true }).waitFor();
  await page.evaluate(() => globalThis.zera.advance(400));
  await until(page, async (id) => "Active" in (await globalThis.zera.proposal(id)).proposal.state, id);
  await page.locator("#standing").getByText(/Nobody pressed a button/).waitFor();
}

/** Fills in the words and proposes; gives the number. */
async function propose(page, words) {
  await page.getByLabel("Title", { exact: true }).fill(words);
  await act(page, "New proposal");
  await page.waitForURL(/\/proposals\/\d+$/);
  return idOf(page);
}

async function emergency(page, report, url, upgrade) {
  await report.step("a freeze longer than its window is refused in the form", async () => {
    await visit(page, `${url}proposals/new?kind=freeze`);
    await page.getByLabel("For how long").fill("100000");
    await page.getByText(/too long\. The window leaves/).first().waitFor();
    await page.getByLabel("For how long").fill("120");
  });
  await report.step("a freeze is voted in and stops calls", async () => {
    await enact(page, url, await propose(page, "Stop it"));
  });
  await report.step("while it is unwritten, code and data return", async () => {
    await visit(page, `${url}proposals/new?kind=rollback`);
    await page.getByText("Code and data return: nothing was written since that migration.").waitFor();
    const verdict = await rehearse(page, "Dry run before proposing");
    holds(verdict.startsWith("Enactment would succeed"), verdict);
    await enact(page, url, await propose(page, "Back to the first"));
  });
  await report.check("the upgrade's own page says by which vote it was rolled back", async () => {
    await visit(page, `${url}proposals/${upgrade}`);
    await page.locator("#standing").getByText(/proposal \d+ rolled it back/).waitFor();
  });
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
}

/** One key lets another allocate; the other does; the first takes it back and votes in one signature. */
async function delegate(page, report, url) {
  const made = await report.step("a second key exists, and a proposal of the minor class", () => page.evaluate(async () => {
    const { zera } = globalThis;
    const [{ account: first }] = await zera.keys();
    const live = (await zera.proposals()).find(({ state }) => state === "Accruing" || "Accruing" in state);
    const id = await zera.propose("That one is spam", { Spam: { proposal: live.id, description: "" } });
    const second = (await zera.addKey("Device")).find(({ active }) => active).account;
    await zera.ask({ UseKey: first });
    await zera.transact({ Transfer: { to: second, amount: "50000000000" } });
    return { id, first, second };
  }));
  await report.step("stake is delegated by class on the account page", async () => {
    await page.evaluate((id) => globalThis.zera.ask({ UseKey: id }), made.second);
    await visit(page, `${url}account`);
    const address = (await page.locator("main .lead code").first().innerText()).trim();
    await page.evaluate((id) => globalThis.zera.ask({ UseKey: id }), made.first);
    await visit(page, `${url}account`);
    const panel = page.getByRole("region", { name: "Sign a delegation", exact: true });
    await panel.getByLabel("Delegate", { exact: true }).fill(address);
    await panel.getByLabel("Amount").fill("4000");
    await act(page, "Sign a delegation");
    await panel.getByText("Final", { exact: true }).waitFor();
    await leaf(page, "Delegations").getByRole("cell", { name: /4,000/ }).waitFor();
    await leaf(page, "Unlock calendar").getByText(/^delegated for the minor class to/).waitFor();
  });
  await report.step("the delegate allocates a share of it", async () => {
    await page.evaluate((id) => globalThis.zera.ask({ UseKey: id }), made.second);
    await visit(page, `${url}proposals/${made.id}`);
    const panel = page.getByRole("region", { name: "As a delegate", exact: true });
    await panel.getByLabel("Share of each delegation").fill("50");
    await act(page, "As a delegate");
    await panel.getByText("Final", { exact: true }).waitFor();
    await leaf(page, "Every stake change").getByText("by its delegate").waitFor();
  });
  await report.step("its owner takes it back and votes in one signature", async () => {
    await page.evaluate((id) => globalThis.zera.ask({ UseKey: id }), made.first);
    await visit(page, `${url}proposals/${made.id}`);
    const panel = page.getByRole("region", { name: "Your stake", exact: true });
    await panel.getByLabel("Claw it back and vote with it in the same signature").check();
    await panel.getByText("against", { exact: true }).click();
    await panel.getByLabel("Amount").fill("3000");
    await act(page, "Your stake");
    await panel.getByText("Final", { exact: true }).waitFor();
    const { delegations, allocations } = await page.evaluate(() => globalThis.zera.account());
    const there = allocations.filter(({ proposal, live }) => live && proposal === made.id).map(({ side, stake, by }) => [side, stake, by]);
    same([delegations, there], [[], [["Against", "3000000000000", null]]], "delegations and what stands there");
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
