// An operator: one reference, a fleet of fifty. A release reaches every follower at once and none that is pinned; one with
// another state schema migrates each follower at its next call, and the page counts how far the fleet is.
import { readFile } from "node:fs/promises";
import { fresh } from "../lib/browser.mjs";
import { act, button, deploy, leaf, ownAddress, phraseKey, prebuilt, title, visit } from "../lib/page.mjs";
import { same } from "../lib/report.mjs";

export const name = "operator";

const FOLLOWING = 49;
const TAG = "vault";

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url);
  await visit(page, url);
  await report.step("a key is made", () => phraseKey(page));
  const own = await ownAddress(page);
  const manager = await report.step("the manager is deployed", () => deploy(page, prebuilt("manager.wasm"), { admin: own }));
  const codes = await report.step("three versions of the vault are stored, one through the page", () => store(page, url));
  await report.step("the tag is released to the first of them", () => release(page, url, manager, codes[0]));
  const pinned = await report.step("a follower is created through the page, pinned to the code of now", () => follow(page, url, manager, own, true));
  const one = await report.step("a second one, which follows", () => follow(page, url, manager, own, false));
  await report.step(`${FOLLOWING - 1} more are created by a script of the page`, () => fleetOf(page, manager, FOLLOWING - 1));
  const place = { url, manager };
  await report.check("the fleet page counts 50, of which one is pinned", () => counts(page, place, { ready: FOLLOWING, migrates: 0 }));
  await report.check("followers and the pinned one answer with the first version", () => answers(page, url, { [one]: "1", [pinned]: "1" }));
  await report.step("one release", () => release(page, url, manager, codes[1]));
  await report.check("upgrades 49 at once: the fleet page shows the new code, nothing to migrate", () => counts(page, place, { ready: FOLLOWING, migrates: 0, code: codes[1] }));
  await report.check("calls answer with the new code's result, the pinned one with the old", () => answers(page, url, { [one]: "2", [pinned]: "1" }));
  await report.check("all 49 answer so", async () => {
    const said = await versions(page, manager);
    same([said.filter((version) => version === 2).length, said.filter((version) => version === 1).length], [FOLLOWING, 1], "versions 2 and 1");
  });
  await report.step("a release with another state schema", () => release(page, url, manager, codes[2]));
  await report.check("moves no data: all 49 migrate at their next call, and the page says so", () => counts(page, place, { ready: 0, migrates: FOLLOWING, code: codes[2] }));
  await report.step("one follower is called, and its caller pays the migration", () => deposit(page, url, one));
  await report.check("the count moves by one", () => counts(page, place, { ready: 1, migrates: FOLLOWING - 1 }));
  await report.check("that follower answers with the third version, its module page says what it follows", async () => {
    await answers(page, url, { [one]: "3" });
    await title(page).getByText(/ runs 2\.0\.0, whatever the tag “vault” stands at\.$/).waitFor();
  });
  await report.check("the manager's tag cannot be deleted while followers exist", async () => {
    const call = await callForm(page, url, manager, "delete", { tag: TAG });
    await button(call, "Preview and sign").click();
    await call.getByRole("alert").getByText(/^It would fail: .* Nothing was signed\.$/).waitFor();
  });
  await report.check("the journal has the three releases and the migration of the one follower", async () => {
    const told = async (address, words, times) => {
      await visit(page, `${url}journal?module=${address}`);
      const entries = page.getByRole("table", { name: "Entries" }).getByText(words);
      await entries.nth(times - 1).waitFor();
      same(await entries.count(), times, words);
    };
    await told(manager, "Tag “vault” set", 3);
    await told(one, "Data migrated at the first call after its tag moved", 1);
  });
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

/** Stores the three codes; gives their hashes. */
async function store(page, url) {
  await visit(page, `${url}modules/deploy`);
  await page.getByLabel("Your own .wasm").setInputFiles(prebuilt("vault-v1.wasm"));
  await page.getByText("Only store the code", { exact: true }).click();
  await act(page, "Deploy it");
  await page.getByText("Stored. Anybody can name it by its hash now.").waitFor();
  const files = await Promise.all(["vault-v1.wasm", "vault-v2.wasm", "vault-v3.wasm"].map((file) => readFile(prebuilt(file))));
  return page.evaluate(async (files) => {
    const hashes = [];
    for (const file of files) {
      const code = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
      const { hash, stored } = await globalThis.zera.inspect(code);
      if (!stored) await globalThis.zera.transact([], [code]);
      hashes.push(hash);
    }
    return hashes;
  }, files.map((file) => file.toString("base64")));
}

