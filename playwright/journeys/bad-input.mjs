// Everything that must end in a clear error with nothing changed, through the page where people meet it, and through
// scripts where only they can.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fresh } from "../lib/browser.mjs";
import { deploy, fits, leaf, phraseKey, standing, title, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";
import { ROOT } from "../lib/server.mjs";
import { nonceOf, signed, wallet } from "../lib/wallet.mjs";

export const name = "bad-input";

const prebuilt = (file) => readFile(join(ROOT, "modules/prebuilt", file));
const button = (where, label) => where.getByRole("button", { name: label, exact: true });

/** A file, the page's sentence about it, and what the finding must name. */
async function files() {
  const lending = await prebuilt("lending-v1.wasm");
  const large = Buffer.alloc(20 << 20);
  lending.copy(large);
  return [
    ["notes.wasm", Buffer.from("not a module at all"), /it is not a WebAssembly module\.$/, /does not begin as WebAssembly/],
    ["cut.wasm", lending.subarray(0, 9_000), /it breaks a rule/, /not valid WASM/],
    ["large.wasm", large, /it breaks a rule/, /20971520 bytes; a module has at most 1048576/],
    ["float.wasm", await prebuilt("bad/float.wasm"), /it computes with floating-point numbers\.$/, /f64/],
    ["no-memory-maximum.wasm", await prebuilt("bad/no-memory-maximum.wasm"), /it breaks a rule/, /--max-memory=/],
    ["memory-declared.wasm", await prebuilt("bad/memory-declared.wasm"), /it breaks a rule/, /is more than/],
    ["unknown-import.wasm", await prebuilt("bad/unknown-import.wasm"), /it breaks a rule/, /read_wall_clock/],
  ];
}

/** What must be the same before and after. */
const everything = (page) =>
  page.evaluate(async () => {
    const { zera } = globalThis;
    const { head, account, burnt } = await zera.status();
    const modules = (await zera.modules()).map(({ id, code, sequence }) => [id, code, sequence]);
    return { head, burnt, account: await zera.account(account), modules, proposals: await zera.proposals() };
  });

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url);
  await visit(page, url);
  const words = await report.step("a key is made", () => phraseKey(page));
  const unchanged = async (does) => {
    const before = await everything(page);
    await does();
    same(await everything(page), before, "the chain");
  };
  for (const [file, bytes, sentence, finding] of await files()) {
    await report.check(`${file} is refused with its reason, and nothing changes`, () =>
      unchanged(() => refused(page, url, file, bytes, sentence, finding)),
    );
  }
  await report.check("a refused float names function, offset and operator", async () => {
    await refused(page, url, "float.wasm", await prebuilt("bad/float.wasm"), /./, /./);
    const facts = await page.locator(".refusal dt").allInnerTexts();
    same(facts.slice(0, 3), ["Function", "Offset", "Operator"], "facts");
  });
  await modules(page, report, url, unchanged);
  await upgrades(page, report, url);
  await transactions(page, report, url, unchanged, words);
  await forms(page, report, url, unchanged);
  await texts(page, report, url, unchanged);
  await messages(page, report, unchanged);
  await snapshot(page, report, url, unchanged);
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

async function refused(page, url, file, bytes, sentence, finding) {
  await visit(page, `${url}modules/deploy`);
  await page.getByLabel("Your own .wasm").setInputFiles({ name: file, mimeType: "application/wasm", buffer: bytes });
  await title(page).getByText(new RegExp(`^${file} was refused`)).waitFor();
  holds(sentence.test(await title(page).innerText()), `the sentence is: ${await title(page).innerText()}`);
  const alert = await page.locator(".refusal[role=alert]").innerText();
  holds(finding.test(alert), `the finding is: ${alert}`);
  await page.getByText("Nothing was run, stored, signed or charged.").first().waitFor();
}

