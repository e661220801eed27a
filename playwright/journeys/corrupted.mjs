// Stored bytes that have changed: the client steps back to the last good block and says so, or says that it cannot.
import { fresh, open } from "../lib/browser.mjs";
import { deviceKey, standing, status, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";
import { damaged } from "../lib/storage.mjs";

export const name = "corrupted";

/** A chain of ten blocks and where it stood after each. */
async function chain(browser, url) {
  const page = await fresh(browser, url);
  await visit(page, url);
  await deviceKey(page);
  const stood = new Map();
  for (let block = 0; block < 10; block += 1) {
    await page.evaluate(() => globalThis.zera.transact({ Stake: { amount: "1000000000" } }));
    const at = await standing(page);
    stood.set(at.height, at);
  }
  const context = page.context();
  const trouble = page.trouble;
  await page.close();
  return { context, stood, trouble };
}

export async function run({ report, browser, url }) {
  await report.check("a flipped bit in the newest record: one block back, said in words, the same balances as then", () =>
    stepsBack(browser, url, 0),
  );
  await report.check("a flipped bit three blocks down: back to the block before it", () => stepsBack(browser, url, 3));
  await report.check("a flipped bit in the head pointer is noticed and said", async () => {
    const { context, trouble } = await chain(browser, url);
    await damaged(context, url, "head");
    const page = await open(context, url);
    await page.goto(url);
    const said = page.getByText(/The chain went back from block|A stored record cannot be read/).first();
    await said.waitFor();
    same([...trouble, ...page.trouble], [], "trouble");
    await context.close();
  });
  await report.check("a store of a newer client is left as it is", async () => {
    const { context } = await chain(browser, url);
    await damaged(context, url, "newer");
    const page = await open(context, url);
    await page.goto(url);
    await page.getByRole("alert").getByText("This chain was stored by a newer client.").waitFor();
    await context.close();
  });
}

async function stepsBack(browser, url, back) {
  const { context, stood, trouble } = await chain(browser, url);
  const height = await damaged(context, url, "record", back);
  const page = await open(context, url);
  await visit(page, url);
  const notice = page.locator(".toast");
  await notice.getByText(/^The chain went back from block \d+ to \d+, the last good one: /).waitFor();
  const after = await standing(page);
  same(after, stood.get(height - 1), "head, root and balances");
  await page.evaluate(() => globalThis.zera.transact({ Stake: { amount: "1000000000" } }));
  holds((await status(page)).head.height >= height, "the chain does not go on");
  await page.reload();
  await page.waitForFunction(() => globalThis.zera !== undefined);
  holds((await status(page)).head.height >= height, "a reload lost the blocks after the step back");
  same([...trouble, ...page.trouble], [], "trouble");
  await context.close();
}
