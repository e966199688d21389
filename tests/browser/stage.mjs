// The stage: one figure for a room, one thing at a time, by keys.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, frames, open, violations } from "./harness.mjs";

/** What of the stage can be seen. */
function seen(page) {
  return page.evaluate(() => {
    const sees = (selector) => document.querySelector(selector)?.checkVisibility() ?? false;
    return {
      step: document.querySelector(".on-stage")?.dataset.step ?? null,
      question: sees(".stage-top h2"),
      charts: sees(".figure .charts"),
      tally: sees(".tally"),
      why: sees(".figure .why"),
      sliders: sees(".figure .controls"),
      rest: ["#menu", ".prose", ".figure .transport", ".figure .bet"].filter(sees),
    };
  });
}

async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
  await frames(page);
}

const nothing = { question: true, charts: true, tally: false, why: false, sliders: false, rest: [] };

test("P puts the figure on the stage, arrows and clicker keys go through it, Esc leaves", async (t) => {
  const page = await open(t, "#/target-tracking", { width: 1920, height: 1080 });
  await press(page, "p");
  assert.deepEqual(await seen(page), { ...nothing, step: "question" });
  await press(page, "PageDown");
  assert.deepEqual(await seen(page), { ...nothing, step: "bet", tally: true });
  await press(page, "4", "5", "5", "6", "6", "6", "Backspace", "Backspace", "ArrowRight");
  assert.deepEqual(await seen(page), { ...nothing, step: "run", tally: true });
  assert.equal(await page.locator(".tally [aria-pressed=true]").innerText().then((text) => text[0]), "5");
  await press(page, "ArrowRight");
  assert.deepEqual(await seen(page), { ...nothing, step: "why", why: true });
  assert.match(await page.locator(".why").innerText(), /= 4.86, rounded up to 5/);
  await press(page, "PageDown");
  assert.deepEqual(await seen(page), { ...nothing, step: "try", sliders: true });
  await press(page, "PageDown");
  assert.deepEqual(await seen(page), { ...nothing, step: "question" });
  assert.match(await page.locator(".stage-keys").innerText(), /act 2 of 3/);
  await press(page, "PageUp");
  assert.match(await page.locator(".stage-keys").innerText(), /act 1 of 3/);
  await press(page, "Escape");
  assert.equal((await seen(page)).step, null);
  await page.locator(".to-stage:focus").waitFor();
  assertQuiet(page);
});

test("H hides the result again, R begins the act anew", async (t) => {
  const page = await open(t, "#/target-tracking?bet=2");
  await page.getByRole("button", { name: "Stage" }).click();
  await press(page, "ArrowRight", "5", "ArrowRight", "ArrowRight");
  const fog = () => page.getByText("hidden until you bet").count();
  assert.equal(await fog(), 0);
  await press(page, "h");
  assert.notEqual(await fog(), 0);
  await press(page, "h");
  assert.equal(await fog(), 0);
  await press(page, "r");
  assert.deepEqual(await seen(page), { ...nothing, step: "question" });
  await press(page, "ArrowRight");
  assert.doesNotMatch(await page.locator(".tally").innerText(), /5\s+1/, "the hands are counted anew");
});

test("the stage keeps the focus, is accessible, and fits the screen", async (t) => {
  for (const [width, height] of [[1920, 1080], [1440, 900], [1280, 720]]) {
    const page = await open(t, "#/target-tracking?act=2", { width, height });
    // As in a frame that may not have the whole screen; a headless browser's is of another size.
    await page.evaluate(() => {
      Element.prototype.requestFullscreen = () => Promise.reject(new TypeError("refused"));
    });
    await press(page, "p");
    for (let step = 0; step < 5; step += 1) {
      assert.deepEqual(await violations(page), [], `step ${step}`);
      const { scrollWidth, scrollHeight } = await page.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.scrollingElement;
        return { scrollWidth, scrollHeight };
      });
      assert.ok(scrollWidth <= width && scrollHeight <= height, `step ${step} at ${width} × ${height}`);
      await press(page, "ArrowRight");
    }
    for (let i = 0; i < 12; i += 1) {
      await page.keyboard.press("Tab");
      const inside = await page.evaluate(
        () => document.activeElement === document.body || document.activeElement.closest(".stand") !== null,
      );
      assert.ok(inside, "the focus stays on the stage");
    }
    assertQuiet(page);
  }
});

test("on a narrow screen the stage scrolls down, not sideways", async (t) => {
  const page = await open(t, "#/target-tracking", { width: 390, height: 844, scale: 2 });
  await page.getByRole("button", { name: "Stage" }).click();
  for (const step of ["question", "bet", "run", "why", "try"]) {
    assert.equal((await seen(page)).step, step);
    assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), 390, step);
    await page.getByRole("button", { name: "next" }).click();
    await frames(page);
  }
  assertQuiet(page);
});

test("single keys act only outside of fields, and can be switched off", async (t) => {
  const page = await open(t, "#/target-tracking");
  await page.locator(".typed input").first().focus();
  await press(page, "p");
  assert.equal((await seen(page)).step, null, "a field has the focus");
  await page.getByRole("checkbox", { name: "Single-key shortcuts" }).uncheck();
  await page.locator("h1").focus();
  await press(page, "p");
  assert.equal((await seen(page)).step, null, "they are off");
  await page.reload();
  await page.locator("main h1").waitFor();
  await press(page, "p");
  assert.equal((await seen(page)).step, null, "they stay off");
  assertQuiet(page);
});