/** Modules that are valid and misbehave: they can be deployed, and no call of theirs gets signed. */
async function modules(page, report, url, unchanged) {
  const cases = [
    ["infinite-loop", "from", /out of gas/],
    ["memory-bomb", "byte", /out of gas/],
    ["deep-recursion", "depth", /stack limit/],
    ["start-trap", "number", /trapped/],
  ];
  for (const [file, argument, outcome] of cases) {
    await report.check(`${file}: the preview says how it would end, and there is nothing to sign`, async () => {
      await deploy(page, join(ROOT, `modules/prebuilt/bad/${file}.wasm`));
      await unchanged(async () => {
        const call = leaf(page, "Call").first();
        await call.getByLabel(argument, { exact: true }).fill("1");
        await button(call, "Preview and sign").click();
        const alert = call.getByRole("alert");
        await alert.getByText(/^It would fail: .* Nothing was signed\.$/).waitFor();
        holds(outcome.test(await alert.innerText()), `it says: ${await alert.innerText()}`);
        same(await button(call, "Sign with the key in this tab").count(), 0, "buttons to sign");
      });
    });
  }
}

/** Upgrades that are voted in and cannot be enacted: the old version goes on, untouched. */
async function upgrades(page, report, url) {
  const cases = [
    ["migration-trap", "MigrationFailed", /its migration failed/],
    ["migration-out-of-gas", "MigrationOutOfGas", /its migration ran out of gas/],
    ["unhealthy", "Unhealthy", /health\(\) did not answer true/],
  ];
  const address = await report.step("a module to be upgraded is deployed", () =>
    deploy(page, join(ROOT, "modules/prebuilt/bad/base.wasm")),
  );
  for (const [file, reason, sentence] of cases) {
    await report.check(`${file}: voted in, then aborted for its reason; version and data stay`, async () => {
      const code = [...(await prebuilt(`bad/${file}.wasm`))];
      const aborted = await page.evaluate(async ([address, code, file]) => {
        const { zera } = globalThis;
        const view = async () => {
          const { module, generation } = await zera.module(address);
          const { entries } = await zera.storage(address);
          return { code: module.code, sequence: module.sequence, generation, entries: entries.map((entry) => [[...entry.key], [...entry.value]]) };
        };
        const args = new Uint8Array(8).fill(7);
        await zera.call(address, "put", { args });
        const before = await view();
        const id = await zera.propose(file, { upgrade: { module: address, code: new Uint8Array(code), migrate: true } });
        const rehearsed = (await zera.dryRun(id)).abort;
        await zera.allocate(id, String(20_000_000n * 1_000_000_000n));
        await zera.advance(400);
        return { id, rehearsed, state: (await zera.proposal(id)).proposal.state, before, after: await view() };
      }, [address, code, file]);
      same(aborted.rehearsed, reason, "the dry run");
      same(aborted.state.Aborted?.reason, reason, "the reason");
      same(aborted.after, aborted.before, "version and data");
      await visit(page, `${url}proposals/${aborted.id}`);
      await page.locator("#standing").getByText(sentence).waitFor();
      await visit(page, `${url}modules/${address}`);
      await leaf(page, "History").getByText(new RegExp(sentence.source, "i")).first().waitFor();
    });
  }
}

