// The page that measures: suites chosen, started, stopped; results with their noise; what is copied is what was measured.
// Nothing here is about figures: a glance at two cheap suites, on whatever machine this is.
import { fresh } from "../lib/browser.mjs";
import { button, fits, leaf, row, running, title, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";

export const name = "benches";

const KEPT = ["Messages", "State root"];

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url, { permissions: ["clipboard-read", "clipboard-write"] });
  const fetched = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  await visit(page, `${url}bench`);
  await running(page);
  await report.step("the page opens, and fetches nothing of the benches before they are started", async () => {
    await title(page).getByText("Measure this client in your browser.").waitFor();
    same(fetched.filter((path) => path.startsWith("/bench/")), [], "fetched");
  });
  await report.step("two suites are chosen and started for a glance", async () => {
    for (const box of await page.getByRole("checkbox").all()) {
      const name = await box.evaluate((input) => input.closest("label").innerText.trim());
      await box.setChecked(KEPT.includes(name));
    }
    await page.getByText("A glance, about two minutes").click();
    await button(page, "Start").click();
    await button(page, "Stop").waitFor();
  });
  await report.step("they end, and their results stand in tables", async () => {
    await page.getByText("All suites have ended.").waitFor({ timeout: 240_000 });
    await row(leaf(page, "Messages"), "1 MiB to a worker and back").waitFor();
    await row(leaf(page, "State root"), "root after 10000 updates among 100000 keys").first().waitFor();
    await leaf(page, "Contract compute").getByText("Not measured yet.").waitFor();
    await fits(page);
  });
  await report.check("each table says how quiet the machine was", async () => {
    for (const suite of KEPT) {
      await leaf(page, suite).getByText(/The machine was (not )?quiet/).waitFor();
    }
  });
  await report.check("what is copied is JSON of every case", async () => {
    await page.getByRole("button", { name: "Copy the results as JSON" }).click();
    const cases = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    same([...new Set(cases.map(({ suite }) => suite))], ["messages", "root"], "suites");
    holds(cases.every(({ value, unit }) => value > 0 && unit), "a case without a figure");
    holds(cases.filter(({ aim }) => aim).every(({ met }) => typeof met === "boolean"), "an aim without an answer");
  });
  await report.check("a run is stopped where it is, and another can start", async () => {
    await button(page, "Start").click();
    await button(page, "Stop").click();
    await page.getByText("What was measured until then stands.").waitFor();
    await button(page, "Start").waitFor();
  });
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}
