// An emergency: an upgrade turns out bad, a vote freezes the module, a fix is proposed, a rollback before anything was
// written brings the earlier data back, the freeze ends. The page says at every step what is refused, why and until when.
import { moduleAddress } from "../lib/address.mjs";
import { fresh } from "../lib/browser.mjs";
import { act, button, bytesOf, deployed, leaf, ownAddress, phraseKey, prebuilt, reaches, row, stateOf, title, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";

export const name = "emergency";

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url);
  await visit(page, url);
  await report.step("a key is made", () => phraseKey(page));
  const own = await ownAddress(page);
  const module = await report.step("a pool with deposits, upgraded by a vote", () => furnish(page));
  const address = moduleAddress(module);
  const place = { url, address, own };
  const freeze = await report.step("a freeze is proposed through the page: emergency class", () => proposeFreeze(page, place));
  const back = await report.step("so is the return to version 1: minor class, data and code", () => proposeRollback(page, place));
  await report.step("one signature splits the stake over both", () => split(page, url, freeze, back));
  await report.step("the freeze passes by its short confirmation", () => reaches(page, freeze, ["active"], { step: 10 }));
  await frozen(page, report, place, freeze);
  const fix = await report.step("a fix is proposed while the module is frozen", () => proposeFix(page, module));
  await report.step("the rollback passes while calls are still refused", async () => {
    same(await reaches(page, back, ["active", "aborted"], { step: 5 }), "active", "state");
    holds((await page.evaluate((id) => globalThis.zera.module(id), module)).standing.frozen !== null, "the freeze had ended by then");
  });
  // The chain's seconds are a person's seconds too: what is looked at for long comes after what has a date.
  await report.step("the freeze ends by a vote, before its time", () => unfreeze(page, place, { freeze, back }));
  await returned(page, report, place, { module, back });
  await over(page, report, place, { module, fix });
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

const zra = (amount) => String(BigInt(amount) * 1_000_000_000n);

async function furnish(page) {
  const module = await deployed(page, "lending-v1.wasm", [0xf4, 1, 0, 0]);
  const upgraded = await page.evaluate(async ([module, two, amount, stake]) => {
    const { zera } = globalThis;
    await zera.call(module, "deposit", { value: amount });
    const id = await zera.propose("Version 2, with an oversight", { upgrade: { module, code: new Uint8Array(two), migrate: true } });
    await zera.allocate(id, stake);
    return id;
  }, [module, await bytesOf("lending-v2.wasm"), zra(1_000), zra(20_000_000)]);
  await reaches(page, upgraded, ["active"]);
  return module;
}

/** A proposal through the form of its kind; gives its number. */
async function propose(page, { url, address }, kind, words, fill) {
  await visit(page, `${url}proposals/new?module=${address}&kind=${kind}`);
  await fill?.();
  await page.getByLabel("Title", { exact: true }).fill(words);
  await act(page, "New proposal");
  await page.waitForURL(/\/proposals\/\d+$/);
  await page.locator("#standing").waitFor();
  return Number(new URL(page.url()).pathname.split("/").pop());
}

async function proposeFreeze(page, place) {
  const id = await propose(page, place, "freeze", "Stop it until it is fixed", async () => {
    await page.getByLabel("For how long").fill("100000");
    await page.getByText(/too long\. The window leaves 2\smin\s00\ss\.$/).waitFor();
    await page.getByLabel("For how long").fill("120");
    const dry = leaf(page, "Dry run before proposing");
    await button(dry, "Rehearse the enactment").click();
    await dry.getByText(/^Enactment would succeed/).first().waitFor();
  });
  await page.getByText("emergency class", { exact: true }).first().waitFor();
  return id;
}

async function proposeRollback(page, place) {
  const id = await propose(page, place, "rollback", "Back to version 1", async () => {
    await page.getByText("Code and data return: nothing was written since that migration.").waitFor();
  });
  await page.getByText("minor class", { exact: true }).first().waitFor();
  return id;
}

/** Both proposals get their part in one signature. */
async function split(page, url, freeze, back) {
  const nonce = (await page.evaluate(() => globalThis.zera.account())).nonce;
  await visit(page, `${url}proposals?split=${freeze},${back}`);
  const part = leaf(page, "Split my stake");
  const amounts = part.getByLabel("All that shall stand there");
  await amounts.nth(0).fill("11000000");
  await amounts.nth(1).fill("18500000");
  const panel = await act(page, "Sign the split");
  await panel.getByText("Final", { exact: true }).waitFor();
  same((await page.evaluate(() => globalThis.zera.account())).nonce, nonce + 1, "nonce: one signature");
}