/** Signed outside the page, because the page never would. */
async function transactions(page, report, url, unchanged, words) {
  const owner = wallet(words);
  const to = "22".repeat(32);
  const { payload, genesis, slot, account } = await page.evaluate(async (to) => {
    const { zera } = globalThis;
    const plan = await zera.simulate({ Transfer: { to, amount: "1" } });
    const { genesis, slot, account } = await zera.status();
    return { payload: [...plan.steps[0].payload], genesis, slot, account };
  }, to);
  await report.check("twelve words give the same account in another implementation", () => same(owner.account, account, "account"));
  const nonce = nonceOf(payload);
  const other = wallet("legal winner thank year wave sausage worth useful legal winner thank yellow".split(" "));
  const cut = signed(owner, payload).subarray(0, 80);
  const cases = [
    ["a wrong nonce", signed(owner, payload, { nonce: nonce + 7n }), "TransactionRefused", /nonce/],
    ["one that has expired", signed(owner, payload, { expiry: Math.max(0, slot - 1) }), "TransactionRefused", /expired/],
    ["one for another genesis", signed(owner, payload, { genesis: "ab".repeat(32) }), "TransactionRefused", /signature/i],
    ["one that someone else signed", signed(other, payload), "TransactionRefused", /signature/i],
    ["a cut one", cut, "Malformed", /./],
    ["random bytes", Buffer.from(genesis.repeat(8), "hex"), "Malformed", /./],
  ];
  for (const [what, bytes, kind, detail] of cases) {
    await report.check(`${what} is refused before it enters a block`, () => unchanged(() => fails(page, ["submit", [...bytes]], kind, detail)));
  }
  await report.check("the same bytes, signed as they were planned, are accepted once; sent again they name the same transaction and change nothing", async () => {
    const good = [...signed(owner, payload)];
    const submit = () => page.evaluate((good) => globalThis.zera.submit(new Uint8Array(good)), good);
    const [first] = await submit();
    same(first.outcome, "Ok", "outcome");
    await unchanged(async () => same((await submit())[0], first, "what the second sending is answered"));
  });
  const huge = String(10n ** 30n);
  const id = await page.evaluate((code) => globalThis.zera.deploy(new Uint8Array(code), { args: new Uint8Array([5, 0, 0, 0]) }), [...(await prebuilt("lending-v1.wasm"))]);
  const proposal = await openVote(page, id);
  const calls = [
    ["more than the balance", { Transfer: { to, amount: huge } }],
    ["staking more than is free", { Stake: { amount: huge } }],
    ["allocating more than is staked", { Allocate: { proposal, side: "For", amount: huge } }],
  ];
  for (const [what, call] of calls) {
    await report.check(`${what} would fail and is not signed`, async () => {
      // An open vote lets blocks come by themselves, so that only the account can be compared.
      const account = () => page.evaluate(() => globalThis.zera.account());
      const { height: _, ...before } = await account();
      await fails(page, ["transact", call], "WouldFail", /./);
      const { height: __, ...after } = await account();
      same(after, before, "the account");
    });
  }
  await page.evaluate((id) => globalThis.zera.transact({ Withdraw: { proposal: id } }), proposal);
  await report.check("a setter that only governance may call refuses an account", async () => {
    const setter = await page.evaluate(async (id) => (await globalThis.zera.module(id)).code.manifest.exports.find(({ kind }) => kind === "Setter").name, id);
    await unchanged(async () => {
      const plan = await page.evaluate(async ([module, entry]) => {
        const call = { Module: { module, entry, args: new Uint8Array([9, 0, 0, 0]), value: "0" } };
        return (await globalThis.zera.simulate(call)).steps[0];
      }, [id, setter]);
      holds(plan.outcome !== "Ok", `the setter ended with ${plan.outcome}`);
    });
  });
}

/** An open vote on a parameter of the module; gives its number. */
function openVote(page, module) {
  return page.evaluate((module) => {
    const change = { module_id: module, parameter: "interest_rate_bps", value: new Uint8Array([9, 0, 0, 0]) };
    return globalThis.zera.propose("An open vote", { Config: { changes: [change], description: "" } });
  }, module);
}

/** Asks the page's client and fails unless that throws an error of the kind. */
async function fails(page, [method, argument], kind, detail) {
  const error = await page.evaluate(
    async ([method, argument]) => {
      try {
        await globalThis.zera[method](Array.isArray(argument) ? new Uint8Array(argument) : argument);
        return undefined;
      } catch (error) {
        return { kind: error.kind, detail: error.message };
      }
    },
    [method, argument],
  );
  same(error?.kind, kind, `the error (${error?.detail})`);
  holds(detail.test(error.detail), `it says: ${error.detail}`);
}

/** Fields that say what is wrong while it is typed. */
async function forms(page, report, url, unchanged) {
  await report.check("the account page refuses to send more than there is, in words", () =>
    unchanged(async () => {
      await visit(page, `${url}account`);
      const panel = leaf(page, "Move ZRA");
      await panel.getByLabel("Amount", { exact: true }).fill("12x");
      await panel.getByText("Not an amount: digits, at most nine decimals.").waitFor();
      await panel.getByLabel("Amount", { exact: true }).fill("999999999999");
      await button(panel, "Preview and sign").click();
      await panel.getByRole("alert").getByText(/^It would fail: .* Nothing was signed\.$/).waitFor();
    }),
  );
  await report.check("a typed form names the misfit of an argument", async () => {
    await visit(page, `${url}modules/deploy`);
    await page.getByLabel("Your own .wasm").setInputFiles(join(ROOT, "modules/prebuilt/lending-v1.wasm"));
    await page.getByLabel("initial_rate", { exact: true }).fill("4294967296");
    await page.getByText("Too large for u32.", { exact: true }).waitFor();
  });
  await report.check("pages of things that do not exist say so", async () => {
    for (const path of ["nowhere", "proposals/999", "blocks/999999", "modules/zerasmod1qqqq", `transactions/${"0".repeat(64)}`]) {
      await visit(page, `${url}${path}`);
      const words = await page.locator("main").innerText();
      holds(/No page is at|no such|There is no such thing|names nothing/i.test(words), `/${path}: ${words.slice(0, 200)}`);
    }
  });
}

