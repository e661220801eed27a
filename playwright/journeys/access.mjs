// Every page in light and dark, at 1440 and 360 pixels: axe finds no violation, nothing scrolls sideways down to 320, and
// a screenshot is left in playwright/output/ for people to look at.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { moduleAddress } from "../lib/address.mjs";
import { fresh, open } from "../lib/browser.mjs";
import { fits, leaf, phraseKey, visit } from "../lib/page.mjs";
import { holds } from "../lib/report.mjs";
import { ROOT } from "../lib/server.mjs";

export const name = "access";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LOOKS = [["light", 1440], ["dark", 1440], ["light", 360], ["dark", 360]];
const prebuilt = (file) => join(ROOT, "modules/prebuilt", file);

export async function run({ report, browser, url, output }) {
  const page = await fresh(browser, url, { acceptDownloads: true });
  await visit(page, url);
  await look(report, page, output, "first-run");
  await page.getByRole("button", { name: "Make a key with a backup" }).click();
  await page.locator("ol.phrase li").first().waitFor();
  await look(report, page, output, "first-run-phrase");
  await page.getByRole("button", { name: "Back", exact: true }).click();
  await report.step("a key is made", () => phraseKey(page));
  await look(report, page, output, "overview-empty");
  const made = await report.step("a chain with modules, votes and blocks is made", () => furnish(page));
  await viewAll(page, report, url, output, views(made));
  const fleet = await report.step("a fleet and a frozen module are made", () => furnishFleet(page));
  const journal = Buffer.from(await page.evaluate(async () => [...(await globalThis.zera.exportJournal())]));
  await viewAll(page, report, url, output, moreViews({ ...made, ...fleet }, journal));
  const second = await open(page.context(), url);
  await report.step("a second tab follows", async () => {
    await visit(second, `${url}network`);
    await second.waitForFunction(() => document.querySelector("main [aria-busy]") === null);
  });
  await look(report, second, output, "network-second-tab");
  await second.close();
  await report.check("the console stayed free of errors and policy violations", () => holds(page.trouble.length === 0, page.trouble.join("\n")));
  await page.context().close();
}

/** Opens each view, gets it ready, and looks at it. */
async function viewAll(page, report, url, output, views) {
  for (const [name, path, prepare] of views) {
    await report.step(`${name} opens`, async () => {
      await visit(page, `${url}${path}`);
      await page.waitForFunction(() => document.querySelector("main [aria-busy]") === null);
      await prepare?.(page);
    });
    await look(report, page, output, name);
  }
}

/** Two modules, an enacted upgrade, an aborted one, and an open proposal with stake on it. */
async function furnish(page) {
  const code = async (file) => [...(await readFile(prebuilt(file)))];
  const codes = await Promise.all(["lending-v1.wasm", "lending-v2.wasm", "lending-v3.wasm", "counter.wasm"].map(code));
  return page.evaluate(async (codes) => {
    const { zera } = globalThis;
    const [one, two, three, counter] = codes.map((code) => new Uint8Array(code));
    const zra = (amount) => String(BigInt(amount) * 1_000_000_000n);
    const lending = await zera.deploy(one, { args: new Uint8Array([0xf4, 1, 0, 0]) });
    const { transactions } = await zera.transact({ Module: { module: lending, entry: "deposit", args: new Uint8Array(), value: zra(1_200) } });
    await zera.deploy(counter, { args: new Uint8Array(8) });
    const enacted = await zera.propose("Interest by slot", { upgrade: { module: lending, code: two, migrate: true, description: "Moves every account to the new schema." } });
    await zera.allocate(enacted, zra(20_000_000));
    await zera.advance(400);
    const aborted = await zera.propose("A migration that fails", { upgrade: { module: lending, code: three, migrate: true } });
    await zera.allocate(aborted, zra(20_000_000));
    await zera.advance(400);
    const rate = { module_id: lending, parameter: "interest_rate_bps", value: new Uint8Array([0x58, 2, 0, 0]) };
    const slow = await zera.propose("A higher rate", { Config: { changes: [rate], description: "Too little stake for ever." } });
    await zera.allocate(slow, zra(2_000_000));
    const live = await zera.propose("The third code once more", { upgrade: { module: lending, code: three, migrate: true, description: "A vote that is open." } });
    await zera.allocate(live, zra(10_000_000));
    await zera.advance(20);
    await zera.allocate(live, zra(25_000_000));
    await zera.advance(10);
    const { network, head } = await zera.status();
    return { lending, enacted, aborted, live, transaction: transactions[0].hash, block: transactions[0].height, head: head.height, network };
  }, codes);
}

