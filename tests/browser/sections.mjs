// What holds of every section, finished or to come.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  assertQuiet,
  changes,
  frames,
  isTime,
  nameOf,
  open,
  picture,
  routes,
  skipPredictions,
  sliders,
  theme,
  themes,
  violations,
} from "./harness.mjs";

test("front door", async (t) => {
  const page = await open(t);
  assert.equal(await page.locator("main").count(), 1, "one main");
  assert.equal(await page.locator("h1").count(), 1, "one h1");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  assertQuiet(page);
});

test("the finished sections have live figures", async (t) => {
  for (const route of ["#/the-spike", "#/up-or-out", "#/fast-out-slow-in", "#/desired-running-pending", "#/target-tracking", "#/the-slow-first-minutes", "#/step-scaling"]) {
    const page = await open(t, route);
    await skipPredictions(page);
    assert.ok((await sliders(page)).length >= 2, `${route} has sliders`);
    assert.ok((await page.locator("main figure canvas[aria-label]").count()) >= 2, `${route} has named charts`);
  }
});

test("every section", async (t) => {
  const first = await open(t);
  for (const route of await routes(first)) {
    await t.test(route, async (t) => {
      await t.test("is quiet, and asks for nothing once it is loaded", async (t) => {
        const page = await open(t, route);
        assert.equal(await page.locator("main").count(), 1, "one main");
        assert.equal(await page.locator("h1").count(), 1, "one h1");
        const loaded = page.asked.length;
        await skipPredictions(page);
        for (const slider of await sliders(page)) {
          await slider.focus();
          await page.keyboard.press("ArrowRight");
        }
        await frames(page);
        assert.deepEqual(page.asked.slice(loaded), [], "no request after load");
        assertQuiet(page);
      });

      await t.test("lets every act be tried, reset and left", async (t) => {
        const page = await open(t, route);
        const acts = page.locator(".acts button");
        for (let act = 1; act <= (await acts.count()); act += 1) {
          await skipPredictions(page);
          // A value that is wider than its field is cut.
          const cut = await page.locator(".slider .value input").evaluateAll((all) =>
            all.filter((field) => field.scrollWidth > field.clientWidth).map((field) => field.value),
          );
          assert.deepEqual(cut, [], `act ${act}`);
          const pause = page.getByRole("button", { name: "Pause" });
          if (await pause.count()) await pause.press("Enter");
          for (const slider of await sliders(page)) {
            if (!(await isTime(slider))) await slider.press("ArrowRight");
          }
          await page.getByRole("button", { name: "Reset", exact: true }).press("Enter");
          await frames(page);
          const next = acts.nth(act % (await acts.count()));
          await next.press("Enter");
          await page.locator(".acts [aria-current=step]", { hasText: await next.innerText() }).waitFor();
          await frames(page);
          assertQuiet(page);
        }
      });

      await t.test("is accessible in every theme", async (t) => {
        const page = await open(t, route);
        for (const name of themes) {
          await theme(page, name);
          assert.deepEqual(await violations(page), [], name);
        }
      });

      for (const width of [320, 390]) {
        await t.test(`does not scroll sideways at ${width} px`, async (t) => {
          const page = await open(t, route, { width, height: 844, scale: 2 });
          await skipPredictions(page);
          await page.locator("main details").evaluateAll((all) => {
            for (const details of all) details.open = true;
          });
          await frames(page);
          const sideways = await page.evaluate(() => {
            const { scrollWidth, clientWidth } = document.scrollingElement;
            const wide = [...document.querySelectorAll("body *")].filter(
              (element) => element.getBoundingClientRect().right > clientWidth + 1,
            );
            return scrollWidth > clientWidth ? wide.map((element) => element.outerHTML.slice(0, 120)) : [];
          });
          assert.deepEqual(sideways, []);
          const links = await routes(page);
          assert.ok(links.length >= 1, "the sections are linked at every width");
        });
      }

      await t.test("redraws its figures by keyboard", async (t) => {
        const page = await open(t, route);
        const acts = await page.locator(".acts button").count();
        for (let act = 0; act < Math.max(1, acts); act += 1) {
          if (acts > 0) await page.locator(".acts button").nth(act).click();
          await skipPredictions(page);
          for (const slider of await sliders(page)) await moves(page, slider, `act ${act + 1}`);
        }
        assertQuiet(page);
      });
    });
  }
});

/** Checks that a slider can be moved by keyboard, and that its figure shows it. */
async function moves(page, slider, where) {
  const name = `${where}: ${await nameOf(slider)}`;
  assert.notEqual(await nameOf(slider), "", "a slider has a name");
  await slider.focus();
  const before = { picture: await picture(slider), value: await slider.inputValue() };
  const spoken = await slider.getAttribute("aria-valuetext");
  // From its end a slider moves back.
  const isAtEnd = before.value === (await slider.getAttribute("max"));
  await page.keyboard.press(isAtEnd ? "ArrowLeft" : "ArrowRight");
  assert.notEqual(await slider.inputValue(), before.value, `${name} moves`);
  await page.waitForFunction(
    ([element, spoken]) => element.getAttribute("aria-valuetext") !== spoken,
    [await slider.elementHandle(), spoken],
  );
  if (await isTime(slider)) return;
  let changed = await changes(slider, before.picture);
  // A setting may have no effect for some steps; it has one over its range.
  for (const further of ["End", "Home"]) {
    if (changed) break;
    await page.keyboard.press(further);
    changed = await changes(slider, before.picture);
  }
  assert.ok(changed, `${name} redraws its figure`);
}
