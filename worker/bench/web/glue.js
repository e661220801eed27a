// What the suites need of the browser: peers as wasm instances, host functions that play a tape, IndexedDB, echo workers.
// Imported by zera-bench's wasm, in its worker.

/** The bytes behind a path of this origin. */
export async function bytes(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Plays what host functions once answered and wrote; see src/tab/tape.rs for the format. */
class Tape {
  constructor(tape, wide) {
    this.view = new DataView(tape.buffer, tape.byteOffset, tape.byteLength);
    this.tape = tape;
    this.wide = new Set(wide);
    this.at = 0;
    this.memory = null;
  }

  imports(module) {
    const imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      const wide = this.wide.has(name);
      (imports[from] ??= {})[name] = () => this.play(wide);
    }
    return imports;
  }

  play(wide) {
    const { view, tape } = this;
    let at = this.at;
    const answer = wide ? view.getBigInt64(at, true) : view.getInt32(at, true);
    const writes = view.getUint32(at + 8, true);
    at += 12;
    for (let write = 0; write < writes; write += 1) {
      const [address, length] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      new Uint8Array(this.memory.buffer, address, length).set(tape.subarray(at + 8, at + 8 + length));
      at += 8 + length;
    }
    this.at = at;
    return answer;
  }
}

/** A module's original bytes in the browser's own engine: no gas, no limits, no host. */
export class Raw {
  constructor(code, tape, wide) {
    this.code = code;
    this.module = new WebAssembly.Module(code);
    this.tape = new Tape(tape, wide);
    this.imports = this.tape.imports(this.module);
    this.instance = this.fresh();
    this.calls = 0;
    const { memory } = this.instance.exports;
    this.image = memory ? new Uint8Array(memory.buffer).slice() : null;
  }

  fresh() {
    const instance = new WebAssembly.Instance(this.module, this.imports);
    this.tape.memory = instance.exports.memory;
    return instance;
  }

  /** `times` calls on one instance; its memory is put back before every `every`th of them (never with 0). */
  kept(name, argument, times, every) {
    const run = this.instance.exports[name];
    this.tape.memory = this.instance.exports.memory;
    let result = 0;
    for (let call = 0; call < times; call += 1) {
      if (every && this.calls++ % every === 0) this.restore();
      this.tape.at = 0;
      result = run(argument);
    }
    this.finished();
    return Number(result ?? 0);
  }

  /** A call that left something of its tape did other work than the one that was recorded. */
  finished() {
    if (this.tape.at !== this.tape.tape.length) throw new Error("the tape is not over");
  }

  restore() {
    const memory = new Uint8Array(this.instance.exports.memory.buffer);
    memory.set(this.image);
    memory.fill(0, this.image.length);
  }

  /** `times` calls, each on a new instance of the compiled module. */
  instances(name, argument, times) {
    let result = 0;
    for (let call = 0; call < times; call += 1) {
      this.tape.at = 0;
      result = this.fresh().exports[name](argument);
    }
    return Number(result ?? 0);
  }

  /** `times` calls, each of code that is compiled and instantiated for it. */
  async instantiate(name, argument, times) {
    let result = 0;
    for (let call = 0; call < times; call += 1) {
      const { instance } = await WebAssembly.instantiate(this.code, this.imports);
      this.tape.memory = instance.exports.memory;
      this.tape.at = 0;
      result = instance.exports[name](argument);
    }
    return Number(result ?? 0);
  }
}

/** An instance of original bytes whose host functions are `host(name, arguments, memory)`: tapes are recorded with it. */
export function record(code, entry, argument, wide, host) {
  const module = new WebAssembly.Module(code);
  const imports = {};
  let memory;
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = (...values) => {
      const answer = host(name, BigUint64Array.from(values, (value) => (typeof value === "bigint" ? BigInt.asUintN(64, value) : BigInt(value >>> 0))), memory);
      return wide.includes(name) ? answer : Number(BigInt.asIntN(32, answer));
    };
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  memory = exports.memory;
  exports[entry](argument);
}

/** The stock interpreter: a wasm module with a raw C interface, itself run by the browser's engine. */
export class Stock {
  static async start(path) {
    const { instance } = await WebAssembly.instantiate(await bytes(path), {});
    return new Stock(instance.exports);
  }

