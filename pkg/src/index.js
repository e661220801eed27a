// The ZERA client for scripts: a thin, dependency-free face over the node worker. The worker does everything; messages
// are plain objects (`{ zera: { request, command } }`), so no codec is needed here.
//
// Amounts are decimal strings of base units (10^9 are one ZRA), hashes and ids hexadecimal, bytes Uint8Array.

/** Base units in one ZRA. */
export const UNITS_PER_ZRA = 1_000_000_000n;

/** The protocol this package speaks; a worker of another one is refused. */
export const PROTOCOL_VERSION = 5;

/** The nonce of a proof that nobody asked one for. */
const NO_NONCE = "00".repeat(32);

/** Crashes within a minute after which no fresh worker is started. */
const CRASHES = 3;
const CRASH_WINDOW_MS = 60_000;

/** What the node answers when it cannot do something: `kind` and `cause` are the worker protocol's words. */
export class ZeraError extends Error {
  constructor({ kind = "Malformed", cause = "Client", fatal = false, detail = "the node answered something else" } = {}) {
    super(detail);
    this.name = "ZeraError";
    this.kind = kind;
    this.cause = cause;
    this.fatal = fatal;
  }
}

/** Base units of an amount in ZRA: `zra("1.5")` is `"1500000000"`. */
export function zra(amount) {
  const match = /^(\d+)(?:\.(\d{1,9}))?$/.exec(String(amount).replaceAll(",", "").trim());
  if (!match) throw new ZeraError({ kind: "Malformed", cause: "Request", detail: `${amount} is no amount of ZRA with at most nine decimals` });
  return (BigInt(match[1]) * UNITS_PER_ZRA + BigInt((match[2] ?? "").padEnd(9, "0"))).toString();
}

/** An amount of base units as ZRA, exactly: `"1500000000"` is `"1.5"`. */
export function showZra(units) {
  const whole = BigInt(units) / UNITS_PER_ZRA;
  const rest = (BigInt(units) % UNITS_PER_ZRA).toString().padStart(9, "0").replace(/0+$/, "");
  return rest ? `${whole}.${rest}` : `${whole}`;
}

/**
 * Starts a node in a worker of its own and waits until its chain runs. A crash of the worker is repaired by a fresh one
 * that goes on from the last stored block; three within a minute end it.
 */
export async function start({ workerUrl = "/worker_loader.js", onEvent } = {}) {
  const client = new Client();
  if (onEvent) client.on(onEvent);
  const crashes = [];
  let own;
  answerForIt(() => own, client);
  const spawn = () => {
    own = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("").padStart(16, "0");
    const worker = new Worker(workerUrl, { type: "module", name: `zera-tab-${own}` });
    client._use(worker);
    const crashed = (detail) => {
      if (client._worker !== worker) return;
      worker.terminate();
      client._fail(new ZeraError({ kind: "Panicked", cause: "Client", fatal: true, detail }));
      crashes.push(Date.now());
      while (crashes[0] < Date.now() - CRASH_WINDOW_MS) crashes.shift();
      if (crashes.length >= CRASHES) {
        client._stop(new ZeraError({ kind: "Panicked", cause: "Client", fatal: true, detail: `the node crashed ${CRASHES} times within a minute: ${detail}` }));
        return;
      }
      client._emit({ Notice: { Restarted: { detail } } });
      spawn();
      // A failure to start again reaches everyone who asks.
      client._ask("Start").catch((error) => client._stop(error));
    };
    worker.addEventListener("error", (event) => crashed(event.message ?? "the worker did not load"));
    client._crashed = crashed;
  };
  spawn();
  await client._ready;
  await client._ask("Start");
  return client;
}

/**
 * Answers other tabs' workers, which ask whether this tab lives when its worker leads and is silent: it may compute, or the
 * browser may have frozen all of the tab.
 */
function answerForIt(own, client) {
  if (typeof BroadcastChannel === "undefined") return;
  const channel = new BroadcastChannel("zera-pulse");
  channel.unref?.();
  let leads = false;
  client.on((event) => {
    if (event.Leads !== undefined) leads = event.Leads;
  });
  channel.addEventListener("message", ({ data }) => {
    if (data === `lives? ${own()}` || (leads && data === "lives? leader")) channel.postMessage(`lives ${own()}`);
  });
}

