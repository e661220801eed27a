// Peers that lie: each lie by itself, told by a peer that is honest otherwise, beside one that is honest altogether. The tab
// shows why it dropped the liar, or that it stays behind, and what it shows as verified is true all the while.
import { randomBytes } from "node:crypto";
import { Devnet, built } from "../lib/devnet.mjs";
import { fresh } from "../lib/browser.mjs";
import { until, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";

export const name = "liars";

/** What each lie comes to: the state of the liar, and the words that the page has for it. */
const CAUGHT = {
  "forged-certificate": ["Dropped", /signature of .* does not hold/],
  "too-few-signers": ["Dropped", /2 validators signed, 3 are needed/],
  "wrong-epoch": ["Dropped", /finalises another block/],
  "truncated-proof": ["Dropped", /proof|root/],
  "swapped-proof": ["Dropped", /proof|root/],
  "false-value": ["Dropped", /proof|root/],
  "hidden-entry": ["Dropped", /proof|root/],
  garbage: ["Dropped", /300 bytes that are no message/],
  "huge-frame": ["Dropped", /./],
  "slow-loris": ["Waiting", /answer/],
  silent: ["Waiting", /answer/],
  "other-chain": ["Waiting", /another chain/],
};

export async function run({ report, browser, url }) {
  await report.step("the peer's programs are built", () => holds(built(), "cargo build -p zera-node -p zera-devnet -p zera-liar"));
  const devnet = await report.step("four validators start", () => Devnet.start({ epochBlocks: 20 }));
  const liar = await devnet.liar({ before: 1 });
  try {
    await report.step("some epochs pass", async () => {
      await devnet.tell("load 20 20 100");
      while ((await devnet.height()) < 45) await new Promise((resolve) => setTimeout(resolve, 500));
    });
    for (const [lie, [state, words]] of Object.entries(CAUGHT)) {
      await report.check(`${lie}: ${state === "Dropped" ? "dropped" : "given up"} with its cause, and the tab goes on`, () => caught({ browser, url, devnet, liar, lie, state, words }));
    }
    await report.check("stale-tip: shown as behind, and the head goes on", () => stale({ browser, url, devnet, liar }));
    await report.check("swallow: a transaction that the liar threw away is final all the same", () => swallowed({ browser, url, devnet, liar }));
    await report.check("bad-block: a full node drops whoever serves it", () => badBlock({ browser, url, devnet, liar }));
    await report.check("alone with a liar, the tab shows nothing as verified that is not, and recovers with an honest peer", () => alone({ browser, url, devnet, liar }));
  } finally {
    await liar.stop();
  }
  await fork(report, browser, url, devnet);
  await devnet.stop();
}

/** A page that has joined the devnet through these peers. */
async function joined({ browser, url, devnet }, peers, options = {}) {
  const page = await fresh(browser, url);
  await visit(page, url);
  await page.evaluate(([peers, genesis, options]) => globalThis.zera.join(peers, genesis, options), [peers, await devnet.genesis(), options]);
  return page;
}

/** Joining and reading end, well or with a cause; a promise that never does is a failure, too. */
function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer within a minute`)), 60_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const peerAt = (page, address) => page.evaluate(async (address) => (await globalThis.zera.network()).peers.find((peer) => peer.address === address), address);

/** The head advances, and the first account holds what it was given. */
async function honest(page, devnet) {
  const { verified } = await page.evaluate(() => globalThis.zera.network());
  await until(page, async (height) => (await globalThis.zera.network()).verified[0] > height + 1, verified[0]);
  await page.evaluate(([words]) => globalThis.zera.addKey({ Phrase: words }), [devnet.accounts[2].phrase]);
  same((await page.evaluate(() => globalThis.zera.account())).free, "100000000000000000", "free");
}

async function caught({ browser, url, devnet, liar, lie, state, words }) {
  const address = liar.address(lie);
  const others = [devnet.peers[0].wire, devnet.peers[2].wire];
  const page = await joined({ browser, url, devnet }, [address, ...others]);
  await honest(page, devnet);
  // Whom the tab asks is its own choice: it reads until the liar had its turn, at last with nobody else to ask.
  let peer;
  for (let tries = 0; tries < 100; tries += 1) {
    peer = await peerAt(page, address);
    if (peer?.state === state && words.test(peer.cause ?? "")) break;
    if (tries === 10) await page.evaluate(async (others) => { for (const other of others) await globalThis.zera.removePeer(other); }, others);
    // An account that nobody has asked for takes an answer of its own.
    const account = randomBytes(32).toString("hex");
    const read = page.evaluate((account) => Promise.all([globalThis.zera.account(account), globalThis.zera.proposals(), globalThis.zera.modules()]).catch(() => {}), account);
    await within(read, `reading beside ${lie}`);
    await page.waitForTimeout(200);
  }
  same(peer?.state, state, `the liar's state, its cause being ${peer?.cause}`);
  holds(words.test(peer.cause), `cause: ${peer.cause}`);
  await page.evaluate(async (others) => {
    const known = (await globalThis.zera.network()).peers.map((peer) => peer.address);
    for (const other of others.filter((other) => !known.includes(other))) await globalThis.zera.addPeer(other);
  }, others);
  await honest(page, devnet);
  if (state === "Dropped") {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Network", exact: true }).click();
    await page.getByText(/; dropped .* ago, nothing of it kept/).first().waitFor();
  }
  await page.context().close();
}

