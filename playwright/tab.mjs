// The suites of /bench, headless, in the plain runner: the same worker and the same code as in the reader's browser.
// `proofs` is not among them, since the page has no snarkjs (lib/snarkjs.mjs): it runs when it is named.
// Prints one JSON object per case; `cargo xtask bench tab` runs it against the release page. ZERA_SUITES names suites,
// ZERA_QUICK=1 only glances. The profile is on disk, because IndexedDB of a private window lives in memory.
import { readFile } from "node:fs/promises";
import { Killable } from "./lib/browser.mjs";
import { serve } from "./lib/server.mjs";
import * as noble from "./lib/noble.mjs";
import * as snarkjs from "./lib/snarkjs.mjs";

/** No case of a suite for so long, and it counts as hung. */
const SILENCE_MS = 600_000;

const wanted = process.env.ZERA_SUITES?.split(",").filter(Boolean);
const quick = process.env.ZERA_QUICK === "1";
const { url, stop } = await serve();
const browser = await Killable.create();
const failures = [];
try {
  const load = await readFile("/proc/loadavg", "utf8").catch(() => "");
  if (load) console.log(`load average before: ${load.split(" ").slice(0, 3).join(" ")}`);
  const page = await browser.start(url);
  const first = await open(page);
  const suites = wanted?.length ? wanted : (await first.evaluate(() => globalThis.suites));
  // Each suite in a fresh page, so that none inherits another's memory or code; one that fails leaves the others be.
  for (const suite of suites) await run(suite);
  const after = await readFile("/proc/loadavg", "utf8").catch(() => "");
  if (after) console.log(`load average after: ${after.split(" ").slice(0, 3).join(" ")}`);
  for (const trouble of page.trouble) failures.push(trouble);

  async function run(suite) {
    const started = Date.now();
    const page = await browser.another(url);
    let heard = Date.now();
    await page.exposeFunction("tell", (message) => {
      heard = Date.now();
      if (message.case) console.log(JSON.stringify(message.case));
      if (message.failed) failures.push(`${message.suite ?? suite}: ${message.failed}`);
    });
    if (suite === "proofs" && snarkjs.made()) await snarkjs.serveTo(page, url);
    if (suite === "light") await noble.serveTo(page, url);
    await open(page);
    const silence = new Promise((_, reject) => {
      const timer = setInterval(() => {
        if (Date.now() - heard > SILENCE_MS) reject(new Error(`nothing for ${SILENCE_MS / 1_000} s`));
      }, 1_000);
      page.once("close", () => clearInterval(timer));
    });
    try {
      const running = page.evaluate(([suite, quick]) => globalThis.bench([suite], quick, globalThis.tell), [suite, quick]);
      await Promise.race([running, silence]);
    } catch (error) {
      failures.push(`${suite}: ${error.message}`);
    }
    failures.push(...page.trouble.map((trouble) => `${suite}: ${trouble}`));
    await page.close();
    console.log(`${suite}: ${Math.round((Date.now() - started) / 1_000)} s`);
  }
} finally {
  await browser.remove();
  stop();
}
for (const failure of failures) console.log(`FAILED ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);

async function open(page) {
  await page.goto(`${url}bench/plain.html`);
  await page.waitForFunction(() => globalThis.bench !== undefined);
  return page;
}