/** A manager with followers of each state, and a module whose calls are frozen by a vote. */
async function furnishFleet(page) {
  const files = ["manager.wasm", "vault-v1.wasm", "vault-v3.wasm", "counter.wasm"];
  const codes = await Promise.all(files.map(async (file) => [...(await readFile(prebuilt(file)))]));
  return page.evaluate(async (codes) => {
    const { zera } = globalThis;
    const [manager, ...vaults] = codes.map((code) => new Uint8Array(code));
    const bytes = (hex) => Uint8Array.from(hex.match(/../g), (byte) => Number.parseInt(byte, 16));
    const { account } = await zera.status();
    const module = await zera.deploy(manager, { args: bytes(account) });
    const hashes = [];
    for (const code of vaults.slice(0, 2)) {
      hashes.push((await zera.inspect(code)).hash);
      await zera.transact([], [code]);
    }
    const release = (hash) => zera.call(module, "release", { args: new Uint8Array([20, ...new TextEncoder().encode("vault"), ...bytes(hash)]) });
    await release(hashes[0]);
    const follower = (pin) => ({ DeployReference: { reference: { manager: module, tag: "vault", pin }, constructor: bytes(account), value: "0" } });
    const { plan } = await zera.transact([follower(null), follower(null), follower(null), follower(hashes[0])]);
    await release(hashes[1]);
    await zera.call(plan.modules[0], "deposit", { value: "5000000000" });
    const stopped = await zera.deploy(vaults[2], { args: new Uint8Array(8) });
    const freeze = await zera.propose("Stop it", { Freeze: { module_id: stopped, slots: 120, description: "Until it is looked at." } });
    const held = (await zera.account()).allocations.filter(({ live }) => live);
    for (const { proposal, side } of held) await zera.transact({ Allocate: { proposal, side, amount: "0" } });
    await zera.allocate(freeze, String(25_000_000n * 1_000_000_000n));
    for (let passed = 0; passed < 100 && (await zera.module(stopped)).standing.frozen === null; passed += 5) await zera.advance(5);
    return { manager: module, follower: plan.modules[1], stopped, freeze };
  }, codes);
}

/** The pages of modules' whole life: fleet, frozen module, journal, verification, every kind of proposal, dry runs. */
function moreViews(made, journal) {
  const kinds = ["config", "rollback", "freeze", "reference", "execute", "parameters", "builders", "spam", "validators"];
  const compared = (page) => leaf(page, "Versions compared").getByRole("button", { name: "Compare the two" }).click().then(() => page.getByRole("table", { name: "Static gas" }).waitFor());
  const rehearsed = async (page) => {
    await leaf(page, "Dry run").getByRole("button", { name: "Rehearse the enactment" }).click();
    await leaf(page, "Dry run").getByText(/^Enactment would/).waitFor();
    await page.getByRole("table", { name: "Static gas" }).waitFor();
  };
  const checked = (label, bytes) => async (page) => {
    await page.getByLabel(/Drop a proof, a journal/).setInputFiles({ name: "a.zjournal", mimeType: "application/octet-stream", buffer: bytes });
    await page.getByText(label).first().waitFor();
  };
  const bad = Buffer.from(journal);
  bad[bad.length >> 1] ^= 1;
  return [
    ["fleet", `modules/${moduleAddress(made.manager)}/fleet`, (page) => page.getByRole("table", { name: "Followers" }).waitFor()],
    ["follower", `modules/${moduleAddress(made.follower)}`],
    ["frozen", `modules/${moduleAddress(made.stopped)}`, (page) => page.getByText(/^Calls are refused until/).waitFor()],
    ["versions-compared", `modules/${moduleAddress(made.lending)}`, compared],
    ["proposal-rehearsed", `proposals/${made.live}`, rehearsed],
    ["proposals-split", `proposals?split=${made.live}`, (page) => page.getByLabel("All that shall stand there").waitFor()],
    ...kinds.map((kind) => [`proposal-new-${kind}`, `proposals/new?kind=${kind}&module=${moduleAddress(made.lending)}`]),
    ["journal", "journal", (page) => page.getByRole("table", { name: "Entries" }).waitFor()],
    ["verify", "verify"],
    ["verify-good", "verify", checked(/^All \d+ entries hold/, journal)],
    ["verify-bad", "verify", checked("Use nothing of this file.", bad)],
    ["builders", "builders"],
  ];
}

