// What held and what did not: one line per check, sums at the end.

/** Ends a journey early: what follows would only repeat the same failure. */
export class Abandoned extends Error {}

/** Counts checks and prints a line for each. */
export class Report {
  passed = 0;
  failed = 0;

  /** Runs one journey; a failed step ends it, the next journey still runs. */
  async journey(name, run) {
    const started = performance.now();
    console.log(`\n${name}`);
    try {
      await run();
    } catch (error) {
      if (!(error instanceof Abandoned)) this.#fail(`${name} runs to its end`, error);
    }
    console.log(`  ${name}: ${Math.round((performance.now() - started) / 100) / 10} s`);
  }

  /** A check after which the journey goes on either way. */
  async check(name, run) {
    try {
      await run();
    } catch (error) {
      this.#fail(name, error);
      return false;
    }
    this.passed += 1;
    console.log(`  ok     ${name}`);
    return true;
  }

  /** A step that all later ones need. */
  async step(name, run) {
    let value;
    const held = await this.check(name, async () => {
      value = await run();
    });
    if (!held) throw new Abandoned();
    return value;
  }

  #fail(name, error) {
    this.failed += 1;
    console.log(`  FAILED ${name}`);
    const text = String(error?.message ?? error).split("\n").slice(0, 14).join("\n         ");
    console.log(`         ${text}`);
  }

  /** The last line, and the exit code that goes with it. */
  finish() {
    if (this.passed + this.failed === 0) this.failed = 1;
    console.log(`\n${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 ? 0 : 1;
  }
}

/** Fails with both values in the message. */
export function same(found, expected, what) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: found ${a}, expected ${b}`);
}

/** Fails with `message` unless `condition` holds. */
export function holds(condition, message) {
  if (!condition) throw new Error(message);
}

/** The first line in which a report differs from the one expected. */
export function difference(report, expected) {
  const [ours, theirs] = [report.split("\n"), expected.split("\n")];
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  const line = at < 0 ? ours.length : at;
  return `line ${line + 1}\n    here:     ${ours[line] ?? "(ends)"}\n    expected: ${theirs[line] ?? "(ends)"}`;
}
