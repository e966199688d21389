// "What this follows": the page beside the course that lists its rules.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertQuiet, open, routes, theme, themes, violations } from "./harness.mjs";

const NAME = "What this follows";

/** Opens the course with a theme, and goes from there to the page. */
async function follow(t, name, size) {
  const page = await open(t, "", size);
  const menu = page.getByRole("button", { name: "Menu" });
  if (await menu.isVisible()) await menu.click();
  await theme(page, name);
  await page.getByRole("link", { name: NAME }).click();
  await page.getByRole("heading", { level: 1, name: NAME }).waitFor();
  return page;
}

test("the rules keep the course's theme, are accessible and quiet", async (t) => {
  for (const name of themes) {
    const page = await follow(t, name);
    assert.equal(await page.locator("html").getAttribute("data-theme"), name);
    assert.deepEqual(await violations(page), [], name);
    assertQuiet(page);
  }
});

test("every rule says where it comes from and opens its code and tests", async (t) => {
  const page = await follow(t, "light");
  const rules = page.locator(".rules > li");
  const count = await rules.count();
  assert.ok(count > 100, `${count} rules`);
  assert.equal(await page.locator(".rules .kind").count(), count, "each says how sure it is");
  assert.equal(await page.locator(".rules > li:not(:has(.source))").count(), 0, "each has a source or a reason");
  await rules.first().locator("summary").click();
  await rules.first().getByText("Code:").waitFor();
});

test("its links lead to sections that are there, and back", async (t) => {
  const known = new Set(await routes(await open(t)));
  const page = await follow(t, "light");
  const links = await page.locator('.rules a[href*="#/"]').evaluateAll((all) => all.map((link) => link.hash));
  assert.ok(links.length > 0);
  assert.deepEqual([...new Set(links)].filter((hash) => !known.has(hash)), []);
  await page.getByRole("link", { name: "Headroom" }).click();
  await page.locator("main h1").waitFor();
});

test("it fits a narrow screen", async (t) => {
  const page = await follow(t, "light", { width: 320, height: 640 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 320, `${wide} px wide`);
});
