// Two tabs of one browser: one runs the node, the other says so and writes nothing.
import { fresh, open } from "../lib/browser.mjs";
import { deviceKey, running, standing, title, visit } from "../lib/page.mjs";
import { same } from "../lib/report.mjs";

export const name = "second-tab";

export async function run({ report, browser, url }) {
  const first = await fresh(browser, url);
  await visit(first, url);
  await deviceKey(first);
  const before = await standing(first);
  const second = await open(first.context(), url);
  await report.step("a second tab says that the node runs in another", async () => {
    await second.goto(url);
    await title(second).getByText("The node runs in another tab of this browser.").waitFor();
    await second.getByRole("alert").getByText("The node already runs in another tab of this browser.").waitFor();
    await second.locator(".node-line").getByText("Stopped", { exact: true }).waitFor();
  });
  await report.check("it goes on saying so on every page of it, and changes nothing", async () => {
    await second.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Modules" }).click();
    await second.getByRole("alert").getByText("The node already runs in another tab of this browser.").waitFor();
    same(await standing(first), before, "the first tab's chain");
  });
  await report.check("the first tab goes on working", async () => {
    const outcome = await first.evaluate(async () => {
      const { transactions } = await globalThis.zera.transact({ Stake: { amount: "1000000000" } });
      return transactions[0].outcome;
    });
    same(outcome, "Ok", "outcome");
  });
  await report.check("once the first tab is closed, the second runs the same chain", async () => {
    const last = await standing(first);
    await first.close();
    await second.getByRole("button", { name: "Reload this tab" }).click();
    await running(second);
    same(await standing(second), last, "head, root and balances");
  });
  await report.check("the consoles stayed free of errors", () => same([...first.trouble, ...second.trouble], [], "trouble"));
  await second.context().close();
}
