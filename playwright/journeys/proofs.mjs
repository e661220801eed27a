// Proofs of executions, as people make, check and carry them: a call is recorded, proven from its page, verified, taken away
// as a file, verified in another profile without a network, brought to the ledger; three real calls, and one run on an
// argument that nobody sees. Files that were changed are refused in words, a proof that disagrees with running raises an alarm.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fresh } from "../lib/browser.mjs";
import { button, deployed, leaf, phraseKey, row, saved, title, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";
import { ROOT } from "../lib/server.mjs";

export const name = "proofs";

/** Proving takes as long as it takes; no check is about time. */
const LONG = { timeout: 600_000 };
const DROP = "Drop a proof, a journal, or the JSON files of snarkjs here, or pick one";
const STOCK = join(ROOT, "client-core/proof/verify/tests/stock");

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url, { acceptDownloads: true });
  await visit(page, url);
  await report.step("a key is made", () => phraseKey(page));
  const made = await report.step("integrity, lending and tally run, and each is called", () => furnish(page));
  const first = await whole(page, report, browser, url, { ...made.integrity, says: /ran critical_business_logic and returned 42\.$/ });
  await report.check("the ledger says so on the execution's page, with the transaction that brought it", async () => {
    await visit(page, `${url}executions/${made.integrity.transaction}/0`);
    await leaf(page, "On the ledger").getByText("verified by the ledger").first().waitFor();
  });
  await changed(page, report, url, first);
  await whole(page, report, browser, url, { ...made.tally, says: new RegExp(`ran conviction_after and returned ${BigInt(made.counted).toLocaleString("en")}\\.$`) });
  await whole(page, report, browser, url, { ...made.lending, says: /ran deposit and / });
  await hidden(page, report, browser, url);
  await stock(page, report, url);
  await alarm(page, report, url);
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

/** Three modules, a call of each, and what the ledger itself counts for a stake that has stood for a minute. */
async function furnish(page) {
  const integrity = await deployed(page, "integrity.wasm", [0]);
  const lending = await deployed(page, "lending-v1.wasm", [0xf4, 1, 0, 0]);
  const tally = await deployed(page, "tally.wasm");
  return page.evaluate(async ([integrity, lending, tally]) => {
    const { zera } = globalThis;
    const numbers = (...values) => {
      const bytes = new Uint8Array(8 * values.length);
      values.forEach((value, index) => new DataView(bytes.buffer).setBigUint64(8 * index, BigInt(value), true));
      return bytes;
    };
    const newest = async (entry) => {
      const page = await zera.ask({ Executions: { filter: {}, before: null, limit: 20 } });
      const { executions } = page.Executions ?? page;
      return executions.find((execution) => execution.entry === entry);
    };
    const called = async (module, entry, options) => {
      await zera.call(module, entry, options);
      const { id } = await newest(entry);
      return { module, entry, transaction: id.transaction };
    };
    const logic = await called(integrity, "critical_business_logic", { args: numbers(16) });
    await zera.call(lending, "deposit", { value: "50000000000" });
    const deposit = await called(lending, "deposit", { value: "70000000000" });
    const stake = 20_000_000_000_000_000n;
    const code = new Uint8Array(await (await fetch("/samples/lending-v2.wasm")).arrayBuffer());
    const proposal = await zera.propose("Counted twice", { upgrade: { module: lending, code, migrate: true } });
    await zera.allocate(proposal, String(stake));
    const from = (await zera.status()).head.slot;
    await zera.advance(60);
    const { proposal: view } = await zera.proposal(proposal);
    const to = (await zera.status()).head.slot;
    const counted = await called(tally, "conviction_after", { args: numbers(0, stake, to - from) });
    return { integrity: logic, lending: deposit, tally: counted, counted: String(view.conviction[0]), stake: String(stake), slots: to - from };
  }, [integrity, lending, tally]);
}

