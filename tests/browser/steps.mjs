// The table of steps: its fields and the grips on the chart move the same edges.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, changes, frames, open, picture } from "./harness.mjs";

const EDGES = ["Threshold of the alarm, in percent", "Upper edge of the first step, in percent", "Upper edge of the second step, in percent"];

async function steps(t, size) {
  // A bet that is skipped by hand would start playing.
  const page = await open(t, "#/step-scaling?act=2&bet=skip", size);
  const edges = async () => {
    await frames(page);
    return Promise.all(EDGES.map(async (name) => Number(await page.getByLabel(name).inputValue())));
  };
  return { page, edges };
}

test("a field moves its edge, and the next one stays", async (t) => {
  const { page, edges } = await steps(t);
  assert.deepEqual(await edges(), [70, 85, 100]);
  const field = page.getByLabel(EDGES[1]);
  await field.focus();
  const before = await picture(field);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  assert.deepEqual(await edges(), [70, 86, 100]);
  assert.ok(await changes(field, before), "the band on the chart follows");
  await page.getByLabel(EDGES[0]).fill("60");
  await page.keyboard.press("Enter");
  assert.deepEqual(await edges(), [60, 76, 90], "all move with the threshold");
  await field.fill("20");
  await page.keyboard.press("Tab");
  assert.deepEqual(await edges(), [60, 61, 90], "no edge passes another");
  await field.fill("");
  await page.keyboard.press("Tab");
  assert.deepEqual(await edges(), [60, 61, 90], "what is no number changes nothing");
  await page.waitForFunction(() => location.hash.includes("threshold=60"));
  assertQuiet(page);
});

test("a grip is dragged along the chart, by mouse and at a phone's width", async (t) => {
  for (const size of [undefined, { width: 390, height: 844, scale: 2 }]) {
    const { page, edges } = await steps(t, size);
    const grip = page.locator(".grip").nth(2);
    await grip.scrollIntoViewIfNeeded();
    const box = await grip.boundingBox();
    const time = await page.getByRole("slider", { name: "Time" }).inputValue();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 30, y + 12, { steps: 4 });
    await page.mouse.up();
    const [threshold, first, second] = await edges();
    assert.deepEqual([threshold, first], [70, 85]);
    assert.ok(second > 85 && second < 100, `${second}`);
    assert.equal(await page.getByRole("slider", { name: "Time" }).inputValue(), time, "the cursor stays");
    assertQuiet(page);
  }
});