/** Speaks to a node worker that the page already runs; the page starts, restarts and ends it. */
export function attach(worker) {
  const client = new Client();
  client._use(worker, true);
  return client;
}

/** One node, seen from a script. */
export class Client {
  _worker = undefined;
  _requests = new Map();
  _next = 1;
  _listeners = new Set();
  _stopped = undefined;
  _crashed = undefined;
  _begin = undefined;
  /** Settles when the worker listens; before there is one, when there is. */
  _ready = new Promise((resolve) => {
    this._begin = resolve;
  });

  // ---- what the node is and does

  /** The node: head, slot, parameters, active account. */
  status() {
    return this._ask("Status", "Status");
  }

  /** Calls `listener` with every event (`{ Head: … }`, `{ Transaction: … }`, …) until the returned function is called. */
  on(listener) {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  // ---- questions

  /** All modules. */
  modules() {
    return this._ask("Modules", "Modules");
  }

  /** One module with manifest, parameters and history. */
  module(id) {
    return this._ask({ Module: id }, "Module");
  }

  /** Entries of a module's storage, each proven against the head's root. */
  storage(id, { after = new Uint8Array(), limit = 100 } = {}) {
    return this._ask({ Storage: { module: id, after, limit } }, "Storage");
  }

  /** Runs a query export on the head's state; `args` and the result are SCALE bytes. */
  query(id, entry, args = new Uint8Array()) {
    return this._ask({ Query: { module: id, entry, args } }, "Called");
  }

  /** All proposals. */
  proposals() {
    return this._ask("Proposals", "Proposals");
  }

  /** One proposal with every stake change and its forecast. */
  proposal(id) {
    return this._ask({ Proposal: id }, "Proposal");
  }

  /** A proposal's forecast, if `amount` more were allocated on `side`. */
  forecast(id, whatIf = undefined) {
    return this._ask({ Forecast: { proposal: id, what_if: whatIf ?? null } }, "Forecast");
  }

  /**
   * Rehearses a proposal's enactment, or `{ codes, payload }` that nobody has proposed yet, and runs up to `replay` past
   * calls of the module again under both codes; nothing changes. Takes a while: `Progress` events tell how far it is,
   * `signal` (an `AbortSignal`) gives it up.
   */
  dryRun(what, { replay = 0, signal = undefined } = {}) {
    const of = typeof what === "object" ? { Payload: { codes: [], ...what } } : { Proposal: what };
    return this._ask({ DryRun: { of, replay } }, "DryRun", signal);
  }

  /** Compares two stored codes, named by hash, function by function, with static gas. Takes a while, as `dryRun` does. */
  compare(old, code, { signal = undefined } = {}) {
    return this._ask({ Compare: { old, new: code } }, "Comparison", signal);
  }

  /** Stored code as text, or one function of it. */
  disassemble(code, { function: index = null } = {}) {
    return this._ask({ Disassemble: { code, function: index } }, "Listing");
  }

  /** Executes a past transaction again, on the state and under the code of its time. Takes a while, as `dryRun` does. */
  reexecute(hash, { signal = undefined } = {}) {
    return this._ask({ Reexecute: hash }, "Reexecution", signal);
  }

  /** The code and manifest that a module had after a block. */
  codeAt(module, height) {
    return this._ask({ CodeAt: { module, height } }, "Code");
  }

  /** The tags that a manager has set. */
  tags(manager) {
    return this._ask({ Tags: manager }, "Tags");
  }

  /** Modules that follow a tag, those after `after`, and how its first thousand followers stand. */
  fleet(manager, tag, { after = null, limit = 100 } = {}) {
    return this._ask({ Fleet: { manager, tag, after, limit } }, "Fleet");
  }

  /** The registered builders. */
  builders() {
    return this._ask("Builders", "Builders");
  }

  /** The journal, newest first; of one module, or below a place in it. */
  journal({ module = null, before = null, limit = 100 } = {}) {
    return this._ask({ Journal: { module, before, limit } }, "Journal");
  }

  /** The whole journal as a file that anybody can check offline. */
  exportJournal() {
    return this._ask("ExportJournal", "Bytes");
  }

  /** Checks a journal file, of this chain or of any other. */
  checkJournal(bytes) {
    return this._ask({ CheckJournal: bytes }, "JournalVerdict");
  }

  /** An account by hexadecimal id or address; the active one by default. */
  async account(id = undefined) {
    const account = id ?? (await this.status()).account;
    if (!account) throw new ZeraError({ kind: "NoKey", cause: "Request", detail: "this tab holds no key yet" });
    return this._ask({ Account: account }, "Account");
  }

  /** A block with its receipts. */
  block(height) {
    return this._ask({ Block: height }, "Block");
  }

  /** Blocks at and below `from` (the newest by default), newest first. */
  blocks({ from = null, limit = 20 } = {}) {
    return this._ask({ Blocks: { from, limit } }, "Blocks");
  }

  /** A transaction, pending ones included. */
  transaction(hash) {
    return this._ask({ Transaction: hash }, "Transaction");
  }

  /** Pipelines, engines, how the engines are checked against each other, and the newest blocks in figures. */
  pipelines() {
    return this._ask("Pipelines", "Pipelines");
  }

  /** How this node executed a block: every attempt at every transaction, where it ran, from when to when. */
  lanes(height) {
    return this._ask({ Lanes: height }, "Lanes");
  }

  /** Sets how many pipelines to use (null: as many as the machine has), the share of calls checked, and the engine. */
  async setPipelines({ count = undefined, samplingPpm = undefined, fast = undefined } = {}) {
    if (count !== undefined) await this._ask({ SetPipelines: { count } });
    if (samplingPpm !== undefined) await this._ask({ SetSampling: { ppm: samplingPpm } });
    if (fast !== undefined) await this._ask({ SetEngine: { fast } });
  }

  /** Checks code without changing anything. */
  inspect(code) {
    return this._ask({ Inspect: code }, "Code");
  }

  // ---- proofs of executions

  /** Recorded executions, newest first: of one module or transaction, or only those that can be proven, were asked for, or
   * are proven; `before` is the id of the last one seen. */
  executions({ before = null, limit = 20, ...filter } = {}) {
    return this._ask({ Executions: { filter, before, limit } }, "Executions");
  }

  /** One recorded execution, its rows counted; `id` is `{ transaction, call }`. */
  execution(id) {
    return this._ask({ Execution: id }, "Execution");
  }

  /**
   * Proves a recorded execution and answers the id of the proof, which this tab keeps. Takes a while: `onProgress` hears
   * how far it is, `signal` gives it up.
   */
  prove(call, { nonce = NO_NONCE, onProgress = undefined, signal = undefined } = {}) {
    return this._prove({ Prove: { call, nonce } }, onProgress, signal);
  }

  /**
   * Runs an export of `module` (an id) or of `code` (bytes) here and proves the run; nothing of it reaches the chain.
   * `args` are SCALE bytes, or a list of integers for exports that take integers; `hide` says what the proof hides.
   */
  proveLocal({ module, code, entry, args = new Uint8Array(), hide = {}, nonce = NO_NONCE, onProgress, signal }) {
    const numbers = Array.isArray(args) ? { Numbers: args.map(String) } : { Bytes: args };
    const of = code ? { Bytes: code } : { Module: module };
    return this._prove({ ProveLocal: { code: of, entry, args: numbers, hide, nonce } }, onProgress, signal);
  }

  /** Proofs under way and kept, and alarms. */
  proofs() {
    return this._ask("Proofs", "Proofs");
  }

  /** One kept proof, verified again. */
  proof(id, { signal = undefined } = {}) {
    return this._ask({ Proof: id }, "Proof", signal);
  }

  /** A kept proof as a file that verifies anywhere, offline. */
  proofFile(id) {
    return this._ask({ ProofFile: id }, "Bytes");
  }

  /** Verifies a proof file and holds it against this chain; `keep` keeps it when its equations hold. */
  verifyProof(file, { keep = false, signal = undefined } = {}) {
    return this._ask({ VerifyProof: { file, keep } }, "Verdict", signal);
  }

  /** Verifies a Groth16 proof of any circuit from the texts of snarkjs' three JSON files. */
  verifyStock({ proof, public: inputs, key }) {
    return this._ask({ VerifyStock: { proof, public: inputs, key } }, "Stock");
  }

  /** Brings a kept proof to the ledger: simulates, refuses what would fail, signs, and waits. */
  async submitProof(id) {
    return this._carryOut(await this._ask({ SubmitProof: id }, "Plan"));
  }

  /** Asks the chain for a proof of an execution, as `submitProof` does it. */
  async requestProof(call) {
    return this._carryOut(await this._ask({ RequestProof: call }, "Plan"));
  }

  async _prove(command, onProgress, signal) {
    const ended = new Map();
    let look = () => {};
    const off = this.on((event) => {
      if (event.ProofProgress) onProgress?.(event.ProofProgress);
      const end = event.ProofDone ?? event.ProofFailed;
      if (end) {
        ended.set(end.id, end);
        look();
      }
    });
    let giveUp = () => {};
    try {
      const id = await this._ask(command, "ProofBegun");
      giveUp = () => this._ask({ CancelProof: { id } }).catch(() => {});
      if (signal?.aborted) giveUp();
      signal?.addEventListener("abort", giveUp, { once: true });
      await new Promise((resolve, reject) => {
        look = () => {
          if (this._stopped) reject(this._stopped);
          else if (ended.has(id)) resolve();
        };
        this._waiting.add(look);
        look();
      });
      const { proof, error } = ended.get(id);
      if (error) throw new ZeraError(error);
      return proof;
    } finally {
      off();
      signal?.removeEventListener("abort", giveUp);
      this._waiting.delete(look);
    }
  }

  // ---- keys

  /** The keys this tab holds, the active one first. */
  keys() {
    return this._ask("Keys", "Keys");
  }

  /** Twelve fresh words; nothing is stored. */
  newPhrase() {
    return this._ask("NewPhrase", "Phrase");
  }

  /** Stores a key and makes it active: `{ Phrase: "…" }`, `{ File: { bytes, passphrase } }`, or `"Device"`. */
  addKey(source) {
    return this._ask({ AddKey: source }, "Keys");
  }

  // ---- changes

  /** Simulates calls of the active key, preceded by the upload of `codes`; nothing is signed. */
  simulate(calls, codes = []) {
    return this._ask({ Prepare: { codes, calls: [calls].flat() } }, "Plan");
  }

  /**
   * Signs a plan exactly as simulated, or submits an already signed transaction (bytes), and waits until every
   * transaction is in a stored block. Answers `{ hash, height, outcome }` for each.
   */
  async submit(plan) {
    const moved = new Map();
    let look = () => {};
    const off = this.on((event) => {
      if (event.Transaction) {
        moved.set(event.Transaction.hash, event.Transaction.stage);
        look();
      }
    });
    try {
      const command = plan instanceof Uint8Array ? { Submit: plan } : { Sign: { plan: plan.id } };
      const hashes = await this._ask(command, "Submitted");
      const ended = (hash) => moved.get(hash)?.Final || moved.get(hash) === "Dropped";
      await new Promise((resolve, reject) => {
        look = () => {
          if (this._stopped) reject(this._stopped);
          else if (hashes.every(ended)) resolve();
        };
        this._waiting.add(look);
        look();
      });
      return hashes.map((hash) => {
        const stage = moved.get(hash);
        if (stage === "Dropped") throw new ZeraError({ kind: "TransactionRefused", cause: "Request", detail: `transaction ${hash} was dropped` });
        return { hash, ...stage.Final };
      });
    } finally {
      off();
      this._waiting.delete(look);
    }
  }

  /** Simulates, refuses what would fail, signs, and waits. Answers `{ plan, transactions }`. */
  async transact(calls, codes = []) {
    return this._carryOut(await this.simulate(calls, codes));
  }

  async _carryOut(plan) {
    const failing = plan.steps.find((step) => step.outcome !== "Ok");
    if (failing) throw new ZeraError({ kind: "WouldFail", cause: "Module", detail: failing.cause ?? `the transaction would end with ${failing.outcome}` });
    return { plan, transactions: await this.submit(plan) };
  }

  /** Uploads code where needed and creates a module from it; answers its id. */
  async deploy(code, { args = new Uint8Array(), value = "0" } = {}) {
    const { hash } = await this.inspect(code);
    const { plan } = await this.transact({ Deploy: { code: hash, args, value } }, [code]);
    return plan.modules[0];
  }

  /** Calls an export of a module; answers its result's SCALE bytes and the transaction. */
  async call(module, entry, { args = new Uint8Array(), value = "0" } = {}) {
    const { plan, transactions } = await this.transact({ Module: { module, entry, args, value } });
    const { diagnostics, receipt } = await this.transaction(transactions[0].hash);
    return { result: diagnostics[0]?.result ?? plan.steps.at(-1).results[0], receipt, ...transactions[0] };
  }

  /**
   * Opens a proposal and answers its number. `payload` as the protocol has it, or `{ upgrade: { module, code,
   * migrate?, description? } }`, which uploads the code and takes the next version.
   */
  async propose(title, payload) {
    let codes = [];
    if (payload.upgrade) {
      const { module, code, migrate = false, description = "" } = payload.upgrade;
      const [{ hash }, detail] = await Promise.all([this.inspect(code), this.module(module)]);
      codes = [code];
      payload = {
        Upgrade: {
          module_id: module,
          new_wasm_bytecode: hash,
          new_version: detail.module.sequence + 1,
          migration_logic_hash: migrate ? hash : null,
          description,
        },
      };
    }
    const { plan } = await this.transact({ Propose: { title, payload } }, codes);
    return plan.proposals[0][0];
  }

  /** Sets the active key's allocation on one side of a proposal, in base units, staking what is missing first. */
  async allocate(proposal, amount, side = "For") {
    const account = await this.account();
    const held = account.allocations.find((own) => own.proposal === proposal);
    const free = BigInt(account.staked) - BigInt(account.allocated) + BigInt(held?.stake ?? 0);
    const missing = BigInt(amount) - free;
    const calls = missing > 0n ? [{ Stake: { amount: missing.toString() } }] : [];
    calls.push({ Allocate: { proposal, side, amount: String(amount) } });
    return (await this.transact(calls)).transactions[0];
  }

  /** Lets `to` allocate `amount` base units of the active key's stake to proposals of one class; zero takes all back. */
  async delegate(kind, to, amount) {
    return (await this.transact({ Delegate: { class: kind, to, amount: String(amount) } })).transactions[0];
  }

  /** As a registered builder, states what rebuilding stored code from source gave. */
  async attest(code, rebuilt, recipe) {
    return (await this.transact({ Attest: { code, rebuilt, recipe } })).transactions[0];
  }

  /** Lets time pass on the solo chain; `signal` stops where it is. */
  advance(slots, { signal = undefined } = {}) {
    return this._ask({ Advance: { slots } }, "Status", signal);
  }

  // ---- the network

  /** The network as the node sees it: mode, checkpoint, peers, recent finality, conflicts, tabs. */
  network() {
    return this._ask("Network", "Network");
  }

  /** What a peer says of itself; nothing of it is trusted or kept. */
  probe(peer) {
    return this._ask({ Probe: { peer } }, "Offer");
  }

  /**
   * Follows a network from a checkpoint (`genesis`, or `genesis:height:block:set`, all hashes hexadecimal); answers once
   * the tip is verified. `full` runs every block, too. The solo chain stays stored.
   */
  join(peers, checkpoint, { full = false } = {}) {
    const mode = full ? "Full" : "Light";
    return this._ask({ Join: { mode, peers: Array.isArray(peers) ? peers : [peers], checkpoint } }, "Status");
  }

  /** Returns to the solo chain; what is known of the network stays stored. */
  leave() {
    return this._ask("Leave", "Status");
  }

  /** Follows the same network as a light or a full node: "Light" or "Full". */
  setMode(mode) {
    return this._ask({ SetMode: mode }, "Status");
  }

  /** Asks this peer, too. */
  addPeer(peer) {
    return this._ask({ AddPeer: peer }, "Network");
  }

  /** Asks this peer no more. */
  removePeer(peer) {
    return this._ask({ RemovePeer: peer }, "Network");
  }

  /** The certificate of a block, each signature checked again; without a height, that of the newest verified block. */
  certificate(height) {
    return this._ask({ Certificate: height ?? null }, "Certificate");
  }

  /** A conflict of two finalised blocks as a file that convinces others. */
  exportEvidence(id) {
    return this._ask({ ExportEvidence: id }, "Bytes");
  }

  /** Checkpoint, boundaries and tip with their certificates in one file. */
  exportHeaders() {
    return this._ask("ExportHeaders", "Bytes");
  }

  /** The whole chain in one file. */
  exportChain() {
    return this._ask("Export", "Bytes");
  }

  /** Replaces the chain by an exported one; every block is executed again first. */
  importChain(bytes) {
    return this._ask({ Import: bytes }, "Status");
  }

  /** Any command of the worker protocol, answered as the protocol answers it. */
  ask(command) {
    return this._ask(command);
  }

  /** Ends a node that `start` began. */
  stop() {
    this._worker?.terminate();
    this._stop(new ZeraError({ kind: "NotStarted", cause: "Request", detail: "the node was stopped" }));
  }

  // ---- below: the link

  _waiting = new Set();

  _use(worker, running = false) {
    this._worker = worker;
    const ready = running ? Promise.resolve() : new Promise((resolve, reject) => {
      this._isReady = resolve;
      this._isNotReady = reject;
    });
    // Those who ask learn of a refusal; nobody has to have asked.
    ready.catch(() => {});
    this._ready.catch(() => {});
    this._begin(ready);
    this._ready = ready;
    worker.addEventListener("message", ({ data }) => {
      if (data?.zera && this._worker === worker) this._receive(data.zera);
    });
  }

  _receive(message) {
    if (message.ready !== undefined) {
      if (message.ready === PROTOCOL_VERSION) this._isReady?.();
      else this._stop(new ZeraError({ kind: "NewerSchema", cause: "Client", fatal: true, detail: `the node speaks protocol ${message.ready}, this package ${PROTOCOL_VERSION}` }));
    } else if (message.event) {
      const stopped = message.event.Stopped;
      this._emit(message.event);
      if (stopped?.kind === "Panicked" && this._crashed) this._crashed(stopped.detail);
      else if (stopped) this._stop(new ZeraError(stopped));
    } else {
      const waiting = this._requests.get(message.request);
      if (!waiting) return;
      this._requests.delete(message.request);
      if (message.error) waiting.reject(new ZeraError(message.error));
      else waiting.resolve(message.ok);
    }
  }

  async _ask(command, kind = undefined, signal = undefined) {
    await this._ready;
    if (this._stopped) throw this._stopped;
    if (signal?.aborted) throw new ZeraError({ kind: "Cancelled", cause: "Request", detail: "it was given up before it began" });
    const request = this._next++;
    // The request itself then answers that it was cancelled, or with its result if that came first.
    const giveUp = () => this._ask({ Cancel: { request } }).catch(() => {});
    signal?.addEventListener("abort", giveUp, { once: true });
    const answer = await new Promise((resolve, reject) => {
      this._requests.set(request, { resolve, reject });
      try {
        this._worker.postMessage({ zera: { request, command } });
      } catch (error) {
        // The browser could not copy it: nested too deep, or holding what no message can.
        this._requests.delete(request);
        reject(new ZeraError({ kind: "Malformed", cause: "Request", detail: `this cannot be sent: ${error.message}` }));
      }
    }).finally(() => signal?.removeEventListener("abort", giveUp));
    if (kind === undefined) return answer;
    if (!answer || typeof answer !== "object" || !(kind in answer)) throw new ZeraError();
    return answer[kind];
  }

  _emit(event) {
    for (const listener of [...this._listeners]) {
      try {
        listener(event);
      } catch (error) {
        // A listener's mistake is its own: it must neither stop the others nor the node.
        console.error(error);
      }
    }
  }

  _fail(error) {
    for (const { reject } of this._requests.values()) reject(error);
    this._requests.clear();
  }

  _stop(error) {
    this._stopped = error;
    this._isNotReady?.(error);
    this._fail(error);
    for (const look of [...this._waiting]) look();
  }
}
