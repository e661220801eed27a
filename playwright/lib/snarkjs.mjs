// snarkjs, the peer of the suite `proofs`: a development dependency of this benchmark, made ready under target/bench/snarkjs
// and put beside the page by the script alone, so that nothing of it is ever served or shipped.
//
// It proves a chain of squarings, x <- x * x, as many as the largest circuit of its domain of 2^16 holds: full-size values
// in every wire, one product in each constraint, its own key from its own powers. `node playwright/lib/snarkjs.mjs` makes it,
// once: that takes half an hour or more on two cores, nearly all of it snarkjs preparing its powers.
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "./server.mjs";

const LOG = 16;
const CONSTRAINTS = 2 ** LOG - 5;
const PRIME = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const FOLDER = join(ROOT, "target/bench/snarkjs");
const BUILT = join(ROOT, "playwright/node_modules/snarkjs/build/snarkjs.min.js");
const [R1CS, WITNESS, KEY] = ["chain.r1cs", "chain.wtns", "chain.zkey"].map((name) => join(FOLDER, name));

/** Whether its key has been made. */
export const made = () => existsSync(KEY) && existsSync(WITNESS);

/** Makes circuit, witness and key. */
async function make() {
  await mkdir(FOLDER, { recursive: true });
  const values = chain();
  await writeFile(R1CS, r1cs());
  await writeFile(WITNESS, witness(values));
  const { curves, groth16, powersOfTau, zKey } = await import("snarkjs");
  const begun = join(FOLDER, "powers-0.ptau");
  const [contributed, prepared, key] = ["powers-1.ptau", "powers.ptau", "made.zkey"].map((name) => join(FOLDER, name));
  const curve = await curves.getCurveFromName("bn128");
  await powersOfTau.newAccumulator(curve, LOG, begun);
  // Without it every power would be the generator, and sums of equal points are another kind of work.
  await powersOfTau.contribute(begun, contributed, "bench", "bench");
  await powersOfTau.preparePhase2(contributed, prepared);
  await zKey.newZKey(R1CS, prepared, key);
  const { proof, publicSignals } = await groth16.prove(key, WITNESS);
  if (!(await groth16.verify(await zKey.exportVerificationKey(key), publicSignals, proof))) throw new Error("snarkjs refuses its own proof");
  await curve.terminate();
  for (const file of [begun, contributed, prepared]) await rm(file);
  // Last, so that a key that is there is whole.
  await rename(key, KEY);
}

/** Puts it beside the page; the benches' worker may then start snarkjs's own workers, which our policy forbids. */
export async function serveTo(page, url) {
  const program = `${await readFile(BUILT, "utf8")}\nexport default snarkjs;\n`;
  await page.route(`${url}bench/snarkjs/*`, (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-1);
    if (name === "there") return route.fulfill({ contentType: "text/plain", body: "yes" });
    if (name === "snarkjs.js") return route.fulfill({ contentType: "text/javascript", body: program });
    return route.fulfill({ contentType: "application/octet-stream", path: join(FOLDER, name) });
  });
  await page.route(`${url}bench/worker.js`, async (route) => {
    const response = await route.fetch();
    const { "content-security-policy": _, ...headers } = response.headers();
    return route.fulfill({ response, headers });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !made()) await make();

/** Values of all wires: 1, the last value (public), the first, those between. */
function chain() {
  const values = [3n];
  for (let at = 0; at < CONSTRAINTS; at += 1) values.push((values.at(-1) * values.at(-1)) % PRIME);
  return [1n, values.at(-1), ...values.slice(0, -1)];
}

function r1cs() {
  const constraints = Array.from({ length: CONSTRAINTS }, (_, at) => {
    const [from, to] = [at + 2, at + 1 === CONSTRAINTS ? 1 : at + 3];
    return [from, from, to].map((wire) => Buffer.concat([word(1), word(wire), number(1n)]));
  });
  const wires = CONSTRAINTS + 2;
  const header = [word(32), number(PRIME), word(wires), word(1), word(0), word(1), long(wires), word(CONSTRAINTS)];
  const labels = Array.from({ length: wires }, (_, wire) => long(wire));
  return file("r1cs", 1, [header, constraints.flat(), labels]);
}

function witness(values) {
  return file("wtns", 2, [[word(32), number(PRIME), word(values.length)], values.map(number)]);
}

/** iden3's binary container: magic, version, sections with number and length. */
function file(magic, version, sections) {
  const bodies = sections.map((parts) => Buffer.concat(parts));
  const all = bodies.flatMap((body, index) => [word(index + 1), long(body.length), body]);
  return Buffer.concat([Buffer.from(magic), word(version), word(bodies.length), ...all]);
}

function word(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function long(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function number(value) {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
}
