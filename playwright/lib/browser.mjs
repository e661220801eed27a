// Chromium: a shared one with a fresh profile per journey, and one of our own process group that can be killed.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const CHROMIUM = process.env.ZERA_CHROMIUM ?? "/usr/bin/chromium";

/** Quiet, offline apart from the page's own server. */
const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Waits that end when something is there; generous, because a loaded machine is slow and no check is about time. */
const PATIENCE_MS = 60_000;

/** Messages of the browser itself that say nothing about the page. */
const NOT_OURS = [/^Download the React DevTools/];

/** A browser for journeys that end without a crash. */
export function launch() {
  return chromium.launch({ executablePath: CHROMIUM, args: QUIET });
}

/** A page whose console, requests and policy are watched; `page.trouble` lists what should not have happened. */
export async function open(context, url) {
  const page = await context.newPage();
  watch(page, url);
  return page;
}

/** A context with a profile of its own and one watched page in it. */
export async function fresh(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  return open(context, url);
}

function watch(page, url) {
  page.setDefaultTimeout(PATIENCE_MS);
  page.trouble = [];
  const note = (words) => page.trouble.push(words);
  page.on("console", (message) => {
    const text = message.text();
    const ours = !NOT_OURS.some((pattern) => pattern.test(text));
    const where = message.location().url;
    if (ours && (message.type() === "error" || message.type() === "warning")) note(`console ${message.type()}: ${text} (${where})`);
  });
  page.on("pageerror", (error) => note(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    const to = request.url();
    if (!to.startsWith(url) && !/^(data|blob):/.test(to)) note(`a request to another origin: ${to}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) note(`${response.status()} for ${response.url()}`);
  });
}

/** A Chromium in a process group of its own, with a profile that outlives it. */
export class Killable {
  #process;

  constructor(profile) {
    this.profile = profile;
  }

  /** With an empty profile. */
  static async create() {
    return new Killable(await mkdtemp(join(tmpdir(), "zera-profile-")));
  }

  /** Starts it and gives a watched page of the profile. */
  async start(url) {
    await rm(join(this.profile, "DevToolsActivePort"), { force: true });
    const args = [...QUIET, "--headless", "--remote-debugging-port=0", `--user-data-dir=${this.profile}`, "about:blank"];
    this.#process = spawn(CHROMIUM, args, { detached: true, stdio: "ignore" });
    this.browser = await chromium.connectOverCDP(`http://127.0.0.1:${await this.#port()}`);
    const [context] = this.browser.contexts();
    context.setDefaultTimeout(PATIENCE_MS);
    return open(context, url);
  }

  /** One more watched page of the same profile. */
  async another(url) {
    return open(this.browser.contexts()[0], url);
  }

  async #port() {
    for (let tries = 0; tries < 600; tries += 1) {
      const file = await readFile(join(this.profile, "DevToolsActivePort"), "utf8").catch(() => "");
      const [port] = file.split("\n");
      if (port) return port;
      if (this.#process.exitCode !== null) throw new Error(`Chromium ended with ${this.#process.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("Chromium opened no debugging port");
  }

  /** SIGKILL for the whole process group, as when the machine loses power: nothing gets a chance to tidy up. */
  async kill() {
    const running = this.#process;
    if (running === undefined) return;
    this.#process = undefined;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    process.kill(-running.pid, "SIGKILL");
    await ended;
    await this.browser.close().catch(() => {});
    // The lock of a killed browser on its profile; the next one would ask a person about it.
    for (const name of ["SingletonLock", "SingletonCookie", "SingletonSocket"]) await rm(join(this.profile, name), { force: true });
  }

  /** Ends it for good and deletes the profile. */
  async remove() {
    await this.kill();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
