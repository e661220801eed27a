// The whole outcome again with the keyboard alone: Tab, Shift+Tab, Enter, Space, arrows, typing.
import { join } from "node:path";
import { fresh } from "../lib/browser.mjs";
import { choose, pick, press, tabTo, type } from "../lib/keyboard.mjs";
import { leaf, running, standing, title, until, visit } from "../lib/page.mjs";
import { holds, same } from "../lib/report.mjs";
import { ROOT } from "../lib/server.mjs";

export const name = "keyboard";

const module = (file) => join(ROOT, "modules/prebuilt", file);
const button = (where, label) => where.getByRole("button", { name: label, exact: true });
const link = (where, label) => where.getByRole("link", { name: label, exact: true });
const panel = (page, label) => page.getByRole("region", { name: label, exact: true }).last();

/** Goes to a page by the navigation, which stands before the content. */
const go = (page, label) => press(page, link(page.getByRole("navigation", { name: "Pages" }), label), { back: true });

/** Previews and signs in a panel. */
async function act(page, label) {
  const where = panel(page, label);
  await press(page, button(where, "Preview and sign"));
  await where.getByRole("heading", { name: /^If it runs in block/ }).waitFor();
  await press(page, button(where, "Sign with the key in this tab"));
  return where;
}

export async function run({ report, browser, url }) {
  const page = await fresh(browser, url);
  await visit(page, url);
  await report.step("the first Tab offers to skip to the content, and does", async () => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    same(await page.evaluate(() => document.activeElement?.id), "main", "focus");
  });
  await report.step("a key with a backup is made", async () => {
    await press(page, button(page, "Make a key with a backup"));
    await tabTo(page, page.getByLabel("I have written them down"));
    await page.keyboard.press("Space");
    await press(page, button(page, "Use this key"));
    await page.locator(".key-link code").waitFor();
  });
  await report.step("lending 1 is deployed", async () => {
    await go(page, "Modules");
    await press(page, link(page, "Deploy a module"));
    await pick(page, page.getByLabel("Your own .wasm"), module("lending-v1.wasm"));
    await type(page, page.getByLabel("initial_rate", { exact: true }), "500");
    await act(page, "Deploy");
    await press(page, link(page, "Open the module"));
    await title(page).getByText(/ runs 1\.0\.0/).waitFor();
  });
  const address = page.url();
  await report.step("deposit is called", async () => {
    const call = leaf(page, "Call").first();
    await choose(page, call.getByLabel("Function"), "deposit");
    await type(page, call.getByLabel("ZRA attached"), "250");
    const where = await act(page, "Call");
    await where.getByText("Final", { exact: true }).waitFor();
  });
  await report.step("an upgrade is proposed", async () => {
    await press(page, link(page, "Propose new code"), { back: true });
    await pick(page, page.getByLabel("Your own .wasm"), module("lending-v2.wasm"));
    await page.getByText("lending-v2.wasm", { exact: true }).waitFor();
    await type(page, page.getByLabel("Title", { exact: true }), "By keyboard");
    await act(page, "New proposal");
    await page.waitForURL(/\/proposals\/\d+$/);
  });
  await report.step("all stake goes on it", async () => {
    await press(page, button(page, "All I can add"));
    const where = await act(page, "Your stake");
    await where.getByText("Final", { exact: true }).waitFor();
  });
  await report.step("the evidence of a figure opens and Esc closes it", async () => {
    await tabTo(page, page.getByRole("button", { name: /^pending/ }), { back: true });
    await page.keyboard.press("Enter");
    const sheet = page.getByRole("dialog");
    await sheet.getByText("taken on trust").first().waitFor();
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "hidden" });
  });
  await report.step("time is let pass until it has enacted itself", async () => {
    await press(page, link(page, "Settings"));
    await press(page, button(page, "5 min"));
    await until(page, async () => (await globalThis.zera.proposals()).every(({ state }) => typeof state === "object" && "Active" in state));
  });
  await report.check("the module runs version 2, and a reload keeps it", async () => {
    await visit(page, address);
    await title(page).getByText(/ runs 2\.0\.0/).waitFor();
    const before = await standing(page);
    await page.reload();
    await running(page);
    same(await standing(page), before, "head, root and balances");
  });
  await report.check("Ctrl K finds a block by its number", async () => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("1");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/blocks\/1$/);
    await title(page).getByText(/^Block 1 holds/).waitFor();
    holds(await page.locator("#main").evaluate((main) => main === document.activeElement), "focus did not move to the content");
  });
  await report.check("the console stayed free of errors and policy violations", () => same(page.trouble, [], "trouble"));
  await page.context().close();
}
