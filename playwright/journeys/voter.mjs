// A voter: finds what waits for a vote, reads what the code would do differently, rehearses the enactment with real past
// calls, gives it up once, stakes, sees when it would pass and what would change that, and keeps the record of the vote.
import { fresh } from "../lib/browser.mjs";
import { accountAddress } from "../lib/address.mjs";
import { act, button, bytesOf, deployed, leaf, letTimePass, phraseKey, reaches, row, saved, stateOf, title, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";
import { signed, wallet } from "../lib/wallet.mjs";

export const name = "voter";

/** Calls of the module before the vote, its deployment among them; one of them ends differently under the new code. */
const CALLS = 25;

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url, { acceptDownloads: true });
  await visit(page, url);
  await report.step("a key is made", () => phraseKey(page));
  const made = await report.step("a pool that people use, and an open upgrade of it", () => furnish(page));
  await inbox(page, report, made);
  await differences(page, report);
  await dryRun(page, report, made);
  await stakes(page, report, made);
  await outcome(page, report, url, made);
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

/** The owner's deposits, and a second account: it may borrow only under the new code, and has tried before. */
async function furnish(page) {
  const module = await deployed(page, "lending-v1.wasm", [0xf4, 1, 0, 0]);
  const { author, words, payload } = await page.evaluate(async ([module, deposits]) => {
    const { zera } = globalThis;
    const zra = (amount) => String(BigInt(amount) * 1_000_000_000n);
    const author = (await zera.status()).account;
    for (let index = 0; index < deposits; index += 1) await zera.call(module, "deposit", { value: zra(100 + index) });
    const words = await zera.newPhrase();
    await zera.addKey({ Phrase: words });
    const other = (await zera.status()).account;
    await zera.ask({ UseKey: author });
    await zera.transact({ Transfer: { to: other, amount: zra(2_000) } });
    await zera.ask({ UseKey: other });
    await zera.call(module, "deposit", { value: zra(1_000) });
    const one = new Uint8Array(16);
    new DataView(one.buffer).setBigUint64(0, 1_000_000_000n, true);
    const plan = await zera.simulate({ Module: { module, entry: "borrow", args: one, value: "0" } });
    return { author, words, payload: [...plan.steps[0].payload] };
  }, [module, CALLS - 3]);
  // Refused by version 1, which lends to its owner alone: the page would not sign that, another wallet does.
  const refused = [...signed(wallet(words.split(" ")), Buffer.from(payload))];
  return page.evaluate(async ([module, refused, next, author]) => {
    const { zera } = globalThis;
    await zera.submit(new Uint8Array(refused));
    const proposal = await zera.propose("Everyone may borrow", {
      upgrade: { module, code: new Uint8Array(next), migrate: true, description: "Against their own deposit." },
    });
    await zera.ask({ UseKey: author });
    return { module, proposal, author };
  }, [module, refused, await bytesOf("lending-v2.wasm"), author]);
}

async function inbox(page, report, made) {
  await report.step("the inbox names what has no stake of this key, and how many", async () => {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Proposals" }).click();
    await title(page).getByText("1 open proposal; 1 without stake of yours, 0 over the bar.").waitFor();
    const waiting = leaf(page, "Not voted on");
    await waiting.getByRole("link", { name: /Everyone may borrow/ }).click();
    await page.waitForURL(new RegExp(`/proposals/${made.proposal}$`));
  });
  await report.check("payload and code are hashed again by the page and equal what is voted on", async () => {
    await button(leaf(page, "Payload"), "Hash it again").click();
    await leaf(page, "Payload").getByText(/Hashed again by the page: .* equal what is voted on/).waitFor();
  });
}

