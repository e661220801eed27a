// The network, as people meet it: a first run on four real validators, votes from two tabs and two profiles, an upgrade that
// both tabs see enacted, a peer that goes and comes back, a minute without network, and every block run again with a reload
// in the middle.
import { Devnet, built } from "../lib/devnet.mjs";
import { fresh, open } from "../lib/browser.mjs";
import { button, bytesOf, leaf, row, running, title, until, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";

export const name = "network";

/** Slots, which are seconds on a network, that a vote may take from proposal to enactment. */
const VOTE_MS = 300_000;

export async function run({ report, browser, url, long, output }) {
  await report.step("the peer's programs are built", () => holds(built(), "cargo build -p zera-node -p zera-devnet -p zera-liar"));
  const devnet = await report.step("four validators start", () => Devnet.start({ epochBlocks: 60 }));
  try {
    const first = await newcomer(report, browser, devnet, output);
    const vote = await votes(report, browser, url, devnet, first);
    await restarted(report, devnet, first);
    await offline(report, first, long);
    await fullNode(report, browser, url, devnet, long);
    await enacted(report, vote);
    await report.check("the consoles stayed free of errors and policy violations", () => same(vote.pages.flatMap(trouble), [], "trouble"));
  } finally {
    await summary(report, devnet);
  }
}

/** What should not have been in a console; that a peer which was killed refuses connections is the browser's own remark. */
const trouble = (page) => page.trouble.filter((words) => !/WebSocket connection to|net::ERR_INTERNET_DISCONNECTED/.test(words));

async function newcomer(report, browser, devnet, output) {
  const [peer] = devnet.peers;
  const page = await fresh(browser, peer.page);
  await report.step("the page that a peer serves runs a chain of its own first, and offers a network", async () => {
    await visit(page, peer.page);
    await page.getByRole("heading", { name: "Or join a network" }).waitFor();
  });
  await report.step("its origin offers a checkpoint, and the page says on whose word", async () => {
    await button(page, "Ask this page’s origin").click();
    await page.waitForFunction(() => document.querySelector("#join-checkpoint")?.value.length >= 64);
    same(await page.locator("#join-peer").inputValue(), peer.wire, "peer");
    await page.getByText(/this page’s origin, 127\.0\.0\.1:\d+/).first().waitFor();
  });
  await report.step("it joins, and stands on a tip that certificates lead to", async () => {
    await button(page, "Join the network").click();
    await page.locator(".node-line").getByText("Light node", { exact: true }).waitFor();
    const { verified, start } = await page.evaluate(() => globalThis.zera.network());
    holds(verified[0] > 0 && start[0] < 5_000_000, `verified ${verified}, start ${start}`);
    console.log(`         checkpoint to verified tip: ${start[0] / 1_000} ms, ${start[1]} bytes`);
  });
  await report.step("it follows new blocks", async () => {
    const { verified } = await page.evaluate(() => globalThis.zera.network());
    await until(page, async (height) => (await globalThis.zera.network()).verified[0] > height + 3, verified[0]);
  });
  await report.check("a funded account shows its balance, verified", async () => {
    await page.evaluate(([words]) => globalThis.zera.addKey({ Phrase: words }), [devnet.accounts[0].phrase]);
    same((await page.evaluate(() => globalThis.zera.account())).free, "100000000000000000", "free");
    const { proven } = await page.evaluate(() => globalThis.zera.network());
    holds(proven[0] > 0, `entries proven: ${proven}`);
  });
  await report.check("the certificate of the tip opens down to its signatures", async () => {
    await visit(page, `${peer.page}network`);
    await title(page).getByText(/^A light node on network [0-9a-f]{8}, .* behind the head, with 1 peer that agrees\.$/).waitFor();
    const table = leaf(page, "Certificate of the tip").getByRole("table").first();
    await table.getByRole("row").nth(4).waitFor();
    await page.screenshot({ path: `${output}/devnet-network.png`, fullPage: true });
  });
  return page;
}

/** Two tabs of one profile with one key, and another profile with another. */
async function votes(report, browser, url, devnet, first) {
  const second = await open(first.context(), devnet.peers[0].page);
  await report.step("a second tab shares the first one's node", async () => {
    await visit(second, devnet.peers[0].page);
    await second.locator(".node-line").getByText("Light node", { exact: true }).waitFor();
    const { tabs } = await second.evaluate(() => globalThis.zera.network());
    same([tabs.length, tabs.filter(({ leads }) => leads).length], [2, 1], "tabs, leaders");
  });
  const other = await fresh(browser, url);
  await report.step("another profile joins with an address and the genesis hash alone", async () => {
    await visit(other, `${url}network`);
    await other.locator("#join-peer").fill(devnet.peers.slice(1, 3).map(({ wire }) => wire.replace(/^ws:\/\/|\/wire$/g, "")).join(" "));
    await other.locator("#join-checkpoint").fill(await devnet.genesis());
    await button(other, "Join the network").click();
    await other.locator(".node-line").getByText("Light node", { exact: true }).waitFor();
    await other.evaluate(([words]) => globalThis.zera.addKey({ Phrase: words }), [devnet.accounts[1].phrase]);
  });
  const proposal = await report.step("a module is deployed and its upgrade proposed from the first tab", async () =>
    first.evaluate(async ([one, two]) => {
      const { zera } = globalThis;
      const module = await zera.deploy(new Uint8Array(one), { args: new Uint8Array([0xf4, 1, 0, 0]) });
      return zera.propose("Everyone may borrow", { upgrade: { module, code: new Uint8Array(two), migrate: true, description: "" } });
    }, [await bytesOf("lending-v1.wasm"), await bytesOf("lending-v2.wasm")]),
  );
  const stake = (page, zra) => page.evaluate(async ([id, zra]) => {
    const { zera } = globalThis;
    const amount = String(BigInt(zra) * 1_000_000_000n);
    const { transactions } = await zera.transact([{ Stake: { amount } }, { Allocate: { proposal: id, side: "For", amount } }]);
    return transactions.at(-1).outcome;
  }, [proposal, zra]);
  await report.step("the second tab and the other profile vote, both final", async () => {
    same(await stake(second, 90_000_000), "Ok", "the second tab's vote");
    await until(other, async (id) => (await globalThis.zera.proposals()).some((proposal) => proposal.id === id), proposal);
    same(await stake(other, 90_000_000), "Ok", "the other profile's vote");
  });
  await report.check("all three pages show both votes", async () => {
    for (const page of [first, second, other]) {
      await until(page, async (id) => (await globalThis.zera.proposal(id)).proposal.stake[0] === "180000000000000000", proposal);
    }
  });
  return { proposal, pages: [first, second, other], since: Date.now() };
}

async function restarted(report, devnet, page) {
  const address = devnet.peers[1].wire;
  await report.step("another peer is added by hand", async () => {
    await page.evaluate((address) => globalThis.zera.addPeer(address), address);
    await until(page, async (address) => (await globalThis.zera.network()).peers.some((peer) => peer.address === address && peer.state === "Good"), address);
  });
  await report.step("it is killed: the page says so, and the head goes on", async () => {
    await devnet.tell("kill 1");
    await until(page, async (address) => (await globalThis.zera.network()).peers.some((peer) => peer.address === address && peer.state !== "Good" && peer.cause), address);
    const { verified } = await page.evaluate(() => globalThis.zera.network());
    await until(page, async (height) => (await globalThis.zera.network()).verified[0] > height + 2, verified[0]);
  });
  await report.check("it comes back, and is asked again", async () => {
    await devnet.tell("start 1");
    await until(page, async (address) => (await globalThis.zera.network()).peers.some((peer) => peer.address === address && peer.state === "Good"), address);
  });
}

async function offline(report, page, long) {
  const ms = long ? 60_000 : 15_000;
  await report.step(`${ms / 1_000} s off line: the page says why the head stands still`, async () => {
    await page.context().setOffline(true);
    await until(page, async () => (await globalThis.zera.network()).stall === "Offline");
    await page.getByText(/this browser is off line/).first().waitFor();
    await page.waitForTimeout(ms);
  });
  await report.check("on line again, it catches up by itself", async () => {
    const { verified } = await page.evaluate(() => globalThis.zera.network());
    await page.context().setOffline(false);
    await until(page, async (height) => {
      const { verified, stall } = await globalThis.zera.network();
      return verified[0] > height && !stall;
    }, verified[0]);
  });
}

async function fullNode(report, browser, url, devnet, long) {
  const { transfers } = await report.step("blocks with many transfers are made", () => devnet.tell(long ? "load 200 100 500" : "load 100 40 400"));
  same([transfers.done, transfers.refused], [transfers.sent, 0], "final and refused transfers");
  const page = await fresh(browser, url);
  await visit(page, url);
  const goal = await devnet.height();
  await report.step("a full node begins to run every block", async () => {
    const joined = page.evaluate(([peers, genesis]) => globalThis.zera.join(peers, genesis, { full: true }), [devnet.peers.slice(0, 2).map(({ wire }) => wire), await devnet.genesis()]);
    joined.catch(() => {});
    await until(page, async () => (await globalThis.zera.network()).sync?.[0] > 20);
  });
  const before = await page.evaluate(async () => (await globalThis.zera.network()).sync[0]);
  await report.step("a reload in the middle goes on where it was", async () => {
    await page.reload();
    await running(page);
    const after = await page.evaluate(async () => (await globalThis.zera.network()).sync?.[0]);
    holds(after === undefined || after >= before, `${before} blocks before the reload, ${after} after it`);
  });
  await report.step("it reaches the tip", async () => {
    await until(page, async (goal) => (await globalThis.zera.status()).head.height >= goal, goal);
    await page.locator(".node-line").getByText("Full node", { exact: true }).waitFor();
  });
  await report.check("what it computed is what the certified header says", async () => {
    const { head } = await page.evaluate(() => globalThis.zera.status());
    const certificate = await page.evaluate((height) => globalThis.zera.certificate(height), head.height);
    same(certificate.block, head.hash, "certified block and own head");
  });
  await report.check("the console stayed free of errors", () => same(trouble(page), [], "trouble"));
  await page.context().close();
}

async function enacted(report, { proposal, pages, since }) {
  await report.step("the upgrade is enacted by the network itself, and every tab follows", async () => {
    const [first] = pages;
    while (Date.now() - since < VOTE_MS) {
      const state = await first.evaluate(async (id) => JSON.stringify((await globalThis.zera.proposal(id)).proposal.state), proposal);
      if (/Active/.test(state)) break;
      await first.waitForTimeout(1_000);
    }
    for (const page of pages) {
      await until(page, async (id) => /Active/.test(JSON.stringify((await globalThis.zera.proposal(id)).proposal.state)), proposal);
    }
  });
  await report.check("the module runs its new version in both tabs and in the other profile", async () => {
    const versions = await Promise.all(pages.map((page) => page.evaluate(async () => (await globalThis.zera.modules()).map(({ sequence }) => sequence).join())));
    same(new Set(versions).size, 1, `versions ${versions}`);
    same(versions[0], "2", "sequence of the running version");
  });
}

async function summary(report, devnet) {
  const { height, finality_ms: finality, violations } = await devnet.stop() ?? { violations: ["no summary"] };
  console.log(`         ${height} blocks, proposal to finality: median ${finality?.p50} ms, 99 % within ${finality?.p99} ms`);
  await report.check("no peer lost a final block or had another one", () => same(violations, [], "violations"));
}
