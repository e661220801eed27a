// Journeys of people through the built page in a real browser, one after the other, each once: a check that fails, fails.
//   node playwright/run.mjs [--only name] [--long]
// Called by `cargo xtask test`, which serves the page; on its own it serves it itself.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "./lib/browser.mjs";
import { Report } from "./lib/report.mjs";
import { ROOT, serve } from "./lib/server.mjs";
import * as access from "./journeys/access.mjs";
import * as auditor from "./journeys/auditor.mjs";
import * as author from "./journeys/author.mjs";
import * as badInput from "./journeys/bad-input.mjs";
import * as benches from "./journeys/benches.mjs";
import * as big from "./journeys/big.mjs";
import * as corrupted from "./journeys/corrupted.mjs";
import * as crash from "./journeys/crash.mjs";
import * as delegation from "./journeys/delegation.mjs";
import * as emergency from "./journeys/emergency.mjs";
import * as engines from "./journeys/engines.mjs";
import * as keyboard from "./journeys/keyboard.mjs";
import * as liars from "./journeys/liars.mjs";
import * as network from "./journeys/network.mjs";
import * as operator from "./journeys/operator.mjs";
import * as outcome from "./journeys/outcome.mjs";
import * as pipelines from "./journeys/pipelines.mjs";
import * as proofs from "./journeys/proofs.mjs";
import * as secondTab from "./journeys/second-tab.mjs";
import * as voter from "./journeys/voter.mjs";
import * as votes from "./journeys/votes.mjs";

const PEOPLE = [outcome, author, voter, operator, auditor, emergency, delegation, votes];
const NETWORK = [network, liars];
/** Only in the long run, or when asked for: one peer for each lie takes minutes, and whom a tab asks is its own choice. */
const LONG = [liars];
const JOURNEYS = [...PEOPLE, ...NETWORK, proofs, pipelines, engines, benches, big, keyboard, badInput, secondTab, corrupted, crash, access];

const args = process.argv.slice(2);
const only = args.includes("--only") ? args[args.indexOf("--only") + 1] : undefined;
const long = args.includes("--long") || process.env.ZERA_LONG === "1";
const known = JOURNEYS.map((journey) => journey.name);
if (only !== undefined && !known.some((name) => name.includes(only ?? ""))) {
  throw new Error(`no journey is called ${only}; there are: ${known.join(", ")}`);
}

const output = join(ROOT, "playwright/output");
await mkdir(output, { recursive: true });
const report = new Report();
const { url, stop } = await serve();
const browser = await launch();
try {
  for (const journey of JOURNEYS) {
    const asked = only === undefined ? long || !LONG.includes(journey) : journey.name.includes(only);
    if (asked) {
      await report.journey(journey.name, () => journey.run({ report, browser, url, long, output }));
    }
  }
} finally {
  await browser.close();
  stop();
}
process.exit(report.finish());