async function differences(page, report) {
  await report.check("what changes: exports, parameter, schema and capabilities, read from both binaries", async () => {
    const leafOf = leaf(page, "What changes");
    const table = leafOf.getByRole("table");
    await table.first().waitFor();
    const words = await leafOf.innerText();
    for (const wanted of [/collateral_factor_bps/, /author’s version/, /storage schema/]) holds(wanted.test(words), `${wanted} is missing in: ${words.slice(0, 1_500)}`);
  });
  await report.check("the disassembly opens a function that changed, with lines gone and lines new", async () => {
    const code = leaf(page, "Disassembly");
    await code.getByText(/^\d+ changed, \d+ added, \d+ removed; \d+ are the same\.$/).waitFor();
    const excerpt = code.getByRole("region", { name: /^Lines of / }).first();
    const text = await excerpt.innerText();
    holds(/[+−] .*[a-z0-9.]+/.test(text), `the excerpt: ${text.slice(0, 300)}`);
  });
  await report.check("static gas stands old beside new for every export, with what it depends on", async () => {
    const gas = leaf(page, "Static gas").getByRole("table", { name: "Static gas" });
    const cells = await row(gas, "deposit").first().innerText();
    holds(/\d,\d{3}[\s\S]*\d,\d{3}/.test(cells) && /host function/.test(cells), `the row of deposit: ${cells}`);
  });
}

const verdict = /^Enactment would succeed\. \d+ of \d+ replayed calls end differently\.$/;

async function dryRun(page, report, made) {
  const dry = leaf(page, "Dry run");
  await report.step("a dry run can be given up, and nothing has changed", async () => {
    // The first block after its own takes a proposal from submitted to accruing, whatever a dry run does.
    await reaches(page, made.proposal, ["accruing"], { step: 1, most: 30 });
    await dry.getByText("1,000", { exact: true }).click();
    // The press of Stop follows its appearance at once, however fast the machine.
    await dry.evaluate((dry) => new Promise((resolve) => {
      const named = (name) => [...dry.querySelectorAll("button")].find((button) => button.textContent.trim() === name);
      const watch = new MutationObserver(() => {
        const stop = named("Stop");
        if (stop === undefined) return;
        watch.disconnect();
        stop.click();
        resolve();
      });
      watch.observe(dry, { childList: true, subtree: true });
      named("Rehearse the enactment").click();
    }));
    await button(dry, "Rehearse the enactment").waitFor();
    same(await dry.getByText(/^Enactment would/).count(), 0, "verdicts");
    same(await stateOf(page, made.proposal), "accruing", "state");
  });
  await report.step("with the real calls of the module run again, it says how many end differently", async () => {
    await button(dry, "Rehearse the enactment").click();
    await dry.getByText(verdict).waitFor();
    const words = await row(dry.getByRole("table", { name: "Dry run", exact: true }), "Past calls run again").innerText();
    holds(words.includes(`Past calls run again, ${CALLS} of 1,000 asked for`), `the row: ${words}`);
  });
  await report.check("the calls that change are listed with both ends: a loan refused then, given now", async () => {
    const changed = dry.getByRole("table", { name: "Calls that end differently" });
    const words = await row(changed, "borrow").first().innerText();
    holds(/refused[\s\S]*done/.test(words), `the row of borrow: ${words}`);
  });
  await report.check("its address, opened again, runs the same and gives the same digest on the same state", async () => {
    holds(new URL(page.url()).searchParams.get("dry") === "1000", `the address is ${page.url()}`);
    // The chain seals a block every ten seconds while a vote is open: two runs count when they began on the same state.
    for (let tries = 0; tries < 5; tries += 1) {
      const first = await result(page, dry);
      await page.goto(page.url());
      await dry.getByText(verdict).waitFor();
      const again = await result(page, dry);
      if (again.root === first.root) {
        const other = Object.keys(first).filter((field) => field !== "microseconds" && JSON.stringify(first[field]) !== JSON.stringify(again[field]));
        same(other.map((field) => [field, first[field], again[field]]), [], "what differs on the same state");
        return;
      }
    }
    throw new Error("no two runs began on the same state");
  });
}

async function result(page, dry) {
  const { bytes } = await saved(page, () => button(dry, "Save as JSON").click());
  return JSON.parse(bytes.toString());
}

const forecast = (page) => page.getByRole("table", { name: "Forecast" });