/** Click to verdict, to a file, to another profile without a network, to the ledger. Gives the file. */
async function whole(page, report, browser, url, { entry, transaction, says }) {
  await report.step(`${entry}: listed with its size, and proven from its page with one click`, async () => {
    await visit(page, `${url}executions`);
    await row(page.getByRole("table", { name: "Executions" }), entry).first().getByRole("link", { name: entry }).click();
    await page.waitForURL(/\/executions\/[0-9a-f]{64}\/\d+$/);
    await visit(page, `${url}executions/${transaction}/0`);
    await leaf(page, "Proof").getByText(/\d rows; \d+ /).waitFor();
    await button(leaf(page, "Proof"), "Prove this execution").click();
    await leaf(page, "Proof").getByText("This tab holds a proof.").waitFor(LONG);
  });
  await report.check(`${entry}: both verdicts, and running it again agrees`, async () => {
    await leaf(page, "Proof").getByRole("link", { name: /^Proof / }).first().click();
    await title(page).getByText(says).waitFor();
    await page.getByText("Execution proven.", { exact: true }).waitFor();
    await page.getByText("State bound.", { exact: true }).waitFor();
    await leaf(page, "Run again").getByText(/gives the same in every field/).waitFor();
    await leaf(page, "Verifying keys").getByText("INSECURE").waitFor();
  });
  const file = await report.step(`${entry}: taken away as a file`, () => saved(page, () => button(page, "Download").click()));
  await report.check(`${entry}: verified in another profile with the network off`, () => elsewhere(browser, url, file.bytes, says));
  await report.check(`${entry}: submitted, and verified on the ledger`, async () => {
    const panel = page.getByRole("region", { name: "Submit to the ledger", exact: true });
    await button(panel, "Submit to the ledger").click();
    await button(panel, "Sign with the key in this tab").click(LONG);
    await panel.getByText("verified by the ledger").waitFor(LONG);
  });
  return file.bytes;
}

/** A fresh profile, its own chain, no network: the file alone. */
async function elsewhere(browser, url, bytes, says) {
  const other = await fresh(browser, url);
  await visit(other, `${url}verify`);
  await other.context().setOffline(true);
  await give(other, bytes);
  await title(other).getByText(says).waitFor();
  await other.getByText("Execution proven.", { exact: true }).waitFor();
  same(await other.getByText("State bound.", { exact: true }).count(), 0, "state bindings on a chain that knows nothing of it");
  await other.context().close();
}

const give = (page, bytes, label = DROP, name = "an execution.proof") =>
  page.getByLabel(label, { exact: true }).setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) });

/** Files that were changed, cut, or are none. */
async function changed(page, report, url, bytes) {
  await report.check("a file with a bit changed anywhere never passes for proven", async () => {
    for (const part of [0.001, 0.01, 0.1, 0.5, 0.9, 0.98, 0.999]) {
      const bad = Buffer.from(bytes);
      bad[Math.max(8, Math.floor(bad.length * part))] ^= 4;
      const found = await page.evaluate(async (bad) => {
        try {
          const answer = await globalThis.zera.ask({ VerifyProof: { file: new Uint8Array(bad), keep: false } });
          return JSON.stringify((answer.Verdict ?? answer).execution);
        } catch (error) {
          return error.kind;
        }
      }, [...bad]);
      holds(found !== '"Yes"', `a change at ${part} of the file passed`);
    }
  });
  await report.check("a cut file is refused in words", async () => {
    await visit(page, `${url}verify`);
    await give(page, bytes.subarray(0, bytes.length - 50));
    await page.getByRole("alert").first().waitFor();
  });
}

/** A run on a stake that nobody else sees. */
async function hidden(page, report, browser, url) {
  const stake = "12345678901234567";
  await report.step("a function is run in private, with its arguments hidden", async () => {
    await visit(page, `${url}executions`);
    const form = leaf(page, "Run in private").first();
    const module = form.getByLabel("Module", { exact: true });
    await module.locator("option").filter({ hasText: /^tally/ }).waitFor({ state: "attached" });
    await module.selectOption(await module.locator("option").filter({ hasText: /^tally/ }).getAttribute("value"));
    await form.getByLabel("Function").selectOption("conviction_after");
    await form.getByLabel("conviction", { exact: true }).fill("0");
    await form.getByLabel("stake", { exact: true }).fill(stake);
    await form.getByLabel("slots", { exact: true }).fill("60");
    holds(await form.getByLabel("the arguments").isChecked(), "arguments are not hidden at first");
    await button(form, "Run here and prove").click();
    await form.getByText("Proven. Nothing of it reached the chain.").waitFor(LONG);
    await form.getByRole("link", { name: "Open the proof" }).click();
  });
  await report.check("the proof says what is hidden, belongs to no block, and cannot be submitted", async () => {
    await title(page).getByText(/ran conviction_after on arguments you may not see and returned [\d,]+\.$/).waitFor();
    await page.getByText("Bound to no state: it was a run in private.").waitFor();
    same(await button(page, "Submit to the ledger").count(), 0, "buttons that submit");
    await leaf(page, "What is hidden").getByText(/^The arguments, or anything computed/).waitFor();
  });
  const file = await report.step("taken away as a file", () => saved(page, () => button(page, "Download").click()));
  await report.check("the stake stands nowhere in the file", () => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(stake));
    holds(!file.bytes.includes(bytes) && !file.bytes.includes(Buffer.from(stake)), "the file holds the stake");
  });
  await report.check("verified in another profile with the network off", () =>
    elsewhere(browser, url, file.bytes, /ran conviction_after on arguments you may not see/));
}

