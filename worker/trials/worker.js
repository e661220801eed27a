// The worker in which trials run: it answers `{name, args}` with `{value}` or `{error}`.
import init, { Blocks, Scenarios, Trials, light_vectors } from "/trials.js";

let trials;
let scenarios;
let blocks;

const answers = {
  async open(corpus) {
    await init();
    trials = new Trials(new Uint8Array(await (await fetch(corpus)).arrayBuffer()));
    return Array.from({ length: trials.len() }, (_, index) => {
      const [suite, ...name] = trials.name(index).split(" ");
      return { index, suite, name: name.join(" ") };
    });
  },
  run(some) {
    return some.map((index) => {
      const tally = new Uint32Array(9);
      const difference = trials.run(index, tally);
      return { index, difference, tally: [...tally] };
    });
  },
  async modules(names) {
    scenarios = new Scenarios();
    for (const name of names) {
      const code = await (await fetch(`/modules/${name}`)).arrayBuffer();
      scenarios.add(name.replace(/\.wasm$/, ""), new Uint8Array(code));
    }
  },
  /** The report of a scenario and the one on file. */
  async scenario(name, sampled) {
    const text = async (file) => (await fetch(`/cases/${name}/${file}`)).text();
    return [scenarios.run(await text("scenario.json"), sampled), await text("expected.txt")];
  },
  /** What the light verifier makes of a file of vectors. */
  async light(name) {
    return light_vectors(await (await fetch(`/vectors/${name}`)).text());
  },
  /** Runs so many random blocks on pipelines; what differs first, or nothing. */
  async blocks(some) {
    if (!blocks) {
      blocks = new Blocks(2026);
      while (await blocks.starting()) await new Promise((wake) => setTimeout(wake, 20));
    }
    for (let at = 0; at < some; at += 1) {
      const difference = await blocks.next();
      if (difference) return { difference };
    }
    return { messages: blocks.messages(), replaced: blocks.replaced(), incidents: blocks.incidents() };
  },
  /** Runs a case on a new engine in a browser that makes no more of `thing`, or with a host that panics. */
  attempt(index, thing, hostFails) {
    const original = WebAssembly[thing];
    // The trampolines are compiled first, and are not what is refused.
    let allowed = thing === "Module" ? 1 : 0;
    if (thing) {
      WebAssembly[thing] = function (...args) {
        if (allowed > 0) {
          allowed -= 1;
          return new original(...args);
        }
        throw new RangeError("no more of these");
      };
    }
    try {
      return trials.attempt(index, hostFails);
    } finally {
      if (thing) WebAssembly[thing] = original;
    }
  },
  figures() {
    return trials.figures();
  },
  /** Microseconds per call: each engine, and a new instance for every call (without and with compiling it). */
  async measure(index) {
    const engine = (browser) => (times) => trials.repeat(index, times, browser);
    const module = await WebAssembly.compile(trials.module(index));
    const none = () => 0;
    const imports = { zera: Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, none])) };
    const instantiate = async (times) => {
      for (let at = 0; at < times; at += 1) await WebAssembly.instantiate(module, imports);
    };
    const code = trials.module(index);
    const compile = async (times) => {
      for (let at = 0; at < times; at += 1) await WebAssembly.instantiate(code, imports);
    };
    return {
      browser: await time(engine(true)),
      wasmi: await time(engine(false)),
      instantiate: await time(instantiate),
      "compile and instantiate": await time(compile),
    };
  },
};

/** The best of many short runs: what the work costs when nobody else has the processor. */
async function time(run) {
  let [times, best] = [20, Infinity];
  for (let enough = 0; enough < 60; ) {
    const begun = performance.now();
    await run(times);
    const took = performance.now() - begun;
    if (took < 5) {
      times *= 2;
      continue;
    }
    enough += 1;
    best = Math.min(best, (took * 1000) / times);
  }
  return Math.round(best * 1000) / 1000;
}

let last = Promise.resolve();
self.onmessage = ({ data: { name, args } }) => {
  last = last.then(async () => {
    try {
      self.postMessage({ value: await answers[name](...args) });
    } catch (error) {
      self.postMessage({ error: String(error?.stack ?? error) });
    }
  });
};
