// An auditor: takes the journal away as one file and checks it with the network off; one flipped bit is found, and the page
// names the entry. The same check as a native program says the same.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fresh } from "../lib/browser.mjs";
import { button, bytesOf, deployed, phraseKey, reaches, saved, title, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";
import { ROOT } from "../lib/server.mjs";

export const name = "auditor";

/** What `cargo xtask verify-journal` runs; `cargo test` builds it. */
const NATIVE = join(ROOT, "target/debug/examples/verify_journal");

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url, { acceptDownloads: true });
  await visit(page, url);
  await report.step("a key is made", () => phraseKey(page));
  const made = await report.step("a chain with deployments, an upgrade, a setting and an abort", () => furnish(page));
  const file = await report.step("the journal is exported as one file", async () => {
    await visit(page, `${url}journal`);
    await title(page).getByText(/^\d+ entries, chained to b3:/).waitFor();
    return saved(page, () => button(page, "Export as one verifiable file").click());
  });
  const entries = await page.evaluate(async () => (await globalThis.zera.journal()).entries);
  await report.check("the page lists what the file holds, with the votes behind it", async () => {
    same(await page.getByRole("table", { name: "Entries" }).getByRole("rowheader").count(), entries.length, "rows");
    await page.getByRole("table", { name: "Entries" }).getByRole("link", { name: `Proposal ${made.upgraded}` }).waitFor();
  });
  await visit(page, `${url}verify`);
  await page.context().setOffline(true);
  await report.check("with the network off, the file as exported holds", async () => {
    await give(page, "Drop a proof, a journal, or the JSON files of snarkjs here, or pick one", file.bytes);
    await title(page).getByText(new RegExp(`^All ${entries.length} entries hold, committed by block [\\d,]+ of this tab’s chain\\.$`)).waitFor();
    await page.getByText("Its genesis block is the one of this tab.").waitFor();
  });
  const upgrade = entries.find((entry) => JSON.stringify(entry).includes(made.code) && entry.vote !== null);
  await report.check("one flipped bit is found, and the entry named", async () => {
    const bad = Buffer.from(file.bytes);
    const at = bad.lastIndexOf(Buffer.from(made.code, "hex"));
    holds(at > 0 && upgrade !== undefined, "the upgrade's code is in no entry of the file");
    bad[at + 5] ^= 0x10;
    await give(page, "Drop another journal file here, or pick one", bad);
    await title(page).getByText(`Entry ${upgrade.index} of this file was changed.`, { exact: true }).waitFor();
    await page.getByRole("alert").getByText("Use nothing of this file. Export it again at its source, and compare both.").waitFor();
  });
  await report.check("a bit anywhere in the file is found", async () => {
    for (const part of [0.02, 0.2, 0.4, 0.6, 0.8, 0.98]) {
      const bad = Buffer.from(file.bytes);
      bad[Math.floor(bad.length * part)] ^= 1;
      const wrong = await page.evaluate(async (bad) => globalThis.zera.checkJournal(new Uint8Array(bad)).then(({ wrong }) => wrong, (error) => error.kind), [...bad]);
      holds(wrong !== null, `a flipped bit at ${part} of the file went unnoticed`);
    }
  });
  await report.check("a cut file, and one that is none, are refused in words", async () => {
    for (const bad of [file.bytes.subarray(0, file.bytes.length - 40), Buffer.from("no journal at all")]) {
      await visitOffline(page);
      await give(page, /^Drop (a proof|another journal)/, bad);
      await page.getByRole("alert").first().waitFor();
    }
  });
  await page.context().setOffline(false);
  // The browser itself asks for a tab's icon again with every address, and says so when there is no network.
  page.trouble = page.trouble.filter((words) => !/ERR_INTERNET_DISCONNECTED .*favicon/.test(words));
  await native(report, file.bytes, entries.length);
  await report.check("another chain's tab checks the same file, and says that it is another chain's", async () => {
    const other = await fresh(browser, url);
    await visit(other, `${url}verify`);
    await give(other, "Drop a proof, a journal, or the JSON files of snarkjs here, or pick one", file.bytes);
    await title(other).getByText(new RegExp(`^All ${entries.length} entries hold, committed by block [\\d,]+ of another chain\\.$`)).waitFor();
    same(other.trouble, [], "trouble");
    await other.context().close();
  });
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

async function furnish(page) {
  const module = await deployed(page, "lending-v1.wasm", [0xf4, 1, 0, 0]);
  const made = await page.evaluate(async ([module, two]) => {
    const { zera } = globalThis;
    const zra = (amount) => String(BigInt(amount) * 1_000_000_000n);
    const code = new Uint8Array(two);
    const upgraded = await zera.propose("To version 2", { upgrade: { module, code, migrate: true } });
    await zera.allocate(upgraded, zra(20_000_000));
    return { module, upgraded, code: (await zera.inspect(code)).hash };
  }, [module, await bytesOf("lending-v2.wasm")]);
  await reaches(page, made.upgraded, ["active"]);
  const more = await page.evaluate(async ([module, three]) => {
    const { zera } = globalThis;
    const zra = (amount) => String(BigInt(amount) * 1_000_000_000n);
    const aborted = await zera.propose("Fails", { upgrade: { module, code: new Uint8Array(three), migrate: true } });
    await zera.allocate(aborted, zra(20_000_000));
    return aborted;
  }, [module, await bytesOf("lending-v3.wasm")]);
  await reaches(page, more, ["aborted"]);
  await deployed(page, "counter.wasm", Array(8).fill(0));
  return made;
}

const give = (page, label, buffer) =>
  page.getByLabel(label).setInputFiles({ name: "zera.zjournal", mimeType: "application/octet-stream", buffer });

/** The page again without a reload: there is no network. */
async function visitOffline(page) {
  const nav = page.getByRole("navigation", { name: "Pages" });
  await nav.getByRole("link", { name: "Blocks" }).click();
  await nav.getByRole("link", { name: "Verify" }).click();
  await page.getByLabel("Drop a proof, a journal, or the JSON files of snarkjs here, or pick one").waitFor();
}

/** The native check of the same bytes; `cargo xtask test` has built it by then. */
async function native(report, bytes, count) {
  if (!existsSync(NATIVE)) {
    console.log("  not built: the native check (cargo build -p zera-client --example verify_journal)");
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), "zera-journal-"));
  const check = async (content) => {
    const path = join(folder, "file.zjournal");
    await writeFile(path, content);
    return spawnSync(NATIVE, [path], { encoding: "utf8" });
  };
  try {
    await report.check("the native check of the same file counts the same entries, and finds the flipped bit", async () => {
      const good = await check(bytes);
      same(good.status, 0, `exit code (${good.stderr})`);
      same(Number(/^entries\s+(\d+),/m.exec(good.stdout)?.[1]), count, "entries");
      const bad = Buffer.from(bytes);
      bad[bad.length >> 1] ^= 1;
      const found = await check(bad);
      same(found.status, 1, "exit code of the changed file");
      holds(/^WRONG: /m.test(found.stderr), found.stderr);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