/** Proofs of other circuits, from the three files of snarkjs. */
async function stock(page, report, url) {
  const folders = (await readdir(STOCK, { withFileTypes: true })).filter((entry) => /^(bn128|bls12381)-/.test(entry.name)).map((entry) => entry.name).sort();
  const text = (folder, file) => readFile(join(STOCK, folder, file), "utf8");
  const verified = (proof, publics, key) =>
    page.evaluate(async ([proof, publics, key]) => {
      try {
        const answer = await globalThis.zera.ask({ VerifyStock: { proof, public: publics, key } });
        return (answer.Stock ?? answer).holds === "Yes";
      } catch {
        return false;
      }
    }, [proof, publics, key]);
  await report.check("ten proofs by circom and snarkjs verify, and fail with one digit changed", async () => {
    holds(folders.length >= 10, `only ${folders.length} sets of files`);
    for (const folder of folders) {
      const [proof, publics, key] = await Promise.all(["proof.json", "public.json", "verification_key.json"].map((file) => text(folder, file)));
      holds(await verified(proof, publics, key), `${folder} does not verify`);
      const digit = /"pi_c": *\[\s*"(\d)/.exec(proof);
      const at = digit.index + digit[0].length + 10;
      const other = proof.slice(0, at) + ((Number(proof[at]) + 1) % 10) + proof.slice(at + 1);
      holds(!(await verified(other, publics, key)), `${folder} verifies with a digit changed`);
    }
  });
  await report.check("dropped one after the other, the page says which are missing, then what it means", async () => {
    await visit(page, `${url}verify`);
    const [folder] = folders;
    for (const file of ["verification_key.json", "proof.json", "public.json"]) await give(page, Buffer.from(await text(folder, file)), DROP, file);
    await title(page).getByText(/^Valid: the equation on /).waitFor();
    await page.getByText(/knew a witness for the circuit/).waitFor();
  });
}

/** A proof that disagrees with running the code: broken on purpose, and put away with a reason. */
async function alarm(page, report, url) {
  await report.check("a proof that disagrees with running raises an alarm on every page until it is acknowledged", async () => {
    await visit(page, `${url}executions`);
    await page.evaluate(async () => {
      const { zera } = globalThis;
      const inner = (answer, kind) => answer[kind] ?? answer;
      const { proofs } = inner(await zera.ask("Proofs"), "Proofs");
      const { id } = proofs.find((proof) => proof.entry === "critical_business_logic");
      const file = inner(await zera.ask({ ProofFile: id }), "Bytes");
      await zera.ask({ Fault: "ProofDisagrees" });
      await zera.ask({ VerifyProof: { file, keep: false } });
    });
    await page.getByRole("alert").getByText(/^A proof that verifies says .*\. Running the code says .*\.$/).waitFor();
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Blocks" }).click();
    await page.getByRole("alert").getByText(/^A proof that verifies says/).waitFor();
    await page.getByRole("link", { name: "Open the proof" }).click();
    await title(page).getByText(/^A proof that verifies says .*\. Running the code says .*\.$/).waitFor();
    await page.getByLabel("Why it may be put away").fill("broken on purpose");
    await button(page, "Acknowledge").click();
    await page.getByText("Acknowledged: broken on purpose").waitFor();
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Blocks" }).click();
    await title(page).waitFor();
    same(await page.getByRole("alert").count(), 0, "alarms");
  });
}
