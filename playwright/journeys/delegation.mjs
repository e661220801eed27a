// Delegation with two keys in one tab: A lets B allocate to proposals of one class, B does, and A takes it back and votes
// with it in a single signature. What moved when, and by whose hand, stays on record.
import { accountAddress } from "../lib/address.mjs";
import { fresh } from "../lib/browser.mjs";
import { act, button, bytesOf, deployed, leaf, ownAddress, phraseKey, row, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";

export const name = "delegation";

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url);
  await visit(page, url);
  await report.step("a first key is made", () => phraseKey(page));
  const a = await ownAddress(page);
  const b = await report.step("a second key joins it in the same tab, and signs", () => second(page, a));
  await report.step("the first signs again and gives the second something for fees", () => fund(page, a, b));
  const proposal = await report.step("a proposal of the minor class is open", () => furnish(page));
  await report.step("A delegates 20,000,000 ZRA of the minor class to B", () => delegate(page, url, b));
  await allocates(page, report, url, { a, b, proposal });
  await clawsBack(page, report, url, { a, b, proposal });
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}

async function second(page, a) {
  const keys = leaf(page, "Keys");
  await keys.getByText("Add another key", { exact: true }).click();
  await button(keys, "Make a device key").click();
  await page.waitForFunction((a) => globalThis.zera.status().then(() => document.querySelector("main .lead code")?.textContent.trim() !== a), a);
  const { account } = await page.evaluate(() => globalThis.zera.status());
  holds(accountAddress(account) !== a, "the second key is not active");
  return accountAddress(account);
}

/** Makes the key of an account the one that signs, through the list of keys. */
async function signAs(page, url, address) {
  await visit(page, `${url}account`);
  const line = leaf(page, "Keys").locator("dl.kv div.row").filter({ hasText: address.slice(-4) });
  await button(line.first(), "Sign with this").click();
  await page.locator("main .lead code", { hasText: address }).first().waitFor();
}

async function fund(page, a, b) {
  await signAs(page, new URL("/", page.url()).href, a);
  const form = leaf(page, "Move ZRA");
  await form.getByText("Send", { exact: true }).click();
  await form.getByLabel("To", { exact: true }).fill(b);
  await form.getByLabel("Amount", { exact: true }).fill("1000");
  await act(page, "Move ZRA");
  await form.getByText("Final", { exact: true }).waitFor();
}

async function furnish(page) {
  const module = await deployed(page, "lending-v1.wasm", [0xf4, 1, 0, 0]);
  const { id, kind } = await page.evaluate(async ([module, two]) => {
    const { zera } = globalThis;
    const target = await zera.propose("Something else", { upgrade: { module, code: new Uint8Array(two), migrate: true } });
    const id = await zera.propose("Close that one", { Spam: { proposal: target, description: "Not what this chain is for." } });
    return { id, kind: (await zera.proposal(id)).proposal.class };
  }, [module, await bytesOf("lending-v2.wasm")]);
  same(kind, "Minor", "class");
  return id;
}

async function delegate(page, url, b) {
  await visit(page, `${url}account`);
  const form = page.getByRole("region", { name: "Delegate stake", exact: true }).last();
  await form.getByLabel("Class").selectOption({ label: "minor class" });
  await form.getByLabel("Delegate", { exact: true }).fill(b);
  await form.getByLabel("Amount", { exact: true }).fill("20000000");
  await act(page, "Delegate stake");
  await form.getByText("Final", { exact: true }).waitFor();
  await row(leaf(page, "Delegations").getByRole("table"), "minor class").getByText(/20,000,000|20(\.0+)?\s*M/).first().waitFor();
}

async function allocates(page, report, url, { a, b, proposal }) {
  await report.step("B signs now, sees what was delegated, and allocates all of it", async () => {
    await signAs(page, url, b);
    await row(leaf(page, "Delegators").getByRole("table"), "minor class").waitFor();
    await visit(page, `${url}proposals/${proposal}`);
    const panel = await act(page, "As a delegate");
    await panel.getByText("Final", { exact: true }).waitFor();
  });
  await report.check("the stake is A's and the hand is B's, as the change of the tally says", async () => {
    const line = row(leaf(page, "Every stake change").getByRole("table"), "by its delegate").first();
    const words = await line.innerText();
    holds(words.includes(a.slice(-4)) && words.includes(b.slice(-4)) && /\+20,?000,?000/.test(words), `the row: ${words}`);
  });
  await report.check("B cannot pass on what was delegated to it: a chain of delegates is refused", async () => {
    const said = await page.evaluate(async () => {
      const { zera } = globalThis;
      return zera.delegate("Minor", "33".repeat(32), "1000000000").then(() => "it was taken", (error) => `${error.kind}: ${error.message}`);
    });
    holds(/^WouldFail: /.test(said), said);
  });
}

async function clawsBack(page, report, url, { a, b, proposal }) {
  const id = (address) => page.evaluate((address) => globalThis.zera.account(address), address);
  await report.step("A signs again: the page says what is bound, and by whom", async () => {
    await signAs(page, url, a);
    await visit(page, `${url}proposals/${proposal}`);
    await page.getByText(/^You let someone allocate .* of yours to minor proposals; .* of it is allocated\. By/).waitFor();
  });
  const { nonce } = await id(a);
  await report.step("one signature takes it back and votes with it", async () => {
    await page.getByLabel("Claw it back and vote with it in the same signature").check();
    await page.getByLabel("Amount", { exact: true }).first().fill("15000000");
    const panel = page.getByRole("region", { name: "Your stake", exact: true });
    await button(panel, "Preview and sign").click();
    await panel.getByText(/claw back the minor class from its delegate; .*put 15,000,000\sZRA for proposal/).waitFor();
    await button(panel, "Sign with the key in this tab").click();
    await panel.getByText("Final", { exact: true }).waitFor();
  });
  await report.check("it was one transaction; nothing is delegated any more, and the vote is A's own", async () => {
    const account = await id(a);
    same([account.nonce, account.delegations], [nonce + 1, []], "nonce and delegations");
    const [held] = account.allocations.filter((own) => own.proposal === proposal);
    same([held.stake, held.by], [String(15_000_000n * 1_000_000_000n), null], "stake and hand");
    same((await id(b)).delegators, [], "B's delegators");
  });
  await report.check("conviction that the delegate's stake had gathered has left with it: the record shows down, then up", async () => {
    const { changes } = await page.evaluate((id) => globalThis.zera.proposal(id), proposal);
    same(changes.map(({ before, after, by }) => [before === "0" ? "up" : "down", after === "0", by !== null]), [["up", false, true], ["down", true, false], ["up", false, false]], "changes");
  });
}
