// Links and stored progress: what they restore, and what damage does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, frames, nameOf, open, routes, skipPredictions, sliders, theme } from "./harness.mjs";

async function settings(page) {
  const settings = {};
  for (const slider of await sliders(page)) settings[await nameOf(slider)] = await slider.inputValue();
  return settings;
}

/** Waits until the address of a figure has followed it: browsers allow a few changes a second. */
async function settled(page, route) {
  await page.waitForFunction(
    (route) => {
      const now = { hash: location.hash, at: performance.now() };
      if (globalThis.lastHash?.hash !== now.hash) globalThis.lastHash = now;
      return now.hash.startsWith(`${route}?`) && now.at - globalThis.lastHash.at > 600;
    },
    route,
    { polling: 50 },
  );
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
    await settled(page, route);
    const { hash } = new URL(page.url());
    const copy = await open(t, hash);
    assert.deepEqual(await settings(copy), await settings(page), `${route}: ${hash}`);
    assertQuiet(copy);
  }
});

const damaged = {
  "a setting that is no number": "#/target-tracking?traffic=banana&act=2",
  "a setting that is not there": "#/the-spike?sloth=7",
  "a setting out of its range": "#/the-spike?min=-1e308",
  "a section that is not there": "#/no-such-section",
  "no route at all": "#%E0%A4%A&&&===???",
  "a hundred thousand characters": `#/the-spike?min=${"9".repeat(100_000)}`,
  "markup": "#/<img src=x onerror=alert(1)>?target=<script>",
};

test("a damaged link opens the page on defaults and says what is wrong", async (t) => {
  for (const [what, hash] of Object.entries(damaged)) {
    await t.test(what, async (t) => {
      const page = await open(t, hash);
      const notice = page.getByRole("alert");
      await notice.waitFor();
      const text = await notice.innerText();
      assert.match(text, /\w+ \w+ \w+/, "a sentence");
      assert.ok(text.length < 500, "the notice is short whatever the link is");
      assert.notEqual(await page.locator("h1").innerText(), "");
      assertQuiet(page);

      // A link that is followed later, too; and the next good one clears the notice.
      await page.getByRole("button", { name: "All right" }).click();
      assert.equal(await notice.count(), 0);
      await page.evaluate(() => location.assign("#/the-spike"));
      await page.evaluate((hash) => location.assign(hash), hash);
      await notice.waitFor();
      await page.evaluate(() => location.assign("#/target-tracking"));
      await page.getByRole("heading", { level: 1, name: "Target tracking" }).waitFor();
      assert.equal(await notice.count(), 0);
      assertQuiet(page);
    });
  }
});

/** What the page stores once something was done. */
async function stored(t) {
  const page = await open(t, "#/target-tracking");
  await theme(page, "dark");
  await skipPredictions(page);
  for (const radio of await page.locator("main input[type=radio]").all()) {
    if ((await radio.isVisible()) && (await radio.isEnabled())) {
      await radio.check();
      break;
    }
  }
  await frames(page);
  return page.evaluate(() => ({ ...localStorage }));
}

test("damaged storage loses nothing else", async (t) => {
  const keys = Object.keys(await stored(t));
  assert.ok(keys.length >= 1, "something is stored");
  for (const key of keys) {
    for (const text of ["\u0000{[", "v999 whatever", "x".repeat(100_000)]) {
      const page = await open(t, "#/target-tracking", { storage: { [key]: text } });
      const notice = page.getByRole("alert");
      await notice.waitFor();
      assert.match(await notice.innerText(), /stored/);
      const kept = await page.evaluate(() => Object.values({ ...localStorage }));
      assert.ok(kept.includes(text), "what was damaged is kept");
      assertQuiet(page);
    }
  }
});

test("a choice of theme is still there after a reload", async (t) => {
  const page = await open(t);
  await theme(page, "projector");
  await page.reload();
  await page.locator('html[data-theme="projector"]').waitFor();
  assertQuiet(page);
});