/** Words of an author who means ill: they are shown as the letters they are, and rule nothing around them. */
async function texts(page, report, url, unchanged) {
  const id = await page.evaluate(async (code) => globalThis.zera.deploy(new Uint8Array(code), { args: new Uint8Array(8) }), [...(await prebuilt("counter.wasm"))]);
  const title = "<script>globalThis.owned=1</script><img src=x onerror=globalThis.owned=2> \u202Egpj.exe\u2066 \u0000\u200B#1 enacted";
  const piece = "# Vote\n<iframe src=javascript:globalThis.owned=3></iframe>\n[safe](javascript:globalThis.owned=4) \u202Eesrever\u202C **bold**\n<style>*{display:none}</style>\n";
  const description = piece.repeat(100).slice(0, 7_800);
  const proposal = await report.step("a proposal with script, markdown for pages and right-to-left tricks is a proposal like any other", () =>
    page.evaluate(async ([id, title, description]) => {
      const bytes = new TextEncoder().encode(description).length;
      if (bytes < 8_000 || bytes > 8_192) throw new Error(`the description has ${bytes} bytes`);
      const change = { module_id: id, parameter: "step", value: new Uint8Array([9, 0, 0, 0, 0, 0, 0, 0]) };
      return globalThis.zera.propose(title, { Config: { changes: [change], description } });
    }, [id, title, description]),
  );
  for (const path of ["proposals", `proposals/${proposal}`, ""]) {
    await report.check(`/${path} shows its words and obeys none of them`, async () => {
      await page.setViewportSize({ width: 360, height: 740 });
      await visit(page, `${url}${path}`);
      await page.getByText("<script>globalThis.owned=1</script>").first().waitFor();
      const found = await page.evaluate(() => ({
        owned: globalThis.owned,
        made: [...document.querySelectorAll("main script, main img, main iframe, main style, a[href^='javascript:']")].map((element) => element.outerHTML),
        // Letters that turn the reading order, hide, or end a line, in anything that is shown.
        tricks: [...new Set(document.body.innerText.match(/[\u202A-\u202E\u2066-\u2069\u200B-\u200F\u0000]/g) ?? [])].map((letter) => letter.charCodeAt(0).toString(16)),
      }));
      same(found, { made: [], tricks: [] }, "elements and tricks");
      await fits(page);
      await page.setViewportSize({ width: 1440, height: 1000 });
    });
  }
  await report.check("all 8 KiB of the description are there, as its author's unverified words", async () => {
    await visit(page, `${url}proposals/${proposal}`);
    const words = await leaf(page, "Payload").innerText();
    holds(words.includes("# Vote") && words.includes("[safe](javascript:globalThis.owned=4)"), `the payload shows: ${words.slice(0, 400)}`);
    holds(/unverified|author’s words/i.test(words), "nothing says that these are only words");
  });
  await page.evaluate((proposal) => globalThis.zera.transact({ Withdraw: { proposal } }), proposal);
  await report.check("a megabyte of markdown is refused by the form and by the node", () =>
    unchanged(async () => {
      await visit(page, `${url}proposals/new`);
      // Pasted at once; the driver's own typing would take longer than anything that is asked here.
      await page.getByLabel("Description", { exact: true }).evaluate((area, text) => {
        area.value = text;
        area.dispatchEvent(new Event("input", { bubbles: true }));
      }, piece.repeat(7_000));
      await page.getByText(/are too many; the chain takes 8\.1\skB\.$/).first().waitFor();
      const kind = await page.evaluate(async ([id, text]) => {
        const change = { module_id: id, parameter: "step", value: new Uint8Array(8) };
        return globalThis.zera.propose("Long", { Config: { changes: [change], description: text } }).then(() => "taken", (error) => error.kind);
      }, [id, piece.repeat(7_000)]);
      holds(kind === "WouldFail" || kind === "Malformed" || kind === "TransactionRefused", `the node said ${kind}`);
    }),
  );
}

