// Reloads and SIGKILLs of the whole browser while blocks are being written; half of the kills at chosen points inside a
// block write. Afterwards head, root and balances are those of the last complete block.
import { Killable } from "../lib/browser.mjs";
import { deviceKey, running, standing, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";

export const name = "crash";

/** SIGKILLs and reloads with `--long`, and in CI. */
const TIMES = { long: 20, ci: 6 };
const POINTS = ["BeforeHead", "AfterHead"];
/** Receives one base unit per transfer, so that its balance counts them. */
const PEER = "33".repeat(32);

export async function run({ report, url, long }) {
  const times = long ? TIMES.long : TIMES.ci;
  const browser = await Killable.create();
  let trouble = [];
  try {
    let page = await browser.start(url);
    await visit(page, url);
    await report.step("a chain with a key is running on a profile on disk", () => deviceKey(page));
    for (let time = 0; time < times; time += 1) {
      const point = time % 2 === 0 ? POINTS[(time / 2) % 2] : undefined;
      const what = point ? `SIGKILL ${point === "BeforeHead" ? "before the head pointer" : "after the head pointer"} of a block write` : "SIGKILL at any moment of a stream of blocks";
      await report.step(`${what} (${time + 1} of ${times}) leaves the last complete block`, async () => {
        const before = await counted(page);
        const last = point ? await breakAt(page, point) : await stream(page, time);
        trouble = trouble.concat(page.trouble);
        await browser.kill();
        page = await browser.start(url);
        await visit(page, url);
        await intact(page, before, last, point !== undefined);
      });
    }
    for (let time = 0; time < times; time += 1) {
      await report.step(`a reload in a stream of blocks (${time + 1} of ${times}) leaves the last complete block`, async () => {
        const before = await counted(page);
        const last = await stream(page, time);
        await page.reload();
        await running(page);
        await intact(page, before, last, false);
      });
    }
    await report.check("after all that, executing every block again gives the same head and root", async () => {
      const before = await standing(page);
      await page.evaluate(async () => globalThis.zera.importChain(await globalThis.zera.exportChain()));
      same(await standing(page), before, "head, root and balances");
    });
    await panics(page, report);
    await report.check("the console stayed free of errors", () => same(trouble.concat(page.trouble), [], "trouble"));
  } finally {
    await browser.remove();
  }
}

/** Where the chain stands, and how many transfers its state counts. */
async function counted(page) {
  const at = await standing(page);
  const transfers = await page.evaluate(async (peer) => Number((await globalThis.zera.account(peer)).free), PEER);
  return { ...at, transfers };
}

/** Lets the next block write stop at `point`, and waits until it stands there. Gives the head before it. */
async function breakAt(page, point) {
  return page.evaluate(async ([point, to]) => {
    const { zera } = globalThis;
    const { head } = await zera.status();
    const plan = await zera.simulate({ Transfer: { to, amount: "1" } });
    await zera.ask({ Fault: point });
    await new Promise((resolve) => {
      zera.on((event) => {
        if (event.Progress?.what === `fault-${point}`) resolve();
      });
      // It never answers: the worker stands still inside the write.
      zera.submit(plan).catch(() => {});
    });
    return { height: head.height, hash: head.hash, root: head.root };
  }, [point, PEER]);
}

/** Sends transfer after transfer, gives the newest head that was reported as stored, and leaves the stream running. */
async function stream(page, time) {
  await page.evaluate((to) => {
    const { zera } = globalThis;
    zera.on((event) => {
      if (event.Head) globalThis.newest = event.Head;
    });
    const send = () => zera.transact({ Transfer: { to, amount: "1" } }).then(send, () => {});
    send();
  }, PEER);
  // Another number of blocks each time, so that the kill meets another moment of the write.
  await page.waitForFunction((blocks) => {
    globalThis.first ??= globalThis.newest?.height;
    return globalThis.first !== undefined && globalThis.newest.height >= globalThis.first + blocks;
  }, 3 + ((time * 7) % 5), { polling: 5 + time });
  return page.evaluate(() => ({ height: globalThis.newest.height, hash: globalThis.newest.hash, root: globalThis.newest.root }));
}

/** Fails unless the chain stands on a complete block that is at least `last`, and its state says what its blocks say. */
async function intact(page, before, last, exactly) {
  const after = await counted(page);
  if (exactly) same(after.height, last.height, "height");
  holds(after.height >= last.height, `block ${last.height} was reported as stored, and the head is ${after.height}`);
  const { block, sent } = await page.evaluate(async ([height, since]) => {
    const { zera } = globalThis;
    const { head } = await zera.block(height);
    let sent = 0;
    for (let from = (await zera.status()).head.height; from > since; from -= 100) {
      const limit = Math.min(100, from - since);
      sent += (await zera.blocks({ from, limit })).reduce((sum, block) => sum + block.transactions, 0);
    }
    return { block: head, sent };
  }, [last.height, before.height]);
  same([block.hash, block.root], [last.hash, last.root], "hash and root of the last complete block");
  same(after.transfers - before.transfers, sent, "transfers in the state against transfers in its blocks");
  same(Number(after.nonce) - Number(before.nonce), sent, "the sender's nonce against its transactions");
  if (exactly) same(after, before, "head, root and balances");
}

/** A panic of the worker, then three of them. */
async function panics(page, report) {
  await report.check("a panic of the node is said, and a fresh one goes on from the last block", async () => {
    const before = await standing(page);
    await page.evaluate(() => void globalThis.zera.ask({ Fault: "Panic" }).catch(() => {}));
    await page.getByText(/was started again from the last good block/).waitFor();
    await running(page);
    same(await standing(page), before, "head, root and balances");
  });
  await report.check("the third within a minute, and not the second, stops it, with an explanation", async () => {
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.evaluate(() => void globalThis.zera.ask({ Fault: "Panic" }).catch(() => {}));
    await page.getByText(/was started again from the last good block/).waitFor();
    await running(page);
    await page.evaluate(() => void globalThis.zera.ask({ Fault: "Panic" }).catch(() => {}));
    await page.getByRole("alert").getByText("The node stopped three times within a minute.").waitFor();
  });
  await report.check("a reload after that runs again", async () => {
    await page.getByRole("button", { name: "Reload this tab" }).click();
    await running(page);
    await page.evaluate(() => globalThis.zera.status());
  });
  // A panic is reported on the console too, as it should be.
  page.trouble = page.trouble.filter((words) => !/panic|unreachable|Fault/i.test(words));
}
