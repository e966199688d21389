// A lesson as a student works through it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, changes, frames, open, picture, skipPredictions, slider } from "./harness.mjs";

test("the spike is alive at once: no bet, no reading", async (t) => {
  const page = await open(t);
  assert.equal(await page.getByRole("button", { name: /^Skip/ }).count(), 0);
  const minimum = slider(page, "Minimum");
  await minimum.focus();
  const before = await picture(minimum);
  await page.keyboard.press("ArrowRight");
  assert.ok(await changes(minimum, before), "the first key changes the picture");
});

test("a bet lifts the fog, and a wrong one is answered", async (t) => {
  const page = await open(t, "#/target-tracking");
  const first = page.locator("main figure canvas").first();
  const fogged = await picture(first);
  const choice = page.getByRole("group", { name: "Your bet" }).getByRole("button").first();
  await choice.focus();
  await page.keyboard.press("Enter");
  assert.equal(await choice.getAttribute("aria-pressed"), "true");
  assert.ok(await changes(first, fogged), "time goes on");
  assertQuiet(page);
});

test("skipping a bet shows the run as well", async (t) => {
  const page = await open(t, "#/target-tracking");
  const first = page.locator("main figure canvas").first();
  const fogged = await picture(first);
  await skipPredictions(page);
  assert.ok(await changes(first, fogged));
});

test("the result of a change is read out, once", async (t) => {
  const page = await open(t, "#/the-spike");
  const status = page.locator('.hidden[role="status"]');
  await slider(page, "Minimum").focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.querySelector('.hidden[role="status"]').textContent.trim() !== "");
  assert.match(await status.innerText(), /\d/, "with numbers");
});

test("play moves the cursor, and pause stops it", async (t) => {
  const page = await open(t, "#/the-spike");
  const time = slider(page, "Time");
  await page.getByRole("button", { name: "Restart" }).click();
  const start = await time.inputValue();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.waitForFunction(
    ([element, start]) => element.value !== start,
    [await time.elementHandle(), start],
  );
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  const stopped = await time.inputValue();
  await frames(page, 10);
  assert.equal(await time.inputValue(), stopped);
  await page.getByRole("button", { name: "Step forward" }).click();
  assert.notEqual(await time.inputValue(), stopped);
  assertQuiet(page);
});

test("each chart has a name, a sentence and a table", async (t) => {
  const page = await open(t, "#/the-spike");
  for (const canvas of await page.locator("main figure canvas").all()) {
    assert.match(await canvas.getAttribute("aria-label"), /\w+ \w+.*\./, "a sentence");
  }
  for (const summary of await page.locator("main figure summary").all()) await summary.click();
  await page.locator("main figure table tbody tr").first().waitFor();
  assertQuiet(page);
});