  constructor(exports) {
    this.exports = exports;
  }

  put(bytes) {
    const at = this.exports.room(bytes.length);
    new Uint8Array(this.exports.memory.buffer, at, bytes.length).set(bytes);
    return [at, bytes.length];
  }

  /** The number of a compiled module, or -1. */
  load(code) {
    return this.exports.load(...this.put(code));
  }

  /** What [`Stock.call`] needs besides a number, kept in its memory. */
  prepare(name, tape) {
    return [...this.put(new TextEncoder().encode(name)), ...this.put(tape)];
  }

  call(number, prepared, argument, times) {
    const [name, nameLength, tape, tapeLength] = prepared;
    let result = 0n;
    for (let call = 0; call < times; call += 1) {
      result = this.exports.call(number, name, nameLength, argument, tape, tapeLength);
    }
    return Number(result);
  }
}

/** Lets events be heard for a while. */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A worker that sends back what it gets. */
export class Echo {
  constructor(path) {
    this.worker = new Worker(path, { type: "module" });
    this.worker.onmessage = ({ data }) => this.answer(data);
    this.worker.onerror = () => this.fail(new Error("the echo worker failed"));
  }

  /** `times` round trips of a buffer, moved both ways or copied both ways. */
  async trips(length, moved, times) {
    let buffer = new ArrayBuffer(length);
    for (let trip = 0; trip < times; trip += 1) {
      buffer = await new Promise((resolve, reject) => {
        [this.answer, this.fail] = [resolve, reject];
        this.worker.postMessage({ buffer, moved }, moved ? [buffer] : []);
      });
    }
  }

  stop() {
    this.worker.terminate();
  }
}

/** Provers of the page, each of which answers one request at a time; see worker/prover/src/wire.rs. */
export class Provers {
  static async start(path, count) {
    const provers = new Provers();
    provers.workers = Array.from({ length: count }, () => new Worker(path, { type: "module" }));
    // Their first word says that they listen.
    await Promise.all(provers.workers.map((worker) => answered(worker)));
    return provers;
  }

  /** The same request to all; what each answered. */
  everyone(request) {
    return Promise.all(this.workers.map((worker) => asked(worker, request)));
  }

  /** Every request once, side by side: whoever is free takes one of the class that it had last, else the last one. */
  async spread(requests, classes) {
    const left = requests.map((_, index) => index);
    const answers = [];
    await Promise.all(this.workers.map(async (worker) => {
      while (left.length > 0) {
        const same = left.findIndex((index) => worker.had !== undefined && classes[index] === worker.had);
        const [index] = left.splice(same < 0 ? left.length - 1 : same, 1);
        worker.had = classes[index];
        answers[index] = await asked(worker, requests[index]);
      }
    }));
    return answers;
  }

  stop() {
    this.workers.forEach((worker) => worker.terminate());
  }
}

function asked(worker, request) {
  const answer = answered(worker);
  worker.postMessage(request.slice().buffer);
  return answer;
}

function answered(worker) {
  return new Promise((resolve, reject) => {
    // Bytes are an answer; text is the end of the program.
    worker.onmessage = ({ data }) => (typeof data === "string" ? reject(new Error(data)) : resolve(data));
    worker.onerror = (event) => reject(new Error(event.message || "a prover failed"));
  });
}

/** snarkjs with a key and a witness, where a script has put them beside the page: nothing of it ships. */
export class Snark {
  static async start(folder) {
    const there = await fetch(`${folder}there`).then((response) => response.ok && response.text(), () => false);
    if (there !== "yes") return undefined;
    const snark = new Snark();
    snark.groth16 = (await import(`${folder}snarkjs.js`)).default.groth16;
    [snark.key, snark.witness] = [await bytes(`${folder}chain.zkey`), await bytes(`${folder}chain.wtns`)];
    return snark;
  }

  async prove(alone, times) {
    for (let time = 0; time < times; time += 1) await this.groth16.prove(this.key, this.witness, undefined, { singleThread: alone });
  }
}

