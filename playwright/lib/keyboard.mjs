// Working the page with keys alone: nothing here clicks, and focus moves only as Tab moves it.

/** More stops than any page has. */
const STOPS = 600;

const focused = (locator) => locator.evaluate((element) => element === document.activeElement);

/** Presses Tab (or Shift+Tab) until the element has focus. */
export async function tabTo(page, locator, { back = false } = {}) {
  const target = locator.first();
  await target.waitFor();
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await focused(target)) return target;
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
  }
  throw new Error(`Tab never reaches ${locator}`);
}

/** Reaches a button or link and presses Enter. */
export async function press(page, locator, options) {
  await tabTo(page, locator, options);
  await page.keyboard.press("Enter");
}

/** Reaches a field, empties it and types. */
export async function type(page, locator, text) {
  await tabTo(page, locator);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

/** Reaches a list and moves with the arrow keys until it shows `value`. */
export async function choose(page, locator, value) {
  const list = await tabTo(page, locator);
  await page.keyboard.press("Home");
  for (let step = 0; step < 50; step += 1) {
    if ((await list.inputValue()) === value) return;
    await page.keyboard.press("ArrowDown");
  }
  throw new Error(`no ${value} among the choices`);
}

/** Reaches a file input, opens the chooser with a key and picks a file. */
export async function pick(page, locator, file) {
  await tabTo(page, locator);
  const opened = page.waitForEvent("filechooser");
  // The driver must have told the browser to hand choosers over before a key opens one.
  await page.evaluate(() => {});
  await page.keyboard.press("Space");
  await (await opened).setFiles(file);
}
