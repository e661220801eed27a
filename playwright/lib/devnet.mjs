// A network of real peers for a journey, and a peer before it that lies: the programs of node/devnet and node/liar, which
// `cargo xtask test` has built.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "./server.mjs";

const PROGRAMS = process.env.ZERA_PROGRAMS ?? join(ROOT, "target/debug");

/** Whether the programs are there. */
export const built = () => ["zera-node", "zera-devnet", "zera-liar"].every((name) => existsSync(join(PROGRAMS, name)));

/** A program that prints lines of JSON and takes lines of words. */
class Program {
  #process;
  #lines = [];
  #waiting = [];

  constructor(name, args) {
    this.#process = spawn(join(PROGRAMS, name), args, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.#hear(line));
    this.ended = new Promise((resolve) => this.#process.once("exit", (code) => {
      this.#waiting.splice(0).forEach(({ reject }) => reject(new Error(`${name} ended with ${code}`)));
      resolve(code);
    }));
  }

  #hear(line) {
    const said = JSON.parse(line);
    const next = this.#waiting.shift();
    if (next) next.resolve(said);
    else this.#lines.push(said);
  }

  /** The next line. */
  line() {
    const there = this.#lines.shift();
    return there ? Promise.resolve(there) : new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Every line from now on goes to `each`. */
  listen(each) {
    const on = () => this.line().then((said) => {
      each(said);
      return on();
    }).catch(() => {});
    on();
  }

  say(words) {
    this.#process.stdin.write(`${words}\n`);
  }

  async end(signal) {
    if (signal) this.#process.kill(signal);
    else this.#process.stdin.end();
    return this.ended;
  }
}

/** Four validators, fresh, on free ports; every one serves the built page. */
export class Devnet {
  /** `halfLife` in slots: votes grow as fast as the chain's bounds allow. */
  static async start({ validators = 4, epochBlocks = 100, halfLife = 30 } = {}) {
    const network = new Devnet();
    network.folder = await mkdtemp(join(tmpdir(), "zera-devnet-"));
    network.program = new Program("zera-devnet", [
      "run", "--json", "--control", "--fresh", "--port", "0", "--dir", network.folder, "--validators", `${validators}`,
      "--epoch-blocks", `${epochBlocks}`, "--half-life", `${halfLife}`, "--node", join(PROGRAMS, "zera-node"), "--page", join(ROOT, "dist"),
    ]);
    ({ peers: network.peers, accounts: network.accounts } = await network.program.line());
    return network;
  }

  /** What its own page's origin would offer: a checkpoint as text. */
  async checkpoint(peer = 0) {
    return (await (await fetch(`${this.peers[peer].page}checkpoint.json`)).json()).checkpoint;
  }

  /** The chain. */
  async genesis() {
    return (await this.checkpoint()).split(":")[0];
  }

  /** One of node/devnet's commands, such as `kill 1`; its answer. */
  async tell(words) {
    this.program.say(words);
    const answer = await this.program.line();
    if (answer.error) throw new Error(`${words}: ${answer.error}`);
    return answer;
  }

  /** The newest height that any peer has called final. */
  async height() {
    return Math.max(0, ...(await this.tell("heads")).heads.filter((height) => height !== null));
  }

  /** A liar before one of the peers; `fork` gives it the validators' keys, and it forks from that height on. */
  async liar({ before = 0, from = 0 } = {}) {
    const keys = this.peers.flatMap(({ key }) => ["--key", key]);
    const program = new Program("zera-liar", ["--upstream", this.peers[before].wire, "--from", `${from}`, ...keys]);
    const { address } = await program.line();
    const liar = { told: 0, address: (lie) => `${address}/${lie}`, stop: () => program.end("SIGTERM") };
    program.listen(({ told }) => { liar.told = told; });
    return liar;
  }

  /** Ends all peers; gives the summary. */
  async stop() {
    this.program.say("end");
    const summary = await this.program.line().catch(() => undefined);
    await this.program.ended;
    await rm(this.folder, { recursive: true, force: true });
    return summary;
  }
}