async function frozen(page, report, { url, address, own }, freeze) {
  await report.check("the module's page says until when, and by which vote", async () => {
    await visit(page, `${url}modules/${address}`);
    await page.getByText(/^Calls are refused until .*\d{2}:\d{2}/).waitFor();
    await page.getByRole("link", { name: `Proposal ${freeze}`, exact: true }).first().waitFor();
  });
  await report.check("the call form names the reason and offers nothing to sign; questions are answered", async () => {
    const call = leaf(page, "Call").first();
    await call.getByLabel("Function").selectOption({ value: "deposit" });
    await call.getByText("Calls that change data are refused meanwhile; questions are answered.").waitFor();
    same(await button(call, "Preview and sign").getAttribute("aria-disabled"), "true", "the button's state");
    await call.getByText(`Frozen by proposal ${freeze}.`).first().waitFor();
    await call.getByLabel("Function").selectOption({ value: "balance_of" });
    await call.getByLabel("account", { exact: true }).fill(own);
    await button(call, "Ask the module").click();
    await call.locator("dl.kv dd b").first().waitFor();
  });
  await report.check("a script's call is refused by the chain itself, for that reason", async () => {
    const said = await page.evaluate((address) => globalThis.zera.call(address, "deposit", { value: "1000000000" }).catch((error) => error.message), address);
    holds(/frozen/i.test(said), `it said: ${said}`);
  });
  await report.check("the list of modules marks it", async () => {
    await visit(page, `${url}modules`);
    await page.getByText("calls stopped").first().waitFor();
  });
}

const proposeFix = async (page, module) =>
  page.evaluate(async ([module, code]) => globalThis.zera.propose("Version 2.0.1, with the fix", { upgrade: { module, code: new Uint8Array(code), migrate: true } }), [module, await bytesOf("lending-v2b.wasm")]);

async function returned(page, report, { url, address, own }, { module, back }) {
  await report.check("code and data of version 1 are back", async () => {
    await visit(page, `${url}modules/${address}`);
    await title(page).getByText(/ runs 1\.0\.0/).waitFor();
    // The key of a deposit begins with the name of its map, in digits.
    await leaf(page, "Storage").getByText(new RegExp(`^${Buffer.from("deposits:").toString("hex")}`)).first().waitFor();
    const call = leaf(page, "Call").first();
    await call.getByLabel("Function").selectOption({ value: "balance_of" });
    await call.getByLabel("account", { exact: true }).fill(own);
    await button(call, "Ask the module").click();
    const answer = call.locator("dl.kv dd b").first();
    await answer.waitFor();
    holds(/^1,000(\.\d+)?/.test(await answer.innerText()), `balance_of answered ${await answer.innerText()}`);
  });
  await report.check("the lineage shows the version that was taken back as a branch beside the trunk", async () => {
    const stops = leaf(page, "History").getByRole("listitem");
    const all = await stops.allInnerTexts();
    const undone = all.filter((words) => /, rolled back/.test(words));
    same(undone.length, 1, `branches that were rolled back in: ${all.join(" | ")}`);
    holds(undone[0].includes("2.0.0"), undone[0]);
    holds(all.some((words) => words.includes("Returned to version 1.")), "no stop says what it returned to");
  });
  await report.check("the rolled-back proposal says so and by which one", async () => {
    const { versions } = await page.evaluate((id) => globalThis.zera.module(id), module);
    const upgraded = versions.find(({ undone }) => undone).proposal;
    await visit(page, `${url}proposals/${upgraded}`);
    await page.locator("#standing").getByText(new RegExp(`^It was enacted, and proposal ${back} rolled it back in block [\\d,]+\\.$`)).waitFor();
    await row(leaf(page, "Timeline"), /rolled back/).first().waitFor();
  });
}

async function unfreeze(page, place, { freeze, back }) {
  const id = await propose(page, place, "unfreeze", "It runs safely again");
  await page.evaluate(async ([id, amount]) => globalThis.zera.allocate(id, amount), [id, zra(29_000_000)]);
  same(await reaches(page, id, ["active", "aborted"], { step: 5, most: 120 }), "active", "state");
  same([await stateOf(page, freeze), await stateOf(page, back)], ["active", "active"], "freeze and rollback");
}

async function over(page, report, { url, address }, { module, fix }) {
  await report.check("calls are taken again", async () => {
    await visit(page, `${url}modules/${address}`);
    const call = leaf(page, "Call").first();
    await call.getByLabel("Function").selectOption({ value: "deposit" });
    await call.getByLabel("ZRA attached").fill("10");
    await button(call, "Preview and sign").click();
    await button(call, "Sign with the key in this tab").click();
    await call.getByText("Final", { exact: true }).waitFor();
  });
  await report.check("a fix that was proposed as version 3 would abort now: the return is version 3 itself", async () => {
    const dry = await page.evaluate((id) => globalThis.zera.dryRun(id), fix);
    const sequence = (await page.evaluate((id) => globalThis.zera.module(id), module)).module.sequence;
    same([dry.abort, sequence], ["BadVersion", 3], "the dry run and the sequence");
  });
  await report.check("the fix, proposed for the next number, would pass", async () => {
    await visit(page, `${url}proposals/new?module=${address}`);
    await page.getByLabel("Your own .wasm").setInputFiles(prebuilt("lending-v2b.wasm"));
    const dry = leaf(page, "Dry run before proposing");
    await button(dry, "Rehearse the enactment").click();
    await dry.getByText(/^Enactment would succeed/).first().waitFor();
  });
}
