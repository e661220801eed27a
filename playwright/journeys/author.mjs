// An author: deploys a sample, uses it, drops its next version onto a new proposal, sees what enactment would do before
// anything is signed, and proposes; code that would abort is named as such before anybody votes on it.
import { fresh } from "../lib/browser.mjs";
import { act, button, drop, leaf, phraseKey, prebuilt, row, saved, title, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";

export const name = "author";

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url, { acceptDownloads: true });
  await visit(page, url);
  await report.step("a key is made", () => phraseKey(page));
  const address = await report.step("the lending sample is deployed from the page's own samples", () => deploySample(page));
  await report.step("it is used: four deposits", () => use(page, address));
  await proposes(page, report, url, address);
  await refused(page, report, url, address);
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

async function deploySample(page) {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Modules" }).click();
  await page.getByRole("link", { name: "Deploy a module" }).first().click();
  await button(page, "Use lending-v1.wasm").click();
  await page.getByLabel("initial_rate", { exact: true }).fill("500");
  await act(page, "Deploy");
  await page.getByRole("link", { name: "Open the module" }).click();
  await page.waitForURL(/\/modules\/zerasmod1/);
  return new URL(page.url()).pathname.split("/").pop();
}

const use = (page, address) =>
  page.evaluate(async (address) => {
    for (const zra of [100n, 250n, 400n, 50n]) await globalThis.zera.call(address, "deposit", { value: String(zra * 1_000_000_000n) });
  }, address);

/** Takes a file and rehearses it; gives the leaf of the dry run with its verdict. */
async function rehearse(page, verdict) {
  const dry = leaf(page, "Dry run before proposing");
  await button(dry, "Rehearse the enactment").click();
  await dry.getByText(verdict).first().waitFor();
  return dry;
}

async function proposes(page, report, url, address) {
  const dry = await report.step("the next version is dropped, its schema looked at, its enactment rehearsed", async () => {
    await visit(page, `${url}modules/${address}`);
    await page.getByRole("link", { name: "Propose new code" }).click();
    await drop(page, "Your own .wasm", prebuilt("lending-v2.wasm"));
    await page.getByText("lending-v2.wasm", { exact: true }).waitFor();
    await page.getByText("The new code cannot read the data as they are, and brings a migration of its own.").waitFor();
    return rehearse(page, /^Enactment would succeed\. /);
  });
  await report.check("the dry run shows its checks: invariant the same, health true, migration with its entries", async () => {
    const checks = dry.getByRole("table", { name: "Dry run", exact: true });
    const invariant = await row(checks, "Invariant: total_deposits").innerText();
    holds(/800,?000,?000,?000|800/.test(invariant) && invariant.includes("the same"), `the invariant's row: ${invariant}`);
    holds(/held/.test(await row(checks, "health()").innerText()), "health() did not hold");
    await row(checks, /^Migration/).first().waitFor();
  });
  await report.check("the storage diff names keys added and removed, decoded", async () => {
    const counts = await dry.getByText(/\d+ keys added, \d+ removed, \d+ changed/).innerText();
    const [added, removed] = counts.match(/\d+/g).map(Number);
    holds(added > 0 && removed > 0, `counts: ${counts}`);
    const rows = dry.getByRole("table", { name: "Storage" }).getByRole("row");
    holds((await rows.count()) === 1 + added + removed + Number(counts.match(/(\d+) changed/)[1]), `rows: ${await rows.count()} for ${counts}`);
    holds(/positions/.test(await rows.allInnerTexts().then((all) => all.join("\n"))), "no key is named");
  });
  await report.check("its past calls were run again under both codes", async () => {
    await row(dry.getByRole("table", { name: "Dry run", exact: true }), /Past calls run again, [45] of 100 asked for/).waitFor();
  });
  await report.check("the class follows from the effects: a new storage schema is major", async () => {
    await dry.locator("dl.kv div").filter({ hasText: "Class by its effects" }).getByText("major").waitFor();
  });
  await report.check("the evidence can be saved, and says what the page says", async () => {
    const { bytes } = await saved(page, () => button(dry, "Save as JSON").click());
    const run = JSON.parse(bytes.toString());
    same([run.abort, run.class, run.checks.every(({ held }) => held)], [null, "major", true], "abort, class, checks");
    holds(/^[0-9a-f]{64}$/.test(run.digest), `digest ${run.digest}`);
  });
  await report.check("a draft that changes after its dry run says so", async () => {
    await page.getByLabel("Description", { exact: true }).fill("Moves every account to the new schema.");
    await dry.getByText("The draft has changed since this run.").waitFor();
  });
  await report.step("it is proposed, with the class shown before it is signed", async () => {
    await page.getByLabel("Title", { exact: true }).fill("Interest per slot");
    const panel = page.getByRole("region", { name: "New proposal", exact: true }).last();
    await button(panel, "Preview and sign").click();
    await panel.getByText(/^proposal 1, major class, computed from its effects$/).waitFor();
    await button(panel, "Sign with the key in this tab").click();
    await page.waitForURL(/\/proposals\/1$/);
    await title(page).getByText("Interest per slot: new code, version 2").waitFor();
    await page.getByText("major class", { exact: true }).first().waitFor();
  });
  await report.check("nobody's stake is on it: never at this support, and what it would take", async () => {
    await page.locator("#standing").getByText(/Never at this support; [\d.,]+ ?\S* ?ZRA more for it would pass in time\.|Never at this support/).waitFor();
  });
}

/** Code that would abort is said to, before it is proposed and without anything being signed. */
async function refused(page, report, url, address) {
  const before = await page.evaluate(() => globalThis.zera.proposals().then((all) => all.length));
  const fresh = () => visit(page, `${url}proposals/new?module=${address}`);
  await report.check("a migration that fails: the verdict says that it would abort, and why", async () => {
    await fresh();
    await page.getByLabel("Your own .wasm").setInputFiles(prebuilt("lending-v3.wasm"));
    const dry = await rehearse(page, "Enactment would abort: its migration failed.");
    await dry.getByText(/on purpose|trapped|unreachable|fail/i).first().waitFor();
    await row(dry.getByRole("table", { name: "Dry run", exact: true }), "Migration").getByText("broken").waitFor();
  });
  await report.check("a module that is not the next version of this one: the verdict says what it cannot read", async () => {
    await fresh();
    await page.getByLabel("Your own .wasm").setInputFiles(prebuilt("bad/unhealthy.wasm"));
    await rehearse(page, /^Enactment would abort: /);
  });
  await report.check("the running code once more is refused before it is rehearsed", async () => {
    await fresh();
    await page.getByLabel("Your own .wasm").setInputFiles(prebuilt("lending-v1.wasm"));
    await page.getByRole("alert").getByText("This is the code that runs now; such an upgrade is refused.").waitFor();
  });
  await report.check("code that breaks a rule is refused on this page too", async () => {
    await fresh();
    await page.getByLabel("Your own .wasm").setInputFiles(prebuilt("bad/float.wasm"));
    await title(page).getByText(/^float\.wasm was refused/).waitFor();
  });
  await report.check("none of these left anything on the chain", async () => {
    same(await page.evaluate(() => globalThis.zera.proposals().then((all) => all.length)), before, "proposals");
  });
}