async function stakes(page, report, made) {
  await report.check("without stake the forecast says never, told apart from a date and from now", async () => {
    const words = await row(forecast(page), "At today’s stakes").innerText();
    holds(/never/.test(words) && !/above now|\bin\s\d/.test(words), `at today's stakes: ${words}`);
    holds(/\bin\s\d/.test(await row(forecast(page), "Earliest under any stake").innerText()), "no earliest date");
  });
  await report.check("the stake that a date takes is worked out, and a nearer date takes more", async () => {
    const needs = async (within, label) => {
      await page.getByLabel("Stake needed to cross").selectOption({ value: within });
      const line = row(forecast(page), `To cross within ${label}`);
      await line.getByText(/needs [\d.,]+/).waitFor();
      return amount((await line.innerText()).match(/needs ([\d.,]+\s*[kM]?)/)[1]);
    };
    const soon = await needs("60", "60 s");
    const late = await needs("3600", "60 min 00 s");
    holds(soon > late && late > 0, `within a minute ${soon}, within an hour ${late}`);
  });
  await report.step("what the slider assumes moves the date before any stake does", async () => {
    await page.getByLabel("What if I add").fill("1000");
    await row(forecast(page), /^With .* for/).getByText(/^in /).first().waitFor();
  });
  await report.step("the stake is put on it", async () => {
    await button(page, "All I can add").click();
    const panel = await act(page, "Your stake");
    await panel.getByText("Final", { exact: true }).waitFor();
  });
  await report.check("the forecast has a date now, and what a base a tenth higher or lower would change", async () => {
    await row(forecast(page), "At today’s stakes").getByText(/^in /).first().waitFor();
    for (const moved of ["lower", "higher"]) {
      const words = await row(forecast(page), `With a base a tenth ${moved}`).innerText();
      holds(/\bin\s\d/.test(words), `base ${moved}: ${words}`);
    }
  });
  await report.check("the inbox is empty, and the proposal stands among those voted on", async () => {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Proposals" }).click();
    await leaf(page, "Not voted on").getByText("No open proposal waits for your stake.").waitFor();
    await leaf(page, "Voted on").getByRole("link", { name: /Everyone may borrow/ }).waitFor();
  });
  return made;
}

/** `12.3 M` and `4,500` in ZRA. */
function amount(text) {
  const factor = text.endsWith("M") ? 1e6 : text.endsWith("k") ? 1e3 : 1;
  return Number(text.replace(/[^\d.]/g, "")) * factor;
}

async function outcome(page, report, url, made) {
  await report.step("time passes: confirmed, rehearsed once more and locked in, enacted", async () => {
    for (let step = 0; step < 16 && (await stateOf(page, made.proposal)) !== "active"; step += 1) {
      await visit(page, `${url}settings`);
      await letTimePass(page, "30 s");
    }
    same(await stateOf(page, made.proposal), "active", "state");
    await visit(page, `${url}proposals/${made.proposal}`);
    await page.locator("#standing").getByText(/^Enacted by block [\d,]+ itself\. Nobody pressed a button\.$/).waitFor();
  });
  await report.check("the timeline has every state, lock-in with the block it was rehearsed on", async () => {
    const names = await leaf(page, "Timeline").getByRole("rowheader").allInnerTexts();
    const order = ["submitted", "accruing", "confirming", "approved", "locked in", "active"];
    const seen = names.map((name) => name.split("\n")[0].trim().toLowerCase()).filter((name) => name !== "migrating");
    same(seen, order, "states");
    holds(names.some((name) => /rehearsed on the state of block \d+/.test(name)), "lock-in names no block");
  });
  const changes = await page.evaluate(async (id) => (await globalThis.zera.proposal(id)).changes, made.proposal);
  await report.check("every stake change can be taken along as CSV", async () => {
    const { name, bytes } = await saved(page, () => button(leaf(page, "Every stake change"), "CSV").click());
    same(name, `proposal-${made.proposal}-votes.csv`, "name");
    const [head, ...lines] = bytes.toString().trim().split("\n").map((line) => line.split(","));
    same(head, ["height", "slot", "account", "by_delegate", "side", "before", "after", "side_total"], "columns");
    same(lines.map((line) => [line[2], line[6]]), changes.map(({ account, after }) => [accountAddress(account), after]), "rows");
  });
  await report.check("and as JSON, with every state", async () => {
    const { bytes } = await saved(page, () => button(leaf(page, "Every stake change"), "JSON").click());
    const file = JSON.parse(bytes.toString());
    same([file.proposal, file.class, file.changes.length], [made.proposal, "major", changes.length], "proposal, class, changes");
    holds(file.transitions.some(({ state }) => state.startsWith("LockedIn")), "no lock-in among the transitions");
  });
}
