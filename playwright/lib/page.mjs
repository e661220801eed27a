// What people do on the page, by roles and labels; the journeys say it in these words.
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { holds } from "./report.mjs";
import { ROOT } from "./server.mjs";

/** A button by its exact name. */
export const button = (where, name) => where.getByRole("button", { name, exact: true });

/** A row of a table, by the words it holds. */
export const row = (where, words) => where.getByRole("row").filter({ hasText: words });

/** A file of modules/prebuilt. */
export const prebuilt = (file) => join(ROOT, "modules/prebuilt", file);

/** Its bytes, in a form that reaches the page. */
export const bytesOf = async (file) => [...(await readFile(prebuilt(file)))];

/** Opens an address and waits until the chain runs. */
export async function visit(page, url) {
  await page.goto(url);
  await running(page);
}

/** Waits until the node line says that the chain runs and scripts can reach it. */
export async function running(page) {
  await page.locator(".node-line").getByText(/^(Solo chain|Light node|Full node)$/).waitFor();
  await page.waitForFunction(() => globalThis.zera !== undefined);
}

/** The page's sentence. */
export const title = (page) => page.getByRole("heading", { level: 1 });

/** A section by its name in the margin. */
export const leaf = (page, name) => page.getByRole("region", { name, exact: true });

/** Makes a key with a recovery phrase; gives the words. */
export async function phraseKey(page) {
  await button(page, "Make a key with a backup").click();
  // All twelve must stand there before they are read.
  await page.locator("ol.phrase li").nth(11).waitFor();
  const words = await page.locator("ol.phrase li").allTextContents();
  await page.getByLabel("I have written them down").check();
  await button(page, "Use this key").click();
  await page.locator(".key-link code").waitFor();
  return words;
}

/** Makes the quick device key. */
export async function deviceKey(page) {
  await button(page, "Make a device key").click();
  await page.locator(".key-link code").waitFor();
}

/** Previews and signs in the panel of that name; gives the panel. */
export async function act(page, panel) {
  // A leaf and the panel inside it may share a name; the inner one comes last.
  const where = page.getByRole("region", { name: panel, exact: true }).last();
  await button(where, "Preview and sign").click();
  await where.getByRole("heading", { name: /^If it runs in block/ }).waitFor();
  await button(where, "Sign with the key in this tab").click();
  return where;
}

/** Deploys a file through the page and leaves on the module's page; gives its address. */
export async function deploy(page, file, constructor = {}) {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Modules" }).click();
  await page.getByRole("link", { name: "Deploy a module" }).first().click();
  await page.getByLabel("Your own .wasm").setInputFiles(file);
  for (const [label, value] of Object.entries(constructor)) await page.getByLabel(label, { exact: true }).fill(value);
  await act(page, "Deploy");
  await page.getByText("The module runs.", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Open the module" }).click();
  await page.waitForURL(/\/modules\/zerasmod1/);
  return new URL(page.url()).pathname.split("/").pop();
}

/** Deploys code by script; gives the module's id. */
export const deployed = async (page, file, args = []) =>
  page.evaluate(([code, args]) => globalThis.zera.deploy(new Uint8Array(code), { args: new Uint8Array(args) }), [await bytesOf(file), args]);

/** Lets a file fall onto the place that takes the file of that label. */
export async function drop(page, label, file) {
  const content = [...(await readFile(file))];
  const given = await page.evaluateHandle(([content, name]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(content)], name, { type: "application/wasm" }));
    return transfer;
  }, [content, basename(file)]);
  const zone = page.getByLabel(label, { exact: true });
  for (const event of ["dragover", "drop"]) await zone.dispatchEvent(event, { dataTransfer: given });
}

/** What the page saves when `press` is done: its name and text. */
export async function saved(page, press) {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** The name of a proposal's state, in small letters. */
export const stateOf = (page, id) =>
  page.evaluate(async (id) => {
    const { state } = (await globalThis.zera.proposal(id)).proposal;
    return (typeof state === "string" ? state : Object.keys(state)[0]).toLowerCase();
  }, Number(id));

/** Lets time pass by scripts until the proposal is in one of the states; gives it. */
export async function reaches(page, id, states, { step = 10, most = 600 } = {}) {
  for (let passed = 0; passed <= most; passed += step) {
    const state = await stateOf(page, id);
    if (states.includes(state)) return state;
    await page.evaluate((slots) => globalThis.zera.advance(slots), step);
  }
  throw new Error(`proposal ${id} reaches none of ${states} within ${most} s; it is ${await stateOf(page, id)}`);
}

/** The active account's address, from its page. */
export async function ownAddress(page) {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Account" }).click();
  return (await page.locator("main .lead code").first().innerText()).trim();
}

/** Lets time pass with the page's own control, by one of its steps: `30 s`, `1 min`, `5 min`, `1 h`. */
export async function letTimePass(page, step) {
  const before = (await status(page)).skipped;
  await page.getByRole("group", { name: "Let time pass:" }).getByRole("button", { name: step, exact: true }).click();
  const slots = { "30 s": 30, "1 min": 60, "5 min": 300, "1 h": 3_600 }[step];
  await until(page, async (least) => (await globalThis.zera.status()).skipped >= least, before + slots);
}

/** Asks again until the answer is true; the driver's own waiting takes the promise of an answer for a yes. */
export async function until(page, question, argument) {
  for (let tries = 0; tries < 1_200; tries += 1) {
    if (await page.evaluate(question, argument)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it never became true: ${question}`);
}

/** The node's own status, through the object that scripts use. */
export const status = (page) => page.evaluate(() => globalThis.zera.status());

/** Head height, hash and root, and what the active account holds. */
export function standing(page) {
  return page.evaluate(async () => {
    const { head, account } = await globalThis.zera.status();
    const { free, staked, allocated, nonce } = account ? await globalThis.zera.account() : {};
    return { height: head.height, hash: head.hash, root: head.root, free, staked, allocated, nonce };
  });
}

/** Fails when the page is wider than its window. */
export async function fits(page) {
  const wide = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    const over = [...document.querySelectorAll("body *")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.right > limit + 1 && getComputedStyle(element).position !== "fixed";
    });
    const scrolls = document.documentElement.scrollWidth > limit;
    return scrolls ? over.slice(0, 3).map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`) : undefined;
  });
  holds(wide === undefined, `the page scrolls sideways at ${page.viewportSize().width} px: ${wide}`);
}