function views(made) {
  const preview = async (page) => {
    await page.getByRole("button", { name: "All I can add" }).click();
    await page.getByRole("button", { name: "Preview and sign" }).first().click();
    await page.getByRole("heading", { name: /^If it runs in block/ }).waitFor();
  };
  const lending = async (page) => {
    await page.getByRole("table").getByRole("link", { name: /lending/i }).first().click();
    await leaf(page, "Storage").getByRole("table").waitFor();
  };
  const certificate = (page) => leaf(page, "Certificate of the tip").getByRole("table", { name: "Signatures" }).waitFor();
  const joining = async (page) => {
    await page.getByLabel("Start from peer").fill("http://not-a-peer");
    await page.getByLabel("Checkpoint").fill("abc");
  };
  const measured = async (page) => {
    for (const box of await page.getByRole("checkbox").all()) {
      await box.setChecked((await box.evaluate((input) => input.closest("label").innerText.trim())) === "Messages");
    }
    await page.getByText("A glance, about two minutes").click();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByText("All suites have ended.").waitFor();
  };
  return [
    ["bench", "bench"],
    ["bench-results", "bench", measured],
    ["overview", ""],
    ["proposals", "proposals"],
    ["proposal-open", `proposals/${made.live}`, (page) => page.getByLabel("What if I add").fill("500")],
    ["proposal-preview", `proposals/${made.live}`, preview],
    ["proposal-enacted", `proposals/${made.enacted}`],
    ["proposal-aborted", `proposals/${made.aborted}`],
    ["proposal-new", "proposals/new"],
    ["modules", "modules"],
    ["module", "modules", lending],
    ["deploy", "modules/deploy"],
    ["deploy-ready", "modules/deploy", (page) => page.getByLabel("Your own .wasm").setInputFiles(prebuilt("token.wasm")).then(() => page.getByRole("heading", { name: /can be deployed/ }).waitFor())],
    ["refused", "modules/deploy", (page) => page.getByLabel("Your own .wasm").setInputFiles(prebuilt("bad/float.wasm")).then(() => page.getByRole("alert").first().waitFor())],
    ["blocks", "blocks"],
    ["block", `blocks/${made.block}`],
    ["pipelines", "pipelines", (page) => page.locator("#lanes svg").waitFor()],
    ["pipelines-forgotten", `pipelines/${made.block}`],
    ["transaction", `transactions/${made.transaction}`],
    ["executions", "executions", (page) => page.getByRole("table", { name: "Executions" }).waitFor()],
    ["account", "account"],
    ["network", "network", certificate],
    ["network-signed", "network", (page) => certificate(page).then(() => page.getByText(/^The signed bytes/).click())],
    ["network-join", "network", joining],
    ["settings", "settings"],
    ["evidence", "", (page) => page.locator("main .mark").first().click().then(() => page.getByRole("dialog").waitFor())],
    ["reset-dialog", "settings", (page) => page.getByRole("button", { name: "Delete and start over" }).click()],
    ["not-found", "nowhere"],
  ];
}

/** One view in all its looks. */
export async function look(report, page, output, view) {
  for (const [colorScheme, width] of LOOKS) {
    await page.setViewportSize({ width, height: width === 360 ? 740 : 1000 });
    await page.emulateMedia({ colorScheme });
    // Colours change in 120 ms; what is measured is where they arrive.
    await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== "running"));
    await report.check(`${view}, ${colorScheme}, ${width} px: axe finds nothing, nothing scrolls sideways`, async () => {
      // No style of the driver's own: the page's policy would refuse it and say so.
      await page.screenshot({ path: join(output, `${view}-${width}-${colorScheme}.png`), fullPage: true, caret: "initial", animations: "allow" });
      await fits(page);
      await clean(page);
    });
  }
  await page.setViewportSize({ width: 320, height: 740 });
  await report.check(`${view}: nothing scrolls sideways at 320 px`, () => fits(page));
  await page.setViewportSize({ width: 1440, height: 1000 });
  await page.emulateMedia({ colorScheme: "light" });
}

async function clean(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) => {
      const first = nodes.slice(0, 3).map(({ target, any }) => `${target.join(" ")} ${any[0]?.message ?? ""}`);
      return `${id}: ${help} (${nodes.length})\n  ${first.join("\n  ")}`;
    });
  });
  holds(found.length === 0, found.join("\n"));
}