/** The call form of a module with a function chosen and arguments filled in. */
async function callForm(page, url, address, entry, args) {
  await visit(page, `${url}modules/${address}`);
  const call = leaf(page, "Call").first();
  await call.getByLabel("Function").selectOption({ value: entry });
  for (const [label, value] of Object.entries(args)) await call.getByLabel(label, { exact: true }).fill(value);
  return call;
}

async function called(call) {
  await button(call, "Preview and sign").click();
  await call.getByRole("heading", { name: /^If it runs in block/ }).waitFor();
  await button(call, "Sign with the key in this tab").click();
  await call.getByText("Final", { exact: true }).waitFor();
}

const release = async (page, url, manager, code) => called(await callForm(page, url, manager, "release", { tag: TAG, code }));

const deposit = async (page, url, follower) => called(await callForm(page, url, follower, "deposit", { "ZRA attached": "5" }));

/** Creates a follower through the page; gives its address. */
async function follow(page, url, manager, own, pinned) {
  await visit(page, `${url}modules/deploy`);
  const form = leaf(page, "Or follow a reference");
  await form.getByLabel("Manager").selectOption({ value: manager });
  await form.getByLabel("Tag").selectOption({ value: TAG });
  await form.getByLabel("owner", { exact: true }).fill(own);
  if (pinned) await form.getByLabel(/^Pin it to this code/).check();
  await act(page, "Create the follower");
  await page.getByText("The module runs.", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Open the module" }).click();
  await page.waitForURL(/\/modules\/zerasmod1/);
  return new URL(page.url()).pathname.split("/").pop();
}

const fleetOf = (page, manager, count) =>
  page.evaluate(async ([manager, tag, count]) => {
    const { zera } = globalThis;
    const [{ account }, { module }] = await Promise.all([zera.status(), zera.module(manager)]);
    const owner = Uint8Array.from(account.match(/../g), (byte) => Number.parseInt(byte, 16));
    const call = { DeployReference: { reference: { manager: module.id, tag, pin: null }, constructor: owner, value: "0" } };
    for (let left = count; left > 0; left -= 8) await zera.transact(Array(Math.min(8, left)).fill(call));
  }, [manager, TAG, count]);

/** What the fleet page says about the tag. */
async function counts(page, { url, manager }, { ready, migrates, code }) {
  await visit(page, `${url}modules/${manager}/fleet?tag=${TAG}`);
  await title(page).getByText(`tag “${TAG}”: ${FOLLOWING + 1} follow.`).waitFor();
  const far = leaf(page, "How far it is");
  const words = migrates === 0 ? `All ${ready} that follow run the code in force.` : `${ready} of ${ready + migrates} that follow are on the code in force; ${migrates} migrate at their next call.`;
  await far.getByText(words, { exact: true }).first().waitFor();
  const figure = (name) => far.locator("dl.kv div").filter({ hasText: name }).locator("dd").innerText();
  same([await figure("ready"), await figure("pinned")].map((text) => Number(/^\s*(\d+)/.exec(text)[1])), [ready, 1], "ready and pinned");
  if (code) await leaf(page, "What a call resolves to").locator(`code[title="${code}"]`).first().waitFor();
}

/** Asks each module its version through its page. */
async function answers(page, url, expected) {
  for (const [address, version] of Object.entries(expected)) {
    const call = await callForm(page, url, address, "version", {});
    await button(call, "Ask the module").click();
    const answer = call.locator("dl.kv dd b").first();
    await answer.waitFor();
    same((await answer.innerText()).trim(), version, `version of ${address}`);
  }
}

/** Every follower's answer, by a script. */
const versions = (page, manager) =>
  page.evaluate(async ([manager, tag]) => {
    const { zera } = globalThis;
    const { module } = await zera.module(manager);
    const { followers } = await zera.fleet(module.id, tag, { limit: 100 });
    return Promise.all(followers.map(async ({ id }) => (await zera.query(id, "version")).result[0]));
  }, [manager, TAG]);