/** Messages that are none of the protocol, or far too large, straight to the worker. */
async function messages(page, report, unchanged) {
  await report.check("malformed and huge messages to the worker are answered with typed errors", () =>
    unchanged(async () => {
      const answers = await page.evaluate(async () => {
        const { zera } = globalThis;
        const kind = async (promise) => promise.then(() => "answered", (error) => error.kind);
        return Promise.all([
          kind(zera.ask("NoSuchCommand")),
          kind(zera.ask({ Advance: { slots: -1 } })),
          kind(zera.ask({ Advance: { slots: 1e300 } })),
          kind(zera.ask({ Block: "0x" })),
          kind(zera.ask(null)),
          kind(zera.ask({ Account: "ff".repeat(4_000_000) })),
          kind(zera.ask({ AddKey: { Phrase: "word ".repeat(200_000) } })),
          kind(zera.ask({ Inspect: new Uint8Array(64 << 20) })),
        ]);
      });
      same(answers.slice(0, 6), Array(6).fill("Malformed"), "kinds");
      same(answers.slice(6), ["KeyRefused", "NotWasm"], "kinds");
    }),
  );
  await report.check("objects nested too deep, or in themselves, are refused like any other", () =>
    unchanged(async () => {
      const answers = await page.evaluate(async () => {
        const { zera } = globalThis;
        const deep = {};
        let inner = deep;
        for (let depth = 0; depth < 5_000; depth += 1) inner = inner.Advance = {};
        const round = { Advance: { slots: 1 } };
        round.Advance.more = round;
        const kind = async (promise) => promise.then(() => "answered", (error) => error.kind);
        const silent = (promise) => Promise.race([promise, zera.status().then(() => zera.status()).then(() => "silence")]);
        return [await silent(kind(zera.ask(deep))), await silent(kind(zera.ask(round)))];
      });
      same(answers, ["Malformed", "Malformed"], "kinds");
    }),
  );
  await report.check("bytes that are no message leave the node running", () =>
    unchanged(() =>
      page.evaluate(async () => {
        const { zera } = globalThis;
        const worker = zera._worker;
        for (const length of [0, 1, 3, 4, 5, 64, 4_096]) {
          const bytes = Uint8Array.from({ length }, (_, index) => (index * 197 + 91) & 255);
          worker.postMessage(bytes.buffer, [bytes.buffer]);
        }
        const huge = new ArrayBuffer((256 << 20) + 1);
        worker.postMessage(huge, [huge]);
        for (const odd of [undefined, null, 7, "text", [], { zera: 1 }, { zera: {} }, { zera: { request: "x", command: {} } }, new Uint8Array(9)]) worker.postMessage(odd);
        await zera.status();
      }),
    ),
  );
}

/** A snapshot with one flipped bit, at its head, in its middle and at its end. */
async function snapshot(page, report, url, unchanged) {
  await visit(page, `${url}settings`);
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Export the chain to a file").click()]);
  const good = await readFile(await download.path());
  const at = [3, 20, 60, Math.floor(good.length / 2), good.length - 1];
  for (const place of at) {
    await report.check(`a snapshot with a flipped bit in byte ${place < 100 ? place : place === good.length - 1 ? "last" : "middle"} is refused`, () =>
      unchanged(async () => {
        await visit(page, `${url}settings`);
        const bad = Buffer.from(good);
        bad[place] ^= 4;
        await give(page, bad);
        await page.getByRole("alert").getByText("The snapshot was refused: it is cut, changed, or of another format.").waitFor();
      }),
    );
  }
  await report.check("a cut snapshot is refused, the whole one is checked block by block and taken", async () => {
    await visit(page, `${url}settings`);
    const before = await standing(page);
    await give(page, good.subarray(0, good.length - 9));
    await page.getByRole("alert").getByText(/^The snapshot was refused/).waitFor();
    await give(page, good);
    await page.getByText("The imported chain was checked block by block and runs now.").waitFor();
    same(await standing(page), before, "head, root and balances");
  });
}

const give = (page, buffer) =>
  page.getByLabel("Import a snapshot").setInputFiles({ name: "zera-chain.snapshot", mimeType: "application/octet-stream", buffer });
