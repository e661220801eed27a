// Runs every scenario file in a real browser and compares its report, byte for byte, with the checked-in one that the
// native test must give too. Called by `cargo xtask test`, which serves the folder of ZERA_URL.
import { chromium } from "playwright-core";
import { difference } from "./lib/report.mjs";

const url = process.env.ZERA_URL;
const executablePath = process.env.ZERA_CHROMIUM ?? "/usr/bin/chromium";
if (!url) throw new Error("ZERA_URL names no server; run `cargo xtask test`");

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
let [passed, failed] = [0, 0];
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.log(`  in the page: ${error.message}`));
  await page.goto(url);
  const cases = await page.evaluate(async () => {
    const list = await (await fetch("/list.json")).json();
    globalThis.scenarios = await import("/scenarios.js");
    await globalThis.scenarios.default();
    globalThis.bytes = new Map();
    for (const name of list.modules) {
      const response = await fetch(`/modules/${name}`);
      globalThis.bytes.set(name.replace(/\.wasm$/, ""), new Uint8Array(await response.arrayBuffer()));
    }
    return list.cases;
  });
  for (const name of cases) {
    const started = performance.now();
    const { report, expected } = await page.evaluate(async (name) => {
      const text = async (file) => (await fetch(`/cases/${name}/${file}`)).text();
      const names = new globalThis.scenarios.Names();
      for (const [module, code] of globalThis.bytes) names.add(module, code);
      return {
        report: globalThis.scenarios.run_scenario(await text("scenario.json"), names),
        expected: await text("expected.txt"),
      };
    }, name).catch((error) => ({ report: String(error), expected: "" }));
    const same = report === expected && expected !== "";
    if (same) passed += 1;
    else failed += 1;
    console.log(`${same ? "ok    " : "FAILED"} ${name} (${Math.round(performance.now() - started)} ms)`);
    if (!same) console.log(`  ${difference(report, expected)}`);
  }
} finally {
  await browser.close();
}
if (passed + failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