/** noble-curves, where a script has put it beside the page. */
export class Noble {
  static async start(folder) {
    const there = await fetch(`${folder}there`).then((response) => response.ok && response.text(), () => false);
    if (there !== "yes") return undefined;
    const noble = new Noble();
    noble.ed25519 = (await import(`${folder}ed25519.js`)).ed25519;
    return noble;
  }

  /** Checks every signature of `pairs` (key, then signature) over `message`, `times` times, by the rules that we check by. */
  verify(message, pairs, times) {
    for (let time = 0; time < times; time += 1) {
      for (let at = 0; at < pairs.length; at += 96) {
        const [key, signature] = [pairs.subarray(at, at + 32), pairs.subarray(at + 32, at + 96)];
        if (!this.ed25519.verify(signature, message, key, { zip215: true })) throw new Error("noble-curves refuses a signature");
      }
    }
  }
}

/** A database of its own that is thrown away: ways to store the entries of a block. */
export class Database {
  static async open(entries, length) {
    const opening = indexedDB.open("zera-bench", 1);
    opening.onupgradeneeded = () => ["records", "index", "meta", "entries"].forEach((name) => opening.result.createObjectStore(name));
    const values = Array.from({ length: entries }, () => crypto.getRandomValues(new Uint8Array(length)));
    return new Database(await promised(opening), values);
  }

  constructor(database, values) {
    this.database = database;
    this.values = values;
    this.height = 0;
  }

  write(stores) {
    return this.database.transaction(stores, "readwrite", { durability: "strict" });
  }

  packed() {
    const { length } = this.values[0];
    const record = new Uint8Array(this.values.length * length);
    this.values.forEach((value, index) => record.set(value, index * length));
    return record;
  }

  async commit(way) {
    this.height += 1;
    await this[way]();
  }

  /** As the node does it: the block's record, its summary, the head pointer last. */
  async node() {
    const transaction = this.write(["records", "index", "meta"]);
    transaction.objectStore("records").put(this.packed(), this.height);
    transaction.objectStore("index").put({ view: this.values[0], transaction: [this.values[1]], account: [this.values[2]] }, this.height);
    transaction.objectStore("meta").put(this.values[3], "head");
    await done(transaction);
  }

  /** One transaction, one put per entry. */
  async puts() {
    const transaction = this.write(["entries"]);
    const store = transaction.objectStore("entries");
    this.values.forEach((value, index) => store.put(value, `${this.height}/${index}`));
    await done(transaction);
  }

  /** One transaction per entry. */
  async transactions() {
    for (const [index, value] of this.values.entries()) {
      const transaction = this.write(["entries"]);
      transaction.objectStore("entries").put(value, `${this.height}/${index}`);
      await done(transaction);
    }
  }

  async remove() {
    this.database.close();
    await promised(indexedDB.deleteDatabase("zera-bench"));
  }
}

/** Pages of a large state, in a database of its own that is thrown away. */
export class Pages {
  static async open(fresh) {
    if (fresh) await promised(indexedDB.deleteDatabase("zera-bench-pages"));
    const opening = indexedDB.open("zera-bench-pages", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("pages");
    return new Pages(await promised(opening));
  }

  constructor(database) {
    this.database = database;
    this.waiting = [];
  }

  add(name, bytes) {
    this.waiting.push([name, bytes]);
  }

  async flush() {
    const transaction = this.database.transaction(["pages"], "readwrite", { durability: "relaxed" });
    const store = transaction.objectStore("pages");
    for (const [name, bytes] of this.waiting) store.put(bytes, name);
    this.waiting = [];
    await done(transaction);
  }

  get(name) {
    return promised(this.database.transaction(["pages"]).objectStore("pages").get(name));
  }

  close() {
    this.database.close();
  }

  async remove() {
    this.close();
    await promised(indexedDB.deleteDatabase("zera-bench-pages"));
  }
}

/** Runs a suite in a worker of its own, which ends with it: its memory is gone then. */
export async function elsewhere(path, suite) {
  const worker = new Worker(path, { type: "module" });
  try {
    await new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message || "a worker could not start"));
      worker.onmessage = ({ data }) => {
        if (data.failed) reject(new Error(data.failed));
        else if (data.ended) resolve();
      };
      worker.postMessage({ suites: [suite] });
    });
  } finally {
    worker.terminate();
  }
}

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.commit();
  });
}
