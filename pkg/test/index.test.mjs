// What can be tested without a browser: amounts, the link to a worker, and that the types are those of the Rust sources.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ZeraError, attach, showZra, start, zra } from "../src/index.js";

/** A worker's outside: what is posted, and a way to speak back. */
class Port extends EventTarget {
  posted = [];
  static all = [];
  terminated = false;
  constructor() {
    super();
    Port.all.push(this);
  }
  postMessage(message) {
    this.posted.push(message.zera);
    this.onPost?.(message.zera);
  }
  terminate() {
    this.terminated = true;
  }
  say(zera) {
    this.dispatchEvent(Object.assign(new Event("message"), { data: { zera } }));
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

test("amounts are exact in both directions", () => {
  for (const [text, units] of [["1.5", "1500000000"], ["0.000000001", "1"], ["1,000,000,000", "1000000000000000000"], ["0", "0"]]) {
    assert.equal(zra(text), units);
    assert.equal(showZra(units), text.replaceAll(",", ""));
  }
  for (const bad of ["", ".", "-1", "1.0000000001", "1e9", "x"]) assert.throws(() => zra(bad), ZeraError);
});

test("answers find their questions, errors are typed, strangers' messages are ignored", async () => {
  const port = new Port();
  const node = attach(port);
  const [one, two] = [node.module("aa"), node.block(7)];
  await turn();
  assert.deepEqual(port.posted.map(({ command }) => command), [{ Module: "aa" }, { Block: 7 }]);
  port.dispatchEvent(Object.assign(new Event("message"), { data: new ArrayBuffer(4) }));
  port.say({ request: port.posted[1].request, error: { kind: "NotFound", cause: "Request", fatal: false, detail: "no" } });
  port.say({ request: port.posted[0].request, ok: { Module: { x: 1 } } });
  assert.deepEqual(await one, { x: 1 });
  await assert.rejects(two, (error) => error instanceof ZeraError && error.kind === "NotFound");
});

test("a long request is given up by its signal, and answers so itself", async () => {
  const port = new Port();
  const node = attach(port);
  const signal = new AbortController();
  const run = node.dryRun(7, { replay: 100, signal: signal.signal });
  await turn();
  const [{ request, command }] = port.posted;
  assert.deepEqual(command, { DryRun: { of: { Proposal: 7 }, replay: 100 } });
  signal.abort();
  await turn();
  assert.deepEqual(port.posted[1].command, { Cancel: { request } });
  port.say({ request: port.posted[1].request, ok: "Done" });
  port.say({ request, error: { kind: "Cancelled", cause: "Request", fatal: false, detail: "it was cancelled" } });
  await assert.rejects(run, { kind: "Cancelled" });
  await assert.rejects(node.compare("aa", "bb", { signal: signal.signal }), { kind: "Cancelled" });
  assert.equal(port.posted.length, 2);
  // One that ended leaves nothing to be cancelled.
  const late = new AbortController();
  const listing = node.compare("aa", "bb", { signal: late.signal });
  await turn();
  port.say({ request: port.posted[2].request, ok: { Comparison: { same: 3 } } });
  assert.deepEqual(await listing, { same: 3 });
  late.abort();
  await turn();
  assert.equal(port.posted.length, 3);
});

test("what the protocol asks since its second version is asked as the worker reads it", async () => {
  const port = new Port();
  const node = attach(port);
  const file = new Uint8Array([1, 2]);
  const asked = [
    [node.disassemble("cc", { function: 4 }), { Disassemble: { code: "cc", function: 4 } }],
    [node.codeAt("aa", 5), { CodeAt: { module: "aa", height: 5 } }],
    [node.tags("aa"), { Tags: "aa" }],
    [node.fleet("aa", "stable", { limit: 2 }), { Fleet: { manager: "aa", tag: "stable", after: null, limit: 2 } }],
    [node.builders(), "Builders"],
    [node.journal({ module: "aa" }), { Journal: { module: "aa", before: null, limit: 100 } }],
    [node.exportJournal(), "ExportJournal"],
    [node.checkJournal(file), { CheckJournal: file }],
    [node.reexecute("dd"), { Reexecute: "dd" }],
    [node.pipelines(), "Pipelines"],
    [node.lanes(6), { Lanes: 6 }],
    [node.dryRun({ payload: "p" }), { DryRun: { of: { Payload: { codes: [], payload: "p" } }, replay: 0 } }],
  ];
  await turn();
  assert.deepEqual(port.posted.map(({ command }) => command), asked.map(([, command]) => command));
  const kinds = ["Listing", "Code", "Tags", "Fleet", "Builders", "Journal", "Bytes", "JournalVerdict", "Reexecution", "Pipelines", "Lanes", "DryRun"];
  kinds.forEach((kind, at) => port.say({ request: port.posted[at].request, ok: { [kind]: at } }));
  assert.deepEqual(await Promise.all(asked.map(([answer]) => answer)), kinds.map((_, at) => at));
});

test("only what is named is set", async () => {
  const port = new Port();
  port.onPost = ({ request }) => port.say({ request, ok: "Done" });
  const node = attach(port);
  await node.setPipelines({ count: null, samplingPpm: 5 });
  await node.setPipelines({ fast: false });
  const asked = [{ SetPipelines: { count: null } }, { SetSampling: { ppm: 5 } }, { SetEngine: { fast: false } }];
  assert.deepEqual(port.posted.map(({ command }) => command), asked);
});

test("submit waits for the stored block", async () => {
  const port = new Port();
  const node = attach(port);
  const done = node.submit({ id: 3 });
  await turn();
  assert.deepEqual(port.posted[0].command, { Sign: { plan: 3 } });
  port.say({ request: port.posted[0].request, ok: { Submitted: ["h1"] } });
  await turn();
  port.say({ event: { Transaction: { hash: "h1", stage: { Final: { height: 4, outcome: "Ok" } } } } });
  assert.deepEqual(await done, [{ hash: "h1", height: 4, outcome: "Ok" }]);
});

test("a proof is waited for by its number, told about, and given up by its signal", async () => {
  const port = new Port();
  const node = attach(port);
  const told = [];
  const signal = new AbortController();
  const call = { transaction: "aa", call: 0 };
  const proving = node.prove(call, { onProgress: (task) => told.push(task.segment), signal: signal.signal });
  await turn();
  const [{ request, command }] = port.posted;
  assert.deepEqual(command, { Prove: { call, nonce: "00".repeat(32) } });
  // It may end before its number is known, and others may end meanwhile.
  port.say({ event: { ProofFailed: { id: 6, error: { kind: "NotProvable", cause: "Module", fatal: false, detail: "no" } } } });
  port.say({ event: { ProofProgress: { id: 7, segment: 2 } } });
  port.say({ event: { ProofDone: { id: 7, proof: "bb" } } });
  port.say({ request, ok: { ProofBegun: 7 } });
  assert.equal(await proving, "bb");
  assert.deepEqual(told, [2]);

  const local = node.proveLocal({ code: new Uint8Array([0]), entry: "f", args: [1n], hide: { args: true }, signal: signal.signal });
  await turn();
  const begun = port.posted.at(-1);
  assert.deepEqual(begun.command.ProveLocal.args, { Numbers: ["1"] });
  port.say({ request: begun.request, ok: { ProofBegun: 8 } });
  await turn();
  signal.abort();
  await turn();
  assert.deepEqual(port.posted.at(-1).command, { CancelProof: { id: 8 } });
  port.say({ event: { ProofFailed: { id: 8, error: { kind: "Cancelled", cause: "Request", fatal: false, detail: "given up" } } } });
  await assert.rejects(local, (error) => error.kind === "Cancelled");
});

test("a crash is repaired, three within a minute end it", async () => {
  globalThis.Worker = Port;
  Port.all = [];
  const started = start();
  const answerStart = async (port) => {
    port.onPost = ({ request }) => port.say({ request, ok: { Status: {} } });
    port.say({ ready: 5 });
    await turn();
  };
  await answerStart(Port.all[0]);
  const node = await started;
  const notices = [];
  node.on((event) => notices.push(event));
  const panic = { Stopped: { kind: "Panicked", cause: "Client", fatal: true, detail: "boom" } };
  for (const n of [0, 1]) {
    Port.all[n].onPost = undefined;
    const lost = node.status();
    await turn();
    Port.all[n].say({ event: panic });
    await assert.rejects(lost, { kind: "Panicked" });
    assert.ok(Port.all[n].terminated);
    await answerStart(Port.all[n + 1]);
  }
  assert.deepEqual(notices.filter((event) => event.Notice), Array(2).fill({ Notice: { Restarted: { detail: "boom" } } }));
  Port.all[2].say({ event: panic });
  assert.equal(Port.all.length, 3);
  await assert.rejects(node.status(), /3 times within a minute/);
});

test("a worker of another protocol is refused", async () => {
  globalThis.Worker = Port;
  Port.all = [];
  const started = start();
  Port.all[0].say({ ready: 4 });
  await assert.rejects(started, { kind: "NewerSchema" });
});

test("the types are those of the Rust sources", () => {
  execFileSync(process.execPath, [fileURLToPath(new URL("../generate-types.mjs", import.meta.url)), "--check"]);
});

test("a page gives its workers one after the other", async () => {
  await import("../src/page.js");
  const { zera: node } = globalThis;
  const early = node.status();
  const first = new Port();
  first.onPost = ({ request }) => first.say({ request, ok: { Status: { n: 1 } } });
  node.use(first);
  first.say({ ready: 5 });
  assert.deepEqual(await early, { n: 1 });
  first.onPost = undefined;
  const lost = node.status();
  await turn();
  const second = new Port();
  second.onPost = ({ request }) => second.say({ request, ok: { Status: { n: 2 } } });
  node.use(second);
  await assert.rejects(lost, { kind: "Panicked" });
  second.say({ ready: 5 });
  assert.deepEqual(await node.status(), { n: 2 });
});

test("a page that starts no more workers says so to everyone who asks", async () => {
  await import("../src/page.js");
  const { zera: node } = globalThis;
  const port = new Port();
  node.use(port);
  port.say({ ready: 5 });
  const asked = node.status();
  await turn();
  node.stopped({ kind: "OtherTab", cause: "Browser", fatal: true, detail: "another tab" });
  await assert.rejects(asked, { name: "ZeraError", kind: "OtherTab", cause: "Browser", fatal: true, message: "another tab" });
  await assert.rejects(node.status(), { kind: "OtherTab" });
});

test("what the browser cannot copy is refused with a typed error, and nothing waits for its answer", async () => {
  const worker = new Port();
  const client = attach(worker);
  worker.postMessage = () => {
    throw new RangeError("too deep");
  };
  await assert.rejects(client.status(), (error) => error instanceof ZeraError && error.kind === "Malformed");
  assert.equal(client._requests.size, 0);
});
