// What every browser test starts from: one Chromium, and pages of the built
// site that remember everything they said and asked for.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after } from "node:test";

import { launch, require } from "./chromium.mjs";

const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** The address of the site, below a path, with a slash at its end. */
export const url = process.env.HEADROOM_URL;

/** How the page can look. */
export const themes = ["light", "dark", "projector"];

/** The browser of all tests. */
export const browser = await launch();
after(() => browser.close());

/**
 * Opens the course at a route such as `#/the-spike?target=80` in a profile of
 * its own, and waits until it can be used.
 *
 * The page has two more fields: `said`, every console message and page error
 * so far, and `asked`, the address of every request so far.
 */
export async function open(t, route = "", { width = 1440, height = 900, scale = 1, storage = {} } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: scale,
    serviceWorkers: "block",
  });
  t.after(() => context.close());
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.said = [];
  page.asked = [];
  page.on("console", (message) => page.said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => page.said.push(`page error: ${error.message}`));
  page.on("request", (request) => page.asked.push(request.url()));
  if (Object.keys(storage).length > 0) {
    await page.addInitScript((items) => {
      for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value);
    }, storage);
  }
  await page.goto(url + route);
  await ready(page);
  return page;
}

/** Waits until the app is mounted, its fonts are there, its charts are painted and its worker is loaded. */
export async function ready(page) {
  await page.waitForSelector("#start[hidden]", { state: "attached" });
  await page.locator("main h1").waitFor();
  await page.evaluate(() => document.fonts.ready.then(() => true));
  await page.waitForFunction(() =>
    [...document.querySelectorAll("main canvas")].every((canvas) => {
      const { width, height } = canvas.getBoundingClientRect();
      return width === 0 || height === 0 || canvas.dataset.painted !== undefined || canvas.width > 0;
    }),
  );
  await frames(page);
  await until(page, () => page.asked.some((address) => /headroom-worker-.*\.wasm$/.test(address)), "a worker");
}

/** Waits for something that the browser does by itself; fails after ten seconds. */
export async function until(page, holds, what) {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
    await frames(page);
  }
}

/** Waits until what was changed just now is on the screen. */
export async function frames(page, count = 2) {
  await page.evaluate(async (count) => {
    for (let i = 0; i < count; i += 1) await new Promise(requestAnimationFrame);
  }, count);
}

/** The routes to all sections, read from the links in the page. */
export async function routes(page) {
  const links = await page.locator('a[href^="#/"]').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  return [...new Set(links.map((link) => link.split("?")[0]))];
}

/** Switches to a theme, as a person does. */
export async function theme(page, name) {
  await page.getByLabel("Theme").selectOption(name);
  await page.locator(`html[data-theme="${name}"]`).waitFor();
  await frames(page);
}

/** The sliders of the page that can be seen, with what is folded opened first. */
export async function sliders(page) {
  await page.locator("main figure details, main section details").evaluateAll((all) => {
    for (const details of all) details.open = true;
  });
  const all = await page.locator('main input[type="range"]').all();
  const seen = [];
  for (const slider of all) if (await slider.isVisible()) seen.push(slider);
  return seen;
}

/** The slider with this name. */
export function slider(page, name) {
  return page.getByRole("slider", { name });
}

/** The name of a control, as assistive technology says it. */
export async function nameOf(control) {
  return control.evaluate(
    (element) => element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent?.trim() ?? "",
  );
}

/** Whether a slider is the transport's, which moves the cursor and not the run. */
export async function isTime(control) {
  return (await nameOf(control)) === "Time";
}

/**
 * A short word for what the canvases of a control's figure show: it changes
 * if, and only if, a pixel does.
 */
export async function picture(control) {
  return control.evaluate((element) => {
    let hash = 2166136261;
    for (const canvas of element.closest("figure, section").querySelectorAll("canvas")) {
      if (canvas.width === 0 || canvas.height === 0) continue;
      // A canvas of its own: reading back the page's own would make it slow, and be reported.
      const scratch = new OffscreenCanvas(canvas.width, canvas.height);
      const context = scratch.getContext("2d", { willReadFrequently: true });
      context.drawImage(canvas, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      for (const word of new Uint32Array(data.buffer)) hash = Math.imul(hash ^ word, 16777619);
    }
    return (hash >>> 0).toString(16);
  });
}

/** Waits until a picture is another than `before`; false if it stays for two seconds. */
export async function changes(control, before) {
  const end = Date.now() + 2000;
  for (;;) {
    await frames(control.page());
    if ((await picture(control)) !== before) return true;
    if (Date.now() > end) return false;
  }
}

/** Skips every prediction that hides the future of a figure. */
export async function skipPredictions(page) {
  for (const button of await page.getByRole("button", { name: /^Skip/ }).all()) {
    if (await button.isVisible()) await button.click();
  }
  await frames(page);
}

/** What axe finds wrong, a line each. */
export async function violations(page) {
  // A script element would be refused by the page's policy; this is not.
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target}: ${failureSummary}`),
    );
  });
  return found;
}

/** Checks that a page said nothing and asked no other host for anything. */
export function assertQuiet(page) {
  assert.deepEqual(page.said, [], "the console stays empty");
  const { origin } = new URL(url);
  const elsewhere = page.asked.filter((address) => !address.startsWith("data:") && new URL(address).origin !== origin);
  assert.deepEqual(elsewhere, [], "nothing is asked of another host");
}
