// Links and stored progress: what they restore, and what damage does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, frames, nameOf, open, routes, skipPredictions, sliders } from "./harness.mjs";

async function settings(page) {
  const settings = {};
  for (const slider of await sliders(page)) settings[await nameOf(slider)] = await slider.inputValue();
  return settings;
}

test("a link restores the state of its figure", async (t) => {
  const first = await open(t);
  for (const route of await routes(first)) {
    const page = await open(t, route);
    await skipPredictions(page);
    const all = await sliders(page);
    if (all.length === 0) continue;
    for (const slider of all) {
      await slider.focus();
      const atEnd = (await slider.inputValue()) === (await slider.getAttribute("max"));
      for (let i = 0; i < 3; i += 1) await page.keyboard.press(atEnd ? "ArrowLeft" : "ArrowRight");
    }
    await all[0].blur();
    await page.waitForFunction((route) => location.hash.startsWith(`${route}?`), route);
    await frames(page);
    const { hash } = new URL(page.url());
    const copy = await open(t, hash);
    assert.deepEqual(await settings(copy), await settings(page), `${route}: ${hash}`);
    assertQuiet(copy);
  }
});
