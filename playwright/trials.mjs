// Runs the trials of the browser's engine against wasmi in a worker of a real browser, and with ZERA_FIGURES=1 says what
// calls cost. Called by `cargo xtask test`, which serves the folder of ZERA_URL.
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
  await page.evaluate(() => {
    const worker = new Worker("/worker.js", { type: "module" });
    const waiting = [];
    worker.onmessage = ({ data }) => waiting.shift()(data);
    worker.onerror = (event) => waiting.splice(0).forEach((answer) => answer({ error: event.message }));
    globalThis.ask = (name, ...args) => new Promise((answer) => {
      waiting.push(answer);
      worker.postMessage({ name, args });
    });
  });
  const ask = async (name, ...args) => {
    const { value, error } = await page.evaluate(([name, args]) => globalThis.ask(name, ...args), [name, args]);
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return value;
  };
  const cases = await ask("open", "/corpus.bin");
  for (const suite of [...new Set(cases.map((each) => each.suite))].filter((suite) => suite !== "figures")) {
    const started = performance.now();
    const mine = cases.filter((each) => each.suite === suite);
    const sums = new Array(9).fill(0);
    let wrong = 0;
    for (let at = 0; at < mine.length; at += 50) {
      const some = mine.slice(at, at + 50).map((each) => each.index);
      for (const { index, difference, tally } of await ask("run", some)) {
        tally.forEach((count, at) => (sums[at] += count));
        if (difference === "") continue;
        wrong += 1;
        if (wrong <= 10) console.log(`  ${cases[index].name}: ${difference}`);
      }
    }
    const [calls, withHost, ok, gas, stack, trap, refused, invalid, aborted] = sums;
    const enough = calls > 0 && (suite !== "random" || withHost * 20 > calls);
    const same = wrong === 0 && enough;
    if (same) passed += 1;
    else failed += 1;
    console.log(
      `${same ? "ok    " : "FAILED"} ${suite}: ${mine.length} cases, ${wrong} differ; ${calls} calls on both engines: ` +
        `${ok} Ok, ${gas} OutOfGas, ${stack} StackLimit, ${trap} Trap, ${refused} HostRefused, ${invalid} Invalid, ` +
        `${aborted} aborted; ${withHost} asked the host (${Math.round(performance.now() - started)} ms)`,
    );
  }
  console.log(`  ${await ask("figures")}`);
  const list = await page.evaluate(async () => (await fetch("/list.json")).json());
  await ask("modules", list.modules);
  for (const sampled of [false, true]) {
    const started = performance.now();
    let wrong = 0;
    for (const name of list.cases) {
      const [report, expected] = await ask("scenario", name, sampled).catch((error) => [error.message, ""]);
      if (report === expected && expected !== "") continue;
      wrong += 1;
      console.log(`  scenario ${name}: ${difference(report, expected)}`);
    }
    if (wrong === 0) passed += 1;
    else failed += 1;
    console.log(
      `${wrong === 0 ? "ok    " : "FAILED"} scenarios on the browser's engine${sampled ? ", every call compared" : ""}: ` +
        `${list.cases.length} reports, ${wrong} differ (${Math.round(performance.now() - started)} ms)`,
    );
  }
  for (const name of ["light.json", "light-engine.json"]) {
    const found = await ask("light", name).catch((error) => error.message);
    const [, steps] = /^(\d+) steps, 0 differ$/.exec(found) ?? [];
    const same = Number(steps) > 40;
    if (same) passed += 1;
    else failed += 1;
    console.log(`${same ? "ok    " : "FAILED"} vectors of the light verifier, ${name}: ${found}`);
  }
  const [blocks, step] = [process.env.ZERA_LONG ? 2_000 : 200, 20];
  const started = performance.now();
  let seen = {};
  for (let at = 0; at < blocks && !seen.difference; at += step) seen = await ask("blocks", step);
  const fine = !seen.difference && seen.messages > blocks && seen.replaced > 0;
  if (fine) passed += 1;
  else failed += 1;
  console.log(
    `${fine ? "ok    " : "FAILED"} ${blocks} random blocks on 0, 1, 2, 3 and 8 pipelines: ${seen.difference ?? "none differs"}; ` +
      `${seen.messages} messages, ${seen.replaced} pipelines replaced (${Math.round(performance.now() - started)} ms)`,
  );
  const asking = cases.find(({ suite, name }) => suite === "figures" && name.includes("storage_get")).index;
  for (const [what, thing, hostFails, expected] of [
    ["a sound browser", null, false, "Ok, Ok, sound"],
    ["a browser that compiles no more", "Module", false, "refused"],
    ["a browser that makes no instances", "Instance", false, "refused, refused, sound"],
    ["a host that panics under a guest", null, true, "fault, fault, broken"],
  ]) {
    const ended = await ask("attempt", asking, thing, hostFails);
    if (ended === expected) passed += 1;
    else failed += 1;
    console.log(`${ended === expected ? "ok    " : "FAILED"} ${what}: ${ended}`);
  }
  if (process.env.ZERA_FIGURES) {
    for (const { name, index, suite } of cases) {
      if (suite === "figures") console.log(`  ${name}: ${JSON.stringify(await ask("measure", index))}`);
    }
  }
} catch (error) {
  console.log(`FAILED ${error.message}`);
  failed += 1;
} finally {
  await browser.close();
}
if (passed + failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