async function stale({ browser, url, devnet, liar }) {
  const address = liar.address("stale-tip");
  const page = await joined({ browser, url, devnet }, [address, devnet.peers[0].wire]);
  await until(page, async (address) => (await globalThis.zera.network()).peers.find((peer) => peer.address === address)?.state === "Behind", address);
  await honest(page, devnet);
  await page.context().close();
}

async function swallowed({ browser, url, devnet, liar }) {
  const page = await joined({ browser, url, devnet }, [liar.address("swallow"), devnet.peers[0].wire]);
  await page.evaluate(([words]) => globalThis.zera.addKey({ Phrase: words }), [devnet.accounts[3].phrase]);
  const outcomes = await page.evaluate(async () => {
    const outcomes = [];
    for (let round = 0; round < 3; round += 1) outcomes.push((await globalThis.zera.transact({ Stake: { amount: "1000000000" } })).transactions[0].outcome);
    return outcomes;
  });
  same(outcomes, ["Ok", "Ok", "Ok"], "outcomes");
  await page.context().close();
}

async function badBlock({ browser, url, devnet, liar }) {
  const address = liar.address("bad-block");
  const page = await joined({ browser, url, devnet }, [address, devnet.peers[0].wire], { full: true });
  await until(page, async (address) => (await globalThis.zera.network()).peers.find((peer) => peer.address === address)?.state === "Dropped", address);
  await honest(page, devnet);
  await page.context().close();
}

/** Nobody else is asked, so every lie on the way from the checkpoint to the tip is met. */
async function alone({ browser, url, devnet, liar }) {
  const page = await fresh(browser, url);
  await visit(page, url);
  const genesis = await devnet.genesis();
  for (const [lie, words] of [["forged-certificate", /does not hold/], ["wrong-set", /validator set is not the one that the block names/]]) {
    const join = page.evaluate(([peers, genesis]) => globalThis.zera.join(peers, genesis).then(() => undefined, ({ kind, detail }) => `${kind}: ${detail}`), [[liar.address(lie)], genesis]);
    const refused = await within(join, `joining alone with ${lie}`);
    holds(words.test(refused ?? ""), `${lie}, the refusal: ${refused}`);
  }
  await page.evaluate(([peers, genesis]) => globalThis.zera.join(peers, genesis), [[devnet.peers[0].wire], genesis]);
  await honest(page, devnet);
  await page.context().close();
}

/** More than a third of the validators sign two blocks: no check of certificates can tell which is right. */
async function fork(report, browser, url, devnet) {
  const from = (await devnet.height()) + 3;
  const liar = await devnet.liar({ before: 1, from });
  const page = await fresh(browser, url);
  await report.step("fork: the tab stops and says that validators contradict themselves", async () => {
    await visit(page, url);
    await page.evaluate(([peers, genesis]) => globalThis.zera.join(peers, genesis), [[liar.address("fork"), devnet.peers[0].wire], await devnet.genesis()]);
    await until(page, async () => (await globalThis.zera.network()).stall === "Conflict");
    await visit(page, `${url}network`);
    await page.getByText(/Two finalised blocks of height [\d,]+ contradict each other\./).first().waitFor();
  });
  await report.check("nothing is marked as verified any more", async () => {
    await visit(page, url);
    await page.getByText("Nothing of this chain is verified: its validators contradict themselves.").first().waitFor();
  });
  await report.check("the evidence is a file that names who signed both", async () => {
    const [conflict] = (await page.evaluate(() => globalThis.zera.network())).conflicts;
    holds(conflict.signers.length >= 2, `${conflict.signers.length} signers`);
    const bytes = await page.evaluate(async (id) => (await globalThis.zera.exportEvidence(id)).length, conflict.id);
    holds(bytes > 500, `${bytes} bytes`);
  });
  await page.context().close();
  await liar.stop();
}
