// The whole page by keyboard alone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, open, ready, routes } from "./harness.mjs";

/** What has the focus: a path that tells elements apart, its text, and whether it can be seen. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const path = [];
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      path.unshift([...at.parentElement.children].indexOf(at));
    }
    const { width, height, bottom, right } = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return {
      path: path.join("/"),
      isBody: element === document.body,
      text: element.textContent.trim().slice(0, 60),
      isSeen: width > 0 && height > 0 && bottom > 0 && right > 0,
      hasRing: element.matches(":focus-visible") && (style.outlineStyle !== "none" || style.boxShadow !== "none"),
    };
  });
}

/** Presses Tab from the top of the page until the focus leaves it. */
async function walk(page) {
  const stops = [];
  for (let i = 0; i < 400; i += 1) {
    await page.keyboard.press("Tab");
    const stop = await focused(page);
    if (stop.isBody || stop.path === stops[0]?.path) return stops;
    stops.push(stop);
  }
  return assert.fail(`the focus never leaves the page; its last stop: ${JSON.stringify(stops.at(-1))}`);
}

test("Tab reaches every control of every section, and the focus is seen", async (t) => {
  const first = await open(t);
  for (const route of await routes(first)) {
    const page = await open(t, route);
    const stops = await walk(page);
    for (const stop of stops) {
      assert.ok(stop.isSeen && stop.hasRing, `${route}: the focus is seen at ${JSON.stringify(stop)}`);
    }
    const wanted = await page.locator("a[href], button:enabled, input:enabled, select, summary").evaluateAll((all) =>
      // Of a group of radio buttons Tab reaches one.
      all.filter((element) => element.checkVisibility({ visibilityProperty: true }) && element.type !== "radio").length,
    );
    const reached = await page.evaluate(() => document.querySelectorAll("input[type=radio]").length > 0);
    assert.ok(stops.length >= wanted, `${route}: ${stops.length} stops for ${wanted} controls (radio: ${reached})`);
    assertQuiet(page);
  }
});

test("Enter follows a link in the menu, and the heading takes the focus", async (t) => {
  const page = await open(t, "#/the-spike");
  for (let i = 0; i < 40; i += 1) {
    await page.keyboard.press("Tab");
    if ((await focused(page)).text.includes("Target tracking")) break;
  }
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Target tracking" }).waitFor();
  await ready(page);
  await page.locator("h1:focus").waitFor();
  assertQuiet(page);
});

test("the first stop jumps over the menu", async (t) => {
  const page = await open(t, "#/the-spike");
  await page.keyboard.press("Tab");
  assert.match((await focused(page)).text, /Skip/);
  await page.keyboard.press("Enter");
  await page.locator("h1:focus").waitFor();
  assert.match(page.url(), /#\/the-spike/, "the route stays");
});
